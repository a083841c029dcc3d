package mp4

import (
	"errors"
	"fmt"
	"io"
)

// errStream is wrapped where ffmpeg's output is not the stream planned.
var errStream = errors.New("the encoder's output is not what was asked for")

// adtsHeader is the size of a frame's header where there is no checksum.
const adtsHeader = 7

// split calls take with the packet of each of the frames [first, end) of an ADTS
// stream (ISO/IEC 14496-3, 1.A.3.2). Every frame up to end must be of the stream
// s and whole. The packet is take's until it returns.
func (s stream) split(adts io.Reader, first, end int64, take func(packet []byte) error) error {
	// 12 bits of sync, MPEG-4, layer 0, no checksum; profile AAC-LC, rate,
	// private bit 0, channels, original and home 0.
	want := [3]byte{0xff, 0xf1, 1<<6 | byte(s.rateIndex)<<2 | byte(s.format.Channels>>2)}
	channels := byte(s.format.Channels&3) << 6
	h, packet := make([]byte, adtsHeader), make([]byte, s.maxPacket())
	for i := range end {
		if _, err := io.ReadFull(adts, h); ended(err) {
			return fmt.Errorf("%d frames where %d are wanted: %w", i, end, errStream)
		} else if err != nil {
			return err
		}
		if [3]byte(h) != want || h[3]&0xf0 != channels || h[6]&3 != 0 {
			return fmt.Errorf("frame %d has the header %x: %w", i, h, errStream)
		}
		size := (int(h[3]&3)<<11 | int(h[4])<<3 | int(h[5])>>5) - adtsHeader
		if size < 1 || size > len(packet) {
			return fmt.Errorf("frame %d has a packet of %d bytes: %w", i, size, errStream)
		}
		if n, err := io.ReadFull(adts, packet[:size]); ended(err) {
			return fmt.Errorf("frame %d has a packet of %d bytes, of which %d are there: %w", i, size, n, errStream)
		} else if err != nil {
			return err
		}
		if i < first {
			continue
		}
		if err := take(packet[:size]); err != nil {
			return err
		}
	}
	return nil
}

// ended reports whether there was less to read than wanted.
func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
