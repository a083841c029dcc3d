package caption

import (
	"math"
	"sort"

	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// clock tells when each byte of a sentence's clean text is said.
type clock struct {
	cue   *timeline.Cue
	words []timeline.Word // in bytes of the clean text
	text  string
	total int // columns of the text
}

// newClock moves the cue's words to their places in the clean text; words of
// which nothing is left there go, and so do those out of order, which a
// timeline read from a file may hold.
func newClock(words []timeline.Word, cue *timeline.Cue, text string, places []int) clock {
	c := clock{cue: cue, text: text, words: words[:0]}
	free, frame := 0, cue.Span.Start
	for _, w := range cue.Words {
		if places != nil {
			w.Lo, w.Hi = sort.SearchInts(places, w.Lo), sort.SearchInts(places, w.Hi)
		}
		w.Lo = max(w.Lo, free)
		w.Hi = min(w.Hi, len(text))
		w.Span.Start = min(max(w.Span.Start, frame), cue.Span.End)
		w.Span.End = min(max(w.Span.End, w.Span.Start), cue.Span.End)
		if w.Lo >= w.Hi {
			continue
		}
		c.words = append(c.words, w)
		free, frame = w.Hi, w.Span.Start
	}
	if len(c.words) == 0 {
		c.total = max(1, Columns(text))
	}
	return c
}

// maxTimed is how many bytes a word of a script without spaces has at most.
const maxTimed = 15

// time sets the times of atoms; the first and the last ones have those of the
// cue.
func (c *clock) time(atoms []atom) {
	w := 0
	for i := range atoms {
		a := &atoms[i]
		if len(c.words) == 0 {
			a.start, a.end = c.share(a.from), c.share(a.to)
			continue
		}
		for w < len(c.words) && c.words[w].Hi <= a.lo {
			w++
		}
		a.start = c.at(w, a.lo)
		last := w
		for last < len(c.words) && c.words[last].Hi < a.hi {
			last++
		}
		switch {
		case last < len(c.words) && c.words[last].Lo < a.hi: // it ends inside a word or with it
			a.end = c.at(last, a.hi)
		case last > w:
			a.end = c.words[last-1].Span.End
		default:
			a.end = a.start
		}
		if a.joint == glyphs && last < len(c.words) && c.words[last].Hi-c.words[last].Lo > maxTimed {
			continue // many an engine takes a whole clause for a word
		}
		if a.joint == glyphs && last < len(c.words) && c.words[last].Lo < a.hi && a.hi < c.words[last].Hi {
			a.cost = max(a.cost, insideTimed)
		}
	}
	if n := len(atoms); n > 0 {
		atoms[0].start, atoms[n-1].end = c.cue.Span.Start, c.cue.Span.End
	}
	// A piece that is not said has the time of what stands before it.
	for i := 1; i < len(atoms); i++ {
		atoms[i].start = max(atoms[i].start, atoms[i-1].start)
		atoms[i].end = max(atoms[i].end, atoms[i].start)
	}
}

// at is when byte i is said, where words[w] is the first that ends after it.
func (c *clock) at(w, i int) int64 {
	if w >= len(c.words) {
		if n := len(c.words); n > 0 {
			return c.words[n-1].Span.End
		}
		return c.cue.Span.End
	}
	word := &c.words[w]
	if i <= word.Lo {
		return word.Span.Start
	}
	return word.Span.Start + word.Span.Frames()*int64(i-word.Lo)/int64(word.Hi-word.Lo)
}

// share is when a column is said, where only the length of the whole is known.
func (c *clock) share(column int) int64 {
	return c.cue.Span.Start + int64(math.Round(float64(c.cue.Span.Frames())*float64(column)/float64(c.total)))
}

// wordsIn gives the words of a line: bytes [lo, hi) of the text, with their
// places in the line.
func (c *clock) wordsIn(lo, hi int) []timeline.Word {
	first := sort.Search(len(c.words), func(i int) bool { return c.words[i].Hi > lo })
	n := first
	for n < len(c.words) && c.words[n].Lo < hi {
		n++
	}
	if n == first {
		return nil
	}
	out := make([]timeline.Word, 0, n-first)
	for i := first; i < n; i++ {
		w := c.words[i]
		if w.Lo < lo {
			w.Span.Start, w.Lo = c.at(i, lo), lo
		}
		if w.Hi > hi {
			w.Span.End, w.Hi = c.at(i, hi), hi
		}
		w.Lo, w.Hi = w.Lo-lo, w.Hi-lo
		out = append(out, w)
	}
	return out
}

// grid is what times are rounded to: frames of video, or of sound where there is
// none.
type grid struct {
	rate  pcm.Hz
	video *output.FrameRate
}

// near is the step nearest to a frame of sound.
func (g grid) near(frame int64) int64 {
	if g.video == nil {
		return frame
	}
	return floorDiv(2*frame*g.video.Frames+int64(g.rate)*g.video.Seconds, 2*int64(g.rate)*g.video.Seconds)
}

// before is the last step that is not after a frame of sound.
func (g grid) before(frame int64) int64 {
	if g.video == nil {
		return frame
	}
	return floorDiv(frame*g.video.Frames, int64(g.rate)*g.video.Seconds)
}

// length is how many steps it takes to last so many frames of sound. A length
// that is a whole number of steps but for its rounding is no longer than that.
func (g grid) length(frames int64) int64 {
	if g.video == nil {
		return frames
	}
	step := int64(g.rate) * g.video.Seconds
	return floorDiv(frames*g.video.Frames+step-1-step/500, step)
}

// frame is the frame of sound at a step.
func (g grid) frame(step int64) int64 {
	if g.video == nil {
		return step
	}
	den := 2 * g.video.Frames
	return floorDiv(2*step*int64(g.rate)*g.video.Seconds+g.video.Frames, den)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// timer gives captions their final times, one by one.
type timer struct {
	grid     grid
	rules    output.Captions
	offset   int64 // frames
	total    int64 // the last step
	gap      int64 // steps, as all that follow
	shortest int64
	longest  int64
	linger   int64

	held       *Cue // waits for the start of the next
	start, end int64
	columns    int
	number     int
}

func newTimer(t *timeline.Timeline, rules output.Captions) *timer {
	g := grid{rate: t.Rate, video: rules.Rate}
	x := &timer{grid: g, rules: rules, offset: t.Rate.Frames(rules.Offset)}
	x.total = g.before(t.Frames + x.offset)
	x.gap, x.shortest = g.length(t.Rate.Frames(rules.Gap)), g.length(t.Rate.Frames(rules.Shortest))
	x.longest, x.linger = g.before(t.Rate.Frames(rules.Longest)), g.before(t.Rate.Frames(rules.Linger))
	return x
}

// add takes the next caption, whose Span is that of its sound, and gives the one
// before, finished; nil where there is none.
func (x *timer) add(c *Cue) *Cue {
	lo, hi := c.Span.Start+x.offset, c.Span.End+x.offset
	if hi <= 0 && x.offset < 0 {
		return nil
	}
	start, end := x.grid.near(max(lo, 0)), x.grid.near(hi)
	var done *Cue
	if x.held != nil {
		start = max(start, x.start+1)
		done = x.finish(start, true)
	}
	x.held, x.start, x.end, x.columns = c, start, max(end, start+1), c.columns()
	return done
}

// finish ends the caption that is held. The next one begins at step next.
func (x *timer) finish(next int64, more bool) *Cue {
	c := x.held
	if c == nil {
		return nil
	}
	x.held = nil
	room := max(x.total, x.end)
	if more {
		room = next - x.gap
		if room <= x.start {
			room = next // there is not even room for the gap
		}
	}
	want := max(x.end, x.start+x.shortest, x.start+x.grid.length(reading(x.rules, x.grid.rate, x.columns)))
	if x.linger > 0 {
		want = min(want, x.end+x.linger)
		if more && next-x.gap-x.end < x.linger {
			want = room // a flicker between two captions is worse than none
		}
	}
	if x.longest > 0 {
		want = min(want, max(x.end, x.start+x.longest))
	}
	x.number++
	c.Number = x.number
	c.Span = pcm.Span{Start: x.grid.frame(x.start), End: x.grid.frame(min(want, room))}
	for i := range c.Lines {
		for j := range c.Lines[i].Words {
			s := &c.Lines[i].Words[j].Span
			s.Start = min(max(s.Start+x.offset, c.Span.Start), c.Span.End)
			s.End = min(max(s.End+x.offset, s.Start), c.Span.End)
		}
	}
	return c
}
