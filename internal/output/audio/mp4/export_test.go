package mp4

import (
	"narrate/internal/output"
	"narrate/internal/pcm"
)

// PieceFrames is how many frames lie between two joints of that sound.
func PieceFrames(f pcm.Format, frames int64) int {
	s, err := newStream(f, frames, output.Encoding{AAC: 32000})
	if err != nil {
		panic(err)
	}
	return int(s.pieceSize()) * packetFrames
}
