package wav

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
)

// tagged makes a file with tags.
func tagged(t *testing.T, tags Tags, limit int64, samples []int16) []byte {
	t.Helper()
	var out file
	w, err := NewTaggedWriter(&out, pcm.Format{Rate: 8000, Channels: 1}, tags)
	if err != nil {
		t.Fatal(err)
	}
	w.limit = limit
	if err := w.Write(samples); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if out.at != int64(len(out.b)) {
		t.Fatalf("left at %d of %d", out.at, len(out.b))
	}
	return out.b
}

// TestTags: every byte of the chunks besides the sound, and of RF64's sizes.
func TestTags(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	tags := Tags{
		Broadcast: &Broadcast{
			Description: "Tit", Originator: "Ada", Date: "2026-11-29", Reference: 1 << 33,
			Measured: true, Loudness: -16, Range: 5.25, TruePeak: -1, History: "A=PCM\r\n",
		},
		Info: []Info{{"INAM", "Titel"}, {"IART", ""}, {"ISFT", "a\x00b\u00E4"}},
		Cues: []Cue{{0, 2, "Eins"}, {2, 3, ""}, {1 << 32, 1<<32 + 1, "beyond"}},
	}
	bext := "bext\x61\x02\x00\x00" + "Tit" + zeros(253) + "Ada" + zeros(29) + zeros(32) + "2026-11-29" + zeros(8) +
		"\x00\x00\x00\x00\x02\x00\x00\x00" + "\x02\x00" + zeros(64) + "\xc0\xf9\x0d\x02\x9c\xff\xff\x7f\xff\x7f" + zeros(180) + "A=PCM\r\n\x00"
	rest := "cue \x34\x00\x00\x00\x02\x00\x00\x00" +
		"\x01\x00\x00\x00\x00\x00\x00\x00data" + zeros(8) + "\x00\x00\x00\x00" +
		"\x02\x00\x00\x00\x02\x00\x00\x00data" + zeros(8) + "\x02\x00\x00\x00" +
		"LIST\x5c\x00\x00\x00adtl" +
		"labl\x09\x00\x00\x00\x01\x00\x00\x00Eins\x00\x00" + "ltxt\x14\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00rgn " + zeros(8) +
		"labl\x05\x00\x00\x00\x02\x00\x00\x00\x00\x00" + "ltxt\x14\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00rgn " + zeros(8) +
		"LIST\x20\x00\x00\x00INFO" + "INAM\x06\x00\x00\x00Titel\x00" + "ISFT\x05\x00\x00\x00ab\u00E4\x00\x00"
	format := "fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
	samples := []int16{1, 2, 3}
	plain := "WAVEJUNK\x1c\x00\x00\x00" + zeros(28) + bext + format + "data\x06\x00\x00\x00\x01\x00\x02\x00\x03\x00" + rest
	want := "RIFF" + string([]byte{byte(len(plain)), byte(len(plain) >> 8), 0, 0}) + plain
	if got := string(tagged(t, tags, math.MaxUint32, samples)); got != want {
		t.Errorf("RIFF is\n%q, want\n%q", got, want)
	}
	size := string([]byte{byte(len(plain)), byte(len(plain) >> 8)})
	want = "RF64\xff\xff\xff\xffWAVEds64\x1c\x00\x00\x00" + size + zeros(6) + "\x06" + zeros(7) + "\x03" + zeros(11) +
		bext + format + "data\xff\xff\xff\xff\x01\x00\x02\x00\x03\x00" + rest
	// The tags count for what makes a file too long.
	if got := string(tagged(t, tags, int64(len(plain))-1, samples)); got != want {
		t.Errorf("RF64 is\n%q, want\n%q", got, want)
	}
	for _, limit := range []int64{math.MaxUint32, 0} {
		r, got, err := read(tagged(t, tags, limit, samples))
		if err != nil || !slices.Equal(got, samples) || r.frames != 3 {
			t.Errorf("limit %d: the sound is %v, %v", limit, got, err)
		}
	}
}

// TestTagErrors: what cannot be written is refused before anything is.
func TestTagErrors(t *testing.T) {
	for _, tags := range []Tags{
		{Info: []Info{{"NAME!", "x"}}},
		{Cues: []Cue{{-1, 2, ""}}},
		{Cues: []Cue{{2, 1, ""}}},
	} {
		var out file
		if _, err := NewTaggedWriter(&out, pcm.Format{Rate: 8000, Channels: 1}, tags); err == nil || len(out.b) > 0 {
			t.Errorf("%+v: %v, %d bytes", tags, err, len(out.b))
		}
	}
}

func TestHundredths(t *testing.T) {
	for level, want := range map[float64]uint16{
		0: 0, -16: 0xf9c0, 0.004: 0, 327.66: 0x7ffe, 327.67: unknownLevel, 1e9: unknownLevel, -1e9: unknownLevel,
		math.Inf(1): unknownLevel, math.Inf(-1): unknownLevel,
	} {
		if got := hundredths(level); got != want {
			t.Errorf("%v is %#x, want %#x", level, got, want)
		}
	}
	if got := hundredths(math.NaN()); got != unknownLevel {
		t.Errorf("no number is %#x", got)
	}
	if !bytes.Equal(zeroed("a\x00b"), []byte("ab\x00")) {
		t.Error("a NUL in a text")
	}
}
