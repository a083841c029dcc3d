package espeak

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// spell asks the engine how it pronounces each line, in IPA.
func spell(t *testing.T, voice string, lines []string) []string {
	t.Helper()
	c := exec.Command("espeak-ng", "-q", "--stdin", "--ipa", "-v", voice)
	c.Stdin = strings.NewReader(strings.Join(lines, "\n\n") + "\n\n")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(got) != len(lines) {
		t.Fatalf("%s: %d answers to %d lines", voice, len(got), len(lines))
	}
	for i := range got {
		got[i] = strings.TrimSpace(got[i])
	}
	return got
}

func soundsFor(t *testing.T, b *Backend, voice string) *sounds {
	t.Helper()
	e, err := b.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.soundsOf(t.Context(), e, voice)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the engine says of a word in IPA must come back from it as the same.
func TestRoundTrip(t *testing.T) {
	words := map[string]string{
		"gmw/de": `schön über Zug Pferd Tschüss ich ach Ringe Vater Auto Häuser Beispiel Garage Dschungel Büro König müde Straße Quelle
			Jahrhundert zwölf Mädchen Bücher Sprache Psychologe Chor Hexe Bauer Leute Feuer Engagement Restaurant Parfüm verstehen
			beobachten Großmutter fünf Öffnung Läufer Gewitter Hund Tag Berg lieb genau`,
		"gmw/en": `church judge thing this measure bird boy now go day car water button happy father through enough knight quite where
			vision awful fire flower tired afraid general mother language singer finger jumped houses oil hear hair poor sure`,
		"gmw/en-US": `church judge thing this measure bird boy now go day car water button happy father through enough knight quite where
			vision awful fire flower tired afraid general mother language singer finger jumped houses oil hear hair poor sure senators`,
		"roa/fr": `bon vin un temps oui huit agneau fleur peu chat juge roi montagne oiseau femme œuf œufs deux feuille travail ancien
			rien loin gentil beaucoup hôtel école rouge vingt quatre`,
		"roa/es": `perro caro gente calle niño Valencia hielo causa dedo agua cielo guerra pingüino queso bueno rey vaca lado hoja zapato
			chico también ventana abogado`,
		"roa/it": `gnocchi famiglia zio cena giorno scena casa bello tutto perché uomo guerra sbaglio città nonno acqua basta
			spesso buono zucchero`,
		"roa/pt": `não coração filho manhã chuva queijo rua carro quinhentos pão muito lei`,
		"gmw/nl": `huis geluid schip vrouw leuk goed water nacht jong bruin`,
		"zlw/pl": `chrząszcz źródło ręka święty cześć dziewięć ksiądz żaba wąs`,
		"zle/ru": `город молоко вода собака хорошо весело было человек`,
	}
	b := newProgram(t)
	for voice, list := range words {
		t.Run(voice, func(t *testing.T) {
			s := soundsFor(t, b, voice)
			words := strings.Fields(list)
			written := spell(t, voice, words)
			var codes []string
			for i, ipa := range written {
				m, err := s.say(ipa)
				if err != nil {
					t.Fatalf("%s: %v", words[i], err)
				}
				codes = append(codes, "[["+m+"]]")
			}
			for i, got := range spell(t, voice, codes) {
				if got != written[i] {
					t.Errorf("%s: %s became %s, which is %s", words[i], written[i], codes[i], got)
				}
			}
		})
	}
}

// What dictionaries write must come out as the voice's nearest sounds.
func TestNearest(t *testing.T) {
	tests := []struct{ voice, ipa, want string }{
		{"gmw/de", "ʁaˈɡuː", "raɡˈuː"},
		{"gmw/de", "ˈhaʊ̯zɐ", "hˈaʊzɜ"},
		{"gmw/de", "/bʁuˈʃɛta/", "bɾuʃˈɛta"},
		{"gmw/de", "[ˈlɔʏ̯tə]", "lˈɔøtə"},
		{"gmw/de", "t͡ʃaɪ̯kɔfski", "tʃaɪkɔfskˈi"},
		{"gmw/de", "ˈʃaːdn̩", "ʃˈɑːdn̩"},
		{"gmw/de", "θɪŋk", "θˈɪŋk"},
		{"gmw/de", "bɔ̃ ʒuːʁ", "bˈɔ̃ ʒuːɾ"},
		{"gmw/de", "tɛ̃ː", "tˈɛŋ"},
		{"gmw/de", "pʰap̚aː", "pˈapɑː"},
		{"gmw/en", "rɛd", "ɹˈɛd"},
		{"gmw/en", "ˈbɛrɪn", "bˈɛɹɪn"},
		{"gmw/en-US", "gʊd", "ɡˈʊd"},
		{"gmw/en-US", "bɝd", "bˈɜːd"},
		{"gmw/en-US", "ˈbɚd", "bˈɚd"},
		{"roa/fr", "roʁ", "ʁˈoʁ"},
		{"roa/fr", "aɪ", "ˈai"},
		{"roa/it", "ˈpit.tsa", "pˈittsa"},
		{"roa/es", "ˈhɑːus", "hˈaːus"},
	}
	b := newProgram(t)
	said := map[string][]string{} // by voice
	for _, test := range tests {
		m, err := soundsFor(t, b, test.voice).say(test.ipa)
		if err != nil {
			t.Errorf("%s %s: %v", test.voice, test.ipa, err)
		}
		said[test.voice] = append(said[test.voice], "[["+m+"]]")
	}
	for voice, codes := range said {
		said[voice] = spell(t, voice, codes)
	}
	for _, test := range tests {
		got := said[test.voice][0]
		said[test.voice] = said[test.voice][1:]
		if got != test.want {
			t.Errorf("%s %s: %s, want %s", test.voice, test.ipa, got, test.want)
		}
	}
	s := soundsFor(t, b, "gmw/de")
	for _, ipa := range []string{"", " ", "//", "ˈ", "☃", "ma˥", "a]]b", "[[a", "a\x00", "\xff", "ab5", "漢", strings.Repeat("a", maxIPA+1), "ːa", "\u0303"} {
		if m, err := s.say(ipa); !errors.Is(err, tts.ErrPhonemes) {
			t.Errorf("%q: %q, %v", ipa, m, err)
		}
	}
}

// Voices of all kinds have sounds, so that no layout of their files is missed.
func TestManyVoices(t *testing.T) {
	b := newProgram(t)
	e, err := b.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, voice := range []string{
		"gmw/de+f3", "roa/pt-BR", "roa/fr-CH", "gmq/sv", "sit/cmn", "jpx/ja", "aav/vi", "eu", "trk/ky", "itc/la", "sem/ar", "ko",
	} {
		s, err := b.soundsOf(t.Context(), e, voice)
		if err != nil {
			t.Error(err)
			continue
		}
		if m, err := s.say("ˈmanatiso"); err != nil || len(s.keys) < 40 {
			t.Errorf("%s: %d sounds; %q, %v", voice, len(s.keys), m, err)
		}
	}
	// The engine breaks down over some sound of this one.
	if _, err := b.soundsOf(t.Context(), e, "esx/kl"); err != nil && !errors.Is(err, tts.ErrPhonemes) {
		t.Error(err)
	}
}

func TestCompose(t *testing.T) {
	tests := []struct {
		text string
		said []spoken
		want string
	}{
		{"Ja.", nil, "Ja."},
		{"Ja, Caffè.", []spoken{{4, 10, "k|a"}}, "Ja,  [[k|a]]."},
		{"Caffè (Caffè)", []spoken{{0, 6, "x"}, {8, 14, "y"}}, "[[x]] ( [[y]] )"},
		{"l[a]m", []spoken{{2, 3, "x"}}, "l[ [[x]] ]m"},
		{"[[a]]", []spoken{{2, 3, "x"}}, "[  [[x]] ]]"},
	}
	for _, test := range tests {
		got, offsets := compose(test.text, test.said)
		if got != test.want || len(offsets) != len([]rune(got)) || !slices.IsSorted(offsets) {
			t.Errorf("%q: %q at %v, want %q", test.text, got, offsets, test.want)
		}
	}
}

// Whatever stands around a pronunciation, it is spoken, and the words around it
// keep their marks.
func TestPronounced(t *testing.T) {
	const ipa = "ˈkatə"
	b := newWorker(t)
	voice := voices.Voice{Engine: "gmw/de"}
	speak := func(r tts.Request) tts.Clip {
		t.Helper()
		r.Voice = voice
		clip, err := b.Synthesize(t.Context(), r)
		if err != nil {
			t.Fatalf("%q: %v", r.Text, err)
		}
		return clip
	}
	for _, around := range []string{
		"~", " ~ ", "„~“", "(~)", "»~«", "\"~\"", "'~'", "[~]", "[[~]]", "{~}", "…~…", "—~—", "¿~?", "~, ~; ~: ~! ~?", "/~/", "*~*", "<~>", "&~;", "'~’s",
	} {
		text := "Sieben " + strings.ReplaceAll(around, "~", "Xyz") + " Gänse"
		var p []tts.Phonemes
		for at := 0; ; {
			i := strings.Index(text[at:], "Xyz")
			if i < 0 {
				break
			}
			p = append(p, tts.Phonemes{Lo: at + i, Hi: at + i + 3, IPA: ipa})
			at += i + 3
		}
		clip := speak(tts.Request{Text: text, Phonemes: p})
		var words []string
		for _, m := range clip.Marks {
			words = append(words, strings.Trim(text[m.Lo:m.Hi], "“”’\"'»«<>[]s&;_*/"))
		}
		words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
		want := append([]string{"Sieben"}, slices.Repeat([]string{"Xyz"}, len(p))...)
		if !slices.Equal(words, append(want, "Gänse")) {
			t.Errorf("%q: words %q", text, words)
		}
	}
	// Many in one long clause.
	word := "Xyz "
	long := strings.Repeat("Gans "+word, maxText/9)
	var p []tts.Phonemes
	for i := 5; i < len(long); i += 9 {
		p = append(p, tts.Phonemes{Lo: i, Hi: i + 3, IPA: ipa})
	}
	if clip := speak(tts.Request{Text: long, Phonemes: p}); len(clip.Marks) < 2*len(p)*95/100 {
		t.Errorf("%d marks of %d words", len(clip.Marks), 2*len(p))
	}
	// The same sound in both ways, and a part of a word.
	program := newProgram(t)
	for _, r := range []tts.Request{
		{Text: "Ein Café am Meer.", Phonemes: []tts.Phonemes{{Lo: 4, Hi: 9, IPA: ipa}}},
		{Text: "Caféhaus", Phonemes: []tts.Phonemes{{Lo: 0, Hi: 5, IPA: "kaˈfeː"}}},
	} {
		r.Voice = voice
		other, err := program.Synthesize(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(read(t, other), read(t, speak(r))) {
			t.Errorf("%q: worker and program differ", r.Text)
		}
	}
}

func read(t *testing.T, clip tts.Clip) []int16 {
	t.Helper()
	r, err := clip.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	samples, err := pcm.ReadAll(r, clip.Frames)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

func TestPhontab(t *testing.T) {
	b := newProgram(t)
	e, err := b.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(e.folder, "phontab"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, data[:3], data[:50], data[:len(data)-1], append(slices.Clone(data), 0), []byte("\x01\x00\x00\x00" + strings.Repeat("\xff", 36))} {
		if _, err := parsePhontab(bad); err == nil {
			t.Errorf("%d bytes were read", len(bad))
		}
	}
	if _, err := tableName([]byte("language tlh\n"), e.tables); err == nil {
		t.Error("there is a table for a language that has none")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Pronounce(ctx, voices.Voice{Engine: "de"}, "a"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := b.Pronounce(t.Context(), voices.Voice{Engine: "nowhere"}, "a"); !errors.Is(err, tts.ErrVoice) {
		t.Error(err)
	}
}

func FuzzSay(f *testing.F) {
	for _, s := range []string{"ˈkatə", "t͡ʃaɪ̯", "n̩", "ʲa", "a\u0303\u0329", "aː ː", "ʔ", "]]"} {
		f.Add(s)
	}
	data := &sounds{language: "de", keys: map[string]sound{}, stressed: map[string]sound{}, kinds: map[string]byte{":": 1, ";": 1}, longest: 2}
	for k, m := range map[string]string{"a": "a", "tʃ": "tS", "t": "t", "ə": "@", "n": "n", "ŋ": "N", "k": "k"} {
		data.keys[k] = sound{mnemonic: m, vowel: k == "a" || k == "ə"}
	}
	f.Fuzz(func(t *testing.T, ipa string) {
		m, err := data.say(ipa)
		if err != nil {
			return
		}
		if m == "" || strings.Trim(m, "atS@nNk|:;', ") != "" {
			t.Errorf("%q: %q", ipa, m)
		}
	})
}
