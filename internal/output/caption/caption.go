// Package caption is what the caption formats below it share: it divides a
// timeline's text into captions by rules (profiles), gives them their times,
// and finds where captions break the rules, also those of files by others.
// docs/captions.md tells the profiles' numbers and what a good layout costs.
package caption

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is text as one line: valid UTF-8 without control characters, byte-order
// marks and noncharacters, each run of line breaks, tabs and plain spaces a
// single space, none at the ends. No-break and other typographic spaces stay.
// Text that only holds white space gives "".
func Line(text string) string {
	line, _ := clean(text)
	return line
}

// clean is Line with the way back: places[i] is the byte of text that byte i of
// the line is from, and one more for its end; nil where both are the same.
func clean(text string) (line string, places []int) {
	if plain(text) {
		return text, nil
	}
	var b strings.Builder
	gap, gapAt := false, 0
	lo := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	for i, r := range strings.TrimSpace(text) { // an invalid byte comes as U+FFFD
		switch {
		case r == ' ' || parts(r):
			if !gap {
				gap, gapAt = true, lo+i
			}
			continue
		case nothing(r):
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
			places = append(places, gapAt)
		}
		gap = false
		b.WriteRune(r)
		for range utf8.RuneLen(r) {
			places = append(places, lo+i)
		}
	}
	// What is taken out at the ends can lay bare further white space.
	line = b.String()
	trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
	places = places[len(line)-len(trimmed):]
	line = strings.TrimRightFunc(trimmed, unicode.IsSpace)
	return line, append(places[:len(line)], len(text))
}

// parts reports control characters (Cc) and the separators of lines and
// paragraphs. Like nothing it is asked of every character of a book, for which
// Unicode's tables are slow.
func parts(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// nothing reports byte-order marks and the noncharacters.
func nothing(r rune) bool {
	return r == '\uFEFF' || r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE
}

// plain reports of most texts, quickly, that there is nothing to clean.
func plain(text string) bool {
	last := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c == 0x7f || c == ' ' && last == ' ' {
			return false
		}
		last = c
		if c >= utf8.RuneSelf {
			return plainWide(text)
		}
	}
	return last != ' '
}

func plainWide(text string) bool {
	last := ' '
	for i, r := range text {
		switch {
		case r == utf8.RuneError:
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return false
			}
		case r == ' ' && last == ' ', parts(r), nothing(r), i == 0 && unicode.IsSpace(r):
			return false
		}
		last = r
	}
	return !unicode.IsSpace(last)
}

// Clock is a time in milliseconds as HH:MM:SS, the separator and three digits;
// hours take more digits from 100 on.
func Clock(ms int64, separator rune) string {
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, separator, ms%1000)
}
