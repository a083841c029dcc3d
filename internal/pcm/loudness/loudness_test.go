package loudness

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/wav"
)

// TestCoefficients: at 48 kHz the filters are those of the Recommendation
// (BS.1770-4, annex 1, tables 1 and 2).
func TestCoefficients(t *testing.T) {
	shelf, pass := weighting(48000)
	for i, pair := range [][2]float64{
		{shelf.b0, 1.53512485958697},
		{shelf.b1, -2.69169618940638},
		{shelf.b2, 1.19839281085285},
		{shelf.a1, -1.69065929318241},
		{shelf.a2, 0.73248077421585},
		{pass.b0, 1},
		{pass.b1, -2},
		{pass.b2, 1},
		{pass.a1, -1.99004745483398},
		{pass.a2, 0.99007225036621},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-8 {
			t.Errorf("coefficient %d is %.14f, want %.14f", i, pair[0], pair[1])
		}
	}
}

// sine is so many seconds of 997 Hz with an amplitude in dBFS.
func sine(rate pcm.Hz, seconds, db float64) []int16 {
	out := make([]int16, int(seconds*float64(rate)))
	amplitude := 32768 * math.Pow(10, db/20)
	for i := range out {
		out[i] = int16(math.Round(min(32767, amplitude*math.Sin(2*math.Pi*997*float64(i)/float64(rate)))))
	}
	return out
}

// speechlike is noise in syllables and pauses of many levels.
func speechlike(rate pcm.Hz, seconds float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 1))
	var out []int16
	low := 0.0
	for float64(len(out)) < seconds*float64(rate) {
		length := int((0.05 + 0.4*random.Float64()) * float64(rate))
		level := math.Pow(10, -2.5*random.Float64()) * 20000
		if random.IntN(4) == 0 {
			level = 0
		}
		for range length {
			low += 0.2 * (random.NormFloat64()/3 - low)
			out = append(out, int16(max(-32768, min(32767, level*(low+0.2*random.NormFloat64())))))
		}
	}
	return out
}

func measure(t *testing.T, rate pcm.Hz, parts ...[]int16) (float64, bool) {
	t.Helper()
	m, err := NewMeter(rate)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		m.Write(p)
	}
	return m.Integrated()
}

// TestSines: the Recommendation's own example and the minimum requirements
// signals of EBU Tech 3341 (cases 1 to 5), for one channel: 3 LU less than the
// two of there.
func TestSines(t *testing.T) {
	const rate = 48000
	tests := []struct {
		name  string
		parts [][]int16
		want  float64
	}{
		{"full scale in one channel", [][]int16{sine(rate, 20, 0)}, -3.01},
		{"case 1", [][]int16{sine(rate, 20, -23)}, -26.01},
		{"case 2", [][]int16{sine(rate, 20, -33)}, -36.01},
		{"case 3", [][]int16{sine(rate, 10, -36), sine(rate, 60, -23), sine(rate, 10, -36)}, -26.01},
		{"case 4", [][]int16{sine(rate, 10, -72), sine(rate, 10, -36), sine(rate, 60, -23), sine(rate, 10, -36), sine(rate, 10, -72)}, -26.01},
		{"case 5", [][]int16{sine(rate, 20, -26), sine(rate, 20.1, -20), sine(rate, 20, -26)}, -26.01},
	}
	for _, test := range tests {
		if got, ok := measure(t, rate, test.parts...); !ok || math.Abs(got-test.want) > 0.1 {
			t.Errorf("%s: %.2f LUFS, want %.2f", test.name, got, test.want)
		}
	}
}

func TestNothingToMeasure(t *testing.T) {
	for name, samples := range map[string][]int16{
		"nothing": nil, "silence": make([]int16, 48000), "399 ms": sine(48000, 0.399, -6), "below the gate": sine(48000, 5, -75),
	} {
		if got, ok := measure(t, 48000, samples); ok {
			t.Errorf("%s: %g LUFS", name, got)
		}
	}
	if got, ok := measure(t, 48000, sine(48000, 0.4, -20)); !ok || math.Abs(got - -23.01) > 0.3 {
		t.Errorf("400 ms: %g LUFS, %v", got, ok)
	}
	if _, err := NewMeter(1000); err == nil {
		t.Error("a rate of 1 kHz is taken")
	}
	m, err := NewMeter(8000)
	if err != nil {
		t.Fatal(err)
	}
	m.Write([]int16{3, math.MinInt16, 7})
	if m.Peak() != 32768 {
		t.Errorf("peak %d", m.Peak())
	}
}

var integrated = regexp.MustCompile(`(?s)Integrated loudness:\s+I:\s+(-?[0-9.]+) LUFS`)

// TestAgainstFFmpeg measures the same files as ffmpeg's ebur128, at every rate
// that programmes have.
func TestAgainstFFmpeg(t *testing.T) {
	for i, rate := range []pcm.Hz{8000, 16000, 22050, 24000, 44100, 48000} {
		samples := speechlike(rate, 20, uint64(i))
		got, ok := measure(t, rate, samples)
		if !ok {
			t.Fatalf("%d Hz: nothing to measure", rate)
		}
		want := ffmpeg(t, rate, samples)
		t.Logf("%d Hz: %.2f LUFS, ffmpeg %.1f", rate, got, want)
		if math.Abs(got-want) > 0.1 {
			t.Errorf("%d Hz: %.2f LUFS, ffmpeg %.1f", rate, got, want)
		}
	}
}

func ffmpeg(t *testing.T, rate pcm.Hz, samples []int16) float64 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.wav")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := wav.NewWriter(f, pcm.Format{Rate: rate, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(samples); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c := exec.Command("ffmpeg", "-hide_banner", "-nostats", "-i", path, "-filter_complex", "ebur128", "-f", "null", "-")
	c.Stderr = &stderr
	if err := c.Run(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, stderr.String())
	}
	// It may build its filters more than once: the last summary is that of all.
	found := integrated.FindAllStringSubmatch(stderr.String(), -1)
	if found == nil {
		t.Fatalf("ffmpeg tells no loudness: %s", stderr.String())
	}
	v, err := strconv.ParseFloat(found[len(found)-1][1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func BenchmarkMeter(b *testing.B) {
	const rate = 22050
	samples := speechlike(rate, 60, 1)
	b.SetBytes(int64(2 * len(samples)))
	for b.Loop() {
		m, err := NewMeter(rate)
		if err != nil {
			b.Fatal(err)
		}
		m.Write(samples)
		m.Integrated()
	}
}
