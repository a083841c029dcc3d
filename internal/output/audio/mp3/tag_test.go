package mp3

import (
	"math"
	"testing"

	"narrate/internal/output"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// TestText: a paragraph a line, an empty line between chapters.
func TestText(t *testing.T) {
	begins := func(text string) timeline.Cue {
		return timeline.Cue{Utterance: &script.Utterance{Text: text, Begins: true}}
	}
	goesOn := func(text string) timeline.Cue { return timeline.Cue{Utterance: &script.Utterance{Text: text}} }
	line := &timeline.Timeline{Chapters: []timeline.Chapter{
		{Cues: []timeline.Cue{
			begins("Eins"), begins("Ein\nSatz."), goesOn("Noch"), goesOn("a phrase"), goesOn(", dann."), begins("Neu."),
		}},
		{Cues: []timeline.Cue{begins("\u7b2c\u4e00\u3002"), goesOn(" "), goesOn("\u7b2c\u4e8c\u3002")}},
	}}
	const want = "\nEins\nEin Satz. Noch a phrase, dann.\nNeu.\n\n\u7b2c\u4e00\u3002\u7b2c\u4e8c\u3002\n"
	if got := text(line); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNoReplayGain(t *testing.T) {
	for _, l := range []*output.Level{
		nil, {Loudness: math.Inf(-1), TruePeak: math.Inf(-1)}, {Loudness: math.NaN()}, {Loudness: -18, TruePeak: math.NaN()}, {Loudness: -18, TruePeak: 90},
	} {
		if gain, peak, ok := replayGain(l); ok {
			t.Errorf("%+v: %g dB, peak %g", l, gain, peak)
		}
	}
}
