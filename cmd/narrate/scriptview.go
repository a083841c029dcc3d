package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"narrate/internal/input"
	"narrate/internal/script"
)

func newScriptCommand(a *app) *cobra.Command {
	var r reading
	var asJSON bool
	c := &cobra.Command{
		Use:   "script [flags] ARTICLE...",
		Short: "show what would be spoken, without speaking",
		Long: `script reads articles and shows their chapters, the sentences as they are shown
and spoken, what is skipped and why, and how long it will take to hear. Nothing
is spoken and no file is written.`,
		Args: articles,
		RunE: func(c *cobra.Command, args []string) error { return a.showScripts(c.Context(), args, r, asJSON) },
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object an article")
	return c
}

func (a *app) showScripts(ctx context.Context, articles []string, r reading, asJSON bool) (err error) {
	if err := checkLang(r.lang); err != nil {
		return err
	}
	set, err := profiles()
	if err != nil {
		return err
	}
	all := openBackends()
	defer func() { err = errors.Join(err, all.close()) }()
	maxText := all.maxText(ctx)
	failed := false
	for _, article := range articles {
		source, err := input.Load(ctx, article, a.stdin)
		if err == nil {
			var sc *script.Script
			if sc, err = a.script(source, r, set, maxText); err == nil {
				err = a.printScript(sc, asJSON)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			a.messages.failure(err)
			failed = true
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// The JSON form of a script; docs/formats.md describes it.
type (
	scriptJSON struct {
		Version  int           `json:"version"`
		Source   string        `json:"source"`
		Title    string        `json:"title"`
		Author   string        `json:"author,omitempty"`
		Lang     string        `json:"lang"`
		Expected float64       `json:"expectedSeconds"`
		Chapters []chapterJSON `json:"chapters"`
		Skipped  []skipJSON    `json:"skipped"`
	}
	chapterJSON struct {
		Title      string          `json:"title"`
		Level      int             `json:"level"`
		Utterances []utteranceJSON `json:"utterances"`
	}
	utteranceJSON struct {
		Kind   string `json:"kind"`
		Text   string `json:"text"`
		Spoken string `json:"spoken"`
		Lang   string `json:"lang"`
		Voice  string `json:"voice"`
		Before int64  `json:"beforeMilliseconds"`
		After  int64  `json:"afterMilliseconds"`
		Line   int    `json:"line"`
		Col    int    `json:"col"`
	}
	skipJSON struct {
		Text   string `json:"text"`
		Reason string `json:"reason"`
		Line   int    `json:"line"`
		Col    int    `json:"col"`
	}
)

func (a *app) printScript(sc *script.Script, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(a.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(scriptToJSON(sc))
	}
	out := bufio.NewWriter(a.stdout)
	fmt.Fprintf(out, "%s\n  source    %s\n  language  %s\n  expected  about %s, %d %s in %d %s\n",
		printable(sc.Title), printable(sc.Source), sc.Lang, clock(script.Estimate(sc)), sc.Utterances(), plural(sc.Utterances(), "sentence"),
		len(sc.Chapters), plural(len(sc.Chapters), "chapter"))
	for i := range sc.Chapters {
		c := &sc.Chapters[i]
		fmt.Fprintf(out, "\n%d  %s\n", i+1, printable(c.Title))
		for j := range c.Utterances {
			u := &c.Utterances[j]
			fmt.Fprintf(out, "%8d:%-4d %-6s %s\n", u.Pos.Line, u.Pos.Col, u.Voice.Name, printable(u.Text))
			if u.Spoken != u.Text {
				fmt.Fprintf(out, "%8s      %-6s %s\n", "", "says", printable(u.Spoken))
			}
		}
	}
	if len(sc.Skipped) > 0 {
		fmt.Fprintf(out, "\nnot spoken\n")
	}
	for _, s := range sc.Skipped {
		fmt.Fprintf(out, "%8d:%-4d %s: %s\n", s.Pos.Line, s.Pos.Col, s.Reason, printable(excerpt(s.Text, 60)))
	}
	return out.Flush()
}

func scriptToJSON(sc *script.Script) scriptJSON {
	out := scriptJSON{
		Version: 1, Source: sc.Source, Title: sc.Title, Author: sc.Author, Lang: sc.Lang,
		Expected: script.Estimate(sc).Seconds(), Skipped: []skipJSON{},
	}
	for i := range sc.Chapters {
		c := chapterJSON{Title: sc.Chapters[i].Title, Level: sc.Chapters[i].Level, Utterances: []utteranceJSON{}}
		for j := range sc.Chapters[i].Utterances {
			u := &sc.Chapters[i].Utterances[j]
			c.Utterances = append(c.Utterances, utteranceJSON{
				Kind: u.Kind.String(), Text: u.Text, Spoken: u.Spoken, Lang: u.Lang, Voice: u.Voice.Name,
				Before: u.Before.Milliseconds(), After: u.After.Milliseconds(), Line: u.Pos.Line, Col: u.Pos.Col,
			})
		}
		out.Chapters = append(out.Chapters, c)
	}
	for _, s := range sc.Skipped {
		out.Skipped = append(out.Skipped, skipJSON{s.Text, s.Reason, s.Pos.Line, s.Pos.Col})
	}
	return out
}
