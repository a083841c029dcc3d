package segment

import (
	"unicode"
	"unicode/utf8"
)

// shape is what a word looks like.
type shape uint8

const (
	noWord   shape = iota // nothing, or a mark
	lower                 // word
	upper                 // Word
	caps                  // WORD
	initial               // W
	number                // 12, 1.000, 27.10.14, 5a
	caseless              // letters of scripts without case
)

// word is a word beside a candidate.
type word struct {
	lo, hi int
	shape  shape
	dotted bool // it holds full stops: U.S, z.B, example.com
	vowel  bool // it has a vowel, or is in a script where that is not looked at
	runes  int
}

// maxWord bounds the look at a word, in bytes.
const maxWord = 64

// wordBefore reads the word that ends at byte i, not looking before lo.
func wordBefore(text string, lo, i int) word {
	w := word{lo: i, hi: i}
	stop := max(lo, i-maxWord)
	for w.lo > stop {
		r, n := runeBefore(text, w.lo)
		if w.lo-n < stop {
			break
		}
		if !isWordRune(r) {
			if !isJoiner(r) || w.lo == i || w.lo-n == stop {
				break
			}
			if q, _ := runeBefore(text, w.lo-n); !isWordRune(q) && !(q == '.' && r == '-') {
				break
			}
		}
		if w.lo < i && r >= 0x2e80 && isIdeograph(r) {
			if q, _ := runeAt(text, w.lo); !isIdeograph(q) {
				break // 叫J.
			}
		}
		w.lo -= n
	}
	w.look(text)
	return w
}

// wordAfter reads the letters or digits that start at byte i, up to the first
// mark.
func wordAfter(text string, i, hi int) word {
	w := word{lo: i, hi: i}
	stop := min(hi, i+maxWord)
	for w.hi < stop {
		r, n := runeAt(text, w.hi)
		if !isWordRune(r) {
			break
		}
		w.hi += n
	}
	w.look(text)
	return w
}

// isJoiner reports marks that can stand inside a word.
func isJoiner(r rune) bool {
	switch r {
	case '.', '-', '\'', '’', '/', ',', '&', '‑', '·':
		return true
	}
	return false
}

// look fills in what the word looks like.
func (w *word) look(text string) {
	var letters, uppers, digits, cased int
	first := true
	for i := w.lo; i < w.hi; {
		r, n := runeAt(text, i)
		i += n
		switch {
		case r == '.':
			w.dotted = true
			continue
		case isJoiner(r) || r == '_':
			continue
		case '0' <= r && r <= '9' || r >= utf8.RuneSelf && unicode.IsDigit(r):
			digits++
			if first {
				w.shape = number
			}
		default:
			letters++
			kind := caseOf(r)
			if first {
				w.shape = kind
			}
			switch kind {
			case upper:
				uppers++
				cased++
				r = unicode.ToLower(r)
			case lower:
				cased++
			}
			if isVowel(r) || r >= 0x500 {
				w.vowel = true
			}
		}
		first = false
	}
	w.runes = letters + digits
	switch {
	case w.shape == upper && letters == 1 && digits == 0 && w.runes == 1 && !w.dotted:
		w.shape = initial
	case w.shape == upper && uppers == cased && letters > 1:
		w.shape = caps
	}
}

// caseOf returns upper, lower or caseless for a letter.
func caseOf(r rune) shape {
	switch {
	case r >= 'a' && r <= 'z':
		return lower
	case r >= 'A' && r <= 'Z' || unicode.IsUpper(r) || unicode.IsTitle(r):
		return upper
	case unicode.IsLower(r):
		return lower
	}
	return caseless
}

// in returns the word's text.
func (w word) in(text string) string { return text[w.lo:w.hi] }
