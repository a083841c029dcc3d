package ass

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

var syllable = regexp.MustCompile(`\{\\k(\d+)\}`)

// shown gives back the text that harmless changed.
var shown = strings.NewReplacer("\u2060", "", "\uFF5B", "{", "\uFF5D", "}")

// check has ffmpeg say what the file shows when, and adds its syllables up.
func check(t *testing.T, path string, e output.Edition) {
	want := captiontest.Cues(e, e.Captions)
	var probe struct {
		Packets []struct {
			PTS      string `json:"pts_time"`
			Duration string `json:"duration_time"`
		}
	}
	out := outputtest.Tool(t, "ffprobe", "-v", "warning", "-of", "json", "-show_entries", "packet=pts_time,duration_time", path)
	if err := json.Unmarshal(out, &probe); err != nil {
		t.Fatal(err)
	}
	// The blank lines of WebVTT part cues: no text has any.
	blocks := strings.Split(strings.TrimSpace(string(outputtest.Tool(t, "ffmpeg", "-v", "warning", "-i", path, "-f", "webvtt", "-"))), "\n\n")[1:]
	if len(probe.Packets) != len(want) || len(blocks) != len(want) {
		t.Fatalf("ffmpeg reads %d cues and shows %d, want %d", len(probe.Packets), len(blocks), len(want))
	}
	var dialogues []string
	for line := range strings.Lines(captiontest.Read(t, path)) {
		if rest, ok := strings.CutPrefix(line, "Dialogue: "); ok {
			dialogues = append(dialogues, strings.TrimSuffix(rest, "\n"))
		}
	}
	cs := cuefile.Centiseconds{Rate: e.Timeline.Rate}
	for i, w := range want {
		start, end := cs.Of(w.Span)
		if p := probe.Packets[i]; p.PTS != seconds(start) || p.Duration != seconds(end-start) {
			t.Errorf("ffmpeg reads cue %d at %s for %s, want %s to %s", i, p.PTS, p.Duration, seconds(start), seconds(end))
		}
		_, text, _ := strings.Cut(blocks[i], "\n")
		if shown.Replace(text) != w.Label+w.Text {
			t.Errorf("ffmpeg shows %q, want %q", text, w.Label+w.Text)
		}
		if end-start > 1 {
			checkSyllables(t, dialogues[i], w, &cs, start, end, e.Captions.Words)
		}
	}
}

// checkSyllables holds the syllables of a line against the words of its cue.
func checkSyllables(t *testing.T, dialogue string, w captiontest.Cue, cs *cuefile.Centiseconds, start, end int64, asked bool) {
	t.Helper()
	text := strings.SplitN(dialogue, ",", 10)[9]
	marks := syllable.FindAllStringSubmatchIndex(text, -1)
	at := start
	var begins []int64 // of the syllables with text
	for i, m := range marks {
		n, err := strconv.ParseInt(text[m[2]:m[3]], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if i+1 == len(marks) || marks[i+1][0] > m[1] {
			begins = append(begins, at)
		}
		at += n
	}
	var words []int64
	for _, line := range w.Lines {
		for _, word := range line.Words {
			words = append(words, cuefile.Within(cs.At(word.Span.Start), start, end))
		}
	}
	if !asked {
		words = nil
	}
	if fmt.Sprint(begins) != fmt.Sprint(words) || at > end {
		t.Errorf("syllables begin at %d, and end at %d of %d; want %d in %s", begins, at, end, words, dialogue)
	}
}

func seconds(cs int64) string { return fmt.Sprintf("%d.%02d0000", cs/100, cs%100) }
