package espeak

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/voices"
)

// newBackend makes a Backend with or without the library. Nothing runs yet.
func newBackend(t testing.TB, worker bool) *Backend {
	t.Helper()
	if !worker {
		return New(Options{})
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Worker: []string{self}})
}

// newWorker makes a Backend that must use the library.
func newWorker(t testing.TB) *Backend {
	t.Helper()
	b := newBackend(t, true)
	t.Cleanup(func() { b.Close() })
	info, err := b.Info(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !info.Marks {
		t.Fatalf("the library is not used: %s", info.MarksNote)
	}
	return b
}

// newProgram makes a Backend that uses the program alone.
func newProgram(t testing.TB) *Backend {
	b := newBackend(t, false)
	t.Cleanup(func() { b.Close() })
	return b
}

func say(t testing.TB, b tts.Backend, voice voices.Voice, text string) (tts.Clip, []int16) {
	t.Helper()
	clip, err := b.Synthesize(context.Background(), tts.Request{Text: text, Voice: voice})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	r, err := clip.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	samples, err := pcm.ReadAll(r, maxFrames)
	if err != nil {
		t.Fatal(err)
	}
	return clip, samples
}

// TestVoiceName: all names of a voice are one.
func TestVoiceName(t *testing.T) {
	b := newProgram(t)
	for name, want := range map[string]string{
		"en-us": "gmw/en-US", "EN-US": "gmw/en-US", "gmw/en-US": "gmw/en-US", "English_(America)": "gmw/en-US", "en-US+f3": "gmw/en-US+f3",
	} {
		if own, err := tts.NameOf(t.Context(), b, voices.Voice{Engine: name}); err != nil || own != want {
			t.Errorf("%q is named %q, %v", name, own, err)
		}
	}
	if version, err := b.VoiceVersion(t.Context(), voices.Voice{Engine: "en-us"}); err != nil || version != "" {
		t.Errorf("version %q, %v", version, err)
	}
	if !isMBROLA("mb/mb-de5+f3") || isMBROLA("gmw/de") {
		t.Error("MBROLA's voices are not told from others")
	}
	if _, err := tts.NameOf(t.Context(), b, voices.Voice{Engine: "nowhere"}); !errors.Is(err, tts.ErrVoice) {
		t.Errorf("of a voice that is not there: %v", err)
	}
}

// sentences are of many kinds, in the languages that narrate has voices for.
var sentences = []struct{ voice, text string }{
	{"gmw/de", "Der Zug nach Köln fährt heute von Gleis 7 ab."},
	{"gmw/de", "„Wieso denn das?“, fragte sie, „gestern war es noch Gleis 12!“"},
	{"gmw/de", "Am 3. Mai 1987 um 14:30 Uhr waren es 12.345,67 Euro (brutto)."},
	{"gmw/de", "Die Nord-Süd-Achse ist 42 km lang; ihre Fläche beträgt 10 m²."},
	{"gmw/de", "Öl, Übermut, Äpfel, Straße – alles klingt gleich."},
	{"gmw/de", "Nein!"},
	{"gmw/de", "Sie las [[im Buch]] und <strong>dann</strong> & überhaupt."},
	{"gmw/de", "-f/etc/passwd ist hier nur ein Wort."},
	{"gmw/de+f3", "Mit anderer Stimme klingt derselbe Satz ganz anders."},
	{"de", "Auch unter dem kurzen Namen der Sprache spricht sie."},
	{"gmw/en", "Don't e-mail Mr. Brown's office before 10:45 pm, please."},
	{"gmw/en", "Is $1,234.56 really 5% of the total, or 1/20?"},
	{"gmw/en", "He said “stop”—and then, quite suddenly… he stopped."},
	{"gmw/en", "See https://example.org/a?b=c&d=e for the rest."},
	{"gmw/en-US", "The schedule says aluminum, tomato and route 66."},
	{"gmw/en-US", "A"},
	{"gmw/en-US+m3", "One fish, two fish, 3 fish, 4."},
	{"roa/fr", "L'été dernier, nous avons mangé des crêpes à Saint-Malo."},
	{"roa/fr", "« Ça va ? » demanda-t-il en 1994 ; elle ne répondit pas."},
	{"roa/es", "¿Cuántos años tiene el niño? ¡Tiene 21!"},
	{"roa/es", "El señor Núñez vive en la calle 5, n.º 18."},
	{"roa/it", "Perché no? La città è bellissima, e costa 30 euro."},
	{"roa/it", "C'è un po' d'acqua nell'albero."},
	{"gmw/nl", "Zij zei: ’s avonds om 8 uur eten we pannenkoeken."},
	{"gmw/nl", "De één is de ander niet."},
	{"zlw/pl", "Chrząszcz brzmi w trzcinie w Szczebrzeszynie 15 razy."},
	{"zlw/pl", "Gdzie jest źdźbło trawy?"},
	{"roa/pt", "Não há razão para três pães às 9 horas."},
	{"roa/pt-BR", "O João comprou 2 maçãs e um coração de chocolate."},
	{"zle/ru", "В 1961 году человек впервые полетел в космос."},
	{"zle/ru", "Ёжик ел яблоко… а ты?"},
	{"sit/cmn", "今天天气很好,我们去公园。"},
	{"sit/cmn", "他在2023年买了3本书。"},
	{"gmq/sv", "Räksmörgås kostar 95 kronor."},
	{"gmw/de+f3", "Noch ein Satz mit Rauschen in der Stimme, bitte sehr."},
	{"gmw/de+f5", "Noch ein Satz mit Rauschen in der Stimme, bitte sehr."},
	{"gmw/de+Andy", "Noch ein Satz mit Rauschen in der Stimme, bitte sehr."},
	{"gmw/de+klatt4", "Noch ein Satz mit Rauschen in der Stimme, bitte sehr."},
	{"gmw/de+whisper", "Noch ein Satz mit Rauschen in der Stimme, bitte sehr."},
	{"gmw/de+croak", "Noch ein Satz mit Rauschen in der Stimme, bitte sehr."},
	{"grk/el", "Καλημέρα, τι κάνεις;"},
}

func TestSameSound(t *testing.T) {
	worker, program := newWorker(t), newProgram(t)
	var group sync.WaitGroup
	limit := make(chan struct{}, 4)
	for i, s := range sentences {
		group.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			// Most with the engine's normal prosody, some with every other.
			voice := voices.Voice{Engine: s.voice}
			if i%3 == 1 {
				voice.Settings = map[string]string{"word-gap": fmt.Sprintf("%d0ms", i%7)}
			}
			if i%3 == 2 {
				voice.Rate, voice.Pitch, voice.Volume = 0.5+float64(i%8)/4, 0.25+float64(i%7)/4, 0.25+float64(i%6)/4
			}
			clip, a := say(t, worker, voice, s.text)
			other, b := say(t, program, voice, s.text)
			if !slices.Equal(a, b) || clip.Format != other.Format {
				t.Errorf("%s %q: %d and %d samples, not the same", s.voice, s.text, len(a), len(b))
			}
			// What was spoken before must not matter.
			again, c := say(t, worker, voice, s.text)
			if !slices.Equal(a, c) || !slices.Equal(clip.Marks, again.Marks) {
				t.Errorf("%s %q: not the same again", s.voice, s.text)
			}
			if len(clip.Marks) == 0 || len(other.Marks) != 0 {
				t.Errorf("%s %q: %d and %d marks", s.voice, s.text, len(clip.Marks), len(other.Marks))
			}
			if err := check.Clip(tts.Request{Text: s.text, Voice: voice}, clip); err != nil {
				t.Errorf("%s %q: %v", s.voice, s.text, err)
			}
		})
	}
	group.Wait()
}

// TestHarmlessSound holds what the engine would obey against the same text
// with spaces in its place.
func TestHarmlessSound(t *testing.T) {
	b := newProgram(t)
	for text, plain := range map[string]string{
		"Eins \x0110S zwei drei vier.":    "Eins  10S zwei drei vier.",
		"Eins [[_::_:]] zwei drei vier.":  "Eins [ _::_:]] zwei drei vier.",
		"Eins zwei\x00 drei vier.":        "Eins zwei  drei vier.",
		"Eins\n\nzwei drei vier.":         "Eins  zwei drei vier.",
		"Eins \ue001\ufffd zwei.":         "Eins    zwei.",
		"\x1b[31mEins zwei drei vier.":    " [31mEins zwei drei vier.",
		"-f/etc/hostname eins zwei drei.": " -f/etc/hostname eins zwei drei.",
	} {
		_, got := say(t, b, voices.Voice{Engine: "gmw/de"}, text)
		_, want := say(t, b, voices.Voice{Engine: "gmw/de"}, plain)
		// Silence and unspoken signs may lengthen a pause, no more.
		if d := len(got) - len(want); d < -2000 || d > 2000 {
			t.Errorf("%q: %d samples, %d for %q", text, len(got), len(want), plain)
		}
	}
}

// TestVoiceNames checks that a short name means what it means to the engine.
func TestVoiceNames(t *testing.T) {
	b := newProgram(t)
	e, err := b.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"de", "DE", "en", "en-gb", "en-us", "pt", "pt-br", "fr", "es", "es-mx", "zh", "cmn", "ru", "German", "gmw/DE"} {
		voice, err := e.voices.find(name)
		if err != nil {
			t.Error(err)
			continue
		}
		request := request{Text: "Radio 1, international.", WPM: 175, Pitch: 50, Volume: 100, Seed: e.seeded}
		request.Voice = voice
		got, err := e.speak(t.Context(), time.Minute, request)
		if err != nil {
			t.Fatal(err)
		}
		if request.Voice = name; name == "gmw/DE" { // to the engine a file name, with its case
			request.Voice = "gmw/de"
		}
		want, err := e.speak(t.Context(), time.Minute, request)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.samples, want.samples) {
			t.Errorf("%q is not %q", name, voice)
		}
	}
}

func TestProsody(t *testing.T) {
	tests := []struct {
		voice voices.Voice
		want  request
		err   bool
	}{
		{voices.Voice{}, request{WPM: 175, Pitch: 50, Volume: 100}, false},
		{voices.Voice{Rate: 1, Pitch: 1, Volume: 1}, request{WPM: 175, Pitch: 50, Volume: 100}, false},
		{voices.Voice{Rate: 0.46, Pitch: 0.001, Volume: 0.01}, request{WPM: 81, Pitch: 0, Volume: 1}, false},
		{voices.Voice{Rate: 2.57, Pitch: 1.98, Volume: 2}, request{WPM: 450, Pitch: 99, Volume: 200}, false},
		{voices.Voice{Rate: 0.4}, request{}, true},
		{voices.Voice{Rate: 2.6}, request{}, true},
		{voices.Voice{Rate: math.NaN()}, request{}, true},
		{voices.Voice{Rate: math.Inf(1)}, request{}, true},
		{voices.Voice{Pitch: -1}, request{}, true},
		{voices.Voice{Pitch: 2}, request{}, true},
		{voices.Voice{Volume: 2.01}, request{}, true},
		{voices.Voice{Volume: 0.001}, request{}, true},
	}
	if _, err := prosody(voices.Voice{Rate: 0.3, Pitch: 2}); err == nil || err.Error() !=
		"rate 0.3 is not between 0.46 and 2.57, as espeak-ng needs it; pitch 2 is not between 0.00 and 1.98, as espeak-ng needs it" {
		t.Errorf("two at once: %v", err)
	}
	for _, test := range tests {
		got, err := prosody(test.voice)
		if test.err {
			if !errors.Is(err, tts.ErrVoice) || !tts.Permanent(err) {
				t.Errorf("%+v: %v", test.voice, err)
			}
		} else if err != nil || got != test.want {
			t.Errorf("%+v: %+v, %v", test.voice, got, err)
		}
	}
}

// TestQuiet checks that neither way of driving looks for a sound server.
func TestQuiet(t *testing.T) {
	folder := t.TempDir()
	server, err := net.Listen("unix", filepath.Join(folder, "native"))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var calls atomic.Int32
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			c.Close()
		}
	}()
	t.Setenv("PULSE_SERVER", "unix:"+filepath.Join(folder, "native"))
	t.Setenv("PULSE_RUNTIME_PATH", folder)
	say(t, newWorker(t), voices.Voice{Engine: "gmw/de"}, "Leise.")
	say(t, newProgram(t), voices.Voice{Engine: "gmw/de"}, "Leise.")
	if n := calls.Load(); n != 0 {
		t.Errorf("%d connections to the sound server", n)
	}
}

func BenchmarkWorker(b *testing.B)  { benchmark(b, newWorker(b)) }
func BenchmarkProgram(b *testing.B) { benchmark(b, newProgram(b)) }

// benchmark speaks with as many requests at once as Info says.
func benchmark(b *testing.B, backend *Backend) {
	info, err := backend.Info(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	var frames atomic.Int64
	group := make(chan struct{}, info.Parallel)
	i := 0
	for b.Loop() {
		s := sentences[i%7]
		i++
		group <- struct{}{}
		go func() {
			defer func() { <-group }()
			clip, err := backend.Synthesize(context.Background(), tts.Request{Text: s.text, Voice: voices.Voice{Engine: s.voice}})
			if err != nil {
				b.Error(err)
			}
			frames.Add(clip.Frames)
		}()
	}
	for range info.Parallel {
		group <- struct{}{}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sentences/s")
	b.ReportMetric(float64(frames.Load())/22050/b.Elapsed().Seconds(), "x-real-time")
}
