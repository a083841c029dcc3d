// Package align finds when the words of a clip are spoken: it maps the sound of
// the same text by an engine that tells its word times onto the clip.
package align

import (
	"math"
	"slices"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// Reference is the same text spoken by an engine that tells its word times.
type Reference struct {
	Samples []int16 // mono
	Rate    pcm.Hz
	Marks   []tts.Mark
}

// Result is what was found of a clip.
type Result struct {
	Marks []tts.Mark // of the reference, at their frames in the clip; ascending
	Confidence float64 // from 0, chance, to 1
	Cost float64
}

const (
	step     = rate / 100 // samples, of the clip: 10 ms
	leastRef = step * 2 / 5
	mostRef  = step * 5 / 2
)

// Aligner aligns clips, one at a time.
type Aligner struct{ analyser *analyser }

// New makes an Aligner.
func New() *Aligner { return &Aligner{newAnalyser()} }

// Align finds the words of a mono clip.
func (a *Aligner) Align(clip []int16, clipRate pcm.Hz, ref Reference) (Result, error) {
	x, err := at16k(clip, clipRate)
	if err != nil {
		return Result{}, err
	}
	y, err := at16k(ref.Samples, ref.Rate)
	if err != nil {
		return Result{}, err
	}
	cx := a.spectraOf(x, step)
	cy := a.spectraOf(y, step)
	qx, qy := quietness(cx), quietness(cy)
	// The reference is looked at in as many steps as the clip has, pauses aside.
	hop := float64(step) * float64(speech(qy)) / float64(max(1, speech(qx)))
	hop = math.Max(leastRef, math.Min(mostRef, hop))
	cy = a.spectraOf(y, hop)
	qy = quietness(cy)

	words := make([]int, len(ref.Marks)) // the step of the reference at which each begins
	for i, m := range ref.Marks {
		words[i] = int(math.Round(float64(m.Frame) * rate / float64(ref.Rate) / hop))
	}
	// The reference without its pauses.
	keep, gaps := withoutPauses(qy, words)
	at := func(j int) int { // index in keep of the first kept step >= j
		k, _ := slices.BinarySearch(keep, j)
		return k
	}
	fx := features(cx, qx, nil)
	fy := features(cy, qy, keep)
	g := &grid{clip: fx, ref: fy, n: cx.n, m: len(keep), dim: dimension, quiet: make([]float32, cx.n), gaps: gaps}
	for i, q := range qx {
		g.quiet[i] = pauseCost * q
	}
	g.width = g.m
	g.lo = make([]int, g.n)
	p, cost := g.find()
	if p == nil {
		return Result{}, nil
	}
	res := Result{Cost: cost / float64(g.n)}
	// Where each word begins.
	for i, m := range ref.Marks {
		j := int32(at(words[i]))
		t := 0
		for t < len(p) && !(p[t] >= j) {
			t++
		}
		m.Frame = int64(float64(t) * step * float64(clipRate) / rate)
		res.Marks = append(res.Marks, m)
	}
	return res, nil
}

func (a *Aligner) spectraOf(x []int16, hop float64) *spectra {
	return a.analyser.spectra(x, hop, int(float64(len(x))/hop)+1)
}

// quietness says of each step how loud it is, from 0 at the level of the noise to
// 1 at that of speech.
func quietness(s *spectra) []float32 {
	level := make([]float32, s.n)
	for i := range level {
		sum := 0.0
		for _, e := range s.row(i) {
			sum += math.Exp(float64(e))
		}
		level[i] = float32(math.Log(sum))
	}
	sorted := slices.Clone(level)
	slices.Sort(sorted)
	top := sorted[len(sorted)*9/10]
	low := max(sorted[len(sorted)/50], top-float32(math.Log(1e6)))
	// 12 dB above noise or 40 % of range
	for i, l := range level {
		level[i] = min(1, max(0, (l-low)/(top-low)*2-0.4))
	}
	return level
}

func speech(q []float32) int {
	n := 0
	for _, v := range q {
		if v > 0.3 {
			n++
		}
	}
	return n
}

var pauseSteps = envi("PS", 6)

// withoutPauses lists the steps of the reference that are no pause, and where
// among them a pause may lie in the clip: before each word, and at both ends.
func withoutPauses(q []float32, words []int) (keep, gaps []int) {
	drop := make([]bool, len(q))
	from := -1
	for i := 0; i <= len(q); i++ {
		silent := i < len(q) && q[i] <= 0.1
		if silent && from < 0 {
			from = i
		}
		if !silent && from >= 0 {
			if i-from >= pauseSteps || from == 0 || i == len(q) {
				for k := from; k < i; k++ {
					drop[k] = true
				}
			}
			from = -1
		}
	}
	for i := range q {
		if !drop[i] {
			keep = append(keep, i)
		}
	}
	gaps = []int{0}
	for _, w := range words {
		k, _ := slices.BinarySearch(keep, w)
		if k > gaps[len(gaps)-1] {
			gaps = append(gaps, k)
		}
	}
	for i := 1; i < len(keep); i++ {
		if keep[i]-keep[i-1] > 1 {
			if k, ok := slices.BinarySearch(gaps, i); !ok {
				gaps = slices.Insert(gaps, k, i)
			}
		}
	}
	if gaps[len(gaps)-1] < len(keep) {
		gaps = append(gaps, len(keep))
	}
	return keep, gaps
}

// features gives dimension numbers a kept step, or with nil every step.
func features(s *spectra, q []float32, keep []int) []float32 {
	var mean, square [cepstra]float64
	n := 0.0
	cep := make([]float32, s.n*cepstra)
	a := dctTable
	for i := range s.n {
		row := s.row(i)
		c := cep[i*cepstra : (i+1)*cepstra]
		for k := range c {
			sum := float32(0)
			for b, e := range row {
				sum += e * a[k][b]
			}
			c[k] = sum
		}
		if q[i] > 0.3 {
			for k, v := range c {
				mean[k] += float64(v)
				square[k] += float64(v) * float64(v)
			}
			n++
		}
	}
	var scale [cepstra]float32
	for k := range scale {
		mean[k] /= math.Max(1, n)
		sd := math.Sqrt(math.Max(1e-3, square[k]/math.Max(1, n)-mean[k]*mean[k]))
		scale[k] = float32(1 / sd / math.Sqrt(2*dimension))
	}
	for i := range s.n {
		c := cep[i*cepstra : (i+1)*cepstra]
		for k := range c {
			c[k] = (c[k] - float32(mean[k])) * scale[k]
		}
	}
	if keep == nil {
		keep = make([]int, s.n)
		for i := range keep {
			keep[i] = i
		}
	}
	out := make([]float32, 0, len(keep)*dimension)
	for _, i := range keep {
		out = append(out, cep[i*cepstra:(i+1)*cepstra]...)
		lo, hi := max(0, i-2), min(s.n-1, i+2)
		for k := range cepstra {
			out = append(out, 0.8*(cep[hi*cepstra+k]-cep[lo*cepstra+k]))
		}
	}
	return out
}

var dctTable = newAnalyser().dct
