// Package mp3 reads MPEG-1 and MPEG-2 Layer III sound (ISO/IEC 11172-3 and
// 13818-3), gapless where the file says how.
//
// The decoding proper is go-mp3's, which has no notion of tags, gaps or
// damage. So the file is first looked through as a whole (scan.go), what the
// decoder cannot do is refused, and the decoder is then fed frames that are
// laid out anew (repack.go).
package mp3

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	gomp3 "github.com/hajimehoshi/go-mp3"

	"narrate/internal/pcm"
)

// decoderDelay is how many frames late every Layer III decoder is: 528 for the
// filter bank and one more (LAME tag specification, "encoder delays").
const decoderDelay = 529

// Reader is the sound of an MP3 file. It implements pcm.Reader.
type Reader struct {
	src     io.ReadSeeker
	stream  stream
	frames  int64 // after trimming
	packer  *packer
	decoder *gomp3.Decoder
	skip    int64 // decoded frames still to be thrown away
	at      int64
	buf     []byte
	err     error
}

// NewReader looks through the whole of src, from its start, and gets ready to
// decode it. ID3, Lyrics3 and APE tags and the Xing, Info or VBRI frame are no
// part of the sound.
//
// Where the file has a LAME tag (LAME, ffmpeg and those who copy them), the
// frames that encoder and decoder add at both ends are cut off, and what comes
// out is, frame for frame, what the encoder was given. Without the tag nothing
// is cut: LAME and ffmpeg's libmp3lame then put 1105 frames before the sound
// (576 of the encoder, 529 of the decoder), and behind it up to 1151 or so that
// fill the last frame. A file with more frames than its tag counts was joined
// from several and is cut at its start only.
//
// MPEG-2.5 (8, 11.025 and 12 kHz), Layers I and II, free format, intensity
// stereo in MPEG-2, and a rate or number of channels that changes are refused,
// as is anything between the frames. A file that ends inside a frame, or has
// fewer frames than its tag counts, gives an error that wraps pcm.ErrShort.
//
// Close closes src where it is an io.Closer. If NewReader fails, src stays
// open.
func NewReader(src io.ReadSeeker) (*Reader, error) {
	s, err := scan(src)
	if err != nil {
		return nil, fmt.Errorf("mp3: %w", err)
	}
	if _, err := src.Seek(s.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("mp3: returning to the first frame: %w", err)
	}
	r := &Reader{src: src, stream: s, frames: s.count * s.first.samples()}
	flush := int64(0)
	if s.gapless {
		total := r.frames
		r.skip = min(s.delay+decoderDelay, total)
		r.frames -= r.skip
		if s.whole {
			r.frames = max(0, total-s.delay-s.padding)
		}
		// Less padding than the decoder's delay leaves the last of the sound
		// in the decoder: one more, empty, frame brings it out.
		if r.skip+r.frames > total {
			flush = 1
		}
	}
	r.packer = newPacker(io.LimitReader(src, s.end-s.start), s.first, s.count, flush)
	r.buf = make([]byte, 4*1152)
	return r, nil
}

// Format is the file's rate and true number of channels.
func (r *Reader) Format() pcm.Format {
	return pcm.Format{Rate: pcm.Hz(r.stream.first.rate()), Channels: r.stream.first.channels()}
}

// Frames is the length of the sound that Read gives.
func (r *Reader) Frames() int64 { return r.frames }

// Read implements pcm.Reader.
func (r *Reader) Read(dst []int16) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	channels := r.Format().Channels
	want := int64(len(dst) / channels)
	if want == 0 {
		return 0, errors.New("mp3: buffer is smaller than one frame")
	}
	for r.at < r.frames {
		// The decoder gives two channels always.
		limit := r.skip
		if limit == 0 {
			limit = min(want, r.frames-r.at)
		}
		n, err := r.decode(r.buf[:min(int64(len(r.buf)), 4*limit)])
		if err != nil {
			r.err = err
			return 0, err
		}
		if r.skip > 0 {
			r.skip -= int64(n)
			continue
		}
		for i := range n {
			for c := range channels {
				dst[i*channels+c] = int16(binary.LittleEndian.Uint16(r.buf[4*i+2*c:]))
			}
		}
		r.at += int64(n)
		return n * channels, nil
	}
	r.err = io.EOF
	return 0, r.err
}

// decode fills buf with frames of two samples and says how many they are, at
// least one. go-mp3 panics on some damaged files; that becomes an error.
func (r *Reader) decode(buf []byte) (frames int, err error) {
	defer func() {
		if p := recover(); p != nil {
			frames, err = 0, fmt.Errorf("mp3: the sound after frame %d is damaged: %v", r.at, p)
		}
	}()
	if r.decoder == nil {
		r.decoder, err = gomp3.NewDecoder(r.packer)
	}
	n := 0
	if err == nil {
		n, err = io.ReadFull(r.decoder, buf)
	}
	switch {
	case r.packer.err != nil:
		return 0, fmt.Errorf("mp3: %w", r.packer.err)
	case n >= 4:
		return n / 4, nil
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return 0, fmt.Errorf("mp3: %d of %d frames: %w", r.at, r.frames, pcm.ErrShort)
	}
	return 0, fmt.Errorf("mp3: the sound after frame %d is damaged: %w", r.at, err)
}

// Close closes the source where it is an io.Closer.
func (r *Reader) Close() error {
	if c, ok := r.src.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
