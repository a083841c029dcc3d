package script

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSpeakerTag(t *testing.T) {
	for _, test := range []struct {
		text, name, rest string
		ok               bool
	}{
		{"[voice: anna] Guten Tag.", "anna", "Guten Tag.", true},
		{"[voice:Anna]", "anna", "", true},
		{" [ Voice : ANNA  Maria ]\nHallo.", "anna maria", "Hallo.", true},
		{"[Stimme: Jörg] Ja.", "jörg", "Ja.", true},
		{"[Stimme: Jo\u0308rg] Ja.", "jörg", "Ja.", true},
		{"[voix\u00a0: Zoé] Oui.", "zoé", "Oui.", true},
		{"[голос: Анна] Да.", "анна", "Да.", true},
		{"[声音：安娜]你好。", "安娜", "你好。", true},
		{"[/voice] Weiter.", "", "Weiter.", true},
		{"[ / Stimme ]", "", "", true},
		{"[voice: reader_2] a", "reader_2", "a", true},
		{"[voice: Dr. O’Neill-Weiß] a", "dr. o’neill-weiß", "a", true},
		{"[voice: ] Nobody.", "", "", false},
		{"[voice: ...] Nobody.", "", "", false},
		{"[voice: a/b] Nobody.", "", "", false},
		{"[voice anna] Nobody.", "", "", false},
		{"[voice: anna Nobody.", "", "", false},
		{"[note: anna] Nobody.", "", "", false},
		{"[/note] Nobody.", "", "", false},
		{"[1] A source.", "", "", false},
		{"A [voice: anna] in the middle.", "", "", false},
		{"[voice: " + strings.Repeat("a", 65) + "]", "", "", false},
		{"[voice: " + strings.Repeat("a", 5000) + "]", "", "", false},
		{"[", "", "", false},
		{"", "", "", false},
	} {
		name, rest, ok := speakerTag(test.text)
		if ok != test.ok || ok && (name != test.name || test.text[rest:] != test.rest) {
			t.Errorf("%q: got %q, %q, %v", test.text, name, test.text[rest:], ok)
		}
	}
}

func TestSpeakerLabel(t *testing.T) {
	cast := []string{"anna", "anna maria", "jörg", "dr. weiß", "安娜", "zoé"}
	known := func(name string) bool { return slices.Contains(cast, name) }
	for _, test := range []struct {
		text, name, rest string
		ok               bool
	}{
		{"Anna: Guten Tag.", "anna", "Guten Tag.", true},
		{"ANNA: Guten Tag.", "anna", "Guten Tag.", true},
		{"Anna (leise): Guten Tag.", "anna", "Guten Tag.", true},
		{"Anna (zu Ben: leise): Guten Tag.", "anna", "Guten Tag.", true},
		{"Anna [leise] : Guten Tag.", "anna", "Guten Tag.", true},
		{"Anna Maria: Guten Tag.", "anna maria", "Guten Tag.", true},
		{"Anna\u00a0Maria: Guten Tag.", "anna maria", "Guten Tag.", true},
		{"Dr. Weiß: Guten Tag.", "dr. weiß", "Guten Tag.", true},
		{"DR. WEIẞ: Guten Tag.", "dr. weiß", "Guten Tag.", true},
		{"Jo\u0308rg: Ja.", "jörg", "Ja.", true},
		{"Zoé\u00a0: Bonjour.", "zoé", "Bonjour.", true},
		{"Zoé\u202f: « Bonjour. »", "zoé", "« Bonjour. »", true},
		{"安娜：你好。", "安娜", "你好。", true},
		{"安娜:你好。", "安娜", "你好。", true},
		{"安娜（小声）：你好。", "安娜", "你好。", true},
		{"Anna:„Guten Tag.“", "anna", "„Guten Tag.“", true},
		{"Anna:", "anna", "", true},
		{"  Anna: ja", "anna", "ja", true},
		{"Anna: 12:30 ist zu spät.", "anna", "12:30 ist zu spät.", true},
		{"Am Morgen kam Anna: 12:30 war es.", "", "", false},
		{"Anna:12:30", "", "", false},
		{"anna://example.org/ is an address.", "", "", false},
		{"Anna: ", "anna", "", true},
		{"Ben: Guten Tag.", "", "", false},
		{"Anna Lena: Guten Tag.", "", "", false},
		{"Anna, leise: Guten Tag.", "", "", false},
		{"Anna (leise) kam herein: nass.", "", "", false},
		{"Anna (leise: Guten Tag.", "", "", false},
		{"Anna kam herein: nass.", "", "", false},
		{"Anna", "", "", false},
		{": Ja.", "", "", false},
		{"", "", "", false},
		{strings.Repeat("Anna ", 1000) + ": x", "", "", false},
	} {
		name, rest, ok := speakerLabel(test.text, known)
		if ok != test.ok || ok && (name != test.name || test.text[rest:] != test.rest) {
			t.Errorf("%q: got %q, %q, %v", test.text, name, test.text[rest:], ok)
		}
	}
}

func FuzzSpeaker(f *testing.F) {
	for _, s := range []string{"[voice: anna] x", "[/voice]", "Anna (x): y", "安娜：你好", "Anna :\u00a0x", "[\xff: ]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) (string, int, bool){
			speakerTag,
			func(s string) (string, int, bool) { return speakerLabel(s, func(string) bool { return true }) },
		} {
			name, rest, ok := read(text)
			if rest < 0 || rest > len(text) || ok && name != speakerKey(name) || utf8.RuneCountInString(name) > maxSpeakerName {
				t.Errorf("%q: %q, %d", text, name, rest)
			}
			if ok && utf8.ValidString(text) && !utf8.ValidString(text[rest:]) {
				t.Errorf("%q: cut inside a character", text)
			}
		}
	})
}
