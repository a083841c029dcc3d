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

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"narrate/internal/clipstore"
	"narrate/internal/input"
	"narrate/internal/output/clipset"
	"narrate/internal/pipeline"
	"narrate/internal/script"
	"narrate/voices"
)

// app is what all commands share.
type app struct {
	stdin    io.Reader
	stdout   io.Writer
	messages messages
	cacheDir string
}

// articles accepts one article or more.
func articles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{errors.New("no article given")}
	}
	return nil
}

// checkLang says what is wrong with the value of --lang.
func checkLang(lang string) error {
	if lang == "" {
		return nil
	}
	if _, err := language.Parse(lang); err != nil {
		return usageError{fmt.Errorf("--lang: %q is not a language tag such as de or en-GB", lang)}
	}
	return nil
}

// reading are the options of every command that reads articles.
type reading struct {
	lang, voice string
}

func (r *reading) flags(c *cobra.Command) {
	c.Flags().StringVar(&r.lang, "lang", "", "language of the article as a BCP 47 tag, such as de or en-GB (default: detected)")
	c.Flags().StringVar(&r.voice, "voice", "", "voice profile, profile file (*.yaml) or engine voice (espeak:de+f3) (default: by language)")
}

const rootLong = `narrate turns articles into finished narrated audio.

It finds title, headings and sentences, detects the language, speaks every
sentence with a speech engine on this machine, and writes a chaptered audio
file, subtitles, chapter marks and a timeline with exact positions. Nothing of
the article is silently lost, and no sentence is spoken twice: an edited
article speaks the edited sentences only, and a stopped run goes on where it
stopped.`

const rootExample = `  narrate article.txt
  narrate -o out --clips section article.txt
  narrate --format wav,srt --voice en-GB chapter1.txt chapter2.txt
  pandoc -t plain book.md | narrate -o book -`

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
		if errors.As(err, &number) {
			return usageError{fmt.Errorf("%q is not a whole number", number.Num)}
		}
		return usageError{err}
	})
	c.PersistentFlags().StringVar(&a.cacheDir, "cache", "", "folder of the clip store (default: $NARRATE_CACHE or "+filepath.Join("the user's cache folder", "narrate", "clips")+")")
	n.reading.flags(c)
	n.flags(c)
	c.InitDefaultHelpCmd()
	c.InitDefaultCompletionCmd()
	for _, builtin := range c.Commands() {
		builtin.Short = strings.ToLower(builtin.Short[:1]) + builtin.Short[1:]
	}
	c.AddCommand(
		newScriptCommand(a),
		newSegmentCommand(a),
		newVoicesCommand(a),
		newBackendsCommand(a),
		newCacheCommand(a),
	)
	return c
}

func (n *narration) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&n.output, "output", "o", "", "folder for the files; with several articles, of their folders (default: named like the article)")
	f.StringSliceVar(&n.formats, "format", nil, "files to write: "+formatNames()+" (default: "+defaultFormats+")")
	f.StringVar(&n.preset, "preset", pipeline.Presets[0].Name, "sound: "+presetNames())
	f.StringVar(&n.clips, "clips", "", "also write a file for each 'section' or 'sentence' into clips/")
	f.IntVarP(&n.jobs, "jobs", "j", runtime.NumCPU(), "sentences spoken and pieces encoded at once")
	f.BoolVarP(&n.force, "force", "f", false, "overwrite finished files")
	f.BoolVar(&n.allowGaps, "allow-gaps", false, "write the audio even if sentences could not be spoken")
	f.BoolVarP(&n.quiet, "quiet", "q", false, "print errors and warnings only")
	f.BoolVar(&n.json, "json", false, "print the result as one JSON object an article")
	complete := func(values ...string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return values, cobra.ShellCompDirectiveNoFileComp
		}
	}
	for flag, values := range map[string][]string{
		"format": splitNames(formatNames()), "preset": splitNames(presetNames()), "clips": {string(clipset.Section), string(clipset.Sentence)},
	} {
		// It fails only for a flag that does not exist.
		if err := c.RegisterFlagCompletionFunc(flag, complete(values...)); err != nil {
			panic(err)
		}
	}
}

// profiles loads the voices: narrate's own and the user's.
func profiles() (*voices.Set, error) {
	return voices.Load(filepath.Join(xdg.ConfigHome, "narrate", "voices"))
}

// script reads one article, makes its script and prints its warnings.
func (a *app) script(source input.Source, r reading, set *voices.Set, maxText int) (*script.Script, error) {
	doc, err := input.Read(source, inputFormats)
	if err != nil {
		return nil, err
	}
	options := script.Options{Voices: set, Backend: defaultBackend, Lang: r.lang, MaxText: maxText}
	if r.voice != "" {
		if options.Voice, err = set.Resolve(r.voice); err != nil {
			return nil, err
		}
	}
	sc, err := script.Build(doc, options)
	if err != nil {
		return nil, err
	}
	for _, w := range sc.Warnings {
		a.messages.warningf("%s", w)
	}
	return sc, nil
}

// store opens the clip store.
func (a *app) store(ctx context.Context) (*clipstore.Store, error) {
	dir := a.cacheDir
	if dir == "" {
		dir = os.Getenv("NARRATE_CACHE")
	}
	if dir == "" {
		if _, err := os.UserHomeDir(); err != nil && os.Getenv("XDG_CACHE_HOME") == "" {
			return nil, errors.New("there is no home folder to keep the clip store in; name a folder with --cache")
		}
		dir = filepath.Join(xdg.CacheHome, "narrate", "clips")
	}
	store, err := clipstore.Open(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("%w (choose another folder with --cache)", err)
	}
	return store, nil
}
