package pcm

import "testing"

// numbers is a source of frames that count from first on.
type numbers struct{ first, frames int64 }

func (n numbers) Format() Format { return Format{Rate: 8000, Channels: 1} }
func (n numbers) Frames() int64  { return n.frames }
func (n numbers) Open(span Span) (Reader, error) {
	var all []int16
	for i := span.Start; i < span.End; i++ {
		all = append(all, int16(n.first+i))
	}
	return Samples(n.Format(), all), nil
}

func TestConcat(t *testing.T) {
	c := Concat(numbers{0, 3}, numbers{3, 0}, numbers{3, 1}, numbers{4, 6})
	if c.Frames() != 10 {
		t.Fatalf("%d frames", c.Frames())
	}
	for lo := range int64(11) {
		for hi := lo; hi <= 10; hi++ {
			r, err := c.Open(Span{Start: lo, End: hi})
			if err != nil {
				t.Fatal(err)
			}
			got, err := ReadAll(r, 10)
			if err != nil || int64(len(got)) != hi-lo {
				t.Fatalf("frames %d to %d: %v, %v", lo, hi, got, err)
			}
			for i, v := range got {
				if int64(v) != lo+int64(i) {
					t.Errorf("frames %d to %d: %v", lo, hi, got)
				}
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for _, bad := range []Span{{Start: -1}, {Start: 2, End: 1}, {End: 11}} {
		if _, err := c.Open(bad); err == nil {
			t.Errorf("%v can be opened", bad)
		}
	}
}
