// Package lrc writes lyrics files: plain ones, a time a line, and enhanced ones
// with a time a word. Music players show them beside the sound.
//
// The format has no specification; what is written is what Wikipedia's "LRC (file
// format)" describes and ffmpeg reads. It has no escape and no end times; see
// harmless and silence.
package lrc

import (
	"context"
	"io"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "lrc".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "lrc", Suffix: "lrc", MediaType: "application/x-lrc", Caption: true,
		Summary: "lyrics for music players, a time a line",
	}
}

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	return write(ctx, dst, &e, false)
}

// Enhanced is the output format "elrc".
type Enhanced struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Enhanced) Info() output.Info {
	return output.Info{
		Name: "elrc", Suffix: "words.lrc", MediaType: "application/x-lrc", Caption: true,
		Summary: "enhanced lyrics for music players, a time a word",
	}
}

// Write implements output.Format. Before each word stands when it begins, after
// the last one of a cue when it ends, as the "A2 extension" has it.
func (Enhanced) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	return write(ctx, dst, &e, true)
}

// silence is how long nothing must be said, in hundredths of a second, for the
// line before to be taken away; at a shorter pause it stands until the next one,
// as the lines of songs do.
const silence = 300

// write writes one line a cue. Times are to the nearest hundredth of a second.
// The format cannot hold line breaks inside a cue, a cue's language and its exact
// end.
func write(ctx context.Context, dst io.Writer, e *output.Edition, words bool) error {
	w := cuefile.New(ctx, dst)
	t := e.Timeline
	cs := cuefile.Centiseconds{Rate: t.Rate}
	tag := func(name, value string) {
		if value = caption.Line(value); value != "" {
			w.Put("[", name, ":", bracket.Replace(value), "]\n")
		}
	}
	tag("ti", t.Title)
	tag("ar", t.Author)
	tag("al", e.Metadata.Album)
	tag("re", e.Generator)
	tag("la", t.Lang) // ffmpeg knows a file by its first line, but not by this one
	tag("length", cuefile.MinuteClock(cs.At(t.Frames)))
	var join cuefile.Joiner
	last := int64(0)
	for c := range w.Cues(e, e.Captions) {
		start, end := cs.Of(c.Span)
		if start-last >= silence && c.Number > 1 {
			w.Put("[", cuefile.MinuteClock(last), "]\n")
		}
		last = end
		w.Put("[", cuefile.MinuteClock(start), "]")
		line := join.Line(c)
		if !words || line.Words == nil {
			w.Put(harmless(cuefile.Label(c)+line.Text), "\n")
			continue
		}
		w.Put(harmless(cuefile.Label(c)))
		at := start
		for word, text := range cuefile.Pieces(line) {
			begin := cuefile.Within(cs.At(word.Span.Start), at, end)
			at = cuefile.Within(cs.At(word.Span.End), begin, end)
			w.Put("<", cuefile.MinuteClock(begin), ">", harmless(text))
		}
		w.Put("<", cuefile.MinuteClock(at), ">\n")
	}
	if last > 0 {
		w.Put("[", cuefile.MinuteClock(last), "]\n")
	}
	return w.End()
}

// harmless keeps players from reading text as a tag or a time: an invisible word
// joiner follows each "[" and "<". One also stands before "[", which ffmpeg would
// count as a time's at the start of a line.
func harmless(text string) string { return guard.Replace(text) }

var (
	guard = strings.NewReplacer("[", "\u2060[\u2060", "<", "<\u2060")
	// A tag ends at the first bracket.
	bracket = strings.NewReplacer("[", "\uFF3B", "]", "\uFF3D")
)
