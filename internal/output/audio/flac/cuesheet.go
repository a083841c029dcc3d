package flac

import (
	"encoding/binary"

	"narrate/internal/timeline"
)

const (
	maxTracks = 254 // of a cue sheet that is not a CD's
	leadOut   = 255 // the number of the track at the end
)

// cueSheet is the content of a cue sheet whose tracks are the chapters, exact to
// the frame; nil where there are none, or more than it can number (RFC 9639,
// 8.7).
func cueSheet(t *timeline.Timeline) []byte {
	if n := len(t.Chapters); n == 0 || n > maxTracks {
		return nil
	}
	out := make([]byte, 128)                // no catalog number
	out = append(out, make([]byte, 8)...)   // no lead-in, as it is no CD's
	out = append(out, make([]byte, 259)...) // not of a CD; reserved
	out = append(out, byte(len(t.Chapters)+1))
	for i := range t.Chapters {
		out = appendTrack(out, t.Chapters[i].Span.Start, byte(i+1), 1)
		out = append(out, make([]byte, 8)...) // its index begins where it does
		out = append(out, 1, 0, 0, 0)         // and has number 1; reserved
	}
	return appendTrack(out, t.Frames, leadOut, 0)
}

// appendTrack appends a track of so many index points, which follow.
func appendTrack(out []byte, start int64, number, points byte) []byte {
	out = binary.BigEndian.AppendUint64(out, uint64(start))
	out = append(out, number)
	out = append(out, make([]byte, 12)...) // no ISRC
	out = append(out, make([]byte, 14)...) // audio, without pre-emphasis; reserved
	return append(out, points)
}
