// Package ogg writes and reads Ogg streams of one logical bitstream (RFC 3533).
package ogg

// The layout of a page's header (RFC 3533, section 6): "OggS", version, flags,
// granule position, serial number, page number, checksum, count of segments,
// and then the sizes of those.
const (
	capture     = "OggS"
	headerSize  = 27
	crcAt       = 22
	maxSegments = 255

	continued = 1 // the page's first segment goes on with a packet
	begins    = 2
	ends      = 4
)

// noGranule is the position of a page on which no packet ends.
const noGranule = -1

// crcTable is CRC-32 with the polynomial 0x04c11db7, the highest bit first,
// from 0 and without a last inversion: not the one of hash/crc32.
var crcTable = func() (t [256]uint32) {
	for i := range t {
		crc := uint32(i) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
		t[i] = crc
	}
	return t
}()

func checksum(crc uint32, data []byte) uint32 {
	for _, b := range data {
		crc = crc<<8 ^ crcTable[byte(crc>>24)^b]
	}
	return crc
}
