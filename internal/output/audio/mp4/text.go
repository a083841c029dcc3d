package mp4

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cut is text, shortened to at most so many bytes with an ellipsis at its end.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const ellipsis = "\u2026"
	end := limit - len(ellipsis)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimRightFunc(text[:end], func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200d' // would join the ellipsis
	}) + ellipsis
}
