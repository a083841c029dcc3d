package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"narrate/internal/clipstore"
	"narrate/internal/config"
	"narrate/internal/output/clipset"
)

// app is what all commands share.
type app struct {
	stdin    io.Reader
	stdout   io.Writer
	messages messages
	cacheDir string
	shown    atomic.Pointer[progress] // nil where none is
}

// articles accepts one article or more.
func articles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{errors.New("no article given")}
	}
	return nil
}

const rootLong = `narrate turns articles into finished narrated audio.

An article is a file, "-" for standard input, or the address of a web page; it
may be plain text, Markdown, HTML, EPUB, DOCX, ODT or SSML. narrate finds title,
headings and sentences, detects the language, speaks every sentence with a
speech engine on this machine, and writes a chaptered audio file, subtitles,
chapter marks and a timeline with exact positions. Nothing of
the article is silently lost, and no sentence is spoken twice: an edited
article speaks the edited sentences only, and a stopped run goes on where it
stopped. What the articles of a folder are always narrated with can be kept in a
narrate.yaml beside them.`

const rootExample = `  narrate article.txt
  narrate -o out --clips section article.txt
  narrate --format wav,srt --voice en-GB chapter1.md chapter2.md
  narrate --chapters 2-5 --blocks tables=skip,footnotes=inline book.epub
  narrate https://example.org/article.html
  pdftotext -layout paper.pdf - | narrate -o paper -`

func newRootCommand(a *app) *cobra.Command {
	n := &narration{app: a}
	c := &cobra.Command{
		Use:           "narrate [flags] ARTICLE...",
		Short:         "turn articles into narrated audio with exact timing",
		Long:          rootLong,
		Example:       rootExample,
		Version:       version,
		Args:          articles,
		RunE:          func(c *cobra.Command, args []string) error { return n.run(c.Context(), args) },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	c.SetVersionTemplate("narrate {{.Version}}\n")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		var number *strconv.NumError
		if errors.As(err, &number) && number.Func == "ParseFloat" {
			return usageError{fmt.Errorf("%q is not a number", number.Num)}
		} else if number != nil {
			return usageError{fmt.Errorf("%q is not a whole number", number.Num)}
		}
		return usageError{err}
	})
	c.PersistentFlags().StringVar(&a.cacheDir, "cache", "", "folder of the clip store (default: $NARRATE_CACHE or "+filepath.Join("the user's cache folder", "narrate", "clips")+")")
	n.flags(c)
	c.AddCommand(
		newScriptCommand(a),
		newAlignCommand(a),
		newPackageCommand(a),
		newCaptionsCommand(a),
		newCheckCommand(a),
		newPlotCommand(a),
		newSegmentCommand(a),
		newVoicesCommand(a),
		newBackendsCommand(a),
		newCacheCommand(a),
	)
	c.InitDefaultHelpCmd()
	c.InitDefaultCompletionCmd() // only once there are commands
	for _, command := range c.Commands() {
		command.Short = strings.ToLower(command.Short[:1]) + command.Short[1:]
	}
	return c
}

func (n *narration) flags(c *cobra.Command) {
	n.reading.flags(c)
	n.production.flags(c)
	n.production.layoutFlags(c)
	f := c.Flags()
	f.StringVarP(&n.output, "output", "o", "", "folder for the files; with several articles, of their folders (default: named like the article)")
	f.StringVar(&n.clips, "clips", "", "also write a file for each 'section' or 'sentence' into clips/ (default: none)")
	f.IntVarP(&n.jobs, "jobs", "j", runtime.NumCPU(), "sentences spoken and pieces encoded at once")
	f.BoolVarP(&n.force, "force", "f", false, "overwrite finished files")
	f.BoolVar(&n.allowGaps, "allow-gaps", false, "write the audio even if sentences could not be spoken")
	f.BoolVar(&n.align, "align", true, "find the words of voices that tell no times by comparing their sound with espeak-ng's; otherwise they are guessed")
	f.BoolVar(&n.verify, "check", true, "measure the sound files that were written, as \"narrate check\" does, and warn of misses")
	f.BoolVar(&n.dryRun, "dry-run", false, "print what would be spoken and what it would cost, and speak nothing")
	f.Float64Var(&n.maxCost, "max-cost", 0, "refuse an article with which the run would cost more than this `AMOUNT`, in the engine's currency")
	f.BoolVarP(&n.quiet, "quiet", "q", false, "print errors and warnings only")
	f.BoolVar(&n.json, "json", false, "print the result as one JSON object an article")
	f.Lookup("max-cost").DefValue = "" // no limit
	complete(c, "clips", []string{string(clipset.Section), string(clipset.Sentence), config.NoClips})
}

// storeDir is the folder of the clip store.
func (a *app) storeDir() (string, error) {
	if a.cacheDir != "" {
		return a.cacheDir, nil
	}
	if dir := os.Getenv("NARRATE_CACHE"); dir != "" {
		return dir, nil
	}
	if _, err := os.UserHomeDir(); err != nil && os.Getenv("XDG_CACHE_HOME") == "" {
		return "", errors.New("there is no home folder to keep the clip store in; name a folder with --cache")
	}
	return filepath.Join(xdg.CacheHome, "narrate", "clips"), nil
}

// store opens the clip store.
func (a *app) store(ctx context.Context) (*clipstore.Store, error) {
	dir, err := a.storeDir()
	if err != nil {
		return nil, err
	}
	store, err := clipstore.Open(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("%w (choose another folder with --cache)", err)
	}
	return store, nil
}
