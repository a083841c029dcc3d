package normal

import (
	"maps"
	"os"
	"strings"
	"testing"
)

// spoken carries out the replacements and checks what holds for all of them.
func spoken(t testing.TB, text, lang string) string {
	t.Helper()
	var b strings.Builder
	at := 0
	for _, r := range Find(text, lang) {
		if r.Lo < at || r.Hi < r.Lo || r.Hi > len(text) || r.Lo == r.Hi {
			t.Fatalf("%s %q: bad range [%d, %d) after %d", lang, text, r.Lo, r.Hi, at)
		}
		b.WriteString(text[at:r.Lo])
		b.WriteString(r.With)
		at = r.Hi
	}
	b.WriteString(text[at:])
	return b.String()
}

// row is a line of a test table.
type row struct {
	line              int
	rule, shown, said string
}

// readRows reads testdata: “[rule]” heads its rows, each “shown => said”, or
// shown alone where nothing may change. “#” starts a comment.
func readRows(t testing.TB, lang string) []row {
	t.Helper()
	data, err := os.ReadFile("testdata/" + lang + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	rule := ""
	for n, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			rule = line[1 : len(line)-1]
			continue
		}
		shown, said, ok := strings.Cut(line, " => ")
		if !ok {
			said = shown
		}
		rows = append(rows, row{n + 1, rule, shown, said})
	}
	return rows
}

func TestRules(t *testing.T) {
	least := map[string]int{"de": 150, "en": 150, "fr": 60, "es": 60, "it": 60}
	seen := map[string]bool{}
	for lang, want := range least {
		rows := readRows(t, lang)
		if len(rows) < want {
			t.Errorf("%s has %d rows, wanted %d", lang, len(rows), want)
		}
		for _, r := range rows {
			if (r.rule == "" || r.rule == "as it is") != (r.shown == r.said) {
				t.Errorf("%s:%d: %q is in the wrong section", lang, r.line, r.shown)
			}
			if r.rule != "" {
				used := rulesOf(r.shown, lang)
				if !used[r.rule] {
					t.Errorf("%s:%d: [%s] is not asked about %q, but %v", lang, r.line, r.rule, r.shown, used)
				}
				maps.Copy(seen, used)
			}
			if got := spoken(t, r.shown, lang); got != r.said {
				t.Errorf("%s:%d: [%s] %q\n got %q\nwant %q", lang, r.line, r.rule, r.shown, got, r.said)
			}
			if again := spoken(t, r.said, lang); again != r.said {
				t.Errorf("%s:%d: [%s] not stable: %q becomes %q", lang, r.line, r.rule, r.said, again)
			}
		}
	}
	for _, rules := range [][]rule{chunkRules, wordRules, numberRules, signRules} {
		for _, r := range rules {
			if !seen[r.name] {
				t.Errorf("rule %q has no row", r.name)
			}
		}
	}
}

// rulesOf names the rules that settle something in text.
func rulesOf(text, lang string) map[string]bool {
	used := map[string]bool{}
	var p parser
	p.text = text
	p.lang, p.region = languageOf(lang)
	p.read()
	p.run(func(rule string, _ int) { used[rule] = true })
	return used
}
