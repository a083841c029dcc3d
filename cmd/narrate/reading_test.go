package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/config"
	"narrate/internal/output/caption"
	"narrate/internal/output/clipset"
	"narrate/internal/preset"
	"narrate/voices"
)

// TestConfigSchema: editors offer what there is.
func TestConfigSchema(t *testing.T) {
	data, err := os.ReadFile("../../docs/config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties struct {
			Format struct {
				Items struct{ Enum []string }
			}
			Preset struct {
				Enum    []string
				Default string
			}
			Captions struct{ Enum []string }
			Clips    struct{ Enum []string }
		}
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	p := schema.Properties
	if !reflect.DeepEqual(p.Format.Items.Enum, formatNames()) {
		t.Errorf("formats %q, want %q", p.Format.Items.Enum, formatNames())
	}
	if !reflect.DeepEqual(p.Preset.Enum, preset.Names()) || p.Preset.Default != preset.All[0].Name {
		t.Errorf("presets %q, want %q", p.Preset, preset.Names())
	}
	if !reflect.DeepEqual(p.Captions.Enum, caption.Names()) {
		t.Errorf("captions %q, want %q", p.Captions.Enum, caption.Names())
	}
	if want := []string{string(clipset.Section), string(clipset.Sentence), config.NoClips}; !reflect.DeepEqual(p.Clips.Enum, want) {
		t.Errorf("clips %q, want %q", p.Clips.Enum, want)
	}
}

// TestConfigExample: the example of the documentation holds every key, and is
// read.
func TestConfigExample(t *testing.T) {
	docs, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(docs)
	if m == nil {
		t.Fatal("no example in docs/configuration.md")
	}
	folder := t.TempDir()
	slow := "name: slow\nbackend: espeak\nlanguage: de\nvoice: de\nrate: 0.9\n"
	terms := `<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="de"><lexeme><grapheme>Rainfarn</grapheme><alias>Rein-Farn</alias></lexeme></lexicon>`
	names := "entries:\n  - word: Halden\n    say: Haldn\n"
	for name, data := range map[string][]byte{config.FileName: m[1], "slow.yaml": []byte(slow), "names.yaml": []byte(names), "terms.pls": []byte(terms)} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := voices.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := &configs{known: config.Known{
		Voices: set, Formats: formatNames(), Presets: preset.Names(), Clips: []string{string(clipset.Section), string(clipset.Sentence)},
		Captions: caption.Names(), Caption: captionProblem,
	}}
	got, err := c.of(filepath.Join(folder, "article.txt"))
	if err != nil {
		t.Fatal(err)
	}
	value := reflect.ValueOf(got)
	for i := range value.NumField() {
		// voice is shown commented out, as it does not go together with voices.
		if name := value.Type().Field(i).Name; value.Field(i).IsZero() != (name == "Voice") {
			t.Errorf("%s is %v", name, value.Field(i))
		}
	}
}

func TestBaseName(t *testing.T) {
	for article, want := range map[string]string{
		"-": "article", "a.txt": "a", "b/a.de.txt": "a.de", "a": "a", ".txt": ".txt", "a/": "a",
		"https://example.org/2024/my-article.html?x=1#y":  "my-article",
		"https://example.org/2024/My_Article/":            "my-article",
		"https://example.org/":                            "example-org",
		"HTTP://example.org:8080":                         "example-org",
		"https://example.org/v1.5":                        "v1-5",
		"https://example.org/book.epub":                   "book",
		"https://example.org/%2e%2e%2f%2e%2e%2fetc":       "etc",
		"https://example.org/..%5c..%5cC:%5Cnul":          "c-nul",
		"https://example.org/nul":                         "nul-file",
		"https://example.org/.bashrc":                     "bashrc",
		"https://example.org/%00%1b":                      "untitled",
		"https://example.org/%zz":                         "article",
		"https://example.org/" + strings.Repeat("x", 999): strings.Repeat("x", 60),
	} {
		if got := baseName(article); got != want {
			t.Errorf("baseName(%.60q) = %q, want %q", article, got, want)
		}
	}
}
