package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/internal/tts/purse"
	"narrate/voices"
)

// after is a backend that fails from its n-th request on.
type after struct {
	tts.Around
	calls atomic.Int64
	n     int64
	err   error
}

func (a *after) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if a.calls.Add(1) >= a.n {
		return tts.Clip{}, a.err
	}
	return a.Backend.Synthesize(ctx, r)
}

// unready is a backend that cannot be asked what it is.
type unready struct{ tts.Backend }

func (unready) Info(context.Context) (tts.Info, error) {
	return tts.Info{}, fmt.Errorf("first: %w", tts.ErrMissing)
}

// withFallbacks is a script whose voice "anna" of the backend "first" has these
// fallbacks, given as "backend:name".
func withFallbacks(fallbacks []string, texts ...string) *script.Script {
	sc := scriptOf(texts...)
	list := sc.Chapters[0].Utterances
	anna := *list[0].Voice
	anna.Name, anna.Backend = "anna", "first"
	for _, f := range fallbacks {
		v := *list[0].Voice
		v.Backend, v.Name, _ = strings.Cut(f, ":")
		anna.Fallback = append(anna.Fallback, &v)
	}
	for i := range list {
		list[i].Voice = &anna
	}
	return sc
}

func TestFallback(t *testing.T) {
	texts := sentences(12)
	hurt := errors.New("status 500")
	second := func() *fake.Backend { return fake.New(fake.Options{Name: "second", Rate: 16000, Plain: true}) }
	faults := func(list ...int) map[string]fake.Fault {
		all := map[string]fake.Fault{}
		for _, i := range list {
			all[texts[i]] = fake.Fault{Do: fake.Fail}
		}
		return all
	}
	works := fake.New(fake.Options{Name: "first", Rate: 8000})
	tests := []struct {
		name         string
		first        tts.Backend
		fallbacks    []string
		by           string // "a" anna, "b" ben, "c" cleo, "-" failed
		reason       string // of the first substitute
		fails        error
		calls, three int // of first and third; -1 is not said
	}{
		{"not needed", works, []string{"second:ben"}, "aaaaaaaaaaaa", "", nil, -1, 0},
		{"missing", unready{works}, []string{"second:ben"}, "bbbbbbbbbbbb", "first: not installed", nil, -1, 0},
		{"no such voice", fake.New(fake.Options{Name: "first", Rate: 8000, Voices: []string{"x"}}), []string{"second:ben"}, "bbbbbbbbbbbb", "no such voice", nil, 0, 0},
		{"an unknown backend", nil, []string{"second:ben"}, "bbbbbbbbbbbb", "which narrate does not have", nil, -1, 0},
		{"all missing", unready{works}, []string{"fourth:dan"}, "", "", tts.ErrMissing, -1, 0},
		{"one sentence", fake.New(fake.Options{Name: "first", Rate: 8000, Faults: faults(3, 7)}), []string{"second:ben"}, "aaabaaabaaaa", "injected failure", nil, 12, 0},
		{"the first that can", fake.New(fake.Options{Name: "first", Rate: 8000, Faults: faults(3)}), []string{"broken:bo", "third:cleo"}, "aaacaaaaaaaa", "injected failure", nil, 12, 1},
		{"nobody", fake.New(fake.Options{Name: "first", Rate: 8000, Faults: faults(3)}), []string{"broken:bo"}, "aaa-aaaaaaaa", "", nil, 12, 0},
		{"no key", &after{Around: tts.Around{Backend: works}, n: 1, err: fmt.Errorf("first: %w", tts.ErrKey)}, []string{"second:ben"}, "bbbbbbbbbbbb", "not authorised", nil, -1, 0},
		{"used up", &after{Around: tts.Around{Backend: works}, n: 6, err: fmt.Errorf("first: %w", tts.ErrQuota)}, []string{"second:ben"}, "aaaaabbbbbbb", "nothing left", nil, -1, 0},
		{"used up without more", &after{Around: tts.Around{Backend: works}, n: 6, err: tts.ErrQuota}, []string{"fourth:dan"}, "", "", tts.ErrQuota, -1, 0},
		{"both used up", &after{Around: tts.Around{Backend: works}, n: 6, err: tts.ErrDown}, []string{"empty:eve"}, "", "", tts.ErrQuota, -1, 0},
		{"hurt for ever", &after{Around: tts.Around{Backend: works}, n: 6, err: hurt}, []string{"second:ben"}, "aaaaabbbbbbb", "status 500", nil, -1, 0},
	}
	names := map[byte]string{'b': "ben", 'c': "cleo"}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			third := fake.New(fake.Options{Name: "third", Rate: 8000})
			s := speaker(t, test.first, t.TempDir())
			s.Jobs, s.Rate = 1, 8000
			s.Backends = map[string]tts.Backend{
				"second": second(), "third": third,
				"broken": broken{second(), hurt}, "empty": broken{second(), tts.ErrQuota},
			}
			if test.first != nil {
				s.Backends["first"] = test.first
			}
			sc := withFallbacks(test.fallbacks, texts...)
			speech, err := s.Speak(t.Context(), sc)
			if test.fails != nil {
				if !errors.Is(err, test.fails) || strings.HasPrefix(err.Error(), "a.txt:") != (test.name != "all missing") {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, clip := range speech.Clips {
				switch {
				case clip == nil:
					got += "-"
				case clip.By == nil:
					got += "a"
				default:
					got += clip.By.Name[:1]
					// The word times are those of who spoke, or a guess.
					if plain := clip.By.Backend == "second"; plain != (clip.Timing == timeline.Estimated) || len(clip.Marks) == 0 {
						t.Errorf("%q has %d marks of timing %q", texts[i], len(clip.Marks), clip.Timing)
					}
				}
			}
			if got != test.by {
				t.Fatalf("spoken by %s, want %s", got, test.by)
			}
			if f, ok := test.first.(*fake.Backend); ok && test.calls >= 0 && f.Calls() != test.calls {
				t.Errorf("%d calls", f.Calls())
			}
			if third.Calls() != test.three {
				t.Errorf("%d calls of the third", third.Calls())
			}
			at := 0
			for i, by := range test.by {
				if by != 'b' && by != 'c' {
					continue
				}
				sub := speech.Substitutes[at]
				if sub.Text != texts[i] || sub.Voice != names[byte(by)] || sub.Wanted != "anna" || sub.Pos.Line != i+1 || !strings.Contains(sub.Reason, test.reason) {
					t.Errorf("substitute %+v", sub)
				}
				at++
			}
			if at != len(speech.Substitutes) || (at > 0) != (len(speech.Warnings) == 1) {
				t.Fatalf("%d substitutes, want %d; warnings %q", len(speech.Substitutes), at, speech.Warnings)
			}
			if at > 0 && !strings.HasPrefix(speech.Warnings[0], fmt.Sprintf("a.txt: voice %q speaks %d of the sentences of \"anna\": ", speech.Substitutes[0].Voice, at)) {
				t.Errorf("warning %q", speech.Warnings[0])
			}
			if r := NewReport(sc, speech, nil); len(r.Fallback) != at || at > 0 && (r.Fallback[0].Voice != speech.Substitutes[0].Voice || r.Fallback[0].Line == 0 || !r.Complete) {
				t.Errorf("report %+v", r)
			}
		})
	}
}

// TestFallbackKeepsTheFirst: what the first voice has spoken is not spoken by
// another one, and what another one has, is the first's again when it can.
func TestFallbackKeepsTheFirst(t *testing.T) {
	texts := sentences(6)
	first := fake.New(fake.Options{Name: "first"})
	fails := &after{Around: tts.Around{Backend: first}, n: 4, err: tts.ErrQuota}
	second := fake.New(fake.Options{Name: "second"})
	s := speaker(t, nil, t.TempDir())
	s.Jobs = 1
	s.Backends = map[string]tts.Backend{"first": fails, "second": second}
	by := func() string {
		speech, err := s.Speak(t.Context(), withFallbacks([]string{"second:ben"}, texts...))
		if err != nil {
			t.Fatal(err)
		}
		line, err := timeline.Build(withFallbacks(nil, texts...), s.Rate, speech.Clips, timeline.Layout{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, cue := range line.Chapters[0].Cues {
			got += cue.Voice().Name[:1]
		}
		return got
	}
	if got := by(); got != "aaabbb" || second.Calls() != 3 {
		t.Fatalf("%s with %d calls", got, second.Calls())
	}
	if got := by(); got != "aaabbb" || second.Calls() != 3 || fails.calls.Load() != 5 {
		t.Fatalf("again: %s with %d and %d calls", got, second.Calls(), fails.calls.Load())
	}
	fails.n = 1000
	if got := by(); got != "aaaaaa" || second.Calls() != 3 || first.Calls() != 6 {
		t.Fatalf("with more: %s with %d and %d calls", got, second.Calls(), first.Calls())
	}
}

// TestFallbackPronounces: phonemes are judged by who speaks.
func TestFallbackPronounces(t *testing.T) {
	texts := []string{"Quiz night again.", "Nothing else."}
	s := speaker(t, nil, t.TempDir())
	s.Backends = map[string]tts.Backend{
		"first":  broken{fake.New(fake.Options{Name: "first"}), errors.New("hurt")},
		"second": fake.New(fake.Options{Name: "second", Deaf: true}),
	}
	sc := withFallbacks([]string{"second:ben"}, texts...)
	sc.Chapters[0].Utterances[0].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, IPA: "kwɪz"}}
	speech, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if len(speech.Warnings) != 2 || !strings.Contains(strings.Join(speech.Warnings, "\n"), `the backend "second" cannot be told`) {
		t.Errorf("%q", speech.Warnings)
	}
}

// TestSameSound: two profiles that sound the same share clips, and neither is
// the other's substitute.
func TestSameSound(t *testing.T) {
	sc := scriptOf("The same.", "The same.")
	other := *sc.Chapters[0].Utterances[1].Voice
	other.Name = "twin"
	sc.Chapters[0].Utterances[1].Voice = &other
	s := speaker(t, fake.New(fake.Options{}), t.TempDir())
	speech, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if speech.Spoken != 1 || speech.Reused != 1 || len(speech.Substitutes) != 0 || len(speech.Warnings) != 0 {
		t.Errorf("%+v", speech)
	}
}

// voice is one of the fake backend for a script of several.
func fakeVoice(name string, volume float64) *voices.Voice {
	v := voices.Default()
	v.Name, v.Backend, v.Engine, v.Language, v.Volume = name, "fake", name, "en", volume
	return &v
}

// dialogue is a script in which each text has its voice.
func dialogue(lines ...any) *script.Script {
	sc := &script.Script{Source: "a.txt", Title: "T", Lang: "en", Chapters: []script.Chapter{{Title: "T"}}}
	for i := 0; i < len(lines); i += 2 {
		text := lines[i+1].(string)
		sc.Chapters[0].Utterances = append(sc.Chapters[0].Utterances, script.Utterance{
			Text: text, Spoken: text, Lang: "en", Voice: lines[i].(*voices.Voice),
			Pos: document.Pos{File: "a.txt", Line: 1 + i/2, Col: 1},
		})
	}
	return sc
}

// soundOf reads the whole programme of a speech.
func soundOf(t *testing.T, s *Speaker, sc *script.Script, speech *Speech) (*timeline.Timeline, []int16) {
	t.Helper()
	line, err := timeline.Build(sc, s.Rate, speech.Clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	voice, err := Voice(line, s.Store)
	if err != nil {
		t.Fatal(err)
	}
	r, err := voice.Open(pcm.Span{Start: 0, End: line.Frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	samples, err := pcm.ReadAll(r, line.Frames)
	if err != nil {
		t.Fatal(err)
	}
	return line, samples
}

// TestStopped: where a service ends the run, what was spoken is kept, what the
// store has is heard, and all else is told with its reason.
func TestStopped(t *testing.T) {
	texts := sentences(12)
	for _, test := range []struct {
		name string
		err  error
	}{{"down", tts.ErrDown}, {"used up", tts.ErrQuota}, {"no key", tts.ErrKey}, {"spent", tts.ErrSpent}} {
		s := speaker(t, nil, t.TempDir())
		s.Jobs = 1
		s.Backends = map[string]tts.Backend{"first": fake.New(fake.Options{Name: "first"})}
		if _, err := s.Speak(t.Context(), withFallbacks(nil, texts[8:10]...)); err != nil {
			t.Fatal(err)
		}
		inner := &after{Around: tts.Around{Backend: s.Backends["first"]}, n: 4, err: fmt.Errorf("first: %w", test.err)}
		s.Backends["first"] = inner
		sc := withFallbacks(nil, texts...)
		speech, err := s.Speak(t.Context(), sc)
		if !errors.Is(err, test.err) || !strings.HasPrefix(err.Error(), "a.txt:4:") || speech == nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if speech.Spoken != 3 || speech.Reused != 2 || len(speech.Failed) != 7 || inner.calls.Load() != 4 {
			t.Errorf("%s: %d spoken, %d reused, %d failed, %d requests", test.name, speech.Spoken, speech.Reused, len(speech.Failed), inner.calls.Load())
		}
		r := NewReport(sc, speech, nil)
		if r.Complete || r.Heard != 5 || r.Failed[0].Text != texts[3] || !strings.Contains(r.Failed[6].Reason, test.err.Error()) {
			t.Errorf("%s: %+v", test.name, r)
		}
	}
}

// keyless is a backend whose voices cannot be used yet.
type keyless struct{ tts.Backend }

func (keyless) Check(context.Context, voices.Voice) error { return tts.ErrKey }

// TestStoppedAtOnce: a key that is missing from the start is told in the same
// way, and costs nothing.
func TestStoppedAtOnce(t *testing.T) {
	s := speaker(t, nil, t.TempDir())
	inner := fake.New(fake.Options{Name: "first"})
	s.Backends = map[string]tts.Backend{"first": keyless{inner}}
	speech, err := s.Speak(t.Context(), withFallbacks(nil, sentences(3)...))
	if !errors.Is(err, tts.ErrKey) || speech == nil || len(speech.Failed) != 3 || inner.Calls() != 0 || speech.Failed[2].Reason != tts.ErrKey.Error() {
		t.Errorf("%+v, %v", speech, err)
	}
}

// TestFallbackWithinBudget: a fallback that costs more than may be spent is not
// asked, however free the voice was that was counted.
func TestFallbackWithinBudget(t *testing.T) {
	paid := priced{fake.New(fake.Options{Name: "second"}), map[string]tts.Price{"tone": {PerMillion: 1e6, Currency: "USD"}}}
	p := &purse.Purse{}
	p.Limit(40)
	s := speaker(t, nil, t.TempDir())
	s.Jobs = 1
	s.Backends = map[string]tts.Backend{
		"first":  purse.New(broken{fake.New(fake.Options{Name: "first"}), errors.New("status 500")}, p),
		"second": purse.New(paid, p),
	}
	speech, err := s.Speak(t.Context(), withFallbacks([]string{"second:ben"}, "Thirty letters are in this one", "Thirty others are in that line"))
	if speech == nil || len(speech.Failed) != 1 || !strings.Contains(speech.Failed[0].Reason, "over the limit of 40") || paid.Calls() != 1 {
		t.Errorf("%+v, %v, %d requests", speech, err, paid.Calls())
	}
}

// TestInterrupt: a request that costs money and is under way when the run is
// stopped is in the store afterwards.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	slow := priced{fake.New(fake.Options{Name: "first"}), map[string]tts.Price{"tone": {PerMillion: 1, Currency: "USD"}}}
	s := speaker(t, nil, t.TempDir())
	s.Jobs = 1
	s.Backends = map[string]tts.Backend{"first": purse.New(interrupting{slow, cancel}, &purse.Purse{})}
	texts := sentences(3)
	stopped, err := s.Speak(ctx, withFallbacks(nil, texts...))
	if !errors.Is(err, context.Canceled) || stopped == nil || stopped.Spoken != 1 || len(stopped.Failed) != 2 {
		t.Fatalf("%v, %+v", err, stopped)
	}
	speech, err := s.Speak(t.Context(), withFallbacks(nil, texts...))
	if err != nil || speech.Reused != 1 || slow.Calls() != 3 {
		t.Errorf("%d reused, %d requests, %v", speech.Reused, slow.Calls(), err)
	}
}

// interrupting stops the run while it is asked.
type interrupting struct {
	tts.Backend
	cancel func()
}

func (i interrupting) Unwrap() tts.Backend { return i.Backend }

func (i interrupting) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	i.cancel()
	if err := tts.Sleep(ctx, 20*time.Millisecond); err != nil {
		return tts.Clip{}, err
	}
	return i.Backend.Synthesize(ctx, r)
}
