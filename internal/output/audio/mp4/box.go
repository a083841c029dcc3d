package mp4

import (
	"encoding/binary"
	"math"
)

// boxes is memory that boxes are appended to (ISO/IEC 14496-12, 4.2).
type boxes []byte

func (b *boxes) u8(v ...byte)  { *b = append(*b, v...) }
func (b *boxes) u16(v uint16)  { *b = binary.BigEndian.AppendUint16(*b, v) }
func (b *boxes) u32(v uint32)  { *b = binary.BigEndian.AppendUint32(*b, v) }
func (b *boxes) u64(v uint64)  { *b = binary.BigEndian.AppendUint64(*b, v) }
func (b *boxes) zero(n int)    { *b = append(*b, make([]byte, n)...) }
func (b *boxes) text(s string) { *b = append(*b, s...) }
func (b *boxes) words(v ...int) { // 32 bits each
	for _, w := range v {
		b.u32(uint32(w))
	}
}

// wide is a field of 64 bits in version 1 of a box, 32 in version 0.
func (b *boxes) wide(version byte, v int64) {
	if version == 1 {
		b.u64(uint64(v))
	} else {
		b.u32(uint32(v))
	}
}

// box appends a box of that kind with what body appends.
func (b *boxes) box(kind string, body func()) {
	at := len(*b)
	b.u32(0)
	b.text(kind)
	body()
	binary.BigEndian.PutUint32((*b)[at:], uint32(len(*b)-at))
}

// full appends a FullBox, which has a version and flags.
func (b *boxes) full(kind string, version byte, flags uint32, body func()) {
	b.box(kind, func() {
		b.u32(uint32(version)<<24 | flags)
		body()
	})
}

// descriptor appends a descriptor with its size in four bytes (ISO/IEC 14496-1,
// 8.3.3).
func (b *boxes) descriptor(tag byte, body func()) {
	at := len(*b)
	b.u8(tag)
	b.zero(4)
	body()
	n := len(*b) - at - 5
	copy((*b)[at+1:], []byte{0x80 | byte(n>>21), 0x80 | byte(n>>14), 0x80 | byte(n>>7), byte(n & 0x7f)})
}

// version is the version of a box that holds these durations.
func version(durations ...int64) byte {
	for _, d := range durations {
		if d > math.MaxUint32 {
			return 1
		}
	}
	return 0
}
