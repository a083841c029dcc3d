package master

import (
	"errors"
	"io"
	"math"

	"narrate/internal/pcm"
)

const (
	// chunk is how many frames a reader makes at once.
	chunk = 1024
	// edge is how many frames of the mix are kept on either side of what the
	// limiter counts in groups: enough for its taps and for quiet. It is a
	// multiple of every group.
	edge = 128
)

// reader makes a stretch of the programme.
type reader struct {
	p    *Programme
	loud loud
	span pcm.Span
	// tally takes what the limiter does in span; nil for none.
	tally *tally

	speech *speechReader
	tracks []*trackReader

	// mix holds the frames from at-edge on: those before mixed are there, and
	// what lies outside of the programme, or from want on, is silence.
	mix             [][]float64
	at, mixed, want int64

	limiting *limiting // nil for none
	gain     []float64 // of each frame of the chunk

	out, rest []int16
	// float, where it is not nil, takes the chunk in place of rest: unrounded,
	// with 1 as full scale.
	float []float32
	err   error
}

// open reads the frames of span, which is not empty, made that loud.
func (p *Programme) open(span pcm.Span, loud loud, tally *tally) (*reader, error) {
	r := &reader{p: p, loud: loud, span: span, at: span.Start, tally: tally, gain: make([]float64, chunk), out: make([]int16, chunk*p.channels)}
	ahead := int64(edge)
	if loud.limit > 0 {
		l := p.limiter
		first := span.Start/int64(l.group) - int64(len(l.fall)+l.margin())
		r.at = first * int64(l.group)
		ahead += int64((l.margin() + 2) * l.group)
		r.limiting = l.start(first, loud.limit/loud.gain)
	}
	r.mixed = max(0, r.at-edge)
	r.want = min(p.Frames(), span.End+ahead)
	for range p.channels {
		r.mix = append(r.mix, make([]float64, edge+chunk+ahead))
	}
	var err error
	if r.speech, err = p.speech.open(pcm.Span{Start: r.mixed, End: r.want}); err != nil {
		return nil, err
	}
	for i := range p.tracks {
		t := &p.tracks[i]
		if t.at.Start < r.want && t.at.End > r.mixed {
			r.tracks = append(r.tracks, t.open(pcm.Span{Start: r.mixed, End: r.want}))
		}
	}
	return r, nil
}

func (r *reader) Format() pcm.Format { return r.p.Format() }

var errBuffer = errors.New("master: buffer is smaller than one frame")

func (r *reader) Read(dst []int16) (int, error) {
	c := r.p.channels
	if len(dst) < c {
		return 0, errBuffer
	}
	for len(r.rest) == 0 {
		if r.err == nil {
			r.err = r.more()
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	n := copy(dst[:len(dst)/c*c], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// more makes the next chunk; rest is what of it lies in span.
func (r *reader) more() error {
	if r.at >= r.span.End {
		return io.EOF
	}
	if err := r.fill(); err != nil {
		return err
	}
	limited := r.limiting != nil && r.limiting.run(r.mix, r.at)
	lo, hi := max(r.at, r.span.Start), min(r.at+chunk, r.span.End)
	if lo < hi {
		if limited {
			r.limiting.gains(r.gain, r.loud.gain)
			r.tally.add(r.limiting, r.at, r.span.Start, r.span.End)
		} else {
			for i := range r.gain {
				r.gain[i] = r.loud.gain
			}
		}
		if r.float != nil {
			r.unrounded(int(lo-r.at), int(hi-r.at))
		} else {
			r.rest = r.out[:(hi-lo)*int64(r.p.channels)]
			r.round(int(lo-r.at), int(hi-r.at))
		}
	}
	r.advance()
	return nil
}

// fill mixes what the chunk needs.
func (r *reader) fill() error {
	base := r.at - edge
	to := min(base+int64(len(r.mix[0])), r.want)
	if r.mixed >= to {
		return nil
	}
	part := make([][]float64, len(r.mix))
	for c := range r.mix {
		part[c] = r.mix[c][r.mixed-base : to-base]
	}
	if err := r.speech.read(part[0]); err != nil {
		return err
	}
	for _, p := range part[1:] {
		copy(p, part[0])
	}
	for _, t := range r.tracks {
		if err := t.add(r.mixed, part); err != nil {
			return err
		}
	}
	r.mixed = to
	return nil
}

// advance makes ready for the next chunk.
func (r *reader) advance() {
	for _, m := range r.mix {
		n := copy(m, m[chunk:])
		clear(m[n:])
	}
	if r.limiting != nil {
		r.limiting.advance()
	}
	r.at += chunk
}

// Close may be called more than once.
func (r *reader) Close() error {
	if errors.Is(r.err, errClosed) {
		return nil
	}
	r.err, r.rest = errClosed, nil
	err := r.speech.close()
	for _, t := range r.tracks {
		err = errors.Join(err, t.close())
	}
	return err
}

var errClosed = errors.New("master: reading from a closed reader")

// unrounded puts the frames from lo to hi of the chunk into float.
func (r *reader) unrounded(lo, hi int) {
	const unit = 1.0 / 32768
	channels := len(r.mix)
	r.float = r.float[:(hi-lo)*channels]
	gain := r.gain[lo:hi]
	for c, m := range r.mix {
		at := c
		for i, v := range m[edge+lo : edge+hi][:len(gain)] {
			r.float[at] = float32(v * gain[i] * unit)
			at += channels
		}
	}
}

// round puts the frames from lo to hi of the chunk into out.
func (r *reader) round(lo, hi int) {
	done := lo
	r.still(lo, hi, func(from, to int) {
		r.dithered(r.out[(done-lo)*len(r.mix):], done, from)
		r.plain(r.out[(from-lo)*len(r.mix):], from, to)
		done = to
	})
	r.dithered(r.out[(done-lo)*len(r.mix):], done, hi)
}

// quiet is how many frames in a row that need no rounding get no dither: single
// ones do, so that the noise does not come and go with the sound.
const quiet = 32

// still calls found for the stretches of the chunk between lo and hi that need
// no rounding: silence, and whole numbers where the level stays as it is.
func (r *reader) still(lo, hi int, found func(from, to int)) {
	whole := r.loud.gain == 1 && r.limiting == nil
	exact := func(i int) bool {
		for _, m := range r.mix {
			if v := m[edge+i]; v != 0 && !(whole && v == math.Trunc(v)) {
				return false
			}
		}
		return true
	}
	// Each stretch that is long enough holds one of the frames looked at.
	first, last := lo-quiet, hi+quiet
	for i := first; i < last; i += quiet {
		if !exact(i) {
			continue
		}
		from, to := i, i+1
		for from > first && exact(from-1) {
			from--
		}
		for to < last && exact(to) {
			to++
		}
		if a, b := max(from, lo), min(to, hi); to-from >= quiet && a < b {
			found(a, b)
		}
		first = to
		i += (to - 1 - i) / quiet * quiet
	}
}

// plain puts frames into dst as they are.
func (r *reader) plain(dst []int16, from, to int) {
	for c, m := range r.mix {
		for i := from; i < to; i++ {
			dst[(i-from)*len(r.mix)+c] = nearest(m[edge+i], 0)
		}
	}
}

// dithered puts frames into dst with triangular dither of one step either way,
// which is a hash of the absolute frame. What is the same in two channels stays
// so.
func (r *reader) dithered(dst []int16, from, to int) {
	n := to - from
	gain := r.gain[from:to]
	left := r.mix[0][edge+from : edge+to][:n]
	at := uint64(r.at + int64(from))
	if len(r.mix) == 1 {
		dst = dst[:n]
		for i, v := range left {
			dst[i] = nearest(v*gain[i], dither(hash(at+uint64(i))))
		}
		return
	}
	right := r.mix[1][edge+from : edge+to][:n]
	for i, v := range left {
		h := hash(at + uint64(i))
		s := nearest(v*gain[i], dither(h))
		t := s
		if w := right[i]; w != v {
			t = nearest(w*gain[i], dither(h>>32))
		}
		dst[2*i], dst[2*i+1] = s, t
	}
}

// dither is within ±1, from 32 bits.
func dither(h uint64) float64 { return float64(int64(h&0xffff)-int64(h>>16&0xffff)) * (1.0 / 65536) }

// hash is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func hash(x uint64) uint64 {
	x = (x + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// nearest is the sample next to v and its dither; what is too loud for 16 bits
// is as loud as they get. Above up, truncation rounds down.
func nearest(v, dither float64) int16 {
	const up = 1 << 20
	return int16(max(math.MinInt16, min(math.MaxInt16, int64(float64(v)+dither+(up+0.5))-up)))
}
