// Package check is a decorator for speech engines that trusts nothing: every
// clip is read once from end to end before anyone builds on it.
package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// New is b with every clip checked. A clip without sound gives an error that
// wraps tts.ErrEmpty; one that is damaged, cut, implausibly short or long for
// its text, or that has impossible marks, gives one that wraps tts.ErrBroken.
func New(b tts.Backend) tts.Backend { return backend{tts.Around{Backend: b}} }

type backend struct{ tts.Around }

func (b backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	clip, err := b.Backend.Synthesize(ctx, r)
	if err != nil {
		return tts.Clip{}, err
	}
	if err := Clip(r, clip); err != nil {
		return tts.Clip{}, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return clip, nil
}

// The formats that engines use: telephone to studio.
const (
	minRate, maxRate = 8000, 192000 // Hz
	maxChannels      = 8
)

// Clip checks one clip of a request.
func Clip(r tts.Request, clip tts.Clip) error {
	if f := clip.Format; f.Rate < minRate || f.Rate > maxRate || f.Channels < 1 || f.Channels > maxChannels {
		return fmt.Errorf("%w: format of %d Hz and %d channels", tts.ErrBroken, f.Rate, f.Channels)
	}
	switch {
	case clip.Frames < 0:
		return fmt.Errorf("%w: %d frames", tts.ErrBroken, clip.Frames)
	case clip.Frames == 0:
		return fmt.Errorf("%w: no frames", tts.ErrEmpty)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return err
	}
	if err := marks(r.Text, clip); err != nil {
		return err
	}
	if err := sound(clip); err != nil {
		return err
	}
	// Last: for a clip that is silent or cut, that is the better message.
	least, most := Plausible(r.Text, r.Voice.Rate)
	if len(r.Phonemes) > 0 { // which may be left unheeded, too
		l, m := Plausible(pronounced(r), r.Voice.Rate)
		least, most = min(least, l), max(most, m)
	}
	if d := clip.Format.Rate.Duration(clip.Frames); d < least || d > most {
		return fmt.Errorf("%w: %.2f s of sound for a text that takes %.2f to %.0f s", tts.ErrBroken, d.Seconds(), least.Seconds(), most.Seconds())
	}
	return nil
}

// pronounced is the request's text with its phonemes in place of what they stand
// for.
func pronounced(r tts.Request) string {
	var s strings.Builder
	at := 0
	for _, p := range r.Phonemes {
		s.WriteString(r.Text[at:max(at, p.Lo)])
		s.WriteString(cmp.Or(p.Native, p.IPA))
		at = max(at, p.Hi)
	}
	return s.String() + r.Text[at:]
}

// marks checks that they are strictly ascending and inside text and clip.
func marks(text string, clip tts.Clip) error {
	lo, frame := 0, int64(-1)
	for i, m := range clip.Marks {
		if m.Frame <= frame || m.Frame >= clip.Frames || m.Lo < lo || m.Hi <= m.Lo || m.Hi > len(text) {
			return fmt.Errorf("%w: mark %d at frame %d of %d, bytes %d to %d of %d, is out of order or outside",
				tts.ErrBroken, i, m.Frame, clip.Frames, m.Lo, m.Hi, len(text))
		}
		lo, frame = m.Hi, m.Frame
	}
	return nil
}

// sound reads the clip to its end, by blocks.
func sound(clip tts.Clip) (err error) {
	if clip.Open == nil {
		return fmt.Errorf("%w: it cannot be opened", tts.ErrBroken)
	}
	reader, err := clip.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", tts.ErrBroken, err)
	}
	defer func() {
		if closeErr := reader.Close(); closeErr != nil && err == nil {
			err = fmt.Errorf("%w: %w", tts.ErrBroken, closeErr)
		}
	}()
	if f := reader.Format(); f != clip.Format {
		return fmt.Errorf("%w: its sound is %v, not %v", tts.ErrBroken, f, clip.Format)
	}
	channels := clip.Format.Channels
	block := make([]int16, 4096*channels)
	var frames int64
	silent := true
	for {
		n, err := reader.Read(block)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: after %d of %d frames: %w", tts.ErrBroken, frames, clip.Frames, err)
		}
		if n == 0 || n%channels != 0 {
			return fmt.Errorf("%w: its reader gave %d samples of %d channels", tts.ErrBroken, n, channels)
		}
		if frames += int64(n / channels); frames > clip.Frames {
			return fmt.Errorf("%w: more than its %d frames", tts.ErrBroken, clip.Frames)
		}
		silent = silent && pcm.Silent(block[:n])
	}
	if frames < clip.Frames {
		return fmt.Errorf("%w: %d of %d frames", tts.ErrBroken, frames, clip.Frames)
	}
	if silent {
		return fmt.Errorf("%w: %v of silence", tts.ErrEmpty, clip.Format.Rate.Duration(frames).Round(time.Millisecond))
	}
	return nil
}

// What one character may take at rate 1. People and engines read Latin,
// Greek or Cyrillic letters at 12 to 18 a second, ideographs and the like at 4
// to 6. A wrong alarm costs a sentence, so the bounds are far off: the lower
// ones at about 2.5 times that pace, which still catches a clip that lost more
// than half; the upper ones at what a character takes that is spelled out:
//
//   - a Latin letter: "km" is "ka em"; a capital: "W" is "double-u";
//   - a digit: 777,777 is 24 syllables in English and 26 in German;
//   - letters of other scripts, which a voice that lacks them calls by name:
//     "Cyrillic letter de";
//   - symbols, emoji, rare punctuation, likewise: "face with tears of joy".
const (
	leastLetter   = time.Second / 40
	leastIdeogram = time.Second / 15

	mostLetter  = 400 * time.Millisecond
	mostCapital = time.Second
	mostDigit   = 1200 * time.Millisecond
	mostForeign = 2500 * time.Millisecond
	mostSymbol  = 4 * time.Second
	// mostSilence is for what surrounds the words: head, tail, breath.
	mostSilence = 5 * time.Second
)

// Plausible gives bounds for the length of a text that is spoken at a rate (a
// factor; 0 is 1). Engines may ignore or limit the rate, so it only widens the
// bounds. Spoken numbers may be short ("1000000" is "a million"), so that
// digits count as letters below; symbols, white space and long runs of one
// letter ("hmmmmm") need not be spoken at all.
func Plausible(text string, rate float64) (least, most time.Duration) {
	most = mostSilence
	var before rune
	run := 0
	for _, r := range text {
		if run++; r != before {
			before, run = r, 1
		}
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			continue
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			least += leastIdeogram
			most += mostForeign
			continue
		case unicode.IsNumber(r):
			most += mostDigit
		case unicode.In(r, unicode.Latin) && unicode.IsLower(r):
			most += mostLetter
		case unicode.In(r, unicode.Latin):
			most += mostCapital
		case unicode.IsLetter(r), unicode.IsMark(r):
			most += mostForeign
		default:
			most += mostSymbol
			continue
		}
		if run <= 2 && !unicode.IsMark(r) {
			least += leastLetter
		}
	}
	if !(rate > 0) { // not set, or nonsense
		rate = 1
	}
	return time.Duration(float64(least) / max(1, rate)), time.Duration(float64(most) / min(1, max(rate, 0.05)))
}
