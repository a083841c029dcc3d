package caption

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"
)

// Columns is how wide text is on a screen of fixed columns: a column for each
// grapheme cluster (UAX #29), two for a wide one (UAX #11: wide and full-width,
// and emoji), none for what has no width.
func Columns(text string) int {
	n := 0
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return n + wideColumns(text[max(0, i-1):]) - min(1, i)
		}
		n++
	}
	return n
}

// wideColumns measures by rune where no two runes can be one cluster, which is
// nearly all text, and by cluster elsewhere.
func wideColumns(text string) int {
	n := 0
	for _, r := range text {
		w, alone := runeColumns(r)
		if !alone {
			return clusterColumns(text)
		}
		n += w
	}
	return n
}

// runeColumns is the width of a rune that is always a cluster of its own.
func runeColumns(r rune) (columns int, alone bool) {
	switch {
	case r < 0x300 && r != 0xad, r >= 0x400 && r < 0x483, r >= 0x48a && r < 0x591,
		r >= 0x2010 && r <= 0x2027, r == 0x20ac, r == 0x202f:
		return 1, r >= ' '
	case r >= 0x3041 && r <= 0x3096, r >= 0x30a0 && r <= 0x30ff, r >= 0x3400 && r <= 0x9fff, r >= 0x3001 && r <= 0x3029, r >= 0xff01 && r <= 0xff60:
		return 2, true
	}
	return 0, false
}

func clusterColumns(text string) int {
	n := 0
	for g := graphemes.FromString(text); g.Next(); {
		n += clusterWidth(g.Value())
	}
	return n
}

// emoji is the variation selector that asks for the picture.
const emoji = '\uFE0F'

func clusterWidth(cluster string) int {
	first, _ := utf8.DecodeRuneInString(cluster)
	switch k := width.LookupRune(first).Kind(); {
	case k == width.EastAsianWide, k == width.EastAsianFullwidth:
		return 2
	case first >= 0x1F1E6 && first <= 0x1F1FF: // flags
		return 2
	case unicode.In(first, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return 0
	}
	for _, r := range cluster {
		if r == emoji {
			return 2
		}
	}
	return 1
}
