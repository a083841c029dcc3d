package check

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

func TestBackend(t *testing.T) {
	long := "A sentence that goes on for long enough to tell."
	b := New(fake.New(fake.Options{Faults: map[string]fake.Fault{
		"empty": {Do: fake.Empty}, "silent": {Do: fake.Silent}, long: {Do: fake.Short},
		"cut": {Do: fake.Cut}, "fail": {Do: fake.Fail},
	}}))
	for text, want := range map[string]error{
		"fine": nil, "empty": tts.ErrEmpty, "silent": tts.ErrEmpty, long: tts.ErrBroken,
		"cut": tts.ErrBroken, "fail": fake.ErrInjected,
	} {
		clip, err := b.Synthesize(context.Background(), tts.Request{Text: text})
		if want == nil && err == nil && clip.Frames > 0 {
			continue
		}
		if want == nil || !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// reader is a broken pcm.Reader.
type reader struct {
	pcm.Reader
	n        int
	err      error
	closeErr error
}

func (r *reader) Read(dst []int16) (int, error) {
	if r.n != 0 || r.err != nil {
		return r.n, r.err
	}
	return r.Reader.Read(dst)
}

func (r *reader) Close() error { return r.closeErr }

func TestClip(t *testing.T) {
	const text = "Drei kurze Wörter"
	format := pcm.Format{Rate: 16000, Channels: 1}
	samples := pcmtest.Tone(format, 200, 0.5, 20000)
	good := func() tts.Clip {
		return tts.Samples(format, samples, []tts.Mark{{Frame: 0, Lo: 0, Hi: 4}, {Frame: 9000, Lo: 5, Hi: 10}, {Frame: 19999, Lo: 11, Hi: len(text)}})
	}
	broken := errors.New("broken inside")
	tests := []struct {
		name   string
		change func(*tts.Clip)
		want   error
	}{
		{"good", func(*tts.Clip) {}, nil},
		{"no marks", func(c *tts.Clip) { c.Marks = nil }, nil},
		{"rate", func(c *tts.Clip) { c.Format.Rate = 50 }, tts.ErrBroken},
		{"channels", func(c *tts.Clip) { c.Format.Channels = 0 }, tts.ErrBroken},
		{"other rate inside", func(c *tts.Clip) { c.Format.Rate = 22050 }, tts.ErrBroken},
		{"negative", func(c *tts.Clip) { c.Frames = -1 }, tts.ErrBroken},
		{"no frames", func(c *tts.Clip) { c.Frames = 0 }, tts.ErrEmpty},
		{"fewer frames", func(c *tts.Clip) { c.Frames++ }, tts.ErrBroken},
		{"more frames", func(c *tts.Clip) { c.Frames -= 100; c.Marks = nil }, tts.ErrBroken},
		{"mark before the start", func(c *tts.Clip) { c.Marks[0].Frame = -1 }, tts.ErrBroken},
		{"mark past the end", func(c *tts.Clip) { c.Marks[2].Frame = 20000 }, tts.ErrBroken},
		{"marks at once", func(c *tts.Clip) { c.Marks[1].Frame = 0 }, tts.ErrBroken},
		{"words overlap", func(c *tts.Clip) { c.Marks[1].Lo = 3 }, tts.ErrBroken},
		{"no word", func(c *tts.Clip) { c.Marks[1].Hi = 5 }, tts.ErrBroken},
		{"word past the text", func(c *tts.Clip) { c.Marks[2].Hi++ }, tts.ErrBroken},
		{"no opening", func(c *tts.Clip) { c.Open = nil }, tts.ErrBroken},
		{"opening fails", func(c *tts.Clip) { c.Open = func() (pcm.Reader, error) { return nil, broken } }, broken},
		{"reading fails", func(c *tts.Clip) {
			c.Open = func() (pcm.Reader, error) { return &reader{Reader: pcm.Samples(format, samples), err: broken}, nil }
		}, broken},
		{"endless", func(c *tts.Clip) {
			c.Open = func() (pcm.Reader, error) { return &reader{Reader: pcm.Samples(format, samples), n: 4096}, nil }
		}, tts.ErrBroken},
		{"closing fails", func(c *tts.Clip) {
			c.Open = func() (pcm.Reader, error) {
				return &reader{Reader: pcm.Samples(format, samples), closeErr: broken}, nil
			}
		}, broken},
		{"silent", func(c *tts.Clip) { *c = tts.Samples(format, make([]int16, 20000), nil) }, tts.ErrEmpty},
		{"one sound among silence", func(c *tts.Clip) {
			s := make([]int16, 20000)
			s[15000] = 5000
			*c = tts.Samples(format, s, nil)
		}, nil},
		{"too short", func(c *tts.Clip) { *c = tts.Samples(format, samples[:4000], nil) }, tts.ErrBroken},
		{"too long", func(c *tts.Clip) {
			*c = tts.Samples(format, pcmtest.Tone(format, 200, 0.5, 16000*25), nil)
		}, tts.ErrBroken},
	}
	for _, test := range tests {
		clip := good()
		test.change(&clip)
		err := Clip(tts.Request{Text: text}, clip)
		if (err == nil) != (test.want == nil) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if test.want == broken && !errors.Is(err, tts.ErrBroken) {
			t.Errorf("%s: %v is not called broken", test.name, err)
		}
	}
}

func TestPlausible(t *testing.T) {
	// Lengths of real speech at rate 1: those of espeak-ng, and slow readers.
	tests := []struct {
		text string
		rate float64
		real time.Duration
		ok   bool
	}{
		{"A", 1, 300 * time.Millisecond, true},
		{"Nein!", 0, 400 * time.Millisecond, true},
		{"1950", 1, 1400 * time.Millisecond, true},
		{"1000000", 1, 600 * time.Millisecond, true},
		{"777777", 1, 4500 * time.Millisecond, true},
		{"今天天气很好,我们去公园。", 1, 4600 * time.Millisecond, true},
		{"今天天气很好,我们去公园。", 1, 400 * time.Millisecond, false},
		{"Hmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", 1, 300 * time.Millisecond, true},
		{"WDR, ZDF und NDR", 1, 5 * time.Second, true},
		{"😂😂", 1, 4 * time.Second, true},
		{strings.Repeat("word and ", 20), 1, 12 * time.Second, true},
		{strings.Repeat("word and ", 20), 1, 3 * time.Second, false},
		{strings.Repeat("word and ", 20), 1, 2 * time.Minute, false},
		{strings.Repeat("word and ", 20), 4, 3 * time.Second, true},  // as asked
		{strings.Repeat("word and ", 20), 4, 12 * time.Second, true}, // the engine ignored the rate
		{strings.Repeat("word and ", 20), 0.25, 48 * time.Second, true},
		{strings.Repeat("word and ", 20), 0.25, 12 * time.Second, true},
		{strings.Repeat("word and ", 20), 0.25, 2 * time.Second, false},
	}
	for _, test := range tests {
		least, most := Plausible(test.text, test.rate)
		if ok := test.real >= least && test.real <= most; ok != test.ok {
			t.Errorf("%.20q at rate %g: %v in [%v, %v] is %v", test.text, test.rate, test.real, least, most, ok)
		}
		if _, slow := Plausible(test.text, test.rate); slow < least {
			t.Errorf("%.20q: bounds %v to %v", test.text, least, slow)
		}
	}
	var v voices.Voice
	if least, most := Plausible("", v.Rate); least != 0 || most <= 0 {
		t.Errorf("nothing takes %v to %v", least, most)
	}
}
