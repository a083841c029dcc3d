// Package sbv writes SubViewer captions as YouTube takes them (YouTube Help,
// "Supported subtitle and closed caption files").
package sbv

import (
	"context"
	"io"
	"regexp"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "sbv".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "sbv", Suffix: "sbv", MediaType: "text/plain", Caption: true,
		Summary: "SubViewer captions for YouTube",
	}
}

// Write implements output.Format. Times are to the nearest millisecond; a cue ends
// at an empty line. Who speaks stands before the text where it is another one than
// before. The only markup is "[br]", which an invisible word joiner breaks up in
// text. The format cannot hold languages and words' times.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	for c := range w.Cues(&e, e.Captions) {
		start, end := ms.Of(c.Span)
		if c.Number > 1 {
			w.Put("\n")
		}
		w.Put(clock(start), ",", clock(end), "\n", harmless(cuefile.Label(c)))
		for _, line := range c.Lines {
			w.Put(harmless(line.Text), "\n")
		}
	}
	return w.End()
}

func harmless(text string) string { return lineBreak.ReplaceAllString(text, "[\u2060$1]") }

var lineBreak = regexp.MustCompile(`(?i)\[(br)\]`)

// clock is H:MM:SS.mmm.
func clock(ms int64) string {
	s := cuefile.Clock(ms, '.')
	if s[0] == '0' {
		return s[1:]
	}
	return s
}
