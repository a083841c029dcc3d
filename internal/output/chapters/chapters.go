// Package chapters writes chapters as podcast apps read them from beside the
// sound: the JSON chapters format 1.2.0 of the Podcasting 2.0 namespace
// (podcast-namespace, docs/examples/chapters/jsonChapters.md).
package chapters

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"narrate/internal/output"
)

// Format is the output format "chapters".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "chapters", Suffix: "chapters.json", MediaType: "application/json+chapters",
		Summary: "chapters for podcast apps (Podcasting 2.0)",
	}
}

// Check implements output.Format: nothing is needed.
func (Format) Check(context.Context) error { return nil }

// file is the "Chapters" object of the specification.
type file struct {
	Version  string    `json:"version"`
	Title    string    `json:"title,omitempty"`
	Author   string    `json:"author,omitempty"`
	Chapters []chapter `json:"chapters"`
}

// chapter is the "Chapter" object.
type chapter struct {
	StartTime json.Number `json:"startTime"`
	Title     string      `json:"title,omitempty"`
	EndTime   json.Number `json:"endTime"`
}

// Write implements output.Format. Times are the chapters' frames rounded to
// the nearest millisecond; a chapter ends where the next one starts.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := e.Timeline
	f := file{Version: "1.2.0", Title: t.Title, Author: t.Author, Chapters: []chapter{}}
	for _, c := range t.Chapters {
		f.Chapters = append(f.Chapters, chapter{
			StartTime: seconds(t.Rate.Milliseconds(c.Span.Start)),
			Title:     c.Title,
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
	_, err := dst.Write(b.Bytes())
	return err
}

// seconds writes milliseconds as seconds, with no more digits than it takes:
// 0, 1.5, 12.345.
func seconds(ms int64) json.Number {
	s := fmt.Sprintf("%d.%03d", ms/1000, ms%1000)
	return json.Number(strings.TrimRight(strings.TrimRight(s, "0"), "."))
}
