// Package clipset writes the clips folder: a programme in pieces, each with
// its own sound and captions whose times start at 0, and index.json, which says
// where each piece lies in the whole. docs/timeline.md explains the index and
// docs/clips.schema.json is its schema. Sections with sound are an audiobook:
// beside the index there are playlists, cue sheets and the W3C's manifest.
package clipset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"golang.org/x/sync/errgroup"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Version is the version of index.json's form. It rises with every change that
// a reader of the form before could stumble over.
const Version = 1

// IndexName is the name of the index in the folder.
const IndexName = "index.json"

// Unit is what one clip holds.
type Unit string

const (
	// Section is a chapter with the pauses in it. The sections lie end to
	// end and make up the whole programme.
	Section Unit = "section"
	// Sentence is a cue, without the pauses around it.
	Sentence Unit = "sentence"
)

// ParseUnit reads a unit's name.
func ParseUnit(name string) (Unit, error) {
	switch u := Unit(name); u {
	case Section, Sentence:
		return u, nil
	}
	return "", fmt.Errorf("no clips by %q: they go by %s or %s", name, Section, Sentence)
}

// Frames is how many frames of e lie in the clips by unit: what Write reports
// as progress for each format with sound.
func Frames(e output.Edition, by Unit) int64 {
	var n int64
	for _, p := range pieces(e, by) {
		n += p.span.Frames()
	}
	return n
}

// piece is one clip to be written.
type piece struct {
	within  output.Edition // the whole programme, or the chapter that it is part of
	local   pcm.Span       // in within
	span    pcm.Span       // in the whole programme
	number  int            // ascending, from 1
	chapter int            // from 1
	title   string         // of the chapter
	text    string         // of a sentence
}

// name is what the clip is called: the sentence's text or the chapter's title.
func (p *piece) name() string {
	if p.text != "" {
		return p.text
	}
	return p.title
}

// pieces lists the clips in their order. A sentence is cut out of its chapter,
// so that cutting all of them takes no quadratic time.
func pieces(e output.Edition, by Unit) []piece {
	var out []piece
	for i := range e.Timeline.Chapters {
		c := &e.Timeline.Chapters[i]
		number := cmp.Or(c.Number, i+1)
		if by == Section {
			out = append(out, piece{within: e, local: c.Span, span: c.Span, number: number, chapter: number, title: c.Title})
			continue
		}
		section := e.Cut(c.Span, c.Title, number, len(e.Timeline.Chapters))
		for j, cue := range section.Timeline.Chapters[0].Cues {
			out = append(out, piece{
				within: section, local: cue.Span, span: c.Cues[j].Span,
				number: len(out) + 1, chapter: number, title: c.Title, text: cue.Utterance.Text,
			})
		}
	}
	return out
}

// The objects of index.json. Seconds are json.Number, so that they are written
// digit for digit as integer arithmetic gives them.
type (
	index struct {
		Version    int         `json:"version"`
		Generator  string      `json:"generator"`
		Source     string      `json:"source"`
		Title      string      `json:"title"`
		Lang       string      `json:"lang"`
		Unit       Unit        `json:"unit"`
		SampleRate pcm.Hz      `json:"sampleRate"`
		Frames     int64       `json:"frames"`
		Duration   json.Number `json:"duration"`
		*set
		Clips []entry `json:"clips"`
	}
	entry struct {
		Number     int               `json:"number"`
		Chapter    int               `json:"chapter"`
		Title      string            `json:"title"`
		Text       string            `json:"text,omitempty"`
		Files      map[string]string `json:"files"` // by format; written in the order of the names
		StartFrame int64             `json:"startFrame"`
		EndFrame   int64             `json:"endFrame"`
		Frames     int64             `json:"frames"`
		Start      json.Number       `json:"start"`
		End        json.Number       `json:"end"`
		Duration   json.Number       `json:"duration"`
	}
)

// Write writes the clips of e into the folder dir, each in all formats, and
// the index last. It makes the folder, which must not be there yet or be empty,
// and after an error leaves nothing of its own behind. Up to e.Jobs clips are
// written at once, so no more than that many files are open.
func Write(ctx context.Context, dir string, e output.Edition, by Unit, formats []output.Format) (err error) {
	made, err := makeFolder(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, empty(dir, made))
		}
	}()
	all := pieces(e, by)
	if len(all) == 0 {
		return errors.New("no clips: nothing is spoken")
	}
	t := e.Timeline
	idx := index{
		Version: Version, Generator: e.Generator, Source: output.SourceName(t.Source), Title: t.Title, Lang: t.Lang, Unit: by,
		SampleRate: t.Rate, Frames: t.Frames, Duration: json.Number(t.Rate.Seconds(t.Frames)),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, e.Jobs))
	last := all[len(all)-1].number
	width := max(2, len(strconv.Itoa(last)))
	taken := map[string]bool{}
	for i := range all {
		p := &all[i]
		base := fmt.Sprintf("%0*d-%s", width, p.number, Slug(p.name()))
		if taken[base] { // a long title whose end, in which they differ, is cut
			base = fmt.Sprintf("%s-%d", base, i+1)
		}
		taken[base] = true
		item := entry{
			Number: p.number, Chapter: p.chapter, Title: p.title, Text: p.text, Files: map[string]string{},
			StartFrame: p.span.Start, EndFrame: p.span.End, Frames: p.span.Frames(),
			Start: json.Number(t.Rate.Seconds(p.span.Start)), End: json.Number(t.Rate.Seconds(p.span.End)),
			Duration: json.Number(t.Rate.Seconds(p.span.Frames())),
		}
		for _, f := range formats {
			info := f.Info()
			item.Files[info.Name] = base + "." + info.Suffix
		}
		idx.Clips = append(idx.Clips, item)
		group.Go(func() error {
			clip := p.within.Cut(p.local, heading(p.name()), p.number, last)
			clip.Jobs = max(1, e.Jobs/len(all))
			clip.SoundFile = ""
			if sound := soundFormats(formats); len(sound) > 0 {
				clip.SoundFile = item.Files[sound[0].Name]
			}
			for _, f := range formats {
				if err := ctx.Err(); err != nil {
					return err
				}
				path := filepath.Join(dir, item.Files[f.Info().Name])
				if err := output.WriteFile(ctx, path, f, clip); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if by == Section {
		if idx.set, err = writeSet(dir, e, all, idx.Clips, formats); err != nil {
			return err
		}
	}
	return writeIndex(filepath.Join(dir, IndexName), idx)
}
