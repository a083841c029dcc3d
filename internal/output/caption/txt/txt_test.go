package txt

import (
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// check finds each sentence in its order, and between them nothing but titles and
// names.
func check(t *testing.T, path string, e output.Edition) {
	text := captiontest.Read(t, path)
	chapter := -1
	for _, w := range captiontest.Cues(e, cuefile.Sentences(e.Captions)) {
		between, rest, found := strings.Cut(text, w.Text)
		if !found {
			t.Fatalf("%q is missing in %q", w.Text, text)
		}
		text = rest
		title := ""
		if w.Chapter != chapter && w.Sentence.Utterance.Kind != document.Heading {
			title = caption.Line(e.Timeline.Chapters[w.Chapter].Title)
		}
		chapter = w.Chapter
		// A title may hold the sentence's text.
		if got, want := captiontest.Flat(between), captiontest.Flat(title+w.Label); got != want && !strings.Contains(title, w.Text) {
			t.Errorf("%q stands before %q, want %q", between, w.Text, title+w.Label)
		}
	}
	if text != "\n" {
		t.Errorf("%q stands at the end", text)
	}
}

func TestBytes(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 2, Cues: 4, Titles: []string{"Eins", "Zwei"},
		Texts: []string{"Eins", "Ein Satz.", "Noch einer.", "Absatz.", "Zwei", "\u4ED6\u8D70\u4E86\u3002", "\u5979\u6765\u4E86\u3002", "End."},
	})
	e.Timeline.Chapters[1].Cues[0].Utterance.Kind = document.Paragraph
	want := "Eins\n\nEin Satz. Noch einer.\n\nAbsatz.\n\n\nZwei\n\nZwei\n\n\u4ED6\u8D70\u4E86\u3002\u5979\u6765\u4E86\u3002\n\nEnd.\n"
	if got := string(outputtest.Write(t, Format{}, e)); got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}
