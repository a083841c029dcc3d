package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/input"
)

// line is a line that is not blank.
type line struct {
	lo, hi int32 // bytes, without indentation, quote signs and trailing space
	body   int32 // where its text starts after a bullet; lo if it has none
	width  int32 // columns of [lo, hi)
	num    int32 // of a numbered item
	indent uint16
	blank  bool  // blank lines stand above
	page   bool  // a page starts here (form feed)
	soft   bool  // ends in a soft hyphen
	quote  uint8 // how many ">" stand before it
	mark   mark
	start  start
	end    end
	rule   rune // the sign a rule or scene break is made of; 0 for text
}

// right is the column where the line ends.
func (l *line) right() int { return int(l.indent) + int(l.width) }

// start is the class of a line's first letter.
type start uint8

const (
	startOther start = iota // a sign, or a script without case
	startUpper
	startLower
	startDigit
	startDash
)

// end is the class of a line's last sign.
type end uint8

const (
	endOpen     end = iota // a letter or digit
	endStop                // . … and their kin
	endQuestion            // ? !
	endColon
	endComma // or a semicolon
	endHyphen
	endDash
)

// sentence says whether a sentence ends at e.
func (e end) sentence() bool { return e == endStop || e == endQuestion }

const tab = 4 // columns

// scan finds the lines that are not blank. Lines end at LF, CR LF, CR, VT, NEL
// and U+2028; U+2029 counts as a blank line, a form feed as a page break.
func (r *reader) scan() {
	t := r.text
	blank, page := true, false
	for lo := 0; lo < len(t); {
		hi, n := lineEnd(t, lo)
		if l, ok := r.line(lo, hi); ok {
			l.blank, l.page = blank, page
			blank, page = false, false
			r.lines = append(r.lines, l)
		} else {
			blank = true
		}
		switch {
		case n == 1 && t[hi] == '\f':
			page = true
		case n == 3 && t[hi+2] == 0xa9: // U+2029
			blank = true
		}
		lo = hi + n
	}
}

// lineEnd gives the end of the line at lo and the length of its break.
func lineEnd(t string, lo int) (hi, n int) {
	for i := lo; i < len(t); i++ {
		switch t[i] {
		case '\r':
			if i+1 < len(t) && t[i+1] == '\n' {
				return i, 2
			}
			return i, 1
		case '\n', '\v', '\f':
			return i, 1
		case 0xc2:
			if t[i+1] == 0x85 { // the text is valid UTF-8: a byte follows
				return i, 2
			}
		case 0xe2:
			if t[i+1] == 0x80 && (t[i+2] == 0xa8 || t[i+2] == 0xa9) {
				return i, 3
			}
		}
	}
	return len(t), 0
}

// line reads the line at bytes [lo, hi); ok is false if it is blank.
func (r *reader) line(lo, hi int) (l line, ok bool) {
	t := r.text[:hi]
	indent := 0
	lo, indent = skipSpace(t, lo, 0)
	for lo < hi && t[lo] == '>' && l.quote < 255 {
		l.quote++
		lo, indent = skipSpace(t, lo+1, 0)
		indent = max(0, indent-1) // the space that belongs to the sign
	}
	trimmed := strings.TrimRightFunc(t[lo:], hidden)
	l.soft = strings.HasPrefix(t[lo+len(trimmed):], "\u00ad")
	if trimmed == "" {
		return line{}, false
	}
	l.lo, l.hi, l.body = int32(lo), int32(lo+len(trimmed)), int32(lo)
	l.indent = uint16(min(indent, 1<<15))
	l.width = int32(columns(trimmed))
	l.start, l.end = startOf(trimmed), endOf(trimmed)
	if l.rule = ruleOf(trimmed); l.rule == 0 {
		var n int
		l.mark, l.num, n = markOf(trimmed)
		l.body += int32(n)
	}
	return l, true
}

// hidden says whether r shows nothing.
func hidden(r rune) bool { return unicode.IsSpace(r) || input.Invisible(r) }

func skipSpace(t string, i, col int) (int, int) {
	for i < len(t) {
		r, n := utf8.DecodeRuneInString(t[i:])
		switch {
		case r == '\t':
			col += tab - col%tab
		case r == '\u3000':
			col += 2
		case unicode.IsSpace(r):
			col++
		case !input.Invisible(r):
			return i, col
		}
		i += n
	}
	return i, col
}

// wide says whether r takes two columns (roughly the Wide and Fullwidth of
// Unicode Standard Annex 11).
func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd)
}

func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

// glued says whether r belongs to a script that is written without spaces
// between words, so that nothing stands between the lines of a paragraph.
func glued(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r >= 0x3001 && r <= 0x303f || r >= 0xff01 && r <= 0xff60
}

const (
	openers = "\"'„“‚‘«»‹›([{¿¡「『（《〈*_"
	closers = "\"'”“’‘»«›‹)]}」』）》〉*_"
)

func startOf(s string) start {
	s = strings.TrimLeft(s, openers)
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return startUpper
	case unicode.IsLower(r):
		return startLower
	case unicode.IsDigit(r):
		return startDigit
	case strings.ContainsRune("-–—―", r):
		return startDash
	}
	return startOther
}

func endOf(s string) end {
	s = strings.TrimRight(s, closers)
	r, _ := utf8.DecodeLastRuneInString(s)
	switch {
	case strings.ContainsRune(".…。．｡।॥۔։።", r):
		return endStop
	case strings.ContainsRune("?!？！‽؟՞", r):
		return endQuestion
	case r == ':' || r == '：':
		return endColon
	case strings.ContainsRune(",;，、；،؛", r):
		return endComma
	case r == '-' || r == '\u2010':
		before, _ := utf8.DecodeLastRuneInString(s[:len(s)-utf8.RuneLen(r)])
		if unicode.IsLetter(before) || unicode.IsDigit(before) {
			return endHyphen
		}
		return endDash
	case strings.ContainsRune("–—―", r):
		return endDash
	}
	return endOpen
}

const ornaments = "⁂❦❧☙✻✽✦◆◇◊■□#*"

// ruleOf gives the sign that s is made of if it is a rule or a scene break
// ("***", "* * *", "-----", "⁂", "~*~"), else 0. Of mixed signs it gives '*'.
func ruleOf(s string) rune {
	var sign rune
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
		case strings.ContainsRune("*-_~#=•·+—–─═━"+ornaments, r):
			if sign != 0 && r != sign {
				r = '*'
			}
			sign = r
			n++
		default:
			return 0
		}
	}
	// "--" ends an e-mail before its signature.
	if n >= 3 || s == "--" || n == 1 && strings.ContainsRune(ornaments, sign) {
		return sign
	}
	return 0
}
