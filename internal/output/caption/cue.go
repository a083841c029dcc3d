package caption

import (
	"iter"

	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// Cue is what is on the screen at one time.
type Cue struct {
	Number  int      // from 1
	Span    pcm.Span // in the timeline's frames; after the cue before, and never empty
	Lines   []Text   // at least one
	Lang    string   // BCP 47
	Speaker string   // who speaks, where Captions asks for it and several do; else ""
	Chapter int      // index in the timeline
	// Sentence is the timeline's cue of which this is a part, and First and Last
	// say whether it is the first and the last part.
	Sentence    *timeline.Cue
	First, Last bool
}

// Text is one line of a Cue, clean as Line gives it and never empty.
type Text struct {
	Text string
	// Words have their places in Text and their times within the Cue's Span,
	// ascending; nil where they have no times.
	Words []timeline.Word
}

// Cues lays a timeline's text out as captions. Times are final: rounded to the
// video's frames, with gaps and offset; formats only write them down, see
// Milliseconds.
func Cues(t *timeline.Timeline, rules output.Captions) iter.Seq[Cue] {
	return func(yield func(Cue) bool) {
		n, free := 0, int64(0)
		for i := range t.Chapters {
			for j := range t.Chapters[i].Cues {
				cue := &t.Chapters[i].Cues[j]
				text := Line(cue.Utterance.Text)
				if text == "" {
					continue
				}
				n++
				c := Cue{
					Number: n, Span: pcm.Span{Start: max(cue.Span.Start, free), End: max(cue.Span.End, free+1)},
					Lines: []Text{{Text: text}}, Lang: cue.Utterance.Lang, Chapter: i, Sentence: cue, First: true, Last: true,
				}
				if text == cue.Utterance.Text {
					c.Lines[0].Words = cue.Words
				}
				free = c.Span.End
				if !yield(c) {
					return
				}
			}
		}
	}
}

// Milliseconds gives the times of cues in milliseconds, each rounded from its
// frames: a cue lasts at least one, and begins no earlier than the one before
// ends.
type Milliseconds struct {
	Rate pcm.Hz
	free int64
}

// Of gives the next cue's times.
func (m *Milliseconds) Of(span pcm.Span) (start, end int64) {
	start = max(m.Rate.Milliseconds(span.Start), m.free)
	m.free = max(m.Rate.Milliseconds(span.End), start+1)
	return start, m.free
}
