package pcm

import (
	"errors"
	"fmt"
	"io"
)

// block is how many samples the readers here hold at a time.
const block = 8192

// errBuffer answers a Read into less than one frame.
var errBuffer = errors.New("pcm: buffer is smaller than one frame")

// Samples is a Reader over samples that are in memory, interleaved; they are
// not copied and must not change while it is read.
func Samples(f Format, samples []int16) Reader {
	return &memory{format: f, rest: samples}
}

type memory struct {
	format Format
	rest   []int16
}

func (m *memory) Format() Format { return m.format }

func (m *memory) Read(dst []int16) (int, error) {
	if len(m.rest) == 0 {
		return 0, io.EOF
	}
	c := m.format.Channels
	if len(dst) < c {
		return 0, errBuffer
	}
	n := min(len(dst), len(m.rest)) / c * c
	if n == 0 {
		return 0, fmt.Errorf("pcm: %d samples are left over after the last whole frame of %d", len(m.rest), c)
	}
	copy(dst, m.rest[:n])
	m.rest = m.rest[n:]
	return n, nil
}

func (m *memory) Close() error { return nil }

// Silence is a Reader of that many frames of digital silence.
func Silence(f Format, frames int64) Reader {
	return &silence{format: f, left: frames}
}

type silence struct {
	format Format
	left   int64
}

func (s *silence) Format() Format { return s.format }

func (s *silence) Read(dst []int16) (int, error) {
	if s.left <= 0 {
		return 0, io.EOF
	}
	frames := int64(len(dst) / s.format.Channels)
	if frames == 0 {
		return 0, errBuffer
	}
	frames = min(frames, s.left)
	s.left -= frames
	n := int(frames) * s.format.Channels
	clear(dst[:n])
	return n, nil
}

func (s *silence) Close() error { return nil }

// Mono mixes r down to one channel: the mean of each frame, rounded to nearest
// (halves away from zero). A Reader that is mono already is returned as it is.
func Mono(r Reader) Reader {
	f := r.Format()
	if f.Channels == 1 {
		return r
	}
	return &mono{src: r, channels: f.Channels, buf: make([]int16, block/f.Channels*f.Channels)}
}

type mono struct {
	src      Reader
	channels int
	buf      []int16
}

func (m *mono) Format() Format { return Format{Rate: m.src.Format().Rate, Channels: 1} }

func (m *mono) Read(dst []int16) (int, error) {
	if len(dst) == 0 {
		return 0, errBuffer
	}
	frames := min(len(dst), len(m.buf)/m.channels)
	n, err := m.src.Read(m.buf[:frames*m.channels])
	if err != nil {
		return 0, err
	}
	frames = n / m.channels
	for i := range frames {
		sum := 0
		for _, s := range m.buf[i*m.channels : (i+1)*m.channels] {
			sum += int(s)
		}
		if sum < 0 {
			dst[i] = int16((sum - m.channels/2) / m.channels)
		} else {
			dst[i] = int16((sum + m.channels/2) / m.channels)
		}
	}
	return frames, nil
}

func (m *mono) Close() error { return m.src.Close() }

// Channel gives one channel of r, counted from 0.
func Channel(r Reader, channel int) Reader {
	channels := r.Format().Channels
	return &single{src: r, channel: channel, channels: channels, buf: make([]int16, block/channels*channels)}
}

type single struct {
	src               Reader
	channel, channels int
	buf               []int16
}

func (s *single) Format() Format { return Format{Rate: s.src.Format().Rate, Channels: 1} }

func (s *single) Read(dst []int16) (int, error) {
	if len(dst) == 0 {
		return 0, errBuffer
	}
	n, err := s.src.Read(s.buf[:min(len(dst), len(s.buf)/s.channels)*s.channels])
	if err != nil {
		return 0, err
	}
	for i := range n / s.channels {
		dst[i] = s.buf[i*s.channels+s.channel]
	}
	return n / s.channels, nil
}

func (s *single) Close() error { return s.src.Close() }

// ReadAll reads r to its end and gives its samples, interleaved; they may be
// the memory that r reads from and must not be changed. Sound of more than
// limit frames is an error. It does not close r.
func ReadAll(r Reader, limit int64) ([]int16, error) {
	c := r.Format().Channels
	if m, ok := r.(*memory); ok && len(m.rest)%c == 0 && int64(len(m.rest)/c) <= limit {
		out := m.rest
		m.rest = nil
		return out, nil
	}
	var out []int16
	buf := make([]int16, block/c*c)
	for {
		n, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, buf[:n]...)
		if int64(len(out)/c) > limit {
			return nil, fmt.Errorf("pcm: sound is longer than %d frames", limit)
		}
	}
}
