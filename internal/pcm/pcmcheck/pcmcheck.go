// Package pcmcheck holds a pcm.Reader against its contract.
package pcmcheck

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"narrate/internal/pcm"
)

// Reader reads what open gives several times, with buffers of several sizes,
// and fails unless each Read has one of the three legal results of pcm.Reader,
// the end is repeated, and every reading gives the same samples, frames frames
// in all. It returns those samples.
func Reader(open func() (pcm.Reader, error), frames int64) ([]int16, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	f := r.Format()
	if err := r.Close(); err != nil {
		return nil, fmt.Errorf("closing before the end: %w", err)
	}
	if f.Rate <= 0 || f.Channels <= 0 {
		return nil, fmt.Errorf("format %+v", f)
	}
	var first []int16
	// The sizes that are not whole frames ask whether only whole frames come.
	c := f.Channels
	for i, size := range []int{16384 * c, c, 2*c - 1, 3 * c, 1151*c + 1, 65536 * c} {
		samples, err := once(open, f, size, frames)
		if err != nil {
			return nil, fmt.Errorf("buffer of %d: %w", size, err)
		}
		if i == 0 {
			first = samples
		} else if !slices.Equal(samples, first) {
			return nil, fmt.Errorf("with a buffer of %d samples the sound differs at sample %d", size, difference(samples, first))
		}
	}
	return first, nil
}

// once reads the sound with a buffer of one size.
func once(open func() (pcm.Reader, error), f pcm.Format, size int, frames int64) ([]int16, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	if got := r.Format(); got != f {
		return nil, errors.Join(fmt.Errorf("format %+v on one opening, %+v on the next", f, got), r.Close())
	}
	samples, err := all(r, size, frames)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if err := r.Close(); err != nil {
		return nil, fmt.Errorf("closing at the end: %w", err)
	}
	return samples, nil
}

func all(r pcm.Reader, size int, frames int64) ([]int16, error) {
	c := r.Format().Channels
	buf := make([]int16, size)
	var out []int16
	for {
		n, err := r.Read(buf)
		switch {
		case n == 0 && errors.Is(err, io.EOF):
			if got := int64(len(out) / c); got != frames {
				return nil, fmt.Errorf("%d frames, want %d", got, frames)
			}
			for range 3 {
				if n, err := r.Read(buf); n != 0 || !errors.Is(err, io.EOF) {
					return nil, fmt.Errorf("reading after the end gives %d, %w", n, err)
				}
			}
			return out, nil
		case n <= 0 || err != nil:
			return nil, fmt.Errorf("reading gives %d, %w after %d samples", n, err, len(out))
		case n > size || n%c != 0:
			return nil, fmt.Errorf("reading gives %d samples of %d channels", n, c)
		}
		out = append(out, buf[:n]...)
		if int64(len(out)/c) > frames {
			return nil, fmt.Errorf("more than %d frames", frames)
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
