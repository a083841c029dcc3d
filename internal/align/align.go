// Package align finds when the words of a clip are spoken: it maps the sound of
// the same text by an engine that tells its word times, the reference, onto the
// clip, by dynamic time warping over cepstral features.
package align

import (
	"math"
	"slices"

	"narrate/internal/pcm"
)

const (
	// step is how fine the clip is looked at, in seconds.
	step = 0.01
	// The reference is looked at in as many steps as the clip has, pauses aside,
	// but in no shorter or longer ones than these.
	shortest, longest = 0.4 * step, 2.5 * step
	// band is how far, in half steps, the clip may be ahead or behind: 4 seconds.
	band = 200
	// pauseSteps is how many silent steps of the reference are a pause; a plosive
	// has fewer.
	pauseSteps = 8
)

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
// text: ascending, inside the clip, each at least a frame long. A word ends where the next begins,
// or with the sound before a pause. The confidence is from 0, where the clip
// might as well be of another text, to 1; at 0 there may be no words.
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
	clipHop := step * float64(x.rate)
	loudness := x.loudness(clipHop)
	speech := float64(spoken(loudness)) * step
	refSpeech := float64(spoken(y.loudness(step*float64(y.rate)))) * step
	if speech == 0 || refSpeech == 0 {
		return nil, 0, nil
	}
	refStep := math.Max(shortest, math.Min(longest, step*refSpeech/speech))
	refHop := refStep * float64(y.rate)
	refLoudness := y.loudness(refHop)
	starts := make([]int, len(ref.Words))
	for i, w := range ref.Words {
		starts[i] = int(math.Round(float64(w.Start) / float64(ref.Rate) / refStep))
	}
	kept, gaps := withoutPauses(refLoudness, starts)
	if len(kept) < 2 {
		return nil, 0, nil
	}
	cepstra, refCepstra := a.analyser(x.rate, top).cepstra(x, clipHop), a.analyser(y.rate, top).cepstra(y, refHop)
	normalise(cepstra, loudness)
	normalise(refCepstra, refLoudness)
	g := &grid{
		clip: features(cepstra, upTo(len(loudness))), ref: features(refCepstra, kept),
		n: len(loudness), m: len(kept), loudness: loudness, gaps: gaps,
	}
	rough := g.half()
	rough.straight(band)
	p, _ := rough.find()
	if p == nil {
		return nil, 0, nil
	}
	g.around(p)
	if p, _ = g.find(); p == nil {
		return nil, 0, nil
	}
	for i := range starts {
		starts[i], _ = slices.BinarySearch(kept, starts[i])
	}
	return words(ref.Words, starts, p, int64(len(clip)), step*float64(rate)), g.confidence(p), nil
}

// words places the words that begin at those steps of the reference by the path.
func words(of []Word, starts []int, p path, frames int64, hop float64) []Word {
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
		w.Start = at(t)
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

// confidence compares the distances along the path with those between steps
// that have nothing to do with each other.
func (g *grid) confidence(p path) float64 {
	on, off := 0.0, 0.0
	for t, j := range p {
		if j < 0 || g.loudness[t] <= quiet {
			continue
		}
		x := g.clip[t*dimension : (t+1)*dimension]
		// Strangers are taken from all over the reference, in no regular order.
		stranger := (int(j) + g.m/4 + t*7919%max(1, g.m/2)) % g.m
		on += float64(distance(x, g.ref[int(j)*dimension:(int(j)+1)*dimension]))
		off += float64(distance(x, g.ref[stranger*dimension:(stranger+1)*dimension]))
	}
	if off == 0 {
		return 0
	}
	Ratio = on / off
	return math.Max(0, math.Min(1, (believed-on/off)/(believed-alike)))
}

var Ratio float64

const believed, alike = 0.95, 0.5

// withoutPauses lists the steps of the reference that are in no pause, and
// before which of those there may be one in the clip: where a word begins, where
// the reference has one, and at both ends.
func withoutPauses(loudness []float32, words []int) (kept, gaps []int) {
	for i := 0; i < len(loudness); {
		end := i
		for end < len(loudness) && loudness[end] <= quiet {
			end++
		}
		if end-i >= pauseSteps || end > i && (i == 0 || end == len(loudness)) {
			gaps = append(gaps, len(kept))
			i = end
			continue
		}
		end = max(end, i+1)
		for ; i < end; i++ {
			kept = append(kept, i)
		}
	}
	gaps = append(gaps, 0, len(kept))
	for _, w := range words {
		k, _ := slices.BinarySearch(kept, w)
		gaps = append(gaps, k)
	}
	slices.Sort(gaps)
	return kept, slices.Compact(gaps)
}

// upTo lists the numbers from 0 to n - 1.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
