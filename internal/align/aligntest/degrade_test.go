package aligntest

import (
	"math"
	"slices"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
)

// tone is a sample of one word, a tone between silences.
func tone() Sample {
	f := pcm.Format{Rate: 16000, Channels: 1}
	return Sample{
		Text: "La", Rate: f.Rate,
		Samples: slices.Concat(pcmtest.Silence(f, 4000), pcmtest.Tone(f, 440, 0.1, 16000), pcmtest.Silence(f, 4000)),
		Words:   []Word{{0, 2, 4000, 20000}},
	}
}

func TestAddedAtItsLevel(t *testing.T) {
	s := tone()
	for name, spoil := range map[string]func(Sample, float64) Sample{"white": White, "pink": Pink, "music": Music} {
		for _, snr := range []float64{20, 0} {
			spoilt := spoil(s, snr)
			added := make([]int16, len(s.Samples))
			for i := range added {
				added[i] = spoilt.Samples[i] - s.Samples[i]
			}
			got := 10 * math.Log10(speechPower(s)/energy(added))
			if math.Abs(got-snr) > 0.1 {
				t.Errorf("%s: %.2f dB below the speech, want %g", name, got, snr)
			}
			if !slices.Equal(spoilt.Samples, spoil(s, snr).Samples) {
				t.Errorf("%s is not the same each time", name)
			}
		}
	}
}

// octave is the power of a signal from a quarter to half of the half of its rate,
// after so many halvings of the rate.
func octave(signal []float64, halvings int) float64 {
	for range halvings {
		var half []float64
		for i := 0; i+1 < len(signal); i += 2 {
			half = append(half, (signal[i]+signal[i+1])/2)
		}
		signal = half
	}
	power := 0.0
	for i := 0; i+1 < len(signal); i += 2 {
		d := (signal[i] - signal[i+1]) / 2
		power += d * d
	}
	return power / float64(len(signal)/2)
}

func TestColours(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(Sample, float64) Sample
		slope float64 // dB from an octave to the one below
	}{"white": {White, -3}, "pink": {Pink, 0}} {
		s := tone()
		s.Samples = slices.Concat(s.Samples, make([]int16, 1<<16))
		spoilt := c.spoil(s, 0).Samples[len(tone().Samples):]
		signal := make([]float64, len(spoilt))
		for i, v := range spoilt {
			signal[i] = float64(v)
		}
		for n := range 6 {
			got := 10 * math.Log10(octave(signal, n+1)/octave(signal, n))
			if math.Abs(got-c.slope) > 1.2 {
				t.Errorf("%s: %.1f dB from octave %d to the one below, want %g", name, got, n, c.slope)
			}
		}
	}
}

func TestClippedAndResampled(t *testing.T) {
	s := tone()
	full := 0
	for _, v := range Clipped(s, 6).Samples {
		if v == math.MaxInt16 || v == math.MinInt16 {
			full++
		}
	}
	// A sine is above half of its peak for two thirds of the time.
	if share := float64(full) / 16000; share < 0.64 || share > 0.69 {
		t.Errorf("%.2f of the tone is clipped", share)
	}
	for _, rate := range []pcm.Hz{8000, 22050, 48000} {
		r, err := Resampled(s, rate)
		if err != nil {
			t.Fatal(err)
		}
		w := r.Words[0]
		if r.Rate != rate || len(r.Samples) != 24000*int(rate)/16000 || w.Start != (int64(rate)+2)/4 || w.End != (5*int64(rate)+2)/4 {
			t.Errorf("at %d Hz %d frames with %+v", rate, len(r.Samples), w)
		}
	}
	if s.Words[0].Start != 4000 || s.Samples[5001] == 0 {
		t.Error("the sample itself was changed")
	}
}

func TestWithoutTruth(t *testing.T) {
	a, b := tone(), tone()
	b.Text = "Lo"
	swapped := Swapped([]Sample{a, b})
	if swapped[0].Text != "Lo" || swapped[1].Text != "La" || swapped[0].Words != nil || !slices.Equal(swapped[0].Samples, a.Samples) {
		t.Errorf("%+v", swapped)
	}
	if m := Mute(a); energy(m.Samples) != 0 || len(m.Samples) != len(a.Samples) || m.Words != nil || energy(a.Samples) == 0 {
		t.Error("not silent")
	}
}
