package vttmeta

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// check reads the file with the W3C's parser, told that it is a metadata track, and
// its cues as JSON.
func check(t *testing.T, path string, e output.Edition) {
	var read struct {
		Standard []struct {
			Raw        string
			Start, End float64
		}
	}
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../../test/node/webvtt.mjs", path, "metadata"), &read); err != nil {
		t.Fatal(err)
	}
	want := captiontest.Cues(e, e.Captions)
	if len(read.Standard) != len(want) {
		t.Fatalf("the W3C's parser reads %d cues, want %d", len(read.Standard), len(want))
	}
	sentence := 0
	for i, w := range want {
		got := read.Standard[i]
		if i < 10 {
			outputtest.Validate(t, "testdata/cue.schema.json", []byte(got.Raw))
		}
		var data struct {
			Sentence int
			Chapter  struct {
				Number int
				Title  string
			}
			Lang, Speaker, Timing string
			Lines                 []string
			Words                 []struct {
				Line       int
				Start, End float64
				Text       string
			}
		}
		if err := json.Unmarshal([]byte(got.Raw), &data); err != nil {
			t.Fatalf("%s: %v", got.Raw, err)
		}
		if w.First {
			sentence++
		}
		if math.Abs(got.Start*1000-float64(w.Start)) > 1e-3 || math.Abs(got.End*1000-float64(w.End)) > 1e-3 {
			t.Errorf("cue %d is at %g to %g, want %d to %d ms", i, got.Start, got.End, w.Start, w.End)
		}
		chapter := e.Timeline.Chapters[w.Chapter]
		var lines, words []string
		for _, line := range w.Lines {
			lines = append(lines, line.Text)
			for _, word := range line.Words {
				words = append(words, line.Text[word.Lo:word.Hi])
			}
		}
		if data.Sentence != sentence || data.Chapter.Number != chapter.Number || data.Chapter.Title != caption.Line(chapter.Title) ||
			data.Lang != w.Lang || data.Speaker != w.Speaker || !slices.Equal(data.Lines, lines) || len(data.Words) != len(words) {
			t.Errorf("cue %d holds %s", i, got.Raw)
			continue
		}
		at := got.Start
		for k, word := range data.Words {
			if word.Text != words[k] || word.Start < at-1e-9 || word.End < word.Start || word.End > got.End+1e-9 {
				t.Errorf("cue %d at %g to %g has the word %+v after %g, want %q", i, got.Start, got.End, word, at, words[k])
			}
			at = word.Start
		}
	}
}
