package pcm

import "math"

// Gain is a factor of loudness in 65536ths: integers, so that the samples come
// out the same on every machine.
type Gain int64

// Unity leaves sound as it is.
const Unity Gain = 1 << 16

// Decibels gives the gain of so many decibels.
func Decibels(db float64) Gain {
	return Gain(math.Round(math.Pow(10, db/20) * float64(Unity)))
}

// Sample gives a sample with the gain, rounded to nearest; what is too loud for
// 16 bits is as loud as they get.
func (g Gain) Sample(s int16) int16 {
	v := (int64(s)*int64(g) + int64(Unity)/2) >> 16
	return int16(max(math.MinInt16, min(math.MaxInt16, v)))
}

// Amplify is r with the gain. With Unity it is r itself.
func Amplify(r Reader, g Gain) Reader {
	if g == Unity {
		return r
	}
	return &amplified{r, g}
}

type amplified struct {
	Reader
	gain Gain
}

func (a *amplified) Read(dst []int16) (int, error) {
	n, err := a.Reader.Read(dst)
	for i, s := range dst[:n] {
		dst[i] = a.gain.Sample(s)
	}
	return n, err
}
