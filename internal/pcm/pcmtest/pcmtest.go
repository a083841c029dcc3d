// Package pcmtest checks implementations of pcm.Reader against its contract and
// makes signals for tests.
package pcmtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmcheck"
)

// CheckReader reads what open gives several times, with buffers of several
// sizes, and fails the test unless each Read has one of the three legal
// results of pcm.Reader, the end is repeated, and every reading gives the same
// samples, frames frames in all. It returns those samples.
func CheckReader(t testing.TB, open func() pcm.Reader, frames int64) []int16 {
	t.Helper()
	samples, err := pcmcheck.Reader(func() (pcm.Reader, error) { return open(), nil }, frames)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// Tone is a sine of the frequency in hertz, of amplitude 0 to 1 of full scale,
// the same in every channel, starting at a zero crossing.
func Tone(f pcm.Format, hertz, amplitude float64, frames int64) []int16 {
	out := make([]int16, 0, frames*int64(f.Channels))
	for i := range frames {
		s := int16(math.Round(32767 * amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(f.Rate))))
		for range f.Channels {
			out = append(out, s)
		}
	}
	return out
}

// Noise is white noise of amplitude 0 to 1 of full scale, different in every
// channel and the same for the same seed.
func Noise(f pcm.Format, seed uint64, amplitude float64, frames int64) []int16 {
	random := rand.New(rand.NewPCG(seed, 0))
	out := make([]int16, frames*int64(f.Channels))
	for i := range out {
		out[i] = int16(math.Round(32767 * amplitude * (2*random.Float64() - 1)))
	}
	return out
}

// Silence is digital silence.
func Silence(f pcm.Format, frames int64) []int16 {
	return make([]int16, frames*int64(f.Channels))
}
