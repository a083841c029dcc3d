package align

import (
	"context"
	"errors"
	"fmt"
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

// prices are what a step of the recording costs.
type prices struct {
	loudness float32
	scale    float32 // of distances: strangers are 1 apart
	stay     float32 // to stand still in a sentence
	pause    float32 // its silence
	fill     float32 // to be in no sentence
	limit    float32 // what no way may have cost
}

// prices are those of a step that sounds like x.
func (s *follower) prices(x []float32, loudness float32) prices {
	p := prices{loudness: min(1, loudness/spokenFollow)}
	mean := float32(0)
	s.far = s.far[:0]
	for _, r := range s.stranger {
		d := distance(x, r)
		mean += d
		s.far = append(s.far, d)
	}
	p.scale = float32(len(s.stranger)) / max(mean, 1e-3)
	p.stay = stayFollow * (staySilent + (1-staySilent)*p.loudness)
	p.pause = (1 - p.loudness) * fillSilent
	p.fill = p.pause + smallest(s.far, len(s.far)*fillShare/100)*p.scale*p.loudness
	lowest := never
	for i := s.lo; i <= s.hi; i++ {
		lowest = min(lowest, s.fill[i-s.first].cost)
		if l := s.lines[i]; l != nil {
			for _, c := range l.now[l.lo:l.hi] {
				lowest = min(lowest, c.cost)
			}
		}
	}
	p.limit = lowest + beam
	return p
}

// step takes one step of the recording into account.
func (s *follower) step(x []float32, loudness float32) error {
	if len(s.stranger) == 0 {
		return nil // there is nothing yet to be heard
	}
	p := s.prices(x, loudness)
	best, bestAt, within := state{cost: never}, s.lo, false // within a sentence
	left := state{cost: never}                              // the sentence before, gone through
	for i := s.lo; i <= s.hi; i++ {
		enter := s.fill[i-s.first]
		f := &s.fill[i-s.first]
		f.cost += p.fill - s.ease*p.loudness
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
			if enter.cost > p.limit {
				continue
			}
			if err := s.learn(i); err != nil {
				return err
			}
			l = s.lines[i]
		}
		var nearest state
		if nearest, left = s.advance(l, x, enter, p); nearest.cost < best.cost {
			best, bestAt, within = nearest, i, true
		}
		if left.cost < never {
			v := &visit{
				before: left.last, sentence: i, start: int(left.start), end: s.at + 1, seconds: l.seconds,
				gain: float64(s.filled+p.fill-left.cost-left.base) / l.seconds,
			}
			if v.gain >= heardGain {
				v.heard = v.end
			} else if v.before != nil {
				v.heard = v.before.heard
			}
			left.last = v
		}
	}
	s.spread()
	s.filled += p.fill
	if best.last != nil && best.last.heard > 0 {
		s.heardAt = best.last.heard
	}
	if seconds := float64(s.at+1-int(best.start)) * stride / s.tempo; within && seconds >= heardSeconds {
		if float64(s.filled-best.cost-best.base) >= heardGain*seconds {
			s.heardAt = s.at + 1
		}
	}
	s.move(bestAt, p.limit)
	s.rebase(best.cost)
	if s.at%tempoEvery == 0 && s.lost() <= 0 {
		return s.measure(best.last)
	}
	return nil
}

// advance takes a step in a sentence, from the places in it and from that before
// it, and gives the cheapest way in it, and the one that has gone through.
func (s *follower) advance(l *line, x []float32, enter state, p prices) (best, left state) {
	best, left = state{cost: never}, state{cost: never}
	if l.m == 0 || enter.cost > p.limit && l.lo >= l.hi {
		return best, left
	}
	lo, hi := l.lo, min(l.m, l.hi+most)
	if enter.cost <= p.limit {
		lo, hi = 0, max(hi, min(most, l.m))
	}
	newLo, newHi := l.m, 0
	for j := lo; j < hi; j++ {
		c := state{cost: never}
		standing := false
		if j >= l.lo && j < l.hi {
			c = l.now[j]
			c.cost += p.stay
			standing = true
		}
		for k := 1; k <= most; k++ {
			if q := j - k; q >= l.lo && q < l.hi {
				if cost := l.now[q].cost + skipFollow*float32(k-1); cost < c.cost {
					c, standing = l.now[q], false
					c.cost = cost
				}
			}
		}
		if j < most {
			if cost := enter.cost + skipFollow*float32(j); cost < c.cost {
				c, standing = state{cost, int32(s.at), s.filled - enter.cost, enter.last}, false
			}
		}
		if c.cost > p.limit {
			l.next[j].cost = never
			continue
		}
		d := distance(x, l.ref[j*width:(j+1)*width]) * p.scale
		if standing {
			d = d*p.loudness + p.pause
		}
		c.cost += d
		l.next[j] = c
		newLo, newHi = min(newLo, j), j+1
		if c.cost < best.cost {
			best = c
		}
		if j >= l.m-most {
			if cost := c.cost + skipFollow*float32(l.m-1-j); cost < left.cost {
				left = c
				left.cost = cost
			}
		}
	}
	l.now, l.next, l.lo, l.hi = l.next, l.now, min(newLo, newHi), newHi
	return best, left
}

// spread has ways go on elsewhere in the text: with the next sentence left out,
// with the last one again and, where the place is lost, anywhere.
func (s *follower) spread() {
	price := func(second, highest float32, sentence int) float32 {
		if l := s.lines[sentence]; l != nil {
			return min(highest, second*float32(l.seconds))
		}
		return highest
	}
	from := func(a, b int, cost float32) {
		if cost += s.fill[a-s.first].cost; cost < s.fill[b-s.first].cost {
			s.fill[b-s.first] = s.fill[a-s.first]
			s.fill[b-s.first].cost = cost
		}
	}
	for i := s.lo; i < s.hi; i++ {
		from(i, i+1, price(omitSecond, omitCost, i))
	}
	for i := s.hi; i > s.lo; i-- {
		from(i, i-1, price(againSecond, againCost, i-1))
	}
	lost := s.lost()
	if lost <= 0 {
		return
	}
	cheapest := s.lo
	for i := s.lo; i <= s.hi; i++ {
		if s.fill[i-s.first].cost < s.fill[cheapest-s.first].cost {
			cheapest = i
		}
	}
	reach := jumpReach(lost)
	for i := max(s.lo, cheapest-reach); i <= min(s.hi, cheapest+reach); i++ {
		from(cheapest, i, jumpCost+jumpEach*float32(max(i-cheapest, cheapest-i)))
	}
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
