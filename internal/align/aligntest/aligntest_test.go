package aligntest

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/espeak"
	"narrate/internal/wordtime"
	"narrate/voices"
)

func TestMain(m *testing.M) {
	if handled, code := espeak.WorkerMain(); handled {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func newEspeak(t testing.TB) tts.Backend {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := espeak.New(espeak.Options{Worker: []string{self}})
	t.Cleanup(func() { b.Close() })
	return b
}

func sentences(t testing.TB, lang string) []string {
	texts, err := Sentences(lang)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// plain are the letters whose sounds are loud from their start: a stop begins
// with silence, "f" and "h" with little.
const plain = "aeioulmnrsyzAEIOULMNRSYZ"

// checkSamples holds what the engine says of its words against its sound: where
// sound begins after a pause a word begins. It adds up the errors of the guess.
func checkSamples(t *testing.T, samples []Sample) Stats {
	t.Helper()
	var guessed, heard Stats
	for _, s := range samples {
		var before Word
		for _, w := range s.Words {
			if w.Lo < before.Hi || w.Hi <= w.Lo || w.Hi > len(s.Text) || w.Start < before.End || w.End <= w.Start || w.End > int64(len(s.Samples)) {
				t.Errorf("%s %s: %q: %+v comes after %+v", s.Engine, s.Voice, s.Text, w, before)
			}
			// Up to a third of the pause the sound before it may linger.
			pause := w.Start - before.End
			if before.Hi > 0 && pause >= int64(s.Rate)/10 && strings.IndexByte(plain, s.Text[w.Lo]) >= 0 {
				at := onset(s.Samples, s.Rate, before.End+pause/3, w.End)
				heard.Add(Errors(Sample{Rate: s.Rate, Words: []Word{w}}, []tts.Mark{{Frame: at, Lo: w.Lo, Hi: w.Hi}}))
			}
			before = w
		}
		guessed.Add(Errors(s, wordtime.Estimate(s.Samples, s.Rate, s.Text)))
	}
	if heard.Words < 10 || heard.Within(20) < 0.9 || math.Abs(heard.Bias()) > 10 {
		t.Errorf("%s %s: the sound does not begin where the words do:", samples[0].Engine, samples[0].Voice)
		if err := Table(t.Output(), []Row{{"onsets", heard}}); err != nil {
			t.Error(err)
		}
	}
	return guessed
}

func TestBaseline(t *testing.T) {
	var rows []Row
	add := func(name string, samples []Sample, err error) {
		t.Run(name, func(t *testing.T) {
			if errors.Is(err, tts.ErrMissing) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, Row{name, checkSamples(t, samples)})
		})
	}
	s, err := Festival(t.Context(), sentences(t, "en"))
	add("festival", s, err)
	for _, voice := range FliteVoices {
		s, err := Flite(t.Context(), voice, sentences(t, "en"))
		add("flite "+voice, s, err)
	}
	s, err = Marked(t.Context(), newEspeak(t), voices.Voice{Engine: "gmw/en", Language: "en"}, sentences(t, "en"))
	add("espeak en", s, err)
	if err := Table(t.Output(), rows); err != nil {
		t.Error(err)
	}
}
