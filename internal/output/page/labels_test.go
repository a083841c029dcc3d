package page

import (
	"maps"
	"slices"
	"testing"
)

// TestLabels: every language says all that English says.
func TestLabels(t *testing.T) {
	english := slices.Sorted(maps.Keys(tongues()["en"]))
	if len(english) < 20 || len(tongues()) < 10 {
		t.Fatalf("%d labels in %d languages", len(english), len(tongues()))
	}
	for tongue, l := range tongues() {
		if got := slices.Sorted(maps.Keys(l)); !slices.Equal(got, english) {
			t.Errorf("%s: %v", tongue, got)
		}
		for key, text := range l {
			if text == "" {
				t.Errorf("%s: no %s", tongue, key)
			}
		}
	}
	if _, tongue := labelsIn("de-AT"); tongue != "de" {
		t.Errorf("de-AT is %s", tongue)
	}
	if _, tongue := labelsIn("tlh"); tongue != "en" {
		t.Errorf("another language is %s", tongue)
	}
}
