package script

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/script/normal"
	"narrate/voices"
)

// sounds are how a piece is pronounced, as Phonemes have it.
type sounds struct {
	ipa    string
	native []voices.Native
}

func (s *sounds) given() bool { return s.ipa != "" || len(s.native) > 0 }

// replacement says that bytes [lo, hi) of a text become with; or, if sounds are
// given, that they stay as they are and are pronounced so.
type replacement struct {
	lo, hi int
	with   string
	sounds
}

// A stage finds what of a text is to be spoken differently. Its replacements
// are ascending and do not overlap. The spoken form is the work of a chain of
// stages, each on the text that the one before left.
type stage func(text string) []replacement

// protected is bytes [lo, hi) of a text on its way to the spoken form that
// lexicon and normalisation leave alone.
type protected struct {
	lo, hi int
	sounds
}

// say gives the spoken form of text, how it differs and how parts of it are
// pronounced.
func say(text string, stages []stage) (spoken string, edits []Edit, phonemes []Phonemes) {
	return sayOn(text, nil, nil, stages)
}

// sayOn goes on with a text that edits have brought about, of which stages behind
// the first formStages leave alone what is kept.
func sayOn(text string, edits []Edit, kept []protected, stages []stage) (string, []Edit, []Phonemes) {
	for i, find := range stages {
		found := find(text)
		if i >= formStages {
			found = slices.DeleteFunc(found, func(x replacement) bool { return touches(x, kept) })
		}
		if len(found) == 0 {
			continue
		}
		changes := found[:0]
		for _, x := range found {
			if x.given() {
				kept = append(kept, protected{x.lo, x.hi, x.sounds})
			} else {
				changes = append(changes, x)
			}
		}
		slices.SortStableFunc(kept, func(x, y protected) int { return cmp.Compare(x.lo, y.lo) })
		var step []Edit
		text, step = replace(text, changes)
		edits = compose(edits, step)
		for k := range kept {
			kept[k].lo, kept[k].hi = moved(step, kept[k].lo, false), moved(step, kept[k].hi, true)
		}
	}
	var phonemes []Phonemes
	for _, p := range kept {
		if p.given() && p.lo < p.hi {
			phonemes = append(phonemes, Phonemes{Lo: p.lo, Hi: p.hi, IPA: p.ipa, Native: p.native})
		}
	}
	return text, edits, phonemes
}

// replace carries out replacements.
func replace(text string, rs []replacement) (string, []Edit) {
	var b strings.Builder
	b.Grow(len(text))
	edits := make([]Edit, len(rs))
	at := 0
	for i, r := range rs {
		b.WriteString(text[at:r.lo])
		lo := b.Len()
		b.WriteString(r.with)
		edits[i] = Edit{TextLo: r.lo, TextHi: r.hi, SpokenLo: lo, SpokenHi: b.Len()}
		at = r.hi
	}
	b.WriteString(text[at:])
	return b.String(), edits
}

// compose joins the edits from a text to a middle text, and from that to a
// spoken one, to edits from the first to the last. Edits that share a byte of
// the middle text become one.
func compose(first, second []Edit) []Edit {
	if len(first) == 0 {
		return second
	}
	out := make([]Edit, 0, len(first)+len(second))
	i, j := 0, 0
	before, after := 0, 0 // first and last text minus middle text, after the edits passed so far
	for i < len(first) || j < len(second) {
		lo, hi := 0, 0 // of the joint edit, in the middle text
		if j == len(second) || i < len(first) && precedes(first[i].SpokenLo, first[i].SpokenHi, second[j].TextLo, second[j].TextHi) {
			lo, hi = first[i].SpokenLo, first[i].SpokenHi
		} else {
			lo, hi = second[j].TextLo, second[j].TextHi
		}
		e := Edit{TextLo: lo + before, SpokenLo: lo + after}
		for {
			if i < len(first) && (first[i].SpokenLo < hi || first[i].SpokenLo == lo && first[i].SpokenHi == hi) {
				hi = max(hi, first[i].SpokenHi)
				before = first[i].TextHi - first[i].SpokenHi
				i++
				continue
			}
			if j < len(second) && (second[j].TextLo < hi || second[j].TextLo == lo && second[j].TextHi == hi) {
				hi = max(hi, second[j].TextHi)
				after = second[j].SpokenHi - second[j].TextHi
				j++
				continue
			}
			break
		}
		e.TextHi, e.SpokenHi = hi+before, hi+after
		out = append(out, e)
	}
	return out
}

// precedes orders ranges by where they begin, empty ones first.
func precedes(aLo, aHi, bLo, bHi int) bool { return aLo < bLo || aLo == bLo && aHi <= bHi }

// clean is the stage that collapses white space and control characters to one
// space, takes them from both ends, and drops what has neither sound nor width:
// soft hyphens, zero-width and other format characters, variation selectors.
func clean(text string) []replacement {
	var rs []replacement
	for at := 0; at < len(text); {
		class, size := blank(text[at:])
		if class == visible {
			at += size
			continue
		}
		lo, with := at, ""
		for class != visible && at < len(text) {
			if class == space {
				with = " "
			}
			at += size
			class, size = blank(text[at:])
		}
		if lo == 0 || at == len(text) {
			with = ""
		}
		if text[lo:at] != with {
			rs = append(rs, replacement{lo: lo, hi: at, with: with})
		}
	}
	return rs
}

// The classes of character that clean tells apart.
const (
	visible = iota
	space
	ignorable
)

// blank classifies the first character of text and gives its length.
func blank(text string) (class, size int) {
	if text == "" {
		return visible, 0
	}
	if c := text[0]; c < utf8.RuneSelf {
		if c <= ' ' || c == 0x7f {
			return space, 1
		}
		return visible, 1
	}
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r):
		return space, size
	case unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r),
		unicode.Is(unicode.Variation_Selector, r), r == '\u034f': // the combining grapheme joiner
		return ignorable, size
	}
	return visible, size
}

// normalized is the stage that spells out what is written short: numbers with
// their units, dates, abbreviations (docs/spoken.md).
func normalized(lang string) stage {
	return func(text string) []replacement {
		var rs []replacement
		for _, r := range normal.Find(text, lang) {
			rs = append(rs, replacement{lo: r.Lo, hi: r.Hi, with: r.With})
		}
		return rs
	}
}

// withoutEmoji is the stage that has emoji said as nothing. Of the spaces around
// them one is left, where words follow.
func withoutEmoji(text string) []replacement {
	var rs []replacement
	for _, r := range normal.Emoji(text) {
		x := replacement{lo: len(strings.TrimRight(text[:r.Lo], " "))}
		rest := strings.TrimLeft(text[r.Hi:], " ")
		x.hi = len(text) - len(rest)
		if n := len(rs); n > 0 && x.lo <= rs[n-1].hi {
			x.lo = rs[n-1].lo
			rs = rs[:n-1]
		}
		next, _ := utf8.DecodeRuneInString(rest)
		if x.lo > 0 && rest != "" && (x.hi > r.Hi || unicode.IsLetter(next) || unicode.IsNumber(next)) {
			x.with = " "
		}
		rs = append(rs, x)
	}
	return rs
}

// composed is the stage that brings text to Unicode's normalization form C,
// each base character with its marks for itself.
func composed(text string) []replacement {
	var rs []replacement
	var buf []byte
	for at := norm.NFC.QuickSpanString(text); at < len(text); {
		end := at
		for first := true; end < len(text); first = false {
			p := norm.NFC.PropertiesString(text[end:])
			if !first && p.BoundaryBefore() {
				break
			}
			end += max(1, p.Size())
		}
		buf = norm.NFC.AppendString(buf[:0], text[at:end])
		if string(buf) != text[at:end] {
			rs = append(rs, replacement{lo: at, hi: end, with: string(buf)})
		}
		at = end
	}
	return rs
}

// plain is text cleaned and composed: what titles and lexicon entries are
// brought to.
func plain(text string) string {
	s, _, _ := say(text, []stage{clean, composed})
	return s
}

// hasSound reports whether there is a letter or a digit in text.
func hasSound(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}
