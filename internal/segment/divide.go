package segment

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// What a cut costs, by what stands at it; the costs are in the unit in which a
// part as long as its fair share costs nothing and an empty one costs 1.
const (
	atClause  = 0.0 // after a semicolon, a colon, a dash or a sentence stop
	atComma   = 0.1
	atJoint   = 0.25 // before a conjunction or preposition, at brackets
	atSpace   = 0.6
	atCluster = 3 // inside a word, if nothing else will do
)

// cut is a place where an overlong sentence can be divided.
type cut struct {
	lo, hi int // the part before ends at lo, the one after starts at hi
	runes  int // code points between where the search began and hi
	cost   float64
}

// A sentence without end is divided stretch by stretch, each of about this many
// parts, of which the first half is kept: time and memory stay in proportion
// whatever max is, and what far parts would ask for hardly matters.
const stretch = 16

// fineness is how many places the length of a part is measured in: of cuts that
// lie closer together than this share of max, only the cheap ones are weighed.
const fineness = 32

// Divide divides an overlong sentence into parts of at most max code points, as
// few as will do, at its best clause boundaries and of about the same length.
// It cuts inside a word only if the word alone is longer than max, and never
// inside a grapheme cluster, however long. A sentence of at most max code
// points, or a max below 1, gives one span. Only white space lies between the
// parts.
func Divide(text, lang string, max int) []Span {
	lo, hi := trim(text, 0, len(text))
	if lo == hi {
		return nil
	}
	left := utf8.RuneCountInString(text[lo:hi])
	if max < 1 || left <= max {
		return []Span{{lo, hi}}
	}
	d := divider{text: text, lang: languageOf(lang), hi: hi, max: max}
	var spans []Span
	for lo < hi {
		d.findCuts(lo)
		chosen := d.chooseCuts(left)
		if d.cuts[len(d.cuts)-1].hi < hi {
			chosen = chosen[:(len(chosen)+1)/2]
		}
		var c cut
		for _, k := range chosen {
			c = d.cuts[k]
			spans = append(spans, Span{lo, c.lo})
			lo = c.hi
		}
		left -= c.runes
	}
	return spans
}

// divider divides text[:hi]. Its slices are kept from one stretch to the next.
type divider struct {
	text  string
	lang  *language
	hi    int
	max   int
	cuts  []cut // ascending; the last one ends the stretch
	inner []cut // those inside the word that is being read
	best  []choice
}

// findCuts finds the places where the sentence can be cut from byte lo on, as
// far as a stretch reaches.
func (d *divider) findCuts(lo int) {
	d.cuts = d.cuts[:0]
	runes, inWord := 0, 0
	endWord := func() {
		// Cuts inside a word of bearable length are not wanted.
		if inWord > d.max {
			for _, c := range d.inner {
				d.push(c)
			}
		}
		d.inner = d.inner[:0]
		inWord = 0
	}
	for g := graphemes.FromString(d.text[lo:d.hi]); g.Next(); {
		cluster := g.Value()
		at, end := lo+g.Start(), lo+g.End()
		first, _ := utf8.DecodeRuneInString(cluster)
		n := utf8.RuneCountInString(cluster)
		if isSpace(first) && (n == 1 || cluster == "\r\n") {
			runes += n
			endWord()
			if k := len(d.cuts) - 1; k >= 0 && d.cuts[k].hi == at {
				at = d.cuts[k].lo
				d.cuts = d.cuts[:k]
			}
			d.push(cut{at, end, runes, d.cost(at, end, lo)})
			continue
		}
		if inWord > 0 {
			if r, _ := runeBefore(d.text, at); isIdeograph(first) || isIdeograph(r) || isIdeographicMark(r) {
				endWord()
				d.push(cut{at, at, runes, d.cost(at, at, lo)})
			} else if k := len(d.inner) - 1; k < 0 || runes-d.inner[k].runes >= d.max/fineness {
				d.inner = append(d.inner, cut{at, at, runes, atCluster})
			}
		}
		if runes >= d.max*stretch {
			if inWord > d.max {
				endWord()
			}
			if k := len(d.cuts) - 1; inWord == 0 && k >= 0 && d.cuts[k].hi == at {
				return
			}
		}
		runes += n
		inWord += n
	}
	endWord()
	d.cuts = append(d.cuts, cut{d.hi, d.hi, runes, 0})
}

// push appends a cut and forgets what lies between it and another one nearby,
// unless it is cheaper than both. The cuts before and after a long word stay, so
// that no part gets longer for it.
func (d *divider) push(c cut) {
	d.cuts = append(d.cuts, c)
	for k := len(d.cuts) - 1; k >= 2; k = len(d.cuts) - 1 {
		p, m := d.cuts[k-2], d.cuts[k-1]
		if c.runes-p.runes > d.max/fineness || m.cost < p.cost && m.cost < c.cost {
			return
		}
		d.cuts[k-1] = c
		d.cuts = d.cuts[:k]
	}
}

// isIdeographicMark reports the marks between clauses of Chinese and Japanese.
func isIdeographicMark(r rune) bool {
	switch r {
	case '，', '、', '；', '：', '。', '！', '？', '」', '』', '）', '》':
		return true
	}
	return false
}

// cost rates a cut of a sentence that starts at lo by the marks before it, which
// end at byte at, and the word after it, which starts at byte next.
func (d *divider) cost(at, next, lo int) float64 {
	text, hi := d.text, d.hi
	if at <= lo || next >= hi {
		return atSpace
	}
	end := at
	r, n := runeBefore(text, end)
	for sideOf(r) >= closing && end-n > lo {
		end -= n
		r, n = runeBefore(text, end)
	}
	switch {
	case r == ';' || r == ':' || r == '；' || r == '：' || isTerminal(r) && !isPeriod(r) || end-n > lo && isDash(r) && spaceBefore(text, end-n, lo):
		return atClause
	case r == ',' || r == '，' || r == '、' || r == '،':
		return atComma
	case isPeriod(r) || end < at:
		return atJoint
	}
	q, _ := runeAt(text, next)
	if isIdeographicMark(q) || sideOf(q) == closing {
		return atCluster
	}
	if side := sideOf(q); side == opening && isDash(q) {
		return atJoint
	}
	if isDash(q) {
		return atComma
	}
	if isWordRune(q) {
		var buf [maxWord * 2]byte
		w := wordAfter(text, next, hi)
		if d.lang.joint[string(fold(buf[:0], w.in(text)))] {
			return atJoint
		}
	}
	if isIdeograph(q) && next == at {
		return 1
	}
	return atSpace
}

// choice is the cheapest way to have a part end at a cut.
type choice struct {
	cost float64
	from int // the cut at which that part starts, or -1
}

// chooseCuts picks the cuts that cost least together, the last one included;
// each part also costs the square of how far it is from its fair share of the
// left code points that are still to be divided. No part is longer than max but
// one that is a single cluster.
func (d *divider) chooseCuts(left int) []int {
	parts := (left + d.max - 1) / d.max
	share := float64(left) / float64(parts)
	d.best = d.best[:0]
	first := 0 // the earliest cut from which a part can reach the current one
	for i, c := range d.cuts {
		b := choice{math.Inf(1), i - 1} // a cluster longer than max
		consider := func(from, runes int, before float64) {
			off := (float64(c.runes-runes) - share) / share
			if cost := before + off*off + c.cost; cost < b.cost {
				b = choice{cost, from}
			}
		}
		for first < i && c.runes-d.cuts[first].runes > d.max {
			first++
		}
		if c.runes <= d.max {
			consider(-1, 0, 0)
		}
		for j := first; j < i; j++ {
			consider(j, d.cuts[j].runes, d.best[j].cost)
		}
		if math.IsInf(b.cost, 1) {
			if i > 0 {
				consider(i-1, d.cuts[i-1].runes, d.best[i-1].cost)
			} else {
				consider(-1, 0, 0)
			}
		}
		d.best = append(d.best, b)
	}
	var chosen []int
	for i := len(d.cuts) - 1; i >= 0; i = d.best[i].from {
		chosen = append(chosen, i)
	}
	slices.Reverse(chosen)
	return chosen
}
