package script

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"narrate/internal/document"
)

// headingNumber is a number in front of a heading: "1.2" and "3.1." are surely
// the number of a section, "3." and "IV." may also be ordinals ("3. Mai").
var headingNumber = regexp.MustCompile(`^(?:(\d{1,3}(?:\.\d{1,3})+\.?)|(\d{1,3})\.|([IVX]{1,7})\.)[ \x{a0}]+(\S+)`)

// numbering is the headings that are numbered with one number and a stop: the
// word that follows, by the number and whether it is Roman.
type numbering map[ordinal]string

type ordinal struct {
	n     int
	roman bool
}

// numbered finds the numbers of the article's headings.
func numbered(blocks []document.Block) numbering {
	all := numbering{}
	for i := range blocks {
		if blocks[i].Kind != document.Heading {
			continue
		}
		if m := headingNumber.FindStringSubmatch(blocks[i].Text); m != nil && m[1] == "" {
			if o, ok := ordinalOf(m); ok {
				all[o] = m[4]
			}
		}
	}
	return all
}

func ordinalOf(m []string) (ordinal, bool) {
	if m[2] != "" {
		n, err := strconv.Atoi(m[2])
		return ordinal{n: n}, err == nil
	}
	for n := 1; n < 40; n++ {
		if romans[n] == m[3] {
			return ordinal{n, true}, true
		}
	}
	return ordinal{}, false
}

// romans are the numerals below 40.
var romans = func() (all [40]string) {
	for n := range all {
		all[n] = strings.Repeat("X", n/10) + [...]string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}[n%10]
	}
	return all
}()

// of gives the number that a heading carries as one of a row, as it is said,
// and the bytes that it takes of the text; 0 where there is none. A single
// number counts only where the heading before or after it in the row has another
// word behind its number: "3. Mai" and "4. Mai" are dates, "3. Liga" alone is a
// league. A Roman numeral counts where there is any other. Nor does it count before a
// German noun that is counted with ordinals: "2. Weltkrieg" between "1. Vorspiel"
// and "3. Nachspiel" is the second of its kind. A heading may also be a Roman
// numeral and nothing else. lang is the heading's language, BCP 47.
func (all numbering) of(text, lang string) (said string, hi int) {
	if o, ok := ordinalOf([]string{3: strings.TrimSuffix(text, ".")}); ok {
		return strconv.Itoa(o.n), len(text) // a numeral is all that there is
	}
	m := headingNumber.FindStringSubmatch(text)
	if m == nil {
		return "", 0
	}
	hi = len(m[0]) - len(m[4])
	if m[3] == "V" { // else an abbreviation
		return "5", hi
	}
	if m[1] != "" {
		return strings.TrimSuffix(m[1], "."), hi
	}
	o, ok := ordinalOf(m)
	if !ok {
		return "", 0
	}
	if countedNoun(m[4]) {
		return "", 0
	}
	if o.roman && o.n > 1 && base(lang) != "de" {
		return strconv.Itoa(o.n), hi // only German writes ordinals so
	}
	for other, word := range all {
		near := other.n == o.n-1 || other.n == o.n+1 || o.roman && other.n != o.n
		if near && other.roman == o.roman && (o.roman || word != m[4]) {
			return strconv.Itoa(o.n), hi
		}
	}
	return "", 0
}

// countedNouns are German nouns that a number with a stop before them counts,
// months among them.
var countedNouns = func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(`Weltkrieg Jahrhundert Jahrtausend Liga Bundesliga Klasse Auflage Akt Kapitel Advent Tag Stock
		Geburtstag Todestag Jahrestag Lebensjahr Schuljahr Halbjahr Quartal Semester Platz Rang Runde Spieltag Halbzeit Etage
		Obergeschoss Untergeschoss Sinfonie Symphonie Sonntag Weihnachtstag Kreuzzug Buch FC
		Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember`) {
		all[w] = true
	}
	return all
}()

// countedNoun reports that the word behind a heading's number is one of them,
// with whatever marks stand behind it.
func countedNoun(word string) bool {
	return countedNouns[strings.TrimRightFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })]
}
