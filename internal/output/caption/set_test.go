package caption_test

import (
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption"
)

func TestFind(t *testing.T) {
	for _, name := range caption.Names() {
		if r := find(t, name); r.Profile != name || r.Rate != nil || r.Offset != 0 {
			t.Errorf("%s is %+v", name, r)
		}
	}
	if _, ok := caption.Find("vhs"); ok {
		t.Error("there is no vhs")
	}
}

func TestSet(t *testing.T) {
	rules := find(t, "netflix")
	for _, kv := range []string{
		"width=50", "lines=1", "shortest=0.5", "longest=800ms", "linger=0", "gap=.04", "speed=17.5", "speaker=yes", "words=on", "unit=word", "fps=25", "offset=-1.5",
	} {
		key, value, _ := strings.Cut(kv, "=")
		if err := caption.Set(&rules, key, value); err != nil {
			t.Error(err)
		}
	}
	rate := rules.Rate
	rules.Rate = nil
	want := output.Captions{
		Profile: "netflix", Unit: output.Word, Width: 50, Lines: 1, Shortest: time.Second / 2, Longest: 800 * time.Millisecond,
		Gap: 40 * time.Millisecond, Speed: 17.5, Speaker: true, Words: true, Offset: -1500 * time.Millisecond,
	}
	if rules != want || rate == nil || *rate != (output.FrameRate{Frames: 25, Seconds: 1}) {
		t.Errorf("got %+v at %v", rules, rate)
	}
	for _, kv := range []string{
		"width=-1", "width=1e3", "width=1001", "lines=9", "lines=", "shortest=-1", "longest=2h", "gap=NaN", "speed=NaN", "speed=-1", "speed=Inf",
		"speaker=maybe", "unit=page", "fps=x", "fps=-25", "fps=1/0", "fps=25/", "fps=1e9", "fps=NaN", "fps=1/100", "offset=9999h", "colour=red",
	} {
		key, value, _ := strings.Cut(kv, "=")
		before := rules
		if err := caption.Set(&rules, key, value); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", kv, err)
		}
		if rules != before {
			t.Errorf("%s changed the rules", kv)
		}
	}
	if err := caption.Set(&rules, "fps", "0"); err != nil || rules.Rate != nil {
		t.Errorf("fps=0: %v, %v", err, rules.Rate)
	}
}

func TestParseRate(t *testing.T) {
	for value, want := range map[string]output.FrameRate{
		"25": {Frames: 25, Seconds: 1}, "25.0": {Frames: 25, Seconds: 1}, "50/2": {Frames: 25, Seconds: 1}, "12.5": {Frames: 25, Seconds: 2},
		"23.976": {Frames: 24000, Seconds: 1001}, "23.98": {Frames: 24000, Seconds: 1001}, "29.97": {Frames: 30000, Seconds: 1001},
		"59.94": {Frames: 60000, Seconds: 1001}, "24000/1001": {Frames: 24000, Seconds: 1001}, "30": {Frames: 30, Seconds: 1},
	} {
		if got, err := caption.ParseRate(value); err != nil || got != want {
			t.Errorf("%s is %v, %v", value, got, err)
		}
	}
}

// TestGapOfFrames: Netflix's gap is two frames whatever the rate, but not where
// the user wants another.
func TestGapOfFrames(t *testing.T) {
	rules := find(t, "netflix")
	for fps, want := range map[string]time.Duration{"25": 80 * time.Millisecond, "50": 40 * time.Millisecond, "24000/1001": 83416666} {
		if err := caption.Set(&rules, "fps", fps); err != nil || rules.Gap != want {
			t.Errorf("at %s the gap is %v (%v), want %v", fps, rules.Gap, err, want)
		}
	}
	for _, kv := range [][2]string{{"gap", "0.2"}, {"fps", "25"}} {
		if err := caption.Set(&rules, kv[0], kv[1]); err != nil {
			t.Error(err)
		}
	}
	if rules.Gap != 200*time.Millisecond {
		t.Errorf("the gap is %v", rules.Gap)
	}
}
