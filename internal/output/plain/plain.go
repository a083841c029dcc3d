// Package plain is text as the formats for titles and tags hold it: one line,
// of a bounded length.
package plain

import (
	"strings"
	"unicode"
)

// Line is text as one line: valid UTF-8 without control characters, byte-order
// marks and noncharacters, each run of white space a single space, none at the
// ends. Text that only holds white space gives "".
func Line(text string) string {
	kept := strings.Map(func(r rune) rune { // an invalid byte comes as U+FFFD
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == '\uFEFF' || unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(kept), " ")
}

// Shorten is a line of at most that many code points, at least 2: of a longer
// one as many whole words as fit, and an ellipsis. A single word that is longer
// is cut between characters as they are seen.
func Shorten(line string, most int) string {
	points := []rune(line)
	if len(points) <= most {
		return line
	}
	end := most - 1
	for end > 1 && joined(points[end-1], points[end]) {
		end--
	}
	short := string(points[:end])
	if i := strings.LastIndexByte(short, ' '); i > 0 && points[end] != ' ' {
		short = short[:i]
	}
	return strings.TrimSpace(short) + "\u2026"
}

// joiner makes one sign of those around it.
const joiner = '\u200D'

// joined says whether b is shown as part of the same sign as a.
func joined(a, b rune) bool {
	return a == joiner || b == joiner || unicode.Is(unicode.M, b) ||
		unicode.Is(unicode.Variation_Selector, b) || b >= 0x1F3FB && b <= 0x1F3FF // skin tones
}
