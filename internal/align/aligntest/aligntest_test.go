package aligntest

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/tts"
	"narrate/internal/tts/espeak"
	"narrate/internal/wordtime"
)

var all = flag.Bool("all", false, "speak every sentence with every voice: some 110 seconds of one core")

func TestMain(m *testing.M) {
	if handled, code := espeak.WorkerMain(); handled {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func sentences(t testing.TB, lang string) []string {
	texts, err := Sentences(lang)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, lang := range Languages {
		texts := sentences(t, lang)
		least := 60
		if lang == "en" {
			least = 200
		}
		if len(texts) < least {
			t.Errorf("%s: %d sentences, want %d", lang, len(texts), least)
		}
		for _, text := range texts {
			if n := len(written(text)); n < 2 || n > 45 {
				t.Errorf("%s: %q has %d words", lang, text, n)
			}
			if seen[text] || !norm.NFC.IsNormalString(text) || strings.TrimSpace(text) != text {
				t.Errorf("%s: %q is there twice, or has spaces or marks that are not in their normal form", lang, text)
			}
			seen[text] = true
			if _, err := ascii(text); err != nil && lang == "en" {
				t.Error(err)
			}
		}
	}
	if _, err := Sentences("../testdata/en"); err == nil {
		t.Error("a path is no language")
	}
	if got := Some([]string{"a", "b", "c", "d", "e"}, 2); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("some: %q", got)
	}
}

func TestPlace(t *testing.T) {
	const text = "“Well-known” — in 1994, don’t & won’t"
	tokens := []token{{`"well`, 1, 2}, {"-known", 2, 4}, {"-", 4, 5}, {"in", 6, 7}, {"1994", 7, 9}, {"don't", 9, 10}, {"&", 10, 11}, {"Won't", 11, 12}}
	words, err := place(text, tokens)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, w := range words {
		got += fmt.Sprintf("%s %d-%d; ", text[w.Lo:w.Hi], w.Start, w.End)
	}
	if want := "Well-known 1-4; in 6-7; 1994 7-9; don’t 9-10; won’t 11-12; "; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for _, wrong := range [][]token{nil, tokens[:5], {{"wellknownin", 1, 2}}, {{"will", 1, 2}}} {
		if words, err := place(text, wrong); err == nil {
			t.Errorf("%v: %v", wrong, words)
		}
	}
	if words, err := place("…", nil); err == nil {
		t.Errorf("no word: %v", words)
	}
}

func TestErrors(t *testing.T) {
	s := Sample{Rate: 1000, Words: []Word{{0, 3, 100, 200}, {4, 9, 200, 300}, {10, 12, 300, 400}, {13, 15, 400, 500}}}
	st := Errors(s, []tts.Mark{{Frame: 90, Lo: 0, Hi: 3}, {Frame: 230, Lo: 5, Hi: 6}, {Frame: 240, Lo: 7, Hi: 9}, {Frame: 460, Lo: 13, Hi: 15}})
	var sum Stats
	sum.Add(st)
	sum.Add(Stats{})
	if sum.Words != 4 || sum.Missing != 1 || sum.Mean() != 100.0/3 || sum.Bias() != 80.0/3 || sum.Quantile(0.5) != 30 || sum.Quantile(0.95) != 60 ||
		sum.Within(10) != 0.25 || sum.Within(59) != 0.5 || sum.Within(60) != 0.75 {
		t.Errorf("%+v", sum)
	}
	var table strings.Builder
	if err := Table(&table, []Row{{"guess", sum}}); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"         words  missing  mean  median  95 %  bias  ≤ 20 ms  ≤ 50 ms  ≤ 100 ms\n" +
		"  guess      4        1    33      30    60   +27   25.0 %   50.0 %    75.0 %\n"
	if table.String() != want {
		t.Errorf("\n%s\nwant\n%s", &table, want)
	}
}

// plain are the letters whose sounds are loud from their start: a stop begins
// with silence, a fricative with little. "z" is one of both.
const plain = "aeioulmnryAEIOULMNRY"

// onsets holds where sound rises most after a pause against where the engine
// says that a word begins. How silent a pause is, each recording has its own way.
func onsets(samples []Sample) Stats {
	var heard Stats
	for _, s := range samples {
		ear := listen(s.Samples, s.Rate)
		ms := s.Rate.Frames(time.Millisecond)
		near, around := 60*ms, 8*ms
		var before Word
		for _, w := range s.Words {
			pause := w.Start - before.End
			if pause >= silentPause*ear.step && strings.IndexByte(plain, s.Text[w.Lo]) >= 0 {
				at, most := int64(0), 0.0
				for i := max(w.Start-near, before.End+around, around); i <= min(w.Start+near, w.End, int64(len(s.Samples))-around); i += ms {
					// The level of digital silence is the last bit's.
					if rise := math.Log((1 + energy(s.Samples[i:i+around])) / (1 + energy(s.Samples[i-around:i]))); rise > most {
						at, most = i, rise
					}
				}
				heard.Add(Errors(Sample{Rate: s.Rate, Words: []Word{w}}, []tts.Mark{{Frame: at, Lo: w.Lo, Hi: w.Hi}}))
			}
			before = w
		}
	}
	return heard
}

// agree reports whether the onsets are those of the words. Half of them are: the
// voices of several recordings swell slowly.
func agree(onsets Stats) bool { return onsets.Quantile(0.5) <= 18 && onsets.Within(50) >= 0.85 }

// early gives the samples with words that begin 30 ms too early.
func early(samples []Sample) []Sample {
	out := slices.Clone(samples)
	for i := range out {
		out[i].Words = slices.Clone(out[i].Words)
		for k := range out[i].Words {
			out[i].Words[k].Start -= min(out[i].Words[k].Start, out[i].Rate.Frames(30*time.Millisecond))
		}
	}
	return out
}

// festivalVoices are those that are installed for the tests, and with -all those
// that may be.
func festivalVoices() []FestivalVoice {
	if *all {
		return slices.Concat(FestivalVoices, MoreFestivalVoices)
	}
	return FestivalVoices
}

// TestBaseline holds the truth of each engine against its sound, and tells how
// far the guess of package wordtime is from it.
func TestBaseline(t *testing.T) {
	var guesses, heards []Row
	// one adds the lines of a voice; few is how many sentences are enough.
	one := func(name string, few int, lang string, speak func(texts []string) ([]Sample, error)) {
		t.Run(name, func(t *testing.T) {
			texts := sentences(t, lang)
			if !*all {
				texts = Some(texts, few)
			}
			samples, err := speak(texts)
			if errors.Is(err, tts.ErrMissing) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			var guess Stats
			for _, s := range samples {
				var before Word
				for _, w := range s.Words {
					if w.Lo < before.Hi || w.Hi <= w.Lo || w.Hi > len(s.Text) || w.Start < before.End || w.End <= w.Start || w.End > int64(len(s.Samples)) {
						t.Errorf("%q: %+v comes after %+v", s.Text, w, before)
					}
					before = w
				}
				guess.Add(Errors(s, wordtime.Estimate(s.Samples, s.Rate, s.Text)))
			}
			heard := onsets(samples)
			if heard.Words < 3 || !agree(heard) {
				t.Errorf("%d words after a pause begin %.0f ms from the sound in the median, %.0f %% within 50 ms", heard.Words, heard.Quantile(0.5), 100*heard.Within(50))
			}
			if agree(onsets(early(samples))) {
				t.Error("words that are 30 ms early were not noticed")
			}
			guesses, heards = append(guesses, Row{name, guess}), append(heards, Row{name, heard})
		})
	}
	for _, v := range festivalVoices() {
		one("festival "+v.Name, 30, v.Lang, func(texts []string) ([]Sample, error) { return Festival(t.Context(), v, texts) })
	}
	for i, voice := range FliteVoices {
		few := 30
		switch {
		case i > 1 && !*all:
			continue
		case i > 0:
			few = 8 // a model is slow
		}
		one("flite "+voice, few, "en", func(texts []string) ([]Sample, error) { return Flite(t.Context(), voice, texts) })
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := espeak.New(espeak.Options{Worker: []string{self}})
	defer b.Close()
	for _, lang := range Languages {
		for i, v := range EspeakVoices(lang) {
			if i == 0 || *all {
				name := fmt.Sprintf("espeak %s %.0f wpm", v.Engine, 175*v.Rate)
				one(name, 20, lang, func(texts []string) ([]Sample, error) { return Marked(t.Context(), b, v, texts) })
			}
		}
	}
	for _, table := range []struct {
		title string
		rows  []Row
	}{{"onset of sound, against the truth", heards}, {"guess of wordtime", guesses}} {
		fmt.Fprintln(t.Output(), table.title)
		if err := Table(t.Output(), table.rows); err != nil {
			t.Error(err)
		}
	}
}
