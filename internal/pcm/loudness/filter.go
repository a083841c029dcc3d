package loudness

import "math"

// weighting has the coefficients of K-weighting at one rate: two filters of the
// second order one after the other, a shelf for the head and a high pass, whose
// numerator is 1, -2, 1.
type weighting struct {
	b1, b2, a1, a2 float64 // shelf, of which b0 is 1
	c1, c2         float64 // high pass
	gain           float64 // of energies, for that b0
}

// newWeighting gives K-weighting at any rate. The Recommendation has
// coefficients for 48 kHz alone; these are the analogue filters behind them (B.
// De Man, "Evaluation of implementations of the EBU R128 loudness measurement",
// AES 145, 2018, table 1), brought to the rate by the bilinear transform.
func newWeighting(rate float64) weighting {
	const (
		shelfHz, shelfQ   = 1681.974450955533, 0.7071752369554196
		shelfDB, shelfMid = 3.999843853973347, 0.4996667741545416
		passHz, passQ     = 38.13547087602444, 0.5003270373238773
	)
	k := math.Tan(math.Pi * shelfHz / rate)
	high := math.Pow(10, shelfDB/20)
	band := math.Pow(high, shelfMid)
	a0 := 1 + k/shelfQ + k*k
	b0 := high + band*k/shelfQ + k*k
	w := weighting{
		b1:   exact(2 * (k*k - high) / b0),
		b2:   exact((high - band*k/shelfQ + k*k) / b0),
		a1:   exact(2 * (k*k - 1) / a0),
		a2:   exact((1 - k/shelfQ + k*k) / a0),
		gain: exact(b0 / a0 * (b0 / a0)),
	}
	k = math.Tan(math.Pi * passHz / rate)
	a0 = 1 + k/passQ + k*k
	w.c1, w.c2 = exact(2*(k*k-1)/a0), exact((1-k/passQ+k*k)/a0)
	return w
}

// exact drops the last bits of a coefficient, in which machines differ.
func exact(x float64) float64 { return math.Round(x*(1<<44)) / (1 << 44) }

// memory is what the two filters of one channel remember, in the transposed
// direct form II.
type memory struct{ s1, s2, p1, p2 float64 }

// one gives the sums of squares of a channel, weighted and as it is. The
// conversions keep compilers from fusing operations, which would round
// otherwise on other machines.
func (w *weighting) one(f *memory, block []float64) sums {
	b1, b2, a1, a2, c1, c2 := w.b1, w.b2, w.a1, w.a2, w.c1, w.c2
	s1, s2, p1, p2 := f.s1, f.s2, f.p1, f.p2
	var all sums
	// Two frames at a time, since each operation waits for those before: what
	// the second one leaves behind follows from the first one's output.
	a1a1, c1c1, a1b1 := float64(a1*a1)-a2, float64(c1*c1)-c2, float64(a1*b1)
	for ; len(block) >= 2; block = block[2:] {
		v, u := block[0], block[1]
		y := v + s1
		x := u + float64(b1*v) + s2 - float64(a1*y)
		s1 = float64(b1*u) + float64(b2*v) - float64(a1*u) - float64(a1b1*v) - float64(a1*s2) + float64(a1a1*y)
		s2 = float64(b2*u) - float64(a2*x)
		z := y + p1
		w := x - (y + y) + p2 - float64(c1*z)
		p1 = y - (x + x) - float64(c1*(x-(y+y))) - float64(c1*p2) + float64(c1c1*z)
		p2 = x - float64(c2*w)
		all.weighted += float64(z * z)
		all.weighted += float64(w * w)
		all.plain += float64(v * v)
		all.plain += float64(u * u)
	}
	for _, v := range block {
		y := v + s1
		s1 = float64(b1*v) + s2 - float64(a1*y)
		s2 = float64(b2*v) - float64(a2*y)
		z := y + p1
		p1 = p2 - (y + y) - float64(c1*z)
		p2 = y - float64(c2*z)
		all.weighted += float64(z * z)
		all.plain += float64(v * v)
	}
	*f = memory{s1, s2, p1, p2}
	all.weighted *= w.gain
	return all
}

// two is one for two channels, the sums of both. Each operation waits for the
// one before, so two filters at once take hardly longer than one.
func (w *weighting) two(f *[2]memory, left, right []float64) sums {
	b1, b2, a1, a2, c1, c2 := w.b1, w.b2, w.a1, w.a2, w.c1, w.c2
	s1, s2, p1, p2 := f[0].s1, f[0].s2, f[0].p1, f[0].p2
	t1, t2, q1, q2 := f[1].s1, f[1].s2, f[1].p1, f[1].p2
	var all sums
	right = right[:len(left)]
	for i, v := range left {
		u := right[i]
		y := v + s1
		x := u + t1
		s1 = float64(b1*v) + s2 - float64(a1*y)
		t1 = float64(b1*u) + t2 - float64(a1*x)
		s2 = float64(b2*v) - float64(a2*y)
		t2 = float64(b2*u) - float64(a2*x)
		z := y + p1
		p1 = p2 - (y + y) - float64(c1*z)
		p2 = y - float64(c2*z)
		y = x + q1
		q1 = q2 - (x + x) - float64(c1*y)
		q2 = x - float64(c2*y)
		all.weighted += float64(z*z) + float64(y*y)
		all.plain += float64(v*v) + float64(u*u)
	}
	f[0], f[1] = memory{s1, s2, p1, p2}, memory{t1, t2, q1, q2}
	all.weighted *= w.gain
	return all
}

// rest forgets what has faded away: numbers too small for their full precision
// are slow, and pauses are many.
func (f *memory) rest() {
	const nothing = 1e-30
	if max(math.Abs(f.s1), math.Abs(f.s2), math.Abs(f.p1), math.Abs(f.p2)) < nothing {
		*f = memory{}
	}
}
