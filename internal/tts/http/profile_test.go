package http

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/strictyaml/schematest"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	return schematest.Load(t, "../../../docs/service.schema.json")
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// small is the least that a profile says.
const small = `name: mine
request: { address: "http://localhost:80/tts", text: "{text}" }
answer: { format: wav }
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
		if p.Description == "" || len(p.digest) != 16 || p.key.environment == "" || len(p.prices) == 0 || p.terms.MaxText == 0 || p.terms.Parallel == 0 {
			t.Errorf("%s: no description, digest, key, price or limits", p.Name)
		}
	}
	if got := strings.Join(names, " "); got != "azure deepgram elevenlabs google" {
		t.Errorf("profiles %s", got)
	}

	user := t.TempDir()
	write(t, filepath.Join(user, "mine.yaml"), small)
	write(t, filepath.Join(user, "google.yaml"), strings.Replace(small, "mine", "google", 1))
	write(t, filepath.Join(user, "notes.txt"), "not a profile")
	all, err = Load(user)
	if err != nil || len(all) != 5 || all[3].Name != "google" || all[3].key.environment != "" || all[4].Name != "mine" {
		t.Errorf("the user's profiles: %d, %v", len(all), err)
	}
	write(t, filepath.Join(user, "other.yaml"), small)
	if _, err := Load(user); err == nil || !strings.Contains(err.Error(), `other.yaml: name: "mine" is also the name in `) {
		t.Errorf("two of one name: %v", err)
	}
	if _, err := Load(filepath.Join(user, "mine.yaml")); err == nil {
		t.Error("a file is taken for a folder")
	}
}

// TestDigest checks that clips that were paid for stay right when what changes
// is not the sound.
func TestDigest(t *testing.T) {
	data, err := os.ReadFile("../../../examples/service.yaml")
	if err != nil {
		t.Fatal(err)
	}
	digest := func(old, with string) string {
		t.Helper()
		if old != "" && !strings.Contains(string(data), old) {
			t.Fatalf("no %q", old)
		}
		p, err := decode("x.yaml", []byte(strings.Replace(string(data), old, with, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return p.digest
	}
	before := digest("", "")
	for _, change := range [][2]string{
		{"per-million: 20", "per-million: 21"},
		{"parallel: 2", "parallel: 3"},
		{"name: ben", "name: bob"},
		{"no such voice", "unknown voice"},
		{"description: a service of your own", "description: ours"},
		{"EXAMPLE_API_KEY", "OTHER_KEY"},
		{"most: 2,", "most: 3,"},
	} {
		if digest(change[0], change[1]) != before {
			t.Errorf("%s changes the version", change[1])
		}
	}
	for _, change := range [][2]string{
		{"default: large", "default: small"},
		{`warmth: "{warmth}"`, `warm: "{warmth}"`},
		{`"[": "("`, `"[": "{"`},
		{"/speak/{voice}", "/say/{voice}"},
		{"change: 100", "change: 50"},
		{"/result/sound", "/result/audio"},
		{"in: milliseconds", "in: seconds"},
		{`model: "{model}"`, `engine: "{model}"`},
	} {
		if digest(change[0], change[1]) == before {
			t.Errorf("%s does not change the version", change[1])
		}
	}
}

func TestSchema(t *testing.T) {
	s := schema(t)
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range append(files, "../../../examples/service.yaml") {
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
	if _, err := decode("x.yaml", []byte(small)); err != nil {
		t.Fatal(err)
	}
	swap := func(old, with string) string { return strings.Replace(small, old, with, 1) }
	body := func(with string) string { return swap(`text: "{text}"`, with) }
	for _, test := range []struct {
		data, want string
		loose      bool // the schema cannot say it
	}{
		{"", "an empty service profile", true},
		{"- a", "1:1: wants keys and values, has a list", false},
		{small + "speed: 1\n", "5:1: speed: unknown key; known are answer, ", false},
		{swap("name: mine\n", ""), "name: is missing", false},
		{swap("mine", "Mine"), `1:7: name: "Mine" is no backend's name`, false},
		{swap("http://localhost:80/tts", "ftp://x/"), `2:21: request.address: is not of the form`, false},
		{swap("http://localhost:80/tts", "http://x/?a"), `request.address: is not of the form`, false},
		{swap("http://localhost:80/tts", "http://u:p@x/"), `request.address: is not of the form`, true},
		{swap("http://localhost:80/tts", "http://x/{text}"), "request.address: {text} cannot stand in the path", true},
		{swap("http://localhost:80/tts", "http://{voice}/"), "in front of the path, only settings can stand", true},
		{swap("http://localhost:80/tts", "{voice}/x"), "in front of the path, only settings can stand", true},
		{swap("http://localhost:80/tts", "{server}x"), "request.address: is not of the form", false},
		{swap("http://localhost:80/tts", "http://x/{size}"), "request: unknown placeholder {size}; there are", true},
		{body(`text: "x"`), "{text} stands in it 0 times", true},
		{body(`text: "{text}{text}"`), "{text} stands in it 2 times", true},
		{body(`text: "{text}", json: {}`), "one of json, xml and text", false},
		{body(`text: "{text}", method: GET`), "none with GET", true},
		{body(`text: "{text}", method: BREW`), `"BREW" is none of POST, PUT, GET`, false},
		{body(`headers: { X: "{text}" }`), "{text} cannot stand in a header", true},
		{body(`text: "{text}", headers: { Host: x }`), "request.headers: Host is not a profile's to give", false},
		{body(`text: "{text}", headers: { "A B": x }`), `"A B" is no header's name`, false},
		{body(`text: "{text}", query: { "a b": x }`), `"a b" is no parameter's name`, false},
		{body(`xml: "<a>{text}"`), "request.xml: is not well-formed XML", true},
		{body(`xml: "{text}"`), "request.xml: is no XML", true},
		{body(`xml: "<a {text}=''/>"`), "request.xml: is not well-formed XML", true},
		{body(`xml: "<!-- {text} --><a/>"`), "request.xml: comments, CDATA", false},
		{body(`xml: "<a><![CDATA[{text}]]></a>"`), "request.xml: comments, CDATA", false},
		{body(`json: {a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: "{text}"}}}}}}}}}}}}`), "nested more than 10 times", true},
		{small + "key: { environment: X }\n", "key: it goes into one of header and query", false},
		{small + "key: { environment: X, header: A, query: b }\n", "key: it goes into one of header and query", false},
		{small + "key: { environment: sk-1, header: A }\n", `key.environment: "sk-1" is no variable's name`, false},
		{small + "key: { environment: X, header: A, prefix: \"a\\nb\" }\n", `key.prefix: is longer`, false},
		{body(`text: "{text}", headers: { x-a: b }`) + "key: { environment: X, header: X-A }\n", "request.headers: the key goes there", true},
		{body(`text: "{text}", query: { a: b }`) + "key: { environment: X, query: a }\n", "request.query: the key goes there", true},
		{small + "settings: { voice: { description: x } }\n", `settings: "voice" has its own meaning`, false},
		{small + "settings: { key-file: { description: x } }\n", `settings: "key-file" has its own meaning`, false},
		{small + "settings: { a: {} }\n", "settings.a.description: is missing", false},
		{small + "settings: { a: { description: x } }\n", "settings.a: it stands nowhere", true},
		{small + "settings: { a: { description: x, choices: [b], number: { least: 0, most: 1 } } }\n", "choices and number exclude each other", false},
		{body(`text: "{text}{a}"`) + "settings: { a: { description: x, default: c, choices: [b] } }\n", `settings.a.default: "c" is none of b`, true},
		{body(`text: "{text}{a}"`) + "settings: { a: { description: x, default: 3, number: { least: 0, most: 1 } } }\n", `"3" is not a number from 0 to 1`, true},
		{swap("format: wav", "format: ogg"), `3:19: answer.format: "ogg" is none of wav, `, false},
		{swap("format: wav", "format: pcm"), `answer: rate and channels are for the format pcm`, false},
		{swap("format: wav", "format: wav, rate: 22050"), `answer: rate and channels are for the format pcm`, false},
		{swap("format: wav", "format: wav, audio: x"), `answer.audio: "x" is no JSON pointer`, false},
		{swap("format: wav", "format: wav, marks: { of: words, texts: /a, starts: /b, in: seconds }"), `answer.marks: word times are read from JSON`, false},
		{swap("format: wav", "format: wav, audio: /x, marks: { of: words, texts: /a, starts: /b, in: hours }"), `"hours" is none of seconds`, false},
		{small + "errors: { kinds: [{ status: 200, is: key }] }\n", `errors.kinds.status: 200 is not between`, false},
		{small + "errors: { kinds: [{ status: 400, is: bad }] }\n", `errors.kinds.is: "bad" is none of key, passing, `, false},
		{small + "errors: { kinds: [{ status: 400, is: key, pattern: '(' }] }\n", `errors.kinds.pattern: error parsing`, true},
		{small + "rate: { times: 1, least: 0, most: 2 }\n", "rate: {rate} stands in", true},
		{body(`text: "{text}{rate}"`), "rate: {rate} stands in", true},
		{small + "rate: { least: 0, most: 2 }\n", "rate: one of change, doubling, over, times is missing", false},
		{small + "rate: { times: 1, over: 1, least: 0, most: 2 }\n", "exclude each other", false},
		{small + "rate: { times: 5, least: 0, most: 2 }\n", "rate: normal is not possible: 1 would be 5, and it takes 0 to 2", true},
		{swap("[{ name: one, language: de }]", "[]"), "voices.list: there is no voice in it", false},
		{swap("language: de", "language: deutsch1234"), `voices.list.language: "deutsch1234" is not a BCP 47`, false},
		{swap("}] }", "}, { name: one, language: de }] }"), `voices.list: "one" stands in the list twice`, true},
		{swap("}] }", "}, { name: two, language: de }] }"), `voices: {voice} stands nowhere`, true},
		{small + "limits: { parallel: 0 }\n", "limits.parallel: 0 is not between 1 and 64", false},
		{small + "prices: [{ per-million: 1, currency: dollars }]\n", `prices.currency: "dollars" is no currency`, false},
		{small + "prices: [{ per-million: 1, currency: USD }, { currency: EUR }]\n", `prices: all prices have one currency`, true},
		{small + "prices: [{ when: { size: x }, currency: USD }]\n", `when: "size" is neither voice`, true},
		{strings.Repeat("#", 300<<10), "at most", true},
	} {
		_, err := decode("x.yaml", []byte(test.data))
		if err == nil || !strings.HasPrefix(err.Error(), "x.yaml") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.300s: %v, want %q", test.data, err, test.want)
		}
		if !test.loose && schematest.Validate(t, s, []byte(test.data)) == nil {
			t.Errorf("%.300s: the schema finds nothing wrong", test.data)
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../../../examples/service.yaml") {
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
	})
}

// FuzzUnpack reads answers.
func FuzzUnpack(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[]", `{"result":{"sound":"AAAA","words":[{"word":"A","start":0}]}}`, `{"result":{"sound":"A","words":{}}}`,
		`{"result":{"sound":"","words":[{"word":1,"start":"x"},{}]}}`, `{"result":[{"sound":1}]}`, `{"problem":{"text":"x\ny"}}`,
	} {
		f.Add([]byte(seed), "A b.")
	}
	p := load(f, "example")
	f.Fuzz(func(t *testing.T, body []byte, text string) {
		text = strings.ToValidUTF8(text, "")
		_, stamps, err := p.unpack(body)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("more than a line: %q", err)
		}
		for _, of := range []string{words, characters} {
			a := p.answer
			a.marks.of = of
			last := int64(-1)
			lo := 0
			for _, m := range a.place(text, p.prepare(text), stamps, 100, 1000) {
				if m.Frame <= last || m.Frame >= 1000 || m.Lo < lo || m.Hi <= m.Lo || m.Hi > len(text) {
					t.Fatalf("mark %+v after %d", m, last)
				}
				last, lo = m.Frame, m.Hi
			}
		}
	})
}
