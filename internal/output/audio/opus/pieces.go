package opus

import (
	"context"
	"fmt"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/audio/opus/libopus"
	"narrate/internal/pcm"
)

// piece is a run of packets.
type piece struct {
	first, end int64 // the packets that are kept
	data       []byte
	sizes      []int   // of the packets in data
	samples    []int16 // a buffer
}

// chunk is how many packets' sound is read at a time.
const chunk = 50

// encodePieces encodes with e.Jobs workers.
func encodePieces(ctx context.Context, lib *libopus.Library, s stream, e output.Edition, out *sink) error {
	lookahead, err := lookahead(lib, s)
	if err != nil {
		return err
	}
	if err := out.begin(lookahead*s.ticks, "libopus "+lib.Version, e); err != nil {
		return err
	}
	joints := s.joints(e.Timeline, out.count)
	encode := func(ctx context.Context, i int64, p *piece) error {
		p.first, p.end = joints[i], joints[i+1]
		return p.encode(ctx, lib, s, e)
	}
	return audio.Pieces(ctx, int64(len(joints)-1), e.Jobs, encode, func(p *piece) error {
		at := 0
		for _, n := range p.sizes {
			if err := out.packet(p.data[at : at+n]); err != nil {
				return err
			}
			at += n
		}
		return nil
	})
}

// lookahead is by how many frames the decoded sound lags.
func lookahead(lib *libopus.Library, s stream) (int64, error) {
	enc, err := lib.New(s.config())
	if err != nil {
		return 0, fmt.Errorf("opus: %w", err)
	}
	defer enc.Close()
	return int64(enc.Lookahead), nil
}

// encode encodes the piece.
func (p *piece) encode(ctx context.Context, lib *libopus.Library, s stream, e output.Edition) (err error) {
	enc, err := lib.New(s.config())
	if err != nil {
		return fmt.Errorf("opus: %w", err)
	}
	defer enc.Close()
	from := max(0, p.first-preRoll)
	span := pcm.Span{Start: min(from*s.frames, s.sound), End: min(p.end*s.frames, s.sound)}
	r, err := audio.Open(e.Sound, span)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	p.data, p.sizes = p.data[:0], p.sizes[:0]
	size := s.frames * int64(s.format.Channels) // samples in a packet
	if p.samples == nil {
		p.samples = make([]int16, chunk*size)
	}
	for at := from; at < p.end; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n := min(chunk, p.end-at)
		buf := p.samples[:n*size]
		given := min(int64(len(buf)), max(0, s.sound-at*s.frames)*int64(s.format.Channels))
		if err := readFull(r, buf[:given]); err != nil {
			return err
		}
		clear(buf[given:]) // beyond the end of the sound
		for i := range n {
			if err := p.packet(enc, at+i, buf[i*size:(i+1)*size]); err != nil {
				return fmt.Errorf("opus: %w", err)
			}
		}
		at += n
	}
	if e.Progress != nil {
		e.Progress(min(p.end*s.frames, s.sound) - min(p.first*s.frames, s.sound))
	}
	return nil
}

// packet encodes the packet of that number and keeps it, unless it comes before
// the piece.
func (p *piece) packet(enc *libopus.Encoder, number int64, samples []int16) error {
	joint := number == p.first && number > 0
	if joint {
		if err := enc.Independent(true); err != nil {
			return err
		}
	}
	packet, err := enc.Encode(samples)
	if err != nil {
		return err
	}
	if joint {
		if err := enc.Independent(false); err != nil {
			return err
		}
	}
	if number >= p.first {
		p.data = append(p.data, packet...)
		p.sizes = append(p.sizes, len(packet))
	}
	return nil
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
