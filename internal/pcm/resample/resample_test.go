package resample

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
)

func convert(t testing.TB, f pcm.Format, to pcm.Hz, samples []int16) []int16 {
	t.Helper()
	r, err := New(pcm.Samples(f, samples), to)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pcm.ReadAll(r, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fit finds by least squares the sine of a frequency (in cycles a frame) in
// the middle of the samples: amplitude, phase at frame 0, and the RMS of the
// rest.
func fit(samples []int16, frequency float64) (amplitude, phase, rest float64) {
	edge := len(samples) / 8
	var ss, sc, cc, xs, xc, xx float64
	for i := edge; i < len(samples)-edge; i++ {
		s, c := math.Sincos(2 * math.Pi * frequency * float64(i))
		x := float64(samples[i])
		ss, sc, cc, xs, xc, xx = ss+s*s, sc+s*c, cc+c*c, xs+x*s, xc+x*c, xx+x*x
	}
	det := ss*cc - sc*sc
	a, b := (xs*cc-xc*sc)/det, (xc*ss-xs*sc)/det
	n := float64(len(samples) - 2*edge)
	return math.Hypot(a, b), math.Atan2(b, a), math.Sqrt(max(0, xx-a*xs-b*xc) / n)
}

func decibels20(ratio float64) float64 { return 20 * math.Log10(ratio) }

var pairs = [][2]pcm.Hz{
	{22050, 44100},
	{24000, 44100},
	{48000, 22050},
	{44100, 22050},
	{16000, 22050},
	{8000, 48000},
	{22050, 44101},
	{44101, 22050}, // by interpolation between phases
}

// In the pass band a tone keeps its level and place, and all else in the
// output (images, aliases, noise) is far below it.
func TestPassBand(t *testing.T) {
	const amplitude = 0.9
	for _, pair := range pairs {
		from, to := pair[0], pair[1]
		f := pcm.Format{Rate: from, Channels: 1}
		lower := float64(min(from, to)) / 2
		ripple, worst := 0.0, -200.0
		for _, part := range []float64{0.011, 0.1, 0.37, 0.61, 0.81, 0.88, 0.9} {
			hertz := part * lower
			out := convert(t, f, to, pcmtest.Tone(f, hertz, amplitude, 6000))
			level, phase, rest := fit(out, hertz/float64(to))
			gain := decibels20(level / (32767 * amplitude))
			ripple = max(ripple, math.Abs(gain))
			worst = max(worst, decibels20(rest*math.Sqrt2/level))
			// A thousandth of the shortest period here is far below a frame.
			if math.Abs(phase) > 2*math.Pi*1e-3 {
				t.Errorf("%d to %d: a tone of %.0f Hz is shifted by %.4f periods", from, to, hertz, phase/(2*math.Pi))
			}
		}
		t.Logf("%d to %d: ripple %.4f dB, all else at %.1f dB", from, to, ripple, worst)
		if ripple > 0.1 {
			t.Errorf("%d to %d: ripple of %.3f dB", from, to, ripple)
		}
		if worst > -80 {
			t.Errorf("%d to %d: images, aliases and noise at %.1f dB", from, to, worst)
		}
	}
}

// What lies beyond the new Nyquist frequency must not come back as an alias.
func TestStopBand(t *testing.T) {
	const amplitude = 0.9
	for _, pair := range pairs {
		from, to := pair[0], pair[1]
		if to > from {
			continue
		}
		f := pcm.Format{Rate: from, Channels: 1}
		worst := -200.0
		low, high := float64(to)/2, float64(from)/2
		for i := range 16 {
			hertz := low*1.005 + (high*0.999-low*1.005)*float64(i*i)/(15*15)
			out := convert(t, f, to, pcmtest.Tone(f, hertz, amplitude, 6000))
			edge, sum := len(out)/8, 0.0
			for _, x := range out[edge : len(out)-edge] {
				sum += float64(x) * float64(x)
			}
			rms := math.Sqrt(sum / float64(len(out)-2*edge))
			worst = max(worst, decibels20(rms*math.Sqrt2/(32767*amplitude)))
		}
		t.Logf("%d to %d: aliases at %.1f dB", from, to, worst)
		if worst > -80 {
			t.Errorf("%d to %d: aliases at %.1f dB", from, to, worst)
		}
	}
}

func TestLength(t *testing.T) {
	for _, pair := range append(pairs[:3:3], [2]pcm.Hz{768000, 12000}, [2]pcm.Hz{1, 48000}, [2]pcm.Hz{64, 1}, [2]pcm.Hz{767999, 22050}) {
		for _, channels := range []int{1, 3} {
			f := pcm.Format{Rate: pair[0], Channels: channels}
			for _, n := range []int64{0, 1, 2, 4500} {
				if pair[1]/pair[0] > 1000 {
					n = min(n, 2)
				}
				want := Frames(n, pair[0], pair[1])
				samples := pcmtest.Noise(f, 1, 1, n)
				out := pcmtest.CheckReader(t, func() pcm.Reader {
					r, err := New(pcm.Samples(f, samples), pair[1])
					if err != nil {
						t.Fatal(err)
					}
					if r.Format() != (pcm.Format{Rate: pair[1], Channels: channels}) {
						t.Fatalf("format %v", r.Format())
					}
					return r
				}, want)
				// Each channel is what it would be alone.
				one := make([]int16, 0, n)
				for i := channels - 1; i < len(samples); i += channels {
					one = append(one, samples[i])
				}
				alone := convert(t, pcm.Format{Rate: pair[0], Channels: 1}, pair[1], one)
				for i, x := range alone {
					if out[i*channels+channels-1] != x {
						t.Fatalf("%v of %d channels: frame %d differs", pair, channels, i)
					}
				}
			}
		}
	}
}

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		n        int64
		from, to pcm.Hz
		want     int64
	}{
		{0, 22050, 44100, 0},
		{1, 44100, 22050, 1}, // a half goes up
		{3, 44100, 22050, 2},
		{1, 48000, 22050, 0},
		{math.MaxInt64 / 8, 24000, 48000, math.MaxInt64 / 8 * 2},
	} {
		if got := Frames(c.n, c.from, c.to); got != c.want {
			t.Errorf("Frames(%d, %d, %d) = %d, want %d", c.n, c.from, c.to, got, c.want)
		}
	}
	for n := int64(1); n < 1<<45; n = n*3 + 1 {
		want := big.NewInt(2 * n)
		want.Mul(want, big.NewInt(44100)).Add(want, big.NewInt(24000)).Div(want, big.NewInt(48000))
		if got := Frames(n, 24000, 44100); got != want.Int64() {
			t.Errorf("Frames(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestSame(t *testing.T) {
	r := pcm.Silence(pcm.Format{Rate: 22050, Channels: 1}, 9)
	if got, err := New(r, 22050); err != nil || got != r {
		t.Errorf("%v, %v", got, err)
	}
}

// A constant, full-scale signals and the steps between them stay in range.
func TestExtremes(t *testing.T) {
	for _, pair := range pairs {
		f := pcm.Format{Rate: pair[0], Channels: 1}
		for _, level := range []int16{math.MaxInt16, math.MinInt16, 1} {
			in := make([]int16, 1000)
			for i := range in {
				in[i] = level
			}
			out := convert(t, f, pair[1], in)
			for i, x := range out[len(out)/4 : len(out)*3/4] {
				if x != level {
					t.Fatalf("%v: a constant %d becomes %d at %d", pair, level, x, i)
				}
			}
		}
		in := make([]int16, 4000)
		for i := range in {
			in[i] = math.MaxInt16
			if i/50%2 == 0 {
				in[i] = math.MinInt16
			}
		}
		out := convert(t, f, pair[1], in)
		for i := 1; i < len(out); i++ {
			at := float64(i) * float64(pair[0]) / float64(pair[1])
			if inside := math.Mod(at, 50); inside > 20 && inside < 30 && (out[i] > 0) != (int(at)/50%2 == 1) {
				t.Fatalf("%v: a square wave is %d at frame %d", pair, out[i], i)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		f  pcm.Format
		to pcm.Hz
	}{
		{pcm.Format{Rate: 22050, Channels: 1}, 0},
		{pcm.Format{Rate: 22050, Channels: 1}, -1},
		{pcm.Format{Rate: 22050, Channels: 1}, 768001},
		{pcm.Format{Rate: 0, Channels: 1}, 22050},
		{pcm.Format{Rate: 768001, Channels: 1}, 22050},
		{pcm.Format{Rate: 22050, Channels: 0}, 44100},
		{pcm.Format{Rate: 22050, Channels: 1}, 100},
	} {
		if _, err := New(pcm.Samples(c.f, nil), c.to); err == nil {
			t.Errorf("%v to %d is accepted", c.f, c.to)
		}
	}
	f := pcm.Format{Rate: 22050, Channels: 2}
	broken := errors.New("broken")
	src := &failing{Reader: pcm.Silence(f, 9000), err: broken}
	r, err := New(src, 44100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pcm.ReadAll(r, 1<<40); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if n, err := r.Read(make([]int16, 2)); n != 0 || !errors.Is(err, broken) {
		t.Errorf("after the error: %d, %v", n, err)
	}
	if err := r.Close(); err != nil || !src.closed {
		t.Errorf("Close: %v, source closed: %v", err, src.closed)
	}
	if n, err := r.Read(make([]int16, 1)); n != 0 || err == nil {
		t.Errorf("half a frame: %d, %v", n, err)
	}
}

type failing struct {
	pcm.Reader
	err    error
	closed bool
}

func (f *failing) Read(dst []int16) (int, error) {
	n, err := f.Reader.Read(dst)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

func (f *failing) Close() error { f.closed = true; return f.Reader.Close() }

// The exact table and the interpolated one agree.
func TestInterpolation(t *testing.T) {
	exact := newTable(24000, 44100)
	between := newTable(24000, 44100)
	between.exact = false
	between.phases = newTable(22050, 44101).phases // a wider filter at the same relative cut-off
	if newTable(22050, 44101).exact || !exact.exact {
		t.Fatal("the tables are not of the kinds wanted")
	}
	var x []float64
	for _, s := range pcmtest.Noise(pcm.Format{Rate: 1, Channels: 1}, 2, 0.5, int64(2*exact.half)) {
		x = append(x, float64(s))
	}
	for p := range exact.up {
		if a, b := exact.sample(x, p), between.sample(x, p); a-b > 1 || b-a > 1 {
			t.Errorf("phase %d: %d and %d", p, a, b)
		}
	}
}

// The samples are the same on every platform.
func TestGolden(t *testing.T) {
	f := pcm.Format{Rate: 48000, Channels: 1}
	out := convert(t, f, 22050, pcmtest.Noise(f, 3, 1, 200))
	if want := []int16{-4551, -3736, 2393, 4962, 26194, 12999, 1322, 2856, 650, 16838}; !slices.Equal(out[40:50], want) {
		t.Errorf("%v, want %v", out[40:50], want)
	}
}

func BenchmarkResample(b *testing.B) {
	for _, pair := range pairs {
		f := pcm.Format{Rate: pair[0], Channels: 1}
		in := pcmtest.Noise(f, 1, 0.5, int64(pair[0])*60)
		b.Run(fmt.Sprintf("%d-%d", pair[0], pair[1]), func(b *testing.B) {
			for b.Loop() {
				r, err := New(pcm.Samples(f, in), pair[1])
				if err != nil {
					b.Fatal(err)
				}
				buf := make([]int16, 4096)
				for err == nil {
					_, err = r.Read(buf)
				}
			}
			b.ReportMetric(60*float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
		})
	}
}

func BenchmarkTable(b *testing.B) {
	for b.Loop() {
		newTable(24000, 44100)
	}
}
