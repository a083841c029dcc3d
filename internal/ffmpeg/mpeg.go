package ffmpeg

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// MPEG is what the frames of an MP3 file say together.
type MPEG struct {
	BitRate  int    // mean, in b/s
	Constant bool   // the bit rate
	Joint    bool   // some frames are coded as joint stereo
	Gapless  bool   // it says how much the encoder added at both ends
	Cut      string // what is missing of the file, or nothing
	Other    string // what else is wrong with its frames, or nothing
}

// mpegRates are the bit rates of Layer III in kb/s (ISO/IEC 11172-3, 2.4.2.3,
// and 13818-3), for MPEG-1 and for MPEG-2 and 2.5.
var mpegRates = [2][15]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// mpegFrame is the header of a frame.
type mpegFrame uint32

func (h mpegFrame) ok() bool {
	return h>>21 == 0x7ff && h>>19&3 != 1 && h>>17&3 == 1 && h>>12&15 != 0 && h>>12&15 != 15 && h>>10&3 != 3
}

// low is 1 for MPEG-2 and 2.5, which have half the sound in a frame.
func (h mpegFrame) low() int { return int(^h >> 19 & 1) }

func (h mpegFrame) bitRate() int { return 1000 * mpegRates[h.low()][h>>12&15] }

func (h mpegFrame) rate() int {
	rate := [...]int{44100, 48000, 32000}[h>>10&3] >> h.low()
	if h>>19&3 == 0 { // MPEG-2.5
		rate /= 2
	}
	return rate
}

func (h mpegFrame) mono() bool { return h>>6&3 == 3 }

// joint also holds for frames that may, and do not, use what joint stereo
// offers: the mode is what the rule of ACX speaks of.
func (h mpegFrame) joint() bool { return h>>6&3 == 1 }

// bytes is the length of the whole frame.
func (h mpegFrame) bytes() int { return (144>>h.low())*h.bitRate()/h.rate() + int(h>>9&1) }

// infoAt is where a Xing or Info tag stands in a frame: behind the side
// information of one without a checksum, as its encoders place it.
func (h mpegFrame) infoAt() int {
	switch {
	case h.low() == 0 && !h.mono():
		return 36
	case h.low() == 1 && h.mono():
		return 13
	}
	return 21
}

// ReadMPEG looks at the headers of all frames of an MP3 file. ffmpeg notices
// neither that the last ones are missing, though a tag counts them, nor that rate
// or channels change. What is wrong with the file is in Cut and Other; an error
// is one of reading.
func ReadMPEG(path string) (m MPEG, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return walkMPEG(bufio.NewReaderSize(f, 256<<10))
}

func walkMPEG(in *bufio.Reader) (m MPEG, err error) {
	at, err := skipID3(in)
	if err != nil {
		return m, err
	}
	var first mpegFrame
	var frames, promised, bits int64
	m.Constant = true
	for {
		b, err := in.Peek(4)
		if err != nil && !errors.Is(err, io.EOF) {
			return m, err
		}
		if len(b) == 0 {
			break
		}
		var h mpegFrame
		if len(b) == 4 {
			h = mpegFrame(binary.BigEndian.Uint32(b))
		}
		if !h.ok() {
			rest, err := otherThanTags(in)
			if err != nil {
				return m, err
			}
			if rest {
				m.Other = fmt.Sprintf("no frame of MP3 sound at byte %d, after %d of them", at, frames)
			}
			break
		}
		size := h.bytes()
		frame, err := in.Peek(size)
		if errors.Is(err, io.EOF) {
			// What stands behind the frames that the tag counts is not missed.
			if frames >= promised && promised > 0 {
				break
			}
			m.Cut = fmt.Sprintf("the last frame has %d of %d bytes", len(frame), size)
			break
		}
		if err != nil {
			return m, err
		}
		info := false
		if first == 0 {
			first = h
			info, promised, m.Gapless = readInfoTag(h, frame)
		}
		if !info {
			frames++
			bits += int64(h.bitRate())
			m.Constant = m.Constant && bits == frames*int64(h.bitRate())
			m.Joint = m.Joint || h.joint()
		}
		if h.rate() != first.rate() || h.mono() != first.mono() {
			m.Other = fmt.Sprintf("rate or channels change at byte %d, after %d frames: it was joined from several files", at, frames-1)
			break
		}
		if _, err := in.Discard(size); err != nil {
			return m, err
		}
		at += int64(size)
	}
	if m.Cut == "" && m.Other == "" && frames < promised {
		m.Cut = fmt.Sprintf("%d frames where its tag counts %d", frames, promised)
	}
	m.BitRate = int(bits / max(1, frames))
	m.Constant = m.Constant && frames > 0
	return m, nil
}

// skipID3 skips the ID3v2 tags at the start (id3v2.4.0 structure, 3.1) and the
// zeros after them, and gives the place of what comes then.
func skipID3(in *bufio.Reader) (at int64, err error) {
	skip := func(n int) error {
		got, err := in.Discard(n)
		at += int64(got)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return err
	}
	for {
		b, err := in.Peek(10)
		if err != nil && !errors.Is(err, io.EOF) {
			return at, err
		}
		if len(b) < 10 || string(b[:3]) != "ID3" || (b[6]|b[7]|b[8]|b[9])&0x80 != 0 {
			break
		}
		size := 10 + (int(b[6])<<21 | int(b[7])<<14 | int(b[8])<<7 | int(b[9]))
		if b[5]&0x10 != 0 { // a footer
			size += 10
		}
		if err := skip(size); err != nil {
			return at, err
		}
	}
	for {
		b, err := in.Peek(1)
		if errors.Is(err, io.EOF) || err == nil && b[0] != 0 {
			return at, nil
		}
		if err != nil {
			return at, err
		}
		if err := skip(1); err != nil {
			return at, err
		}
	}
}

// otherThanTags reports whether what is left is anything but zeros and the tags
// that stand at the end of a file: ID3v1, APE and Lyrics3.
func otherThanTags(in *bufio.Reader) (bool, error) {
	for {
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if b == 0 {
			continue
		}
		if err := in.UnreadByte(); err != nil {
			return false, err
		}
		start, err := in.Peek(11)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		for _, tag := range []string{"TAG", "APETAGEX", "LYRICSBEGIN"} {
			if len(start) >= len(tag) && string(start[:len(tag)]) == tag {
				return false, nil
			}
		}
		return true, nil
	}
}

// readInfoTag looks for a Xing, Info or VBRI tag in the first frame: whether it
// is one, how many frames it counts (0 for unknown), and whether encoder delay
// and padding are in it (gabriel.mp3-tech.org/mp3infotag.html).
func readInfoTag(h mpegFrame, frame []byte) (info bool, frames int64, gapless bool) {
	const vbri = 36
	if len(frame) >= vbri+18 && string(frame[vbri:vbri+4]) == "VBRI" {
		return true, int64(binary.BigEndian.Uint32(frame[vbri+14:])), false
	}
	tag := frame[min(len(frame), h.infoAt()):]
	if len(tag) < 8 || string(tag[:4]) != "Xing" && string(tag[:4]) != "Info" {
		return false, 0, false
	}
	flags := tag[7]
	tag = tag[8:]
	for _, field := range [...]struct {
		flag byte
		size int
	}{{1, 4}, {2, 4}, {4, 100}, {8, 4}} {
		if flags&field.flag == 0 {
			continue
		}
		if len(tag) < field.size {
			return true, frames, false
		}
		if field.flag == 1 {
			frames = int64(binary.BigEndian.Uint32(tag))
		}
		tag = tag[field.size:]
	}
	return true, frames, len(tag) >= 24 && tag[0] != 0
}
