// Package caption is what the caption formats below it share: captions with
// their times in milliseconds, cleaned text and clocks.
package caption

import (
	"fmt"
	"iter"
	"strings"
	"unicode"

	"narrate/internal/timeline"
)

// Caption is one text on the screen.
type Caption struct {
	Start, End int64  // milliseconds; End > Start, and no earlier than the caption before ends
	Text       string // one line, as Line gives it; never empty
	Lang       string // BCP 47
}

// Captions gives a caption for each cue, numbered from 1. A cue with nothing
// to show has none. Times are the cue's own frames, each rounded to the nearest
// millisecond; only a cue that is shorter than that is stretched to one
// millisecond, which may push the start of the next one.
func Captions(t *timeline.Timeline) iter.Seq2[int, Caption] {
	return func(yield func(int, Caption) bool) {
		n, free := 0, int64(0)
		for i := range t.Chapters {
			for _, cue := range t.Chapters[i].Cues {
				text := Line(cue.Utterance.Text)
				if text == "" {
					continue
				}
				start := max(t.Rate.Milliseconds(cue.Span.Start), free)
				free = max(t.Rate.Milliseconds(cue.Span.End), start+1)
				n++
				if !yield(n, Caption{Start: start, End: free, Text: text, Lang: cue.Utterance.Lang}) {
					return
				}
			}
		}
	}
}

// Line is text as one line: valid UTF-8 without control characters, byte-order
// marks and noncharacters, each run of line breaks, tabs and plain spaces a
// single space, none at the ends. No-break and other typographic spaces stay.
// Text that only holds white space gives "".
func Line(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.TrimSpace(text) { // an invalid byte comes as U+FFFD
		switch {
		case r == ' ' || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp):
			gap = true
			continue
		case r == '\uFEFF' || unicode.Is(unicode.Noncharacter_Code_Point, r):
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// Clock is a time in milliseconds as HH:MM:SS, the separator and three digits;
// hours take more digits from 100 on.
func Clock(ms int64, separator rune) string {
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, separator, ms%1000)
}
