package vtt

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

type cue struct {
	ID                string
	Start, End        float64
	Text              string
	Languages, Voices []string
	Times             []float64
}

// check reads the file with the W3C's parser, with node-webvtt and with
// ffmpeg. The first two need "npm ci" in test/node.
func check(t *testing.T, path string, e output.Edition) {
	var read struct{ Standard, Strict []cue }
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../../test/node/webvtt.mjs", path), &read); err != nil {
		t.Fatal(err)
	}
	var want []cue
	for _, c := range captiontest.Cues(e, e.Captions) {
		w := cue{ID: strconv.Itoa(c.Number), Start: float64(c.Start) / 1000, End: float64(c.End) / 1000, Text: c.Text}
		if c.Lang != e.Timeline.Lang {
			w.Languages = []string{c.Lang}
		}
		if c.Speaker != "" {
			w.Voices = []string{c.Speaker}
		}
		last := c.Start
		for _, line := range c.Lines {
			for _, word := range line.Words {
				if at := e.Timeline.Rate.Milliseconds(word.Span.Start); e.Captions.Words && at > last && at < c.End {
					w.Times = append(w.Times, float64(at)/1000)
					last = at
				}
			}
		}
		want = append(want, w)
	}
	if len(read.Standard) != len(want) || len(read.Strict) != len(want) {
		t.Fatalf("the W3C's parser reads %d cues, node-webvtt %d, want %d", len(read.Standard), len(read.Strict), len(want))
	}
	for i, w := range want {
		got := read.Standard[i]
		if got.ID != w.ID || !near(got, w) || got.Text != w.Text || !slices.Equal(got.Languages, w.Languages) ||
			!slices.Equal(got.Voices, w.Voices) || !slices.EqualFunc(got.Times, w.Times, func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }) {
			t.Errorf("the W3C's parser reads %+v, want %+v", got, w)
		}
		if got := read.Strict[i]; got.ID != w.ID || !near(got, w) {
			t.Errorf("node-webvtt reads %+v, want %+v", got, w)
		}
	}
	outputtest.Tool(t, "ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "webvtt", "-")
}

// near allows for the readers' arithmetic in floating point.
func near(a, b cue) bool { return math.Abs(a.Start-b.Start) < 1e-6 && math.Abs(a.End-b.End) < 1e-6 }

func TestBytes(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Cues: 3, Rate: 8000, Pause: 100 * time.Millisecond,
		Texts:  []string{"Erste\nZeile.", "1 < 2 &amp; <i>so</i> --> on", "NOTE"},
		Frames: func(i int) int64 { return int64(8000 * (i + 1)) },
	})
	e.Timeline.Title, e.Timeline.Author, e.Generator = "Eins < zwei\n--> drei", "", ""
	want := "WEBVTT\n\nNOTE\nTitle: Eins &lt; zwei --&gt; drei\nLanguage: de\n" +
		"\n1\n00:00:00.000 --> 00:00:01.000\nErste Zeile.\n" +
		"\n2\n00:00:01.100 --> 00:00:03.100\n<lang en-GB>1 &lt; 2 &amp;amp; &lt;i&gt;so&lt;/i&gt; --&gt; on</lang>\n" +
		"\n3\n00:00:03.200 --> 00:00:06.200\nNOTE\n"
	if got := string(outputtest.Write(t, Format{}, e)); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

// TestLayout: a caption has lines, and a voice where several speak.
func TestLayout(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Cues: 2, Rate: 8000, Texts: []string{"Einer geht, und ein anderer kommt.", "So it goes."},
		Frames: func(int) int64 { return 24000 },
	})
	e.Captions = output.Captions{Unit: output.Fitted, Width: 24, Lines: 2, Speaker: true}
	e.Timeline.Title, e.Timeline.Author, e.Generator = "", "", ""
	data := outputtest.Write(t, Format{}, e)
	want := "WEBVTT\n\nNOTE\nLanguage: de\n\n1\n00:00:00.000 --> 00:00:03.000\n<v de>Einer geht,\nund ein anderer kommt.</v>\n" +
		"\n2\n00:00:03.025 --> 00:00:06.025\n<v en-GB><lang en-GB>So it goes.</lang></v>\n"
	if string(data) != want {
		t.Errorf("got\n%s, want\n%s", data, want)
	}
	path := filepath.Join(t.TempDir(), "lines.vtt")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
}

// TestLanguage: what is not a language tag is not written as one.
func TestLanguage(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Cues: 2, Texts: []string{"a", "b"}})
	e.Timeline.Chapters[0].Cues[1].Utterance.Lang = "en><c>"
	if got := string(outputtest.Write(t, Format{}, e)); strings.Contains(got, "<lang") {
		t.Errorf("got\n%s", got)
	}
}
