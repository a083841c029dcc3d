package tts

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"narrate/voices"
)

// ErrPhonemes is wrapped where a voice cannot say what Phonemes ask for.
var ErrPhonemes = errors.New("cannot be pronounced")

// Pronouncer is a Backend that can judge a pronunciation without speaking.
type Pronouncer interface {
	// Pronounce fails, with an error that wraps ErrPhonemes and names the
	// sound, exactly where Synthesize would speak the written text in place of
	// the IPA; with the error of Check where the voice is at fault.
	Pronounce(ctx context.Context, v voices.Voice, ipa string) error
}

// CheckPhonemes asks b to judge a pronunciation. A backend that is no
// Pronouncer has nothing against it; whether it obeys Phonemes at all is in its
// Info.
func CheckPhonemes(ctx context.Context, b Backend, v voices.Voice, ipa string) error {
	if p, ok := as[Pronouncer](b); ok {
		return p.Pronounce(ctx, v, ipa)
	}
	return nil
}

// Speller is a Backend that can be told pronunciations in letters of its own,
// too.
type Speller interface {
	// Spell fails, with an error that wraps ErrPhonemes and names the letters,
	// exactly where Synthesize would speak the written text in place of the
	// phonemes; with the error of Check where the voice is at fault.
	Spell(ctx context.Context, v voices.Voice, phonemes string) error
}

// CheckNative asks b to judge phonemes in its own letters. It fails, with an
// error that wraps ErrPhonemes, where b has none.
func CheckNative(ctx context.Context, b Backend, v voices.Voice, phonemes string) error {
	if s, ok := as[Speller](b); ok {
		return s.Spell(ctx, v, phonemes)
	}
	return fmt.Errorf("%s: %w: it takes no phonemes of its own", b.Name(), ErrPhonemes)
}

// ValidPhonemes reports phonemes that are not ascending, overlap, are empty or
// do not lie on whole characters of the text; the error wraps ErrText.
func ValidPhonemes(text string, phonemes []Phonemes) error {
	at := 0
	for _, p := range phonemes {
		if p.Lo < at || p.Hi <= p.Lo || p.Hi > len(text) || !utf8.RuneStart(text[p.Lo]) || p.Hi < len(text) && !utf8.RuneStart(text[p.Hi]) {
			return fmt.Errorf("%w: phonemes for bytes %d to %d of %d", ErrText, p.Lo, p.Hi, len(text))
		}
		at = p.Hi
	}
	return nil
}
