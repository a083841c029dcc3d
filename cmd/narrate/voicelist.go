package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Note        string `json:"note,omitempty"` // what is missing, and how to get it
}

func newVoicesCommand(a *app) *cobra.Command {
	var lang string
	var engines, asJSON bool
	c := &cobra.Command{
		Use:   "voices",
		Short: "list voices by language, and what is missing",
		Example: `  narrate voices --lang de
  narrate voices --engine-voices --lang en`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			all := openBackends()
			defer func() { err = errors.Join(err, all.close()) }()
			list, err := a.voiceList(c.Context(), all, engines)
			if err != nil {
				return err
			}
			return a.printVoices(ofLanguage(list, lang), asJSON)
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "only voices of this language, such as de or en-GB")
	c.Flags().BoolVar(&engines, "engine-voices", false, "list the engines' own voices instead of the profiles")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) voiceList(ctx context.Context, all backends, engines bool) ([]voiceStatus, error) {
	infos, missing := map[string]tts.Info{}, map[string]error{}
	for name, b := range all {
		info, err := b.Info(ctx)
		if err != nil {
			missing[name] = err
			continue
		}
		infos[name] = info
	}
	var list []voiceStatus
	if engines {
		for name, info := range infos {
			for _, v := range info.Voices {
				list = append(list, voiceStatus{
					Name: name + ":" + v.Name, Language: v.Language, Backend: name, Engine: v.Name,
					Description: v.Note, Ready: true,
				})
			}
		}
		for _, err := range missing {
			a.messages.warningf("%v", err)
		}
		return list, nil
	}
	set, err := profiles()
	if err != nil {
		return nil, err
	}
	for _, v := range set.List() {
		s := voiceStatus{Name: v.Name, Language: v.Language, Backend: v.Backend, Engine: v.Engine, Description: v.Description}
		info, ready := infos[v.Backend]
		switch {
		case missing[v.Backend] != nil:
			s.Note = missing[v.Backend].Error()
		case !ready:
			s.Note = fmt.Sprintf("narrate has no backend %q", v.Backend)
		case !has(info.Voices, v.Engine):
			s.Note = fmt.Sprintf("%s has no voice %q here", v.Backend, v.Engine)
		default:
			s.Ready = true
		}
		list = append(list, s)
	}
	return list, nil
}

// has says whether the engine offers the voice; a variant ("gmw/de+f3") is the
// engine's to judge.
func has(voices []tts.EngineVoice, name string) bool {
	name, _, _ = strings.Cut(name, "+")
	for _, v := range voices {
		if v.Name == name {
			return true
		}
	}
	return false
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
	notes := map[string]bool{}
	for _, v := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", v.Name, v.Language, v.Backend, v.Engine, state(v.Ready), v.Description)
		if v.Note != "" {
			notes[v.Note] = true
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for note := range notes {
		a.messages.warningf("%s", note)
	}
	return nil
}
