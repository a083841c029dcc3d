// Package retry is a decorator for speech engines that tries again what may
// succeed the next time.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"narrate/internal/tts"
)

// Options configure the decorator. The zero value is right for use.
type Options struct {
	// Tries is how often a request is tried in all; default 3.
	Tries int
	// Clips is how often an answer is taken that is no sound (tts.ErrBroken,
	// tts.ErrEmpty): each was paid for. Default 2.
	Clips int
	// Wait is the longest pause before the second try; it doubles with each
	// further one, up to MaxWait. Defaults: 250 ms and 10 s.
	Wait, MaxWait time.Duration
	// MaxLater is how long a request waits in all for a service that says when
	// to come back; default 5 min.
	MaxLater time.Duration
	// Sleep waits, and fails when the context ends first. Default: real time.
	Sleep func(context.Context, time.Duration) error
	// Random gives a number in [0, 1). Default: math/rand.
	Random func() float64
}

// New is b with failed requests tried again, unless tts.Permanent says that
// it is pointless or the context has ended. The pauses are random between half
// and all of what Options say, so that requests that failed together do not
// come back together. After a tts.Later they are never shorter than it says; it
// is not counted as a try, since the service is there: MaxLater bounds it.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Clips == 0 {
		o.Clips = 2
	}
	if o.Wait == 0 {
		o.Wait = 250 * time.Millisecond
	}
	if o.MaxWait == 0 {
		o.MaxWait = 10 * time.Second
	}
	if o.MaxLater == 0 {
		o.MaxLater = 5 * time.Minute
	}
	if o.Sleep == nil {
		o.Sleep = tts.Sleep
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return backend{tts.Around{Backend: b}, o}
}

type backend struct {
	tts.Around
	options Options
}

func (b backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	o := &b.options
	wait := min(o.Wait, o.MaxWait)
	patience := o.MaxLater
	for asked, tries, clips := 1, 0, 0; ; asked++ {
		clip, err := b.Backend.Synthesize(ctx, r)
		if err == nil {
			return clip, nil
		}
		if ctx.Err() != nil || tts.Permanent(err) {
			return tts.Clip{}, err
		}
		if errors.Is(err, tts.ErrBroken) || errors.Is(err, tts.ErrEmpty) {
			clips++
		}
		pause := wait/2 + time.Duration(o.Random()*float64(wait-wait/2))
		var later *tts.Later
		if errors.As(err, &later) && later.Wait > 0 {
			if pause = max(pause, later.Wait); pause > patience {
				return tts.Clip{}, fmt.Errorf("%w (the service says to come back in %v, which is longer than narrate waits)", err, later.Wait.Round(time.Second))
			}
			patience -= pause
		} else {
			tries++
		}
		if tries >= o.Tries || clips >= o.Clips {
			return tts.Clip{}, fmt.Errorf("%w (tried %d times)", err, asked)
		}
		if err := o.Sleep(ctx, pause); err != nil {
			return tts.Clip{}, err
		}
		wait = min(2*wait, o.MaxWait)
	}
}
