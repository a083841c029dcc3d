package master

import (
	"errors"
	"fmt"
	"io"
	"sort"

	"narrate/internal/pcm"
)

// speech is the voice: declicked and high-passed.
type speech struct {
	src     pcm.Source
	spoken  []pcm.Span
	declick int64
	pass    *highPass // nil for none
}

// speechReader gives the frames of speech one after the other.
type speechReader struct {
	speech
	reader pcm.Reader
	next   int   // the spoken span that the next raw frame may lie in
	at     int64 // the next raw frame
	end    int64 // of what is read
	raw    []int16

	// With a high pass: the sound before a block of its grid, with room for the
	// block, and what it makes of the block, of which the frames from have on
	// are not given yet.
	before, out []float64
	filled      int64 // the end of before, absolute
	have        int
}

// open reads the frames of span.
func (s *speech) open(span pcm.Span) (*speechReader, error) {
	r := &speechReader{speech: *s, at: span.Start, end: span.End}
	if s.pass != nil {
		first := span.Start / s.pass.block * s.pass.block
		r.at = max(0, first-int64(s.pass.preroll))
		r.before = make([]float64, s.pass.preroll, s.pass.preroll+int(s.pass.block))
		r.out = make([]float64, s.pass.block)
		r.filled = first
	}
	r.next = sort.Search(len(s.spoken), func(i int) bool { return s.spoken[i].End > r.at })
	var err error
	if r.reader, err = s.src.Open(pcm.Span{Start: r.at, End: r.end}); err != nil {
		return nil, err
	}
	if s.pass == nil {
		return r, nil
	}
	// What lies before the programme stays silent.
	n := r.filled - r.at
	if err := r.declicked(r.before[int64(len(r.before))-n:]); err != nil {
		return nil, errors.Join(err, r.reader.Close())
	}
	if err := r.filter(); err != nil {
		return nil, errors.Join(err, r.reader.Close())
	}
	r.have = int(span.Start % s.pass.block)
	return r, nil
}

// read gives the next frames.
func (r *speechReader) read(dst []float64) error {
	if r.pass == nil {
		return r.declicked(dst)
	}
	for len(dst) > 0 {
		if r.have == len(r.out) {
			if err := r.filter(); err != nil {
				return err
			}
		}
		n := copy(dst, r.out[r.have:])
		dst, r.have = dst[n:], r.have+n
	}
	return nil
}

// filter makes the next block of the high pass.
func (r *speechReader) filter() error {
	n := max(0, min(r.pass.block, r.end-r.filled))
	all := r.before[:len(r.before)+int(n)]
	if err := r.declicked(all[len(r.before):]); err != nil {
		return err
	}
	r.pass.run(all, r.out[:n], len(r.before))
	clear(r.out[n:])
	copy(r.before, all[len(all)-len(r.before):])
	r.filled += n
	r.have = 0
	return nil
}

// declicked gives the next raw frames with the ends of spans faded.
func (r *speechReader) declicked(dst []float64) error {
	for len(dst) > 0 {
		if r.raw == nil {
			r.raw = make([]int16, 2048)
		}
		raw := r.raw[:min(len(dst), len(r.raw))]
		if err := readFull(r.reader, raw); err != nil {
			return fmt.Errorf("master: speech at frame %d: %w", r.at, err)
		}
		for i, s := range raw {
			dst[i] = float64(s)
		}
		r.fade(dst[:len(raw)])
		r.at += int64(len(raw))
		dst = dst[len(raw):]
	}
	return nil
}

// fade fades what of the frames from at on lies at the ends of spoken spans.
func (r *speechReader) fade(dst []float64) {
	if r.declick == 0 {
		return
	}
	end := r.at + int64(len(dst))
	for r.next < len(r.spoken) {
		s := r.spoken[r.next]
		if s.Start >= end {
			return
		}
		n := min(r.declick, s.Frames()/2)
		for i := max(r.at, s.Start); i < min(end, s.Start+n); i++ {
			dst[i-r.at] *= raised((float64(i-s.Start) + 0.5) / float64(n))
		}
		for i := max(r.at, s.End-n); i < min(end, s.End); i++ {
			dst[i-r.at] *= raised((float64(s.End-i) - 0.5) / float64(n))
		}
		if s.End > end {
			return
		}
		r.next++
	}
}

func (r *speechReader) close() error { return r.reader.Close() }

// readFull fills dst, or fails.
func readFull(r pcm.Reader, dst []int16) error {
	for len(dst) > 0 {
		n, err := r.Read(dst)
		if errors.Is(err, io.EOF) {
			return pcm.ErrShort
		}
		if err != nil {
			return err
		}
		dst = dst[n:]
	}
	return nil
}
