package vttchapters

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// check reads the file with the W3C's parser, told that it is a chapters track.
func check(t *testing.T, path string, e output.Edition) {
	type cue struct {
		ID, Text   string
		Start, End float64
	}
	var read struct{ Standard, Strict []cue }
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../../test/node/webvtt.mjs", path, "chapters"), &read); err != nil {
		t.Fatal(err)
	}
	var want []cue
	ms := e.Timeline.Rate.Milliseconds
	offset := e.Captions.Offset.Seconds()
	for i, c := range e.Timeline.Chapters {
		w := cue{strconv.Itoa(i + 1), cmp.Or(caption.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1))), 0, 0}
		w.Start, w.End = max(0, float64(ms(c.Span.Start))/1000+offset), float64(ms(c.Span.End))/1000+offset
		if c.Span.End+e.Timeline.Rate.Frames(e.Captions.Offset) > 0 {
			want = append(want, w)
		}
	}
	if len(read.Standard) != len(want) || len(read.Strict) != len(want) {
		t.Fatalf("the W3C's parser reads %d chapters, node-webvtt %d, want %d", len(read.Standard), len(read.Strict), len(want))
	}
	for i, w := range want {
		got := read.Standard[i]
		if got.ID != w.ID || got.Text != w.Text || math.Abs(got.Start-w.Start) > 0.0011 || math.Abs(got.End-w.End) > 0.0011 {
			t.Errorf("the W3C's parser reads %+v, want %+v", got, w)
		}
		if i > 0 && got.Start != read.Standard[i-1].End {
			t.Errorf("chapter %s begins at %g, the one before ends at %g", got.ID, got.Start, read.Standard[i-1].End)
		}
	}
}
