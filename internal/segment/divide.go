package segment

import (
	"math"
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
	runes  int // code points of the sentence before hi
	cost   float64
}

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
	if max < 1 || utf8.RuneCountInString(text[lo:hi]) <= max {
		return []Span{{lo, hi}}
	}
	cuts := findCuts(text, languageOf(lang), lo, hi, max)
	return chooseCuts(cuts, lo, max)
}

// findCuts returns the places where text[lo:hi] can be cut, the end included.
func findCuts(text string, l *language, lo, hi, max int) []cut {
	var cuts []cut
	runes, inWord := 0, 0
	g := graphemes.FromString(text[lo:hi])
	wordStart := 0 // cuts that were made before the current word
	for g.Next() {
		cluster := g.Value()
		at := lo + g.Start()
		first, _ := utf8.DecodeRuneInString(cluster)
		n := utf8.RuneCountInString(cluster)
		if isSpace(first) && n == 1 || isSpace(first) && cluster == "\r\n" {
			runes += n
			// Cuts inside a word of bearable length are not wanted.
			if inWord <= max {
				cuts = cuts[:wordStart]
			}
			if k := len(cuts); k > 0 && cuts[k-1].hi == at {
				cuts[k-1].hi = lo + g.End()
				cuts[k-1].runes = runes
			} else {
				cuts = append(cuts, cut{at, lo + g.End(), runes, 0})
			}
			k := &cuts[len(cuts)-1]
			k.cost = cutCost(text, l, k.lo, k.hi, lo, hi)
			inWord, wordStart = 0, len(cuts)
			continue
		}
		if at > lo && inWord > 0 {
			if r, _ := runeBefore(text, at); isIdeograph(first) || isIdeograph(r) || isIdeographicMark(r) {
				cuts = append(cuts, cut{at, at, runes, cutCost(text, l, at, at, lo, hi)})
				inWord, wordStart = 0, len(cuts)
			} else {
				cuts = append(cuts, cut{at, at, runes, atCluster})
			}
		}
		runes += n
		inWord += n
	}
	if inWord <= max {
		cuts = cuts[:wordStart]
	}
	return append(cuts, cut{hi, hi, runes, 0})
}

// isIdeographicMark reports the marks between clauses of Chinese and Japanese.
func isIdeographicMark(r rune) bool {
	switch r {
	case '，', '、', '；', '：', '。', '！', '？', '」', '』', '）', '》':
		return true
	}
	return false
}

// cutCost rates a cut by the marks before it and the word after it.
func cutCost(text string, l *language, at, next, lo, hi int) float64 {
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
		if l.joint[string(fold(buf[:0], w.in(text)))] {
			return atJoint
		}
	}
	if isIdeograph(q) && next == at {
		return 1
	}
	return atSpace
}

// chooseCuts picks the cuts that make the fewest parts of at most max code
// points with the least cost, where a part also costs the square of how far it
// is from its fair share.
func chooseCuts(cuts []cut, lo, max int) []Span {
	n := len(cuts)
	// parts[i] is the least number of parts that end at cut i: greedy, going
	// as far as possible each time, gives the minimum.
	total := cuts[n-1].runes
	type state struct {
		parts int
		cost  float64
		from  int
	}
	best := make([]state, n)
	fewest := (total + max - 1) / max
	share := float64(total) / float64(fewest)
	if share > float64(max) {
		share = float64(max)
	}
	first := 0 // the earliest cut from which a part can reach cut i
	for i := range cuts {
		best[i] = state{parts: math.MaxInt, cost: math.Inf(1), from: -2}
		consider := func(from, runes int, prev state) {
			length := cuts[i].runes - runes
			d := (float64(length) - share) / share
			s := state{prev.parts + 1, prev.cost + d*d + cuts[i].cost, from}
			if s.cost < best[i].cost {
				best[i] = s
			}
		}
		for first < i && cuts[i].runes-cuts[first].runes > max {
			first++
		}
		if cuts[i].runes <= max {
			consider(-1, 0, state{})
		}
		for j := first; j < i; j++ {
			consider(j, cuts[j].runes, best[j])
		}
		if best[i].from == -2 { // a cluster longer than max
			if i == 0 {
				consider(-1, 0, state{})
			} else {
				consider(i-1, cuts[i-1].runes, best[i-1])
			}
		}
	}
	var spans []Span
	for i := n - 1; i >= 0; i = best[i].from {
		start := lo
		if j := best[i].from; j >= 0 {
			start = cuts[j].hi
		}
		spans = append(spans, Span{start, cuts[i].lo})
	}
	for i, j := 0, len(spans)-1; i < j; i, j = i+1, j-1 {
		spans[i], spans[j] = spans[j], spans[i]
	}
	return spans
}
