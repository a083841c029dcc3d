package dom

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
)

// table adds a <table>: a table of data as rows of cells, one that only lays
// its content out as that content.
func (w *walker) table(n *html.Node) {
	if w.flat > 0 {
		w.block(n)
		return
	}
	if !isData(n) {
		w.block(n)
		return
	}
	w.edge()
	w.made = nil
	w.f.Enter(input.Container{Kind: input.TableRows})
	var g grid
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Caption:
			w.part(c, func() { w.one(c, document.Caption, 0) })
		case atom.Thead, atom.Tbody, atom.Tfoot:
			w.part(c, func() {
				for r := c.FirstChild; r != nil; r = r.NextSibling {
					w.row(r, &g, c.DataAtom == atom.Thead)
				}
			})
			g.spans = nil // a cell does not reach out of its group of rows
		default:
			w.row(c, &g, false)
		}
	}
	w.edge()
	w.f.Leave()
}

// part adds a part of a table, unless it is left out.
func (w *walker) part(n *html.Node, add func()) {
	if w.o.Visit != nil {
		w.o.Visit(n)
	}
	reason := w.leftOut(n)
	if reason == "" && w.o.Drop != nil {
		reason = w.o.Drop(n)
	}
	if reason != "" {
		w.dropNode(n, reason)
		return
	}
	add()
}

// grid knows which columns the cells of the rows before still cover.
type grid struct {
	spans []int // by column: for how many rows more
}

// row adds what stands among the rows of a table.
func (w *walker) row(n *html.Node, g *grid, head bool) {
	if n.DataAtom != atom.Tr {
		w.node(n)
		return
	}
	w.part(n, func() {
		w.edge()
		w.f.Row()
		column := 0
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
				continue // the parser leaves scripts and templates here
			}
			for column < len(g.spans) && g.spans[column] > 0 {
				g.spans[column]--
				column++
			}
			width, height := span(c, "colspan"), span(c, "rowspan")
			cell := document.Cell{Column: column, Header: head || c.DataAtom == atom.Th, Columns: width, Rows: height}
			w.part(c, func() { w.cell(c, cell) })
			for i := 0; i < width; i++ {
				if column == len(g.spans) && column < document.MaxSpan {
					g.spans = append(g.spans, 0)
				}
				if column < len(g.spans) {
					g.spans[column] = height - 1
				}
				column++
			}
		}
		for ; column < len(g.spans); column++ {
			g.spans[column] = max(0, g.spans[column]-1)
		}
		w.edge()
	})
}

func span(n *html.Node, key string) int {
	v, err := strconv.Atoi(strings.TrimSpace(Attr(n, key)))
	if err != nil || v < 1 {
		return 1
	}
	return min(v, document.MaxSpan)
}

// cell adds a cell of the row under way.
func (w *walker) cell(n *html.Node, cell document.Cell) {
	w.breaks, w.run, w.last, w.cjk = 0, false, 0, false
	if !w.f.Open() {
		w.f.Row() // what was left out before ended the row
	}
	w.f.Cell(cell, w.t.Offset(n))
	w.flat++
	if lang := Lang(n); lang != "" && !strings.EqualFold(lang, w.lang) {
		outer := w.lang
		w.lang = lang
		w.span(n, document.Span{Kind: document.Foreign, Value: lang})
		w.lang = outer
	} else {
		w.children(n)
	}
	w.flat--
	w.flushDropped()
	w.made = nil
	w.breaks = 0
}

// longCell is how many code points a cell of data has on average at most: text
// that is longer is prose, laid out in columns.
const longCell = 300

// isData reports whether a table holds data: it has what only such a table has,
// or several rows and columns of short texts.
func isData(n *html.Node) bool {
	if HasToken(n, "role", "presentation", "none") {
		return false
	}
	var s tableShape
	s.measure(n)
	switch {
	case s.columns < 2 || s.nested || s.headings > 0:
		return false
	case s.marked || HasToken(n, "role", "table", "grid", "treegrid"):
		return true
	case s.rows < 2:
		return false
	}
	return s.length <= longCell*s.cells && s.paragraphs <= s.cells+s.cells/2
}

// tableShape is what tells data from layout.
type tableShape struct {
	rows, columns, cells int
	length               int  // code points in all cells
	paragraphs, headings int  // in the cells
	marked               bool // has a caption, a head, or header cells
	nested               bool // holds another table
}

func (s *tableShape) measure(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			s.length += utf8.RuneCountInString(strings.TrimSpace(c.Data))
			continue
		case html.ElementNode:
		default:
			continue
		}
		switch c.DataAtom {
		case atom.Caption, atom.Thead:
			s.marked = s.marked || hasText(c)
		case atom.Tr:
			s.rows++
			columns := 0
			for cell := c.FirstChild; cell != nil; cell = cell.NextSibling {
				if cell.DataAtom == atom.Td || cell.DataAtom == atom.Th {
					s.cells++
					columns += span(cell, "colspan")
					s.marked = s.marked || cell.DataAtom == atom.Th && hasText(cell)
				}
			}
			if columns > s.columns {
				s.columns = columns
			}
		case atom.Table:
			s.nested = s.nested || hasText(c)
			continue
		case atom.P:
			s.paragraphs++
		case atom.Script, atom.Style, atom.Template:
			continue
		}
		if headingLevel(c) > 0 && hasText(c) {
			s.headings++
		}
		s.measure(c)
	}
}
