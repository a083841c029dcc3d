// Package transcript writes the JSON transcript of the Podcasting 2.0 namespace,
// version 1.0.0 (podcast-namespace, transcripts/transcripts.md), for podcast apps.
package transcript

import (
	"context"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "transcript".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "transcript", Suffix: "transcript.json", MediaType: "application/json", Caption: true,
		Summary: "transcript for podcast apps (Podcasting 2.0)",
	}
}

// Write implements output.Format. A segment is a cue; its lines are one. Times are
// seconds, to the nearest millisecond. The format cannot hold languages and
// chapters.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	w.Put(`{"version":"1.0.0","segments":[`)
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	var join cuefile.Joiner
	for c := range w.Cues(&e, e.Captions) {
		start, end := ms.Of(c.Span)
		if c.Number > 1 {
			w.Put(",")
		}
		w.Put("\n{")
		if c.Speaker != "" {
			w.Put(`"speaker":`, cuefile.JSON(c.Speaker), ",")
		}
		w.Put(`"startTime":`, cuefile.Seconds(start), `,"endTime":`, cuefile.Seconds(end), `,"body":`, cuefile.JSON(join.Line(c).Text), "}")
	}
	w.Put("\n]}\n")
	return w.End()
}
