package pcm

import "fmt"

// Part is the stretch of src inside span as a Source of its own, whose frame 0
// is the first frame of span. A span that src does not hold is reported by
// Open.
func Part(src Source, span Span) Source { return part{src, span} }

type part struct {
	src  Source
	span Span
}

func (p part) Format() Format { return p.src.Format() }

func (p part) Frames() int64 { return p.span.Frames() }

func (p part) Open(span Span) (Reader, error) {
	if span.Start < 0 || span.End < span.Start || span.End > p.Frames() {
		return nil, fmt.Errorf("pcm: frames %d to %d of a part of %d", span.Start, span.End, p.Frames())
	}
	return p.src.Open(Span{Start: p.span.Start + span.Start, End: p.span.Start + span.End})
}
