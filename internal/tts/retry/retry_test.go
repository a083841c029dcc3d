package retry

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/fake"
	"narrate/voices"
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
		var waits []time.Duration
		b := New(inner, Options{
			Tries: 5, Wait: 200, MaxWait: 500,
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
		if inner.Calls() != test.calls || !slices.Equal(waits, test.waits) {
			t.Errorf("%s: %d calls, waits %v", test.name, inner.Calls(), waits)
		}
		if test.calls == 5 && !strings.Contains(err.Error(), "5 times") {
			t.Errorf("%s: %v does not count", test.name, err)
		}
	}
}

// TestCheck: an answer about a voice is passed on as it is, and asks for no
// speech.
func TestCheck(t *testing.T) {
	inner := fake.New(fake.Options{Voices: []string{"one"}})
	b := New(check.New(inner), Options{})
	if err := tts.CheckVoice(t.Context(), b, voices.Voice{Engine: "one"}); err != nil {
		t.Error(err)
	}
	if err := tts.CheckVoice(t.Context(), b, voices.Voice{Engine: "two"}); !errors.Is(err, tts.ErrVoice) {
		t.Error(err)
	}
	if err := tts.CheckVoice(t.Context(), New(plain{inner}, Options{}), voices.Voice{Engine: "two"}); err != nil {
		t.Errorf("of a backend that cannot judge: %v", err)
	}
	if inner.Calls() != 0 {
		t.Errorf("%d calls", inner.Calls())
	}
}

// plain is a backend that is no tts.Checker.
type plain struct{ tts.Backend }

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
