package tts

import (
	"errors"

	"narrate/internal/pcm"
)

// Samples is a Clip of interleaved samples that are already in memory; they
// must be whole frames and stay unchanged.
func Samples(format pcm.Format, samples []int16, marks []Mark) Clip {
	return Clip{
		Format: format,
		Frames: int64(len(samples) / format.Channels),
		Marks:  marks,
		Open:   func() (pcm.Reader, error) { return pcm.Samples(format, samples), nil },
	}
}

// Amplify is a clip with the gain, in memory; with Unity it is the clip itself.
func Amplify(clip Clip, gain pcm.Gain) (Clip, error) {
	if gain == pcm.Unity {
		return clip, nil
	}
	r, err := clip.Open()
	if err != nil {
		return Clip{}, err
	}
	samples, err := pcm.ReadAll(pcm.Amplify(r, gain), clip.Frames)
	if err := errors.Join(err, r.Close()); err != nil {
		return Clip{}, err
	}
	return Samples(clip.Format, samples, clip.Marks), nil
}
