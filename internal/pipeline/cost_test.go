package pipeline

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// priced is a fake with a price for each engine voice.
type priced struct {
	*fake.Backend
	prices map[string]tts.Price
}

func (p priced) Terms(v voices.Voice) tts.Terms { return tts.Terms{Price: p.prices[v.Engine]} }

func TestEstimate(t *testing.T) {
	free, dear, slow, euro := fakeVoice("free", 1), fakeVoice("dear", 1), fakeVoice("slow", 1), fakeVoice("euro", 1)
	gone := fakeVoice("gone", 1)
	gone.Backend = "gone"
	backend := priced{fake.New(fake.Options{}), map[string]tts.Price{
		"dear": {PerMillion: 15, Currency: "USD"},
		"slow": {PerMinute: 0.3, Currency: "USD"},
		"euro": {PerMillion: 10, PerMinute: 1, Currency: "EUR"},
		"free": {Currency: "USD"},
	}}
	sc := dialogue(
		free, "One is for free.", dear, "Zwölf Zeichen", dear, "Zwölf Zeichen", slow, "This takes about a second.",
		euro, "Two prices at once.", gone, "Nobody is there.", gone, "Nobody.",
	)
	s := speaker(t, backend, t.TempDir())
	costs, err := s.Estimate(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if len(costs) != 4 || backend.Calls() != 0 {
		t.Fatalf("%+v with %d calls", costs, backend.Calls())
	}
	minutes := func(text string) float64 {
		alone := dialogue(free, text)
		return script.Estimate(alone).Minutes()
	}
	for i, want := range []Cost{
		{Backend: "fake", Requests: 1, Characters: 16},
		{Backend: "fake", Requests: 2, Characters: 13 + 26, Stored: 1, Currency: "USD", Amount: 13*15e-6 + 0.3*minutes("This takes about a second.")},
		{Backend: "fake", Requests: 1, Characters: 19, Currency: "EUR", Amount: 19*10e-6 + minutes("Two prices at once.")},
		{Backend: "gone", Requests: 2, Characters: 23},
	} {
		got := costs[i]
		if (got.Missing != nil) != (want.Backend == "gone") || got.Sound < time.Duration(want.Requests)*time.Second/4 {
			t.Errorf("%d: %+v", i, got)
		}
		if math.Abs(got.Amount-want.Amount) > 1e-9 {
			t.Errorf("%d: costs %g, want %g", i, got.Amount, want.Amount)
		}
		got.Missing, got.Sound, got.Amount, want.Amount = nil, 0, 0, 0
		if got != want {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
	}

	// What is spoken costs nothing more; a changed word costs its sentence.
	sc = dialogue(dear, "One sentence.", dear, "Another sentence.")
	if _, err := s.Speak(t.Context(), sc); err != nil {
		t.Fatal(err)
	}
	sc.Chapters[0].Utterances[1].Spoken = "A third sentence."
	costs, err = s.Estimate(t.Context(), sc)
	if err != nil || len(costs) != 1 || costs[0].Requests != 1 || costs[0].Characters != 17 || costs[0].Stored != 1 {
		t.Errorf("%+v, %v", costs, err)
	}
	s.Store = nil
	if costs, err = s.Estimate(t.Context(), sc); err != nil || costs[0].Requests != 2 {
		t.Errorf("without a store: %+v, %v", costs, err)
	}
}

// TestEstimateFallback: the first voice that can be had counts.
func TestEstimateFallback(t *testing.T) {
	s := speaker(t, fake.New(fake.Options{}), t.TempDir())
	s.Backends = map[string]tts.Backend{
		"first":  unready{fake.New(fake.Options{Name: "first"})},
		"second": priced{fake.New(fake.Options{Name: "second"}), map[string]tts.Price{"tone": {PerMillion: 1e6, Currency: "USD"}}},
	}
	costs, err := s.Estimate(t.Context(), withFallbacks([]string{"second:ben"}, "A word."))
	if err != nil || len(costs) != 1 || costs[0].Backend != "second" || costs[0].Amount != 7 || costs[0].Missing != nil {
		t.Errorf("%+v, %v", costs, err)
	}
	costs, err = s.Estimate(t.Context(), withFallbacks(nil, "A word."))
	if err != nil || len(costs) != 1 || costs[0].Backend != "first" || !errors.Is(costs[0].Missing, tts.ErrMissing) {
		t.Errorf("%+v, %v", costs, err)
	}
}

func TestWithin(t *testing.T) {
	usd := func(a float64) []Cost { return []Cost{{Amount: a, Currency: "USD"}, {Backend: "free"}} }
	spent := map[string]float64{}
	steps := []struct {
		costs []Cost
		says  string
	}{
		{usd(1.5), ""},
		{usd(0.5), ""},
		{usd(0.001), "would cost 2.01 USD, more than 2.00"},
		{nil, ""},
		{[]Cost{{Amount: 0.1, Currency: "EUR"}}, "0.10 EUR and 2.00 USD"},
		{usd(0), ""},
	}
	for i, step := range steps {
		err := Within(2, spent, step.costs)
		if (err == nil) != (step.says == "") || err != nil && !strings.Contains(err.Error(), step.says) {
			t.Errorf("step %d: %v", i, err)
		}
	}
	if err := Within(0, map[string]float64{}, usd(0)); err != nil {
		t.Errorf("free speech: %v", err)
	}
	if err := Within(0, map[string]float64{}, usd(1e-9)); err == nil {
		t.Error("speech with a price, but no budget")
	}
}

func TestMoney(t *testing.T) {
	for amount, want := range map[float64]string{0: "0.00 USD", 0.0000151: "0.01 USD", 0.1: "0.10 USD", 0.3: "0.30 USD", 1.001: "1.01 USD", 12.34: "12.34 USD"} {
		if got := Money(amount, "USD"); got != want {
			t.Errorf("%g is %s, want %s", amount, got, want)
		}
	}
}
