package mp3

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"narrate/internal/pcm"
)

// stream is what a file holds.
type stream struct {
	start, end int64 // bytes of the frames that are sound
	first      header
	count      int64 // MPEG frames between start and end
	gapless    bool  // delay and padding are known
	whole      bool  // the tag speaks of all the frames that are there
	delay      int64 // sound frames that the encoder put before the sound
	padding    int64 // and after it
}

// scan reads the headers of all frames.
func scan(src io.ReadSeeker) (stream, error) {
	var s stream
	size, err := src.Seek(0, io.SeekEnd)
	if err != nil {
		return s, err
	}
	if s.end, err = withoutTrailers(src, size); err != nil {
		return s, err
	}
	if s.start, err = afterID3(src); err != nil {
		return s, err
	}
	if s.start >= s.end {
		return s, errors.New("the file holds no sound")
	}
	if _, err := src.Seek(s.start, io.SeekStart); err != nil {
		return s, err
	}
	in := bufio.NewReaderSize(io.LimitReader(src, s.end-s.start), 64<<10)
	padding, err := skipZeros(in)
	if err != nil {
		return s, err
	}
	s.start += padding
	var promised int64 // by the tag
	for at := s.start; ; {
		b, err := in.Peek(4)
		if err != nil && !errors.Is(err, io.EOF) {
			return s, fmt.Errorf("reading at byte %d: %w", at, err)
		}
		if len(b) == 0 {
			break
		}
		var h header
		if len(b) == 4 {
			h = header(binary.BigEndian.Uint32(b))
		}
		if err := h.check(); err != nil {
			if s.first == 0 {
				return s, fmt.Errorf("not an MP3 file, or one that cannot be read: %w at byte %d", err, at)
			}
			n, zerosErr := skipZeros(in)
			if zerosErr != nil {
				return s, fmt.Errorf("reading at byte %d: %w", at, zerosErr)
			}
			if at+n == s.end {
				s.end = at
				break
			}
			return s, fmt.Errorf("damaged file: %w at byte %d, after %d frames", err, at, s.count)
		}
		if left := s.end - at; left < int64(h.size()) {
			return s, fmt.Errorf("the last of %d frames has %d of %d bytes: %w", s.count+1, left, h.size(), pcm.ErrShort)
		}
		if s.first == 0 {
			s.first = h
			frame, err := in.Peek(h.size())
			if err != nil {
				return s, fmt.Errorf("reading at byte %d: %w", at, err)
			}
			info, frames := s.readInfo(h, frame)
			promised = frames
			if info {
				s.start += int64(h.size())
				s.count--
			}
		}
		if h.rate() != s.first.rate() || h.channels() != s.first.channels() {
			return s, fmt.Errorf("from byte %d on the sound has %d Hz and %d channels, before it had %d Hz and %d: convert it with ffmpeg",
				at, h.rate(), h.channels(), s.first.rate(), s.first.channels())
		}
		n, err := in.Discard(h.size())
		if err != nil {
			return s, fmt.Errorf("reading at byte %d: %w", at+int64(n), err)
		}
		at += int64(n)
		s.count++
	}
	switch {
	case s.count < promised:
		return s, fmt.Errorf("%d frames, where the tag counts %d: %w", s.count, promised, pcm.ErrShort)
	case s.count == 0:
		return s, errors.New("the file holds no sound")
	}
	s.whole = promised == 0 || s.count == promised
	return s, nil
}

// readInfo looks for a Xing, Info or VBRI tag in the first frame and says
// whether there is one and how many frames it counts, 0 for unknown.
//
// The tag stands where the sound data would: "Xing" or "Info", flags, and as
// these say the number of frames, of bytes, 100 bytes of index and a quality;
// then the LAME tag, whose bytes 21 to 23 are encoder delay and padding, 12
// bits each (gabriel.mp3-tech.org/mp3infotag.html).
func (s *stream) readInfo(h header, frame []byte) (info bool, frames int64) {
	const vbri = 4 + 32 // wherever the side information ends
	if len(frame) >= vbri+18 && string(frame[vbri:vbri+4]) == "VBRI" {
		return true, int64(binary.BigEndian.Uint32(frame[vbri+14:]))
	}
	isTag := func(b []byte) bool {
		return len(b) >= 8 && (string(b[:4]) == "Xing" || string(b[:4]) == "Info")
	}
	// LAME forgets the checksum when it places the tag.
	tag := frame[min(len(frame), 4+h.sideSize()):]
	if !isTag(tag) {
		if tag = frame[min(len(frame), h.sideAt()+h.sideSize()):]; !isTag(tag) {
			return false, 0
		}
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
			return true, frames
		}
		if field.flag == 1 {
			frames = int64(binary.BigEndian.Uint32(tag))
		}
		tag = tag[field.size:]
	}
	// Where the name of the encoder is empty, there is no LAME tag.
	if len(tag) >= 24 && tag[0] != 0 {
		s.gapless = true
		s.delay = int64(tag[21])<<4 | int64(tag[22]>>4)
		s.padding = int64(tag[22]&15)<<8 | int64(tag[23])
	}
	return true, frames
}

// afterID3 is where the ID3v2 tags at the start of a file end (id3v2.4.0
// structure, 3.1).
func afterID3(src io.ReadSeeker) (int64, error) {
	for at := int64(0); ; {
		var b [10]byte
		n, err := readAt(src, at, b[:])
		if err != nil {
			return 0, err
		}
		if n < len(b) || string(b[:3]) != "ID3" || (b[6]|b[7]|b[8]|b[9])&0x80 != 0 {
			return at, nil
		}
		at += int64(len(b)) + (int64(b[6])<<21 | int64(b[7])<<14 | int64(b[8])<<7 | int64(b[9]))
		if b[5]&0x10 != 0 { // a footer
			at += 10
		}
	}
}

// withoutTrailers is where the tags at the end of a file of that size begin:
// ID3v1, Lyrics3v2 and APE, in any order.
func withoutTrailers(src io.ReadSeeker, size int64) (int64, error) {
	for {
		before := size
		var b [128]byte
		if size >= 128 {
			if n, err := readAt(src, size-128, b[:]); err != nil {
				return 0, err
			} else if n == 128 && string(b[:3]) == "TAG" {
				size -= 128
			}
		}
		// APEv2: version, size with the footer, number of items, flags.
		if size >= 32 {
			n, err := readAt(src, size-32, b[:32])
			if err != nil {
				return 0, err
			}
			if n == 32 && string(b[:8]) == "APETAGEX" {
				length := int64(binary.LittleEndian.Uint32(b[12:]))
				if b[23]&0x80 != 0 { // a header
					length += 32
				}
				if length >= 32 && length <= size {
					size -= length
				}
			}
		}
		// Lyrics3v2: the length of the rest in six digits, "LYRICS200".
		if size >= 15 {
			n, err := readAt(src, size-15, b[:15])
			if err != nil {
				return 0, err
			}
			if n == 15 && string(b[6:15]) == "LYRICS200" {
				if length, err := strconv.ParseUint(string(b[:6]), 10, 32); err == nil && int64(length)+15 <= size {
					size -= int64(length) + 15
				}
			}
		}
		if size == before {
			return size, nil
		}
	}
}

// readAt reads as much of b as there is at a place.
func readAt(src io.ReadSeeker, at int64, b []byte) (int, error) {
	if _, err := src.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(src, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

// skipZeros counts and skips the bytes of padding that come next.
func skipZeros(in *bufio.Reader) (int64, error) {
	for n := int64(0); ; n++ {
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if b != 0 {
			return n, in.UnreadByte()
		}
	}
}
