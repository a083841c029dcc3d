// Package piper speaks with Piper, a neural engine that works offline. It
// drives it in two ways, each a tts.Backend of its own:
//
//   - Backend, "piper", runs the program. Programs of that name come in two
//     kinds. Those in C++ (rhasspy/piper from 1.2 on, and the one of libpiper in
//     OHF-Voice/piper1-gpl) read requests as lines of JSON: they are started
//     once and keep their model. The Python ones (the package piper-tts) do not;
//     one is started for each text, with the text on standard input.
//   - Server, "piper-server", asks the HTTP server of the Python package, which
//     keeps its models.
//
// Where they differ, they are asked in the way that all understand. What they
// do was taken from their documentation and source, which comments name.
package piper

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/adrg/xdg"

	"narrate/internal/pcm"
	"narrate/internal/process"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/voices"
)

// adapter is this package's own part in a clip: what harmless, tune and the
// arguments make of a request. Count it up with every change there that may
// alter the sound of any text.
const adapter = 1

// maxText is Info.MaxText. Piper divides what is longer than a sentence itself,
// and a sentence's memory grows with its length.
const maxText = 1000

// marksNote is why there are no word times.
const marksNote = "no word times: piper does not tell them"

// page is where users find the program and its voices.
const page = "https://github.com/OHF-Voice/piper1-gpl"

// Options configure a Backend.
type Options struct {
	// Program is the engine's program; default "piper", else "piper-tts",
	// whichever on PATH is the engine.
	Program string
	// Folders are where voices are looked for, the first that has one wins;
	// default piper-voices in the user's and the system's data folders.
	Folders []string
	// Timeout is how long one request may take, the loading of the model
	// included, before the engine counts as hung; default 3 minutes.
	Timeout time.Duration
	// Parallel is how many requests may run at once, each with a model in
	// memory; default half the cores, at most 4, since the engine itself uses
	// several.
	Parallel int
}

// Backend is the program piper as a tts.Backend.
type Backend struct {
	options Options
	slots   chan struct{} // one for each request that may run at once
	pool    pool
	models  models

	engine *tts.Found[*engine]
}

// request is one text as the program takes it.
type request struct {
	text          string // harmless
	model, config string // absolute paths
	rate          pcm.Hz // of the model
	tuning
}

// New makes a Backend. It starts nothing yet.
func New(o Options) *Backend {
	if o.Folders == nil {
		for _, data := range append([]string{xdg.DataHome}, xdg.DataDirs...) {
			o.Folders = append(o.Folders, filepath.Join(data, "piper-voices"))
		}
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Minute
	}
	if o.Parallel == 0 {
		o.Parallel = max(1, min(4, runtime.NumCPU()/2))
	}
	return &Backend{
		options: o,
		slots:   make(chan struct{}, o.Parallel),
		pool:    pool{timeout: o.Timeout, workers: process.Pool[*worker]{Most: o.Parallel}},
		models:  models{folders: o.Folders, sums: map[string]sum{}},
		engine:  tts.NewFound[*engine](),
	}
}

// Name implements tts.Backend.
func (b *Backend) Name() string { return "piper" }

// Info implements tts.Backend. Its Voices are those found in the folders.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	e, err := b.look(ctx)
	if err != nil {
		return tts.Info{}, err
	}
	return tts.Info{
		Version:   fmt.Sprintf("piper %s adapter %d", e.version, adapter),
		Voices:    e.voices,
		MarksNote: marksNote,
		MaxText:   maxText,
		Parallel:  cap(b.slots),
	}, nil
}

// Check implements tts.Checker.
func (b *Backend) Check(ctx context.Context, v voices.Voice) error {
	_, _, err := b.prepare(ctx, v)
	return err
}

// VoiceVersion implements tts.Versioner by what the model's files hold.
func (b *Backend) VoiceVersion(ctx context.Context, v voices.Voice) (string, error) {
	_, r, err := b.prepare(ctx, v)
	if err != nil {
		return "", err
	}
	model, err := b.models.sum(ctx, r.model)
	if err != nil {
		return "", fmt.Errorf("piper: %w", err)
	}
	config, err := b.models.sum(ctx, r.config)
	if err != nil {
		return "", fmt.Errorf("piper: %w", err)
	}
	return model + " " + config, nil
}

// prepare finds the engine and turns a voice into a request without a text.
func (b *Backend) prepare(ctx context.Context, v voices.Voice) (*engine, request, error) {
	e, err := b.look(ctx)
	if err != nil {
		return nil, request{}, err
	}
	r, err := b.request(e, v)
	if err != nil {
		return nil, request{}, fmt.Errorf("piper: %w", err)
	}
	return e, r, nil
}

func (b *Backend) request(e *engine, v voices.Voice) (request, error) {
	var r request
	var err error
	if r.model, err = b.models.find(v.Engine); err != nil {
		return request{}, err
	}
	r.config = r.model + ".json"
	if c := v.Settings["config"]; c != "" {
		if !e.lines {
			return request{}, unfitVoice(fmt.Sprintf("voice %.100q: the piper of Python ignores the setting config; lay that file beside the model, as %s", v.Engine, filepath.Base(r.config)))
		}
		if c, err = expand(c); err != nil {
			return request{}, err
		}
		if r.config = c; !filepath.IsAbs(c) {
			r.config = filepath.Join(filepath.Dir(r.model), c)
		}
	}
	c, err := readConfig(r.config)
	if err != nil {
		return request{}, err
	}
	r.rate = pcm.Hz(c.Audio.SampleRate)
	if r.tuning, err = tune(v, c, "config"); err != nil {
		return request{}, err
	}
	return r, nil
}

// Synthesize implements tts.Backend.
func (b *Backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := usable(ctx, r); err != nil {
		return tts.Clip{}, err
	}
	e, ask, err := b.prepare(ctx, r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	if ask.text = harmless(r.Text); ask.text == "" {
		return tts.Clip{}, errNothing
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return tts.Clip{}, ctx.Err()
	}
	var clip tts.Clip
	if e.lines {
		var wav []byte
		if wav, err = b.pool.speak(ctx, e.path, ask); err == nil {
			clip, err = sound.Decode(ctx, sound.Format{Name: sound.WAV}, wav)
		}
	} else {
		var raw []byte
		if raw, err = e.speak(ctx, b.options.Timeout, ask); err == nil {
			clip, err = sound.Decode(ctx, sound.Format{Name: sound.PCM, Rate: ask.rate, Channels: 1}, raw)
		}
	}
	if want := (pcm.Format{Rate: ask.rate, Channels: 1}); err == nil && clip.Format != want {
		err = fmt.Errorf("%w: sound of %d Hz and %d channels, and the model's is %d Hz and 1", tts.ErrBroken, clip.Format.Rate, clip.Format.Channels, want.Rate)
	}
	if err != nil {
		if ctx.Err() != nil {
			return tts.Clip{}, ctx.Err()
		}
		return tts.Clip{}, fmt.Errorf("piper: %w", err)
	}
	return ask.amplify(clip), nil
}

// Close implements tts.Backend.
func (b *Backend) Close() error { return b.pool.workers.Close() }

// errNothing is for a text that holds nothing to say.
var errNothing = fmt.Errorf("piper: %w: the text is empty", tts.ErrEmpty)

// usable reports a request that no voice can speak.
func usable(ctx context.Context, r tts.Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !utf8.ValidString(r.Text) {
		return fmt.Errorf("piper: %w: not valid UTF-8", tts.ErrText)
	}
	if n := utf8.RuneCountInString(r.Text); n > maxText {
		return fmt.Errorf("piper: %w: %d characters, and narrate gives piper %d at a time", tts.ErrTooLong, n, maxText)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return fmt.Errorf("piper: %w", err)
	}
	return nil
}

// unfitVoice is an error about a voice that the engine cannot use; it counts
// as tts.ErrVoice and carries its own words.
type unfitVoice string

func (e unfitVoice) Error() string { return string(e) }

func (e unfitVoice) Unwrap() error { return tts.ErrVoice }

// language is a BCP 47 tag for what a model calls its language: "en_US", or the
// name of a voice of espeak-ng, "en-us".
func language(c *config) string {
	for _, name := range []string{c.Language.Code, c.Espeak.Voice} {
		if name != "" {
			return strings.ReplaceAll(name, "_", "-")
		}
	}
	return "und"
}

// note says for people what a model is.
func note(c *config) string {
	s := fmt.Sprintf("%d Hz", c.Audio.SampleRate)
	if c.Audio.Quality != "" {
		s = strings.ReplaceAll(c.Audio.Quality, "_", "-") + ", " + s
	}
	if c.Speakers > 1 {
		s += fmt.Sprintf(", %d speakers", c.Speakers)
	}
	return s
}
