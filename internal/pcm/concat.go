package pcm

import (
	"errors"
	"fmt"
	"io"
	"sort"
)

// Concat is sources of one format one after the other, as one Source.
func Concat(parts ...Source) Source {
	c := &concat{parts: parts, ends: make([]int64, len(parts))}
	at := int64(0)
	for i, p := range parts {
		at += p.Frames()
		c.ends[i] = at
	}
	return c
}

type concat struct {
	parts []Source
	ends  []int64 // of the parts, counted from the start of all
}

func (c *concat) Format() Format { return c.parts[0].Format() }

func (c *concat) Frames() int64 { return c.ends[len(c.ends)-1] }

func (c *concat) Open(span Span) (Reader, error) {
	if span.Start < 0 || span.End < span.Start || span.End > c.Frames() {
		return nil, fmt.Errorf("pcm: frames %d to %d of %d", span.Start, span.End, c.Frames())
	}
	next := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] > span.Start })
	return &concatReader{concat: c, at: span.Start, end: span.End, next: next}, nil
}

type concatReader struct {
	*concat
	at, end int64
	next    int // the part that is read, or is to be opened
	open    Reader
}

func (r *concatReader) Read(dst []int16) (int, error) {
	for {
		if r.open == nil {
			if r.at >= r.end {
				return 0, io.EOF
			}
			start := r.ends[r.next] - r.parts[r.next].Frames()
			part, err := r.parts[r.next].Open(Span{Start: r.at - start, End: min(r.end, r.ends[r.next]) - start})
			if err != nil {
				return 0, err
			}
			r.open = part
		}
		n, err := r.open.Read(dst)
		if !errors.Is(err, io.EOF) {
			r.at += int64(n / r.Format().Channels)
			return n, err
		}
		if r.at < min(r.end, r.ends[r.next]) {
			return 0, ErrShort
		}
		r.next++
		if err := r.Close(); err != nil {
			return 0, err
		}
	}
}

func (r *concatReader) Close() error {
	if r.open == nil {
		return nil
	}
	err := r.open.Close()
	r.open = nil
	return err
}
