package srt

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return Format{} }, outputtest.Options{Check: check})
}

// reader prints what python3-srt, told to be strict, makes of a file: a list
// of index, start and end in milliseconds, and text.
const reader = `
import datetime, json, srt, sys
ms = datetime.timedelta(milliseconds=1)
text = open(sys.argv[1], encoding="utf-8", newline="").read()
cues = list(srt.parse(text, ignore_errors=False))
print(json.dumps([[c.index, c.start // ms, c.end // ms, c.content] for c in cues]))
`

// check reads the file with python3-srt and with ffmpeg's reader.
func check(t *testing.T, path string, e output.Edition) {
	var cues [][4]any
	// Debian's Python has Debian's modules, whatever python3 is first on PATH.
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", reader, path), &cues); err != nil {
		t.Fatal(err)
	}
	var want [][4]any
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	for c := range caption.Cues(&e, e.Captions) {
		start, end := ms.Of(c.Span)
		want = append(want, [4]any{float64(c.Number), float64(start), float64(end), text(&c)})
		for _, l := range c.Lines {
			if visible := shown.Replace(harmless(l.Text)); visible != l.Text {
				t.Errorf("cue %d shows %q for %q", c.Number, visible, l.Text)
			}
		}
	}
	if len(cues) != len(want) {
		t.Fatalf("python3-srt reads %d cues, want %d", len(cues), len(want))
	}
	for i := range want {
		if cues[i] != want[i] {
			t.Errorf("python3-srt reads %v, want %v", cues[i], want[i])
		}
	}

	var probe struct {
		Packets []struct {
			PTS, Duration string
		}
	}
	out := outputtest.Tool(t, "ffprobe", "-v", "warning", "-of", "json",
		"-show_entries", "packet=pts_time,duration_time", path)
	out = []byte(strings.NewReplacer("pts_time", "pts", "duration_time", "duration").Replace(string(out)))
	if err := json.Unmarshal(out, &probe); err != nil {
		t.Fatal(err)
	}
	if len(probe.Packets) != len(want) {
		t.Fatalf("ffprobe reads %d cues, want %d", len(probe.Packets), len(want))
	}
	for i, p := range probe.Packets {
		start, length := int64(want[i][1].(float64)), int64(want[i][2].(float64)-want[i][1].(float64))
		if p.PTS != seconds(start) || p.Duration != seconds(length) {
			t.Errorf("ffprobe reads cue %d at %s for %s, want %s and %s", i+1, p.PTS, p.Duration, seconds(start), seconds(length))
		}
	}
}

// shown gives back the text that harmless changed.
var shown = strings.NewReplacer(joiner, "", "\uFF5B", "{", "\uFF5D", "}")

// seconds is ffprobe's way to write a time.
func seconds(ms int64) string { return fmt.Sprintf("%d.%03d000", ms/1000, ms%1000) }

func TestBytes(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Cues: 3, Rate: 8000, Pause: 100 * time.Millisecond,
		Texts:  []string{"First\nline.", "<i>Second</i>\r\n\r\n--> line", "12"},
		Frames: func(i int) int64 { return int64(8000 * (i + 1)) },
	})
	want := "1\n00:00:00,000 --> 00:00:01,000\nFirst line.\n\n" +
		"2\n00:00:01,100 --> 00:00:03,100\n<\u2060i>Second<\u2060/i> --\u2060> line\n\n" +
		"3\n00:00:03,200 --> 00:00:06,200\n12\n\n"
	if got := string(outputtest.Write(t, Format{}, e)); got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// TestLayout: a caption has lines, and says who speaks where that changes.
func TestLayout(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Cues: 2, Rate: 8000, Texts: []string{"Einer geht, und ein anderer kommt.", "So <i>it</i> goes."},
		Frames: func(int) int64 { return 24000 },
	})
	e.Captions = output.Captions{Unit: output.Fitted, Width: 24, Lines: 2, Speaker: true}
	data := outputtest.Write(t, Format{}, e)
	want := "1\n00:00:00,000 --> 00:00:03,000\nde: Einer geht,\nund ein anderer kommt.\n\n" +
		"2\n00:00:03,025 --> 00:00:06,025\nen-GB: So <\u2060i>it<\u2060/i>\ngoes.\n\n"
	if string(data) != want {
		t.Errorf("got\n%s, want\n%s", data, want)
	}
	path := filepath.Join(t.TempDir(), "lines.srt")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
}

// TestLong: hours beyond 99 have three digits, which readers take.
func TestLong(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Cues: 2, Rate: 8000, Texts: []string{"a", "b"},
		Frames: func(int) int64 { return 8000 * 3600 * 120 },
	})
	path := filepath.Join(t.TempDir(), "long.srt")
	data := outputtest.Write(t, Format{}, e)
	if !strings.Contains(string(data), "\n120:00:00,025 --> 240:00:00,025\n") {
		t.Errorf("got %s", data)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
}

// TestShownByFFmpeg: what ffmpeg shows of hostile text is the text.
func TestShownByFFmpeg(t *testing.T) {
	texts := append([]string{
		"a <b>bold</b> b", "<font color=\"red\" size=3>x</font>", "{\\an8}top", "{\\b1}b{\\b0}", "{y:i}yes", "{123}{456}x",
		"x < y > z", "a<b and c>d", "<<i>>", "< i>", "--> a ---> b", "<!-- c -->", "</b>", "<br>", "<br/>x", "a{", "b<",
	}, outputtest.Texts...)
	e := outputtest.Edition(t, outputtest.Spec{Cues: len(texts), Texts: texts})
	path := filepath.Join(t.TempDir(), "in.srt")
	if err := os.WriteFile(path, outputtest.Write(t, Format{}, e), 0o600); err != nil {
		t.Fatal(err)
	}
	ass := string(outputtest.Tool(t, "ffmpeg", "-v", "warning", "-i", path, "-f", "ass", "-"))
	var lines []string
	for l := range strings.Lines(ass) {
		if rest, ok := strings.CutPrefix(l, "Dialogue: "); ok {
			lines = append(lines, strings.TrimRight(strings.SplitN(rest, ",", 10)[9], "\r\n"))
		}
	}
	if len(lines) != len(texts) {
		t.Fatalf("%d lines for %d texts", len(lines), len(texts))
	}
	for i, text := range texts {
		if strings.ContainsAny(lines[i], "{}") {
			t.Errorf("ffmpeg reads markup in %q: %q", text, lines[i])
		}
		if got, want := shown.Replace(lines[i]), caption.Line(text); got != want {
			t.Errorf("ffmpeg shows %q, want %q", got, want)
		}
	}
}

func FuzzHarmless(f *testing.F) {
	for _, s := range outputtest.Texts {
		f.Add(s)
	}
	f.Add("<<{{-->>--->")
	f.Fuzz(func(t *testing.T, s string) {
		s = shown.Replace(caption.Line(s))
		got := harmless(s)
		for _, markup := range []string{"-->", "{", "}", "</", "<b", "\\N"} {
			if strings.Contains(got, markup) {
				t.Fatalf("%q holds %q", got, markup)
			}
		}
		if back := shown.Replace(got); back != s {
			t.Fatalf("%q shows %q, not %q", got, back, s)
		}
	})
}
