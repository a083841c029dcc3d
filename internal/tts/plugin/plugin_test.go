package plugin_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/plugin"
	"narrate/voices"
)

func hello() tts.Request {
	return tts.Request{Text: "über alles", Voice: voices.Voice{Engine: "one"}}
}

// playing is a Backend whose program is this test in a role. In the end, no
// file may be left.
func playing(t *testing.T, role string, o plugin.Options) *plugin.Backend {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv(roleEnv, role)
	t.Setenv(noteEnv, filepath.Join(t.TempDir(), "note"))
	b := plugin.New("test", program, o)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		left, err := os.ReadDir(temp)
		if err != nil || len(left) > 0 {
			t.Errorf("left %v, %v", left, err)
		}
	})
	return b
}

func TestGood(t *testing.T) {
	for _, role := range []string{"good", "file", "littering", "floods"} {
		t.Run(role, func(t *testing.T) {
			b := playing(t, role, plugin.Options{})
			for range 3 {
				clip, err := b.Synthesize(t.Context(), hello())
				if err != nil || clip.Frames != 8000 || clip.Format.Rate != 8000 {
					t.Fatalf("%d frames, %v", clip.Frames, err)
				}
				if strings.Contains(role, "i") { // with files, and without marks
					continue
				}
				if m := clip.Marks; len(m) != 1 || m[0] != (tts.Mark{Frame: 0, Lo: 0, Hi: 5}) {
					t.Errorf("marks %v", m)
				}
			}
		})
	}
}

// staying are the roles that answer, if with nothing of use.
var staying = regexp.MustCompile(`^(code .*|no marks|empty audio|no sound|cut sound|mark (before|after|vast|outside|negative|empty)|marks (overlap|at once))$`)

func TestBad(t *testing.T) {
	broken := tts.ErrBroken
	tests := []struct {
		role  string
		want  error // that it wraps
		says  string
		final bool // pointless to try again
	}{
		{"dies at once", nil, `test: it ended (exit status 3); it said: "no model"`, false},
		{"never ready", tts.ErrDown, "no answer within 1s", true},
		{"greets", broken, `what is no answer belongs on standard error): "Hello! Loading`, false},
		{"old protocol", nil, "version 7 of the protocol", false},
		{"no version", broken, "version", false},
		{"no voices", broken, "0 voices", false},
		{"twice a voice", broken, `voice 1, "a"`, false},
		{"nameless voice", broken, "voice 0", false},
		{"no language", broken, `"English!"`, false},
		{"negative text", broken, "max_text -1", false},
		{"vast parallel", broken, "parallel 1000000", false},
		{"text for number", broken, `field "max_text" is a string`, false},
		{"odd rate", broken, "rate [2 3]", false},
		{"one rate", broken, "rate [1]", false},
		{"odd setting", broken, `setting "x"`, false},
		{"NaN", broken, "not a message in JSON", false},
		{"no marks", broken, "marks, though", false},

		{"garbage", broken, `"this is no answer \x1b[31m"`, false},
		{"bad UTF-8", broken, "not valid UTF-8", false},
		{"array", broken, "not a message", false},
		{"wrong type", broken, `type "song"`, false},
		{"wrong id", broken, "not for request 2", false},
		{"no id", broken, "not for request 2", false},
		{"huge line", broken, "more than 33554432 bytes", false},
		{"half a line", nil, `it ended (exit status 0) in the midst of a line: "{\"type`, false},
		{"closed", nil, "it closed its standard output", false},
		{"dies", nil, `it ended (exit status 139); it said: "segmentation something"`, false},
		{"is killed", nil, "it ended (signal: killed)", false},
		{"hangs", nil, "no answer within 1s", false},
		{"deaf", nil, "no answer within 1s", false},

		{"outside", broken, `"/etc/passwd" is not in the folder`, false},
		{"above", broken, "is not in the folder", false},
		{"the folder", broken, "not a regular one", false},
		{"no such file", broken, "none.wav", false},
		{"link", broken, "its file", false},
		{"pipe", broken, "not a regular one", false},
		{"huge file", broken, "not a regular one of at most", false},
		{"neither", broken, "either a file or audio", false},
		{"both", broken, "either a file or audio", false},
		{"no format", broken, `format ""`, false},
		{"no rate", broken, "rate of 0 Hz", false},
		{"negative rate", broken, "rate of -8000 Hz", false},
		{"not base64", broken, "base64", false},
		{"empty audio", tts.ErrEmpty, "", false},
		{"no sound", broken, "<html>", false},
		{"cut sound", broken, "", false},
		{"mark before", broken, "mark 0 is at -0.1 s of 1 s", false},
		{"mark after", broken, "mark 0 is at 1 s of 1 s", false},
		{"mark NaN", broken, "not a message", false},
		{"mark vast", broken, "mark 0", false},
		{"mark outside", broken, "characters 0 to 99 of 10", false},
		{"mark negative", broken, "characters -1 to 2", false},
		{"mark empty", broken, "characters 2 to 2", false},
		{"marks overlap", broken, "mark 1 is for characters 2 to 4 of 10, after one that ended at 3", false},
		{"marks at once", broken, "mark 1, at 0.5 s", false},
		{"marks as text", broken, `time" is a string`, false},

		{"code voice", tts.ErrVoice, "no such voice: own words xxx", true},
		{"code key", tts.ErrKey, "own words", true},
		{"code quota", tts.ErrQuota, "own words", true},
		{"code missing", tts.ErrMissing, "own words", true},
		{"code too-long", tts.ErrTooLong, "own words", true},
		{"code text", tts.ErrText, "own words", true},
		{"code empty", tts.ErrEmpty, "own words", false},
		{"code none", nil, "own words", false},
		{"code later", nil, "busy", false},
	}
	for _, test := range tests {
		t.Run(test.role, func(t *testing.T) {
			o := plugin.Options{Grace: time.Second}
			switch test.role { // the others are not to fail where the machine is slow
			case "never ready":
				o.Start = time.Second
			case "hangs", "deaf":
				o.Timeout = time.Second
			}
			b := playing(t, test.role, o)
			_, err := b.Synthesize(t.Context(), hello())
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) || tts.Permanent(err) != test.final {
				t.Fatalf("error %v, want %v and %q", err, test.want, test.says)
			}
			if errors.Is(err, tts.ErrBroken) && strings.Contains(err.Error(), "protocol") && strings.Contains(err.Error(), "clip") {
				t.Errorf("there is no clip: %v", err)
			}
			if text := err.Error(); !strings.HasPrefix(text, "test: ") || len(text) > 3000 || strings.ContainsAny(text, "\n\x1b") {
				t.Errorf("%d bytes: %q", len(text), text)
			}
			var later *tts.Later
			if errors.As(err, &later) != (test.role == "code later") || later != nil && later.Wait != 1500*time.Millisecond {
				t.Errorf("later: %v", later)
			}
			if test.role == "never ready" {
				return // TestHangs is about it
			}
			// A process that keeps to the protocol stays. Any other is replaced,
			// and once the program is sound, so is the Backend.
			t.Setenv(roleEnv, "good")
			_, err = b.Synthesize(t.Context(), hello())
			if stays := staying.MatchString(test.role); stays == (err == nil) {
				t.Errorf("after that: %v", err)
			}
		})
	}
}

// TestTwice checks that a second answer is not taken for that to the next request.
func TestTwice(t *testing.T) {
	b := playing(t, "twice", plugin.Options{})
	if _, err := b.Synthesize(t.Context(), hello()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Synthesize(t.Context(), hello()); !errors.Is(err, tts.ErrBroken) || !strings.Contains(err.Error(), "not for request 3") {
		t.Error(err)
	}
}

func TestVersionChanges(t *testing.T) {
	b := playing(t, "another version", plugin.Options{})
	if _, err := b.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := b.Synthesize(ctx, hello()); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	t.Setenv(roleEnv, "good")
	// The process that is there is used; two at once need another.
	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := b.Synthesize(t.Context(), hello())
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil && (!strings.Contains(err.Error(), "start narrate again") || !tts.Useless(err)) {
			t.Error(err)
		}
	}
}

// TestHangs checks that a program that does not say what it is costs the time
// for that once, not for each who asks.
func TestHangs(t *testing.T) {
	b := playing(t, "never ready", plugin.Options{Start: 2 * time.Second, Grace: 100 * time.Millisecond})
	_, first := b.Info(t.Context())
	if !errors.Is(first, tts.ErrDown) {
		t.Fatal(first)
	}
	at := time.Now()
	_, again := b.Info(t.Context())
	_, speaks := b.Synthesize(t.Context(), hello())
	if again != first || speaks != first || b.Check(t.Context(), hello().Voice) != first || time.Since(at) > time.Second {
		t.Errorf("after %v: %v, %v", time.Since(at), again, speaks)
	}
}

func TestMissing(t *testing.T) {
	folder := t.TempDir()
	script := filepath.Join(folder, "narrate-tts-x")
	if err := os.WriteFile(script, []byte("#!/no/such/interpreter\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{script, filepath.Join(folder, "none")} {
		t.Setenv("TMPDIR", t.TempDir())
		if _, err := plugin.New("x", program, plugin.Options{}).Info(t.Context()); !errors.Is(err, tts.ErrMissing) {
			t.Errorf("%s: %v", program, err)
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
			t.Errorf("left %v, %v", left, err)
		}
	}
}

// TestRequest checks what the program is asked.
func TestRequest(t *testing.T) {
	b := playing(t, "tells", plugin.Options{})
	r := tts.Request{Text: "über\x00 <alles>\u2028.", Voice: voices.Voice{Engine: "one", Rate: 1.5, Settings: map[string]string{"style": "glad", "gap": "2.5"}}}
	if _, err := b.Synthesize(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile(os.Getenv(noteEnv))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	folder, _ := got["folder"].(string)
	if filepath.Dir(folder) != os.TempDir() {
		t.Errorf("folder %q", folder)
	}
	delete(got, "folder")
	again, err := json.Marshal(got)
	const want = `{"id":2,"language":"en","pitch":1,"rate":1.5,"settings":{"gap":"2.5","style":"glad"},"text":"über  \u003calles\u003e .","type":"synthesize","voice":"one","volume":1}`
	if err != nil || string(again) != want {
		t.Errorf("%s, want %s", again, want)
	}
}

func TestVoice(t *testing.T) {
	b := playing(t, "good", plugin.Options{})
	for _, test := range []struct {
		change func(*voices.Voice)
		says   string // empty: it is taken
	}{
		{func(*voices.Voice) {}, ""},
		{func(v *voices.Voice) { v.Engine = "two" }, `"two"`},
		{func(v *voices.Voice) { v.Rate = 2 }, ""},
		{func(v *voices.Voice) { v.Rate = 2.1 }, "rate 2.1 is not between 0.5 and 2"},
		{func(v *voices.Voice) { v.Rate = math.NaN() }, "rate NaN"},
		{func(v *voices.Voice) { v.Pitch = 1 }, ""},
		{func(v *voices.Voice) { v.Pitch = 1.1 }, "cannot change the pitch"},
		{func(v *voices.Voice) { v.Settings = map[string]string{"style": "glad", "gap": "10", "model": "any"} }, ""},
		{func(v *voices.Voice) { v.Settings = map[string]string{"style": "loud"} }, `style "loud" is none of calm, glad`},
		{func(v *voices.Voice) { v.Settings = map[string]string{"gap": "11"} }, `gap "11" is not a number, at least 0, at most 10`},
		{func(v *voices.Voice) { v.Settings = map[string]string{"gap": "NaN"} }, "gap"},
		{func(v *voices.Voice) { v.Settings = map[string]string{"colour": "red"} }, `no setting "colour"; there are style, gap, model`},
	} {
		r := hello()
		test.change(&r.Voice)
		err := b.Check(t.Context(), r.Voice)
		_, speaks := b.Synthesize(t.Context(), r)
		if test.says == "" && (err != nil || speaks != nil) {
			t.Errorf("%+v: %v, %v", r.Voice, err, speaks)
		}
		if test.says != "" && (!errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), test.says) || speaks == nil || speaks.Error() != err.Error()) {
			t.Errorf("%+v: %v and %v, want %q", r.Voice, err, speaks, test.says)
		}
	}
}

// gone waits for a process to end, as Linux tells it.
func gone(t *testing.T, pid string) {
	t.Helper()
	await(t, "the end of process "+pid, func() bool {
		stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}

// await waits for what others bring about.
func await(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !met(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after 20 s: %s", what)
		}
	}
}

// TestFamily checks that what a plug-in starts ends with it, when a request is
// cancelled and when the Backend is closed.
func TestFamily(t *testing.T) {
	for _, way := range []string{"cancel", "close"} {
		t.Run(way, func(t *testing.T) {
			b := playing(t, "family", plugin.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() {
				_, err := b.Synthesize(ctx, hello())
				ended <- err
			}()
			var pid []byte
			await(t, "a child", func() bool {
				pid, _ = os.ReadFile(os.Getenv(noteEnv))
				return len(pid) > 0
			})
			if way == "cancel" {
				cancel()
			} else if err := b.Close(); err != nil {
				t.Error(err)
			}
			if err := <-ended; err == nil || errors.Is(err, context.Canceled) != (way == "cancel") {
				t.Error(err)
			}
			if runtime.GOOS == "linux" {
				gone(t, string(pid))
			}
		})
	}
}

// TestCancel checks that a plug-in that can give a request up, or whose answer
// is on its way, is kept.
func TestCancel(t *testing.T) {
	for _, role := range []string{"can cancel", "answers late"} {
		t.Run(role, func(t *testing.T) {
			b := playing(t, role, plugin.Options{Grace: 20 * time.Second})
			if _, err := b.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			// Were the process replaced, it would be by one of another version.
			t.Setenv(roleEnv, "another version")
			for range 3 {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				slow := hello()
				slow.Text = "slow"
				if _, err := b.Synthesize(ctx, slow); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("cancelled: %v", err)
				}
				cancel()
			}
			if _, err := b.Synthesize(t.Context(), hello()); err != nil {
				t.Errorf("after that: %v", err)
			}
		})
	}
}

// TestStays checks that a process that does not leave by itself is made to.
func TestStays(t *testing.T) {
	b := playing(t, "stays", plugin.Options{Grace: 100 * time.Millisecond})
	if _, err := b.Synthesize(t.Context(), hello()); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := b.Synthesize(t.Context(), hello()); err == nil {
		t.Error("it speaks after Close")
	}
}

func TestFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	write := func(folder, name string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(first, "narrate-tts-b", 0o700)
	write(second, "narrate-tts-b", 0o700)
	write(second, "narrate-tts-a-2", 0o700)
	write(second, "narrate-tts-plain", 0o600)
	write(second, "narrate-tts-", 0o700)
	write(second, "narrate-tts-x.py", 0o700)
	write(second, "narrate-tts-Upper", 0o700)
	write(second, "other", 0o700)
	if err := os.Mkdir(filepath.Join(second, "narrate-tts-folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(second)
	path := strings.Join([]string{".", "", first, filepath.Join(first, "none"), second}, string(filepath.ListSeparator))
	found := plugin.Find(path)
	want := []plugin.Found{{Name: "a-2", Program: filepath.Join(second, "narrate-tts-a-2")}, {Name: "b", Program: filepath.Join(first, "narrate-tts-b")}}
	if len(found) != 2 || found[0] != want[0] || found[1] != want[1] {
		t.Errorf("found %v, want %v", found, want)
	}
	if found := plugin.Find("." + string(filepath.ListSeparator)); found != nil {
		t.Errorf("in the working folder: %v", found)
	}
}
