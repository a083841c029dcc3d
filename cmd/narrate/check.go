package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"narrate/internal/check"
)

const checkLong = `narrate check measures finished sound files, narrate's or any others (MP3, M4B,
M4A, Opus, Ogg, FLAC, WAV, AAC), and holds them against what a platform or a
preset wants: levels, silences, bit rate, chapters, cover, tags. Every file is
decoded to its end, so that damage is found too.

It prints what is measured, what is wanted by whom, and for each failure what to
do. A note is where a file differs from what is recommended. The exit status is
1 where something fails.`

const checkExample = `  narrate check talk.mp3
  narrate check --for apple,spotify talk.mp3
  narrate check --for acx book/*.mp3
  narrate check --json --for audiobook book.m4b`

func newCheckCommand(a *app) *cobra.Command {
	var names []string
	var asJSON bool
	targets := make([]string, 0, len(check.Targets()))
	for _, t := range check.Targets() {
		targets = append(targets, t.Name)
	}
	c := &cobra.Command{
		Use:     "check [flags] FILE...",
		Short:   "measure finished sound files against platforms and presets",
		Long:    checkLong,
		Example: checkExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("no sound file given")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, files []string) error {
			var wanted []check.Target
			for _, name := range names {
				t, err := check.FindTarget(name)
				if err != nil {
					return usageError{fmt.Errorf("--for: %w", err)}
				}
				if !slices.ContainsFunc(wanted, func(o check.Target) bool { return o.Name == name }) {
					wanted = append(wanted, t)
				}
			}
			return a.checkFiles(c.Context(), files, wanted, asJSON)
		},
	}
	c.Flags().StringSliceVar(&names, "for", nil, "what the files are for: "+strings.Join(targets, ",")+" (default: what holds for every file)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object a file")
	complete(c, "for", targets)
	return c
}

// checkFiles goes on after a file that cannot be checked.
func (a *app) checkFiles(ctx context.Context, files []string, wanted []check.Target, asJSON bool) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	failed := false
	for i, file := range files {
		result, err := check.File(ctx, file, wanted)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			a.messages.failure(err)
			failed = true
			continue
		}
		failed = failed || result.Failed()
		if asJSON {
			err = encoder.Encode(result)
		} else {
			err = a.printCheck(result, i > 0, len(wanted) == 0)
		}
		if err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// printCheck prints a file's table and what to do.
func (a *app) printCheck(r *check.Result, another, fits bool) error {
	var out strings.Builder
	if another {
		out.WriteByte('\n')
	}
	var passes, fails []string
	for _, target := range r.Targets {
		if slices.ContainsFunc(r.Rows, func(row check.Row) bool { return row.Target == target && row.Verdict == check.Fail }) {
			fails = append(fails, target)
		} else {
			passes = append(passes, target)
		}
	}
	var both []string
	if len(fails) > 0 {
		both = append(both, "fails for "+strings.Join(fails, ", "))
	}
	if len(passes) > 0 {
		both = append(both, "passes for "+strings.Join(passes, ", "))
	}
	fmt.Fprintf(&out, "%s: %s\n", printable(r.File), strings.Join(both, "; "))
	var lines strings.Builder
	table := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	var todo []string
	before := ""
	for _, row := range r.Rows {
		label, value := row.Label, printable(excerpt(row.Value, 40))
		if row.Measure == before {
			label, value = "", "" // the same for another target
		}
		before = row.Measure
		wanted, target, verdict := row.Wanted, row.Target, string(row.Verdict)
		if row.Verdict == check.Info {
			wanted, target, verdict = "", "", ""
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", label, value, verdict, wanted, target)
		if row.Fix != "" {
			line := fmt.Sprintf("  %s, %s: %s", row.Label, row.Target, row.Fix)
			if row.Measure == "damage" {
				line = fmt.Sprintf("  %s: %s; %s", row.Label, printable(row.Value), row.Fix)
			}
			todo = append(todo, fmt.Sprintf("  %s%s", row.Verdict, line))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(lines.String()) {
		fmt.Fprintln(&out, strings.TrimRight(line, " \n"))
	}
	if len(todo) > 0 {
		fmt.Fprintf(&out, "what to do:\n%s\n", strings.Join(todo, "\n"))
	}
	if fits && len(r.Fits) > 0 {
		fmt.Fprintf(&out, "it would pass for: %s\n", strings.Join(r.Fits, ", "))
	}
	_, err := fmt.Fprint(a.stdout, out.String())
	return err
}
