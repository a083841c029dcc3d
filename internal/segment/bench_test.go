package segment

import (
	"fmt"
	"strings"
	"testing"
)

// article is running prose with the usual share of abbreviations, numbers,
// quotations and brackets, by language.
var article = map[string]string{
	"de": "Am 3. Mai 1897 zog Dr. Anna Weiß mit ihrem Bruder in die Stadt, wo beide z. B. in der Linie 7 arbeiteten. " +
		"Die Miete war hoch, die Zimmer waren klein; dennoch blieben sie. „Wir haben hier alles, was wir brauchen“, sagte sie oft. " +
		"Im 19. Jahrhundert war das nicht selbstverständlich! Wer weiß, was sonst geworden wäre? Gegen Ende des Jahres zählte die Gemeinde rund 1,5 Mio. Einwohner, " +
		"darunter viele Zugezogene aus den Dörfern ringsum (vgl. Abb. 4). Später wurde daraus eine Geschichte, die man sich gern erzählte …\n\n",
	"en": "On 3 May 1897 Dr. Anna White moved to the city with her brother, where both of them worked for Hill & Co. on line 7. " +
		"The rent was high and the rooms were small; they stayed nevertheless. “We have everything we need here,” she used to say. " +
		"That was not a matter of course at the time! Who knows what would have become of them? By the end of the year the parish counted about 1.5 million people, " +
		"many of them from the villages around (cf. Fig. 4). Later it became a story that people liked to tell …\n\n",
}

func BenchmarkArticles(b *testing.B) {
	for _, lang := range []string{"de", "en"} {
		text := strings.Repeat(article[lang], 8)
		var spans []Span
		b.Run(lang, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				spans = Append(spans[:0], text, lang)
			}
		})
	}
}

func BenchmarkBigText(b *testing.B) {
	for _, lang := range []string{"de", "en"} {
		for _, join := range []string{"paragraphs", "one line"} {
			text := strings.Repeat(article[lang], 20_000_000/len(article[lang]))
			if join == "one line" {
				text = strings.ReplaceAll(text, "\n\n", " ")
			}
			b.Run(lang+"/"+join, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					for range Sentences(text, lang) {
					}
				}
			})
		}
	}
}

// BenchmarkDivide divides texts without a sentence boundary, whatever their
// length and the limit in the same time a byte.
func BenchmarkDivide(b *testing.B) {
	for _, c := range []struct{ name, unit string }{{"one word", "a"}, {"words", "a bc def, "}, {"Chinese", "他们在大学里认识，"}} {
		for _, size := range []int{100_000, 1_000_000, 10_000_000} {
			for _, limit := range []int{50, 500, 5000} {
				text := strings.Repeat(c.unit, size/len(c.unit))
				b.Run(fmt.Sprintf("%s/%d/%d", c.name, size, limit), func(b *testing.B) {
					b.SetBytes(int64(len(text)))
					for b.Loop() {
						Divide(text, "zh", limit)
					}
				})
			}
		}
	}
}
