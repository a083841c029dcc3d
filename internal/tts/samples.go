package tts

import "narrate/internal/pcm"

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
