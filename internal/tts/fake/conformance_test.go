package fake_test

import (
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/internal/tts/ttstest"
	"narrate/voices"
)

func TestConformance(t *testing.T) {
	for _, plain := range []bool{false, true} {
		ttstest.Run(t, ttstest.Config{
			New: func(testing.TB) tts.Backend {
				return fake.New(fake.Options{
					Rate:   8000,
					Voices: []string{"one"},
					Plain:  plain,
					Deaf:   plain,
					Faults: map[string]fake.Fault{"slow": {Do: fake.Hang}},
				})
			},
			Voice:      voices.Voice{Engine: "one"},
			Slow:       "slow",
			Repeatable: true,
		})
	}
}
