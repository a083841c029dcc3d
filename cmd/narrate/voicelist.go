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
)

// voiceStatus is a line of `narrate voices`.
type voiceStatus struct {
	Name        string `json:"name"` // what --voice takes
	Language    string `json:"language"`
	Backend     string `json:"backend"`
	Engine      string `json:"engine"`
	Description string `json:"description,omitempty"`
	Ready       bool   `json:"ready"`
	Note        string `json:"note,omitempty"` // why it is not ready, and what to do
	Try         string `json:"try"`            // the command that lets one hear it

	state string // for people: ready, missing (the engine is), unusable (the profile is)
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
			all, err := openBackends()
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
		info, err := all[name].Info(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			a.messages.warningf("%v", err)
		}
		for _, v := range info.Voices {
			list = append(list, voiceStatus{
				Name: name + ":" + v.Name, Language: v.Language, Backend: name, Engine: v.Name,
				Description: v.Note, Ready: true, state: state(true),
			})
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
			Description: v.Description, state: "unusable",
		}
		if b := all[v.Backend]; b == nil {
			s.Note = fmt.Sprintf("%s: narrate has no backend %q; \"narrate backends\" lists them", v.Name, v.Backend)
		} else if err := missing[v.Backend]; err != nil {
			s.state, s.Note = state(false), err.Error() // the same for all its voices
		} else if err := tts.CheckVoice(ctx, b, *v); err != nil {
			s.Note = fmt.Sprintf("%s: %v", v.Name, err)
		} else {
			s.Ready, s.state = true, state(true)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		list = append(list, s)
	}
	return list, nil
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
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", v.Name, v.Language, v.Backend, v.Engine, v.state, v.Description)
		if v.Note != "" {
			notes = append(notes, v.Note)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if ready := slices.DeleteFunc(slices.Clone(list), func(v voiceStatus) bool { return !v.Ready }); len(ready) > 0 {
		english := slices.IndexFunc(ready, func(v voiceStatus) bool { return strings.HasPrefix(v.Language, "en") }) // like the sentence
		a.messages.hintf("%s lets you hear one", ready[max(0, english)].Try)
	}
	slices.Sort(notes)
	for _, note := range slices.Compact(notes) {
		a.messages.warningf("%s", note)
	}
	return nil
}
