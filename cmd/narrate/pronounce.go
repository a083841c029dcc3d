package main

import (
	"context"
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

// said is an utterance's spoken form, with the pronunciations behind the words
// that have one.
func said(u *script.Utterance) string {
	var b strings.Builder
	at := 0
	for _, p := range u.Phonemes {
		b.WriteString(u.Spoken[at:p.Hi] + " /" + p.IPA + "/")
		at = p.Hi
	}
	return b.String() + u.Spoken[at:]
}
