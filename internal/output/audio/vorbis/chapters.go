package vorbis

import (
	"fmt"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// maxChapters is how many the extension's three digits can number.
const maxChapters = 1000

// chapters are the chapters as comments: for each its start, title and link.
//
// They are numbered from 001, as in the extension's examples and as the tracks
// of a FLAC cue sheet, by whose numbers ffmpeg joins the two; only 1000 of them
// begin at 000. A fourth digit is not possible: ffmpeg would take
// CHAPTER1000NAME for the title of chapter 100.
func chapters(e output.Edition) []Field {
	told := atMost(e.Timeline.Chapters, maxChapters)
	first := 1
	if len(told) == maxChapters {
		first = 0
	}
	out := make([]Field, 0, 2*len(told))
	for i, c := range told {
		name := fmt.Sprintf("CHAPTER%03d", first+i)
		out = append(out, Field{name, clock(e.Timeline.Rate, c.Span.Start)})
		if title := audio.Line(c.Title); title != "" {
			out = append(out, Field{name + "NAME", title})
		}
		if link := audio.Line(e.Metadata.Of(c).Link); link != "" {
			out = append(out, Field{name + "URL", link})
		}
	}
	return out
}

// atMost is at most limit of the chapters: where there are more, all of the
// upper levels that fit, and of the level below as many as there is room for.
func atMost(all []timeline.Chapter, limit int) []*timeline.Chapter {
	whole, counted := 0, 0 // levels above whole fit, and have so many chapters
	for counted < len(all) {
		n := counted
		for i := range all {
			if max(0, all[i].Level) == whole {
				n++
			}
		}
		if n > limit {
			break
		}
		counted, whole = n, whole+1
	}
	room := limit - counted
	out := make([]*timeline.Chapter, 0, min(limit, len(all)))
	for i := range all {
		c := &all[i]
		if c.Level == whole && room > 0 {
			room--
		} else if c.Level >= whole {
			continue
		}
		out = append(out, c)
	}
	return out
}

// clock is frame n as HH:MM:SS.mmm.
func clock(rate pcm.Hz, n int64) string {
	ms := rate.Milliseconds(n)
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
