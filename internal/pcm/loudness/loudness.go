// Package loudness measures how loud sound is to people, as broadcasters and
// platforms do: Recommendation ITU-R BS.1770-4 for loudness and true peak, EBU
// Tech 3342 for the loudness range; and root mean square and noise floor, as
// audiobook publishers ask for.
package loudness

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"narrate/internal/pcm"
)

// The measure's numbers: BS.1770-4, annex 1, and EBU Tech 3342, sections 3 and
// 4. Energies are mean squares of the weighted samples, of which 1 is full
// scale, summed over the channels.
const (
	offset       = -0.691 // LUFS of the energy 1
	absoluteGate = -70    // LUFS
	relativeGate = -10    // LU
	rangeGate    = -20    // LU
	rangeLow     = 0.10   // the shares of short-term loudnesses that the range
	rangeHigh    = 0.95   // lies between
	stepsASec    = 10     // a new block begins every 100 ms
	momentary    = 4      // steps: a block of 400 ms
	shortTerm    = 30     // steps: a block of 3 s
	floorSteps   = 4      // steps of a window of the noise floor
)

// energy is that of a step: weighted as people hear it, and plain; sums over the
// channels of mean squares.
type energy struct{ weighted, plain float32 }

// NewMeter gives a meter for sound of that shape: 1 or 2 channels and a rate of
// 4 kHz at least, as the weighting is for what people hear.
func NewMeter(f pcm.Format) (*Meter, error) {
	if f.Rate < 4000 {
		return nil, fmt.Errorf("loudness: a rate of %d Hz", f.Rate)
	}
	if f.Channels != 1 && f.Channels != 2 {
		return nil, fmt.Errorf("loudness: %d channels, where 1 or 2 are measured", f.Channels)
	}
	return &Meter{
		channels: f.Channels,
		step:     (int64(f.Rate) + stepsASec/2) / stepsASec,
		weights:  newWeighting(float64(f.Rate)),
	}, nil
}

// Append adds what next has measured: the sound that follows directly. m must
// have measured whole steps of 100 ms, to the nearest frame; next is not to be
// used any longer. The start of next is measured again behind the end of m, so
// the meter is as if it had measured all of it: bit for bit in Frames, Peak,
// TruePeak, RMS and NoiseFloor, and to less than a millionth of an LU in
// loudness and range, as filters that began elsewhere may differ in their last
// bits for good.
func (m *Meter) Append(next *Meter) error {
	if m.channels != next.channels || m.step != next.step {
		return errors.New("loudness: sound of another shape is appended")
	}
	if m.all%m.step != 0 {
		return fmt.Errorf("loudness: sound is appended to %d frames, which are no whole steps of %d", m.all, m.step)
	}
	m.WriteFloat(next.head)
	if next.all <= headSteps*m.step {
		return nil // that was all
	}
	m.all += next.all - headSteps*m.step
	m.filters, m.recent, m.room = next.filters, next.recent, next.room
	m.tenth, m.filled, m.tenths, m.whole = next.tenth, next.filled, next.tenths, next.whole
	m.steps = append(m.steps, next.steps[headSteps:]...)
	m.loudest = max(m.loudest, next.loudest)
	m.sample, m.peak = max(m.sample, next.sample), max(m.peak, next.peak)
	return nil
}

// Clone gives a meter that has measured the same, for one of the two to be
// appended to or by others.
func (m *Meter) Clone() *Meter {
	c := *m
	c.steps, c.recent, c.head = slices.Clone(m.steps), slices.Clone(m.recent), slices.Clone(m.head)
	for i, room := range m.room {
		c.room[i] = append(make([]float64, 0, cap(room)), room...)
	}
	return &c
}

// Frames is how much was measured.
func (m *Meter) Frames() int64 { return m.all }

// Peak is the largest magnitude of a sample; 1 is full scale.
func (m *Meter) Peak() float64 { return m.sample }

// TruePeak is the largest magnitude at and between the samples, in dBTP: -Inf
// for silence. Before the first sample and behind the last is silence.
func (m *Meter) TruePeak() float64 {
	peak := max(m.peak, m.sample)
	for c := range m.channels {
		var start, end [3 * behind]float64
		n := 0
		for i := c; i < len(m.head) && n < behind; i += m.channels {
			start[behind+n] = float64(m.head[i])
			n++
		}
		_, peak = peakOf(start[:behind+n], peak)
		// The last samples, with what is before them, and then silence.
		last := m.room[c][max(0, len(m.room[c])-behind):]
		copy(end[behind-len(last):], last)
		_, peak = peakOf(end[:2*behind], peak)
	}
	return decibels(peak * peak)
}

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
	return loudnessOf(mean), true
}

// gated is the mean energy of the blocks of 400 ms above a gate, and how many
// there are.
func (m *Meter) gated(gate float64) (mean float64, n int) {
	sum := 0.0
	for i := momentary; i <= len(m.steps); i++ {
		if block := m.mean(i, momentary); block > gate {
			sum += block
			n++
		}
	}
	return sum / float64(max(1, n)), n
}

// mean is the weighted energy of so many steps before the i-th.
func (m *Meter) mean(i, steps int) float64 {
	sum := 0.0
	for _, e := range m.steps[i-steps : i] {
		sum += float64(e.weighted)
	}
	return sum / float64(steps)
}

// Momentary is the most of all loudnesses of 400 ms, in LUFS; -Inf where there
// is none. A block begins every 10 ms, so that no short sound falls between two.
func (m *Meter) Momentary() float64 { return loudnessOf(m.loudest / float64(momentary*m.step)) }

// ShortTerm is the most of all loudnesses of 3 s, in LUFS; -Inf where there is
// none. A block begins every 100 ms.
func (m *Meter) ShortTerm() float64 {
	most := 0.0
	for i := shortTerm; i <= len(m.steps); i++ {
		most = max(most, m.mean(i, shortTerm))
	}
	return loudnessOf(most)
}

// Series gives the short-term loudness in LUFS of the three seconds before each
// full tenth of a second, the first at 3 s; -Inf for silence.
func (m *Meter) Series() []float64 {
	all := make([]float64, 0, max(0, len(m.steps)-shortTerm+1))
	for i := shortTerm; i <= len(m.steps); i++ {
		all = append(all, loudnessOf(m.mean(i, shortTerm)))
	}
	return all
}

// Range gives the loudness range in LU (EBU Tech 3342): how far the short-term
// loudnesses lie apart, without the softest and the loudest and without what is
// more than 20 LU below them together. ok is false where there is none: less
// than 3 s, or silence.
func (m *Meter) Range() (lu float64, ok bool) {
	blocks := make([]float64, 0, max(0, len(m.steps)-shortTerm+1))
	sum := 0.0
	for i := shortTerm; i <= len(m.steps); i++ {
		if e := m.mean(i, shortTerm); e > energyOf(absoluteGate) {
			blocks = append(blocks, e)
			sum += e
		}
	}
	if len(blocks) == 0 {
		return 0, false
	}
	gate := sum / float64(len(blocks)) * math.Pow(10, rangeGate/10.0)
	slices.Sort(blocks)
	first, _ := slices.BinarySearch(blocks, gate)
	blocks = blocks[first:]
	at := func(share float64) float64 {
		return loudnessOf(blocks[int(math.Round(float64(len(blocks)-1)*share))])
	}
	return at(rangeHigh) - at(rangeLow), true
}

// RMS is the root mean square of all samples in dBFS, the mean over the
// channels; a square wave of full scale has 0. It is -Inf for silence.
func (m *Meter) RMS() float64 {
	sum := 0.0
	for _, e := range m.steps {
		sum += float64(e.plain)
	}
	sum = sum*float64(m.step) + m.whole.plain + m.tenth.plain
	return decibels(sum / float64(max(1, m.all)*int64(m.channels)))
}

// NoiseFloor is the RMS in dBFS of the quietest window of 400 ms, of which one
// begins every 100 ms; every half second holds a whole one. So ACX Check 2.4.2,
// the plug-in of Audacity, finds what audiobook publishers call noise floor. Of
// less than 400 ms it is the RMS of all; it is -Inf for digital silence.
func (m *Meter) NoiseFloor() float64 {
	if len(m.steps) < floorSteps {
		return m.RMS()
	}
	least := math.Inf(1)
	for i := floorSteps; i <= len(m.steps); i++ {
		sum := 0.0
		for _, e := range m.steps[i-floorSteps : i] {
			sum += float64(e.plain)
		}
		least = min(least, sum)
	}
	return decibels(least / floorSteps / float64(m.channels))
}

// energyOf is the energy that so many LUFS are, loudnessOf its inverse.
func energyOf(lufs float64) float64 { return math.Pow(10, (lufs-offset)/10) }

func loudnessOf(energy float64) float64 { return offset + decibels(energy) }

func decibels(energy float64) float64 { return 10 * math.Log10(energy) }
