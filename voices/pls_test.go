package voices

import (
	"reflect"
	"strings"
	"testing"
)

// pls is a lexicon of those lexemes.
func pls(lexemes string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="de-AT">` + lexemes + "</lexicon>\n"
}

func TestDecodePLS(t *testing.T) {
	l, err := decodePLS("de.pls", []byte("\uFEFF"+pls(`
  <meta name="author" content="Anna"/>
  <metadata><x xmlns="urn:y">text &amp; <z/></x></metadata>
  <!-- a comment -->
  <lexeme xml:id="a">
    <grapheme>Wachau</grapheme><grapheme> Wach
      Au </grapheme><grapheme>Wachau</grapheme>
    <phoneme>vaˈxaʊ</phoneme><phoneme>ˈvaxaʊ</phoneme>
    <example>Die <w xmlns="urn:y">Wachau</w></example>
    <note xmlns="urn:y">not ours</note>
  </lexeme>
  <lexeme><grapheme>U&amp;V</grapheme><alias>u und vau</alias></lexeme>
  <lexeme><grapheme>both</grapheme><phoneme>boʊθ</phoneme><alias>bous</alias></lexeme>
  <lexeme><grapheme>preferred</grapheme><alias>one</alias><phoneme>tu</phoneme><phoneme prefer="true">θɹi</phoneme><alias prefer="true">four</alias></lexeme>
  <lexeme><grapheme>alias first</grapheme><alias>one</alias><phoneme>tu</phoneme></lexeme>
  <lexeme role="x:verb"><grapheme>Lied</grapheme><phoneme alphabet="x-sampa">li:t</phoneme><phoneme>liːt</phoneme></lexeme>
  <lexeme><grapheme>espeak</grapheme><phoneme alphabet="x-espeak">,i:sp'i:k</phoneme><phoneme>ˌiːˈspiːk</phoneme><alias>e speak</alias></lexeme>
  <lexeme><grapheme>ng</grapheme><alias>n g</alias><phoneme alphabet="x-espeak-ng" prefer="true">,EndZ'i:</phoneme></lexeme>
  <lexeme><grapheme>Sampa</grapheme><phoneme alphabet="x-sampa">sampa</phoneme></lexeme>
`)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Word: "Wachau", IPA: "vaˈxaʊ"},
		{Word: "Wach Au", IPA: "vaˈxaʊ"},
		{Word: "U&V", Say: "u und vau"},
		{Word: "both", IPA: "boʊθ", Say: "bous"},
		{Word: "preferred", IPA: "θɹi", Say: "four"},
		{Word: "alias first", Say: "one"},
		{Word: "Lied", IPA: "liːt"},
		{Word: "espeak", IPA: "ˌiːˈspiːk", Say: "e speak", Native: []Native{{"espeak", ",i:sp'i:k", "de.pls:18:67"}}},
		{Word: "ng", Say: "n g", Native: []Native{{"espeak", ",EndZ'i:", "de.pls:19:98"}}},
	}
	if l.Place != "de.pls" || l.Language != "de-AT" || !reflect.DeepEqual(l.Entries, want) {
		t.Errorf("got %+v", l)
	}
	if len(l.Warnings) != 2 || !strings.HasPrefix(l.Warnings[0], `de.pls:17:25: the role "x:verb" is ignored`) ||
		!strings.HasPrefix(l.Warnings[1], `de.pls:20:`) || !strings.Contains(l.Warnings[1], `"Sampa" is left out: its pronunciation is in the alphabet "x-sampa"`) {
		t.Errorf("warnings %q", l.Warnings)
	}
	many, err := decodePLS("de.pls", []byte(pls(strings.Repeat(`<lexeme role="x"><grapheme>a</grapheme><alias>b</alias></lexeme>`, 50))))
	if err != nil || len(many.Warnings) != maxPLSNotes+1 || many.Warnings[maxPLSNotes] != "de.pls: and 30 more of the kind" || len(many.Entries) != 50 {
		t.Errorf("%v, %q", err, many.Warnings)
	}
}

func TestDecodePLSErrors(t *testing.T) {
	lexeme := func(inner string) string { return pls("<lexeme>" + inner + "</lexeme>") }
	for _, test := range []struct{ data, want string }{
		{"", "l.pls:1:1: no pronunciation lexicon: it wants <lexicon xmlns="},
		{"word,say\n", `l.pls:2:1: text outside of a pronunciation: "word,say"`},
		{"<lexicon version='1.0'/>", "no pronunciation lexicon: it wants <lexicon xmlns="},
		{strings.Replace(pls(""), `version="1.0" xmlns`, `version="2.0" xmlns`, 1), `lexicon: version "2.0", and narrate reads 1.0`},
		{strings.Replace(pls(""), ` xml:lang="de-AT"`, "", 1), `lexicon: xml:lang "" is not a BCP 47 language tag`},
		{strings.Replace(pls(""), ` alphabet="ipa"`, "", 1), "lexicon: alphabet is missing"},
		{strings.Replace(pls(""), "UTF-8", "latin1", 1), "a pronunciation lexicon is UTF-8 text"},
		{pls("") + "<x/>", "something behind the lexicon"},
		{pls("text"), "text outside of a pronunciation"},
		{pls("<word/>"), "l.pls:2:"},
		{pls("<word/>"), "there is no <word> in a lexicon"},
		{pls("<lexeme>"), "not well-formed: element <lexeme> closed by </lexicon>"},
		{lexeme(""), "lexeme: it has no grapheme"},
		{lexeme("<alias>a</alias>"), "lexeme: it has no grapheme"},
		{lexeme("<grapheme>a</grapheme>"), "lexeme: it has neither a phoneme nor an alias"},
		{lexeme("<grapheme>a<b/></grapheme>"), "<b> inside of a grapheme"},
		{lexeme("<grapheme> </grapheme>"), "grapheme: is empty"},
		{lexeme("<grapheme>a</grapheme><phoneme></phoneme>"), "phoneme: is empty"},
		{lexeme("<grapheme>a</grapheme><phoneme>[a]</phoneme>"), "phoneme: is written without / and [ ]"},
		{lexeme("<grapheme>a</grapheme><phoneme>waIn</phoneme>"), `phoneme: holds 'I', which is no sign of the International Phonetic Alphabet`},
		{lexeme("<grapheme>a</grapheme><phoneme>w@n</phoneme>"), `phoneme: holds '@'`},
		{lexeme("<grapheme>" + strings.Repeat("a", 1001) + "</grapheme>"), "grapheme: is longer than 1000 bytes"},
		{lexeme("<grapheme>&eacute;</grapheme>"), "not well-formed: invalid character entity &eacute;"},
		{`<!DOCTYPE lexicon [<!ENTITY a "aaaa">]>` + lexeme("<grapheme>&a;</grapheme>"), "a pronunciation lexicon declares no entities"},
		{pls("<metadata>" + strings.Repeat("<a>", 100)), "nested too deeply"},
		{pls("<lexeme><grapheme>\xff</grapheme></lexeme>"), "not well-formed: invalid UTF-8"},
		{strings.Repeat(" ", maxPLS+1), "a pronunciation lexicon has at most 8388608 bytes"},
	} {
		_, err := decodePLS("l.pls", []byte(test.data))
		if err == nil || !strings.HasPrefix(err.Error(), "l.pls:") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.300q: got %v, want %q", test.data, err, test.want)
		}
	}
}

func FuzzDecodePLS(f *testing.F) {
	f.Add([]byte(pls(`<lexeme role="a"><grapheme>a</grapheme><phoneme prefer="true">b</phoneme><alias>c</alias><example>d</example></lexeme><meta/>`)))
	f.Add([]byte(pls(`<!-- x --><x xmlns="y"><z/></x><lexeme xml:id="q"><grapheme><![CDATA[<]]></grapheme><phoneme alphabet="x">b</phoneme></lexeme>`)))
	f.Add([]byte(`<!DOCTYPE a SYSTEM "b"><lexicon`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := decodePLS("f.pls", data)
		if (l == nil) == (err == nil) {
			t.Fatal("neither or both")
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.pls:") {
				t.Fatalf("no place in %q", err)
			}
			return
		}
		if LanguageProblem(l.Language) != "" {
			t.Fatalf("language %q", l.Language)
		}
		for _, e := range l.Entries {
			checkEntry(t, e)
		}
	})
}

func BenchmarkDecodePLS(b *testing.B) {
	data := []byte(pls(strings.Repeat("<lexeme><grapheme>Wachau</grapheme><phoneme>vaˈxaʊ</phoneme></lexeme>\n", 10_000)))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := decodePLS("de.pls", data); err != nil {
			b.Fatal(err)
		}
	}
}
