package opus

import "narrate/internal/output"

// Joints are the frames of e's sound at which its pieces begin.
func Joints(e output.Edition) (out []int64) {
	s, err := newStream(e.Sound.Format(), e.Timeline.Frames, e.Encoding)
	if err != nil {
		return nil
	}
	joints := s.joints(e.Timeline, s.count(0))
	for _, at := range joints[1 : len(joints)-1] {
		out = append(out, at*s.frames)
	}
	return out
}
