package pcm

import (
	"io"
	"math"
	"slices"
	"testing"
)

func TestGain(t *testing.T) {
	tests := []struct {
		db   float64
		in   []int16
		want []int16
	}{
		{0, []int16{0, 1, -1, math.MaxInt16, math.MinInt16}, []int16{0, 1, -1, math.MaxInt16, math.MinInt16}},
		{6.0206, []int16{0, 1, -1, 16383, -16384, 16384, -16385}, []int16{0, 2, -2, 32766, -32768, 32767, -32768}},
		{-6.0206, []int16{0, 1, -1, 3, math.MaxInt16, math.MinInt16}, []int16{0, 1, 0, 2, 16384, -16384}},
		{60, []int16{32, 33, -33}, []int16{32000, math.MaxInt16, math.MinInt16}},
		{-200, []int16{math.MaxInt16, math.MinInt16}, []int16{0, 0}},
	}
	for _, test := range tests {
		format := Format{Rate: 8000, Channels: 1}
		r := Amplify(Samples(format, test.in), Decibels(test.db))
		out := make([]int16, 16)
		n, err := r.Read(out)
		if err != nil || !slices.Equal(out[:n], test.want) || r.Format() != format {
			t.Errorf("%g dB: %v, %v", test.db, out[:n], err)
		}
		if n, err := r.Read(out); n != 0 || err != io.EOF {
			t.Errorf("%g dB: %d, %v after the end", test.db, n, err)
		}
	}
}

// TestGainKeepsTheSource: the samples that a Reader reads from are not touched.
func TestGainKeepsTheSource(t *testing.T) {
	in := []int16{1000, -1000}
	if out, err := ReadAll(Amplify(Samples(Format{Rate: 8000, Channels: 1}, in), Decibels(20)), 2); err != nil || out[0] != 10000 || in[0] != 1000 {
		t.Errorf("%v of %v, %v", out, in, err)
	}
}
