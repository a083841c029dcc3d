package epub

import bcp47 "golang.org/x/text/language"

// labels are the few words of a book that its text does not have.
type labels struct{ lang, contents, cover, text string }

// tongues are the labels of the languages that articles come in, the first one
// for all others.
var tongues = []labels{
	{"en", "Contents", "Cover", "Text"},
	{"de", "Inhalt", "Umschlag", "Text"},
	{"fr", "Table des mati\u00E8res", "Couverture", "Texte"},
	{"es", "\u00CDndice", "Cubierta", "Texto"},
	{"it", "Indice", "Copertina", "Testo"},
	{"nl", "Inhoud", "Omslag", "Tekst"},
	{"pl", "Spis tre\u015Bci", "Ok\u0142adka", "Tekst"},
	{"pt", "Sum\u00E1rio", "Capa", "Texto"},
	{"ru", "\u0421\u043E\u0434\u0435\u0440\u0436\u0430\u043D\u0438\u0435", "\u041E\u0431\u043B\u043E\u0436\u043A\u0430", "\u0422\u0435\u043A\u0441\u0442"},
	{"ja", "\u76EE\u6B21", "\u8868\u7D19", "\u672C\u6587"},
	{"zh", "\u76EE\u5F55", "\u5C01\u9762", "\u6B63\u6587"},
	{"ar", "\u0627\u0644\u0645\u062D\u062A\u0648\u064A\u0627\u062A", "\u0627\u0644\u063A\u0644\u0627\u0641", "\u0627\u0644\u0646\u0635"},
	{"he", "\u05EA\u05D5\u05DB\u05DF \u05D4\u05E2\u05E0\u05D9\u05D9\u05E0\u05D9\u05DD", "\u05DB\u05E8\u05D9\u05DB\u05D4", "\u05D8\u05E7\u05E1\u05D8"},
}

// labelsIn are the labels in a book's language, or in English.
func labelsIn(tag string) labels {
	if t, err := bcp47.Parse(tag); err == nil {
		base, _ := t.Base()
		for _, l := range tongues {
			if l.lang == base.String() {
				return l
			}
		}
	}
	return tongues[0]
}
