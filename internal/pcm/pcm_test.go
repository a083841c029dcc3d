package pcm_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"narrate/internal/pcm"
)

func TestHz(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		rate     pcm.Hz
		duration time.Duration
		frames   int64
	}{
		{22050, 0, 0},
		{22050, time.Second, 22050},
		{22050, 22 * time.Microsecond, 0},   // 0.485 frames
		{22050, 23 * time.Microsecond, 1},   // 0.507
		{1000, 500 * time.Microsecond, 1},   // a half goes up
		{1000, -500 * time.Microsecond, -1}, // away from zero
		{1000, -499 * time.Microsecond, 0},
		{48000, 100 * year, 48000 * 100 * 365 * 24 * 3600},
		{768000, math.MaxInt64, 7083549724304468},
		{44100, 20 * time.Hour, 44100 * 20 * 3600},
	} {
		if got := c.rate.Frames(c.duration); got != c.frames {
			t.Errorf("%d Hz: Frames(%v) = %d, want %d", c.rate, c.duration, got, c.frames)
		}
	}
	for _, c := range []struct {
		rate         pcm.Hz
		frames       int64
		duration     time.Duration
		milliseconds int64
	}{
		{22050, 1, 45351, 0},      // 45351.47 ns
		{24000, 11, 458333, 0},    // 0.458 ms
		{24000, 12, 500000, 1},    // a half goes up
		{24000, -12, -500000, -1}, // away from zero
		{44100, 22050, 5e8, 500},  //
		{3, 1, 333333333, 333},    //
		{3, 2, 666666667, 667},    //
		{22050, 22050 * 72000, 72000e9, 72000e3},
		{768000, 768000 * 9e9, 9e18, 9e12},
	} {
		if got := c.rate.Duration(c.frames); got != c.duration {
			t.Errorf("%d Hz: Duration(%d) = %d, want %d", c.rate, c.frames, got, c.duration)
		}
		if got := c.rate.Milliseconds(c.frames); got != c.milliseconds {
			t.Errorf("%d Hz: Milliseconds(%d) = %d, want %d", c.rate, c.frames, got, c.milliseconds)
		}
	}
}

// Positions over 20 hours against arithmetic without limits.
func TestHzExact(t *testing.T) {
	for _, rate := range []pcm.Hz{16000, 22050, 24000, 44100, 48000} {
		for n := int64(0); n < int64(rate)*72000; n += 9_999_991 {
			want := new(big.Int).Mul(big.NewInt(n), big.NewInt(1000))
			want.Add(want, big.NewInt(int64(rate)/2)).Div(want, big.NewInt(int64(rate)))
			if got := rate.Milliseconds(n); got != want.Int64() {
				t.Fatalf("%d Hz: Milliseconds(%d) = %d, want %d", rate, n, got, want)
			}
			if got := rate.Frames(rate.Duration(n)); got != n {
				t.Fatalf("%d Hz: frame %d becomes %v and then %d", rate, n, rate.Duration(n), got)
			}
		}
	}
}
