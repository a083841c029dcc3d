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
}

// New is b that after so many failures in a row answers every further request
// with an error that wraps tts.ErrDown and tells the last one. A clip ends the
// row. What is the fault of one text or one voice is not counted, nor is an
// answer that is no sound: the service is there.
//
// It stays given up. A run from a command line has nothing better to do than
// to stop, or to have another voice speak: what was spoken is kept, and the
// next run goes on with a service that has recovered.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Failures == 0 {
		o.Failures = 5
	}
	return &backend{Around: tts.Around{Backend: b}, options: o}
}

type backend struct {
	tts.Around
	options Options

	mu       sync.Mutex
	failures int   // in a row
	down     error // once given up
}

func (b *backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := b.state(); err != nil {
		return tts.Clip{}, err
	}
	clip, err := b.Backend.Synthesize(ctx, r)
	if err != nil && (ctx.Err() != nil || !counts(err)) {
		return tts.Clip{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.failures = 0
		return clip, nil
	}
	if b.failures++; b.failures == b.options.Failures && b.down == nil {
		// %v: this is not what the last one wraps.
		b.down = fmt.Errorf("%s: %w: %d requests in a row failed, the last with: %v", b.Name(), tts.ErrDown, b.failures, err)
	}
	return tts.Clip{}, err
}

func (b *backend) state() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.down
}

// counts says whether an error tells that the service is down.
func counts(err error) bool {
	return !tts.Permanent(err) && !errors.Is(err, tts.ErrBroken) && !errors.Is(err, tts.ErrEmpty) && !errors.Is(err, tts.ErrPhonemes)
}
