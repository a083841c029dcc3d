package align

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"

	"narrate/internal/pcm"
	"narrate/internal/pcm/resample"
)

// What is looked at. Both sounds are brought to one rate first, so that their
// features can be compared.
const (
	rate      = 16000 // Hz
	window    = 400   // samples: 25 ms
	bands     = 26
	lowest    = 80.0   // Hz, of the bands
	highest   = 7600.0 // Hz
	cepstra   = 13
	dimension = 2 * cepstra // with their slopes
	// preemphasis flattens the fall of the voice's spectrum.
	preemphasis = 0.97
	// floor is how far below the loudest of a band its level may fall: what is
	// lower is noise of no sound, and logarithms of it would count for more than
	// speech.
	floor = 1e-5
)

// spectra are the band energies of a sound, one row of bands a step.
type spectra struct {
	rows []float32 // logarithms of energies
	n    int
}

func (s *spectra) row(i int) []float32 { return s.rows[i*bands : (i+1)*bands] }

// analyser turns sound into spectra. It is for one goroutine.
type analyser struct {
	fft    *fourier.FFT
	hann   []float64
	frame  []float64
	coeffs []complex128
	// mel has, for each band, its first bin and its weights from there on.
	mel [bands]struct {
		first  int
		weight []float64
	}
	dct [cepstra][bands]float32
}

func newAnalyser() *analyser {
	a := &analyser{
		fft:    fourier.NewFFT(window),
		hann:   make([]float64, window),
		frame:  make([]float64, window),
		coeffs: make([]complex128, window/2+1),
	}
	for i := range a.hann {
		a.hann[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/window)
	}
	mel := func(hz float64) float64 { return 1127 * math.Log1p(hz/700) }
	low, high := mel(lowest), mel(highest)
	at := func(k float64) float64 { return low + (high-low)*k/(bands+1) }
	for b := range a.mel {
		left, middle, right := at(float64(b)), at(float64(b+1)), at(float64(b+2))
		for bin := range a.coeffs {
			m := mel(float64(bin) * rate / window)
			w := math.Min((m-left)/(middle-left), (right-m)/(right-middle))
			if w <= 0 {
				continue
			}
			if a.mel[b].weight == nil {
				a.mel[b].first = bin
			}
			a.mel[b].weight = append(a.mel[b].weight, w)
		}
	}
	for c := range a.dct {
		for b := range a.dct[c] {
			a.dct[c][b] = float32(math.Sqrt(2.0/bands) * math.Cos(math.Pi*float64(c)*(float64(b)+0.5)/bands))
		}
	}
	return a
}

// at16k brings mono sound to the rate of the features.
func at16k(samples []int16, from pcm.Hz) ([]int16, error) {
	if from == rate {
		return samples, nil
	}
	r, err := resample.New(pcm.Samples(pcm.Format{Rate: from, Channels: 1}, samples), rate)
	if err != nil {
		return nil, fmt.Errorf("align: %w", err)
	}
	return pcm.ReadAll(r, resample.Frames(int64(len(samples)), from, rate)+1)
}

// spectra gives the band energies of so many steps; the middle of step i is at
// sample i*hop.
func (a *analyser) spectra(samples []int16, hop float64, steps int) *spectra {
	s := &spectra{rows: make([]float32, steps*bands), n: steps}
	for i := range steps {
		lo := int(float64(i)*hop+0.5) - window/2
		for k := range a.frame {
			x := 0.0
			if at := lo + k; at > 0 && at < len(samples) {
				x = float64(samples[at]) - preemphasis*float64(samples[at-1])
			}
			a.frame[k] = x * a.hann[k]
		}
		a.fft.Coefficients(a.coeffs, a.frame)
		row := s.row(i)
		for b := range row {
			sum := 1.0 // a step of the last bit, so that silence has a logarithm
			for k, w := range a.mel[b].weight {
				c := a.coeffs[a.mel[b].first+k]
				sum += w * (real(c)*real(c) + imag(c)*imag(c))
			}
			row[b] = float32(math.Log(sum))
		}
	}
	return s
}
