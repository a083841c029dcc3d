package caption

import (
	"fmt"

	"narrate/internal/output"
)

// Account is what became of an edition's captions.
type Account struct {
	Kept   int     // captions that there are
	Cut    int     // those left out, as the offset has them end before the start
	Faults []Fault // where those that are kept break the rules
}

// Report lays an edition out and tells where captions break the rules, which
// the layout does only where there is no other way: speech that is too fast to
// be read, a word wider than a line, sentences too close for the gap.
func Report(e *output.Edition) Account {
	var a Account
	ms := Milliseconds{Rate: e.Timeline.Rate}
	m := meter{rules: e.Captions}
	for c := range Cues(e, e.Captions) {
		a.Kept++
		start, end := ms.Of(c.Span)
		lines := make([]int, len(c.Lines))
		for i := range c.Lines {
			lines[i] = Columns(c.Lines[i].Text)
		}
		m.measure(start, end, lines, func(kind Kind, line int, message string) {
			if line > 0 && len(lines) > 1 {
				message = fmt.Sprintf("line %d has %s", line, message)
			}
			a.Faults = append(a.Faults, Fault{Kind: kind, Cue: c.Number, Sentence: c.Sentence, Start: start, Message: message})
		})
	}
	a.Cut = cutBy(e, a.Kept)
	return a
}

// cutBy counts the captions that the offset cuts, of which kept are left.
func cutBy(e *output.Edition, kept int) int {
	if e.Captions.Offset >= 0 {
		return 0
	}
	whole, all := e.Captions, 0
	whole.Offset = 0
	for range Cues(e, whole) {
		all++
	}
	return all - kept
}

// slack is what the rounding of a start and an end to milliseconds may take
// from a length.
const slack = 1

// meter holds caption after caption against the rules.
type meter struct {
	rules output.Captions
	begun bool
	end   int64 // of the one before
}

// measure tells the faults of a caption whose times are in milliseconds and
// whose lines have so many columns. A line is told from 1 on, 0 is the caption.
func (m *meter) measure(start, end int64, lines []int, fault func(kind Kind, line int, message string)) {
	r, columns := m.rules, 0
	for i, w := range lines {
		columns += w
		if r.Width > 0 && w > r.Width {
			fault(TooWide, i+1, fmt.Sprintf("%d columns, at most %d", w, r.Width))
		}
	}
	if r.Lines > 0 && len(lines) > r.Lines {
		fault(TooTall, 0, fmt.Sprintf("%d lines, at most %d", len(lines), r.Lines))
	}
	length := end - start
	if shortest := r.Shortest.Milliseconds(); length < shortest-slack && length > 0 {
		fault(TooShort, 0, fmt.Sprintf("%s long, at least %s", seconds(length), seconds(shortest)))
	}
	if longest := r.Longest.Milliseconds(); longest > 0 && length > longest+slack {
		fault(TooLong, 0, fmt.Sprintf("%s long, at most %s", seconds(length), seconds(longest)))
	}
	// A speed that only rounding makes is none.
	if speed := float64(columns) * 1000 / float64(length+slack); r.Speed > 0 && length > 0 && speed > r.Speed {
		fault(TooFast, 0, fmt.Sprintf("%.1f characters a second, at most %g", float64(columns)*1000/float64(length), r.Speed))
	}
	if gap := r.Gap.Milliseconds(); gap > 0 && m.begun && start >= m.end && start-m.end < gap-slack {
		fault(TooClose, 0, fmt.Sprintf("%s after the caption before, at least %s", seconds(start-m.end), seconds(gap)))
	}
	m.begun, m.end = true, end
}
