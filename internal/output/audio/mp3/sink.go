package mp3

import (
	"fmt"
	"io"
	"slices"

	"narrate/internal/output/audio/mp3/lame"
)

// sink takes the stream's frames in order and writes them, with the sums that
// the Info tag needs. As a Writer it takes them in pieces of any size.
type sink struct {
	stream
	dst io.Writer
	music
	sought int    // how many entries of the seek table are known
	rest   []byte // the start of a frame that is not whole yet
}

// Write takes the next bytes of the stream.
func (k *sink) Write(p []byte) (int, error) {
	whole := p
	if len(k.rest) > 0 {
		whole = append(k.rest, p...)
	}
	used := 0
	for len(whole)-used >= 4 {
		size, err := k.next(whole[used:])
		if err != nil {
			return 0, err
		}
		if len(whole)-used < size {
			break
		}
		k.seekTo(k.frames, k.bytes+int64(used))
		used += size
		k.frames++
	}
	k.rest = slices.Clone(whole[used:])
	k.bytes += int64(used)
	if err := k.fits(k.bytes); err != nil {
		return 0, err
	}
	k.crc = crc16(k.crc, whole[:used])
	if _, err := k.dst.Write(whole[:used]); err != nil {
		return 0, fmt.Errorf("mp3: %w", err)
	}
	return len(p), nil
}

// seekTo enters the frame that begins at a byte into the seek table.
func (k *sink) seekTo(frame, at int64) {
	for count := k.count(); k.sought < seekPoints && int64(k.sought)*count/seekPoints <= frame; k.sought++ {
		k.seek[k.sought] = at
	}
}

// close checks that all of the sound came.
func (k *sink) close() error {
	if len(k.rest) > 0 {
		return fmt.Errorf("mp3: the last frame is cut: %w", errFrame)
	}
	// 529 frames is what decoders lag by, 12 bits what the tag holds.
	if padding := k.frames*k.spf - lame.Delay - k.sound; padding < 529 || padding > 0xfff {
		return fmt.Errorf("mp3: %d frames for sound of %d: %w", k.frames, k.sound, errFrame)
	}
	return nil
}
