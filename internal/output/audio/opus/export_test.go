package opus

import (
	"context"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/audio/opus/libopus"
)

// WriteInPieces writes e as Format.Write does, in pieces of about so many
// packets, and gives the frames of e's sound at which they begin, but for the
// first.
func WriteInPieces(ctx context.Context, dst io.Writer, e output.Edition, packets int64) (joints []int64, err error) {
	s, err := newStream(e.Sound.Format(), e.Timeline.Frames, e.Encoding)
	if err != nil {
		return nil, err
	}
	s.piece = packets
	lib, err := libopus.Load()
	if err != nil {
		return nil, err
	}
	out := newSink(dst, s)
	if err := encodePieces(ctx, lib, s, e, out); err != nil {
		return nil, err
	}
	all := s.joints(e.Timeline, out.count)
	for _, at := range all[1 : len(all)-1] {
		joints = append(joints, at*s.frames)
	}
	return joints, out.close()
}
