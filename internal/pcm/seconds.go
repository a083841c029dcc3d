package pcm

import "fmt"

// Seconds is the absolute position n in seconds as a decimal number with six
// digits, to the nearest microsecond: "83.040000". Below 500 kHz the frame is
// the seconds times the rate, to the nearest whole number.
func (r Hz) Seconds(n int64) string {
	µs := muldiv(n, 1_000_000, int64(r))
	sign := ""
	if µs < 0 {
		sign, µs = "-", -µs
	}
	return fmt.Sprintf("%s%d.%06d", sign, µs/1_000_000, µs%1_000_000)
}
