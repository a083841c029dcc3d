package voices

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func load1(t testing.TB, dirs ...string) *Set {
	t.Helper()
	s, err := Load(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, dir, name, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "mine.yaml", "name: de\nbackend: espeak\nlanguage: de\nvoice: de+f3\n")
	write(t, dir, "anna.yaml", head)
	write(t, dir, "notes.txt", "not a profile")
	s := load1(t, dir, filepath.Join(dir, "absent"))
	if v, err := s.Find("de"); err != nil || v.Engine != "de+f3" {
		t.Errorf("the user's profile does not replace the embedded one: %+v, %v", v, err)
	}
	if v, err := s.Find("anna"); err != nil || v.Engine != "de+f3" {
		t.Errorf("%+v, %v", v, err)
	}
	list := s.List()
	if len(list) != len(load1(t).List())+1 || !slices.IsSortedFunc(list, func(a, b *Voice) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("%d profiles", len(list))
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", head)
	write(t, dir, "b.yaml", head)
	_, err := Load(dir)
	if err == nil || !strings.HasSuffix(err.Error(), `b.yaml: name: "anna" is also the name in `+filepath.Join(dir, "a.yaml")) {
		t.Errorf("twice: %v", err)
	}
	write(t, dir, "b.yaml", "nam: b\n")
	if _, err = Load(dir); err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, "b.yaml")+":1:1: nam: unknown key") {
		t.Errorf("broken: %v", err)
	}
	if _, err = Load(filepath.Join(dir, "a.yaml")); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("file: %v", err)
	}
	many := t.TempDir()
	for i := range maxProfiles + 1 {
		write(t, many, strconv.Itoa(i)+".yaml", "")
	}
	if _, err = Load(many); err == nil || !strings.Contains(err.Error(), "more than 1000 files") {
		t.Errorf("many: %v", err)
	}
}

func TestLoadFile(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ path, want string }{
		{filepath.Join(dir, "absent.yaml"), "absent.yaml: no such file or directory"},
		{dir, "not a regular file"},
		{"", "not a regular file"},
	} {
		if _, err := LoadFile(test.path); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v", test.path, err)
		}
	}
	if _, err := LoadFile(filepath.Join(dir, "absent.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestResolve(t *testing.T) {
	s := load1(t)
	file := filepath.Join(t.TempDir(), "anna.YAML")
	if err := os.WriteFile(file, []byte(head), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ arg, engine, problem string }{
		{"de", "gmw/de", ""},
		{"en-GB", "gmw/en", ""},
		{file, "de+f3", ""},
		{"espeak:de+f3", "de+f3", ""},
		{"espeak:gmw/de", "gmw/de", ""},
		{"espeak:a:b", "a:b", ""},
		{"espeak:", "", "the engine's voice is empty"},
		{"espeak:a\nb", "", "holds a control character"},
		{"Espeak:de", "", `"Espeak" is no backend's name`},
		{":de", "", `"" is no backend's name`},
		{"EN-gb", "gmw/en", ""},
		{"en", "", "close are en-GB, en-US"},
		{"pt-BRR", "", "close are pt-BR, pt"},
		{"", "", `no profile is named ""; "narrate voices" lists them`},
		{"klingon", "", `"narrate voices" lists them`},
		{strings.Repeat("x", 1<<20), "", "lists them"},
	} {
		v, err := s.Resolve(test.arg)
		if test.problem != "" {
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("%.20q: %.200v, want %q", test.arg, err, test.problem)
			}
			continue
		}
		if err != nil || v.Engine != test.engine || v.Rate != 1 || v.Pauses != Default().Pauses {
			t.Errorf("%q: %+v, %v", test.arg, v, err)
		}
	}
	if v, err := Direct("espeak:de+f3"); err != nil || v.Name != "espeak:de+f3" || v.Backend != "espeak" || v.Language != "" {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := Direct("de"); err == nil {
		t.Error("a name without a colon is no engine voice")
	}
	if _, err := s.Find("klingon"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

func TestFor(t *testing.T) {
	s := load1(t)
	for lang, want := range map[string]string{
		"de": "de", "de-AT": "de", "de-CH": "de", "DE": "de", "de_DE": "de",
		"en": "en-US", "en-US": "en-US", "en-GB": "en-GB", "en-AU": "en-GB", "en-IE": "en-GB", "en-Latn-US": "en-US",
		"pt": "pt", "pt-PT": "pt", "pt-AO": "pt", "pt-BR": "pt-BR",
		"es": "es", "es-ES": "es", "es-MX": "es-419", "es-AR": "es-419",
		"zh": "zh", "zh-Hans": "zh", "zh-Hant": "zh", "zh-TW": "zh", "cmn": "zh",
		"nb": "nb", "nn": "nb", "no": "nb", "fr-CA": "fr", "sr-Latn": "sr",
	} {
		if v, err := s.For(lang, "espeak"); err != nil || v.Name != want {
			t.Errorf("%s: got %v, %v, want %s", lang, v, err, want)
		}
	}
	for _, test := range []struct{ lang, backend, want string }{
		{"ja", "espeak", "--voice espeak:ja"},
		{"la", "espeak", "write a profile file"},
		{"de", "other", "with other"},
		{"", "espeak", `language ""`},
		{"!", "espeak", `language "!"`},
	} {
		if _, err := s.For(test.lang, test.backend); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v", test.lang, test.backend, err)
		}
	}
	if _, err := s.For("ja", "espeak"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	// A profile of the user's own does not push the embedded one aside, the
	// one of the region does.
	dir := t.TempDir()
	write(t, dir, "anna.yaml", head)
	write(t, dir, "aaa.yaml", "name: aaa\nbackend: espeak\nlanguage: de\nvoice: de+f1\n")
	write(t, dir, "dansk.yaml", "name: dansk\nbackend: other\nlanguage: da\nvoice: x\n")
	s = load1(t, dir)
	for lang, want := range map[string]string{"de": "de", "de-AT": "anna", "de-CH": "de"} {
		if v, err := s.For(lang, "espeak"); err != nil || v.Name != want {
			t.Errorf("%s: got %v, %v, want %s", lang, v, err, want)
		}
	}
	if v, err := s.For("nb", "other"); err == nil {
		t.Errorf("Norwegian is not Danish: %+v", v)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load1(b)
	}
}
