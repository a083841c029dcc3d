package purse

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// priced is a fake with a price.
type priced struct {
	tts.Backend
	price tts.Price
	err   error
	wait  time.Duration // before it answers
	calls atomic.Int64
}

func (p *priced) Terms(voices.Voice) tts.Terms { return tts.Terms{Price: p.price} }

func (p *priced) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	p.calls.Add(1)
	if p.err != nil {
		return tts.Clip{}, p.err
	}
	if err := tts.Sleep(ctx, p.wait); err != nil {
		return tts.Clip{}, err
	}
	return p.Backend.Synthesize(ctx, r)
}

var dollar = tts.Price{PerMillion: 1e6, Currency: "USD"} // a character

func ask(t *testing.T, b tts.Backend, text string) error {
	t.Helper()
	_, err := b.Synthesize(t.Context(), tts.Request{Text: text})
	return err
}

// TestLimit: what is sent never costs more than the limit, over all backends;
// what fails costs nothing, and what was no sound does.
func TestLimit(t *testing.T) {
	p := &Purse{}
	p.Limit(10)
	inner := &priced{Backend: fake.New(fake.Options{}), price: dollar}
	free := &priced{Backend: fake.New(fake.Options{})}
	euro := &priced{Backend: fake.New(fake.Options{}), price: tts.Price{PerMillion: 1, Currency: "EUR"}}
	b, other := New(inner, p), New(free, p)
	steps := []struct {
		text  string
		err   error
		is    error
		spent float64
	}{
		{"four", nil, nil, 4},
		{"seven..", nil, tts.ErrSpent, 4},
		{"four", errors.New("status 500"), nil, 4},
		{"two", tts.ErrBroken, nil, 7},
		{"one", nil, nil, 10},
		{"a", nil, tts.ErrSpent, 10},
	}
	for i, step := range steps {
		inner.err = step.err
		before := inner.calls.Load()
		err := ask(t, b, step.text)
		if step.is != nil && !errors.Is(err, step.is) || step.is == nil && !errors.Is(err, step.err) {
			t.Errorf("step %d: %v", i, err)
		}
		if (inner.calls.Load() == before) != (step.is != nil) {
			t.Errorf("step %d: sent", i)
		}
		if got := p.Spent()["USD"]; got != step.spent {
			t.Errorf("step %d: spent %g, want %g", i, got, step.spent)
		}
		if err := ask(t, other, step.text); err != nil {
			t.Errorf("step %d: for free: %v", i, err)
		}
	}
	if err := ask(t, New(euro, p), "four"); !errors.Is(err, tts.ErrSpent) || !strings.Contains(err.Error(), "EUR") || euro.calls.Load() != 0 {
		t.Errorf("another currency: %v", err)
	}
	if !tts.Useless(ask(t, b, "more")) {
		t.Error("it would be tried again")
	}
}

// TestParallel: requests at once do not spend together what each may alone.
func TestParallel(t *testing.T) {
	p := &Purse{}
	p.Limit(20)
	inner := &priced{Backend: fake.New(fake.Options{}), price: dollar, wait: 10 * time.Millisecond}
	b := New(inner, p)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if err := ask(t, b, "four"); err != nil && !errors.Is(err, tts.ErrSpent) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if inner.calls.Load() != 5 || p.Spent()["USD"] != 20 || p.Waiting() != 0 {
		t.Errorf("%d calls, spent %v", inner.calls.Load(), p.Spent())
	}
}

// TestMinutes: a price for sound is settled by the sound.
func TestMinutes(t *testing.T) {
	p := &Purse{}
	b := New(&priced{Backend: fake.New(fake.Options{}), price: tts.Price{PerMinute: 60, Currency: "USD"}}, p)
	clip, err := b.Synthesize(t.Context(), tts.Request{Text: "Some words to say."})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Spent()["USD"], clip.Format.Rate.Duration(clip.Frames).Seconds(); got < want-1e-9 || got > want+1e-9 {
		t.Errorf("spent %g, want %g", got, want)
	}
}

// TestStop: what is paid for is waited for when the run is stopped, for a while;
// nothing new is sent, and what is free stops at once.
func TestStop(t *testing.T) {
	for _, test := range []struct {
		name   string
		price  tts.Price
		wait   time.Duration
		spoken bool
	}{
		{"paid", dollar, 100 * time.Millisecond, true},
		{"paid, and slow", dollar, time.Hour, false},
		{"free", tts.Price{}, 100 * time.Millisecond, false},
	} {
		p := &Purse{Grace: 400 * time.Millisecond}
		inner := &priced{Backend: fake.New(fake.Options{}), price: test.price, wait: test.wait}
		b := New(inner, p)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, err := b.Synthesize(ctx, tts.Request{Text: "four"})
		if (err == nil) != test.spoken || err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, err := b.Synthesize(ctx, tts.Request{Text: "four"}); !errors.Is(err, context.Canceled) || inner.calls.Load() > 1 && !test.price.Free() {
			t.Errorf("%s: sent after the end: %v", test.name, err)
		}
		if p.Waiting() != 0 {
			t.Errorf("%s: %d are waited for", test.name, p.Waiting())
		}
	}
}

// TestPrice: markup and Chinese characters count as the price says.
func TestPrice(t *testing.T) {
	p := tts.Price{PerMillion: 1e6, Overhead: 95, Ideograph: 2}
	if n := p.Characters("东京 Tokyo です"); n != 95+4+1+5+1+2 {
		t.Errorf("%d characters", n)
	}
	if n := (tts.Price{}).Characters("东京"); n != 2 {
		t.Errorf("%d characters", n)
	}
	if a := p.Amount("", time.Minute); a != 95 {
		t.Errorf("%g", a)
	}
}
