package plot

import (
	"fmt"
	"strings"
	"time"
)

// steps are the times between two marks of an axis that people can count by.
var steps = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// step is the least time between two marks that are so many pixels apart where
// the length has the width.
func step(length time.Duration, width, apart float64) time.Duration {
	for _, s := range steps {
		if float64(s)*width >= apart*float64(length) {
			return s
		}
	}
	s := steps[len(steps)-1]
	for float64(s)*width < apart*float64(length) {
		s *= 2
	}
	return s
}

// mark is a place of an axis as it is written there.
func mark(at, step time.Duration) string {
	if step >= time.Second {
		return clock(at)
	}
	text := strings.TrimRight(fmt.Sprintf("%d.%03d", at/time.Second, at%time.Second/time.Millisecond), "0")
	return strings.TrimSuffix(text, ".") + " s"
}
