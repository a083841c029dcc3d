package normal

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// sounding reports a letter or a digit: what must not be dropped.
func sounding(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return letter(r) || r >= '0' && r <= '9' })
}

// check holds the promises of Find against one text and returns the spoken form.
func check(t testing.TB, text, lang string) string {
	t.Helper()
	said := spoken(t, text, lang)
	rs := Find(text, lang)
	for i, r := range rs {
		shown := text[r.Lo:r.Hi]
		if !utf8.ValidString(shown) || !utf8.ValidString(r.With) {
			t.Fatalf("%s %q: replacement of %q splits a character", lang, text, shown)
		}
		if sounding(shown) && !sounding(r.With) {
			t.Fatalf("%s %q: %q is dropped: %q", lang, text, shown, r.With)
		}
		if shown == r.With {
			t.Fatalf("%s %q: %q is replaced by itself", lang, text, shown)
		}
		if strings.Contains(r.With, "  ") || strings.ContainsFunc(r.With, unicode.IsControl) {
			t.Fatalf("%s %q: %q has blanks or controls", lang, text, r.With)
		}
		// Neither side may run into a word of its neighbour.
		left, right := text[:r.Lo], text[r.Hi:]
		if i > 0 && rs[i-1].Hi == r.Lo {
			left = rs[i-1].With
		}
		if i+1 < len(rs) && rs[i+1].Lo == r.Hi {
			right = rs[i+1].With
		}
		before, _ := utf8.DecodeLastRuneInString(left)
		after, _ := utf8.DecodeRuneInString(right)
		first, _ := utf8.DecodeRuneInString(r.With)
		last, _ := utf8.DecodeLastRuneInString(r.With)
		if letter(before) && letter(first) || letter(last) && letter(after) {
			t.Fatalf("%s %q: %q runs into its neighbour", lang, text, r.With)
		}
	}
	return said
}

var langs = []string{"de", "en", "fr", "es", "it", "en-GB", "de-CH", "nl"}

// collapse brings text to what Find is given.
func collapse(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

func FuzzFind(f *testing.F) {
	for _, lang := range langs[:5] {
		for _, r := range readRows(f, lang) {
			f.Add(r.shown)
		}
	}
	for _, found := range []string{"0.00A.m", "000 1e±", "$„ 12 030½ II.", "www.x.de§ 3.", "33€1212"} {
		f.Add(found)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = collapse(text)
		for _, lang := range langs {
			check(t, text, lang)
		}
	})
}

// pieces are what random sentences are made of.
var pieces = []string{
	"3", "12", "1984", "2024", "1.", "3. ", "12.000", "1,5", "1'000", "1 000 000", "½", "3/4", "14:30", "Uhr", "p.m.", "–", "-", "/", ":", ".", ",", "'", "’",
	"€", "$", "£", "%", "km", "km/h", "m²", "°C", "Mio.", "million", "§", "Abs.", "Nr.", "No.", "S.", "p.", "z. B.", "e.g.", "etc.", "Dr.", "St.", "M.",
	"XIV", "II.", "XXe", "I", "Ludwig", "Henry", "Louis", "Felipe", "Kapitel", "Chapter", "am", "der", "in", "the", "Oktober", "October", "mai", "Oct.", "Haus", "people",
	"&", "+", "=", "×", "→", "#", "@", "a@b.de", "www.x.de", "https://x.org/y", "😂", "👍🏽", "🇩🇪", "₂", "CO₂", "x²", "^", "(", ")", "“", "„", "s", "er", "th", "º", "ª", "h", "+49", "030", "Tel.", "®", "−",
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lang := rapid.SampledFrom(langs).Draw(rt, "lang")
		n := rapid.IntRange(1, 12).Draw(rt, "n")
		var b strings.Builder
		for range n {
			b.WriteString(rapid.SampledFrom(pieces).Draw(rt, "piece"))
			if rapid.Bool().Draw(rt, "blank") {
				b.WriteByte(' ')
			}
		}
		text := collapse(b.String())
		check(t, text, lang)
	})
}

// TestStable says sentences twice that are made of all kinds of things between
// words: the second time nothing may change.
func TestStable(t *testing.T) {
	shown := map[string][]string{}
	for _, lang := range langs[:5] {
		for _, r := range readRows(t, lang) {
			shown[lang] = append(shown[lang], strings.TrimRight(r.shown, ".!?"))
		}
	}
	fillers := map[string][]string{
		"de": {"und", "dann", "ist"}, "en": {"and", "then", "is"}, "fr": {"et", "puis", "est"}, "es": {"y", "pues", "es"}, "it": {"e", "poi", "è"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		lang := rapid.SampledFrom(langs[:5]).Draw(rt, "lang")
		var parts []string
		for range rapid.IntRange(1, 6).Draw(rt, "n") {
			if rapid.Bool().Draw(rt, "sentence") {
				parts = append(parts, rapid.SampledFrom(shown[lang]).Draw(rt, "shown"))
			} else {
				parts = append(parts, rapid.SampledFrom(pieces).Draw(rt, "piece"))
			}
			parts = append(parts, rapid.SampledFrom(fillers[lang]).Draw(rt, "filler"))
		}
		text := collapse(strings.Join(parts, " "))
		once := check(t, text, lang)
		if twice := check(t, once, lang); once != twice {
			rt.Fatalf("%s %q: not stable: %q, then %q", lang, text, once, twice)
		}
	})
}

func TestNothingToSay(t *testing.T) {
	for _, text := range []string{
		"Ein ganz gewöhnlicher Satz, der „nichts“ enthält – gar nichts…", "An ordinary sentence, don’t you think?", "Une phrase « tout à fait » ordinaire.",
	} {
		for _, lang := range langs {
			if n := testing.AllocsPerRun(20, func() { Find(text, lang) }); n > 0 {
				t.Errorf("%s %q: %v allocations", lang, text, n)
			}
		}
	}
	if rs := Find("Am 3. Oktober", "nl"); rs != nil {
		t.Errorf("a language without rules: %v", rs)
	}
	if rs := Find("Am 3. Oktober", "DE_at"); len(rs) != 1 {
		t.Errorf("a tag in other letters: %v", rs)
	}
	if rs := Find("3/10/2024", "en-GB"); len(rs) != 1 || rs[0].With != "the third of October, twenty twenty-four" {
		t.Errorf("the region's order: %v", rs)
	}
}

// TestEngine has espeak-ng say what the rules made: nothing may be left that it
// refuses.
func TestEngine(t *testing.T) {
	voices := map[string]string{"de": "gmw/de", "en": "gmw/en", "fr": "roa/fr", "es": "roa/es", "it": "roa/it"}
	for lang, voice := range voices {
		var lines []string
		for i, r := range readRows(t, lang) {
			if i%3 == 0 {
				lines = append(lines, r.said)
			}
		}
		cmd := exec.Command("espeak-ng", "-v", voice, "-q", "-x", "--stdin")
		cmd.Stdin = strings.NewReader(strings.Join(lines, "\n\n"))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		if n := strings.Count(string(out), "\n"); n < len(lines) {
			t.Errorf("%s: %d clauses said of %d lines", lang, n, len(lines))
		}
	}
}
