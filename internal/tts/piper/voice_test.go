package piper

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/voices"
)

// TestVoices checks what becomes of a profile.
func TestVoices(t *testing.T) {
	dir := folder(t)
	t.Setenv("HOME", dir)
	write(t, filepath.Join(dir, "page.onnx"), "<html>Not found", 0o600)
	write(t, filepath.Join(dir, "pointer.onnx"), "version https://git-lfs.github.com/spec/v1\n", 0o600)
	write(t, filepath.Join(dir, "empty.onnx"), "", 0o600)
	write(t, filepath.Join(dir, "alone.onnx"), "\x08\x07", 0o600)
	write(t, filepath.Join(dir, "bad.onnx"), "\x08\x07", 0o600)
	write(t, filepath.Join(dir, "bad.onnx.json"), `{"audio":`, 0o600)
	write(t, filepath.Join(dir, "fast.json"), strings.Replace(configOne, `"length_scale":1.0`, `"length_scale":0.8`, 1), 0o600)
	b := New(Options{Program: program(t, "cpp"), Folders: []string{filepath.Join(dir, "none"), dir}})
	defer b.Close()
	e, err := b.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := b.Info(t.Context())
	if err != nil || len(info.Voices) != 2 {
		t.Fatalf("%+v, %v", info, err)
	}
	if got, want := info.Voices[0], (tts.EngineVoice{Name: many, Language: "de", Note: "x-low, 8000 Hz, 3 speakers"}); got != want {
		t.Errorf("%+v", got)
	}
	if got, want := info.Voices[1], (tts.EngineVoice{Name: one, Language: "en-GB", Note: "medium, 16000 Hz"}); got != want {
		t.Errorf("%+v", got)
	}
	set := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	for _, test := range []struct {
		v       voices.Voice
		args    string // a part of the arguments
		speaker int
		says    string // of an error
	}{
		{v: voices.Voice{Engine: one}, args: "--length_scale 1 --noise_scale 0.5 --noise_w 0.7 --sentence_silence 0", speaker: -1},
		{v: voices.Voice{Engine: one + ".onnx", Rate: 2}, args: "--length_scale 0.5 ", speaker: -1},
		{v: voices.Voice{Engine: filepath.Join(dir, one+".onnx"), Rate: 0.5, Settings: set("length-scale", "1.5")}, args: "--length_scale 3 ", speaker: -1},
		{v: voices.Voice{Engine: "~/" + one + ".onnx", Settings: set("noise-scale", "0", "noise-w", "1")}, args: "--noise_scale 0 --noise_w 1 ", speaker: -1},
		{v: voices.Voice{Engine: one, Settings: set("config", "fast.json")}, args: "fast.json --length_scale 0.8 ", speaker: -1},
		{v: voices.Voice{Engine: one, Settings: set("speaker", "0")}, speaker: -1},
		{v: voices.Voice{Engine: many}, args: "--length_scale 1 --noise_scale 0.667 --noise_w 0.8 ", speaker: 0},
		{v: voices.Voice{Engine: "de/de_DE/many/low/" + many, Settings: set("speaker", "carl")}, speaker: 2},
		{v: voices.Voice{Engine: many, Settings: set("speaker", "2")}, speaker: 2},
		{v: voices.Voice{Engine: many, Settings: set("speaker", "7")}, speaker: 1},
		{v: voices.Voice{Engine: many, Settings: set("speaker", "3")}, says: "number from 0 to 2, or a name, such as anna, 7, carl"},
		{v: voices.Voice{Engine: one, Settings: set("speaker", "anna")}, says: "the model has one"},
		{v: voices.Voice{Engine: one, Settings: set("speed", "2", "noise-w", "x")}, says: `noise-w "x" is not a number from 0 to 2; it has no setting "speed"; there are config, length-scale, noise-scale, noise-w, speaker`},
		{v: voices.Voice{Engine: one, Settings: set("base-url", "http://x")}, says: "no setting"},
		{v: voices.Voice{Engine: one, Rate: 100}, says: "0.01 times as long"},
		{v: voices.Voice{Engine: one, Volume: 1.5}, says: "volume 1.5"},
		{v: voices.Voice{Engine: one, Pitch: 1.1}, says: "pitch 1.1"},
		{v: voices.Voice{Engine: "en_US-none-low"}, says: "download voices see " + page},
		{v: voices.Voice{Engine: "page"}, says: `it begins with "<html>Not found"`},
		{v: voices.Voice{Engine: "pointer"}, says: "download it again"},
		{v: voices.Voice{Engine: "empty"}, says: "download it again"},
		{v: voices.Voice{Engine: "alone"}, says: "alone.onnx.json is missing"},
		{v: voices.Voice{Engine: "bad"}, says: "bad.onnx.json: it is not a model's configuration"},
		{v: voices.Voice{Engine: one, Settings: set("config", "none.json")}, says: "none.json is missing"},
		{v: voices.Voice{Engine: filepath.Join(dir, "fast.json")}, says: "does not end in .onnx"},
		{v: voices.Voice{Engine: filepath.Join(dir, "de.onnx")}, says: "there is no model"},
		{v: voices.Voice{Engine: "../" + filepath.Base(dir) + "/" + one}, says: "leads out"},
	} {
		r, err := b.request(e, test.v)
		if test.says != "" {
			if !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%+v: %v, want %s", test.v, err, test.says)
			}
			continue
		}
		if args := strings.Join(r.arguments(), " ") + " "; err != nil || !strings.Contains(args, test.args) || r.speaker != test.speaker {
			t.Errorf("%+v: %s, speaker %d, %v", test.v, args, r.speaker, err)
		}
	}
	// Python passes the option over without a word.
	_, err = b.request(&engine{}, voices.Voice{Engine: one, Settings: set("config", "fast.json")})
	if !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), "ignores") {
		t.Error(err)
	}
}

// TestVersion checks that clips are made anew with another model of the same
// name, another configuration and another program.
func TestVersion(t *testing.T) {
	dir := folder(t)
	seen := map[string]bool{}
	version := func(v voices.Voice, program string) {
		t.Helper()
		b := New(Options{Program: program, Folders: []string{dir}})
		defer b.Close()
		for range 2 {
			s, err := tts.VersionOf(t.Context(), b, v)
			if err != nil {
				t.Fatal(err)
			}
			if seen[s] {
				t.Errorf("%s was there before", s)
			}
			if again, err := tts.VersionOf(t.Context(), b, v); err != nil || again != s {
				t.Errorf("asked again: %s, not %s, %v", again, s, err)
			}
			seen[s] = true
			// The same backend sees it, too.
			path := filepath.Join(dir, v.Engine+suffix)
			write(t, path, "\x08\x07"+time.Now().String(), 0o600)
			if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Duration(len(seen))*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
	}
	cpp := program(t, "cpp")
	version(voices.Voice{Engine: one}, cpp)
	version(voices.Voice{Engine: one}, program(t, "python"))
	write(t, filepath.Join(dir, one+".onnx.json"), configOne+" ", 0o600)
	version(voices.Voice{Engine: one}, cpp)
}

func TestParseConfig(t *testing.T) {
	for raw, says := range map[string]string{
		`{"audio":{"sample_rate":22050}}`: "",
		``:                                "not a model's configuration",
		`[]`:                              "not a model's configuration",
		`{}`:                              "sample_rate is 0",
		`{"audio":{"sample_rate":1e9}}`:   "sample_rate",
		`{"audio":{"sample_rate":22050},"num_speakers":0}`:                                     "num_speakers is 0",
		`{"audio":{"sample_rate":22050},"num_speakers":2000000}`:                               "num_speakers",
		`{"audio":{"sample_rate":22050},"speaker_id_map":{"a":1}}`:                             `"a" the number 1 of 1`,
		`{"audio":{"sample_rate":22050},"num_speakers":2,"speaker_id_map":{"a":-1}}`:           "number -1",
		`{"audio":{"sample_rate":22050},"inference":{"length_scale":0}}`:                       "scales 0, 0.667 and 0.8",
		`{"audio":{"sample_rate":22050},"inference":{"noise_w":-1}}`:                           "scales",
		`{"audio":{"sample_rate":22050,"quality":"low"},"x":[1,2],"phoneme_id_map":{"_":[0]}}`: "",
	} {
		c, err := parseConfig([]byte(raw))
		if says == "" && (err != nil || c.Speakers != 1) || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %+v, %v", raw, c, err)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	for _, seed := range []string{configOne, configMany, `{}`, `[]`, `{"audio":{"sample_rate":1e400}}`, `{"audio":null,"speaker_id_map":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := parseConfig(raw)
		if err != nil {
			return
		}
		if c.Audio.SampleRate < 8000 || c.Speakers < 1 || language(c) == "" {
			t.Errorf("%+v", c)
		}
		for name := range c.SpeakerIDs {
			if id, err := c.speaker(name); err != nil || id >= c.Speakers {
				t.Errorf("speaker %q: %d, %v", name, id, err)
			}
		}
	})
}

func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		" a\nb\r\n": "a b", "a[[b]]": "a[ b]]", "[[[[": "[ [", "\x00\x01\x1b": "", "a\u2028b": "a b", "\ue000": "", "ä — “x” <b> &": "ä — “x” <b> &", "-m x": "-m x",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzHarmless(f *testing.F) {
	for _, seed := range []string{"", "[[x]]", "a\x00b", "[\n[", "\u2029"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := harmless(text)
		if err := harmful(got); err != nil || strings.TrimSpace(got) != got {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	})
}
