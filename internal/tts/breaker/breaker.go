// Package breaker is a decorator for speech engines that gives up a service
// that is down, in place of failing once for every sentence of a book.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"narrate/internal/tts"
)

// Options configure the decorator. The zero value is right for use.
type Options struct {
	// Failures is how many requests in a row fail before it gives up; default 5.
	Failures int
	// Outage is how long there must have been no clip, too, where they fail as
	// tts.Later has it: many requests at once fail in the same moment. Default
	// 1 min.
	Outage time.Duration
	// Clips is how many answers in a row are no sound (tts.ErrBroken,
	// tts.ErrEmpty) before it does; default 20. It is more, since a text may be
	// to blame.
	Clips int
	// Refusals is how many different texts in a row a service refuses with the
	// same status before it does; default 10.
	Refusals int
	// Now is the time by which Outage goes. Default: time.Now.
	Now func() time.Time
}

// New is b that after so many failures in a row answers every further request
// with an error that wraps tts.ErrDown and tells the last one. A clip ends the
// row. What is the fault of one text or one voice is not counted, unless a
// service says it of all.
//
// It stays given up. A run from a command line has nothing better to do than
// to stop, or to have another voice speak: what was spoken is kept, and the
// next run goes on with a service that has recovered.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Failures == 0 {
		o.Failures = 5
	}
	if o.Outage == 0 {
		o.Outage = time.Minute
	}
	if o.Clips == 0 {
		o.Clips = 20
	}
	if o.Refusals == 0 {
		o.Refusals = 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &backend{Around: tts.Around{Backend: b}, options: o}
}

type backend struct {
	tts.Around
	options Options

	mu              sync.Mutex
	well            time.Time // the last clip; before one, the first request
	failures, clips int       // in a row
	refused         map[string]bool
	status          int   // with which those texts were
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
	b.note(r.Text, err)
	return clip, err
}

func (b *backend) state() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.well.IsZero() {
		b.well = b.options.Now()
	}
	return b.down
}

// note counts how a request went, and gives up after too many failures.
func (b *backend) note(text string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.failures, b.clips, b.refused = 0, 0, nil
		b.well = b.options.Now()
		return
	}
	var later *tts.Later
	switch {
	case errors.Is(err, tts.ErrText), errors.Is(err, tts.ErrTooLong):
		n := b.refuse(text, err)
		b.giveUp(n >= b.options.Refusals, fmt.Sprintf("%d texts in a row were refused", n), err)
	case tts.Permanent(err), errors.Is(err, tts.ErrPhonemes):
	case errors.Is(err, tts.ErrBroken), errors.Is(err, tts.ErrEmpty):
		b.clips++
		b.giveUp(b.clips >= b.options.Clips, fmt.Sprintf("%d answers in a row were no sound", b.clips), err)
	default:
		b.failures++
		long := !errors.As(err, &later) || b.options.Now().Sub(b.well) >= b.options.Outage
		b.giveUp(long && b.failures >= b.options.Failures, fmt.Sprintf("%d requests in a row failed", b.failures), err)
	}
}

// refuse gives how many texts a service has refused so, with this one. Without
// a status it was no service that did.
func (b *backend) refuse(text string, err error) int {
	var of interface{ HTTPStatus() int }
	if !errors.As(err, &of) {
		return 0
	}
	if b.refused == nil || b.status != of.HTTPStatus() {
		b.refused, b.status = map[string]bool{}, of.HTTPStatus()
	}
	b.refused[text] = true
	return len(b.refused)
}

// giveUp is called with mu held.
func (b *backend) giveUp(enough bool, what string, err error) {
	if enough && b.down == nil {
		// %v: this is not what the last one wraps.
		b.down = fmt.Errorf("%s: %w: %s, the last with: %v", b.Name(), tts.ErrDown, what, err)
	}
}
