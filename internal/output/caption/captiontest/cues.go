package captiontest

import (
	"os"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
)

// Cue is what a file must hold of a cue.
type Cue struct {
	caption.Cue
	Start, End int64  // milliseconds
	Text       string // its lines, with line breaks
	Label      string // the name that stands before the text, where it does
}

// Cues are those of an edition by the rules.
func Cues(e output.Edition, rules output.Captions) []Cue {
	var list []Cue
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	for c := range caption.Cues(&e, rules) {
		cue := Cue{Cue: c}
		cue.Start, cue.End = ms.Of(c.Span)
		lines := make([]string, len(c.Lines))
		for i, line := range c.Lines {
			lines[i] = line.Text
		}
		cue.Text = strings.Join(lines, "\n")
		if c.Introduces && c.Speaker != "" {
			cue.Label = c.Speaker + ": "
		}
		list = append(list, cue)
	}
	return list
}

// Read gives a file's text.
func Read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Flat is text without the white space in it, for formats that write it in other
// places.
func Flat(text string) string { return strings.Join(strings.Fields(text), "") }
