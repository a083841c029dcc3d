package resample

import (
	"math"
	"sync"

	"narrate/internal/pcm"
)

// The filter: the pass band ends at 0.9 and the stop band begins at 1.0 of the
// lower Nyquist frequency, so the cut-off lies between; side is the length on
// either side in zero crossings at the lower rate, and decibels the stop band
// that a Kaiser window then reaches over that transition (J. F. Kaiser's
// formulas, in Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5.3:
// length = (A - 8) / (2.285 * width)).
const (
	cutoff   = 0.95
	side     = 54
	decibels = 86
)

// scale is the fixed point of the coefficients, which are whole numbers: their
// sum for every phase.
const (
	scaleBits = 30
	scale     = 1 << scaleBits
)

// maxExact is how many coefficients a table with every phase may have. Ratios
// that need more use a table of lattice phases and interpolate between two, an
// error of about (pi/lattice)^2/8, -118 dB.
const (
	maxExact = 1 << 18
	lattice  = 1024
)

// table is the filter for one pair of rates.
type table struct {
	from, to   pcm.Hz
	up         int // phases between two input frames: to, over the common divisor
	step, rest int // the way from one output frame to the next: input frames, phases
	half       int // input frames that the filter reaches to either side
	exact      bool
	// phases[p] are the 2*half coefficients for an output p/up (or where not
	// exact, p/lattice) of a frame behind input frame number half-1.
	phases [][]float64
}

// latest keeps the last table that was made: the clips of a programme all need
// the same one, and making it takes as long as converting a second of sound.
var latest struct {
	sync.Mutex
	table *table
}

func tableFor(from, to pcm.Hz) *table {
	latest.Lock()
	defer latest.Unlock()
	if t := latest.table; t == nil || t.from != from || t.to != to {
		latest.table = newTable(from, to)
	}
	return latest.table
}

func newTable(from, to pcm.Hz) *table {
	a, b := int(from), int(to)
	for b != 0 {
		a, b = b, a%b
	}
	t := &table{from: from, to: to, up: int(to) / a}
	down := int(from) / a
	t.step, t.rest = down/t.up, down%t.up
	// Going down, the filter is that of the lower rate, stretched.
	stretch := max(1, float64(from)/float64(to))
	t.half = int(math.Ceil(side * stretch))
	count := t.up
	t.exact = t.up*2*t.half <= maxExact
	if !t.exact {
		count = lattice
	}
	beta := 0.1102 * (decibels - 8.7)
	norm := bessel(beta)
	kernel := func(x float64) float64 {
		u := x / (side * stretch)
		if u <= -1 || u >= 1 {
			return 0
		}
		return sinc(x*cutoff/stretch) * bessel(beta*math.Sqrt(1-u*u)) / norm
	}
	// Where phases are interpolated, the last is followed by one more: the
	// first, a frame later.
	t.phases = make([][]float64, count+1)
	values := make([]float64, 2*t.half)
	for p := range t.phases {
		sum := 0.0
		for j := range values {
			values[j] = kernel(float64(j-(t.half-1)) - float64(p)/float64(count))
			sum += values[j]
		}
		// Every phase lets a constant through unchanged, to the last bit.
		row := make([]float64, len(values))
		left := float64(scale)
		for j, v := range values {
			row[j] = math.Round(v / sum * scale)
			left -= row[j]
		}
		row[t.half-1] += left
		t.phases[p] = row
	}
	return t
}

// sample is the filter at one place: x are the 2*half input samples around it.
func (t *table) sample(x []float64, phase int) int16 {
	var y int64
	if t.exact {
		y = dot(t.phases[phase], x)
	} else {
		at := int64(phase) * lattice
		p, rest := at/int64(t.up), at%int64(t.up)
		a, b := dot(t.phases[p], x), dot(t.phases[p+1], x)
		// The difference of neighbours is small, but not so small that its
		// product with rest (below 2^20) is safe at full precision.
		y = a + ((b-a)>>10*rest/int64(t.up))<<10
	}
	y = (y + scale/2) >> scaleBits
	return int16(max(math.MinInt16, min(math.MaxInt16, y)))
}

// dot is the sum of products, exactly: all numbers are whole, a coefficient is
// below 2^31, the sum of all |coefficients| below 2^33, a sample below 2^15,
// and float64 holds every whole number to 2^53, so nothing is ever rounded, in
// whatever order a machine multiplies and adds.
func dot(c, x []float64) int64 {
	x = x[:len(c)]
	var s0, s1, s2, s3 float64
	for len(c) >= 8 && len(x) >= 8 {
		a, b := (*[8]float64)(c), (*[8]float64)(x)
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		s0 += a[4] * b[4]
		s1 += a[5] * b[5]
		s2 += a[6] * b[6]
		s3 += a[7] * b[7]
		c, x = c[8:], x[8:]
	}
	for i, v := range x {
		s0 += c[i] * v
	}
	return int64(s0 + s1 + s2 + s3)
}

// sinc is sin(pi x) / (pi x).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel is the modified Bessel function of the first kind of order zero, by
// its power series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= x / (2 * k) * (x / (2 * k))
		sum += term
	}
	return sum
}
