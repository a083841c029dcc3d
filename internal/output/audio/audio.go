// Package audio is what the formats that hold sound share.
package audio

import (
	"errors"
	"fmt"
	"io"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Check says whether the edition's sound is the one its timeline describes.
func Check(e output.Edition) error {
	rate, frames := e.Sound.Format().Rate, e.Sound.Frames()
	if rate != e.Timeline.Rate || frames != e.Timeline.Frames {
		return fmt.Errorf("sound of %d frames at %d Hz for a timeline of %d frames at %d Hz", frames, rate, e.Timeline.Frames, e.Timeline.Rate)
	}
	return nil
}

// Open reads the frames of span. The Reader gives all of them or an error: one
// that wraps pcm.ErrShort where the sound ends before.
func Open(sound pcm.Source, span pcm.Span) (pcm.Reader, error) {
	r, err := sound.Open(span)
	if err != nil {
		return nil, err
	}
	return &whole{Reader: r, span: span, left: span.Frames()}, nil
}

// whole is a Reader that does not end early.
type whole struct {
	pcm.Reader
	span pcm.Span
	left int64
}

func (w *whole) Read(dst []int16) (int, error) {
	n, err := w.Reader.Read(dst)
	if errors.Is(err, io.EOF) && w.left > 0 {
		return 0, fmt.Errorf("sound from frame %d to %d: %w: %d frames are missing", w.span.Start, w.span.End, pcm.ErrShort, w.left)
	}
	w.left -= int64(n / w.Format().Channels)
	return n, err
}
