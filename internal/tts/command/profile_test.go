package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/strictyaml/schematest"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// load gives a profile by its name.
func load(t testing.TB, name string, dirs ...string) *Profile {
	t.Helper()
	all, err := Load(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no profile %s", name)
	return nil
}

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	return schematest.Load(t, "../../../docs/command.schema.json")
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// small is the least that a profile says.
const small = `name: mine
program: mytts
arguments: ["{text-file}"]
text: { to: file }
sound: { from: output, format: wav }
voices: { list: [{ name: one, language: de }] }
`

func TestLoad(t *testing.T) {
	all, err := Load(filepath.Join(t.TempDir(), "absent"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
		if p.Description == "" || p.digest == "" {
			t.Errorf("%s: no description or digest", p.Name)
		}
	}
	if got := strings.Join(names, " "); got != "festival flite pico2wave rhvoice sapi say" {
		t.Errorf("profiles %s", got)
	}

	user := t.TempDir()
	write(t, filepath.Join(user, "mine.yaml"), small)
	write(t, filepath.Join(user, "flite.yaml"), strings.Replace(small, "mine", "flite", 1))
	write(t, filepath.Join(user, "notes.txt"), "not a profile")
	if p := load(t, "flite", user); p.program != "mytts" {
		t.Errorf("the user's profile does not replace the embedded one: %s", p.program)
	}
	load(t, "mine", user)
	write(t, filepath.Join(user, "other.yaml"), small)
	if _, err := Load(user); err == nil || !strings.Contains(err.Error(), `other.yaml: name: "mine" is also the name in `) {
		t.Errorf("two of one name: %v", err)
	}
	if _, err := Load(filepath.Join(user, "mine.yaml")); err == nil {
		t.Error("a file is taken for a folder")
	}
	if err := os.Remove(filepath.Join(user, "other.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(user, "folder.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(user); err == nil || !strings.Contains(err.Error(), "folder.yaml: not a regular file") {
		t.Errorf("a folder for a file: %v", err)
	}
}

func TestSchema(t *testing.T) {
	s := schema(t)
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(t, s, data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := schematest.Validate(t, s, []byte(small)); err != nil {
		t.Error(err)
	}
}

// TestWrong checks that what is wrong is refused with its place.
func TestWrong(t *testing.T) {
	s := schema(t)
	swap := func(old, with string) string { return strings.Replace(small, old, with, 1) }
	for _, test := range []struct {
		data, want string
		loose      bool // the schema cannot say it
	}{
		{"", "an empty command profile", true},
		{"[", "x.yaml:1:1", true},
		{"- a", "1:1: wants keys and values, has a list", false},
		{small + "speed: 1\n", "7:1: speed: unknown key; known are arguments, ", false},
		{strings.Replace(small, "program: mytts\n", "", 1), "program: is missing", false},
		{swap("mine", "Mine"), `1:7: name: "Mine" is no backend's name`, false},
		{swap("mytts", "-x"), "2:10: program: is no program's name", false},
		{swap("mytts", `""`), "2:10: program: is no program's name", false},
		{swap(`"{text-file}"`, `"{text-file}", "{file}"`), "3:28: arguments: unknown placeholder {file}; there are {text}, ", true},
		{swap(`"{text-file}"`, `"{text-file}", [-r, x]`), "stands none of {rate}, {pitch} and {volume}", false},
		{swap(`"{text-file}"`, `"{text-file}", {a: b}`), "arguments: wants text, has keys and values", false},
		{swap(`"{text-file}"`, `"{text-file}", "a\0b"`), "holds a control character", true},
		{swap(`"{text-file}"`, `"{text-file}", "{text}"`), "text.to: {text} stands", true},
		{swap(`"{text-file}"`, `x`), "text.to: {text-file} stands", true},
		{swap("to: file", "to: input"), "text.to: {text-file} stands", true},
		{swap("to: file", "to: pipe"), `text.to: "pipe" is none of input, file, argument`, false},
		{swap("to: file", "to: file, encoding: ebcdic"), `text.encoding: "ebcdic" is none of ascii, latin-1, utf-8`, false},
		{swap("to: file", "to: file, max: 10"), `text.max: 10 is not between 40 and 100000`, false},
		{swap("to: file", "to: file, max: 50.5"), `text.max: 50.5 is not a whole number`, false},
		{swap("to: file", "to: file, wrap: x"), `text.wrap: holds {text} once`, false},
		{swap("to: file", "to: file, wrap: '{text}{text}'"), `text.wrap: holds {text} once`, true},
		{swap("to: file", "to: file, wrap: '{text}{text-file}'"), `text.wrap: {text-file} has no place here`, true},
		{swap("to: file", "to: file, wrap: 'é{text}', encoding: ascii"), `text.wrap: 'é' is not in the encoding ascii`, true},
		{swap("to: file", "to: file, wrap: '{rate}{text}'"), `rate: {rate} stands in`, true},
		{swap("to: file", "to: file, replace: {'': x}"), `text.replace: is empty`, false},
		{swap("from: output", "from: file"), "sound.from: {output-file} stands", true},
		{swap("format: wav", "format: ogg"), `sound.format: "ogg" is none of wav, `, false},
		{swap("format: wav", "format: pcm"), `sound: rate and channels are for the format pcm`, false},
		{swap("format: wav", "format: wav, rate: 22050"), `sound: rate and channels are for the format pcm`, false},
		{swap("format: wav", "format: pcm, rate: 22050.5"), `sound.rate: 22050.5 is not a whole number`, false},
		{small + "rate: { times: 1, least: 0, most: 2 }\n", "rate: {rate} stands in", true},
		{small + "rate: { least: 0, most: 2 }\n", "rate: one of change, doubling, over, times is missing", false},
		{small + "rate: { times: 1, over: 1, least: 0, most: 2 }\n", "exclude each other", false},
		{small + "rate: { times: 5, least: 0, most: 2 }\n", "rate: normal is not possible: 1 would be 5, and it takes 0 to 2", true},
		{small + "rate: { times: 0, least: 0, most: 2 }\n", "rate.times: 0 is not between", false},
		{swap(`"{text-file}"`, `"{text-file}", "{rate}"`) + "rate: { change: 10, least: -5, most: 5 }\n", `rate: {rate} may be negative`, true},
		{small + "marks: '(?P<seconds>x)'\n", "marks: has no group (?P<word>…)", true},
		{small + "marks: '('\n", "marks: error parsing regexp", true},
		{small + "marks: '(?P<seconds>x)(?P<word>y)'\n", `must come "from: file"`, true},
		{small + "parallel: 0\n", "parallel: 0 is not between 1 and 64", false},
		{small + "environment: { path: x }\n", `environment: "path" is no variable's name`, false},
		{small + "install: { amiga: x }\n", `install: "amiga" is none of linux, `, false},
		{small + "systems: [amiga]\n", `systems: "amiga" is none of linux, `, false},
		{small + "version: { arguments: ['{voice}'] }\n", `version.arguments: {voice} is not known yet`, true},
		{small + "version: { pattern: x }\n", `version.arguments: is missing`, false},
		{swap("{ list: [{ name: one, language: de }] }", "{}"), "voices: neither a list nor a command", false},
		{swap("name: one,", "name: -x,"), `voices.list.name: "-x" is no voice's name`, false},
		{swap("language: de", "language: deutsch1234"), `voices.list.language: "deutsch1234" is not a BCP 47`, false},
		{swap("}] }", "}, { name: one, language: de }] }"), `voices.list: "one" stands in the list twice`, true},
		{swap("}] }", "}, { name: two, language: de }] }"), `voices: {voice} stands nowhere`, true},
		{swap("{ list: [{ name: one, language: de }] }", "{ command: { arguments: [], pattern: x } }"), `voices.command.pattern: has no group (?P<name>…)`, false},
		{strings.Repeat("#", 300<<10), "at most", true},
	} {
		_, err := decode("x.yaml", []byte(test.data))
		if err == nil || !strings.HasPrefix(err.Error(), "x.yaml") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.200s: %v, want %q", test.data, err, test.want)
		}
		if !test.loose && schematest.Validate(t, s, []byte(test.data)) == nil {
			t.Errorf("%.200s: the schema finds nothing wrong", test.data)
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(small))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode("x.yaml", data)
		if (p == nil) == (err == nil) {
			t.Fatalf("%v, %v", p, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "x.yaml") {
			t.Errorf("no place: %v", err)
		}
		if p == nil {
			return
		}
		if chars, err := p.text.chars("Grüße, „Welt“ & <b> [[x]] 1½"); err == nil {
			p.text.encode(written(chars))
		}
		p.fillArguments(map[string]string{"{text}": "-x"}, true)
		if p.voices.command != nil {
			p.voices.listed("a b c\nd|e|f\n")
		}
	})
}
