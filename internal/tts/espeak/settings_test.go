package espeak

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/voices"
)

func with(settings ...string) voices.Voice {
	v := voices.Voice{Engine: "gmw/de", Settings: map[string]string{}}
	for i := 0; i < len(settings); i += 2 {
		v.Settings[settings[i]] = settings[i+1]
	}
	return v
}

func TestSettings(t *testing.T) {
	for _, b := range []*Backend{newWorker(t), newProgram(t)} {
		for _, test := range []struct {
			voice voices.Voice
			want  string
		}{
			{with("range", "1"), ""},
			{with("word-gap", "0s"), ""},
			{with("word-gap", "2s"), ""},
			{with("model", "x", "key", "y"), `it has no setting "key"; there are range, word-gap; it has no setting "model"`},
			{with("range", "2"), `range "2" is not a number between 0 and 1.98`},
			{with("range", "-0.1"), "is not a number between"},
			{with("range", "nan"), "is not a number between"},
			{with("range", "1e999"), "is not a number between"},
			{with("range", ""), "is not a number between"},
			{with("word-gap", "5"), `word-gap "5" is not a duration between 0s and 2s in steps of 10ms`},
			{with("word-gap", "15ms"), "is not a duration"},
			{with("word-gap", "-10ms"), "is not a duration"},
			{with("word-gap", "2010ms"), "is not a duration"},
			{with("word-gap", "3s", "range", "x"), `range "x" is not a number between 0 and 1.98; word-gap "3s"`},
		} {
			// One and the same judgement with and without speaking.
			err := b.Check(t.Context(), test.voice)
			_, spoken := b.Synthesize(t.Context(), tts.Request{Text: "Eins.", Voice: test.voice})
			if test.want == "" {
				if err != nil || spoken != nil {
					t.Errorf("%v: %v, %v", test.voice.Settings, err, spoken)
				}
				continue
			}
			if !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), test.want) || spoken == nil || spoken.Error() != err.Error() {
				t.Errorf("%v: %v and %v, want %q", test.voice.Settings, err, spoken, test.want)
			}
		}
	}
	if err := newProgram(t).Check(t.Context(), with("range", "0.5")); !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), "range needs libespeak-ng; no word times: ") {
		t.Errorf("range without the library: %v", err)
	}
}

// TestSettingsSound measures what the settings do: the gap between the words,
// and how far the pitch moves.
func TestSettingsSound(t *testing.T) {
	const text = "Gestern war der Himmel über Wien noch blau, oder irre ich mich?"
	b := newWorker(t)
	_, normal := say(t, b, with(), text)
	if _, same := say(t, b, with("range", "1.0", "word-gap", "0ms"), text); !slices.Equal(normal, same) {
		t.Error("normal settings change the sound")
	}
	_, apart := say(t, b, with("word-gap", "100ms"), text)
	if gained := float64(len(apart)-len(normal)) / 22050; gained < 1 || gained > 1.6 {
		t.Errorf("11 gaps of 100 ms make %.2f s", gained)
	}
	_, flat := say(t, b, with("range", "0"), text)
	_, lively := say(t, b, with("range", "1.9"), text)
	a, m, z := spread(flat), spread(normal), spread(lively)
	t.Logf("the pitch moves by %.1f, %.1f and %.1f Hz", a, m, z)
	if !(a < m/2 && z > m*1.15) {
		t.Errorf("the pitch moves by %.1f, %.1f and %.1f Hz", a, m, z)
	}
}

// spread is the standard deviation of the pitch in Hz, found by autocorrelation
// in the voiced pieces of a sound at 22,050 Hz.
func spread(samples []int16) float64 {
	const window, short, long = 882, 22050 / 300, 22050 / 50
	var sum, squares, n float64
	for at := 0; at+window+long < len(samples); at += window {
		var power float64
		for _, s := range samples[at : at+window] {
			power += float64(s) * float64(s)
		}
		best, lag := 0.0, 0
		for l := short; l <= long; l++ {
			var c float64
			for i := at; i < at+window; i++ {
				c += float64(samples[i]) * float64(samples[i+l])
			}
			if c > best {
				best, lag = c, l
			}
		}
		if power < window*1e6 || best < 0.7*power {
			continue
		}
		hz := 22050 / float64(lag)
		sum, squares, n = sum+hz, squares+hz*hz, n+1
	}
	return math.Sqrt(squares/n - sum*sum/n/n)
}
