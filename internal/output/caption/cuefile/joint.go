package cuefile

import (
	"unicode"
	"unicode/utf8"
)

// Joint is what stands between two sentences of a paragraph: a space, but nothing
// between those of scripts that have none.
func Joint(before, after string) string {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	if solid(last) && solid(first) {
		return ""
	}
	return " "
}

// solid reports a character of Chinese or Japanese, which have no spaces.
func solid(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303F || // their punctuation
		r >= 0xFF01 && r <= 0xFF0F || r == 0xFF1A || r == 0xFF1B || r == 0xFF1F // and wide ASCII's
}
