package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
)

// group makes units of the lines: first chunks, which blank lines, pages and
// quotes set apart, then the units of each.
func (r *reader) group() {
	whole := r.wrapWidth(r.lines)
	for lo := 0; lo < len(r.lines); {
		hi := lo + 1
		for hi < len(r.lines) && !r.apart(hi) {
			hi++
		}
		width := whole
		if hi-lo >= 3 {
			if w := r.wrapWidth(r.lines[lo:hi]); w > 0 {
				width = w
			}
		}
		r.chunk(lo, hi, width)
		lo = hi
	}
}

// apart says whether line i begins a chunk. A page that begins in the middle
// of a sentence does not.
func (r *reader) apart(i int) bool {
	l, prev := &r.lines[i], &r.lines[i-1]
	switch {
	case l.quote != prev.quote:
		return true
	case l.page:
		return l.start != startLower || prev.end.sentence() || prev.end == endColon || prev.rule != 0
	}
	return l.blank
}

// What makes hard-wrapped lines: their right ends lie near each other, sentences
// run on from one to the next, and each is as full as can be.
const (
	minWrap    = 20
	maxWrap    = 200
	wrapWindow = 14 // columns: the longest of usual words
)

// wrapWidth gives the column at which lines are wrapped, or 0 if each line
// ends by intent.
func (r *reader) wrapWidth(lines []line) int {
	var ends [maxWrap + 1]int // lines by right end, the last line of a chunk left out
	pairs, texts := 0, 0
	for i := range lines {
		if lines[i].rule != 0 {
			continue
		}
		texts++
		if runsOn(lines, i) {
			pairs++
			ends[min(lines[i].right(), maxWrap)]++
		}
	}
	best, top, sum := 0, 0, 0
	for w, n := range ends[:maxWrap] {
		sum += n
		if w >= wrapWindow {
			sum -= ends[w-wrapWindow]
		}
		if w >= minWrap && sum > 0 && sum >= best {
			best, top = sum, w
		}
	}
	if best*3 < pairs || best == 0 {
		return 0
	}
	// Some lines stick out; the width is where nearly all have ended.
	width, beyond := top, 0
	for width > top-wrapWindow && width > minWrap && (ends[width] == 0 || (beyond+ends[width])*33 <= best) {
		beyond += ends[width]
		width--
	}
	near, full, open, lower, cased, over := 0, 0, 0, 0, 0, 0
	for i := range lines {
		l := &lines[i]
		if l.rule == 0 && l.right() > width+wrapWindow {
			over++
		}
		if !runsOn(lines, i) || l.right() <= top-wrapWindow || l.right() > top {
			continue
		}
		next := &lines[i+1]
		near++
		if r.full(l, next, width) {
			full++
		}
		if !l.end.sentence() && l.end != endColon {
			open++
		}
		switch next.start {
		case startLower:
			lower++
			cased++
		case startUpper:
			cased++
		}
	}
	if full*10 < near*7 || open*10 < near*6 || lower*4 < cased || over*10 > texts {
		return 0
	}
	return width
}

// runsOn says whether line i has a next one that might continue it.
func runsOn(lines []line, i int) bool {
	if i+1 >= len(lines) || lines[i].rule != 0 {
		return false
	}
	l, next := &lines[i], &lines[i+1]
	if next.blank || next.page || next.quote != l.quote || next.rule != 0 || next.mark == markHash {
		return false
	}
	// A number or a dash in mid-sentence was put there by a line break.
	return next.mark == markNone || l.mark == markNone && next.num != 1 && l.width >= 2*minWrap && l.end == endOpen
}

// full says whether the first word of next had no room in l.
func (r *reader) full(l, next *line, width int) bool {
	word := 0
	for _, c := range r.text[next.lo:next.hi] {
		if unicode.IsSpace(c) || word > 0 && glued(c) && !strings.ContainsRune(closers+"。、，！？；：", c) {
			break
		}
		word++
		if wide(c) {
			word++
		}
	}
	last, _ := utf8.DecodeLastRuneInString(r.text[:l.hi])
	if !glued(last) {
		word++ // the space
	}
	return l.right()+word > width
}

// chunk makes the units of lines [lo, hi), wrapped at width (0: not wrapped).
func (r *reader) chunk(lo, hi, width int) {
	start := len(r.units)
	base := int(r.lines[lo].indent)
	pairs, full := 0, 0
	for i := lo; i < hi; i++ {
		base = min(base, int(r.lines[i].indent))
		if i+1 < hi && width > 0 && runsOn(r.lines, i) {
			pairs++
			if r.full(&r.lines[i], &r.lines[i+1], width) {
				full++
			}
		}
	}
	c := chunk{width: width, base: base, filled: full*2 >= pairs}
	r.markItems(lo, hi, &c)
	for i := lo; i < hi; {
		u := unit{lo: int32(i), hi: int32(i + 1), width: r.lines[i].width}
		switch l := &r.lines[i]; {
		case l.rule != 0:
			u.kind = document.Break
		case l.mark == markHash:
			u.kind, u.rank = document.Heading, rankHash1+uint8(2*(l.num-1))
		case l.mark != markNone:
			u.kind = document.ListItem
		case l.quote > 0:
			u.kind = document.Quote
		}
		for i++; i < hi && u.kind != document.Break && u.kind != document.Heading && r.joins(i, &u, c); i++ {
			u.hi++
			u.width += 1 + r.lines[i].width
		}
		r.units = append(r.units, u)
	}
	r.underlines(start)
	r.units[start].first = true
	r.units[start].alone = len(r.units) == start+1
}

type chunk struct {
	width, base int
	filled      bool // most lines are full
}

// joins says whether line i continues the unit that ends before it.
func (r *reader) joins(i int, u *unit, c chunk) bool {
	l, next := &r.lines[i-1], &r.lines[i]
	if next.rule != 0 || next.mark != markNone || leader(r.text[l.lo:l.hi]) {
		return false
	}
	if l.soft || l.end == endHyphen && next.start != startOther && next.start != startDash {
		return true
	}
	open := !l.end.sentence() && l.end != endColon
	head := &r.lines[u.lo]
	if u.kind == document.ListItem {
		// What is indented below an item belongs to it; what is not does so
		// only if a sentence runs on.
		if next.indent > head.indent {
			return true
		}
		return open && (next.start == startLower || c.width > 0 && r.full(l, next, c.width))
	}
	if c.width == 0 || l.right() > c.width+c.width/2 {
		// Lines that end by intent, unless one breaks off in a sentence.
		runs := l.width >= 25 && next.width >= 25 || l.width >= 40 && next.end.sentence()
		return open && next.start == startLower && runs && int(next.indent) <= c.base
	}
	full := r.full(l, next, c.width)
	if int(next.indent) > c.base && next.indent != l.indent {
		// An indented line begins a paragraph, unless the sentence runs on, as
		// below a hanging first line.
		return open && (full || next.start == startLower) && int(l.indent) == c.base && l.end != endDash
	}
	if int(next.indent) > c.base && l.end.sentence() && int(head.indent) > c.base && u.hi == u.lo+1 && next.start != startLower {
		return false // a row of one-line paragraphs, each indented
	}
	if full || !open {
		return full
	}
	return next.start == startLower && l.right()*2 >= c.width || c.filled && l.right()*4 >= c.width*3
}

// underlines makes a heading of a short line with a rule below it, in the
// chunk whose units begin at start; a rule above as well goes with it.
func (r *reader) underlines(start int) {
	units := r.units
	for i := start; i+1 < len(units); i++ {
		u, under := &units[i], &units[i+1]
		rule := r.firstLine(under).rule
		over := i == start+1 && units[start].kind == document.Break && r.firstLine(&units[start]).rule == rule
		if u.kind != document.Paragraph || under.kind != document.Break || i != start && !over || u.hi-u.lo > 2 || u.width > 100 {
			continue
		}
		rank := rankOf(rule)
		if rank == 0 || strings.ContainsRune(r.one(under), ' ') || rule != '=' && r.lastLine(u).end == endStop {
			continue
		}
		u.kind, u.rank = document.Heading, rank
		under.role = underline
		if over {
			units[start].role = underline
		}
		// What stands below an underlined heading is a chunk of its own.
		if i+2 < len(units) {
			units[i+2].first = true
			units[i+2].alone = i+3 == len(units)
		}
	}
}

// rankOf gives the rank of a heading that is underlined with sign, 0 if it is
// no sign for that.
func rankOf(sign rune) uint8 {
	switch sign {
	case '=', '═', '━':
		return rankHash1
	case '-', '─', '~', '_':
		return rankHash1 + 2
	}
	return 0
}
