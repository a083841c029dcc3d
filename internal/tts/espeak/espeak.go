// Package espeak speaks with espeak-ng. It drives the engine in one of two
// ways, which give the same samples:
//
//   - as a worker: this program started again, with libespeak-ng loaded; it
//     also gives the start of every word (see worker.go);
//   - as the program espeak-ng, a process for each sentence, where the library
//     cannot be used; without word times.
//
// The engine's exit status says little, so everything that comes back is
// checked; the text is made harmless before the engine sees it (see text.go).
package espeak

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// Options configure a Backend.
type Options struct {
	// Program is the engine's program; default "espeak-ng", found on PATH.
	Program string
	// Worker is the command that runs this program again so that WorkerMain
	// is its first act, such as os.Executable(). Without it the library is
	// not used.
	Worker []string
	// Timeout is how long one request may take before the engine counts as
	// hung; default a minute. The longest text takes about a second.
	Timeout time.Duration
}

// maxText is Info.MaxText. The engine reads a clause into 800 bytes and cuts
// what is longer anywhere, so that nothing is gained by longer texts, while
// time and memory grow faster than length does.
const maxText = 1000

// maxFrames limits what the engine may send for one text: 1,000 digits at the
// slowest speed take under half an hour at 22,050 Hz.
const maxFrames = 30 * 60 * 22050

// The engine's own normal values and limits (speak_lib.h; outside these it
// silently does something else, or gives no sound at all).
const (
	normalWPM, minWPM, maxWPM = 175, 80, 450
	normalPitch, maxPitch     = 50, 99
	normalVolume, maxVolume   = 100, 200
	normalRange, maxRange     = 50, 99
)

// Backend is espeak-ng as a tts.Backend.
type Backend struct {
	options Options
	slots   chan struct{} // one for each request that may run at once
	pool    pool

	engine *tts.Found[*engine]

	mu     sync.Mutex
	sounds map[string]*tts.Found[*sounds] // by voice
}

// request is one utterance as the engine takes it.
type request struct {
	Text   string // harmless
	Voice  string // from the engine's own list
	WPM    int
	Pitch  int
	Volume int
	Range  int // more than normalRange
	Gap    int // in units of gapUnit
	// Seed makes the engine's noise repeatable, from 1.52 on.
	Seed bool
}

// speech is what the engine gives for a request.
type speech struct {
	format  pcm.Format
	samples []int16
	words   []word
}

// New makes a Backend. It starts nothing yet.
func New(options Options) *Backend {
	if options.Program == "" {
		options.Program = "espeak-ng"
	}
	if options.Timeout == 0 {
		options.Timeout = time.Minute
	}
	return &Backend{
		options: options,
		slots:   make(chan struct{}, runtime.NumCPU()),
		engine:  tts.NewFound[*engine](),
		pool:    pool{command: options.Worker, timeout: options.Timeout},

		sounds: map[string]*tts.Found[*sounds]{},
	}
}

// Name implements tts.Backend.
func (b *Backend) Name() string { return "espeak" }

// Info implements tts.Backend.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	e, err := b.look(ctx)
	if err != nil {
		return tts.Info{}, err
	}
	return tts.Info{
		Version:   e.key(),
		Voices:    e.voices.offer(),
		Marks:     e.note == "",
		MarksNote: e.note,
		Phonemes:  e.tablesErr == nil,
		MaxText:   maxText,
		Parallel:  cap(b.slots),
	}, nil
}

// Check implements tts.Checker.
func (b *Backend) Check(ctx context.Context, v voices.Voice) error {
	e, err := b.look(ctx)
	if err != nil {
		return err
	}
	_, err = e.voice(v)
	return err
}

// VoiceName implements tts.Namer: a voice has a file, a language and a name.
func (b *Backend) VoiceName(ctx context.Context, v voices.Voice) (string, error) {
	e, err := b.look(ctx)
	if err != nil {
		return "", err
	}
	ask, err := e.voice(v)
	return ask.Voice, err
}

// VoiceVersion implements tts.Versioner: clips of MBROLA voices have no word times.
func (b *Backend) VoiceVersion(ctx context.Context, v voices.Voice) (string, error) {
	name, err := b.VoiceName(ctx, v)
	if err == nil && isMBROLA(name) {
		return "without word times", nil
	}
	return "", err
}

// Pronounce implements tts.Pronouncer.
func (b *Backend) Pronounce(ctx context.Context, v voices.Voice, ipa string) error {
	return b.judge(ctx, v, tts.Phonemes{IPA: ipa})
}

// Spell implements tts.Speller.
func (b *Backend) Spell(ctx context.Context, v voices.Voice, phonemes string) error {
	return b.judge(ctx, v, tts.Phonemes{Native: phonemes})
}

func (b *Backend) judge(ctx context.Context, v voices.Voice, p tts.Phonemes) error {
	e, err := b.look(ctx)
	if err != nil {
		return err
	}
	ask, err := e.voice(v)
	if err != nil {
		return err
	}
	_, err = b.mnemonics(ctx, e, ask.Voice, p)
	return err
}

// mnemonics turns a pronunciation into what the engine takes for a voice of its
// list.
func (b *Backend) mnemonics(ctx context.Context, e *engine, voice string, p tts.Phonemes) (string, error) {
	s, err := b.soundsOf(ctx, e, voice)
	if err != nil {
		return "", err
	}
	var m string
	if p.Native != "" {
		m, err = s.spell(p.Native)
	} else {
		m, err = s.say(p.IPA)
	}
	if err != nil {
		return "", fmt.Errorf("espeak: %w", err)
	}
	return m, nil
}

// Synthesize implements tts.Backend. Phonemes that Pronounce or Spell
// objects to are spoken as they are written.
func (b *Backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	if !utf8.ValidString(r.Text) {
		return tts.Clip{}, fmt.Errorf("espeak: %w: not valid UTF-8", tts.ErrText)
	}
	if n := utf8.RuneCountInString(r.Text); n > maxText {
		return tts.Clip{}, fmt.Errorf("espeak: %w: %d characters, and espeak-ng takes %d at a time", tts.ErrTooLong, n, maxText)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return tts.Clip{}, fmt.Errorf("espeak: %w", err)
	}
	e, err := b.look(ctx)
	if err != nil {
		return tts.Clip{}, err
	}
	ask, err := e.voice(r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	if strings.TrimSpace(harmless(r.Text)) == "" {
		return tts.Clip{}, fmt.Errorf("espeak: %w: the text is empty", tts.ErrEmpty)
	}
	var said []spoken
	for _, p := range r.Phonemes {
		m, err := b.mnemonics(ctx, e, ask.Voice, p)
		switch {
		case err == nil:
			said = append(said, spoken{p.Lo, p.Hi, m})
		case !errors.Is(err, tts.ErrPhonemes):
			return tts.Clip{}, err
		}
	}
	var offsets []int
	ask.Text, offsets = compose(r.Text, said)

	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return tts.Clip{}, ctx.Err()
	}
	speak := b.pool.speak
	if e.note != "" {
		speak = func(ctx context.Context, r request) (speech, error) { return e.speak(ctx, b.options.Timeout, r) }
	}
	s, err := speak(ctx, ask)
	if err != nil {
		if ctx.Err() != nil {
			return tts.Clip{}, ctx.Err()
		}
		return tts.Clip{}, fmt.Errorf("espeak: %w", err)
	}
	if pcm.Silent(s.samples) {
		return tts.Clip{}, fmt.Errorf("espeak: %w: voice %s says nothing for %q", tts.ErrEmpty, ask.Voice, r.Text)
	}
	var marks []tts.Mark
	if e.note == "" && !isMBROLA(ask.Voice) {
		marks = place(r.Text, offsets, s.words, int64(len(s.samples)))
	}
	return tts.Samples(s.format, s.samples, marks), nil
}

// Close implements tts.Backend.
func (b *Backend) Close() error { return b.pool.workers.Close() }

// voice turns a voice into a request without a text.
func (e *engine) voice(v voices.Voice) (request, error) {
	name, err := e.voices.find(v.Engine)
	if err != nil {
		return request{}, fmt.Errorf("espeak: %w", err)
	}
	r, err := prosody(v)
	if err == nil {
		err = r.apply(v)
	}
	if err != nil {
		return request{}, fmt.Errorf("espeak: voice %s: %w", name, err)
	}
	if r.Range != 0 && e.note != "" {
		// The program has no option for it, and the command that a text may
		// hold changes more than the range.
		return request{}, fmt.Errorf("espeak: voice %s: %w", name, unfitVoice("the setting range needs libespeak-ng; "+e.note))
	}
	r.Voice, r.Seed = name, e.seeded
	return r, nil
}

// prosody turns a voice's factors into the engine's numbers.
func prosody(v voices.Voice) (request, error) {
	var r request
	var unfit []string
	set := func(to *int, what string, factor float64, normal, least, most int) {
		if factor == 0 { // not set
			factor = 1
		}
		n := math.Round(factor * float64(normal))
		if !(n >= float64(least) && n <= float64(most)) { // also refuses NaN
			unfit = append(unfit, fmt.Sprintf("%s %g is not between %.2f and %.2f, as espeak-ng needs it",
				what, factor, float64(least)/float64(normal), float64(most)/float64(normal)))
			return
		}
		*to = int(n)
	}
	set(&r.WPM, "rate", v.Rate, normalWPM, minWPM, maxWPM)
	set(&r.Pitch, "pitch", v.Pitch, normalPitch, 0, maxPitch)
	set(&r.Volume, "volume", v.Volume, normalVolume, 1, maxVolume)
	if unfit != nil {
		return request{}, unfitVoice(strings.Join(unfit, "; "))
	}
	return r, nil
}

// unfitVoice is an error about a voice that the engine cannot use; it counts
// as tts.ErrVoice and carries its own words.
type unfitVoice string

func (e unfitVoice) Error() string { return string(e) }

func (e unfitVoice) Unwrap() error { return tts.ErrVoice }
