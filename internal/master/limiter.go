package master

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"narrate/internal/pcm"
)

const (
	attack  = 2 * time.Millisecond
	release = 40 * time.Millisecond
)

// one is the whole of a reduction. Reductions are 1 minus a factor in 2^30ths:
// whole numbers, so that no sum depends on where it began.
const one = 1 << 30

// weight is the whole of the limiter's weights.
const weight = 1 << 20

// limiter is the shape of a look-ahead limiter of finite memory. It works in
// groups of some 0.35 ms of absolute frames:
//
//   - each has the reduction that its true peaks need (all channels share it);
//   - each reduction falls to nothing over the release, as the square of a
//     raised cosine: slowly over a period of the voice, so that its waves keep
//     their shape, and faster behind that. The largest of those about counts;
//   - of that the largest is taken from two groups before to attack+1 groups
//     after, and smoothed over the attack by a Hann window, so that nothing
//     passes what any of the peaks needs;
//   - between the beginnings of groups the gain is a straight line.
type limiter struct {
	group int     // frames, a power of two
	fall  []int64 // the release by groups, from weight to 0
	rise  []int64 // the window of the attack, weight in all
}

func newLimiter(rate pcm.Hz) *limiter {
	l := &limiter{group: 8}
	for 2*l.group <= int(rate)/2700 {
		l.group *= 2
	}
	groups := func(d time.Duration) int {
		return int(math.Round(d.Seconds() * float64(rate) / float64(l.group)))
	}
	l.fall = make([]int64, groups(release))
	for i := range l.fall {
		fall := raised(1 - float64(i)/float64(len(l.fall)))
		l.fall[i] = int64(math.Round(weight * fall * fall))
	}
	l.rise = make([]int64, max(2, groups(attack)))
	left := int64(weight)
	for i := range l.rise {
		n := float64(len(l.rise))
		l.rise[i] = int64(weight * (1 - math.Cos(2*math.Pi*(float64(i)+0.5)/n)) / n)
		left -= l.rise[i]
	}
	l.rise[len(l.rise)/2] += left
	return l
}

// margin is how many groups the gain in a group depends on ahead of it, and
// before it beside the release.
func (l *limiter) margin() int { return len(l.rise) + 2 }

// limiting is a limiter at work on one chunk after the other.
type limiting struct {
	*limiter
	limit float64 // that no peak of the mix passes
	known int64   // the first group whose needs have not been found
	// held are the reductions after release, from margin groups before the
	// chunk to margin after it and a release further, of the needs found so far.
	held      []int64
	widest    []int64
	reduction []int64 // at the beginnings of the chunk's groups and of the next
	levels    []float64
	fine      []float64
}

// start limits from the given group on, which is as if nothing had been before.
func (l *limiter) start(first int64, limit float64) *limiting {
	groups := chunk / l.group
	return &limiting{
		limiter: l, limit: limit, known: first,
		held:      make([]int64, groups+2*l.margin()+len(l.fall)),
		widest:    make([]int64, groups+len(l.rise)),
		reduction: make([]int64, groups+1),
	}
}

// run finds the reductions of the chunk that begins with the frame at; mix
// begins edge frames before it. It reports whether there are any.
func (l *limiting) run(mix [][]float64, at int64) bool {
	first := at / int64(l.group)
	until := first + int64(len(l.reduction)+l.margin()-1)
	l.need(mix, int(l.known-first), int(until-first))
	l.known = until
	held := l.held[:len(l.reduction)+2*l.margin()-1]
	for _, h := range held {
		if h > 0 {
			l.smooth(held)
			return true
		}
	}
	clear(l.reduction)
	return false
}

// advance makes ready for the next chunk.
func (l *limiting) advance() {
	n := copy(l.held, l.held[chunk/l.group:])
	clear(l.held[n:])
}

// need finds the peaks in the groups from lo to hi, counted from the chunk's
// first.
func (l *limiting) need(mix [][]float64, lo, hi int) {
	near := (reach + l.group) / l.group // groups that the taps reach into
	l.level(mix, lo-near, hi+near)
	wide, close := l.limit/overshoot, l.limit/bulge
	active := func(g int) bool {
		around := l.levels[g-lo : g-lo+2*near+1]
		if slices.Max(around) <= wide {
			return false
		}
		beside := straight * max(around[near], around[near+1])
		if beside > close {
			return true
		}
		for _, x := range mix {
			if beside+bent*curve(x[edge+(g-near)*l.group:edge+(g+near+1)*l.group]) > close {
				return true
			}
		}
		return false
	}
	for a := lo; a < hi; a++ {
		if !active(a) {
			continue
		}
		b := a + 1
		for b < hi && active(b) {
			b++
		}
		for _, x := range mix {
			l.fine = between(l.fine, x, edge+a*l.group-1, edge+b*l.group+1)
			// One point beside the groups is a neighbour on either side.
			peaks(l.fine[3:len(l.fine)-3], l.limit, func(i int, peak float64) {
				l.hold(a+(i-1)/(4*l.group), peak)
			})
		}
		a = b
	}
}

// level gives the peak of the samples in each of the groups from lo to hi.
func (l *limiting) level(mix [][]float64, lo, hi int) {
	l.levels = l.levels[:0]
	for g := lo; g < hi; g++ {
		var a, b uint64 // the bits of magnitudes are in their order
		for _, x := range mix {
			group := x[edge+g*l.group : edge+(g+1)*l.group]
			for ; len(group) >= 2; group = group[2:] {
				a = max(a, math.Float64bits(group[0])&magnitude)
				b = max(b, math.Float64bits(group[1])&magnitude)
			}
		}
		l.levels = append(l.levels, math.Float64frombits(max(a, b)))
	}
}

// hold notes that a group has such a peak.
func (l *limiting) hold(group int, peak float64) {
	need := int64(math.Ceil(one * (1 - l.limit/peak)))
	held := l.held[group+l.margin():]
	for k, w := range l.fall {
		if v := need * w / weight; v > held[k] {
			held[k] = v
		}
	}
}

// smooth gives reduction from held.
func (l *limiting) smooth(held []int64) {
	n := len(l.rise)
	widest := l.widest[:len(l.reduction)+n-1] // from n-1 groups before the chunk
	for i := range widest {
		// held[i+3] is of the same group.
		most := int64(0)
		for _, h := range held[i+1 : i+5+n] {
			most = max(most, h)
		}
		widest[i] = most
	}
	for g := range l.reduction {
		sum := int64(0)
		for j, w := range l.rise {
			sum += w * widest[g+n-1-j]
		}
		l.reduction[g] = sum / weight
	}
}

// gains gives the factor of each frame of the chunk: straight lines from group
// to group, times gain.
func (l *limiting) gains(dst []float64, gain float64) {
	scale := gain / one
	for g := range len(l.reduction) - 1 {
		from, to := l.reduction[g], l.reduction[g+1]
		group := dst[g*l.group : (g+1)*l.group]
		if from == to {
			for j := range group {
				group[j] = float64(one-from) * scale
			}
			continue
		}
		// Whole numbers all the way, and no division for each.
		rise, sign := to-from, int64(1)
		if rise < 0 {
			rise, sign = -rise, -1
		}
		shift := bits.TrailingZeros(uint(l.group))
		for j := range group {
			group[j] = float64(one-(from+sign*(rise*int64(j)>>shift))) * scale
		}
	}
}
