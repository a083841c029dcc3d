// Package align finds when the words of a clip are spoken: it maps the sound of
// the same text by an engine that tells its word times, the reference, onto the
// clip, by dynamic time warping over cepstral features.
package align

import (
	"math"
	"slices"

	"narrate/internal/pcm"
)

// Version changes whenever Align may give other words for the same sound.
const Version = "2"

// Believable is the confidence from which on words are where Align says; with a
// wrong text it is seldom reached.
const Believable = 0.1

const (
	// step is how fine sound is looked at, in seconds.
	step = 0.01
	// The reference is stretched by no less and no more than these.
	leastStretch, mostStretch = 0.4, 2.5
	// leastBand is how many steps, each of two, the clip may be ahead or behind at
	// least; a long one may a quarter of its length.
	leastBand, mostBand = 50, 400
	// pauseSteps is how many silent steps of the reference are a pause; a plosive
	// has fewer.
	pauseSteps = 8
	// A word behind a pause may begin up to mostOnset steps before the path has it.
	// Between the voice that precedes a plosive and its burst, onsetGap steps may be
	// silent.
	mostOnset, onsetGap = 12, 4
	// alike is the cost of a path, as a share of one between strangers, that leaves no
	// doubt: that of one voice of an engine against another. Between two engines it is
	// about 0.85, with a wrong text from 0.95 on.
	alike = 0.6
)

// tracts are the lengths of vocal tract that the reference is tried with: by how
// many bands it is moved up, a tenth of the frequency each.
var tracts = []float64{0, -1, 1}

// Word is bytes [Lo, Hi) of a text and where they sound.
type Word struct {
	Lo, Hi     int
	Start, End int64 // frames
}

// Reference is a text as spoken by an engine that tells its word times.
type Reference struct {
	Samples []int16 // mono
	Rate    pcm.Hz
	Words   []Word // ascending; of the Ends nothing is asked
}

// Aligner aligns clips, one at a time.
type Aligner struct {
	analysers map[[2]int]*analyser // by rate and top of the bands
}

// New makes an Aligner.
func New() *Aligner { return &Aligner{map[[2]int]*analyser{}} }

func (a *Aligner) analyser(rate pcm.Hz, top float64) *analyser {
	key := [2]int{int(rate), int(top)}
	if a.analysers[key] == nil {
		a.analysers[key] = newAnalyser(rate, top)
	}
	return a.analysers[key]
}

// Align gives the words of the reference as they lie in a mono clip of the same
// text: ascending, inside the clip, each at least a frame long. A word ends where
// the next one begins, or with the sound before a pause. The confidence is from
// 0, where the clip might as well be of another text, to 1; at 0 there may be no
// words.
func (a *Aligner) Align(clip []int16, rate pcm.Hz, ref Reference) ([]Word, float64, error) {
	if len(clip) == 0 || len(ref.Samples) == 0 || len(ref.Words) == 0 {
		return nil, 0, nil
	}
	x, err := looked(clip, rate)
	if err != nil {
		return nil, 0, err
	}
	y, err := looked(ref.Samples, ref.Rate)
	if err != nil {
		return nil, 0, err
	}
	top := math.Min(highest, 0.45*float64(min(x.rate, y.rate)))
	analyser, refAnalyser := a.analyser(x.rate, top), a.analyser(y.rate, top)
	energies := analyser.energies(x, step*float64(x.rate))
	refEnergies := refAnalyser.energies(y, step*float64(y.rate))
	depth := depths(energies)
	loudness := analyser.deepen(energies, depth)
	speech, refSpeech := spoken(loudness), spoken(refAnalyser.deepen(refEnergies, depth))
	if speech == 0 || refSpeech == 0 {
		return nil, 0, nil
	}
	// The reference is stretched to as many steps as the clip has, pauses aside.
	times := max(leastStretch, min(mostStretch, float64(speech)/float64(refSpeech)))
	refEnergies = stretched(refEnergies, times)
	refLoudness := refAnalyser.deepen(refEnergies, depth)
	starts := make([]int, len(ref.Words))
	for i, w := range ref.Words {
		starts[i] = int(math.Round(float64(w.Start) / float64(ref.Rate) / step * times))
	}
	kept, gaps := withoutPauses(refLoudness, starts)
	if len(kept) < 2 {
		return nil, 0, nil
	}
	g := &grid{n: len(loudness), m: len(kept), loudness: loudness, gaps: gaps}
	clipCepstra := cepstra(energies, 0)
	normalise(clipCepstra, loudness)
	g.clip = features(clipCepstra, upTo(g.n))
	var near path
	var best []float32
	least := math.Inf(1)
	for _, up := range tracts {
		refCepstra := cepstra(refEnergies, up)
		normalise(refCepstra, refLoudness)
		g.ref = features(refCepstra, kept)
		rough := g.half()
		rough.straight(min(max(leastBand, rough.n/4), mostBand))
		if p, cost := rough.find(); p != nil && cost < least {
			least, near, best = cost, p, g.ref
		}
	}
	if near == nil {
		return nil, 0, nil
	}
	g.ref = best
	g.around(near)
	p, cost := g.find()
	if p == nil {
		return nil, 0, nil
	}
	for i := range starts {
		starts[i], _ = slices.BinarySearch(kept, starts[i])
	}
	return words(ref.Words, starts, p, int64(len(clip)), step*float64(rate), loudness), g.confidence(p, cost), nil
}

// words places the words that begin at those steps of the reference by the path.
func words(of []Word, starts []int, p path, frames int64, hop float64, loudness []float32) []Word {
	at := func(t int) int64 { return min(int64(math.Round(float64(t)*hop)), frames) }
	out := make([]Word, 0, len(of))
	t, spoken := 0, 0 // the step of the clip, and behind the last one before it that is in no pause
	for i, w := range of {
		for t < len(p) && int(p[t]) < starts[i] { // what is in a pause is below 0
			if p[t] >= 0 {
				spoken = t + 1
			}
			t++
		}
		w.Start = at(p.onset(t, loudness))
		if k := len(out); k > 0 {
			last := &out[k-1]
			w.Start = max(w.Start, last.Start+1)
			last.End = max(last.Start+1, min(at(spoken), w.Start))
		}
		if w.Start >= frames {
			break
		}
		w.End = frames
		out = append(out, w)
	}
	if k := len(out); k > 0 {
		for ; t < len(p); t++ {
			if p[t] >= 0 {
				spoken = t + 1
			}
		}
		out[k-1].End = max(out[k-1].Start+1, at(spoken))
	}
	return out
}

// onset is where the sound of a word begins that the path has at step t: where
// that is behind a pause, with the first step that is speech, after more than
// onsetGap that are not. Where there are none, as after music, it is t.
func (p path) onset(t int, loudness []float32) int {
	onset := t
	for k := t - 1; k >= max(0, t-mostOnset) && p[k] < 0; k-- {
		if loudness[k] > loud {
			onset = k
		} else if onset-k > onsetGap {
			return onset
		}
	}
	return t
}

// confidence compares the cost of the path with that of one between steps that
// have nothing to do with each other.
func (g *grid) confidence(p path, cost float64) float64 {
	apart, n, heard := 0.0, 0, 0
	for t, l := range g.loudness {
		if l <= quiet {
			continue
		}
		heard++
		if j := int(p[t]); j >= 0 {
			// Strangers are taken from all over the reference, in no regular order.
			stranger := (j + g.m/4 + t*7919%max(1, g.m/2)) % g.m
			apart += float64(distance(g.clip[t*dimension:(t+1)*dimension], g.ref[stranger*dimension:(stranger+1)*dimension]))
			n++
		}
	}
	if apart == 0 {
		return 0
	}
	share := cost / float64(heard) / (apart / float64(n))
	return math.Max(0, math.Min(1, (1-share)/(1-alike)))
}

// withoutPauses lists the steps of the reference that are in no pause, and
// before which of those there may be one in the clip: where a word begins, where
// the reference has one, and at both ends. The silence in which a word begins, of
// a plosive while the mouth is closed, is not the pause's but the word's.
func withoutPauses(loudness []float32, words []int) (kept []int, gaps []gap) {
	for i := 0; i < len(loudness); {
		end := i
		for end < len(loudness) && loudness[end] <= quiet {
			end++
		}
		if end-i >= pauseSteps || end > i && (i == 0 || end == len(loudness)) {
			gaps = append(gaps, gap{len(kept), resumeCost})
			if k, _ := slices.BinarySearch(words, end); k > 0 && words[k-1] >= i {
				i = words[k-1]
			} else {
				i = end
			}
		}
		for end = max(end, i+1); i < end && i < len(loudness); i++ {
			kept = append(kept, i)
		}
	}
	gaps = append(gaps, gap{0, enterCost}, gap{len(kept), enterCost})
	for _, w := range words {
		k, _ := slices.BinarySearch(kept, w)
		gaps = append(gaps, gap{k, enterCost})
	}
	return kept, distinct(gaps)
}

// upTo lists the numbers from 0 to n - 1.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
