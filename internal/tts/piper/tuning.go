package piper

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// The limits of the engine's numbers: beyond these the models give noise.
const (
	minLength, maxLength = 0.1, 10 // of a sound, as a factor
	maxNoise             = 2
)

// tuning is how a voice speaks, in the engine's own numbers.
type tuning struct {
	length, noise, noiseW float64
	speaker               int // -1 for a model of one speaker, which takes no number
	gain                  pcm.Gain
}

// tune turns a voice's prosody and settings into a tuning. Its caller sees to
// the other settings by itself. What the profile leaves open is the model's own.
func tune(v voices.Voice, c *config, others ...string) (tuning, error) {
	t := tuning{length: c.Inference.LengthScale, noise: c.Inference.NoiseScale, noiseW: c.Inference.NoiseW, speaker: -1}
	if c.Speakers > 1 {
		t.speaker = 0
	}
	known := map[string]func(value string) error{
		"speaker":      func(value string) (err error) { t.speaker, err = c.speaker(value); return err },
		"length-scale": number("length-scale", &t.length, minLength, maxLength),
		"noise-scale":  number("noise-scale", &t.noise, 0, maxNoise),
		"noise-w":      number("noise-w", &t.noiseW, 0, maxNoise),
	}
	var unfit []string
	object := func(format string, args ...any) { unfit = append(unfit, fmt.Sprintf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
		set, ok := known[name]
		if !ok && slices.Contains(others, name) {
			continue
		}
		if !ok {
			names := append(slices.Collect(maps.Keys(known)), others...)
			slices.Sort(names)
			object("it has no setting %.64q; there are %s", name, strings.Join(names, ", "))
			continue
		}
		if err := set(v.Settings[name]); err != nil {
			object("%v", err)
		}
	}
	rate, volume := factor(v.Rate), factor(v.Volume)
	t.length /= rate
	if !(rate > 0 && t.length >= minLength && t.length <= maxLength) { // also refuses NaN
		object("rate %g makes sounds %.3g times as long, and piper needs %g to %d", v.Rate, t.length, minLength, maxLength)
	}
	if !(volume > 0 && volume <= 1) {
		object("volume %g is not above 0 and at most 1: piper speaks as loud as samples can be", v.Volume)
	}
	if factor(v.Pitch) != 1 {
		object("pitch %g: piper has no setting for it; leave it at 1", v.Pitch)
	}
	if unfit != nil {
		return tuning{}, unfitVoice(fmt.Sprintf("voice %.100q: %s", v.Engine, strings.Join(unfit, "; ")))
	}
	t.gain = pcm.Gain(math.Round(volume * float64(pcm.Unity)))
	return t, nil
}

// factor is a voice's factor, 1 where it is not set.
func factor(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}

// number reads a setting's value into to.
func number(name string, to *float64, least, most float64) func(string) error {
	return func(value string) error {
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || !(f >= least && f <= most) {
			return fmt.Errorf("%s %.64q is not a number from %g to %g", name, value, least, most)
		}
		*to = f
		return nil
	}
}

// speaker is the number of the speaker with that name or, where none has it,
// that number; -1 for a model of one.
func (c *config) speaker(name string) (int, error) {
	id, ok := c.SpeakerIDs[name]
	if !ok {
		n, err := strconv.Atoi(name)
		if ok = err == nil && n >= 0 && n < c.Speakers; ok {
			id = n
		}
	}
	switch {
	case ok && c.Speakers > 1:
		return id, nil
	case ok:
		return -1, nil
	case c.Speakers == 1:
		return 0, fmt.Errorf("there is no speaker %.64q: the model has one", name)
	}
	names := slices.SortedFunc(maps.Keys(c.SpeakerIDs), func(a, b string) int { return c.SpeakerIDs[a] - c.SpeakerIDs[b] })
	some := ""
	if len(names) > 0 {
		some = fmt.Sprintf(", such as %.200s", strings.Join(names[:min(len(names), 10)], ", "))
	}
	return 0, fmt.Errorf("there is no speaker %.64q among the model's %d: give a number from 0 to %d, or a name%s", name, c.Speakers, c.Speakers-1, some)
}

// decimal is a number as all programs read it.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// amplify gives the clip with the voice's volume.
func (t tuning) amplify(clip tts.Clip) tts.Clip {
	open := clip.Open
	clip.Open = func() (pcm.Reader, error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		return pcm.Amplify(r, t.gain), nil
	}
	return clip
}
