package segment

import (
	"bytes"
	"strings"
	"unicode"
)

// decideAbbreviation decides if the word before the stop is, or may be, an
// abbreviation; else the rule is empty.
func (s *splitter) decideAbbreviation(c *candidate) (bool, string) {
	var buf [maxWord * 2]byte
	cl, key, from := s.abbreviation(c, buf[:0])
	if next, ok := s.unitAfter(c); ok && c.after != digit {
		// A chain goes on: “z. | B.”, “J. | R. R.”
		if s.lang.inner[string(key)] {
			joined := append(append(key, '.'), next...)
			if s.lang.inner[string(joined)] || s.lang.classOf(joined) != ordinary {
				return false, "chain"
			}
		}
		if len(next) == c.right.hi-c.right.lo && c.right.runes == 1 && (c.left.runes == 1 || c.left.initials(s.text)) && c.left.shape != number {
			return false, "initials"
		}
	}
	opener := s.opener(c)
	capital := c.after == upperCase || c.after == otherWord || c.after == symbol
	start := !c.dashed && (capital && opener || c.quoted && !c.bracketed && (capital || c.after == digit))
	if (cl&(never|final|tail|clock) != 0 || c.left.dotted && s.letters(c.left)) && c.left.lo == s.first() && c.after != otherWord {
		return false, "abbreviation alone" // “P.S. I love you”
	}
	switch {
	case cl&unit != 0 && s.numberBefore(from):
		if c.right.shape == initial && !opener && c.right.hi < s.hi && isSpace(rune(s.text[c.right.hi])) {
			return false, "unit" // 100 deg. C and more
		}
		return start || capital && !c.dashed && !s.lang.nouns && !s.phrase(c), "unit"
	case cl&(numbered|unit) != 0 && s.numberAfter(c):
		return false, "numbered"
	case cl&calendar != 0 && (c.after == digit || s.numberBefore(from)):
		return c.after != digit && start, "calendar"
	case cl&never != 0:
		return c.closed && opener, "abbreviation" // “… (Prof.) The”
	case cl&final != 0:
		return start, "may be final"
	case cl&tail != 0:
		return start || capital && !c.dashed && !s.lang.nouns && !s.phrase(c), "tail"
	case cl&clock != 0:
		return capital && !s.phrase(c) && !s.lang.zone[c.right.in(s.text)], "clock"
	case c.after == digit && s.suffixed(c):
		return false, "numbered"
	}
	switch {
	case c.left.shape == initial && c.after == upperCase && s.label(c):
		return true, "label"
	case c.left.runes == 1 && strings.Contains(s.lang.letters, c.left.in(s.text)):
		return false, ""
	case (c.left.runes == 1 || c.left.dotted && c.left.initials(s.text)) && c.left.shape != number && c.left.shape != caseless && !c.closed:
		return c.after == upperCase && opener, "initial"
	case c.left.dotted && c.left.shape != number && s.letters(c.left):
		return c.after >= upperCase && (opener || c.quoted), "letters"
	case !c.left.vowel && (s.lang.nouns || c.left.shape == upper) && c.left.smallAfterFirst(s.text) && !s.digitBefore(c.left.lo) && c.left.runes > 1 && c.left.runes <= 5 && c.after == upperCase && !c.closed:
		return opener || c.quoted, "no vowel"
	}
	return false, ""
}

// label reports that the capital before the stop is not a name’s initial: it
// follows a noun that is numbered with letters (“plan B”), it is a unit after a
// number (“40 C”), or it is the English pronoun after a small word (“you and I”).
func (s *splitter) label(c *candidate) bool {
	if s.lang.follows(s.lang.cardinal, s.text, c.left.lo) {
		return true
	}
	if !s.lang.nouns && strings.Contains("CFKVW", c.left.in(s.text)) && s.amountBefore(c.left.lo) {
		return true
	}
	if s.lang.alwaysCapital == "" || c.left.in(s.text) != s.lang.alwaysCapital {
		return false
	}
	i := trimSpace(s.text, s.start, c.left.lo)
	return i < c.left.lo && wordBefore(s.text, s.start, i).shape == lower
}

// abbreviation returns the class of the word before the stop, with as many
// words before it as make a chain that the table knows, the chain's key and
// where it starts.
func (s *splitter) abbreviation(c *candidate, buf []byte) (class, []byte, int) {
	text := s.text
	lo := c.left.lo
	var starts [4]int
	n := 0
	starts[n] = lo
	for n < len(starts)-1 {
		i := trimSpace(text, max(s.start, lo-4), lo)
		if i <= s.start || text[i-1] != '.' {
			break
		}
		w := wordBefore(text, s.start, i-1)
		if w.shape == noWord || w.shape == number || w.runes > 6 {
			break
		}
		lo = w.lo
		n++
		starts[n] = lo
	}
	for ; n > 0; n-- {
		key := appendKey(buf, text[starts[n]:c.at])
		if cl := s.lang.classOf(key); cl != ordinary || s.lang.inner[string(key)] {
			return cl, key, starts[n]
		}
	}
	lo = starts[0]
	key := appendKey(buf, text[lo:c.at])
	if cl := s.lang.classOf(key); cl != ordinary {
		return cl, key, lo
	}
	if c.left.shape == caps && c.right.shape == caps {
		return s.lang.classOfCaps(key), key, lo
	}
	// “l’art.”, “km/Std.”, “Prof.Dr.”: the part after the last joiner counts too.
	if k := bytes.LastIndexAny(key, "'’/-."); k > 0 && len(key)-k > 2 {
		part := bytes.TrimLeft(key[k:], "'’/-.")
		if key[k] == '.' && s.lang.classOf(key[:k]) == ordinary {
			return ordinary, key, lo // “www.example.pl”
		}
		if cl := s.lang.classOf(part); cl != ordinary {
			return cl, part, lo
		}
	}
	return ordinary, key, lo
}

// appendKey appends a word to key without white space, as far as there is room.
func appendKey(key []byte, word string) []byte {
	for i := 0; i < len(word); {
		r, n := runeAt(word, i)
		if !isSpace(r) && len(key)+n <= cap(key) {
			key = append(key, word[i:i+n]...)
		}
		i += n
	}
	return key
}

// unitAfter returns the short word after the candidate if a stop follows it.
func (s *splitter) unitAfter(c *candidate) (string, bool) {
	w := c.right
	if w.hi >= s.hi || s.text[w.hi] != '.' || w.lo != c.next || w.runes == 0 || w.runes > 5 {
		return "", false
	}
	return w.in(s.text), true
}

// letters reports a word of single letters and very short parts: U.S, M.A,
// Ph.D, B.Sc, l’a.a
func (s *splitter) letters(w word) bool {
	run, from := 0, w.lo
	if i := strings.LastIndexAny(w.in(s.text), "'’"); i >= 0 {
		_, n := runeAt(s.text, w.lo+i)
		from += i + n
	}
	for i := from; i < w.hi; {
		r, n := runeAt(s.text, i)
		i += n
		if r == '.' {
			run = 0
			continue
		}
		if run++; run > 3 || !isWordRune(r) {
			return false
		}
	}
	return true
}

// initials reports a word of single capitals: J.R, K.-H
func (w word) initials(text string) bool {
	for i := w.lo; i < w.hi; {
		r, n := runeAt(text, i)
		if !unicode.IsUpper(r) {
			return false
		}
		i += n
		for i < w.hi && (text[i] == '.' || text[i] == '-') {
			i++
		}
		if i < w.hi && text[i-1] != '.' && text[i-1] != '-' {
			return false
		}
	}
	return w.lo < w.hi
}

// smallAfterFirst reports a word of small letters, the first of which may be a
// capital.
func (w word) smallAfterFirst(text string) bool {
	for i, r := range w.in(text) {
		if !unicode.IsLower(r) && (i > 0 || !unicode.IsUpper(r)) {
			return false
		}
	}
	return true
}

// plain reports a word of letters alone.
func (w word) plain(text string) bool {
	for _, r := range w.in(text) {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// numberBefore reports that a number stands before byte i, in digits or Roman
// (5 or XIX), or a number and another unit: 5 tys. | zł.
func (s *splitter) numberBefore(i int) bool {
	again := true
	for range 8 {
		if i <= s.start {
			return false
		}
		r, n := runeBefore(s.text, i)
		if r >= '0' && r <= '9' {
			return true
		}
		if !isWordRune(r) {
			if !isSpace(r) && r != '.' && r != ',' && r != '-' && r != '–' && r != '/' {
				return false
			}
			i -= n
			continue
		}
		w := wordBefore(s.text, s.start, i)
		word := w.in(s.text)
		// Centuries: a single C, D, L or M is somebody's initial.
		if isRoman(word) && strings.Trim(word, "IVX") == "" {
			return true
		}
		if !again || s.lang.abbrev[word]&unit == 0 {
			return false
		}
		again = false
		i = w.lo
	}
	return false
}

// digitBefore reports that a digit stands before the white space before byte i.
func (s *splitter) digitBefore(i int) bool {
	i = trimSpace(s.text, max(s.start, i-4), i)
	return i > s.start && isDigitByte(s.text[i-1])
}

// amountBefore reports that a number of up to three digits stands before byte i:
// a year would be followed by somebody’s initial.
func (s *splitter) amountBefore(i int) bool {
	if !s.digitBefore(i) {
		return false
	}
	w := wordBefore(s.text, s.start, trimSpace(s.text, s.start, i))
	return w.runes <= 3
}

// suffixed reports that the word before the stop ends like an abbreviation that
// is the end of a compound: Goethestr.
func (s *splitter) suffixed(c *candidate) bool {
	w := c.left.in(s.text)
	for _, suffix := range s.lang.suffix {
		if strings.HasSuffix(w, suffix) {
			return true
		}
	}
	return false
}
