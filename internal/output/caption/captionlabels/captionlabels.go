// Package captionlabels writes captions as a label track of Audacity (Audacity
// Manual, "Importing and Exporting Labels").
package captionlabels

import (
	"context"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "captionlabels".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "captionlabels", Suffix: "captions.labels.txt", MediaType: "text/plain", Caption: true,
		Summary: "captions as labels for Audacity",
	}
}

// Write implements output.Format. A label is a cue; its lines are one. Times are to
// the nearest microsecond. Who speaks stands before the text where it is another
// one than before. The format cannot hold languages.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	rate := e.Timeline.Rate
	var join cuefile.Joiner
	for c := range w.Cues(&e, e.Captions) {
		w.Put(rate.Seconds(c.Span.Start), "\t", rate.Seconds(c.Span.End), "\t", cuefile.Label(c), join.Line(c).Text, "\n")
	}
	return w.End()
}
