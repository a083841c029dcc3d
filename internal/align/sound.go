package align

import (
	"fmt"
	"math"
	"slices"

	"narrate/internal/pcm"
	"narrate/internal/pcm/resample"
)

// How sound is looked at: by the cepstral coefficients of a mel filter bank,
// as speech recognisers do (Davis and Mermelstein 1980).
const (
	// fastest is the rate above which nothing is looked at: sound is brought down
	// to halved.
	fastest = 24000 // Hz
	halved  = 16000

	window  = 0.025 // seconds, if the transform is not shorter
	bands   = 26
	lowest  = 80.0   // Hz, of the bands
	highest = 7600.0 // Hz, or what the slower of two sounds has
	// coefficients are those of a step, dimension is with their slopes.
	coefficients = 13
	dimension    = 2 * coefficients
	slopeSteps   = 2 // to either side
	slopeWeight  = 1.2
	// emphasised is the corner, in Hz, of the filter that flattens the fall of the
	// voice's spectrum.
	emphasised = 77.0
	// deepest is how far below its loudest step a band is looked at, as a natural
	// logarithm: 35 dB. What is lower is noise, whose logarithm would count for more
	// than speech. Where there is more noise, what noisest of the steps do not pass
	// by more than aboveNoise, 3 dB, is noise as well.
	deepest    = 35 * math.Ln10 / 10
	noisest    = 0.03
	aboveNoise = 3 * math.Ln10 / 10
	// faintest is how far below speech anything counts as sound: 60 dB.
	faintest = 60 * math.Ln10 / 10
)

// A step is silent up to quiet of the way from the noise to the loudest, and
// speech from loud on.
const (
	quiet = 0.1
	loud  = 0.3
)

// sound is mono sound at a rate that is looked at.
type sound struct {
	samples []int16
	rate    pcm.Hz
}

// lookedRate is the rate at which sound is looked at.
func lookedRate(rate pcm.Hz) pcm.Hz {
	if rate > fastest {
		return halved
	}
	return rate
}

// looked brings mono sound to a rate that is looked at.
func looked(samples []int16, from pcm.Hz) (sound, error) {
	if from <= fastest {
		return sound{samples, from}, nil
	}
	r, err := resample.New(pcm.Samples(pcm.Format{Rate: from, Channels: 1}, samples), halved)
	if err != nil {
		return sound{}, fmt.Errorf("align: %w", err)
	}
	samples, err = pcm.ReadAll(r, resample.Frames(int64(len(samples)), from, halved)+1)
	return sound{samples, halved}, err
}

// steps is how many there are at so many samples each; the middle of step i is
// at sample i*hop.
func (s sound) steps(hop float64) int { return int(float64(len(s.samples))/hop) + 1 }

func (s sound) emphasis() float64 { return math.Exp(-2 * math.Pi * emphasised / float64(s.rate)) }

// spoken counts the steps of speech.
func spoken(loudness []float32) int {
	n := 0
	for _, l := range loudness {
		if l > loud {
			n++
		}
	}
	return n
}

// analyser turns sound of one rate into coefficients. It is for one goroutine.
type analyser struct {
	spectrum *spectrum
	hann     []float32
	slopes   [bands + 1]slope
	weight   [bands]float64 // in loudness: half of the emphasis is taken back, or noise would count for too much
}

// slope is what lies between the middles of two bands: its first bin, and how
// much of each bin from there on belongs to the upper band; the rest belongs to
// the lower one.
type slope struct {
	first int
	upper []float32
}

// newAnalyser makes one for bands up to top.
func newAnalyser(rate pcm.Hz, top float64) *analyser {
	n := min(int(window*float64(rate)), points)
	a := &analyser{spectrum: newSpectrum(), hann: make([]float32, n)}
	for i := range a.hann {
		a.hann[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(n)))
	}
	mel := func(hz float64) float64 { return 1127 * math.Log1p(hz/700) }
	low, high := mel(lowest), mel(top)
	at := func(k int) float64 { return low + (high-low)*float64(k)/(bands+1) }
	for b := range a.weight {
		a.weight[b] = 1 / math.Expm1(at(b+1)/1127)
	}
	for i := range a.slopes {
		left, right := at(i), at(i+1)
		for bin := range points/2 + 1 {
			m := mel(float64(bin) * float64(rate) / points)
			if m < left || m >= right {
				continue
			}
			if a.slopes[i].upper == nil {
				a.slopes[i].first = bin
			}
			a.slopes[i].upper = append(a.slopes[i].upper, float32((m-left)/(right-left)))
		}
	}
	return a
}

var cosines = func() (table [coefficients][bands]float32) {
	for c := range table {
		for b := range table[c] {
			table[c][b] = float32(math.Cos(math.Pi * float64(c) * (float64(b) + 0.5) / bands))
		}
	}
	return table
}()

// energies gives the logarithm of each band's energy, a row a step.
func (a *analyser) energies(s sound, hop float64) []float32 {
	n, emphasis := s.steps(hop), float32(s.emphasis())
	energies := make([]float32, n*bands)
	half := len(a.hann) / 2
	// The emphasised samples, with what the first and the last window have beyond.
	flat := make([]float32, int(float64(n-1)*hop+0.5)+len(a.hann)+1)
	for i := 1; i < min(len(s.samples), len(flat)-half); i++ {
		flat[half+i] = float32(s.samples[i]) - emphasis*float32(s.samples[i-1])
	}
	var x [points]float32
	var power [points/2 + 1]float32
	for i := range n {
		from := int(float64(i)*hop + 0.5)
		part := flat[from : from+len(a.hann)]
		for k, w := range a.hann {
			x[k] = w * part[k]
		}
		a.spectrum.power(&power, &x)
		row := energies[i*bands : (i+1)*bands]
		for b := range row {
			row[b] = 1 // of the last bit, so that silence has a logarithm
		}
		for i := range a.slopes {
			s := &a.slopes[i]
			all, upper := float32(0), float32(0)
			for k, p := range power[s.first : s.first+len(s.upper)] {
				all += p
				upper += s.upper[k] * p
			}
			if i < bands {
				row[i] += upper
			}
			if i > 0 {
				row[i-1] += all - upper
			}
		}
		for b, e := range row {
			row[b] = float32(math.Log(float64(e)))
		}
	}
	return energies
}

// depths says how far below its loudest step each band is more than noise.
func depths(energies []float32) (depth [bands]float32) {
	n := len(energies) / bands
	column := make([]float32, n)
	for b := range depth {
		for i := range column {
			column[i] = energies[i*bands+b]
		}
		top := slices.Max(column)
		noise := smallest(column, int(noisest*float64(n))) + aboveNoise
		depth[b] = max(aboveNoise, min(deepest, top-noise))
	}
	return depth
}

// smallest gives the number that is at place k in ascending order, by Hoare's
// selection (Algorithm 65, 1961), which reorders them.
func smallest(of []float32, k int) float32 {
	for len(of) > 1 {
		middle := of[len(of)/2]
		i, j := 0, len(of)-1
		for i <= j {
			for of[i] < middle {
				i++
			}
			for of[j] > middle {
				j--
			}
			if i <= j {
				of[i], of[j] = of[j], of[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			of = of[:j+1]
		case k >= i:
			of, k = of[i:], k-i
		default:
			return of[k]
		}
	}
	return of[0]
}

// deepen raises what is deeper than so far below the loudest step of each band,
// and says of each step how loud it is, from 0 at the level of the noise to 1 at
// that of speech.
func (a *analyser) deepen(energies []float32, depth [bands]float32) (loudness []float32) {
	var top [bands]float32
	for i, e := range energies {
		top[i%bands] = max(top[i%bands], e)
	}
	loudness = make([]float32, len(energies)/bands)
	for i := range loudness {
		row, sum := energies[i*bands:(i+1)*bands], 0.0
		for b, e := range row {
			sum += math.Exp(float64(e)) * a.weight[b]
			row[b] = max(e, top[b]-depth[b])
		}
		loudness[i] = float32(math.Log(sum))
	}
	levels := slices.Clone(loudness)
	high := smallest(levels, len(levels)*9/10)
	low := max(smallest(levels, len(levels)/50), high-faintest)
	for i, l := range loudness {
		// The lower fifth of the way is noise yet, the upper third speech already.
		loudness[i] = min(1, max(0, (l-low)/max(1e-3, high-low)*2-0.4))
	}
	return loudness
}

// stretched are the rows at so many times as many steps, or less.
func stretched(energies []float32, times float64) []float32 {
	n := len(energies) / bands
	m := int(float64(n-1)*times) + 1
	out := make([]float32, 0, m*bands)
	for i := range m {
		at := float64(i) / times
		lo := min(int(at), n-1)
		hi, part := min(lo+1, n-1), float32(at-float64(lo))
		for b := range bands {
			x, y := energies[lo*bands+b], energies[hi*bands+b]
			out = append(out, x+part*(y-x))
		}
	}
	return out
}

// cepstra gives a row of coefficients a step. The bands are moved up by so many,
// as a shorter vocal tract would have them.
func cepstra(energies []float32, up float64) []float32 {
	n := len(energies) / bands
	out := make([]float32, n*coefficients)
	var moved [bands]float32
	for i := range n {
		row := energies[i*bands : (i+1)*bands]
		for b := range moved {
			at := math.Max(0, math.Min(bands-1, float64(b)-up))
			lo := min(int(at), bands-2)
			part := float32(at - float64(lo))
			moved[b] = row[lo] + part*(row[lo+1]-row[lo])
		}
		for c := range coefficients {
			sum := float32(0)
			for b, e := range moved {
				sum += e * cosines[c][b]
			}
			out[i*coefficients+c] = sum
		}
	}
	return out
}

// normalise brings each coefficient to mean 0 and deviation 1 over the steps of
// speech, which takes the microphone and much of the voice out of them.
func normalise(cepstra, loudness []float32) {
	var mean, square [coefficients]float64
	n := 0.0
	for i, l := range loudness {
		if l > loud {
			for c, v := range cepstra[i*coefficients : (i+1)*coefficients] {
				mean[c] += float64(v)
				square[c] += float64(v) * float64(v)
			}
			n++
		}
	}
	n = math.Max(1, n)
	for c := range mean {
		mean[c] /= n
		scale := 1 / math.Sqrt(math.Max(1e-3, square[c]/n-mean[c]*mean[c]))
		for i := c; i < len(cepstra); i += coefficients {
			cepstra[i] = (cepstra[i] - float32(mean[c])) * float32(scale)
		}
	}
}

// features gives dimension numbers a step of kept: the coefficients and their
// slopes.
func features(cepstra []float32, kept []int) []float32 {
	n := len(cepstra) / coefficients
	scale := float32(1 / math.Sqrt(2*dimension))
	out := make([]float32, 0, len(kept)*dimension)
	for _, i := range kept {
		for _, v := range cepstra[i*coefficients : (i+1)*coefficients] {
			out = append(out, v*scale)
		}
		lo, hi := max(0, i-slopeSteps)*coefficients, min(n-1, i+slopeSteps)*coefficients
		for c := range coefficients {
			out = append(out, slopeWeight*scale*(cepstra[hi+c]-cepstra[lo+c]))
		}
	}
	return out
}
