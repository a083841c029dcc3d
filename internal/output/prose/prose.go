// Package prose is what the formats share that set an article as text to read
// along: pages and books.
package prose

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/timeline"
)

// Block is a piece of the article: the sentences from one that begins it to the
// next.
type Block struct {
	Kind  document.Kind
	Cues  []timeline.Cue
	First int // the number of its first cue in the chapter, from 0
	// Items are those of lists that it stands in, the outermost first.
	Items []int
}

// Blocks are those of a chapter.
func Blocks(cues []timeline.Cue) []Block {
	var out []Block
	for i := range cues {
		u := cues[i].Utterance
		if k := len(out); k > 0 && !u.Begins && u.Kind == out[k-1].Kind {
			out[k-1].Cues = cues[out[k-1].First : i+1]
		} else {
			in := u.Items
			if len(in) == 0 && u.Kind == document.ListItem {
				in = []int{-1 - i} // of its own, as nobody tells
			}
			out = append(out, Block{u.Kind, cues[i : i+1], i, in})
		}
	}
	return out
}

// Gap is what stands between two sentences of a block: nothing after one that
// ends in a script without spaces.
func Gap(before string) string {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(before, unicode.IsSpace))
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF {
		return ""
	}
	return " "
}

// Escape is a piece of the article's text, ready for HTML and XML. Line breaks
// stay (a style sheet shows them); other control characters and noncharacters,
// which these forbid, and byte-order marks are left out.
func Escape(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return html.EscapeString(strings.Map(func(r rune) rune { // an invalid byte comes as U+FFFD
		switch {
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\uFEFF', unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, s))
}
