// Package textgrid writes TextGrids in the long text format of Praat (Praat
// manual, "TextGrid file formats"), for phonetics.
package textgrid

import (
	"context"
	"io"
	"strconv"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/timeline"
)

// Format is the output format "textgrid".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "textgrid", Suffix: "textgrid", MediaType: "text/plain; charset=utf-8", Caption: true,
		Summary: "sentences and words as tiers for Praat",
	}
}

// Write implements output.Format. Two interval tiers, "sentences" and "words",
// cover the programme from 0 to its end; intervals without text are silence, and
// in the second tier also sentences whose words have no times. Times are to the
// nearest microsecond, so that each frame has its own. Praat knows no empty
// intervals: a word that takes no time stands in that of the one before, or after.
// Sentences are as they are spoken, whatever the captions' profile. The format
// cannot hold languages, chapters and who speaks; Praat shows a backslash and two
// letters as a special sign, but its scripts see the text as it is.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	rules := cuefile.Sentences(e.Captions)
	// The numbers of intervals and the end stand first, so it takes a look at all.
	var sentences, words tier
	for c := range w.Cues(&e, rules) {
		sentences.cue(c)
		words.words(c)
	}
	end := max(e.Timeline.Frames, sentences.at)
	sentences.finish(end)
	words.finish(end)

	rate := e.Timeline.Rate
	w.Put("File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = ", rate.Seconds(end),
		"\ntiers? <exists>\nsize = 2\nitem []:\n")
	for i, name := range []string{"sentences", "words"} {
		counted := []*tier{&sentences, &words}[i].n
		w.Put("    item [", strconv.Itoa(i+1), "]:\n        class = \"IntervalTier\"\n        name = \"", name,
			"\"\n        xmin = 0\n        xmax = ", rate.Seconds(end), "\n        intervals: size = ", strconv.Itoa(counted), "\n")
		t := tier{put: func(n int, start, end int64, text string) {
			w.Put("        intervals [", strconv.Itoa(n), "]:\n            xmin = ", rate.Seconds(start), "\n            xmax = ", rate.Seconds(end),
				"\n            text = \"", strings.ReplaceAll(text, `"`, `""`), "\"\n")
		}}
		for c := range w.Cues(&e, rules) {
			if i == 0 {
				t.cue(c)
			} else {
				t.words(c)
			}
		}
		t.finish(end)
	}
	return w.End()
}

// tier counts intervals that lie end to end, and gives them to put.
type tier struct {
	put func(n int, start, end int64, text string) // nil to count only
	n   int
	at  int64 // where the last one ends
}

// interval adds one, after the silence before it.
func (t *tier) interval(start, end int64, text string) {
	if start > t.at {
		t.add(start, "")
	}
	if end > t.at {
		t.add(end, text)
	}
}

func (t *tier) add(end int64, text string) {
	t.n++
	if t.put != nil {
		t.put(t.n, t.at, end, text)
	}
	t.at = end
}

// finish adds the silence at the end.
func (t *tier) finish(end int64) { t.interval(end, end, "") }

// cue adds a sentence.
func (t *tier) cue(c *caption.Cue) { t.interval(c.Span.Start, c.Span.End, c.Lines[0].Text) }

// words adds those of a sentence.
func (t *tier) words(c *caption.Cue) {
	line := c.Lines[0]
	start, end := c.Span.Start, c.Span.Start // of the interval that is not added yet
	text := ""
	for _, word := range line.Words {
		from := max(word.Span.Start, end)
		if text != "" && end > start && word.Span.End > from {
			t.interval(start, end, text)
			text = ""
		}
		text = with(text, line, word)
		if word.Span.End > from {
			start, end = from, word.Span.End
		}
	}
	if text == "" {
		return
	}
	if end <= start {
		start, end = c.Span.Start, c.Span.End
	}
	t.interval(start, end, text)
}

// with is text and a word after it.
func with(text string, line caption.Text, word timeline.Word) string {
	if text != "" {
		text += " "
	}
	return text + line.Text[word.Lo:word.Hi]
}
