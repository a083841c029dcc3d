// Package pcmtest checks implementations of pcm.Reader against its contract and
// makes signals for tests.
package pcmtest

import (
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"narrate/internal/pcm"
)

// CheckReader reads what open gives several times, with buffers of several
// sizes, and fails the test unless each Read has one of the three legal
// results of pcm.Reader, the end is repeated, and every reading gives the same
// samples, frames frames in all. It returns those samples.
func CheckReader(t testing.TB, open func() pcm.Reader, frames int64) []int16 {
	t.Helper()
	r := open()
	f := r.Format()
	if f.Rate <= 0 || f.Channels <= 0 {
		t.Fatalf("format %+v", f)
	}
	// Closing before the end must work.
	if err := r.Close(); err != nil {
		t.Fatalf("closing before the end: %v", err)
	}
	var first []int16
	// The sizes that are not whole frames ask whether only whole frames come.
	c := f.Channels
	for i, size := range []int{16384 * c, c, 2*c - 1, 3 * c, 1151*c + 1, 65536 * c} {
		r := open()
		if got := r.Format(); got != f {
			t.Fatalf("format %+v on one opening, %+v on the next", f, got)
		}
		samples := readAll(t, r, size, frames)
		if err := r.Close(); err != nil {
			t.Fatalf("closing at the end: %v", err)
		}
		if i == 0 {
			first = samples
		} else if !slices.Equal(samples, first) {
			t.Fatalf("with a buffer of %d samples the sound differs at sample %d", size, difference(samples, first))
		}
	}
	return first
}

func readAll(t testing.TB, r pcm.Reader, size int, frames int64) []int16 {
	t.Helper()
	c := r.Format().Channels
	buf := make([]int16, size)
	var out []int16
	for {
		n, err := r.Read(buf)
		switch {
		case n == 0 && errors.Is(err, io.EOF):
			if got := int64(len(out) / c); got != frames {
				t.Fatalf("buffer of %d: %d frames, want %d", size, got, frames)
			}
			for range 3 {
				if n, err := r.Read(buf); n != 0 || !errors.Is(err, io.EOF) {
					t.Fatalf("buffer of %d: Read after the end gives %d, %v", size, n, err)
				}
			}
			return out
		case n <= 0 || err != nil:
			t.Fatalf("buffer of %d: Read gives %d, %v after %d samples", size, n, err, len(out))
		case n > size || n%c != 0:
			t.Fatalf("buffer of %d: Read gives %d samples of %d channels", size, n, c)
		}
		out = append(out, buf[:n]...)
		if int64(len(out)/c) > frames {
			t.Fatalf("buffer of %d: more than %d frames", size, frames)
		}
	}
}

// difference is the index of the first sample that differs.
func difference(a, b []int16) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
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
