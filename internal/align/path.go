package align

import (
	"cmp"
	"math"
	"slices"
)

// The costs of a path, in the measure of distance: two steps that have nothing
// to do with each other are about 1 apart.
const (
	// stayCost is for a step of the clip with which the reference stands still, as
	// sounds are held for longer; in silence, which stops and pauses have as long as
	// they like, that costs staySilent of it.
	stayCost   = 0.5
	staySilent = 0.2
	// skipCost is for a step of the reference that is left out.
	skipCost = 0.5
	// most is how many steps of the reference a step of the clip may go.
	most = 3
	// enterCost is for a pause in the clip where the reference has none, resumeCost
	// for one where it has one as well: were that free, wrong texts would be
	// believed. pauseCost is for a step of it that is as loud as speech; silent ones
	// are free. So the silence before a plosive, which is short, belongs to its word.
	enterCost  = 4.0
	resumeCost = 2.0
	pauseCost  = 2.0
	// reach is how many steps of the reference to either side of where it was
	// found roughly the path is looked for.
	reach = 15
)

// grid is what a path is looked for in: the steps of the clip against those of
// the reference.
type grid struct {
	clip, ref []float32 // dimension numbers a step
	n, m      int       // steps of the clip and of the reference
	loudness  []float32 // of the steps of the clip
	// gaps are where there may be a pause in the clip: ascending, the first at 0 and
	// the last at m.
	gaps []gap
	// low is, for each step of the clip, the first of width steps of the reference
	// that the path may be at. It never falls.
	low   []int
	width int
}

// gap is a step of the reference before which there may be a pause in the clip,
// and what it costs to enter it.
type gap struct {
	at    int
	enter float32
}

// distinct sorts gaps; of those at the same step it leaves the cheapest.
func distinct(gaps []gap) []gap {
	slices.SortFunc(gaps, func(a, b gap) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.enter, b.enter)) })
	return slices.CompactFunc(gaps, func(a, b gap) bool { return a.at == b.at })
}

// path says for each step of the clip at which step of the reference it is; one
// in a pause before step j is at ^j.
type path []int32

const never = float32(math.MaxFloat32 / 4)

// A cell says how many steps of the reference before it the path came from: of
// the cells of a gap, 0 is the gap itself.
const fromGap = most + 1

// find gives the cheapest path by dynamic programming, and its cost; nil where
// there is none in the band. It takes memory for n × (width + gaps) bytes.
func (g *grid) find() (path, float64) {
	w := g.width
	from, gapFrom := make([]uint8, g.n*w), make([]uint8, g.n*len(g.gaps))
	before, now := make([]float32, w), make([]float32, w)
	gapBefore, gapNow := make([]float32, len(g.gaps)), make([]float32, len(g.gaps))
	gapAt := make([]int, g.m+1) // the number of the gap before a step, from 1
	for i, p := range g.gaps {
		gapAt[p.at] = i + 1
		gapBefore[i] = never
	}
	for k := range before {
		before[k] = never
	}
	for t := range g.n {
		low, shift := g.low[t], 0
		if t > 0 {
			shift = low - g.low[t-1]
		}
		x := g.clip[t*dimension : (t+1)*dimension]
		stay := stayCost * (staySilent + (1-staySilent)*g.loudness[t])
		row := from[t*w : (t+1)*w]
		for k := range w {
			j := low + k
			if j >= g.m {
				now[k] = never
				continue
			}
			best, by := never, uint8(0)
			if t == 0 {
				if j < most {
					best = skipCost * float32(j)
				}
			} else {
				p := k + shift // of j in the row before
				if p < w {
					best = before[p] + stay
				}
				for s := 1; s <= most && s <= p; s++ {
					if q := p - s; q < w {
						if c := before[q] + skipCost*float32(s-1); c < best {
							best, by = c, uint8(s)
						}
					}
				}
				if n := gapAt[j]; n > 0 && gapBefore[n-1] < best {
					best, by = gapBefore[n-1], fromGap
				}
			}
			if best < never {
				best += distance(x, g.ref[j*dimension:(j+1)*dimension])
			}
			now[k], row[k] = best, by
		}
		gaps := gapFrom[t*len(g.gaps) : (t+1)*len(g.gaps)]
		for i, p := range g.gaps {
			best, by := gapBefore[i], uint8(0)
			if t == 0 && p.at == 0 {
				best = 0
			}
			for s := 1; t > 0 && s <= most; s++ { // the last steps before it may be left out
				if q := p.at - s - low + shift; q >= 0 && q < w {
					if c := before[q] + p.enter + skipCost*float32(s-1); c < best {
						best, by = c, uint8(s)
					}
				}
			}
			if best < never {
				best += pauseCost * g.loudness[t]
			}
			gapNow[i], gaps[i] = best, by
		}
		before, now = now, before
		gapBefore, gapNow = gapNow, gapBefore
	}
	return g.trace(from, gapFrom, before, gapBefore)
}

// trace follows the path back from its end.
func (g *grid) trace(from, gapFrom []uint8, last, gaps []float32) (path, float64) {
	best, at := gaps[len(gaps)-1], ^g.m
	for s := range most {
		if k := g.m - 1 - s - g.low[g.n-1]; k >= 0 && k < g.width {
			if c := last[k] + skipCost*float32(s); c < best {
				best, at = c, g.m-1-s
			}
		}
	}
	if best >= never {
		return nil, 0
	}
	gap := len(g.gaps) - 1 // it only falls
	out := make(path, g.n)
	for t := g.n - 1; ; t-- {
		out[t] = int32(at)
		if t == 0 {
			return out, float64(best)
		}
		if at < 0 {
			for g.gaps[gap].at != ^at {
				gap--
			}
			if by := int(gapFrom[t*len(g.gaps)+gap]); by > 0 {
				at = ^at - by
			}
			continue
		}
		if by := int(from[t*g.width+at-g.low[t]]); by == fromGap {
			at = ^at
		} else {
			at -= by
		}
	}
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

// half is the grid of every second step.
func (g *grid) half() *grid {
	h := &grid{n: (g.n + 1) / 2, m: (g.m + 1) / 2}
	every := func(f []float32, n int) []float32 {
		out := make([]float32, 0, n*dimension)
		for i := range n {
			out = append(out, f[2*i*dimension:(2*i+1)*dimension]...)
		}
		return out
	}
	h.clip, h.ref = every(g.clip, h.n), every(g.ref, h.m)
	for i := range h.n {
		h.loudness = append(h.loudness, g.loudness[2*i])
	}
	for _, p := range g.gaps {
		h.gaps = append(h.gaps, gap{(p.at + 1) / 2, p.enter})
	}
	h.gaps = distinct(h.gaps)
	return h
}

// straight sets the band to what is within so many steps of the way on which the
// clip and the reference go on together, pauses aside.
func (g *grid) straight(within int) {
	g.width, g.low = min(g.m, 2*within+1), make([]int, g.n)
	all, sum := float64(max(1, spoken(g.loudness))), 0.0
	for t, l := range g.loudness {
		if l > loud {
			sum++
		}
		g.low[t] = max(0, min(int(sum/all*float64(g.m))-within, g.m-g.width))
	}
}

// around sets the band to what is near a path of half the steps.
func (g *grid) around(p path) {
	g.width, g.low = min(g.m, 2*reach+1), make([]int, g.n)
	for t := range g.low {
		j := int(p[t/2])
		if j < 0 {
			j = ^j
		}
		g.low[t] = max(0, min(2*j-reach, g.m-g.width))
	}
}
