package espeak

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/process"
	"narrate/internal/tts"
	"narrate/voices"
)

func hallo() tts.Request {
	return tts.Request{Text: "Hallo.", Voice: voices.Voice{Engine: "de"}}
}

// bad makes a Backend whose program or worker is this test in a role.
func bad(t *testing.T, role string, o Options) *Backend {
	t.Helper()
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "phondata"), []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(roleEnv, role)
	t.Setenv("NARRATE_TEST_DATA", data)
	b := New(o)
	t.Cleanup(func() { b.Close() })
	return b
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadProgram(t *testing.T) {
	tests := []struct {
		role string
		want error
		says string
	}{
		{"sound", nil, ""},
		{"not espeak", nil, "cannot make sense"},
		{"no voices", nil, "no voice"},
		{"nothing", tts.ErrEmpty, "wrote nothing"},
		{"garbage", tts.ErrBroken, ""},
		{"fail", nil, `out of breath`},
		{"hang", nil, "within 2s"},
		{"header", tts.ErrEmpty, ""},
		{"silent", tts.ErrEmpty, ""},
		{"half a sample", tts.ErrBroken, ""},
		{"endless", nil, "more than"},
	}
	for _, test := range tests {
		t.Run(test.role, func(t *testing.T) {
			timeout := time.Minute
			if test.role == "hang" {
				timeout = 2 * time.Second
			}
			b := bad(t, test.role, Options{Program: self(t), Timeout: timeout})
			clip, err := b.Synthesize(t.Context(), hallo())
			switch {
			case test.role == "sound":
				if err != nil || clip.Frames != 10000 || clip.Format.Rate != 22050 {
					t.Errorf("%d frames, %v", clip.Frames, err)
				}
			case err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says):
				t.Errorf("error %v, want %v and %q", err, test.want, test.says)
			case tts.Permanent(err):
				t.Errorf("%v would not be tried again", err)
			}
		})
	}
}

func TestBadWorker(t *testing.T) {
	info, err := newProgram(t).look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		role string
		says string
	}{
		{"crash", "segmentation something"},
		{"hang", "within 1s"},
		{"garbage", "broke off"},
		{"huge", "samples"},
		{"cut", "broke off"},
		{"no rate", "rate 0"},
		{"error", "the engine's own words"},
	}
	for _, test := range tests {
		t.Run(test.role, func(t *testing.T) {
			timeout := time.Minute
			if test.role == "hang" {
				timeout = time.Second
			}
			b := bad(t, test.role, Options{Worker: []string{self(t)}, Timeout: timeout})
			found := *info
			found.note = "" // the probe went well
			looked(t, b, &found)
			for range 2 { // the second time with a new worker where the first is gone
				_, err := b.Synthesize(t.Context(), hallo())
				if err == nil || !strings.Contains(err.Error(), test.says) || tts.Permanent(err) {
					t.Errorf("error %v, want %q", err, test.says)
				}
			}
			if kept, _ := b.pool.workers.Count(); kept != 0 && test.role != "error" && test.role != "no rate" {
				t.Errorf("%d workers kept", kept)
			}
			// Once the engine is sound again, so is the Backend.
			b.pool.timeout = time.Minute
			t.Setenv(roleEnv, "")
			for w := idle(t, b); w != nil; w = idle(t, b) {
				b.pool.workers.Release(w, false)
			}
			if _, err := b.Synthesize(t.Context(), hallo()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSpent checks that a worker whose library stays loaded speaks once.
func TestSpent(t *testing.T) {
	b := bad(t, "spent", Options{Worker: []string{self(t)}})
	seen := make(map[int]bool)
	for range 3 {
		s, err := b.pool.speak(t.Context(), request{Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if pid := int(s.format.Rate); seen[pid] {
			t.Error("a spent worker was asked again")
		} else {
			seen[pid] = true
		}
	}
}

// TestRecycle checks that a worker is replaced before it has grown.
func TestRecycle(t *testing.T) {
	b := newWorker(t)
	first := idle(t, b)
	first.spoken = maxSpoken - 1
	b.pool.workers.Release(first, true)
	for range 2 {
		say(t, b, voices.Voice{Engine: "de"}, "Hallo.")
	}
	second := idle(t, b)
	if second == nil || second == first || first.Cmd.ProcessState == nil {
		t.Fatal("the old worker was not replaced")
	}
	b.pool.workers.Release(second, true)
}

// TestWithout checks what Info says where the library is not used.
func TestWithout(t *testing.T) {
	notes := make(map[string]string)
	b := New(Options{})
	defer b.Close()
	notes["no worker"] = note(t, b)
	t.Run("no libraries", func(t *testing.T) {
		t.Setenv("NARRATE_NO_LIBS", "1")
		notes["NARRATE_NO_LIBS"] = note(t, newBackend(t, true))
	})
	w := bad(t, "any", Options{Worker: []string{self(t)}})
	t.Setenv("NARRATE_TEST_VERSION", "0.1")
	notes["is version 0.1"] = note(t, w)
	notes["no such file"] = note(t, New(Options{Worker: []string{filepath.Join(t.TempDir(), "none")}}))
	for want, got := range notes {
		if !strings.Contains(got, want) {
			t.Errorf("note %q does not say %q", got, want)
		}
	}
}

func note(t *testing.T, b *Backend) string {
	t.Helper()
	defer b.Close()
	info, err := b.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.Marks || !strings.HasPrefix(info.Version, "espeak-ng ") || !strings.HasSuffix(info.Version, "without word times") {
		t.Errorf("marks %v, version %q", info.Marks, info.Version)
	}
	return info.MarksNote
}

func TestMissing(t *testing.T) {
	b := New(Options{Program: filepath.Join(t.TempDir(), "espeak-ng")})
	if _, err := b.Info(t.Context()); !errors.Is(err, tts.ErrMissing) || !strings.Contains(err.Error(), "install") {
		t.Error(err)
	}
	if _, err := b.Synthesize(t.Context(), hallo()); !errors.Is(err, tts.ErrMissing) {
		t.Error(err)
	}
}

// hanging is a Backend whose worker answers no request.
func hanging(t *testing.T) *Backend {
	t.Helper()
	info, err := newProgram(t).look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := bad(t, "hang", Options{Worker: []string{self(t)}})
	found := *info
	found.note = "" // the probe went well
	looked(t, b, &found)
	return b
}

// looked has a Backend take what it would find of the engine.
func looked(t *testing.T, b *Backend, e *engine) {
	t.Helper()
	if _, err := b.engine.Get(t.Context(), func() (*engine, error) { return e, nil }); err != nil {
		t.Fatal(err)
	}
}

// idle takes a worker that waits for work; nil where there is none.
func idle(t *testing.T, b *Backend) *worker {
	t.Helper()
	none := errors.New("none")
	w, err := b.pool.workers.Take(nil, func() (*worker, error) { return nil, none })
	if err != nil && err != none {
		t.Fatal(err)
	}
	return w
}

// await waits for what other goroutines bring about.
func await(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !met(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after 20 s: %s", what)
		}
	}
}

func TestClosed(t *testing.T) {
	b := hanging(t)
	hung := make(chan error, 1)
	go func() {
		_, err := b.Synthesize(context.Background(), hallo())
		hung <- err
	}()
	await(t, "a worker at work", func() bool {
		_, busy := b.pool.workers.Count()
		return busy > 0
	})
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := <-hung; err == nil {
		t.Error("a request survived Close")
	}
	if _, err := b.Synthesize(t.Context(), hallo()); !errors.Is(err, process.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestWaiting checks that nobody waits for another's look at the engine longer
// than asked to.
func TestWaiting(t *testing.T) {
	b := bad(t, "slow version", Options{Program: self(t)})
	first, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := b.Info(first)
		ended <- err
	}()
	await(t, "a look at the engine", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := b.engine.Get(ctx, func() (*engine, error) { return nil, errors.New("nobody looks") })
		return errors.Is(err, context.DeadlineExceeded)
	})
	second, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Synthesize(second, hallo()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := b.Info(second); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := b.Check(second, hallo().Voice); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	t.Setenv(roleEnv, "sound")
	if _, err := b.Info(t.Context()); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestFingerprint(t *testing.T) {
	folder := t.TempDir()
	seen := make(map[string]string)
	check := func(what string) {
		t.Helper()
		sum, err := fingerprint(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		if before, ok := seen[sum]; ok {
			t.Errorf("%s and %s are alike", what, before)
		}
		seen[sum] = what
	}
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check("nothing")
	write("a", "")
	check("an empty file")
	write("a", "1")
	check("content")
	write("a", "2")
	check("other content")
	write("b", "2")
	check("two files")
	if _, err := fingerprint(t.Context(), filepath.Join(folder, "none")); err == nil {
		t.Error("a folder that is not there has a fingerprint")
	}
}

func TestProtocol(t *testing.T) {
	var buf bytes.Buffer
	samples := make([]int16, 10001)
	for i := range samples {
		samples[i] = int16(i * 7919)
	}
	if err := errors.Join(writeMessage(&buf, answer{Samples: len(samples), Words: []word{{1, 2}}}), writeSamples(&buf, samples)); err != nil {
		t.Fatal(err)
	}
	whole := buf.Bytes()
	var a answer
	r := bytes.NewReader(whole)
	if err := readMessage(r, &a); err != nil || a.Samples != len(samples) || a.Words[0] != (word{1, 2}) {
		t.Fatalf("%+v, %v", a, err)
	}
	got, err := readSamples(r, a.Samples)
	if err != nil || r.Len() != 0 || got[10000] != samples[10000] || got[5000] != samples[5000] {
		t.Fatalf("%v, %d bytes left", err, r.Len())
	}
	for _, n := range []int{1, 3, 4, 10, len(whole) - 1} {
		r := bytes.NewReader(whole[:n])
		err := readMessage(r, &a)
		if err == nil {
			_, err = readSamples(r, a.Samples)
		}
		if err == nil {
			t.Errorf("%d of %d bytes are taken for all", n, len(whole))
		}
	}
	if err := readMessage(strings.NewReader("\xff\xff\xff\xff{}"), &a); err == nil {
		t.Error("a message of 4 GB")
	}
}
