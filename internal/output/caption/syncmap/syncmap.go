// Package syncmap writes a sync map as aeneas does (aeneas, "Output formats":
// "json"), which readers of synchronised books take.
package syncmap

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/text/language"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "syncmap".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "syncmap", Suffix: "syncmap.json", MediaType: "application/json", Caption: true,
		Summary: "sync map as aeneas writes it",
	}
}

// Write implements output.Format. A fragment is a cue; with Captions.Words its
// children are its words. Times are strings of seconds, to the nearest millisecond,
// and languages ISO 639-3 codes, both as aeneas has them. The form cannot hold
// chapters and who speaks.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	w.Put("{\n \"fragments\": [")
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	lang, langOf := "", ""
	var lines []string
	for c := range w.Cues(&e, e.Captions) {
		start, end := ms.Of(c.Span)
		if lang == "" || c.Lang != langOf {
			lang, langOf = iso639(c.Lang), c.Lang
		}
		if c.Number > 1 {
			w.Put(",")
		}
		w.Put("\n  ")
		id := fmt.Sprintf("f%06d", c.Number)
		lines = lines[:0]
		for _, line := range c.Lines {
			lines = append(lines, line.Text)
		}
		open(w, id, lang, start, end, lines)
		if e.Captions.Words {
			words(w, c, ms, id, lang, start, end)
		}
		w.Put("]}")
	}
	w.Put("\n ]\n}\n")
	return w.End()
}

// open writes a fragment up to its children.
func open(w *cuefile.Writer, id, lang string, start, end int64, lines []string) {
	w.Put(`{"id": "`, id, `", "language": "`, lang, `", "begin": "`, cuefile.Seconds(start), `", "end": "`, cuefile.Seconds(end), `", "lines": [`)
	for i, line := range lines {
		if i > 0 {
			w.Put(", ")
		}
		w.Put(cuefile.JSON(line))
	}
	w.Put(`], "children": [`)
}

func words(w *cuefile.Writer, c *caption.Cue, ms caption.Milliseconds, id, lang string, start, end int64) {
	n := 0
	for _, line := range c.Lines {
		for _, word := range line.Words {
			if n++; n > 1 {
				w.Put(", ")
			}
			open(w, fmt.Sprintf("%sw%06d", id, n), lang,
				cuefile.Within(ms.Rate.Milliseconds(word.Span.Start), start, end),
				cuefile.Within(ms.Rate.Milliseconds(word.Span.End), start, end),
				[]string{line.Text[word.Lo:word.Hi]})
			w.Put("]}")
		}
	}
}

// iso639 is the ISO 639-3 code of a BCP 47 tag, and "und" where it has none.
func iso639(lang string) string {
	t := language.Make(lang)
	if t == language.Und {
		return "und"
	}
	base, _ := t.Base()
	return base.ISO3()
}
