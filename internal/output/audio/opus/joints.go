package opus

import "narrate/internal/timeline"

// An Opus packet relies on the ones before it: on the sound decoded last, on
// energies and filters. Two encoders of the same sound do not agree in these to
// the bit, so a decoder that goes from the packets of one to those of another
// has a state that the second did not count on. Three things keep that from
// being heard: the second encoder starts two seconds early, and what it says of
// that is thrown away; its first packet that is kept is made without
// prediction; and the joint lies in a pause, if there is one near.
const (
	// preRoll is 2 s: behind it, 32 joints at 16 to 48 kb/s lost 0.1 dB on the
	// average, where half of it lost twice that.
	preRoll      = 100  // packets
	piecePackets = 2000 // about: 40 s
)

// reach is how far from its place a joint is moved into a pause, in packets.
func (s stream) reach() int64 { return s.piece / 6 }

// joints are the packets at which pieces begin, from 0, and the count of all
// packets last. They depend on the timeline alone.
func (s stream) joints(t *timeline.Timeline, count int64) []int64 {
	out := []int64{0}
	pauses, reach := s.pauses(t), s.reach()
	// The last piece has at least what is within reach, so that none is empty.
	for at := s.piece; at+2*reach < count; at += s.piece {
		for len(pauses) > 0 && pauses[0].middle < at-reach {
			pauses = pauses[1:]
		}
		joint, longest := at, int64(0)
		for _, p := range pauses {
			if p.middle > at+reach {
				break
			}
			if p.length > longest {
				joint, longest = p.middle, p.length
			}
		}
		out = append(out, joint)
	}
	return append(out, count)
}

// pause is a stretch between two cues.
type pause struct {
	middle int64 // the packet there
	length int64 // in frames
}

// pauses are those between the cues, ascending.
func (s stream) pauses(t *timeline.Timeline) (out []pause) {
	end := int64(0) // of the cue before
	for i := range t.Chapters {
		for j := range t.Chapters[i].Cues {
			c := t.Chapters[i].Cues[j].Span
			if c.Start > end {
				out = append(out, pause{(end + c.Start) / 2 / s.frames, c.Start - end})
			}
			end = max(end, c.End)
		}
	}
	return out
}
