// Package wav reads and writes RIFF WAVE sound (Microsoft Multimedia
// Programming Interface 1.0; WAVEFORMATEXTENSIBLE) and its 64-bit form RF64
// (EBU Tech 3306, also ITU-R BS.2088).
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"narrate/internal/pcm"
)

// Limits on what a header may ask for.
const (
	maxRate     = 768000   // frames a second
	maxChannels = 8        //
	maxHeader   = 16 << 20 // bytes before the sound
	maxFmt      = 1 << 16  // bytes of the fmt chunk
)

// Format tags of the fmt chunk.
const (
	tagPCM        = 1
	tagFloat      = 3
	tagExtensible = 0xfffe
)

// subformat is the end of the GUID by which WAVEFORMATEXTENSIBLE names a
// format tag; the tag itself stands in the two bytes before.
const subformat = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"

// bufferSize is how many bytes a Reader and a Writer hold.
const bufferSize = 32 << 10

// Reader is the sound of a WAVE stream as 16-bit samples. It implements
// pcm.Reader.
type Reader struct {
	src    io.Reader
	format pcm.Format
	align  int // bytes a frame
	decode func(dst []int16, src []byte)
	known  bool  // whether the header tells the length
	frames int64 // in all, where known
	at     int64 // the next frame
	buf    []byte
	err    error
}

// NewReader reads the header of a WAVE stream: integer PCM of 8, 16, 24 or 32
// bits or floating point of 32 or 64 bits, 1 to 8 channels, as RIFF, RF64 or
// BW64. More precise samples are rounded to nearest (halves to even) and
// clipped to 16 bits.
//
// A length that programs write when they do not know it yet (0, 0x7ffff000 and
// above, 0xfffff000 and above) is not trusted: the sound is then all that
// follows. Otherwise sound that ends before the length in the header gives an
// error that wraps pcm.ErrShort, and whatever follows it is left unread.
//
// Close closes src where it is an io.Closer. If NewReader fails, src stays
// open.
func NewReader(src io.Reader) (*Reader, error) {
	h := header{src: src}
	if err := h.read(); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("the header is cut after %d bytes: %w", h.at, pcm.ErrShort)
		}
		return nil, fmt.Errorf("wav: %w", err)
	}
	r := &Reader{src: src, format: h.format, align: h.align, decode: h.decode}
	if !h.streaming() {
		if h.dataSize%uint64(h.align) != 0 {
			return nil, fmt.Errorf("wav: %d bytes of sound are not whole frames of %d bytes", h.dataSize, h.align)
		}
		r.known, r.frames = true, int64(h.dataSize/uint64(h.align))
	}
	r.buf = make([]byte, bufferSize/h.align*h.align)
	return r, nil
}

// Format is the rate and number of channels in the header.
func (r *Reader) Format() pcm.Format { return r.format }

// Read implements pcm.Reader.
func (r *Reader) Read(dst []int16) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	want := min(len(dst)/r.format.Channels, len(r.buf)/r.align)
	if want == 0 {
		return 0, errors.New("wav: buffer is smaller than one frame")
	}
	if r.known {
		want = int(min(int64(want), r.frames-r.at))
		if want == 0 {
			r.err = io.EOF
			return 0, r.err
		}
	}
	n, err := io.ReadFull(r.src, r.buf[:want*r.align])
	got := n / r.align
	r.at += int64(got)
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		r.err = fmt.Errorf("wav: reading after frame %d: %w", r.at, err)
	case r.known:
		r.err = fmt.Errorf("wav: %d of %d frames: %w", r.at, r.frames, pcm.ErrShort)
	case n%r.align != 0:
		r.err = fmt.Errorf("wav: the stream ends inside frame %d: %w", r.at, pcm.ErrShort)
	default:
		r.err = io.EOF
	}
	if got == 0 {
		return 0, r.err
	}
	samples := got * r.format.Channels
	r.decode(dst[:samples], r.buf)
	return samples, nil
}

// Close closes the source where it is an io.Closer.
func (r *Reader) Close() error {
	if c, ok := r.src.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// header is what stands before the sound.
type header struct {
	src      io.Reader
	at       uint64 // bytes read
	wide     bool   // RF64 or BW64
	riffSize uint64 // bytes after the first 8
	dataSize uint64
	format   pcm.Format
	align    int
	decode   func(dst []int16, src []byte)
}

// streaming reports whether the length of the sound is a placeholder. Zero is
// one unless the size of the whole file says that further chunks follow.
func (h *header) streaming() bool {
	switch {
	case h.dataSize == 0:
		return h.riffSize == 0 || sizeUnknown(h.riffSize) || h.riffSize+8 <= h.at
	case h.wide:
		return h.dataSize > math.MaxInt64
	}
	return sizeUnknown(h.dataSize)
}

// sizeUnknown reports whether a 32-bit size is one of those that programs
// write into a pipe: 0x7ffff000 (espeak-ng, SoX) and 0xffffffff (ffmpeg), less
// what some deduct for the header.
func sizeUnknown(n uint64) bool {
	return n >= 0x7ffff000 && n <= 0x7fffffff || n >= 0xfffff000
}

// read reads up to the first byte of sound.
func (h *header) read() error {
	first, err := h.take(12)
	if err != nil {
		return err
	}
	switch id := string(first[:4]); {
	case string(first[8:]) != "WAVE":
		return errors.New("not a WAVE file")
	case id == "RF64" || id == "BW64":
		h.wide = true
	case id != "RIFF":
		return errors.New("not a WAVE file")
	}
	h.riffSize = uint64(binary.LittleEndian.Uint32(first[4:]))
	var wideSize uint64
	seenWide := false
	for {
		head, err := h.take(8)
		if err != nil {
			return err
		}
		id, size := string(head[:4]), uint64(binary.LittleEndian.Uint32(head[4:]))
		switch {
		case id == "data":
			if h.decode == nil {
				return errors.New("the sound comes before its fmt chunk")
			}
			h.dataSize = size
			if h.wide && size == math.MaxUint32 {
				if !seenWide {
					return errors.New("RF64 without a ds64 chunk")
				}
				h.dataSize = wideSize
			}
			return nil
		case h.at+size > maxHeader:
			return fmt.Errorf("more than %d bytes before the sound", maxHeader)
		case id == "fmt ":
			if h.decode != nil {
				return errors.New("two fmt chunks")
			}
			err = h.chunk(size, maxFmt, h.parseFmt)
		case id == "ds64" && h.wide:
			err = h.chunk(size, maxHeader, func(body []byte) error {
				if len(body) < 24 {
					return fmt.Errorf("ds64 chunk of %d bytes", len(body))
				}
				h.riffSize = binary.LittleEndian.Uint64(body)
				wideSize, seenWide = binary.LittleEndian.Uint64(body[8:]), true
				return nil
			})
		default:
			n, skipErr := io.CopyN(io.Discard, h.src, int64(size+size%2))
			h.at, err = h.at+uint64(n), skipErr
		}
		if err != nil {
			return err
		}
	}
}

// take reads n bytes.
func (h *header) take(n uint64) ([]byte, error) {
	b := make([]byte, n)
	got, err := io.ReadFull(h.src, b)
	h.at += uint64(got)
	return b, err
}

// chunk reads the body of a chunk and the byte that pads it to an even length.
func (h *header) chunk(size, limit uint64, parse func([]byte) error) error {
	if size > limit {
		return fmt.Errorf("chunk of %d bytes in the header", size)
	}
	body, err := h.take(size + size%2)
	if err != nil {
		return err
	}
	return parse(body[:size])
}

// parseFmt reads a WAVEFORMAT with its extensions.
func (h *header) parseFmt(body []byte) error {
	if len(body) < 16 {
		return fmt.Errorf("fmt chunk of %d bytes", len(body))
	}
	tag := binary.LittleEndian.Uint16(body)
	channels := int(binary.LittleEndian.Uint16(body[2:]))
	rate := binary.LittleEndian.Uint32(body[4:])
	align := int(binary.LittleEndian.Uint16(body[12:]))
	bits := int(binary.LittleEndian.Uint16(body[14:]))
	if tag == tagExtensible {
		if len(body) < 40 || string(body[26:40]) != subformat {
			return errors.New("WAVEFORMATEXTENSIBLE of an unknown kind")
		}
		// The samples may have fewer valid bits than their container; they
		// are left-aligned in it, so the container alone matters.
		tag = binary.LittleEndian.Uint16(body[24:])
	}
	if rate < 1 || rate > maxRate {
		return fmt.Errorf("sample rate of %d Hz, where 1 to %d can be read", rate, maxRate)
	}
	if channels < 1 || channels > maxChannels {
		return fmt.Errorf("%d channels, where 1 to %d can be read", channels, maxChannels)
	}
	decode := decoder(tag, bits)
	if decode == nil {
		return fmt.Errorf("format tag %#x with %d bits a sample; PCM of 8, 16, 24 or 32 bits and floating point of 32 or 64 can be read: convert it with ffmpeg -i FILE -c:a pcm_s16le OUT.wav", tag, bits)
	}
	if align != channels*bits/8 {
		return fmt.Errorf("frames of %d bytes for %d channels of %d bits", align, channels, bits)
	}
	h.format = pcm.Format{Rate: pcm.Hz(rate), Channels: channels}
	h.align, h.decode = align, decode
	return nil
}

// decoder gives the conversion to 16 bits, nil where there is none.
func decoder(tag uint16, bits int) func(dst []int16, src []byte) {
	switch {
	case tag == tagPCM && bits == 8: // unsigned, unlike all others
		return func(dst []int16, src []byte) {
			for i := range dst {
				dst[i] = int16(int(src[i])-128) << 8
			}
		}
	case tag == tagPCM && bits == 16:
		return func(dst []int16, src []byte) {
			for i := range dst {
				dst[i] = int16(binary.LittleEndian.Uint16(src[2*i:]))
			}
		}
	case tag == tagPCM && bits == 24:
		return func(dst []int16, src []byte) {
			for i := range dst {
				b := src[3*i : 3*i+3]
				dst[i] = quantize(float64(int(b[0])|int(b[1])<<8|int(int8(b[2]))<<16) / (1 << 8))
			}
		}
	case tag == tagPCM && bits == 32:
		return func(dst []int16, src []byte) {
			for i := range dst {
				dst[i] = quantize(float64(int32(binary.LittleEndian.Uint32(src[4*i:]))) / (1 << 16))
			}
		}
	case tag == tagFloat && bits == 32:
		return func(dst []int16, src []byte) {
			for i := range dst {
				dst[i] = quantize(float64(math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))) * (1 << 15))
			}
		}
	case tag == tagFloat && bits == 64:
		return func(dst []int16, src []byte) {
			for i := range dst {
				dst[i] = quantize(math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:])) * (1 << 15))
			}
		}
	}
	return nil
}

// quantize rounds to the nearest 16-bit value, halves to even. What is not a
// number becomes silence.
func quantize(x float64) int16 {
	x = math.RoundToEven(x)
	switch {
	case x >= math.MaxInt16:
		return math.MaxInt16
	case x <= math.MinInt16:
		return math.MinInt16
	case x != x:
		return 0
	}
	return int16(x)
}
