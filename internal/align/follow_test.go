package align

import (
	"context"
	"errors"
	"io"
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
func talk(samples []aligntest.Sample) (*programme, int) {
	p := &programme{aligntest.Sample{Rate: samples[0].Rate}, map[int]int64{}}
	text := samples[:len(samples)-1]
	p.music(8)
	p.pause(0.5)
	p.say(samples[len(text)], -1)
	p.pause(0.8)
	for i, s := range text {
		switch i {
		case skipped:
		case again:
			p.say(s, i)
			p.say(s, i)
		default:
			p.say(s, i)
		}
	}
	p.music(8)
	return p, len(text)
}

// series is a programme so many times over, of a text of as many parts.
type series struct {
	*programme
	times int64
}

func (s series) Frames() int64 { return s.times * s.programme.Frames() }

func (s series) Open(span pcm.Span) (pcm.Reader, error) { return &serialReader{s, span}, nil }

type serialReader struct {
	series
	left pcm.Span
}

func (r *serialReader) Read(dst []int16) (int, error) {
	if r.left.Frames() == 0 {
		return 0, io.EOF
	}
	n := copy(dst[:min(int64(len(dst)), r.left.Frames())], r.Samples[r.left.Start%r.programme.Frames():])
	r.left.Start += int64(n)
	return n, nil
}

func (r *serialReader) Close() error { return nil }

// spokenBy gives sentences as Flite speaks them, and the references of each.
func spokenBy(t testing.TB, voice string, n int) ([]aligntest.Sample, []Reference) {
	texts, err := aligntest.Sentences("en")
	if err != nil {
		t.Fatal(err)
	}
	return spokenTexts(t, voice, aligntest.Some(texts, n))
}

// spokenTexts is the same of any texts.
func spokenTexts(t testing.TB, voice string, texts []string) ([]aligntest.Sample, []Reference) {
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
	marked, err := aligntest.Marked(t.Context(), b, aligntest.EspeakVoices("en")[0], texts)
	if err != nil {
		t.Fatal(err)
	}
	refs := make([]Reference, len(marked))
	for i, s := range marked {
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
	clean, n := talk(samples)
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
				if p.Span.Start < free || p.Span.End <= p.Span.Start || p.Span.End > test.p.Frames() || len(p.Words) > 0 && p.Words[0].Start != p.Span.Start {
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

// read gives the order in which sentences are read: those of each span in turn.
func read(spans ...[2]int) (order []int) {
	for _, s := range spans {
		for i := s[0]; i < s[1]; i++ {
			order = append(order, i)
		}
	}
	return order
}

// TestFollowAstray has recordings that leave the text, at length.
func TestFollowAstray(t *testing.T) {
	const text, all = 60, 72 // the sentences from text on are of another text
	samples, refs := spokenBy(t, "kal16", all)
	for name, test := range map[string]struct {
		order   []int
		strange [][2]int // the readings, by number, from which to which is no sentence of the text
		again   []int
	}{
		"skip":         {order: read([2]int{0, 20}, [2]int{45, text})},
		"middle":       {order: read([2]int{30, 50})},
		"end":          {order: read([2]int{50, text})},
		"another text": {order: read([2]int{0, 20}, [2]int{text, all}, [2]int{20, 40}), strange: [][2]int{{20, 32}}},
		"skipped for another text": {
			order:   read([2]int{0, 20}, [2]int{text, all}, [2]int{40, text}),
			strange: [][2]int{{20, 32}},
		},
		"back": {order: read([2]int{0, 15}, [2]int{10, 30}), again: []int{10, 11, 12, 13, 14}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &programme{aligntest.Sample{Rate: samples[0].Rate}, map[int]int64{}}
			var starts []int64
			for _, i := range test.order {
				starts = append(starts, p.Frames())
				if i < text {
					p.say(samples[i], i)
				} else {
					p.say(samples[i], -1)
				}
			}
			course := follow(t, p, refs[:text], text, 2)
			off, _ := p.errors(course)
			if worst := off[len(off)-1]; worst > 250 { // the voice hums before some words
				t.Errorf("a sentence starts %.0f ms off", worst)
			}
			for i, place := range course.Places {
				if _, read := p.starts[i]; read != place.Found {
					t.Errorf("sentence %d was read: %v; it is found at %v", i, read, place.Span)
				}
				if heard := len(place.Others); heard > 0 != slices.Contains(test.again, i) || heard > 1 {
					t.Errorf("sentence %d was heard again at %v", i, place.Others)
				}
			}
			if len(course.Strange) != len(test.strange) {
				t.Fatalf("what is no sentence: %v, want %v", course.Strange, test.strange)
			}
			for k, s := range course.Strange {
				for _, off := range []int64{s.Start - starts[test.strange[k][0]], s.End - starts[test.strange[k][1]]} {
					if math.Abs(float64(off)) > float64(p.Rate) {
						t.Errorf("what is no sentence is %v, %d frames off", s, off)
					}
				}
			}
		})
	}
}

// TestFollowHeadings has sentences of a word or two between longer ones: what they
// have for them is that there is no other sound.
func TestFollowHeadings(t *testing.T) {
	headings := []string{"Water", "Food", "Fish", "Why?", "Old maps", "Money", "The end"}
	texts, err := aligntest.Sentences("en")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i, text := range aligntest.Some(texts, len(headings)) {
		all = append(all, headings[i], text)
	}
	for _, voice := range []string{"slt", "rms"} {
		samples, refs := spokenTexts(t, voice, all)
		p := &programme{aligntest.Sample{Rate: samples[0].Rate}, map[int]int64{}}
		for i, s := range samples {
			p.say(s, i)
		}
		course := follow(t, p, refs, len(refs), 2)
		for i, place := range course.Places {
			if !place.Found {
				t.Errorf("%s: not found: %q", voice, all[i])
			}
		}
		off, _ := p.errors(course)
		if worst := off[len(off)-1]; worst > 250 {
			t.Errorf("%s: a sentence starts %.0f ms off", voice, worst)
		}
	}
}

// TestFollowNothing has sound in which nothing is to be found.
func TestFollowNothing(t *testing.T) {
	samples, refs := spokenBy(t, "rms", 14)
	other, _ := talk(samples[6:])
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

// TestSandwiched has ten seconds of four sentences, one every two seconds.
func TestSandwiched(t *testing.T) {
	p := &programme{aligntest.Sample{Rate: 8000}, nil}
	p.pause(10)
	for name, test := range map[string]struct {
		sentences []int
		found     []bool
		k, end    int
	}{
		"between two":             {[]int{0, 1, 2, 3}, []bool{true, false, false, true}, 1, 3},
		"before all":              {[]int{0, 1, 2, 3}, []bool{false, false, true, true}, 0, 2},
		"behind all":              {[]int{0, 1, 2, 3}, []bool{true, false, false, false}, 1, 4},
		"all, of which none is":   {[]int{0, 1, 2, 3}, []bool{false, false, false, false}, 0, 0},
		"one is missing":          {[]int{0, 1, 3, 4}, []bool{true, false, true, true}, 1, 1},
		"found itself":            {[]int{0, 1, 2, 3}, []bool{true, true, true, true}, 1, 1},
		"not at the end of a run": {[]int{0, 1, 2, 3}, []bool{true, false, false, true}, 2, 2},
	} {
		s := &follower{Following: &Following{Sound: p, Sentences: 4}, tempo: 1}
		var readings []reading
		for i, sentence := range test.sentences {
			r := reading{visit: visit{sentence: sentence, seconds: 1.5}}
			r.Found, r.Span = test.found[i], pcm.Span{Start: int64(i)*16000 + 8000, End: int64(i)*16000 + 20000}
			readings = append(readings, r)
		}
		if got := s.sandwiched(readings, test.k); got != test.end {
			t.Errorf("%s: %d, want %d", name, got, test.end)
		}
		readings[1].seconds = 4
		if got := s.sandwiched(readings, test.k); test.k < 2 && test.end > test.k && got != test.k {
			t.Errorf("%s: a sentence of 4 seconds in 1.5 is one", name)
		}
	}
}

func TestFollowFails(t *testing.T) {
	samples, refs := spokenBy(t, "rms", 14)
	p, n := talk(samples)
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
// sentences are off, how fast that is on one core, and what memory it takes. The
// text says the same again and again, so that it is easily lost.
func BenchmarkFollow(b *testing.B) {
	samples, refs := spokenBy(b, "rms", 40)
	part, n := talk(samples)
	sound := series{part, 3600 * int64(part.Rate) / part.Frames()}
	whole := &programme{part.Sample, map[int]int64{}}
	for i, start := range part.starts {
		for k := range sound.times {
			whole.starts[int(k)*n+i] = k*part.Frames() + start
		}
	}
	for b.Loop() {
		runtime.GC()
		var before, most runtime.MemStats
		runtime.ReadMemStats(&before)
		var started, ended syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &started); err != nil {
			b.Fatal(err)
		}
		look := func() {
			var now runtime.MemStats
			if runtime.ReadMemStats(&now); now.HeapInuse > most.HeapInuse {
				most = now
			}
		}
		f := Following{
			Sound: sound, Sentences: n * int(sound.times), Jobs: 2,
			Reference: func(_ context.Context, i int) (Reference, error) { return refs[i%n], nil },
			Progress:  func(int64) { look() },
			Placing: func(done, _ int) {
				if done%50 == 0 {
					look()
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
		off, missing := whole.errors(course)
		cpu := float64(ended.Utime.Nano()+ended.Stime.Nano()-started.Utime.Nano()-started.Stime.Nano()) / 1e9
		b.ReportMetric(off[len(off)-1], "ms-worst")
		b.ReportMetric(off[len(off)*95/100], "ms-95%")
		b.ReportMetric(float64(missing), "missing")
		b.ReportMetric(float64(sound.Frames())/float64(sound.Rate)/cpu, "x-real-time")
		b.ReportMetric((float64(most.HeapInuse)-float64(before.HeapInuse))/(1<<20), "MiB")
	}
}
