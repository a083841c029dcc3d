package mp4

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean is text as one line, as a title is: runs of white space and of control
// characters are one space, and none stand at the ends.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// lines is text whose lines are clean. Of several empty ones one is kept, and
// none at the ends.
func lines(text string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = clean(line)
		if line != "" || len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, line)
		}
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

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
