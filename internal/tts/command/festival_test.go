package command

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/wav"
	"narrate/internal/tts"
	"narrate/voices"
)

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// TestFestivalScript holds the script of the profile against Festival's own ways
// to the same: text2wave for the sound, utt.save.words for where words end.
func TestFestivalScript(t *testing.T) {
	const text = "The ferry left at noon, and (almost empty) it came back. Nobody asked why."
	b := New(load(t, "festival"), Options{})
	clip, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voices.Voice{Engine: "kal_diphone"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := clip.Open()
	if err != nil {
		t.Fatal(err)
	}
	got, err := pcm.ReadAll(r, clip.Frames)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "text.txt")
	write(t, file, text)
	// Not over a pipe: it goes back to the header in the end.
	made := filepath.Join(t.TempDir(), "sound.wav")
	run(t, "text2wave", "-eval", "(voice_kal_diphone)", "-o", made, file)
	data, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := wav.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	want, err := pcm.ReadAll(sound, clip.Frames+1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d samples differ from text2wave's %d", len(got), len(want))
	}

	// A word begins where the one before it ends, unless there is a pause
	// between them.
	first, _, _ := strings.Cut(text, ",")
	table := filepath.Join(t.TempDir(), "words")
	run(t, "festival", "--heap", "1000000", "-b", fmt.Sprintf(
		`(begin (voice_kal_diphone) (set! tts_hooks (list utt.synth (lambda (u) (if (equal? (item.name (utt.relation.first u 'Word)) "The") (utt.save.words u %q))))) (tts_file %q nil))`, table, file))
	lines, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(first)
	ends := map[string]float64{}
	for line := range strings.Lines(string(lines)) {
		var end, colour float64
		var word string
		if _, err := fmt.Sscan(line, &end, &colour, &word); err == nil {
			if _, twice := ends[word]; !twice {
				ends[word] = end
			}
		}
	}
	for i, m := range clip.Marks[1:len(words)] {
		before, word := words[i], text[m.Lo:m.Hi]
		end := int64(ends[before]*float64(clip.Format.Rate) + 0.5)
		if word != words[i+1] || end == 0 || m.Frame < end-1 || m.Frame > end+1 {
			t.Errorf("%q at %d, but %q ends at %d", word, m.Frame, before, end)
		}
	}
	if n := len(strings.Fields(text)); len(clip.Marks) != n {
		t.Errorf("%d marks for %d words", len(clip.Marks), n)
	}
}
