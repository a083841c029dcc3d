package pipeline

import (
	"fmt"
	"strings"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Preset is a set of numbers for one use of the sound.
type Preset struct {
	Name, Summary string
	Rate          pcm.Hz
	Encoding      output.Encoding
}

// Presets are all there are; the first is the default.
var Presets = []Preset{
	{
		Name:    "speech",
		Summary: "22.05 kHz mono, MP3 at 64 kb/s: all that espeak-ng gives, in small files",
		Rate:    22050,
		// At this bit rate LAME's noise shaping has nothing left to win for
		// speech; see docs/performance.md.
		Encoding: output.Encoding{MP3: 64000, Quality: 7},
	},
	{
		Name:     "podcast",
		Summary:  "44.1 kHz mono, MP3 at 96 kb/s: the rates that podcast directories ask for",
		Rate:     44100,
		Encoding: output.Encoding{MP3: 96000, Quality: 5},
	},
}

// FindPreset gives the preset of that name.
func FindPreset(name string) (Preset, error) {
	names := make([]string, len(Presets))
	for i, p := range Presets {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Preset{}, fmt.Errorf("no preset %q; there are %s", name, strings.Join(names, ", "))
}
