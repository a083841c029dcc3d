package aligntest

import (
	"context"
	"errors"
	"fmt"
	"math"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// frame is the frame nearest to a time in seconds, as engines write times.
func frame(seconds float64, rate pcm.Hz) int64 {
	return int64(math.Round(seconds * float64(rate)))
}

// longest is more frames than a sentence can have.
const longest = 5 * 60 * 48000

// Marked speaks texts with a backend that tells where words begin. A word ends
// where the next one begins, or where the sound falls silent before that.
func Marked(ctx context.Context, b tts.Backend, v voices.Voice, texts []string) ([]Sample, error) {
	info, err := b.Info(ctx)
	if err != nil {
		return nil, err
	}
	if !info.Marks {
		return nil, fmt.Errorf("%s: %w: %s", b.Name(), tts.ErrMissing, info.MarksNote)
	}
	var samples []Sample
	for _, text := range texts {
		s, err := marked(ctx, b, v, text)
		if err != nil {
			return nil, err
		}
		samples = append(samples, s)
	}
	return samples, nil
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
	for i := range s.Words {
		w, next := &s.Words[i], clip.Frames
		for _, m := range clip.Marks {
			if m.Frame > w.Start {
				next = m.Frame
				break
			}
		}
		w.End = soundEnd(sound, s.Rate, w.Start, next)
	}
	return s, nil
}

// Silence, as it is measured here: steps of 5 ms that are 40 dB below the
// loudest of the sound.
const (
	stepsASecond = 200
	silence      = 40.0 // dB
)

// silentPause is the shortest silence that is a pause and no stop consonant.
const silentPause = 20 // steps

// soundEnd is where the sound of [start, end) falls silent, if it is silent at
// its end for the length of a pause; else it is end.
func soundEnd(sound []int16, rate pcm.Hz, start, end int64) int64 {
	step := int64(rate) / stepsASecond
	least := threshold(sound, step)
	at := end
	for at-step >= start && energy(sound[at-step:at]) <= least {
		at -= step
	}
	if end-at < silentPause*step {
		return end
	}
	return at
}

// onset is the first frame from start on, before end, where the sound is not
// silent; end where it all is.
func onset(sound []int16, rate pcm.Hz, start, end int64) int64 {
	step := int64(rate) / stepsASecond
	least := threshold(sound, step)
	at := start
	for at < end && energy(sound[at:min(at+step, end)]) <= least {
		at += step
	}
	return min(at, end)
}

// threshold is the energy of silence, at most.
func threshold(sound []int16, step int64) float64 {
	loudest := 0.0
	for lo := int64(0); lo+step <= int64(len(sound)); lo += step {
		loudest = math.Max(loudest, energy(sound[lo:lo+step]))
	}
	return loudest * math.Pow(10, -silence/10)
}

// energy is the mean square.
func energy(sound []int16) float64 {
	sum := 0.0
	for _, s := range sound {
		sum += float64(s) * float64(s)
	}
	return sum / float64(len(sound))
}
