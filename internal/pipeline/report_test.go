package pipeline

import (
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// TestReportPlaces: a place in a member of an archive names it, one in the
// source needs no name, and neither tells a folder of this machine.
func TestReportPlaces(t *testing.T) {
	sc := &script.Script{
		Source:   "/home/me/book.epub",
		Warnings: []string{"/home/me/book.epub/OEBPS/one.xhtml:3:2: what is this?"},
		Skipped: []script.Skip{
			{Text: "42", Reason: "page number", Pos: document.Pos{File: "/home/me/book.epub/OEBPS/one.xhtml", Line: 3, Col: 2}},
			{Text: "* * *", Reason: "a scene break", Pos: document.Pos{File: "/home/me/book.epub", Line: 5, Col: 1}},
		},
	}
	speech := &Speech{
		Clips:  make([]*timeline.Clip, 1),
		Failed: []Failure{{Text: "No.", Reason: "no sound", Pos: document.Pos{File: "/home/me/book.epub/OEBPS/two.xhtml", Line: 7, Col: 9}}},
	}
	r := NewReport(sc, speech, nil)
	if r.Source != "book.epub" || r.Failed[0] != (Missing{"No.", "no sound", "book.epub/OEBPS/two.xhtml", 7, 9}) ||
		r.Skipped[0] != (Missing{"42", "page number", "book.epub/OEBPS/one.xhtml", 3, 2}) ||
		r.Skipped[1] != (Missing{"* * *", "a scene break", "", 5, 1}) {
		t.Errorf("%+v", r)
	}
	if r.Warnings[0] != "book.epub/OEBPS/one.xhtml:3:2: what is this?" {
		t.Errorf("%q", r.Warnings)
	}
	data, err := r.JSON()
	if err != nil || strings.Contains(string(data), "home") || strings.Count(string(data), `"file":`) != 2 {
		t.Errorf("%s, %v", data, err)
	}
}
