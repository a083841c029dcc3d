package outputtest

import (
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/script"
)

// Article is an edition of one chapter in which text is set in all the ways that
// there are: with emphasis, code, links that may be followed and others, rows of a
// table, and code that is announced.
func Article(t testing.TB) output.Edition {
	t.Helper()
	parts := []struct {
		kind   document.Kind
		begins bool
		text   string
		edit   func(u *script.Utterance)
	}{
		{document.Heading, true, "Die Lampe am Kai", func(u *script.Utterance) { span(u, document.Emphasis, "Lampe", "") }},
		{document.Paragraph, true, "Jede Nacht um neun steigt der W\u00E4rter hinauf.", func(u *script.Utterance) {
			span(u, document.Link, "um neun steigt", "https://example.org/?a&b")
			span(u, document.Strong, "neun", "")
			span(u, document.Emphasis, "W\u00E4rter", "")
		}},
		{document.Paragraph, false, "Er trinkt H2O, unglaublich.", func(u *script.Utterance) {
			span(u, document.CodeWords, "H2O", "")
			span(u, document.Lowered, "2", "")
			span(u, document.Emphasis, "glaub", "")
		}},
		{document.Paragraph, true, "Kein Skript und keine Datei.", func(u *script.Utterance) {
			span(u, document.Link, "Skript", "javascript:alert(1)")
			span(u, document.Link, "Datei", "../geheim.html")
		}},
		{document.Table, true, "1897 \u00B7 Jens", func(u *script.Utterance) {
			u.Headings = []string{"Jahr & Tag", "", "Wer"}
			cells(u, 0, "1897", 2, "Jens")
			u.Cells[0].Header = true
			span(u, document.Link, "Jens", "mailto:jens@example.org")
		}},
		{document.Table, false, "Er baute.", func(u *script.Utterance) { cells(u, 3, "Er baute.") }},
		{document.Table, false, "Und blieb.", func(u *script.Utterance) { cells(u, 3, "Und blieb.") }},
		{document.Table, true, "1911 \u00B7 Marta", func(u *script.Utterance) { cells(u, 0, "1911", 1, "Marta") }},
		{document.Code, true, "Quelltext, drei Zeilen.", func(u *script.Utterance) { u.Instead = "if a {\n\t<b>\n}" }},
		{document.Quote, true, "Eine Lampe, mehr nicht.", func(u *script.Utterance) { span(u, document.Raised, "mehr", "") }},
	}
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.text)
	}
	e := Edition(t, Spec{Cues: len(parts), Texts: texts, Titles: []string{"Die Lampe am Kai"}, Words: true})
	for i, p := range parts {
		u := e.Timeline.Chapters[0].Cues[i].Utterance
		u.Kind, u.Begins, u.Lang = p.kind, p.begins, "de"
		p.edit(u)
	}
	return e
}

func span(u *script.Utterance, kind document.SpanKind, part, address string) {
	lo := strings.Index(u.Text, part)
	u.Spans = append(u.Spans, script.Span{Kind: kind, Lo: lo, Hi: lo + len(part), Address: address})
}

// cells takes columns and what stands in them.
func cells(u *script.Utterance, of ...any) {
	for i := 0; i < len(of); i += 2 {
		part := of[i+1].(string)
		lo := strings.Index(u.Text, part)
		u.Cells = append(u.Cells, document.Cell{Lo: lo, Hi: lo + len(part), Column: of[i].(int)})
	}
}
