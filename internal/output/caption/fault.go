package caption

import (
	"fmt"

	"narrate/internal/timeline"
)

// Kind is what a caption does wrong.
type Kind string

// The kinds of faults. Those from Overlap on are of files only.
const (
	TooFast  Kind = "speed"    // more characters a second than may be read
	TooLong  Kind = "long"     // seen longer than allowed
	TooShort Kind = "short"    // seen shorter than allowed
	TooWide  Kind = "width"    // a line has too many columns
	TooTall  Kind = "lines"    // too many lines
	TooClose Kind = "gap"      // too close to the caption before
	Overlap  Kind = "overlap"  // begins before the one before ends
	Disorder Kind = "order"    // begins before the one before begins, or ends before it begins
	Empty    Kind = "empty"    // nothing to read
	Markup   Kind = "markup"   // tags and escapes
	Number   Kind = "number"   // numbers of captions that do not count up
	Time     Kind = "time"     // times that are not written as the format has it
	Syntax   Kind = "syntax"   // lines that belong to nothing
	Encoding Kind = "encoding" // bytes that are no UTF-8, control characters
)

// Fault is a place where captions break the rules.
type Fault struct {
	Kind Kind
	// Cue is the caption's number, counted from 1; 0 where it is none's.
	Cue int
	// Line is the line of the file that was read, from 1; 0 of a timeline.
	Line int
	// Sentence is the timeline's cue, which knows its place in the article; nil
	// of a file.
	Sentence *timeline.Cue
	Start    int64  // of the caption, in milliseconds
	Message  string // what is wrong, with the limit: "23.4 characters a second, at most 20"
}

// String tells the fault and where it is.
func (f Fault) String() string {
	where := fmt.Sprintf("caption %d (%s)", f.Cue, Clock(f.Start, '.'))
	switch {
	case f.Line > 0 && f.Cue > 0:
		where = fmt.Sprintf("line %d: caption %d", f.Line, f.Cue)
	case f.Line > 0:
		where = fmt.Sprintf("line %d", f.Line)
	}
	return fmt.Sprintf("%s: %s: %s", where, f.Kind, f.Message)
}

// seconds prints a time in milliseconds.
func seconds(ms int64) string { return fmt.Sprintf("%d.%03d s", ms/1000, ms%1000) }
