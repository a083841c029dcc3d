// Package loudness measures how loud sound is to people: the gated loudness of
// a whole programme by Recommendation ITU-R BS.1770-4, as EBU R 128 uses it.
package loudness

import (
	"fmt"
	"math"

	"narrate/internal/pcm"
)

// The measure's numbers: BS.1770-4, annex 1. Energies are mean squares of the
// weighted samples, which are within ±1.
const (
	offset       = -0.691 // LUFS of the energy 1
	absoluteGate = -70    // LUFS
	relativeGate = -10    // LU
	// A block is 400 ms, and a new one begins every 100 ms.
	stepsABlock = 4
	stepsASec   = 10
)

// Meter measures mono sound. It takes 80 bytes for a second of it.
type Meter struct {
	shelf, pass biquad
	step        int64 // frames of one
	frames      int64 // in the step under way
	energy      float64
	steps       []float64 // mean energy of each whole step
	peak        int64
}

// NewMeter gives a meter for sound of that rate, which is 4 kHz at least: the
// weighting is for what people hear.
func NewMeter(rate pcm.Hz) (*Meter, error) {
	if rate < 4000 {
		return nil, fmt.Errorf("loudness: a rate of %d Hz", rate)
	}
	m := &Meter{step: int64(math.Round(float64(rate) / stepsASec))}
	m.shelf, m.pass = weighting(float64(rate))
	return m, nil
}

// Write measures further samples.
func (m *Meter) Write(samples []int16) {
	for _, s := range samples {
		m.peak = max(m.peak, int64(s), -int64(s))
		v := m.pass.next(m.shelf.next(float64(s) / 32768))
		m.energy += v * v
		if m.frames++; m.frames == m.step {
			m.steps = append(m.steps, m.energy/float64(m.step))
			m.energy, m.frames = 0, 0
		}
	}
}

// Peak is the largest absolute value of a sample, at most 32768.
func (m *Meter) Peak() int { return int(m.peak) }

// Integrated gives the loudness of all that was written, in LUFS: of the blocks
// that are louder than the absolute gate, and no more than 10 LU below the
// loudness of those together. ok is false where there is no such block: sound
// of less than 400 ms, or silence.
func (m *Meter) Integrated() (lufs float64, ok bool) {
	mean, n := m.gated(energyOf(absoluteGate))
	if n == 0 {
		return 0, false
	}
	gate := math.Max(energyOf(absoluteGate), mean*math.Pow(10, relativeGate/10.0))
	mean, _ = m.gated(gate)
	return offset + 10*math.Log10(mean), true
}

// gated is the mean energy of the blocks above a gate, and how many there are.
func (m *Meter) gated(gate float64) (mean float64, n int) {
	sum := 0.0
	for i := stepsABlock; i <= len(m.steps); i++ {
		block := 0.0
		for _, e := range m.steps[i-stepsABlock : i] {
			block += e
		}
		if block /= stepsABlock; block > gate {
			sum += block
			n++
		}
	}
	return sum / float64(max(1, n)), n
}

// energyOf is the energy that so many LUFS are.
func energyOf(lufs float64) float64 { return math.Pow(10, (lufs-offset)/10) }

// biquad is a filter of the second order, in direct form II transposed.
type biquad struct {
	b0, b1, b2, a1, a2 float64
	z1, z2             float64
}

func (f *biquad) next(x float64) float64 {
	y := f.b0*x + f.z1
	f.z1 = f.b1*x - f.a1*y + f.z2
	f.z2 = f.b2*x - f.a2*y
	return y
}

// weighting gives the two filters of K-weighting, a shelf for the head and a
// high pass. The Recommendation gives coefficients for 48 kHz alone; these are
// the analogue filters behind them (B. De Man, "Evaluation of implementations of
// the EBU R128 loudness measurement", AES 145, 2018, table 1), brought to any
// rate by the bilinear transform.
func weighting(rate float64) (shelf, pass biquad) {
	const (
		shelfHz, shelfQ   = 1681.974450955533, 0.7071752369554196
		shelfDB, shelfMid = 3.999843853973347, 0.4996667741545416
		passHz, passQ     = 38.13547087602444, 0.5003270373238773
	)
	k := math.Tan(math.Pi * shelfHz / rate)
	high := math.Pow(10, shelfDB/20)
	band := math.Pow(high, shelfMid)
	a0 := 1 + k/shelfQ + k*k
	shelf = biquad{
		b0: (high + band*k/shelfQ + k*k) / a0,
		b1: 2 * (k*k - high) / a0,
		b2: (high - band*k/shelfQ + k*k) / a0,
		a1: 2 * (k*k - 1) / a0,
		a2: (1 - k/shelfQ + k*k) / a0,
	}
	k = math.Tan(math.Pi * passHz / rate)
	a0 = 1 + k/passQ + k*k
	pass = biquad{b0: 1, b1: -2, b2: 1, a1: 2 * (k*k - 1) / a0, a2: (1 - k/passQ + k*k) / a0}
	return shelf, pass
}
