package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"narrate/internal/tts"
	"narrate/voices"
)

// voiceStatus is a line of `narrate voices`.
type voiceStatus struct {
	Name        string `json:"name"` // what --voice takes
	Language    string `json:"language"`
	Backend     string `json:"backend"`
	Engine      string `json:"engine"`
	Description string `json:"description,omitempty"`
	Ready       bool   `json:"ready"`
	Paid        bool   `json:"paid"`           // it costs money
	Note        string `json:"note,omitempty"` // why it is not ready, and what to do
	Try         string `json:"try"`            // the command that lets one hear it

	state string // for people: one of those in backends.go
}

func newVoicesCommand(a *app) *cobra.Command {
	var lang, backend string
	var engines, asJSON bool
	c := &cobra.Command{
		Use:   "voices",
		Short: "list voices by language, and what is missing",
		Example: `  narrate voices --lang de
  narrate voices --engine-voices --lang en
  narrate voices try de "Guten Abend."
  narrate voices new --lang de -o anna.yaml anna`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			all, err := a.openBackends()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, all.close()) }()
			if backend != "" && all[backend] == nil {
				return noBackend("--backend", backend, all)
			}
			list, err := a.voiceList(c.Context(), all, engines)
			if err != nil {
				return err
			}
			list = slices.DeleteFunc(list, func(v voiceStatus) bool { return backend != "" && v.Backend != backend })
			return a.printVoices(ofLanguage(list, lang), asJSON)
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "only voices of this language, such as de or en-GB")
	c.Flags().StringVar(&backend, "backend", "", "only voices of this speech engine, as \"narrate backends\" lists them")
	c.Flags().BoolVar(&engines, "engine-voices", false, "list the engines' own voices instead of the profiles")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(newVoiceTryCommand(a), newVoiceNewCommand(a))
	return c
}

// noBackend says that there is no such backend.
func noBackend(flag, name string, all backends) error {
	return usageError{fmt.Errorf("%s: there is no speech engine %q; there are %s", flag, name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))}
}

// voiceList gives the voices by language and name.
func (a *app) voiceList(ctx context.Context, all backends, engines bool) ([]voiceStatus, error) {
	var list []voiceStatus
	var err error
	if engines {
		list, err = a.engineVoices(ctx, all)
	} else {
		list, err = profileVoices(ctx, all)
	}
	for i := range list {
		list[i].Try = tryCommand(list[i].Name)
	}
	slices.SortFunc(list, func(a, b voiceStatus) int {
		return cmp.Or(strings.Compare(a.Language, b.Language), strings.Compare(a.Name, b.Name))
	})
	return list, err
}

// engineVoices lists what the installed engines offer, and warns of those that
// are not.
func (a *app) engineVoices(ctx context.Context, all backends) ([]voiceStatus, error) {
	var list []voiceStatus
	for _, name := range slices.Sorted(maps.Keys(all)) {
		info, err := askEngine(ctx, all[name])
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil && len(info.Voices) == 0 {
			a.messages.warningf("%v", err)
		}
		for _, v := range info.Voices {
			s := voiceStatus{Name: name + ":" + v.Name, Language: v.Language, Backend: name, Engine: v.Name, Description: v.Note}
			s.judge(ctx, all[name], engineVoice(all[name], v.Name))
			list = append(list, s)
		}
	}
	return list, nil
}

// profileVoices lists the profiles; whether one can be spoken with is for its
// engine to judge.
func profileVoices(ctx context.Context, all backends) ([]voiceStatus, error) {
	set, err := profiles()
	if err != nil {
		return nil, err
	}
	missing := map[string]error{} // why a backend cannot be used at all, or nil
	for _, name := range slices.Sorted(maps.Keys(all)) {
		_, missing[name] = all[name].Info(ctx)
	}
	var list []voiceStatus
	for _, v := range set.List() {
		s := voiceStatus{
			Name: v.Name, Language: v.Language, Backend: v.Backend, Engine: v.Engine,
			Description: v.Description, state: stateUnusable,
		}
		if b := all[v.Backend]; b == nil {
			s.Note = fmt.Sprintf("%s: narrate has no backend %q; \"narrate backends\" lists them", v.Name, v.Backend)
		} else if err := missing[v.Backend]; err != nil {
			s.state, s.Note = stateMissing, err.Error() // the same for all its voices
		} else {
			s.judge(ctx, b, *v)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		list = append(list, s)
	}
	return list, nil
}

// judge says whether a voice can be spoken with.
func (s *voiceStatus) judge(ctx context.Context, b tts.Backend, v voices.Voice) {
	var err error
	s.state, err = judged(ctx, b, v)
	s.Ready, s.Paid = err == nil, !tts.PriceOf(b, v).Free()
	switch {
	case s.state == stateUnusable:
		s.Note = fmt.Sprintf("%s: %v", s.Name, err)
	case err != nil:
		s.Note = err.Error() // mostly the same for all its engine's voices
	}
}

// ofLanguage keeps the voices of a language: "en" keeps en-GB, too.
func ofLanguage(list []voiceStatus, lang string) []voiceStatus {
	kept := []voiceStatus{}
	for _, v := range list {
		have, want := strings.ToLower(v.Language), strings.ToLower(lang)
		if want == "" || have == want || strings.HasPrefix(have, want+"-") {
			kept = append(kept, v)
		}
	}
	return kept
}

func (a *app) printVoices(list []voiceStatus, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(a.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(list)
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VOICE\tLANGUAGE\tBACKEND\tENGINE VOICE\tSTATE\tDESCRIPTION")
	var notes []string
	for _, v := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			printable(v.Name), printable(v.Language), printable(v.Backend), printable(v.Engine), v.state, printable(v.Description))
		if v.Note != "" {
			notes = append(notes, v.Note)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if ready := slices.DeleteFunc(slices.Clone(list), func(v voiceStatus) bool { return !v.Ready }); len(ready) > 0 {
		// A free one, and English like the sentence, where there is one.
		cost := map[bool]int{true: 2}
		foreign := func(v voiceStatus) int {
			if strings.HasPrefix(v.Language, "en") {
				return 0
			}
			return 1
		}
		best := slices.MinFunc(ready, func(x, y voiceStatus) int {
			return cmp.Compare(cost[x.Paid]+foreign(x), cost[y.Paid]+foreign(y))
		})
		if best.Paid {
			a.messages.hintf("%s lets you hear one, for money", best.Try)
		} else {
			a.messages.hintf("%s lets you hear one", best.Try)
		}
	}
	slices.Sort(notes)
	for _, note := range slices.Compact(notes) {
		a.messages.warningf("%s", note)
	}
	return nil
}
