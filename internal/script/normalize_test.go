package script

import (
	"testing"

	"narrate/voices"
)

// TestNormalize sees that the spoken form goes through normalisation, in the
// language of the article, after the lexicon, and only if the voice wants it.
func TestNormalize(t *testing.T) {
	set, err := voices.Load()
	if err != nil {
		t.Fatal(err)
	}
	const text = "Am 3. Mai lief Dr. Weber 5 km weit, z. B. nach Nordhorn."
	for _, test := range []struct {
		name   string
		change func(*voices.Voice)
		want   string
	}{
		{"as the profile is", func(*voices.Voice) {}, "Am dritten Mai lief Doktor Weber 5 Kilometer weit, zum Beispiel nach Nordhorn."},
		{"switched off", func(v *voices.Voice) { v.Normalize = false }, text},
		{
			"the lexicon goes first", func(v *voices.Voice) { v.Lexicon = []voices.Entry{{Word: "Dr.", Say: "Frau Doktor"}} },
			"Am dritten Mai lief Frau Doktor Weber 5 Kilometer weit, zum Beispiel nach Nordhorn.",
		},
	} {
		voice, err := set.Find("de")
		if err != nil {
			t.Fatal(err)
		}
		changed := *voice
		test.change(&changed)
		s, err := Build(article("a.txt", text), Options{Voices: set, Voice: &changed, Lang: "de"})
		if err != nil {
			t.Fatal(err)
		}
		u := &s.Chapters[0].Utterances[0]
		if u.Spoken != test.want || u.Text != text {
			t.Errorf("%s: %q is spoken as %q", test.name, u.Text, u.Spoken)
		}
		if lo, hi := u.TextRange(len("Am "), len("Am dritten")); test.want != text && u.Text[lo:hi] != "3." {
			t.Errorf("%s: the word leads back to %q", test.name, u.Text[lo:hi])
		}
	}
}
