package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
)

// Ranks of headings. A document's ranks become its levels from 1.
const (
	rankPart    uint8 = 10 // Part One, Zweites Buch
	rankHash1   uint8 = 20 // "# " and "===="; each level further 2 more
	rankAct     uint8 = 36
	rankChapter uint8 = 40 // Chapter 3, Erstes Kapitel
	rankLone    uint8 = 42 // Prologue, Vorwort: like a chapter, or like what looks like it
	rankSection uint8 = 44 // Scene 1, Abschnitt 2
	rankCaps    uint8 = 50 // IN CAPITALS
	rankRoman   uint8 = 54 // II. Title
	rankNumber  uint8 = 60 // 3. Title; 3.1 Title is 1 more
	rankBare    uint8 = 80 // a short line of its own
)

// What a heading without a sign of its own is like.
const (
	headingWidth = 80 // columns
	titleWidth   = 120
	headingWords = 12
	bodyWidth    = 100 // so long is no heading
	proseWidth   = 40  // so long is prose if it ends as a sentence
)

// classify finds titles, headings and tables of contents among the units.
func (r *reader) classify() {
	r.dropContents()
	r.title()
	repeats := r.repeats()
	lastNumber, strongRow := 0, 0
	chapters := false
	for i := range r.units {
		u := &r.units[i]
		if u.first {
			strongRow = r.strongRow(i)
		}
		if u.role != plain || u.rank != 0 || u.width > titleWidth {
			continue
		}
		switch u.kind {
		case document.ListItem:
			if r.numbered(i) {
				u.kind, u.rank = document.Heading, rankNumber
			}
		case document.Paragraph:
			s := r.one(u)
			if n := bareNumber(s); n > 0 && u.first && u.alone {
				if n == lastNumber+1 && r.prose(i+1) {
					u.kind, u.rank = document.Heading, rankNumber
					lastNumber = n
				}
				continue
			}
			if rank := r.strong(i); rank != 0 {
				if r.strong(i+1) == rank || strongRow >= 3 {
					// Headings without text between them are a list of them.
					u.kind = document.ListItem
				} else if r.after(i) {
					u.kind, u.rank = document.Heading, rank
					chapters = chapters || rank == rankChapter
				}
				continue
			}
			rank, most := rankBare, 2
			if caps(s) {
				rank, most = rankCaps, 1
			}
			if repeats[s] <= most && r.bare(i, rank) {
				u.kind, u.rank = document.Heading, rank
			}
		}
	}
	for i := range r.units {
		u := &r.units[i]
		switch {
		case u.rank != rankLone:
		case chapters:
			u.rank = rankChapter
		case caps(r.one(u)):
			u.rank = rankCaps
		default:
			u.rank = rankBare
		}
	}
}

// at gives unit i, or nil beyond either end.
func (r *reader) at(i int) *unit {
	if i < 0 || i >= len(r.units) {
		return nil
	}
	return &r.units[i]
}

// prose says whether unit i is text that can stand below a heading.
func (r *reader) prose(i int) bool {
	u := r.at(i)
	return u != nil && u.role == plain && u.kind == document.Paragraph && r.strong(i) == 0 &&
		(u.width >= bodyWidth || u.hi-u.lo >= 3 || u.width >= proseWidth && r.lastLine(u).end.sentence())
}

// after says whether anything stands below heading i but signs.
func (r *reader) after(i int) bool {
	u := r.at(i + 1)
	return u != nil && (u.kind != document.Break || u.role == underline)
}

// strongRow counts the lines at the head of the chunk that unit i begins which
// words or numbers make headings: three and more are a table of contents.
func (r *reader) strongRow(i int) int {
	n := 0
	for ; r.strong(i) != 0 && (n == 0 || !r.units[i].first); i++ {
		n++
	}
	return n
}

// strong gives the rank of unit i if its words or numbers say that it is a
// heading, else 0. Below another line of its chunk it can be one only where
// that is one too.
func (r *reader) strong(i int) uint8 {
	u := r.at(i)
	if u == nil || u.kind != document.Paragraph || !u.first && r.units[i-1].rank == 0 && r.pattern(i-1) == 0 {
		return 0
	}
	return r.pattern(i)
}

// pattern is strong by the unit's own words alone.
func (r *reader) pattern(i int) uint8 {
	u := &r.units[i]
	if u.role != plain || u.width > headingWidth || u.hi-u.lo > 2 || r.firstLine(u).quote > 0 {
		return 0
	}
	s := r.text[r.firstLine(u).lo:r.lastLine(u).hi]
	last := r.lastLine(u).end
	if rank := keyword(s); rank != 0 {
		words := strings.Fields(s)
		switch {
		case last == endOpen, last == endQuestion:
			return rank
		case last == endStop && (len(words) <= 3 || len(words) <= 8 && strings.HasSuffix(words[1], ".")):
			return rank // CHAPTER I. — SCENE I. A bridge at night.
		}
		return 0
	}
	if !u.alone && !(u.first && r.long(i+1)) || last != endOpen && !(last == endStop && isRoman(strings.TrimSuffix(s, "."))) {
		return 0
	}
	word, rest, _ := strings.Cut(s, " ")
	if isRoman(strings.TrimSuffix(word, ".")) && (rest == "" || strings.HasSuffix(word, ".") && startOf(rest) == startUpper && !initial(rest)) {
		return rankRoman
	}
	if depth := dotted(word); depth > 0 && startOf(rest) == startUpper {
		return rankNumber + uint8(min(depth, 9))
	}
	return 0
}

// long says whether unit i is a paragraph that is too long for a heading.
func (r *reader) long(i int) bool {
	u := r.at(i)
	return u != nil && u.role == plain && u.kind == document.Paragraph && u.width >= bodyWidth
}

// numbered says whether list item i is rather a heading ("3. Title"): alone,
// short, with text below and no item beside it.
func (r *reader) numbered(i int) bool {
	u := &r.units[i]
	l := r.firstLine(u)
	if l.mark != markNumber || !u.first || !u.alone || u.hi-u.lo > 2 || u.width > headingWidth || r.lastLine(u).end != endOpen || l.quote > 0 {
		return false
	}
	_, title, _ := strings.Cut(r.one(u), " ")
	if s := startOf(strings.TrimSpace(title)); s == startLower || s == startDash {
		return false
	}
	if prev := r.at(i - 1); prev != nil && prev.kind == document.ListItem && prev.role == plain {
		return false
	}
	next := r.at(i + 1)
	return r.prose(i+1) || next != nil && next.kind == document.Paragraph && r.strong(i+1) > rankNumber
}

// bare says whether paragraph i is a heading by its looks and its neighbours
// alone; rank is what it would have.
func (r *reader) bare(i int, rank uint8) bool {
	u := &r.units[i]
	if !r.headingLike(i, headingWidth) {
		return false
	}
	prev, next := r.at(i-1), r.at(i+1)
	if !u.first && prev != nil && prev.rank == 0 && prev.kind != document.Title {
		// Inside a chunk of lines that are paragraphs, only between long ones.
		return prev.width >= bodyWidth && r.long(i+1)
	}
	if !u.alone && !(u.first && r.long(i+1)) && !(!u.first && next != nil && next.first) {
		return false
	}
	if question := r.lastLine(u).end == endQuestion; question {
		return r.long(i+1) && (prev == nil || prev.width >= headingWidth || prev.kind != document.Paragraph) && strings.Contains(r.one(u), " ")
	}
	// Below a short line that is no sentence it is one of a row: a signature,
	// an address, verse.
	if prev != nil && prev.kind == document.Paragraph && !r.prose(i-1) && !r.lastLine(prev).end.sentence() && !byline(r.one(prev)) {
		return false
	}
	switch {
	case next == nil:
		return false
	case r.prose(i + 1):
		return true
	case next.kind == document.Heading:
		return next.rank > rank
	case r.strong(i+1) != 0:
		return r.strong(i+1) > rank
	case next.kind == document.ListItem:
		return r.numbered(i+1) || !u.first || next.first
	case next.kind == document.Quote:
		return true
	}
	// Two headings in a row, below text.
	return (prev == nil || prev.kind == document.Title || r.prose(i-1)) && next.first && next.alone && r.headingLike(i+1, headingWidth) && r.prose(i+2)
}

// headingLike says whether unit i could be a heading: short, begun and ended
// like one, not one of the other short lines that articles and letters hold.
func (r *reader) headingLike(i int, width int32) bool {
	u := &r.units[i]
	if u.kind != document.Paragraph || u.role != plain || u.width < 3 || u.width > width || u.hi-u.lo > 2 || r.firstLine(u).quote > 0 {
		return false
	}
	s := r.text[r.firstLine(u).lo:r.lastLine(u).hi]
	words := len(strings.Fields(s))
	switch l := r.lastLine(u); {
	case l.end == endOpen, l.end == endQuestion && words >= 2:
	case l.end == endStop && words >= 2 && caps(s) && r.firstLine(u).start == startUpper:
	default:
		return false
	}
	switch r.firstLine(u).start {
	case startLower, startDash:
		return false
	case startOther:
		if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, openers)); !unicode.IsLetter(first) || width < u.width*2 {
			return false
		}
	}
	if words > headingWords*int(width)/headingWidth || quoted(s) && words <= 2 {
		return false
	}
	return !smallTalk(s) && !byline(s) && !dateline(s) && !strings.ContainsAny(s, "@|\t") && !strings.Contains(s, "://") &&
		!strings.Contains(s, "www.") && !innerSentence(s) && !leader(s)
}

// title makes the first unit the title if it is like a heading and something
// follows it.
func (r *reader) title() {
	i := 0
	for i < len(r.units) && (r.units[i].kind == document.Break || r.units[i].role != plain) {
		i++
	}
	j := i + 1 // what follows
	for j < len(r.units) && r.units[j].role != plain {
		j++
	}
	if j >= len(r.units) {
		return
	}
	u := &r.units[i]
	if u.kind == document.Heading {
		for _, other := range r.units[j:] {
			if other.kind == document.Heading && other.rank <= u.rank {
				return
			}
		}
		u.kind, u.rank = document.Title, 0
		return
	}
	if r.headingLike(i, titleWidth) && keyword(r.one(u)) == 0 && (j > i+1 || r.heads(i)) {
		u.kind = document.Title
	}
}

// heads says whether what follows first unit i lets it be a title: text, verse,
// a list, a heading, an author or a date; not another of a row of short lines.
func (r *reader) heads(i int) bool {
	u, next := &r.units[i], &r.units[i+1]
	if !u.alone && !r.long(i+1) && !byline(r.one(next)) {
		return false
	}
	if r.lastLine(u).end == endQuestion {
		return r.prose(i + 1)
	}
	if !u.alone || next.kind != document.Paragraph || !next.first || !next.alone || r.prose(i+1) || r.lastLine(next).end.sentence() ||
		r.lastLine(next).end == endColon && next.width >= proseWidth ||
		byline(r.one(next)) || dateline(r.one(next)) || r.strong(i+1) != 0 {
		return true
	}
	third := r.at(i + 2)
	return r.headingLike(i+1, headingWidth) && third != nil && (r.prose(i+2) || r.strong(i+2) != 0 || third.kind == document.ListItem)
}

// repeats counts the lines in which a heading is sought, by their text: those
// that come again and again are names of speakers or refrains.
func (r *reader) repeats() map[string]int {
	count := make(map[string]int)
	for i := range r.units {
		if u := &r.units[i]; u.first && u.kind == document.Paragraph && u.width <= headingWidth && r.lastLine(u).end != endComma {
			count[r.one(u)]++
		}
	}
	return count
}

// dropContents marks the lines of a table of contents, two or more in a row,
// and the line above that says what it is.
func (r *reader) dropContents() {
	is := func(i int) bool {
		u := r.at(i)
		return u != nil && (u.kind == document.Paragraph || u.kind == document.ListItem) && leader(r.text[r.firstLine(u).lo:r.lastLine(u).hi])
	}
	for i := range r.units {
		if !is(i) || !is(i-1) && !is(i+1) {
			continue
		}
		r.units[i].role = contents
		for j := i - 1; j >= 0 && j >= i-2; j-- { // an underline may stand between
			if up := &r.units[j]; up.role == plain && contentsWord(r.one(up)) {
				up.role = contents
				if j+1 < i && r.units[j+1].role == underline {
					r.units[j+1].role = contents
				}
			}
		}
	}
}

// levels maps the ranks in use to levels from 1.
func (r *reader) levels() (level [256]int) {
	for i := range r.units {
		if u := &r.units[i]; u.kind == document.Heading {
			level[u.rank] = 1
		}
	}
	n := 0
	for rank := range level {
		if level[rank] > 0 {
			n++
			level[rank] = n
		}
	}
	return level
}
