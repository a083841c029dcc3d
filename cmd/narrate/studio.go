package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"narrate/internal/config"
	"narrate/internal/document"
	"narrate/internal/fetch"
	"narrate/internal/input"
	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/internal/tts/purse"
	"narrate/voices"
)

// studio is what a run opens once for all its articles: voices, engines and
// what the options say.
type studio struct {
	*app
	*configs
	reading  *reading
	voices   *voices.Set
	backends backends
	purse    *purse.Purse // what their requests have cost
}

// open checks the options and opens the studio.
func (a *app) open(r *reading) (*studio, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	set, err := profiles()
	if err != nil {
		return nil, err
	}
	configs, err := r.configs(set)
	if err != nil {
		return nil, err
	}
	spent := &purse.Purse{}
	all, err := a.openBackendsFor(spent)
	if err != nil {
		return nil, err
	}
	return &studio{app: a, configs: configs, reading: r, voices: set, backends: all, purse: spent}, nil
}

func (s *studio) close() error { return s.backends.close() }

// profileDir is the folder of the user's voices.
func profileDir() string { return filepath.Join(xdg.ConfigHome, "narrate", "voices") }

// profiles loads the voices: narrate's own and the user's.
func profiles() (*voices.Set, error) { return voices.Load(profileDir()) }

// script reads one article, makes its script as c says and prints its
// warnings. It also gives the article as it came.
func (s *studio) script(ctx context.Context, article string, c config.Config) (*script.Script, []byte, error) {
	source, err := s.load(ctx, article)
	if err != nil {
		return nil, nil, err
	}
	doc, err := input.Read(source, s.reading.inputs())
	if err != nil {
		return nil, nil, err
	}
	named, err := s.namedVoice(ctx, doc, c)
	if err != nil {
		return nil, nil, err
	}
	sc, err := s.build(ctx, doc, c.Over(config.Config{Voice: named}))
	return sc, source.Data, err
}

// build makes the script of a document as c says and prints its warnings.
func (s *studio) build(ctx context.Context, doc *document.Document, c config.Config) (*script.Script, error) {
	o, err := options(c)
	if err != nil {
		return nil, err
	}
	o.Voices, o.MaxText, o.Pronounces, o.Spells = s.voices, s.backends.maxText(ctx), s.backends.pronounces(ctx), s.backends.spells(ctx)
	o.Speaks, o.Alone = s.backends.speaks(ctx), s.reading.recorded
	sc, err := script.Build(doc, o)
	if err != nil {
		return nil, err
	}
	for _, w := range sc.Warnings {
		s.messages.warningf("%s", w)
	}
	return sc, ctx.Err()
}

// load reads an article's bytes: a file's, standard input's, or what an address
// holds.
func (s *studio) load(ctx context.Context, article string) (input.Source, error) {
	if !fetch.IsAddress(article) {
		if scheme, _, ok := strings.Cut(article, "://"); ok && !strings.ContainsAny(scheme, "/\\.") {
			if _, err := os.Stat(article); err != nil {
				return input.Source{}, fmt.Errorf("%s: narrate fetches http and https addresses only", article)
			}
		}
		return input.Load(ctx, article, s.stdin)
	}
	page, err := fetch.Get(ctx, article, fetch.Options{
		AllowPrivate: s.reading.allowPrivate, MaxBytes: input.MaxBytes, UserAgent: "narrate/" + version,
	})
	if err != nil {
		return input.Source{}, err
	}
	return input.Source{Name: fetch.Public(article), Data: page.Data, MediaType: page.MediaType}, nil
}

// namedVoice gives the voice that the article itself asks for, nil where there
// is none or the user says who speaks. An article comes from anywhere: it can
// name what is there but opens no file, and what it names in vain is a warning.
func (s *studio) namedVoice(ctx context.Context, doc *document.Document, c config.Config) (*voices.Voice, error) {
	if doc.Voice == "" || c.Voice != nil || c.Voices != nil {
		return nil, nil
	}
	v, err := s.voices.Named(doc.Voice)
	if err == nil {
		if b := s.backends[v.Backend]; b == nil {
			err = fmt.Errorf("narrate has no backend %q", v.Backend)
		} else if err = tts.CheckVoice(ctx, b, *v); err != nil && !errors.Is(err, tts.ErrVoice) {
			return nil, err
		}
	}
	if err != nil {
		s.messages.warningf("%s: the article asks for a voice that cannot be had, another one speaks: %v", doc.Source, err)
		return nil, nil
	}
	return v, nil
}

// reference is the voice whose speech of a text the sound of others is compared
// with; nil where there is none for the language.
func (s *studio) reference(lang string) *voices.Voice {
	v, err := s.voices.For(lang, "espeak")
	if err != nil {
		return nil
	}
	return v
}
