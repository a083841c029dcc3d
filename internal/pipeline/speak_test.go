package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"narrate/internal/clipstore"
	"narrate/internal/document"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// scriptOf makes a script of one chapter with these sentences.
func scriptOf(sentences ...string) *script.Script {
	voice := voices.Default()
	voice.Name, voice.Backend, voice.Engine, voice.Language = "test", "fake", "tone", "en"
	chapter := script.Chapter{Title: "A Test"}
	for i, text := range sentences {
		chapter.Utterances = append(chapter.Utterances, script.Utterance{
			Text: text, Spoken: text, Lang: "en", Voice: &voice, After: voice.Pauses.Sentence,
			Pos: document.Pos{File: "a.txt", Offset: int64(100 * i), Line: i + 1, Col: 1},
		})
	}
	return &script.Script{Source: "a.txt", Title: "A Test", Lang: "en", Chapters: []script.Chapter{chapter}}
}

func speaker(t *testing.T, backend tts.Backend, dir string) *Speaker {
	t.Helper()
	store, err := clipstore.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &Speaker{
		Store: store, Backends: map[string]tts.Backend{"fake": backend},
		Rate: 22050, Trim: pcm.DefaultTrim, Jobs: 4,
	}
}

func sentences(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("Sentence number %d says something.", i)
	}
	return list
}

func TestNothingIsSpokenTwice(t *testing.T) {
	backend := fake.New(fake.Options{})
	s := speaker(t, backend, t.TempDir())
	s.Rate = 8000
	texts := append(sentences(8), sentences(3)...)
	steps := []struct {
		name           string
		change         func()
		spoken, reused int
	}{
		{"cold, three sentences twice", func() {}, 8, 3},
		{"warm", func() {}, 0, 11},
		{"one changed word", func() { texts[7] = "Sentence number seven says another thing." }, 1, 10},
		{"a sentence moved to the end", func() { texts = append(texts[1:], texts[0]) }, 0, 11},
		{"another rate of the programme", func() { s.Rate = 16000 }, 8, 3},
		{"another trim rule", func() { s.Trim.ThresholdDB -= 3 }, 8, 3},
	}
	for _, step := range steps {
		step.change()
		before := backend.Calls()
		speech, err := s.Speak(t.Context(), scriptOf(texts...))
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if speech.Spoken != step.spoken || speech.Reused != step.reused || backend.Calls()-before != step.spoken {
			t.Errorf("%s: spoken %d, reused %d with %d calls, want %d and %d",
				step.name, speech.Spoken, speech.Reused, backend.Calls()-before, step.spoken, step.reused)
		}
	}
}

func TestVoiceChangesTheKey(t *testing.T) {
	s := speaker(t, fake.New(fake.Options{}), t.TempDir())
	u := &scriptOf("A sentence.").Chapters[0].Utterances[0]
	key := func(u *script.Utterance, version string, phonemes []tts.Phonemes) clipstore.Key {
		return s.key(u.Spoken, candidate{voice: u.Voice, version: version, engine: u.Voice.Engine}, phonemes)
	}
	keys := map[clipstore.Key]string{key(u, "1", nil): "base"}
	for name, change := range map[string]func(*script.Utterance, *voices.Voice){
		"engine":   func(_ *script.Utterance, v *voices.Voice) { v.Engine = "other" },
		"rate":     func(_ *script.Utterance, v *voices.Voice) { v.Rate = 1.1 },
		"pitch":    func(_ *script.Utterance, v *voices.Voice) { v.Pitch = 1.1 },
		"volume":   func(_ *script.Utterance, v *voices.Voice) { v.Volume = 1.1 },
		"language": func(_ *script.Utterance, v *voices.Voice) { v.Language = "de" },
		"setting":  func(_ *script.Utterance, v *voices.Voice) { v.Settings = map[string]string{"a": "b", "c": "d"} },
		"value":    func(_ *script.Utterance, v *voices.Voice) { v.Settings = map[string]string{"a": "b", "c": ""} },
		"pair":     func(_ *script.Utterance, v *voices.Voice) { v.Settings = map[string]string{"a": "bc"} },
		"text":     func(u *script.Utterance, _ *voices.Voice) { u.Spoken = "Another sentence." },
	} {
		changed, voice := *u, *u.Voice
		changed.Voice = &voice
		change(&changed, &voice)
		changedKey := key(&changed, "1", nil)
		if other, taken := keys[changedKey]; taken {
			t.Errorf("%s and %s give the same key", name, other)
		}
		keys[changedKey] = name
	}
	for _, p := range [][]tts.Phonemes{{{Lo: 0, Hi: 1, IPA: "ə"}}, {{Lo: 0, Hi: 1, IPA: "a"}}, {{Lo: 0, Hi: 1, Native: "a"}}, {{Lo: 2, Hi: 10, IPA: "ə"}}} {
		pronounced := key(u, "1", p)
		if other, taken := keys[pronounced]; taken {
			t.Errorf("phonemes %v and %s give the same key", p, other)
		}
		keys[pronounced] = "phonemes"
	}
	if _, taken := keys[key(u, "2", nil)]; taken {
		t.Error("the backend's version does not change the key")
	}
	moved, renamed := *u, *u.Voice
	moved.Pos, moved.After = document.Pos{}, 0
	renamed.Name, renamed.Description, renamed.Pauses, renamed.Settings = "x", "y", voices.Pauses{}, map[string]string{}
	moved.Voice = &renamed
	if key(&moved, "1", nil) != key(u, "1", nil) {
		t.Error("the place, the pauses or no settings change the key")
	}
}

// What a voice can be told to pronounce reaches it; of the rest there is a
// warning, and the words are spoken all the same.
func TestPhonemes(t *testing.T) {
	pronounced := func(sc *script.Script) *script.Script {
		u := sc.Chapters[0].Utterances
		u[0].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, IPA: "kwɪz"}}
		u[1].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, IPA: "☃"}}
		u[2].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, IPA: "☃"}, {Lo: 5, Hi: 9, IPA: "əˈɡɛn"}}
		return sc
	}
	texts := []string{"Quiz night again.", "Snow comes down.", "Snow then more.", "Nothing else."}
	backend := fake.New(fake.Options{})
	s := speaker(t, backend, t.TempDir())
	plain, err := s.Speak(t.Context(), scriptOf(texts...))
	if err != nil {
		t.Fatal(err)
	}
	speech, err := s.Speak(t.Context(), pronounced(scriptOf(texts...)))
	if err != nil {
		t.Fatal(err)
	}
	for i, same := range []bool{false, true, false, true} {
		if (plain.Keys[i] == speech.Keys[i]) != same || speech.Clips[i] == nil {
			t.Errorf("%q: the key is the same: %v, want %v", texts[i], !same, same)
		}
	}
	if speech.Spoken != 2 || len(speech.Warnings) != 1 || !strings.HasPrefix(speech.Warnings[0], "a.txt:2:1: \"Snow\" is said as it is written") {
		t.Errorf("%d spoken, warnings %q", speech.Spoken, speech.Warnings)
	}

	// Phonemes of the engine's own go before IPA, and are another sound; those of
	// other engines are nothing.
	native := scriptOf(texts...)
	own := func(backend, phonemes string) []voices.Native {
		return []voices.Native{{Backend: backend, Phonemes: phonemes}}
	}
	native.Chapters[0].Utterances[0].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, IPA: "kwɪz", Native: own("fake", "KW")}}
	native.Chapters[0].Utterances[1].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, Native: own("fake", "S")}}
	native.Chapters[0].Utterances[2].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, Native: own("other", "☃")}}
	native.Chapters[0].Utterances[3].Phonemes = []script.Phonemes{{Lo: 0, Hi: 4, Native: own("fake", "no")}}
	said, err := s.Speak(t.Context(), native)
	if err != nil {
		t.Fatal(err)
	}
	for i, same := range []bool{false, false, true, true} {
		if (plain.Keys[i] == said.Keys[i]) != same || said.Keys[i] == speech.Keys[i] && !same {
			t.Errorf("%q with phonemes of its engine: the key is the same: %v, want %v", texts[i], !same, same)
		}
	}
	if said.Spoken != 2 || len(said.Warnings) != 1 || !strings.HasPrefix(said.Warnings[0], "a.txt:4:1: \"Noth\" is said as it is written") {
		t.Errorf("%d spoken, warnings %q", said.Spoken, said.Warnings)
	}

	deaf := speaker(t, fake.New(fake.Options{Deaf: true}), t.TempDir())
	speech, err = deaf.Speak(t.Context(), pronounced(scriptOf(texts...)))
	if err != nil {
		t.Fatal(err)
	}
	if len(speech.Failed) > 0 || len(speech.Warnings) != 1 || !strings.HasPrefix(speech.Warnings[0], "a.txt:1:1: the backend") {
		t.Errorf("failed %v, warnings %q", speech.Failed, speech.Warnings)
	}
}

func TestFailuresAreNamedInOrder(t *testing.T) {
	texts := sentences(12)
	backend := fake.New(fake.Options{Faults: map[string]fake.Fault{
		texts[9]: {Do: fake.Silent},
		texts[2]: {Do: fake.Empty},
		texts[5]: {Do: fake.Fail},
	}})
	s := speaker(t, backend, t.TempDir())
	sc := scriptOf(texts...)
	sc.Chapters[0].Utterances[9].Pos = document.Pos{File: "notes.txt", Line: 1, Col: 1} // a note, which stands elsewhere
	speech, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, f := range speech.Failed {
		if f.Reason == "" || f.Pos.Line == 0 {
			t.Errorf("a failure without reason or place: %+v", f)
		}
		failed = append(failed, f.Text)
	}
	if want := []string{texts[2], texts[5], texts[9]}; strings.Join(failed, "|") != strings.Join(want, "|") {
		t.Errorf("failed: %q", failed)
	}
	for i, clip := range speech.Clips {
		if bad := i == 2 || i == 5 || i == 9; bad != (clip == nil) {
			t.Errorf("clip %d: %v", i, clip)
		}
	}
	report := NewReport(scriptOf(texts...), speech, nil)
	if report.Complete || report.Heard != 9 || len(report.Failed) != 3 {
		t.Errorf("report: %+v", report)
	}
}

// broken fails every request in the same way.
type broken struct {
	tts.Backend
	err error
}

func (b broken) Synthesize(context.Context, tts.Request) (tts.Clip, error) {
	return tts.Clip{}, b.err
}

func TestWhatFailsForAllEndsTheWork(t *testing.T) {
	for _, err := range []error{tts.ErrMissing, tts.ErrVoice, tts.ErrKey, tts.ErrQuota, tts.ErrDown} {
		backend := broken{fake.New(fake.Options{}), fmt.Errorf("engine: %w", err)}
		_, got := speaker(t, backend, t.TempDir()).Speak(t.Context(), scriptOf(sentences(50)...))
		if !errors.Is(got, err) || !strings.HasPrefix(got.Error(), "a.txt:") {
			t.Errorf("%v: %v", err, got)
		}
	}
	s := speaker(t, fake.New(fake.Options{}), t.TempDir())
	s.Backends = nil
	if _, err := s.Speak(t.Context(), scriptOf("A sentence.")); err == nil || !strings.Contains(err.Error(), `"fake"`) {
		t.Errorf("unknown backend: %v", err)
	}
}

func TestCancelStops(t *testing.T) {
	texts := sentences(30)
	backend := fake.New(fake.Options{Faults: map[string]fake.Fault{texts[3]: {Do: fake.Hang}}})
	s := speaker(t, backend, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	s.Progress = func(done int) {
		if done >= 10 {
			once.Do(cancel)
		}
	}
	speech, err := s.Speak(ctx, scriptOf(texts...))
	if !errors.Is(err, context.Canceled) || err.Error() != "interrupted" || speech == nil {
		t.Fatalf("got %v", err)
	}
	if speech.Spoken < 10 || speech.Reused != 0 || len(speech.Failed) != 30-speech.Spoken || speech.Failed[0].Text != texts[3] || speech.Failed[0].Reason != "interrupted" {
		t.Errorf("%d spoken, %d reused, failed %v", speech.Spoken, speech.Reused, speech.Failed)
	}
	// What an earlier run has spoken, and this one does not come to, is heard.
	ctx, cancel = context.WithCancel(t.Context())
	once = sync.Once{}
	s.Progress = func(int) { once.Do(cancel) }
	s.Jobs = 1
	again, err := s.Speak(ctx, scriptOf(texts...))
	if !errors.Is(err, context.Canceled) || again == nil || again.Spoken != 0 || again.Reused != speech.Spoken || len(again.Failed) != len(speech.Failed) {
		t.Errorf("again: %v, %+v", err, again)
	}
}

func TestDamagedClipIsSpokenAgain(t *testing.T) {
	dir := t.TempDir()
	s := speaker(t, fake.New(fake.Options{}), dir)
	sc := scriptOf(sentences(3)...)
	first, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	damage(t, dir, first.Keys[1])
	again, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if again.Spoken != 1 || len(again.Warnings) != 1 || !strings.Contains(again.Warnings[0], "a.txt:2:1") {
		t.Errorf("spoken %d, warnings %q", again.Spoken, again.Warnings)
	}
}

// damage flips a bit in the middle of a stored clip.
func damage(t *testing.T, dir string, key clipstore.Key) {
	t.Helper()
	path := filepath.Join(dir, key.String()[:2], key.String()+".clip")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
