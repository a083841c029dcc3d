package audio

import (
	"strings"
	"unicode"
)

// Line is text as one line, as tags hold it: runs of white space and of control
// characters are one space, and none stand at the ends. A NUL would end the text
// in some, a line break is forbidden in others or not expected.
func Line(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Lines is text whose lines are as Line gives them. Of several empty ones one is
// kept, and none at the ends.
func Lines(text string) string {
	var out strings.Builder
	empty := false
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = Line(line)
		if line == "" {
			empty = true
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
			if empty {
				out.WriteByte('\n')
			}
		}
		empty = false
		out.WriteString(line)
	}
	return out.String()
}
