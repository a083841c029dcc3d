package openai

import "testing"

// Each silent setting must be one that there is; what changes the clips is not
// among them.
func TestSilentSettings(t *testing.T) {
	for _, name := range inaudible {
		if settings[name] == nil {
			t.Errorf("there is no setting %q", name)
		}
	}
	b := New(Options{})
	defer b.Close()
	for _, name := range []string{"base-url", "model", "instructions", "response-format", "timestamps", "pcm-rate"} {
		if b.Silent(name) {
			t.Errorf("%q changes the clips", name)
		}
	}
}
