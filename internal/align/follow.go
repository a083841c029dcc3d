package align

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

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
}

// Place is where a sentence was found.
type Place struct {
	Found      bool
	Span       pcm.Span // frames of the recording, from the first word to the end of the last
	Words      []Word   // absolute frames
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

// strangeSeconds is the shortest stretch without any sentence that is told.
const strangeSeconds = 5

// A sentence is heard where its confidence is believable, and where a second of
// it was so much cheaper than to be in no sentence: the right ones gain 2.3 to
// 10, those of another text 1.5 in the median.
const (
	believable = 0.05
	worthwhile = 2.0
	// One that gains less than what is certain needs half of those around it.
	certain = 4.0
	around  = 2 // to either side
)

// samplesAlike is how many sentences are held against themselves played
// backwards, and leastAlike by how much they must be better in the mean.
const (
	samplesAlike = 32
	leastAlike   = 0.07 // speech of the text comes to 0.1 and more, even clipped and with noise
)

// Of the search. Costs are in the measure of distance, where steps that have
// nothing to do with each other are 1 apart.
const (
	stride = 0.04 // seconds a step
	// So much of the recording is listened to at once, and around it, to know how
	// loud speech and noise are.
	blockSteps, marginSteps = 1500, 500
	// beam is how much dearer than the cheapest way one may be.
	beam = 35
	// stayFollow is for a step with which the sentence stands still, skipFollow for
	// one of the sentence that is left out.
	stayFollow, skipFollow = 0.4, 0.25
	// spokenFollow is the loudness from which a step counts in full.
	spokenFollow = 0.25
	// What a step in no sentence costs: silent where it is silent; else what the
	// nearest of the strangers, steps from all over the text, has: so many percent
	// of them are nearer.
	fillSilent = 0.3
	fillShare  = 37
	strangers  = 48
	omitCost   = 7 // to leave a sentence out
	againCost  = 7 // to go back by one
	// So many sentences ahead are looked for; more, where there was none for
	// lostSeconds, up to farthest.
	ahead, farthest = 40, 600
	lostSeconds     = 20
	cheapest        = 0.05 // of omitCost, when the place is lost
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
	ctx      context.Context
	top      float64 // of the bands
	analyser *analyser
	refs     *analyser
	refRate  pcm.Hz
	moments  moments
	tempo    float64 // seconds of the recording for one of the reference
	lines    map[int]*line
	lo, hi   int // of the sentences looked for
	fill     []state
	stranger [][]float32
	seen     int
	far      []float32 // how far the strangers are
	filled   float32   // what being in no sentence would have cost all along
	lostFor  int       // steps
	at       int
}

// Follow finds the sentences.
func (f *Following) Follow(ctx context.Context) (*Course, error) {
	s := &follower{Following: f, ctx: ctx, tempo: 1, lines: map[int]*line{}}
	visits, err := s.search()
	if err != nil {
		return nil, err
	}
	return f.place(ctx, visits)
}

// search goes through the recording once and gives the visits of the cheapest
// way, in order.
func (s *follower) search() (_ []visit, err error) {
	format := s.Sound.Format()
	rate := lookedRate(format.Rate)
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
	s.fill = make([]state, s.Sentences+1)
	for i := range s.fill {
		s.fill[i].cost = never
	}
	s.fill[0].cost = 0
	s.hi = min(s.Sentences, ahead)
	for i := range s.hi {
		if err := s.learn(i); err != nil {
			return nil, err
		}
	}
	listening := listener{source: s.Sound}
	defer func() { err = errors.Join(err, listening.close()) }()
	for {
		samples, first, last, err := listening.next()
		if err != nil {
			return nil, err
		}
		if first >= last {
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
		for t := first; t < last; t++ {
			if err := s.step(rows[t*width:(t+1)*width], loudness[t]); err != nil {
				return nil, err
			}
			s.at++
		}
		if s.Progress != nil {
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
		lowest = min(lowest, s.fill[i].cost)
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

	best, bestAt := never, s.lo
	var heard *visit // the last one of the best way
	var left state   // the sentence before, gone through
	left.cost = never
	omit := float32(omitCost)
	if lost := float64(s.lostFor)*stride - lostSeconds; lost > 0 {
		omit *= float32(math.Max(cheapest, 1-lost/lostSeconds))
	}
	for i := s.lo; i <= s.hi; i++ {
		enter := s.fill[i]
		f := &s.fill[i]
		f.cost += fillCost
		if left.cost < f.cost {
			*f = left
		}
		if f.cost < best {
			best, bestAt, heard = f.cost, i, f.last
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
				if c.cost < best {
					best, bestAt, heard = c.cost, i, c.last
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
			left.last = &visit{
				left.last, i, int(left.start), s.at + 1, l.seconds,
				float64(s.filled+fillCost-left.cost-left.base) / l.seconds,
			}
		}
	}
	for i := s.lo; i < s.hi; i++ {
		cost := omit
		if l := s.lines[i]; l != nil && l.m == 0 {
			cost = 0
		}
		if c := s.fill[i].cost + cost; c < s.fill[i+1].cost {
			s.fill[i+1] = s.fill[i]
			s.fill[i+1].cost = c
		}
	}
	for i := s.hi; i > s.lo; i-- {
		if c := s.fill[i].cost + againCost; c < s.fill[i-1].cost {
			s.fill[i-1] = s.fill[i]
			s.fill[i-1].cost = c
		}
	}
	s.filled += fillCost
	s.lostFor = s.at + 1
	if heard != nil {
		s.lostFor -= heard.end
	}
	s.move(bestAt, limit)
	s.rebase(best)
	if s.at%tempoEvery == 0 {
		s.measure(heard)
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
		if s.fill[i].cost < never {
			s.fill[i].cost -= by
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

// move has the search be around a sentence: those that are out of reach are
// let go, as are their references.
func (s *follower) move(at int, limit float32) {
	for ; s.lo < at && s.fill[s.lo].cost > limit; s.lo++ {
		if l := s.lines[s.lo]; l != nil && l.lo < l.hi {
			break
		}
		s.fill[s.lo] = state{cost: never}
		delete(s.lines, s.lo)
	}
	reach := ahead
	if lost := float64(s.lostFor)*stride - lostSeconds; lost > 0 {
		reach = min(farthest, ahead+int(4*lost))
	}
	s.hi = max(s.hi, min(s.Sentences, at+reach))
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

// measure learns how fast the recording is from the sentences heard last, and
// has those that are to come heard at that speed.
func (s *follower) measure(last *visit) {
	var ratios []float64
	for v := last; v != nil && len(ratios) < tempoSentences; v = v.before {
		ratios = append(ratios, float64(v.end-v.start)*stride/v.seconds)
	}
	if len(ratios) < tempoLeast {
		return
	}
	slices.Sort(ratios)
	tempo := math.Max(slowest, math.Min(quickest, ratios[len(ratios)/2]))
	if math.Abs(tempo/s.tempo-1) < tempoNear {
		return
	}
	s.tempo = tempo
	for i, l := range s.lines {
		if l.lo >= l.hi {
			delete(s.lines, i)
		}
	}
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
	done   int64 // steps given
	ended  bool
}

// next gives a piece of the recording, and which of its steps have not been
// given before; none at the end. The samples are good until the next call.
func (r *listener) next() (samples []int16, first, last int, err error) {
	rate := float64(r.source.Format().Rate)
	frame := func(step int64) int64 { return int64(math.Round(float64(step) * stride * rate)) }
	if r.reader == nil {
		opened, err := r.source.Open(pcm.Span{End: r.source.Frames()})
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
	first, last = int(r.done-r.from), int(min(r.done+blockSteps, total)-r.from)
	r.done += int64(max(0, last-first))
	return r.kept, first, last, nil
}

func (r *listener) close() error {
	if r.reader == nil {
		return nil
	}
	return r.reader.Close()
}

// place aligns each sentence with the stretch of sound where the search has
// found it.
func (f *Following) place(ctx context.Context, visits []visit) (*Course, error) {
	course := &Course{Places: make([]Place, f.Sentences)}
	spans, err := f.cut(visits)
	if err != nil {
		return nil, err
	}
	readings := make([]Place, len(visits))
	group, working := errgroup.WithContext(ctx)
	jobs := max(1, f.Jobs)
	for worker := range jobs {
		group.Go(func() error {
			a := New()
			for k := worker; k < len(visits); k += jobs {
				if err := working.Err(); err != nil {
					return err
				}
				if visits[k].gain < worthwhile {
					continue
				}
				p, err := f.reading(working, a, visits[k].sentence, spans[k])
				if err != nil {
					return err
				}
				readings[k] = p
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	f.doubt(visits, readings)
	if alike, err := f.alike(ctx, visits, spans, readings); err != nil {
		return nil, err
	} else if !alike {
		clear(readings)
	}
	next := f.Sentences // all from here on have their places
	for k := len(visits) - 1; k >= 0; k-- {
		p, i := readings[k], visits[k].sentence
		switch {
		case !p.Found:
		case i < next:
			others := course.Places[i].Others
			course.Places[i] = p
			course.Places[i].Others = others
			next = i
		default:
			course.Places[i].Others = append(course.Places[i].Others, p.Span)
		}
	}
	for i := range course.Places {
		slices.Reverse(course.Places[i].Others)
	}
	course.Strange = f.strange(readings)
	return course, nil
}

// doubt takes back readings that might be chance, as in speech of another text:
// those that gain little and have few others around them in the text.
func (f *Following) doubt(visits []visit, readings []Place) {
	found := make([]bool, f.Sentences)
	for k := range readings {
		found[visits[k].sentence] = found[visits[k].sentence] || readings[k].Found
	}
	for k := range readings {
		if visits[k].gain >= certain {
			continue
		}
		others, of := 0, 0
		for i := max(0, visits[k].sentence-around); i <= min(f.Sentences-1, visits[k].sentence+around); i++ {
			if i == visits[k].sentence {
				continue
			}
			if of++; found[i] {
				others++
			}
		}
		if 2*others < of {
			readings[k] = Place{}
		}
	}
}

// alike reports whether the recording is one of this text at all. Where any text
// might have been read, the sentences fit no better than they do backwards.
func (f *Following) alike(ctx context.Context, visits []visit, spans []pcm.Span, readings []Place) (bool, error) {
	var heard []int
	for k := range readings {
		if readings[k].Found {
			heard = append(heard, k)
		}
	}
	n := min(len(heard), samplesAlike)
	a := New()
	forwards, backwards := 0.0, 0.0
	for i := range n {
		k := heard[i*len(heard)/n]
		ref, err := f.Reference(ctx, visits[k].sentence)
		if err != nil {
			return false, err
		}
		samples, err := f.samples(spans[k])
		if err != nil {
			return false, err
		}
		_, confidence, err := a.Align(samples, f.Sound.Format().Rate, reversed(ref))
		if err != nil {
			return false, err
		}
		forwards += readings[k].Confidence
		backwards += confidence
	}
	return forwards-backwards > leastAlike*float64(n), nil
}

// reversed is a reference played backwards.
func reversed(ref Reference) Reference {
	back := Reference{Samples: slices.Clone(ref.Samples), Rate: ref.Rate}
	slices.Reverse(back.Samples)
	for _, w := range slices.Backward(ref.Words) {
		back.Words = append(back.Words, Word{Lo: w.Lo, Hi: w.Hi, Start: int64(len(ref.Samples)) - w.Start})
	}
	return back
}

// samples reads a stretch of the recording in mono.
func (f *Following) samples(span pcm.Span) (_ []int16, err error) {
	r, err := f.Sound.Open(span)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return pcm.ReadAll(pcm.Mono(r), span.Frames())
}

// reading aligns a sentence with a stretch of sound.
func (f *Following) reading(ctx context.Context, a *Aligner, sentence int, span pcm.Span) (Place, error) {
	ref, err := f.Reference(ctx, sentence)
	if err != nil {
		return Place{}, err
	}
	samples, err := f.samples(span)
	if err != nil {
		return Place{}, err
	}
	rate := f.Sound.Format().Rate
	words, confidence, err := a.Align(samples, rate, ref)
	if err != nil || len(words) == 0 || confidence < believable {
		return Place{Confidence: confidence}, err
	}
	p := Place{Found: true, Words: words, Confidence: confidence}
	for i := range words {
		words[i].Start += span.Start
		words[i].End += span.Start
	}
	p.Span = pcm.Span{Start: words[0].Start, End: words[len(words)-1].End}
	return p, nil
}

// Of the cuts between sentences, in seconds.
const (
	within = 0.4 // how far into a sentence as the search found it
	beyond = 0.6 // and how far out of it
	apart  = 1.2 // how far sentences lie apart that have no cut in common
)

// cut gives the stretch of sound to be aligned with each visit: they begin and
// end where it is quiet around the places that the search has found.
func (f *Following) cut(visits []visit) ([]pcm.Span, error) {
	looked := lookedRate(f.Sound.Format().Rate)
	a := newAnalyser(looked, math.Min(highest, 0.45*float64(looked)))
	rate := float64(f.Sound.Format().Rate)
	frame := func(seconds float64) int64 {
		return max(0, min(int64(seconds*rate), f.Sound.Frames()))
	}
	spans := make([]pcm.Span, len(visits))
	half := func(v *visit) float64 { return math.Min(within, float64(v.end-v.start)*stride/2) }
	for k := range visits {
		v := &visits[k]
		start, end := float64(v.start)*stride, float64(v.end)*stride
		var err error
		switch {
		case k == 0 && start <= beyond:
			spans[k].Start = 0
		case k == 0 || start-float64(visits[k-1].end)*stride > apart:
			spans[k].Start, err = f.quietest(a, frame(start-beyond), frame(start+half(v)))
		default:
			spans[k].Start = spans[k-1].End
		}
		if err != nil {
			return nil, err
		}
		switch {
		case k+1 < len(visits) && float64(visits[k+1].start)*stride-end <= apart:
			next := &visits[k+1]
			spans[k].End, err = f.quietest(a, frame(end-half(v)), frame(float64(next.start)*stride+half(next)))
		case k+1 == len(visits) && end+beyond >= float64(f.Sound.Frames())/rate:
			spans[k].End = f.Sound.Frames()
		default:
			spans[k].End, err = f.quietest(a, frame(end-half(v)), frame(end+beyond))
		}
		if err != nil {
			return nil, err
		}
	}
	return spans, nil
}

// quietest is the middle of the longest pause in a short stretch of sound.
func (f *Following) quietest(a *analyser, from, to int64) (int64, error) {
	if to <= from {
		return from, nil
	}
	samples, err := f.samples(pcm.Span{Start: from, End: to})
	if err != nil {
		return 0, err
	}
	x, err := looked(samples, f.Sound.Format().Rate)
	if err != nil {
		return 0, err
	}
	energies := a.energies(x, step*float64(x.rate))
	level := a.deepen(energies, depths(energies))
	best, length := len(level)/2, 0
	for i := 0; i < len(level); {
		end := i
		for end < len(level) && level[end] <= quiet {
			end++
		}
		if end-i > length {
			best, length = (i+end)/2, end-i
		}
		i = max(end, i+1)
	}
	return min(to, from+int64(float64(best)*step*float64(f.Sound.Format().Rate))), nil
}

// strange lists what belongs to no reading.
func (f *Following) strange(readings []Place) []pcm.Span {
	least := int64(strangeSeconds * float64(f.Sound.Format().Rate))
	var all []pcm.Span
	at := int64(0)
	add := func(end int64) {
		if end-at >= least {
			all = append(all, pcm.Span{Start: at, End: end})
		}
	}
	for _, r := range readings {
		if r.Found {
			add(r.Span.Start)
			at = max(at, r.Span.End)
		}
	}
	add(f.Sound.Frames())
	return all
}
