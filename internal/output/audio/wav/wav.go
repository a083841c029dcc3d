// Package wav writes the sound as it is: 16-bit PCM in a broadcast WAVE file,
// or RF64 beyond 4 GiB, with chapters and tags. It needs nothing that is not in
// narrate.
package wav

import (
	"context"
	"errors"
	"fmt"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
	"narrate/internal/pcm/wav"
)

// Format is the output format "wav".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "wav", Suffix: "wav", MediaType: "audio/wav", Sound: true,
		Summary: "uncompressed sound with chapters; needs no encoder",
	}
}

// Check implements output.Format.
func (Format) Check(context.Context) error { return nil }

// chunk is how many samples are copied at a time.
const chunk = 16 << 10

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) (err error) {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("wav: %w", err)
	}
	shape := e.Sound.Format()
	w, err := wav.NewTaggedWriter(dst, shape, tags(e))
	if err != nil {
		return err
	}
	r, err := audio.Open(e.Sound, pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	buf := make([]int16, chunk/shape.Channels*shape.Channels)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return w.Close()
		}
		if err != nil {
			return err
		}
		if err := w.Write(buf[:n]); err != nil {
			return err
		}
		if e.Progress != nil {
			e.Progress(int64(n / shape.Channels))
		}
	}
}
