// Package fake is a tts.Backend for tests: a word is a tone, a gap is
// silence, and both have lengths that follow from the text alone. It can be
// told to fail for named texts in the ways in which engines fail. It is never
// offered to users.
package fake

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// Action is a way to fail.
type Action int

const (
	Fail   Action = iota // return ErrInjected
	Empty                // return a clip of no frames
	Silent               // return a clip of the right length without sound
	Short                // return a clip that is far too short for its text
	Cut                  // return a clip whose sound ends before its Frames
	Hang                 // return only when the context is cancelled
)

// Fault makes a text fail.
type Fault struct {
	Do    Action
	Times int // how many calls fail before the text is spoken; 0 is all
}

// ErrInjected is what Fail returns.
var ErrInjected = errors.New("injected failure")

// Options configure a Backend. The zero value is a mono engine at 24 kHz
// that knows every voice and never fails.
type Options struct {
	Name   string           // default "fake"
	Rate   pcm.Hz           // default 24000
	Voices []string         // the only names of voices.Voice.Engine it knows; nil is any
	Faults map[string]Fault // by Request.Text
	// Plain leaves out the marks, like an engine that gives no word times.
	Plain bool
	// Deaf takes no phonemes.
	Deaf bool
}

// Backend is the test double; it also counts what it is asked.
type Backend struct {
	options Options
	calls   atomic.Int64
	running atomic.Int64
	peak    atomic.Int64
	mu      sync.Mutex
	texts   map[string]int
}

// The sound's measures at rate 1. Words are about as long as real ones.
const (
	head    = 20 * time.Millisecond
	letter  = 70 * time.Millisecond
	digit   = 300 * time.Millisecond
	ideo    = 200 * time.Millisecond // an ideograph, kana or Hangul syllable
	gap     = 50 * time.Millisecond  // after a word
	clause  = 200 * time.Millisecond // after punctuation
	tail    = 300 * time.Millisecond
	maxText = 1000 // code points
	maxIPA  = 240  // bytes

	minRate, maxRate = 0.25, 4
)

// New makes a Backend.
func New(options Options) *Backend {
	if options.Name == "" {
		options.Name = "fake"
	}
	if options.Rate == 0 {
		options.Rate = 24000
	}
	return &Backend{options: options, texts: make(map[string]int)}
}

// Calls is how often Synthesize was called.
func (b *Backend) Calls() int { return int(b.calls.Load()) }

// CallsOf is how often Synthesize was called for text.
func (b *Backend) CallsOf(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.texts[text]
}

// Peak is the largest number of calls that ran at once.
func (b *Backend) Peak() int { return int(b.peak.Load()) }

// Name implements tts.Backend.
func (b *Backend) Name() string { return b.options.Name }

// Info implements tts.Backend.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	if err := ctx.Err(); err != nil {
		return tts.Info{}, err
	}
	info := tts.Info{
		Version:  fmt.Sprintf("fake 1 at %d Hz", b.options.Rate),
		Marks:    !b.options.Plain,
		Phonemes: !b.options.Deaf,
		MaxText:  maxText,
	}
	if b.options.Plain {
		info.MarksNote = "told to give none"
	}
	for _, name := range b.options.Voices {
		info.Voices = append(info.Voices, tts.EngineVoice{Name: name, Language: "und"})
	}
	return info, nil
}

// Close implements tts.Backend; there is nothing to stop.
func (b *Backend) Close() error { return nil }

// Check implements tts.Checker.
func (b *Backend) Check(ctx context.Context, voice voices.Voice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.options.Voices != nil && !slices.Contains(b.options.Voices, voice.Engine) {
		return fmt.Errorf("%w: %.100q", tts.ErrVoice, voice.Engine)
	}
	if f := factor(voice.Rate); !(f >= minRate && f <= maxRate) || voice.Rate < 0 {
		return fmt.Errorf("%w at rate %g", tts.ErrVoice, voice.Rate)
	}
	return nil
}

// Pronounce implements tts.Pronouncer: anything with a letter in it will do,
// up to maxIPA.
func (b *Backend) Pronounce(ctx context.Context, voice voices.Voice, ipa string) error {
	if err := b.Check(ctx, voice); err != nil {
		return err
	}
	if len(ipa) > maxIPA || !utf8.ValidString(ipa) || !strings.ContainsFunc(ipa, unicode.IsLetter) {
		return fmt.Errorf("%w: %q", tts.ErrPhonemes, ipa)
	}
	return nil
}

// Spell implements tts.Speller: capital letters will do.
func (b *Backend) Spell(ctx context.Context, voice voices.Voice, phonemes string) error {
	if err := b.Check(ctx, voice); err != nil {
		return err
	}
	if b.options.Deaf || phonemes == "" || strings.ContainsFunc(phonemes, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return fmt.Errorf("%w: %q", tts.ErrPhonemes, phonemes)
	}
	return nil
}

// Synthesize implements tts.Backend. A word in which phonemes begin sounds as if
// they were what is written.
func (b *Backend) Synthesize(ctx context.Context, request tts.Request) (tts.Clip, error) {
	b.calls.Add(1)
	for n := b.running.Add(1); ; {
		peak := b.peak.Load()
		if n <= peak || b.peak.CompareAndSwap(peak, n) {
			break
		}
	}
	defer b.running.Add(-1)
	b.mu.Lock()
	b.texts[request.Text]++
	call := b.texts[request.Text]
	b.mu.Unlock()

	text, voice := request.Text, request.Voice
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	if !utf8.ValidString(text) {
		return tts.Clip{}, fmt.Errorf("%w: not valid UTF-8", tts.ErrText)
	}
	if n := utf8.RuneCountInString(text); n > maxText {
		return tts.Clip{}, fmt.Errorf("%w: %d characters of at most %d", tts.ErrTooLong, n, maxText)
	}
	if err := b.Check(ctx, voice); err != nil {
		return tts.Clip{}, err
	}
	if err := tts.ValidPhonemes(text, request.Phonemes); err != nil {
		return tts.Clip{}, err
	}
	said := map[int]string{}
	for _, p := range request.Phonemes {
		switch {
		case p.Native != "" && b.Spell(ctx, voice, p.Native) == nil:
			said[p.Lo] = p.Native
		case p.Native == "" && !b.options.Deaf && b.Pronounce(ctx, voice, p.IPA) == nil:
			said[p.Lo] = p.IPA
		}
	}
	samples, marks := speak(b.options.Rate, text, said, voice)
	if len(marks) == 0 {
		return tts.Clip{}, fmt.Errorf("%w: nothing to say in %q", tts.ErrEmpty, text)
	}
	if b.options.Plain {
		marks = nil
	}
	format := pcm.Format{Rate: b.options.Rate, Channels: 1}
	fault, failing := b.options.Faults[text]
	if !failing || fault.Times > 0 && call > fault.Times {
		return tts.Samples(format, samples, marks), nil
	}
	switch fault.Do {
	case Empty:
		return tts.Samples(format, nil, nil), nil
	case Silent:
		return tts.Samples(format, make([]int16, len(samples)), marks), nil
	case Short:
		return tts.Samples(format, samples[:b.options.Rate.Frames(head+10*time.Millisecond)], nil), nil
	case Cut:
		clip := tts.Samples(format, samples[:len(samples)/2], marks)
		clip.Frames = int64(len(samples))
		return clip, nil
	case Hang:
		<-ctx.Done()
		return tts.Clip{}, ctx.Err()
	default:
		return tts.Clip{}, fmt.Errorf("call %d for %q: %w", call, text, ErrInjected)
	}
}

// speak lays out the words of text, said holding the phonemes of those that begin at
// a byte. Integer arithmetic alone, so that the samples are the same on every
// machine.
func speak(rate pcm.Hz, text string, said map[int]string, voice voices.Voice) ([]int16, []tts.Mark) {
	var samples []int16
	var marks []tts.Mark
	var length time.Duration // of the word under way
	start := -1
	silence := func(d time.Duration) {
		samples = append(samples, make([]int16, rate.Frames(scale(d, voice.Rate)))...)
	}
	end := func(hi int) {
		if start < 0 {
			return
		}
		word := text[start:hi]
		if sounds, ok := said[start]; ok {
			word, length = sounds, letter*time.Duration(utf8.RuneCountInString(sounds))
		}
		marks = append(marks, tts.Mark{Frame: int64(len(samples)), Lo: start, Hi: hi})
		samples = tone(samples, rate, word, scale(length, voice.Rate), voice)
		silence(gap)
		start, length = -1, 0
	}
	silence(head)
	for i, r := range text {
		var add time.Duration
		switch {
		case unicode.IsNumber(r):
			add = digit
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			add = ideo
		case unicode.IsLetter(r):
			add = letter
		case unicode.IsMark(r) && start >= 0: // belongs to the letter before it
			continue
		default:
			end(i)
			if unicode.IsPunct(r) && len(marks) > 0 {
				silence(clause)
			}
			continue
		}
		if start < 0 {
			start = i
		}
		length += add
	}
	end(len(text))
	silence(tail)
	return samples, marks
}

// tone appends a triangle wave whose pitch follows from the word and voice.
func tone(samples []int16, rate pcm.Hz, word string, length time.Duration, voice voices.Voice) []int16 {
	h := fnv.New32a()
	// A hash.Hash never returns an error.
	fmt.Fprint(h, voice.Engine, "\x00", word)
	pitch := int64(factor(voice.Pitch) * 1000)
	hertz := max(40, (150+int64(h.Sum32()%300))*pitch/1000)
	peak := min(int64(32767), int64(factor(voice.Volume)*8000))
	var phase int64 // in 1/rate of a period
	for range rate.Frames(length) {
		// From 0 up to +peak, down to -peak and back up to 0.
		at := 4 * peak * phase / int64(rate)
		switch {
		case at > 3*peak:
			at -= 4 * peak
		case at > peak:
			at = 2*peak - at
		}
		samples = append(samples, int16(at))
		phase = (phase + hertz) % int64(rate)
	}
	return samples
}

// scale shortens d by a speaking rate.
func scale(d time.Duration, rate float64) time.Duration {
	return time.Duration(float64(d) / factor(rate))
}

// factor reads a voice's factor; a missing one is 1.
func factor(f float64) float64 {
	if f <= 0 {
		return 1
	}
	return f
}
