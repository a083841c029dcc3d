// Package plot draws a programme, for people who would rather look than read:
// its waveform with the chapters, its loudness over time, its silences and its
// peaks, as SVG or PNG. The sound goes through once and is never held: pictures
// of ten seconds and of twenty hours take the same two megabytes, and the meter's
// 80 bytes a second.
package plot

import (
	"math"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/loudness"
)

const (
	// Silence is what is softer than this in dBFS RMS over a window, as
	// "narrate check" has it; it is shown where it lasts.
	silence        = -50
	silenceWindow  = 10 * time.Millisecond
	shownSilence   = 4 * time.Second
	waveRung       = 16  // frames, at first
	peakRung       = 256 // frames
	fullScaleInt16 = 32768
)

// Survey is what is drawn of sound.
type Survey struct {
	format pcm.Format
	frames int64
	meter  *loudness.Meter

	waves ladder[wave]
	wave  wave  // under way
	taken int64 // its frames

	over   *loudness.Over
	block  []float32 // that was not looked at yet
	peaks  ladder[bool]
	peak   bool  // of the rung under way
	blocks int64 // that it has
	passed int   // how many times the limit was passed
	passes bool  // now

	window, filled int64
	energy         [2]float64
	quiet          float64 // mean square
	endLoud        int64
	silences       []pcm.Span
}

// wave is a stretch of sound: its lowest and its highest sample, and the sum of
// the squares of all.
type wave struct {
	low, high float32
	square    float64
}

func (w wave) with(next wave) wave {
	return wave{min(w.low, next.low), max(w.high, next.high), w.square + next.square}
}

// NewSurvey looks at sound of that shape, and for true peaks above a limit in
// dBTP. The shape must be one that can be measured: see loudness.NewMeter.
func NewSurvey(f pcm.Format, limit float64) (*Survey, error) {
	meter, err := loudness.NewMeter(f)
	if err != nil {
		return nil, err
	}
	return &Survey{
		format: f, meter: meter,
		waves:  ladder[wave]{size: waveRung, both: wave.with},
		over:   loudness.NewOver(f.Channels, limit),
		peaks:  ladder[bool]{size: peakRung, both: func(a, b bool) bool { return a || b }},
		window: max(1, f.Rate.Frames(silenceWindow)), quiet: math.Pow(10, silence/10.0),
	}, nil
}

// Write looks at further samples: whole frames, interleaved.
func (s *Survey) Write(samples []int16) {
	floats := make([]float32, 0, min(len(samples), blockSamples))
	for len(samples) > 0 {
		n := min(len(samples), cap(floats))
		n -= n % s.format.Channels
		floats = floats[:n]
		for i, v := range samples[:n] {
			floats[i] = float32(v) / fullScaleInt16
		}
		s.WriteFloat(floats)
		samples = samples[n:]
	}
}

// blockSamples are how many samples are turned into others at a time.
const blockSamples = 4096

// WriteFloat looks at further samples, of which 1 is full scale.
func (s *Survey) WriteFloat(samples []float32) {
	s.meter.WriteFloat(samples)
	s.findPeaks(samples)
	channels := s.format.Channels
	for len(samples) >= channels {
		n := min(int64(len(samples)/channels), s.waves.size-s.taken, s.window-s.filled)
		for c := range channels {
			sum := 0.0
			for i := c; i < int(n)*channels; i += channels {
				v := samples[i]
				if !(v >= -loudest && v <= loudest) {
					v = 0
				}
				s.wave.low, s.wave.high = min(s.wave.low, v), max(s.wave.high, v)
				sum += float64(v) * float64(v)
			}
			s.energy[c] += sum
			s.wave.square += sum
		}
		samples = samples[int(n)*channels:]
		s.frames += n
		if s.taken += n; s.taken == s.waves.size {
			s.endWave()
		}
		if s.filled += n; s.filled == s.window {
			s.endWindow()
		}
	}
}

// loudest is the magnitude beyond which a sample is damage.
const loudest = 1 << 16

func (s *Survey) endWave() {
	s.waves.add(s.wave)
	s.wave, s.taken = wave{}, 0
}

// endWindow notes whether the window that ends here is loud in any channel.
func (s *Survey) endWindow() {
	limit := s.quiet * float64(s.filled)
	if s.energy[0] > limit || s.energy[1] > limit {
		s.endSilence(s.frames - s.filled)
		s.endLoud = s.frames
	}
	s.energy, s.filled = [2]float64{}, 0
}

// endSilence notes the silence before a frame, if it is long.
func (s *Survey) endSilence(at int64) {
	if at-s.endLoud >= s.format.Rate.Frames(shownSilence) {
		s.silences = append(s.silences, pcm.Span{Start: s.endLoud, End: at})
	}
}

// findPeaks looks for true peaks in blocks of peakRung frames, or more as the
// rungs grow.
func (s *Survey) findPeaks(samples []float32) {
	for len(samples) > 0 {
		n := min(len(samples), peakRung*s.format.Channels-len(s.block))
		s.block = append(s.block, samples[:n]...)
		samples = samples[n:]
		if len(s.block) == peakRung*s.format.Channels {
			s.endBlock()
		}
	}
}

func (s *Survey) endBlock() {
	over := s.over.WriteFloat(s.block)
	if over && !s.passes {
		s.passed++
	}
	s.passes = over
	s.block = s.block[:0]
	s.peak = s.peak || over
	if s.blocks++; s.blocks == s.peaks.size/peakRung {
		s.peaks.add(s.peak)
		s.peak, s.blocks = false, 0
	}
}

// End is called when all of the sound was written, before the Survey is drawn.
func (s *Survey) End() {
	if s.taken > 0 {
		s.endWave()
	}
	if s.filled > 0 {
		s.endWindow()
	}
	s.endSilence(s.frames)
	s.endBlock()
	if s.blocks > 0 {
		s.peaks.add(s.peak)
	}
}

// ladder divides sound of unknown length into rungs of equal length, of which
// there are never more than maxRungs: then each two become one.
type ladder[T any] struct {
	size  int64 // frames of a rung
	both  func(a, b T) T
	rungs []T
}

// maxRungs is even, and more than a picture has columns.
const maxRungs = 32768

func (l *ladder[T]) add(rung T) {
	l.rungs = append(l.rungs, rung)
	if len(l.rungs) < maxRungs {
		return
	}
	for i := range maxRungs / 2 {
		l.rungs[i] = l.both(l.rungs[2*i], l.rungs[2*i+1])
	}
	l.rungs = l.rungs[:maxRungs/2]
	l.size *= 2
}

// column gives what is in the i-th of n equal parts of so many frames; false
// where there is nothing.
func (l *ladder[T]) column(i, n int, frames int64) (sum T, ok bool) {
	lo := frames * int64(i) / int64(n) / l.size
	hi := (frames*int64(i+1)/int64(n) + l.size - 1) / l.size
	hi = min(max(hi, lo+1), int64(len(l.rungs)))
	for k := lo; k < hi; k++ {
		if k == lo {
			sum = l.rungs[k]
		} else {
			sum = l.both(sum, l.rungs[k])
		}
	}
	return sum, lo < hi
}

// span are the frames of the rungs of the i-th of n columns.
func (s *Survey) span(i, n int) (lo, hi int64) {
	size := s.waves.size
	lo = s.frames * int64(i) / int64(n) / size * size
	hi = (s.frames*int64(i+1)/int64(n) + size - 1) / size * size
	return lo, min(max(hi, lo+size), s.frames)
}
