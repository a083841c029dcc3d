package loudness

import "math"

// True peaks are found by interpolation: between two samples the signal is what
// a sinc under a Kaiser window makes of those around. Length and window are
// those of libswresample, with which ffmpeg finds them. Eight times the rate is
// at most 0.17 dB off the peak, where the four times of BS.1770-4, annex 2, may
// be 0.69 dB off.
const (
	phases = 8  // of which the first are the samples themselves
	reach  = 16 // samples on either side
	beta   = 9  // of the window: some 90 dB
	behind = 2*reach - 1
)

// interpolator has the taps for the phases between two samples; the first tap is
// for the sample reach-1 before the former.
var interpolator = func() (h [phases - 1][2 * reach]float64) {
	for p := range h {
		sum := 0.0
		for k := range h[p] {
			x := float64(k-reach+1) - float64(p+1)/phases
			w := x / reach
			h[p][k] = math.Sin(math.Pi*x) / (math.Pi * x) * bessel(beta*math.Sqrt(max(0, 1-w*w))) / bessel(beta)
			sum += h[p][k]
		}
		for k := range h[p] {
			h[p][k] = exact(h[p][k] / sum)
		}
	}
	return h
}()

// bessel is the modified Bessel function of the first kind and order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}

// A value between two samples is one on the straight line between them and what
// the second differences of the samples around add to it. So its magnitude is
// at most level times the larger of the two, and bend times the largest second
// difference: in speech that is little more than the samples, where the taps
// alone would allow for more than twice.
var level, bend = func() (level, bend float64) {
	for p, h := range interpolator {
		t := float64(p+1) / phases
		h[reach-1] -= 1 - t
		h[reach] -= t
		slope, sum := [behind]float64{}, 0.0 // of first differences
		for k := range slope {
			sum += h[k]
			slope[k] = sum
		}
		all := 0.0
		for _, v := range slope {
			all += v
		}
		slope[reach-1] -= all // this one is within twice the larger sample
		curve, run := 0.0, 0.0
		for _, v := range slope[:behind-1] {
			run += v
			curve += math.Abs(run)
		}
		level, bend = max(level, 1+2*math.Abs(all)), max(bend, curve)
	}
	const rounding = 1 + 1e-9
	return level * rounding, bend * rounding
}()

// stretch is how many places are judged at once.
const stretch = 16

// peakOf gives the largest magnitude of the samples of room, and that between
// them, at all places that have reach samples on either side, or most where that
// is larger. Places that cannot pass most are not computed.
func peakOf(room []float64, most float64) (sample, between float64) {
	places := len(room) - behind
	var size, curve [3]float64 // of the last three stretches of samples
	for at := 0; at < len(room) || at-2*stretch < places; at += stretch {
		size[0], size[1] = size[1], size[2]
		curve[0], curve[1] = curve[1], curve[2]
		size[2], curve[2] = extent(room, at)
		sample = max(sample, size[2])
		from := at - 2*stretch
		if from < 0 {
			continue
		}
		// The places lie between samples of the first two stretches, and what
		// is around them in all three.
		widest := bend * max(curve[0], curve[1], curve[2])
		if level*max(size[0], size[1])+widest > most {
			most = interpolate(room[from:min(from+stretch, places)+behind], widest, most)
		}
	}
	return sample, most
}

// extent is the largest magnitude of a stretch of samples, and that of the
// second differences about each.
func extent(room []float64, at int) (size, curve float64) {
	if at+stretch < len(room) && at > 0 {
		const magnitude = 1<<63 - 1
		var most, bent uint64 // the bits of magnitudes are in their order
		before, here := room[at-1], room[at]
		for _, after := range room[at+1 : at+1+stretch] {
			most = max(most, math.Float64bits(here)&magnitude)
			bent = max(bent, math.Float64bits(after-here-(here-before))&magnitude)
			before, here = here, after
		}
		return math.Float64frombits(most), math.Float64frombits(bent)
	}
	for q := at; q < min(at+stretch, len(room)); q++ {
		size = max(size, math.Abs(room[q]))
		if q > 0 && q+1 < len(room) {
			curve = max(curve, math.Abs(room[q+1]-room[q]-(room[q]-room[q-1])))
		}
	}
	return size, curve
}

// interpolate looks at each place of a stretch.
func interpolate(room []float64, widest, most float64) float64 {
	for p := range len(room) - behind {
		window := (*[2 * reach]float64)(room[p : p+2*reach])
		if level*max(math.Abs(window[reach-1]), math.Abs(window[reach]))+widest <= most {
			continue
		}
		for i := range interpolator {
			h := &interpolator[i]
			var a, b float64
			for k := 0; k < 2*reach; k += 2 {
				a += float64(h[k] * window[k])
				b += float64(h[k+1] * window[k+1])
			}
			most = max(most, math.Abs(a+b))
		}
	}
	return most
}
