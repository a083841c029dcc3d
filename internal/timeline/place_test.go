package timeline_test

import (
	"strings"
	"testing"

	"narrate/internal/timeline"
	"narrate/internal/tts"
)

func TestPlace(t *testing.T) {
	sc := article(0, 0, 1, 2, 1, 1)
	heard := clips(100, 0, 50, 0, 70)
	heard[2].Marks = []tts.Mark{{Frame: 0, Lo: 0, Hi: 4}, {Frame: 20, Lo: 5, Hi: 9}}
	heard[2].Timing, heard[2].Confidence = timeline.Aligned, 0.5
	starts := []int64{30, 0, 200, 0, 250}
	line, err := timeline.Place(sc, 8000, 400, heard, starts, timeline.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	// What was not found is left out, and so is the chapter that has nothing else.
	if got, want := spans(line), "C0 0-200 [0:30-130], C1 200-250 [2:200-250], C3 250-400 [4:250-320]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	cue := line.Chapters[1].Cues[0]
	if line.Frames != 400 || cue.Timing != timeline.Aligned || cue.Confidence != 0.5 || len(cue.Words) != 2 || cue.Words[1].Span.Start != 220 || cue.Words[1].Span.End != 250 {
		t.Errorf("%d frames, %+v", line.Frames, cue)
	}
	joined, err := timeline.Place(sc, 8000, 400, heard, starts, timeline.Rules{Levels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := spans(joined), "C0 0-200 [0:30-130], C1 200-400 [2:200-250 4:250-320]"; got != want {
		t.Errorf("joined: %s, want %s", got, want)
	}
}

func TestPlaceFails(t *testing.T) {
	sc := article(0, 0, 2)
	for name, c := range map[string]struct {
		frames []int64
		starts []int64
		want   string
	}{
		"overlap":    {[]int64{100, 100}, []int64{0, 99}, "a.txt:2:1: timeline: 100 frames at 99 of a recording of 400 that is free from 100 on"},
		"before":     {[]int64{100, 100}, []int64{-1, 100}, "at -1 of a recording"},
		"outside":    {[]int64{100, 301}, []int64{0, 100}, "301 frames at 100"},
		"nothing":    {[]int64{0, 0}, []int64{0, 0}, "nothing was spoken"},
		"few clips":  {[]int64{1}, []int64{0}, "1 clips for more utterances"},
		"few starts": {[]int64{1, 1}, []int64{0}, "1 starts for 2 clips"},
	} {
		if _, err := timeline.Place(sc, 8000, 400, clips(c.frames...), c.starts, timeline.Rules{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
