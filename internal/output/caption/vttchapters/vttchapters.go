// Package vttchapters writes the chapters of a programme as a WebVTT chapters
// track (W3C, "WebVTT: The Web Video Text Tracks Format", section 4.5), for
// <track kind="chapters">.
package vttchapters

import (
	"cmp"
	"context"
	"io"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/pcm"
)

// Format is the output format "chaptersvtt".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "chaptersvtt", Suffix: "chapters.vtt", MediaType: "text/vtt",
		Summary: "chapters as a WebVTT track for players on the web",
	}
}

// Write implements output.Format. A cue is a chapter with its title, or its
// number where it has none; the cues lie end to end. Chapters are not nested,
// which players do not show. The captions' offset moves them as well: both
// tracks belong to the same video. What the track cannot hold is a chapter's
// level, address and picture.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	w.Put("WEBVTT\n")
	t := e.Timeline
	ms := caption.Milliseconds{Rate: t.Rate}
	offset := t.Rate.Frames(e.Captions.Offset)
	for i := range t.Chapters {
		c := &t.Chapters[i]
		span := pcm.Span{Start: max(0, c.Span.Start+offset), End: c.Span.End + offset}
		if span.End <= span.Start {
			continue
		}
		start, end := ms.Of(span)
		title := cmp.Or(caption.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1)))
		w.Put("\n", strconv.Itoa(i+1), "\n", cuefile.Clock(start, '.'), " --> ", cuefile.Clock(end, '.'), "\n", cuefile.Escape(title), "\n")
	}
	return w.End()
}
