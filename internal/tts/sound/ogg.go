package sound

import (
	"encoding/binary"
	"fmt"

	"narrate/internal/pcm"
)

// wholeOgg reports a stream whose pages are damaged or do not reach up to one
// that is marked as the last (RFC 3533, section 6): ffmpeg decodes the one, and
// takes the other for the end.
func wholeOgg(data []byte) error {
	const head = 27
	last := false
	for at := 0; at < len(data); {
		page := data[at:]
		if len(page) < head || string(page[:4]) != "OggS" {
			return fmt.Errorf("ogg: no page at byte %d of %d: %w", at, len(data), pcm.ErrShort)
		}
		size := head + int(page[26])
		for _, lacing := range page[head:min(size, len(page))] {
			size += int(lacing)
		}
		if size > len(page) {
			return fmt.Errorf("ogg: the page at byte %d is cut: %w", at, pcm.ErrShort)
		}
		if binary.LittleEndian.Uint32(page[22:]) != pageSum(page[:size]) {
			return fmt.Errorf("ogg: the page at byte %d is damaged", at)
		}
		last = page[5]&4 != 0
		at += size
	}
	if !last {
		return fmt.Errorf("ogg: the page that is marked as the last is missing: %w", pcm.ErrShort)
	}
	return nil
}

// pageSum is the checksum of a page, for which its own four bytes count as zero:
// a CRC of 32 bits that, unlike hash/crc32's, takes the highest bit first.
func pageSum(page []byte) uint32 {
	var sum uint32
	for i, b := range page {
		if i >= 22 && i < 26 {
			b = 0
		}
		sum = sum<<8 ^ pageTable[byte(sum>>24)^b]
	}
	return sum
}

var pageTable = func() (table [256]uint32) {
	for i := range table {
		r := uint32(i) << 24
		for range 8 {
			if r&(1<<31) != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		table[i] = r
	}
	return table
}()
