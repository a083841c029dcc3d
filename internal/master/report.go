package master

import "math"

// Levels are what a programme measures.
type Levels struct {
	// Measured says whether there was anything to measure: silence and less
	// than 400 ms have no loudness.
	Measured   bool
	Loudness   float64 // integrated, LUFS
	Range      float64 // LU; 0 for a programme that is too short for one
	TruePeak   float64 // dBTP
	RMS        float64 // dBFS
	NoiseFloor float64 // dBFS
}

// Report says what was measured and done. With None nothing is, and all is 0.
type Report struct {
	Before, After Levels
	// Gain is by how many dB the whole programme is made louder.
	Gain float64
	// Reduction is what the limiter takes off.
	Reduction Reduction
	// Off is by how much the level is missed, in its unit: what cannot be
	// reached below the ceiling.
	Off float64
}

// Heavy reports whether the limiter takes more than 12 dB somewhere: then the
// level is too high for the ceiling, or the sound has a peak that should not be.
func (r Report) Heavy() bool { return r.Reduction.Most > heavy }

const heavy = 12.0

// Reduction is what a limiter takes off.
type Reduction struct {
	Most float64 // dB
	Mean float64 // dB, of the time that is limited
	// Limited is the share of the whole time, from 0 to 1, in which anything is
	// taken off, and the others that of more than so many dB.
	Limited, Above01, Above3, Above6 float64
}

// tally counts the frames of reductions. Its numbers are whole, so that pieces
// add up to the same in any order.
type tally struct {
	most                       int64 // in 2^30ths
	limited, tenth, three, six int64 // frames
	sum                        int64 // frames times 1/1000 dB
}

// add counts what of the chunk at a frame lies in span.
func (t *tally) add(l *limiting, at, from, to int64) {
	if t == nil {
		return
	}
	for g, v := range l.reduction[:len(l.reduction)-1] {
		start := at + int64(g*l.group)
		n := min(to, start+int64(l.group)) - max(from, start)
		if v == 0 || n <= 0 {
			continue
		}
		db := decibels(v)
		t.most = max(t.most, v)
		t.limited += n
		t.sum += n * int64(math.Round(1000*db))
		if db > 0.1 {
			t.tenth += n
		}
		if db > 3 {
			t.three += n
		}
		if db > 6 {
			t.six += n
		}
	}
}

func (t *tally) join(o tally) {
	t.most = max(t.most, o.most)
	t.limited += o.limited
	t.tenth += o.tenth
	t.three += o.three
	t.six += o.six
	t.sum += o.sum
}

// of is the Reduction in so many frames.
func (t *tally) of(frames int64) Reduction {
	if t.limited == 0 {
		return Reduction{}
	}
	share := func(n int64) float64 { return float64(n) / float64(frames) }
	return Reduction{
		Most: decibels(t.most), Mean: float64(t.sum) / 1000 / float64(t.limited),
		Limited: share(t.limited), Above01: share(t.tenth), Above3: share(t.three), Above6: share(t.six),
	}
}

// decibels is a reduction in dB.
func decibels(reduction int64) float64 { return -20 * math.Log10(1-float64(reduction)/one) }
