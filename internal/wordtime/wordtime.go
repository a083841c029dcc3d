// Package wordtime guesses when the words of a clip are spoken, where the speech
// engine does not tell: by the pauses in the sound and the lengths of the words.
package wordtime

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// The numbers of the guess.
const (
	stepsASecond = 100  // the sound is looked at in steps of 10 ms
	silent       = 35.0 // dB below the loudest step
	pauseSteps   = 7    // that are silent in a row make a pause
	// How far a pause may lie from where the words' lengths put a place, as a
	// share of the clip, before that place is not it.
	reach = 0.25
	// What it costs to take a place without punctuation for a pause, in the
	// same measure.
	unmarked = 0.06
)

// Estimate gives a mark for each word of the text that mono sound of that rate
// speaks: ascending, the first one where sound begins. It is nil where there is
// no word or no sound.
func Estimate(samples []int16, rate pcm.Hz, text string) []tts.Mark {
	words := split(text)
	steps := levels(samples, rate)
	first, last := loud(steps)
	if len(words) == 0 || first > last {
		return nil
	}
	step := float64(rate) / stepsASecond
	pauses := pausesOf(steps[first : last+1])
	cuts := match(words, pauses, last+1-first)
	marks := make([]tts.Mark, len(words))
	from, at := 0, float64(first)
	free := int64(0)
	for k := 0; k <= len(cuts); k++ {
		to, end := len(words), float64(last+1)
		if k < len(cuts) {
			to, end = cuts[k].word, float64(first+pauses[cuts[k].pause].start)
		}
		all := 0.0
		for _, w := range words[from:to] {
			all += w.weight
		}
		sum := 0.0
		for i := from; i < to; i++ {
			frame := max(int64(math.Round((at+(end-at)*sum/all)*step)), free)
			marks[i] = tts.Mark{Frame: min(frame, int64(len(samples)-1)), Lo: words[i].lo, Hi: words[i].hi}
			free = marks[i].Frame + 1
			sum += words[i].weight
		}
		if k < len(cuts) {
			from, at = to, float64(first+pauses[cuts[k].pause].end)
		}
	}
	for len(marks) > 1 && marks[len(marks)-1].Frame <= marks[len(marks)-2].Frame {
		marks = marks[:len(marks)-1] // more words than frames
	}
	return marks
}

// word is bytes [lo, hi) of the text.
type word struct {
	lo, hi int
	weight float64 // about how long it takes
	ends   bool    // punctuation follows
}

// split finds the words: what stands between white space and has a letter or
// digit, without the punctuation around it. Scripts without spaces have a word a
// letter.
func split(text string) []word {
	var words []word
	add := func(lo, hi int) {
		w := text[lo:hi]
		trimmed := strings.TrimLeftFunc(w, notSound)
		lo += len(w) - len(trimmed)
		core := strings.TrimRightFunc(trimmed, notSound)
		if core != "" {
			words = append(words, word{lo: lo, hi: lo + len(core), weight: weight(core)})
		}
		if n := len(words); n > 0 && len(trimmed) > len(core) {
			words[n-1].ends = strings.ContainsFunc(trimmed[len(core):], unicode.IsPunct)
		}
	}
	from := -1
	for i, r := range text {
		switch {
		case unicode.IsSpace(r):
			if from >= 0 {
				add(from, i)
			}
			from = -1
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			if from >= 0 {
				add(from, i)
			}
			add(i, i+utf8.RuneLen(r))
			from = -1
		case from < 0:
			from = i
		}
	}
	if from >= 0 {
		add(from, len(text))
	}
	return words
}

func notSound(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// weight is about how long a word takes: its syllables, and a little for each
// letter besides.
func weight(word string) float64 {
	syllables, letters, vowel := 0, 0, false
	for _, r := range strings.ToLower(word) {
		is := strings.ContainsRune("aeiouyäöüáéíóúàèìòùâêîôûëïœæåøąęаеёиоуыэюяαεηιουωάέήίόύώ", r)
		if is && !vowel || unicode.IsDigit(r) {
			syllables++
		}
		vowel = is
		letters++
	}
	return float64(max(1, syllables)) + 0.25*float64(letters)
}

// levels gives the energy of each step.
func levels(samples []int16, rate pcm.Hz) []float64 {
	step := max(1, int(rate)/stepsASecond)
	out := make([]float64, 0, len(samples)/step+1)
	for lo := 0; lo < len(samples); lo += step {
		part := samples[lo:min(lo+step, len(samples))]
		sum := 0.0
		for _, s := range part {
			sum += float64(s) * float64(s)
		}
		out = append(out, sum/float64(len(part)))
	}
	return out
}

// threshold is the energy below which a step is silent.
func threshold(steps []float64) float64 {
	loudest := 0.0
	for _, e := range steps {
		loudest = math.Max(loudest, e)
	}
	return loudest * math.Pow(10, -silent/10)
}

// loud gives the first and last step that are not silent; first > last where
// all are.
func loud(steps []float64) (first, last int) {
	least := threshold(steps)
	first, last = len(steps), -1
	for i, e := range steps {
		if e > least {
			first, last = min(first, i), i
		}
	}
	return first, last
}

type pause struct{ start, end int } // steps

func pausesOf(steps []float64) []pause {
	least := threshold(steps)
	var all []pause
	from := -1
	for i, e := range append(steps[:len(steps):len(steps)], math.Inf(1)) {
		switch {
		case e <= least && from < 0:
			from = i
		case e > least && from >= 0:
			if i-from >= pauseSteps {
				all = append(all, pause{from, i})
			}
			from = -1
		}
	}
	return all
}

// cut says that a pause lies before a word.
type cut struct{ word, pause int }

// match finds which pauses lie before which words: the ascending pairs of least
// cost, where a pause that is before none (the silence of a stop) costs as much
// as one that is far off.
func match(words []word, pauses []pause, steps int) []cut {
	if len(pauses) == 0 || len(words) < 2 {
		return nil
	}
	spoken := steps
	for _, p := range pauses {
		spoken -= p.end - p.start
	}
	all := 0.0
	for _, w := range words {
		all += w.weight
	}
	// Places in spoken time, as shares.
	place := make([]float64, len(words))
	sum := 0.0
	for i, w := range words {
		place[i] = sum / all
		sum += w.weight
	}
	heard := make([]float64, len(pauses))
	silence := 0
	for i, p := range pauses {
		heard[i] = float64(p.start-silence) / float64(max(1, spoken))
		silence += p.end - p.start
	}
	// best[i][j] is the least cost of the first i pauses among the first j words.
	best := make([][]float64, len(pauses)+1)
	taken := make([][]bool, len(pauses)+1)
	for i := range best {
		best[i], taken[i] = make([]float64, len(words)), make([]bool, len(words))
		for j := range best[i] {
			if i == 0 {
				continue
			}
			best[i][j] = best[i-1][j] + reach // before no word
			if j == 0 {
				continue
			}
			if best[i][j-1] < best[i][j] {
				best[i][j] = best[i][j-1]
			}
			cost := math.Abs(place[j] - heard[i-1])
			if !words[j-1].ends {
				cost += unmarked
			}
			if c := best[i-1][j-1] + cost; cost < reach && c < best[i][j] {
				best[i][j], taken[i][j] = c, true
			}
		}
	}
	var cuts []cut
	for i, j := len(pauses), len(words)-1; i > 0 && j > 0; {
		switch {
		case taken[i][j]:
			cuts = append(cuts, cut{j, i - 1})
			i, j = i-1, j-1
		case best[i][j] == best[i][j-1]:
			j--
		default:
			i--
		}
	}
	for l, r := 0, len(cuts)-1; l < r; l, r = l+1, r-1 {
		cuts[l], cuts[r] = cuts[r], cuts[l]
	}
	return cuts
}
