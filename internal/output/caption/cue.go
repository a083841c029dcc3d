package caption

import (
	"iter"
	"strings"
	"unicode"

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
	// Introduces says that Speaker is another one than before. A format that
	// writes the name before the text, as "Name: ", does so here, and the first
	// line is so much narrower.
	Introduces bool
}

// Text is one line of a Cue, clean as Line gives it and never empty.
type Text struct {
	Text string
	// Words have their places in Text and their times within the Cue's Span,
	// ascending; nil where they have no times.
	Words []timeline.Word
}

// columns is how much there is to read.
func (c *Cue) columns() int {
	n := 0
	for i := range c.Lines {
		n += Columns(c.Lines[i].Text)
	}
	return n
}

// Cues lays a timeline's text out as captions: all of it, once and in order.
// Times are final: rounded to the video's frames, with gaps and offset; formats
// only write them down, see Milliseconds. Where lines end is found once for all
// formats of a run by the same rules: see output.Edition.Shared.
func Cues(e *output.Edition, rules output.Captions) iter.Seq[Cue] {
	return func(yield func(Cue) bool) {
		t := e.Timeline
		l := layouter{t: t, rules: rules, timer: newTimer(t, rules), rows: newRows(e, rules)}
		if !l.rows.known {
			l.divider = newDivider(rules, t.Rate)
		}
		l.several = rules.Speaker && severalSpeak(t)
		for i := range t.Chapters {
			cues := t.Chapters[i].Cues
			for j := range cues {
				after := t.Frames
				switch {
				case j+1 < len(cues):
					after = cues[j+1].Span.Start
				case i+1 < len(t.Chapters) && len(t.Chapters[i+1].Cues) > 0:
					after = t.Chapters[i+1].Cues[0].Span.Start
				}
				if !l.sentence(&cues[j], i, after, yield) {
					return
				}
			}
		}
		l.rows.share()
		if c := l.timer.finish(0, false); c != nil {
			yield(*c)
		}
	}
}

func severalSpeak(t *timeline.Timeline) bool {
	first := ""
	for i := range t.Chapters {
		for j := range t.Chapters[i].Cues {
			name := speaker(&t.Chapters[i].Cues[j])
			switch {
			case name == "" || name == first:
			case first != "":
				return true
			default:
				first = name
			}
		}
	}
	return false
}

func speaker(c *timeline.Cue) string {
	if v := c.Voice(); v != nil {
		return Line(v.Name)
	}
	return ""
}

// layouter divides sentence after sentence.
type layouter struct {
	t       *timeline.Timeline
	rules   output.Captions
	divider *divider
	timer   *timer
	several bool
	before  string // who spoke
	rows    *rows

	words []timeline.Word
	atoms []atom
	cuts  []cut
}

// sentence lays out one sentence, after which the next one begins at frame
// after.
func (l *layouter) sentence(s *timeline.Cue, chapter int, after int64, yield func(Cue) bool) bool {
	text, places := clean(s.Utterance.Text)
	if text == "" {
		return true
	}
	c := Cue{Lang: s.Utterance.Lang, Chapter: chapter, Sentence: s}
	label := 0
	if l.several {
		c.Speaker = speaker(s)
		if c.Introduces = c.Speaker != "" && c.Speaker != l.before; c.Introduces {
			label = Columns(c.Speaker) + len(": ")
			l.before = c.Speaker
		}
	}
	clock := newClock(l.words, s, text, places)
	l.words = clock.words
	ends := l.rows.next(func(add func(row)) {
		from := 0
		for _, cut := range l.cut(&clock, c.Lang, label, after) {
			first, last := &l.atoms[from], &l.atoms[cut.atom-1]
			add(row{first.lo, last.hi, first.start, last.end, cut.last})
			from = cut.atom
		}
	})
	isFirst := true
	lines := make([]Text, 0, len(ends))
	for i := range ends {
		r := &ends[i]
		line := Text{Text: text[r.lo:r.hi]}
		if len(clock.words) > 0 {
			line.Words = clock.wordsIn(r.lo, r.hi)
		}
		if len(lines) == 0 {
			c.Span.Start = r.start
		}
		lines = append(lines, line)
		if !r.last {
			continue
		}
		part := c
		part.Lines, lines = lines, lines[len(lines):]
		part.Span.End = r.end
		part.First, part.Last = isFirst, i == len(ends)-1
		part.Introduces = c.Introduces && isFirst
		isFirst = false
		if done := l.timer.add(&part); done != nil && !yield(*done) {
			return false
		}
	}
	return true
}

// cut divides a sentence into atoms and says where lines end.
func (l *layouter) cut(clock *clock, lang string, label int, after int64) []cut {
	switch l.rules.Unit {
	case output.Word:
		l.atoms = atomize(l.atoms[:0], clock.text, 0)
		clock.time(l.atoms)
		return l.wordCuts(clock)
	case output.Fitted:
		l.atoms = atomize(l.atoms[:0], clock.text, l.rules.Width)
		if d := l.divider; d.width > 0 || d.rules.Longest > 0 {
			judge(l.atoms, clock.text, languageOf(lang))
			clock.time(l.atoms)
			d.atoms, d.after, d.label = l.atoms, after, label
			if d.width > 0 && label > d.width/2 {
				d.label = 0 // a name that leaves no room
			}
			return d.divide()
		}
	default:
		l.atoms = append(l.atoms[:0], atom{hi: len(clock.text)})
	}
	clock.time(l.atoms)
	l.cuts = append(l.cuts[:0], cut{atom: len(l.atoms), last: true})
	return l.cuts
}

// wordCuts ends a caption after each word. Marks that stand apart stay with the
// word before, at the start with the one after; of a script without spaces a
// word is what was said as one, else a character.
func (l *layouter) wordCuts(clock *clock) []cut {
	l.cuts = l.cuts[:0]
	spoken := false
	w := 0
	for i := range l.atoms {
		a := &l.atoms[i]
		spoken = spoken || strings.ContainsFunc(clock.text[a.lo:a.hi], sounds)
		if i == len(l.atoms)-1 {
			break
		}
		next := &l.atoms[i+1]
		for w < len(clock.words) && clock.words[w].Hi <= a.hi {
			w++
		}
		whole := w == len(clock.words) || clock.words[w].Lo >= a.hi
		silent := !strings.ContainsFunc(clock.text[next.lo:next.hi], sounds)
		if spoken && !silent && whole && (a.joint == spaced || a.joint == glyphs) {
			l.cuts = append(l.cuts, cut{atom: i + 1, last: true})
			spoken = false
		}
	}
	return append(l.cuts, cut{atom: len(l.atoms), last: true})
}

// sounds reports what a voice may say.
func sounds(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSpace(r) }

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
