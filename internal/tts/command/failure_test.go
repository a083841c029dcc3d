package command

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/voices"
)

// badProfile is of the program that playBad plays.
func badProfile(t testing.TB, from string) *Profile {
	t.Helper()
	target := `"-"`
	if from == fromFile {
		target = `"{output-file}"`
	}
	p, err := decode("bad.yaml", []byte(`name: bad
program: `+self(t)+`
arguments: [`+target+`]
text: { to: input }
sound: { from: `+from+`, format: wav }
voices: { list: [{ name: one, language: de }] }
`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hello() tts.Request {
	return tts.Request{Text: "Seven grey geese went over.", Voice: voices.Voice{Engine: "one"}}
}

// TestFaults is what becomes of a program's failures: each is an error that
// names the program, says what it said, is tried again, and leaves nothing.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		role string
		want error
		says string // where the sound comes from standard output, and from a file
	}{
		{"sound", nil, ""},
		{"nothing", tts.ErrEmpty, "wrote nothing|made no file"},
		{"empty", tts.ErrEmpty, "wrote nothing|the answer is empty"},
		{"fail", nil, "exit status 3"},
		{"sound and fail", nil, "exit status 3"},
		{"killed", nil, "signal: killed"},
		{"hang", nil, "did not end within 1s"},
		{"garbage", tts.ErrBroken, "this is not sound"},
		{"page", tts.ErrBroken, "Service Unavailable"},
		{"header", tts.ErrEmpty, "no frames"},
		{"truncated", tts.ErrBroken, ""},
		{"half a sample", tts.ErrBroken, ""},
		{"silent", tts.ErrEmpty, "of silence"},
		{"folder", tts.ErrBroken, "something else than a file"},
		{"link", tts.ErrBroken, "something else than a file"},
		{"endless", nil, "bytes of output"},
	} {
		for i, from := range []string{fromOutput, fromFile} {
			if from == fromOutput && slices.Contains([]string{"folder", "link", "endless"}, test.role) {
				continue
			}
			t.Run(test.role+" from "+from, func(t *testing.T) {
				temp := t.TempDir()
				t.Setenv("TMPDIR", temp)
				t.Setenv(roleEnv, test.role)
				o := Options{}
				if test.role == "hang" {
					o.Timeout = time.Second
				}
				b := check.New(New(badProfile(t, from), o))
				clip, err := b.Synthesize(t.Context(), hello())
				says := strings.Split(test.says, "|")
				switch {
				case test.role == "sound":
					if err != nil || clip.Frames != 22*16000/15 {
						t.Errorf("%d frames, %v", clip.Frames, err)
					}
				case err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), says[min(i, len(says)-1)]):
					t.Errorf("error %v, want %v and %q", err, test.want, test.says)
				case tts.Permanent(err):
					t.Errorf("%v would not be tried again", err)
				case !strings.Contains(err.Error(), "some last words") && test.role != "silent" && test.role != "endless":
					t.Errorf("%v does not quote the program", err)
				case strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000:
					t.Errorf("not one readable line: %v", err)
				}
				if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
					t.Errorf("left %v, %v", left, err)
				}
			})
		}
	}
}

func TestMissing(t *testing.T) {
	p := badProfile(t, fromFile)
	p.install = map[string]string{"linux": "apt-get install bad", "darwin": "brew install bad", "windows": "winget install bad"}
	b := New(p, Options{Program: filepath.Join(t.TempDir(), "absent")})
	for range 2 { // a failure is not remembered
		if _, err := b.Info(t.Context()); !errors.Is(err, tts.ErrMissing) || !strings.Contains(err.Error(), "install it with: ") {
			t.Error(err)
		}
	}
	if _, err := b.Synthesize(t.Context(), hello()); !errors.Is(err, tts.ErrMissing) {
		t.Error(err)
	}
	p.systems = []string{"plan9"}
	if _, err := New(p, Options{}).Info(t.Context()); !errors.Is(err, tts.ErrMissing) || !strings.Contains(err.Error(), "it is for plan9") {
		t.Error(err)
	}
	p.systems, p.version = nil, &query{program: "no-such-program-of-narrate"}
	if _, err := New(p, Options{}).Info(t.Context()); !errors.Is(err, tts.ErrMissing) {
		t.Error(err)
	}
}

// TestQueries checks what becomes of lists and versions that are none.
func TestQueries(t *testing.T) {
	for role, says := range map[string]string{
		"nothing": "version: cannot make sense of",
		"fail":    "version: ", // its exit status
		"hang":    "did not end within 1s",
	} {
		t.Run(role, func(t *testing.T) {
			t.Setenv(roleEnv, role)
			p := badProfile(t, fromFile)
			p.version = &query{arguments: []string{"-"}}
			_, err := New(p, Options{Timeout: time.Second}).Info(t.Context())
			if err == nil || !strings.Contains(err.Error(), says) || tts.Permanent(err) {
				t.Errorf("%v, want %q", err, says)
			}
		})
	}
	t.Run("no voices", func(t *testing.T) {
		t.Setenv(roleEnv, "rhvoice")
		p := badProfile(t, fromFile)
		p.voices = voiceRule{command: &query{arguments: []string{"--version"}, pattern: load(t, "say").voices.command.pattern}}
		if _, err := New(p, Options{}).Info(t.Context()); err == nil || !strings.Contains(err.Error(), "list of voices: none in ") {
			t.Error(err)
		}
	})
}

// TestFliteVoice checks that a voice reaches flite from its list alone: it would
// fetch an address, and speaks with another voice, with exit status 0, for a name
// that it does not know.
func TestFliteVoice(t *testing.T) {
	b := New(load(t, "flite"), Options{})
	info, err := b.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range info.Voices {
		names = append(names, v.Name)
	}
	if got := strings.Join(names, " "); got != "kal kal16 awb rms slt" {
		t.Errorf("voices %s", got)
	}
	for _, name := range []string{"http://127.0.0.1:9/voice.flitevox", "/etc/hostname", "awb_time", "-lv", ""} {
		r := hello()
		r.Voice.Engine = name
		if _, err := b.Synthesize(t.Context(), r); !errors.Is(err, tts.ErrVoice) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := b.Check(t.Context(), voices.Voice{Engine: "rms", Pitch: 1.2}); !errors.Is(err, tts.ErrVoice) {
		t.Errorf("the pitch of rms: %v", err)
	}
	if err := b.Check(t.Context(), voices.Voice{Engine: "slt", Settings: map[string]string{"range": "1"}}); !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), `setting "range"`) {
		t.Errorf("a setting: %v", err)
	}
}
