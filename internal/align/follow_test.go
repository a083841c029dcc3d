package align

import (
	"context"
	"errors"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"narrate/internal/align/aligntest"
	"narrate/internal/pcm"
	"narrate/internal/tts/espeak"
)

// programme is a recording that is put together, and where its sentences truly
// begin.
type programme struct {
	aligntest.Sample
	starts map[int]int64 // by sentence
}

func (p *programme) Format() pcm.Format { return pcm.Format{Rate: p.Rate, Channels: 1} }
func (p *programme) Frames() int64      { return int64(len(p.Samples)) }
func (p *programme) Open(s pcm.Span) (pcm.Reader, error) {
	return pcm.Samples(p.Format(), p.Samples[s.Start:s.End]), nil
}

func (p *programme) pause(seconds float64) {
	p.Samples = append(p.Samples, make([]int16, int(seconds*float64(p.Rate)))...)
}

// music is of the level of speech.
func (p *programme) music(seconds float64) {
	n := int64(seconds * float64(p.Rate))
	loud := aligntest.Sample{Rate: p.Rate, Samples: slices.Repeat([]int16{2000}, int(n)), Words: []aligntest.Word{{End: n}}}
	for _, v := range aligntest.Music(loud, 0).Samples {
		p.Samples = append(p.Samples, v-2000)
	}
}

// say appends a sentence, which is the i-th of the text; -1 for none of it.
func (p *programme) say(s aligntest.Sample, i int) {
	at := int64(len(p.Samples))
	for _, w := range s.Words {
		w.Start, w.End = w.Start+at, w.End+at
		p.Words = append(p.Words, w)
	}
	if i >= 0 {
		p.starts[i] = at + s.Words[0].Start
	}
	p.Samples = append(p.Samples, s.Samples...)
	p.pause(0.3)
}

const skipped, again = 5, 8

// talk is a programme: music, a title that the text lacks, the sentences but
// one, one of them twice, and music.
func talk(samples []aligntest.Sample, times int) (*programme, int) {
	p := &programme{aligntest.Sample{Rate: samples[0].Rate}, map[int]int64{}}
	text := samples[:len(samples)-1]
	p.music(8)
	p.pause(0.5)
	p.say(samples[len(text)], -1)
	p.pause(0.8)
	for i := range times * len(text) {
		switch s := text[i%len(text)]; i % len(text) {
		case skipped:
		case again:
			p.say(s, i)
			p.say(s, i)
		default:
			p.say(s, i)
		}
	}
	p.music(8)
	return p, times * len(text)
}

// spokenBy gives sentences as Flite speaks them, and the references of each.
func spokenBy(t testing.TB, voice string, n int) ([]aligntest.Sample, []Reference) {
	texts, err := aligntest.Sentences("en")
	if err != nil {
		t.Fatal(err)
	}
	texts = aligntest.Some(texts, n)
	samples, err := aligntest.Flite(t.Context(), voice, texts)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := espeak.New(espeak.Options{Worker: []string{exe}})
	defer b.Close()
	spoken, err := aligntest.Marked(t.Context(), b, aligntest.EspeakVoices("en")[0], texts)
	if err != nil {
		t.Fatal(err)
	}
	refs := make([]Reference, len(spoken))
	for i, s := range spoken {
		refs[i] = Reference{Samples: s.Samples, Rate: s.Rate}
		for _, w := range s.Words {
			refs[i].Words = append(refs[i].Words, Word{Lo: w.Lo, Hi: w.Hi, Start: w.Start})
		}
	}
	return samples, refs
}

func follow(t testing.TB, sound pcm.Source, refs []Reference, sentences, jobs int) *Course {
	f := Following{
		Sound: sound, Sentences: sentences, Jobs: jobs,
		Reference: func(_ context.Context, i int) (Reference, error) { return refs[i%len(refs)], nil },
	}
	course, err := f.Follow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return course
}

// errors gives how far the starts of sentences are from the truth, in
// milliseconds, ascending, and how many were not found.
func (p *programme) errors(course *Course) (off []float64, missing int) {
	for i, place := range course.Places {
		switch start, read := p.starts[i]; {
		case read && place.Found:
			off = append(off, math.Abs(float64(place.Span.Start-start))*1000/float64(p.Rate))
		case read:
			missing++
		}
	}
	slices.Sort(off)
	return off, missing
}

func TestFollow(t *testing.T) {
	samples, refs := spokenBy(t, "rms", 14)
	clean, n := talk(samples, 1)
	refs = refs[:n]
	spoilt := func(s aligntest.Sample) *programme { return &programme{s, clean.starts} }
	slow, err := aligntest.Resampled(clean.Sample, 8000)
	if err != nil {
		t.Fatal(err)
	}
	telephone := &programme{slow, map[int]int64{}}
	for i, start := range clean.starts {
		telephone.starts[i] = start * 8000 / int64(clean.Rate)
	}
	for name, test := range map[string]struct {
		p       *programme
		within  float64 // ms
		missing int     // at most
	}{
		"clean":     {clean, 50, 0},
		"clipped":   {spoilt(aligntest.Clipped(clean.Sample, 10)), 50, 0},
		"telephone": {telephone, 50, 0},
		"noise":     {spoilt(aligntest.Pink(clean.Sample, 20)), 150, 2},
		"white":     {spoilt(aligntest.White(clean.Sample, 20)), 250, 4},
	} {
		t.Run(name, func(t *testing.T) {
			course := follow(t, test.p, refs, n, 2)
			if name == "telephone" && !reflect.DeepEqual(course, follow(t, test.p, refs, n, 5)) {
				t.Error("the number of jobs changes what is found")
			}
			off, missing := test.p.errors(course)
			if missing > test.missing || course.Places[skipped].Found {
				t.Errorf("%d sentences were not found; the one that was not read: %v", missing, course.Places[skipped].Found)
			}
			if len(off) == 0 {
				t.Fatal("nothing is found")
			}
			if worst := off[len(off)-1]; worst > test.within {
				t.Errorf("a sentence starts %.0f ms off, want %.0f", worst, test.within)
			}
			if got := course.Places[again].Others; test.missing == 0 && (len(got) != 1 || got[0].End > course.Places[again].Span.Start) {
				t.Errorf("a sentence was read twice, and heard again at %v", got)
			}
			free := int64(0)
			for i, p := range course.Places {
				if !p.Found {
					continue
				}
				if p.Span.Start < free || p.Span.End <= p.Span.Start || p.Span.End > test.p.Frames() || p.Words[0].Start != p.Span.Start {
					t.Errorf("sentence %d lies at %v, where %d is free", i, p.Span, free)
				}
				free = p.Span.End
			}
			// The music before, with the title, and that after.
			if got := course.Strange; len(got) < 2 || len(got) > 2+test.missing || got[0].Start != 0 || got[len(got)-1].End != test.p.Frames() {
				t.Errorf("what is no sentence: %v", got)
			}
		})
	}
}

// TestFollowNothing has sound in which nothing is to be found.
func TestFollowNothing(t *testing.T) {
	samples, refs := spokenBy(t, "rms", 14)
	other, _ := talk(samples[6:], 1)
	silent := &programme{aligntest.Mute(other.Sample), nil}
	for name, p := range map[string]*programme{"another text": other, "silence": silent, "no sound": {aligntest.Sample{Rate: 22050}, nil}} {
		for i, place := range follow(t, p, refs[:6], 6, 2).Places {
			if place.Found {
				t.Errorf("%s: sentence %d was found at %v with %.2f", name, i, place.Span, place.Confidence)
			}
		}
	}
	if course := follow(t, other, []Reference{{}}, 3, 1); course.Places[0].Found || len(course.Places) != 3 {
		t.Error("sentences without a reference were found")
	}
}

func TestFollowFails(t *testing.T) {
	samples, refs := spokenBy(t, "rms", 14)
	p, n := talk(samples, 1)
	broken := errors.New("broken")
	f := Following{Sound: p, Sentences: n, Reference: func(_ context.Context, i int) (Reference, error) {
		if i == 3 {
			return Reference{}, broken
		}
		return refs[i], nil
	}}
	if _, err := f.Follow(t.Context()); !errors.Is(err, broken) {
		t.Errorf("a reference that cannot be had: %v", err)
	}
	f.Reference = func(_ context.Context, i int) (Reference, error) {
		ref := refs[i]
		ref.Rate += pcm.Hz(i % 2)
		return ref, nil
	}
	if _, err := f.Follow(t.Context()); err == nil || !strings.Contains(err.Error(), "a reference of 22051 Hz") {
		t.Errorf("references of two rates: %v", err)
	}
	f.Reference = func(_ context.Context, i int) (Reference, error) { return refs[i], nil }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Follow(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// BenchmarkFollow follows an hour of sound, and tells how far the starts of
// sentences are off, how fast that is on one core, and what memory it takes
// beside the sound.
func BenchmarkFollow(b *testing.B) {
	samples, refs := spokenBy(b, "rms", 40)
	seconds := 0
	for _, s := range samples[:len(samples)-1] {
		seconds += len(s.Samples) / int(s.Rate)
	}
	p, n := talk(samples, 3600/seconds)
	for b.Loop() {
		runtime.GC()
		var before, most runtime.MemStats
		runtime.ReadMemStats(&before)
		var started, ended syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &started); err != nil {
			b.Fatal(err)
		}
		f := Following{
			Sound: p, Sentences: n, Jobs: 2,
			Reference: func(_ context.Context, i int) (Reference, error) { return refs[i%(len(samples)-1)], nil },
			Progress: func(int64) {
				var now runtime.MemStats
				if runtime.ReadMemStats(&now); now.HeapInuse > most.HeapInuse {
					most = now
				}
			},
		}
		course, err := f.Follow(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ended); err != nil {
			b.Fatal(err)
		}
		off, missing := p.errors(course)
		cpu := float64(ended.Utime.Nano()+ended.Stime.Nano()-started.Utime.Nano()-started.Stime.Nano()) / 1e9
		b.ReportMetric(off[len(off)-1], "ms-worst")
		b.ReportMetric(off[len(off)*95/100], "ms-95%")
		b.ReportMetric(float64(missing), "missing")
		b.ReportMetric(float64(p.Frames())/float64(p.Rate)/cpu, "x-real-time")
		b.ReportMetric((float64(most.HeapInuse)-float64(before.HeapInuse))/(1<<20), "MiB")
	}
}
