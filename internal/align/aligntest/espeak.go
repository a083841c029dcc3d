package aligntest

import (
	"context"
	"errors"
	"fmt"
	"math"

	"golang.org/x/sync/errgroup"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// EspeakVoices are voices of espeak-ng for a language that differ in who speaks,
// how fast and how high: its own, which an aligner may use as reference, first.
func EspeakVoices(lang string) []voices.Voice {
	name, known := map[string]string{
		"en": "gmw/en-US", "de": "gmw/de", "fr": "roa/fr", "es": "roa/es", "pl": "zlw/pl",
		"it": "roa/it", "cs": "zlw/cs", "fi": "urj/fi", "ca": "roa/ca",
	}[lang]
	if !known {
		return nil
	}
	// Factors of 175 words a minute, and of the pitch 50.
	return []voices.Voice{
		{Engine: name, Language: lang, Rate: 1, Pitch: 1},
		{Engine: name + "+f3", Language: lang, Rate: 150.0 / 175, Pitch: 1.2},
		{Engine: name + "+m5", Language: lang, Rate: 220.0 / 175, Pitch: 0.6},
		{Engine: name + "+klatt2", Language: lang, Rate: 120.0 / 175, Pitch: 0.4},
		{Engine: name + "+f5", Language: lang, Rate: 260.0 / 175, Pitch: 1.6},
	}
}

// longest is more frames than a sentence can have.
const longest = 5 * 60 * 48000

// Marked speaks texts with a backend that tells where words begin, as many at
// once as it takes. A word ends where the next one begins, or where the sound
// falls silent before that.
func Marked(ctx context.Context, b tts.Backend, v voices.Voice, texts []string) ([]Sample, error) {
	info, err := b.Info(ctx)
	if err != nil {
		return nil, err
	}
	if !info.Marks {
		return nil, fmt.Errorf("%s: %w: %s", b.Name(), tts.ErrMissing, info.MarksNote)
	}
	voice := fmt.Sprintf("%s %+v", b.Name(), v)
	return once(voice, texts, func() ([]Sample, error) {
		samples := make([]Sample, len(texts))
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(max(1, info.Parallel))
		for i, text := range texts {
			group.Go(func() (err error) {
				samples[i], err = marked(ctx, b, v, text)
				return err
			})
		}
		return samples, group.Wait()
	})
}

func marked(ctx context.Context, b tts.Backend, v voices.Voice, text string) (Sample, error) {
	clip, err := b.Synthesize(ctx, tts.Request{Text: text, Voice: v})
	if err != nil {
		return Sample{}, err
	}
	r, err := clip.Open()
	if err != nil {
		return Sample{}, err
	}
	sound, err := pcm.ReadAll(r, longest)
	if err := errors.Join(err, r.Close()); err != nil {
		return Sample{}, err
	}
	s := Sample{Engine: b.Name(), Voice: v.Engine, Lang: v.Language, Text: text, Rate: clip.Format.Rate, Samples: sound}
	marks := clip.Marks
	for _, w := range written(text) {
		for len(marks) > 0 && marks[0].Hi <= w.lo {
			marks = marks[1:] // a symbol by itself
		}
		switch n := len(s.Words); {
		case len(marks) > 0 && marks[0].Lo < w.hi:
			s.Words = append(s.Words, Word{Lo: w.lo, Hi: w.hi, Start: marks[0].Frame})
			marks = marks[1:]
		case n > 0:
			// The engine has one sound for the two ("might have").
			s.Words[n-1].Hi = w.hi
		default:
			return Sample{}, fmt.Errorf("%s: %q has no mark at its first word", b.Name(), text)
		}
	}
	if len(s.Words) == 0 {
		return Sample{}, fmt.Errorf("%q has no word", text)
	}
	ear := listen(sound, s.Rate)
	for i := range s.Words {
		w, next := &s.Words[i], clip.Frames
		for _, m := range clip.Marks {
			if m.Frame > w.Start {
				next = m.Frame
				break
			}
		}
		w.End = ear.end(w.Start, next)
	}
	return s, nil
}

// Silence, as it is measured here: steps of 5 ms that are 40 dB below the
// loudest of the sound.
const (
	stepsASecond = 200
	silence      = 40.0 // dB
	// silentPause is the shortest silence that is a pause.
	silentPause = 8 // steps
)

// ear tells silence from sound.
type ear struct {
	sound []int16
	step  int64   // frames
	least float64 // energy of what is not silent
}

func listen(sound []int16, rate pcm.Hz) ear {
	e := ear{sound: sound, step: int64(rate) / stepsASecond}
	loudest := 0.0
	for lo := int64(0); lo+e.step <= int64(len(sound)); lo += e.step {
		loudest = math.Max(loudest, energy(sound[lo:lo+e.step]))
	}
	e.least = loudest * math.Pow(10, -silence/10)
	return e
}

// end is where the sound of [start, end) falls silent, if it is silent at its end
// for the length of a pause; else it is end.
func (e ear) end(start, end int64) int64 {
	at := end
	for at-e.step > start && energy(e.sound[at-e.step:at]) <= e.least {
		at -= e.step
	}
	if end-at < silentPause*e.step {
		return end
	}
	return at
}

// energy is the mean square.
func energy(sound []int16) float64 {
	sum := 0.0
	for _, s := range sound {
		sum += float64(s) * float64(s)
	}
	return sum / float64(len(sound))
}

// frame is the frame nearest to a time in seconds, as engines write times.
func frame(seconds float64, rate pcm.Hz) int64 {
	return int64(math.Round(seconds * float64(rate)))
}
