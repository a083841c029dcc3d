package plugin_test

import (
	"path/filepath"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/plugin"
	"narrate/internal/tts/ttstest"
	"narrate/voices"
)

// TestExample holds the example in Python to what every backend is held to.
func TestExample(t *testing.T) {
	folder, err := filepath.Abs("../../../examples/backend")
	if err != nil {
		t.Fatal(err)
	}
	found := plugin.Find(folder)
	if len(found) != 1 || found[0].Name != "pyespeak" {
		t.Fatalf("found %v", found)
	}
	ttstest.Run(t, ttstest.Config{
		New:      func(testing.TB) tts.Backend { return plugin.New(found[0].Name, found[0].Program, plugin.Options{}) },
		Voice:    voices.Voice{Engine: "gmw/de"},
		SlowRate: 0.46,
	})
}
