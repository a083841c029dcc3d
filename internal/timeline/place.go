package timeline

import (
	"fmt"
	"math"

	"narrate/internal/pcm"
	"narrate/internal/script"
)

// Place gives the timeline of a recording of so many frames: clips[i] is what
// was found of the script's i-th utterance over all chapters, nil for nothing,
// and starts[i] the frame of the recording at which it begins. They are
// ascending and do not overlap. What was not found is left out, as is a chapter
// of which nothing was; the others begin with the first sound of their first
// utterance, the first of them at 0.
func Place(s *script.Script, rate pcm.Hz, frames int64, clips []*Clip, starts []int64, rules Rules) (*Timeline, error) {
	if len(starts) != len(clips) {
		return nil, fmt.Errorf("timeline: %d starts for %d clips", len(starts), len(clips))
	}
	parts, err := spoken(s, clips)
	if err != nil {
		return nil, err
	}
	t := &Timeline{Source: s.Source, Title: s.Title, Author: s.Author, Lang: s.Lang, Rate: rate, Frames: frames}
	free := int64(0)
	for _, p := range rules.apply(parts, rate) {
		c := p.empty()
		for _, h := range p.cues {
			start := starts[h.index]
			if start < free || h.clip.Frames <= 0 || h.clip.Frames > math.MaxInt64/2 || start > frames-h.clip.Frames {
				return nil, fmt.Errorf("%s: timeline: %d frames at %d of a recording of %d that is free from %d on",
					h.utterance.Pos, h.clip.Frames, start, frames, free)
			}
			free = start + h.clip.Frames
			c.Cues = append(c.Cues, h.cue(pcm.Span{Start: start, End: free}))
		}
		if k := len(t.Chapters); k > 0 {
			c.Span.Start = c.Cues[0].Span.Start
			t.Chapters[k-1].Span.End = c.Span.Start
		}
		t.Chapters = append(t.Chapters, c)
	}
	t.Chapters[len(t.Chapters)-1].Span.End = frames
	return t, nil
}
