package inputtest

import (
	"testing"

	"narrate/internal/document"
	"narrate/internal/input"
)

// The check must see each fault.
func TestCheck(t *testing.T) {
	const text = "ab\n* cd"
	good := func() *document.Document {
		at := func(off int64, line, col int) []document.Anchor {
			return []document.Anchor{{Pos: document.Pos{File: "x", Offset: off, Line: line, Col: col}}}
		}
		return &document.Document{Source: "x", Blocks: []document.Block{
			{Text: "ab", Anchors: at(0, 1, 1)},
			{Text: "cd", Kind: document.ListItem, Anchors: at(5, 2, 3)},
		}}
	}
	check := func(d *document.Document, markup string) error {
		s := Suite{Markup: markup, Verbatim: true}
		return s.Check(d, input.Source{Name: "x", Data: []byte(text)})
	}
	for _, c := range []struct {
		name  string
		spoil func(d *document.Document)
		fault bool
	}{
		{"nothing", func(*document.Document) {}, false},
		{"source", func(d *document.Document) { d.Source = "y" }, true},
		{"empty block", func(d *document.Document) { d.Blocks[0].Text = "" }, true},
		{"invalid UTF-8", func(d *document.Document) { d.Blocks[0].Text = "a\xff" }, true},
		{"white space at the end", func(d *document.Document) { d.Blocks[0].Text = "ab " }, true},
		{"level", func(d *document.Document) { d.Blocks[0].Level = 1 }, true},
		{"no anchor", func(d *document.Document) { d.Blocks[0].Anchors = nil }, true},
		{"line", func(d *document.Document) { d.Blocks[1].Anchors[0].Pos.Line = 1 }, true},
		{"column", func(d *document.Document) { d.Blocks[1].Anchors[0].Pos.Col = 1 }, true},
		{"offset", func(d *document.Document) { d.Blocks[1].Anchors[0].Pos.Offset = 99 }, true},
		{"other text", func(d *document.Document) { d.Blocks[0].Text = "ba" }, true},
		{"lost", func(d *document.Document) { d.Blocks = d.Blocks[:1] }, true},
		{"made up", func(d *document.Document) { d.Blocks = append(d.Blocks, d.Blocks[1]) }, true},
		{"place in another file", func(d *document.Document) { d.Blocks[0].Anchors[0].Pos.File = "y" }, true},
		{"span", func(d *document.Document) {
			d.Blocks[0].Spans = []document.Span{{Kind: document.Link, Hi: 2}, {Lo: 1, Hi: 2}}
		}, false},
		{"point", func(d *document.Document) {
			d.Blocks[0].Spans = []document.Span{{Kind: document.NoteRef, Lo: 2, Hi: 2}}
		}, false},
		{"span behind the text", func(d *document.Document) { d.Blocks[0].Spans = []document.Span{{Kind: document.Link, Hi: 3}} }, true},
		{"empty span", func(d *document.Document) { d.Blocks[0].Spans = []document.Span{{Kind: document.Link}} }, true},
		{"point with an extent", func(d *document.Document) { d.Blocks[0].Spans = []document.Span{{Kind: document.NoteRef, Hi: 2}} }, true},
		{"spans out of order", func(d *document.Document) { d.Blocks[0].Spans = []document.Span{{Lo: 1, Hi: 2}, {Hi: 1}} }, true},
		{"row without cells", func(d *document.Document) { d.Blocks[0].Kind = document.Table }, true},
		{"cells of no row", func(d *document.Document) { d.Blocks[0].Cells = []document.Cell{{Hi: 1}} }, true},
		{"chapter", func(d *document.Document) { d.Chapters = []document.ChapterStart{{Block: 1, Title: "a", Level: 1}} }, false},
		{"chapter behind the end", func(d *document.Document) { d.Chapters = []document.ChapterStart{{Block: 2, Title: "a", Level: 1}} }, true},
		{"dropped without reason", func(d *document.Document) { d.Dropped = []document.Dropped{{Text: "*", Pos: d.Blocks[0].Pos()}} }, true},
	} {
		doc := good()
		c.spoil(doc)
		if err := check(doc, "*"); (err != nil) != c.fault {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if check(good(), "") == nil {
		t.Error("a sign that is no markup was lost unseen")
	}
}
