package input

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
)

// dump shows a document's structure, a line a block, with its spans and cells
// as brackets' worth of text.
func dump(doc *document.Document) string {
	var out strings.Builder
	for _, b := range doc.Blocks {
		fmt.Fprintf(&out, "%s", b.Kind)
		if b.Level > 0 {
			fmt.Fprintf(&out, "%d", b.Level)
		}
		for _, f := range []struct {
			on   bool
			text string
		}{
			{b.Lang != "", " lang=" + b.Lang},
			{b.Group > 0, fmt.Sprintf(" group=%d", b.Group)},
			{b.Note > 0, fmt.Sprintf(" note=%d", b.Note)},
			{b.Quoted, " quoted"},
			{b.Aside, " aside"},
		} {
			if f.on {
				out.WriteString(f.text)
			}
		}
		fmt.Fprintf(&out, ": %q", b.Text)
		for _, s := range b.Spans {
			fmt.Fprintf(&out, " %d(%d-%d %q %s)", s.Kind, s.Lo, s.Hi, b.Text[s.Lo:s.Hi], s.Value)
		}
		for _, c := range b.Cells {
			fmt.Fprintf(&out, " [%d %q]", c.Column, b.Text[c.Lo:c.Hi])
		}
		out.WriteByte('\n')
	}
	for _, d := range doc.Dropped {
		fmt.Fprintf(&out, "dropped %q: %s\n", d.Text, d.Reason)
	}
	for _, c := range doc.Chapters {
		fmt.Fprintf(&out, "chapter %d %d %s\n", c.Block, c.Level, c.Title)
	}
	return out.String()
}

func TestFlow(t *testing.T) {
	// Each text is looked for in the source from where the last one ended.
	for _, c := range []struct {
		name, source string
		build        func(f *Flow, text func(string))
		want         string
	}{
		{"text alone is a paragraph", "one two", func(f *Flow, text func(string)) {
			text(" ")
			text("one")
			f.Space()
			text("two")
		}, `paragraph: "one two"`},
		{"a quotation of paragraphs and a list", "a b c d", func(f *Flow, text func(string)) {
			f.Enter(Container{Kind: Quotation, Lang: "fr"})
			f.Begin(document.Paragraph, 0)
			text("a")
			f.Enter(Container{})
			f.Begin(document.Paragraph, 0)
			text("b")
			f.Leave()
			f.Enter(Container{Kind: Item})
			text("c")
			f.Leave()
			f.Leave()
			text("d")
		}, `quote lang=fr quoted: "a"
quote lang=fr quoted: "b"
list-item lang=fr quoted: "c"
paragraph: "d"`},
		{"spans nest, move in from spaces and go on in the next block", "a b c", func(f *Flow, text func(string)) {
			text("a")
			f.Span(document.Span{Kind: document.Foreign, Value: "fr"})
			f.Space()
			f.Span(document.Span{Kind: document.Link, Value: "x"})
			text("b")
			f.EndSpan()
			f.Begin(document.Paragraph, 0)
			text("c")
			f.EndSpan()
		}, `paragraph: "a b" 0(2-3 "b" fr) 1(2-3 "b" x)
paragraph: "c" 0(0-1 "c" fr)`},
		{"a span without text vanishes, a point stays", "ab", func(f *Flow, text func(string)) {
			text("a")
			f.Span(document.Span{Kind: document.Link})
			f.EndSpan()
			f.Point(document.Span{Kind: document.LineBreak})
			text("b")
		}, `paragraph: "ab" 15(1-1 "" )`},
		{"generated text", "* Water", func(f *Flow, text func(string)) {
			f.Enter(Container{Kind: Item})
			f.Generated("1. ", 0)
			text("Water")
			f.Leave()
		}, `list-item: "1. Water" 12(0-2 "1." )`},
		{"a table, empty cells left out", "Kim 3 Ola x Ages", func(f *Flow, text func(string)) {
			f.Enter(Container{Kind: TableRows})
			f.Row()
			f.Cell(document.Cell{Column: 0, Header: true}, 0)
			text("Kim")
			f.Cell(document.Cell{Column: 1}, 4)
			text("3")
			f.Cell(document.Cell{Column: 2}, 4)
			f.Row()
			f.Cell(document.Cell{Column: 0}, 4)
			f.Cell(document.Cell{Column: 1}, 4)
			text(" Ola ")
			f.Cell(document.Cell{Column: 2}, 9)
			f.Cell(document.Cell{Column: 3}, 9)
			text("x")
			f.Row()
			f.Cell(document.Cell{Column: 0}, 4)
			f.Begin(document.Caption, 0)
			text("Ages")
			f.Leave()
		}, `table group=1: "Kim · 3" 12(4-6 "·" ) [0 "Kim"] [1 "3"]
table group=1: "Ola · x" 12(4-6 "·" ) [1 "Ola"] [3 "x"]
caption group=1: "Ages"`},
		{"a table in a figure shares its captions, the next figure has its own", "T C I", func(f *Flow, text func(string)) {
			f.Enter(Container{Kind: Figure})
			f.Enter(Container{Kind: TableRows})
			f.Row()
			f.Cell(document.Cell{Column: 0}, 0)
			text("T")
			f.Leave()
			f.Begin(document.Caption, 0)
			text("C")
			f.Leave()
			f.Enter(Container{Kind: Figure})
			f.Begin(document.Image, 0)
			text("I")
			f.Leave()
		}, `table group=1: "T" [0 "T"]
caption group=1: "C"
image group=2: "I"`},
		{"notes", "word1 The note. ↩", func(f *Flow, text func(string)) {
			text("word")
			f.NoteRef("fn", "1", 4)
			f.Enter(Container{Kind: Note, Key: "fn"})
			text(" The note.")
			f.Drop(" ↩", "back link", 15)
			f.Leave()
		}, `paragraph: "word" 18(4-4 "" )
footnote note=1: "The note."
dropped "1": mark of a note
dropped "↩": back link`},
		{"code keeps its lines", "\n a\r\n\tb \n\n", func(f *Flow, text func(string)) {
			f.Begin(document.Code, 0)
			text("\n a\r\n\tb \n\n")
		}, `code: "\n a\n\tb"`},
		{"chapters start at the next block", "a b", func(f *Flow, text func(string)) {
			text("a")
			f.Chapter("Part", 1)
			f.Chapter("Chapter", 2)
			f.Begin(document.Heading, 3)
			f.Begin(document.Paragraph, 0)
			text("b")
		}, `paragraph: "a"
paragraph: "b"
chapter 1 1 Part`},
		{"a scene break", "***", func(f *Flow, text func(string)) { f.Break("***", 0) }, `break: "***"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewFlow("x")
			f.File("x", c.source)
			at := 0
			c.build(f, func(s string) {
				i := strings.Index(c.source[at:], strings.TrimSpace(s))
				if i < 0 {
					t.Fatalf("%q is not in the source behind byte %d", s, at)
				}
				lead := strings.Index(s, strings.TrimSpace(s))
				f.Text(s, max(0, at+i-lead))
				at += i + len(strings.TrimSpace(s))
			})
			if got := strings.TrimSpace(dump(f.Document())); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestFlowPlaces(t *testing.T) {
	f := NewFlow("b.epub")
	f.File("b.epub/1", "A &amp; B")
	f.Text("A ", 0)
	f.Text("&", 2)
	f.Text(" B", 7)
	f.File("b.epub/2", "\n\nC")
	f.Text("\n\nC", 0)
	doc := f.Document()
	for _, c := range []struct {
		block, off int
		want       string
	}{{0, 0, "b.epub/1:1:1"}, {0, 2, "b.epub/1:1:3"}, {0, 4, "b.epub/1:1:9"}, {1, 0, "b.epub/2:3:1"}} {
		if got := doc.Blocks[c.block].PosAt(c.off).String(); got != c.want {
			t.Errorf("block %d, byte %d: %s, want %s", c.block, c.off, got, c.want)
		}
	}
}
