// Package txt writes a transcript as plain text, for people and for podcast apps.
package txt

import (
	"context"
	"io"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "txt".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "txt", Suffix: "transcript.txt", MediaType: "text/plain; charset=utf-8", Caption: true,
		Summary: "transcript as plain text",
	}
}

// Write implements output.Format. A paragraph is a line, and an empty line parts
// two; two part what is before a heading from it. A chapter that begins with no
// heading has its title as one. Where Captions.Speaker asks for it, the name of who
// speaks stands before the text where it is another one than before. The format
// has no times.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	chapter, last := -1, ""
	for c := range w.Cues(&e, cuefile.Sentences(e.Captions)) {
		u := c.Sentence.Utterance
		text := c.Lines[0].Text
		heading := u.Kind == document.Heading || u.Kind == document.Title
		begins := u.Begins || c.Introduces || c.Chapter != chapter
		switch {
		case !begins:
			w.Put(cuefile.Joint(last, text))
		case c.Number == 1:
		case heading || c.Chapter != chapter:
			w.Put("\n\n\n")
		default:
			w.Put("\n\n")
		}
		if c.Chapter != chapter {
			chapter = c.Chapter
			if title := caption.Line(e.Timeline.Chapters[chapter].Title); title != "" && !heading {
				w.Put(title, "\n\n")
			}
		}
		w.Put(cuefile.Label(c), text)
		last = text
	}
	if last != "" {
		w.Put("\n")
	}
	return w.End()
}
