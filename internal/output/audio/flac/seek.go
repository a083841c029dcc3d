package flac

import (
	"encoding/binary"

	"narrate/internal/pcm"
)

const (
	// seekSeconds is the time between two points of the seek table.
	seekSeconds = 10
	pointSize   = 18
	maxPoints   = maxBlock / pointSize
	// placeholder is the position of a point that is not used.
	placeholder = 1<<64 - 1
)

// seekTable tells where in the file some times are (RFC 9639, 8.5).
type seekTable struct {
	every  int64 // frames between two points
	count  int   // of points that there is room for
	points []seekPoint
}

// seekPoint is a frame of the stream.
type seekPoint struct {
	frame  int64 // its first frame of sound
	offset int64 // of its first byte, from the first frame's
	frames int   // of sound in it
}

func newSeekTable(rate pcm.Hz, frames int64) *seekTable {
	t := &seekTable{every: seekSeconds * int64(rate)}
	for (frames+t.every-1)/t.every > maxPoints {
		t.every *= 2
	}
	t.count = int((frames + t.every - 1) / t.every)
	return t
}

func (t *seekTable) size() int { return t.count * pointSize }

// add takes the next frame of the stream. A point is the frame that holds its
// time.
func (t *seekTable) add(p seekPoint) {
	if n := int64(len(t.points)); len(t.points) < t.count && n*t.every < p.frame+int64(p.frames) {
		t.points = append(t.points, p)
	}
}

// bytes is the block's content. Points that are not known are placeholders,
// which come last.
func (t *seekTable) bytes() []byte {
	be := binary.BigEndian
	out := make([]byte, 0, t.size())
	for _, p := range t.points {
		out = be.AppendUint64(out, uint64(p.frame))
		out = be.AppendUint64(out, uint64(p.offset))
		out = be.AppendUint16(out, uint16(p.frames))
	}
	for len(out) < t.size() {
		out = be.AppendUint64(out, placeholder)
		out = append(out, make([]byte, pointSize-8)...)
	}
	return out
}
