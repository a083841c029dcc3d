package pcm

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		rate Hz
		n    int64
		want string
	}{
		{8000, 0, "0.000000"},
		{8000, 1, "0.000125"},
		{44100, 1, "0.000023"},
		{44100, -1, "-0.000023"},
		{48000, 48000 * 3600 * 120, "432000.000000"},
		{3, 2, "0.666667"},
	} {
		if got := c.rate.Seconds(c.n); got != c.want {
			t.Errorf("frame %d at %d Hz: %s, want %s", c.n, c.rate, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]Hz{8000, 11025, 22050, 24000, 44100, 48000, 192000}).Draw(t, "rate")
		n := rapid.Int64Range(0, int64(rate)*3600*1000).Draw(t, "frame")
		s := rate.Seconds(n)
		if _, digits, _ := strings.Cut(s, "."); len(digits) != 6 {
			t.Fatalf("%s has %d digits", s, len(digits))
		}
		exact, _ := new(big.Rat).SetString(s)
		off := exact.Sub(exact, big.NewRat(n, int64(rate)))
		if off.Abs(off).Cmp(big.NewRat(1, 2_000_000)) > 0 {
			t.Fatalf("%s s is not frame %d", s, n)
		}
		if v, err := strconv.ParseFloat(s, 64); err != nil || int64(math.Round(v*float64(rate))) != n {
			t.Fatalf("%s s at %d Hz is not frame %d again", s, rate, n)
		}
	})
}
