package mp4

import (
	"errors"
	"fmt"
)

// errStream is wrapped where ffmpeg's output is not the stream planned.
var errStream = errors.New("the encoder's output is not what was asked for")

// adtsHeader is the size of a frame's header where there is no checksum.
const adtsHeader = 7

// split takes the frames [first, end) out of an ADTS stream (ISO/IEC 14496-3,
// 1.A.3.2): their packets, put together in the memory of data, and the size of
// each, appended to sizes. Every frame up to end must be of the stream s and
// whole.
func (s stream) split(data []byte, first, end int64, sizes []uint16) ([]byte, []uint16, error) {
	// 12 bits of sync, MPEG-4, layer 0, no checksum; profile AAC-LC, rate,
	// private bit 0, channels, original and home 0.
	want := [3]byte{0xff, 0xf1, 1<<6 | byte(s.rateIndex)<<2 | byte(s.format.Channels>>2)}
	channels := byte(s.format.Channels&3) << 6
	kept, at := data[:0], 0
	for i := range end {
		h := data[at:]
		if len(h) < adtsHeader {
			return nil, nil, fmt.Errorf("%d frames where %d are wanted: %w", i, end, errStream)
		}
		if [3]byte(h) != want || h[3]&0xf0 != channels || h[6]&3 != 0 {
			return nil, nil, fmt.Errorf("frame %d has the header %x: %w", i, h[:adtsHeader], errStream)
		}
		size := int(h[3]&3)<<11 | int(h[4])<<3 | int(h[5])>>5
		if size <= adtsHeader || size > len(h) || size-adtsHeader > s.maxPacket() {
			return nil, nil, fmt.Errorf("frame %d has %d bytes, of which %d are there: %w", i, size, len(h), errStream)
		}
		if i >= first {
			kept = append(kept, h[adtsHeader:size]...) // never beyond what is read
			sizes = append(sizes, uint16(size-adtsHeader))
		}
		at += size
	}
	return kept, sizes, nil
}
