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

// A value between two samples is at most wide times the largest sample around.
// It is also one on the straight line between the two, and what the second
// differences of the samples around add to that: at most level times the larger
// of the two, and bend times the largest second difference. That takes longer to
// look at, and is little more than the samples where they are those of speech;
// wide is more than 2.
var wide, level, bend = func() (wide, level, bend float64) {
	for p, h := range interpolator {
		sum := 0.0
		for _, tap := range h {
			sum += math.Abs(tap)
		}
		wide = max(wide, sum)
		t := float64(p+1) / phases
		h[reach-1] -= 1 - t
		h[reach] -= t
		var slope [behind]float64 // the taps of first differences
		sum, all := 0.0, 0.0
		for k := range slope {
			sum += h[k]
			slope[k] = sum
			all += sum
		}
		slope[reach-1] -= all // of the two; their difference is within twice the larger
		sum, curve := 0.0, 0.0
		for _, tap := range slope[:behind-1] {
			sum += tap
			curve += math.Abs(sum)
		}
		level, bend = max(level, 1+2*math.Abs(all)), max(bend, curve)
	}
	const rounding = 1 + 1e-9
	return wide * rounding, level * rounding, bend * rounding
}()

// stretch is how many places are judged at once.
const stretch = 16

// peakOf gives the largest magnitude of the samples of room, and that between
// them, at all places that have reach samples on either side, or most where that
// is larger. Places that cannot pass most are not computed.
func peakOf(room []float64, most float64) (sample, between float64) {
	const unknown = -1
	places := len(room) - behind
	var size, curve [3]float64 // of the last three stretches of samples
	for at := 0; at < len(room) || at-2*stretch < places; at += stretch {
		size[0], size[1], size[2] = size[1], size[2], sizeOf(room, at)
		curve[0], curve[1], curve[2] = curve[1], curve[2], unknown
		sample = max(sample, size[2])
		from := at - 2*stretch
		if from < 0 || wide*max(size[0], size[1], size[2]) <= most {
			continue
		}
		// The places lie between samples of the first two stretches, and what
		// is around them in all three.
		for i, known := range curve {
			if known == unknown {
				curve[i] = curveOf(room, from+i*stretch)
			}
		}
		widest := bend * max(curve[0], curve[1], curve[2])
		if level*max(size[0], size[1])+widest > most {
			most = interpolate(room[from:min(from+stretch, places)+behind], widest, most)
		}
	}
	return sample, most
}

// sizeOf is the largest magnitude of a stretch of samples.
func sizeOf(room []float64, at int) float64 {
	var a, b uint64 // the bits of magnitudes are in their order
	if at+stretch <= len(room) {
		s := (*[stretch]float64)(room[at : at+stretch])
		for i := 0; i < stretch; i += 2 {
			a = max(a, math.Float64bits(s[i])&magnitude)
			b = max(b, math.Float64bits(s[i+1])&magnitude)
		}
	} else {
		for _, v := range room[min(at, len(room)):] {
			a = max(a, math.Float64bits(v)&magnitude)
		}
	}
	return math.Float64frombits(max(a, b))
}

// curveOf is the largest magnitude of the second differences about each of a
// stretch of samples.
func curveOf(room []float64, at int) float64 {
	var most uint64
	at, end := max(1, at), min(at+stretch, len(room)-1)
	if at >= end {
		return 0
	}
	before, here := room[at-1], room[at]
	for _, after := range room[at+1 : end+1] {
		most = max(most, math.Float64bits(after-here-(here-before))&magnitude)
		before, here = here, after
	}
	return math.Float64frombits(most)
}

// magnitude are the bits of a number without its sign.
const magnitude = 1<<63 - 1

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
