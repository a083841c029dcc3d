package docx

import (
	"strconv"

	"narrate/internal/document"
	"narrate/internal/input"
)

// table is a table under way.
type table struct {
	firstRow, firstCol bool // they are set apart
	rows               int
	column             int
	header             bool // of the row under way
	cell               bool // a cell is under way
}

// tbl reads a table (section 17.4.37). One that only lays text out, and one
// inside the cell of another, is a flow of paragraphs.
func (s *story) tbl(t input.XMLToken) {
	if s.facts.layout[t.Offset] || s.table != nil {
		s.content()
		return
	}
	s.endPara()
	s.prose.Stop()
	s.flow.Enter(input.Container{Kind: input.TableRows})
	s.table = &table{}
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		if t.Name == "w:tblPr" {
			s.tblProps()
		} else {
			s.child(t)
		}
	}
	s.table = nil
	s.flow.Leave()
	s.flushBoxes()
}

// tblProps reads which rows and columns of a table are headers: those that its
// style sets apart and its look asks for (section 17.4.55).
func (s *story) tblProps() {
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:tblStyle":
			st := s.styles.get(t.Attr("w:val"))
			s.table.firstRow, s.table.firstCol = st.firstRow, st.firstCol
		case "w:tblLook":
			bits, err := strconv.ParseUint(t.Attr("w:val"), 16, 32)
			asked := func(name string, bit uint64) bool {
				if v := t.Attr(name); v != "" {
					return v == "1" || v == "true" || v == "on"
				}
				return err == nil && bits&bit != 0
			}
			s.table.firstRow = s.table.firstRow && asked("w:firstRow", 0x20)
			s.table.firstCol = s.table.firstCol && asked("w:firstColumn", 0x80)
		}
	}
}

// tr reads a row.
func (s *story) tr(t input.XMLToken) {
	if s.table == nil || s.prose.Row {
		s.content() // of a table that lays text out, or inside a cell
		return
	}
	s.flow.Row()
	s.prose.Row = true
	s.table.column, s.table.header = 0, s.table.firstRow && s.table.rows == 0
	old := s.reason
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		if t.Name == "w:trPr" {
			s.trProps()
		} else {
			s.child(t)
		}
	}
	s.reason = old
	s.prose.Row = false
	s.flow.End()
	s.table.rows++
}

func (s *story) trProps() {
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:tblHeader":
			v := t.Attr("w:val")
			s.table.header = v != "0" && v != "false" && v != "off"
		case "w:gridBefore":
			s.table.column = span(t.Attr("w:val"), 0)
		case "w:del":
			if s.reason == "" {
				s.reason = "deleted text"
			}
		case "w:hidden":
			if s.reason == "" {
				s.reason = "hidden"
			}
		case "w:trPrChange":
			s.x.Skip()
		}
	}
}

// span reads a number of columns; least if it is none.
func span(v string, least int) int {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > 1000 {
		return least
	}
	return n
}

// tc reads a cell.
func (s *story) tc(start input.XMLToken) {
	if !s.prose.Row || s.table.cell { // of a table that lays text out, or inside a cell
		s.content()
		return
	}
	off, columns, covered, begun := start.Offset, 1, false, false
	begin := func() {
		if !begun {
			begun = true
			header := s.table.header || s.table.firstCol && s.table.column == 0
			s.flow.Cell(document.Cell{Column: s.table.column, Header: header, Columns: columns}, off)
			s.table.column += columns
		}
	}
	old := s.reason
	s.table.cell = true
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		if t.Name == "w:tcPr" {
			columns, covered = s.tcProps()
			continue
		}
		begin()
		if covered && s.reason == "" {
			s.reason = "hidden" // by the cell above that reaches down here
		}
		s.child(t)
	}
	begin()
	s.reason = old
	s.endPara()
	s.table.cell = false
}

func (s *story) tcProps() (columns int, covered bool) {
	columns = 1
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:gridSpan":
			columns = span(t.Attr("w:val"), 1)
		case "w:vMerge":
			covered = t.Attr("w:val") != "restart"
		}
	}
	return columns, covered
}

// facts are what is known of a part before it is read.
type facts struct {
	layout   map[int]bool // tables by their place: whether they only lay text out
	balanced bool         // each field that begins ends
}

// survey looks through a part. Tables that only lay text out are those of one
// column, and those with headings or other tables in their cells.
func survey(f part, st *styles) (facts, error) {
	type frame struct {
		off, cells, most int
		layout           bool
	}
	var open []frame
	found := facts{layout: make(map[int]bool)}
	fields := 0
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		top := len(open) - 1
		switch {
		case t.Kind == input.XMLStart && t.Name == "w:fldChar":
			switch t.Attr("w:fldCharType") {
			case "begin":
				fields++
			case "end":
				fields--
			}
		case t.Kind == input.XMLStart && t.Name == "w:tbl":
			open = append(open, frame{off: t.Offset})
		case top < 0:
		case t.Kind == input.XMLStart && t.Name == "w:tc":
			open[top].cells++
		case t.Kind == input.XMLStart && t.Name == "w:pStyle":
			if s := st.get(t.Attr("w:val")); s.role == title || s.outline >= 0 && s.outline < 9 {
				open[top].layout = true
			}
		case t.Kind == input.XMLEnd && t.Name == "w:tr":
			open[top].most = max(open[top].most, open[top].cells)
			open[top].cells = 0
		case t.Kind == input.XMLEnd && t.Name == "w:tbl":
			layout := open[top].layout || open[top].most <= 1
			found.layout[open[top].off] = layout
			open = open[:top]
			if top > 0 && !layout {
				open[top-1].layout = true
			}
		}
	}
	found.balanced = fields == 0
	return found, x.Err()
}
