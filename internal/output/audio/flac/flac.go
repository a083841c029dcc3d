// Package flac writes native FLAC files (RFC 9639): the sound without loss, a
// seek table, comments with chapters, a cue sheet and the cover. The frames are
// ffmpeg's; all metadata is made here, from the frames as they come.
package flac

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
)

// Format is the output format "flac".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "flac", Suffix: "flac", MediaType: "audio/flac", Sound: true, Cover: true,
		Summary: "FLAC with chapters: the sound without loss, at about half the size",
	}
}

// Check implements output.Format.
func (Format) Check(ctx context.Context) error {
	_, err := findFFmpeg(ctx)
	return err
}

// findFFmpeg finds an ffmpeg that can encode FLAC.
func findFFmpeg(ctx context.Context) (*ffmpeg.Program, error) {
	p, err := ffmpeg.Find(ctx)
	if err == nil {
		var ok bool
		ok, err = p.HasEncoder(ctx, "flac")
		if err == nil && !ok {
			err = fmt.Errorf("%s is built without flac", p.Path)
		}
	}
	switch {
	case err == nil:
		return p, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, ffmpeg.ErrMissing):
		return nil, fmt.Errorf("flac: encoder %w: %w, or take --format wav", output.ErrMissing, err)
	default:
		return nil, fmt.Errorf("flac: encoder %w: %w; %s, or take --format wav", output.ErrMissing, err, ffmpeg.Hint())
	}
}

// maxFrames is the longest sound: what 36 bits count.
const maxFrames = 1<<36 - 1

// check says whether sound of that shape can be FLAC.
func check(f pcm.Format, frames int64, quality int) error {
	switch {
	case f.Rate < 1 || f.Rate > 655350:
		return fmt.Errorf("flac: cannot hold %d Hz: it takes 1 to 655350", f.Rate)
	case f.Channels != 1 && f.Channels != 2:
		return fmt.Errorf("flac: cannot hold %d channels: it takes 1 or 2", f.Channels)
	case frames < 0 || frames > maxFrames:
		return fmt.Errorf("flac: sound of %d frames: it takes at most %d", frames, int64(maxFrames))
	case quality < 0 || quality > 9:
		return fmt.Errorf("flac: no quality %d: it goes from 0 (smallest) to 9 (fastest)", quality)
	}
	return nil
}

// level is ffmpeg's compression level. Level 8 takes nearly twice the time of
// level 5 and saves a little over a percent; above 8, five times as much for one
// percent more.
func level(quality int) string {
	if quality < 5 {
		return strconv.Itoa(8)
	}
	return strconv.Itoa(5)
}

// Write implements output.Format: it writes the metadata, with room where it is
// not known yet, then the frames, and then fills the room.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("flac: %w", err)
	}
	f, frames := e.Sound.Format(), e.Timeline.Frames
	if err := check(f, frames, e.Encoding.Quality); err != nil {
		return err
	}
	program, err := findFFmpeg(ctx)
	if err != nil {
		return err
	}
	info := streamInfo{format: f, total: frames}
	seek := newSeekTable(f.Rate, frames)
	rest, err := blocks(e, "ffmpeg "+program.Version)
	if err != nil {
		return err
	}
	for _, data := range [][]byte{head(info, seek), rest} {
		if _, err := dst.Write(data); err != nil {
			return fmt.Errorf("flac: %w", err)
		}
	}
	out := newSink(dst, &info, seek)
	sum, err := encode(ctx, program, e, out)
	if err != nil {
		return err
	}
	if err := out.close(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	info.md5 = sum
	if _, err := dst.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("flac: %w", err)
	}
	if _, err := dst.Write(head(info, seek)); err != nil {
		return fmt.Errorf("flac: %w", err)
	}
	return nil
}

// encode has ffmpeg encode all of the sound, and gives the MD5 of its samples.
func encode(ctx context.Context, p *ffmpeg.Program, e output.Edition, out io.Writer) (sum [16]byte, err error) {
	r, err := audio.Open(e.Sound, pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		return sum, err
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	m := newMetered(r, e.Progress)
	if err := p.Encode(ctx, m, out, "-c:a", "flac", "-compression_level", level(e.Encoding.Quality), "-f", "flac"); err != nil {
		return sum, err
	}
	return m.sum(), nil
}
