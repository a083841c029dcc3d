package csv

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestTabs(t *testing.T) { captiontest.Run(t, Tabs{}, check) }

func TestGolden(t *testing.T) {
	captiontest.Golden(t, Format{}, captiontest.Karaoke)
	captiontest.Golden(t, Tabs{}, captiontest.Karaoke)
}

// reader prints what Python's csv, told to be strict, makes of a file.
const reader = `
import csv, json, sys
tabs = sys.argv[1].endswith(".tsv")
with open(sys.argv[1], encoding="utf-8", newline="") as f:
    print(json.dumps(list(csv.reader(f, "excel-tab" if tabs else "excel", strict=True))))
`

// harmful is what no spreadsheet may see at the start of a value.
const harmful = "=+-@\t\r"

func check(t *testing.T, path string, e output.Edition) {
	var rows [][]string
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", reader, path), &rows); err != nil {
		t.Fatal(err)
	}
	if strings.Join(rows[0], " ") != strings.Join(Columns, " ") {
		t.Fatalf("columns %q", rows[0])
	}
	for _, row := range rows {
		for _, value := range row {
			if len(row) != len(Columns) || value != "" && strings.ContainsRune(harmful, rune(value[0])) {
				t.Errorf("row %q", row)
			}
		}
	}
	rows = rows[1:]
	next := func() map[string]string {
		if len(rows) == 0 {
			t.Fatal("rows are missing")
		}
		row := map[string]string{}
		for i, name := range Columns {
			row[name] = rows[0][i]
		}
		rows = rows[1:]
		return row
	}
	sentence := 0
	for _, w := range captiontest.Cues(e, e.Captions) {
		if w.First {
			sentence++
		}
		got := next()
		chapter := e.Timeline.Chapters[w.Chapter]
		for name, want := range map[string]string{
			"kind": "cue", "cue": strconv.Itoa(w.Number), "word": "", "sentence": strconv.Itoa(sentence), "chapter": strconv.Itoa(chapter.Number),
			"title": cell(caption.Line(chapter.Title)), "start": cuefile.Seconds(w.Start), "end": cuefile.Seconds(w.End), "lang": w.Lang,
			"speaker": cell(w.Speaker), "timing": string(w.Sentence.Timing),
		} {
			if got[name] != want {
				t.Errorf("%s of %v is %q, want %q", name, got, got[name], want)
			}
		}
		if captiontest.Flat(value(got["text"])) != captiontest.Flat(w.Text) {
			t.Errorf("text %q, want %q", got["text"], w.Text)
		}
		n := 0
		for _, line := range w.Lines {
			for _, word := range line.Words {
				if !e.Captions.Words {
					continue
				}
				n++
				got := next()
				if got["kind"] != "word" || got["word"] != strconv.Itoa(n) || value(got["text"]) != line.Text[word.Lo:word.Hi] {
					t.Errorf("word %v, want %q", got, line.Text[word.Lo:word.Hi])
				}
			}
		}
	}
	if len(rows) != 0 {
		t.Errorf("more rows: %q", rows)
	}
}

// value gives back what cell changed.
func value(cell string) string {
	rest, marked := strings.CutPrefix(cell, "'")
	if first := []rune(strings.TrimLeft(rest, "' \u00A0")); marked && len(first) > 0 && strings.ContainsRune(formula, first[0]) {
		return rest
	}
	return cell
}

func TestCell(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", "=1": "'=1", "-x": "'-x", "'=1": "''=1", "'Tis": "'Tis", "\uFF1D1": "'\uFF1D1", "\u00A0@x": "'\u00A0@x", "''": "''",
	} {
		if got := cell(text); got != want || value(got) != text {
			t.Errorf("cell(%q) = %q, want %q; it is read as %q", text, got, want, value(got))
		}
	}
}

func FuzzCell(f *testing.F) {
	f.Add("'=1+1")
	f.Fuzz(func(t *testing.T, text string) {
		got := cell(text)
		if value(got) != text || got != "" && strings.ContainsRune(harmful, rune(got[0])) {
			t.Fatalf("%q is %q and read as %q", text, got, value(got))
		}
	})
}
