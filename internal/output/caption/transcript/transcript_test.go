package transcript

import (
	"encoding/json"
	"math"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

func check(t *testing.T, path string, e output.Edition) {
	data := []byte(captiontest.Read(t, path))
	outputtest.Validate(t, "testdata/transcript.schema.json", data)
	var file struct {
		Segments []struct {
			Speaker, Body      string
			StartTime, EndTime float64
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	want := captiontest.Cues(e, e.Captions)
	if len(file.Segments) != len(want) {
		t.Fatalf("%d segments, want %d", len(file.Segments), len(want))
	}
	for i, w := range want {
		got := file.Segments[i]
		if got.Speaker != w.Speaker || captiontest.Flat(got.Body) != captiontest.Flat(w.Text) ||
			math.Abs(got.StartTime*1000-float64(w.Start)) > 1e-3 || math.Abs(got.EndTime*1000-float64(w.End)) > 1e-3 {
			t.Errorf("segment %+v, want %d to %d and %q", got, w.Start, w.End, w.Text)
		}
	}
}
