package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"narrate/internal/tts"
	"narrate/voices"
)

// backendStatus is a line of `narrate backends`.
type backendStatus struct {
	Name     string `json:"name"`
	Ready    bool   `json:"ready"`
	Version  string `json:"version,omitempty"`
	Voices   int    `json:"voices,omitempty"`
	Marks    bool   `json:"marks"`
	Phonemes bool   `json:"phonemes"` // whether it can be told how words sound, in IPA
	Parallel int    `json:"parallel,omitempty"`
	Note     string `json:"note,omitempty"` // what is missing, and how to get it
}

// formatStatus is an output format in the same list.
type formatStatus struct {
	Name    string `json:"name"`
	Suffix  string `json:"suffix"`
	Ready   bool   `json:"ready"`
	Summary string `json:"summary"`
	Note    string `json:"note,omitempty"`
}

func newBackendsCommand(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "backends",
		Short: "list speech engines and output formats, and what is missing",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.listBackends(c.Context(), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(newBackendCheckCommand(a))
	return c
}

func (a *app) listBackends(ctx context.Context, asJSON bool) (err error) {
	list := struct {
		Backends []backendStatus `json:"backends"`
		Formats  []formatStatus  `json:"formats"`
	}{}
	all, err := a.openBackends()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.close()) }()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		info, err := askEngine(ctx, all[name])
		s := backendStatus{Name: name, Ready: err == nil}
		if info.Version != "" { // it can say what it is, whatever is missing
			s.Version, s.Voices, s.Marks, s.Phonemes, s.Note = info.Version, len(info.Voices), info.Marks, info.Phonemes, info.MarksNote
			if s.Parallel = info.Parallel; s.Parallel == 0 {
				s.Parallel = runtime.NumCPU()
			}
		}
		if err != nil {
			s.Note = err.Error()
		}
		list.Backends = append(list.Backends, s)
	}
	for _, f := range outputFormats {
		info := f.Info()
		s := formatStatus{Name: info.Name, Suffix: info.Suffix, Summary: info.Summary, Ready: true}
		if err := f.Check(ctx); err != nil {
			s.Ready, s.Note = false, err.Error()
		}
		list.Formats = append(list.Formats, s)
	}
	if asJSON {
		encoder := json.NewEncoder(a.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(list)
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BACKEND\tSTATE\tVERSION\tVOICES\tWORD TIMES\tIPA\tNOTE")
	for _, b := range list.Backends {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", printable(b.Name), state(b.Ready), printable(b.Version), b.Voices, yes(b.Marks), yes(b.Phonemes), printable(b.Note))
	}
	fmt.Fprintln(table, "\nFORMAT\tSTATE\tSUFFIX\tCONTENT\tNOTE")
	for _, f := range list.Formats {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.Name, state(f.Ready), f.Suffix, f.Summary, printable(f.Note))
	}
	return table.Flush()
}

// The states of an engine or a voice, for people.
const (
	stateReady    = "ready"
	statePaid     = "paid"     // ready, and costs money
	stateMissing  = "missing"  // the engine is not there, or a key for it
	stateUnusable = "unusable" // the voice is not as the engine wants it
)

func state(ready bool) string {
	if ready {
		return stateReady
	}
	return stateMissing
}

// askEngine gives what an engine says of itself. It fails where the engine cannot
// be used by anybody: also one that describes itself without its server or a key.
func askEngine(ctx context.Context, b tts.Backend) (tts.Info, error) {
	info, err := b.Info(ctx)
	if err != nil {
		return info, err
	}
	name := "default" // to which an engine may object, but not without being there
	if len(info.Voices) > 0 {
		name = info.Voices[0].Name
	}
	err = tts.CheckVoice(ctx, b, engineVoice(b, name))
	if err != nil && (errors.Is(err, tts.ErrKey) || !errors.Is(err, tts.ErrVoice)) {
		return info, err
	}
	if len(info.Voices) == 0 { // it may have found out more by now
		return b.Info(ctx)
	}
	return info, nil
}

// engineVoice is an engine's own voice as it is.
func engineVoice(b tts.Backend, name string) voices.Voice {
	v := voices.Default()
	v.Name, v.Backend, v.Engine = b.Name()+":"+name, b.Name(), name
	return v
}

// judged gives the state of a voice, and what is wrong with it, if anything.
func judged(ctx context.Context, b tts.Backend, v voices.Voice) (string, error) {
	err := tts.CheckVoice(ctx, b, v)
	switch {
	case errors.Is(err, tts.ErrKey), errors.Is(err, tts.ErrMissing), errors.Is(err, tts.ErrDown):
		return stateMissing, err
	case err != nil:
		return stateUnusable, err
	case !tts.PriceOf(b, v).Free():
		return statePaid, nil
	}
	return stateReady, nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
