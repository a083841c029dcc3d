// Package pcm is sound as frames. A frame is one sample for every channel; all
// positions and lengths are int64 frame counts, and samples are signed 16-bit,
// interleaved. Time is turned into frames, and frames into milliseconds, here
// and once.
package pcm

import (
	"errors"
	"math"
	"time"
)

// Hz is a sample rate in frames a second.
type Hz int

// Frames is the number of whole frames nearest to d.
func (r Hz) Frames(d time.Duration) int64 {
	return muldiv(int64(d), int64(r), int64(time.Second))
}

// Duration is the time of n frames, to the nearest nanosecond.
func (r Hz) Duration(n int64) time.Duration {
	return time.Duration(muldiv(n, int64(time.Second), int64(r)))
}

// Milliseconds is the absolute position n as milliseconds, to the nearest one.
// Positions are converted one by one and never added up afterwards.
func (r Hz) Milliseconds(n int64) int64 { return muldiv(n, 1000, int64(r)) }

// muldiv is a*b/c rounded to nearest (halves away from zero), for c > 0,
// without overflow where the quotient and c*b fit.
func muldiv(a, b, c int64) int64 {
	if a < 0 {
		return -muldiv(-max(a, -math.MaxInt64), b, c) // the least has no opposite
	}
	return a/c*b + (a%c*b+c/2)/c
}

// Format is the shape of a stream of sound.
type Format struct {
	Rate     Hz
	Channels int
}

// Span is a half-open range of frames.
type Span struct{ Start, End int64 }

// Frames is the length of the span.
func (s Span) Frames() int64 { return s.End - s.Start }

// Reader is a stream of sound, read once from start to end. Read fills dst
// with interleaved samples; it has three legal results:
//
//   - n > 0, nil: n samples, whole frames, perhaps fewer than fit in dst;
//   - 0, io.EOF: the end, and again on every later call;
//   - 0, err: the sound is broken from here on.
//
// len(dst) must be at least one frame. Close frees what the Reader holds and
// may be called before the end.
type Reader interface {
	Format() Format
	Read(dst []int16) (n int, err error)
	Close() error
}

// Source is sound of known length that can be opened anywhere, any number of
// times and from several goroutines at once.
type Source interface {
	Format() Format
	Frames() int64
	// Open reads the frames of span, which must lie within [0, Frames()].
	// The Reader gives exactly span.Frames() frames or an error.
	Open(span Span) (Reader, error)
}

// ErrShort is wrapped by a Reader's error when sound ends before the length
// that its container or Source promised.
var ErrShort = errors.New("sound ends early")
