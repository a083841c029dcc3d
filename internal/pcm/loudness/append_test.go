package loudness

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"narrate/internal/pcm"
)

// memorySource is sound that is in memory.
type memorySource struct {
	format  pcm.Format
	samples []int16
}

func (s memorySource) Format() pcm.Format { return s.format }
func (s memorySource) Frames() int64      { return int64(len(s.samples) / s.format.Channels) }
func (s memorySource) Open(span pcm.Span) (pcm.Reader, error) {
	c := int64(s.format.Channels)
	return pcm.Samples(s.format, s.samples[span.Start*c:span.End*c]), nil
}

// same reports whether two meters have measured the same sound, as Append says.
func same(t *testing.T, a, b *Meter) {
	t.Helper()
	for i, pair := range [][2]float64{
		{float64(a.Frames()), float64(b.Frames())},
		{a.Peak(), b.Peak()},
		{a.TruePeak(), b.TruePeak()},
		{a.RMS(), b.RMS()},
		{a.NoiseFloor(), b.NoiseFloor()},
	} {
		if pair[0] != pair[1] {
			t.Errorf("measure %d is %v and %v", i, pair[0], pair[1])
		}
	}
	near := func(x, y float64) bool { return x == y || math.Abs(x-y) < 1e-6 }
	i, ok := a.Integrated()
	j, too := b.Integrated()
	r, hasRange := a.Range()
	q, hasToo := b.Range()
	if ok != too || !near(i, j) || hasRange != hasToo || !near(r, q) || !near(a.Momentary(), b.Momentary()) || !near(a.ShortTerm(), b.ShortTerm()) {
		t.Errorf("%v %v %v %v and %v %v %v %v", i, r, a.Momentary(), a.ShortTerm(), j, q, b.Momentary(), b.ShortTerm())
	}
	if !slices.EqualFunc(a.Series(), b.Series(), near) {
		t.Error("other series")
	}
}

// TestMeasure: the result is the same for every number of jobs, bit for bit, and
// that of one meter as far as Append says.
func TestMeasure(t *testing.T) {
	for _, test := range []struct {
		format  pcm.Format
		samples []int16
	}{
		{mono(8000), spoken(mono(8000), 95.03, 7)},
		{stereo(11025), played(stereo(11025), 61, 7)},
		{mono(22050), noise(mono(22050), 30, 7)},
		{mono(8000), noise(mono(8000), 60.25, 8)},
		{mono(8000), noise(mono(8000), 0.02, 9)},
		{mono(8000), nil},
	} {
		src := memorySource{test.format, test.samples}
		var first *Meter
		for _, jobs := range []int{1, 2, 8} {
			told := int64(0)
			m, err := Measure(t.Context(), src, jobs, func(n int64) { told += n })
			if err != nil {
				t.Fatal(err)
			}
			if told != src.Frames() {
				t.Errorf("%v: %d of %d frames are told", test.format, told, src.Frames())
			}
			if first == nil {
				first = m
				same(t, m, meter(t, test.format, test.samples))
			} else if !reflect.DeepEqual(results(m), results(first)) {
				t.Errorf("%v: %d jobs measure %v, one %v", test.format, jobs, results(m), results(first))
			}
		}
	}
}

// results are all measures, to the bit.
func results(m *Meter) []uint64 {
	i, _ := m.Integrated()
	r, _ := m.Range()
	all := []float64{i, r, m.Momentary(), m.ShortTerm(), m.TruePeak(), m.Peak(), m.RMS(), m.NoiseFloor(), float64(m.Frames())}
	var bits []uint64
	for _, v := range append(all, m.Series()...) {
		bits = append(bits, math.Float64bits(v))
	}
	return bits
}

// TestAppend joins sound that was cut at steps of many lengths, in places where
// it is loud.
func TestAppend(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i, f := range []pcm.Format{mono(8000), stereo(8000), mono(11025), stereo(16000)} {
		samples := slices.Concat(noise(f, 6, uint64(i)), spoken(f, 6, uint64(i)))
		whole := meter(t, f, samples)
		for range 3 {
			joined := meter(t, f, nil)
			step := int(joined.step) * f.Channels
			for rest := samples; len(rest) > 0; {
				n := min(len(rest), step*random.IntN(9))
				next := meter(t, f, nil)
				for part := rest[:n]; len(part) > 0; {
					some := min(len(part), (1+random.IntN(4000))*f.Channels)
					next.Write(part[:some])
					part = part[some:]
				}
				if err := joined.Append(next); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			same(t, joined, whole)
			joined.Write(samples[:3*step/2/f.Channels*f.Channels])
			more := meter(t, f, samples)
			more.Write(samples[:3*step/2/f.Channels*f.Channels])
			same(t, joined, more)
		}
	}
}

// TestAppendTruePeak: a peak between two pieces is found, and none that a piece
// alone would have where it begins loud.
func TestAppendTruePeak(t *testing.T) {
	f := mono(8000)
	samples := make([]int16, 8000)
	for i := range samples {
		fade := min(1, float64(min(i, len(samples)-1-i))/3000)
		samples[i] = int16(16384 * fade * math.Sin(math.Pi/2*float64(i)+math.Pi/4))
	}
	joined := meter(t, f, samples[:4000])
	if alone := joined.TruePeak(); alone < -5.95 {
		t.Errorf("an abrupt end has no peak: %.2f dBTP", alone)
	}
	if err := joined.Append(meter(t, f, samples[4000:])); err != nil {
		t.Fatal(err)
	}
	if got := joined.TruePeak(); math.Abs(got - -6.02) > 0.02 {
		t.Errorf("%.2f dBTP", got)
	}
}

func TestAppendRefused(t *testing.T) {
	m := meter(t, mono(8000), make([]int16, 801))
	for _, next := range []*Meter{meter(t, mono(8000), nil), meter(t, stereo(8000), nil), meter(t, mono(16000), nil)} {
		if err := m.Append(next); err == nil {
			t.Error("is appended")
		}
	}
}

// broken fails in the middle, or ends there.
type broken struct {
	memorySource
	err error
}

func (b broken) Open(span pcm.Span) (pcm.Reader, error) {
	r, err := b.memorySource.Open(span)
	if span.Start == 0 || err != nil {
		return r, err
	}
	return &failing{r, b.err}, nil
}

type failing struct {
	pcm.Reader
	err error
}

func (f *failing) Read([]int16) (int, error) { return 0, f.err }

func TestMeasureFails(t *testing.T) {
	src := memorySource{mono(4000), make([]int16, 4000*150)}
	wrong := errors.New("wrong")
	for _, test := range []struct{ given, want error }{{wrong, wrong}, {io.EOF, pcm.ErrShort}} {
		for _, jobs := range []int{1, 8} {
			if _, err := Measure(t.Context(), broken{src, test.given}, jobs, nil); !errors.Is(err, test.want) {
				t.Errorf("%d jobs: %v, want %v", jobs, err, test.want)
			}
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	if _, err := Measure(ctx, src, 2, func(int64) { cancel(stopped) }); !errors.Is(err, stopped) {
		t.Errorf("stopped: %v", err)
	}
}

// hours is long silence.
type hours struct{ frames int64 }

func (hours) Format() pcm.Format { return mono(4000) }
func (h hours) Frames() int64    { return h.frames }
func (hours) Open(span pcm.Span) (pcm.Reader, error) {
	return pcm.Silence(mono(4000), span.Frames()), nil
}

// TestMemory: an hour takes some hundreds of kilobytes, and what is being
// measured not much more.
func TestMemory(t *testing.T) {
	held := func() int64 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		return int64(now.HeapAlloc)
	}
	before, most, told := held(), int64(0), 0
	m, err := Measure(t.Context(), hours{3600 * 4000}, 8, func(int64) {
		if told++; told%20 == 0 {
			most = max(most, held()-before)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	most = max(most, held()-before)
	if t.Logf("%d bytes", most); most > 4<<20 || m.Frames() != 3600*4000 {
		t.Errorf("%d bytes of memory for %d frames", most, m.Frames())
	}
}
