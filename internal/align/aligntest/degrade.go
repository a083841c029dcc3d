package aligntest

import (
	"math"
	"math/rand/v2"

	"narrate/internal/pcm"
	"narrate/internal/pcm/resample"
)

// The functions here spoil a sample in a way that recordings are spoilt. They
// give a new one; what they do is the same each time.

// White adds white noise, snr dB below the speech.
func White(s Sample, snr float64) Sample {
	random := rand.New(rand.NewPCG(1, 2))
	return mix(s, snr, func(int) float64 { return random.NormFloat64() })
}

// Pink adds noise of the same power in every octave, snr dB below the speech.
func Pink(s Sample, snr float64) Sample {
	random := rand.New(rand.NewPCG(3, 4))
	// The sum of first-order low-passes a factor of four apart, each half as
	// high as the one below it, falls by 3 dB an octave.
	const filters = 8
	var state [filters]float64
	return mix(s, snr, func(int) float64 {
		white, sum := random.NormFloat64(), 0.0
		corner, gain := 0.8, 1.0 // of the rate, about
		for i := range state {
			state[i] += corner * (white - state[i])
			sum += gain * state[i]
			corner, gain = corner/4, gain*2
		}
		return sum
	})
}

// Music adds chords of plucked tones, two a second, snr dB below the speech.
func Music(s Sample, snr float64) Sample {
	// C, a, F and G, in semitones from A at 220 Hz.
	chords := [][]float64{{-9, 3, 7, 10}, {-12, 0, 3, 7}, {-4, -16, 0, 5}, {-2, -14, 2, 5}}
	const tonesASecond = 2
	return mix(s, snr, func(i int) float64 {
		seconds := float64(i) / float64(s.Rate)
		beat := math.Floor(seconds * tonesASecond)
		since := seconds - beat/tonesASecond
		sum := 0.0
		for _, semitones := range chords[int(beat)/2%len(chords)] {
			for partial := 1.0; partial <= 4; partial++ {
				hertz := 220 * math.Pow(2, semitones/12) * partial
				sum += math.Sin(2*math.Pi*hertz*since) * math.Exp(-3*partial*since) / partial
			}
		}
		return sum
	})
}

// mix adds a signal at a level of snr dB below the speech.
func mix(s Sample, snr float64, signal func(i int) float64) Sample {
	added := make([]float64, len(s.Samples))
	power := 0.0
	for i := range added {
		added[i] = signal(i)
		power += added[i] * added[i]
	}
	power /= float64(max(1, len(added)))
	gain := math.Sqrt(speechPower(s) / power * math.Pow(10, -snr/10))
	out := make([]int16, len(s.Samples))
	for i, v := range s.Samples {
		out[i] = rounded(float64(v) + gain*added[i])
	}
	s.Samples = out
	return s
}

// speechPower is the mean square where words are.
func speechPower(s Sample) float64 {
	sum, n := 0.0, 0
	for _, w := range s.Words {
		sum += energy(s.Samples[w.Start:w.End]) * float64(w.End-w.Start)
		n += int(w.End - w.Start)
	}
	return sum / float64(max(1, n))
}

func rounded(v float64) int16 {
	return int16(math.Round(min(max(v, math.MinInt16), math.MaxInt16)))
}

// Clipped amplifies by that many dB beyond what fits into the samples.
func Clipped(s Sample, gain float64) Sample {
	peak := 1.0
	for _, v := range s.Samples {
		peak = max(peak, math.Abs(float64(v)))
	}
	factor := math.MaxInt16 / peak * math.Pow(10, gain/20)
	out := make([]int16, len(s.Samples))
	for i, v := range s.Samples {
		out[i] = rounded(float64(v) * factor)
	}
	s.Samples = out
	return s
}

// Resampled is the sample at another rate.
func Resampled(s Sample, to pcm.Hz) (Sample, error) {
	r, err := resample.New(pcm.Samples(pcm.Format{Rate: s.Rate, Channels: 1}, s.Samples), to)
	if err != nil {
		return Sample{}, err
	}
	defer r.Close()
	out, err := pcm.ReadAll(r, longest*6)
	if err != nil {
		return Sample{}, err
	}
	words := make([]Word, len(s.Words))
	for i, w := range s.Words {
		words[i] = Word{
			Lo: w.Lo, Hi: w.Hi,
			Start: resample.Frames(w.Start, s.Rate, to), End: resample.Frames(w.End, s.Rate, to),
		}
	}
	s.Samples, s.Words, s.Rate = out, words, to
	return s, nil
}

// Mute is the sample's text with digital silence of the same length, and no word.
func Mute(s Sample) Sample {
	s.Samples, s.Words = make([]int16, len(s.Samples)), nil
	return s
}

// Swapped gives each sound the text of another, and no word: what an aligner is
// to refuse, or to have no confidence in.
func Swapped(samples []Sample) []Sample {
	out := make([]Sample, len(samples))
	for i, s := range samples {
		s.Text, s.Words = samples[(i+1)%len(samples)].Text, nil
		out[i] = s
	}
	return out
}
