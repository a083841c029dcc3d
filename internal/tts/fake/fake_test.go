package fake

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"narrate/internal/tts"
	"narrate/voices"
)

func samples(t *testing.T, clip tts.Clip) []int16 {
	t.Helper()
	r, err := clip.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []int16
	buf := make([]int16, 1000)
	for {
		n, err := r.Read(buf)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, buf[:n]...)
	}
}

func TestSpeak(t *testing.T) {
	b := New(Options{})
	clip, err := b.Synthesize(context.Background(), tts.Request{Text: "Ja, zwölf 3."})
	if err != nil {
		t.Fatal(err)
	}
	// head 480, ja 3360 + gap 1200 + comma 4800, zwölf 8400 + 1200, digit …
	want := []tts.Mark{{Frame: 480, Lo: 0, Hi: 2}, {Frame: 9840, Lo: 4, Hi: 10}, {Frame: 19440, Lo: 11, Hi: 12}}
	if !slices.Equal(clip.Marks, want) {
		t.Errorf("marks %v, want %v", clip.Marks, want)
	}
	got := samples(t, clip)
	if int64(len(got)) != clip.Frames || clip.Frames != 19440+7200+1200+4800+7200 {
		t.Errorf("%d samples, %d frames", len(got), clip.Frames)
	}
	if slices.ContainsFunc(got[:480], func(s int16) bool { return s != 0 }) || slices.Max(got) < 7000 || slices.Max(got) > 8000 {
		t.Errorf("largest sample %d", slices.Max(got))
	}
	other, err := b.Synthesize(context.Background(), tts.Request{Text: "Ja, zwölf 3.", Voice: voices.Voice{Rate: 2, Pitch: 0.5, Volume: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if other.Frames != clip.Frames/2 || slices.Max(samples(t, other)) < 15000 {
		t.Errorf("twice as fast and loud: %d frames", other.Frames)
	}
	if b.Calls() != 2 || b.CallsOf("Ja, zwölf 3.") != 2 || b.Peak() != 1 {
		t.Error("wrong counts")
	}
}

func TestFaults(t *testing.T) {
	b := New(Options{Plain: true, Faults: map[string]Fault{
		"twice": {Do: Fail, Times: 2}, "empty": {Do: Empty}, "silent": {Do: Silent},
		"short": {Do: Short}, "cut": {Do: Cut}, "hang": {Do: Hang},
	}})
	ctx := context.Background()
	for i, want := range []error{ErrInjected, ErrInjected, nil} {
		if _, err := b.Synthesize(ctx, tts.Request{Text: "twice"}); !errors.Is(err, want) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	clip := func(text string) tts.Clip {
		t.Helper()
		c, err := b.Synthesize(ctx, tts.Request{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := clip("empty"); c.Frames != 0 {
		t.Error("empty has sound")
	}
	if got := samples(t, clip("silent")); len(got) != 18960 || slices.Max(got) != 0 || slices.Min(got) != 0 {
		t.Error("silent is not silence")
	}
	if c := clip("short"); c.Frames != 720 || int64(len(samples(t, c))) != c.Frames {
		t.Errorf("short has %d frames", c.Frames)
	}
	if c := clip("cut"); int64(len(samples(t, c))) != c.Frames/2 {
		t.Error("cut is whole")
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Synthesize(ctx, tts.Request{Text: "hang"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
