// Package captiontest tests caption formats: Run is outputtest's suite and
// editions of every profile, Golden holds small files as they are.
package captiontest

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/outputtest"
)

// Run has check read the files of outputtest's suite, and those of a programme
// with two speakers, words and right-to-left text by several rules.
func Run(t *testing.T, f output.Format, check func(t *testing.T, path string, e output.Edition)) {
	outputtest.Run(t, func() output.Format { return f }, outputtest.Options{Check: check})
	rules := map[string]output.Captions{}
	add := func(name, profile string, change func(*output.Captions)) {
		r, ok := caption.Find(profile)
		if !ok {
			t.Fatalf("no profile %q", profile)
		}
		change(&r)
		rules[name] = r
	}
	add("lines", "netflix", func(*output.Captions) {})
	add("words, speaker and offset", "podcast", func(r *output.Captions) { r.Words, r.Offset = true, 3*time.Second+4*time.Millisecond })
	add("a word a cue", "word", func(r *output.Captions) { r.Words, r.Speaker = true, true })
	add("video", "karaoke", func(r *output.Captions) { r.Rate = &output.FrameRate{Frames: 24000, Seconds: 1001} })
	add("cut at the start", "sentence", func(r *output.Captions) { r.Words, r.Speaker, r.Offset = true, true, -2*time.Second })
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		t.Run(name, func(t *testing.T) {
			e := outputtest.Edition(t, outputtest.Spec{
				Chapters: 3, Cues: 5, Words: true, Frames: func(i int) int64 { return 22050*2 + int64(i)*777 },
			})
			e.Captions, e.SoundFile = rules[name], "a: \"b\" & #1.mp3"
			e.Timeline.Chapters[1].Cues[0].Utterance.Lang = "ar-EG"
			path := filepath.Join(t.TempDir(), "file."+f.Info().Suffix)
			if err := os.WriteFile(path, outputtest.Write(t, f, e), 0o600); err != nil {
				t.Fatal(err)
			}
			check(t, path, e)
		})
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// Golden holds testdata/golden.SUFFIX against a programme of two chapters by the
// rules. -update writes it anew.
func Golden(t *testing.T, f output.Format, rules output.Captions) {
	t.Helper()
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 2, Cues: 3, Words: true, Rate: 8000, Pause: 250 * time.Millisecond,
		Titles: []string{"Der \"Leuchtturm\" & <wir>", "\u7B2C\u4E8C\u7AE0"},
		Texts: []string{
			"Der \"Leuchtturm\" & <wir>", "Als der Wind drehte, sagte sie leise: \u201EEs ist 3 < 4\u201C, und ging hinaus auf die Klippen.",
			"=1+1 {so} [da] C:\\Neu --> Ende.", "\u7B2C\u4E8C\u7AE0", "\u4ED6\u8D70\u4E86\u3002", "The last one, \"over\" there.",
		},
		Frames: func(i int) int64 { return int64(8000*(1+i%3*2) + 77*i) },
	})
	e.Timeline.Title, e.Timeline.Author, e.Captions, e.SoundFile = "Der Leuchtturm", "Ada & Bob", rules, "leuchtturm.mp3"
	e.Metadata.Narrator, e.Metadata.Date = "Zo\u00EB", "2026-11-29"
	got := outputtest.Write(t, f, e)
	path := filepath.Join("testdata", "golden."+f.Info().Suffix)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s, want\n%s", path, got, want)
	}
}

// Karaoke are the rules of golden files that show words and speakers.
var Karaoke = output.Captions{
	Unit: output.Fitted, Width: 42, Lines: 2, Longest: 7 * time.Second, Speaker: true, Words: true,
}
