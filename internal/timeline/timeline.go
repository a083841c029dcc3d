// Package timeline says where each utterance and word lies in the finished
// sound. It is the only package that adds offsets: everything else takes
// absolute frames from here.
package timeline

import (
	"sort"
	"strings"

	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/voices"
)

// Word is one word of a cue.
type Word struct {
	Span   pcm.Span // absolute, inside the cue's span
	Lo, Hi int      // bytes of Utterance.Text
}

// Cue is an utterance in its place.
type Cue struct {
	Span      pcm.Span // of its sound, without the pauses around it
	Utterance *script.Utterance
	Words     []Word // ascending; nil where the engine gave no word times
	Marks     []Mark // the utterance's, ascending
	// Clip is the utterance's number in the script, from 0: which clip sounds.
	Clip int
	// By is who speaks it in place of the utterance's voice; nil where that does.
	By *voices.Voice
	// Gain is by how many decibels the clip is raised.
	Gain float64
	// Key is where the clip lies in the clip store; "" where that is not told.
	Key string
	// Timing is where the times of the words come from, and Confidence how
	// sure they are, from 0 to 1; it counts for those that are Aligned.
	Timing     Timing
	Confidence float64
}

// Timing is where the times of words come from.
type Timing string

// The origins of times, from the best on.
const (
	Engine    Timing = "engine"    // the speech engine reported them
	Aligned   Timing = "aligned"   // the sound was compared with the text
	Estimated Timing = "estimated" // guessed from the lengths of words and the pauses heard
)

// Voice is who speaks the cue.
func (c *Cue) Voice() *voices.Voice {
	if c.By != nil {
		return c.By
	}
	return c.Utterance.Voice
}

// Mark is a named place. Its Frame is absolute, inside the cue's span: where the
// first word that does not end before the mark begins; without word times the
// start of the cue; for a mark after the last word its end.
type Mark struct {
	Name  string
	Frame int64
}

// Chapter is a stretch of the timeline. The chapters of a timeline lie end to
// end and cover it from 0 to Frames.
type Chapter struct {
	Title  string
	Number int // among all chapters of the article, heard or not, from 1
	// Origin is the number of the article's chapter that it begins with: Number
	// itself unless Rules have merged or divided chapters, or credits stand
	// before; 0 for credits.
	Origin int
	Level  int
	Span   pcm.Span
	Cues   []Cue
}

// Timeline is all text and all positions of one programme.
type Timeline struct {
	Source, Title, Author string
	Lang                  string // BCP 47
	Rate                  pcm.Hz
	Frames                int64
	Chapters              []Chapter
	Music                 []Placed // ascending by their starts
	// Number and Of are the place in a set of clips, from 1; 0 for a whole
	// programme.
	Number, Of int
}

// Clip is what the timeline needs to know of an utterance's sound: its length
// and word marks at the timeline's rate, and what a Cue tells of it.
type Clip struct {
	Frames     int64
	Marks      []tts.Mark
	By         *voices.Voice
	Gain       float64
	Key        string
	Timing     Timing // of the marks; Engine where it is ""
	Confidence float64
}

// words places an utterance's marks. A word ends where its mark says, else where
// the next begins, the last one with the cue.
func words(u *script.Utterance, span pcm.Span, marks []tts.Mark) []Word {
	if len(marks) == 0 {
		return nil
	}
	out := make([]Word, 0, len(marks))
	for _, m := range marks {
		lo, hi := u.TextRange(m.Lo, m.Hi)
		if lo >= hi { // said, but not written
			continue
		}
		start, end := min(span.Start+m.Frame, span.End), span.End
		if m.End > 0 {
			end = max(start, min(span.Start+m.End, span.End))
		}
		if k := len(out); k > 0 {
			last := &out[k-1]
			if lo < last.Hi { // several spoken words for one written: keep the first start
				last.Hi = max(last.Hi, hi)
				last.Span.End = end
				continue
			}
			last.Span.End = min(last.Span.End, start)
		}
		out = append(out, Word{Span: pcm.Span{Start: start, End: end}, Lo: lo, Hi: hi})
	}
	return out
}

// marks places the marks of a cue's utterance by its words.
func marks(cue *Cue) []Mark {
	var out []Mark
	words := cue.Words
	for _, m := range cue.Utterance.Marks {
		for len(words) > 0 && words[0].Hi <= m.Text {
			words = words[1:]
		}
		at := cue.Span.Start
		switch {
		case len(words) > 0:
			at = words[0].Span.Start
		case len(cue.Words) > 0 || strings.TrimSpace(cue.Utterance.Text[m.Text:]) == "":
			at = cue.Span.End
		}
		out = append(out, Mark{Name: m.Name, Frame: at})
	}
	return out
}

// Cues counts the cues of all chapters.
func (t *Timeline) Cues() int {
	n := 0
	for i := range t.Chapters {
		n += len(t.Chapters[i].Cues)
	}
	return n
}

// Cut is the part of the timeline inside span, moved so that it starts at 0.
// Cues, words and chapters that span cuts through are shortened; those outside
// are left out, and so are marks.
func (t *Timeline) Cut(span pcm.Span, title string) *Timeline {
	out := *t
	out.Title, out.Frames, out.Chapters, out.Music = title, span.Frames(), nil, nil
	for _, m := range t.Music {
		if at, ok := within(m.Span, span); ok {
			m.Span = at
			out.Music = append(out.Music, m)
		}
	}
	for i := range t.Chapters {
		c := t.Chapters[i]
		part, ok := within(c.Span, span)
		if !ok {
			continue
		}
		c.Span, c.Cues = part, nil
		cues := t.Chapters[i].Cues
		first := sort.Search(len(cues), func(i int) bool { return cues[i].Span.End > span.Start })
		for _, cue := range cues[first:] {
			cut, ok := within(cue.Span, span)
			if !ok {
				break
			}
			cue.Span = cut
			words := cue.Words
			cue.Words = nil
			for _, w := range words {
				if at, ok := within(w.Span, span); ok {
					w.Span = at
					cue.Words = append(cue.Words, w)
				}
			}
			marks := cue.Marks
			cue.Marks = nil
			for _, m := range marks {
				if span.Start <= m.Frame && m.Frame <= span.End {
					m.Frame -= span.Start
					cue.Marks = append(cue.Marks, m)
				}
			}
			c.Cues = append(c.Cues, cue)
		}
		out.Chapters = append(out.Chapters, c)
	}
	return &out
}

// within is the part of s inside window, counted from the window's start.
func within(s, window pcm.Span) (pcm.Span, bool) {
	lo, hi := max(s.Start, window.Start), min(s.End, window.End)
	return pcm.Span{Start: lo - window.Start, End: hi - window.Start}, lo < hi
}
