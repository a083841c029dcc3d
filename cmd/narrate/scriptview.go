package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"narrate/internal/document"
	"narrate/internal/pipeline"
	"narrate/internal/script"
)

// scriptView is the command that shows scripts.
type scriptView struct {
	*app
	reading
	list, json bool
}

func newScriptCommand(a *app) *cobra.Command {
	v := &scriptView{app: a}
	c := &cobra.Command{
		Use:   "script [flags] ARTICLE...",
		Short: "show what would be spoken, without speaking",
		Long: `script reads articles and shows their chapters, the sentences as they are shown
and spoken, what is skipped and why, how long it will take to hear and what the
speech costs. Nothing is spoken and no file is written.`,
		Example: `  narrate script article.md
  narrate script --list book.epub
  narrate script --chapters 3 --blocks tables=skip book.epub`,
		Args: articles,
		RunE: func(c *cobra.Command, args []string) error { return v.run(c.Context(), args) },
	}
	v.flags(c)
	c.Flags().BoolVar(&v.list, "list", false, "list the chapters only, with their numbers, lengths and sentences")
	c.Flags().BoolVar(&v.json, "json", false, "print one JSON object an article")
	return c
}

func (v *scriptView) run(ctx context.Context, articles []string) (err error) {
	if v.list && v.json {
		return usageError{errors.New("--list and --json do not go together; the JSON form holds the chapters, too")}
	}
	s, err := v.open(&v.reading)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	failed := false
	for _, article := range articles {
		err := v.article(ctx, s, article)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			v.messages.failure(err)
			failed = true
		}
	}
	if failed {
		return errReported
	}
	return nil
}

func (v *scriptView) article(ctx context.Context, s *studio, article string) error {
	c, err := s.of(article)
	if err != nil {
		return err
	}
	sc, _, err := s.script(ctx, article, c)
	if err != nil {
		return err
	}
	p, err := newPlan(c)
	if err != nil {
		return err
	}
	costs, err := s.estimate(ctx, sc, p.preset.Format.Rate)
	if err != nil {
		return err
	}
	if v.json {
		encoder := json.NewEncoder(v.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(scriptToJSON(sc, costs))
	}
	out := bufio.NewWriter(v.stdout)
	printHead(out, sc, costs)
	if v.list {
		printChapters(out, sc)
	} else {
		printScript(out, sc)
	}
	return out.Flush()
}

// printHead shows what is known of the article as a whole.
func printHead(out io.Writer, sc *script.Script, costs []pipeline.Cost) {
	fmt.Fprintln(out, printable(sc.Title))
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-9s %s\n", name, printable(value))
		}
	}
	row("source", sc.Source)
	row("author", sc.Author)
	row("date", sc.Date)
	row("about", excerpt(sc.Description, 100))
	if sc.Cover != nil {
		row("cover", sc.Cover.Name)
	}
	row("language", sc.Lang)
	row("expected", fmt.Sprintf("about %s, %d %s in %d %s", clock(script.Estimate(sc)), sc.Utterances(), plural(sc.Utterances(), "sentence"),
		len(sc.Chapters), plural(len(sc.Chapters), "chapter")))
	for _, c := range costs {
		row("cost", costLine(c))
	}
}

// printChapters lists the chapters, indented by their level.
func printChapters(out io.Writer, sc *script.Script) {
	fmt.Fprintln(out)
	for i := range sc.Chapters {
		c := &sc.Chapters[i]
		n := len(c.Utterances)
		alone := &script.Script{Chapters: sc.Chapters[i : i+1]}
		fmt.Fprintf(out, "%4d %8s %5d %-9s %s%s\n", number(sc, i), clock(script.Estimate(alone)), n, plural(n, "sentence"),
			strings.Repeat("  ", max(0, min(c.Level, 6)-1)), printable(c.Title))
	}
}

func printScript(out io.Writer, sc *script.Script) {
	p := newPlaces(sc)
	for i := range sc.Chapters {
		c := &sc.Chapters[i]
		fmt.Fprintf(out, "\n%d  %s\n", number(sc, i), printable(c.Title))
		for j := range c.Utterances {
			u := &c.Utterances[j]
			fmt.Fprintf(out, "%s %-6s %s\n", p.show(u.Pos), printable(u.Voice.Name), printable(u.Text))
			if u.Spoken != u.Text || len(u.Phonemes) > 0 {
				fmt.Fprintf(out, "%*s %-6s %s\n", p.width, "", "says", printable(said(u)))
			}
		}
	}
	if len(sc.Skipped) > 0 {
		fmt.Fprintf(out, "\nnot spoken\n")
	}
	for _, s := range sc.Skipped {
		fmt.Fprintf(out, "%s %s: %s\n", p.show(s.Pos), s.Reason, printable(excerpt(s.Text, 60)))
	}
}

// number is a chapter's among all of the article.
func number(sc *script.Script, i int) int { return cmp.Or(sc.Chapters[i].Number, i+1) }

// places shows positions in a column. Those in a member of an archive have its
// path in front.
type places struct {
	source string
	width  int
}

// maxPlace is the widest that the column gets for the sake of long paths.
const maxPlace = 40

func newPlaces(sc *script.Script) places {
	p := places{source: sc.Source, width: 13}
	note := func(pos document.Pos) {
		if p.inside(pos) != "" {
			p.width = max(p.width, min(maxPlace, 2+utf8.RuneCountInString(p.text(pos))))
		}
	}
	for i := range sc.Chapters {
		for j := range sc.Chapters[i].Utterances {
			note(sc.Chapters[i].Utterances[j].Pos)
		}
	}
	for _, s := range sc.Skipped {
		note(s.Pos)
	}
	return p
}

// inside is the path in an archive; "" in the source itself.
func (p places) inside(pos document.Pos) string {
	if pos.File == p.source {
		return ""
	}
	return strings.TrimPrefix(pos.File, p.source+"/")
}

func (p places) text(pos document.Pos) string {
	return fmt.Sprintf("%s:%d:%d", printable(p.inside(pos)), pos.Line, pos.Col)
}

func (p places) show(pos document.Pos) string {
	if p.inside(pos) == "" {
		return fmt.Sprintf("%*d:%-4d", p.width-5, pos.Line, pos.Col)
	}
	return fmt.Sprintf("%-*s", p.width, "  "+p.text(pos))
}
