package segment

import (
	"slices"
	"strings"
	"unicode"
)

// marker is what numbers a list item: “3.”, “3)”, “3.)”, “(3)”, “c.”, “• 3.”
type marker struct {
	lo, hi int  // its bytes, bullet included
	value  int  // counts up from one marker of a list to the next; a bullet's is the bullet
	style  int  // markers of one list look alike
	starts bool // it stands where a list can start
}

// maxMarkers bounds the markers that are kept of one paragraph; a list longer
// than that is read as running text from there on.
const maxMarkers = 4096

// Styles of markers: what closes the label, plus what the label is.
const (
	styleStop    = iota // 3.
	styleBracket        // 3)
	styleBoth           // 3.)
	stylePair           // (3)

	styleSmall   = 4  // c
	styleCapital = 8  // C
	styleBullet  = 12 // •
	styles       = 13 // how many there are
)

// findItems finds the list items of the paragraph: runs of at least two markers
// of one style whose labels follow each other, the first of them where a list
// can start (the paragraph's first byte, a new line, or after a stop or a
// colon). What is no such run is running text: “Im 5. Jahrhundert”.
func (s *splitter) findItems() {
	s.items = s.items[:0]
	var open [styles]marker // by style, the last marker of a list or one that may be its first
	if m, ok := s.bulletAt(s.lo); ok {
		open[m.style] = m
	}
	for i := s.lo; i < s.hi && len(s.items) < maxMarkers; i++ {
		var m marker
		var ok bool
		switch s.text[i] {
		case '.', ')':
			m, ok = s.markerAt(i)
		case '\n':
			m, ok = s.bulletAt(i + 1)
		case bulletLead:
			m, ok = s.bulletInLine(i)
		}
		if !ok {
			continue
		}
		last := &open[m.style]
		if last.value != 0 && s.continues(*last, m) {
			if last.starts {
				s.items = append(s.items, *last)
			}
			s.items = append(s.items, m)
			m.starts = false // it is in the list now
			*last = m
		} else if m.starts {
			*last = m
		}
	}
	// A list's first marker is known only when its second is seen, and lists
	// can be nested.
	slices.SortFunc(s.items, func(a, b marker) int { return a.lo - b.lo })
}

// bulletAt reads the bullet or dash that starts the line at byte i. Its value is
// the character, for the items of a list have the same.
func (s *splitter) bulletAt(i int) (m marker, ok bool) {
	m.lo = skipSpace(s.text, i, min(s.hi, i+16))
	if m.lo >= s.hi {
		return m, false
	}
	r, n := runeAt(s.text, m.lo)
	m.hi = m.lo + n
	if !isBullet(r) && !isDash(r) || m.hi >= s.hi || !spaceAt(s.text, m.hi) {
		return m, false
	}
	m.value, m.style, m.starts = int(r), styleBullet, true
	return m, true
}

// bulletLead is the first byte of the bullets that are never anything else.
const bulletLead = 0xe2 // U+2000 to U+2FFF

// bulletInLine reads the bullet at byte i between white space within a line:
// “• bread • butter”, where the list must start like any other.
func (s *splitter) bulletInLine(i int) (m marker, ok bool) {
	r, n := runeAt(s.text, i)
	if r < '•' || !isBullet(r) || i <= s.lo || !spaceBefore(s.text, i, s.lo) {
		return m, false
	}
	end := trimSpace(s.text, max(s.lo, i-4), i)
	if strings.IndexByte(s.text[end:i], '\n') >= 0 {
		return m, false // bulletAt has it
	}
	if m, ok = s.bulletAt(i); ok {
		q, _ := runeBefore(s.text, max(end, s.lo+1))
		m.starts, m.hi = isTerminal(q) || q == ':', i+n
	}
	return m, ok
}

// continues reports that marker m, whose label follows that of last, continues
// its list and is no number in the middle of a sentence.
func (s *splitter) continues(last, m marker) bool {
	if m.style == styleBullet {
		return m.value == last.value
	}
	if m.value != last.value+1 {
		return false
	}
	if m.starts {
		return true
	}
	const near = 240 // bytes: items without a stop are short
	if m.lo-last.hi > near || s.inSentence(m.lo) {
		return false
	}
	r, _ := runeAt(s.text, skipSpace(s.text, m.hi, s.hi))
	return m.style != styleStop || !unicode.IsLower(r)
}

// markerAt reads the marker that the “.” or “)” at byte at closes.
func (s *splitter) markerAt(at int) (m marker, ok bool) {
	text := s.text
	m.hi = at + 1
	m.style = styleStop
	if text[at] == ')' {
		m.style = styleBracket
	} else if m.hi < s.hi && text[m.hi] == ')' {
		m.hi++
		m.style = styleBoth
	}
	if m.hi >= s.hi || !spaceAt(text, m.hi) {
		return m, false
	}
	// The label: up to three digits, or one letter.
	m.lo = at
	for m.lo > s.lo && at-m.lo < 3 && isDigitByte(text[m.lo-1]) {
		m.lo--
		m.value = 0
		for _, c := range []byte(text[m.lo:at]) {
			m.value = m.value*10 + int(c-'0')
		}
	}
	switch {
	case m.lo < at:
		m.value++ // a list can start at 0
	case at > s.lo && text[at-1] >= 'a' && text[at-1] <= 'z':
		m.lo, m.value = at-1, int(text[at-1]-'a')+1
		m.style += styleSmall
	case at > s.lo && text[at-1] >= 'A' && text[at-1] <= 'Z' && text[at] == ')':
		m.lo, m.value = at-1, int(text[at-1]-'A')+1
		m.style += styleCapital
	default:
		return m, false
	}
	if m.style&3 == styleBracket && m.lo > s.lo && text[m.lo-1] == '(' {
		m.lo--
		m.style += stylePair - styleBracket
	}
	// Before it stands white space, or a bullet.
	end := trimSpace(text, max(s.lo, m.lo-4), m.lo)
	if end > s.lo {
		if r, n := runeBefore(text, end); isBullet(r) && spaceBefore(text, end-n, s.lo) {
			m.lo, m.starts = end-n, true
			end = trimSpace(text, max(s.lo, m.lo-4), m.lo)
		}
	}
	if end == s.lo {
		m.starts = true
		return m, true
	}
	if end == m.lo {
		return m, false
	}
	r, _ := runeBefore(text, end)
	if r == ',' || r == ';' {
		return m, false // an enumeration within a sentence: “1) this, 2) that”
	}
	m.starts = m.starts || isTerminal(r) || r == ':' || sideOf(r) == closing || strings.IndexByte(text[end:m.lo], '\n') >= 0
	if m.style >= styleSmall && m.value > 1 || m.style == styleSmall+styleStop && isTerminal(r) {
		m.starts = false // abbreviations and initials look like that: “d. h.”, “i. d. R.”
	}
	return m, true
}

func isDigitByte(c byte) bool { return c >= '0' && c <= '9' }

// inSentence reports that the number at byte i follows a word that makes it part
// of the sentence: “am 2. Mai”, “page 3.”
func (s *splitter) inSentence(i int) bool {
	return s.lang.follows(s.lang.before, s.text, i) || s.lang.follows(s.lang.cardinal, s.text, i) || s.lang.follows(s.lang.joint, s.text, i)
}
