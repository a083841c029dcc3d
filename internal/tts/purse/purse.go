// Package purse is a decorator for speech engines that counts what requests cost,
// as they are made, and sends none for which too little is left.
package purse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/tempo"
)

// grace is how long a request that costs money is waited for when the run is
// stopped: it is charged whether its answer is heard or not.
const grace = 10 * time.Second

// slack is what sums of amounts may be off by rounding.
const slack = 1e-9

// Purse is what all the backends of a run spend from. Its methods are safe for
// concurrent use. The zero value has no limit.
type Purse struct {
	// Grace is how long requests that cost money outlast the context; default
	// 10 s.
	Grace time.Duration

	mu      sync.Mutex
	limited bool
	most    float64
	spent   map[string]float64 // by currency, with what is under way
	waiting int
}

// Limit bounds what is spent from now on and was so far.
func (p *Purse) Limit(most float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limited, p.most = true, most
}

// Spent gives the amounts by currency.
func (p *Purse) Spent() map[string]float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent == nil {
		return map[string]float64{}
	}
	return maps.Clone(p.spent)
}

// Waiting is how many requests that cost money are under way.
func (p *Purse) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}

// take reserves an amount for a request. Of two currencies, neither says how much
// the other is of a limit.
func (p *Purse) take(amount float64, currency string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent == nil {
		p.spent = map[string]float64{}
	}
	if p.limited {
		for other, sum := range p.spent {
			if other != currency && sum > 0 {
				return fmt.Errorf("%w: it costs %s, and %s was spent; --max-cost cannot tell of both", tts.ErrSpent, currency, other)
			}
		}
		if p.spent[currency]+amount > p.most+slack {
			return fmt.Errorf("%w: with %.4g %s spent, %.4g more would be over the limit of %.4g; a higher --max-cost goes on from here",
				tts.ErrSpent, p.spent[currency], currency, amount, p.most)
		}
	}
	p.spent[currency] += amount
	p.waiting++
	return nil
}

// settle ends a request and adds the amount that was not known before.
func (p *Purse) settle(more float64, currency string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
	if p.spent[currency] += more; p.spent[currency] < slack {
		delete(p.spent, currency)
	}
}

// New is b with what its requests cost taken from p. One that would cost more
// than is left is not sent and gives an error that wraps tts.ErrSpent. An answer
// is charged, whatever it holds, and a failure is not. It stands next to the
// engine itself, since what other decorators ask for again is charged again.
//
// A request that costs money and is under way when its context ends is waited
// for, for a short time, so that what is charged is not thrown away.
func New(b tts.Backend, p *Purse) tts.Backend { return backend{tts.Around{Backend: b}, p} }

type backend struct {
	tts.Around
	purse *Purse
}

func (b backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	price := tts.PriceOf(b.Backend, r.Voice)
	if price.Free() {
		return b.Backend.Synthesize(ctx, r)
	}
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	reserved := price.Amount(r.Text, tempo.Expected(r.Text))
	if err := b.purse.take(reserved, price.Currency); err != nil {
		return tts.Clip{}, fmt.Errorf("%s: %w", b.Name(), err)
	}
	longer, stop := outlast(ctx, b.purse.Grace)
	defer stop()
	clip, err := b.Backend.Synthesize(longer, r)
	switch {
	case err == nil:
		sound := clip.Format.Rate.Duration(clip.Frames)
		b.purse.settle(price.Amount(r.Text, sound)-reserved, price.Currency)
	case errors.Is(err, tts.ErrBroken), errors.Is(err, tts.ErrEmpty):
		b.purse.settle(0, price.Currency)
	case ctx.Err() != nil:
		b.purse.settle(0, price.Currency) // it may have been charged
		err = ctx.Err()
	default:
		b.purse.settle(-reserved, price.Currency)
	}
	return clip, err
}

// outlast is a context that ends some time after ctx.
func outlast(ctx context.Context, by time.Duration) (longer context.Context, stop func()) {
	if by == 0 {
		by = grace
	}
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() {
		done()
		cancel()
	}
}
