package mp3

import (
	"encoding/binary"
	"math"
	"slices"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3/lame"
)

// The Info tag, called Xing where the bit rate varies, is a silent first frame
// that tells players the length, where to seek and, by LAME's extension, which
// frames of sound to leave out at both ends. Its layout: "Mp3 Info Tag rev 1 specifications - draft 0"
// (gabriel.mp3-tech.org/mp3infotag.html), revision 0, which LAME writes.
const tagBytes = 120 + 36 // Xing's part and LAME's, from "Info" to the tag's CRC

// seekPoints is how many entries the tag's seek table has.
const seekPoints = 100

// music is what the tag says of the frames that follow it.
type music struct {
	frames, bytes int64
	crc           uint16
	seek          [seekPoints]int64 // where the frame at i percent of the time begins
}

// details is what else the tag says.
type details struct {
	encoder string        // at most nine bytes: "LAME3.100"
	lowpass int           // in Hz, 0 where it is not known
	quality int           // LAME's -q
	level   *output.Level // of the sound; nil where it is not known
	part    bool          // the level is that of a whole of which this is a part
}

// tagHeader is the header of the tag's frame: that of the stream, with the
// least bit rate that has room for the tag, from the stream's on, or from what
// LAME takes where the bit rate varies.
func (s stream) tagHeader() (header [4]byte, size int64) {
	header = s.header
	index := int(s.header[2] >> 4)
	if s.vbr {
		kbps := 128
		if s.spf == 576 {
			kbps = 64
		}
		index = 1 + slices.Index(s.bitRates(), kbps)
	}
	for s.frameSize(index) < 4+s.side()+tagBytes {
		index++
	}
	header[2] = byte(index)<<4 | s.header[2]&0x0f
	return header, int64(s.frameSize(index))
}

// tagSize is the size of the tag's frame in bytes.
func (s stream) tagSize() int64 {
	_, size := s.tagHeader()
	return size
}

// infoTag is the tag's frame.
func (s stream) infoTag(m music, d details) []byte {
	header, size := s.tagHeader()
	frame := make([]byte, 0, size)
	frame = append(frame, header[:]...)
	frame = append(frame, make([]byte, s.side())...)

	// LAME's quality indicator is 100 - 10 V - q, V being 4 where it is not
	// VBR; the method is CBR or mtrh, each with its threshold of hearing (ATH);
	// the bit rate is the least one.
	name, v, method, threshold, bitRate := "Info", 4, byte(1), byte(4), s.bitRate/1000
	if s.vbr {
		name, v, method, threshold, bitRate = "Xing", s.v/100, 4, 5, s.bitRates()[0]
	}
	be := binary.BigEndian
	frame = append(frame, name...)
	frame = be.AppendUint32(frame, 1|2|4|8) // frames, bytes, seek table and quality follow
	frame = be.AppendUint32(frame, uint32(m.frames))
	total := size + m.bytes
	frame = be.AppendUint32(frame, uint32(total))
	for _, at := range m.seek { // in 256ths of the bytes
		frame = append(frame, byte(min(255, 256*(size+at)/total)))
	}
	frame = be.AppendUint32(frame, uint32(max(0, 100-10*v-d.quality)))

	var encoder [9]byte
	copy(encoder[:], d.encoder)
	frame = append(frame, encoder[:]...)
	frame = append(frame, 0<<4|method)                        // revision 0
	frame = append(frame, byte(min(255, (d.lowpass+50)/100))) // in 100 Hz
	peak, radio, audiophile := d.gains()
	frame = be.AppendUint32(frame, peak)
	frame = be.AppendUint16(frame, radio)
	frame = be.AppendUint16(frame, audiophile)
	frame = append(frame, 1<<4|threshold) // with nspsytune
	frame = append(frame, byte(min(255, bitRate)))
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

// gains are the tag's peak, in 2^23ths of full scale as LAME writes it, and its
// two replay gains: that of this file and that of a whole of which it is a
// part. What is not known is 0.
func (d details) gains() (peak uint32, radio, audiophile uint16) {
	gain, linear, ok := replayGain(d.level)
	if !ok {
		return 0, 0, 0
	}
	tenths := int(math.Round(gain * 10))
	field := uint16(3<<10 | min(0x1fe, max(tenths, -tenths))) // worked out by a program
	if tenths < 0 {
		field |= 1 << 9
	}
	if d.part {
		return 0, 0, 2<<13 | field
	}
	return uint32(math.Round(linear * (1 << 23))), 1<<13 | field, 0
}

// misc is the tag's byte of source rate, stereo mode and noise shaping.
func (s stream) misc() byte {
	b := byte(1) // a plain noise shaping
	if s.vbr || s.bitRate < 320000 {
		b |= 1 << 5 // LAME holds it unwise to do without the bit reservoir
	}
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
