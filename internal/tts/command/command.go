// Package command speaks with programs that are already on people's machines:
// each is described by a profile, a YAML file that says how it is started, where
// it takes its text from and where it leaves its sound. Profiles for several
// programs are embedded; others come from the user's folder. See
// docs/backends.md.
//
// No shell is involved: an argument of the profile is an argument of the
// program, whatever is put into it. Each request runs in an empty folder of its
// own, which is removed afterwards; the program's temporary files go there too.
// Its exit status says little, so everything that comes back is checked.
package command

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/process"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/voices"
)

// adapter is this package's own part in a clip: what chars, the scales and place
// make of a request. Count it up with every change there that may alter the
// sound or the marks of any text.
const adapter = 1

// marksNote is why there are no word times.
const marksNote = "no word times: the program does not tell them"

// Options configure a Backend.
type Options struct {
	// Program is used in place of the profile's own, where it is not empty.
	Program string
	// Timeout is how long the program may take for one request before it counts
	// as hung; default 2 minutes.
	Timeout time.Duration
}

// Backend is a program as a tts.Backend.
type Backend struct {
	profile *Profile
	options Options
	slots   chan struct{} // one for each request that may run at once

	engine *tts.Found[*engine]
}

// New makes the backend that a profile describes. It starts nothing yet.
func New(p *Profile, o Options) *Backend {
	if o.Program == "" {
		o.Program = p.program
	}
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	parallel := p.parallel
	if parallel == 0 {
		parallel = runtime.NumCPU()
	}
	return &Backend{
		profile: p, options: o,
		slots:  make(chan struct{}, parallel),
		engine: tts.NewFound[*engine](),
	}
}

// Name implements tts.Backend: the profile's.
func (b *Backend) Name() string { return b.profile.Name }

// Info implements tts.Backend.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	e, err := b.look(ctx)
	if err != nil {
		return tts.Info{}, err
	}
	info := tts.Info{
		Version:  fmt.Sprintf("%s profile %s adapter %d", e.version, b.profile.digest, adapter),
		Voices:   slices.Clone(e.voices),
		Marks:    b.profile.marks != nil,
		MaxText:  b.profile.text.max,
		Parallel: cap(b.slots),
	}
	if !info.Marks {
		info.MarksNote = marksNote
	}
	return info, nil
}

// Check implements tts.Checker.
func (b *Backend) Check(ctx context.Context, v voices.Voice) error {
	e, err := b.look(ctx)
	if err != nil {
		return err
	}
	_, err = b.ask(e, v)
	return err
}

// VoiceName implements tts.Namer: the case of a name does not matter.
func (b *Backend) VoiceName(ctx context.Context, v voices.Voice) (string, error) {
	e, err := b.look(ctx)
	if err != nil {
		return "", err
	}
	a, err := b.ask(e, v)
	if err != nil {
		return "", err
	}
	return a.voice, nil
}

// Close implements tts.Backend. Nothing is kept running.
func (b *Backend) Close() error { return nil }

// ask is a request without its text.
type ask struct {
	voice  string
	values map[string]string // of placeholders
	normal bool              // rate, pitch and volume
	gain   float64           // what is left of the volume to do
}

// ask turns a voice into what the program takes.
func (b *Backend) ask(e *engine, v voices.Voice) (*ask, error) {
	p := b.profile
	name, err := e.find(v.Engine)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	a := &ask{voice: name, values: map[string]string{"{voice}": name}, gain: 1}
	var unfit []string
	known, _ := p.voices.find(name)
	for _, what := range []struct {
		name   string
		factor float64
		scale  *tts.Scale
		fixed  bool
	}{
		{"rate", v.Rate, p.rate, false},
		{"pitch", v.Pitch, p.pitch, known.fixedPitch},
		{"volume", v.Volume, p.volume, false},
	} {
		switch {
		case what.fixed && !tts.Normal(what.factor), what.scale == nil && what.name != "volume" && !tts.Normal(what.factor):
			unfit = append(unfit, fmt.Sprintf("%s %g: its %s cannot be changed", what.name, what.factor, what.name))
		case what.scale != nil:
			value, err := what.scale.Value(what.factor)
			if err != nil {
				unfit = append(unfit, fmt.Sprintf("%s %v", what.name, err))
			}
			a.values["{"+what.name+"}"] = value
		case what.name == "volume" && what.factor != 0:
			if a.gain = what.factor; !(a.gain > 0 && a.gain <= maxGain) {
				unfit = append(unfit, fmt.Sprintf("volume %g is not above 0 and at most %d", what.factor, maxGain))
			}
		}
	}
	for setting := range v.Settings {
		unfit = append(unfit, fmt.Sprintf("it has no setting %.64q, and no others", setting))
	}
	if unfit != nil {
		slices.Sort(unfit)
		return nil, fmt.Errorf("%s: voice %s: %w", p.Name, name, unfitVoice(strings.Join(unfit, "; ")))
	}
	a.normal = tts.Normal(v.Rate) && tts.Normal(v.Pitch) && (p.volume == nil || tts.Normal(v.Volume))
	return a, nil
}

// maxGain is the most that a volume may be where the program has none and its
// sound is made louder: more is a mistake.
const maxGain = 4

// unfitVoice is an error about a voice that the program cannot use; it counts as
// tts.ErrVoice and carries its own words.
type unfitVoice string

func (e unfitVoice) Error() string { return string(e) }

func (e unfitVoice) Unwrap() error { return tts.ErrVoice }

// Synthesize implements tts.Backend.
func (b *Backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	p := b.profile
	if !utf8.ValidString(r.Text) {
		return tts.Clip{}, fmt.Errorf("%s: %w: not valid UTF-8", p.Name, tts.ErrText)
	}
	if n := utf8.RuneCountInString(r.Text); p.text.max > 0 && n > p.text.max {
		return tts.Clip{}, fmt.Errorf("%s: %w: %d characters, and it takes %d at a time", p.Name, tts.ErrTooLong, n, p.text.max)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return tts.Clip{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	e, err := b.look(ctx)
	if err != nil {
		return tts.Clip{}, err
	}
	a, err := b.ask(e, r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	chars, err := p.text.chars(r.Text)
	if err != nil {
		return tts.Clip{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	text := written(chars)
	if strings.TrimSpace(text) == "" {
		return tts.Clip{}, fmt.Errorf("%s: %w: the text is empty", p.Name, tts.ErrEmpty)
	}
	if p.text.words && wordless(text) {
		return tts.Clip{}, fmt.Errorf("%s: %w: %q has no letter and no digit", p.Name, tts.ErrEmpty, r.Text)
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return tts.Clip{}, ctx.Err()
	}
	clip, printed, err := b.speak(ctx, e, a, text)
	if err != nil {
		if ctx.Err() != nil {
			return tts.Clip{}, ctx.Err()
		}
		return tts.Clip{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	if p.marks == nil {
		return clip, nil
	}
	words, err := p.text.decode(printed)
	if err != nil {
		return tts.Clip{}, fmt.Errorf("%s: word times: %w", p.Name, err)
	}
	clip.Marks = p.place(words, chars, len(r.Text), clip.Format.Rate, clip.Frames)
	return clip, nil
}

// speak runs the program for a text. It gives its sound and what it printed
// beside it.
func (b *Backend) speak(ctx context.Context, e *engine, a *ask, text string) (tts.Clip, []byte, error) {
	p := b.profile
	if p.text.wrap != "" {
		text = fill(p.text.wrap, a.values, "{text}", text)
	}
	text = p.text.encode(text)
	var messages process.Tail
	out, err := e.run(ctx, b.options.Timeout, job{ask: a, text: text, messages: &messages})
	if err != nil {
		return tts.Clip{}, nil, err
	}
	clip, err := sound.Decode(ctx, p.sound.format, out.sound)
	if err == nil {
		clip, err = tts.Amplify(clip, pcm.Gain(math.Round(a.gain*float64(pcm.Unity))))
	}
	if err != nil {
		return tts.Clip{}, nil, fmt.Errorf("%w%s", err, messages.Note())
	}
	return clip, out.printed, nil
}

// fill puts values in place of placeholders. What it puts in is not looked
// through again.
func fill(s string, values map[string]string, more ...string) string {
	pairs := slices.Clone(more)
	for mark, value := range values {
		pairs = append(pairs, mark, value)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
