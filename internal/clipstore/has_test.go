package clipstore

import (
	"testing"

	"narrate/internal/pcm"
)

func TestHas(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	one, two := NewKey("one"), NewKey("two")
	if _, err := s.Put(one, pcm.Format{Rate: 8000, Channels: 1}, []int16{1, 2, 3}, nil); err != nil {
		t.Fatal(err)
	}
	if !s.Has(one) || s.Has(two) {
		t.Errorf("%v, %v", s.Has(one), s.Has(two))
	}
	if err := s.remove(one); err != nil || s.Has(one) {
		t.Errorf("after it was removed: %v, %v", s.Has(one), err)
	}
}
