package loudness

import "math"

// Over finds where a true peak passes a limit, at a small part of what it costs
// to measure true peaks. It holds some kilobytes.
type Over struct {
	channels int
	limit    float64      // magnitude
	room     [2][]float64 // by channel: the last samples, and a block
}

// NewOver looks for what passes dbtp in sound of 1 or 2 channels.
func NewOver(channels int, dbtp float64) *Over {
	return &Over{channels: channels, limit: math.Pow(10, dbtp/20)}
}

// WriteFloat reports whether the limit is passed at or between the samples:
// whole frames, interleaved. A place is judged once 16 frames behind it are
// known, so it may be told of the samples that follow.
func (o *Over) WriteFloat(samples []float32) bool {
	over := false
	for c := range o.channels {
		room := o.room[c]
		kept := min(behind, len(room))
		copy(room, room[len(room)-kept:])
		room = room[:kept]
		for i := c; i < len(samples); i += o.channels {
			room = append(room, held(float64(samples[i])))
		}
		o.room[c] = room
		sample, most := peakOf(room, o.limit)
		over = over || max(sample, most) > o.limit
	}
	return over
}
