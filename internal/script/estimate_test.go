package script

import (
	"bytes"
	"encoding/binary"
	"os/exec"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/voices"
)

// measured is prose that the figures of Estimate were not fitted to.
var measured = map[string][]string{
	"de": {
		"= Das Lagerhaus am Kanal",
		"Das Lagerhaus steht seit 1912 am Kanal, und seit dreißig Jahren steht es leer. Wer daran vorbeigeht, sieht zerbrochene Scheiben, eine rostige Treppe und über dem Tor die Reste eines Schriftzugs. Im vergangenen Herbst hat die Genossenschaft es gekauft – für einen Euro.",
		"„Am Anfang hielten uns alle für verrückt“, erzählt die Architektin. Dann kamen die ersten Helfer, zuerst fünf, später vierzig. Sie räumten den Schutt fort, dichteten das Dach ab und legten neue Leitungen.",
		"= Was bleibt",
		"Fertig ist noch lange nichts. Im Erdgeschoss soll eine Werkstatt entstehen; darüber sind Wohnungen geplant, die auch in zwanzig Jahren noch bezahlbar sein werden. Ob das Geld reicht, weiß niemand.",
	},
	"en": {
		"= The warehouse on the canal",
		"The warehouse has stood on the canal since 1912, and for thirty years it has stood empty. Those who walk past see broken panes, a rusty staircase and, above the gate, what is left of a painted sign. Last autumn the cooperative bought it – for a single pound.",
		"“At first everyone thought we had lost our minds,” the architect recalls. Then the first helpers came, five of them to begin with, later forty. They cleared the rubble, sealed the roof and laid new pipes.",
		"= What remains",
		"Nothing is finished yet. A workshop is to open on the ground floor; above it flats are planned, which people should still be able to afford in twenty years. Whether the money will last, nobody knows.",
	},
}

// TestEstimate compares the estimate with what espeak-ng takes.
func TestEstimate(t *testing.T) {
	for lang, lines := range measured {
		for _, rate := range []float64{1, 1.5} {
			voice := *voicesFind(t, map[string]string{"de": "de", "en": "en-US"}[lang])
			voice.Rate = rate
			s := build(t, article("a."+lang+".txt", lines...), Options{Voices: embedded, Voice: &voice})
			var real time.Duration
			var previous *Utterance
			for i := range s.Chapters {
				for j := range s.Chapters[i].Utterances {
					u := &s.Chapters[i].Utterances[j]
					if previous != nil {
						real += max(previous.After, u.Before)
					}
					previous = u
					real += spoken(t, u.Spoken, voice.Engine, rate)
				}
			}
			ratio := float64(Estimate(s)) / float64(real)
			t.Logf("%s at %v: %v, estimated %v (%.3f)", lang, rate, real, Estimate(s), ratio)
			if ratio < 0.85 || ratio > 1.15 {
				t.Errorf("%s at %v: %v is estimated as %v", lang, rate, real, Estimate(s))
			}
		}
	}
}

// spoken is how long espeak-ng takes for text, without the silence at the ends.
func spoken(t *testing.T, text, engine string, rate float64) time.Duration {
	t.Helper()
	var out, problems bytes.Buffer
	cmd := exec.Command("espeak-ng", "--stdin", "--stdout", "-z", "-v", engine, "-s", map[float64]string{1: "175", 1.5: "262"}[rate])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &out, &problems
	if err := cmd.Run(); err != nil || out.Len() < 44 {
		t.Fatalf("espeak-ng (apt-get install espeak-ng): %v %s", err, &problems)
	}
	hz := binary.LittleEndian.Uint32(out.Bytes()[24:])
	samples := out.Bytes()[44:]
	first, last := -1, 0
	for i := 0; i+1 < len(samples); i += 2 {
		if v := int16(binary.LittleEndian.Uint16(samples[i:])); v > 100 || v < -100 {
			if first < 0 {
				first = i / 2
			}
			last = i / 2
		}
	}
	return time.Duration(last-first) * time.Second / time.Duration(hz)
}

// book is a document of about size bytes.
func book(size int) *document.Document {
	var lines []string
	for n := 0; n < size; {
		for _, line := range measured["de"] {
			lines = append(lines, line)
			n += len(line)
		}
	}
	return article("book.de.txt", lines...)
}

// BenchmarkBuild builds the script of a book of 20 hours.
func BenchmarkBuild(b *testing.B) {
	lexicon := []voices.Entry{{Word: "Genossenschaft", Say: "Geno"}, {Word: "Architektin", Say: "Architekta"}}
	voice := *voicesFind(b, "de")
	voice.Lexicon = lexicon
	doc := book(1_200_000)
	one := &document.Document{Source: "line.de.txt", Blocks: []document.Block{{Anchors: doc.Blocks[0].Anchors}}}
	var text strings.Builder
	for i := range doc.Blocks {
		text.WriteString(doc.Blocks[i].Text + " ")
	}
	one.Blocks[0].Text = text.String()
	for name, doc := range map[string]*document.Document{"blocks": doc, "one block": one} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				if _, err := Build(doc, Options{Voices: embedded, Voice: &voice, MaxText: atMost(500)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
