package script

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"narrate/voices"
)

func TestSay(t *testing.T) {
	lexicon := []voices.Entry{
		{Word: "WLAN", Say: "Weh-Lan"},
		{Word: "z. B.", Say: "zum Beispiel"},
		{Word: "New York", Say: "Nu Jork"},
		{Word: "New York Times", Say: "Nu Jork Teims"},
		{Word: "genre", Say: "schangre"},
		{Word: "Genre", Say: "Schangre"},
		{Word: "C++", Say: "Zeh plus plus"},
		{Word: "&", Say: "und"},
		{Word: "cafe\u0301", Say: "Kaffee"},
		{Word: "北京", Say: "Peking"},
		{Word: "\u200b", Say: "nothing"},
		{Word: "OTAN", Say: "otan"},
		{Word: "stra\u00dfe", Say: "Weg"},
		{Word: "neu  artig", Say: "anders"},
	}
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"plain", "plain"},
		{"  a\t\nb \u00a0\u2003c  ", "a b c"},
		{"a\x00b\x1bc\u0085d", "a b c d"},
		{"Don\u00adau\u00ad-\u200bdampf\ufeff", "Donau-dampf"},
		{"a\u00ad b", "a b"},
		{"a \u00ad b", "a b"},
		{"\u00ad\u00ad", ""},
		{"☕\ufe0f heiß", "☕ heiß"},
		{"👩\u200d🚀", "👩🚀"},
		{"u\u0308ber Ko\u0308ln", "über Köln"},
		{"u\u00ad\u0308ber", "über"},
		{"\u1100\u1161\u11a8", "\uac01"}, // Hangul of parts
		{"\u09c7\u09be", "\u09cb"},       // a mark without a class of its own
		{"\u0600123", "\u0600123"},
		{"Das WLAN.", "Das Weh-Lan."},
		{"WLAN", "Weh-Lan"},
		{"WLAN-Kabel", "Weh-Lan-Kabel"},
		{"wlan WLANs xWLAN WLAN2", "wlan WLANs xWLAN WLAN2"},
		{"WL\u00adAN", "Weh-Lan"},
		{"WLAN\u030f", "WLAN\u030f"},
		{"z. B. hier", "zum Beispiel hier"},
		{"z.\u00a0B. hier", "zum Beispiel hier"},
		{"z.B. hier", "z.B. hier"},
		{"New York, New York Times", "Nu Jork, Nu Jork Teims"},
		{"new york", "new york"},
		{"GENRE genre Genre", "schangre schangre Schangre"},
		{"C++ & C", "Zeh plus plus und C"},
		{"a&b", "aundb"},
		{"CAFÉ cafe\u0301", "Kaffee Kaffee"},
		{"我在北京住", "我在Peking住"},
		{"l’OTAN l'OTAN", "l’otan l'otan"},
		{"STRAßE Straße", "Weg Weg"},
		{"Neu\n artig", "anders"},
		{"新New York市", "新Nu Jork市"},
	} {
		spoken, edits, _ := say(test.text, []stage{clean, composed, compile(nil, lexicon).find})
		if spoken != test.want {
			t.Errorf("%+q: got %q, want %q", test.text, spoken, test.want)
		}
		if got := applyEdits(t, test.text, spoken, edits); got != spoken {
			t.Errorf("%+q: the edits give %q, not %q", test.text, got, spoken)
		}
	}
	if compile(nil, nil) != nil {
		t.Error("an empty lexicon is a stage")
	}
}

// TestSayExact shows how narrow the edits are.
func TestSayExact(t *testing.T) {
	_, edits, _ := say("Das\u00ad WL\u00adAN  ist o\u0308de.", []stage{clean, composed, compile(nil, []voices.Entry{{Word: "WLAN", Say: "Weh-Lan"}}).find})
	want := []Edit{
		{3, 6, 3, 4},     // soft hyphen and space
		{6, 12, 4, 11},   // the word
		{12, 14, 11, 12}, // two spaces
		{18, 21, 16, 18}, // ö
	}
	if len(edits) != len(want) {
		t.Fatalf("got %v, want %v", edits, want)
	}
	for i := range want {
		if edits[i] != want[i] {
			t.Errorf("got %v, want %v", edits, want)
		}
	}
	u := Utterance{Text: "Das\u00ad WL\u00adAN  ist o\u0308de.", Edits: edits}
	if lo, hi := u.TextRange(4, 11); u.Text[lo:hi] != "WL\u00adAN" {
		t.Errorf("the word is %q", u.Text[lo:hi])
	}
}

// TestSayProperties tries texts of awkward characters against awkward lexicons.
func TestSayProperties(t *testing.T) {
	char := rapid.SampledFrom([]rune("aAbBzZ.ßöÖ1 \t\n-&'\u00a0\u00ad\u200b\u200d\ufe0f\u0308\u0301o北京각ᄀ\u1161\u11a8\u0344\u212b\u09c7\u09be☕"))
	text := rapid.StringOfN(char, 0, 24, -1)
	word := rapid.StringOfN(char, 1, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		var list []voices.Entry
		for range rapid.IntRange(0, 4).Draw(t, "entries") {
			list = append(list, voices.Entry{Word: word.Draw(t, "word"), Say: word.Draw(t, "say")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "patterns") {
			text := rapid.SampledFrom([]string{`(a)(b)?`, `\pL+`, `[^a]`, `.\W?`, `z\.?1|[bB]`, `京+`}).Draw(t, "pattern")
			p, err := voices.NewPattern(text, rapid.Bool().Draw(t, "any case"))
			if err != nil {
				t.Fatal(err)
			}
			e := voices.Entry{Pattern: p, Say: rapid.SampledFrom([]string{"x", "", "$$ y"}).Draw(t, "say")}
			if rapid.Bool().Draw(t, "ipa") || e.Say == "" {
				e.IPA = "ə"
			}
			list = append(list, e)
		}
		checkSay(t, text.Draw(t, "text"), list)
	})
}

// checkSay holds what is true of every spoken form.
func checkSay(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string, list []voices.Entry,
) {
	t.Helper()
	stages := []stage{clean, composed}
	base, _, _ := say(text, stages)
	// x/text breaks runs of more than 30 combining marks with a joiner.
	if nfc := norm.NFC.String(base); nfc != base && !strings.ContainsRune(nfc, '\u034f') {
		t.Fatalf("%+q: %+q is not composed", text, base)
	}
	if again, _, _ := say(base, stages); again != base {
		t.Fatalf("%+q: cleaning %+q again gives %+q", text, base, again)
	}
	if l := compile(func(s sounds, _ bool) sounds { return s }, list); l != nil {
		stages = append(stages, l.find)
	}
	spoken, edits, phonemes := say(text, stages)
	last := 0
	for _, p := range phonemes {
		if p.Lo < last || p.Hi <= p.Lo || p.Hi > len(spoken) {
			t.Fatalf("%+q to %+q: phonemes %v", text, spoken, phonemes)
		}
		last = p.Hi
	}
	if !utf8.ValidString(spoken) {
		t.Fatalf("%+q: %+q is not UTF-8", text, spoken)
	}
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.TextLo < at || e.TextHi < e.TextLo || e.SpokenHi < e.SpokenLo {
			t.Fatalf("%+q: edits %v", text, edits)
		}
		b.WriteString(text[at:e.TextLo])
		if b.Len() != e.SpokenLo {
			t.Fatalf("%+q to %+q: edits %v", text, spoken, edits)
		}
		b.WriteString(spoken[e.SpokenLo:e.SpokenHi])
		at = e.TextHi
	}
	b.WriteString(text[at:])
	if b.String() != spoken {
		t.Fatalf("%+q to %+q: the edits %v give %+q", text, spoken, edits, b.String())
	}
	u := Utterance{Text: text, Spoken: spoken, Edits: edits}
	lastLo, lastHi := 0, 0
	for off := range spoken {
		lo, hi := u.TextRange(off, off+1)
		if lo < lastLo || hi < lastHi || lo > hi || hi > len(text) {
			t.Fatalf("%+q to %+q: TextRange is not monotone at %d", text, spoken, off)
		}
		lastLo, lastHi = lo, hi
	}
}

func FuzzSay(f *testing.F) {
	f.Add("Das WL\u00adAN ist o\u0308de.", "WLAN", "Weh-Lan")
	f.Add("z.\u00a0B.  hier", "z. B.", "zum Beispiel")
	f.Add("a\u0308\u0308\u0308 \u0344", "\u0308", "x")
	f.Add(strings.Repeat("\u0301", 40), "a", "b")
	f.Fuzz(func(t *testing.T, text, word, say string) {
		if !utf8.ValidString(text) || !utf8.ValidString(word) || !utf8.ValidString(say) {
			return // documents and profiles hold valid UTF-8 only
		}
		checkSay(t, text, []voices.Entry{{Word: word, Say: say}})
	})
}

func TestWithoutEmoji(t *testing.T) {
	for text, want := range map[string]string{
		"Clocks 🕰️ for the wall.": "Clocks for the wall.", "Order 🐦": "Order", "🐦 Birds": "Birds",
		"It rains 🌧️🌧️ ☂.": "It rains.", "a🐦b": "a b", "🐦": "", "👩🏽‍🚀 and 🇩🇪!": "and!", "(🐦 one)": "( one)",
		"🎉 🎉 done 🎉 🎉": "done", "C♯, ☀️ and ▲": "C♯, and ▲", "no picture": "no picture",
	} {
		said, edits, _ := say(text, []stage{clean, composed, withoutEmoji})
		if said != want {
			t.Errorf("%q is said as %q, want %q", text, said, want)
		}
		for i, e := range edits {
			if e.TextLo > e.TextHi || e.SpokenLo > e.SpokenHi || i > 0 && e.TextLo < edits[i-1].TextHi {
				t.Errorf("%q: edits %+v", text, edits)
			}
		}
	}
}
