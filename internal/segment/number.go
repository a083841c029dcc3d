package segment

import (
	"strings"
	"unicode"
)

// decideNumber decides after a number, if the language numbers with a stop or
// the number is part of a date.
func (s *splitter) decideNumber(c *candidate) (bool, string) {
	text := s.text
	w := c.left
	if c.closed {
		return false, ""
	}
	if (w.shape == caps || w.shape == initial) && s.lang.romans && isRoman(w.in(text)) && strings.Trim(w.in(text), "IVX") == "" {
		return c.after == upperCase && s.opener(c), "Roman numeral"
	}
	if w.shape != number || strings.Trim(w.in(text), "0123456789") != "" {
		return false, "" // no number, or one with marks or letters in it
	}
	short := w.hi-w.lo <= 2
	if short && c.after == digit {
		// 27. 10. 2014
		if c.right.hi < s.hi && text[c.right.hi] == '.' && c.right.runes <= 2 || c.right.runes == 4 && s.stoppedNumber(w.lo) {
			return false, "date"
		}
	}
	if !s.lang.ordinals {
		return false, ""
	}
	determined := s.lang.follows(s.lang.before, text, w.lo)
	if w.hi-w.lo > 3 && !determined {
		return false, "" // a year or an amount
	}
	switch {
	case c.right.runes > 1 && isRoman(c.right.in(text)):
		return false, "ordinal" // lat 80. XX wieku
	case c.after == lowerCase, s.lang.zone[c.right.in(text)], s.lang.abbrev[c.right.in(text)]&calendar != 0:
		return false, "ordinal"
	case c.after != upperCase:
		return false, ""
	case !s.lang.nouns, s.opener(c), c.quoted && !determined, !determined && s.counting(w.lo):
		return true, "number"
	}
	return false, "ordinal"
}

// numberAfter reports that a number follows, in digits, Roman, or after a letter
// (“art. L. 12”). Of single letters only V and X count as Roman, for the others
// are words (“no. I know”, “no. L’ora”).
func (s *splitter) numberAfter(c *candidate) bool {
	if c.after != upperCase {
		return c.after == digit
	}
	w := c.right.in(s.text)
	next, after := rune(0), rune(0)
	if c.right.hi < s.hi {
		next, _ = runeAt(s.text, c.right.hi)
		if i := skipSpace(s.text, c.right.hi+1, s.hi); i < s.hi {
			after, _ = runeAt(s.text, i)
		}
	}
	if len(w) == 1 && next == '.' {
		return after >= '0' && after <= '9'
	}
	return isRoman(w) && strings.Trim(w, "IVXLC") == "" && (len(w) > 1 || w == "V" || w == "X") && next != '\'' && next != '’'
}

// stoppedNumber reports that a short number with a stop stands before byte i.
func (s *splitter) stoppedNumber(i int) bool {
	i = trimSpace(s.text, max(s.start, i-4), i)
	if i <= s.start || s.text[i-1] != '.' {
		return false
	}
	w := wordBefore(s.text, s.start, i-1)
	return w.shape == number && w.runes <= 2
}

// counting reports that what stands before the number at byte i makes it a
// cardinal: a noun (“Platz 3”), a sign (“§ 3”), an abbreviation (“Nr. 3”), more
// digits (“12 345”) or, in the middle of a sentence, a name (“Goetheweg 3”).
func (s *splitter) counting(i int) bool {
	if s.lang.follows(s.lang.cardinal, s.text, i) {
		return true
	}
	i = trimSpace(s.text, max(s.start, i-4), i)
	if i <= s.start {
		return false
	}
	r, _ := runeBefore(s.text, i)
	switch {
	case r == '.':
		w := wordBefore(s.text, s.start, i-1)
		return w.shape != number && w.shape != noWord
	case !isWordRune(r):
		return r != ',' && sideOf(r) == notQuote
	}
	w := wordBefore(s.text, s.start, i)
	if w.shape == number {
		return true
	}
	var buf [maxWord * 2]byte
	return (w.shape == upper || w.shape == caps) && !s.lang.opener[string(fold(buf[:0], w.in(s.text)))]
}

// follows reports that the number at byte i follows one of words.
func (l *language) follows(words map[string]bool, text string, i int) bool {
	j := trimSpace(text, max(0, i-8), i)
	if j <= 0 || j == i {
		return false
	}
	if r, _ := runeBefore(text, j); !unicode.IsLetter(r) {
		return false
	}
	var buf [maxWord * 2]byte
	w := wordBefore(text, max(0, j-maxWord), j)
	return words[string(fold(buf[:0], w.in(text)))]
}

// isRoman reports a Roman numeral in capitals, in the usual form, below 4000.
func isRoman(s string) bool {
	n := 0
	take := func(one, five, ten byte, max int) {
		if n+1 < len(s) && s[n] == one && (s[n+1] == ten || s[n+1] == five) {
			n += 2
			return
		}
		if n < len(s) && s[n] == five {
			n++
		}
		for k := 0; k < max && n < len(s) && s[n] == one; k++ {
			n++
		}
	}
	take('M', 0, 0, 3)
	take('C', 'D', 'M', 3)
	take('X', 'L', 'C', 3)
	take('I', 'V', 'X', 3)
	return n == len(s) && n > 0
}
