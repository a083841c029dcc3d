package flac

import (
	"errors"
	"math/bits"
)

// errStream is wrapped where an encoder's output is not the stream planned.
var errStream = errors.New("the encoder's output is not what was asked for")

// maxHeader is the size of the largest frame header: four bytes, a number of at
// most seven, block size and rate of two each, the checksum.
const maxHeader = 4 + 7 + 2 + 2 + 1

// frameHeader is the start of a frame of the stream (RFC 9639, 9.1).
type frameHeader struct {
	number   uint64 // of the frame; with variable size of its first frame of sound
	variable bool   // frames of the stream have sizes of their own
	frames   int    // of sound in it
	channels int
}

// parseHeader reads the frame header that b begins with, and checks its sum; ok
// is false where there is none.
func parseHeader(b []byte) (h frameHeader, ok bool) {
	if len(b) < 5 || b[0] != 0xff || b[1]&0xfe != 0xf8 || b[3]&1 != 0 {
		return h, false
	}
	h.variable = b[1]&1 != 0
	size, rate, channels := b[2]>>4, b[2]&15, b[3]>>4
	if size == 0 || rate == 15 || channels > 10 || b[3]>>1&7 == 3 {
		return h, false
	}
	if h.channels = int(channels) + 1; channels > 7 { // joint stereo
		h.channels = 2
	}
	number, n, ok := codedNumber(b[4:])
	if !ok {
		return h, false
	}
	h.number = number
	at := 4 + n
	sizeBytes, rateBytes := 0, 0
	switch {
	case size == 1:
		h.frames = 192
	case size < 6:
		h.frames = 144 << size
	case size < 8:
		sizeBytes = int(size) - 5
	default:
		h.frames = 1 << size
	}
	if rate >= 12 {
		rateBytes = 2
		if rate == 12 {
			rateBytes = 1
		}
	}
	if len(b) < at+sizeBytes+rateBytes+1 {
		return h, false
	}
	for _, c := range b[at : at+sizeBytes] {
		h.frames = h.frames<<8 | int(c)
	}
	if sizeBytes > 0 {
		h.frames++
	}
	at += sizeBytes + rateBytes
	return h, crc8(b[:at]) == b[at]
}

// codedNumber reads a number as UTF-8 would hold it, were it as wide as 36 bits.
func codedNumber(b []byte) (number uint64, n int, ok bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	ones := bits.LeadingZeros8(^b[0])
	switch {
	case ones == 0:
		return uint64(b[0]), 1, true
	case ones == 1, ones == 8, len(b) < ones:
		return 0, 0, false
	}
	number = uint64(b[0]) & (0x7f >> ones)
	for _, c := range b[1:ones] {
		if c&0xc0 != 0x80 {
			return 0, 0, false
		}
		number = number<<6 | uint64(c&0x3f)
	}
	return number, ones, true
}

// The two sums of a frame: of its header, with the polynomial 0x07, and of all
// of it, with 0x8005; both from 0, the highest bit first.
var crc8Table, crc16Table = func() (small [256]uint8, large [256]uint16) {
	for i := range 256 {
		c8, c16 := uint8(i), uint16(i)<<8
		for range 8 {
			if c8&0x80 != 0 {
				c8 = c8<<1 ^ 0x07
			} else {
				c8 <<= 1
			}
			if c16&0x8000 != 0 {
				c16 = c16<<1 ^ 0x8005
			} else {
				c16 <<= 1
			}
		}
		small[i], large[i] = c8, c16
	}
	return small, large
}()

func crc8(data []byte) (crc uint8) {
	for _, b := range data {
		crc = crc8Table[crc^b]
	}
	return crc
}

func crc16(crc uint16, data []byte) uint16 {
	for _, b := range data {
		crc = crc<<8 ^ crc16Table[byte(crc>>8)^b]
	}
	return crc
}
