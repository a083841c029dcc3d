package inputtest

import (
	"testing"

	"narrate/internal/document"
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
		{"dropped without reason", func(d *document.Document) { d.Dropped = []document.Dropped{{Text: "*", Pos: d.Blocks[0].Pos()}} }, true},
	} {
		doc := good()
		c.spoil(doc)
		if err := Check(doc, "x", text, text, "*", true); (err != nil) != c.fault {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if Check(good(), "x", text, text, "", true) == nil {
		t.Error("a sign that is no markup was lost unseen")
	}
}
