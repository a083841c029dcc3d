// Package vtt writes WebVTT captions (W3C, "WebVTT: The Web Video Text Tracks
// Format").
package vtt

import (
	"context"
	"io"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "vtt".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "vtt", Suffix: "vtt", MediaType: "text/vtt", Caption: true,
		Summary: "WebVTT captions, with words' times where they are asked for",
	}
}

// Write implements output.Format. Each cue's identifier is its number, the same as
// in the SubRip file. The header is bare: the specification's parser refuses lines
// such as "Language: de" below it. What there is to say of the programme stands in
// a comment, which players skip; its language is left to whoever embeds the file
// (the srclang of a track element), and a cue in another language says so itself,
// in a lang span. With Captions.Words a timestamp stands before each word that
// begins later than its cue and the words before it.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	w.Put("WEBVTT\n")
	note(w, &e)
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	for c := range w.Cues(&e, e.Captions) {
		start, end := ms.Of(c.Span)
		w.Put("\n", strconv.Itoa(c.Number), "\n", cuefile.Clock(start, '.'), " --> ", cuefile.Clock(end, '.'), "\n")
		if c.Speaker != "" {
			w.Put("<v ", cuefile.Escape(c.Speaker), ">")
		}
		lang := cuefile.Other(c, e.Timeline.Lang)
		if lang != "" {
			w.Put("<lang ", lang, ">")
		}
		at := start
		for i, line := range c.Lines {
			if i > 0 {
				w.Put("\n")
			}
			if !e.Captions.Words || line.Words == nil {
				w.Put(cuefile.Escape(line.Text))
				continue
			}
			for word, text := range cuefile.Pieces(line) {
				if begin := ms.Rate.Milliseconds(word.Span.Start); begin > at && begin < end {
					w.Put("<", cuefile.Clock(begin, '.'), ">")
					at = begin
				}
				w.Put(cuefile.Escape(text))
			}
		}
		if lang != "" {
			w.Put("</lang>")
		}
		if c.Speaker != "" {
			w.Put("</v>")
		}
		w.Put("\n")
	}
	return w.End()
}

// note writes a comment with what is known of the programme.
func note(w *cuefile.Writer, e *output.Edition) {
	head := "\nNOTE\n"
	for _, field := range [][2]string{
		{"Title", e.Timeline.Title},
		{"Author", e.Timeline.Author},
		{"Narrator", e.Metadata.Narrator},
		{"Date", e.Metadata.Date},
		{"Copyright", e.Metadata.Copyright},
		{"Language", e.Timeline.Lang},
		{"Generator", e.Generator},
	} {
		if value := caption.Line(field[1]); value != "" {
			w.Put(head, field[0], ": ", cuefile.Escape(value), "\n")
			head = ""
		}
	}
}
