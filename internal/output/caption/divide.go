package caption

import (
	"math"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// What a layout costs besides where its lines end; docs/captions.md tells it.
const (
	perCaption = 1000
	// perLine is more than a line saves by being two: what fits stays on one.
	perLine = 2900
	// captionEnd is how much more the place where a caption ends counts than
	// where a line does: what follows is not to be seen yet.
	captionEnd = 4
	// fullLine is the cost of a line as wide as can be; a narrower one costs by
	// the square of its width, so that lines of one width are cheapest. Lines
	// above others cost a tenth more, so that the lower one is the longer.
	fullLine  = 5000
	upperLine = 5500
	// shortLine and shortCaption are the costs of next to nothing on a line (a
	// quarter of the width is enough) and in a part of a sentence (half of it).
	shortLine    = 1500
	shortCaption = 2500
	tooLong      = 50000 // and as much again for each second more
	tooShort     = 6000  // of no time at all
	tooFast      = 4000  // twice as fast as may be read
	tooWide      = 1_000_000
)

const never = math.MaxInt64 / 4

// divider finds the best way to divide a sentence into captions. It is kept for
// its memory.
type divider struct {
	rules output.Captions
	rate  pcm.Hz
	lines int // of a caption at most
	width int // columns; 0 for no limit

	atoms []atom

	// The rules' times, in frames.
	shortest, longest, linger, gap int64

	label int   // columns before the first line
	after int64 // the frame up to which the last caption can be seen

	best  []int64 // by atom: the least cost of the captions before it
	from  []int   // and the atom with which the last of those begins
	pre   []int64 // by line and atom, counted from a caption's first: the cost of its upper lines
	back  []int   // and where the last of those begins
	span  int     // of a row of pre
	lower []int64
	costs [3][]int64 // of a line by its width: alone, below others, above others
	cuts  []cut
}

// cut is where a line ends.
type cut struct {
	atom int // the first of the next line
	last bool
}

func newDivider(rules output.Captions, rate pcm.Hz) *divider {
	d := &divider{rules: rules, rate: rate, lines: rules.Lines, width: rules.Width}
	d.shortest, d.longest = rate.Frames(rules.Shortest), rate.Frames(rules.Longest)
	d.linger, d.gap = rate.Frames(rules.Linger), rate.Frames(rules.Gap)
	if d.lines <= 0 || d.lines > maxLines {
		d.lines = maxLines
	}
	if d.width <= 0 {
		d.width, d.lines = 0, 1
		return d
	}
	d.costs = [3][]int64{lineCosts(d.width, fullLine, 0), lineCosts(d.width, fullLine, shortLine), lineCosts(d.width, upperLine, shortLine)}
	return d
}

// divide gives the ends of all lines of the least cost.
func (d *divider) divide() []cut {
	n := len(d.atoms)
	d.best, d.from = resize(d.best, n+1), resize(d.from, n+1)
	for i := 1; i <= n; i++ {
		d.best[i] = never
	}
	d.best[0] = 0
	for i := range n {
		d.captionsFrom(i)
	}
	return d.trace()
}

// captionsFrom tries all captions that begin with atom i.
func (d *divider) captionsFrom(i int) {
	n := len(d.atoms)
	rows := d.upperLines(i)
	d.lower = d.lower[:0] // by the atom after the caption: the least cost of its lines
	// What fits one line is never better on two: see perLine.
	single := i
	for k := range rows {
		for m := i; m < i+d.span && m < n; m++ {
			upper := d.pre[k*d.span+m-i]
			if upper >= never {
				continue
			}
			for j := max(m+1, single); j <= n; j++ {
				w, ok := d.lineWidth(i, m, j)
				if !ok {
					break
				}
				for len(d.lower) <= j-i {
					d.lower = append(d.lower, never)
				}
				d.lower[j-i] = min(d.lower[j-i], upper+d.lineCost(w, false, k > 0))
				if d.width == 0 && d.overlong(i, j) {
					break
				}
			}
		}
		if k == 0 {
			single = i + len(d.lower)
		}
	}
	for x, lines := range d.lower {
		if lines >= never {
			continue
		}
		if total := d.best[i] + lines + d.captionCost(i, i+x); total < d.best[i+x] {
			d.best[i+x], d.from[i+x] = total, i
		}
	}
}

// upperLines fills pre with the costs of the lines above the last one, for
// captions that begin with atom i, and gives how many rows there are.
func (d *divider) upperLines(i int) int {
	n := len(d.atoms)
	reach := i
	if d.lines > 1 {
		for reach < n && d.atoms[reach].to-d.atoms[i].from <= d.width*(d.lines-1) {
			reach++
		}
	}
	d.span = reach - i + 2
	d.pre, d.back = resize(d.pre, d.lines*d.span), resize(d.back, d.lines*d.span)
	for x := range d.pre {
		d.pre[x] = never
	}
	d.pre[0] = 0
	for k := 1; k < d.lines; k++ {
		row, above, any := k*d.span, (k-1)*d.span, false
		for m := i; m < i+d.span && m < n; m++ {
			upper := d.pre[above+m-i]
			if upper >= never {
				continue
			}
			for j := m + 1; j < n && j < i+d.span; j++ {
				w, ok := d.lineWidth(i, m, j)
				if !ok {
					break
				}
				total := upper + d.lineCost(w, true, true) + int64(d.atoms[j-1].cost)
				if total < d.pre[row+j-i] {
					d.pre[row+j-i], d.back[row+j-i], any = total, m, true
				}
			}
		}
		if !any {
			return k
		}
	}
	return d.lines
}

// lineWidth is the width of the atoms [m, j) as a line of a caption that begins
// with i; false where that is more than may be and there is another way.
func (d *divider) lineWidth(i, m, j int) (int, bool) {
	w := d.atoms[j-1].to - d.atoms[m].from
	if m == 0 && i == 0 {
		w += d.label
	}
	return w, d.width == 0 || w <= d.width || j == m+1
}

// lineCost is the cost of a line of w columns: above others, and one of several.
func (d *divider) lineCost(w int, upper, several bool) int64 {
	switch {
	case d.width == 0:
		return perLine
	case w > d.width:
		return tooWide
	case !several:
		return d.costs[0][w]
	case upper:
		return d.costs[2][w]
	}
	return d.costs[1][w]
}

// lineCosts gives the costs of lines by their widths.
func lineCosts(width, full, short int) []int64 {
	costs := make([]int64, width+1)
	for w := range costs {
		costs[w] = int64(perLine + full*w*w/(width*width))
		if 4*w < width {
			costs[w] += int64(short * (width - 4*w) / width)
		}
	}
	return costs
}

// overlong reports that the atoms [i, j) last longer than a caption may.
func (d *divider) overlong(i, j int) bool {
	return d.longest > 0 && d.atoms[j-1].end-d.atoms[i].start > d.longest
}

// captionCost is what the atoms [i, j) cost as a caption, besides its lines.
func (d *divider) captionCost(i, j int) int64 {
	n := len(d.atoms)
	cost := int64(perCaption)
	columns := int64(d.atoms[j-1].to - d.atoms[i].from)
	if j < n {
		cost += captionEnd * int64(d.atoms[j-1].cost)
	}
	if width := int64(d.width); (i > 0 || j < n) && 2*columns < width {
		cost += shortCaption * (width - 2*columns) / width
	}
	rate := int64(d.rate)
	start, end := d.atoms[i].start, d.atoms[j-1].end
	if d.longest > 0 && end-start > d.longest {
		cost += tooLong + tooLong*min(end-start-d.longest, 3600*rate)/rate
	}
	seen := d.after
	if j < n {
		seen = d.atoms[j].start - d.gap
	}
	if d.linger > 0 {
		seen = min(seen, end+d.linger)
	}
	length := max(1, seen-start)
	if length < d.shortest {
		cost += tooShort * (d.shortest - length) / d.shortest
	}
	if need := reading(d.rules, d.rate, int(columns)); length < need {
		cost += min(tooFast*(need-length)/length, 5*tooFast)
	}
	return cost
}

// reading is how many frames it takes to read so many columns.
func reading(rules output.Captions, rate pcm.Hz, columns int) int64 {
	if rules.Speed <= 0 {
		return 0
	}
	const longest = 1 << 40 // frames: more than any caption is seen
	return int64(min(math.Ceil(float64(columns)/rules.Speed*float64(rate)), longest))
}

// trace gives the lines' ends of the best way found.
func (d *divider) trace() []cut {
	n := len(d.atoms)
	var starts []int
	for j := n; j > 0; j = d.from[j] {
		starts = append(starts, d.from[j])
	}
	d.cuts = d.cuts[:0]
	for x := len(starts) - 1; x >= 0; x-- {
		end := n
		if x > 0 {
			end = starts[x-1]
		}
		d.traceLines(starts[x], end)
	}
	return d.cuts
}

// traceLines finds the lines of the caption [i, j) again.
func (d *divider) traceLines(i, j int) {
	rows := d.upperLines(i)
	least, row, at := int64(never), 0, i
	for k := range rows {
		for m := i; m < i+d.span && m < j; m++ {
			upper := d.pre[k*d.span+m-i]
			w, ok := d.lineWidth(i, m, j)
			if upper >= never || !ok {
				continue
			}
			if total := upper + d.lineCost(w, false, k > 0); total < least {
				least, row, at = total, k, m
			}
		}
	}
	first := len(d.cuts)
	d.cuts = append(d.cuts, cut{atom: j, last: true})
	for ; row > 0; row-- {
		d.cuts = append(d.cuts, cut{atom: at})
		at = d.back[row*d.span+at-i]
	}
	for a, b := first, len(d.cuts)-1; a < b; a, b = a+1, b-1 {
		d.cuts[a], d.cuts[b] = d.cuts[b], d.cuts[a]
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
