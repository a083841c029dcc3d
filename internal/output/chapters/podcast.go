package chapters

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"narrate/internal/output"
)

// Format is the output format "chapters": the JSON chapters format 1.2.0 of the
// Podcasting 2.0 namespace (podcast-namespace,
// docs/examples/chapters/jsonChapters.md).
type Format struct{ needsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "chapters", Suffix: "chapters.json", MediaType: "application/json+chapters",
		Summary: "chapters for podcast apps (Podcasting 2.0)",
	}
}

// file is the "Chapters" object of the specification.
type file struct {
	Version     string    `json:"version"`
	Title       string    `json:"title,omitempty"`
	Author      string    `json:"author,omitempty"`
	PodcastName string    `json:"podcastName,omitempty"`
	Description string    `json:"description,omitempty"`
	FileName    string    `json:"fileName,omitempty"`
	Chapters    []chapter `json:"chapters"`
}

// chapter is the "Chapter" object. Its picture would need an address on the
// web, which only the publisher knows.
type chapter struct {
	StartTime json.Number `json:"startTime"`
	Title     string      `json:"title,omitempty"`
	URL       string      `json:"url,omitempty"`
	EndTime   json.Number `json:"endTime"`
}

// Write implements output.Format. Times are the chapters' frames rounded to
// the nearest millisecond; a chapter ends where the next one starts.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	t := e.Timeline
	f := file{
		Version: "1.2.0", Title: t.Title, Author: t.Author,
		PodcastName: cmp.Or(e.Metadata.Series, e.Metadata.Album),
		Description: e.Metadata.Description, FileName: e.SoundFile, Chapters: []chapter{},
	}
	for i := range t.Chapters {
		c := &t.Chapters[i]
		f.Chapters = append(f.Chapters, chapter{
			StartTime: seconds(t.Rate.Milliseconds(c.Span.Start)),
			Title:     c.Title,
			URL:       e.Metadata.Of(c).Link,
			EndTime:   seconds(t.Rate.Milliseconds(c.Span.End)),
		})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		return err
	}
	return write(ctx, dst, b.String())
}

// seconds writes milliseconds as seconds, with no more digits than it takes:
// 0, 1.5, 12.345.
func seconds(ms int64) json.Number {
	s := fmt.Sprintf("%d.%03d", ms/1000, ms%1000)
	return json.Number(strings.TrimRight(strings.TrimRight(s, "0"), "."))
}
