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
		{"Roman", []string{"I. Anreise", "II. Weltkrieg"}, []string{"1", "2"}},
		{"Roman alone", []string{"II. Weltkrieg"}, []string{""}},
		{"a gap", []string{"1. Scope", "3. Terms"}, []string{"", ""}},
		{"a year", []string{"1984. A year", "1985. Next"}, []string{"", ""}},
		{"no number", []string{"Scope"}, []string{""}},
	} {
		var blocks []document.Block
		for _, h := range c.headings {
			blocks = append(blocks, document.Block{Kind: document.Heading, Level: 1, Text: h})
		}
		all := numbered(blocks)
		for i, h := range c.headings {
			if said, _ := all.of(h); said != c.want[i] {
				t.Errorf("%s: %q is said %q, want %q", c.name, h, said, c.want[i])
			}
		}
	}
}
