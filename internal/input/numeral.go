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
