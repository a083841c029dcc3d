package manifest

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

const schema = "../../../docs/timeline.schema.json"

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return Format{} }, outputtest.Options{Check: check})
}

// What a reader of the documented form would declare, apart from ours.
type (
	readSpan struct {
		StartFrame, EndFrame int64
		Start, End           float64
	}
	readFile struct {
		Version                                int
		Generator, Source, Title, Author, Lang string
		SampleRate, Frames                     int64
		Duration                               float64
		Number, Of                             int
		Voices                                 []struct{ Name, Backend, Engine, Language string }
		Chapters                               []struct {
			readSpan
			Title         string
			Number, Level int
			Utterances    []struct {
				readSpan
				Kind, Text, Spoken, Lang, Voice, Timing string
				Source                                  struct {
					File         string
					Offset       int64
					Line, Column int
				}
				Marks []struct {
					Name  string
					Frame int64
					Time  float64
				}
				Words []struct {
					readSpan
					Text     string
					From, To int
				}
			}
		}
	}
)

func check(t *testing.T, path string, e output.Edition) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	outputtest.Validate(t, schema, data)
	var got readFile
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	line := e.Timeline
	if got.Generator != e.Generator || got.Source != line.Source || got.Title != line.Title || got.Author != line.Author ||
		got.Lang != line.Lang || got.SampleRate != int64(line.Rate) || got.Frames != line.Frames ||
		got.Number != line.Number || got.Of != line.Of {
		t.Errorf("the head is %+v", got)
	}
	same := func(what string, s readSpan, want pcm.Span) {
		t.Helper()
		if s.StartFrame != want.Start || s.EndFrame != want.End {
			t.Errorf("%s lies at frames %d to %d, want %v", what, s.StartFrame, s.EndFrame, want)
		}
		// The documented way back from seconds to frames.
		if from, to := math.Round(s.Start*float64(line.Rate)), math.Round(s.End*float64(line.Rate)); int64(from) != want.Start || int64(to) != want.End {
			t.Errorf("%s lies at %v to %v s, which is not %v", what, s.Start, s.End, want)
		}
	}
	if len(got.Chapters) != len(line.Chapters) {
		t.Fatalf("%d chapters, want %d", len(got.Chapters), len(line.Chapters))
	}
	var names []string
	for _, v := range got.Voices {
		names = append(names, v.Name)
	}
	for i, c := range line.Chapters {
		g := got.Chapters[i]
		same("a chapter", g.readSpan, c.Span)
		if number := cmp.Or(g.Number, i+1); number != c.Number {
			t.Errorf("chapter %d is number %d, want %d", i, number, c.Number)
		}
		if g.Title != c.Title || g.Level != c.Level || len(g.Utterances) != len(c.Cues) {
			t.Fatalf("chapter %d is %+v", i, g)
		}
		for j, cue := range c.Cues {
			g, u := g.Utterances[j], cue.Utterance
			same("an utterance", g.readSpan, cue.Span)
			if g.Kind != u.Kind.String() || g.Text != u.Text || g.Spoken != u.Spoken || g.Lang != u.Lang || g.Voice != u.Voice.Name ||
				g.Source.File != u.Pos.File || g.Source.Offset != u.Pos.Offset || g.Source.Line != u.Pos.Line || g.Source.Column != u.Pos.Col {
				t.Errorf("utterance %d.%d is %+v", i, j, g)
			}
			if !slices.Contains(names, g.Voice) {
				t.Errorf("voice %q is not listed", g.Voice)
			}
			if len(g.Words) != len(cue.Words) || (g.Timing == "engine") != (len(cue.Words) > 0) {
				t.Fatalf("utterance %d.%d has %d words of timing %q, want %d", i, j, len(g.Words), g.Timing, len(cue.Words))
			}
			if len(g.Marks) != len(cue.Marks) {
				t.Fatalf("utterance %d.%d has %d marks, want %d", i, j, len(g.Marks), len(cue.Marks))
			}
			for k, m := range cue.Marks {
				if g := g.Marks[k]; g.Name != m.Name || g.Frame != m.Frame || int64(math.Round(g.Time*float64(line.Rate))) != m.Frame {
					t.Errorf("mark %d of %q is %+v, want %+v", k, u.Text, g, m)
				}
			}
			points := []rune(u.Text)
			for k, w := range cue.Words {
				same("a word", g.Words[k].readSpan, w.Span)
				if text := string(points[g.Words[k].From:g.Words[k].To]); g.Words[k].Text != text || text != u.Text[w.Lo:w.Hi] {
					t.Errorf("word %d of %q is %+v", k, u.Text, g.Words[k])
				}
			}
		}
	}
}

// small is the edition whose file docs/timeline.md shows.
func small(t *testing.T) output.Edition {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 1, Cues: 2, Rate: 24000, Pause: 250 * time.Millisecond, Words: true,
		Titles: []string{"Am Hafen"}, Texts: []string{"Am Hafen", "Um 8 Uhr öffnet das Café!"},
		Frames: func(i int) int64 { return int64(18001 + 30000*i) },
	})
	line := e.Timeline
	line.Source, line.Title, line.Author = "hafen.txt", "Am Hafen", "A. Writer"
	e.Generator, e.Channels = "narrate 1.0", 0
	voice := *line.Chapters[0].Cues[0].Utterance.Voice
	voice.Backend, voice.Engine = "espeak", "gmw/de"
	first, second := &line.Chapters[0].Cues[0], &line.Chapters[0].Cues[1]
	first.Utterance.Voice, first.Utterance.Pos = &voice, document.Pos{File: "hafen.txt", Line: 1, Col: 1}
	second.Utterance.Voice, second.Utterance.Pos = &voice, document.Pos{File: "hafen.txt", Offset: 10, Line: 3, Col: 1}
	second.Utterance.Spoken, second.Utterance.Lang = "Um acht Uhr öffnet das Café!", "de"
	second.Words[len(second.Words)-1].Hi-- // engines do not count the "!" in
	return e
}

// TestExample: the documentation's example is what is written, and valid.
func TestExample(t *testing.T) {
	data := outputtest.Write(t, Format{}, small(t))
	outputtest.Validate(t, schema, data)
	docs, err := os.ReadFile("../../../docs/timeline.md")
	if err != nil {
		t.Fatal(err)
	}
	if example := "```json\n" + string(data) + "```\n"; !strings.Contains(string(docs), example) {
		t.Errorf("docs/timeline.md lacks the example\n%s", example)
	}
}

// TestWhoSpeaks: the voices are those that are heard, with their gain.
func TestWhoSpeaks(t *testing.T) {
	e := small(t)
	cue := &e.Timeline.Chapters[0].Cues[1]
	other := *cue.Utterance.Voice
	other.Name = "other"
	cue.By, cue.Gain = &other, -1.25
	data := outputtest.Write(t, Format{}, e)
	outputtest.Validate(t, schema, data)
	for _, want := range []string{
		`{"name":"de","backend":"espeak","engine":"gmw/de","language":"de","rate":1,"pitch":1,"volume":1},`,
		`{"name":"other","backend":"espeak","engine":"gmw/de","language":"de","rate":1,"pitch":1,"volume":1,"gain":-1.25}]`, `"lang":"de","voice":"other"`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("lacks %s\n%s", want, data)
		}
	}
}

// TestChosenChapters: chapters keep their numbers, and positions in an archive
// name the member, but no folder of this machine.
func TestChosenChapters(t *testing.T) {
	e := small(t)
	line := e.Timeline
	line.Source = "/home/me/hafen.epub"
	line.Chapters[0].Number, line.Chapters[0].Origin = 7, 7
	for i := range line.Chapters[0].Cues {
		line.Chapters[0].Cues[i].Utterance.Pos.File = "/home/me/hafen.epub/OEBPS/one.xhtml"
	}
	line.Chapters[0].Cues[1].Marks = []timeline.Mark{{Name: "m", Frame: 29334}}
	data := string(outputtest.Write(t, Format{}, e))
	outputtest.Validate(t, schema, []byte(data))
	for _, want := range []string{
		`{"title":"Am Hafen","number":7,"level":0,`, `"source":{"file":"hafen.epub/OEBPS/one.xhtml","offset":10,`,
		`"marks":[{"name":"m","frame":29334,"time":1.222250}]`,
	} {
		if !strings.Contains(data, want) {
			t.Errorf("no %s in\n%s", want, data)
		}
	}
	if strings.Contains(data, "/home") {
		t.Errorf("a folder of this machine in\n%s", data)
	}
}

// TestSchema: the schema can say no.
func TestSchema(t *testing.T) {
	good := string(outputtest.Write(t, Format{}, small(t)))
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`},
		{`"lang": "de"`, `"language": "de"`},
		{`"timing":"engine",`, ``},
		{`"kind":"heading"`, `"kind":"headline"`},
		{`"start":0.000000`, `"start":"0.000000"`},
		{`"start":0.000000`, `"start":-0.000001`},
		{`"source": "hafen.txt"`, `"source": "/home/me/hafen.txt"`},
		{`"source": "hafen.txt"`, `"source": "C:\\hafen.txt"`},
		{`"frames": `, `"number": 1, "frames": `},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("the example lacks %s", change[0])
		}
		outputtest.Refuse(t, schema, []byte(bad))
	}
}

// TestBadWord: word positions outside of the text are an error.
func TestBadWord(t *testing.T) {
	for _, w := range []timeline.Word{{Lo: 3, Hi: 1}, {Lo: 0, Hi: 1000}, {Lo: -1, Hi: 2}} {
		e := small(t)
		e.Timeline.Chapters[0].Cues[1].Words[0] = w
		if err := (Format{}).Write(t.Context(), discard{}, e); err == nil {
			t.Errorf("a word of bytes %d to %d is written", w.Lo, w.Hi)
		}
	}
}

// discard is a file of no interest.
type discard struct{ io.WriteSeeker }

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// TestMemory: writing holds no more for a long programme than for a short one.
func TestMemory(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 30, Cues: 100, Words: true})
	w := &watermark{}
	if err := (Format{}).Write(t.Context(), w, e); err != nil {
		t.Fatal(err)
	}
	if w.size < 3<<20 {
		t.Fatalf("a file of %d bytes proves nothing", w.size)
	}
	if grown := int64(w.last) - int64(w.first); grown > int64(w.size)/10 {
		t.Errorf("%d bytes more are held after a file of %d", grown, w.size)
	}
}

// watermark measures what is in use as the file is written.
type watermark struct {
	discard
	size        int
	next        int
	first, last uint64
}

func (w *watermark) Write(p []byte) (int, error) {
	w.size += len(p)
	if w.size >= w.next {
		w.next += 1 << 20
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if w.first == 0 {
			w.first = m.HeapAlloc
		}
		w.last = m.HeapAlloc
	}
	return len(p), nil
}
