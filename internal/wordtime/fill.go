package wordtime

import (
	"slices"

	"narrate/internal/tts"
)

// Fill adds marks for the words of the text that have none, since an engine told
// of them with the word before ("on the"). They share the time of that word by
// their lengths. The marks are ascending, in a clip of so many frames; words
// before the first mark stay without.
func Fill(text string, marks []tts.Mark, frames int64) []tts.Mark {
	var out []tts.Mark
	words := split(text)
	for k, m := range marks {
		limit := len(text)
		end := frames
		if k+1 < len(marks) {
			limit, end = marks[k+1].Lo, marks[k+1].Frame
		}
		if m.End > 0 {
			end = min(end, m.End)
		}
		for len(words) > 0 && words[0].lo < m.Hi {
			words = words[1:]
		}
		n := 0
		for n < len(words) && words[n].hi <= limit {
			n++
		}
		missing := words[:n]
		words = words[n:]
		if n == 0 || end-m.Frame <= int64(n) {
			if out != nil {
				out = append(out, m)
			}
			continue
		}
		if out == nil {
			out = slices.Clone(marks[:k])
		}
		all := weight(text[m.Lo:m.Hi])
		sum := all
		for _, w := range missing {
			all += w.weight
		}
		long, told := end-m.Frame, m.End > 0
		out = append(out, m)
		free := m.Frame + 1
		for i, w := range missing {
			at := max(free, m.Frame+int64(float64(long)*sum/all))
			sum += w.weight
			free = at + 1
			filled := tts.Mark{Frame: at, Lo: w.lo, Hi: w.hi}
			if told {
				out[len(out)-1].End = at
				if i == n-1 {
					filled.End = end
				}
			}
			out = append(out, filled)
		}
	}
	if out == nil {
		return marks
	}
	return out
}
