package retry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/fake"
)

func TestRetry(t *testing.T) {
	tests := []struct {
		name  string
		text  string
		fault fake.Fault
		calls int
		err   error
		waits []time.Duration
	}{
		{"first time", "one", fake.Fault{Times: -1}, 1, nil, nil},
		{"second time", "one", fake.Fault{Times: 1}, 2, nil, []time.Duration{150}},
		{"fourth time", "one", fake.Fault{Times: 3}, 4, nil, []time.Duration{150, 300, 375}},
		{"never", "one", fake.Fault{}, 5, fake.ErrInjected, []time.Duration{150, 300, 375, 375}},
		{"permanent", "\xff", fake.Fault{}, 1, tts.ErrText, nil},
	}
	for _, test := range tests {
		inner := fake.New(fake.Options{Faults: map[string]fake.Fault{"one": test.fault}})
		if test.fault.Times < 0 {
			inner = fake.New(fake.Options{})
		}
		var waits, told []time.Duration
		b := New(inner, Options{
			Tries: 5, Wait: 200, MaxWait: 500,
			Waiting: func(pause time.Duration, try int, why error) {
				if told = append(told, pause); try != len(told)+1 || !errors.Is(why, fake.ErrInjected) {
					t.Errorf("%s: told of try %d after %d, and %v", test.name, try, len(told), why)
				}
			},
			Random: func() float64 { return 0.5 },
			Sleep: func(_ context.Context, d time.Duration) error {
				waits = append(waits, d)
				return nil
			},
		})
		clip, err := b.Synthesize(context.Background(), tts.Request{Text: test.text})
		if !errors.Is(err, test.err) || (err == nil) != (test.err == nil) || (err == nil) != (clip.Frames > 0) {
			t.Errorf("%s: %v", test.name, err)
		}
		if inner.Calls() != test.calls || !slices.Equal(waits, test.waits) || !slices.Equal(told, waits) {
			t.Errorf("%s: %d calls, waits %v, told of %v", test.name, inner.Calls(), waits, told)
		}
		if test.calls == 5 && !strings.Contains(err.Error(), "5 times") {
			t.Errorf("%s: %v does not count", test.name, err)
		}
	}
}

// answers fails with these errors in turn, and speaks then.
type answers struct {
	tts.Backend
	errs  []error
	calls int
}

func (a *answers) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	a.calls++
	if a.calls <= len(a.errs) {
		return tts.Clip{}, a.errs[a.calls-1]
	}
	return a.Backend.Synthesize(ctx, r)
}

// TestPolicy: how often each kind of failure is tried, and after which pauses.
func TestPolicy(t *testing.T) {
	refused := errors.New("status 503")
	later := func(d time.Duration) error {
		return fmt.Errorf("service: %w", &tts.Later{Wait: d, Err: errors.New("status 429")})
	}
	out := fmt.Errorf("service: %w", &tts.Later{Err: errors.New("status 503")})
	busy := fmt.Errorf("service: %w", &tts.Later{Busy: true, Err: errors.New("status 429")})
	absent := fmt.Errorf("service: %w", &tts.Later{Absent: true, Err: errors.New("nothing answers")})
	const s = time.Second
	pauses := func(all ...time.Duration) []time.Duration {
		for i := range all {
			all[i] *= s
		}
		return all
	}
	tests := []struct {
		name  string
		errs  []error
		calls int
		says  string // "" where it is spoken
		down  bool   // and so for all further requests
		waits []time.Duration
	}{
		{"two failures", []error{refused, refused}, 3, "", false, pauses(1, 2)},
		{"three failures", []error{refused, refused, refused}, 3, "tried 3 times", false, pauses(1, 2)},
		{"one broken clip", []error{tts.ErrBroken}, 2, "", false, pauses(1)},
		{"two broken clips", []error{tts.ErrBroken, tts.ErrEmpty}, 2, "tried 2 times", false, pauses(1)},
		{"a failure between broken clips", []error{tts.ErrEmpty, refused, tts.ErrBroken}, 3, "tried 3 times", false, pauses(1, 2)},
		{"a request that takes too long", []error{fmt.Errorf("no answer: %w", context.DeadlineExceeded)}, 2, "", false, pauses(1)},
		{"out of order for a while", slices.Repeat([]error{out}, 7), 8, "", false, pauses(1, 2, 4, 8, 16, 30, 30)},
		{"out of order for long", slices.Repeat([]error{out}, 9), 8, "status 503 (tried 8 times in 1m31s)", false, pauses(1, 2, 4, 8, 16, 30, 30)},
		{"busy for a while", slices.Repeat([]error{busy}, 5), 6, "", false, pauses(1, 2, 4, 8, 16)},
		{"busy for long", slices.Repeat([]error{busy}, 9), 8, "status 429 (tried 8 times", false, pauses(1, 2, 4, 8, 16, 30, 30)},
		{"started just now", []error{absent, absent}, 3, "", false, pauses(1, 2)},
		{"never started", slices.Repeat([]error{absent}, 9), 4, "out of order: service: nothing answers (tried 4 times in 7s)", true, pauses(1, 2, 4)},
		{"started again", []error{tts.ErrEmpty, absent, absent, absent, absent, absent}, 7, "", false, pauses(1, 1, 2, 4, 8, 16)},
		{"later", []error{later(7 * s)}, 2, "", false, pauses(7)},
		{"a little later", []error{later(s / 10)}, 2, "", false, pauses(1)},
		{
			"later is no try",
			[]error{later(7 * s), later(8 * s), refused, later(9 * s), refused},
			6, "", false, pauses(7, 8, 1, 9, 2),
		},
		{"too late", []error{later(301 * s)}, 1, "status 429 (the service says to come back in 5m1s", true, nil},
		{"too late in all", []error{later(200 * s), later(200 * s)}, 2, "come back in 3m20s", false, pauses(200)},
		{"no key", []error{tts.ErrKey}, 1, tts.ErrKey.Error(), false, nil},
		{"nothing left", []error{tts.ErrQuota}, 1, tts.ErrQuota.Error(), false, nil},
		{"nothing left until tomorrow", []error{&tts.Later{Wait: 10 * s, Err: tts.ErrQuota}}, 1, tts.ErrQuota.Error(), false, nil},
		{"nothing left to spend", []error{tts.ErrSpent}, 1, tts.ErrSpent.Error(), false, nil},
		{"down", []error{tts.ErrDown}, 1, tts.ErrDown.Error(), true, nil},
	}
	for _, test := range tests {
		inner := &answers{Backend: fake.New(fake.Options{}), errs: test.errs}
		var waits []time.Duration
		b := New(inner, Options{
			Wait: s, Random: func() float64 { return 0.9999999999 },
			Sleep: func(_ context.Context, d time.Duration) error {
				waits = append(waits, d.Round(time.Millisecond))
				return nil
			},
		})
		_, err := b.Synthesize(t.Context(), tts.Request{Text: "one"})
		if (err == nil) != (test.says == "") || err != nil && (!strings.Contains(err.Error(), test.says) || !errors.Is(err, test.errs[inner.calls-1])) || errors.Is(err, tts.ErrDown) != test.down {
			t.Errorf("%s: %v", test.name, err)
		}
		if inner.calls != test.calls || !slices.Equal(waits, test.waits) {
			t.Errorf("%s: %d calls, waits %v", test.name, inner.calls, waits)
		}
	}
}

// TestLaterEnds: a service that says for ever to come back soon is asked ever
// less often, and given up.
func TestLaterEnds(t *testing.T) {
	inner := &answers{Backend: fake.New(fake.Options{}), errs: slices.Repeat([]error{&tts.Later{Wait: time.Second, Err: errors.New("status 429")}}, 1000)}
	var waited time.Duration
	b := New(inner, Options{Sleep: func(_ context.Context, d time.Duration) error {
		waited += d
		return nil
	}})
	if _, err := b.Synthesize(t.Context(), tts.Request{Text: "one"}); err == nil {
		t.Error("it was spoken")
	}
	if waited > 5*time.Minute || waited < 4*time.Minute || inner.calls < 12 || inner.calls > 25 {
		t.Errorf("%d calls in %v", inner.calls, waited)
	}
}

func TestDefaults(t *testing.T) {
	inner := fake.New(fake.Options{Faults: map[string]fake.Fault{"one": {}}})
	var waits []time.Duration
	b := New(inner, Options{Sleep: func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		return nil
	}})
	if _, err := b.Synthesize(context.Background(), tts.Request{Text: "one"}); !errors.Is(err, fake.ErrInjected) {
		t.Fatal(err)
	}
	if inner.Calls() != 3 || len(waits) != 2 {
		t.Fatalf("%d calls", inner.Calls())
	}
	for i, d := range waits {
		if most := 250 * time.Millisecond << i; d < most/2 || d > most {
			t.Errorf("wait %d of %v", i, d)
		}
	}
}

func TestCancel(t *testing.T) {
	inner := fake.New(fake.Options{Faults: map[string]fake.Fault{"one": {}, "hang": {Do: fake.Hang}}})
	ctx, cancel := context.WithCancel(context.Background())
	b := New(inner, Options{Wait: time.Hour, MaxWait: time.Hour, Random: func() float64 {
		cancel() // between the failure and the pause
		return 0.9
	}})
	if _, err := b.Synthesize(ctx, tts.Request{Text: "one"}); !errors.Is(err, context.Canceled) || inner.Calls() != 1 {
		t.Errorf("%v after %d calls", err, inner.Calls())
	}
	if _, err := b.Synthesize(ctx, tts.Request{Text: "hang"}); !errors.Is(err, context.Canceled) || inner.Calls() != 2 {
		t.Errorf("%v after %d calls", err, inner.Calls())
	}
	if b.Name() != "fake" || b.Close() != nil {
		t.Error("not passed through")
	}
}
