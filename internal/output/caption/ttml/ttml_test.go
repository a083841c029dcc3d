package ttml

import (
	"encoding/json"
	"math"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// check has imsc, a renderer of the profile, say what is shown when. Without
// "npm ci" in test/node it is not there.
func check(t *testing.T, path string, e output.Edition) {
	outputtest.Tool(t, "xmllint", "--noout", "--nonet", path)
	var events []struct {
		Time            float64
		Regions         int
		Text, Direction string
	}
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../../test/node/imsc.mjs", path), &events); err != nil {
		t.Fatal(err)
	}
	want := captiontest.Cues(e, e.Captions)
	k := 0
	for _, event := range events {
		if event.Regions == 0 {
			continue
		}
		if k == len(want) {
			t.Fatalf("imsc shows %+v after all", event)
		}
		w := want[k]
		k++
		if math.Abs(event.Time*1000-float64(w.Start)) > 1e-3 || event.Text != w.Label+w.Text || event.Direction != cuefile.Direction(w.Lang) {
			t.Errorf("imsc shows %+v, want %q at %d ms", event, w.Label+w.Text, w.Start)
		}
	}
	if k != len(want) {
		t.Errorf("imsc shows %d cues, want %d", k, len(want))
	}
}
