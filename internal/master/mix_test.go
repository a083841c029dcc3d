package master

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/pcm/resample"
)

const testRate = 8000

func constant(value int16, frames int64) memory {
	out := make([]int16, frames)
	for i := range out {
		out[i] = value
	}
	return mono(testRate, out)
}

// TestPlain: speech that nothing is asked for is the speech, in one channel or
// two, full scale and all.
func TestPlain(t *testing.T) {
	speech := mono(testRate, pcmtest.Noise(pcm.Format{Rate: testRate, Channels: 1}, 1, 1, 20000))
	for channels := 1; channels <= 2; channels++ {
		p := mastered(t, Mix{Speech: speech, Spoken: []pcm.Span{{Start: 5, End: 20000}}, Channels: channels}, Settings{})
		out := whole(t, p)
		for i, s := range out {
			if s != speech.samples[i/channels] {
				t.Fatalf("%d channels: sample %d is %d, want %d", channels, i, s, speech.samples[i/channels])
			}
		}
		if p.Report() != (Report{}) {
			t.Errorf("report %+v", p.Report())
		}
	}
	// A declick changes its frames alone.
	p := mastered(t, Mix{Speech: speech, Spoken: []pcm.Span{{Start: 100, End: 900}, {Start: 900, End: 1000}}, Channels: 1}, Settings{Declick: 80})
	for i, s := range whole(t, p) {
		near := i >= 100 && i < 180 || i >= 820 && i < 1000
		if !near && s != speech.samples[i] {
			t.Fatalf("frame %d is %d, want %d", i, s, speech.samples[i])
		}
	}
}

// TestEnvelope: the gain of a track by hand-made values, through a programme.
func TestEnvelope(t *testing.T) {
	const n = 10 * testRate
	track := Track{Source: constant(10000, n), At: pcm.Span{Start: testRate, End: 9 * testRate}, Gain: -6.0206, FadeIn: 800, FadeOut: 1600, Duck: 20}
	spoken := []pcm.Span{{Start: 4 * testRate, End: 4*testRate + 100}, {Start: 5 * testRate, End: 5*testRate + 4000}}
	p := mastered(t, Mix{Speech: constant(0, n), Spoken: spoken, Tracks: []Track{track}, Channels: 1}, Settings{})
	out := whole(t, p)
	down, up := 2400, 6400
	cos := func(x float64) float64 { return 0.5 - 0.5*math.Cos(math.Pi*x) }
	for _, c := range []struct {
		frame int
		want  float64
	}{
		{0, 0},
		{testRate - 1, 0},
		{testRate, 5000 * cos(0.5/800)},
		{testRate + 399, 5000 * cos(399.5/800)},
		{testRate + 800, 5000},
		{4*testRate - down - 1, 5000},
		{4*testRate - down/2, 5000 * (1 - 0.9*cos(1200.5/2400))},
		{4*testRate - 1, 500},
		{4 * testRate, 500},
		{4*testRate + 2000, 500}, // a pause
		{5*testRate + 3999, 500},
		{5*testRate + 4000 + up/4, 5000 * (1 - 0.9*cos(0.75-0.5/6400))},
		{5*testRate + 4000 + up, 5000},
		{9*testRate - 1601, 5000},
		{9*testRate - 800, 5000 * cos(799.5/1600)},
		{9*testRate - 1, 5000 * cos(0.5/1600)},
		{9 * testRate, 0},
		{n - 1, 0},
	} {
		// Rounding and dither are within 1.5 steps.
		if got := float64(out[c.frame]); math.Abs(got-c.want) > 1.5 {
			t.Errorf("frame %d: %g, want %.2f", c.frame, got, c.want)
		}
	}
	for i, s := range out {
		if (i < testRate || i >= 9*testRate) && s != 0 {
			t.Fatalf("frame %d, outside of the track, is %d", i, s)
		}
		if i > testRate && i < 9*testRate && math.Abs(float64(s)-float64(out[i-1])) > 20 {
			t.Fatalf("a jump from %d to %d at frame %d", out[i-1], s, i)
		}
	}
}

// TestChannels: how channels are folded and spread, and that tracks add up.
func TestChannels(t *testing.T) {
	const n = 1000
	stereo := make([]int16, 2*n)
	for i := range n {
		stereo[2*i], stereo[2*i+1] = 3000, -1000
	}
	tracks := []Track{
		{Source: memory{pcm.Format{Rate: testRate, Channels: 2}, stereo}, At: pcm.Span{End: n}},
		{Source: constant(70, n), At: pcm.Span{End: n}},
		{Source: constant(7, 100), At: pcm.Span{Start: 500, End: n}}, // shorter than its place
	}
	for channels, want := range [][]int16{1: {1570}, 2: {3570, -430}} {
		if want == nil {
			continue
		}
		p := mastered(t, Mix{Speech: constant(500, n), Tracks: tracks, Channels: channels}, Settings{})
		for i, s := range whole(t, p) {
			w := want[i%channels]
			if frame := i / channels; frame >= 500 && frame < 600 {
				w += 7
			}
			if s != w {
				t.Fatalf("%d channels: sample %d is %d, want %d", channels, i, s, w)
			}
		}
	}
	// What is too loud without a limiter is as loud as it gets.
	p := mastered(t, Mix{Speech: constant(20000, n), Tracks: []Track{{Source: constant(20000, n), At: pcm.Span{End: n}, Gain: 100}}, Channels: 1}, Settings{})
	if out := whole(t, p); slices.Min(out) != math.MaxInt16 {
		t.Errorf("too loud: %d", slices.Min(out))
	}
}

// TestLoop: each round begins under the end of the one before, at equal power.
func TestLoop(t *testing.T) {
	const length, cross = 2000, 400
	ramp := make([]int16, length)
	for i := range ramp {
		ramp[i] = int16(i + 1000)
	}
	const n = 10*length + 37
	p := mastered(t, Mix{Speech: constant(0, n), Tracks: []Track{{Source: mono(testRate, ramp), At: pcm.Span{Start: 11, End: n}, Loop: true}}, Channels: 1}, Settings{})
	for i, s := range whole(t, p) {
		at := i - 11
		want := 0.0
		if at >= 0 {
			round, offset := at/(length-cross), at%(length-cross)
			want = float64(ramp[offset])
			if round > 0 && offset < cross {
				x := (float64(offset) + 0.5) / cross * math.Pi / 2
				want = want*math.Sin(x) + float64(ramp[offset+length-cross])*math.Cos(x)
			}
		}
		if math.Abs(float64(s)-want) > 1.5 {
			t.Fatalf("frame %d is %d, want %.1f", i, s, want)
		}
	}
	// A sine that does not fit a whole number of times: no sample may jump by
	// more than the sine itself does, at equal power 1.42 times.
	tone := mono(44100, pcmtest.Tone(pcm.Format{Rate: 44100, Channels: 1}, 220.3, 0.3, 44100))
	p = mastered(t, Mix{Speech: mono(44100, make([]int16, 5*44100)), Tracks: []Track{{Source: tone, At: pcm.Span{End: 5 * 44100}, Loop: true}}, Channels: 1}, Settings{})
	slope := 1.42*0.3*32768*2*math.Pi*220.3/44100 + 40
	out := whole(t, p)
	for i := range out[1:] {
		if d := math.Abs(float64(out[i+1]) - float64(out[i])); d > slope {
			t.Fatalf("a jump of %g at frame %d", d, i)
		}
	}
}

// TestDuckLevel measures music under and beside speech.
func TestDuckLevel(t *testing.T) {
	const rate, n = 44100, 12 * 44100
	song := music(rate, 5, 3)
	spoken := []pcm.Span{{Start: 4 * rate, End: 6 * rate}, {Start: 7 * rate, End: 8 * rate}}
	level := func(duck float64, from, to int64) float64 {
		p := mastered(t, Mix{Speech: mono(rate, make([]int16, n)), Spoken: spoken, Tracks: []Track{{Source: song, At: pcm.Span{End: n}, Loop: true, Duck: duck}}, Channels: 2}, Settings{})
		sum := 0.0
		for _, s := range read(t, p, pcm.Span{Start: from, End: to}) {
			sum += float64(s) * float64(s)
		}
		return 10 * math.Log10(sum)
	}
	for _, c := range []struct {
		from, to int64
		want     float64
	}{
		{0, 3.7 * rate, 0},
		{4 * rate, 8 * rate, -14},
		{6 * rate, 7 * rate, -14}, // a short pause
		{8.8 * rate, n, 0},
	} {
		if got := level(14, c.from, c.to) - level(0, c.from, c.to); math.Abs(got-c.want) > 0.05 {
			t.Errorf("frames %d to %d: %.2f dB, want %g", c.from, c.to, got, c.want)
		}
	}
}

// TestDeclick: a joint in the middle of a wave jumps; faded, it does not.
func TestDeclick(t *testing.T) {
	const rate, n = 44100, 44100
	f := pcm.Format{Rate: rate, Channels: 1}
	a := pcmtest.Tone(f, 150, 0.5, n+73) // cut off near its crest
	speech := mono(rate, slices.Concat(a, make([]int16, 2000), a))
	spoken := []pcm.Span{{End: n + 73}, {Start: n + 2073, End: speech.Frames()}}
	for _, declick := range []int64{0, 220} {
		for _, corner := range []float64{0, 80} {
			p := mastered(t, Mix{Speech: speech, Spoken: spoken, Channels: 1}, Settings{Declick: declick, HighPass: corner})
			out, most := whole(t, p), 0.0
			for i := range out[1:] {
				most = max(most, math.Abs(float64(out[i+1])-float64(out[i])))
			}
			// The wave itself climbs by 350 a frame, the fade adds half that.
			if clicks := most > 550; clicks != (declick == 0) {
				t.Errorf("declick of %d, high pass of %g: a jump of %.0f", declick, corner, most)
			}
			if declick > 0 && (out[0] > 10 || out[n+72] > 20 || out[len(out)-1] > 20) && corner == 0 {
				t.Errorf("the ends are %d, %d, %d", out[0], out[n+72], out[len(out)-1])
			}
		}
	}
}

// TestHighPass: the response of a Butterworth filter of the fourth order, which
// is 1/sqrt(1+(corner/f)^8), over the seams of its grid.
func TestHighPass(t *testing.T) {
	const rate, corner = 44100, 80.0
	f := pcm.Format{Rate: rate, Channels: 1}
	for _, hertz := range []float64{20, 40, 80, 120, 160, 1000, 8000} {
		p := mastered(t, Mix{Speech: mono(rate, pcmtest.Tone(f, hertz, 0.5, 4*rate)), Channels: 1}, Settings{HighPass: corner})
		sum := 0.0
		for _, s := range read(t, p, pcm.Span{Start: rate / 2, End: 4 * rate}) {
			sum += float64(s) * float64(s)
		}
		got := 10*math.Log10(sum/3.5/rate) - 20*math.Log10(16383.5/math.Sqrt2)
		want := -10 * math.Log10(1+math.Pow(corner/hertz, 8))
		if math.Abs(got-want) > 0.1 {
			t.Errorf("%g Hz: %.2f dB, want %.2f", hertz, got, want)
		}
	}
	// One that does run through, in one go, is the same.
	noise := pcmtest.Noise(f, 9, 0.5, 3*rate)
	p := mastered(t, Mix{Speech: mono(rate, noise), Channels: 1}, Settings{HighPass: corner})
	out := make([]float64, len(noise))
	for i, s := range noise {
		out[i] = float64(s)
	}
	p.speech.pass.run(new(ringing), out)
	r := must(p.speech.open(pcm.Span{End: p.Frames()}))
	got := make([]float64, len(noise))
	if err := r.read(got); err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if math.Abs(got[i]-out[i]) > 1e-6 {
			t.Fatalf("frame %d is %g, of one block %g", i, got[i], out[i])
		}
	}
}

// TestSilence: digital silence stays so, beside sound and alone.
func TestSilence(t *testing.T) {
	speech := speak(t)
	const rate = 44100
	pause := pcm.Span{Start: 5 * rate, End: 8 * rate}
	samples := slices.Clone(speech.samples[:10*rate])
	clear(samples[pause.Start:pause.End])
	for _, s := range []Settings{{Unit: LUFS, Level: -16, Ceiling: -1}, {Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80, Declick: 100}, {HighPass: 80}} {
		for channels := 1; channels <= 2; channels++ {
			p := mastered(t, Mix{Speech: mono(rate, samples), Channels: channels}, s)
			start := pause.Start
			if s.HighPass > 0 {
				start += rate / 10 // it rings
			}
			for i, v := range read(t, p, pcm.Span{Start: start, End: pause.End}) {
				if v != 0 {
					t.Fatalf("%+v: sample %d of the pause is %d", s, i, v)
				}
			}
		}
	}
	for _, frames := range []int64{0, 1, 1000, 3 * rate} {
		p := mastered(t, Mix{Speech: mono(rate, make([]int16, frames)), Channels: 2}, Settings{Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80})
		if out := whole(t, p); pcm.Peak(out) != 0 || p.Report().Before.Measured || p.Report().Gain != 0 {
			t.Errorf("%d frames of silence: a peak of %d, %+v", frames, pcm.Peak(out), p.Report())
		}
	}
	// Less than 400 ms has no level, but a ceiling.
	p := mastered(t, Mix{Speech: mono(rate, pcmtest.Tone(pcm.Format{Rate: rate, Channels: 1}, 500, 1, rate/3)), Channels: 1}, Settings{Unit: RMS, Level: -16, Ceiling: -3})
	if r := p.Report(); r.Gain != 0 || r.Before.Measured || math.Abs(r.Reduction.Most-3) > 0.1 {
		t.Errorf("a short sound: %+v", r)
	}
}

// TestDither is of no tone and half a step: the mean of a constant between two
// steps is the constant, and the error is that of triangular dither.
func TestDither(t *testing.T) {
	const n = 200000
	p := mastered(t, Mix{Speech: constant(0, n), Tracks: []Track{{Source: constant(1000, n), At: pcm.Span{End: n}, Gain: 20 * math.Log10(0.10025)}}, Channels: 2}, Settings{})
	out := whole(t, p)
	sum, square := 0.0, 0.0
	for i, s := range out {
		d := float64(s) - 100.25
		sum, square = sum+d, square+d*d
		if i%2 == 1 && s != out[i-1] {
			t.Fatal("what is the same in two channels is dithered apart")
		}
	}
	// The variance is 2/12 of the dither and 1/12 of rounding.
	if mean, variance := sum/2/n, square/2/n; math.Abs(mean) > 0.005 || math.Abs(variance-0.25) > 0.005 {
		t.Errorf("a mean of %.4f, a variance of %.4f", mean, variance)
	}
}

// TestReduction: what the limiter takes off is reported, and too much named.
func TestReduction(t *testing.T) {
	const rate = 44100
	f := pcm.Format{Rate: rate, Channels: 1}
	// Loud for a quarter of the time.
	speech := mono(rate, slices.Concat(pcmtest.Tone(f, 440, 0.1, 9*rate), pcmtest.Tone(f, 440, 0.8, 3*rate)))
	p := mastered(t, Mix{Speech: speech, Channels: 1}, Settings{Unit: RMS, Level: -10, Ceiling: -6})
	r := p.Report()
	t.Logf("%+v", r)
	// After the loud quarter nothing follows; before it the attack is 2 ms.
	if s := r.Reduction; math.Abs(s.Limited-0.25) > 0.001 || math.Abs(s.Above01-0.25) > 0.001 || s.Above3 > 0.26 || s.Above6 > s.Above3 || s.Most < s.Mean {
		t.Errorf("%+v", s)
	}
	want := 20*math.Log10(0.8) + r.Gain + 6
	if math.Abs(r.Reduction.Most-want) > 0.1 || math.Abs(r.Reduction.Mean-want) > 0.1 {
		t.Errorf("up to %.2f dB, a mean of %.2f, want %.2f", r.Reduction.Most, r.Reduction.Mean, want)
	}
	if r.Heavy() != (want > heavy) {
		t.Errorf("heavy: %v", r.Heavy())
	}
}

// TestSameOfAllJobs: neither samples nor the report depend on the jobs; and a
// long programme takes little more than two passes.
func TestSameOfAllJobs(t *testing.T) {
	speech := speak(t)
	short := must(pcm.ReadAll(must(resample.New(pcm.Samples(speech.format, speech.samples), testRate)), 1<<24))
	var long []int16
	for minutes := 13 * 60 * testRate; len(long) < minutes; {
		long = append(long, short...)
	}
	mix, settings := Mix{Speech: mono(testRate, long), Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 70}
	var first *Programme
	for _, jobs := range []int{1, 3} {
		last := int64(0)
		p, err := New(context.Background(), mix, settings, jobs, func(frames int64) {
			if frames < last {
				t.Errorf("%d frames after %d", frames, last)
			}
			last = frames
		})
		if err != nil {
			t.Fatal(err)
		}
		passes := float64(last) / float64(p.Frames())
		t.Logf("%.2f passes, off by %.3f", passes, p.Report().Off)
		if passes < 2.2 || passes > 2.8 || math.Abs(p.Report().Off) > near {
			t.Errorf("%.2f passes, off by %.3f", passes, p.Report().Off)
		}
		if first == nil {
			first = p
		} else if p.Report() != first.Report() || p.loud != first.loud {
			t.Errorf("%d jobs: %+v, %+v", jobs, p.Report(), first.Report())
		}
	}
}

// broken fails after so many frames, or ends.
type broken struct {
	memory
	after int64
	err   error
}

func (b broken) Open(s pcm.Span) (pcm.Reader, error) {
	if s.Start >= b.after {
		return nil, b.err
	}
	r, err := b.memory.Open(pcm.Span{Start: s.Start, End: min(s.End, b.after)})
	return &brokenReader{r, s.End > b.after, b.err}, err
}

type brokenReader struct {
	pcm.Reader
	fails bool
	err   error
}

func (b *brokenReader) Read(dst []int16) (int, error) {
	n, err := b.Reader.Read(dst)
	if errors.Is(err, io.EOF) && b.fails {
		return 0, b.err
	}
	return n, err
}

func TestBroken(t *testing.T) {
	speech := speak(t)
	failure := errors.New("the disk is gone")
	n := speech.Frames()
	for _, s := range []Settings{{Unit: LUFS, Level: -16, Ceiling: -1}, {Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80}} {
		if _, err := New(context.Background(), Mix{Speech: broken{speech, 100000, failure}, Channels: 1}, s, 2, nil); !errors.Is(err, failure) {
			t.Errorf("error %v", err)
		}
		if _, err := New(context.Background(), Mix{Speech: broken{speech, 100000, io.EOF}, Channels: 1}, s, 2, nil); !errors.Is(err, pcm.ErrShort) {
			t.Errorf("error %v of speech that ends early", err)
		}
		track := Track{Source: broken{speech, 50000, failure}, At: pcm.Span{Start: 10, End: n}}
		if _, err := New(context.Background(), Mix{Speech: speech, Tracks: []Track{track}, Channels: 1}, s, 2, nil); !errors.Is(err, failure) {
			t.Errorf("error %v", err)
		}
	}
	p := mastered(t, Mix{Speech: broken{speech, 100000, failure}, Channels: 2}, Settings{})
	r := must(p.Open(pcm.Span{Start: 90000, End: n}))
	buf := make([]int16, 1000)
	var err error
	for range 1000 {
		if _, err = r.Read(buf); err != nil {
			break
		}
	}
	_, again := r.Read(buf)
	if !errors.Is(err, failure) || !errors.Is(again, failure) || errors.Is(err, io.EOF) {
		t.Errorf("errors %v, %v", err, again)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	speech := speak(t)
	for speech.Frames() < 3*60*44100 {
		speech.samples = append(slices.Clip(speech.samples), speech.samples...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := New(ctx, Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}, 2, func(int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// counting counts what is open.
type counting struct {
	memory
	open *int
}

func (c counting) Open(s pcm.Span) (pcm.Reader, error) {
	r, err := c.memory.Open(s)
	*c.open++
	return &countingReader{r, c.open}, err
}

type countingReader struct {
	pcm.Reader
	open *int
}

func (c *countingReader) Close() error {
	*c.open--
	return c.Reader.Close()
}

// TestClose: nothing stays open, and a closed reader says so.
func TestClose(t *testing.T) {
	open := 0
	speech := counting{speak(t), &open}
	n := speech.Frames()
	tracks := []Track{{Source: counting{music(44100, 1, 1), &open}, At: pcm.Span{End: n}, Loop: true}}
	p, err := New(context.Background(), Mix{Speech: speech, Tracks: tracks, Channels: 2}, Settings{Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80}, 1, nil)
	if err != nil || open != 0 {
		t.Fatalf("%v, %d readers are open", err, open)
	}
	for _, reads := range []int{0, 1, 30, 100000} {
		r := must(p.Open(pcm.Span{Start: 3, End: n - 5}))
		buf := make([]int16, 4096)
		for range reads {
			if _, err := r.Read(buf); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
		if got, err := r.Read(buf); got != 0 || err == nil || errors.Is(err, io.EOF) {
			t.Errorf("a closed reader gives %d, %v", got, err)
		}
		if open != 0 {
			t.Errorf("%d readers are open after %d reads", open, reads)
		}
	}
	for _, s := range []pcm.Span{{Start: -1, End: 4}, {Start: 5, End: 4}, {End: n + 1}} {
		if _, err := p.Open(s); err == nil {
			t.Errorf("%v is opened", s)
		}
	}
	if _, err := must(p.Open(pcm.Span{End: 1})).Read(make([]int16, 1)); err == nil {
		t.Error("half a frame is read")
	}
}

func TestRefused(t *testing.T) {
	const n = 10000
	speech, music := constant(1, n), memory{pcm.Format{Rate: testRate, Channels: 2}, make([]int16, 2*n)}
	at := pcm.Span{End: n}
	nan := math.NaN()
	for i, c := range []struct {
		mix      Mix
		settings Settings
		want     string
	}{
		{Mix{Channels: 1}, Settings{}, "without speech"},
		{Mix{Speech: music, Channels: 1}, Settings{}, "speech of 2 channels"},
		{Mix{Speech: speech, Channels: 3}, Settings{}, "programme of 3 channels"},
		{Mix{Speech: mono(0, nil), Channels: 1}, Settings{}, "rate of 0"},
		{Mix{Speech: speech, Channels: 1, Spoken: []pcm.Span{{Start: 1, End: n + 1}}}, Settings{}, "are spoken"},
		{Mix{Speech: speech, Channels: 1, Spoken: []pcm.Span{{Start: 10, End: 20}, {Start: 19, End: 30}}}, Settings{}, "are spoken"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{At: at}}}, Settings{}, "track 1: it has no sound"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: music, At: at}, {Source: mono(44100, make([]int16, 10)), At: at}}}, Settings{}, "track 2: its rate is 44100 Hz"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: memory{pcm.Format{Rate: testRate, Channels: 3}, nil}, At: at}}}, Settings{}, "3 channels"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: music, At: pcm.Span{Start: -1, End: 5}}}}, Settings{}, "from frame -1"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: music, At: pcm.Span{Start: 1, End: n + 5}}}}, Settings{}, "to 10005"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: music, At: at, FadeOut: -1}}}, Settings{}, "fades of 0 and -1"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: music, At: at, Gain: nan}}}, Settings{}, "gain of NaN"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: music, At: at, Duck: -1}}}, Settings{}, "lowered by -1 dB"},
		{Mix{Speech: speech, Channels: 1, Tracks: []Track{{Source: constant(1, 799), At: at, Loop: true}}}, Settings{}, "want 100ms or more"},
		{Mix{Speech: speech, Channels: 1}, Settings{Unit: 9}, "unit 9"},
		{Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: 3}, "level of 3"},
		{Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: nan}, "level of NaN"},
		{Mix{Speech: speech, Channels: 1}, Settings{Unit: RMS, Level: -20, Ceiling: 1}, "ceiling of 1 dBTP"},
		{Mix{Speech: speech, Channels: 1}, Settings{HighPass: 3000}, "high pass of 3000"},
		{Mix{Speech: speech, Channels: 1}, Settings{HighPass: -1}, "high pass of -1"},
		{Mix{Speech: speech, Channels: 1}, Settings{Declick: -1}, "declick of -1"},
	} {
		if _, err := New(context.Background(), c.mix, c.settings, 1, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("case %d: %v, want %q", i, fmt.Sprint(err), c.want)
		}
	}
}
