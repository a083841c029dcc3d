package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"narrate/internal/config"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/pipeline"
)

func newCaptionsCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "captions",
		Short: "check caption files, and make captions of a timeline",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do: lint or convert")}
		},
	}
	c.AddCommand(newLintCommand(a), newConvertCommand(a))
	return c
}

const lintLong = `narrate captions lint holds SubRip and WebVTT files, narrate's or any others,
against a profile and names each fault with its line: what is read too fast,
seen too short or too long, too wide or too close, what overlaps, and what is
not written as the format has it. The exit status is 1 where there is one.`

func newLintCommand(a *app) *cobra.Command {
	var profile string
	var numbers map[string]string
	var asJSON bool
	c := &cobra.Command{
		Use:     "lint [flags] FILE...",
		Short:   "name the faults of SubRip and WebVTT files",
		Long:    lintLong,
		Example: "  narrate captions lint --captions netflix film.srt\n  narrate captions lint --captions bbc --caption speed=15 *.vtt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("no caption file given")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			rules, err := captionRules(config.Config{Captions: profile, Caption: numbers})
			if err != nil {
				return usageError{err}
			}
			return a.lint(files, rules, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&profile, "captions", "netflix", "profile: "+strings.Join(caption.Names(), ","))
	f.StringToStringVar(&numbers, "caption", nil, "numbers of the profile that are to be others, as `KEY=VALUE`: "+strings.Join(caption.Keys(), ", ")+"; can be repeated")
	f.Lookup("caption").DefValue = ""
	f.BoolVar(&asJSON, "json", false, "print the faults as one JSON object a file")
	complete(c, "captions", caption.Names())
	return c
}

// linted is what lint --json prints of a file.
type linted struct {
	File   string      `json:"file"`
	Faults []faultJSON `json:"faults"`
}

type faultJSON struct {
	Kind    caption.Kind `json:"kind"`
	Line    int          `json:"line"`
	Caption int          `json:"caption,omitempty"`
	Message string       `json:"message"`
}

// lint goes on after a file that cannot be read.
func (a *app) lint(files []string, rules output.Captions, asJSON bool) error {
	failed := false
	for _, file := range files {
		faults, err := lintFile(file, rules)
		if err != nil {
			a.messages.failure(err)
			failed = true
			continue
		}
		failed = failed || len(faults) > 0
		if err := a.printFaults(file, faults, asJSON); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

func lintFile(file string, rules output.Captions) ([]caption.Fault, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, caption.MaxFile+1))
	if err != nil {
		return nil, err
	}
	faults, err := caption.Lint(data, rules)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return faults, nil
}

func (a *app) printFaults(file string, faults []caption.Fault, asJSON bool) error {
	if asJSON {
		out := linted{File: file, Faults: make([]faultJSON, len(faults))}
		for i, f := range faults {
			out.Faults[i] = faultJSON{f.Kind, f.Line, f.Cue, f.Message}
		}
		encoder := json.NewEncoder(a.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(out)
	}
	for _, f := range faults {
		if _, err := fmt.Fprintf(a.stdout, "%s:%d: %s: %s\n", printable(file), f.Line, f.Kind, printable(f.Message)); err != nil {
			return err
		}
	}
	if len(faults) == 0 {
		_, err := fmt.Fprintf(a.stdout, "%s: no fault\n", printable(file))
		return err
	}
	return nil
}

const convertLong = `narrate captions convert makes captions and other texts of a timeline.json that
narrate wrote. It needs no sound: "narrate package" makes files with it.`

func newConvertCommand(a *app) *cobra.Command {
	p := &packaging{app: a, textOnly: true}
	c := &cobra.Command{
		Use:     "convert [flags] TIMELINE.json",
		Short:   "make captions of a timeline",
		Long:    convertLong,
		Example: "  narrate captions convert --format srt --captions netflix --caption fps=25 talk/talk.timeline.json",
		Args:    oneTimeline,
		RunE:    func(c *cobra.Command, args []string) error { return p.run(c.Context(), args[0]) },
	}
	f := c.Flags()
	p.formatFlag(c, textFormats(), "must be given")
	p.captionFlags(c)
	p.fileFlags(f)
	return c
}

// textFormats are the names of the formats that need no sound.
func textFormats() []string {
	var names []string
	for _, f := range outputFormats {
		if info := f.Info(); !info.Sound && !info.Plays {
			names = append(names, info.Name)
		}
	}
	return names
}

// reportCaptions lists in the report where captions cannot keep to their rules,
// as speech is faster than reading may be, and warns of that.
func (a *app) reportCaptions(r *pipeline.Report, e *output.Edition, formats []output.Format) {
	faults := a.warnOfCaptions(e, formats, "; the report lists them")
	for _, f := range faults {
		u := f.Sentence.Utterance
		r.Captions = append(r.Captions, pipeline.CaptionFault{
			Caption: f.Cue, Kind: string(f.Kind), Reason: f.Message, Text: u.Text, Line: u.Pos.Line, Col: u.Pos.Col,
		})
	}
}

// warnOfCaptions warns, if captions are among the formats, of those that an
// offset cuts and of those that break the rules, which it gives; where tells at
// the end where all are listed.
func (a *app) warnOfCaptions(e *output.Edition, formats []output.Format, where string) []caption.Fault {
	if !slices.ContainsFunc(formats, func(f output.Format) bool { return f.Info().Caption }) {
		return nil
	}
	source := e.Timeline.Source
	account := caption.Report(e)
	switch kept, cut := account.Kept, account.Cut; {
	case kept == 0 && cut > 0:
		a.messages.warningf("%s: no caption is left: with an offset of %v all %d end before the start", source, e.Captions.Offset, cut)
	case kept == 0:
		a.messages.warningf("%s: there is no text for captions", source)
	case cut > 0:
		a.messages.warningf("%s: with an offset of %v, %d of %d captions end before the start and are left out", source, e.Captions.Offset, cut, kept+cut)
	}
	if n := len(account.Faults); n > 0 {
		a.messages.warningf("%s: %d %s cannot keep to the rules of %q, the first: %s%s",
			source, n, plural(n, "caption"), e.Captions.Profile, account.Faults[0].Message, where)
	}
	return account.Faults
}
