package script

import (
	"testing"

	"narrate/internal/document"
)

func TestHeadingNumbers(t *testing.T) {
	for _, c := range []struct {
		name     string
		headings []string
		want     []string // what is said of each number, "" where it is left alone
	}{
		{"a row", []string{"1. Scope", "2. Terms"}, []string{"1", "2"}},
		{"levels", []string{"1.2. Detail", "3.1 More"}, []string{"1.2", "3.1"}},
		{"one alone may be an ordinal", []string{"3. Liga"}, []string{""}},
		{"dates", []string{"3. Mai", "4. Mai"}, []string{"", ""}},
		{"Roman", []string{"I. Anreise", "II. Weltbild"}, []string{"1", "2"}},
		{"Roman with a gap", []string{"II. Methods", "V. Results"}, []string{"2", "5"}},
		{"counted nouns in a row", []string{"1. Vorspiel", "2. Weltkrieg", "3. Nachspiel"}, []string{"1", "", "3"}},
		{"a month in a row", []string{"1. Lage", "2. Mai 1945"}, []string{"1", ""}},
		{"a century in a row", []string{"5. Karte", "6. Jahrhundert: Reiche"}, []string{"5", ""}},
		{"a Roman war in a row", []string{"I. Anreise", "II. Weltkrieg"}, []string{"1", ""}},
		{"words that only begin so", []string{"1. Lage", "2. Tagebuch"}, []string{"1", "2"}},
		{"Roman before the same word", []string{"II. Über Dinge", "IV. Über Dinge"}, []string{"2", "4"}},
		{"Roman alone", []string{"II. Weltkrieg"}, []string{""}},
		{"a gap", []string{"1. Scope", "3. Terms"}, []string{"", ""}},
		{"a year", []string{"1984. A year", "1985. Next"}, []string{"", ""}},
		{"five, not an abbreviation", []string{"V. Schluss"}, []string{"5"}},
		{"nothing else", []string{"XIV", "II."}, []string{"14", "2"}},
		{"no number", []string{"Scope"}, []string{""}},
	} {
		var blocks []document.Block
		for _, h := range c.headings {
			blocks = append(blocks, document.Block{Kind: document.Heading, Level: 1, Text: h})
		}
		all := numbered(blocks)
		for i, h := range c.headings {
			if said, _ := all.of(h, "de"); said != c.want[i] {
				t.Errorf("%s: %q is said %q, want %q", c.name, h, said, c.want[i])
			}
		}
	}
	if said, _ := numbered(nil).of("II. The Lamp", "en-GB"); said != "2" {
		t.Errorf("II. The Lamp: %q", said)
	}
}
