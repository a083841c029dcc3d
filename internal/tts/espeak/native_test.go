package espeak

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/voices"
)

// TestNative: mnemonics come to the engine as they are given, and nothing else
// passes for one.
func TestNative(t *testing.T) {
	b := newWorker(t)
	voice := voices.Voice{Engine: "gmw/en-US"}
	const text = "Lester Xyz left."
	say := func(p ...tts.Phonemes) []int16 {
		t.Helper()
		clip, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voice, Phonemes: p})
		if err != nil {
			t.Fatal(err)
		}
		return read(t, clip)
	}
	native := func(s string) tts.Phonemes { return tts.Phonemes{Lo: 7, Hi: 10, IPA: "ˈɒksfəd", Native: s} }
	plain := say()
	heard := map[string][]int16{}
	for _, good := range []string{"l'Est3", "l'i:st3", "l|'E|s|t|3", " l'Est3  l'Est3 ", "l'Est3||l'Est3", "l'E?st3"} {
		if err := tts.CheckNative(t.Context(), b, voice, good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
		if heard[good] = say(native(good)); slices.Equal(heard[good], plain) {
			t.Errorf("%q: the written word is heard", good)
		}
	}
	if slices.Equal(heard["l'Est3"], heard["l'i:st3"]) || !slices.Equal(heard["l'Est3"], heard["l|'E|s|t|3"]) {
		t.Error("the phonemes are not those that were given")
	}
	for _, bad := range []string{
		"]]", "l'Est3]] hello", "l'Est]3", "[[a]]", "a[", "_^_de", "l'Est3 _^_fr b", "'", "_:", "|", " ", "Q9x", "l'Est\x00", "a\x01", "l'ɛst", "<a>", "\xff",
		strings.Repeat("a", maxIPA+1),
	} {
		if err := tts.CheckNative(t.Context(), b, voice, bad); !errors.Is(err, tts.ErrPhonemes) {
			t.Errorf("%q: %v", bad, err)
		}
		if !slices.Equal(say(native(bad)), plain) {
			t.Errorf("%q: the written word is not what is heard", bad)
		}
	}
	if err := b.Spell(t.Context(), voices.Voice{Engine: "nowhere"}, "a"); !errors.Is(err, tts.ErrVoice) {
		t.Error(err)
	}
}

// TestNativeMnemonics: the engine has what is taken for a mnemonic of a voice.
func TestNativeMnemonics(t *testing.T) {
	b := newProgram(t)
	for _, voice := range []string{"gmw/de", "gmw/en-US", "roa/fr", "sit/cmn-Latn-pinyin"} {
		s := soundsFor(t, b, voice)
		var names, lines []string
		for m, kind := range s.kinds {
			if _, err := s.spell(m); err == nil && kind >= kindVowel && kind <= kindNasal {
				names, lines = append(names, m), append(lines, "[["+m+"|'a]]")
			}
		}
		if len(names) < 30 {
			t.Errorf("%s: %d mnemonics", voice, len(names))
		}
		bare := spell(t, voice, []string{"[['a]]"})[0]
		for i, ipa := range spell(t, voice, lines) {
			if ipa == "" || !strings.Contains(ipa, strings.Trim(bare, "ˈ0123456789")) {
				t.Errorf("%s: after %q the engine says %q", voice, names[i], ipa)
			}
		}
	}
}

func FuzzSpell(f *testing.F) {
	for _, s := range []string{"l'Est3", "_^_de", "]]", "t[a", "a||a", "'a"} {
		f.Add(s)
	}
	data := &sounds{kinds: map[string]byte{"a": kindVowel, "t": 4, "t[": 4, "'": 1, "_^_": 0, "]": 1, ":": 1}}
	f.Fuzz(func(t *testing.T, native string) {
		if m, err := data.spell(native); err == nil && (m == "" || strings.Trim(m, "at['|: ") != "") {
			t.Errorf("%q: %q", native, m)
		}
	})
}
