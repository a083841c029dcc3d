package align

import (
	"context"
	"errors"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"narrate/internal/align/aligntest"
	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/espeak"
	"narrate/internal/wordtime"
	"narrate/voices"
)

var all = flag.Bool("all", false, "align every sentence of every voice: minutes, most of them speech")

func TestMain(m *testing.M) {
	if handled, code := espeak.WorkerMain(); handled {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// engine is espeak-ng, for references and voices.
var engine = sync.OnceValue(func() tts.Backend {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return espeak.New(espeak.Options{Worker: []string{exe}})
})

// reference speaks a text with espeak-ng's own voice of a language.
func reference(t testing.TB, lang, text string) Reference {
	t.Helper()
	clip, err := engine().Synthesize(context.Background(), tts.Request{Text: text, Voice: voices.Voice{Engine: aligntest.EspeakVoices(lang)[0].Engine}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := clip.Open()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := pcm.ReadAll(r, clip.Frames)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	ref := Reference{Samples: samples, Rate: clip.Format.Rate}
	for _, m := range clip.Marks {
		ref.Words = append(ref.Words, Word{Lo: m.Lo, Hi: m.Hi, Start: m.Frame})
	}
	return ref
}

// voice is one whose word times are known.
type voice struct {
	name, lang string
	few        int // sentences that are enough
	speak      func(ctx context.Context, texts []string) ([]aligntest.Sample, error)
}

// known are such voices, Festival's English one first.
func known() []voice {
	var list []voice
	festival := aligntest.FestivalVoices
	if *all {
		festival = slices.Concat(festival, aligntest.MoreFestivalVoices)
	}
	for _, v := range festival {
		few := 12
		if v.Lang == "en" {
			few = 24
		}
		list = append(list, voice{"festival " + v.Name, v.Lang, few, func(ctx context.Context, texts []string) ([]aligntest.Sample, error) {
			return aligntest.Festival(ctx, v, texts)
		}})
	}
	few := map[string]int{"kal16": 16, "slt": 8, "rms": 6, "awb": 6}
	for _, name := range aligntest.FliteVoices {
		list = append(list, voice{"flite " + name, "en", few[name], func(ctx context.Context, texts []string) ([]aligntest.Sample, error) {
			return aligntest.Flite(ctx, name, texts)
		}})
	}
	for _, lang := range aligntest.Languages {
		if !*all && slices.ContainsFunc(aligntest.FestivalVoices, func(v aligntest.FestivalVoice) bool { return v.Lang == lang && lang != "en" }) {
			continue // another engine speaks it, which is the harder test
		}
		for _, v := range aligntest.EspeakVoices(lang)[1:] {
			list = append(list, voice{"espeak " + v.Engine, lang, 5, func(ctx context.Context, texts []string) ([]aligntest.Sample, error) {
				return aligntest.Marked(ctx, engine(), v, texts)
			}})
		}
	}
	return list
}

func (v voice) samples(t testing.TB) []aligntest.Sample {
	t.Helper()
	texts, err := aligntest.Sentences(v.lang)
	if err != nil {
		t.Fatal(err)
	}
	if !*all {
		texts = aligntest.Some(texts, v.few)
	}
	samples, err := v.speak(context.Background(), texts)
	if errors.Is(err, tts.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// marks are the words as narrate has them, those included that the reference
// joins.
func marks(words []Word, s aligntest.Sample) []tts.Mark {
	var list []tts.Mark
	for _, w := range words {
		list = append(list, tts.Mark{Frame: w.Start, End: w.End, Lo: w.Lo, Hi: w.Hi})
	}
	return wordtime.Fill(s.Text, list, int64(len(s.Samples)))
}

func checkWords(t testing.TB, words []Word, frames int64) {
	t.Helper()
	free := int64(0)
	for _, w := range words {
		if w.Start < free || w.End <= w.Start || w.End > frames {
			t.Fatalf("word %+v in a clip of %d frames, after frame %d", w, frames, free)
		}
		free = w.End
	}
}

// TestTruth holds the words found against where other engines, and other voices
// of espeak-ng, say that they are: at most 35 ms off in the mean, 95 % within
// 100 ms, and at least three times nearer than a guess by lengths and pauses.
func TestTruth(t *testing.T) {
	var rows []aligntest.Row
	var others, guessed aligntest.Stats
	a := New()
	for _, v := range known() {
		t.Run(v.name, func(t *testing.T) {
			var found, guess aligntest.Stats
			for _, s := range v.samples(t) {
				words, confidence, err := a.Align(s.Samples, s.Rate, reference(t, s.Lang, s.Text))
				if err != nil {
					t.Fatal(err)
				}
				checkWords(t, words, int64(len(s.Samples)))
				if confidence < Believable {
					t.Logf("confidence %.2f: %s", confidence, s.Text)
				}
				found.Add(aligntest.Errors(s, marks(words, s)))
				guess.Add(aligntest.Errors(s, wordtime.Estimate(s.Samples, s.Rate, s.Text)))
			}
			rows = append(rows, aligntest.Row{Name: v.name, Stats: found}, aligntest.Row{Name: "a guess", Stats: guess})
			if !(found.Mean() <= 35 && found.Quantile(0.95) <= 100) {
				t.Errorf("%.0f ms off, 95 %% within %.0f ms", found.Mean(), found.Quantile(0.95))
			}
			if !(found.Mean()*3 <= guess.Mean()) {
				t.Errorf("%.0f ms off, where a guess is by %.0f", found.Mean(), guess.Mean())
			}
			if !strings.HasPrefix(v.name, "espeak") {
				others.Add(found)
				guessed.Add(guess)
			}
		})
	}
	var table strings.Builder
	if err := aligntest.Table(&table, append(rows, aligntest.Row{Name: "other engines", Stats: others}, aligntest.Row{Name: "a guess", Stats: guessed})); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &table)
}

// TestSpoilt aligns sound as recordings have it.
func TestSpoilt(t *testing.T) {
	v := known()[0]
	v.few = 8
	clean := v.samples(t)
	spoilt := func(how func(aligntest.Sample) aligntest.Sample) []aligntest.Sample {
		var list []aligntest.Sample
		for _, s := range clean {
			list = append(list, how(s))
		}
		return list
	}
	at := func(rate pcm.Hz) []aligntest.Sample {
		return spoilt(func(s aligntest.Sample) aligntest.Sample {
			out, err := aligntest.Resampled(s, rate)
			if err != nil {
				t.Fatal(err)
			}
			return out
		})
	}
	for _, c := range []struct {
		name       string
		samples    []aligntest.Sample
		mean, most float64 // ms
	}{
		{"noise 20 dB below", spoilt(func(s aligntest.Sample) aligntest.Sample { return aligntest.White(s, 20) }), 60, 200},
		{"pink noise 20 dB below", spoilt(func(s aligntest.Sample) aligntest.Sample { return aligntest.Pink(s, 20) }), 45, 150},
		{"music 15 dB below", spoilt(func(s aligntest.Sample) aligntest.Sample { return aligntest.Music(s, 15) }), 45, 150},
		{"clipped", spoilt(func(s aligntest.Sample) aligntest.Sample { return aligntest.Clipped(s, 4) }), 35, 100},
		{"8 kHz", at(8000), 45, 150},
		{"11.025 kHz", at(11025), 35, 100},
		{"44.1 kHz", at(44100), 35, 100},
		{"48 kHz", at(48000), 35, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := New()
			var found aligntest.Stats
			least := 1.0
			for _, s := range c.samples {
				words, confidence, err := a.Align(s.Samples, s.Rate, reference(t, s.Lang, s.Text))
				if err != nil {
					t.Fatal(err)
				}
				checkWords(t, words, int64(len(s.Samples)))
				found.Add(aligntest.Errors(s, marks(words, s)))
				least = math.Min(least, confidence)
			}
			t.Logf("%.0f ms off, 95 %% within %.0f ms; confidence from %.2f on", found.Mean(), found.Quantile(0.95), least)
			if !(found.Mean() <= c.mean && found.Quantile(0.95) <= c.most) {
				t.Errorf("want at most %.0f and %.0f ms", c.mean, c.most)
			}
		})
	}
}

// TestDoubt is about sound that is not of the text.
func TestDoubt(t *testing.T) {
	v := known()[0]
	v.few = 12
	a := New()
	samples := v.samples(t)
	believed := 0
	for i, s := range samples {
		other := samples[(i+1)%len(samples)]
		words, confidence, err := a.Align(other.Samples, other.Rate, reference(t, s.Lang, s.Text))
		if err != nil {
			t.Fatal(err)
		}
		checkWords(t, words, int64(len(other.Samples)))
		if confidence >= Believable {
			believed++
			t.Logf("confidence %.2f: %q in %q", confidence, s.Text, other.Text)
		}
	}
	if believed > len(samples)/6 {
		t.Errorf("%d of %d wrong texts are believed", believed, len(samples))
	}
	s := samples[0]
	ref := reference(t, s.Lang, s.Text)
	for name, c := range map[string]struct {
		samples []int16
		ref     Reference
	}{
		"silence":            {make([]int16, 16000), ref},
		"no sound":           {nil, ref},
		"one sample":         {[]int16{100}, ref},
		"a silent reference": {s.Samples, Reference{Samples: make([]int16, 22050), Rate: 22050, Words: ref.Words}},
		"no words":           {s.Samples, Reference{Samples: ref.Samples, Rate: ref.Rate}},
	} {
		words, confidence, err := a.Align(c.samples, s.Rate, c.ref)
		if err != nil || confidence >= Believable {
			t.Errorf("%s: %d words, confidence %.2f, %v", name, len(words), confidence, err)
		}
		checkWords(t, words, int64(len(c.samples)))
	}
}

// TestLong aligns a clip of many sentences, and one with long pauses.
func TestLong(t *testing.T) {
	v := known()[0]
	v.few = 10
	var clip aligntest.Sample
	var ref Reference
	for i, s := range v.samples(t) {
		r := reference(t, s.Lang, s.Text)
		pause := make([]int16, 700*i*int(s.Rate)/1000)
		at := int64(len(clip.Samples) + len(pause))
		for _, w := range s.Words {
			clip.Words = append(clip.Words, aligntest.Word{Lo: w.Lo + len(clip.Text), Hi: w.Hi + len(clip.Text), Start: w.Start + at, End: w.End + at})
		}
		for _, w := range r.Words {
			ref.Words = append(ref.Words, Word{Lo: w.Lo + len(clip.Text), Hi: w.Hi + len(clip.Text), Start: w.Start + int64(len(ref.Samples))})
		}
		clip.Rate, ref.Rate = s.Rate, r.Rate
		clip.Samples = append(append(clip.Samples, pause...), s.Samples...)
		ref.Samples = append(ref.Samples, r.Samples...)
		clip.Text += s.Text
	}
	words, confidence, err := New().Align(clip.Samples, clip.Rate, ref)
	if err != nil {
		t.Fatal(err)
	}
	checkWords(t, words, int64(len(clip.Samples)))
	found := aligntest.Errors(clip, marks(words, clip))
	if confidence < Believable || !(found.Mean() <= 35 && found.Quantile(0.95) <= 100) {
		t.Errorf("%.0f s: %.0f ms off, 95 %% within %.0f ms, confidence %.2f",
			float64(len(clip.Samples))/float64(clip.Rate), found.Mean(), found.Quantile(0.95), confidence)
	}
	// Words end with the sound before a pause.
	late := 0
	for i, w := range words[:len(words)-1] {
		if w.End < words[i+1].Start-int64(clip.Rate)/2 {
			late++
		}
	}
	if late < 8 {
		t.Errorf("%d of 9 pauses of 0.7 s and more are part of no word", late)
	}
}

func FuzzAlign(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), 16000, 2)
	f.Add([]byte(strings.Repeat("\x00\x40\x00\xc0", 400)), 8000, 3)
	f.Fuzz(func(t *testing.T, data []byte, rate, n int) {
		if len(data) > 40000 || rate < 1000 || rate > 192000 || n < 0 || n > 50 {
			return
		}
		samples := make([]int16, len(data)/2)
		for i := range samples {
			samples[i] = int16(data[2*i]) | int16(data[2*i+1])<<8
		}
		half := len(samples) / 2
		ref := Reference{Samples: samples[half:], Rate: 22050}
		for i := range n {
			ref.Words = append(ref.Words, Word{Lo: i, Hi: i + 1, Start: int64(i * (len(samples) - half) / n)})
		}
		words, confidence, err := New().Align(samples[:half], pcm.Hz(rate), ref)
		if err != nil || confidence < 0 || confidence > 1 || math.IsNaN(confidence) {
			t.Fatalf("confidence %g, %v", confidence, err)
		}
		checkWords(t, words, int64(half))
	})
}

// BenchmarkAlign aligns a minute of another engine's speech, its references
// spoken beforehand, and tells how far off the words are, beside the guess.
func BenchmarkAlign(b *testing.B) {
	v := known()[0]
	v.few = 12
	samples := v.samples(b)
	refs := make([]Reference, len(samples))
	seconds := 0.0
	for i, s := range samples {
		refs[i] = reference(b, s.Lang, s.Text)
		seconds += float64(len(s.Samples)) / float64(s.Rate)
	}
	for name, do := range map[string]func(a *Aligner, i int) ([]tts.Mark, error){
		"aligned": func(a *Aligner, i int) ([]tts.Mark, error) {
			words, _, err := a.Align(samples[i].Samples, samples[i].Rate, refs[i])
			return marks(words, samples[i]), err
		},
		"estimated": func(_ *Aligner, i int) ([]tts.Mark, error) {
			return wordtime.Estimate(samples[i].Samples, samples[i].Rate, samples[i].Text), nil
		},
	} {
		b.Run(name, func(b *testing.B) {
			a := New()
			var found aligntest.Stats
			b.ReportAllocs()
			for b.Loop() {
				found = aligntest.Stats{}
				for i, s := range samples {
					m, err := do(a, i)
					if err != nil {
						b.Fatal(err)
					}
					found.Add(aligntest.Errors(s, m))
				}
			}
			b.ReportMetric(seconds*float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
			b.ReportMetric(found.Mean(), "ms-off")
			b.ReportMetric(found.Quantile(0.95), "ms-95%")
		})
	}
}
