package main

import (
	"context"
	"errors"
	"strings"

	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/voices"
)

// pronounces tells whether a voice can say IPA.
func (b backends) pronounces(ctx context.Context) func(v *voices.Voice, ipa string) bool {
	return func(v *voices.Voice, ipa string) bool {
		backend := b[v.Backend]
		if backend == nil {
			return false
		}
		// One that cannot be asked cannot speak either; that is told later on.
		info, err := backend.Info(ctx)
		return err == nil && info.Phonemes && tts.CheckPhonemes(ctx, backend, *v, ipa) == nil
	}
}

// spells says why a voice cannot say phonemes in its engine's own letters; of an
// engine that cannot be asked it says nothing.
func (b backends) spells(ctx context.Context) func(v *voices.Voice, phonemes string) error {
	return func(v *voices.Voice, phonemes string) error {
		backend := b[v.Backend]
		if backend == nil {
			return nil
		}
		err := tts.CheckNative(ctx, backend, *v, phonemes)
		if !errors.Is(err, tts.ErrPhonemes) {
			return nil
		}
		return err
	}
}

// said is an utterance's spoken form, with the pronunciations behind the words
// that have one.
func said(u *script.Utterance) string {
	var b strings.Builder
	at := 0
	for _, p := range u.Phonemes {
		b.WriteString(u.Spoken[at:p.Hi])
		if own, ok := voices.NativeTo(u.Voice.Backend, p.Native); ok {
			b.WriteString(" [[" + own.Phonemes + "]]")
		} else if p.IPA != "" {
			b.WriteString(" /" + p.IPA + "/")
		}
		at = p.Hi
	}
	return b.String() + u.Spoken[at:]
}
