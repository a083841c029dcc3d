// Package ttstest is the conformance suite for speech engines as tests:
// whatever implements tts.Backend must pass Run. The checks themselves are in
// package conform.
package ttstest

import (
	"path/filepath"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/conform"
	"narrate/voices"
)

// Config says what is to be tested.
type Config struct {
	// New makes a backend. The suite closes it.
	New func(testing.TB) tts.Backend
	// Voice is one that the engine has, for a language in Latin letters.
	Voice voices.Voice
	// Slow is a text, and SlowRate the Voice.Rate, that take the engine as long
	// as any, for a request to be cancelled in its midst. Empty is the longest
	// text that the engine takes, at most conform.LongText characters.
	Slow     string
	SlowRate float64
	// Repeatable says that the same request gives the same bytes, to which the
	// engine is then held.
	Repeatable bool
}

// Run tests a backend. It runs in empty folders of its own, which must be
// empty afterwards: the working folder, the temporary one and the user's home.
func Run(t *testing.T, c Config) {
	cwd, temp, home := t.TempDir(), t.TempDir(), t.TempDir()
	t.Chdir(cwd)
	t.Setenv("TMPDIR", temp)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	suite := conform.Start(conform.Config{
		New:        func() tts.Backend { return c.New(t) },
		Voice:      c.Voice,
		Slow:       c.Slow,
		SlowRate:   c.SlowRate,
		Repeatable: c.Repeatable,
		Folders:    map[string]string{"working": cwd, "temporary": temp, "home": home},
	})
	for _, check := range conform.Checks {
		do := func(t *testing.T) {
			r := suite.Do(t.Context(), check)
			for _, problem := range r.Problems {
				t.Error(problem)
			}
		}
		if check.Name == "close" {
			do(t) // whatever tests were chosen
			continue
		}
		t.Run(check.Name, do)
	}
}
