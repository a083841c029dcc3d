package pipeline

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/wordtime"
)

// estimateWords guesses the times of the words in clips whose engine told none.
func (s *Speaker) estimateWords(ctx context.Context, utterances []*script.Utterance, speech *Speech) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, s.Jobs))
	for i, clip := range speech.Clips {
		if clip == nil || len(clip.Marks) > 0 {
			continue
		}
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, err := s.Store.OpenPart(speech.Keys[i], pcm.Span{End: clip.Frames})
			if err != nil {
				return &storeError{fmt.Errorf("%s: %w", utterances[i].Pos, err)}
			}
			defer func() { err = errors.Join(err, r.Close()) }()
			samples, err := pcm.ReadAll(r, clip.Frames)
			if err != nil {
				return &storeError{fmt.Errorf("%s: %w", utterances[i].Pos, err)}
			}
			clip.Marks, clip.Timing = wordtime.Estimate(samples, s.Rate, utterances[i].Spoken), timeline.Estimated
			return nil
		})
	}
	return group.Wait()
}
