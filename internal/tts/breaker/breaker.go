// Package breaker is a decorator for speech engines that gives up a service
// that is down, in place of failing once for every sentence of a book.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"narrate/internal/tts"
)

// Options configure the decorator. The zero value is right for use.
type Options struct {
	// Failures is how many requests in a row fail before it gives up; default 5.
	Failures int
	// Clips is how many answers in a row are no sound (tts.ErrBroken,
	// tts.ErrEmpty) before it does; default 20. It is more, since a text may be
	// to blame.
	Clips int
}

// New is b that after so many failures in a row answers every further request
// with an error that wraps tts.ErrDown and tells the last one. A clip ends the
// row. What is the fault of one text or one voice is not counted.
//
// It stays given up. A run from a command line has nothing better to do than
// to stop, or to have another voice speak: what was spoken is kept, and the
// next run goes on with a service that has recovered.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Failures == 0 {
		o.Failures = 5
	}
	if o.Clips == 0 {
		o.Clips = 20
	}
	return &backend{Around: tts.Around{Backend: b}, options: o}
}

type backend struct {
	tts.Around
	options Options

	mu              sync.Mutex
	failures, clips int   // in a row
	down            error // once given up
}

func (b *backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := b.state(); err != nil {
		return tts.Clip{}, err
	}
	clip, err := b.Backend.Synthesize(ctx, r)
	if err != nil && ctx.Err() != nil {
		return tts.Clip{}, err // the run is over; it says nothing of the service
	}
	b.note(err)
	return clip, err
}

func (b *backend) state() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.down
}

// note counts how a request went, and gives up after too many failures.
func (b *backend) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	what, n, most := "requests in a row failed", &b.failures, b.options.Failures
	switch {
	case err == nil:
		b.failures, b.clips = 0, 0
		return
	case tts.Permanent(err), errors.Is(err, tts.ErrPhonemes):
		return
	case errors.Is(err, tts.ErrBroken), errors.Is(err, tts.ErrEmpty):
		what, n, most = "answers in a row were no sound", &b.clips, b.options.Clips
	}
	if *n++; *n >= most && b.down == nil {
		// %v: this is not what the last one wraps.
		b.down = fmt.Errorf("%s: %w: %d %s, the last with: %v", b.Name(), tts.ErrDown, *n, what, err)
	}
}
