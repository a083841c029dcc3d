package wav_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return wav.Format{} }, outputtest.Options{Check: check})
}

// check has ffmpeg decode the file: it must be clean and the same sound. The
// tags are read in Python.
func check(t *testing.T, path string, e output.Edition) {
	checkTags(t, path, e)
	raw := outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "s16le", "-")
	r, err := e.Sound.Open(pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want, err := pcm.ReadAll(r, e.Timeline.Frames)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) != 2*len(want) {
		t.Fatalf("%d bytes for %d samples", len(raw), len(want))
	}
	for i, s := range want {
		if got := int16(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8); got != s {
			t.Fatalf("sample %d is %d, want %d", i, got, s)
		}
	}
}

// TestHeader: the file says its rate and length.
func TestHeader(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Rate: 44100})
	path := filepath.Join(t.TempDir(), "file.wav")
	if err := os.WriteFile(path, outputtest.Write(t, wav.Format{}, e), 0o600); err != nil {
		t.Fatal(err)
	}
	got := outputtest.Tool(t, "ffprobe", "-v", "error", "-show_entries", "stream=sample_rate,channels,duration_ts", "-of", "csv=p=0", path)
	if want := fmt.Sprintf("44100,1,%d", e.Timeline.Frames); strings.TrimSpace(string(got)) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestMismatch: sound that is not the timeline's is refused.
func TestMismatch(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	line := *e.Timeline
	line.Frames++
	e.Timeline = &line
	if err := (wav.Format{}).Write(t.Context(), nil, e); err == nil {
		t.Error("a longer timeline is taken")
	}
}
