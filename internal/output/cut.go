package output

import "narrate/internal/pcm"

// Cut is the part of the edition inside span as an edition of its own, which
// starts at 0: the number-th of a set of so many.
func (e Edition) Cut(span pcm.Span, title string, number, of int) Edition {
	if e.Metadata.Album == "" {
		e.Metadata.Album = e.Timeline.Title
	}
	e.At += span.Start
	t := e.Timeline.Cut(span, title)
	t.Number, t.Of = number, of
	e.Timeline, e.Shared = t, nil
	if e.Sound != nil {
		e.Sound = pcm.Part(e.Sound, span)
	}
	return e
}
