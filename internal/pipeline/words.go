package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"golang.org/x/sync/errgroup"

	"narrate/internal/align"
	"narrate/internal/clipstore"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/wordtime"
)

// findWords has the words of clips whose engine tells no times found in the
// sound: by comparing it with the reference voice's speech of the same text, or
// where there is none, or that leads nowhere, by a guess.
func (s *Speaker) findWords(ctx context.Context, cast *casting, utterances []*script.Utterance, speech *Speech) error {
	var without []int
	for i, clip := range speech.Clips {
		switch {
		case clip == nil:
		case len(clip.Marks) == 0:
			without = append(without, i)
		default:
			clip.Marks = wordtime.Fill(utterances[i].Spoken, clip.Marks, clip.Frames)
		}
	}
	finder := wordFinder{speaker: s, cast: cast, references: map[string]*candidate{}}
	finder.aligners.New = func() any { return align.New() }
	var mu sync.Mutex // guards done
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, s.Jobs))
	for _, i := range without {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := finder.find(ctx, utterances[i], speech.Clips[i], speech.Keys[i]); err != nil {
				return fmt.Errorf("%s: %w", utterances[i].Pos, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			if s.Aligning != nil {
				s.Aligning(done, len(without))
			}
			return nil
		})
	}
	return group.Wait()
}

// wordFinder finds words for several clips at once.
type wordFinder struct {
	speaker  *Speaker
	cast     *casting
	aligners sync.Pool // of *align.Aligner

	mu         sync.Mutex
	references map[string]*candidate // by language; nil where there is none
}

// find gives a clip its marks.
func (f *wordFinder) find(ctx context.Context, u *script.Utterance, clip *timeline.Clip, key clipstore.Key) error {
	samples, err := f.speaker.samples(key, clip.Frames)
	if err != nil {
		return err
	}
	by, err := f.reference(ctx, u.Lang)
	if err != nil {
		return err
	}
	if by != nil {
		marks, confidence, err := f.align(ctx, u, *by, samples, key)
		if err != nil {
			return err
		}
		if confidence >= align.Believable {
			clip.Marks, clip.Timing, clip.Confidence = marks, timeline.Aligned, confidence
			return nil
		}
	}
	clip.Marks, clip.Timing = wordtime.Estimate(samples, f.speaker.Rate, u.Spoken), timeline.Estimated
	return nil
}

// reference is who speaks the references of a language; nil for nobody.
func (f *wordFinder) reference(ctx context.Context, lang string) (*candidate, error) {
	if f.speaker.Reference == nil {
		return nil, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	by, known := f.references[lang]
	if known {
		return by, nil
	}
	if voice := f.speaker.Reference(lang); voice != nil {
		found, err := f.speaker.candidate(ctx, voice)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil { // else it is not to be had here
			by = &found
		}
	}
	f.references[lang] = by
	return by, nil
}

// align compares a clip with its reference, once for both. At confidence 0 there
// may be no marks.
func (f *wordFinder) align(ctx context.Context, u *script.Utterance, by candidate, samples []int16, key clipstore.Key) ([]tts.Mark, float64, error) {
	s := f.speaker
	refKey := s.key(u.Spoken, by, nil)
	wordsKey := clipstore.NewKey("words", align.Version, key.String(), refKey.String())
	marks, confidence, err := s.Store.Words(wordsKey)
	if err == nil {
		return marks, confidence, nil
	}
	if !errors.Is(err, clipstore.ErrAbsent) && !errors.Is(err, clipstore.ErrDamaged) {
		return nil, 0, &storeError{err}
	}
	spoken, _, err := s.clip(ctx, f.cast, u, by, refKey, nil)
	var store *storeError
	switch {
	case errors.As(err, &store) || ctx.Err() != nil:
		return nil, 0, err
	case err != nil || len(spoken.Marks) == 0:
		return nil, 0, nil // what the reference cannot say is guessed
	}
	ref := align.Reference{Rate: s.Rate}
	if ref.Samples, err = s.samples(refKey, spoken.Frames); err != nil {
		return nil, 0, err
	}
	for _, m := range spoken.Marks {
		ref.Words = append(ref.Words, align.Word{Lo: m.Lo, Hi: m.Hi, Start: m.Frame})
	}
	aligner := f.aligners.Get().(*align.Aligner)
	defer f.aligners.Put(aligner)
	words, confidence, err := aligner.Align(samples, s.Rate, ref)
	if err != nil {
		return nil, 0, err
	}
	marks = make([]tts.Mark, len(words))
	for i, w := range words {
		marks[i] = tts.Mark{Frame: w.Start, End: w.End, Lo: w.Lo, Hi: w.Hi}
	}
	marks = wordtime.Fill(u.Spoken, marks, int64(len(samples)))
	// Thousandths, so that what is read again is what was found.
	confidence = math.Round(confidence*1000) / 1000
	if err := s.Store.PutWords(wordsKey, marks, confidence); err != nil {
		return nil, 0, &storeError{err}
	}
	return marks, confidence, nil
}

// samples reads a clip of the store.
func (s *Speaker) samples(key clipstore.Key, frames int64) (_ []int16, err error) {
	r, err := s.Store.OpenPart(key, pcm.Span{End: frames})
	if err != nil {
		return nil, &storeError{err}
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	samples, err := pcm.ReadAll(r, frames)
	if err != nil {
		return nil, &storeError{err}
	}
	return samples, nil
}
