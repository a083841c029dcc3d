package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"narrate/voices"
)

// pattern is an entry with a pattern.
func pattern(t testing.TB, text, say string, c voices.Case) voices.Entry {
	t.Helper()
	p, err := voices.NewPattern(text, c == voices.CaseAny)
	if err != nil {
		t.Fatal(err)
	}
	return voices.Entry{Pattern: p, Say: say, Case: c}
}

// pronounced is a spoken form with its pronunciations between slashes.
func pronounced(spoken string, phonemes []Phonemes) string {
	var b strings.Builder
	at := 0
	for _, p := range phonemes {
		said := p.IPA
		for _, own := range p.Native {
			said += " " + own.Backend + " " + own.Phonemes
		}
		fmt.Fprintf(&b, "%s<%s/%s/>", spoken[at:p.Lo], spoken[p.Lo:p.Hi], said)
		at = p.Hi
	}
	return b.String() + spoken[at:]
}

func TestLexiconEntries(t *testing.T) {
	article := []voices.Entry{
		{Word: "Nguyen", Say: "win", IPA: "wɪn"},
		{Word: "tomato", Say: "tomahto", IPA: "hard"},
		{Word: "1984", IPA: "ɔɹwɛl"},
		{Word: "data", IPA: "dɑːtə"},
		pattern(t, `v(\d+)\.(\d+)`, "version $1 point $2", 0),
		pattern(t, `[A-Z]{2,3}-\d+`, "ticket", 0),
		pattern(t, `colou?r(ed)?`, "kuller$1", voices.CaseAny),
		pattern(t, `nothing( at all)?`, "$1", 0),
		pattern(t, `US-1`, "never", 0),
		{Word: "Café", Say: "kaffay", Case: voices.CaseAny},
		{Word: "no", Say: "know", Case: voices.CaseExact},
	}
	voice := []voices.Entry{
		{Word: "Tomato", Say: "not the voice's"},
		{Word: "AB-12", Say: "not the voice's"},
		{Word: "AB-12-C", Say: "longer"},
		{Word: "no one", Say: "nobody"},
		pattern(t, `co\w\w`, "first", 0),
		pattern(t, `concorde|conc`, "plane", 0),
	}
	for _, test := range []struct{ text, want string }{
		{"Ask Nguyen, not nguyen.", "Ask <Nguyen/wɪn/>, not nguyen."},
		{"A tomato, a TOMATO, a Tomato.", "A tomahto, a tomahto, a tomahto."},
		{"In 1984, in 1985.", "In <1984/ɔɹwɛl/>, in nineteen eighty-five."},
		{"It is v2.10 and v3.", "It is version 2 point 10 and v3."},
		{"Data data  database", "<Data/dɑːtə/> <data/dɑːtə/> database"},
		{"xv2.1 v2.1x v2.1.", "xv2.1 v2.1x version 2 point 1."},
		{"See AB-12 and ab-12, AB-12-C.", "See ticket and ab-12, longer."},
		{"US-1", "ticket"},
		{"Colored, COLOUR, discolored.", "kullered, kuller, discolored."},
		{"nothing nothing at all", "nothing at all"},
		{"CAFÉ cafe\u0301", "kaffay kaffay"},
		{"No no NO no one", "No know NO nobody"},
		{"cool conc concorde concordes color", "first first plane concordes kuller"},
	} {
		l := compile(func(s sounds, respelled bool) sounds {
			if respelled && s.ipa == "hard" {
				return sounds{}
			}
			return s
		}, article, voice)
		spoken, edits, phonemes := say(test.text, []stage{clean, composed, l.find, normalized("en")})
		if got := pronounced(spoken, phonemes); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
		if got := applyEdits(t, test.text, spoken, edits); got != spoken {
			t.Errorf("%q: the edits give %q, not %q", test.text, got, spoken)
		}
	}
	// Without phonemes respellings are said; where there is none, it is for the
	// engine to say that it cannot.
	l := compile(func(s sounds, respelled bool) sounds {
		if respelled {
			return sounds{}
		}
		return s
	}, article)
	if spoken, _, phonemes := say("Nguyen of 1984", []stage{clean, composed, l.find}); pronounced(spoken, phonemes) != "win of <1984/ɔɹwɛl/>" {
		t.Errorf("without phonemes: %q", pronounced(spoken, phonemes))
	}
}

// TestLexicons casts an article with lexicons of its own and of its voices.
func TestLexicons(t *testing.T) {
	set := embedded
	de, err := set.Find("de")
	if err != nil {
		t.Fatal(err)
	}
	other := &voices.Voice{Name: "other", Backend: "deaf", Rate: 1, Pitch: 1, Volume: 1}
	anna := *de
	anna.Lexicon = []voices.Entry{{Word: "Zug", Say: "Eisenbahn"}, {Word: "Gleis", Say: "Perron"}}
	anna.Lexicons = []*voices.Lexicon{{Language: "de", Entries: []voices.Entry{{Word: "Gleis", Say: "nie"}, {Word: "Halt", Say: "Stopp"}}, Warnings: []string{"voice.pls: left out"}}}
	lexicons := []*voices.Lexicon{
		{Language: "fr", Entries: []voices.Entry{{Word: "Zug", Say: "train"}}, Warnings: []string{"fr.pls: left out"}},
		{Language: "de", Entries: []voices.Entry{{Word: "Zug", Say: "Bahn"}, {Word: "Wien", Say: "Wean", IPA: "viːn"}}, Warnings: []string{"de.pls: left out"}},
	}
	const text = "paragraph: Der Zug nach Wien hält am Gleis. {prosody 0.8 1 1|Kein Halt in Wien.}"
	for _, test := range []struct {
		fallback *voices.Voice
		want     string
	}{
		{nil, "Der Bahn nach <Wien/viːn/> hält am Perron. Kein Stopp in <Wien/viːn/>."},
		{other, "Der Bahn nach Wean hält am Perron. Kein Stopp in Wean."},
	} {
		voice := anna
		if test.fallback != nil {
			voice.Fallback = []*voices.Voice{test.fallback}
		}
		asked := map[*voices.Voice]int{}
		s := build(t, marked(t, "a.md", text), Options{
			Voice: &voice, Voices: set, Lang: "de", Lexicons: lexicons,
			Pronounces: func(v *voices.Voice, ipa string) bool { asked[v]++; return v.Backend == "espeak" },
		})
		var said []string
		for _, u := range s.Chapters[0].Utterances {
			said = append(said, pronounced(u.Spoken, u.Phonemes))
		}
		if got := strings.Join(said, " "); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
		if asked[&voice] != 1 {
			t.Errorf("asked %d times", asked[&voice])
		}
		if got := strings.Join(s.Warnings, "|"); got != "de.pls: left out|voice.pls: left out" {
			t.Errorf("warnings %q", got)
		}
	}
}

// TestNativePhonemes: phonemes of an engine's own go before all else for its
// voices, are nothing to others, and are warned of where they are wrong.
func TestNativePhonemes(t *testing.T) {
	native := func(line string, pairs ...string) (list []voices.Native) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, voices.Native{Backend: pairs[i], Phonemes: pairs[i+1], Place: "l.yaml:" + line})
		}
		return list
	}
	lexicon := &voices.Lexicon{Entries: []voices.Entry{
		{Word: "Anna", Native: native("1:1", "one", "A")},
		{Word: "Anna Lena", Native: native("2:1", "two", "AL")},
		{Word: "Ben", IPA: "bɛn", Native: native("3:1", "one", "B", "three", "BBB")},
		{Word: "Cleo", Say: "Kleo", IPA: "kleːo", Native: native("4:1", "one", "bad", "two", "C")},
		{Word: "Dora", Say: "Dohra", Native: native("5:1", "one", "D")},
		{Word: "Emil", Native: native("6:1", "one", "bad")},
		pattern(t, "[F-G]ritz?", "Friedrich", 0),
	}}
	lexicon.Entries[6].Native = native("7:1", "one", "F")
	voice := func(backend string, fallback ...*voices.Voice) *voices.Voice {
		return &voices.Voice{Name: backend, Backend: backend, Language: "de", Rate: 1, Pitch: 1, Volume: 1, Fallback: fallback}
	}
	const wrong = "l.yaml:4:1: voice \"one\" is not told these phonemes: no such sound|l.yaml:6:1: voice \"one\" is not told these phonemes: no such sound"
	for _, test := range []struct {
		name           string
		voice          *voices.Voice
		want, warnings string
	}{
		{"its voice", voice("one"), "<Anna/ one A/> Lena, <Ben/bɛn one B/>, <Cleo/kleːo/>, <Dora/ one D/>, Emil, <Frit/ one F/>, <Fritz/ one F/>.", wrong},
		{"another's", voice("two"), "<Anna Lena/ two AL/>, <Ben/bɛn/>, <Cleo/kleːo two C/>, Dohra, Emil, Friedrich, Friedrich.", ""},
		{"of an engine that takes none", voice("deaf"), "Anna Lena, <Ben/bɛn/>, Kleo, Dohra, Emil, Friedrich, Friedrich.", ""},
		{
			"with a fallback", voice("one", voice("two")),
			"<Anna Lena/ two AL/>, <Ben/bɛn one B/>, <Cleo/kleːo two C/>, Dohra, Emil, Friedrich, Friedrich.", wrong,
		},
		{"with a deaf one", voice("one", voice("deaf")), "<Anna/ one A/> Lena, <Ben/bɛn one B/>, Kleo, Dohra, Emil, Friedrich, Friedrich.", wrong},
	} {
		s := build(t, marked(t, "a.md", "paragraph: Anna Lena, Ben, Cleo, Dora, Emil, Frit, Fritz. Cleo und Emil."), Options{
			Voice: test.voice, Voices: embedded, Lang: "de", Lexicons: []*voices.Lexicon{lexicon},
			Pronounces: func(v *voices.Voice, _ string) bool { return v.Backend != "deaf" },
			Spells: func(_ *voices.Voice, phonemes string) error {
				if phonemes == "bad" {
					return errors.New("no such sound")
				}
				return nil
			},
		})
		u := &s.Chapters[0].Utterances[0]
		if got := pronounced(u.Spoken, u.Phonemes); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if got := strings.Join(s.Warnings, "|"); got != test.warnings {
			t.Errorf("%s: warnings %q", test.name, got)
		}
	}
}
