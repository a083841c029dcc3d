package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"narrate/internal/tts"
	"narrate/internal/tts/conform"
	"narrate/internal/tts/plugin"
	"narrate/voices"
)

// backendCheck is `narrate backends check`.
type backendCheck struct {
	*app
	voice                    string
	repeatable, paid, asJSON bool
}

// checkReport is what it prints as JSON.
type checkReport struct {
	Backend string        `json:"backend"`
	Version string        `json:"version,omitempty"`
	Voice   string        `json:"voice,omitempty"`
	OK      bool          `json:"ok"`
	Checks  []checkResult `json:"checks"`
}

type checkResult struct {
	Name     string   `json:"name"`
	Wants    string   `json:"wants"`
	Status   string   `json:"status"` // ok, skipped or failed
	Problems []string `json:"problems,omitempty"`
	Skipped  string   `json:"skipped,omitempty"`
}

// shownProblems is how many problems of a check people are shown.
const shownProblems = 5

func newBackendCheckCommand(a *app) *cobra.Command {
	b := &backendCheck{app: a}
	c := &cobra.Command{
		Use:   "check BACKEND",
		Short: "hold a speech engine to all that narrate expects of one",
		Long: `check speaks some 300 texts, ordinary and hostile ones, with one voice of a
speech engine and reports what does not come out as it must. It is for who
writes a plug-in, a program narrate-tts-NAME, or configures a service. The exit
status is 1 when a check fails.`,
		Example: `  narrate backends check espeak
  narrate backends check myengine --voice anna --repeatable`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one backend")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return b.run(c.Context(), args[0]) },
	}
	f := c.Flags()
	f.StringVar(&b.voice, "voice", "", "the engine's voice to speak with, for a language in Latin letters (default: an English one, or the first)")
	f.BoolVar(&b.repeatable, "repeatable", false, "the same text is to give the same bytes")
	f.BoolVar(&b.paid, "paid", false, "check a voice that costs money")
	f.BoolVar(&b.asJSON, "json", false, "print JSON")
	return c
}

// opener gives what makes the backend of that name. Of two, the first counts:
// no program on PATH takes the place of a backend of narrate's own.
func (a *app) opener(name string) (func() tts.Backend, error) {
	all, err := a.openers()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, open := range all {
		b := open() // which starts nothing
		if b.Name() == name {
			return open, b.Close()
		}
		names = append(names, b.Name())
		if err := b.Close(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("no backend %q; there are %s, and programs %sNAME on PATH add others", name, strings.Join(names, ", "), plugin.Prefix)
}

func (b *backendCheck) run(ctx context.Context, name string) (err error) {
	open, err := b.opener(name)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "narrate-check-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	// For this process, which does nothing else, and those that it starts.
	for _, variable := range []string{"TMPDIR", "TMP", "TEMP"} {
		if err := os.Setenv(variable, temp); err != nil {
			return err
		}
	}
	report := checkReport{Backend: name, OK: true}
	info, voice, err := b.choose(ctx, open)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errPaid) || errors.Is(err, tts.ErrMissing):
		return err
	case err != nil:
		// The first check would find no more than that.
		b.add(&report, conform.Result{Check: conform.Checks[0], Problems: []string{err.Error()}})
		return b.finish(report)
	}
	report.Version, report.Voice = info.Version, voice.Engine
	b.printf("backend %s, version %s, voice %s\n\n", name, printable(info.Version), printable(voice.Engine))
	suite := conform.Start(conform.Config{
		New: open, Voice: voice, Repeatable: b.repeatable, Folders: map[string]string{"temporary": temp},
	})
	for _, check := range conform.Checks {
		if ctx.Err() != nil && check.Name != "close" {
			continue
		}
		b.add(&report, suite.Do(ctx, check))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.finish(report)
}

var errPaid = errors.New("it costs money")

// choose asks the engine what it is, and picks the voice to check.
func (b *backendCheck) choose(ctx context.Context, open func() tts.Backend) (info tts.Info, v voices.Voice, err error) {
	backend := open()
	defer func() { err = errors.Join(err, backend.Close()) }()
	if info, err = backend.Info(ctx); err != nil {
		return info, v, err
	}
	if len(info.Voices) == 0 && b.voice == "" {
		return info, v, errors.New("it lists no voice to check; name one with --voice")
	}
	v = voices.Voice{Backend: backend.Name(), Engine: b.voice}
	if b.voice == "" {
		best := slices.MinFunc(info.Voices, func(x, y tts.EngineVoice) int { return cmp.Compare(foreign(x), foreign(y)) })
		v.Engine = best.Name
	}
	for _, o := range info.Voices {
		if o.Name == v.Engine {
			v.Language = o.Language
		}
	}
	terms, err := tts.TermsOf(ctx, backend, v)
	if err == nil && !terms.Price.Free() && !b.paid {
		err = fmt.Errorf("%s: %w to check: some 300 texts of together 20,000 characters, and several times the longest that it takes; --paid allows it", backend.Name(), errPaid)
	}
	return info, v, err
}

// foreign is how far a voice is from the language of the checks.
func foreign(v tts.EngineVoice) int {
	language, _, _ := strings.Cut(strings.ToLower(v.Language), "-")
	switch language {
	case "en":
		return 0
	case "de", "fr", "es", "it", "nl", "pl", "pt", "sv":
		return 1
	}
	return 2
}

// add takes a result into the report, and shows it.
func (b *backendCheck) add(report *checkReport, r conform.Result) {
	status := "ok"
	switch {
	case len(r.Problems) > 0:
		status, report.OK = "failed", false
	case r.Skipped != "":
		status = "skipped"
	}
	report.Checks = append(report.Checks, checkResult{r.Name, r.Wants, status, r.Problems, r.Skipped})
	switch status {
	case "skipped":
		b.printf("skipped  %s: %s\n", r.Name, printable(r.Skipped))
	case "ok":
		b.printf("ok       %s\n", r.Name)
	default:
		b.printf("FAILED   %s\n         wanted: %s\n", r.Name, r.Wants)
		for _, problem := range r.Problems[:min(len(r.Problems), shownProblems)] {
			b.printf("         - %s\n", printable(problem))
		}
		if more := len(r.Problems) - shownProblems; more > 0 {
			b.printf("         - and %d more, which --json lists\n", more)
		}
	}
}

// printf prints for people; what was written to standard output so far cannot
// be mended if that fails, which the last line tells.
func (b *backendCheck) printf(format string, args ...any) {
	if !b.asJSON {
		fmt.Fprintf(b.stdout, format, args...)
	}
}

// finish ends the report.
func (b *backendCheck) finish(report checkReport) error {
	if b.asJSON {
		encoder := json.NewEncoder(b.stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			return err
		}
	} else {
		counts := map[string]int{}
		for _, c := range report.Checks {
			counts[c.Status]++
		}
		if _, err := fmt.Fprintf(b.stdout, "\n%d ok, %d skipped, %d failed\n", counts["ok"], counts["skipped"], counts["failed"]); err != nil {
			return err
		}
	}
	if !report.OK {
		return errReported
	}
	return nil
}
