package cuefile

import (
	"strconv"

	"narrate/internal/pcm"
)

// Centiseconds gives the times of cues in hundredths of a second, as
// caption.Milliseconds does in thousandths: each is rounded from its frames, a
// cue lasts at least one, and begins no earlier than the one before ends.
type Centiseconds struct {
	Rate pcm.Hz
	free int64
}

// Of gives the next cue's times.
func (c *Centiseconds) Of(span pcm.Span) (start, end int64) {
	start = max(c.At(span.Start), c.free)
	c.free = max(c.At(span.End), start+1)
	return start, c.free
}

// At is the hundredth nearest to a frame.
func (c *Centiseconds) At(frame int64) int64 {
	rate := int64(c.Rate)
	return frame/rate*100 + (frame%rate*100+rate/2)/rate
}

// Within is t, or the nearest time from start to end: words keep inside their
// cue when both are rounded.
func Within(t, start, end int64) int64 { return min(max(t, start), end) }

// Clock is caption.Clock for those who write many: milliseconds as HH:MM:SS, the
// separator and three digits.
func Clock(ms int64, separator byte) string {
	b := make([]byte, 0, 16)
	b = digits(b, ms/3_600_000, 2)
	b = digits(append(b, ':'), ms/60_000%60, 2)
	b = digits(append(b, ':'), ms/1000%60, 2)
	return string(digits(append(b, separator), ms%1000, 3))
}

// Seconds is milliseconds as seconds with three digits: "12.345".
func Seconds(ms int64) string {
	b := strconv.AppendInt(make([]byte, 0, 16), ms/1000, 10)
	return string(digits(append(b, '.'), ms%1000, 3))
}

// ShortClock is hundredths of a second as H:MM:SS.cc.
func ShortClock(cs int64) string {
	b := strconv.AppendInt(make([]byte, 0, 16), cs/360_000, 10)
	b = digits(append(b, ':'), cs/6000%60, 2)
	b = digits(append(b, ':'), cs/100%60, 2)
	return string(digits(append(b, '.'), cs%100, 2))
}

// MinuteClock is hundredths of a second as MM:SS.cc; minutes take more digits
// from 100 on.
func MinuteClock(cs int64) string {
	b := digits(make([]byte, 0, 16), cs/6000, 2)
	b = digits(append(b, ':'), cs/100%60, 2)
	return string(digits(append(b, '.'), cs%100, 2))
}

// digits appends n with at least that many digits.
func digits(b []byte, n int64, least int) []byte {
	for limit := int64(10); least > 1; least, limit = least-1, limit*10 {
		if n < limit {
			b = append(b, '0')
		}
	}
	return strconv.AppendInt(b, n, 10)
}
