package limit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// service is a fake with terms, which notes when it is asked.
type service struct {
	*fake.Backend
	terms func(voices.Voice) tts.Terms
	now   func() time.Time
	err   func(text string) error
	held  chan struct{} // where set, each request waits for it

	mu    sync.Mutex
	times []time.Time
}

func (s *service) Terms(v voices.Voice) tts.Terms { return s.terms(v) }

func (s *service) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if s.now != nil {
		s.mu.Lock()
		s.times = append(s.times, s.now())
		s.mu.Unlock()
	}
	if s.err != nil {
		if err := s.err(r.Text); err != nil {
			return tts.Clip{}, err
		}
	}
	if s.held != nil {
		<-s.held
	}
	return s.Backend.Synthesize(ctx, r)
}

// clock is a time that only sleeping moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

func terms(t tts.Terms) func(voices.Voice) tts.Terms {
	return func(voices.Voice) tts.Terms { return t }
}

func speak(t *testing.T, b tts.Backend, text, engine string) error {
	t.Helper()
	_, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voices.Voice{Engine: engine}})
	return err
}

// TestPace: requests go out when the stricter of the two rates allows it.
func TestPace(t *testing.T) {
	ten := "ten letter"
	tests := []struct {
		name  string
		terms tts.Terms
		texts []string
		at    []int // seconds
	}{
		{"no limits", tts.Terms{}, []string{ten, ten, ten}, []int{0, 0, 0}},
		{"requests", tts.Terms{RequestsPerMinute: 20}, []string{ten, ten, ten}, []int{0, 3, 6}},
		{"characters", tts.Terms{CharactersPerMinute: 100}, []string{ten, "zehn Wörte", ten + ten, ten}, []int{0, 6, 12, 24}},
		{"both", tts.Terms{RequestsPerMinute: 10, CharactersPerMinute: 100}, []string{ten, ten + ten, ten, "a"}, []int{0, 6, 18, 24}},
		{"less than one a minute", tts.Terms{RequestsPerMinute: 0.5}, []string{ten, ten}, []int{0, 120}},
	}
	for _, test := range tests {
		c := &clock{}
		s := &service{Backend: fake.New(fake.Options{}), terms: terms(test.terms), now: c.Now}
		b := New(s, Options{Sleep: c.Sleep, Now: c.Now})
		for i, text := range test.texts {
			if err := speak(t, b, text, ""); err != nil {
				t.Fatal(err)
			}
			if at := s.times[i].Sub(time.Time{}); at != time.Duration(test.at[i])*time.Second {
				t.Errorf("%s: request %d at %v", test.name, i, at)
			}
		}
	}
}

// TestRest: what was not asked for in a quiet time is not made up for.
func TestRest(t *testing.T) {
	c := &clock{}
	s := &service{Backend: fake.New(fake.Options{}), terms: terms(tts.Terms{RequestsPerMinute: 60}), now: c.Now}
	b := New(s, Options{Sleep: c.Sleep, Now: c.Now})
	for _, rest := range []time.Duration{0, time.Hour, 0, 0} {
		c.now = c.now.Add(rest)
		if err := speak(t, b, "word", ""); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []time.Duration{time.Hour, time.Second, time.Second} {
		if got := s.times[i+1].Sub(s.times[i]); got != want {
			t.Errorf("%v after request %d, want %v", got, i, want)
		}
	}
}

// TestVoices: voices of the same terms share them, others do not wait for them.
func TestVoices(t *testing.T) {
	c := &clock{}
	s := &service{Backend: fake.New(fake.Options{}), now: c.Now, terms: func(v voices.Voice) tts.Terms {
		if v.Engine == "fast" {
			return tts.Terms{RequestsPerMinute: 6000}
		}
		return tts.Terms{RequestsPerMinute: 1}
	}}
	b := New(s, Options{Sleep: c.Sleep, Now: c.Now})
	for _, engine := range []string{"slow", "fast", "fast", "sluggish"} {
		if err := speak(t, b, "word", engine); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []time.Duration{0, 0, 10 * time.Millisecond, time.Minute} {
		if at := s.times[i].Sub(time.Time{}); at != want {
			t.Errorf("request %d at %v, want %v", i, at, want)
		}
	}
}

// TestLater: what one request is told holds for all, who come back one by one.
func TestLater(t *testing.T) {
	for wait, want := range map[time.Duration]time.Duration{
		8 * time.Second: 9 * time.Second, 5 * time.Minute: 302500 * time.Millisecond, -time.Hour: 0,
	} {
		c := &clock{}
		s := &service{Backend: fake.New(fake.Options{}), terms: terms(tts.Terms{}), now: c.Now}
		s.err = func(text string) error {
			if text == "first" {
				return fmt.Errorf("service: %w", &tts.Later{Wait: wait, Err: errors.New("busy")})
			}
			return nil
		}
		b := New(s, Options{Sleep: c.Sleep, Now: c.Now, Random: func() float64 { return 0.5 }})
		if err := speak(t, b, "first", ""); err == nil || !strings.Contains(err.Error(), "busy") {
			t.Fatal(err)
		}
		if err := speak(t, b, "second", "other"); err != nil {
			t.Fatal(err)
		}
		if got := s.times[1].Sub(s.times[0]); got != want {
			t.Errorf("told %v, waited %v, want %v", wait, got, want)
		}
	}
}

// TestMuchLater: a service that wants to be left alone for longer than requests
// wait is left alone.
func TestMuchLater(t *testing.T) {
	c := &clock{}
	s := &service{Backend: fake.New(fake.Options{}), terms: terms(tts.Terms{Parallel: 1}), now: c.Now}
	s.err = func(string) error {
		return fmt.Errorf("service: %w", &tts.Later{Wait: 4000 * time.Second, Err: errors.New("enough")})
	}
	b := New(s, Options{Sleep: c.Sleep, Now: c.Now})
	for i := range 5 {
		err := speak(t, b, "word", "")
		var later *tts.Later
		if !errors.As(err, &later) || later.Wait != time.Duration(4000-100*i)*time.Second || !strings.Contains(err.Error(), "enough") {
			t.Fatalf("request %d: %v", i, err)
		}
		c.now = c.now.Add(100 * time.Second)
	}
	if len(s.times) != 1 {
		t.Errorf("asked %d times", len(s.times))
	}
	s.err = nil
	c.now = c.now.Add(time.Hour)
	if err := speak(t, b, "word", ""); err != nil {
		t.Error(err)
	}
}

// TestBusy: a service that is busy is asked ever less often, until it is well,
// and at the pace of its terms afterwards.
func TestBusy(t *testing.T) {
	c := &clock{}
	s := &service{Backend: fake.New(fake.Options{}), terms: terms(tts.Terms{RequestsPerMinute: 600}), now: c.Now}
	left := 8
	s.err = func(string) error {
		if left--; left >= 0 {
			return &tts.Later{Busy: true, Err: errors.New("status 429")}
		}
		return nil
	}
	b := New(s, Options{Sleep: c.Sleep, Now: c.Now, Random: func() float64 { return 0 }})
	for i := range 11 {
		if i == 10 {
			left = 1
		}
		_ = speak(t, b, "word", "") // TestLater looks at errors
	}
	_ = speak(t, b, "word", "")
	for i, want := range []time.Duration{1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 100, 100, 1000} {
		if got := s.times[i+1].Sub(s.times[i]); got != want*time.Millisecond {
			t.Errorf("%v after request %d, want %v", got, i, want*time.Millisecond)
		}
	}
}

// TestBusyTogether: requests that were under way when a service became busy do
// not make it more busy; those after it are spread.
func TestBusyTogether(t *testing.T) {
	c := &clock{}
	l := &lane{}
	sent := c.Now()
	for range 8 {
		c.now = c.now.Add(10 * time.Millisecond)
		l.note(sent, c.now, &tts.Later{Busy: true, Err: errors.New("status 429")})
	}
	if got := l.held.Sub(sent); got != 1010*time.Millisecond {
		t.Errorf("left alone for %v", got)
	}
	at := map[time.Time]bool{}
	for i := range 8 {
		at[l.notBefore(c.now, 4, func() float64 { return float64(i) / 8 })] = true
	}
	if len(at) != 8 {
		t.Errorf("they come back at %v", at)
	}
}

// TestPrices: voices that differ in their price alone share what is allowed.
func TestPrices(t *testing.T) {
	c := &clock{}
	s := &service{Backend: fake.New(fake.Options{}), now: c.Now, terms: func(v voices.Voice) tts.Terms {
		return tts.Terms{RequestsPerMinute: 60, Price: tts.Price{PerMillion: float64(len(v.Engine))}}
	}}
	b := New(s, Options{Sleep: c.Sleep, Now: c.Now})
	for _, engine := range []string{"a", "ab"} {
		if err := speak(t, b, "word", engine); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.times[1].Sub(s.times[0]); got != time.Second {
		t.Errorf("%v after the first", got)
	}
}

// TestParallel: no more requests run at once than the terms say.
func TestParallel(t *testing.T) {
	held := make(chan struct{})
	s := &service{Backend: fake.New(fake.Options{}), terms: terms(tts.Terms{Parallel: 3}), held: held}
	b := New(s, Options{})
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if _, err := b.Synthesize(t.Context(), tts.Request{Text: fmt.Sprint("word ", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		held <- struct{}{}
	}
	group.Wait()
	if s.Calls() != 20 || s.Peak() > 3 {
		t.Errorf("%d calls, %d at once", s.Calls(), s.Peak())
	}
}

// TestCancel: neither the wait for a place nor that for a turn outlasts the
// context, and a place that was waited for is free again.
func TestCancel(t *testing.T) {
	held := make(chan struct{})
	s := &service{Backend: fake.New(fake.Options{}), terms: terms(tts.Terms{Parallel: 1, RequestsPerMinute: 1}), held: held}
	b := New(s, Options{})
	done := make(chan error)
	go func() {
		_, err := b.Synthesize(context.WithoutCancel(t.Context()), tts.Request{Text: "first"})
		done <- err
	}()
	held <- struct{}{} // it has the place
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for range 2 { // in its turn's wait; the second only if the first left its place
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if _, err := b.Synthesize(ctx, tts.Request{Text: "second"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		cancel()
	}
	if s.Calls() != 1 {
		t.Errorf("%d calls", s.Calls())
	}
}

// TestInfo: an engine that is not there has no terms to keep to, and one that is
// tells them once.
func TestInfo(t *testing.T) {
	engine := &asked{Backend: fake.New(fake.Options{}), missing: true}
	b := New(engine, Options{})
	for range 2 {
		if err := speak(t, b, "word", ""); !errors.Is(err, tts.ErrMissing) {
			t.Error(err)
		}
	}
	engine.missing = false
	for range 3 {
		if err := speak(t, b, "word", ""); err != nil {
			t.Error(err)
		}
	}
	if info, err := b.Info(t.Context()); err != nil || info.MaxText != 1000 || engine.times != 3 {
		t.Errorf("%+v, %v, asked %d times", info, err, engine.times)
	}
}

// asked counts how often it is asked for its Info.
type asked struct {
	tts.Backend
	missing bool
	times   int
}

func (a *asked) Info(ctx context.Context) (tts.Info, error) {
	if a.times++; a.missing {
		return tts.Info{}, tts.ErrMissing
	}
	return a.Backend.Info(ctx)
}
