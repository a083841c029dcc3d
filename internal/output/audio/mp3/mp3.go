// Package mp3 writes MPEG layer III files: an ID3v2.3 tag with chapters, an
// Info or Xing tag for gapless playing and seeking, and frames of constant or
// variable bit rate without the bit reservoir. The frames are libmp3lame's,
// encoded in parallel where the library can be loaded, else by one ffmpeg; a
// gapless decoder gets exactly the timeline's frames either way.
package mp3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/audio/mp3/lame"
	"narrate/internal/pcm"
)

// Format is the output format "mp3".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "mp3", Suffix: "mp3", MediaType: "audio/mpeg", Sound: true, Cover: true,
		Summary: "MP3 with chapters, for every player",
	}
}

// Check implements output.Format.
func (Format) Check(ctx context.Context) error {
	_, err := findEngine(ctx)
	return err
}

// engine is a way to encode.
type engine struct {
	name   string // for people: "LAME 3.100"
	tag    string // for the Info tag, at most 9 bytes
	encode func(ctx context.Context, s stream, e output.Edition, out *sink) (lowpass int, err error)
}

// findEngine prefers the library.
func findEngine(ctx context.Context) (engine, error) {
	lib, missing := lame.Load()
	if missing == nil {
		return engine{
			name: "LAME " + lib.Version, tag: "LAME" + lib.Version,
			encode: func(ctx context.Context, s stream, e output.Edition, out *sink) (int, error) {
				return encodePieces(ctx, lib, s, e, out)
			},
		}, nil
	}
	program, err := findFFmpeg(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return engine{}, context.Cause(ctx)
		}
		why := "there is neither libmp3lame nor ffmpeg"
		if !errors.Is(err, ffmpeg.ErrMissing) {
			why = fmt.Sprintf("there is no libmp3lame, and %v", err)
		}
		return engine{}, fmt.Errorf("mp3: encoder %w: %s; %s, or take --format wav", output.ErrMissing, why, ffmpeg.Hint())
	}
	return engine{
		name: "LAME by ffmpeg " + program.Version, tag: "LAME",
		encode: func(ctx context.Context, s stream, e output.Edition, out *sink) (int, error) {
			return 0, encodeFFmpeg(ctx, program, s, e, out)
		},
	}, nil
}

// findFFmpeg finds an ffmpeg that can encode MP3.
func findFFmpeg(ctx context.Context) (*ffmpeg.Program, error) {
	p, err := ffmpeg.Find(ctx)
	if err != nil {
		return nil, err
	}
	ok, err := p.HasEncoder(ctx, "libmp3lame")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s is built without libmp3lame", p.Path)
	}
	return p, nil
}

// Fits implements output.Fitter.
func (Format) Fits(f pcm.Format, e output.Encoding) error {
	_, err := newStream(f, 0, e)
	return err
}

// Suit implements output.Suiter.
func (Format) Suit(f pcm.Format, e output.Encoding) output.Encoding {
	if !slices.Contains(rates1, f.Rate) {
		e.MP3 = min(e.MP3, 1000*bitRates2[len(bitRates2)-1])
	}
	return e
}

// Write implements output.Format: it writes the ID3 tag, room for the Info
// tag, the frames, and then the Info tag, when all of it is known.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	s, err := newStream(e.Sound.Format(), e.Timeline.Frames, e.Encoding)
	if err != nil {
		return err
	}
	engine, err := findEngine(ctx)
	if err != nil {
		return err
	}
	head, err := tag(e, s, engine.name).Bytes()
	if err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	if _, err := dst.Write(head); err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	if _, err := dst.Write(make([]byte, s.tagSize())); err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	out := &sink{stream: s, dst: dst}
	lowpass, err := engine.encode(ctx, s, e, out)
	if err != nil {
		return err
	}
	if err := out.close(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if _, err := dst.Seek(int64(len(head)), io.SeekStart); err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	info := s.infoTag(out.music, details{
		encoder: engine.tag, lowpass: lowpass, quality: e.Encoding.Quality,
		level: e.Level, part: e.Timeline.Number > 0,
	})
	if _, err := dst.Write(info); err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	return nil
}
