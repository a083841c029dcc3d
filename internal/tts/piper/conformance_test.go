package piper

import (
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/ttstest"
	"narrate/voices"
)

// still is a voice without noise, which says the same again.
func still(name string) voices.Voice {
	return voices.Voice{Engine: name, Settings: map[string]string{"noise-scale": "0", "noise-w": "0"}}
}

func TestConformance(t *testing.T) {
	slow := strings.Repeat("goose and ", maxText/10)
	for _, role := range []string{"cpp", "libpiper", "python"} {
		t.Run(role, func(t *testing.T) {
			o := Options{Program: program(t, role), Folders: []string{folder(t)}, Parallel: 2}
			ttstest.Run(t, ttstest.Config{
				New:        func(testing.TB) tts.Backend { return New(o) },
				Voice:      still(one),
				Slow:       slow,
				SlowRate:   0.25,
				Repeatable: true,
			})
		})
	}
	for kind, v := range map[string]voices.Voice{
		"synthesize": still(one),
		"root":       {Engine: many, Settings: map[string]string{"speaker": "carl"}}, // with noise
	} {
		t.Run("server "+kind, func(t *testing.T) {
			s := newDouble(t, kind)
			ttstest.Run(t, ttstest.Config{
				New:        func(testing.TB) tts.Backend { return NewServer(ServerOptions{URL: s.URL}) },
				Voice:      v,
				Slow:       slow,
				SlowRate:   0.25,
				Repeatable: kind == "synthesize",
			})
		})
	}
}
