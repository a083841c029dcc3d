package odt

import (
	"narrate/internal/document"
	"narrate/internal/input"
)

// table is a table under way.
type table struct {
	headerRows    bool // the rows that come are headers
	headerColumns int
	column        int
	inRow, inCell bool
}

// tableOf reads a table (section 9.1.2). One that only lays text out, and one
// in the cell of another, is a flow of paragraphs.
func (s *story) tableOf(t input.XMLToken) {
	if s.layout[t.Offset] || s.table != nil {
		s.content()
		return
	}
	s.prose.Stop()
	s.flow.Enter(input.Container{Kind: input.TableRows})
	lists, item := s.lists, s.item
	s.table, s.lists, s.item = &table{}, nil, nil
	s.content()
	s.table, s.lists, s.item = nil, lists, item
	s.flow.Leave()
	s.flushBoxes()
}

// rows reads a group of rows.
func (s *story) rows(t input.XMLToken) {
	if s.table == nil || s.table.inRow {
		s.content()
		return
	}
	old := s.table.headerRows
	s.table.headerRows = old || t.Name == "table:table-header-rows"
	s.content()
	s.table.headerRows = old
}

// maxRepeat bounds how many columns an attribute says there are.
const maxRepeat = 1000

// headerColumns counts the columns that are headers.
func (s *story) headerColumns() {
	n := 0
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind == input.XMLStart && t.Name == "table:table-column" {
			n += max(1, number(t.Attr("table:number-columns-repeated"), 1, maxRepeat))
		}
	}
	if s.table != nil && !s.table.inRow {
		s.table.headerColumns = min(n, maxRepeat)
	}
}

// row reads a row. One that is repeated is read once: in texts repeated rows
// are empty.
func (s *story) row() {
	if s.table == nil || s.table.inRow {
		s.content() // of a table that lays text out, or in a cell
		return
	}
	s.flow.Row()
	s.prose.Row, s.table.inRow, s.table.column = true, true, 0
	s.content()
	s.prose.Row, s.table.inRow = false, false
	s.flow.End()
}

// cell reads a cell. What stands in one that another covers is not shown.
func (s *story) cell(t input.XMLToken) {
	if s.table == nil || !s.table.inRow || s.table.inCell {
		s.content() // of a table that lays text out, or in a cell
		return
	}
	s.table.inCell = true
	columns := max(1, number(t.Attr("table:number-columns-repeated"), 1, maxRepeat))
	if t.Name == "table:covered-table-cell" {
		s.dropping("hidden")
	} else {
		cell := document.Cell{
			Column: s.table.column, Columns: number(t.Attr("table:number-columns-spanned"), 1, document.MaxSpan),
			Rows: number(t.Attr("table:number-rows-spanned"), 1, document.MaxSpan),
		}
		off, begun := t.Offset, false
		begin := func(head bool) {
			if !begun {
				begun = true
				cell.Header = head || s.table.headerRows || cell.Column < s.table.headerColumns
				s.flow.Cell(cell, off)
			}
		}
		for {
			t, ok := s.x.Next()
			if !ok || t.Kind == input.XMLEnd {
				break
			}
			if t.Kind == input.XMLStart {
				name := t.Attr("text:style-name")
				begin(t.Name == "text:p" && s.styleOf(name, s.styles.get("paragraph", name)).role == tableHead)
				s.child(t)
			}
		}
		begin(false)
		s.prose.End()
	}
	s.table.column = min(s.table.column+columns, 1<<20)
	s.table.inCell = false
}

// survey finds the tables of a file that only lay text out: those of one
// column, those with headings or tables in their cells.
func survey(f part, st *styles) (map[int]bool, error) {
	type frame struct {
		off, cells, most int
		layout           bool
	}
	var open []frame
	tables := make(map[int]bool)
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		top := len(open) - 1
		switch {
		case t.Kind == input.XMLStart && t.Name == "table:table":
			open = append(open, frame{off: t.Offset})
		case top < 0:
		case t.Kind == input.XMLStart && (t.Name == "table:table-cell" || t.Name == "table:covered-table-cell"):
			open[top].cells++
		case t.Kind == input.XMLStart && t.Name == "text:h":
			open[top].layout = true
		case t.Kind == input.XMLEnd && t.Name == "table:table-row":
			open[top].most = max(open[top].most, open[top].cells)
			open[top].cells = 0
		case t.Kind == input.XMLEnd && t.Name == "table:table":
			layout := open[top].layout || open[top].most <= 1
			tables[open[top].off] = layout
			open = open[:top]
			if top > 0 && !layout {
				open[top-1].layout = true
			}
		}
	}
	return tables, x.Err()
}
