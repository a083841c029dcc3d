// Package limit is a decorator for speech engines that keeps to their terms:
// how many requests run at once, and how many requests and characters go out in
// a minute.
package limit

import (
	"context"
	"errors"
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
}

// maxHold is the longest that all requests wait because one was told to come
// back later. Who says more than that is asked again, for each to be refused.
const maxHold = 5 * time.Minute

// New is b with the terms of each request's voice kept. Requests go out evenly
// rather than in bursts, so that no minute of any clock holds more than the
// terms allow. A service that says when to come back (tts.Later) is left alone
// by all requests until then. Voices of the same terms share them: where a
// backend has one account for all of them, that is what the account allows.
func New(b tts.Backend, o Options) tts.Backend {
	if o.Sleep == nil {
		o.Sleep = tts.Sleep
	}
	if o.Now == nil {
		o.Now = time.Now
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
	at := l.turn(b.options.Now(), utf8.RuneCountInString(r.Text))
	for {
		wait := l.notBefore(at).Sub(b.options.Now())
		if wait <= 0 {
			break
		}
		if err := b.options.Sleep(ctx, wait); err != nil {
			return tts.Clip{}, err
		}
	}
	clip, err := b.Backend.Synthesize(ctx, r)
	var later *tts.Later
	if errors.As(err, &later) && later.Wait <= maxHold {
		l.hold(b.options.Now().Add(later.Wait))
	}
	return clip, err
}

func (b *backend) lane(terms tts.Terms) *lane {
	b.mu.Lock()
	defer b.mu.Unlock()
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
	held                 time.Time
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

func (l *lane) notBefore(at time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return latest(at, l.held)
}

func (l *lane) hold(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = latest(l.held, until)
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
