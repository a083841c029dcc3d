package wav_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/plain"
)

// dump is what testdata/riff.py prints.
type dump struct {
	Order []string
	Info  map[string]string
	Cues  []struct {
		Start, Frames int64
		Label         string
	}
	Bext struct {
		Description, Originator, Date, Time, History string
		Reference                                    int64
		Version                                      int
		Levels                                       []int
	}
	Frames, Rate int64
	Channels     int
}

func read(t *testing.T, path string) dump {
	t.Helper()
	var d dump
	if err := json.Unmarshal(outputtest.Tool(t, "python3", "testdata/riff.py", path), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func checkTags(t *testing.T, path string, e output.Edition) {
	t.Helper()
	line, said, got := e.Timeline, e.Metadata, read(t, path)
	if got.Frames != line.Frames || got.Rate != int64(line.Rate) || got.Channels != e.Channels {
		t.Errorf("%d frames at %d Hz, %d channels", got.Frames, got.Rate, got.Channels)
	}
	order := "JUNK bext fmt  data cue  LISTadtl LISTINFO"
	if len(line.Chapters) == 0 {
		order = "JUNK bext fmt  data LISTINFO"
	}
	if strings.Join(got.Order, " ") != order {
		t.Errorf("chunks %q, want %s", got.Order, order)
	}
	if len(got.Cues) != len(line.Chapters) {
		t.Fatalf("%d cue points for %d chapters", len(got.Cues), len(line.Chapters))
	}
	for i, c := range line.Chapters {
		if g := got.Cues[i]; g.Start != c.Span.Start || g.Frames != c.Span.Frames() || g.Label != plain.Line(c.Title) {
			t.Errorf("cue %d is %+v, want %v %q", i, g, c.Span, c.Title)
		}
	}
	number := ""
	if line.Number > 0 {
		number = strconv.Itoa(line.Number)
	}
	for id, want := range map[string]string{
		"INAM": line.Title, "IART": line.Author, "IPRD": said.Album, "ITRK": number, "ICRD": said.Date, "IGNR": said.Genre,
		"ICOP": said.Copyright, "ICMT": said.Description, "ISFT": e.Generator,
	} {
		if got.Info[id] != plain.Line(want) {
			t.Errorf("%s is %q, want %q", id, got.Info[id], want)
		}
	}
	if b := got.Bext; b.Version != 2 || b.Reference != e.At || b.Date != said.Date || !strings.HasPrefix(b.History, "A=PCM,F="+strconv.Itoa(int(line.Rate))) {
		t.Errorf("bext is %+v", b)
	}
}

// file writes e to a file.
func file(t *testing.T, e output.Edition) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.wav")
	if err := os.WriteFile(path, outputtest.Write(t, wav.Format{}, e), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReaders: programs read the file without a complaint, and the tags that
// they know.
func TestReaders(t *testing.T) {
	whole := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 2, Channels: 2, Metadata: outputtest.Metadata(t)})
	// A sentence is cut out of its chapter, which is cut out of the whole.
	second := whole.Timeline.Chapters[1]
	e := whole.Cut(second.Span, "", 2, 3)
	e = e.Cut(e.Timeline.Chapters[0].Cues[1].Span, whole.Timeline.Title, 3, 9)
	path := file(t, e)
	var probe struct {
		Format struct{ Tags map[string]string }
	}
	out := outputtest.Tool(t, "ffprobe", "-v", "warning", "-of", "json", "-show_format", path)
	if err := json.Unmarshal(out, &probe); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"title": e.Timeline.Title, "artist": e.Timeline.Author, "album": e.Metadata.Album, "track": "3", "date": e.Metadata.Date,
		"genre": e.Metadata.Genre, "copyright": e.Metadata.Copyright, "comment": plain.Line(e.Metadata.Description), "encoder": e.Generator,
		// What bext says, where INFO does not say the same.
		"encoded_by": "Ada & <Bob>", "time_reference": strconv.FormatInt(second.Cues[1].Span.Start, 10), "coding_history": "A=PCM,F=22050,W=16,M=stereo,T=narrate 0.0-test\r\n",
	} {
		if got := probe.Format.Tags[key]; got != want {
			t.Errorf("ffprobe reads %s %q, want %q", key, got, want)
		}
	}
	outputtest.Tool(t, "sox", "-V2", path, "-n")
	if got := read(t, path).Bext; got.Description != `Titel & "so" <b> ? --> ?` || got.Originator != "Ada & <Bob>" {
		t.Errorf("bext is %+v", got)
	}
	frames := strings.TrimSpace(string(outputtest.Tool(t, "soxi", "-s", path)))
	length := strings.TrimSpace(string(outputtest.Tool(t, "/usr/bin/python3", "-c",
		"import mutagen.wave, sys; i = mutagen.wave.WAVE(sys.argv[1]).info; print(round(i.length * i.sample_rate))", path)))
	if want := strconv.FormatInt(e.Timeline.Frames, 10); frames != want || length != want {
		t.Errorf("sox counts %s frames, mutagen %s, want %s", frames, length, want)
	}
}

// TestLevels: measured levels stand in bext, in hundredths; those of a part
// are not known.
func TestLevels(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	const unknown = 0x7fff
	for _, c := range []struct {
		level  *output.Level
		number int
		want   [5]int
	}{
		{nil, 0, [5]int{unknown, unknown, unknown, unknown, unknown}},
		{&output.Level{Loudness: -16.005, Range: 5.4321, TruePeak: -1.5}, 0, [5]int{-1601, 543, -150, unknown, unknown}},
		{&output.Level{Loudness: -16, Range: 5, TruePeak: -1}, 2, [5]int{unknown, unknown, unknown, unknown, unknown}},
		{&output.Level{Loudness: -1e9, Range: 1e9, TruePeak: 0}, 0, [5]int{unknown, unknown, 0, unknown, unknown}},
	} {
		e.Level, e.Timeline.Number = c.level, c.number
		got := read(t, file(t, e)).Bext.Levels
		if len(got) != 5 || [5]int(got) != c.want {
			t.Errorf("%+v, clip %d: %v, want %v", c.level, c.number, got, c.want)
		}
	}
}

// TestASCII: texts in bext stay readable without the letters that it lacks.
func TestASCII(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	for title, want := range map[string]string{
		"\u00DCber Stra\u00DFen \u2013 \u201Eso\u201C": `Uber Strassen - "so"`, "\u5F00\u59CB 1": "?? 1", "a\x00\nb": "a b",
		strings.Repeat("x", 300): strings.Repeat("x", 256),
	} {
		e.Timeline.Title = title
		if got := read(t, file(t, e)).Bext.Description; got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
}
