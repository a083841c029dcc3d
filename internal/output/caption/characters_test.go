package caption

import (
	"testing"
	"unicode"
)

// TestCharacters: what is asked of characters is what Unicode's tables say.
func TestCharacters(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		if got, want := parts(r), unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp); got != want {
			t.Errorf("%U parts lines: %t", r, got)
		}
		if got, want := nothing(r), r == '\uFEFF' || unicode.Is(unicode.Noncharacter_Code_Point, r); got != want {
			t.Errorf("%U is nothing: %t", r, got)
		}
	}
}
