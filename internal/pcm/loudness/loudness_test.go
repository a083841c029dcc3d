package loudness

import (
	"math"
	"testing"

	"narrate/internal/pcm"
)

// TestCoefficients: at 48 kHz the filters are those of the Recommendation
// (BS.1770-4, annex 1, tables 1 and 2), whose shelf has a gain of its own.
func TestCoefficients(t *testing.T) {
	w := newWeighting(48000)
	b0 := math.Sqrt(w.gain)
	for i, pair := range [][2]float64{
		{b0, 1.53512485958697},
		{w.b1 * b0, -2.69169618940638},
		{w.b2 * b0, 1.19839281085285},
		{w.a1, -1.69065929318241},
		{w.a2, 0.73248077421585},
		{w.c1, -1.99004745483398},
		{w.c2, 0.99007225036621},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-8 {
			t.Errorf("coefficient %d is %.14f, want %.14f", i, pair[0], pair[1])
		}
	}
}

// TestOneIsTwo: the filter of two channels does to each what that of one does,
// which rounds otherwise.
func TestOneIsTwo(t *testing.T) {
	w := newWeighting(44100)
	both := noise(stereo(44100), 0.1, 1)
	var blocks [2][]float64
	for i, s := range both {
		blocks[i%2] = append(blocks[i%2], float64(s)/32768)
	}
	var alone, together [2]memory
	left, right := w.one(&alone[0], blocks[0]), w.one(&alone[1], blocks[1])
	sum := w.two(&together, blocks[0], blocks[1])
	for i, a := range alone {
		b := together[i]
		for _, off := range []float64{a.s1 - b.s1, a.s2 - b.s2, a.p1 - b.p1, a.p2 - b.p2} {
			if !(math.Abs(off) < 1e-12) {
				t.Errorf("filters remember %v and %v", a, b)
			}
		}
	}
	if math.Abs(sum.weighted-left.weighted-right.weighted) > 1e-12*sum.weighted || math.Abs(sum.plain-left.plain-right.plain) > 1e-12*sum.plain {
		t.Errorf("sums %v of %v and %v", sum, left, right)
	}
}

func TestNothingToMeasure(t *testing.T) {
	f := mono(48000)
	for name, samples := range map[string][]int16{
		"nothing": nil, "silence": make([]int16, 48000*4), "399 ms": tone(f, 1000, -6, 0.399), "below the gate": tone(f, 1000, -75, 5),
	} {
		m := meter(t, f, samples)
		if got, ok := m.Integrated(); ok {
			t.Errorf("%s: %g LUFS", name, got)
		}
		if got, ok := m.Range(); ok {
			t.Errorf("%s: %g LU", name, got)
		}
		if m.Frames() != int64(len(samples)) {
			t.Errorf("%s: %d frames", name, m.Frames())
		}
	}
	for _, samples := range [][]int16{nil, make([]int16, 48000*4)} {
		m := meter(t, f, samples)
		for i, got := range []float64{m.TruePeak(), m.RMS(), m.NoiseFloor(), m.Momentary(), m.ShortTerm()} {
			if !math.IsInf(got, -1) {
				t.Errorf("measure %d of %d samples of silence is %g", i, len(samples), got)
			}
		}
		if m.Peak() != 0 {
			t.Errorf("peak of silence %g", m.Peak())
		}
	}
	if got, ok := meter(t, f, tone(f, 1000, -20, 0.4)).Integrated(); !ok || math.Abs(got - -23) > 0.3 {
		t.Errorf("400 ms: %g LUFS, %v", got, ok)
	}
}

func TestFormats(t *testing.T) {
	for _, f := range []pcm.Format{{}, mono(3999), mono(-48000), {Rate: 48000}, {Rate: 48000, Channels: 3}} {
		if _, err := NewMeter(f); err == nil {
			t.Errorf("%v is taken", f)
		}
	}
	for _, f := range []pcm.Format{mono(4000), stereo(384000)} {
		if _, err := NewMeter(f); err != nil {
			t.Error(err)
		}
	}
}

// TestLevels: RMS, noise floor and peak of sound that is known.
func TestLevels(t *testing.T) {
	for _, f := range []pcm.Format{mono(8000), stereo(22050), mono(11025)} {
		// A square wave of half of full scale, then half a second of a
		// thousandth, then the first again.
		square := func(seconds float64, size int16) []int16 {
			out := make([]int16, int(seconds*float64(f.Rate))*f.Channels)
			for i := range out {
				if out[i] = size; i/f.Channels/50%2 == 1 {
					out[i] = -size
				}
			}
			return out
		}
		m := meter(t, f, square(2, 16384))
		if got := m.RMS(); math.Abs(got-20*math.Log10(0.5)) > 1e-6 || m.NoiseFloor() != got {
			t.Errorf("%v: RMS %g, floor %g", f, got, m.NoiseFloor())
		}
		if m.Peak() != 0.5 {
			t.Errorf("%v: peak %g", f, m.Peak())
		}
		m.Write(square(0.5, 33))
		m.Write(square(2.05, 16384))
		if got, want := m.NoiseFloor(), 20*math.Log10(33/32768.0); math.Abs(got-want) > 0.01 {
			t.Errorf("%v: floor %g, want %g", f, got, want)
		}
		if got, want := m.RMS(), 20*math.Log10(0.5)+10*math.Log10(4.05/4.55); math.Abs(got-want) > 0.001 {
			t.Errorf("%v: RMS %g, want %g", f, got, want)
		}
		m.WriteFloat([]float32{-1.5, 0.1})
		if m.Peak() != 1.5 {
			t.Errorf("%v: peak %g above full scale", f, m.Peak())
		}
	}
	// The mean over channels, not the sum.
	m := meter(t, stereo(8000), frames(stereo(8000), 1, func(int) [2]float64 { return [2]float64{0.5, 0} }))
	if got := m.RMS(); math.Abs(got-10*math.Log10(0.125)) > 1e-6 {
		t.Errorf("one silent channel: %g dBFS", got)
	}
}

// TestSeries: a value for each tenth of a second from the third second on.
func TestSeries(t *testing.T) {
	f := mono(24000)
	m := meter(t, f, append(tone(f, 1000, -20, 4), make([]int16, 24000*4)...))
	s := m.Series()
	if len(s) != 51 || math.Abs(s[0] - -23) > 0.1 || math.Abs(s[10] - -23) > 0.1 || !(s[25] < s[24]) || s[50] > -100 {
		t.Errorf("%d values: %.1f", len(s), s)
	}
	if got := m.ShortTerm(); got != max(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10]) {
		t.Errorf("most of them %g", got)
	}
	if s := meter(t, f, tone(f, 1000, -20, 2.9)).Series(); len(s) != 0 {
		t.Errorf("2.9 s have %v", s)
	}
}
