// Package mp4 writes AAC-LC sound in MPEG-4 files: audiobooks (M4B) and plain
// audio (M4A), with chapters as QuickTime and as Nero have them and iTunes
// metadata. ffmpeg encodes, in parallel pieces; the file is our own work, so
// that the index stands before the sound and the length is exact to the frame.
//
// A chapter's own link and picture have no place here that players agree on
// and are left out.
package mp4

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
)

// Format is an output format: one of Book and Audio.
type Format int

const (
	// Book is "m4b": players keep it among the audiobooks and remember the
	// place.
	Book Format = iota
	// Audio is "m4a".
	Audio
)

// Info implements output.Format.
func (f Format) Info() output.Info {
	if f == Book {
		return output.Info{
			Name: "m4b", Suffix: "m4b", MediaType: "audio/mp4", Sound: true, Cover: true,
			Summary: "audiobook: AAC with chapters, for Apple Books and others",
		}
	}
	return output.Info{
		Name: "m4a", Suffix: "m4a", MediaType: "audio/mp4", Sound: true, Cover: true,
		Summary: "AAC with chapters",
	}
}

// brand is the file's major brand.
func (f Format) brand() string {
	if f == Book {
		return "M4B "
	}
	return "M4A "
}

// Check implements output.Format.
func (f Format) Check(ctx context.Context) error {
	_, err := f.encoder(ctx)
	return err
}

// encoder finds an ffmpeg that can encode AAC.
func (f Format) encoder(ctx context.Context) (*ffmpeg.Program, error) {
	p, err := ffmpeg.Find(ctx)
	if err == nil {
		var ok bool
		if ok, err = p.HasEncoder(ctx, "aac"); err == nil && !ok {
			err = fmt.Errorf("%s is built without its AAC encoder", p.Path)
		}
	}
	switch {
	case err == nil:
		return p, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, ffmpeg.ErrMissing):
		return nil, fmt.Errorf("%s: encoder %w: there is no ffmpeg; %s, or take --format wav", f.Info().Name, output.ErrMissing, ffmpeg.Hint())
	default:
		return nil, fmt.Errorf("%s: encoder %w: %w; %s, or take --format wav", f.Info().Name, output.ErrMissing, err, ffmpeg.Hint())
	}
}

// Fits implements output.Fitter.
func (f Format) Fits(sound pcm.Format, e output.Encoding) error {
	if _, err := newStream(sound, 0, e); err != nil {
		return fmt.Errorf("%s: %w", f.Info().Name, err)
	}
	return nil
}

// Suit implements output.Suiter.
func (Format) Suit(sound pcm.Format, e output.Encoding) output.Encoding {
	e.AAC = min(e.AAC, mostBitRate(sound)/1000*1000)
	return e
}

// Write implements output.Format: it writes the head of the file with holes,
// the sound, and the head once more when all of it is known.
func (f Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := f.write(ctx, dst, e); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return fmt.Errorf("%s: %w", f.Info().Name, err)
	}
	return nil
}

func (f Format) write(ctx context.Context, dst io.WriteSeeker, e output.Edition) (err error) {
	if err := audio.Check(e); err != nil {
		return err
	}
	s, err := newStream(e.Sound.Format(), e.Timeline.Frames, e.Encoding)
	if err != nil {
		return err
	}
	program, err := f.encoder(ctx)
	if err != nil {
		return err
	}
	m, err := newMovie(f, s, e)
	if err != nil {
		return err
	}
	if _, err := dst.Write(m.head); err != nil {
		return err
	}
	if _, err := dst.Write(m.texts); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(audio.Beside(dst), ".narrate-"+f.Info().Name+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	sound := bufio.NewWriterSize(dst, 64<<10)
	if err := encode(ctx, program, s, e, dir, func(packet []byte) error {
		if err := m.packet(len(packet)); err != nil {
			return err
		}
		_, err := sound.Write(packet)
		return err
	}); err != nil {
		return err
	}
	if err := sound.Flush(); err != nil {
		return err
	}
	if err := m.finish(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := dst.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = dst.Write(m.head)
	return err
}
