package mp3

import (
	"context"
	"fmt"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/audio/mp3/lame"
	"narrate/internal/pcm"
)

// Without the bit reservoir a frame depends on the others only through what
// the encoder remembers of the sound before, which fades within a few frames.
// So the sound is encoded in pieces at once, each by an encoder of its own
// that starts some frames early; those are thrown away. Pieces begin at
// multiples of a fixed count of frames, whatever the number of workers.
const (
	preRoll      = 8  // MPEG frames
	pieceSeconds = 30 // about
	// phase is how many frames it takes until the pattern of frames that are
	// a byte longer repeats: 49 for 22.05 and 44.1 kHz at any bit rate; at
	// the other rates none is. Pieces of a multiple keep the pattern.
	phase = 49
	// ahead is how many frames of sound beyond a frame are given to the
	// encoder so that the frame comes out; the encoder wants 224 samples.
	ahead = 2
	// chunk is how many samples the encoder gets in one call: enough to hide
	// what the call costs, few enough to stay in the processor's cache.
	chunk = 16 << 10
)

// piece is a run of MPEG frames.
type piece struct {
	from       int64 // the frame that its encoder begins with
	first, end int64 // the frames that are kept
	sound      int64 // how many frames of sound are its share
	data       []byte
	kept       []byte  // the kept frames, part of data
	samples    []int16 // a buffer
	lowpass    int
}

// pieceFrames is how many MPEG frames lie between the starts of two pieces.
func (s stream) pieceFrames() int64 {
	return max(1, pieceSeconds*int64(s.format.Rate)/s.spf/phase) * phase
}

// pieces is how many pieces the stream has.
func (s stream) pieces() int64 {
	size := s.pieceFrames()
	return max(1, (s.count()-preRoll+size-1)/size)
}

// set makes p the i-th piece of s.
func (p *piece) set(s stream, i int64) {
	size, last := s.pieceFrames(), i == s.pieces()-1
	p.from, p.first, p.end = i*size, i*size+preRoll, (i+1)*size+preRoll
	p.sound = size * s.spf
	if i == 0 {
		p.first = 0
	}
	if last {
		p.end = s.count()
		p.sound = s.sound - p.from*s.spf
	}
}

// encodePieces encodes with e.Jobs workers.
func encodePieces(ctx context.Context, lib *lame.Library, s stream, e output.Edition, out io.Writer) (lowpass int, err error) {
	encode := func(ctx context.Context, i int64, p *piece) error {
		p.set(s, i)
		return p.encode(ctx, lib, s, e)
	}
	err = audio.Pieces(ctx, s.pieces(), e.Jobs, encode, func(p *piece) error {
		lowpass = p.lowpass
		_, err := out.Write(p.kept)
		return err
	})
	return lowpass, err
}

// encode encodes the piece.
func (p *piece) encode(ctx context.Context, lib *lame.Library, s stream, e output.Edition) (err error) {
	enc, err := lib.New(lame.Config{
		Format: s.format, BitRate: s.bitRate, VBR: s.vbr, V: float32(s.v) / 100, Quality: e.Encoding.Quality,
	}, int(s.spf))
	if err != nil {
		return fmt.Errorf("mp3: %w", err)
	}
	defer enc.Close()
	p.lowpass = enc.Lowpass
	span := pcm.Span{Start: p.from * s.spf, End: (p.end + ahead) * s.spf}
	r, err := audio.Open(e.Sound, pcm.Span{Start: span.Start, End: min(span.End, s.sound)})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	channels := int64(s.format.Channels)
	p.data = p.data[:0]
	if p.samples == nil {
		p.samples = make([]int16, chunk)
	}
	for at := span.Start; at < span.End; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		buf := p.samples[:min(int64(len(p.samples)), (span.End-at)*channels)]
		given := min(int64(len(buf)), max(0, (s.sound-at)*channels))
		if err := readFull(r, buf[:given]); err != nil {
			return err
		}
		clear(buf[given:]) // beyond the end of the sound
		if p.data, err = enc.Encode(p.data, buf); err != nil {
			return fmt.Errorf("mp3: %w", err)
		}
		at += int64(len(buf)) / channels
	}
	if p.kept, err = s.cut(p.data, p.first-p.from, p.end-p.from); err != nil {
		return err
	}
	if e.Progress != nil {
		e.Progress(p.sound)
	}
	return nil
}

// cut gives the frames [first, end) of those in data.
func (s stream) cut(data []byte, first, end int64) ([]byte, error) {
	lo, at := 0, 0
	for i := range end {
		if i == first {
			lo = at
		}
		if len(data)-at < 4 {
			return nil, fmt.Errorf("mp3: %d frames where %d are wanted: %w", i, end, errFrame)
		}
		size, err := s.next(data[at:])
		if err != nil {
			return nil, err
		}
		if at += size; at > len(data) {
			return nil, fmt.Errorf("mp3: frame %d is cut: %w", i, errFrame)
		}
	}
	return data[lo:at], nil
}

// readFull fills dst from r, which must not end within it.
func readFull(r pcm.Reader, dst []int16) error {
	for len(dst) > 0 {
		n, err := r.Read(dst)
		if err != nil {
			return err
		}
		dst = dst[n:]
	}
	return nil
}
