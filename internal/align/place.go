package align

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"narrate/internal/pcm"
)

// strangeSeconds is the shortest stretch without any sentence that is told.
const strangeSeconds = 5

// What speaks for a reading is how much a second of it gained over being in no
// sentence, and by how much the sentence fits better than played backwards.
// Measured on four voices of Flite: clean ones come to 2.6 to 8 in the former
// and 0.1 to 0.6 in the latter, those with white noise 20 dB below to 0.4 to 6
// and 0 to 0.4, sentences of another text to -0.5 to 3 and -0.2 to 0.4.
const (
	forwardsCounts = 4
	certain        = 5.0
	sure           = 3.4 // one in sixty of another text comes to it: one of the others around it must be likely
	likely         = 1.8 // one in seven of those comes to it: so must half of the others around it
	around         = 2   // to either side
	// likeliest is what at least half of those that are likely must come to: in white
	// noise they come to 2.8 and more, those of another text to 2.3.
	likeliest = 2.6
	// A reading must gain firmShare of what the median one does, or be between two that
	// gain besideShare. Beside one of them weakShare is enough.
	firmShare, besideShare, weakShare = 0.7, 0.55, 0.45
	// Of several readings of a sentence those count that gain so much of what the best
	// one does.
	asGood = 0.8
	// What is beside another reading is nearPlace from it at most, in seconds.
	nearPlace = 4.0
	// A sentence may be all that is missing between two others, and between them may
	// be sound of its length, at a pace of the tempo, and no longer pause than
	// longestPause, in seconds: that speaks for it. What is loud is known by nearby
	// seconds of the others.
	leastPace, mostPace = 0.5, 2.0
	longestPause        = 2.0
	nearby              = 2.0
	// Where the readings are less than little of the recording and less than mostOf
	// the sentences, it is one of another text.
	little, mostOf = 0.25, 0.6
)

// The sound between two readings is listened to once more where it is no shorter
// and no longer than these, in seconds; for sentences that were read again it is
// retakeGap at least.
const shortestGap, retakeGap, longestGap = 0.2, 1.5, 600

// believable is the least confidence with which words are where they were found.
const believable = 0.05

// reading is a place where a sentence may have been read.
type reading struct {
	visit
	Place
	aligned  bool
	evidence float64
}

// place aligns each sentence with the stretch of sound where the search has
// found it, and looks once more for those that are missing between others.
func (s *follower) place(visits []visit) (*Course, error) {
	readings := make([]reading, len(visits))
	for k := range visits {
		readings[k].visit = visits[k]
	}
	if err := s.read(readings); err != nil {
		return nil, err
	}
	readings = s.believed(readings)
	more, err := s.missed(readings)
	if err != nil {
		return nil, err
	}
	if len(more) > 0 {
		for k := range more {
			readings = append(readings, reading{visit: more[k]})
		}
		slices.SortStableFunc(readings, func(a, b reading) int { return cmp.Compare(a.start, b.start) })
		if err := s.read(readings); err != nil {
			return nil, err
		}
		readings = s.believed(readings)
	}
	return s.course(readings), nil
}

// course orders the readings.
func (s *follower) course(readings []reading) *Course {
	course := &Course{Places: make([]Place, s.Sentences), Strange: s.strange(readings)}
	next := s.Sentences // all from here on have their places
	for _, r := range slices.Backward(readings) {
		place := &course.Places[r.sentence]
		if r.sentence >= next {
			place.Others = append(place.Others, r.Span)
			continue
		}
		r.Others = place.Others
		*place = r.Place
		next = r.sentence
	}
	for i := range course.Places {
		slices.Reverse(course.Places[i].Others)
	}
	return course
}

// missed looks for the sentences that are missing between two readings, or were
// read again, in the sound between them.
func (s *follower) missed(readings []reading) ([]visit, error) {
	if len(readings) == 0 {
		return nil, nil
	}
	found := make([][]visit, len(readings)+1)
	group, working := errgroup.WithContext(s.ctx)
	group.SetLimit(max(1, s.Jobs))
	for k := range found {
		first, last, from, to := 0, s.Sentences, 0, s.stepAt(s.Sound.Frames())
		if k > 0 {
			first, from = readings[k-1].sentence+1, s.stepAt(readings[k-1].Span.End)+1
		}
		if k < len(readings) {
			last, to = readings[k].sentence, s.stepAt(readings[k].Span.Start)
		}
		seconds := float64(to-from) * stride
		if first >= last && seconds >= retakeGap {
			first, last = max(0, last-around), min(s.Sentences, first+around)
		}
		if first >= last || seconds < shortestGap || seconds > longestGap {
			continue
		}
		group.Go(func() (err error) {
			if err := working.Err(); err != nil {
				return err
			}
			found[k], err = s.again(from, to, first, last)
			if err == nil && len(found[k]) == 0 && k > 0 && k < len(readings) && readings[k].sentence == readings[k-1].sentence+2 {
				found[k], err = s.alone(readings[k-1].Span, readings[k].Span, readings[k-1].sentence+1)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// alone takes the only sound between two sentences for the one that is missing,
// which may be too short to be known by itself.
func (s *follower) alone(before, after pcm.Span, sentence int) ([]visit, error) {
	rate := float64(s.Sound.Format().Rate)
	// So much of both sentences tells what is loud.
	from, to := max(before.Start, before.End-int64(nearby*rate)), min(after.End, after.Start+int64(nearby*rate))
	ref, err := s.Reference(s.ctx, sentence)
	if err != nil || len(ref.Samples) == 0 {
		return nil, err
	}
	loudness, err := s.loudness(newAnalyser(lookedRate(s.Sound.Format().Rate), s.top), pcm.Span{Start: from, End: to})
	if err != nil {
		return nil, err
	}
	at := func(frame int64) int { return int(float64(frame-from) / rate / step) }
	first, last := -1, 0
	for i := at(before.End) + 1; i < min(at(after.Start), len(loudness)); i++ {
		if loudness[i] > loud {
			if first < 0 {
				first = i
			}
			last = i + 1
		}
	}
	if first < 0 {
		return nil, nil
	}
	begin := int((float64(from)/rate + float64(first)*step) / stride)
	v := visit{sentence: sentence, start: begin, end: begin + int(math.Ceil(float64(last-first)*step/stride))}
	v.seconds = float64(len(ref.Samples)) / float64(ref.Rate)
	return []visit{v}, nil
}

// believed are the readings that are no chance, as there are in speech of another
// text.
func (s *follower) believed(readings []reading) []reading {
	support := make([]bool, s.Sentences)
	for _, r := range readings {
		support[r.sentence] = support[r.sentence] || r.evidence >= likely
	}
	for k := range readings {
		r := &readings[k]
		others, of := 0, 0
		for i := max(0, r.sentence-around); i <= min(s.Sentences-1, r.sentence+around); i++ {
			if i == r.sentence {
				continue
			}
			if of++; support[i] {
				others++
			}
		}
		r.Found = r.Span.Frames() > 0 && (r.evidence >= certain ||
			r.evidence >= sure && others >= min(1, of) || r.evidence >= likely && 2*others >= of)
	}
	s.outstanding(readings)
	best := map[int]float64{}
	for _, r := range readings {
		if r.Found {
			best[r.sentence] = max(best[r.sentence], r.gain)
		}
	}
	for k := range readings {
		r := &readings[k]
		r.Found = r.Found && r.gain >= asGood*best[r.sentence]
	}
	s.inPlace(readings)
	for k := 0; k < len(readings); k++ {
		if end := s.sandwiched(readings, k); end > k {
			for ; k < end; k++ {
				readings[k].Found = true
			}
		}
	}
	readings = slices.DeleteFunc(readings, func(r reading) bool { return !r.Found })
	seconds := 0.0
	for _, r := range readings {
		seconds += float64(r.Span.Frames()) / float64(s.Sound.Format().Rate)
	}
	if seconds < little*float64(s.Sound.Frames())/float64(s.Sound.Format().Rate) && float64(len(best)) < mostOf*float64(s.Sentences) {
		return nil
	}
	return readings
}

// outstanding takes back readings that gain much less than the others of this
// recording, unless they are beside those, and all where so little speaks for most
// of them that it is one of another text.
func (s *follower) outstanding(readings []reading) {
	var found []int
	var gains, evidence []float64
	for k, r := range readings {
		if r.Found {
			found = append(found, k)
			gains, evidence = append(gains, r.gain), append(evidence, r.evidence)
		}
	}
	if len(found) == 0 {
		return
	}
	slices.Sort(gains)
	slices.Sort(evidence)
	median := gains[len(gains)/2]
	doubtful := evidence[len(evidence)/2] < likeliest
	for n, k := range found {
		r := &readings[k]
		beside := 0
		for _, order := range []int{-1, 1} {
			m := n + order
			if m >= 0 && m < len(found) && readings[found[m]].gain >= besideShare*median && s.beside(r, &readings[found[m]], order) {
				beside++
			}
		}
		r.Found = !doubtful && (r.gain >= firmShare*median || beside == 2 || beside == 1 && r.gain >= weakShare*median)
	}
}

// beside reports whether another reading is near one, and of the sentence that
// lies so many behind its own.
func (s *follower) beside(r, other *reading, order int) bool {
	apart := max(r.Span.Start-other.Span.End, other.Span.Start-r.Span.End)
	return float64(apart) < nearPlace*float64(s.Sound.Format().Rate) && other.sentence == r.sentence+order
}

// inPlace takes back readings of sentences that were read elsewhere in their
// place, which is beside the sentence before or the one behind, or beside another
// reading in its place.
func (s *follower) inPlace(readings []reading) {
	var found []int
	for k := range readings {
		if readings[k].Found {
			found = append(found, k)
		}
	}
	placed := make([]bool, len(readings))
	mark := func(n, beside, order int) {
		if beside < 0 || beside >= len(found) {
			return
		}
		r, other := &readings[found[n]], &readings[found[beside]]
		if s.beside(r, other, order) || s.beside(r, other, 0) && placed[found[beside]] {
			placed[found[n]] = true
		}
	}
	for n := range found {
		mark(n, n-1, -1)
		mark(n, n+1, 1)
	}
	somewhere := map[int]bool{}
	for n := len(found) - 1; n >= 0; n-- {
		mark(n, n+1, 1)
		if placed[found[n]] {
			somewhere[readings[found[n]].sentence] = true
		}
	}
	for _, k := range found {
		readings[k].Found = placed[k] || !somewhere[readings[k].sentence]
	}
}

// sandwiched says where the readings from the k-th on end that are all that is
// missing between two that were found, or before or behind all, where they are.
func (s *follower) sandwiched(readings []reading, k int) int {
	before := reading{visit: visit{sentence: -1}}
	if k > 0 {
		before = readings[k-1]
	}
	if readings[k].Found || k > 0 && !before.Found {
		return k
	}
	rate := float64(s.Sound.Format().Rate)
	at := before.Span.End
	for end := k; end <= len(readings); end++ {
		after := reading{visit: visit{sentence: s.Sentences}, Place: Place{Found: true, Span: pcm.Span{Start: s.Sound.Frames()}}}
		if end < len(readings) {
			after = readings[end]
		}
		if after.sentence != before.sentence+1+end-k || float64(after.Span.Start-at) > longestPause*rate {
			return k
		}
		if after.Found {
			if k == 0 && end == len(readings) {
				return k // there is nothing that was found
			}
			return end
		}
		at = after.Span.End
		if pace := float64(after.Span.Frames()) / rate / after.seconds / s.tempo; pace < leastPace || pace > mostPace {
			return k
		}
	}
	return k
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

// loudness is that of each step of 10 ms of a stretch of the recording.
func (f *Following) loudness(a *analyser, span pcm.Span) ([]float32, error) {
	samples, err := f.samples(span)
	if err != nil {
		return nil, err
	}
	x, err := looked(samples, f.Sound.Format().Rate)
	if err != nil {
		return nil, err
	}
	energies := a.energies(x, step*float64(x.rate))
	return a.deepen(energies, depths(energies)), nil
}

// stepAt is the step of the search that a frame of the recording lies in.
func (f *Following) stepAt(frame int64) int {
	return int(float64(frame) / stride / float64(f.Sound.Format().Rate))
}

// read aligns those readings that are not yet.
func (s *follower) read(readings []reading) error {
	spans, err := s.cut(readings)
	if err != nil {
		return err
	}
	var due []int
	for k := range readings {
		if !readings[k].aligned {
			due = append(due, k)
		}
	}
	var mu sync.Mutex // guards done
	done := 0
	aligners := sync.Pool{New: func() any { return New() }}
	group, working := errgroup.WithContext(s.ctx)
	group.SetLimit(max(1, s.Jobs))
	for _, k := range due {
		group.Go(func() error {
			if err := working.Err(); err != nil {
				return err
			}
			a := aligners.Get().(*Aligner)
			defer aligners.Put(a)
			if err := s.align(working, a, &readings[k], spans[k]); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			if s.Placing != nil {
				s.Placing(done, len(due))
			}
			return nil
		})
	}
	return group.Wait()
}

// align aligns a reading with a stretch of sound.
func (f *Following) align(ctx context.Context, a *Aligner, r *reading, span pcm.Span) error {
	ref, err := f.Reference(ctx, r.sentence)
	if err != nil {
		return err
	}
	samples, err := f.samples(span)
	if err != nil {
		return err
	}
	rate := f.Sound.Format().Rate
	words, confidence, err := a.Align(samples, rate, ref)
	if err != nil {
		return err
	}
	r.aligned, r.evidence, r.Confidence = true, r.gain, confidence
	frame := func(step int) int64 { return int64(float64(step) * stride * float64(rate)) }
	r.Span = pcm.Span{Start: max(span.Start, frame(r.start)), End: min(span.End, frame(r.end))}
	if confidence >= believable && len(words) > 0 {
		for i := range words {
			words[i].Start += span.Start
			words[i].End += span.Start
		}
		r.Words, r.Span = words, pcm.Span{Start: words[0].Start, End: words[len(words)-1].End}
		r.start, r.end = f.stepAt(r.Span.Start), f.stepAt(r.Span.End)+1
	}
	if r.evidence >= sure {
		return nil
	}
	_, backwards, err := a.Align(samples, rate, reversed(ref))
	r.evidence += forwardsCounts * (confidence - backwards)
	return err
}

// Of the cuts between sentences, in seconds.
const (
	within = 0.4 // how far into a sentence as the search found it
	beyond = 0.6 // and how far out of it
	apart  = 1.2 // how far sentences lie apart that have no cut in common
)

// cut gives the stretch of sound to be aligned with each visit: they begin and
// end where it is quiet around the places that the search has found.
func (f *Following) cut(visits []reading) ([]pcm.Span, error) {
	looked := lookedRate(f.Sound.Format().Rate)
	a := newAnalyser(looked, math.Min(highest, 0.45*float64(looked)))
	rate := float64(f.Sound.Format().Rate)
	frame := func(seconds float64) int64 {
		return max(0, min(int64(seconds*rate), f.Sound.Frames()))
	}
	spans := make([]pcm.Span, len(visits))
	half := func(v *reading) float64 { return math.Min(within, float64(v.end-v.start)*stride/2) }
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
	level, err := f.loudness(a, pcm.Span{Start: from, End: to})
	if err != nil {
		return 0, err
	}
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
func (f *Following) strange(readings []reading) []pcm.Span {
	least := int64(strangeSeconds * float64(f.Sound.Format().Rate))
	var all []pcm.Span
	at := int64(0)
	add := func(end int64) {
		if end-at >= least {
			all = append(all, pcm.Span{Start: at, End: end})
		}
	}
	for _, r := range readings {
		add(r.Span.Start)
		at = max(at, r.Span.End)
	}
	add(f.Sound.Frames())
	return all
}
