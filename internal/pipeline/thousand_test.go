package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"sync"
	"testing"
	"time"

	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/tts/breaker"
	"narrate/internal/tts/check"
	"narrate/internal/tts/fake"
	"narrate/internal/tts/limit"
	"narrate/internal/tts/retry"
	"narrate/voices"
)

// The ways in which a service fails one request in twenty.
type fault int

const (
	noFault  fault = iota
	refused        // status 503
	cutOff         // the connection breaks
	tooBusy        // status 429 with Retry-After
	halfClip       // the sound ends early
	noClip         // a clip of silence
)

// faultOf follows from the text and how often it was asked for, so that it does
// not depend on which request comes first.
func faultOf(text string, call int) fault {
	h := fnv.New64a()
	fmt.Fprintf(h, "10 %s %d", text, call)
	n := h.Sum64()
	n ^= n >> 29 // the high bits of FNV are the better ones
	if n%100 >= 5 {
		return noFault
	}
	return refused + fault(n/100%5)
}

// unreliable is a service with faults and terms.
type unreliable struct {
	*fake.Backend
	mu     sync.Mutex
	calls  map[string]int
	faults int
}

func (u *unreliable) Terms(voices.Voice) tts.Terms {
	return tts.Terms{Parallel: 3, RequestsPerMinute: 600, CharactersPerMinute: 30000}
}

func (u *unreliable) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	u.mu.Lock()
	u.calls[r.Text]++
	f := faultOf(r.Text, u.calls[r.Text])
	if f != noFault {
		u.faults++
	}
	u.mu.Unlock()
	clip, err := u.Backend.Synthesize(ctx, r)
	switch f {
	case refused:
		return tts.Clip{}, errors.New("fake: status 503")
	case cutOff:
		return tts.Clip{}, errors.New("fake: unexpected EOF")
	case tooBusy:
		return tts.Clip{}, &tts.Later{Wait: 2 * time.Second, Err: errors.New("fake: status 429")}
	case halfClip:
		clip.Frames *= 2
	case noClip:
		return tts.Samples(clip.Format, make([]int16, clip.Frames), nil), err
	}
	return clip, err
}

// clock is a time that only sleeping moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// policy is how many requests the retry policy makes for a text, and whether
// one of them succeeds: three tries, two broken clips, and as many as the
// service asks for by itself.
func policy(text string) (requests int, spoken bool) {
	tries, broken := 0, 0
	for {
		requests++
		switch faultOf(text, requests) {
		case noFault:
			return requests, true
		case tooBusy:
			continue
		case halfClip, noClip:
			broken++
		}
		if tries++; tries == 3 || broken == 2 {
			return requests, false
		}
	}
}

// TestThousandSentences: through a service that fails one request in twenty
// come all sentences, in order, in bounded memory, with exactly the requests
// that the policy makes.
func TestThousandSentences(t *testing.T) {
	texts := sentences(1000)
	want := 0
	for _, text := range texts {
		requests, spoken := policy(text)
		if want += requests; !spoken {
			t.Fatalf("%q fails for good: take another seed", text)
		}
	}
	service := &unreliable{Backend: fake.New(fake.Options{Rate: 8000}), calls: map[string]int{}}
	c := &clock{}
	backend := breaker.New(
		retry.New(
			limit.New(check.New(service), limit.Options{Sleep: c.Sleep, Now: c.Now}),
			retry.Options{Sleep: c.Sleep}),
		breaker.Options{})
	s := speaker(t, backend, t.TempDir())
	s.Rate, s.Jobs = 8000, 8
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := live(), int64(0)
	s.Progress = func(done int) {
		if done%200 == 0 {
			most = max(most, live()-before)
		}
	}
	sc := scriptOf(texts...)
	speech, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if len(speech.Failed) > 0 || speech.Spoken != 1000 || len(speech.Warnings) > 0 {
		t.Fatalf("%d spoken, failed %v, warnings %q", speech.Spoken, speech.Failed, speech.Warnings)
	}
	if service.Calls() != want || service.faults != want-1000 || service.faults < 30 {
		t.Errorf("%d requests with %d faults, want %d", service.Calls(), service.faults, want)
	}
	if service.Peak() > 3 {
		t.Errorf("%d requests at once", service.Peak())
	}
	if took := c.Now().Sub(time.Time{}); took < time.Duration(want-1)*100*time.Millisecond {
		t.Errorf("%d requests in %v of its minutes", want, took)
	}
	line, err := timeline.Build(sc, s.Rate, speech.Clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	sound := line.Frames * 2 // bytes
	t.Logf("%d requests, %d faults, %d KiB live at most for %d KiB of sound", want, service.faults, most>>10, sound>>10)
	if most > sound/8 {
		t.Errorf("%d KiB are live, of %d KiB of sound", most>>10, sound>>10)
	}
	for i, cue := range line.Chapters[0].Cues {
		if cue.Utterance.Text != texts[i] || len(cue.Words) != 5 {
			t.Fatalf("cue %d is %q with %d words", i, cue.Utterance.Text, len(cue.Words))
		}
		if i%50 > 0 {
			continue
		}
		clean, err := service.Backend.Synthesize(t.Context(), tts.Request{Text: texts[i], Voice: *cue.Utterance.Voice})
		if err != nil {
			t.Fatal(err)
		}
		samples, _, err := s.finish(clean)
		if err != nil {
			t.Fatal(err)
		}
		got := clipOf(t, s, speech.Keys[i], cue.Span.Frames())
		if len(got) != len(samples) || got[len(got)/2] != samples[len(got)/2] {
			t.Errorf("the clip of %q is another one's", texts[i])
		}
	}
}

// TestServiceDown: a service that is down is left alone after a few requests,
// and the error says so; with a fallback the work goes on.
func TestServiceDown(t *testing.T) {
	down := func() (*after, tts.Backend) {
		inner := &after{Around: tts.Around{Backend: fake.New(fake.Options{Name: "first", Rate: 8000})}, n: 51, err: errors.New("first: status 503")}
		c := &clock{}
		return inner, breaker.New(retry.New(inner, retry.Options{Sleep: c.Sleep}), breaker.Options{})
	}
	texts := sentences(1000)
	inner, backend := down()
	s := speaker(t, nil, t.TempDir())
	s.Backends = map[string]tts.Backend{"first": backend, "second": fake.New(fake.Options{Name: "second", Rate: 8000})}
	s.Rate = 8000
	_, err := s.Speak(t.Context(), withFallbacks(nil, texts...))
	if !errors.Is(err, tts.ErrDown) {
		t.Fatalf("got %v", err)
	}
	if n := inner.calls.Load(); n > 50+3*(5+4) { // four at once
		t.Errorf("%d requests", n)
	}
	inner, s.Backends["first"] = down()
	speech, err := s.Speak(t.Context(), withFallbacks([]string{"second:ben"}, texts[:150]...))
	if err != nil || len(speech.Failed) > 0 {
		t.Fatalf("%v, failed %v", err, speech.Failed)
	}
	if n := inner.calls.Load(); n > 50+3*(5+4) || len(speech.Substitutes) != 50 { // the store has the first 50
		t.Errorf("%d requests, %d substitutes", n, len(speech.Substitutes))
	}
}
