package mp3

import (
	"encoding/binary"

	"narrate/internal/output/audio/mp3/lame"
)

// The Info tag is a silent first frame that tells players the length, where to
// seek and, by LAME's extension, which frames of sound to leave out at both
// ends. Its layout: "Mp3 Info Tag rev 1 specifications - draft 0"
// (gabriel.mp3-tech.org/mp3infotag.html), revision 0, which LAME writes.
const tagBytes = 120 + 36 // Xing's part and LAME's, from "Info" to the tag's CRC

// music is what the tag says of the frames that follow it.
type music struct {
	frames, bytes int64
	crc           uint16
}

// tagHeader is the header of the tag's frame: that of the stream, with the
// least bit rate from the stream's on that has room for the tag.
func (s stream) tagHeader() (header [4]byte, size int64) {
	bitRates := bitRates2
	if s.spf == 1152 {
		bitRates = bitRates1
	}
	header = s.header
	for i := int(s.header[2] >> 4); ; i++ {
		header[2] = byte(i)<<4 | s.header[2]&0x0f
		size = s.spf / 8 * int64(bitRates[i-1]) * 1000 / int64(s.format.Rate)
		if size >= int64(4+s.side()+tagBytes) {
			return header, size
		}
	}
}

// tagSize is the size of the tag's frame in bytes.
func (s stream) tagSize() int64 {
	_, size := s.tagHeader()
	return size
}

// infoTag is the tag's frame. encoder is at most nine bytes, "LAME3.100";
// lowpass is in Hz, 0 where it is not known.
func (s stream) infoTag(m music, encoder string, lowpass, quality int) []byte {
	header, size := s.tagHeader()
	frame := make([]byte, 0, size)
	frame = append(frame, header[:]...)
	frame = append(frame, make([]byte, s.side())...)

	be := binary.BigEndian
	frame = append(frame, "Info"...)
	frame = be.AppendUint32(frame, 1|2|4|8) // frames, bytes, seek table and quality follow
	frame = be.AppendUint32(frame, uint32(m.frames))
	total := size + m.bytes
	frame = be.AppendUint32(frame, uint32(total))
	for i := range int64(100) { // where i percent of the time are, in 256ths of the bytes
		frame = append(frame, byte(min(255, 256*(size+m.bytes*i/100)/total)))
	}
	// LAME's quality indicator: 100 - 10 V - q, V being 4 where it is not VBR.
	frame = be.AppendUint32(frame, uint32(100-10*4-quality))

	var name [9]byte
	copy(name[:], encoder)
	frame = append(frame, name[:]...)
	frame = append(frame, 0<<4|1)                            // revision 0, CBR
	frame = append(frame, byte(min(255, (lowpass+50)/100)))  // in 100 Hz
	frame = append(frame, make([]byte, 4+2+2)...)            // no peak, no replay gains
	frame = append(frame, 1<<4|4)                            // nspsytune, ATH type 4: LAME's ways
	frame = append(frame, byte(min(255, s.bitRate/1000)))    // least bit rate
	padding := uint32(m.frames*s.spf - lame.Delay - s.sound) // decoders leave out delay + 529, padding - 529
	frame = append(frame, byte(lame.Delay>>4), byte(lame.Delay&0xf<<4|padding>>8), byte(padding))
	frame = append(frame, s.misc())
	frame = append(frame, 0)                      // no change of gain
	frame = be.AppendUint16(frame, 0)             // no preset, no surround
	frame = be.AppendUint32(frame, uint32(total)) // music length counts the tag's frame too
	frame = be.AppendUint16(frame, m.crc)
	frame = be.AppendUint16(frame, crc16(0, frame)) // of all before it
	return append(frame, make([]byte, size-int64(len(frame)))...)
}

// misc is the tag's byte of source rate, stereo mode and noise shaping.
func (s stream) misc() byte {
	b := byte(1) // a plain noise shaping
	if s.format.Channels == 2 {
		b |= 3 << 2 // joint stereo
	}
	switch s.format.Rate {
	case 44100:
		b |= 1 << 6
	case 48000:
		b |= 2 << 6
	}
	return b
}

// crcTable is CRC-16 with the polynomial 0x8005, bits reversed, as the tag's
// two checksums take it, from 0.
var crcTable = func() (t [256]uint16) {
	for i := range t {
		crc := uint16(i)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa001
			} else {
				crc >>= 1
			}
		}
		t[i] = crc
	}
	return t
}()

func crc16(crc uint16, data []byte) uint16 {
	for _, b := range data {
		crc = crc>>8 ^ crcTable[byte(crc)^b]
	}
	return crc
}
