// Package resample converts sound from one sample rate to another with a
// Kaiser-windowed sinc filter in polyphase form.
//
// All arithmetic on samples is in whole numbers, so the result is the same on
// every machine.
package resample

import (
	"errors"
	"fmt"
	"io"

	"narrate/internal/pcm"
)

// Limits of what New accepts.
const (
	maxRate  = 768000 // frames a second
	maxRatio = 64     // from the higher to the lower rate, going down
)

// chunk is how many input frames are fetched at a time.
const chunk = 4096

// Frames is the length that n frames have after conversion: n*to/from, rounded
// to nearest, halves up. It is also where a position n comes to lie.
func Frames(n int64, from, to pcm.Hz) int64 {
	f, t := int64(from), int64(to)
	return n/f*t + (2*(n%f)*t+f)/(2*f)
}

// New gives the sound of src at another rate; at its own rate that is src
// itself. Output frame k is the sound at exactly k/to seconds, without delay,
// and there are Frames(n, from, to) of them for n of src. What src does not
// have, before its start and after its end, counts as silence.
//
// Up to 0.9 of the lower of the two Nyquist frequencies the level stays within
// 0.1 dB; what lies beyond that Nyquist frequency, and the images that arise,
// are more than 80 dB down. Closing the Reader closes src; if New fails, src
// stays open.
func New(src pcm.Reader, to pcm.Hz) (pcm.Reader, error) {
	f := src.Format()
	if f.Rate == to {
		return src, nil
	}
	if f.Rate < 1 || f.Rate > maxRate || to < 1 || to > maxRate || f.Channels < 1 {
		return nil, fmt.Errorf("resample: %d channels from %d to %d Hz, where 1 to %d Hz can be converted", f.Channels, f.Rate, to, maxRate)
	}
	if f.Rate/maxRatio > to {
		return nil, fmt.Errorf("resample: from %d to %d Hz is more than %d times less", f.Rate, to, maxRatio)
	}
	t := tableFor(f.Rate, to)
	r := &reader{
		src:    src,
		from:   f.Rate,
		format: pcm.Format{Rate: to, Channels: f.Channels},
		table:  t,
		in:     make([]int16, chunk*f.Channels),
		lines:  make([][]float64, f.Channels),
		// The first output frame lies on the first input frame, so the filter
		// begins before it.
		base: -int64(t.half - 1),
		have: t.half - 1,
	}
	for c := range r.lines {
		r.lines[c] = make([]float64, 2*t.half+chunk)
	}
	return r, nil
}

type reader struct {
	src    pcm.Reader
	from   pcm.Hz
	format pcm.Format
	table  *table
	in     []int16
	// lines hold a stretch of each channel: have frames from input frame base.
	lines [][]float64
	base  int64
	have  int
	// The next output frame is number next; it lies at input frame at and
	// phase/table.up of a frame behind it.
	next, at int64
	phase    int
	got      int64 // input frames so far
	total    int64 // output frames in all, once ended
	ended    bool
	err      error
}

func (r *reader) Format() pcm.Format { return r.format }

func (r *reader) Close() error { return r.src.Close() }

func (r *reader) Read(dst []int16) (int, error) {
	channels := r.format.Channels
	want := len(dst) / channels
	if want == 0 {
		return 0, errors.New("resample: buffer is smaller than one frame")
	}
	for r.err == nil {
		if r.ended && r.next >= r.total {
			r.err = io.EOF
			break
		}
		if n := r.produce(dst, want); n > 0 {
			return n * channels, nil
		}
		r.err = r.fill()
	}
	return 0, r.err
}

// produce makes as many of the wanted frames as the input at hand allows.
func (r *reader) produce(dst []int16, want int) int {
	t, channels := r.table, r.format.Channels
	if r.ended {
		want = int(min(int64(want), r.total-r.next))
	}
	n := 0
	for n < want {
		first := int(r.at - int64(t.half-1) - r.base)
		if first+2*t.half > r.have {
			break
		}
		for c, line := range r.lines {
			dst[n*channels+c] = t.sample(line[first:first+2*t.half], r.phase)
		}
		n++
		r.at += int64(t.step)
		if r.phase += t.rest; r.phase >= t.up {
			r.phase -= t.up
			r.at++
		}
	}
	r.next += int64(n)
	return n
}

// fill fetches a chunk of input; past its end the chunk is silence.
func (r *reader) fill() error {
	// Input that no later output needs makes room. At the highest ratios the
	// next output may begin beyond all that is there.
	drop := int(min(int64(r.have), r.at-int64(r.table.half-1)-r.base))
	for _, line := range r.lines {
		copy(line, line[drop:r.have])
	}
	r.have -= drop
	r.base += int64(drop)
	channels := r.format.Channels
	frames := chunk
	if r.ended {
		clear(r.in)
	} else {
		n, err := r.src.Read(r.in)
		if errors.Is(err, io.EOF) {
			r.ended, r.total = true, Frames(r.got, r.from, r.format.Rate)
			return nil
		}
		if err != nil {
			return err
		}
		frames = n / channels
		r.got += int64(frames)
	}
	for c, line := range r.lines {
		for i := range frames {
			line[r.have+i] = float64(r.in[i*channels+c])
		}
	}
	r.have += frames
	return nil
}
