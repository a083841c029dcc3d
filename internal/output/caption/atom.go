package caption

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// atom is a piece of text within which no line breaks. Between two of them is
// at most white space, which goes where a line ends.
type atom struct {
	lo, hi     int   // bytes of the text
	from, to   int   // columns, counted from the text's start
	start, end int64 // frames
	cost       int32 // of a line's end after it
	joint      joint // between it and the next
	class      class // of its word
	shape      shape
}

// joint is what lies between two atoms.
type joint uint8

const (
	spaced joint = iota // white space
	glyphs              // two characters of a script without spaces
	hyphen              // a hyphen, dash or slash inside a word
	torn                // nothing: the word is wider than a line
)

// shape is what a word looks like.
type shape uint8

const (
	capital shape = 1 << iota // begins with a capital, and is no single letter
	number                    // begins with a digit and has no letters
	year                      // a number as of a year
	bare                      // nothing but punctuation
	opens                     // begins with an opening mark
	closes                    // ends with a closing or other mark
)

// atomize divides a clean text into atoms no wider than width (0 for no limit),
// but for single clusters. Their costs and times are left for later.
func atomize(atoms []atom, text string, width int) []atom {
	column := 0
	for lo := 0; lo < len(text); {
		hi, next := wordEnd(text, lo)
		pieces := len(atoms)
		for lo < hi {
			end, j := pieceEnd(text, lo, hi)
			w := Columns(text[lo:end])
			if width > 0 && w > width {
				atoms, column = tear(atoms, text, lo, end, column, width)
				atoms[len(atoms)-1].joint = j
			} else {
				atoms = append(atoms, atom{lo: lo, hi: end, from: column, to: column + w, joint: j})
				column += w
			}
			lo = end
		}
		if len(atoms) > pieces {
			atoms[len(atoms)-1].joint = spaced
		}
		column += Columns(text[hi:next])
		lo = next
	}
	return atoms
}

// breakingSpace reports white space at which a line may end.
func breakingSpace(r rune) bool {
	switch r {
	case '\u00A0', '\u2007', '\u202F':
		return false
	}
	return unicode.IsSpace(r)
}

// wordEnd gives the end of the word at lo, and where the next one begins: past
// white space with room for a line's end.
func wordEnd(text string, lo int) (hi, next int) {
	for i := lo; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != ' ' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsSpace(r) {
			i += n
			continue
		}
		end, breaks := i, false
		for i < len(text) {
			r, n := utf8.DecodeRuneInString(text[i:])
			// A space that carries a mark is a character that is seen.
			if !unicode.IsSpace(r) {
				if unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200D' {
					breaks = false
				}
				break
			}
			breaks = breaks || breakingSpace(r)
			i += n
		}
		if breaks {
			return end, i
		}
	}
	return len(text), len(text)
}

// pieceEnd gives the end of the atom at lo of a word that ends at hi.
func pieceEnd(text string, lo, hi int) (int, joint) {
	previous := rune(0)
	for i := lo; i < hi; {
		if c := text[i]; c < utf8.RuneSelf && c != '-' && c != '/' && previous < utf8.RuneSelf {
			previous = rune(c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if i > lo && (ideographic(previous) || ideographic(r)) && mayPart(text, previous, r, lo, i, hi) {
			return i, glyphs
		}
		i += n
		if i < hi && i-n > lo && joins(r, previous) {
			next, _ := utf8.DecodeRuneInString(text[i:])
			if unicode.IsLetter(next) || next > 0x2000 && (r == '—' || r == '–') || r == '—' && !unicode.Is(unicode.Mn, next) && unicode.IsPrint(next) && !isClosing(next) {
				return i, hyphen
			}
		}
		previous = r
	}
	return hi, spaced
}

// joins reports a mark inside words after which a line may end: between letters
// (well-known), and long dashes anywhere.
func joins(r, previous rune) bool {
	switch r {
	case '-', '‐', '/', '–':
		return unicode.IsLetter(previous)
	case '—':
		return true
	}
	return false
}

// ideographic reports characters between which a line may end without a space.
func ideographic(r rune) bool {
	return r >= 0x2E80 && (r <= 0x9FFF && r != '\u3000' || r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE4F ||
		r >= 0xFF01 && r <= 0xFF9F || r >= 0x20000 && r <= 0x3FFFF)
}

// Characters that start no line and end none, after JIS X 4051 (kinsoku shori)
// and GB/T 15834.
const (
	noStart = "、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝〕〉》」』】〙〗〟’”｠»ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ‐゠–〜～‼⁇⁈⁉…‥—%％‰℃,.:;?!)]}%｡､･ｰ﹐﹑﹒﹔﹕﹖﹗/／"
	noEnd   = "（［｛〔〈《「『【〘〖〝‘“｟«([{$¥￥＄£€#＃№"
)

// mayPart reports whether a line may end between two characters of which one is
// ideographic: at byte i of the word [lo, hi).
func mayPart(text string, previous, r rune, lo, i, hi int) bool {
	if strings.ContainsRune(noStart, r) || strings.ContainsRune(noEnd, previous) {
		return false
	}
	if previous == r && (r == '—' || r == '…') || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Mc) ||
		previous == '\u200D' || previous == '\u2060' || unicode.IsSpace(r) || unicode.IsSpace(previous) {
		return false
	}
	// The two sides of a cluster of several runes stay together.
	if _, alone := runeColumns(r); alone {
		return true
	}
	g := graphemes.FromString(text[lo:hi])
	for g.Next() {
		if at := lo + g.End(); at >= i {
			return at == i
		}
	}
	return true
}

// tearable are the marks after which a long address or name is torn rather than
// elsewhere.
const tearable = "/-_.,?&=:;+@#~|\\)"

// tear divides the word [lo, hi) that is wider than a line, best after a mark in
// the second half of a line, else where the line is full; white space inside it
// goes where a line ends there.
func tear(atoms []atom, text string, lo, hi, column, width int) ([]atom, int) {
	at, from := lo, column
	mark, markColumn := 0, 0
	g := graphemes.FromString(text[lo:hi])
	for g.Next() {
		s, e := lo+g.Start(), lo+g.End()
		w := clusterWidth(text[s:e])
		if column+w-from > width && s > at {
			end, to := s, column
			if mark > at && markColumn-from > width/2 {
				end, to = mark, markColumn
			}
			atoms = append(atoms, atom{lo: at, hi: end, from: from, to: to, joint: torn})
			at, from = end, to
		}
		column += w
		if strings.Contains(tearable, text[s:e]) {
			mark, markColumn = e, column
		}
	}
	atoms = append(atoms, atom{lo: at, hi: hi, from: from, to: column, joint: torn})
	return trimPieces(atoms, text, lo), column
}

// trimPieces takes white space off the ends of the pieces of a torn word that
// starts at byte lo; one that holds nothing else goes.
func trimPieces(atoms []atom, text string, lo int) []atom {
	first := len(atoms)
	for first > 0 && atoms[first-1].lo >= lo {
		first--
	}
	kept := atoms[:first]
	for _, a := range atoms[first:] {
		for a.lo < a.hi {
			r, n := utf8.DecodeRuneInString(text[a.lo:a.hi])
			if !unicode.IsSpace(r) {
				break
			}
			w := Columns(text[a.lo : a.lo+n])
			a.lo, a.from = a.lo+n, a.from+w
		}
		for a.lo < a.hi {
			r, n := utf8.DecodeLastRuneInString(text[a.lo:a.hi])
			if !unicode.IsSpace(r) {
				break
			}
			a.hi, a.to = a.hi-n, a.to-Columns(text[a.hi-n:a.hi])
		}
		if a.lo < a.hi {
			kept = append(kept, a)
		}
	}
	return kept
}
