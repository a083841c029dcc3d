package master

import "math"

// True peaks are found as BS.1770-4, annex 2, has it, by four times the rate:
// a sinc under a Kaiser window, of reach frames on either side, which has as many
// taps as that of the meters in use. Between the
// points of that a parabola through the three about a maximum says how high it
// is: at 0.45 of the rate, points alone may be 0.5 dB below the peak, and the
// parabola is 0.05 dB.
const (
	reach      = 16
	kaiserBeta = 9
)

// phases are the taps for the points a quarter, half and three quarters behind a
// frame; the first tap is for the frame reach-1 before it.
var phases = func() (out [3][2 * reach]float64) {
	for p := range out {
		sum := 0.0
		for i := range out[p] {
			x := float64(i-(reach-1)) - float64(p+1)/4
			w := x / reach
			out[p][i] = bessel(kaiserBeta*math.Sqrt(1-w*w)) / bessel(kaiserBeta) * math.Sin(math.Pi*x) / (math.Pi * x)
			sum += out[p][i]
		}
		for i := range out[p] {
			out[p][i] = exact(out[p][i] / sum)
		}
	}
	return out
}()

// bulge is how far above its point the parabola can lie.
const bulge = 1.125

// overshoot is how far above the samples near it a peak between them can lie:
// the absolute sum of the taps, and the parabola. A point is also on the
// straight line between the two samples beside it, and what the second
// differences of those that the taps reach add to that: at most straight times
// the larger of the two, and bent times the largest second difference. That
// takes longer to look at, and is little more than the samples where they are
// those of speech.
var overshoot, straight, bent = func() (overshoot, straight, bent float64) {
	for p, taps := range phases {
		sum := 0.0
		for _, tap := range taps {
			sum += math.Abs(tap)
		}
		overshoot = max(overshoot, sum*bulge)
		t := float64(p+1) / 4
		taps[reach-1] -= 1 - t
		taps[reach] -= t
		var slope [2*reach - 1]float64 // the taps of first differences
		sum, all := 0.0, 0.0
		for k := range slope {
			sum += taps[k]
			slope[k] = sum
			all += sum
		}
		slope[reach-1] -= all // of the two; their difference is within twice the larger
		sum, curve := 0.0, 0.0
		for _, tap := range slope[:len(slope)-1] {
			sum += tap
			curve += math.Abs(sum)
		}
		straight, bent = max(straight, 1+2*math.Abs(all)), max(bent, curve)
	}
	const rounding = 1 + 1e-9
	return overshoot * rounding, straight * rounding, bent * rounding
}()

// curve is the largest magnitude of the second differences of x.
func curve(x []float64) float64 {
	var most uint64
	before, here := x[0], x[1]
	for _, after := range x[2:] {
		most = max(most, math.Float64bits(after-here-(here-before))&magnitude)
		before, here = here, after
	}
	return math.Float64frombits(most)
}

// magnitude are the bits of a number without its sign.
const magnitude = 1<<63 - 1

// bessel is the modified Bessel function of the first kind and order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

// between puts the frames of x from lo to hi, and the three points behind each,
// into dst. x reaches from lo-reach+1 to hi+reach at least.
func between(dst, x []float64, lo, hi int) []float64 {
	dst = dst[:0]
	for n := lo; n < hi; n++ {
		w := x[n-reach+1 : n+reach+1 : n+reach+1]
		w = w[:2*reach]
		var a, b, c, d, e float64
		// The third set of taps is the first one backwards.
		for i := 0; i < reach; i++ {
			u, v := w[i], w[2*reach-1-i]
			a += float64(phases[0][i] * u)
			d += float64(phases[0][i] * v)
			b += float64(phases[1][i] * (u + v))
			c += float64(phases[2][i] * u)
			e += float64(phases[2][i] * v)
		}
		dst = append(dst, w[reach-1], a+e, b, c+d)
	}
	return dst
}

// peaks calls found with each peak above limit of the points in fine, and its
// place among them. The first and the last point are neighbours only.
func peaks(fine []float64, limit float64, found func(i int, peak float64)) {
	low := limit / bulge
	for i := 1; i < len(fine)-1; i++ {
		b := fine[i]
		if b <= low && b >= -low {
			continue
		}
		a, c := fine[i-1], fine[i+1]
		if b < 0 {
			a, b, c = -a, -b, -c
		}
		if b < a || b < c {
			continue
		}
		if bend := 2*b - a - c; bend > 0 {
			b += float64((a-c)*(a-c)) / (8 * bend)
		}
		if b > limit {
			found(i, b)
		}
	}
}
