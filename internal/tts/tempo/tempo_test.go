package tempo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// service changes each answer of a fake.
type service struct {
	tts.Backend
	change func(call int, text string, format pcm.Format, samples []int16) (pcm.Format, []int16)
	calls  int
}

func (s *service) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	clip, err := s.Backend.Synthesize(ctx, r)
	if err != nil {
		return clip, err
	}
	reader, err := clip.Open()
	if err != nil {
		return clip, err
	}
	samples, err := pcm.ReadAll(reader, clip.Frames)
	if err != nil {
		return clip, err
	}
	s.calls++
	format, samples := s.change(s.calls, r.Text, clip.Format, samples)
	return tts.Samples(format, samples, nil), nil
}

func sentence(i int) string {
	return fmt.Sprintf("Sentence %c speaks of ships%s and of the long way home.", 'a'+i%20, strings.Repeat(" and sails", i%5))
}

func part(samples []int16, share float64) []int16 {
	return samples[:int(float64(len(samples))*share)]
}

// TestTempo: a clip that is not like the others is asked for once more; what is
// always so is true.
func TestTempo(t *testing.T) {
	const odd = 15 // the sentence that comes out oddly
	tests := []struct {
		name   string
		change func(times int, format pcm.Format, samples []int16) (pcm.Format, []int16)
		calls  int    // for the odd sentence
		says   string // "" where it is taken
		whole  bool   // as it should be
	}{
		{"as it should be", func(_ int, f pcm.Format, s []int16) (pcm.Format, []int16) { return f, s }, 1, "", true},
		{"cut once", func(n int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			if n == 1 {
				s = part(s, 0.6)
			}
			return f, s
		}, 2, "", true},
		{"cut near its end once", func(n int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			if n == 1 {
				s = s[:len(s)-9300] // the tail and a part of the last word
			}
			return f, s
		}, 2, "", true},
		{"cut each time elsewhere", func(n int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			return f, part(s, 0.6-0.1*float64(n))
		}, 2, "where this voice takes about", false},
		{"always like that", func(_ int, f pcm.Format, s []int16) (pcm.Format, []int16) { return f, part(s, 0.6) }, 2, "", false},
		{"double the rate", func(_ int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			f.Rate *= 2
			return f, s
		}, 2, "and it has 32000 Hz, unlike the others", false},
		{"double the rate once", func(n int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			if n == 1 {
				f.Rate *= 2
			}
			return f, s
		}, 2, "", true},
		{"half the rate", func(_ int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			f.Rate /= 2
			return f, s
		}, 2, "and it has 8000 Hz", false},
		{"another rate that is right", func(_ int, f pcm.Format, s []int16) (pcm.Format, []int16) {
			half := make([]int16, len(s)/2)
			for i := range half {
				half[i] = s[2*i]
			}
			f.Rate /= 2
			return f, half
		}, 1, "", true},
	}
	for _, test := range tests {
		times := 0
		inner := &service{Backend: fake.New(fake.Options{Rate: 16000})}
		inner.change = func(_ int, text string, f pcm.Format, s []int16) (pcm.Format, []int16) {
			if text != sentence(odd) {
				return f, s
			}
			times++
			return test.change(times, f, s)
		}
		b := New(inner)
		for i := range 20 {
			before := inner.calls
			clip, err := b.Synthesize(t.Context(), tts.Request{Text: sentence(i)})
			calls := inner.calls - before
			if i != odd {
				if err != nil || calls != 1 {
					t.Errorf("%s: sentence %d: %d calls, %v", test.name, i, calls, err)
				}
				continue
			}
			if calls != test.calls || (err == nil) != (test.says == "") || err != nil && (!errors.Is(err, tts.ErrBroken) || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("%s: %d calls, %v", test.name, calls, err)
			}
			good, goodErr := fake.New(fake.Options{Rate: 16000}).Synthesize(t.Context(), tts.Request{Text: sentence(i)})
			if goodErr != nil {
				t.Fatal(goodErr)
			}
			if want := good.Format.Rate.Duration(good.Frames); err == nil && (clip.Format.Rate.Duration(clip.Frames) == want) != test.whole {
				t.Errorf("%s: %v", test.name, clip.Format.Rate.Duration(clip.Frames))
			}
		}
	}
}

// TestWays: a voice whose clips all end abruptly, or that is fast, is asked twice
// at first and then no more; voices are told apart.
func TestWays(t *testing.T) {
	for name, change := range map[string]func(pcm.Format, []int16) (pcm.Format, []int16){
		"ends abruptly": func(f pcm.Format, s []int16) (pcm.Format, []int16) { return f, s[:len(s)-9300] },
		"is fast": func(f pcm.Format, s []int16) (pcm.Format, []int16) {
			f.Rate = f.Rate * 5 / 2
			return f, s
		},
	} {
		inner := &service{Backend: fake.New(fake.Options{Rate: 16000})}
		inner.change = func(_ int, _ string, f pcm.Format, s []int16) (pcm.Format, []int16) { return change(f, s) }
		b := New(inner)
		for i := range 50 {
			if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence(i), Voice: voices.Voice{Engine: "one"}}); err != nil {
				t.Fatal(name, err)
			}
		}
		if inner.calls > 62 || inner.calls == 50 {
			t.Errorf("%s: %d calls", name, inner.calls)
		}
		before := inner.calls
		if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence(1), Voice: voices.Voice{Engine: "two"}}); err != nil || inner.calls != before+2 {
			t.Errorf("%s: another voice: %d calls, %v", name, inner.calls-before, err)
		}
	}
}

// TestFails: what fails the second time fails.
func TestFails(t *testing.T) {
	inner := &service{Backend: fake.New(fake.Options{Faults: map[string]fake.Fault{"x": {}}})}
	if _, err := New(inner).Synthesize(t.Context(), tts.Request{Text: "x"}); !errors.Is(err, fake.ErrInjected) {
		t.Error(err)
	}
}

func TestExpected(t *testing.T) {
	for text, want := range map[string]float64{
		"":                          0.2,
		"Seit acht Jahren":          1.14,
		"USA":                       1.04,
		"STELLT DIE VERANSTALTER":   2.24,
		"1984":                      1.4,
		"今天天气很好。":                   1.67,
		"ab, cd":                    0.625,
		"Ein Satz von vierzehn":     1.495,
		strings.Repeat("word ", 20): 5.7,
	} {
		if got := Expected(text).Seconds(); got < want-0.25 || got > want+0.5 {
			t.Errorf("%q: %.3f s, want about %.3f", text, got, want)
		}
	}
}
