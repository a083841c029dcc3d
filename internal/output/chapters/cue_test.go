package chapters

import (
	"strings"
	"testing"

	"narrate/internal/output/outputtest"
)

// TestCueWarnings: who gets fewer tracks than chapters is told how many.
func TestCueWarnings(t *testing.T) {
	brief := func(int) int64 { return 4000 }
	for chapters, want := range map[int]string{99: "", 100: " of the 100 chapters are tracks"} {
		e := outputtest.Edition(t, outputtest.Spec{Chapters: chapters, Cues: 1, Rate: 8000, Frames: brief})
		got := strings.Join(Cue{}.Warnings(e.Timeline), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%d chapters: %q", chapters, got)
		}
	}
}
