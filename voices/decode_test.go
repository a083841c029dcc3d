package voices

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"narrate/internal/strictyaml"
	"narrate/internal/strictyaml/schematest"
)

const head = "name: anna\nbackend: espeak\nlanguage: de-AT\nvoice: de+f3\n"

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	return schematest.Load(t, "../docs/voice.schema.json")
}

func TestDecode(t *testing.T) {
	data := head + `description: a calm voice
rate: 0.9
pitch: 1
volume: 1.5
pauses:
  clause: 0s
  sentence: 400ms
  item: 600ms
  paragraph: 1s
  quote: 900ms
  before-heading: 1.25s
  after-heading: 30s
  break: 1.75s
  chapter: 2s
lexicon:
  - word: z. B.
    say: zum Beispiel
  - {word: "1984", say: neunzehn vierundachtzig}
settings:
  model: m-1
  noise: 0.50
  stream: true
  empty: ""
  instructions: >-
    Read it
    calmly.
`
	v, err := decode("anna.yaml", []byte(data), noLexicons)
	if err != nil {
		t.Fatal(err)
	}
	if err := schematest.Validate(t, schema(t), []byte(data)); err != nil {
		t.Error(err)
	}
	ms := time.Millisecond
	if v.Name != "anna" || v.Backend != "espeak" || v.Language != "de-AT" || v.Engine != "de+f3" || v.Description != "a calm voice" ||
		v.Rate != 0.9 || v.Pitch != 1 || v.Volume != 1.5 ||
		v.Pauses != (Pauses{0, 400 * ms, 600 * ms, 1000 * ms, 900 * ms, 1250 * ms, 30000 * ms, 1750 * ms, 2000 * ms}) ||
		!reflect.DeepEqual(v.Lexicon, []Entry{{Word: "z. B.", Say: "zum Beispiel"}, {Word: "1984", Say: "neunzehn vierundachtzig"}}) {
		t.Errorf("got %+v", v)
	}
	if want := (map[string]string{"model": "m-1", "noise": "0.50", "stream": "true", "empty": "", "instructions": "Read it calmly."}); !maps.Equal(v.Settings, want) {
		t.Errorf("settings: got %q", v.Settings)
	}
	v, err = decode("anna.yaml", []byte("\uFEFF# nothing but what is needed\r\n"+strings.ReplaceAll(head, "\n", "\r\n")), noLexicons)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	if v.Rate != want.Rate || v.Pitch != want.Pitch || v.Volume != want.Volume || v.Pauses != want.Pauses || v.Lexicon != nil || v.Settings != nil {
		t.Errorf("defaults: got %+v", v)
	}
}

// noLexicons stands for a folder without any.
func noLexicons(string) (*Lexicon, error) { return nil, os.ErrNotExist }

// many is so many settings.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  s%d: x\n", i)
	}
	return b.String()
}

func TestDecodeErrors(t *testing.T) {
	compiled := schema(t)
	for _, test := range []struct {
		data, want string
		loose      bool // the schema cannot say it
	}{
		{head + "sped: 1\n", "v.yaml:5:1: sped: unknown key; known are backend, description,", false},
		{head + "pauses:\n  sentense: 1s\n", "v.yaml:6:3: pauses.sentense: unknown key", false},
		{head + "rate: fast\n", "v.yaml:5:7: rate: wants a number, has text", false},
		{head + "rate: \"1\"\n", "v.yaml:5:7: rate: wants a number, has text", false},
		{head + "rate: 0.2\n", "v.yaml:5:7: rate: 0.2 is not between 0.25 and 4", false},
		{head + "rate: .nan\n", "v.yaml:5:7: rate: wants a number", true},
		{head + "rate: 4.5\n", "rate: 4.5 is not between", false},
		{head + "pitch: -1\n", "pitch: -1 is not between 0 and 2", false},
		{head + "volume: 0\n", "volume: 0 is not between 0.1 and 2", false},
		{head + "rate:\n", "rate: wants a number, has nothing", false},
		{head + "rate: [1]\n", "rate: wants a number, has a list", false},
		{head + "pauses: 1s\n", "v.yaml:5:9: pauses: wants keys and values, has text", false},
		{head + "pauses:\n  sentence: 350\n", `v.yaml:6:13: pauses.sentence: "350" is not a pause such as 350ms or 1.2s`, false},
		{head + "pauses: {sentence: -1s}\n", `"-1s" is not a pause`, false},
		{head + "pauses: {sentence: 1m}\n", `"1m" is not a pause`, false},
		{head + "pauses: {sentence: 30.1s}\n", "pauses.sentence: 30.1s is longer than 30s", true},
		{head + "normalize: 1\n", "v.yaml:5:12: normalize: wants true or false, has a number", false},
		{head + "settings: [a]\n", "v.yaml:5:11: settings: wants keys and values, has a list", false},
		{head + "settings: {Model: a}\n", `v.yaml:5:12: settings: "Model" is no setting's name`, false},
		{head + "settings: {" + strings.Repeat("x", 65) + ": a}\n", "is no setting's name", false},
		{head + "settings: {model: ~}\n", "v.yaml:5:19: settings.model: wants text, a number, true or false, has nothing", false},
		{head + "settings: {model: {a: b}}\n", "settings.model: wants text, a number, true or false, has keys and values", false},
		{head + "settings: {model: a, model: b}\n", `"model" already defined`, true},
		{head + "settings:\n  model: |\n    a\n    b\n", "settings.model: holds a line end or another control character", false},
		{head + "settings: {model: " + strings.Repeat("x", 4001) + "}\n", "settings.model: is longer than 4000 bytes", false},
		{head + "settings:\n" + many(51), "settings.s50: more than 50 settings", false},
		{head + "lexicon: {a: b}\n", "lexicon: wants a list of entries, has keys and values", false},
		{head + "lexicon: [a]\n", "v.yaml:5:11: lexicon: wants keys and values, has text", false},
		{head + "lexicon:\n  - word: a\n", "v.yaml:6:9: lexicon: wants how it is spoken: say, ipa, phonemes or several", false},
		{head + "lexicon:\n  - word: a\n    say: ''\n", "v.yaml:7:10: lexicon.say: is empty", false},
		{head + "lexicon:\n  - word: \"\\u200b\"\n    say: b\n", "lexicon.word: is empty", true},
		{head + "lexicon:\n  - word: ' a'\n    say: b\n", "lexicon.word: begins or ends with white space", false},
		{head + "lexicon:\n  - word: 12\n    say: b\n", "lexicon.word: wants text, has a number; put it in quotation marks", false},
		{head + "lexicon:\n  - {word: a, say: b}\n  - {word: a, say: c}\n", "v.yaml:7:5: lexicon: the word a stands in the lexicon twice", true},
		{head + "description: \"a\\0b\"\n", "description: holds a control character", true},
		{head + "description: " + strings.Repeat("x", 1001) + "\n", "description: is longer than 1000 bytes", false},
		{head + "name: other\n", `mapping key "name" already defined`, true},
		{strings.Replace(head, "anna", "a b", 1), `v.yaml:1:7: name: "a b" is no name`, false},
		{strings.Replace(head, "anna", "espeak:de", 1), `name: "espeak:de" is no name`, false},
		{strings.Replace(head, "anna", "a.yaml", 1), `name: "a.yaml" is no name`, false},
		{strings.Replace(head, "espeak", "E", 1), `v.yaml:2:10: backend: "E" is no backend's name`, false},
		{strings.Replace(head, "de-AT", "german!", 1), `v.yaml:3:11: language: "german!" is not a BCP 47 language tag`, false},
		{strings.Replace(head, "de-AT", "qqqqq-xx", 1), `is not a BCP 47 language tag`, true},
		{strings.Replace(head, "de+f3", "''", 1), "v.yaml:4:8: voice: is empty", false},
		{strings.Replace(head, "voice: de+f3\n", "", 1), "voice: is missing", false},
		{"- a\n", "v.yaml:1:1: wants keys and values, has a list", false},
		{"", "v.yaml: an empty voice profile", true},
		{"# nothing\n", "v.yaml: an empty voice profile", true},
		{head + "---\n" + head, "one file holds one voice profile", true},
		{"name: [", "v.yaml:1:7: ", true},
		{"name: &a b\n", "anchors, aliases and tags", true},
		{"a: *b\n", "anchors, aliases and tags", true},
		{"name: !!str 1\n", "anchors, aliases and tags", true},
		{"name: \xff\n", "is UTF-8 text", true},
		{strings.Repeat("[", 1000), "v.yaml:1:21: nested too deeply", true},
		{strings.Repeat("- ", 5000), "nested too deeply", true},
		{strings.Repeat("a: ", 5000), "nested too deeply", true},
		{strings.Repeat("#", strictyaml.MaxFile+1), "at most 262144 bytes", true},
	} {
		_, err := decode("v.yaml", []byte(test.data), noLexicons)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.80q: got %v, want %q", test.data, err, test.want)
		}
		if !test.loose && schematest.Validate(t, compiled, []byte(test.data)) == nil {
			t.Errorf("%.80q: the schema finds nothing wrong", test.data)
		}
	}
}

// TestSchema holds the embedded profiles against the schema, and the schema's
// defaults against ours.
func TestSchema(t *testing.T) {
	s := schema(t)
	files, err := filepath.Glob("*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(t, s, data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		v, err := LoadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(file) != v.Name+".yaml" || filepath.Dir(file) != v.Backend {
			t.Errorf("%s holds %s of %s", file, v.Name, v.Backend)
		}
	}
	d := Default()
	for key, want := range map[string]float64{"rate": d.Rate, "pitch": d.Pitch, "volume": d.Volume} {
		got, err := (*s.Properties[key].Default).(json.Number).Float64()
		if err != nil || got != want {
			t.Errorf("default of %s is %v in the schema, %v here", key, got, want)
		}
	}
	for key, want := range map[string]time.Duration{
		"clause": d.Pauses.Clause, "sentence": d.Pauses.Sentence, "item": d.Pauses.Item, "paragraph": d.Pauses.Paragraph,
		"quote": d.Pauses.Quote, "break": d.Pauses.Break,
		"before-heading": d.Pauses.BeforeHeading, "after-heading": d.Pauses.AfterHeading, "chapter": d.Pauses.Chapter,
	} {
		got, err := time.ParseDuration((*s.Properties["pauses"].Properties[key].Default).(string))
		if err != nil || got != want {
			t.Errorf("default of pauses.%s is %v in the schema, %v here", key, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		head, head + "rate: 1.5\npauses: {sentence: 1.2s}\n", head + "lexicon:\n  - word: a\n    say: b\n",
		"name: |\n  a\n", "? a\n: b\n", "<<: {a: b}\n", "a: &x [*x]\n", "--- >-\n x\n...\n", "\"\\x", "a:\n\t- b", "{}", "'", "%YAML 1.2\n---\n", "!<", "[[{", "name: {a: }",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := decode("f.yaml", data, func(name string) (*Lexicon, error) { return &Lexicon{Place: name, Language: "de"}, nil })
		if (v == nil) == (err == nil) {
			t.Fatal("neither or both")
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Fatalf("no place in %q", err)
			}
			return
		}
		if nameProblem(v.Name) != "" || backendProblem(v.Backend) != "" || LanguageProblem(v.Language) != "" || engineProblem(v.Engine) != "" ||
			!(v.Rate >= minRate && v.Rate <= maxRate) || !(v.Pitch >= minPitch && v.Pitch <= maxPitch) || !(v.Volume >= minVolume && v.Volume <= maxVolume) {
			t.Fatalf("%+v", v)
		}
		if len(v.Settings) > maxSettings {
			t.Fatalf("%d settings", len(v.Settings))
		}
		for name, value := range v.Settings {
			if settingProblem(name) != "" || settingValueProblem(value) != "" {
				t.Fatalf("%q: %q", name, value)
			}
		}
		for _, e := range v.Lexicon {
			checkEntry(t, e)
		}
	})
}
