package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/audio/wav"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/preset"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// voiceTry is `narrate voices try`: a text as an article in that voice would
// have it, as one file.
type voiceTry struct {
	*app
	reading
	output string
	force  bool
}

func newVoiceTryCommand(a *app) *cobra.Command {
	v := &voiceTry{app: a}
	c := &cobra.Command{
		Use:   "try [flags] VOICE TEXT",
		Short: "speak a text with a voice and write it as a WAV file",
		Long: `try speaks a text as it would be spoken in an article: with the pauses, the
speed and the pronunciations of the voice. VOICE is named like with --voice: a
profile, a profile file or an engine's own voice.`,
		Example: `  narrate voices try de "Guten Abend. Hier ist das Erste Deutsche Fernsehen."
  narrate voices try -o test.wav espeak:en+f3 "A short test."
  narrate voices try --lexicon names.yaml my-voice.yaml "How is Nguyen said?"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{errors.New("try takes a voice and a text in quotation marks")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			v.voice = args[0]
			return v.run(c.Context(), args[1])
		},
	}
	f := c.Flags()
	v.changed = f.Changed
	f.StringVar(&v.lang, "lang", "", "language of the text (default: the voice's)")
	f.StringVarP(&v.output, "output", "o", "", "the `FILE` to write (default: named like the voice)")
	f.BoolVarP(&v.force, "force", "f", false, "overwrite the file")
	v.lexiconFlag(c)
	return c
}

func (v *voiceTry) run(ctx context.Context, text string) (err error) {
	if v.output == "" {
		v.output = fileName(v.voice) + ".wav"
	}
	if _, err := os.Lstat(v.output); err == nil && !v.force {
		return fmt.Errorf("%s is there already; --force overwrites it", v.output)
	}
	s, err := v.app.open(&v.reading)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	c := s.given
	off := false
	c.Lang, c.Passages = cmp.Or(c.Lang, c.Voice.Language), &off
	sc, err := s.build(ctx, &document.Document{Source: "the text", Blocks: []document.Block{{
		Text: text, Anchors: []document.Anchor{{Pos: document.Pos{File: "the text", Line: 1, Col: 1}}},
	}}}, c)
	if err != nil {
		return err
	}
	return v.speak(ctx, s, sc)
}

// speak writes the script's sound.
func (v *voiceTry) speak(ctx context.Context, s *studio, sc *script.Script) error {
	store, err := v.store(ctx)
	if err != nil {
		return err
	}
	raw, err := preset.Find("raw")
	if err != nil {
		return err
	}
	rate := raw.Format.Rate
	defer v.show(newProgress(v.messages.w, false))()
	speaker := &pipeline.Speaker{Store: store, Backends: s.backends, Rate: rate, Trim: pcm.DefaultTrim, Jobs: 1}
	speech, err := speaker.Speak(ctx, sc)
	if err != nil {
		return err
	}
	for _, w := range speech.Warnings {
		v.messages.warningf("%s", w)
	}
	if len(speech.Failed) > 0 {
		f := speech.Failed[0]
		return fmt.Errorf("not spoken: %q: %s", excerpt(f.Text, 60), f.Reason)
	}
	t, err := timeline.Build(sc, rate, speech.Clips, timeline.Layout{})
	if err != nil {
		return err
	}
	voice, err := pipeline.Voice(t, store)
	if err != nil {
		return err
	}
	edition := output.Edition{Timeline: t, Sound: voice, Generator: generator, Jobs: 1}
	write := func(path string) error { return output.WriteFile(ctx, path, wav.Format{}, edition) }
	if err := writeWhole(v.output, v.force, write); err != nil {
		return err
	}
	_, err = fmt.Fprintf(v.stdout, "%s: %.1f s\n", printable(v.output), t.Rate.Duration(t.Frames).Seconds())
	return err
}

// writeWhole has a file written that is there once it is complete.
func writeWhole(path string, force bool, write func(path string) error) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".narrate-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	part := filepath.Join(dir, "part")
	if err := write(part); err != nil {
		return err
	}
	if force {
		return os.Rename(part, path)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s has come to be there meanwhile; --force overwrites it", path)
	}
	return os.Rename(part, path)
}

// fileName makes a harmless file name of a voice's.
func fileName(voice string) string {
	if ext := filepath.Ext(voice); strings.EqualFold(ext, ".yaml") || strings.EqualFold(ext, ".yml") {
		voice = strings.TrimSuffix(filepath.Base(voice), ext)
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:,*?"<>| `, r) || r < ' ' {
			return '-'
		}
		return r
	}, voice)
}

// tryCommand is how to hear a voice, for people to copy.
func tryCommand(voice string) string {
	if strings.ContainsFunc(voice, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:+,", r))
	}) {
		voice = "'" + strings.ReplaceAll(voice, "'", `'\''`) + "'"
	}
	return "narrate voices try " + voice + ` "A sentence to hear."`
}
