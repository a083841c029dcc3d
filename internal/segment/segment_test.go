package segment

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

func TestParagraphs(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"empty", "", nil},
		{"white space", " \n\t\n\u00a0\u2003\r\n", nil},
		{"heading without a stop", "A heading\n\nIt begins. It goes on.", []string{"A heading", "It begins.", "It goes on."}},
		{"blank line of spaces", "one\n \t\u00a0\ntwo", []string{"one", "two"}},
		{"CRLF", "one\r\n\r\ntwo\r\nthree", []string{"one", "two\r\nthree"}},
		{"many blank lines", "\n\n\none\n\n\n\n\ntwo\n\n", []string{"one", "two"}},
		{"form feed and paragraph separator", "one\ftwo\u2029three", []string{"one", "two", "three"}},
		{"hard-wrapped line", "This line is\nwrapped. So is\nthis.", []string{"This line is\nwrapped.", "So is\nthis."}},
		{"abbreviation at the end", "See Dr.\n\nBrown", []string{"See Dr.", "Brown"}},
		{"bullets on lines", "Take:\n- bread\n- butter\n- salt", []string{"Take:", "- bread", "- butter", "- salt"}},
		{"one dash is no list", "He came\n– at last – and\nleft.", []string{"He came\n– at last – and\nleft."}},
		{"only invisible marks", "one\n\n\u200b\n\n\ufeff two", []string{"one", "\ufeff two"}},
		{"only marks", "...", []string{"..."}},
		{"invalid UTF-8", "one\xff. \xe2\x80Two.", []string{"one\xff.", "\xe2\x80Two."}},
	} {
		got := pieces(c.text, Split(c.text, "en"))
		if strings.Join(got, "¶") != strings.Join(c.want, "¶") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLanguageTags(t *testing.T) {
	const text = "Am 3. Mai kam sie."
	for tag, want := range map[string]int{"de": 1, "DE": 1, "de-AT": 1, "de_CH": 1, "en-GB": 2, "": 2, "x-none": 2, "dev": 2} {
		if got := len(Split(text, tag)); got != want {
			t.Errorf("%q: %d sentences, want %d", tag, got, want)
		}
	}
}

// TestSentences shows that the iterator stops when its reader does and gives
// what Split gives.
func TestSentences(t *testing.T) {
	const text = "One. Two.\n\nThree. Four."
	var got []Span
	for sp := range Sentences(text, "en") {
		if got = append(got, sp); len(got) == 3 {
			break
		}
	}
	all := Split(text, "en")
	if len(all) != 4 || len(got) != 3 || got[2] != all[2] {
		t.Errorf("got %v of %v", got, all)
	}
}

// TestQuotesNeverPair shows that a quotation mark or bracket that is never
// closed changes nothing after it.
func TestQuotesNeverPair(t *testing.T) {
	const text = "Es war spät. Niemand kam. Der Rest schlief. Dann ging das Licht aus."
	want := len(Split(text, "de"))
	for _, mark := range []string{"„", "“", "”", "«", "»", "‹", "‘", "’", "\"", "'", "(", "[", "「", ",,"} {
		for _, at := range []int{0, strings.Index(text, "Niemand"), strings.Index(text, "Rest")} {
			broken := text[:at] + mark + text[at:]
			if got := len(Split(broken, "de")); got != want {
				t.Errorf("%q: %d sentences, want %d", broken, got, want)
			}
		}
	}
}

// seeds are the texts of all examples and some that are hard on the scanner.
func seeds() []example {
	es := []example{
		{"de", "\u00a0\u0301x. \u0301y.\r\n\r\n\u0600 a. \u0600\n\nb‼\ufe0f Und⁉\u200d❤ c."},
		{"en", "🇩🇪🇫🇷. 🇬🇧A.\u200d B. \U0001F469\u200d\U0001F680! C :-) D\u0e33. \u0e33E"},
		{"ko", "가.\u1161 나. 다\u11a8. ᄀ. ᅡ"},
		{"en", strings.Repeat("(\"'", 50) + "." + strings.Repeat("'\")", 50) + " A"},
		{"en", strings.Repeat("1. ", 100) + strings.Repeat("a) b) ", 50)},
		{"en", strings.Repeat(". ", 200) + strings.Repeat("\" ", 100)},
		{"de", strings.Repeat("z.", 100) + " B. " + strings.Repeat("ä", 200) + ". Ü"},
	}
	for _, rule := range rules {
		for _, e := range rule.examples {
			text, _ := e.join()
			es = append(es, example{e.lang, text})
		}
	}
	return es
}

// checkSpans reports spans that break a promise of the package.
func checkSpans(t *testing.T, text, lang string, spans []Span) {
	t.Helper()
	whole := map[int]bool{0: true, len(text): true}
	for g := graphemes.FromString(text); g.Next(); {
		whole[g.End()] = true
	}
	at := 0
	for _, sp := range append(spans, Span{len(text), len(text)}) {
		if sp.Lo < at || sp.Hi < sp.Lo || sp.Hi > len(text) {
			t.Fatalf("%s %q: span %v is out of order in %v", lang, text, sp, spans)
		}
		for _, r := range text[at:sp.Lo] {
			if !unicode.IsSpace(r) && !strings.ContainsRune(invisible, r) {
				t.Fatalf("%s %q: %q lies between sentences", lang, text, text[at:sp.Lo])
			}
		}
		if sp.Lo < len(text) && strings.TrimSpace(text[sp.Lo:sp.Hi]) == "" {
			t.Fatalf("%s %q: span %v is empty", lang, text, sp)
		}
		if utf8.ValidString(text) && (!whole[sp.Lo] || !whole[sp.Hi]) {
			t.Fatalf("%s %q: span %v %q splits a grapheme cluster", lang, text, sp, text[sp.Lo:sp.Hi])
		}
		at = sp.Hi
	}
}

func FuzzSplit(f *testing.F) {
	for _, e := range seeds() {
		f.Add(e.text, e.lang, 20)
	}
	f.Fuzz(func(t *testing.T, text, lang string, limit int) {
		spans := Split(text, lang)
		checkSpans(t, text, lang, spans)
		for _, d := range Explain(text, lang) {
			if d.Rule == "" || d.At < 0 || d.At > len(text) {
				t.Fatalf("%s %q: decision %v", lang, text, d)
			}
		}
		if len(spans) > 0 {
			sentence := text[spans[0].Lo:spans[0].Hi]
			checkSpans(t, sentence, lang, Divide(sentence, lang, limit))
		}
	})
}

// TestAgain splits each sentence of the examples once more. It is to stay
// whole, but for those that depend on what stood before them.
func TestAgain(t *testing.T) {
	total, again := 0, 0
	for _, e := range seeds() {
		for _, sentence := range pieces(e.text, Split(e.text, e.lang)) {
			total++
			if len(Split(sentence, e.lang)) != 1 {
				again++
				t.Logf("%s: %q is split again", e.lang, sentence)
			}
		}
	}
	if again*100 > total {
		t.Errorf("%d of %d sentences are split again", again, total)
	}
}

// TestNoAllocations shows that memory does not grow with the text.
func TestNoAllocations(t *testing.T) {
	for lang, text := range article {
		text = strings.Repeat(text, 50)
		spans := Split(text, lang)
		if n := testing.AllocsPerRun(5, func() { spans = Append(spans[:0], text, lang) }); n > 2 {
			t.Errorf("%s: %.0f allocations for %d sentences", lang, n, len(spans))
		}
	}
}
