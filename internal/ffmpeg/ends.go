package ffmpeg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// ending is what a file's own structure says of its end. ffmpeg does not notice
// that a WAV, Ogg or MP3 file was cut between two blocks, and takes a WAV file whose
// length was not known when it was begun for one that was cut.
type ending struct {
	cut  string // what is missing, or nothing
	open bool   // a WAV file that does not say how long it is, or is shorter
}

// readEnding looks for the end of a WAV, Ogg or MP3 file; others have none
// to look for, or ffmpeg does.
func readEnding(path string) (e ending, err error) {
	f, err := os.Open(path)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return e, err
	}
	var magic [12]byte
	if n, err := f.ReadAt(magic[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return e, err
	} else if n < len(magic) {
		return e, nil
	}
	switch {
	case string(magic[:4]) == "RIFF" && string(magic[8:]) == "WAVE":
		e, err = endOfWAV(f, size)
	case string(magic[:4]) == "OggS":
		e.cut, err = endOfOgg(f, size)
	case string(magic[:3]) == "ID3", mpegFrame(binary.BigEndian.Uint32(magic[:])).ok():
		var m MPEG
		m, err = ReadMPEG(path)
		e.cut = m.Cut
	}
	return e, err
}

// endless is the least length, in bytes, that a WAV header tells where it was
// written before the length was known: some write the most that fits in 32 or 31
// bits, less what stands before.
const endless = 0x7fff0000

// endOfWAV compares the length of the sound that the header tells (RIFF, chunk
// "data") with the file's.
func endOfWAV(f *os.File, size int64) (ending, error) {
	var b [8]byte
	for at := int64(12); at+8 <= size; {
		if _, err := f.ReadAt(b[:], at); err != nil {
			return ending{}, err
		}
		length := int64(binary.LittleEndian.Uint32(b[4:]))
		if string(b[:4]) == "data" {
			there := size - at - 8
			switch {
			case there >= length && length > 0:
				return ending{}, nil
			case length >= endless || length == 0:
				return ending{open: true}, nil
			}
			return ending{cut: fmt.Sprintf("%d of %d bytes of sound are there", there, length), open: true}, nil
		}
		at += 8 + length + length&1
	}
	return ending{}, nil
}

// oggPage is the most that an Ogg page can have (RFC 3533, section 6).
const oggPage = 27 + 255 + 255*255

// endOfOgg looks for the page that says that it is the last (RFC 3533, section 6,
// header type flag 0x04).
func endOfOgg(f *os.File, size int64) (string, error) {
	tail := make([]byte, min(size, oggPage))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return "", err
	}
	for at := len(tail) - 27; at >= 0; at-- {
		page := tail[at:]
		if string(page[:4]) != "OggS" || page[4] != 0 {
			continue
		}
		segments := int(page[26])
		if len(page) < 27+segments {
			continue
		}
		length := 27 + segments
		for _, n := range page[27:length] {
			length += int(n)
		}
		switch {
		case length > len(page):
			return fmt.Sprintf("the last page has %d of %d bytes", len(page), length), nil
		case page[5]&4 == 0:
			return "no page says that it is the last", nil
		}
		return "", nil
	}
	return "it does not end with an Ogg page", nil
}
