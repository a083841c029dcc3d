package loudness

import (
	"math"
	"math/rand/v2"
	"testing"

	"narrate/internal/pcm"
)

func mono(rate pcm.Hz) pcm.Format   { return pcm.Format{Rate: rate, Channels: 1} }
func stereo(rate pcm.Hz) pcm.Format { return pcm.Format{Rate: rate, Channels: 2} }

// meter measures sound at once.
func meter(t testing.TB, f pcm.Format, samples []int16) *Meter {
	t.Helper()
	m, err := NewMeter(f)
	if err != nil {
		t.Fatal(err)
	}
	m.Write(samples)
	return m
}

// frames makes sound of a function of its place that gives the two channels.
func frames(f pcm.Format, seconds float64, at func(i int) [2]float64) []int16 {
	out := make([]int16, 0, int(seconds*float64(f.Rate))*f.Channels)
	for i := range int(math.Round(seconds * float64(f.Rate))) {
		v := at(i)
		for c := range f.Channels {
			out = append(out, int16(math.Round(max(-32768, min(32767, 32768*v[c])))))
		}
	}
	return out
}

// spoken is like speech in levels and spectrum: voiced syllables of many
// harmonics that fade in and out, hisses between them, and pauses.
func spoken(f pcm.Format, seconds float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 1))
	rate := float64(f.Rate)
	var left, length int
	var hertz, level, hiss, phase, side float64
	return frames(f, seconds, func(int) [2]float64 {
		if left == 0 {
			length = int((0.08 + 0.3*random.Float64()) * rate)
			left = length
			hertz, level, hiss = 90+120*random.Float64(), math.Pow(10, -1.5*random.Float64()), 0
			switch random.IntN(5) {
			case 0:
				level = 0
			case 1:
				hiss, level = 0.05*level, 0
			}
		}
		left--
		phase += 2 * math.Pi * hertz / rate
		v := 0.0
		for k := 1.0; k <= 10 && k*hertz < 0.45*rate && level > 0; k++ {
			v += math.Cos(k*phase+k*k) / (k * math.Sqrt(k))
		}
		v = 0.4*level*v + hiss*random.NormFloat64()
		v *= math.Sin(math.Pi * float64(left) / float64(length))
		side += 0.1 * (v - side)
		return [2]float64{v, 0.7*v + 0.5*side}
	})
}

// played is like music: chords with strikes that fade, wide in stereo.
func played(f pcm.Format, seconds float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 2))
	rate := float64(f.Rate)
	var notes [4]float64
	return frames(f, seconds, func(i int) [2]float64 {
		beat := int(0.4 * rate)
		if i%beat == 0 {
			for k := range notes {
				notes[k] = 55 * math.Pow(2, float64(random.IntN(48))/12)
			}
		}
		fade := math.Exp(-3 * float64(i%beat) / float64(beat))
		t := float64(i) / rate
		var out [2]float64
		for k, n := range notes {
			for h := 1.0; h <= 6 && n*h < 0.45*rate; h++ {
				v := fade * math.Sin(2*math.Pi*n*h*t+float64(k)) / h / 6
				out[k%2] += v
				out[1-k%2] += 0.4 * v
			}
		}
		if i%beat < int(0.02*rate) {
			v := 0.3 * random.NormFloat64()
			out[0], out[1] = out[0]+v, out[1]-v
		}
		return out
	})
}

// noise is white noise that swells and fades, other in each channel.
func noise(f pcm.Format, seconds float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 3))
	return frames(f, seconds, func(i int) [2]float64 {
		swell := 0.12 + 0.08*math.Sin(2*math.Pi*float64(i)/float64(f.Rate)/7)
		return [2]float64{swell * random.NormFloat64(), swell * random.NormFloat64()}
	})
}

// tone is a sine of so many whole hertz and of so many dBFS at its peaks, the
// same in both channels.
func tone(f pcm.Format, hertz int, db, seconds float64) []int16 {
	amplitude := math.Pow(10, db/20)
	second := make([]float64, f.Rate)
	for i := range second {
		second[i] = amplitude * math.Sin(2*math.Pi*float64(hertz*i%len(second))/float64(f.Rate))
	}
	return frames(f, seconds, func(i int) [2]float64 {
		v := second[i%len(second)]
		return [2]float64{v, v}
	})
}
