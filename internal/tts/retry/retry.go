// Package retry is a decorator for speech engines that tries again what may
// succeed the next time.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"narrate/internal/tts"
)

// Options configure the decorator. The zero value is right for use.
type Options struct {
	// Tries is how often a request is tried in all that fails for a reason of
	// the engine's own; default 3.
	Tries int
	// Clips is how often an answer is taken that is no sound (tts.ErrBroken,
	// tts.ErrEmpty): each was paid for. Default 2.
	Clips int
	// Wait is the longest pause before the second try; it doubles with each
	// further one, up to MaxWait. Defaults: 250 ms and 10 s.
	Wait, MaxWait time.Duration
	// OutageWait and MaxOutageWait are the same for a service that fails as
	// tts.Later has it; MaxOutage is how long a request waits for it in all, where
	// it does not say when to come back. Defaults: 1 s, 30 s and 2 min, in which
	// a server can start again and a minute's quota come back.
	OutageWait, MaxOutageWait, MaxOutage time.Duration
	// MaxAbsent is MaxOutage for an address at which nothing has answered yet: it
	// may be wrong, or the server was never started. Default 10 s.
	MaxAbsent time.Duration
	// MaxLater is how long a request waits in all for a service that says when
	// to come back; default 5 min.
	MaxLater time.Duration
	// Waiting, where set, is told of each pause before it begins: how long it is,
	// the number of the try that comes after it, and why.
	Waiting func(pause time.Duration, try int, why error)
	// Sleep waits, and fails when the context ends first. Default: real time.
	Sleep func(context.Context, time.Duration) error
	// Random gives a number in [0, 1). Default: math/rand.
	Random func() float64
}

// New is b with failed requests tried again, unless tts.Permanent says that
// it is pointless or the context has ended. The pauses are random between half
// and all of what Options say, so that requests that failed together do not
// come back together. After a tts.Later that says when, they are never shorter
// than that. What fails as a tts.Later is not counted as a try: MaxOutage and
// MaxLater bound it. A service that wants to be left alone for longer than
// MaxLater, and one that was not there for MaxAbsent, gives an error that wraps
// tts.ErrDown.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Clips == 0 {
		o.Clips = 2
	}
	for _, d := range []struct {
		is       *time.Duration
		standard time.Duration
	}{
		{&o.Wait, 250 * time.Millisecond},
		{&o.MaxWait, 10 * time.Second},
		{&o.OutageWait, time.Second},
		{&o.MaxOutageWait, 30 * time.Second},
		{&o.MaxOutage, 2 * time.Minute},
		{&o.MaxAbsent, 10 * time.Second},
		{&o.MaxLater, 5 * time.Minute},
	} {
		if *d.is == 0 {
			*d.is = d.standard
		}
	}
	if o.Sleep == nil {
		o.Sleep = tts.Sleep
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return &backend{Around: tts.Around{Backend: b}, options: o}
}

type backend struct {
	tts.Around
	options Options
	there   atomic.Bool // it has answered with sound, or what was to be
}

// request is how often, and how long, one has been tried.
type request struct {
	asked, tries, clips int
	wait, outageWait    time.Duration // the longest that the next pause may be
	outage, later       time.Duration // waited so far
}

func (b *backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	q := request{wait: b.options.Wait, outageWait: b.options.OutageWait}
	for {
		clip, err := b.Backend.Synthesize(ctx, r)
		q.asked++
		if err == nil {
			b.there.Store(true)
			return clip, nil
		}
		if ctx.Err() != nil || tts.Permanent(err) {
			return tts.Clip{}, err
		}
		pause, last := b.pause(&q, err)
		if last != nil {
			return tts.Clip{}, last
		}
		if b.options.Waiting != nil {
			b.options.Waiting(pause, q.asked+1, err)
		}
		if err := b.options.Sleep(ctx, pause); err != nil {
			return tts.Clip{}, err
		}
	}
}

// pause says how long to wait after a failure, or fails where it was the last.
func (b *backend) pause(q *request, err error) (time.Duration, error) {
	o := &b.options
	var later *tts.Later
	if !errors.As(err, &later) {
		if errors.Is(err, tts.ErrBroken) || errors.Is(err, tts.ErrEmpty) {
			b.there.Store(true)
			q.clips++
		}
		if q.tries++; q.tries >= o.Tries || q.clips >= o.Clips {
			return 0, fmt.Errorf("%w (tried %d times)", err, q.asked)
		}
		return b.random(&q.wait, o.MaxWait), nil
	}
	pause := b.random(&q.outageWait, o.MaxOutageWait)
	if later.Wait > 0 {
		if pause = max(pause, later.Wait); q.later+pause > o.MaxLater {
			err = fmt.Errorf("%w (the service says to come back in %v, which is longer than narrate waits)", err, later.Wait.Round(time.Second))
			if later.Wait > o.MaxLater {
				err = fmt.Errorf("%w: %w", tts.ErrDown, err)
			}
			return 0, err
		}
		q.later += pause
		return pause, nil
	}
	absent := later.Absent && !b.there.Load()
	most := o.MaxOutage
	if absent {
		most = o.MaxAbsent
	}
	if q.outage+pause > most {
		err = fmt.Errorf("%w (tried %d times in %v)", err, q.asked, q.outage.Round(time.Second))
		if absent {
			err = fmt.Errorf("%w: %w", tts.ErrDown, err)
		}
		return 0, err
	}
	q.outage += pause
	return pause, nil
}

// random is a pause between half and all of wait, which it doubles.
func (b *backend) random(wait *time.Duration, most time.Duration) time.Duration {
	w := min(*wait, most)
	*wait = 2 * w
	return w/2 + time.Duration(b.options.Random()*float64(w-w/2))
}
