package segment

import (
	"strings"
	"unicode"
)

// mark is the kind of mark at which a sentence may end.
type mark uint8

const (
	period    mark = iota // a single full stop
	ellipsis              // several, or …
	loud                  // ! ? and the marks of other scripts
	ideograph             // 。！？ and their like, which need no space after them
	smile                 // an emoji or emoticon, without a stop before it
)

// follows is the kind of thing that comes after a candidate.
type follows uint8

const (
	nothing   follows = iota
	goesOn            // a comma or another mark that can start no sentence
	lowerCase         // a small letter
	upperCase         // a capital letter
	digit             // a digit, or an amount of money
	otherWord         // a letter without case
	symbol            // anything else
)

// candidate is a place where a sentence may end, with what stands around it.
type candidate struct {
	at      int // first byte of the marks
	stop    int // after the marks and what closes with them
	next    int // first byte after the white space that follows, at most the paragraph's end
	mark    mark
	dots    int  // how many full stops
	closed  bool // quotation marks or brackets close after the marks
	bracket bool // a bracket among them
	again   bool // and marks follow these: ”.
	noted   bool // a footnote mark or an emoticon closes
	omits   bool // the marks are an omission in brackets: [...]
	apart   bool // white space stands before the marks

	left  word
	right word
	after follows
	// what stands between next and right:
	quoted, bracketed, dashed, dotted, bulleted bool
}

// glued reports that no white space follows the marks.
func (c *candidate) glued() bool { return c.stop == c.next }

// candidate reads what stands around the mark at byte i.
func (s *splitter) candidate(i int) candidate {
	c := candidate{at: i}
	s.readMarks(&c)
	s.readLeft(&c)
	s.readClosers(&c)
	c.next = skipSpace(s.text, c.stop, s.hi)
	if c.next < s.hi {
		s.readRight(&c)
	}
	return c
}

// readMarks reads the run of terminal marks, spaced or not.
func (s *splitter) readMarks(c *candidate) {
	text, i := s.text, c.at
	for i < s.hi {
		r, n := runeAt(text, i)
		if !isTerminal(r) {
			break
		}
		switch {
		case isIdeographicStop(r):
			c.mark = ideograph
		case isPeriod(r):
			c.dots++
		case r == '…':
			c.dots += 3
		default:
			c.mark = max(c.mark, loud)
		}
		i += n
	}
	c.stop = i
	if c.mark == period && c.dots > 1 {
		c.mark = ellipsis
	}
	if c.dots == 0 {
		return
	}
	// “. . .” is one ellipsis, and “etc. .” one stop.
	end, more := i, 0
	for end < s.hi {
		j := skipSpace(text, end, min(s.hi, end+4))
		if j == end || j >= s.hi || text[j] != '.' {
			break
		}
		if j+1 < s.hi {
			if r, _ := runeAt(text, j+1); isWordRune(r) || isTerminal(r) {
				break
			}
		}
		end, more = j+1, more+1
	}
	if more == 0 {
		return
	}
	if more == 3 && c.dots == 1 && !spaceBefore(text, c.at, s.lo) {
		// “word. . . . Next”: a full stop, then an ellipsis before a capital
		// belongs to what follows.
		if j := skipSpace(text, end, s.hi); j > end && j < s.hi {
			if r, _ := runeAt(text, j); unicode.IsUpper(r) {
				return
			}
		}
	}
	c.stop = end
	c.dots += more
	if c.mark == period {
		c.mark = ellipsis
	}
}

func spaceBefore(text string, i, lo int) bool {
	if i <= lo {
		return true
	}
	r, _ := runeBefore(text, i)
	return isSpace(r)
}

// readClosers reads quotation marks, brackets, footnote marks, emoticons and
// further stops that close with the marks.
func (s *splitter) readClosers(c *candidate) {
	text, i := s.text, c.stop
	for i < s.hi {
		r, n := runeAt(text, i)
		if side := sideOf(r); side == closing || side == either && s.closesGlued(r, i+n) {
			c.closed = true
			c.bracket = c.bracket || r == ')' || r == ']'
			i += n
			continue
		}
		if isTerminal(r) && c.closed {
			c.again = true
			i += n
			continue
		}
		if end := footnote(text, i, s.hi); end > i {
			c.noted = true
			i = end
			continue
		}
		if end := s.footnoteNumber(c, i); end > i {
			c.noted = true
			i = end
			continue
		}
		if end := smiley(text, i, s.hi); end > i {
			c.noted = true
			i = end
			continue
		}
		if !isSpace(r) {
			break
		}
		// What closes and stands apart still belongs to what it closes.
		j := skipSpace(text, i, min(s.hi, i+8))
		if j >= s.hi {
			break
		}
		if end := smiley(text, j, s.hi); end > j && (end == s.hi || spaceAt(text, end)) {
			c.noted = true
			i = end
			continue
		}
		q, m := runeAt(text, j)
		if j+1 < s.hi && (q == '\'' || q == '`') && text[j+1] == byte(q) {
			m = 2
		}
		if side := sideOf(q); (side == closing && q != ')' || side == either) && s.closesApart(c, q, j, j+m) {
			c.closed = true
			i = j + m
			continue
		}
		break
	}
	c.stop = i
}

// closesGlued reports whether r, which touches the marks before it and ends at
// byte i, closes rather than opens.
func (s *splitter) closesGlued(r rune, i int) bool {
	if i >= s.hi {
		return true
	}
	q, _ := runeAt(s.text, i)
	if !isWordRune(q) {
		return true
	}
	switch r {
	case '\'', '’', '`', '´':
		return false // U.S.’s
	}
	return !s.lang.opens(r)
}

// closesApart reports whether the quotation mark at bytes [lo, hi), which
// stands after white space, closes what stands before it.
func (s *splitter) closesApart(c *candidate, r rune, lo, hi int) bool {
	if hi < s.hi {
		q, _ := runeAt(s.text, hi)
		if !isSpace(q) && !isTerminal(q) && q != ',' && q != ';' && q != ':' && q != ')' {
			return false
		}
	}
	if r == '"' {
		return !c.closed && s.openQuote(lo, hi)
	}
	return !s.lang.opens(r)
}

// openQuote guesses whether the straight quotation mark at bytes [lo, hi), which
// touches nothing, closes. It does if no such mark ahead looks like the end of
// what this one would open: the next one must follow a final mark. If one does,
// it still closes unless the last one before it whose side is plain has been
// closed. Only the side to which the mark itself belongs depends on this.
func (s *splitter) openQuote(lo, hi int) bool {
	const near = 1000 // bytes
	text := s.text
	if rest := text[skipSpace(text, hi, s.hi):s.hi]; strings.HasPrefix(rest, "..") || strings.HasPrefix(rest, "…") {
		return false // “. " ... and so on. "”
	}
	next := hi
	for range 16 {
		k := strings.IndexByte(text[next:min(s.hi, hi+near)], '"')
		if k < 0 {
			return true
		}
		next += k
		if spaceBefore(text, next, s.lo) && (next+1 >= s.hi || spaceAt(text, next+1)) {
			break
		}
		next++
	}
	if end := trimSpace(text, hi, next); end == hi {
		return true
	} else if r, _ := runeBefore(text, end); !isTerminal(r) {
		return true
	}
	from := max(s.lo, lo-near)
	opens := true // of those before it that touch nothing, every other one
	i := lo
	for range 16 {
		k := strings.LastIndexByte(text[from:i], '"')
		if k < 0 {
			return !opens
		}
		i = from + k
		if before, after := spaceBefore(text, i, s.lo), spaceAt(text, i+1); before != after {
			return before == opens
		}
		opens = !opens
	}
	return true
}

func spaceAt(text string, i int) bool {
	r, _ := runeAt(text, i)
	return isSpace(r)
}

// footnote returns the end of a footnote mark at byte i, or i: [12], [a], ¹²,
// *, †.
func footnote(text string, i, hi int) int {
	r, n := runeAt(text, i)
	switch r {
	case '[':
		for j := i + 1; j < hi && j < i+8; j++ {
			switch b := text[j]; {
			case b == ']':
				if j > i+1 {
					return j + 1
				}
				return i
			case b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == ',' || b == ' ' || b == '-':
			default:
				return i
			}
		}
		return i
	case '¹', '²', '³', '⁰', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '†', '‡':
		return i + n
	}
	return i
}

// footnoteNumber returns the end of the number of a footnote at byte i, or i. It is
// written like an exponent, and of that only the digits are left: “stayed.12 Then”.
func (s *splitter) footnoteNumber(c *candidate, i int) int {
	end := i
	for end < s.hi && end < i+3 && isDigitByte(s.text[end]) {
		end++
	}
	w := c.left
	if end == i || c.apart || w.shape != lower || w.runes < 3 || !w.vowel || !w.plain(s.text) || s.lang.abbrev[w.in(s.text)] != ordinary {
		return i
	}
	next := skipSpace(s.text, end, min(s.hi, end+4))
	if next == end || next >= s.hi {
		return i
	}
	if r, _ := runeAt(s.text, next); !unicode.IsUpper(r) {
		return i
	}
	return end
}

// readLeft reads the word before the marks.
func (s *splitter) readLeft(c *candidate) {
	i := trimSpace(s.text, max(s.start, c.at-8), c.at)
	c.apart = i < c.at
	c.left = wordBefore(s.text, s.start, max(i, s.start))
	if c.left.shape == noWord && c.at > s.start && c.dots > 2 {
		r, _ := runeBefore(s.text, c.at)
		c.omits = r == '[' || r == '('
	}
}

// readRight reads what follows the white space: marks that open, then a word.
func (s *splitter) readRight(c *candidate) {
	text, i := s.text, c.next
	for opened := 0; i < s.hi && opened < 12; opened++ {
		r, n := runeAt(text, i)
		switch {
		case isDash(r):
			c.dashed = true
		case r == '…', r == '.' && i+1 < s.hi && (text[i+1] == '.' || c.dotted || isSpace(rune(text[i+1]))):
			c.dotted = true
		case isSpace(r) && (c.dashed || c.dotted || c.bulleted || c.quoted || c.bracketed):
		case r == ',' && i+1 < s.hi && text[i+1] == ',' && i == c.next: // ,,so''
			c.quoted = true
			n = 2
		case isBullet(r):
			c.bulleted = true
		case sideOf(r) == opening || sideOf(r) == either || sideOf(r) == closing && c.dotted:
			switch r {
			case '(', '[', '{', '（', '［', '｛', ')', ']', '}':
				c.bracketed = true
			case '¿', '¡':
			default:
				c.quoted = true
			}
		default:
			s.classify(c, r, i)
			return
		}
		i += n
	}
	c.after = symbol
	c.right = word{lo: i, hi: i}
}

func (s *splitter) classify(c *candidate, r rune, i int) {
	text, hi := s.text, s.hi
	c.right = word{lo: i, hi: i}
	switch {
	case isWordRune(r):
		c.right = wordAfter(text, i, hi)
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			c.after = upperCase
		case unicode.IsLower(r):
			c.after = lowerCase
			if s.lang.clitics && s.clitic(c.right) {
				c.after = upperCase
			} else if address(text[i:hi]) || c.right.camel(text) {
				c.after = otherWord
			}
		case unicode.IsDigit(r):
			c.after = digit
		default:
			c.after = otherWord
		}
	case r == '$' || r == '€' || r == '£' || r == '¥' || r == '§':
		c.after = digit
	case r == ',' || r == ';' || r == ':' || r == ')' || r == ']' || r == '}' || r == '%' || r == '/' || r == '&' || r == '+' || r == '=' ||
		r == '，' || r == '；' || r == '：' || r == '、' || sideOf(r) == closing:
		c.after = goesOn
	default:
		c.after = symbol
	}
}

// address reports that text starts with a web address, which has no capital to
// show that a sentence starts with it.
func address(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "www.")
}

// camel reports a name that starts with a small letter before a capital: iPhone.
func (w word) camel(text string) bool {
	_, n := runeAt(text, w.lo)
	if w.lo+n >= w.hi {
		return false
	}
	r, _ := runeAt(text, w.lo+n)
	return unicode.IsUpper(r)
}

// clitic reports that a small letter w after an apostrophe starts a sentence:
// ’s Avonds, ’t Is
func (s *splitter) clitic(w word) bool {
	if w.runes != 1 || w.lo == s.lo || w.hi+1 >= s.hi || s.text[w.hi] != ' ' && s.text[w.hi] != '-' {
		return false
	}
	if r, _ := runeBefore(s.text, w.lo); r != '\'' && r != '’' && r != '‘' {
		return false
	}
	r, _ := runeAt(s.text, w.hi+1)
	return unicode.IsUpper(r)
}

// isBullet reports marks that start a list item.
func isBullet(r rune) bool {
	switch r {
	case '•', '⁃', '‣', '▪', '●', '◦', '·', '■', '►', '*':
		return true
	}
	return false
}
