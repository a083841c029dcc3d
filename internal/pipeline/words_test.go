package pipeline_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"narrate/internal/clipstore"
	"narrate/internal/document"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/tts/espeak"
	"narrate/voices"
)

// silentOnWords is an engine that tells no word times, and one that counts.
type silentOnWords struct {
	tts.Around
	told []tts.Mark
}

func (b *silentOnWords) Name() string { return "other" }

func (b *silentOnWords) Info(ctx context.Context) (tts.Info, error) {
	info, err := b.Backend.Info(ctx)
	info.Marks = false
	return info, err
}

func (b *silentOnWords) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	clip, err := b.Backend.Synthesize(ctx, r)
	b.told, clip.Marks = clip.Marks, nil
	return clip, err
}

// counted counts what an engine is asked to speak.
type counted struct {
	tts.Around
	spoken int
}

func (b *counted) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	b.spoken++
	return b.Backend.Synthesize(ctx, r)
}

func TestFindWords(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	engine := espeak.New(espeak.Options{Worker: []string{self}})
	t.Cleanup(func() { engine.Close() })
	other, reference := &silentOnWords{Around: tts.Around{Backend: engine}}, &counted{Around: tts.Around{Backend: engine}}
	store, err := clipstore.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	const text = "The ferry left the quay at noon, and nobody on the deck looked back."
	voice := &voices.Voice{Name: "other", Backend: "other", Engine: "gmw/en-US+f3", Language: "en", Rate: 1.2}
	s := &script.Script{Source: "a.txt", Lang: "en", Chapters: []script.Chapter{{Utterances: []script.Utterance{
		{Text: text, Spoken: text, Lang: "en", Voice: voice, Pos: document.Pos{File: "a.txt", Line: 1, Col: 1}},
	}}}}
	aligning := 0
	speaker := &pipeline.Speaker{
		Store: store, Backends: map[string]tts.Backend{"other": other, "espeak": reference}, Rate: 22050, Trim: pcm.DefaultTrim, Jobs: 2,
		Reference: func(string) *voices.Voice {
			return &voices.Voice{Name: "reference", Backend: "espeak", Engine: "gmw/en-US", Language: "en"}
		},
		Aligning: func(done, of int) { aligning += of },
	}
	speak := func() *timeline.Clip {
		t.Helper()
		speech, err := speaker.Speak(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return speech.Clips[0]
	}
	clip := speak()
	if clip.Timing != timeline.Aligned || clip.Confidence < 0.5 || reference.spoken != 1 || aligning != 1 {
		t.Fatalf("%s with confidence %g, %d references, %d told", clip.Timing, clip.Confidence, reference.spoken, aligning)
	}
	for _, m := range other.told {
		i := slices.IndexFunc(clip.Marks, func(c tts.Mark) bool { return c.Lo == m.Lo })
		if i < 0 {
			t.Errorf("%q has no mark", text[m.Lo:m.Hi])
			continue
		}
		// The clip was trimmed by up to some milliseconds.
		if ms := (clip.Marks[i].Frame - m.Frame) * 1000 / 22050; ms < -40 || ms > 40 {
			t.Errorf("%q is %d ms off", text[m.Lo:m.Hi], ms)
		}
	}
	if len(clip.Marks) != 14 { // also those that the reference joins
		t.Errorf("%d words: %v", len(clip.Marks), clip.Marks)
	}
	again := speak()
	if !slices.Equal(again.Marks, clip.Marks) || again.Confidence != clip.Confidence || reference.spoken != 1 {
		t.Errorf("a second run gives %v with confidence %g and speaks %d references", again.Marks, again.Confidence, reference.spoken)
	}
	for name, change := range map[string]func(){
		"nobody speaks references":   func() { speaker.Reference = nil },
		"the language has no voice":  func() { speaker.Reference = func(string) *voices.Voice { return nil } },
		"the voice is not to be had": func() { speaker.Reference = func(string) *voices.Voice { return &voices.Voice{Backend: "none"} } },
		"the reference is of no use": func() {
			speaker.Reference = func(string) *voices.Voice { return &voices.Voice{Backend: "other", Engine: "gmw/en-US"} }
		},
	} {
		change()
		if clip := speak(); clip.Timing != timeline.Estimated || len(clip.Marks) != 14 {
			t.Errorf("%s: %s, %d words", name, clip.Timing, len(clip.Marks))
		}
	}
}
