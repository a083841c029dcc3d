package textgrid

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// script has Praat read a TextGrid, count its tiers and write all intervals as a
// table.
const script = `
form: "Dump"
    infile: "In", ""
    outfile: "Out", ""
endform
Text writing preferences: "UTF-8"
Read from file: in$
tiers = Get number of tiers
appendInfoLine: tiers
for tier to tiers
    name$ = Get tier name: tier
    appendInfoLine: name$
endfor
Down to Table: "yes", 9, "yes", "yes"
Save as tab-separated file: out$
`

type interval struct {
	start, end float64
	text       string
}

// praat gives the intervals of the file's tiers by the tiers' names.
func praat(t *testing.T, path string) map[string][]interval {
	t.Helper()
	dir := t.TempDir()
	dump, table := filepath.Join(dir, "dump.praat"), filepath.Join(dir, "table.tsv")
	if err := os.WriteFile(dump, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := string(outputtest.Tool(t, "praat", "--run", dump, path, table)); got != "2\nsentences\nwords\n" {
		t.Fatalf("praat reads the tiers %q", got)
	}
	tiers := map[string][]interval{}
	for i, line := range strings.Split(strings.TrimSuffix(captiontest.Read(t, table), "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if i == 0 {
			if line != "line\ttmin\ttier\ttext\ttmax" {
				t.Fatalf("columns %q", line)
			}
			continue
		}
		start, err1 := strconv.ParseFloat(fields[1], 64)
		end, err2 := strconv.ParseFloat(fields[4], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("row %q", line)
		}
		text := fields[3]
		if text == "?" { // how tables show that there is none
			text = ""
		}
		tiers[fields[2]] = append(tiers[fields[2]], interval{start, end, text})
	}
	return tiers
}

func check(t *testing.T, path string, e output.Edition) {
	tiers := praat(t, path)
	rate := float64(e.Timeline.Rate)
	at := func(frame int64) float64 { return float64(frame) / rate }
	near := func(a, b float64) bool { return a-b < 1.1e-6 && b-a < 1.1e-6 }
	want := captiontest.Cues(e, cuefile.Sentences(e.Captions))
	end := max(e.Timeline.Frames, want[len(want)-1].Span.End)
	var words []string
	spoken := map[string][]interval{}
	for _, name := range []string{"sentences", "words"} {
		last := 0.0
		for _, i := range tiers[name] {
			if !near(i.start, last) || i.end <= i.start {
				t.Errorf("%s: interval %+v after %g", name, i, last)
			}
			last = i.end
			if i.text != "" {
				spoken[name] = append(spoken[name], i)
			}
		}
		if !near(last, at(end)) {
			t.Errorf("%s end at %g, want %g", name, last, at(end))
		}
	}
	if len(spoken["sentences"]) != len(want) {
		t.Fatalf("praat reads %d sentences, want %d", len(spoken["sentences"]), len(want))
	}
	for i, w := range want {
		if got := spoken["sentences"][i]; got.text != w.Text || !near(got.start, at(w.Span.Start)) || !near(got.end, at(w.Span.End)) {
			t.Errorf("praat reads %+v, want %v %q", got, w.Span, w.Text)
		}
		for _, word := range w.Lines[0].Words {
			words = append(words, w.Text[word.Lo:word.Hi])
		}
	}
	var got []string
	for _, i := range spoken["words"] {
		got = append(got, i.text)
	}
	if strings.Join(got, " ") != strings.Join(words, " ") {
		t.Errorf("praat reads the words %q, want %q", got, words)
	}
}

// TestNoTime: words that take no time are not lost.
func TestNoTime(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Cues: 3, Words: true, Rate: 8000, Texts: []string{"a b c d", "e f", "g h"}, Frames: func(int) int64 { return 8000 },
	})
	cues := e.Timeline.Chapters[0].Cues
	at := func(cue, word int, start, end int64) {
		cues[cue].Words[word].Span = pcm.Span{Start: cues[cue].Span.Start + start, End: cues[cue].Span.Start + end}
	}
	at(0, 0, 0, 0)
	at(0, 1, 0, 4000)
	at(0, 2, 4000, 4000)
	at(0, 3, 4000, 8000)
	at(1, 0, 8000, 8000) // all at the end
	at(1, 1, 8000, 8000)
	at(2, 0, 0, 8000)
	at(2, 1, 8000, 8000)
	path := filepath.Join(t.TempDir(), "file.textgrid")
	if err := output.WriteFile(t.Context(), path, Format{}, e); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
	var got []string
	for _, i := range praat(t, path)["words"] {
		got = append(got, i.text)
	}
	if strings.Join(got, "|") != "a b c|d||e f||g h" {
		t.Errorf("words %q", got)
	}
}
