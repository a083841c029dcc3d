// Package sound turns what speech services answer into clips. Services are not
// trusted: some answer in another format than was asked for, some with a page
// that explains an error and the status of success, some with half of a file.
package sound

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"narrate/internal/ffmpeg"
	"narrate/internal/pcm"
	"narrate/internal/pcm/mp3"
	"narrate/internal/pcm/wav"
	"narrate/internal/tts"
)

// The names of formats, in Format.Name and of Sniff.
const (
	WAV  = "wav"
	MP3  = "mp3"
	PCM  = "pcm"  // bare signed 16-bit little-endian samples
	FLAC = "flac" //
	Opus = "opus" // in Ogg
	AAC  = "aac"  // in ADTS
)

// Names are the formats that Decode reads.
func Names() []string { return []string{WAV, MP3, PCM, FLAC, Opus, AAC} }

// Format is what was asked for.
type Format struct {
	Name string
	// Rate and Channels are for PCM; all others say it themselves.
	Rate     pcm.Hz
	Channels int
}

// maxSamples bounds a clip: 46 minutes of one channel at 24 kHz, 128 MiB.
const maxSamples = 64 << 20

// Decode reads the whole of data and gives it as a clip in memory. What data
// says of itself goes before format.Name, which decides about bare samples
// alone. FLAC, Opus and AAC need ffmpeg: without it, the error wraps
// tts.ErrMissing.
//
// The length is exact, frame for frame, for WAV, PCM, FLAC, Opus (end trimming
// and pre-skip of RFC 7845) and MP3 with a LAME tag. MP3 without one keeps what
// encoder and decoder add, by LAME 1105 frames before the sound and up to some
// 1150 after it; AAC keeps the priming of its encoder, often 1024 or 2112
// frames. That is silence, which is trimmed from clips.
//
// No bytes, or sound of no frames, give an error that wraps tts.ErrEmpty. What
// is no sound (the error quotes its start), is damaged, ends early or is
// unreasonably long gives one that wraps tts.ErrBroken. Bare samples, and MP3
// without a tag, do not show where they were cut between two frames.
func Decode(ctx context.Context, format Format, data []byte) (tts.Clip, error) {
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	if len(data) == 0 {
		return tts.Clip{}, fmt.Errorf("%w: the answer is empty", tts.ErrEmpty)
	}
	f, samples, err := decode(ctx, format, data, maxSamples)
	switch {
	case err == nil && len(samples) == 0:
		return tts.Clip{}, fmt.Errorf("%w: %s sound of no frames", tts.ErrEmpty, format.Name)
	case err == nil:
		return tts.Samples(f, samples, nil), nil
	case ctx.Err() != nil:
		return tts.Clip{}, ctx.Err()
	case errors.Is(err, tts.ErrMissing):
		return tts.Clip{}, err
	}
	return tts.Clip{}, fmt.Errorf("%w: %w", tts.ErrBroken, err)
}

// decode reads no more than limit samples.
func decode(ctx context.Context, format Format, data []byte, limit int) (pcm.Format, []int16, error) {
	is := Sniff(data)
	if what := texts[is]; what != "" {
		return pcm.Format{}, nil, fmt.Errorf("%s sound was asked for, and the answer is %s: %q", format.Name, what, start(data))
	}
	if format.Name == PCM {
		// Samples may look like the few bits that mark a frame of MP3 or AAC.
		r, err := mp3.NewReader(bytes.NewReader(data))
		switch {
		case is == MP3 && err == nil:
			return read(r, limit)
		case is == MP3, is == AAC, is == "":
			return bare(format, data, limit)
		}
	}
	switch is {
	case WAV:
		r, err := wav.NewReader(bytes.NewReader(data))
		if err != nil {
			return pcm.Format{}, nil, err
		}
		return read(r, limit)
	case MP3:
		r, err := mp3.NewReader(bytes.NewReader(data))
		if err != nil {
			return pcm.Format{}, nil, err
		}
		return read(r, limit)
	case FLAC:
		return convert(ctx, FLAC, "flac", data, limit)
	case Opus:
		if err := wholeOgg(data); err != nil {
			return pcm.Format{}, nil, err
		}
		return convert(ctx, Opus, "ogg", data, limit)
	case AAC:
		if err := wholeADTS(data); err != nil {
			return pcm.Format{}, nil, err
		}
		return convert(ctx, AAC, "aac", data, limit)
	}
	return pcm.Format{}, nil, fmt.Errorf("%s sound was asked for, and the answer is neither that nor any other that narrate reads; it begins with the bytes % x", format.Name, data[:min(len(data), 16)])
}

// read reads all of r.
func read(r pcm.Reader, limit int) (pcm.Format, []int16, error) {
	samples, err := pcm.ReadAll(r, int64(limit/r.Format().Channels))
	return r.Format(), samples, err
}

// bare reads samples without any header.
func bare(format Format, data []byte, limit int) (pcm.Format, []int16, error) {
	f := pcm.Format{Rate: format.Rate, Channels: format.Channels}
	switch {
	case f.Rate < 1 || f.Channels < 1:
		return f, nil, fmt.Errorf("bare samples of %d Hz and %d channels", f.Rate, f.Channels)
	case len(data)%(2*f.Channels) != 0:
		return f, nil, fmt.Errorf("%d bytes are not whole frames of %d: %w", len(data), 2*f.Channels, pcm.ErrShort)
	case len(data)/2 > limit:
		return f, nil, fmt.Errorf("more than %d samples", limit)
	}
	samples := make([]int16, len(data)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return f, samples, nil
}

// Ready fails as Decode would for want of a program, before anything is asked,
// and paid, for. name is a Format's.
func Ready(ctx context.Context, name string) error {
	switch name {
	case FLAC, Opus, AAC:
		_, err := program(ctx, name)
		return err
	}
	return nil
}

// program is the ffmpeg that reads a format.
func program(ctx context.Context, name string) (*ffmpeg.Program, error) {
	p, err := ffmpeg.Find(ctx)
	if errors.Is(err, ffmpeg.ErrMissing) {
		return nil, fmt.Errorf("%w: %s sound needs a program: %w; or have the service answer in wav or mp3", tts.ErrMissing, name, err)
	}
	return p, err
}

// convert has ffmpeg decode a format.
func convert(ctx context.Context, name, container string, data []byte, limit int) (pcm.Format, []int16, error) {
	p, err := program(ctx, name)
	if err != nil {
		return pcm.Format{}, nil, err
	}
	const header = 4096
	out, err := p.Decode(ctx, container, data, header+2*limit)
	if err != nil {
		return pcm.Format{}, nil, err
	}
	r, err := wav.NewReader(bytes.NewReader(out))
	if err != nil {
		return pcm.Format{}, nil, err
	}
	f, samples, err := read(r, limit)
	if err != nil {
		return f, nil, err
	}
	if want := flacFrames(data); name == FLAC && int64(len(samples)/f.Channels) < want {
		return f, nil, fmt.Errorf("flac: %d of %d frames: %w", len(samples)/f.Channels, want, pcm.ErrShort)
	}
	return f, samples, nil
}

// flacFrames is the length that a FLAC file's STREAMINFO promises, 0 for
// unknown (RFC 9639, section 8.2: the last 36 bits before the checksum).
func flacFrames(data []byte) int64 {
	if len(data) < 26 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(data[18:26]) & (1<<36 - 1))
}

// wholeADTS reports a last frame that is cut (ISO/IEC 13818-7, 6.2: the length
// of a frame is 13 bits from the 31st on).
func wholeADTS(data []byte) error {
	for at := 0; at < len(data); {
		f := data[at:]
		if len(f) < 7 {
			return fmt.Errorf("aac: the frame at byte %d is cut: %w", at, pcm.ErrShort)
		}
		size := int(f[3]&3)<<11 | int(f[4])<<3 | int(f[5])>>5
		if !adts(f) || size < 7 {
			return fmt.Errorf("aac: no frame at byte %d", at)
		}
		if size > len(f) {
			return fmt.Errorf("aac: the frame at byte %d is cut: %w", at, pcm.ErrShort)
		}
		at += size
	}
	return nil
}
