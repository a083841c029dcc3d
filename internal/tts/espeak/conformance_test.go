package espeak

import (
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/ttstest"
	"narrate/voices"
)

func TestConformance(t *testing.T) {
	for name, open := range map[string]func(testing.TB) tts.Backend{
		"worker":  func(t testing.TB) tts.Backend { return newBackend(t, true) },
		"program": func(t testing.TB) tts.Backend { return newBackend(t, false) },
	} {
		t.Run(name, func(t *testing.T) {
			ttstest.Run(t, ttstest.Config{
				New:        open,
				Voice:      voices.Voice{Engine: "gmw/de"},
				Slow:       strings.Repeat("777777 ", maxText/7),
				SlowRate:   0.46,
				Repeatable: true,
			})
		})
	}
}
