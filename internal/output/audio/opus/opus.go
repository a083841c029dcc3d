// Package opus writes Opus in Ogg (RFC 6716, RFC 7845): comments with chapters,
// cover and R128 gains, and packets of 20 ms on pages of a second. The packets
// are libopus's, encoded in parallel where the library can be loaded, else by
// one ffmpeg; a decoder gets exactly the timeline's frames either way.
package opus

import (
	"context"
	"errors"
	"fmt"
	"io"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/audio/opus/libopus"
	"narrate/internal/pcm"
)

// Format is the output format "opus".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "opus", Suffix: "opus", MediaType: "audio/ogg; codecs=opus", Sound: true, Cover: true,
		Summary: "Opus with chapters: small files of high quality",
	}
}

// Check implements output.Format.
func (Format) Check(ctx context.Context) error {
	_, err := findEngine(ctx)
	return err
}

// engine is a way to encode: it begins out and gives it all packets.
type engine func(ctx context.Context, s stream, e output.Edition, out *sink) error

// findEngine prefers the library.
func findEngine(ctx context.Context) (engine, error) {
	lib, missing := libopus.Load()
	if missing == nil {
		return func(ctx context.Context, s stream, e output.Edition, out *sink) error {
			return encodePieces(ctx, lib, s, e, out)
		}, nil
	}
	program, err := findFFmpeg(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		why := "there is neither libopus nor ffmpeg"
		if !errors.Is(err, ffmpeg.ErrMissing) {
			why = fmt.Sprintf("there is no libopus, and %v", err)
		}
		return nil, fmt.Errorf("opus: encoder %w: %s; %s, or take --format wav", output.ErrMissing, why, ffmpeg.Hint())
	}
	return func(ctx context.Context, s stream, e output.Edition, out *sink) error {
		return encodeFFmpeg(ctx, program, s, e, out)
	}, nil
}

// findFFmpeg finds an ffmpeg that can encode Opus.
func findFFmpeg(ctx context.Context) (*ffmpeg.Program, error) {
	p, err := ffmpeg.Find(ctx)
	if err != nil {
		return nil, err
	}
	ok, err := p.HasEncoder(ctx, "libopus")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s is built without libopus", p.Path)
	}
	return p, nil
}

// Fits implements output.Fitter.
func (Format) Fits(f pcm.Format, e output.Encoding) error {
	_, err := newStream(f, 0, e)
	return err
}

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("opus: %w", err)
	}
	s, err := newStream(e.Sound.Format(), e.Timeline.Frames, e.Encoding)
	if err != nil {
		return err
	}
	encode, err := findEngine(ctx)
	if err != nil {
		return err
	}
	out := newSink(dst, s)
	if err := encode(ctx, s, e, out); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return out.close()
}
