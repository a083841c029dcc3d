package outputtest

import (
	"strconv"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/script"
)

// Article is an edition of one chapter in which text is set in all the ways that
// there are: with emphasis, code, links that may be followed and others, rows of
// tables, lists in lists, and code and a table that are announced.
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
		{document.ListItem, true, "1. Der Docht.", items(1)},
		{document.ListItem, true, "a) schneiden", items(1, 2)},
		{document.ListItem, true, "b) richten", items(1, 3)},
		{document.ListItem, true, "Dann ist er gut.", items(1)},
		{document.Code, true, "Quelltext, eine Zeile.", func(u *script.Utterance) { u.Items, u.Instead = []int{1}, "x" }},
		{document.ListItem, true, "2. Das Glas", items(4)},
		{document.ListItem, true, "mit Essig", items(4, 5)},
		{document.Quote, true, "Es ist klar.", items(4, 5)},
		{document.ListItem, true, "Ende", items(6, 7, 8)},
		{document.Caption, true, "Die Lichter", func(*script.Utterance) {}},
		{document.Table, true, "Kai \u00B7 3", func(u *script.Utterance) {
			u.Headings = []string{"Ort", "Licht wei\u00DF", "Licht rot"}
			u.Head = rows("*Ort|*Licht+2", "|*wei\u00DF|*rot")
			cells(u, 0, "Kai", 1, "3")
			u.Cells[0].Header, u.Cells[0].Rows, u.Cells[1].Columns = true, 2, 2
		}},
		{document.Table, true, "4 \u00B7 5", func(u *script.Utterance) { cells(u, 1, "4", 2, "5") }},
		{document.Table, true, "Tabelle, zwei Zeilen.", func(u *script.Utterance) {
			u.Rows = rows("*Jahr|*Schiff+9999", "1911|<Ada>|Ulm", "1912||Kai")
			u.Rows[1].Cells[0].Rows = 1000
			u.Rows[1].Spans = []script.Span{{Kind: document.Strong, Lo: u.Rows[1].Cells[1].Lo, Hi: u.Rows[1].Cells[1].Hi}}
		}},
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

func items(in ...int) func(u *script.Utterance) { return func(u *script.Utterance) { u.Items = in } }

// rows takes rows of cells that are parted by "|". Headings begin with "*", and "+"
// tells how many columns one covers.
func rows(of ...string) []script.Row {
	var out []script.Row
	for _, row := range of {
		var r script.Row
		for column, text := range strings.Split(row, "|") {
			text, header := strings.CutPrefix(text, "*")
			text, columns, _ := strings.Cut(text, "+")
			if text == "" {
				continue
			}
			c := document.Cell{Lo: len(r.Text), Column: column, Header: header}
			c.Columns, _ = strconv.Atoi(columns) // none is 0
			r.Text += text
			c.Hi = len(r.Text)
			r.Cells = append(r.Cells, c)
		}
		out = append(out, r)
	}
	return out
}
