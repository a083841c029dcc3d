package mp3

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"narrate/internal/pcm"
)

// packer gives the frames of a file in a new layout, as a stream of bytes.
//
// The data of a frame may begin in the frames before it (the bit reservoir),
// and go-mp3 handles three cases of that wrongly: it drops the padding byte of
// MPEG-2 frames whose unpadded length is even, which moves all data behind it;
// where the reservoir lacks what a frame asks for, as at the start of a cut
// stream, it decodes noise; and it then keeps all data from there on. So
// every frame is given the highest bit rate, which makes all frames equally
// long and padding needless, and its data is laid as early as the format
// allows. Because no frame becomes shorter, everything that fitted still does.
// A frame whose data is missing becomes silent. A fourth case is met by adding
// to the data (see lengthen).
type packer struct {
	in        io.Reader
	format    header
	left      int64 // frames still in the file
	flush     int64 // empty frames to add behind them
	number    int64 // of the frame, from 1, for messages
	frame     []byte
	reservoir []byte // the end of the data so far, as much as can be asked for
	joined    []byte // the reservoir and the data of the frame
	pending   []byte // the next frame to give out; its end may still be filled
	free      int    // bytes at the end of pending that are unused
	out       []byte // what is left to give out
	err       error  // anything but the end
}

// newPacker repacks the given number of frames from in, which must all be like
// format in what decides on their layout, and adds flush empty ones.
func newPacker(in io.Reader, format header, frames, flush int64) *packer {
	return &packer{in: in, format: format, left: frames, flush: flush}
}

// Read implements io.Reader.
func (p *packer) Read(b []byte) (int, error) {
	for len(p.out) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		done, err := p.next()
		if err != nil {
			p.err = err
			return 0, err
		}
		if done && len(p.out) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(b, p.out)
	p.out = p.out[n:]
	return n, nil
}

// next lays out one frame and gives out the one before it, or at the end the
// last one.
func (p *packer) next() (done bool, err error) {
	h := p.format
	side := make([]byte, h.sideSize())
	var data []byte
	spare := 0
	switch {
	case p.left > 0:
		p.left--
		p.number++
		if h, data, spare, err = p.read(side); err != nil {
			return false, err
		}
	case p.flush > 0:
		p.flush--
	default:
		p.out, p.pending = p.pending, nil
		return true, nil
	}
	wide := h.widest()
	packed := make([]byte, wide.size())
	binary.BigEndian.PutUint32(packed, uint32(wide))
	room := packed[4+len(side):]
	back := min(p.free, maxBack(h), len(room))
	if len(data)-back > len(room) {
		return false, fmt.Errorf("damaged file: frame %d has more data than its bit rate allows", p.number)
	}
	data = lengthen(h, side, data, back+len(room)-min(spare, maxBack(h)))
	setBack(h, side, back)
	copy(packed[4:], side)
	early := copy(p.pending[len(p.pending)-back:], data)
	p.free = len(room) - copy(room, data[early:])
	p.out, p.pending = p.pending, packed
	return false, nil
}

// read reads one frame: its side information, exactly the data that belongs to
// it, and how many bytes behind that data are left for later frames.
func (p *packer) read(side []byte) (h header, data []byte, spare int, err error) {
	var b [4]byte
	if err := p.full(b[:]); err != nil {
		return 0, nil, 0, err
	}
	h = header(binary.BigEndian.Uint32(b[:]))
	if err := h.check(); err != nil || h.sideSize() != len(side) || h.rate() != p.format.rate() {
		return 0, nil, 0, fmt.Errorf("frame %d is not what it was a moment ago: the file is being written to", p.number)
	}
	if size := h.size() - 4; cap(p.frame) < size {
		p.frame = make([]byte, 0, 2*size)
	}
	rest := p.frame[:h.size()-4]
	if err := p.full(rest); err != nil {
		return 0, nil, 0, err
	}
	rest = rest[h.sideAt()-4:]
	copy(side, rest)
	p.joined = append(append(p.joined[:0], p.reservoir...), rest[len(side):]...)
	start := len(p.reservoir) - int(bits(side, 0, backBits(h)))
	p.reservoir = append(p.reservoir[:0], p.joined[max(0, len(p.joined)-maxBack(h)):]...)
	end := start + dataSize(h, side)
	if start < 0 || end > len(p.joined) {
		clear(side)
		return h, nil, len(p.joined), nil
	}
	return h, p.joined[start:end], len(p.joined) - end, nil
}

// full reads all of b.
func (p *packer) full(b []byte) error {
	_, err := io.ReadFull(p.in, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the file now ends in frame %d: %w", p.number, pcm.ErrShort)
	}
	return err
}

// backBits is the width of main_data_begin, the first field of the side
// information: by how many bytes the data of a frame begins before it.
func backBits(h header) int { return 9 - h.low() }

func maxBack(h header) int { return 1<<backBits(h) - 1 }

func setBack(h header, side []byte, back int) {
	if h.low() == 1 {
		side[0] = byte(back)
		return
	}
	side[0] = byte(back >> 1)
	side[1] = side[1]&0x7f | byte(back<<7)
}

// parts says where in the side information the fields of the first granule's
// first channel begin, how many bits further those of the next channel or
// granule do, and how many there are: 59 bits each, in MPEG-2 63. Private bits,
// and in MPEG-1 four bits of scfsi a channel, lie before (11172-3, 2.4.1.7;
// 13818-3, 2.4.1.7).
func parts(h header) (at, step, count int) {
	if h.low() == 1 {
		return 8 + h.channels(), 63, h.channels()
	}
	return 9 + [...]int{1: 5, 2: 3}[h.channels()] + 4*h.channels(), 59, 2 * h.channels()
}

// partBits is the width of part2_3_length, the first field of a part: how many
// bits of data are its own.
const partBits = 12

// dataSize is the length of a frame's data in bytes.
func dataSize(h header, side []byte) int {
	at, step, count := parts(h)
	sum := 0
	for i := range count {
		sum += int(bits(side, at+i*step, partBits))
	}
	return (sum + 7) / 8
}

// lengthen makes go-mp3 decode short blocks in middle/side stereo in full. It
// undoes middle/side only up to the last value that is coded, by then counted
// in an order where the three windows of a band no longer follow one another,
// and leaves some of the last band as it is. So behind the values of a channel
// that is coded so, values of zero are coded up to the end of the spectrum: in
// both code tables for small values (11172-3, table B.7, A and B) four zeros
// are written as 1 or as 1111. The data stays as it is where it would not fit
// into limit bytes.
func lengthen(h header, side, data []byte, limit int) []byte {
	if h>>6&3 != 1 || h>>5&1 != 1 { // not joint stereo, or not middle/side
		return data
	}
	at, step, count := parts(h)
	windows := 29 + [...]int{4, 9}[h.low()] // where in a part window_switching_flag is
	var out bitWriter
	from, added := 0, false
	changed := append(make([]byte, 0, len(side)), side...)
	for i := range count {
		part := at + i*step
		size := int(bits(side, part, partBits))
		out.copy(data, from, size)
		from += size
		const short = 1<<2 | 2 // the flag, and block_type 2
		// One of the two channels is enough: the second, or where it has
		// nothing at all, the first.
		fit := i%2 == 1 || bits(side, part+step, partBits) == 0
		if size == 0 || !fit || bits(side, part+windows, 3) != short {
			continue
		}
		ones := 576 / 4
		if bits(side, part+step-1, 1) == 1 { // count1table_select: table B
			ones = 576
		}
		if size+ones >= 1<<partBits {
			continue
		}
		for range ones {
			out.bit(1)
		}
		for b := range partBits {
			setBit(changed, part+b, byte((size+ones)>>(partBits-1-b)))
		}
		added = true
	}
	if !added || len(out.b) > limit {
		return data
	}
	copy(side, changed)
	return out.b
}

// bitWriter collects bits, the highest of a byte first.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) bit(x byte) {
	if w.n%8 == 0 {
		w.b = append(w.b, 0)
	}
	setBit(w.b, w.n, x)
	w.n++
}

// copy appends n bits of b, from a bit on.
func (w *bitWriter) copy(b []byte, from, n int) {
	for i := from; i < from+n; i++ {
		w.bit(b[i/8] >> (7 - i%8))
	}
}

// setBit sets a bit of b to the lowest bit of x.
func setBit(b []byte, at int, x byte) {
	mask := byte(0x80) >> (at % 8)
	b[at/8] &^= mask
	if x&1 == 1 {
		b[at/8] |= mask
	}
}

// bits is the n-bit number, n up to 12, that begins at a bit of b.
func bits(b []byte, at, n int) uint {
	var x uint
	for i := at / 8; i < at/8+3; i++ {
		x <<= 8
		if i < len(b) {
			x |= uint(b[i])
		}
	}
	return x >> (24 - at%8 - n) & (1<<n - 1)
}
