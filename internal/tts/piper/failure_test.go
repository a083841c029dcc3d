package piper

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/process"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/retry"
	"narrate/internal/tts/web"
	"narrate/voices"
)

const sentence = "Seven grey geese."

// TestBadProgram is the fault matrix of the programs: what the error says, of
// which kind it is, that it is tried again, and that a sound program speaks
// after it.
func TestBadProgram(t *testing.T) {
	for _, test := range []struct {
		roles, fault string
		want         error
		says         string
	}{
		{"cpp libpiper python", "", nil, ""},
		{"cpp libpiper", "killed", nil, "broke off"},
		{"python", "killed", nil, "killed"},
		{"cpp libpiper", "exits", nil, "broke off"},
		{"python", "exits", tts.ErrEmpty, "empty"},
		{"cpp libpiper", "fails", nil, `"out of breath"`},
		{"python", "fails", nil, "No module named"},
		{"cpp libpiper python", "no model", nil, `cannot load the model"`},
		{"cpp python", "hangs", nil, "within 2s"},
		{"cpp libpiper", "garbage", tts.ErrBroken, `"this is no file\n" in place of the file`},
		{"python", "garbage", tts.ErrBroken, "this is no sound"},
		{"cpp", "endless line", tts.ErrBroken, "in place of a file"},
		{"python", "endless", nil, "more than"},
		{"cpp", "no file", nil, "no such file"},
		{"cpp libpiper", "empty file", tts.ErrEmpty, ""},
		{"cpp libpiper", "no sound", tts.ErrEmpty, ""},
		{"cpp libpiper python", "silent", tts.ErrEmpty, ""},
		{"cpp", "cut", tts.ErrBroken, ""},
		{"cpp", "text", tts.ErrBroken, "out of memory"},
		{"cpp libpiper python", "half a sample", tts.ErrBroken, ""},
		{"cpp", "other rate", tts.ErrBroken, "16001 Hz"},
	} {
		for _, role := range strings.Fields(test.roles) {
			t.Run(role+" "+test.fault, func(t *testing.T) {
				temp := t.TempDir()
				t.Setenv("TMPDIR", temp)
				t.Setenv(faultEnv, test.fault)
				b := New(Options{Program: program(t, role), Folders: []string{folder(t)}})
				defer b.Close()
				if _, err := b.Info(t.Context()); err != nil {
					t.Fatal(err)
				}
				if test.fault == "hangs" {
					b.options.Timeout, b.pool.timeout = 2*time.Second, 2*time.Second
				}
				r := tts.Request{Text: sentence, Voice: still(one)}
				_, err := check.New(b).Synthesize(t.Context(), r)
				if test.fault == "" {
					if err != nil {
						t.Fatal(err)
					}
				} else if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) || tts.Permanent(err) {
					t.Errorf("error %v, want %v and %q, to be tried again", err, test.want, test.says)
				}
				t.Setenv(faultEnv, "")
				b.options.Timeout, b.pool.timeout = time.Minute, time.Minute
				for w := idle(t, b); w != nil; w = idle(t, b) { // whoever is still running has the fault
					b.pool.workers.Release(w, false)
				}
				if _, err := check.New(b).Synthesize(t.Context(), r); err != nil {
					t.Errorf("after that: %v", err)
				}
				if err := b.Close(); err != nil {
					t.Error(err)
				}
				if left, err := filepath.Glob(filepath.Join(temp, "narrate-*")); err != nil || len(left) > 0 {
					t.Errorf("left %v, %v", left, err)
				}
			})
		}
	}
}

func engineOf(t *testing.T, b *Backend) *engine {
	t.Helper()
	e, err := b.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// idle takes a program that waits for work; nil where there is none.
func idle(t *testing.T, b *Backend) *worker {
	t.Helper()
	none := errors.New("none")
	w, err := b.pool.workers.Take(nil, func() (*worker, error) { return nil, none })
	if err != nil && err != none {
		t.Fatal(err)
	}
	return w
}

// TestCutForever checks that a file that stays cut is not waited for forever.
func TestCutForever(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "x.wav"), string(waveFile(16000, make([]int16, 1000))[:500]), 0o600)
	ctx, cancel := context.WithTimeout(t.Context(), 4*pause)
	defer cancel()
	if _, err := settled(ctx, file, 1<<20); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestPool checks that a program goes on with the same model and manner, and
// that another takes its place.
func TestPool(t *testing.T) {
	b := New(Options{Program: program(t, "cpp"), Folders: []string{folder(t)}, Parallel: 1})
	defer b.Close()
	seen := map[int]bool{}
	pid := func(v voices.Voice) int {
		t.Helper()
		if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: v}); err != nil {
			t.Fatal(err)
		}
		if n, _ := b.pool.workers.Count(); n != 1 {
			t.Fatalf("%d programs", n)
		}
		w := idle(t, b)
		defer b.pool.workers.Release(w, true)
		return w.Cmd.Process.Pid
	}
	anna, carl := still(many), still(many)
	anna.Settings = map[string]string{"speaker": "anna"}
	carl.Settings = map[string]string{"speaker": "carl"}
	first := pid(anna)
	if pid(anna) != first || pid(carl) != first {
		t.Error("the program was started anew")
	}
	seen[first] = true
	fast := anna
	fast.Rate = 2
	for _, v := range []voices.Voice{fast, still(one)} {
		if p := pid(v); seen[p] {
			t.Error("the program goes on with another manner")
		} else {
			seen[p] = true
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: anna}); !errors.Is(err, process.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestClosedAtWork checks that Close ends a request.
func TestClosedAtWork(t *testing.T) {
	t.Setenv(faultEnv, "hangs")
	b := New(Options{Program: program(t, "cpp"), Folders: []string{folder(t)}})
	ended := make(chan error, 1)
	go func() {
		_, err := b.Synthesize(context.Background(), tts.Request{Text: sentence, Voice: still(one)})
		ended <- err
	}()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, busy := b.pool.workers.Count(); busy > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no program at work after 20 s")
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("a request survived Close")
	}
}

// TestPrograms tells programs apart.
func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	mice := "#!/usr/bin/python3\n\nimport gi\nimport sys\ngi.require_version('Gtk', '3.0')\n"
	t.Run("mice", func(t *testing.T) {
		write(t, filepath.Join(dir, "mice", "piper"), mice, 0o700)
		t.Setenv("PATH", filepath.Join(dir, "mice"))
		_, err := New(Options{}).Info(t.Context())
		if !errors.Is(err, tts.ErrMissing) || !strings.Contains(err.Error(), "mice") || !strings.Contains(err.Error(), "piper-tts") {
			t.Error(err)
		}
	})
	t.Run("behind the mice", func(t *testing.T) {
		bin := filepath.Join(dir, "both")
		write(t, filepath.Join(bin, "piper"), mice, 0o700)
		engine := program(t, "cpp")
		if err := os.Rename(engine, filepath.Join(bin, "piper-tts")); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
		b := New(Options{})
		if info, err := b.Info(t.Context()); err != nil || !strings.HasPrefix(info.Version, "piper 1.2.0 ") || !engineOf(t, b).lines {
			t.Errorf("%q, %v", info.Version, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		t.Setenv("PATH", dir)
		if _, err := New(Options{}).Info(t.Context()); !errors.Is(err, tts.ErrMissing) || !strings.Contains(err.Error(), "install") {
			t.Error(err)
		}
	})
	t.Run("python behind a wrapper", func(t *testing.T) {
		script := "#!/bin/sh\n" + roleEnv + "=python exec '" + self(t) + "' \"$@\"\n"
		b := New(Options{Program: write(t, filepath.Join(dir, "wrapped"), script, 0o700)})
		if info, err := b.Info(t.Context()); err != nil || !strings.HasPrefix(info.Version, "piper python ") || engineOf(t, b).lines {
			t.Errorf("%q, %v", info.Version, err)
		}
	})
	t.Run("another program", func(t *testing.T) {
		t.Setenv(faultEnv, "not piper")
		if _, err := New(Options{Program: program(t, "cpp")}).Info(t.Context()); err == nil || tts.Permanent(err) || !strings.Contains(err.Error(), `cannot make sense of "hello`) {
			t.Error(err)
		}
	})
	t.Run("slow", func(t *testing.T) {
		t.Setenv(faultEnv, "slow version")
		b := New(Options{Program: program(t, "cpp")})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := b.Info(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		t.Setenv(faultEnv, "")
		if _, err := b.Info(t.Context()); err != nil {
			t.Errorf("after that: %v", err)
		}
	})
}

// TestBadServer is the fault matrix of the server: the kind of the error, what
// it says, and how often retry asks.
func TestBadServer(t *testing.T) {
	for _, test := range []struct {
		fault string
		want  error
		says  string
		asks  int
	}{
		{"429", nil, "429 Too Many Requests", 3},
		{"429 later", nil, "429", 4},
		{"500", nil, "500 Internal Server Error", 3},
		{"503", nil, "503 Service Unavailable", 3},
		{"503 later", nil, "503", 4},
		{"404", tts.ErrVoice, "404", 1},
		{"403", tts.ErrKey, "403", 1},
		{"slow", nil, "did not answer within 300ms", 3},
		{"stall", nil, "in the midst of its answer", 3},
		{"cut off", nil, "broke off", 3},
		{"truncated", tts.ErrBroken, "", 2},
		{"nothing", tts.ErrEmpty, "empty", 2},
		{"no sound", tts.ErrEmpty, "", 2},
		{"page", tts.ErrBroken, "Please log in", 2},
		{"other rate", tts.ErrBroken, "16001 Hz", 2},
		{"silent", tts.ErrEmpty, "", 2},
		{"short", tts.ErrBroken, "", 2},
		{"garbage", tts.ErrBroken, "", 2},
	} {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel()
			d := newDouble(t, "synthesize")
			b := NewServer(ServerOptions{URL: d.URL, Web: web.Options{FirstByte: 300 * time.Millisecond, Connect: time.Millisecond, Stall: 300 * time.Millisecond}})
			if test.fault != "slow" {
				b = NewServer(ServerOptions{URL: d.URL, Web: web.Options{Stall: 300 * time.Millisecond}})
			}
			var waited time.Duration
			r := retry.New(check.New(b), retry.Options{MaxLater: 10 * time.Second, MaxOutage: 3 * time.Second, Random: func() float64 { return 0.999999 }, Sleep: func(_ context.Context, d time.Duration) error {
				waited += d
				return nil
			}})
			defer r.Close()
			ask := tts.Request{Text: sentence, Voice: still(one)}
			if _, err := r.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			d.breaks(test.fault)
			_, err := r.Synthesize(t.Context(), ask)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %v and %q", err, test.want, test.says)
			}
			if strings.HasSuffix(test.fault, "later") {
				if waited < 7*time.Second || d.times < 2 {
					t.Errorf("waited %v, asked %d times", waited, d.times)
				}
			} else if d.times != test.asks {
				t.Errorf("asked %d times, want %d", d.times, test.asks)
			}
			d.breaks("")
			if _, err := r.Synthesize(t.Context(), ask); err != nil {
				t.Errorf("after that: %v", err)
			}
		})
	}
	b := NewServer(ServerOptions{})
	defer b.Close()
	v := still(one)
	v.Settings["base-url"] = "http://127.0.0.1:1"
	if err := b.Check(t.Context(), v); err == nil || tts.Permanent(err) || !strings.Contains(err.Error(), "is the server running?") {
		t.Error(err)
	}
	for _, bad := range []string{"127.0.0.1:5000", "ftp://x", "http://", "http://user:secret@127.0.0.1", "http://127.0.0.1/?key=secret", ":"} {
		v.Settings["base-url"] = bad
		if err := b.Check(t.Context(), v); !errors.Is(err, tts.ErrVoice) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestBareServer speaks with the first kind of server, which takes text alone.
func TestBareServer(t *testing.T) {
	d := newDouble(t, "bare")
	b := NewServer(ServerOptions{URL: d.URL})
	defer b.Close()
	info, err := b.Info(t.Context())
	if err != nil || len(info.Voices) != 1 || info.Voices[0].Name != onlyVoice {
		t.Fatalf("%+v, %v", info, err)
	}
	v := voices.Voice{Engine: onlyVoice, Volume: 0.5, Settings: map[string]string{"base-url": d.URL + "/"}}
	clip, err := check.New(b).Synthesize(t.Context(), tts.Request{Text: sentence, Voice: v})
	if err != nil || clip.Format.Rate != 22050 {
		t.Errorf("%+v, %v", clip.Format, err)
	}
	for what, change := range map[string]func(*voices.Voice){
		"call it":   func(v *voices.Voice) { v.Engine = one },
		"rate 2":    func(v *voices.Voice) { v.Rate = 2 },
		"pitch 2":   func(v *voices.Voice) { v.Pitch = 2 },
		`"speaker"`: func(v *voices.Voice) { v.Settings = map[string]string{"speaker": "1"} },
	} {
		other := v
		change(&other)
		if err := b.Check(t.Context(), other); !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestServerVoices checks what is known of a server's voices.
func TestServerVoices(t *testing.T) {
	d := newDouble(t, "root")
	b := NewServer(ServerOptions{})
	defer b.Close()
	v := voices.Voice{Engine: many, Settings: map[string]string{"base-url": d.URL, "speaker": "7"}}
	version, err := tts.VersionOf(t.Context(), b, v)
	if err != nil || !strings.Contains(version, d.URL) {
		t.Errorf("%q, %v", version, err)
	}
	v.Engine = "broken"
	if err := b.Check(t.Context(), v); !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), "sample_rate") {
		t.Error(err)
	}
	other := newDouble(t, "root")
	other.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	v.Settings["base-url"] = other.URL
	if err := b.Check(t.Context(), v); err == nil || !strings.Contains(err.Error(), "not the list of voices") {
		t.Error(err)
	}
}
