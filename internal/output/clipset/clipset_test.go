package clipset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/caption/vtt"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

const schema = "../../../docs/clips.schema.json"

// raw is a format for this test: bare samples, big endian.
type raw struct{ open, most *atomic.Int64 }

func newRaw() raw { return raw{new(atomic.Int64), new(atomic.Int64)} }

func (raw) Info() output.Info {
	return output.Info{Name: "raw", Suffix: "raw", MediaType: "audio/L16", Sound: true, Summary: "bare samples"}
}

func (raw) Check(context.Context) error { return nil }

func (r raw) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	n := r.open.Add(1)
	defer r.open.Add(-1)
	for m := r.most.Load(); n > m && !r.most.CompareAndSwap(m, n); m = r.most.Load() {
	}
	time.Sleep(time.Millisecond) // so that clips written at once are seen to be
	if e.Sound.Frames() != e.Timeline.Frames {
		return fmt.Errorf("%d frames of sound for a timeline of %d", e.Sound.Frames(), e.Timeline.Frames)
	}
	sound, err := e.Sound.Open(pcm.Span{End: e.Sound.Frames()})
	if err != nil {
		return err
	}
	defer sound.Close()
	samples, err := pcm.ReadAll(sound, e.Sound.Frames())
	if err != nil {
		return err
	}
	var b []byte
	for _, s := range samples {
		b = append(b, byte(uint16(s)>>8), byte(s))
	}
	if _, err := dst.Write(b); err != nil {
		return err
	}
	if e.Progress != nil {
		e.Progress(e.Timeline.Frames)
	}
	return ctx.Err()
}

type readIndex struct {
	Version                        int
	Generator, Source, Title, Lang string
	Unit                           string
	SampleRate, Frames             int64
	Duration                       float64
	Clips                          []readClip
}

type readClip struct {
	Number, Chapter              int
	Title, Text                  string
	Files                        map[string]string
	StartFrame, EndFrame, Frames int64
	Start, End, Duration         float64
}

// write writes a clips folder and reads its index.
func write(t *testing.T, e output.Edition, by Unit, formats ...output.Format) (dir string, idx readIndex) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "clips")
	if err := Write(t.Context(), dir, e, by, formats); err != nil {
		t.Fatal(err)
	}
	data := readFile(t, filepath.Join(dir, IndexName))
	outputtest.Validate(t, schema, data)
	if err := json.Unmarshal(data, &idx); err != nil {
		t.Fatal(err)
	}
	return dir, idx
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tree is every file of a folder by name.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, entry := range entries {
		out[entry.Name()] = string(readFile(t, filepath.Join(dir, entry.Name())))
	}
	return out
}

func TestClips(t *testing.T) {
	for _, by := range []Unit{Section, Sentence} {
		t.Run(string(by), func(t *testing.T) {
			e := outputtest.Edition(t, outputtest.Spec{Chapters: len(outputtest.Titles), Cues: 4, Words: true, Jobs: 3})
			var progress atomic.Int64
			e.Progress = func(n int64) { progress.Add(n) }
			e.Timeline.Source = "/home/someone/a.txt"
			sound := newRaw()
			dir, idx := write(t, e, by, sound, srt.Format{}, vtt.Format{})

			if idx.Version != Version || idx.Generator != e.Generator || idx.Source != "a.txt" || idx.Title != e.Timeline.Title ||
				idx.Lang != e.Timeline.Lang || idx.Unit != string(by) || idx.SampleRate != int64(e.Timeline.Rate) || idx.Frames != e.Timeline.Frames {
				t.Errorf("index %+v", idx)
			}
			want := len(e.Timeline.Chapters)
			if by == Sentence {
				want = e.Timeline.Cues()
			}
			if len(idx.Clips) != want {
				t.Fatalf("%d clips, want %d", len(idx.Clips), want)
			}
			whole := wholeSound(t, e)
			files := tree(t, dir)
			sum, n := int64(0), 0
			for i, c := range e.Timeline.Chapters {
				spans := []pcm.Span{c.Span}
				texts := []string{""}
				if by == Sentence {
					spans, texts = nil, nil
					for _, cue := range c.Cues {
						spans, texts = append(spans, cue.Span), append(texts, cue.Utterance.Text)
					}
				}
				for k, span := range spans {
					got := idx.Clips[n]
					n++
					if got.Number != n || got.Chapter != i+1 || got.Title != c.Title || got.Text != texts[k] ||
						got.StartFrame != span.Start || got.EndFrame != span.End || got.Frames != span.Frames() {
						t.Errorf("clip %d is %+v, want %v", n, got, span)
					}
					rate := float64(idx.SampleRate)
					if math.Round(got.Start*rate) != float64(span.Start) || math.Round(got.End*rate) != float64(span.End) ||
						math.Round(got.Duration*rate) != float64(span.Frames()) {
						t.Errorf("clip %d has seconds %v to %v, %v long, for %v", n, got.Start, got.End, got.Duration, span)
					}
					if files[got.Files["raw"]] != whole[2*span.Start:2*span.End] {
						t.Errorf("clip %d: %s is not its span of the sound", n, got.Files["raw"])
					}
					// The first caption of a clip starts with it.
					if by == Sentence || len(c.Cues) > 0 && c.Cues[0].Span.Start == c.Span.Start {
						if text := files[got.Files["srt"]]; !strings.HasPrefix(text, "1\n00:00:00,000 --> ") {
							t.Errorf("clip %d: captions start with %.40q", n, text)
						}
					}
					if cues, want := strings.Count(files[got.Files["vtt"]], " --> "), len(c.Cues)/len(spans); cues != want {
						t.Errorf("clip %d: %d captions, want %d", n, cues, want)
					}
					for format, name := range got.Files {
						if want := fmt.Sprintf("%02d-%s.%s", n, Slug(cmpOr(texts[k], c.Title)), format); name != want {
							t.Errorf("clip %d: file %q, want %q", n, name, want)
						}
					}
					sum += span.Frames()
				}
			}
			want = len(idx.Clips)*3 + 1
			if by == Section { // a playlist, a cue sheet, the manifest and its page
				want += 4
			}
			if len(files) != want {
				t.Errorf("%d files, want %d", len(files), want)
			}
			if by == Section && sum != e.Timeline.Frames {
				t.Errorf("the sections are %d frames long, the programme %d", sum, e.Timeline.Frames)
			}
			if sum != Frames(e, by) || sum != progress.Load() {
				t.Errorf("%d frames written, %d promised, %d reported", sum, Frames(e, by), progress.Load())
			}
			if most := sound.most.Load(); most > 3 {
				t.Errorf("%d clips written at once with 3 jobs", most)
			}

			for _, jobs := range []int{1, 8} {
				e.Jobs = jobs
				again, _ := write(t, e, by, newRaw(), srt.Format{}, vtt.Format{})
				for name, data := range tree(t, again) {
					if files[name] != data {
						t.Errorf("%s differs with %d jobs", name, jobs)
					}
				}
			}
		})
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func wholeSound(t *testing.T, e output.Edition) string {
	e.Jobs, e.Progress = 1, nil
	return string(outputtest.Write(t, newRaw(), e))
}

// place is a format that notes what it is told of its place.
type place struct {
	raw
	seen chan string
}

func (p place) Write(_ context.Context, _ io.WriteSeeker, e output.Edition) error {
	p.seen <- fmt.Sprintf("%d/%d %s jobs %d", e.Timeline.Number, e.Timeline.Of, e.Timeline.Title, e.Jobs)
	return nil
}

func TestPlace(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 2, Cues: 2, Jobs: 5, Titles: []string{"Eins", "Zwei\n " + strings.Repeat("lang ", 40)},
		Texts: []string{"A.", "B.", "C.", "D."},
	})
	long := "Zwei" + strings.Repeat(" lang", 19) + "\u2026"
	for by, want := range map[Unit][]string{
		Section:  {"1/2 Eins jobs 2", "2/2 " + long + " jobs 2"},
		Sentence: {"1/4 A. jobs 1", "2/4 B. jobs 1", "3/4 C. jobs 1", "4/4 D. jobs 1"},
	} {
		p := place{newRaw(), make(chan string, 9)}
		write(t, e, by, p)
		close(p.seen)
		var got []string
		for s := range p.seen {
			got = append(got, s)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("clips by %s: %q, want %q", by, got, want)
		}
	}
}

// TestNumbers: numbers have as many digits as the last one.
func TestNumbers(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 100, Titles: []string{"x"}, Frames: func(int) int64 { return 10 }})
	_, idx := write(t, e, Section, srt.Format{})
	if first, last := idx.Clips[0].Files["srt"], idx.Clips[99].Files["srt"]; first != "001-x.srt" || last != "100-x.srt" {
		t.Errorf("%s to %s", first, last)
	}
}

// TestChosenChapters: sections have the numbers of their chapters.
func TestChosenChapters(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 2, Titles: []string{"x"}, Texts: []string{"A."}})
	for i, number := range []int{2, 5, 107} {
		e.Timeline.Chapters[i].Number = number
	}
	for by, want := range map[Unit]string{
		Section:  "2 2 002-x.srt, 5 5 005-x.srt, 107 107 107-x.srt, ",
		Sentence: "1 2 01-a.srt, 2 2 02-a.srt, 3 5 03-a.srt, 4 5 04-a.srt, 5 107 05-a.srt, 6 107 06-a.srt, ",
	} {
		_, idx := write(t, e, by, srt.Format{})
		got := ""
		for _, c := range idx.Clips {
			got += fmt.Sprintf("%d %d %s, ", c.Number, c.Chapter, c.Files["srt"])
		}
		if got != want {
			t.Errorf("clips by %s: %s, want %s", by, got, want)
		}
	}
}

var errBroken = errors.New("broken")

// broken fails at its third clip.
type broken struct {
	raw
	calls *atomic.Int64
}

func (b broken) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if b.calls.Add(1) == 3 {
		return errBroken
	}
	return b.raw.Write(ctx, dst, e)
}

// TestFailures: after an error nothing is left, and the error is the cause.
func TestFailures(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 20, Jobs: 2})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	before := runtime.NumGoroutine()
	for name, c := range map[string]struct {
		ctx  context.Context
		f    output.Format
		want error
	}{
		"format":    {t.Context(), broken{newRaw(), new(atomic.Int64)}, errBroken},
		"cancelled": {cancelled, newRaw(), context.Canceled},
	} {
		for _, exists := range []bool{false, true} {
			dir := filepath.Join(t.TempDir(), "clips")
			if exists {
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if b, ok := c.f.(broken); ok {
				b.calls.Store(0)
			}
			if err := Write(c.ctx, dir, e, Section, []output.Format{srt.Format{}, c.f}); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
			if exists {
				if left := tree(t, dir); len(left) > 0 {
					t.Errorf("%s: %d files left", name, len(left))
				}
			} else if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: the folder is left: %v", name, err)
			}
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines left", runtime.NumGoroutine()-before)
}

// TestFolder: a folder with something in it is refused and left alone.
func TestFolder(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), dir, e, Section, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a full folder gives %v", err)
	}
	if err := Write(t.Context(), filepath.Join(dir, "mine"), e, Section, nil); err == nil {
		t.Error("a file is taken for a folder")
	}
	if err := Write(t.Context(), filepath.Join(dir, "no", "clips"), e, Section, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing parent gives %v", err)
	}
	if left := tree(t, dir); len(left) != 1 {
		t.Errorf("the folder holds %v", left)
	}
}

func TestParseUnit(t *testing.T) {
	for _, u := range []Unit{Section, Sentence} {
		if got, err := ParseUnit(string(u)); got != u || err != nil {
			t.Errorf("ParseUnit(%q) = %q, %v", u, got, err)
		}
	}
	if _, err := ParseUnit("word"); err == nil {
		t.Error("clips by word are taken")
	}
}

// TestExample: the documentation's example is what is written.
func TestExample(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 2, Rate: 24000, Pause: 250 * time.Millisecond, Titles: []string{"Am Hafen", "Im Caf\u00E9"},
		Frames: func(i int) int64 { return int64(48001 + 30000*i) },
	})
	e.Timeline.Source, e.Timeline.Title, e.Generator = "hafen.txt", "Ein Morgen", "narrate 1.0"
	dir, _ := write(t, e, Section, srt.Format{}, vtt.Format{})
	docs := string(readFile(t, "../../../docs/timeline.md"))
	example := "```json\n" + string(readFile(t, filepath.Join(dir, IndexName))) + "```\n"
	if !strings.Contains(docs, example) {
		t.Errorf("docs/timeline.md lacks the example\n%s", example)
	}
}

// TestSchema: the schema can say no.
func TestSchema(t *testing.T) {
	dir, _ := write(t, outputtest.Edition(t, outputtest.Spec{}), Section, srt.Format{})
	good := string(readFile(t, filepath.Join(dir, IndexName)))
	for _, change := range [][2]string{
		{`"version": 1`, `"version": 2`},
		{`"unit": "section"`, `"unit": "word"`},
		{`"srt": "01-`, `"srt": "../01-`},
		{`"number": 1,`, ``},
		{`"start": 0.000000`, `"start": -1`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("the index lacks %s", change[0])
		}
		outputtest.Refuse(t, schema, []byte(bad))
	}
}

func BenchmarkSentences(b *testing.B) {
	e := outputtest.Edition(b, outputtest.Spec{Chapters: 1, Cues: 18000, Frames: func(int) int64 { return 100 }, Words: true})
	for b.Loop() {
		for _, p := range pieces(e, Sentence) {
			p.within.Cut(p.local, "", 1, 1)
		}
	}
}
