package master

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/pcm/resample"
	"narrate/internal/pcm/wav"
)

// memory is sound as a Source.
type memory struct {
	format  pcm.Format
	samples []int16
}

func (m memory) Format() pcm.Format { return m.format }

func (m memory) Frames() int64 { return int64(len(m.samples) / m.format.Channels) }

func (m memory) Open(s pcm.Span) (pcm.Reader, error) {
	if s.Start < 0 || s.End < s.Start || s.End > m.Frames() {
		return nil, fmt.Errorf("frames %d to %d of %d", s.Start, s.End, m.Frames())
	}
	c := int64(m.format.Channels)
	return pcm.Samples(m.format, m.samples[s.Start*c:s.End*c]), nil
}

func mono(rate pcm.Hz, samples []int16) memory {
	return memory{pcm.Format{Rate: rate, Channels: 1}, samples}
}

const text = `Am Rand der Stadt steht ein Haus, das niemand mehr bewohnt. Im Herbst klappern die Läden, und wer
vorbeigeht, hört es! Früher wohnte dort ein Uhrmacher: Seine Uhren gingen alle falsch, aber alle gleich.`

const textEnglish = `The lighthouse keeper wrote one line a day. Some days it was only the weather; on others, a ship.
"Nothing to report," he wrote on the day he died. Who keeps such books? And who, in the end, reads them?`

// spoken is speech of espeak-ng at a rate, and where it lies: sentences with
// pauses of 0.6 s, and one of 2.5 s between the languages.
var spoken = sync.OnceValues(func() (memory, error) {
	const rate = 44100
	var out []int16
	for _, s := range []struct{ voice, text string }{{"de", text}, {"en", textEnglish}} {
		cmd := exec.Command("espeak-ng", "--stdin", "--stdout", "-v", s.voice)
		cmd.Stdin = bytes.NewBufferString(s.text)
		sound, err := cmd.Output()
		if err != nil {
			return memory{}, err
		}
		r, err := wav.NewReader(bytes.NewReader(sound))
		if err != nil {
			return memory{}, err
		}
		c, err := resample.New(r, rate)
		if err != nil {
			return memory{}, err
		}
		samples, err := pcm.ReadAll(c, 1<<24)
		if err != nil {
			return memory{}, err
		}
		out = append(out, samples...)
		out = append(out, make([]int16, 2.5*rate)...)
	}
	return mono(rate, out), nil
})

func speak(t testing.TB) memory {
	t.Helper()
	m, err := spoken()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mastered(t testing.TB, mix Mix, s Settings) *Programme {
	t.Helper()
	p, err := New(context.Background(), mix, s, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t testing.TB, p *Programme, span pcm.Span) []int16 {
	t.Helper()
	r, err := p.Open(span)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pcm.ReadAll(r, span.Frames())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := int64(len(out) / p.channels); got != span.Frames() {
		t.Fatalf("%d frames of %v", got, span)
	}
	return out
}

func whole(t testing.TB, p *Programme) []int16 { return read(t, p, pcm.Span{End: p.Frames()}) }

var (
	finePeak     = regexp.MustCompile(`lavfi\.r128\.true_peaks_ch[01]=(-?[0-9.]+|-?inf)`)
	fineLoudness = regexp.MustCompile(`lavfi\.r128\.I=(-?[0-9.]+|-?inf|nan)`)
)

// ebur128 is what ffmpeg measures: loudness in LUFS and true peak in dBTP.
func ebur128(t *testing.T, f pcm.Format, samples []int16) (lufs, peak float64) {
	t.Helper()
	var in, out, stderr bytes.Buffer
	if err := binary.Write(&in, binary.LittleEndian, samples); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("ffmpeg", "-hide_banner", "-nostats", "-f", "s16le", "-ar", strconv.Itoa(int(f.Rate)), "-ac", strconv.Itoa(f.Channels), "-i", "pipe:0",
		"-af", "ebur128=peak=true:metadata=1:framelog=verbose,ametadata=print:file=-", "-f", "null", "-")
	c.Stdin, c.Stdout, c.Stderr = &in, &out, &stderr
	if err := c.Run(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, stderr.String())
	}
	peak = 0
	found := finePeak.FindAllStringSubmatch(out.String(), -1)
	if found == nil {
		t.Fatalf("no peak: %s", stderr.String())
	}
	for _, m := range found {
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		peak = max(peak, v)
	}
	loud := fineLoudness.FindAllStringSubmatch(out.String(), -1)
	if lufs, err := strconv.ParseFloat(loud[len(loud)-1][1], 64); err == nil {
		return lufs, 20 * math.Log10(peak)
	}
	return math.Inf(-1), 20 * math.Log10(peak)
}

// piece of music: chords with hard attacks in two channels, that differ.
func music(rate pcm.Hz, seconds float64, seed uint64) memory {
	random := rand.New(rand.NewPCG(seed, 7))
	n := int(seconds * float64(rate))
	sum := [2][]float64{make([]float64, n), make([]float64, n)}
	for at := 0; at < n; at += int(0.25 * float64(rate)) {
		for range 3 {
			hertz, pan := 110*math.Pow(2, float64(random.IntN(36))/12), random.Float64()
			for i := at; i < min(n, at+int(rate)); i++ {
				x := float64(i-at) / float64(rate)
				v := math.Exp(-4*x) * (math.Sin(2*math.Pi*hertz*x) + 0.4*math.Sin(4*math.Pi*hertz*x))
				sum[0][i] += v * pan
				sum[1][i] += v * (1 - pan)
			}
		}
		for i := at; i < min(n, at+int(rate)/50); i++ { // a drum
			v := random.NormFloat64() * 0.5 * math.Exp(-float64(i-at)/float64(rate)*200)
			sum[0][i] += v
			sum[1][i] += v
		}
	}
	out := make([]int16, 2*n)
	for i := range n {
		for c := range 2 {
			out[2*i+c] = int16(max(-32768, min(32767, math.Round(6000*sum[c][i]))))
		}
	}
	return memory{pcm.Format{Rate: rate, Channels: 2}, out}
}

// TestLevel: loudness and true peak by ffmpeg's meter.
func TestLevel(t *testing.T) {
	speech := speak(t)
	speech.samples = speech.samples[6*44100 : 20*44100] // the end of the German and the beginning of the English
	const rate = 44100
	f := speech.format
	seconds := func(n float64) int64 { return int64(n * rate) }
	clipped := func(in []int16, db float64) []int16 {
		return must(pcm.ReadAll(pcm.Amplify(pcm.Samples(f, in), pcm.Decibels(db)), 1<<24))
	}
	square := make([]int16, seconds(6))
	for i := range square {
		square[i] = 12000
		if i/50%2 == 0 {
			square[i] = -12000
		}
	}
	impulses := make([]int16, seconds(6))
	for i := range impulses {
		if i%9000 == 4000 {
			impulses[i] = 32767
		}
	}
	quiet := must(pcm.ReadAll(pcm.Amplify(pcm.Samples(f, speech.samples), pcm.Decibels(-39)), 1<<24))
	low := func(rate pcm.Hz) memory {
		r := must(resample.New(pcm.Samples(f, speech.samples), rate))
		return mono(rate, must(pcm.ReadAll(r, 1<<24)))
	}
	silence := func(n int64) memory { return mono(rate, make([]int16, n)) }
	song := music(rate, 12, 1)
	for _, c := range []struct {
		name     string
		mix      Mix
		settings Settings
		// missed is how far below the level it may stay: where the ceiling
		// forbids it.
		missed float64
	}{
		{"speech", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}, 0},
		{"speech from both sides", Mix{Speech: speech, Channels: 2}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}, 0},
		{"speech high-passed and declicked", Mix{Speech: speech, Spoken: []pcm.Span{{Start: 0, End: seconds(3)}}, Channels: 1}, Settings{Unit: LUFS, Level: -18, Ceiling: -2, HighPass: 80, Declick: 220}, 0},
		{"loud speech", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -14.5, Ceiling: -1}, 0},
		{"too loud speech", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -10, Ceiling: -1}, 4},
		{"soft speech", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -30, Ceiling: -1}, 0},
		{"speech at 22.05 kHz", Mix{Speech: low(22050), Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}, 0},
		{"speech at 48 kHz", Mix{Speech: low(48000), Channels: 1}, Settings{Unit: LUFS, Level: -15, Ceiling: -1}, 0},
		{"speech at 8 kHz", Mix{Speech: low(8000), Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}, 0},
		{"very quiet speech", Mix{Speech: mono(rate, quiet), Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}, 0},
		{"clipped speech", Mix{Speech: mono(rate, clipped(speech.samples, 12)), Channels: 1}, Settings{Unit: LUFS, Level: -15.5, Ceiling: -5}, 0},
		{"music", Mix{Speech: silence(seconds(12)), Tracks: []Track{{Source: song, At: pcm.Span{End: seconds(12)}}}, Channels: 2}, Settings{Unit: LUFS, Level: -14, Ceiling: -1}, 0},
		{"music folded down", Mix{Speech: silence(seconds(12)), Tracks: []Track{{Source: song, At: pcm.Span{End: seconds(12)}}}, Channels: 1}, Settings{Unit: LUFS, Level: -14, Ceiling: -1}, 0},
		{"music that would clip", Mix{Speech: speech, Tracks: []Track{{Source: song, At: pcm.Span{End: seconds(12)}, Gain: 10}}, Channels: 2}, Settings{Unit: LUFS, Level: -14, Ceiling: -1}, 0},
		{"noise", Mix{Speech: mono(rate, pcmtest.Noise(f, 3, 0.2, seconds(6))), Channels: 1}, Settings{Unit: LUFS, Level: -5, Ceiling: -1}, 1.4},
		{"loud noise", Mix{Speech: mono(rate, pcmtest.Noise(f, 3, 1, seconds(6))), Channels: 1}, Settings{Unit: LUFS, Level: -14, Ceiling: -10}, 1.4},
		{"square wave", Mix{Speech: mono(rate, square), Channels: 1}, Settings{Unit: LUFS, Level: -2, Ceiling: -1}, 1.5},
		{"impulses", Mix{Speech: mono(rate, impulses), Channels: 1}, Settings{Unit: LUFS, Level: -20, Ceiling: -1}, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			p := mastered(t, c.mix, c.settings)
			took := time.Since(began)
			lufs, peak := ebur128(t, p.Format(), whole(t, p))
			r := p.Report()
			t.Logf("%.2f LUFS, %.2f dBTP, %v; before %+v, after %+v, gain %.2f, %+v, off %.2f", lufs, peak, took, r.Before, r.After, r.Gain, r.Reduction, r.Off)
			if lufs > c.settings.Level+0.1 || lufs < c.settings.Level-0.1-c.missed {
				t.Errorf("%.2f LUFS, want %g", lufs, c.settings.Level)
			}
			if peak > c.settings.Ceiling+0.05 {
				t.Errorf("a true peak of %.2f dBTP, ceiling %g", peak, c.settings.Ceiling)
			}
			if math.Abs(r.After.Loudness-lufs) > 0.1 || math.Abs(r.After.TruePeak-peak) > 0.3 {
				t.Errorf("reported as %.2f LUFS, %.2f dBTP", r.After.Loudness, r.After.TruePeak)
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func programmes(t *testing.T) map[string]*Programme {
	speech := speak(t)
	speech.samples = speech.samples[2*44100 : 9*44100]
	n := speech.Frames()
	song := music(44100, 3, 2)
	tracks := []Track{
		{Source: song, At: pcm.Span{Start: 1000, End: n - 777}, Loop: true, Gain: -12, FadeIn: 44100, FadeOut: 88200, Duck: 12},
		{Source: mono(44100, pcmtest.Noise(speech.format, 1, 0.3, 50000)), At: pcm.Span{Start: 200000, End: n}, FadeOut: 1000},
	}
	spans := []pcm.Span{{Start: 100, End: 60000}, {Start: 65000, End: 90000}, {Start: 180000, End: 250000}, {Start: 250000, End: 250500}}
	return map[string]*Programme{
		"plain":     mastered(t, Mix{Speech: speech, Channels: 1}, Settings{}),
		"two sides": mastered(t, Mix{Speech: speech, Channels: 2}, Settings{}),
		"mixed":     mastered(t, Mix{Speech: speech, Spoken: spans, Tracks: tracks, Channels: 2}, Settings{}),
		"limited":   mastered(t, Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -12, Ceiling: -1}),
		"all":       mastered(t, Mix{Speech: speech, Spoken: spans, Tracks: tracks, Channels: 2}, Settings{Unit: LUFS, Level: -12, Ceiling: -1, HighPass: 80, Declick: 200}),
		"all mono":  mastered(t, Mix{Speech: speech, Spoken: spans, Tracks: tracks, Channels: 1}, Settings{Unit: RMS, Level: -16, Ceiling: -3, HighPass: 50, Declick: 200}),
	}
}

// TestAnywhere: readers that begin anywhere, many at once, give the samples of
// one that reads it all.
func TestAnywhere(t *testing.T) {
	for name, p := range programmes(t) {
		t.Run(name, func(t *testing.T) {
			want := pcmtest.CheckReader(t, func() pcm.Reader { return must(p.Open(pcm.Span{End: p.Frames()})) }, p.Frames())
			random := rand.New(rand.NewPCG(1, 2))
			var wait sync.WaitGroup
			for range 8 {
				var spans []pcm.Span
				for range 16 {
					start := random.Int64N(p.Frames() + 1)
					end := min(p.Frames(), start+random.Int64N([]int64{300, 5000, 60000}[random.IntN(3)]))
					spans = append(spans, pcm.Span{Start: start, End: end})
				}
				spans = append(spans, pcm.Span{}, pcm.Span{Start: p.Frames(), End: p.Frames()}, pcm.Span{Start: p.Frames() - 1, End: p.Frames()}, pcm.Span{End: 1})
				wait.Go(func() {
					for _, s := range spans {
						r, err := p.Open(s)
						if err != nil {
							t.Error(err)
							return
						}
						got, err := pcm.ReadAll(r, s.Frames())
						if err != nil {
							t.Errorf("%v: %v", s, err)
							return
						}
						if err := r.Close(); err != nil {
							t.Error(err)
						}
						part := want[s.Start*int64(p.channels) : s.End*int64(p.channels)]
						if !slices.Equal(got, part) {
							t.Errorf("frames %v differ from a reading of all", s)
						}
					}
				})
			}
			wait.Wait()
		})
	}
}

// TestBounds: peaks are looked for in few places, and none is missed.
func TestBounds(t *testing.T) {
	const rate = 44100
	f := pcm.Format{Rate: rate, Channels: 1}
	speech := speak(t).samples
	for name, sound := range map[string][]int16{
		"speech": speech[:8*rate],
		"noise":  pcmtest.Noise(f, 3, 0.9, rate),
		"high":   pcmtest.Tone(f, 19876, 0.7, rate),
		"low":    pcmtest.Tone(f, 100, 0.7, rate),
	} {
		needs := func() (all []int64) {
			l := newLimiter(rate)
			for _, limit := range []float64{3000, 18000, 23000} {
				p := l.start(0, limit)
				mix := make([]float64, 2*edge+chunk+(l.margin()+2)*l.group)
				for at := 0; at < len(sound); at += chunk {
					for i := range mix {
						mix[i] = 0
						if n := at + i - edge; n >= 0 && n < len(sound) {
							mix[i] = float64(sound[n])
						}
					}
					p.run([][]float64{mix}, int64(at))
					all = append(all, p.reduction...)
					p.advance()
				}
			}
			return all
		}
		got := needs()
		before := straight
		straight = 1e100
		want := needs()
		straight = before
		if !slices.Equal(got, want) {
			t.Errorf("%s: other reductions than where all peaks are looked at", name)
		}
	}
}
