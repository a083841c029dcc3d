package captionlabels

import (
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// check reads the file as Audacity does: three fields a line.
func check(t *testing.T, path string, e output.Edition) {
	lines := strings.Split(strings.TrimSuffix(captiontest.Read(t, path), "\n"), "\n")
	want := captiontest.Cues(e, e.Captions)
	if len(lines) != len(want) {
		t.Fatalf("%d labels, want %d", len(lines), len(want))
	}
	rate := e.Timeline.Rate
	for i, w := range want {
		fields := strings.Split(lines[i], "\t")
		if len(fields) != 3 || fields[0] != rate.Seconds(w.Span.Start) || fields[1] != rate.Seconds(w.Span.End) ||
			captiontest.Flat(fields[2]) != captiontest.Flat(w.Label+w.Text) {
			t.Errorf("label %q, want %v and %q", lines[i], w.Span, w.Label+w.Text)
		}
	}
}
