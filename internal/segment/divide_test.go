package segment

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		name, lang string
		max        int
		text       string // with “|” where it is divided
	}{
		{"short enough", "en", 40, "This sentence is short enough."},
		{"no limit", "en", 0, "This sentence has no limit at all."},
		{"at the semicolon", "en", 40, "She opened the window; | the cold air came in at once."},
		{"at the comma, not at the space", "en", 40, "When the rain stopped, | they went out together."},
		{"before the conjunction", "de", 40, "Sie nahm den alten roten Schirm | und er nahm den neuen blauen Hut."},
		{"balanced", "en", 60, "He counted the red ones and the blue ones, | he weighed the small ones and the big ones, | and he sold the good ones and the bad ones."},
		{"dash", "de", 45, "Das kleine Haus am Rand der Stadt – | niemand wusste, wem es gehörte."},
		{"Chinese at the comma", "zh", 12, "他们在大学里认识，|后来一起去了北京。"},
		{"closing quotation mark stays", "en", 32, "“It is late,” said the old man, | “and I am tired.”"},
		{"one long word", "en", 10, "aaaaaaa|aaabbbbb"},
	} {
		text := strings.ReplaceAll(strings.ReplaceAll(c.text, " | ", " "), "|", "")
		got := pieces(text, Divide(text, c.lang, c.max))
		want := strings.Split(strings.ReplaceAll(c.text, " | ", "|"), "|")
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, want)
		}
	}
}

// TestDivideLimit divides at every limit and holds each part against it.
func TestDivideLimit(t *testing.T) {
	const text = "Als die Brücke, über die man früher in die Stadt gekommen war, eines Morgens verschwunden war (so erzählte man), fragte niemand: „Wohin?“; man baute eine neue."
	for limit := 16; limit < 170; limit++ {
		spans := Divide(text, "de", limit)
		checkSpans(t, text, "de", spans)
		for _, p := range pieces(text, spans) {
			if n := utf8.RuneCountInString(p); n > limit {
				t.Errorf("limit %d: %q has %d code points", limit, p, n)
			}
		}
		if most := 2*utf8.RuneCountInString(text)/limit + 2; len(spans) > most {
			t.Errorf("limit %d: %d parts", limit, len(spans))
		}
	}
}

// TestDivideCluster shows that a cluster longer than the limit stays whole.
func TestDivideCluster(t *testing.T) {
	text := "a" + strings.Repeat("\u0301", 20) + "b"
	spans := Divide(text, "en", 5)
	checkSpans(t, text, "en", spans)
	if len(spans) != 2 {
		t.Errorf("got %q", pieces(text, spans))
	}
}

// TestDivideLong shows that a text of many stretches is divided like a short
// one: nothing is lost, no part is too long, hardly any is short.
func TestDivideLong(t *testing.T) {
	for _, c := range []struct{ name, lang, text string }{
		{"one word", "en", strings.Repeat("a", 20_000)},
		{"short words", "en", strings.Repeat("a b ", 4_000)},
		{"clauses", "de", strings.Repeat("sie kam, und er ging in die Stadt; dort war es laut – sehr laut ", 200)},
		{"long words after short ones", "en", strings.Repeat("a, b "+strings.Repeat("c", 100)+"  ", 100)},
		{"Chinese", "zh", strings.Repeat("他们在大学里认识，后来一起去了北京", 500)},
		{"clusters", "en", strings.Repeat("e\u0301", 5_000)},
		{"clusters too long", "en", strings.Repeat("e"+strings.Repeat("\u0301", 2000)+" ", 5)},
	} {
		for _, limit := range []int{1, 10, 100, 500} {
			spans := Divide(c.text, c.lang, limit)
			checkSpans(t, c.text, c.lang, spans)
			short := 0
			for _, sp := range spans {
				n := utf8.RuneCountInString(c.text[sp.Lo:sp.Hi])
				if n > limit && c.name != "clusters too long" && !(limit == 1 && c.name == "clusters") {
					t.Fatalf("%s: limit %d: a part of %d code points", c.name, limit, n)
				}
				if n < limit/4 {
					short++
				}
			}
			if c.name != "long words after short ones" && short*10 > len(spans) {
				t.Errorf("%s: limit %d: %d of %d parts are short", c.name, limit, short, len(spans))
			}
		}
	}
}
