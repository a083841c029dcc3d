package sbv

import (
	"encoding/json"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// check reads the file with subsrt-ts, which needs "npm ci" in test/node.
func check(t *testing.T, path string, e output.Edition) {
	var cues []struct {
		Start, End int64
		Text       string
	}
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../../test/node/sbv.mjs", path), &cues); err != nil {
		t.Fatal(err)
	}
	want := captiontest.Cues(e, e.Captions)
	if len(cues) != len(want) {
		t.Fatalf("subsrt-ts reads %d cues, want %d", len(cues), len(want))
	}
	for i, w := range want {
		got := cues[i]
		got.Text = strings.ReplaceAll(strings.TrimSuffix(got.Text, "\n"), "\u2060", "")
		if got.Start != w.Start || got.End != w.End || got.Text != w.Label+w.Text {
			t.Errorf("subsrt-ts reads %+v, want %d to %d and %q", got, w.Start, w.End, w.Label+w.Text)
		}
	}
}

// TestLineBreak: text breaks no line.
func TestLineBreak(t *testing.T) {
	texts := []string{"a[br]b [BR] [bR][br]", "0:00:01.000,0:00:02.000", "x"}
	e := outputtest.Edition(t, outputtest.Spec{Cues: len(texts), Texts: texts})
	path := t.TempDir() + "/file.sbv"
	if err := output.WriteFile(t.Context(), path, Format{}, e); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
}
