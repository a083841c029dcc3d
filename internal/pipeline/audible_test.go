package pipeline

import (
	"testing"

	"narrate/internal/pcm"
)

// held is sound in memory.
type held struct {
	format  pcm.Format
	samples []int16
}

func (h held) Format() pcm.Format { return h.format }
func (h held) Frames() int64      { return int64(len(h.samples) / h.format.Channels) }
func (h held) Open(s pcm.Span) (pcm.Reader, error) {
	c := int64(h.format.Channels)
	return pcm.Samples(h.format, h.samples[s.Start*c:s.End*c]), nil
}

// TestAudible: what the mix would be next to silent of is heard by its louder
// channel; all else by its mix.
func TestAudible(t *testing.T) {
	for name, c := range map[string]struct {
		left, right int
		want        int // of 1000 times the wave
	}{
		"in phase":           {1000, 1000, 1000},
		"on the left":        {1000, 0, 500},
		"opposite":           {1000, -1000, 1000},
		"opposite, unequal":  {700, -1000, -1000},
		"silent":             {0, 0, 0},
		"far from opposite":  {1000, -300, 350},
		"nearly in opposite": {1000, -900, 1000},
	} {
		sound := held{format: pcm.Format{Rate: 8000, Channels: 2}}
		for i := range 8000 * 90 {
			wave := i%7 - 3
			sound.samples = append(sound.samples, int16(c.left*wave), int16(c.right*wave))
		}
		heard, err := audible(t.Context(), sound)
		if err != nil {
			t.Fatal(err)
		}
		r, err := heard.Open(pcm.Span{Start: 6, End: 7})
		if err != nil {
			t.Fatal(err)
		}
		got, err := pcm.ReadAll(pcm.Mono(r), 1)
		if err != nil || len(got) != 1 || int(got[0]) != 3*c.want || heard.Frames() != sound.Frames() {
			t.Errorf("%s: %v, %v, want %d", name, got, err, 3*c.want)
		}
	}
	one := held{format: pcm.Format{Rate: 8000, Channels: 1}, samples: make([]int16, 100)}
	if heard, err := audible(t.Context(), one); err != nil || heard.Format().Channels != 1 || heard.Frames() != 100 {
		t.Errorf("%+v, %v", heard, err)
	}
}
