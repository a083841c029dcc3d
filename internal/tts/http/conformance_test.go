package http

import (
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/ttstest"
	"narrate/internal/tts/web"
	"narrate/voices"
)

func TestServices(t *testing.T) {
	say := newSpeaker(t)
	for _, s := range services {
		t.Run(s.profile, func(t *testing.T) {
			run := start(t, s, say)
			run.key(t)
			ttstest.Run(t, ttstest.Config{
				New:        func(t testing.TB) tts.Backend { return run.backend(t, web.Options{}) },
				Voice:      voices.Voice{Engine: s.voice, Settings: s.settings},
				Repeatable: true,
			})
		})
	}
}
