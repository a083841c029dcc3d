package script

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTextRange(t *testing.T) {
	// Text   "Am 3. Mai (1999) lief er 12 km weit"
	// Spoken "Am dritten Mai lief er also zwölf Kilometer weit"
	u := &Utterance{
		Text:   "Am 3. Mai (1999) lief er 12 km weit",
		Spoken: "Am dritten Mai lief er also zwölf Kilometer weit",
		Edits: []Edit{
			{TextLo: 3, TextHi: 5, SpokenLo: 3, SpokenHi: 10},    // other words
			{TextLo: 9, TextHi: 16, SpokenLo: 14, SpokenHi: 14},  // left out
			{TextLo: 24, TextHi: 24, SpokenLo: 22, SpokenHi: 27}, // put in
			{TextLo: 25, TextHi: 30, SpokenLo: 28, SpokenHi: 44}, // two words for two
		},
	}
	for spoken, text := range map[string]string{
		"Am":                  "Am",
		"dritten":             "3.",
		"ritte":               "3.", // part of an edit is all of it
		"Mai":                 "Mai",
		"lief":                "lief",
		"er":                  "er",
		"also":                "", // inside an edit of no text
		"zwölf":               "12 km",
		"Kilometer":           "12 km",
		"weit":                "weit",
		"Am dritten Mai lief": "Am 3. Mai (1999) lief",
		"n Mai":               "3. Mai",
		u.Spoken:              u.Text,
	} {
		at := strings.Index(u.Spoken, spoken)
		lo, hi := u.TextRange(at, at+len(spoken))
		if got := u.Text[lo:hi]; got != text {
			t.Errorf("%q is the sound of %q, want %q", spoken, got, text)
		}
	}
	plain := &Utterance{Text: "Nichts zu ändern", Spoken: "Nichts zu ändern"}
	if lo, hi := plain.TextRange(7, 9); lo != 7 || hi != 9 {
		t.Errorf("without edits 7 to 9 is %d to %d", lo, hi)
	}
}

// TestTextRangeProperties builds an utterance from pieces that are the same in
// both forms or edited, and holds the mapping to what the pieces say.
func TestTextRangeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.StringMatching(`[a-zäß ]{0,6}`)
		var u Utterance
		type kept struct{ spoken, text, length int }
		var same []kept
		for i := range rapid.IntRange(1, 12).Draw(t, "pieces") {
			text := piece.Draw(t, "text")
			if i%2 == 0 {
				same = append(same, kept{len(u.Spoken), len(u.Text), len(text)})
				u.Text, u.Spoken = u.Text+text, u.Spoken+text
				continue
			}
			spoken := piece.Draw(t, "spoken")
			u.Edits = append(u.Edits, Edit{
				TextLo: len(u.Text), TextHi: len(u.Text) + len(text),
				SpokenLo: len(u.Spoken), SpokenHi: len(u.Spoken) + len(spoken),
			})
			u.Text, u.Spoken = u.Text+text, u.Spoken+spoken
		}
		for _, k := range same {
			if k.length == 0 {
				continue
			}
			if lo, hi := u.TextRange(k.spoken, k.spoken+k.length); lo != k.text || hi != k.text+k.length {
				t.Fatalf("%+v maps to %d to %d", k, lo, hi)
			}
		}
		last := 0
		for lo := range len(u.Spoken) {
			for hi := lo + 1; hi <= len(u.Spoken); hi++ {
				a, b := u.TextRange(lo, hi)
				if a < 0 || b < a || b > len(u.Text) {
					t.Fatalf("%d to %d maps to %d to %d of %d", lo, hi, a, b, len(u.Text))
				}
			}
			a, _ := u.TextRange(lo, lo+1)
			if a < last {
				t.Fatalf("byte %d maps back to %d from %d", lo, a, last)
			}
			last = a
		}
	})
}
