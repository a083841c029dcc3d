package align

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"narrate/internal/pcm"
)

// Following finds where the sentences of a text lie in a long recording of it.
// Of the sound it holds some minutes at a time, of the text the sentences
// around the place it has come to.
type Following struct {
	Sound     pcm.Source // of any rate and channels
	Sentences int
	// Reference gives the i-th sentence as an engine speaks it, all at one rate;
	// one without samples is taken for a sentence that cannot be heard. It is
	// asked for a sentence several times and from several goroutines.
	Reference func(ctx context.Context, i int) (Reference, error)
	Jobs      int // how many sentences are aligned at once, at least 1
	// Progress, where set, is told how many frames have been listened to. It is
	// never called from two goroutines at once.
	Progress func(frames int64)
	// Placing, where set, is told how many of so many readings have been aligned, and
	// is called in the same way.
	Placing func(done, of int)
}

// Place is where a sentence was found.
type Place struct {
	Found      bool
	Span       pcm.Span // frames of the recording, from the first word to the end of the last
	Words      []Word   // absolute frames; none where there is not the least confidence in them
	Confidence float64  // that of Align
	// Others are further readings of it, which do not count: the last one in its
	// order does.
	Others []pcm.Span
}

// Course is what following a recording comes to: the sentences' places, and
// what of it belongs to no sentence, for strangeSeconds or longer.
type Course struct {
	Places  []Place // one a sentence
	Strange []pcm.Span
}

// Of the search. Costs are in the measure of distance, where steps that have
// nothing to do with each other are 1 apart.
const (
	stride = 0.04 // seconds a step
	// So much of the recording is listened to at once, and around it, to know how
	// loud speech and noise are.
	blockSteps, marginSteps = 1500, 500
	// beam is how much dearer than the cheapest way one may be.
	beam = 23
	// stayFollow is for a step with which the sentence stands still, skipFollow for
	// one of the sentence that is left out.
	stayFollow, skipFollow = 0.4, 0.25
	// spokenFollow is the loudness from which a step counts in full.
	spokenFollow = 0.25
	// What a step in no sentence costs: silent where it is silent; else what the
	// nearest of the strangers, steps from all over the text, has: so many percent
	// of them are nearer.
	fillSilent = 0.3
	fillShare  = 29
	strangers  = 48
	// What it costs to leave a sentence out: so much a second of it, up to omitCost.
	omitSecond, omitCost   = 3, 7
	againSecond, againCost = 2, 7 // to go back by one, in the same way
	// Where for lostSeconds there was no sentence that gained heardGain, nor so much
	// of one as heardSeconds, the place is lost: any may follow that is ahead of it by
	// up to nearest, and more with each second, up to farthest; or behind, up to ahead.
	heardGain          = 2
	heardSeconds       = 1
	lostSeconds        = 6
	jumpCost, jumpEach = 14, 0.05 // and for each sentence of the way
	ahead, farthest    = 40, 600
	nearest            = 8
	fartherSecond      = 4
	// In a clear recording sentences gain more, and being in none may cost less by
	// what they gain beyond a dull one, in part: so speech that is no sentence is
	// taken for none. A second of it costs less by no more than mostEase.
	dull, easePart, mostEase = 2.0, 0.4, 1.5
	// The tempo is the median of the last tempoSentences, where there are
	// tempoLeast, unless it is near what it was.
	tempoSentences, tempoLeast = 12, 3
	tempoEvery                 = 125 // steps
	tempoNear                  = 0.06
	slowest, quickest          = 0.5, 2.5
	// Voices are alike in the lower coefficients, and in how they change: each
	// weighs less by fall than the one before, and the slopes more.
	width        = 2 * 8
	fall, slopes = 5, 1.5
)

// weighed gives width numbers a step: those that tell most of what is said,
// whoever says it, weighed by how much.
func weighed(rows []float32) []float32 {
	out := make([]float32, 0, len(rows)/dimension*width)
	for ; len(rows) > 0; rows = rows[dimension:] {
		for c := range width / 2 {
			out = append(out, weights[c]*rows[c])
		}
		for c := range width / 2 {
			out = append(out, slopes*weights[c]*rows[coefficients+c])
		}
	}
	return out
}

var weights = func() (w [width / 2]float32) {
	for c := range w {
		w[c] = float32(math.Exp(-float64(c) / fall))
	}
	return w
}()

// visit is a sentence that was gone through, at steps [start, end).
type visit struct {
	before     *visit
	sentence   int
	start, end int
	seconds    float64 // how long the reference is, pauses aside
	gain       float64 // how much cheaper a second of it was than none
	heard      int     // where the last one ended that gained heardGain
}

// state is a way to have come to a place, and what it has cost.
type state struct {
	cost  float32
	start int32   // of the sentence it is in
	base  float32 // how much cheaper it had been than none, when that began
	last  *visit  // the sentence before
}

// line is a sentence in the search.
type line struct {
	ref       []float32 // width numbers a step
	m         int
	seconds   float64 // of ref
	now, next []state
	lo, hi    int // of now: what is not out of reach
}

// follower is the state of a search.
type follower struct {
	*Following
	ctx         context.Context
	top         float64 // of the bands
	analyser    *analyser
	refs        *analyser
	refRate     pcm.Hz
	moments     moments
	tempo       float64 // seconds of the recording for one of the reference
	ease        float32 // how much less a step in no sentence costs
	first, last int     // the sentences that there are, without the last
	lines       map[int]*line
	lo, hi      int // of the sentences looked for
	fill        []state
	stranger    [][]float32
	seen        int
	far         []float32 // how far the strangers are
	filled      float32   // what being in no sentence would have cost all along, not eased
	anywhere    bool      // the place counts as lost all along
	heardAt     int       // where the last sentence ended that gained heardGain
	at          int
}

// Follow finds the sentences.
func (f *Following) Follow(ctx context.Context) (*Course, error) {
	s := &follower{Following: f, ctx: ctx, tempo: 1}
	visits, err := s.search()
	if err != nil {
		return nil, err
	}
	return s.place(visits)
}

// search goes through the recording once and gives the visits of the cheapest
// way, in order.
func (s *follower) search() ([]visit, error) {
	rate := lookedRate(s.Sound.Format().Rate)
	s.top = math.Min(highest, 0.45*float64(rate))
	for i := range s.Sentences {
		ref, err := s.Reference(s.ctx, i)
		if err != nil {
			return nil, err
		}
		if len(ref.Samples) > 0 {
			s.refRate = ref.Rate
			break
		}
	}
	if s.refRate == 0 {
		return nil, nil
	}
	s.top = math.Min(s.top, 0.45*float64(s.refRate))
	s.analyser = newAnalyser(rate, s.top)
	s.refs = newAnalyser(lookedRate(s.refRate), s.top)
	return s.between(0, math.MaxInt, 0, s.Sentences)
}

// again goes through steps [from, to) of the recording once more, of which it is
// known that they can hold none but sentences [first, last), in any order.
func (s *follower) again(from, to, first, last int) ([]visit, error) {
	c := *s
	c.anywhere, c.stranger, c.far = true, slices.Clone(s.stranger), nil
	c.analyser, c.refs = newAnalyser(lookedRate(s.Sound.Format().Rate), s.top), newAnalyser(lookedRate(s.refRate), s.top)
	return c.between(from, to, first, last)
}

// between looks for sentences [first, last) in steps [from, to).
func (s *follower) between(from, to, first, last int) (_ []visit, err error) {
	s.first, s.last, s.lo, s.at, s.filled = first, last, first, from, 0
	s.lines = map[int]*line{}
	s.fill = make([]state, last-first+1)
	for i := range s.fill[1:] {
		if !s.anywhere {
			s.fill[i+1].cost = never
		}
	}
	s.hi = min(last, first+ahead)
	// At first the place is as lost as where anything ahead is in reach.
	s.heardAt = from - int((lostSeconds+(ahead-nearest)/fartherSecond)/stride)
	if s.moments.n == 0 {
		for i := s.lo; i < s.hi; i++ {
			if err := s.learn(i); err != nil {
				return nil, err
			}
		}
		clear(s.lines) // the first ones were learnt with the moments of few
	}
	format := s.Sound.Format()
	listening := listener{source: s.Sound, done: int64(from), until: int64(to)}
	defer func() { err = errors.Join(err, listening.close()) }()
	for {
		samples, begin, end, err := listening.next()
		if err != nil {
			return nil, err
		}
		if begin >= end {
			break
		}
		x, err := looked(samples, format.Rate)
		if err != nil {
			return nil, err
		}
		hop := stride * float64(x.rate)
		energies := s.analyser.energies(x, hop/2)
		loudness, cepstra := smooth(s.analyser, energies, depths(energies))
		normalise(cepstra, loudness)
		rows := weighed(features(cepstra, upTo(len(loudness))))
		for t := begin; t < end; t++ {
			if err := s.step(rows[t*width:(t+1)*width], loudness[t]); err != nil {
				return nil, err
			}
			s.at++
		}
		if s.Progress != nil && !s.anywhere {
			s.Progress(min(s.Sound.Frames(), int64(float64(s.at)*stride*float64(format.Rate))))
		}
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
	}
	end := slices.MinFunc(s.fill, func(a, b state) int {
		switch {
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return 0
	})
	var visits []visit
	for v := end.last; v != nil; v = v.before {
		visits = append(visits, *v)
	}
	slices.Reverse(visits)
	return visits, nil
}

// step takes one step of the recording into account.
func (s *follower) step(x []float32, loudness float32) error {
	lowest := never
	for i := s.lo; i <= s.hi; i++ {
		lowest = min(lowest, s.fill[i-s.first].cost)
	}
	for i := s.lo; i < s.hi; i++ {
		if l := s.lines[i]; l != nil {
			for _, c := range l.now[l.lo:l.hi] {
				lowest = min(lowest, c.cost)
			}
		}
	}
	limit := lowest + beam
	loudness = min(1, loudness/spokenFollow)
	if len(s.stranger) == 0 {
		return nil // there is nothing yet to be heard
	}
	mean := float32(0)
	s.far = s.far[:0]
	for _, r := range s.stranger {
		d := distance(x, r)
		mean += d
		s.far = append(s.far, d)
	}
	scale := float32(len(s.stranger)) / max(mean, 1e-3)
	slices.Sort(s.far)
	fillLoud := s.far[len(s.far)*fillShare/100] * scale
	stay := stayFollow * (staySilent + (1-staySilent)*loudness)
	pause := (1 - loudness) * fillSilent
	fillCost := pause + fillLoud*loudness
	eased := fillCost - s.ease*loudness

	best, bestAt, within := state{cost: never}, s.lo, false // within a sentence
	var left state                                          // the sentence before, gone through
	left.cost = never
	for i := s.lo; i <= s.hi; i++ {
		enter := s.fill[i-s.first]
		f := &s.fill[i-s.first]
		f.cost += eased
		if left.cost < f.cost {
			*f = left
		}
		if f.cost < best.cost {
			best, bestAt, within = *f, i, false
		}
		left = state{cost: never}
		if i == s.hi {
			break
		}
		l := s.lines[i]
		if l == nil {
			if enter.cost > limit {
				continue
			}
			if err := s.learn(i); err != nil {
				return err
			}
			l = s.lines[i]
		}
		if l.m == 0 || enter.cost > limit && l.lo >= l.hi {
			continue
		}
		lo, hi := l.lo, min(l.m, l.hi+most)
		if enter.cost <= limit {
			lo, hi = 0, max(hi, min(most, l.m))
		}
		newLo, newHi := l.m, 0
		for j := lo; j < hi; j++ {
			c := state{cost: never}
			standing := false
			if j >= l.lo && j < l.hi {
				c = l.now[j]
				c.cost += stay
				standing = true
			}
			for k := 1; k <= most; k++ {
				if p := j - k; p >= l.lo && p < l.hi {
					if cost := l.now[p].cost + skipFollow*float32(k-1); cost < c.cost {
						c, standing = l.now[p], false
						c.cost = cost
					}
				}
			}
			if j < most {
				if cost := enter.cost + skipFollow*float32(j); cost < c.cost {
					c, standing = state{cost, int32(s.at), s.filled - enter.cost, enter.last}, false
				}
			}
			if c.cost <= limit {
				d := distance(x, l.ref[j*width:(j+1)*width]) * scale
				if standing {
					d = d*loudness + pause
				}
				c.cost += d
				newLo, newHi = min(newLo, j), j+1
				if c.cost < best.cost {
					best, bestAt, within = c, i, true
				}
				if j >= l.m-most {
					if cost := c.cost + skipFollow*float32(l.m-1-j); cost < left.cost {
						left = c
						left.cost = cost
					}
				}
			} else {
				c.cost = never
			}
			l.next[j] = c
		}
		l.now, l.next, l.lo, l.hi = l.next, l.now, min(newLo, newHi), newHi
		if left.cost < never {
			v := &visit{
				before: left.last, sentence: i, start: int(left.start), end: s.at + 1, seconds: l.seconds,
				gain: float64(s.filled+fillCost-left.cost-left.base) / l.seconds,
			}
			if v.gain >= heardGain {
				v.heard = v.end
			} else if v.before != nil {
				v.heard = v.before.heard
			}
			left.last = v
		}
	}
	for i := s.lo; i < s.hi; i++ {
		omit := float32(omitCost)
		if l := s.lines[i]; l != nil {
			omit = min(omit, omitSecond*float32(l.seconds))
		}
		if c := s.fill[i-s.first].cost + omit; c < s.fill[i+1-s.first].cost {
			s.fill[i+1-s.first] = s.fill[i-s.first]
			s.fill[i+1-s.first].cost = c
		}
	}
	for i := s.hi; i > s.lo; i-- {
		again := float32(againCost)
		if l := s.lines[i-1]; l != nil {
			again = min(again, againSecond*float32(l.seconds))
		}
		if c := s.fill[i-s.first].cost + again; c < s.fill[i-1-s.first].cost {
			s.fill[i-1-s.first] = s.fill[i-s.first]
			s.fill[i-1-s.first].cost = c
		}
	}
	if lost := s.lost(); lost > 0 {
		from := s.lo
		for i := s.lo; i <= s.hi; i++ {
			if s.fill[i-s.first].cost < s.fill[from-s.first].cost {
				from = i
			}
		}
		jump := s.fill[from-s.first]
		reach := jumpReach(lost)
		for i := max(s.lo, from-reach); i <= min(s.hi, from+reach); i++ {
			if c := jump.cost + jumpCost + jumpEach*float32(max(i-from, from-i)); c < s.fill[i-s.first].cost {
				s.fill[i-s.first] = jump
				s.fill[i-s.first].cost = c
			}
		}
	}
	s.filled += fillCost
	if best.last != nil && best.last.heard > 0 {
		s.heardAt = best.last.heard
	}
	if seconds := float64(s.at+1-int(best.start)) * stride / s.tempo; within && seconds >= heardSeconds {
		if float64(s.filled-best.cost-best.base) >= heardGain*seconds {
			s.heardAt = s.at + 1
		}
	}
	s.move(bestAt, limit)
	s.rebase(best.cost)
	if s.at%tempoEvery == 0 && s.lost() <= 0 {
		return s.measure(best.last)
	}
	return nil
}

// rebase takes what all ways have in common off their costs, which would lose
// digits otherwise.
func (s *follower) rebase(by float32) {
	if s.at%256 != 0 || by >= never {
		return
	}
	s.filled -= by
	for i := s.lo; i <= s.hi; i++ {
		if s.fill[i-s.first].cost < never {
			s.fill[i-s.first].cost -= by
		}
		if l := s.lines[i]; l != nil {
			for j := l.lo; j < l.hi; j++ {
				if l.now[j].cost < never {
					l.now[j].cost -= by
				}
			}
		}
	}
}

// lost is for how many seconds the place counts as lost.
func (s *follower) lost() float64 {
	if s.anywhere {
		return farthest / fartherSecond
	}
	return float64(s.at-s.heardAt)*stride - lostSeconds
}

// move has the search be around a sentence: those that are out of reach are
// let go, as are their references, unless the place is lost.
func (s *follower) move(at int, limit float32) {
	if lost := s.lost(); lost > 0 {
		reach := jumpReach(lost)
		s.lo = min(s.lo, max(s.first, at-min(reach, ahead)))
		s.hi = max(s.hi, min(s.last, at+max(reach, ahead)))
		return
	}
	s.hi = max(s.hi, min(s.last, at+ahead))
	for ; s.lo < at && s.left(s.lo, s.lo, limit); s.lo++ {
	}
	for ; s.hi > at+ahead && s.left(s.hi, s.hi-1, limit); s.hi-- {
	}
}

// jumpReach is how far from where the place was lost it is looked for.
func jumpReach(lostSeconds float64) int {
	return int(math.Min(farthest, nearest+fartherSecond*lostSeconds))
}

// left lets the place before the i-th sentence go, and a line, if both are out of
// reach.
func (s *follower) left(i, line int, limit float32) bool {
	if s.fill[i-s.first].cost <= limit {
		return false
	}
	if l := s.lines[line]; l != nil && l.lo < l.hi {
		return false
	}
	s.fill[i-s.first] = state{cost: never}
	delete(s.lines, line)
	return true
}

// learn takes a sentence's reference into the search.
func (s *follower) learn(i int) error {
	ref, err := s.Reference(s.ctx, i)
	if err != nil {
		return err
	}
	l := &line{}
	s.lines[i] = l
	if len(ref.Samples) == 0 || len(ref.Words) == 0 {
		return nil
	}
	if ref.Rate != s.refRate {
		return fmt.Errorf("align: a reference of %d Hz among those of %d", ref.Rate, s.refRate)
	}
	y, err := looked(ref.Samples, ref.Rate)
	if err != nil {
		return err
	}
	hop := stride * float64(y.rate) / s.tempo
	loudness, cepstra := smooth(s.refs, s.refs.energies(y, hop/2), clean)
	s.moments.add(cepstra, loudness)
	s.moments.apply(cepstra)
	kept, _ := withoutPauses(loudness, nil)
	l.ref, l.m = weighed(features(cepstra, kept)), len(kept)
	l.seconds = float64(l.m) * stride / s.tempo
	l.now, l.next = make([]state, l.m), make([]state, l.m)
	for k := range 4 {
		if l.m == 0 {
			break
		}
		j := (2*k + 1) * l.m / 8
		row := slices.Clone(l.ref[j*width : (j+1)*width])
		if len(s.stranger) < strangers {
			s.stranger = append(s.stranger, row)
		} else {
			s.stranger[s.seen%strangers] = row
		}
		s.seen++
	}
	return nil
}

// measure learns from the sentences heard last how clear the recording is and how
// fast, and has those that are to come heard at that speed.
func (s *follower) measure(last *visit) error {
	var ratios, gains []float64
	for v := last; v != nil && len(ratios) < tempoSentences; v = v.before {
		ratios = append(ratios, float64(v.end-v.start)*stride/v.seconds)
		gains = append(gains, v.gain)
	}
	if len(ratios) < tempoLeast {
		return nil
	}
	slices.Sort(gains)
	s.ease = float32(stride * math.Max(0, math.Min(mostEase, easePart*(gains[len(gains)/2]-dull))))
	slices.Sort(ratios)
	tempo := math.Max(slowest, math.Min(quickest, ratios[len(ratios)/2]))
	if math.Abs(tempo/s.tempo-1) < tempoNear {
		return nil
	}
	s.tempo = tempo
	old := s.lines
	s.lines = map[int]*line{}
	for _, i := range slices.Sorted(maps.Keys(old)) {
		l := old[i]
		if l.lo >= l.hi {
			continue
		}
		if err := s.learn(i); err != nil {
			return err
		}
		l.moveTo(s.lines[i])
	}
	return nil
}

// moveTo has another line of the same sentence, at another tempo, go on where this
// one is.
func (l *line) moveTo(to *line) {
	to.lo, to.hi = to.m, 0
	for j := range to.now {
		to.now[j].cost = never
	}
	for j := l.lo; j < l.hi; j++ {
		at := j * to.m / l.m
		if at < to.m && l.now[j].cost < to.now[at].cost {
			to.now[at] = l.now[j]
			to.lo, to.hi = min(to.lo, at), max(to.hi, at+1)
		}
	}
	to.lo = min(to.lo, to.hi)
}

// clean is the depth of references, which have no noise.
var clean = func() (depth [bands]float32) {
	for b := range depth {
		depth[b] = deepest
	}
	return depth
}()

// smooth gives the loudness and the coefficients of steps of two rows of
// energies each: the mean over the whole of them.
func smooth(a *analyser, energies []float32, depth [bands]float32) (loudness, coarse []float32) {
	fineLoudness := a.deepen(energies, depth)
	fine := cepstra(energies, 0)
	last := len(fineLoudness) - 1
	n := last/2 + 1
	loudness, coarse = make([]float32, n), make([]float32, n*coefficients)
	for i := range n {
		left, middle, right := max(0, 2*i-1), 2*i, min(last, 2*i+1)
		loudness[i] = 0.25*fineLoudness[left] + 0.5*fineLoudness[middle] + 0.25*fineLoudness[right]
		for c := range coefficients {
			coarse[i*coefficients+c] = 0.25*fine[left*coefficients+c] + 0.5*fine[middle*coefficients+c] + 0.25*fine[right*coefficients+c]
		}
	}
	return loudness, coarse
}

// moments are the mean and deviation of coefficients over all steps of speech.
type moments struct {
	n            float64
	mean, square [coefficients]float64 // sums
}

func (m *moments) add(cepstra, loudness []float32) {
	for i, l := range loudness {
		if l <= loud {
			continue
		}
		for c, v := range cepstra[i*coefficients : (i+1)*coefficients] {
			m.mean[c] += float64(v)
			m.square[c] += float64(v) * float64(v)
		}
		m.n++
	}
}

// apply does what normalise does.
func (m *moments) apply(cepstra []float32) {
	n := math.Max(1, m.n)
	for c := range coefficients {
		mean := m.mean[c] / n
		scale := float32(1 / math.Sqrt(math.Max(1e-3, m.square[c]/n-mean*mean)))
		for i := c; i < len(cepstra); i += coefficients {
			cepstra[i] = (cepstra[i] - float32(mean)) * scale
		}
	}
}

// listener reads a recording in overlapping pieces, in mono.
type listener struct {
	source pcm.Source
	reader pcm.Reader
	kept   []int16
	from   int64 // the step that kept begins with
	done   int64 // steps given, or before the first one
	until  int64 // the step to end with, if there is as much
	ended  bool
}

// next gives a piece of the recording, and which of its steps have not been
// given before; none at the end. The samples are good until the next call.
func (r *listener) next() (samples []int16, first, last int, err error) {
	rate := float64(r.source.Format().Rate)
	frame := func(step int64) int64 { return int64(math.Round(float64(step) * stride * rate)) }
	if r.reader == nil {
		r.from = max(0, r.done-marginSteps)
		opened, err := r.source.Open(pcm.Span{Start: min(frame(r.from), r.source.Frames()), End: r.source.Frames()})
		if err != nil {
			return nil, 0, 0, err
		}
		r.reader = pcm.Mono(opened)
	}
	start := max(0, r.done-marginSteps)
	cut := frame(start) - frame(r.from)
	r.kept = append(r.kept[:0], r.kept[min(cut, int64(len(r.kept))):]...)
	r.from = start
	want := int(frame(r.done+blockSteps+marginSteps) - frame(start))
	r.kept = slices.Grow(r.kept, max(0, want-len(r.kept)))
	for len(r.kept) < want && !r.ended {
		n, err := r.reader.Read(r.kept[len(r.kept):want])
		if errors.Is(err, io.EOF) {
			r.ended = true
			break
		}
		if err != nil {
			return nil, 0, 0, err
		}
		r.kept = r.kept[:len(r.kept)+n]
	}
	total := r.from + int64(float64(len(r.kept))/(stride*rate))
	first, last = int(r.done-r.from), int(min(r.done+blockSteps, total, r.until)-r.from)
	r.done += int64(max(0, last-first))
	return r.kept, first, last, nil
}

func (r *listener) close() error {
	if r.reader == nil {
		return nil
	}
	return r.reader.Close()
}
