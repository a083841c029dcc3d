// Package limit is a decorator for speech engines that keeps to their terms:
// how many requests run at once, and how many requests and characters go out in
// a minute.
package limit

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
	"unicode/utf8"

	"narrate/internal/tts"
)

// Options configure the decorator. The zero value is right for use.
type Options struct {
	// Sleep waits, and fails when the context ends first. Default: real time.
	Sleep func(context.Context, time.Duration) error
	// Now is the time by which the pace goes. Default: time.Now.
	Now func() time.Time
	// Random gives a number in [0, 1). Default: math/rand.
	Random func() float64
}

const (
	// maxHold is the longest that requests wait because one was told to come back
	// later. Where it is longer, all are refused until then, without being sent.
	maxHold = 5 * time.Minute
	// A service that is busy and does not say for how long is left alone for
	// firstHold; twice as long each time that it still is, up to mostHold.
	firstHold = time.Second
	mostHold  = 30 * time.Second
	// After a hold, requests come back one by one over a part of its length.
	spreadPart = 4
	mostSpread = 5 * time.Second
)

// New is b with the terms of each request's voice kept. Requests go out evenly
// rather than in bursts, so that no minute of any clock holds more than the
// terms allow. A service that is busy, or says when to come back (tts.Later), is
// left alone by all requests until then. Voices of the same limits share them:
// where a backend has one account for all of them, that is what the account
// allows.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Sleep == nil {
		o.Sleep = tts.Sleep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return &backend{Around: tts.Around{Backend: b}, options: o, lanes: map[tts.Terms]*lane{}}
}

type backend struct {
	tts.Around
	options Options

	mu    sync.Mutex
	info  *tts.Info // once it is known
	lanes map[tts.Terms]*lane
}

// Info implements tts.Backend. It is asked for with every request, and an
// engine may take its time to tell: what it told once holds.
func (b *backend) Info(ctx context.Context) (tts.Info, error) {
	b.mu.Lock()
	known := b.info
	b.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	info, err := b.Backend.Info(ctx)
	if err == nil {
		b.mu.Lock()
		b.info = &info
		b.mu.Unlock()
	}
	return info, err
}

func (b *backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	terms, err := tts.TermsOf(ctx, b, r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	l := b.lane(terms)
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return tts.Clip{}, ctx.Err()
	}
	characters := utf8.RuneCountInString(r.Text)
	at := l.turn(b.options.Now(), characters)
	for {
		at = l.notBefore(at, characters, b.options.Random)
		now := b.options.Now()
		if err := l.refusal(now); err != nil {
			return tts.Clip{}, err
		}
		wait := at.Sub(now)
		if wait <= 0 {
			break
		}
		if err := b.options.Sleep(ctx, wait); err != nil {
			return tts.Clip{}, err
		}
	}
	sent := b.options.Now()
	clip, err := b.Backend.Synthesize(ctx, r)
	l.note(sent, b.options.Now(), err)
	return clip, err
}

func (b *backend) lane(terms tts.Terms) *lane {
	b.mu.Lock()
	defer b.mu.Unlock()
	terms.Price = tts.Price{} // which is no limit
	l := b.lanes[terms]
	if l == nil {
		parallel := terms.Parallel
		if parallel <= 0 {
			parallel = runtime.NumCPU()
		}
		l = &lane{
			slots:      make(chan struct{}, parallel),
			requests:   pace{unit: unit(terms.RequestsPerMinute)},
			characters: pace{unit: unit(terms.CharactersPerMinute)},
		}
		b.lanes[terms] = l
	}
	return l
}

// lane is what the requests of the same terms share.
type lane struct {
	slots chan struct{}

	mu                   sync.Mutex
	requests, characters pace
	held                 time.Time     // until then nothing goes out
	spread               time.Duration // over which it does then
	told                 time.Time     // when the last hold began
	busy                 time.Duration // how long that was, where the service did not say
	closed               time.Time     // until then all is refused
	why                  error
}

// turn takes the next turn for a text of so many characters and gives its time.
func (l *lane) turn(now time.Time, characters int) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := latest(now, latest(l.requests.next, l.characters.next))
	l.requests.take(at, 1)
	l.characters.take(at, characters)
	return at
}

// notBefore gives the time of a request whose turn is at, which a hold moves
// behind its end.
func (l *lane) notBefore(at time.Time, characters int, random func() float64) time.Time {
	l.mu.Lock()
	held, spread := l.held, l.spread
	l.mu.Unlock()
	if !at.Before(held) {
		return at
	}
	return l.turn(held, characters).Add(time.Duration(random() * float64(spread)))
}

// refusal is what a request gets that need not be sent; nil is nothing.
func (l *lane) refusal(now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.closed) {
		return nil
	}
	return &tts.Later{Wait: l.closed.Sub(now), Err: l.why}
}

// note learns from how a request went that was sent at that time.
func (l *lane) note(sent, now time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var later *tts.Later
	switch {
	case err == nil:
		l.busy = 0
	case !errors.As(err, &later):
	case later.Wait > maxHold:
		l.closed, l.why = latest(l.closed, now.Add(later.Wait)), err
	case later.Wait > 0:
		l.hold(now, later.Wait)
	case later.Busy && !sent.Before(l.told): // else it went out before the last hold
		l.busy = min(max(firstHold, 2*l.busy), mostHold)
		l.hold(now, l.busy)
	}
}

// hold is called with mu held.
func (l *lane) hold(now time.Time, wait time.Duration) {
	l.told = now
	if until := now.Add(wait); until.After(l.held) {
		l.held, l.spread = until, min(wait/spreadPart, mostSpread)
	}
}

// pace is a token bucket that holds one request, however many tokens that takes
// (golang.org/x/time/rate refuses what is more than its bucket holds): n units
// at a time have the next one wait n times as long.
type pace struct {
	unit time.Duration // 0 is no limit
	next time.Time
}

func (p *pace) take(at time.Time, n int) { p.next = at.Add(time.Duration(n) * p.unit) }

// unit is the time for one of so many a minute.
func unit(perMinute float64) time.Duration {
	if !(perMinute > 0) {
		return 0
	}
	return time.Duration(min(float64(time.Minute)/perMinute, float64(time.Hour)))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
