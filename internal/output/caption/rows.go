package caption

import (
	"narrate/internal/output"
	"narrate/internal/timeline"
)

// row is a line of a caption: bytes [lo, hi) of its sentence's clean text, when
// they are said, and whether the caption ends with it.
type row struct {
	lo, hi     int
	start, end int64 // frames of the timeline
	last       bool
}

// rows are the lines of all sentences, in order: found one sentence after the
// other, or known from the format before. Those of a book of twenty hours take
// some two megabytes.
type rows struct {
	edition *output.Edition
	key     rowsKey
	known   bool
	lines   []row
	ends    []int // of the sentences in lines
	at      int   // the next sentence
}

// rowsKey is what the ends of lines depend on.
type rowsKey struct {
	timeline *timeline.Timeline
	rules    output.Captions
}

func newRows(e *output.Edition, rules output.Captions) *rows {
	// The times of captions are made of those of the rows, by rules of their
	// own, and so is what formats show.
	rules.Profile, rules.Words, rules.Rate, rules.Offset = "", false, nil, 0
	key := rowsKey{e.Timeline, rules}
	if e.Shared != nil {
		if found, ok := e.Shared.Load(key); ok {
			r := *found.(*rows)
			return &r
		}
	}
	return &rows{edition: e, key: key}
}

// next gives the lines of the next sentence: as they are known, or as find adds
// them. They are good until the next call.
func (r *rows) next(find func(add func(row))) []row {
	if r.known {
		from := 0
		if r.at > 0 {
			from = r.ends[r.at-1]
		}
		r.at++
		return r.lines[from:r.ends[r.at-1]]
	}
	if r.edition.Shared == nil {
		r.lines = r.lines[:0]
	}
	from := len(r.lines)
	find(func(line row) { r.lines = append(r.lines, line) })
	if r.edition.Shared != nil {
		r.ends = append(r.ends, len(r.lines))
	}
	return r.lines[from:]
}

// share keeps the lines of all sentences for the formats that follow.
func (r *rows) share() {
	if r.edition == nil || r.edition.Shared == nil {
		return
	}
	r.edition.Shared.Store(r.key, &rows{known: true, lines: r.lines, ends: r.ends})
}
