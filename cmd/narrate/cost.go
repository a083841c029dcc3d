package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"narrate/internal/clipstore"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/script"
)

// costJSON is the JSON form of pipeline.Cost; docs/formats.md describes it.
type costJSON struct {
	Backend    string  `json:"backend"`
	Requests   int     `json:"requests"`
	Characters int     `json:"characters"`
	Stored     int     `json:"stored"`
	Seconds    float64 `json:"seconds"`
	Amount     float64 `json:"amount"`
	Currency   string  `json:"currency,omitempty"`
	Missing    string  `json:"missing,omitempty"`
}

func costsToJSON(costs []pipeline.Cost) []costJSON {
	out := make([]costJSON, len(costs))
	for i, c := range costs {
		out[i] = costJSON{
			Backend: c.Backend, Requests: c.Requests, Characters: c.Characters, Stored: c.Stored,
			Seconds: math.Round(c.Sound.Seconds()), Amount: c.Amount, Currency: c.Currency,
		}
		if c.Missing != nil {
			out[i].Missing = c.Missing.Error()
		}
	}
	return out
}

// costLine is a backend's cost for people.
func costLine(c pipeline.Cost) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d %s, %d characters", c.Backend, c.Requests, plural(c.Requests, "request"), c.Characters)
	switch {
	case c.Requests == 0:
		b.Reset()
		fmt.Fprintf(&b, "%s: no request", c.Backend)
	case c.Amount > 0:
		fmt.Fprintf(&b, ", about %s of sound, about %s", clock(c.Sound), pipeline.Money(c.Amount, c.Currency))
	default:
		fmt.Fprintf(&b, ", about %s of sound", clock(c.Sound))
		if c.Missing == nil {
			b.WriteString(", free")
		}
	}
	switch {
	case c.Stored == 1:
		b.WriteString("; 1 sentence needs none")
	case c.Stored > 1:
		fmt.Fprintf(&b, "; %d sentences need none", c.Stored)
	}
	if c.Missing != nil {
		fmt.Fprintf(&b, "; cannot be had: %v", c.Missing)
	}
	return b.String()
}

// budget is what a run may cost, and what its articles come to so far where
// nothing is spoken; else the purse knows what they have cost.
type budget struct {
	most    float64
	planned map[string]float64 // by currency
	limits  bool               // whether there is one
}

// dryRun is what --json prints where nothing is spoken.
type dryRun struct {
	Source string     `json:"source"`
	Title  string     `json:"title"`
	Costs  []costJSON `json:"costs"`
}

// afford estimates what an article costs, prints that where it is all that is
// asked for, and says whether the budget allows it.
func (n *narration) afford(ctx context.Context, j *job, speaker *pipeline.Speaker, sc *script.Script) error {
	if !n.dryRun && !j.budget.limits {
		return nil
	}
	costs, err := speaker.Estimate(ctx, sc)
	if err != nil {
		return err
	}
	if n.dryRun {
		if err := n.printCosts(sc, costs); err != nil {
			return err
		}
		for _, c := range costs {
			if c.Missing != nil {
				return c.Missing
			}
		}
	}
	if j.budget.limits {
		spent := j.budget.planned
		if !n.dryRun {
			spent = j.purse.Spent()
		}
		if err := pipeline.Within(j.budget.most, spent, costs); err != nil {
			return fmt.Errorf("%s: %w; --max-cost says how much it may be", sc.Source, err)
		}
	}
	return nil
}

func (n *narration) printCosts(sc *script.Script, costs []pipeline.Cost) error {
	if n.json {
		encoder := json.NewEncoder(n.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(dryRun{sc.Source, sc.Title, costsToJSON(costs)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: about %s in %d %s, %d %s\n", printable(sc.Source), clock(script.Estimate(sc)),
		len(sc.Chapters), plural(len(sc.Chapters), "chapter"), sc.Utterances(), plural(sc.Utterances(), "sentence"))
	for _, c := range costs {
		fmt.Fprintf(&b, "  %s\n", printable(costLine(c)))
	}
	_, err := io.WriteString(n.stdout, b.String())
	return err
}

// estimate gives what speaking a script would cost, counting what the clip store
// has if there is one: none is made.
func (s *studio) estimate(ctx context.Context, sc *script.Script, rate pcm.Hz) (costs []pipeline.Cost, err error) {
	store, err := s.presentStore(ctx)
	if err != nil {
		return nil, err
	}
	if store != nil {
		defer store.Close()
	}
	speaker := &pipeline.Speaker{Store: store, Backends: s.backends, Rate: rate, Trim: pcm.DefaultTrim}
	return speaker.Estimate(ctx, sc)
}

// presentStore opens the clip store, or gives nil where there is none yet.
func (a *app) presentStore(ctx context.Context) (*clipstore.Store, error) {
	dir, err := a.storeDir()
	if err != nil {
		return nil, nil // there is no place for one either
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, nil
	}
	return clipstore.Open(ctx, dir)
}
