package mp3

import (
	"errors"
	"fmt"
)

// header is the first four bytes of a frame (ISO/IEC 11172-3, 2.4.1.3).
type header uint32

// bitRates of Layer III in kb/s, for MPEG-1 and MPEG-2, by index 1 to 14.
var bitRates = [2][15]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// errNoFrame is the error of check for bytes that are no header.
var errNoFrame = errors.New("no MPEG audio frame")

// check says why the frame cannot be decoded.
func (h header) check() error {
	switch {
	case h>>21 != 0x7ff, h>>19&3 == 1, h>>17&3 == 0, h>>12&15 == 15, h>>10&3 == 3, h&3 == 2:
		return errNoFrame
	case h>>17&3 != 1:
		return fmt.Errorf("MPEG audio Layer %s: only Layer III can be read; convert it with ffmpeg", [...]string{2: "II", 3: "I"}[h>>17&3])
	case h>>19&3 == 0:
		return errors.New("MPEG-2.5 (8, 11.025 or 12 kHz) cannot be read; convert it to 16 kHz or more with ffmpeg -ar")
	case h>>12&15 == 0:
		return errors.New("free-format bit rate cannot be read; convert it with ffmpeg")
	case h.low() == 1 && h>>6&3 == 1 && h>>4&1 == 1:
		return errors.New("intensity stereo in MPEG-2 cannot be read; convert it with ffmpeg")
	}
	return nil
}

// low is 1 for MPEG-2, which has half the sample rates, else 0.
func (h header) low() int { return int(^h >> 19 & 1) }

// rate in Hz.
func (h header) rate() int { return [...]int{44100, 48000, 32000}[h>>10&3] >> h.low() }

// channels is 1 or 2.
func (h header) channels() int {
	if h>>6&3 == 3 {
		return 1
	}
	return 2
}

// samples is how many sound frames an MPEG frame holds.
func (h header) samples() int64 { return int64(1152 >> h.low()) }

// size is the whole MPEG frame in bytes.
func (h header) size() int {
	return (144000>>h.low())*bitRates[h.low()][h>>12&15]/h.rate() + int(h>>9&1)
}

// sideAt is where the side information begins: after the header and, where
// there is one, the checksum.
func (h header) sideAt() int {
	if h>>16&1 == 0 {
		return 6
	}
	return 4
}

// sideSize is the side information in bytes (2.4.1.7; 13818-3, 2.4.1.7).
func (h header) sideSize() int {
	return [2][3]int{{0, 17, 32}, {0, 9, 17}}[h.low()][h.channels()]
}

// widest is the same header with the highest bit rate, no padding and no
// checksum.
func (h header) widest() header { return h&^(15<<12|1<<9) | 14<<12 | 1<<16 }
