package pipeline

import (
	"bytes"
	"encoding/json"
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

// TestHeardReport: what a recording lacks, has again or has besides is all there.
func TestHeardReport(t *testing.T) {
	sc := &script.Script{Source: "a.md"}
	at := func(line int) document.Pos { return document.Pos{File: "a.md", Line: line, Col: 1} }
	heard := &Heard{
		Clips:    make([]*timeline.Clip, 4),
		Missing:  []Failure{{"One.", "not there", at(3)}},
		Unread:   []Failure{{"Title", "not there", at(1)}},
		Again:    []Again{{&script.Utterance{Text: "Two.", Pos: at(4)}, Stretch{8000, 12000, "1.000000", "1.500000"}}},
		Strange:  []Stretch{{0, 8000, "0.000000", "1.000000"}},
		Warnings: []string{"a warning"},
	}
	r := NewHeardReport(sc, heard, 8000, nil)
	if r.Utterances != 4 || r.Heard != 2 || r.Complete || r.Rate != 8000 || len(r.Failed) != 1 || len(r.Warnings) != 1 ||
		r.Skipped[0] != (Missing{"Title", "heading: not there", "", 1, 1}) {
		t.Errorf("%+v", r)
	}
	data, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"strange":[{"startFrame":0,"endFrame":8000,"start":0.000000,"end":1.000000}]`,
		`"again":[{"text":"Two.","reason":"read again; the last reading counts","line":4,"col":1,"startFrame":8000,"endFrame":12000,"start":1.000000,"end":1.500000}]`,
	} {
		var b bytes.Buffer
		if err := json.Compact(&b, data); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%v, no %s in %s", err, want, b.String())
		}
	}
	heard.Missing = nil
	if !NewHeardReport(sc, heard, 8000, nil).Complete {
		t.Error("a heading that is not read makes the recording incomplete")
	}
}
