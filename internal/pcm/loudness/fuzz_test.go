package loudness

import (
	"encoding/binary"
	"math"
	"testing"

	"narrate/internal/pcm"
)

// FuzzMeter: nothing that is written, in whatever pieces, makes a measure that is
// no number or a true peak below the sample peak; and the true peak is that of
// all places, though few are computed.
func FuzzMeter(f *testing.F) {
	f.Add(uint16(8000), true, []byte{0, 0, 128, 63, 0, 0, 128, 191})
	f.Add(uint16(44100), false, []byte{255, 255, 255, 127, 0, 0, 192, 127, 0, 0, 128, 255, 1, 0, 0, 0})
	var edges []byte
	for i := range 3000 {
		edges = binary.LittleEndian.AppendUint32(edges, math.Float32bits(float32(math.Sin(float64(i*i)))))
	}
	f.Add(uint16(4000), true, edges)
	f.Fuzz(func(t *testing.T, rate uint16, two bool, data []byte) {
		format := mono(pcm.Hz(rate))
		if two {
			format = stereo(pcm.Hz(rate))
		}
		m, err := NewMeter(format)
		if err != nil {
			return
		}
		var floats []float32
		var whole []int16
		for len(data) >= 4 {
			bits := binary.LittleEndian.Uint32(data)
			floats = append(floats, math.Float32frombits(bits))
			whole = append(whole, int16(bits), int16(bits>>16))
			data = data[4:]
		}
		cut := len(floats) / 3 / format.Channels * format.Channels
		m.WriteFloat(floats[:cut])
		m.WriteFloat(floats[cut:])
		check(t, m)
		// As whole numbers a few seconds of it, behind that.
		for range 8 {
			m.Write(whole)
		}
		check(t, m)
		alone := meter(t, format, whole)
		check(t, alone)
		if got, want := alone.TruePeak(), everywhere(format, whole); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v dBTP, want %v", got, want)
		}
	})
}

func check(t *testing.T, m *Meter) {
	t.Helper()
	i, _ := m.Integrated()
	r, _ := m.Range()
	for n, v := range append([]float64{i, r, m.Momentary(), m.ShortTerm(), m.TruePeak(), m.Peak(), m.RMS(), m.NoiseFloor()}, m.Series()...) {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			t.Errorf("measure %d is %v", n, v)
		}
	}
	if r < 0 || m.TruePeak() < 20*math.Log10(m.Peak())-1e-9 {
		t.Errorf("range %v; %v dBTP with the sample %v", r, m.TruePeak(), m.Peak())
	}
}

// everywhere is the true peak in dBTP, of all places.
func everywhere(f pcm.Format, samples []int16) float64 {
	most := 0.0
	for c := range f.Channels {
		x := make([]float64, behind)
		for i := c; i < len(samples)/f.Channels*f.Channels; i += f.Channels {
			x = append(x, float64(samples[i])/32768)
		}
		x = append(x, make([]float64, behind)...)
		for at := range len(x) - behind {
			most = max(most, math.Abs(x[at]))
			for _, taps := range interpolator {
				sum := 0.0
				for k, tap := range taps {
					sum += tap * x[at+k]
				}
				most = max(most, math.Abs(sum))
			}
		}
	}
	return 20 * math.Log10(most)
}

// TestEverywhere: as FuzzMeter, for sound.
func TestEverywhere(t *testing.T) {
	for _, f := range []pcm.Format{mono(8000), stereo(11025)} {
		for name, samples := range map[string][]int16{
			"speech": spoken(f, 3, 5), "music": played(f, 3, 5), "noise": noise(f, 2, 5),
			// The same everywhere, so that the ends decide.
			"a tone": tone(f, 100, -6, 0.32), "a constant": frames(f, 0.3, func(int) [2]float64 { return [2]float64{0.5, 0.4} }),
			"a little":   tone(f, 500, -6, 0.003),
			"full scale": frames(f, 0.3, func(i int) [2]float64 { return [2]float64{math.Sin(float64(i * i)), 1 - 2*float64(i/3%2)} }),
		} {
			if got, want := meter(t, f, samples).TruePeak(), everywhere(f, samples); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: %v dBTP, want %v", name, got, want)
			}
		}
	}
}
