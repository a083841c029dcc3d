package outputtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"narrate/internal/pcm"
)

var (
	errSpan  = errors.New("span outside of the sound")
	errSound = errors.New("sound failed")
	errDisk  = errors.New("disk failed")
	errEarly = errors.New("closed twice or read after close")
)

// toneReader reads tones in pieces of changing length, as a Reader may.
type toneReader struct {
	*tones
	span  pcm.Span
	at    int64
	turns int
}

func (r *toneReader) Read(dst []int16) (int, error) {
	if r.at >= r.span.End {
		return 0, io.EOF
	}
	channels := r.format.Channels
	if len(dst) < channels {
		return 0, errors.New("read into less than a frame")
	}
	r.turns++
	n := min(int64(len(dst)/channels), r.span.End-r.at)
	if r.turns%3 == 0 {
		n = (n + 1) / 2
	}
	r.fill(dst[:int(n)*channels], r.at)
	r.at += n
	return int(n) * channels, nil
}

func (r *toneReader) Close() error { return nil }

// guarded is a Source that watches its users and can be made to fail.
type guarded struct {
	pcm.Source
	open, most atomic.Int64 // readers now, and at most at once
	misuse     atomic.Pointer[error]

	// trip is called when a reader reaches frame tripAt; where it gives an
	// error, the sound fails there with it.
	tripAt int64
	trip   func() error
}

func guard(src pcm.Source) *guarded { return &guarded{Source: src} }

func (g *guarded) blame(err error) error {
	g.misuse.CompareAndSwap(nil, &err)
	return err
}

func (g *guarded) Open(span pcm.Span) (pcm.Reader, error) {
	r, err := g.Source.Open(span)
	if err != nil {
		return nil, g.blame(fmt.Errorf("open %d to %d of %d: %w", span.Start, span.End, g.Frames(), err))
	}
	n := g.open.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
	return &guardedReader{Reader: r, guarded: g, at: span.Start, tripped: span.Start > g.tripAt}, nil
}

type guardedReader struct {
	pcm.Reader
	*guarded
	at      int64
	tripped bool
	closed  atomic.Bool
}

func (r *guardedReader) Format() pcm.Format { return r.Reader.Format() }

func (r *guardedReader) Read(dst []int16) (int, error) {
	if r.closed.Load() {
		return 0, r.blame(errEarly)
	}
	if left := r.tripAt - r.at; r.trip != nil && !r.tripped && left < int64(len(dst)) {
		if left <= 0 {
			if err := r.trip(); err != nil {
				return 0, err
			}
			r.tripped = true
		} else {
			dst = dst[:left]
		}
	}
	n, err := r.Reader.Read(dst)
	r.at += int64(n)
	return n, err
}

func (r *guardedReader) Close() error {
	if r.closed.Swap(true) {
		return r.blame(errEarly)
	}
	r.open.Add(-1)
	return r.Reader.Close()
}

// disk is an empty file in memory that counts what is done to it and can be
// made to fail.
type disk struct {
	mu      sync.Mutex
	data    []byte
	at      int64
	written int64 // bytes over all writes
	seeks   int

	failByte int64 // the write that reaches this many bytes fails; < 0 is none
	failSeek int   // so does this seek, from 0; < 0 is none
}

func newDisk() *disk { return &disk{failByte: -1, failSeek: -1} }

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failByte >= 0 && d.written+int64(len(p)) > d.failByte {
		p = p[:max(0, d.failByte-d.written)]
		d.put(p)
		return len(p), errDisk
	}
	d.put(p)
	return len(p), nil
}

func (d *disk) put(p []byte) {
	if gap := d.at - int64(len(d.data)); gap > 0 {
		d.data = append(d.data, bytes.Repeat([]byte{0}, int(gap))...)
	}
	n := copy(d.data[d.at:], p)
	d.data = append(d.data, p[n:]...)
	d.at += int64(len(p))
	d.written += int64(len(p))
}

func (d *disk) Seek(offset int64, whence int) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seeks++
	if d.failSeek >= 0 && d.seeks > d.failSeek {
		return 0, errDisk
	}
	switch whence {
	case io.SeekCurrent:
		offset += d.at
	case io.SeekEnd:
		offset += int64(len(d.data))
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	d.at = offset
	return offset, nil
}
