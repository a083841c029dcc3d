package segment

import (
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// breakable reports whether a span may end or start at byte i: no grapheme
// cluster (UAX #29, chapter 3) lies across it. A stop can be followed by a
// combining mark, and white space can carry one.
func breakable(text string, i int) bool {
	if i <= 0 || i >= len(text) {
		return true
	}
	if text[i] < utf8.RuneSelf && text[i-1] < utf8.RuneSelf {
		return text[i] != '\n' || text[i-1] != '\r'
	}
	if !utf8.RuneStart(text[i]) {
		// Invalid UTF-8: a stray continuation byte stands for itself, one
		// that belongs to the character before it must stay with it.
		lo := before(text, i+1)
		return lo == i
	}
	if p, _ := runeBefore(text, i); standsAlone(p) {
		if r, _ := runeAt(text, i); standsAlone(r) {
			return true
		}
	}
	const window = 32 // bytes: enough for the clusters that hold a stop or a space
	lo := max(0, i-window)
	for lo < i && !utf8.RuneStart(text[lo]) {
		lo++
	}
	// The rune before i starts a cluster for certain if it is not itself
	// joined to its predecessor; starting the segmentation a little earlier
	// costs nothing and is right for the others.
	g := graphemes.FromString(text[lo:min(len(text), i+window)])
	for g.Next() {
		if at := lo + g.End(); at >= i {
			return at == i
		}
	}
	return true
}

// trim returns text[lo:hi] without the white space at its ends, but with such as
// carries a combining mark or is joined to what stands before it.
func trim(text string, lo, hi int) (int, int) {
	from, to := lo, hi
	lo = skipSpace(text, lo, hi)
	hi = trimSpace(text, lo, hi)
	if lo == hi {
		return lo, hi
	}
	for lo > from && !breakable(text, lo) {
		lo = before(text, lo)
	}
	for lo < hi && hi < to && !breakable(text, hi) {
		_, n := runeAt(text, hi)
		hi += n
	}
	return lo, hi
}

// standsAlone reports, for the runes that a text is mostly made of, that they
// join with no neighbour of the same kind.
func standsAlone(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= ' '
	case r >= 0xc0 && r < 0x300, r >= 0x400 && r <= 0x481, r >= 0x48a && r < 0x591: // Latin, Cyrillic, Armenian
		return true
	case r >= 0x2010 && r <= 0x2027, r == 0xab || r == 0xbb || r == 0xa0: // dashes, quotation marks, …
		return true
	case r >= 0x3001 && r <= 0x3029, r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30ff, r >= 0x4e00 && r <= 0x9fff, r >= 0xff01 && r <= 0xff60:
		return true
	}
	return false
}

// before returns the first byte of the rune that ends at byte i > 0.
func before(text string, i int) int {
	_, n := runeBefore(text, i)
	return i - n
}
