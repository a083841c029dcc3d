package loudness

import (
	"math"
	"testing"
)

// TestOver: a tone whose samples miss its peaks passes a limit between them, in
// the blocks in which it sounds and in no others.
func TestOver(t *testing.T) {
	const rate, block = 48000, 480
	sound := make([]float32, 100*block)
	for i := 40 * block; i < 50*block; i++ {
		sound[i] = 0.9 * float32(math.Sin(2*math.Pi*rate/4*float64(i)/rate+math.Pi/4)) // samples of 0.636
	}
	for _, channels := range []int{1, 2} {
		for limit, want := range map[float64]bool{-0.5: false, -1.5: true, -3: true, -4: true} {
			o := NewOver(channels, limit)
			for at := 0; at < len(sound); at += block {
				both := sound[at : at+block]
				if channels == 2 {
					both = make([]float32, 2*block)
					for i, v := range sound[at : at+block] {
						both[2*i+1] = v
					}
				}
				inside := at > 40*block && at < 49*block
				switch over := o.WriteFloat(both); {
				case inside && over != want:
					t.Errorf("%d channels, %g dBTP: %t at %d", channels, limit, over, at)
				case over && (at < 40*block || at > 50*block):
					t.Errorf("%d channels, %g dBTP: silence at %d is loud", channels, limit, at)
				}
			}
		}
	}
}
