// Package chapters writes chapters as texts for other programs: each of its
// formats is one that players, editors or platforms read from beside the sound.
// Titles come from outside, so each format sees that they stay titles.
package chapters

import (
	"cmp"
	"context"
	"io"
	"strconv"

	"narrate/internal/output/plain"
	"narrate/internal/timeline"
)

// needsNothing is the Check of formats that can be written everywhere.
type needsNothing struct{}

// Check implements output.Format.
func (needsNothing) Check(context.Context) error { return nil }

// write writes the whole of a small file.
func write(ctx context.Context, dst io.Writer, text string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := io.WriteString(dst, text)
	return err
}

// named is a chapter's title as one line, or its number where it has none, for
// formats that need one.
func named(c *timeline.Chapter, i int) string {
	return cmp.Or(plain.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1)))
}

// mark is where a chapter lies, in units of the format.
type mark struct {
	start, end int64
	title      string
	level      int
}

// marks are the chapters with their positions in units. Those that are shorter
// than least units are merged into the one before, a short first one into the
// one after: its title, often that of the whole, gives way.
func marks(t *timeline.Timeline, units func(frame int64) int64, least int64) []mark {
	var out []mark
	for i := range t.Chapters {
		c := &t.Chapters[i]
		m := mark{units(c.Span.Start), units(c.Span.End), named(c, i), c.Level}
		last := len(out) - 1
		switch {
		case last < 0 || m.end-m.start >= least && out[last].end-out[last].start >= least:
			out = append(out, m)
		case m.end-m.start >= least: // after a first one that is too short
			out[last].end, out[last].title, out[last].level = m.end, m.title, m.level
		default:
			out[last].end = m.end
		}
	}
	return out
}

// thin leaves at most that many marks, at least 1: those of the deepest levels
// are merged into the ones before first, and of those of one level as many as
// it takes, evenly.
func thin(list []mark, most int) []mark {
	for len(list) > most {
		deepest := 0
		for _, m := range list[1:] { // the first one stays: chapters begin at 0
			deepest = max(deepest, m.level)
		}
		kept := list[:1:1]
		for _, m := range list[1:] {
			if m.level < deepest {
				kept = append(kept, m)
			}
		}
		if len(kept) == 1 {
			return evenly(list, most)
		}
		list = joined(kept, list[len(list)-1].end)
	}
	return list
}

// evenly leaves that many of more marks.
func evenly(list []mark, most int) []mark {
	kept := make([]mark, most)
	for i := range kept {
		kept[i] = list[i*len(list)/most]
	}
	return joined(kept, list[len(list)-1].end)
}

// joined makes each mark end where the next one starts, the last one at end.
func joined(list []mark, end int64) []mark {
	for i := range list {
		if i+1 < len(list) {
			list[i].end = list[i+1].start
		} else {
			list[i].end = end
		}
	}
	return list
}
