package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"narrate/internal/tts"
	"narrate/voices"
)

// voiceNew is `narrate voices new`: a commented profile to start from.
type voiceNew struct {
	*app
	backend, lang, engine string
	output                string
}

func newVoiceNewCommand(a *app) *cobra.Command {
	v := &voiceNew{app: a}
	c := &cobra.Command{
		Use:   "new [flags] NAME",
		Short: "print a voice profile to change, every key of it explained",
		Example: `  narrate voices new --lang de -o slow.yaml slow
  narrate voices new --lang en --engine-voice en+f3 anna`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("new takes the profile's name")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return v.run(c.Context(), args[0]) },
	}
	f := c.Flags()
	f.StringVar(&v.backend, "backend", defaultBackend, "the speech engine, as \"narrate backends\" lists them")
	f.StringVar(&v.lang, "lang", "en", "what the voice speaks, as a BCP 47 tag")
	f.StringVar(&v.engine, "engine-voice", "", "the engine's own name of the voice (default: one for the language)")
	f.StringVarP(&v.output, "output", "o", "", "the `FILE` to write (default: standard output)")
	must(c.MarkFlagFilename("output", "yaml", "yml"))
	return c
}

func (n *voiceNew) run(ctx context.Context, name string) (err error) {
	if err := checkLang(n.lang); err != nil {
		return err
	}
	all, err := n.openBackends()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.close()) }()
	backend := all[n.backend]
	if backend == nil {
		return noBackend("--backend", n.backend, all)
	}
	if n.engine == "" {
		if n.engine, err = n.voiceFor(ctx, backend); err != nil {
			return err
		}
	}
	v := voices.Default()
	v.Name, v.Backend, v.Language, v.Engine = name, n.backend, n.lang, n.engine
	v.Description = "my voice for " + n.lang
	if err := tts.CheckVoice(ctx, backend, v); err != nil {
		n.messages.warningf("as it stands this voice cannot be used here: %v", err)
	}
	data, err := voices.Template(&v)
	if err != nil {
		return usageError{err}
	}
	if n.output == "" {
		if _, err := n.stdout.Write(data); err != nil {
			return err
		}
	} else if err := writeNew(n.output, data); err != nil {
		return err
	}
	n.messages.hintf("in the folder %s narrate finds it by its name, elsewhere by its file's", profileDir())
	return nil
}

// voiceFor gives one of the engine's own voices for the language.
func (n *voiceNew) voiceFor(ctx context.Context, backend tts.Backend) (string, error) {
	set, err := profiles()
	if err != nil {
		return "", err
	}
	if v, err := set.For(n.lang, n.backend); err == nil {
		return v.Engine, nil
	}
	info, err := backend.Info(ctx)
	if err != nil {
		return "", fmt.Errorf("%w; name one of its voices with --engine-voice", err)
	}
	want, _ := language.Make(n.lang).Base()
	for _, v := range info.Voices {
		if have, _ := language.Make(v.Language).Base(); have == want {
			return v.Name, nil
		}
	}
	return "", usageError{fmt.Errorf("%s lists no voice for the language %q; name one with --engine-voice", n.backend, n.lang)}
}

// writeNew writes a file that is not there yet.
func writeNew(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}
