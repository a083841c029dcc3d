package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"narrate/internal/clipstore"
	"narrate/internal/script"
	"narrate/internal/tts"
)

// Cost is what a script asks of one backend.
type Cost struct {
	Backend string
	// Requests are those for which the store has no clip, if none has to be
	// tried again, and Characters what is charged for them: code points, and what
	// tts.Price counts beside and above them.
	Requests, Characters int
	// Stored counts the utterances that need no request.
	Stored int
	// Sound is about how long that speech will be.
	Sound time.Duration
	// Amount is what it costs, in a Currency (ISO 4217) where it is not 0.
	Amount   float64
	Currency string
	// Missing is why the backend, or a voice of it, cannot be had now; what the
	// store has of its clips is not known then.
	Missing error
}

// Estimate gives what speaking the script would take, for each backend in the
// order of its first utterance; it asks for no speech. The first voice that can
// be had counts, of a list of voices. Without a Store nothing is spoken yet.
func (s *Speaker) Estimate(ctx context.Context, sc *script.Script) ([]Cost, error) {
	utterances := all(sc)
	cast, err := s.cast(ctx, utterances)
	if err != nil {
		return nil, err
	}
	type account struct{ backend, currency string }
	var accounts []account
	var costs []Cost
	seen := map[clipstore.Key]bool{}
	for _, u := range utterances {
		var terms tts.Terms
		by, missing := cast.first(u)
		if missing != nil {
			by = candidate{voice: u.Voice, engine: u.Voice.Engine}
		} else if terms, err = tts.TermsOf(ctx, by.backend, *by.voice); err != nil {
			return nil, fmt.Errorf("%s: %w", u.Pos, err)
		}
		if terms.Price.Free() {
			terms.Price.Currency = ""
		}
		a := account{by.voice.Backend, terms.Price.Currency}
		i := slices.Index(accounts, a)
		if i < 0 {
			i = len(accounts)
			accounts = append(accounts, a)
			costs = append(costs, Cost{Backend: a.backend, Currency: a.currency})
		}
		c := &costs[i]
		if missing != nil && c.Missing == nil {
			c.Missing = missing
		}
		var phonemes []tts.Phonemes
		if missing == nil {
			if phonemes, err = cast.phonemes(ctx, u, by); err != nil {
				return nil, fmt.Errorf("%s: %w", u.Pos, err)
			}
		}
		key := s.key(u.Spoken, by, phonemes)
		if seen[key] || s.Store != nil && s.Store.Has(key) {
			c.Stored++
			continue
		}
		seen[key] = true
		c.add(u, terms.Price)
	}
	return costs, nil
}

// add adds a request for an utterance.
func (c *Cost) add(u *script.Utterance, price tts.Price) {
	alone := &script.Script{Chapters: []script.Chapter{{Utterances: []script.Utterance{*u}}}}
	sound := script.Estimate(alone)
	c.Requests++
	c.Characters += price.Characters(u.Spoken)
	c.Sound += sound
	c.Amount += price.Amount(u.Spoken, sound)
}

// Within says whether costs stay within a budget, with spent being what was
// planned before, by currency, and adds to that where they do. Amounts in
// several currencies cannot be held against one budget.
func Within(budget float64, spent map[string]float64, costs []Cost) error {
	sums := map[string]float64{}
	for currency, amount := range spent {
		sums[currency] = amount
	}
	for _, c := range costs {
		if c.Amount > 0 {
			sums[c.Currency] += c.Amount
		}
	}
	var parts []string
	over := false
	for currency, amount := range sums {
		parts = append(parts, Money(amount, currency))
		over = over || amount > budget
	}
	slices.Sort(parts)
	switch {
	case len(parts) > 1:
		return fmt.Errorf("the speech costs %s, which no one budget tells of", strings.Join(parts, " and "))
	case over:
		return fmt.Errorf("the speech of this run would cost %s, more than %.2f", parts[0], budget)
	}
	for currency, amount := range sums {
		spent[currency] = amount
	}
	return nil
}

// Money is an amount for people, in whole hundredths and rounded up, so that
// nothing with a price looks free.
func Money(amount float64, currency string) string {
	cents := int64(amount * 100)
	if float64(cents) < amount*100-1e-6 {
		cents++
	}
	return strings.TrimSpace(fmt.Sprintf("%d.%02d %s", cents/100, cents%100, currency))
}
