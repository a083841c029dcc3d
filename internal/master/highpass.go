package master

import (
	"math"
	"time"

	"narrate/internal/pcm"
)

// highPass is a Butterworth high pass of the fourth order: 24 dB an octave, -3
// dB at its corner, as two sections of the second order with the quality
// 1/(2·cos(π/8)) and 1/(2·cos(3π/8)), brought from the analogue by the bilinear
// transform with the corner in its place.
//
// It runs on a grid of blocks of absolute frames. Each begins from rest, preroll
// frames early: what the filter remembers of the time before that has fallen by
// 200 dB, so the blocks join without a seam.
type highPass struct {
	sections [2]section
	block    int64 // frames
	preroll  int   // frames
	// hush is after how many frames of digital silence the filter is at rest,
	// and silence stays silent: what it still rings by is 160 dB lower.
	hush int
}

type section struct{ b0, b1, b2, a1, a2 float64 }

const highPassBlock = 2 * time.Second

func newHighPass(rate pcm.Hz, corner float64) *highPass {
	h := &highPass{
		block:   rate.Frames(highPassBlock),
		preroll: int(math.Ceil(10 * float64(rate) / corner)),
		hush:    int(math.Ceil(8 * float64(rate) / corner)),
	}
	k := math.Tan(math.Pi * corner / float64(rate))
	for i, angle := range []float64{math.Pi / 8, 3 * math.Pi / 8} {
		damping := 2 * math.Cos(angle)
		a0 := 1 + damping*k + k*k
		h.sections[i] = section{
			b0: exact(1 / a0), b1: -2 * exact(1/a0), b2: exact(1 / a0),
			a1: exact(2 * (k*k - 1) / a0), a2: exact((1 - damping*k + k*k) / a0),
		}
	}
	return h
}

// ringing is what a high pass remembers; zero at rest.
type ringing struct {
	s1, s2, t1, t2 float64
	quiet          int // frames of silence so far
}

// run filters frames that follow those before, in their place.
func (h *highPass) run(r *ringing, frames []float64) {
	s, t := h.sections[0], h.sections[1]
	s1, s2, t1, t2, quiet := r.s1, r.s2, r.t1, r.t2, r.quiet
	for i, x := range frames {
		if x == 0 {
			if quiet++; quiet >= h.hush {
				s1, s2, t1, t2 = 0, 0, 0, 0
			}
		} else {
			quiet = 0
		}
		// Direct form II transposed. What does not wait for the sample before is
		// summed first.
		y := float64(s.b0*x) + s1
		s1 = float64(s.b1*x) + s2 - float64(s.a1*y)
		s2 = float64(s.b2*x) - float64(s.a2*y)
		z := float64(t.b0*y) + t1
		t1 = float64(t.b1*y) + t2 - float64(t.a1*z)
		t2 = float64(t.b2*y) - float64(t.a2*z)
		frames[i] = z
	}
	*r = ringing{s1, s2, t1, t2, quiet}
}
