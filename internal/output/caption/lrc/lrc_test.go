package lrc

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestEnhanced(t *testing.T) { captiontest.Run(t, Enhanced{}, check) }

func TestGolden(t *testing.T) {
	captiontest.Golden(t, Format{}, captiontest.Karaoke)
	captiontest.Golden(t, Enhanced{}, captiontest.Karaoke)
}

// shown gives back the text that harmless and bracket changed.
var shown = strings.NewReplacer("\u2060", "", "\uFF3B", "[", "\uFF3D", "]")

var (
	lineTime = regexp.MustCompile(`^\[(\d+:\d\d\.\d\d)\](.*)$`)
	wordTime = regexp.MustCompile(`<(\d+:\d\d\.\d\d)>`)
)

// check has ffmpeg read the file and write it again: it must have seen each line
// at its time, and the tags.
func check(t *testing.T, path string, e output.Edition) {
	var probe struct {
		Format struct{ Tags map[string]string }
	}
	if err := json.Unmarshal(outputtest.Tool(t, "ffprobe", "-v", "warning", "-of", "json", "-show_entries", "format_tags", path), &probe); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"title": e.Timeline.Title, "artist": e.Timeline.Author} {
		if got := shown.Replace(probe.Format.Tags[key]); got != caption.Line(want) {
			t.Errorf("ffmpeg reads %s %q, want %q", key, got, want)
		}
	}
	var lines [][2]string
	for line := range strings.Lines(string(outputtest.Tool(t, "ffmpeg", "-v", "warning", "-i", path, "-c", "copy", "-f", "lrc", "-"))) {
		if m := lineTime.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil && m[2] != "" {
			lines = append(lines, [2]string{m[1], m[2]})
		}
	}
	want := captiontest.Cues(e, e.Captions)
	if len(lines) != len(want) {
		t.Fatalf("ffmpeg reads %d lines, want %d", len(lines), len(want))
	}
	cs := cuefile.Centiseconds{Rate: e.Timeline.Rate}
	for i, w := range want {
		start, end := cs.Of(w.Span)
		text := shown.Replace(wordTime.ReplaceAllString(lines[i][1], ""))
		if lines[i][0] != cuefile.MinuteClock(start) || captiontest.Flat(text) != captiontest.Flat(w.Label+w.Text) {
			t.Errorf("ffmpeg reads %q, want %s and %q", lines[i], cuefile.MinuteClock(start), w.Label+w.Text)
		}
		if strings.HasSuffix(path, "words.lrc") {
			checkWords(t, lines[i][1], w, &cs, start, end)
		} else if wordTime.MatchString(lines[i][1]) {
			t.Errorf("a word's time in %q", lines[i][1])
		}
	}
}

// checkWords holds the times in a line against the words of its cue.
func checkWords(t *testing.T, line string, w captiontest.Cue, cs *cuefile.Centiseconds, start, end int64) {
	t.Helper()
	var got, want []string
	for _, m := range wordTime.FindAllStringSubmatch(line, -1) {
		got = append(got, m[1])
	}
	last := int64(-1)
	for _, line := range w.Lines {
		for _, word := range line.Words {
			want = append(want, cuefile.MinuteClock(cuefile.Within(cs.At(word.Span.Start), start, end)))
			last = cuefile.Within(cs.At(word.Span.End), start, end)
		}
	}
	if last >= 0 {
		want = append(want, cuefile.MinuteClock(last))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q has the times %v, want %v", line, got, want)
	}
}

// TestHarmless: text is never a tag or a time.
func TestHarmless(t *testing.T) {
	texts := []string{"[00:09.00]late", "[ti:other]", "[offset:500]", "<00:01.00>word", "[[00:01.00]]", "a [b] c"}
	e := outputtest.Edition(t, outputtest.Spec{Cues: len(texts), Texts: texts, Titles: texts})
	e.Timeline.Title = "a]b[c:d"
	for _, f := range []output.Format{Format{}, Enhanced{}} {
		path := t.TempDir() + "/file." + f.Info().Suffix
		if err := output.WriteFile(t.Context(), path, f, e); err != nil {
			t.Fatal(err)
		}
		check(t, path, e)
	}
}
