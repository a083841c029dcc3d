package align

import (
	"errors"
	"io"
	"math"
	"slices"

	"narrate/internal/pcm"
)

// weighed gives width numbers a step: those that tell most of what is said,
// whoever says it, weighed by how much.
func weighed(rows []float32) []float32 {
	out := make([]float32, 0, len(rows)/dimension*width)
	for ; len(rows) > 0; rows = rows[dimension:] {
		for c := range width / 2 {
			out = append(out, weights[c]*rows[c])
		}
		for c := range width / 2 {
			out = append(out, slopes*weights[c]*rows[coefficients+c])
		}
	}
	return out
}

var weights = func() (w [width / 2]float32) {
	for c := range w {
		w[c] = float32(math.Exp(-float64(c) / fall))
	}
	return w
}()

// clean is the depth of references, which have no noise.
var clean = func() (depth [bands]float32) {
	for b := range depth {
		depth[b] = deepest
	}
	return depth
}()

// smooth gives the loudness and the coefficients of steps of two rows of
// energies each: the mean over the whole of them.
func smooth(a *analyser, energies []float32, depth [bands]float32) (loudness, coarse []float32) {
	fineLoudness := a.deepen(energies, depth)
	fine := cepstra(energies, 0)
	last := len(fineLoudness) - 1
	n := last/2 + 1
	loudness, coarse = make([]float32, n), make([]float32, n*coefficients)
	for i := range n {
		left, middle, right := max(0, 2*i-1), 2*i, min(last, 2*i+1)
		loudness[i] = 0.25*fineLoudness[left] + 0.5*fineLoudness[middle] + 0.25*fineLoudness[right]
		for c := range coefficients {
			coarse[i*coefficients+c] = 0.25*fine[left*coefficients+c] + 0.5*fine[middle*coefficients+c] + 0.25*fine[right*coefficients+c]
		}
	}
	return loudness, coarse
}

// moments are the mean and deviation of coefficients over all steps of speech.
type moments struct {
	n            float64
	mean, square [coefficients]float64 // sums
}

func (m *moments) add(cepstra, loudness []float32) {
	for i, l := range loudness {
		if l <= loud {
			continue
		}
		for c, v := range cepstra[i*coefficients : (i+1)*coefficients] {
			m.mean[c] += float64(v)
			m.square[c] += float64(v) * float64(v)
		}
		m.n++
	}
}

// apply does what normalise does.
func (m *moments) apply(cepstra []float32) {
	n := math.Max(1, m.n)
	for c := range coefficients {
		mean := m.mean[c] / n
		scale := float32(1 / math.Sqrt(math.Max(1e-3, m.square[c]/n-mean*mean)))
		for i := c; i < len(cepstra); i += coefficients {
			cepstra[i] = (cepstra[i] - float32(mean)) * scale
		}
	}
}

// listener reads a recording in overlapping pieces, in mono.
type listener struct {
	source pcm.Source
	reader pcm.Reader
	kept   []int16
	from   int64 // the step that kept begins with
	done   int64 // steps given, or before the first one
	until  int64 // the step to end with, if there is as much
	ended  bool
}

// next gives a piece of the recording, and which of its steps have not been
// given before; none at the end. The samples are good until the next call.
func (r *listener) next() (samples []int16, first, last int, err error) {
	rate := float64(r.source.Format().Rate)
	frame := func(step int64) int64 { return int64(math.Round(float64(step) * stride * rate)) }
	if r.reader == nil {
		r.from = max(0, r.done-marginSteps)
		opened, err := r.source.Open(pcm.Span{Start: min(frame(r.from), r.source.Frames()), End: r.source.Frames()})
		if err != nil {
			return nil, 0, 0, err
		}
		r.reader = pcm.Mono(opened)
	}
	start := max(0, r.done-marginSteps)
	cut := frame(start) - frame(r.from)
	r.kept = append(r.kept[:0], r.kept[min(cut, int64(len(r.kept))):]...)
	r.from = start
	want := int(frame(r.done+blockSteps+marginSteps) - frame(start))
	r.kept = slices.Grow(r.kept, max(0, want-len(r.kept)))
	for len(r.kept) < want && !r.ended {
		n, err := r.reader.Read(r.kept[len(r.kept):want])
		if errors.Is(err, io.EOF) {
			r.ended = true
			break
		}
		if err != nil {
			return nil, 0, 0, err
		}
		r.kept = r.kept[:len(r.kept)+n]
	}
	total := r.from + int64(float64(len(r.kept))/(stride*rate))
	first, last = int(r.done-r.from), int(min(r.done+blockSteps, total, r.until)-r.from)
	r.done += int64(max(0, last-first))
	return r.kept, first, last, nil
}

func (r *listener) close() error {
	if r.reader == nil {
		return nil
	}
	return r.reader.Close()
}
