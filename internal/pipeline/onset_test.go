package pipeline_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/voices"
)

// TestOnsets listens where the words begin that stand behind a pause: there the
// sound itself says it. Between the engine and the words of the timeline lie
// trimming, conversion of the rate and the assembly of the programme.
//
// A word that begins with a vowel, a nasal or a liquid is heard from its first
// moment on. A fricative swells, and a voiced plosive is all but silent while
// the mouth is closed: those words begin up to 20 ms before there is much to
// hear. Voiceless plosives and the glottal stop, by which German vowels are told
// from the word before, begin with silence, which no sound tells from the pause.
func TestOnsets(t *testing.T) {
	const (
		window   = time.Millisecond
		quiet    = -50 // dBFS
		pause    = 40  // windows that are quiet before the word
		atOnce   = 4   // windows until a sonorant word is heard
		swelling = 20  // and another one
	)
	// Each language has sentences of words that are heard at once, and of words
	// that swell.
	sentences := []struct{ lang, engine, sonorant, other string }{
		{"de", "gmw/de", "Gestern, niemals, meistens, lange, nur.", "Nun, sehr, fast, da: ganz."},
		{"en", "gmw/en", "He said, never, mostly, and, only: long, in, our, yes, well.", "No, six, four, do: girls, he."},
		{"fr", "roa/fr", "Il dit, alors, oui: un ami, notre, mange, rien, elle.", "Oui, seul, faim, dans."},
		{"es", "roa/es", "Luego, ahora, uno: el amigo, nuestro, malo, la casa.", "Uno, solo, feo, dos."},
		{"it", "roa/it", "Allora, ecco: il mare, una notte, molto, lento, oggi.", "Uno, sempre, fine, dove."},
		{"nl", "gmw/nl", "Toen, onze, en: maar niet, laat, op tijd, is.", "Nu, zes, vier, daar."},
		{"pl", "zlw/pl", "Ale, on, i: my, nie, las, oko, rano.", "On, sam, fala, dom."},
		{"ru", "zle/ru", "Они, она, и: мы, нет, лес, окно, рано.", "Он, сам, фара, дом."},
	}
	const rate = pcm.Hz(24000)
	chapter := script.Chapter{Title: "a"}
	tolerance := map[string]int{} // by sentence
	for _, s := range sentences {
		for _, speed := range []float64{0.7, 1, 1.6} {
			v := &voices.Voice{Name: fmt.Sprintf("%s %g", s.lang, speed), Backend: "espeak", Language: s.lang, Engine: s.engine, Rate: speed, Pitch: 1, Volume: 1}
			tolerance[s.sonorant], tolerance[s.other] = atOnce, swelling
			for _, text := range []string{s.sonorant, s.other} {
				chapter.Utterances = append(chapter.Utterances, script.Utterance{
					Kind: document.Paragraph, Begins: true, Text: text, Spoken: text, Lang: s.lang, Voice: v, After: time.Second / 3,
				})
			}
		}
	}
	line, sound := programme(t, &script.Script{Source: "a", Lang: "de", Chapters: []script.Chapter{chapter}}, rate)

	frames := rate.Frames(window)
	level := make([]float64, line.Frames/frames) // dBFS of each window
	for i := range level {
		sum := 0.0
		for _, v := range sound[int64(i)*frames : int64(i+1)*frames] {
			sum += float64(v) * float64(v)
		}
		level[i] = 10 * math.Log10(sum/float64(frames)/32768/32768)
	}
	heard := 0
	for i := range line.Chapters[0].Cues {
		cue := &line.Chapters[0].Cues[i]
		text := cue.Utterance.Text
		for k, word := range cue.Words {
			if k == 0 || !strings.ContainsAny(text[cue.Words[k-1].Lo:word.Lo], ",:") {
				continue
			}
			heard++
			name := cue.Utterance.Voice.Name + ": " + text[word.Lo:word.Hi]
			at := int(word.Span.Start / frames)
			for back := 1; back <= pause; back++ {
				if level[at-back] >= quiet {
					t.Errorf("%s: there is sound %d ms before it begins", name, back)
					break
				}
			}
			for delay := 0; level[at+delay] < quiet; delay++ {
				if delay > tolerance[text] {
					t.Errorf("%s: nothing is heard for %d ms after it begins", name, delay)
					break
				}
			}
		}
	}
	if least := 24 * 6; heard < least {
		t.Errorf("only %d words stand behind a pause, want %d", heard, least)
	}
}

// programme speaks a script with the real engine, and gives the timeline and all
// of the sound.
func programme(t *testing.T, s *script.Script, rate pcm.Hz) (*timeline.Timeline, []int16) {
	t.Helper()
	speaker := realSpeaker(t, rate)
	speech, err := speaker.Speak(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if len(speech.Failed) > 0 {
		t.Fatalf("not spoken: %+v", speech.Failed)
	}
	line, err := timeline.Build(s, rate, speech.Clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	voice, err := pipeline.Voice(line, speaker.Store)
	if err != nil {
		t.Fatal(err)
	}
	r, err := voice.Open(pcm.Span{End: line.Frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	sound, err := pcm.ReadAll(r, line.Frames)
	if err != nil {
		t.Fatal(err)
	}
	return line, sound
}
