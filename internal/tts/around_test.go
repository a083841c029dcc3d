package tts_test

import (
	"context"
	"errors"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/breaker"
	"narrate/internal/tts/check"
	"narrate/internal/tts/fake"
	"narrate/internal/tts/limit"
	"narrate/internal/tts/retry"
	"narrate/voices"
)

// able can do all that a backend need not.
type able struct{ tts.Backend }

func (able) Check(_ context.Context, v voices.Voice) error {
	if v.Engine != "one" {
		return tts.ErrVoice
	}
	return nil
}

func (able) Pronounce(_ context.Context, _ voices.Voice, ipa string) error {
	if ipa != "a" {
		return tts.ErrPhonemes
	}
	return nil
}

func (able) Spell(_ context.Context, _ voices.Voice, phonemes string) error {
	if phonemes != "A" {
		return tts.ErrPhonemes
	}
	return nil
}

func (able) VoiceName(_ context.Context, v voices.Voice) (string, error) {
	return v.Engine + "!", nil
}

func (able) Terms(v voices.Voice) tts.Terms { return tts.Terms{MaxText: len(v.Engine)} }

// plain hides what its backend can do.
type plain struct{ inner tts.Backend }

func (p plain) Name() string                               { return p.inner.Name() }
func (p plain) Info(ctx context.Context) (tts.Info, error) { return p.inner.Info(ctx) }
func (p plain) Close() error                               { return p.inner.Close() }
func (p plain) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	return p.inner.Synthesize(ctx, r)
}

// TestAbilities: every decorator has the abilities of what it stands around,
// and no others; an answer about a voice asks for no speech.
func TestAbilities(t *testing.T) {
	decorators := map[string]func(tts.Backend) tts.Backend{
		"check":   check.New,
		"limit":   func(b tts.Backend) tts.Backend { return limit.New(b, limit.Options{}) },
		"retry":   func(b tts.Backend) tts.Backend { return retry.New(b, retry.Options{}) },
		"breaker": func(b tts.Backend) tts.Backend { return breaker.New(b, breaker.Options{}) },
		"all": func(b tts.Backend) tts.Backend {
			return breaker.New(retry.New(limit.New(check.New(b), limit.Options{}), retry.Options{}), breaker.Options{})
		},
	}
	inner := fake.New(fake.Options{})
	for name, around := range decorators {
		b := around(able{plain{inner}})
		one, three := voices.Voice{Engine: "one"}, voices.Voice{Engine: "three"}
		if tts.CheckVoice(t.Context(), b, one) != nil || !errors.Is(tts.CheckVoice(t.Context(), b, three), tts.ErrVoice) {
			t.Errorf("%s: voices are not judged", name)
		}
		if tts.CheckPhonemes(t.Context(), b, one, "a") != nil || !errors.Is(tts.CheckPhonemes(t.Context(), b, one, "b"), tts.ErrPhonemes) {
			t.Errorf("%s: phonemes are not judged", name)
		}
		if tts.CheckNative(t.Context(), b, one, "A") != nil || !errors.Is(tts.CheckNative(t.Context(), b, one, "B"), tts.ErrPhonemes) {
			t.Errorf("%s: an engine's own phonemes are not judged", name)
		}
		if terms, err := tts.TermsOf(t.Context(), b, three); err != nil || terms.MaxText != 5 {
			t.Errorf("%s: terms %+v, %v", name, terms, err)
		}
		if own, err := tts.NameOf(t.Context(), b, one); err != nil || own != "one!" {
			t.Errorf("%s: named %q, %v", name, own, err)
		}
		b = around(plain{inner})
		if own, err := tts.NameOf(t.Context(), b, one); err != nil || own != "one" {
			t.Errorf("%s: named %q, %v", name, own, err)
		}
		if tts.CheckVoice(t.Context(), b, three) != nil || tts.CheckPhonemes(t.Context(), b, three, "☃") != nil {
			t.Errorf("%s: a backend that cannot judge has judged", name)
		}
		if err := tts.CheckNative(t.Context(), b, one, "A"); !errors.Is(err, tts.ErrPhonemes) {
			t.Errorf("%s: phonemes of an engine that has none: %v", name, err)
		}
		if terms, err := tts.TermsOf(t.Context(), b, three); err != nil || terms.MaxText != 1000 {
			t.Errorf("%s: terms %+v, %v", name, terms, err)
		}
		if b.Name() != "fake" || b.Close() != nil {
			t.Errorf("%s: not passed through", name)
		}
	}
	if inner.Calls() != 0 {
		t.Errorf("%d calls", inner.Calls())
	}
}
