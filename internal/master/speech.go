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

	// With a high pass: what it remembers, how many frames are left of the block
	// of its grid, and the last frames of the block as they come in, which the
	// next one begins with.
	ringing ringing
	left    int64
	before  []float64
}

// open reads the frames of span.
func (s *speech) open(span pcm.Span) (*speechReader, error) {
	r := &speechReader{speech: *s, at: span.Start, end: span.End}
	if s.pass != nil {
		r.before = make([]float64, s.pass.preroll)
		r.at = max(0, span.Start/s.pass.block*s.pass.block-int64(s.pass.preroll))
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
	past := span.Start - span.Start%s.pass.block - r.at
	if err := r.declicked(r.before[int64(len(r.before))-past:]); err != nil {
		return nil, errors.Join(err, r.reader.Close())
	}
	unheard := make([]float64, min(chunk, span.Start-r.at))
	for r.at < span.Start {
		if err := r.read(unheard[:min(int64(len(unheard)), span.Start-r.at)]); err != nil {
			return nil, errors.Join(err, r.reader.Close())
		}
	}
	return r, nil
}

// read gives the next frames.
func (r *speechReader) read(dst []float64) error {
	if r.pass == nil {
		return r.declicked(dst)
	}
	for len(dst) > 0 {
		if r.left == 0 {
			r.ringing, r.left = ringing{}, r.pass.block
			r.pass.run(&r.ringing, r.before)
		}
		part := dst[:min(int64(len(dst)), r.left)]
		if err := r.declicked(part); err != nil {
			return err
		}
		kept := int64(len(r.before))
		if from := max(0, r.left-kept); from < int64(len(part)) {
			copy(r.before[kept-(r.left-from):], part[from:])
		}
		r.pass.run(&r.ringing, part)
		dst, r.left = dst[len(part):], r.left-int64(len(part))
	}
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
