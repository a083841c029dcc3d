package align

import "math"

// The costs of a path, in the measure of the distance between two steps of
// sound, of which one between strangers is about 1.
const (


	// pauseCost is that of a step of the clip which is taken for a pause, where
	// it is as loud as speech; one at the level of the noise costs nothing.


	most      = 3   // steps of the reference that a step of the clip may go
)

// grid is what a path is looked for in: the steps of the clip against those of
// the reference.
type grid struct {
	clip, ref []float32 // dimension numbers a step
	n, m      int       // steps of the clip and of the reference
	dim       int
	quiet     []float32 // for each step of the clip, the cost of taking it for a pause
	// gaps are the steps of the reference before which a pause may lie,
	// ascending; 0 and m are the ends.
	gaps []int
	// lo is, for each step of the clip, the first step of the reference that
	// the path may be at; it never falls. width is how many there are.
	lo    []int
	width int
}

// path says for each step of the clip at which step of the reference it is;
// a pause before step j is ^j.
type path []int32

const never = float32(math.MaxFloat32 / 4)

// Where a cell is reached from.
const (
	fromStay  = 0 // j
	fromPause = most + 1
)

// find gives the cheapest path and its cost; nil where the band allows none.
func (g *grid) find() (path, float64) {
	w := g.width
	from := make([]uint8, g.n*w)       // of the cells
	gapFrom := make([]uint8, g.n*len(g.gaps)) // of the pauses: by how many steps before them, 0 for a pause before
	before, now := make([]float32, w), make([]float32, w)
	pauseBefore, pauseNow := make([]float32, len(g.gaps)), make([]float32, len(g.gaps))
	gapAt := make([]int32, g.m+1) // number of the pause before a step, from 1
	for i, j := range g.gaps {
		gapAt[j] = int32(i + 1)
		pauseBefore[i] = never
	}
	for k := range before {
		before[k] = never
	}
	// Before the first step stands a cell of its own: at the first step of the
	// reference, or in the pause before it.
	start := float32(0)
	shift := 0
	for t := range g.n {
		lo := g.lo[t]
		if t > 0 {
			shift = lo - g.lo[t-1]
		}
		x := g.clip[t*g.dim : (t+1)*g.dim]
		row := from[t*w : (t+1)*w]
		stay := stayCost * (stayQ + (1-stayQ)*g.quiet[t]/pauseCost)
		for k := range w {
			j := lo + k
			if j >= g.m {
				now[k] = never
				continue
			}
			best, by := never, uint8(fromStay)
			p := k + shift // of j in the row before
			if p < w && t > 0 {
				best, by = before[p]+stay, fromStay
			}
			for s := 1; s <= most; s++ {
				if q := p - s; q >= 0 && q < w && t > 0 {
					if c := before[q] + skipCost*float32(s-1); c < best {
						best, by = c, uint8(s)
					}
				}
			}
			if t == 0 && j < most {
				best = start + skipCost*float32(j)
			}
			if n := gapAt[j]; n > 0 && t > 0 {
				if c := pauseBefore[n-1]; c < best {
					best, by = c, fromPause
				}
			}
			if best < never {
				best += distance(x, g.ref[j*g.dim:(j+1)*g.dim])
			}
			now[k], row[k] = best, by
		}
		for i, j := range g.gaps {
			best, by := pauseBefore[i], uint8(fromStay)
			if t == 0 {
				best = never
				if j == 0 {
					best = start
				}
			} else {
				p := j - 1 - lo + shift
				for s := range most { // the last steps before j may be left out
					if q := p - s; q >= 0 && q < w {
						if c := before[q] + enterCost + skipCost*float32(s); c < best {
							best, by = c, uint8(s+1)
						}
					}
				}
			}
			if best < never {
				best += g.quiet[t]
			}
			pauseNow[i] = best
			gapFrom[t*len(g.gaps)+i] = by
		}
		before, now = now, before
		pauseBefore, pauseNow = pauseNow, pauseBefore
	}
	return g.trace(from, gapFrom, before, pauseBefore)
}

// trace follows the path back from its end.
func (g *grid) trace(from, gapFrom []uint8, last, pauses []float32) (path, float64) {
	w := g.width
	best, at := never, 0
	for s := range most {
		if k := g.m - 1 - s - g.lo[g.n-1]; k >= 0 && k < w {
			if c := last[k] + skipCost*float32(s); c < best {
				best, at = c, g.m-1-s
			}
		}
	}
	if i := len(g.gaps) - 1; i >= 0 && g.gaps[i] == g.m && pauses[i] < best {
		best, at = pauses[i], ^g.m
	}
	if best >= never {
		return nil, 0
	}
	gap := map[int]int{}
	for i, j := range g.gaps {
		gap[j] = i
	}
	out := make(path, g.n)
	for t := g.n - 1; t >= 0; t-- {
		out[t] = int32(at)
		if t == 0 {
			break
		}
		if at < 0 {
			j := ^at
			if by := int(gapFrom[t*len(g.gaps)+gap[j]]); by != fromStay {
				at = j - by
			}
			continue
		}
		if by := from[t*w+at-g.lo[t]]; by == fromPause {
			at = ^at
		} else {
			at -= int(by)
		}
	}
	return out, float64(best)
}

// distance is how unlike two steps are.
func distance(a, b []float32) float32 {
	b = b[:len(a)]
	sum := float32(0)
	for i, x := range a {
		d := x - b[i]
		sum += d * d
	}
	return float32(math.Sqrt(float64(sum)))
}
