package piper

import (
	"strings"
	"unicode"
)

// harmless replaces what the engine would obey instead of speaking it, and
// gives what is left on one line, "" where that is nothing.
//
//   - Control characters and line ends: a line is a request. NUL would end the
//     text in espeak-ng, which makes piper's phonemes, and \x01 start a command.
//   - "[[" starts phonemes (piper1-gpl from 1.3 on): of neighbouring brackets
//     every second one becomes a space.
//   - U+FFFD and private-use characters, which have no name.
//
// "<" and "&" need nothing, since no markup is switched on. A leading "-" needs
// nothing: text is never an argument.
func harmless(text string) string {
	var before rune
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == unicode.ReplacementChar, unicode.Is(unicode.Co, r),
			r == '[' && before == '[':
			r = ' '
		}
		before = r
		return r
	}, text))
}
