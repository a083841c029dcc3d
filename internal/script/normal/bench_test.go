package normal

import (
	"strings"
	"testing"
)

// BenchmarkFind measures sentences as they come: all rows of the tables, each
// with an ordinary sentence before it.
func BenchmarkFind(b *testing.B) {
	plain := map[string]string{
		"de": "Am Morgen gingen die Leute wie immer zum Markt und kauften, was sie brauchten.",
		"en": "In the morning the people went to the market as always and bought what they needed.",
		"fr": "Le matin, les gens allaient au marché comme toujours et achetaient ce qu’il fallait.",
		"es": "Por la mañana la gente iba al mercado como siempre y compraba lo que necesitaba.",
		"it": "Al mattino la gente andava al mercato come sempre e comprava ciò che serviva.",
	}
	for _, lang := range langs[:5] {
		b.Run(lang, func(b *testing.B) {
			rows := readRows(b, lang)
			n := 0
			for _, r := range rows {
				n += len(r.shown) + len(plain[lang])
			}
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range rows {
					Find(plain[lang], lang)
					Find(r.shown, lang)
				}
			}
		})
		b.Run(lang+" plain", func(b *testing.B) {
			b.SetBytes(int64(len(plain[lang])))
			b.ReportAllocs()
			for b.Loop() {
				Find(plain[lang], lang)
			}
		})
	}
}

// hostile are texts that a rule could look through again and again.
var hostile = []string{
	"1.", "1 ", "1 000 ", "a.", "z. B. ", "II. ", "3. und ", "1-", "1–", "+1 ", "(1", "@", "a@", "a/", "x_", "1/2 ", "😂", "😂\u200d", "👍🏽", "§", "₂", "C₂", "²", "x²",
	"Ludwig ", "XIV ", "A ", "Dr. ", "12", "1'", "$", "$1 ", "€ ", "km/", "5 km/", "https://", ".", "St. ", "am ", "1. am ", "Montag, ", "\u0301", "1,000", "#", "é",
}

func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		text := strings.TrimSpace(strings.Repeat(h, 1<<18/len(h)))
		b.Run(h, func(b *testing.B) {
			b.SetBytes(int64(2 * len(text)))
			for b.Loop() {
				Find(text, "de")
				Find(text, "en")
			}
		})
	}
}
