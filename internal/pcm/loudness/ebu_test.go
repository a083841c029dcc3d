package loudness

import (
	"fmt"
	"math"
	"testing"

	"narrate/internal/pcm"
)

// The signals of EBU Tech 3341, table 1, and Tech 3342, table 1, made from their
// descriptions, at other rates too. Left out are those of more channels (6) and
// the programmes (3341-7 and 8, 3342-5 and 6), which are recordings.

// part is a tone of 1 kHz of so many dBFS.
type part struct{ db, seconds float64 }

const silent = -1000

func sequence(f pcm.Format, parts ...part) []int16 {
	var out []int16
	for _, p := range parts {
		out = append(out, tone(f, 1000, p.db, p.seconds)...)
	}
	return out
}

func repeat(n int, parts ...part) (all []part) {
	for range n {
		all = append(all, parts...)
	}
	return all
}

func TestTech3341(t *testing.T) {
	const tolerance = 0.1
	for _, rate := range []pcm.Hz{8000, 48000} {
		f := stereo(rate)
		for _, test := range []struct {
			name   string
			parts  []part
			want   float64
			steady bool // momentary and short-term are the same
		}{
			{"1", []part{{-23, 20}}, -23, true},
			{"2", []part{{-33, 20}}, -33, true},
			{"3", []part{{-36, 10}, {-23, 60}, {-36, 10}}, -23, false},
			{"4", []part{{-72, 10}, {-36, 10}, {-23, 60}, {-36, 10}, {-72, 10}}, -23, false},
			{"5", []part{{-26, 20}, {-20, 20.1}, {-26, 20}}, -23, false},
		} {
			if rate == 48000 && !test.steady {
				continue // takes long, and is of the blocks alone
			}
			m := meter(t, f, sequence(f, test.parts...))
			got, ok := m.Integrated()
			if !ok || math.Abs(got-test.want) > tolerance {
				t.Errorf("%d Hz, case %s: %.2f LUFS, want %.2f", rate, test.name, got, test.want)
			}
			if test.steady && (math.Abs(m.Momentary()-test.want) > tolerance || math.Abs(m.ShortTerm()-test.want) > tolerance) {
				t.Errorf("%d Hz, case %s: momentary %.2f, short-term %.2f LUFS", rate, test.name, m.Momentary(), m.ShortTerm())
			}
		}
		if rate == 48000 {
			continue
		}
		m := meter(t, f, sequence(f, repeat(5, part{-20, 1.34}, part{-30, 1.66})...))
		for i, got := range m.Series() {
			if math.Abs(got - -23) > tolerance {
				t.Errorf("%d Hz, case 9: %.2f LUFS at %.1f s", rate, got, 3+float64(i)/10)
			}
		}
		for i := range 20 {
			m := meter(t, f, sequence(f, part{silent, 0.15 * float64(i)}, part{-23, 3}, part{silent, 1}))
			if got := m.ShortTerm(); math.Abs(got - -23) > tolerance {
				t.Errorf("%d Hz, case 10-%d: %.2f LUFS", rate, i+1, got)
			}
			m = meter(t, f, sequence(f, part{silent, 0.02 * float64(i)}, part{-23, 0.4}, part{silent, 1}))
			if got := m.Momentary(); math.Abs(got - -23) > tolerance {
				t.Errorf("%d Hz, case 13-%d: %.2f LUFS", rate, i+1, got)
			}
		}
		// Cases 11 and 14: the most so far, which rises with each tone.
		long, short := meter(t, f, nil), meter(t, f, nil)
		for i := range 20 {
			at, db := float64(i), float64(i)-38
			long.Write(sequence(f, part{silent, 0.15 * at}, part{db, 3}, part{silent, 3 - 0.15*at}))
			if got := long.ShortTerm(); math.Abs(got-db) > tolerance {
				t.Errorf("%d Hz, case 11: %.2f LUFS, want %.2f", rate, got, db)
			}
			short.Write(sequence(f, part{silent, 0.02 * at}, part{db, 0.4}, part{silent, 0.4 - 0.02*at}))
			if got := short.Momentary(); math.Abs(got-db) > tolerance {
				t.Errorf("%d Hz, case 14: %.2f LUFS, want %.2f", rate, got, db)
			}
		}
		m = meter(t, f, sequence(f, repeat(25, part{-20, 0.18}, part{-30, 0.22})...))
		if got := m.Momentary(); math.Abs(got - -23) > tolerance {
			t.Errorf("%d Hz, case 12: %.2f LUFS", rate, got)
		}
	}
}

func TestTech3342(t *testing.T) {
	for _, rate := range []pcm.Hz{8000, 11025} {
		f := stereo(rate)
		for i, test := range []struct {
			levels []float64 // of 20 s each
			want   float64
		}{
			{[]float64{-20, -30}, 10},
			{[]float64{-20, -15}, 5},
			{[]float64{-40, -20}, 20},
			{[]float64{-50, -35, -20, -35, -50}, 15},
		} {
			var parts []part
			for _, db := range test.levels {
				parts = append(parts, part{db, 20})
			}
			if got, ok := meter(t, f, sequence(f, parts...)).Range(); !ok || math.Abs(got-test.want) > 1 {
				t.Errorf("%d Hz, case %d: %.2f LU, want %g", rate, i+1, got, test.want)
			}
		}
	}
}

// TestTruePeaks are the cases of Tech 3341 for true peak, which allow +0.2 and
// -0.4 dB.
func TestTruePeaks(t *testing.T) {
	check := func(name string, samples []float32, want float64) {
		t.Helper()
		for _, channels := range []int{1, 2} {
			m, err := NewMeter(pcm.Format{Rate: 48000, Channels: channels})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range samples {
				if channels == 2 {
					m.WriteFloat([]float32{v / 2, v})
				} else {
					m.WriteFloat([]float32{v})
				}
			}
			got := m.TruePeak()
			t.Logf("case %s: %.2f dBTP, want %g", name, got, want)
			if got > want+0.2 || got < want-0.4 {
				t.Errorf("case %s: %.2f dBTP, want %g", name, got, want)
			}
		}
	}
	for _, test := range []struct {
		name                  string
		divisor, phase, scale float64
		want                  float64
	}{
		{"15", 4, 0, 0.5, -6},
		{"16", 4, 45, 0.5, -6},
		{"17", 6, 60, 0.5, -6},
		{"18", 8, 67.5, 0.5, -6},
		{"19", 4, 45, 1.41, 3},
	} {
		samples := make([]float32, 4800)
		for i := range samples {
			// Faded in and out, as a tone that begins at once has peaks of that.
			fade := min(1, float64(min(i, len(samples)-1-i))/1000)
			samples[i] = float32(fade * test.scale * math.Sin(2*math.Pi*float64(i)/test.divisor+test.phase*math.Pi/180))
		}
		check(test.name, samples, test.want)
	}
	// Within a tone of half of full scale, one period of fs/4 has all of it. It
	// is made at four times the rate, and every fourth sample is taken, from
	// the first, the second and so on.
	const times, period = 4, 16
	fine := make([]float64, times*4800)
	for i := range fine {
		v := 0.5 * math.Sin(2*math.Pi*float64(i)/(6*times))
		if at := i - len(fine)/2/(6*times)*(6*times); at >= 0 && at < period {
			v = math.Sin(2 * math.Pi * float64(at) / period)
		} else if at >= period {
			v = 0.5 * math.Sin(2*math.Pi*float64(at-period)/(6*times))
		}
		fade := min(1, float64(min(i, len(fine)-1-i))/4000)
		fine[i] = fade * v
	}
	taps := lowPass(times)
	for start := range times {
		var samples []float32
		for i := start; i+len(taps) <= len(fine); i += times {
			sum := 0.0
			for k, tap := range taps {
				sum += tap * fine[i+k]
			}
			samples = append(samples, float32(sum))
		}
		check(fmt.Sprint(20+start), samples, 0)
	}
}

// lowPass is a filter that takes away what is above the times-th part of the
// rate.
func lowPass(times int) []float64 {
	const zeros = 64
	taps := make([]float64, 0, 2*zeros*times+1)
	for k := -zeros * times; k <= zeros*times; k++ {
		at := float64(k) / float64(times)
		tap := 1.0
		if k != 0 {
			tap = math.Sin(math.Pi*at) / (math.Pi * at)
		}
		w := at / zeros
		taps = append(taps, tap*bessel(8*math.Sqrt(max(0, 1-w*w)))/bessel(8)/float64(times))
	}
	return taps
}
