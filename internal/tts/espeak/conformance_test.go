package espeak

import (
	"context"
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

// TestInstalledMBROLA holds an MBROLA voice to it, where there is one: they are in
// Debian's section non-free.
func TestInstalledMBROLA(t *testing.T) {
	const name = "mb/mb-de5"
	if err := newProgram(t).Check(t.Context(), voices.Voice{Engine: name}); err != nil {
		t.Skip(err)
	}
	ttstest.Run(t, ttstest.Config{
		New:        func(t testing.TB) tts.Backend { return markless{newBackend(t, true)} },
		Voice:      voices.Voice{Engine: name},
		SlowRate:   0.46,
		Repeatable: true,
	})
}

// markless says of all voices what is true of MBROLA's.
type markless struct{ *Backend }

func (m markless) Info(ctx context.Context) (tts.Info, error) {
	info, err := m.Backend.Info(ctx)
	info.Marks, info.MarksNote = false, "MBROLA"
	return info, err
}
