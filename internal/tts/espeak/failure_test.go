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
			b.engine = &found
			for range 2 { // the second time with a new worker where the first is gone
				_, err := b.Synthesize(t.Context(), hallo())
				if err == nil || !strings.Contains(err.Error(), test.says) || tts.Permanent(err) {
					t.Errorf("error %v, want %q", err, test.says)
				}
			}
			if kept := len(b.pool.idle); kept != 0 && test.role != "error" && test.role != "no rate" {
				t.Errorf("%d workers kept", kept)
			}
			// Once the engine is sound again, so is the Backend.
			b.pool.timeout = time.Minute
			t.Setenv(roleEnv, "")
			for _, w := range b.pool.idle {
				w.end()
			}
			b.pool.idle = nil
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
	first := b.pool.idle[0]
	first.spoken = maxSpoken - 1
	for range 2 {
		say(t, b, voices.Voice{Engine: "de"}, "Hallo.")
	}
	if len(b.pool.idle) != 1 || b.pool.idle[0] == first || first.cmd.ProcessState == nil {
		t.Error("the old worker was not replaced")
	}
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
	for system, want := range map[string]string{"linux": "apt-get install espeak-ng", "darwin": "brew install espeak-ng", "windows": "winget install"} {
		if got := installHint(system); !strings.Contains(got, want) {
			t.Errorf("%s: %q", system, got)
		}
	}
}

func TestClosed(t *testing.T) {
	b := newWorker(t)
	hung := make(chan error)
	go func() {
		_, err := b.Synthesize(context.Background(), tts.Request{Text: strings.Repeat("777777 ", maxText/7), Voice: voices.Voice{Engine: "de"}})
		hung <- err
	}()
	for {
		b.pool.mu.Lock()
		busy := len(b.pool.busy)
		b.pool.mu.Unlock()
		if busy > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := <-hung; err == nil {
		t.Error("a request survived Close")
	}
	if _, err := b.Synthesize(t.Context(), hallo()); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestFingerprint(t *testing.T) {
	folder := t.TempDir()
	seen := make(map[string]string)
	check := func(what string) {
		t.Helper()
		sum, err := fingerprint(folder)
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
	if _, err := fingerprint(filepath.Join(folder, "none")); err == nil {
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

func TestTail(t *testing.T) {
	var s tail
	if s.note() != "" {
		t.Error("a note of nothing")
	}
	for range 1000 {
		s.Write([]byte("some words of a library\n"))
	}
	s.Write([]byte("the \xff last\n"))
	if n := s.note(); len(n) > tailSize+100 || !strings.HasSuffix(n, `the ? last"`) {
		t.Errorf("%d bytes: %.50s", len(n), n)
	}
}
