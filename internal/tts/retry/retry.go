// Package retry is a decorator for speech engines that tries again what may
// succeed the next time.
package retry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"narrate/internal/tts"
	"narrate/voices"
)

// Options configure the decorator. The zero value is right for use.
type Options struct {
	// Tries is how often a request is tried in all; default 3.
	Tries int
	// Wait is the longest pause before the second try; it doubles with each
	// further one, up to MaxWait. Defaults: 250 ms and 10 s.
	Wait, MaxWait time.Duration
	// Sleep waits, and fails when the context ends first. Default: real time.
	Sleep func(context.Context, time.Duration) error
	// Random gives a number in [0, 1). Default: math/rand.
	Random func() float64
}

// New is b with failed requests tried again, unless tts.Permanent says that
// it is pointless or the context has ended. The pauses are random between half
// and all of what Options say, so that requests that failed together do not
// come back together.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Wait == 0 {
		o.Wait = 250 * time.Millisecond
	}
	if o.MaxWait == 0 {
		o.MaxWait = 10 * time.Second
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return backend{b, o}
}

type backend struct {
	tts.Backend
	options Options
}

// Check implements tts.Checker for those that b decorates: an answer about a
// voice is final.
func (b backend) Check(ctx context.Context, v voices.Voice) error {
	return tts.CheckVoice(ctx, b.Backend, v)
}

func (b backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	wait := min(b.options.Wait, b.options.MaxWait)
	for try := 1; ; try++ {
		clip, err := b.Backend.Synthesize(ctx, r)
		if err == nil {
			return clip, nil
		}
		if ctx.Err() != nil || tts.Permanent(err) {
			return tts.Clip{}, err
		}
		if try >= b.options.Tries {
			return tts.Clip{}, fmt.Errorf("%w (tried %d times)", err, try)
		}
		pause := wait/2 + time.Duration(b.options.Random()*float64(wait-wait/2))
		if err := b.options.Sleep(ctx, pause); err != nil {
			return tts.Clip{}, err
		}
		wait = min(2*wait, b.options.MaxWait)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
