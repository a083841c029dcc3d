package pipeline

import (
	"context"
	"errors"

	"narrate/internal/pcm"
)

const (
	// opposed is how much less power the mix of two channels has than the louder of
	// them, where they cancel each other. A sound in one of them alone has a quarter.
	opposed = 1.0 / 16
	// probes are so many parts of the sound, of a second each, that tell.
	probes = 64
)

// audible gives sound as it can be listened to: mixed to mono it would be next to
// silence where its two channels are in opposite phase. Then the louder one is all
// there is.
func audible(ctx context.Context, sound pcm.Source) (pcm.Source, error) {
	format := sound.Format()
	if format.Channels != 2 {
		return sound, nil
	}
	var left, right, mix float64 // power
	every := max(sound.Frames()/probes, 1)
	for at := int64(0); at < sound.Frames(); at += every {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		samples, err := part(sound, pcm.Span{Start: at, End: min(at+min(every, int64(format.Rate)), sound.Frames())})
		if err != nil {
			return nil, err
		}
		for i := 0; i+1 < len(samples); i += 2 {
			l, r := float64(samples[i]), float64(samples[i+1])
			left += l * l
			right += r * r
			mix += (l + r) * (l + r) / 4
		}
	}
	switch {
	case mix >= opposed*max(left, right):
		return sound, nil
	case right > left:
		return oneChannel{sound, 1}, nil
	}
	return oneChannel{sound, 0}, nil
}

// part reads a part of a sound.
func part(sound pcm.Source, span pcm.Span) (_ []int16, err error) {
	r, err := sound.Open(span)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return pcm.ReadAll(r, span.Frames())
}

// oneChannel is one channel of a sound.
type oneChannel struct {
	pcm.Source
	channel int
}

func (o oneChannel) Format() pcm.Format { return pcm.Format{Rate: o.Source.Format().Rate, Channels: 1} }

func (o oneChannel) Open(span pcm.Span) (pcm.Reader, error) {
	r, err := o.Source.Open(span)
	if err != nil {
		return nil, err
	}
	return pcm.Channel(r, o.channel), nil
}

// inMono is a sound mixed to one channel.
type inMono struct{ pcm.Source }

func (m inMono) Format() pcm.Format { return pcm.Format{Rate: m.Source.Format().Rate, Channels: 1} }

func (m inMono) Open(span pcm.Span) (pcm.Reader, error) {
	r, err := m.Source.Open(span)
	if err != nil {
		return nil, err
	}
	return pcm.Mono(r), nil
}
