package flac

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// maxFrame is the size of the largest frame of the stream that is read, in
// bytes: more than 65535 frames of stereo take as they are.
const maxFrame = 1 << 19

// sink takes an encoder's file, in pieces of any size, and writes its frames to
// dst, noting what the metadata needs. The encoder's own metadata is left out.
type sink struct {
	dst  io.Writer
	info *streamInfo
	seek *seekTable

	rest    []byte // bytes from the start of a block or frame that is not whole
	begun   bool   // "fLaC" was there
	inSound bool   // after the metadata
	// The frame that rest begins with, if header is there.
	header *frameHeader
	seen   int    // how many of its bytes were searched for its end
	crc    uint16 // of those

	frames  int64 // of the stream that were written
	sound   int64 // frames of sound in them
	written int64 // their bytes
}

func newSink(dst io.Writer, info *streamInfo, seek *seekTable) *sink {
	return &sink{dst: dst, info: info, seek: seek}
}

// Write takes the next bytes of the file.
func (k *sink) Write(p []byte) (int, error) {
	k.rest = append(k.rest, p...)
	for !k.inSound {
		n, err := k.block(k.rest)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return len(p), nil
		}
		k.rest = append(k.rest[:0], k.rest[n:]...)
	}
	at := 0
	for {
		n, err := k.frame(k.rest[at:], false)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		at += n
	}
	k.rest = append(k.rest[:0], k.rest[at:]...)
	if len(k.rest) > maxFrame {
		return 0, fmt.Errorf("flac: frame %d has more than %d bytes: %w", k.frames, maxFrame, errStream)
	}
	return len(p), nil
}

// block reads a block of metadata, or the mark before the first one, and gives
// its size; 0 where it is not whole.
func (k *sink) block(b []byte) (int, error) {
	if len(b) < 4 {
		return 0, nil
	}
	if !k.begun {
		if string(b[:4]) != "fLaC" {
			return 0, fmt.Errorf("flac: a stream that begins with %x: %w", b[:4], errStream)
		}
		k.begun = true
		return 4, nil
	}
	size := 4 + int(b[1])<<16 + int(b[2])<<8 + int(b[3])
	if size > maxFrame {
		return 0, fmt.Errorf("flac: a block of %d bytes: %w", size, errStream)
	}
	if len(b) < size {
		return 0, nil
	}
	if b[0]&^last == typeStreamInfo {
		if err := k.streamInfo(b[4:size]); err != nil {
			return 0, err
		}
	}
	if b[0]&last != 0 {
		if k.info.maxBlock == 0 {
			return 0, fmt.Errorf("flac: a stream without a description: %w", errStream)
		}
		k.inSound = true
	}
	return size, nil
}

// streamInfo takes the sizes of blocks, and checks that the shape is ours.
func (k *sink) streamInfo(data []byte) error {
	if len(data) != streamInfoSize {
		return fmt.Errorf("flac: a description of %d bytes: %w", len(data), errStream)
	}
	be := binary.BigEndian
	theirs := *k.info
	theirs.minBlock, theirs.maxBlock = int(be.Uint16(data)), int(be.Uint16(data[2:]))
	const shape = 1<<36 - 1 // below lies the length, which the encoder does not know
	if theirs.minBlock < 16 || theirs.maxBlock < theirs.minBlock ||
		be.Uint64(data[10:])&^shape != be.Uint64(theirs.bytes()[10:])&^shape {
		return fmt.Errorf("flac: a stream described as %x: %w", data, errStream)
	}
	*k.info = theirs
	return nil
}

// frame writes the frame that b begins with and gives its size; 0 where its end
// is not known yet. A frame does not tell its size: it ends where its sum comes
// out right and the next one begins, or the stream ends.
func (k *sink) frame(b []byte, atEnd bool) (int, error) {
	if k.header == nil {
		if len(b) < maxHeader && !atEnd {
			return 0, nil
		}
		h, ok := parseHeader(b)
		if !ok || !k.follows(h) {
			return 0, fmt.Errorf("flac: no frame %d at byte %d: %w", k.frames, k.written, errStream)
		}
		k.header, k.seen, k.crc = &h, 0, 0
	}
	for {
		next := bytes.IndexByte(b[k.seen:], 0xff)
		if next < 0 {
			k.crc, k.seen = crc16(k.crc, b[k.seen:]), len(b)
			break
		}
		next += k.seen
		k.crc, k.seen = crc16(k.crc, b[k.seen:next]), next
		if len(b)-next < maxHeader && !atEnd { // perhaps a header that is not whole
			break
		}
		if next > 0 && k.crc == 0 {
			if h, ok := parseHeader(b[next:]); ok && k.after(h) {
				return k.take(b[:next])
			}
		}
		k.crc, k.seen = crc16(k.crc, b[next:next+1]), next+1
	}
	if !atEnd {
		return 0, nil
	}
	if k.crc != 0 {
		return 0, fmt.Errorf("flac: frame %d is cut or damaged: %w", k.frames, errStream)
	}
	return k.take(b)
}

// follows says whether h may be the header of the next frame to write.
func (k *sink) follows(h frameHeader) bool {
	number := uint64(k.frames)
	if h.variable {
		number = uint64(k.sound)
	}
	return h.number == number && h.channels == k.info.format.Channels && h.frames <= k.info.maxBlock
}

// after says whether h may be the header of the frame after the one at hand.
func (k *sink) after(h frameHeader) bool {
	number := uint64(k.frames + 1)
	if h.variable {
		number = uint64(k.sound + int64(k.header.frames))
	}
	return h.variable == k.header.variable && h.number == number && h.channels == k.header.channels
}

// take writes a whole frame.
func (k *sink) take(b []byte) (int, error) {
	k.seek.add(seekPoint{frame: k.sound, offset: k.written, frames: k.header.frames})
	if k.frames == 0 || len(b) < k.info.minSize {
		k.info.minSize = len(b)
	}
	k.info.maxSize = max(k.info.maxSize, len(b))
	k.frames++
	k.sound += int64(k.header.frames)
	k.written += int64(len(b))
	k.header = nil
	if _, err := k.dst.Write(b); err != nil {
		return 0, fmt.Errorf("flac: %w", err)
	}
	return len(b), nil
}

// close takes the last frame, and checks that all of the sound came.
func (k *sink) close() error {
	if !k.inSound {
		return fmt.Errorf("flac: a stream that ends in its metadata: %w", errStream)
	}
	for len(k.rest) > 0 {
		n, err := k.frame(k.rest, true)
		if err != nil {
			return err
		}
		k.rest = k.rest[n:]
	}
	if k.sound != k.info.total {
		return fmt.Errorf("flac: %d frames where the sound has %d: %w", k.sound, k.info.total, errStream)
	}
	return nil
}
