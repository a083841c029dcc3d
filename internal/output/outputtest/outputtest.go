package outputtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Options say how a format is tested beyond the common rules.
type Options struct {
	// Check asks independent readers whether the file at path, whose name
	// ends in the format's suffix, is valid and holds what e says.
	Check func(t *testing.T, path string, e output.Edition)
	// Rate and Encoding are those of the editions; see Spec.
	Rate     pcm.Hz
	Encoding output.Encoding
	// Titles and Texts replace the hostile ones of this package.
	Titles, Texts []string
	// Shapes are the only ones of the suite's editions that are written, where
	// another run has most of the code tested with all of them; nil for all.
	Shapes []string
}

// Write writes e into memory and gives the file's bytes.
func Write(t testing.TB, f output.Format, e output.Edition) []byte {
	t.Helper()
	d := newDisk()
	if err := f.Write(context.Background(), d, e); err != nil {
		t.Fatalf("write: %v", err)
	}
	return d.data
}

// Run is the conformance suite. open gives the format under test; it is called
// once for each part of the suite.
func Run(t *testing.T, open func() output.Format, o Options) {
	s := suite{open, o}
	t.Run("info", s.info)
	t.Run("files", s.files)
	t.Run("at once", s.atOnce)
	t.Run("cancelled", s.cancelled)
	t.Run("failing destination", s.failingDestination)
	if open().Info().Sound {
		t.Run("cancelled midway", s.cancelledMidway)
		t.Run("failing sound", s.failingSound)
	}
}

type suite struct {
	open func() output.Format
	Options
}

func (s suite) edition(t *testing.T, spec Spec) output.Edition {
	t.Helper()
	spec.Rate, spec.Encoding, spec.Titles, spec.Texts = s.Rate, s.Encoding, s.Titles, s.Texts
	return Edition(t, spec)
}

// ordinary is the edition for tests of failures: some twenty seconds.
func (s suite) ordinary(t *testing.T) output.Edition {
	return s.edition(t, Spec{Chapters: 30, Cues: 5, Words: true, Jobs: 2})
}

var (
	namePattern   = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	suffixPattern = regexp.MustCompile(`^[a-z0-9]+(\.[a-z0-9]+)*$`)
)

func (s suite) info(t *testing.T) {
	f := s.open()
	info := f.Info()
	if !namePattern.MatchString(info.Name) {
		t.Errorf("name %q does not match %s", info.Name, namePattern)
	}
	if !suffixPattern.MatchString(info.Suffix) {
		t.Errorf("suffix %q does not match %s", info.Suffix, suffixPattern)
	}
	if media, _, err := mime.ParseMediaType(info.MediaType); err != nil || !strings.Contains(media, "/") {
		t.Errorf("media type %q: %v", info.MediaType, err)
	}
	if info.Summary == "" || strings.ContainsAny(info.Summary, "\r\n") || len(info.Summary) > 120 {
		t.Errorf("summary %q is not one short line", info.Summary)
	}
	if f.Info() != info {
		t.Error("a second Info differs")
	}
	if err := f.Check(t.Context()); err != nil {
		t.Errorf("the format cannot be written here, so it cannot be tested: %v", err)
	}
}

// shapes make the editions that every format must write.
func (s suite) shapes() map[string]func(*testing.T) output.Edition {
	brief := func(i int) int64 { return 1200 + int64(i%5)*37 }
	plain := func(spec Spec) func(*testing.T) output.Edition {
		return func(t *testing.T) output.Edition { return s.edition(t, spec) }
	}
	small := Spec{Chapters: 3, Cues: 6, Words: true}
	shapes := map[string]func(*testing.T) output.Edition{
		"1 cue":         plain(Spec{}),
		"14 chapters":   plain(Spec{Chapters: 14, Cues: 3}),
		"255 chapters":  plain(Spec{Chapters: 255, Frames: brief}),
		"256 chapters":  plain(Spec{Chapters: 256, Frames: brief}),
		"1000 chapters": plain(Spec{Chapters: 1000, Frames: brief}),
		"words":         plain(small),
		"tiny cues":     plain(Spec{Cues: 6, Pause: -1, Words: true, Frames: func(int) int64 { return 1 }}),
		"section": func(t *testing.T) output.Edition {
			e := s.edition(t, small)
			c := e.Timeline.Chapters[1]
			return e.Cut(c.Span, c.Title, 2, 3)
		},
		"cut cues": func(t *testing.T) output.Edition {
			e := s.edition(t, small)
			cues := e.Timeline.Chapters[1].Cues
			return e.Cut(pcm.Span{
				Start: cues[1].Span.Start + cues[1].Span.Frames()/2,
				End:   cues[4].Span.End - cues[4].Span.Frames()/3,
			}, "Ausschnitt", 1, 1)
		},
		"untitled": func(t *testing.T) output.Edition { return untitled(s.edition(t, Spec{Cues: 2})) },
		"metadata": func(t *testing.T) output.Edition {
			return s.edition(t, Spec{Chapters: 4, Cues: 2, Metadata: Metadata(t)})
		},
	}
	if s.open().Info().Sound {
		shapes["stereo"] = plain(Spec{Chapters: 2, Cues: 4, Channels: 2})
		shapes["no chapters"] = func(t *testing.T) output.Edition {
			e := s.edition(t, Spec{Cues: 3})
			e.Timeline.Chapters = nil
			return e
		}
	}
	return shapes
}

// untitled is e without all that a source need not say.
func untitled(e output.Edition) output.Edition {
	e.Timeline.Title, e.Timeline.Author, e.Timeline.Chapters[0].Title = "", "", ""
	return e
}

// rewritten are the shapes that are written a second time, since it is the same
// code that the bytes of the others come from.
var rewritten = []string{"1 cue", "1000 chapters", "metadata", "section", "stereo", "words"}

func (s suite) files(t *testing.T) {
	shapes := s.shapes()
	for _, name := range s.Shapes {
		if shapes[name] == nil {
			t.Errorf("no shape %q", name)
		}
	}
	for name, shape := range shapes {
		if s.Shapes != nil && !slices.Contains(s.Shapes, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			f, e := s.open(), shape(t)
			path := filepath.Join(t.TempDir(), "file."+f.Info().Suffix)
			first := s.writeFile(t, f, path, e)
			if slices.Contains(rewritten, name) {
				e.Jobs = 8
				if again := s.write(t, s.open(), e); !bytes.Equal(first, again) {
					t.Errorf("another run with 8 jobs gives other bytes: %s", firstDifference(first, again))
				}
			}
			if s.Check != nil {
				s.Check(t, path, e)
			}
		})
	}
}

func firstDifference(a, b []byte) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("%d and %d bytes, the first other one at %d", len(a), len(b), i)
}

// writeFile writes e to a real file.
func (s suite) writeFile(t *testing.T, f output.Format, path string, e output.Edition) []byte {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.watch(t, f, e, func(e output.Edition) error { return f.Write(t.Context(), file, e) }); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write writes e to memory.
func (s suite) write(t *testing.T, f output.Format, e output.Edition) []byte {
	t.Helper()
	d := newDisk()
	if err := s.watch(t, f, e, func(e output.Edition) error { return f.Write(t.Context(), d, e) }); err != nil {
		t.Fatal(err)
	}
	return d.data
}

// watch runs one Write and holds it to the rules of the house: the edition is
// only read, a text format leaves the sound alone, readers are closed, frames
// reported, nothing left running.
func (s suite) watch(t *testing.T, f output.Format, e output.Edition, write func(output.Edition) error) error {
	t.Helper()
	before := e.Timeline.Cut(pcm.Span{End: e.Timeline.Frames}, e.Timeline.Title)
	before.Number, before.Of = e.Timeline.Number, e.Timeline.Of
	var sound *guarded
	if f.Info().Sound {
		var ok bool
		if sound, ok = e.Sound.(*guarded); !ok {
			sound = guard(e.Sound)
		}
		e.Sound = sound
	} else {
		e.Sound = nil
	}
	var frames atomic.Int64
	e.Progress = func(n int64) { frames.Add(n) }
	stop := leaks(t)
	err := write(e)
	stop()
	after := e.Timeline.Cut(pcm.Span{End: e.Timeline.Frames}, e.Timeline.Title)
	after.Number, after.Of = e.Timeline.Number, e.Timeline.Of
	if !reflect.DeepEqual(before, after) {
		t.Error("the format changed the timeline")
	}
	if sound == nil {
		return err
	}
	if bad := sound.misuse.Load(); bad != nil {
		t.Errorf("the format misuses the sound: %v", *bad)
	}
	if n := sound.open.Load(); n != 0 {
		t.Errorf("%d readers left open", n)
	}
	if n, most := sound.most.Load(), int64(2*e.Jobs+2); n > most {
		t.Errorf("%d readers open at once with %d jobs", n, e.Jobs)
	}
	if err == nil && frames.Load() != e.Timeline.Frames {
		t.Errorf("progress tells of %d frames of %d", frames.Load(), e.Timeline.Frames)
	}
	return err
}

// leaks notes what runs; the function it gives reports what runs on later.
func leaks(t *testing.T) func() {
	goroutines := runtime.NumGoroutine()
	children := childProcesses()
	return func() {
		t.Helper()
		var now, kids int
		for range 200 { // what was told to stop may need a moment
			now, kids = runtime.NumGoroutine(), childProcesses()
			if now <= goroutines && kids <= children {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		if kids > children {
			t.Errorf("%d child processes left", kids-children)
		}
		if now > goroutines {
			stacks := make([]byte, 1<<16)
			t.Errorf("%d goroutines left:\n%s", now-goroutines, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// childProcesses counts the processes that this one has started, where the
// system lists them as Linux does, and is 0 elsewhere.
func childProcesses() int {
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		return 0
	}
	n := 0
	for _, list := range lists {
		if pids, err := os.ReadFile(list); err == nil { // a thread may have ended
			n += len(strings.Fields(string(pids)))
		}
	}
	return n
}

func (s suite) atOnce(t *testing.T) {
	f := s.open()
	editions := []output.Edition{
		s.edition(t, Spec{Chapters: 3, Cues: 2, Jobs: 2}),
		s.edition(t, Spec{Chapters: 2, Cues: 4, Words: true, Jobs: 2}),
		s.edition(t, Spec{Cues: 3, Jobs: 2}),
	}
	var wg sync.WaitGroup
	files, errs := make([]*disk, len(editions)), make([]error, len(editions))
	for i, e := range editions {
		files[i] = newDisk()
		wg.Go(func() { errs[i] = f.Write(t.Context(), files[i], e) })
	}
	wg.Wait()
	for i, e := range editions {
		if errs[i] != nil {
			t.Errorf("edition %d: %v", i, errs[i])
		} else if alone := Write(t, s.open(), e); !bytes.Equal(alone, files[i].data) {
			t.Errorf("edition %d written beside others differs: %s", i, firstDifference(alone, files[i].data))
		}
	}
}

func (s suite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := s.open()
	err := s.watch(t, f, s.ordinary(t), func(e output.Edition) error { return f.Write(ctx, newDisk(), e) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
}

func (s suite) cancelledMidway(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f, e := s.open(), s.ordinary(t)
	sound := guard(e.Sound)
	sound.tripAt = e.Timeline.Frames / 2
	sound.trip = func() error { cancel(); return nil }
	e.Sound = sound
	err := s.watch(t, f, e, func(e output.Edition) error { return f.Write(ctx, newDisk(), e) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a context cancelled midway gives %v", err)
	}
}

func (s suite) failingSound(t *testing.T) {
	frames := s.ordinary(t).Timeline.Frames
	for name, at := range map[string]int64{"at the start": 0, "midway": frames / 2, "at the end": frames - 1} {
		for kind, cause := range map[string]error{"breaks": errSound, "ends early": io.EOF} {
			t.Run(kind+" "+name, func(t *testing.T) {
				f, e := s.open(), s.ordinary(t)
				sound := guard(e.Sound)
				sound.tripAt, sound.trip = at, func() error { return cause }
				e.Sound = sound
				err := s.watch(t, f, e, func(e output.Edition) error { return f.Write(t.Context(), newDisk(), e) })
				switch {
				case err == nil:
					t.Error("the file is written as if it were whole")
				case cause != io.EOF && !errors.Is(err, cause):
					t.Errorf("the error hides its cause: %v", err)
				}
			})
		}
	}
}

func (s suite) failingDestination(t *testing.T) {
	whole := newDisk()
	if err := s.open().Write(t.Context(), whole, s.ordinary(t)); err != nil {
		t.Fatal(err)
	}
	fails := func(name string, d *disk) {
		t.Run(name, func(t *testing.T) {
			f := s.open()
			err := s.watch(t, f, s.ordinary(t), func(e output.Edition) error { return f.Write(t.Context(), d, e) })
			if !errors.Is(err, errDisk) {
				t.Errorf("the destination's error is lost: %v", err)
			}
		})
	}
	for _, k := range []int64{0, 1, whole.written / 2, whole.written - 1} {
		d := newDisk()
		d.failByte = k
		fails(fmt.Sprintf("write after %d of %d bytes", k, whole.written), d)
	}
	for k := range min(whole.seeks, 8) {
		d := newDisk()
		d.failSeek = k
		fails(fmt.Sprintf("seek %d of %d", k+1, whole.seeks), d)
	}
}
