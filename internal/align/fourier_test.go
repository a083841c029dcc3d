package align

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// TestPower holds the transform against its definition.
func TestPower(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, value := range map[string]func(i int) float64{
		"noise":   func(int) float64 { return 2*random.Float64() - 1 },
		"impulse": func(i int) float64 { return map[int]float64{37: 1}[i] },
		"level":   func(int) float64 { return 1 },
		"tone":    func(i int) float64 { return math.Sin(2 * math.Pi * 40.3 * float64(i) / points) },
	} {
		var x [points]float32
		for i := range x {
			x[i] = float32(value(i))
		}
		var got [points/2 + 1]float32
		newSpectrum().power(&got, &x)
		loudest := 0.0
		var want [points/2 + 1]float64
		for k := range want {
			sum := complex(0, 0)
			for i, v := range x {
				sum += complex(float64(v), 0) * cmplx.Rect(1, -2*math.Pi*float64(i*k%points)/points)
			}
			want[k] = real(sum)*real(sum) + imag(sum)*imag(sum)
			loudest = max(loudest, want[k])
		}
		for k := range want {
			if math.Abs(float64(got[k])-want[k]) > 1e-6*loudest {
				t.Fatalf("%s: bin %d is %g, want %g", name, k, got[k], want[k])
			}
		}
	}
}

func BenchmarkPower(b *testing.B) {
	var x [points]float32
	for i := range x {
		x[i] = float32(i * 7919 % 101)
	}
	var p [points/2 + 1]float32
	s := newSpectrum()
	for b.Loop() {
		s.power(&p, &x)
	}
}
