package espeak

import (
	"sort"
	"strings"
	"unicode"

	"narrate/internal/tts"
)

// harmless replaces, one for one, the characters that the engine would obey
// instead of speaking them, so that the engine's positions, which count
// characters, also hold in the original. It takes valid UTF-8.
//
//   - Control characters: NUL ends the text, \x01 starts a command that
//     changes speed or voice, others are spoken as names.
//   - "[[" starts phoneme codes: of neighbouring brackets every second one
//     becomes a space. (The program always has that mode on.) Those that are
//     meant are put in afterwards, by compose.
//   - Line ends, including U+2028 and U+2029: two of them would end a
//     paragraph, one adds nothing to a space.
//   - U+FFFD and private-use characters have no name, and the engine uses
//     some of the latter as internal codes.
//
// "<" and "&" need nothing: without the engine's markup option they are
// ordinary symbols. A leading "-" needs nothing: text is never an argument.
func harmless(text string) string {
	var before rune
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == unicode.ReplacementChar, unicode.Is(unicode.Co, r),
			r == '[' && before == '[':
			r = ' '
		}
		before = r
		return r
	}, text)
}

// spoken is a part of the text that is to be said by mnemonics.
type spoken struct {
	lo, hi    int
	mnemonics string
}

// compose makes a text harmless and puts mnemonics in place of parts of it.
// offsets gives for each character of the result the byte of the text that it
// stands for. The engine sees "[[" only behind a space, and would take a letter
// behind "]]" for a part of the word.
func compose(text string, said []spoken) (string, []int) {
	var b strings.Builder
	offsets := make([]int, 0, len(text))
	write := func(s string, at int) {
		for range s {
			offsets = append(offsets, at)
		}
		b.WriteString(s)
	}
	plain := func(lo, hi int) {
		for i := range text[lo:hi] {
			offsets = append(offsets, lo+i)
		}
		b.WriteString(harmless(text[lo:hi]))
	}
	at := 0
	for _, s := range said {
		plain(at, s.lo)
		if s.lo > 0 {
			write(" ", s.lo)
		}
		write("[["+s.mnemonics+"]]", s.lo)
		if at = s.hi; at < len(text) && !strings.ContainsRune(" .,;:!?", rune(text[at])) {
			write(" ", at)
		}
	}
	plain(at, len(text))
	return b.String(), offsets
}

// word is a word event of the engine: the frame where the sound of what
// stands at a position of the text begins. Position counts characters from 1.
type word struct {
	Frame    int64
	Position int
}

// place turns the engine's word events into marks. The engine counts a number
// or an abbreviation as several words, with positions that lie inside it or
// past it, and now and then reports a position twice or out of order. So the
// text is divided into tokens here, and a token's mark is the first event in
// it, if that comes after the mark before it.
//
// offsets are the bytes of the text that the characters of what the engine was
// given stand for.
func place(text string, offsets []int, words []word, frames int64) []tts.Mark {
	tokens := tokenize(text)
	marks := []tts.Mark{}
	lo, frame := 0, int64(-1) // where the next mark may be at the earliest, and after which frame
	for _, w := range words {
		if w.Position < 1 || w.Position > len(offsets) || w.Frame <= frame || w.Frame >= frames {
			continue
		}
		at := offsets[w.Position-1]
		i := sort.Search(len(tokens), func(i int) bool { return tokens[i].end > at })
		if i == len(tokens) || at < tokens[i].start || tokens[i].start < lo {
			continue
		}
		marks = append(marks, tts.Mark{Frame: w.Frame, Lo: tokens[i].lo, Hi: tokens[i].hi})
		lo, frame = tokens[i].end, w.Frame
	}
	return marks
}

// token is a word as readers see it, in bytes. The span [start, end) reaches
// to white space or its like; [lo, hi) leaves out punctuation at both ends
// where anything else remains.
type token struct{ start, end, lo, hi int }

// tokenize divides text at white space, dashes and ellipses. Each character
// of a script that is written without spaces is a token by itself.
func tokenize(text string) []token {
	var tokens []token
	start := -1
	end := func(at int) {
		if start >= 0 {
			t := token{start, at, start, at}
			// A symbol or a lone punctuation mark may be spoken; it stays.
			if inner := strings.TrimFunc(text[start:at], unicode.IsPunct); inner != "" {
				t.lo = start + strings.Index(text[start:at], inner)
				t.hi = t.lo + len(inner)
			}
			tokens = append(tokens, t)
			start = -1
		}
	}
	solid := false // the token under way is such a character and what belongs to it
	for i, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == '–' || r == '—' || r == '…':
			end(i)
			solid = false
			continue
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			end(i)
			solid = true
		case solid && !unicode.IsPunct(r) && !unicode.IsMark(r):
			end(i)
			solid = false
		}
		if start < 0 {
			start = i
		}
	}
	end(len(text))
	return tokens
}
