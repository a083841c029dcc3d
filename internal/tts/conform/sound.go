package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmcheck"
	"narrate/internal/tts"
)

func (s *Suite) clip(f *findings) error {
	const text = "  Über grünen Hügeln (sehr weit oben) zogen „sieben“ graue Gänse.  "
	clip, _, err := s.try(f.ctx, text)
	if err != nil {
		return err
	}
	if _, err := pcmcheck.Reader(clip.Open, clip.Frames); err != nil {
		return err
	}
	if err := independent(clip); err != nil {
		return err
	}
	if !s.about.Marks {
		if len(clip.Marks) != 0 {
			f.errorf("word times, though it says that it has none")
		}
		return nil
	}
	words := []string{"Über", "grünen", "Hügeln", "sehr", "weit", "oben", "zogen", "sieben", "graue", "Gänse"}
	if got := marked(text, clip); !slices.Equal(got, words) {
		f.errorf("marked words %q, want %q", got, words)
	}
	return nil
}

// independent reads a clip by two readers at once.
func independent(clip tts.Clip) (err error) {
	var readers [2]pcm.Reader
	for i := range readers {
		r, openErr := clip.Open()
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		readers[i] = r
	}
	x, y := make([]int16, 1000*clip.Format.Channels), make([]int16, 1000*clip.Format.Channels)
	for {
		n, errA := readers[0].Read(x)
		m, errB := readers[1].Read(y)
		if n != m || !slices.Equal(x[:n], y[:m]) || (errA == nil) != (errB == nil) {
			return errors.New("two readers of one clip differ")
		}
		if errA != nil {
			return nil
		}
	}
}

// marked are the words that a clip of a text marks.
func marked(text string, c tts.Clip) (all []string) {
	for _, m := range c.Marks {
		all = append(all, text[m.Lo:m.Hi])
	}
	return all
}

// several are some texts for checks that need more than one.
func several() []string {
	var all []string
	for i := range 10 {
		all = append(all, fmt.Sprintf("Sentence number %d, with %d geese%s", i, 3*i, strings.Repeat(" and one more", i%5))+[]string{".", "!", "?"}[i%3])
	}
	return all
}

func (s *Suite) parallel(f *findings) error {
	texts := several()
	serial := make([][]int16, len(texts))
	marks := make([][]tts.Mark, len(texts))
	for i, text := range texts {
		clip, samples, err := s.try(f.ctx, text)
		if err != nil {
			return fmt.Errorf("%q, with nothing beside it: %w", text, err)
		}
		serial[i], marks[i] = samples, clip.Marks
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for k := range len(texts) / 2 { // each in its own order, all of them spoken
				i := (k*[]int{1, 3, 7, 9}[worker] + []int{0, 1, 5, 9}[worker]) % len(texts)
				clip, samples, err := s.try(f.ctx, texts[i])
				switch {
				case err != nil:
					f.errorf("%q, beside others: %v", texts[i], err)
				case s.Repeatable && (!slices.Equal(samples, serial[i]) || !slices.Equal(clip.Marks, marks[i])):
					f.errorf("%q differs when spoken beside others", texts[i])
				}
			}
		})
	}
	group.Wait()
	return nil
}

func (s *Suite) repeatable(f *findings) (err error) {
	if !s.Repeatable {
		return skipped("it is not said to be")
	}
	other := s.New()
	defer func() { err = errors.Join(err, other.Close()) }()
	for _, text := range slices.Backward(several()[:5]) {
		r := tts.Request{Text: text, Voice: s.Voice}
		a, x, err := s.say(f.ctx, s.b, r)
		if err != nil {
			return err
		}
		b, y, err := s.say(f.ctx, other, r)
		if err != nil {
			return err
		}
		if a.Format != b.Format || !slices.Equal(x, y) || !slices.Equal(a.Marks, b.Marks) {
			f.errorf("%q: two backends differ", text)
		}
	}
	return nil
}

func (s *Suite) cancel(f *findings) (err error) {
	r := tts.Request{Text: "Never to be said.", Voice: s.Voice}
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	if _, err := s.b.Synthesize(ctx, r); !errors.Is(err, context.Canceled) {
		f.errorf("cancelled before: %v", told(err))
	}

	// A fresh backend, so that all child processes are its own.
	b := s.New()
	defer func() { err = errors.Join(err, b.Close()) }()
	if _, err := b.Info(f.ctx); err != nil {
		return err
	}
	resident := children()
	slow := tts.Request{Text: s.Slow, Voice: s.Voice}
	if s.SlowRate != 0 {
		slow.Voice.Rate = s.SlowRate
	}
	for i := range 4 {
		want := context.Canceled
		interrupt := func(ctx context.Context, pause time.Duration) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			timer := time.AfterFunc(pause, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		}
		if i == 3 {
			interrupt, want = context.WithTimeout, context.DeadlineExceeded
		}
		// On a fast machine the engine may be done first; then the pause was
		// too long, however long the machine takes.
		for pause := time.Duration(20*(i+1)) * time.Millisecond; ; pause /= 2 {
			ctx, cancel := interrupt(f.ctx, pause)
			_, err := b.Synthesize(ctx, slow)
			cancel()
			if err == nil && pause > time.Millisecond {
				continue
			}
			if !errors.Is(err, want) {
				f.errorf("ended after %v, in the midst: %v, want %q", pause, told(err), want)
			}
			break
		}
		if n := children(); n > resident {
			f.errorf("%d child processes after cancelling, %d before", n, resident)
		}
	}
	if _, _, err := s.say(f.ctx, b, tts.Request{Text: "It goes on after that.", Voice: s.Voice}); err != nil {
		f.errorf("the next request: %v", err)
	}
	return nil
}
