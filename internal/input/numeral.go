package input

import "strings"

// Roman gives n as a Roman numeral in capitals, "" if there is none (below 1,
// above 3999).
func Roman(n int) string {
	if n < 1 || n > 3999 {
		return ""
	}
	var b strings.Builder
	for _, d := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.value; n -= d.value {
			b.WriteString(d.sign)
		}
	}
	return b.String()
}

// Letters gives n as list items are lettered, in capitals: A to Z, then AA, AB,
// or where twice is set AA, BB as word processors have it; "" below 1.
func Letters(n int, twice bool) string {
	switch {
	case n < 1 || n > 26*26:
		return ""
	case n <= 26:
		return string(rune('A' + n - 1))
	case twice:
		return strings.Repeat(Letters((n-1)%26+1, false), (n-1)/26+1)
	}
	return Letters((n-1)/26, false) + Letters((n-1)%26+1, false)
}

// Superscripts and Subscripts are the characters that Unicode has for raised and
// lowered digits and signs.
var (
	Superscripts = map[rune]string{'0': "⁰", '1': "¹", '2': "²", '3': "³", '4': "⁴", '5': "⁵", '6': "⁶", '7': "⁷", '8': "⁸", '9': "⁹", '+': "⁺", '-': "⁻", '−': "⁻", '–': "⁻", 'n': "ⁿ"}
	Subscripts   = map[rune]string{'0': "₀", '1': "₁", '2': "₂", '3': "₃", '4': "₄", '5': "₅", '6': "₆", '7': "₇", '8': "₈", '9': "₉", '+': "₊", '-': "₋", '−': "₋"}
)

// Raised says how high text stands.
type Raised uint8

// The heights of text; Level is the line itself.
const (
	Level Raised = iota
	Superscript
	Subscript
)

// characters gives each character of s by its counterpart at that height; nil if
// one has none.
func (h Raised) characters(s string) []string {
	table := map[Raised]map[rune]string{Superscript: Superscripts, Subscript: Subscripts}[h]
	var all []string
	for _, r := range s {
		c := table[r]
		if c == "" {
			return nil
		}
		all = append(all, c)
	}
	return all
}
