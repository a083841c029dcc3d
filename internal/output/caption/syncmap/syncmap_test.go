package syncmap

import (
	"encoding/json"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

type fragment struct {
	ID, Language, Begin, End string
	Lines                    []string
	Children                 []fragment
}

func check(t *testing.T, path string, e output.Edition) {
	data := []byte(captiontest.Read(t, path))
	outputtest.Validate(t, "testdata/syncmap.schema.json", data)
	var file struct{ Fragments []fragment }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	want := captiontest.Cues(e, e.Captions)
	if len(file.Fragments) != len(want) {
		t.Fatalf("%d fragments, want %d", len(file.Fragments), len(want))
	}
	for i, w := range want {
		got := file.Fragments[i]
		if strings.Join(got.Lines, "\n") != w.Text || got.Begin != cuefile.Seconds(w.Start) || got.End != cuefile.Seconds(w.End) {
			t.Errorf("fragment %+v, want %d to %d and %q", got, w.Start, w.End, w.Text)
		}
		var words []string
		for _, line := range w.Lines {
			for _, word := range line.Words {
				words = append(words, line.Text[word.Lo:word.Hi])
			}
		}
		if !e.Captions.Words {
			words = nil
		}
		if len(got.Children) != len(words) {
			t.Fatalf("fragment %+v has %d children, want %d", got, len(got.Children), len(words))
		}
		for k, child := range got.Children {
			if child.Lines[0] != words[k] || child.Language != got.Language {
				t.Errorf("child %+v, want %q", child, words[k])
			}
		}
	}
}

func TestLanguages(t *testing.T) {
	for tag, want := range map[string]string{"de": "deu", "en-GB": "eng", "zh-Hans": "zho", "": "und", "<x>": "und", "gsw": "gsw"} {
		if got := iso639(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}
