package voices

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"narrate/internal/strictyaml/schematest"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func lexiconSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	return schematest.Load(t, "../docs/lexicon.schema.json")
}

func TestDecodeLexicon(t *testing.T) {
	data := `language: en
entries:
  - {word: Nguyen, say: win, ipa: wɪn}
  - {word: wlan, ipa: ˈviːlaːn, case: exact}
  - {word: SQL, say: sequel, case: any}
  - pattern: 'v(\d+)\.(\d+)'
    say: version $1 point $2
  - {pattern: colou?r, ipa: kʌlə, case: any}
  - {word: Leicester, phonemes: {espeak: "l'Est@"}}
  - {word: Cholmondeley, phonemes: {espeak: "tS'Vmli", other: CHUM}, say: chumley}
`
	l, err := decodeLexicon("en.yaml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schematest.Validate(t, lexiconSchema(t), []byte(data)); err != nil {
		t.Error(err)
	}
	if l.Place != "en.yaml" || l.Language != "en" || len(l.Entries) != 7 || l.Warnings != nil {
		t.Fatalf("%+v", l)
	}
	for i, want := range []Entry{
		{Word: "Nguyen", Say: "win", IPA: "wɪn"},
		{Word: "wlan", IPA: "ˈviːlaːn", Case: CaseExact},
		{Word: "SQL", Say: "sequel", Case: CaseAny},
	} {
		if !reflect.DeepEqual(l.Entries[i], want) {
			t.Errorf("got %+v, want %+v", l.Entries[i], want)
		}
	}
	for i, want := range []Entry{
		{Word: "Leicester", Native: []Native{{"espeak", "l'Est@", "en.yaml:9:42"}}},
		{Word: "Cholmondeley", Say: "chumley", Native: []Native{{"espeak", "tS'Vmli", "en.yaml:10:45"}, {"other", "CHUM", "en.yaml:10:63"}}},
	} {
		if !reflect.DeepEqual(l.Entries[5+i], want) {
			t.Errorf("got %+v, want %+v", l.Entries[5+i], want)
		}
	}
	if own, ok := NativeTo("other", l.Entries[6].Native); !ok || own.Phonemes != "CHUM" {
		t.Errorf("%+v", own)
	}
	if _, ok := NativeTo("third", l.Entries[6].Native); ok {
		t.Error("a backend has another's phonemes")
	}
	if e := l.Entries[3]; e.Pattern.String() != `v(\d+)\.(\d+)` || Expand(e.Say, e.Pattern.Prefix("v2.10, at last")) != "version 2 point 10" {
		t.Errorf("%+v", e)
	}
	if e := l.Entries[4]; e.Pattern.Prefix("COLOR") == nil {
		t.Errorf("%+v", e)
	}
}

func TestDecodeLexiconErrors(t *testing.T) {
	compiled := lexiconSchema(t)
	for _, test := range []struct {
		data, want string
		loose      bool // the schema cannot say it
	}{
		{"language: en\n", "l.yaml:1:9: entries: is missing", false},
		{"- {word: a, say: b}\n", "l.yaml:1:1: wants keys and values, has a list", false},
		{"lang: en\nentries: []\n", "l.yaml:1:1: lang: unknown key; known are entries, language", false},
		{"language: xx!\nentries: []\n", "is not a BCP 47 language tag", false},
		{"entries: a\n", "entries: wants a list of entries, has text", false},
		{"entries: [{say: b}]\n", "l.yaml:1:11: entries: wants a word or a pattern", false},
		{"entries: [{word: a, pattern: b, say: c}]\n", "entries: has a word and a pattern; it wants one of them", false},
		{"entries: [{word: a}]\n", "entries: wants how it is spoken: say, ipa, phonemes or several", false},
		{"entries: [{word: a, case: any}]\n", "entries: wants how it is spoken", false},
		{"entries: [{word: a, say: ''}]\n", "entries.say: is empty", false},
		{"entries: [{word: a, ipa: /a/}]\n", "l.yaml:1:26: entries.ipa: is written without / and [ ] around it", false},
		{"entries: [{word: a, ipa: 'tSIn'}]\n", `l.yaml:1:26: entries.ipa: holds 'S', which is no sign of the International Phonetic Alphabet`, true},
		{"entries: [{word: a, ipa: " + strings.Repeat("a", 241) + "}]\n", "entries.ipa: is longer than 240 bytes", false},
		{"entries: [{word: a, phonemes: {}}]\n", "l.yaml:1:31: entries.phonemes: is empty", false},
		{"entries: [{word: a, phonemes: b}]\n", "entries.phonemes: wants keys and values, has text", false},
		{"entries: [{word: a, phonemes: {espeak: ''}}]\n", "entries.phonemes.espeak: is empty", false},
		{"entries: [{word: a, phonemes: {E speak: b}}]\n", "l.yaml:1:32: entries.phonemes: ", false},
		{"entries: [{word: a, phonemes: {espeak: " + strings.Repeat("a", 241) + "}}]\n", "entries.phonemes.espeak: is longer than 240 bytes", false},
		{"entries: [{word: a, say: b, case: upper}]\n", `entries.case: "upper" is neither exact nor any`, false},
		{"entries: [{word: a, say: b, case: [any]}]\n", "is neither exact nor any", false},
		{"entries: [{word: a, say: b}, {word: a, say: c, case: any}]\n", "entries: the word a stands in the lexicon twice", true},
		{"entries: [{pattern: a, say: b}, {pattern: a, say: c}]\n", "entries: the pattern a stands in the lexicon twice", true},
		{"entries: [{pattern: '(', say: b}]\n", `entries: is not a regular expression: missing closing ): "("`, true},
		{"entries: [{pattern: '(?=a)', say: b}]\n", "entries: is not a regular expression: invalid or unsupported Perl syntax", true},
		{"entries: [{pattern: '\\Qa', say: b}]\n", "entries: is not a regular expression", true},
		{"entries: [{pattern: '^a', say: b}]\n", `entries: holds ^, $ or \b; a pattern is found as a whole word without them`, true},
		{"entries: [{pattern: 'a(b|c\\b)', say: b}]\n", `entries: holds ^, $ or \b`, true},
		{"entries: [{pattern: 'a*', say: b}]\n", "entries: finds nothing at all, too", true},
		{"entries: [{pattern: 'a{999}|b{999}|c{999}', say: b}]\n", "entries: repeats too much", true},
		{"entries: [{pattern: '" + strings.Repeat(`\pL{900}`, 60) + "', say: b}]\n", "entries: repeats too much", true},
		{"entries: [{pattern: " + strings.Repeat("a", 501) + ", say: b}]\n", "entries.pattern: is longer than 500 bytes", false},
		{"entries: [{pattern: a, say: $1}]\n", "entries: say: there is no group $1; the pattern has 0", true},
		{"entries: [{pattern: a, say: 5$}]\n", "entries: say: a $ stands before the number of a group, 1 to 9; the sign itself is $$", true},
		{"entries: [{pattern: (a), say: '${1}'}]\n", "entries: say: a $ stands before", true},
		{"entries: [{pattern: (a), say: '$0'}]\n", "entries: say: a $ stands before", true},
		{"entries: [{pattern: (a), say: '" + strings.Repeat("$1", 10) + "'}]\n", "entries: say: more than 9 references", true},
		{"entries:\n" + patterns(201), "entries: more than 200 patterns", true},
	} {
		_, err := decodeLexicon("l.yaml", []byte(test.data))
		if err == nil || !strings.HasPrefix(err.Error(), "l.yaml:") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.80q: got %v, want %q", test.data, err, test.want)
		}
		if !test.loose && schematest.Validate(t, compiled, []byte(test.data)) == nil {
			t.Errorf("%.80q: the schema finds nothing wrong", test.data)
		}
	}
}

// patterns is so many entries with a pattern.
func patterns(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("- {pattern: 'x" + strings.Repeat("y", i) + "', say: b}\n")
	}
	return b.String()
}

func TestPatternPrefix(t *testing.T) {
	for _, test := range []struct{ pattern, text, want string }{
		{`\d+`, "12", "12"},
		{`\d+`, "12 apples", "12"},
		{`\d+`, "12a", ""},
		{`\d+`, "12\u0301", ""},
		{`\d+`, "x12", ""},
		{`\d+`, "12岁", "12"},
		{`No( \d+)?`, "No 5a", "No"},
		{`a|ab`, "ab", "ab"},
		{`C\+\+`, "C++", "C++"},
		{`C\+\+`, "C++, too", "C++"},
		{`北京`, "北京住", "北京"},
		{`x*y?`, "", "refused"},
		{`.+`, strings.Repeat("a", 1001), ""},
		{`É`, "É", "É"},
	} {
		p, err := NewPattern(test.pattern, false)
		if err != nil {
			if test.want != "refused" {
				t.Errorf("%s: %v", test.pattern, err)
			}
			continue
		}
		got := ""
		if groups := p.Prefix(test.text); groups != nil {
			got = groups[0]
		}
		if got != test.want {
			t.Errorf("%s on %.20q: %q, want %q", test.pattern, test.text, got, test.want)
		}
	}
	p, err := NewPattern(`(a)|(b)`, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := Expand("<$1|$2|$$1>", p.Prefix("B")); got != "<|B|$1>" {
		t.Errorf("%q", got)
	}
}

func TestLexiconFor(t *testing.T) {
	for _, test := range []struct {
		lexicon, voice string
		want           bool
	}{
		{"", "de", true},
		{"", "", true},
		{"de", "de", true},
		{"de", "de-AT", true},
		{"de-AT", "de", false},
		{"de-AT", "de-at", true},
		{"de", "en", false},
		{"de", "", false},
		{"en-GB", "en-US", false},
		{"zh", "cmn", true},
		{"no", "nb", true},
		{"nn", "nb", true},
		{"sr-Latn", "sr", false},
		{"sr-Latn", "sr-Latn-RS", true},
		{"sr", "sr-Latn", true},
	} {
		if got := (&Lexicon{Language: test.lexicon}).For(test.voice); got != test.want {
			t.Errorf("%q for %q: %v", test.lexicon, test.voice, got)
		}
	}
}

func TestLexiconsOfProfile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "words"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "words/de.yaml", "language: de\nentries: [{word: a, say: b}]\n")
	write(t, dir, "words/any.PLS", pls(`<lexeme><grapheme>c</grapheme><alias>d</alias></lexeme>`))
	write(t, dir, "anna.yaml", head+"lexicons: [words/de.yaml, "+filepath.Join(dir, "words/any.PLS")+"]\n")
	v, err := LoadFile(filepath.Join(dir, "anna.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Lexicons) != 2 || v.Lexicons[0].Entries[0].Word != "a" || v.Lexicons[1].Entries[0].Word != "c" {
		t.Errorf("%+v", v.Lexicons)
	}
	for lexicons, want := range map[string]string{
		"[words/fr.yaml]":  "anna.yaml:5:12: lexicons: lexicon " + filepath.Join(dir, "words/fr.yaml") + ": no such file",
		"[words/de.txt]":   `anna.yaml:5:12: lexicons: "words/de.txt": a lexicon is a .yaml or a .pls file`,
		"[3]":              "lexicons: wants text",
		"words/de.yaml":    "lexicons: wants a list of files, has text",
		"[words/bad.yaml]": "anna.yaml:5:12: lexicons: " + filepath.Join(dir, "words/bad.yaml") + ":1:1: words: unknown key",
		"[words/it.yaml]":  "anna.yaml: lexicons: " + filepath.Join(dir, "words/it.yaml") + " is for the language it, and the voice speaks de-AT",
		"[" + strings.Repeat("words/de.yaml, ", 21) + "]": "lexicons: more than 20 files",
	} {
		write(t, dir, "words/bad.yaml", "words: []\n")
		write(t, dir, "words/it.yaml", "language: it\nentries: [{word: a, say: b}]\n")
		write(t, dir, "anna.yaml", head+"lexicons: "+lexicons+"\n")
		if _, err := LoadFile(filepath.Join(dir, "anna.yaml")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q", lexicons, err, want)
		}
	}
}

func FuzzDecodeLexicon(f *testing.F) {
	for _, seed := range []string{
		"language: en\nentries:\n- {word: a, say: b, ipa: a, case: any}\n", "entries: [{pattern: '(a+)\\s?(\\d{1,3})', say: $1 $$ $2}]\n",
		"entries: [{pattern: '[^\\pL]|(?i:x)y{2,}', say: z, case: any}]\n", "entries: [{pattern: '\\', say: a}]\n", "entries: [{pattern: '(?P<n>a)|b', say: $1}]\n",
	} {
		f.Add([]byte(seed), "a 12 xyy")
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		l, err := decodeLexicon("f.yaml", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Fatalf("no place in %q", err)
			}
			return
		}
		for _, e := range l.Entries {
			checkEntry(t, e)
			if e.Pattern == nil {
				continue
			}
			groups := e.Pattern.Prefix(text)
			if groups == nil {
				continue
			}
			if !strings.HasPrefix(text, groups[0]) || groups[0] == "" || !e.Pattern.In(text) {
				t.Fatalf("%s finds %q in %q", e.Pattern, groups[0], text)
			}
			if said := Expand(e.Say, groups); len(said) > maxText*(maxReferences+1) {
				t.Fatalf("%d bytes", len(said))
			}
		}
	})
}

// checkEntry holds what is true of every entry that was read.
func checkEntry(t *testing.T, e Entry) {
	t.Helper()
	if (e.Word == "") == (e.Pattern == nil) || e.Say == "" && e.IPA == "" ||
		e.Word != "" && entryProblem(e.Word) != "" || e.Say != "" && entryProblem(e.Say) != "" || e.IPA != "" && ipaProblem(e.IPA) != "" {
		t.Fatalf("%+v", e)
	}
}
