package breaker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/fake"
)

// script answers with these errors in turn, nil being a clip; the last one
// again and again.
type script struct {
	tts.Backend
	mu    sync.Mutex
	errs  []error
	calls int
}

func (s *script) Synthesize(context.Context, tts.Request) (tts.Clip, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.errs[min(s.calls, len(s.errs)-1)]
	s.calls++
	return tts.Clip{Frames: 1}, err
}

// refusal is what a service says of a request.
type refusal struct {
	status int
	kind   error
}

func (r refusal) Error() string   { return fmt.Sprint("status ", r.status) }
func (r refusal) Unwrap() error   { return r.kind }
func (r refusal) HTTPStatus() int { return r.status }

func TestBreaker(t *testing.T) {
	bad := errors.New("status 503")
	out := &tts.Later{Err: bad}
	of := func(err error) error { return fmt.Errorf("service: %w", err) }
	tests := []struct {
		name  string
		errs  []error
		calls int // that reach the service, of ten
	}{
		{"all well", []error{nil}, 10},
		{"down", []error{bad}, 3},
		{"down after a while", []error{nil, bad, nil, bad, bad, nil, bad}, 9},
		{"every third is well", []error{bad, bad, nil, bad, bad, nil, bad, bad, nil, bad}, 10},
		{"bad texts", []error{of(tts.ErrText), of(tts.ErrTooLong), of(tts.ErrPhonemes), of(tts.ErrText)}, 10},
		{"bad texts do not end the row", []error{bad, tts.ErrText, bad, tts.ErrEmpty, bad}, 5},
		{"no sound", []error{of(tts.ErrEmpty), of(tts.ErrBroken)}, 7},
		{"sound now and then", []error{tts.ErrEmpty, tts.ErrBroken, nil, tts.ErrEmpty, tts.ErrBroken, tts.ErrEmpty, tts.ErrEmpty, tts.ErrEmpty, nil, nil}, 10},
		{"a voice that is not there", []error{of(tts.ErrVoice)}, 10},
		{"no key", []error{of(tts.ErrKey)}, 10},
		{"too slow", []error{of(context.DeadlineExceeded)}, 3},
		{"too busy", []error{&tts.Later{Busy: true, Err: bad}}, 7},
		{"out of order now and then", []error{out, out, out, out, nil}, 10},
		{"out of order", []error{nil, nil, out}, 8},
		{"refuses all", []error{of(refusal{400, tts.ErrText})}, 4},
		{"all too long", []error{of(refusal{413, tts.ErrTooLong})}, 4},
		{"refuses some", []error{of(refusal{400, tts.ErrText}), of(refusal{400, tts.ErrText}), of(refusal{400, tts.ErrText}), nil, of(refusal{400, tts.ErrText}), of(refusal{400, tts.ErrText}), of(refusal{413, tts.ErrText}), of(refusal{413, tts.ErrText}), nil}, 10},
		{"a refusal of a voice", []error{of(refusal{400, tts.ErrVoice})}, 10},
	}
	for _, test := range tests {
		inner := &script{Backend: fake.New(fake.Options{}), errs: test.errs}
		now := time.Time{}.Add(time.Hour)
		b := New(inner, Options{Failures: 3, Clips: 7, Refusals: 4, Now: func() time.Time { return now }})
		var last error
		for i := range 10 {
			_, last = b.Synthesize(t.Context(), tts.Request{Text: fmt.Sprint("word ", i)})
			now = now.Add(10 * time.Second)
		}
		if inner.calls != test.calls {
			t.Errorf("%s: %d calls reach the service, want %d", test.name, inner.calls, test.calls)
		}
		if down := errors.Is(last, tts.ErrDown); down != (test.calls < 10) {
			t.Errorf("%s: at last %v", test.name, last)
		} else if down && ((test.name == "no sound") != strings.Contains(last.Error(), "7 answers in a row were no sound") || (test.calls == 4) != strings.Contains(last.Error(), "4 texts in a row were refused")) {
			t.Errorf("%s: %v", test.name, last)
		} else if down && (!strings.Contains(last.Error(), " in a row ") || !strings.Contains(last.Error(), inner.errs[len(inner.errs)-1].Error()) || errors.Is(last, bad)) {
			t.Errorf("%s: %v", test.name, last)
		}
	}
}

// TestOneMoment: however many requests fail at once, that is one failure of a
// service; and one text that is refused time and again is one text.
func TestOneMoment(t *testing.T) {
	for _, err := range []error{&tts.Later{Err: errors.New("status 503")}, refusal{400, tts.ErrText}} {
		inner := &script{Backend: fake.New(fake.Options{}), errs: append(slices.Repeat([]error{err}, 50), nil)}
		b := New(inner, Options{})
		for i := range 51 {
			if _, err := b.Synthesize(t.Context(), tts.Request{Text: "word"}); (err == nil) != (i == 50) {
				t.Fatalf("request %d: %v", i, err)
			}
		}
	}
}

// TestCancelled: a run that is stopped says nothing of the service.
func TestCancelled(t *testing.T) {
	inner := &script{Backend: fake.New(fake.Options{}), errs: []error{errors.New("cut off")}}
	b := New(inner, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if _, err := b.Synthesize(ctx, tts.Request{Text: "word"}); errors.Is(err, tts.ErrDown) {
			t.Fatal(err)
		}
	}
}

// TestParallel: many requests at once open it as well.
func TestParallel(t *testing.T) {
	inner := &script{Backend: fake.New(fake.Options{}), errs: []error{errors.New("status 500")}}
	b := New(inner, Options{})
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() { b.Synthesize(t.Context(), tts.Request{Text: "word"}) })
	}
	group.Wait()
	if inner.calls < 5 {
		t.Errorf("%d calls", inner.calls)
	}
	before := inner.calls
	if _, err := b.Synthesize(t.Context(), tts.Request{Text: "word"}); !errors.Is(err, tts.ErrDown) || inner.calls != before {
		t.Errorf("%v after %d calls", err, inner.calls-before)
	}
}
