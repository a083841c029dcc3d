package prose

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"narrate/internal/script"
)

// Table is rows that are set below each other.
type Table struct {
	Head []Row // of the headings of its columns, which are not spoken
	Rows []Row
}

// Row is a row of a table.
type Row struct {
	Block *Block // whose cues have its text; nil where it is not spoken
	shown script.Row
	head  bool
	cells []cell
}

// cell is a cell of a row.
type cell struct {
	column        int
	header        bool
	columns, rows int // how many it covers
	empty         int // how many cells without text stand before it
	parts         []Part
}

// Part is bytes [Lo, Hi) of a text that stand in one cell.
type Part struct {
	Cue    int // the number of the cue in its block
	Lo, Hi int
	First  bool // the cue begins with it
	next   int  // where the cue's next part begins
}

// Take gives those of a cue's words, as far as they are still to come, that have
// their elements in the part, and the others. What is in no cell goes with the part
// before it.
func (p *Part) Take(words []Word) (in, rest []Word) {
	n := 0
	for n < len(words) && (words[n].Lo < p.Hi || words[n].Hi <= p.next) {
		n++
	}
	return words[:n], words[n:]
}

// maxColumns is in how many columns at most cells are set, with empty ones in
// front of them where a row has none.
const maxColumns = 200

// tables gives the tables that rows are, or one that a block announces: those below
// headings are a further one.
func (p planter) tables(list []Block) []Node {
	if list[0].Cues[0].Utterance.Rows != nil {
		return p.announced(&list[0])
	}
	var out []Node
	for len(list) > 0 {
		k := 1
		for k < len(list) && k < p.rows && list[k].Cues[0].Utterance.Headings == nil {
			k++
		}
		out, list = append(out, spoken(list[:k])), list[k:]
	}
	return out
}

// announced gives the table that a block announces.
func (p planter) announced(b *Block) []Node {
	var out []Node
	head, rows := parted(b.Cues[0].Utterance.Rows)
	for len(rows) > 0 {
		k := min(len(rows), p.rows)
		t := &Table{Head: head, Rows: rows[:k]}
		out = append(out, Node{Kind: Rows, Block: b, Table: t.laid()})
		b, head, rows = nil, nil, rows[k:]
	}
	return out
}

// parted gives rows that are shown, not spoken, first those at the start that are
// headings of columns alone.
func parted(of []script.Row) (head, rows []Row) {
	rows = shown(of)
	k := 0
	for k < len(rows) && !slices.ContainsFunc(rows[k].cells, func(c cell) bool { return !c.header }) {
		k++
	}
	if k == len(rows) {
		return nil, rows
	}
	return rows[:k], rows[k:]
}

// WriteShown writes a table that is not spoken.
func WriteShown(w Writer, of []script.Row) {
	head, rows := parted(of)
	t := Table{Head: head, Rows: rows}
	w.WriteString("<table>\n")
	t.laid().Write(w, "", nil)
	w.WriteString("</table>\n")
}

// Spoken reports whether the rows below the head are spoken.
func (t *Table) Spoken() bool { return t.Rows[0].Block != nil }

// Write writes what stands in the element of the table, each cell with those
// attributes besides. row writes a row that is spoken.
func (t *Table) Write(w Writer, attributes string, row func(r *Row)) {
	rows := func(tag string, list []Row) {
		w.WriteString("<" + tag + ">\n")
		for i := range list {
			if list[i].Block != nil {
				row(&list[i])
				continue
			}
			w.WriteString("<tr>")
			list[i].Write(w, attributes, nil)
			w.WriteString("</tr>\n")
		}
		w.WriteString("</" + tag + ">\n")
	}
	if len(t.Head) > 0 {
		rows("thead", t.Head)
	}
	rows("tbody", t.Rows)
}

// spoken gives the table of rows that are spoken.
func spoken(list []Block) Node {
	u := list[0].Cues[0].Utterance
	t := &Table{Head: shown(u.Head)}
	if u.Head == nil && u.Headings != nil { // what a timeline from elsewhere may tell alone
		t.Head = []Row{{cells: make([]cell, len(u.Headings))}}
		text := &t.Head[0].shown.Text
		for column, heading := range u.Headings {
			lo := len(*text)
			*text += heading
			t.Head[0].cells[column] = cell{column: column, header: heading != "", parts: []Part{{Lo: lo, Hi: len(*text)}}}
		}
	}
	for i := range list {
		cells := cellsOf(&list[i])
		if cells == nil {
			return Node{Kind: Lines, Nodes: leaves(list)}
		}
		t.Rows = append(t.Rows, Row{Block: &list[i], cells: cells})
	}
	return Node{Kind: Rows, Table: t.laid()}
}

// shown gives rows that are not spoken.
func shown(rows []script.Row) []Row {
	var out []Row
	for _, r := range rows {
		row := Row{shown: r}
		for _, c := range r.Cells {
			row.cells = append(row.cells, cell{
				column: c.Column, header: c.Header, columns: c.Columns, rows: c.Rows, parts: []Part{{Lo: c.Lo, Hi: c.Hi}},
			})
		}
		if r.Cells == nil {
			row.cells = []cell{{parts: []Part{{Hi: len(r.Text)}}}}
		}
		out = append(out, row)
	}
	return out
}

// cellsOf gives the cells of a row with all of its text, but for the signs that part
// them; nil where they are not known.
func cellsOf(b *Block) []cell {
	var out []cell
	for i := range b.Cues {
		u := b.Cues[i].Utterance
		if len(u.Cells) == 0 {
			return nil
		}
		at := 0
		for k, c := range u.Cells {
			if c.Lo < at || c.Hi <= c.Lo || c.Hi > len(u.Text) || hasSound(u.Text[at:c.Lo]) {
				return nil
			}
			at = c.Hi
			last := len(out) - 1
			if last >= 0 && out[last].column >= c.Column && !(k == 0 && out[last].column == c.Column) {
				return nil
			}
			if last < 0 || out[last].column != c.Column {
				out = append(out, cell{column: c.Column, header: c.Header, columns: c.Columns, rows: c.Rows})
				last++
			}
			next := math.MaxInt
			if k+1 < len(u.Cells) {
				next = u.Cells[k+1].Lo
			}
			out[last].parts = append(out[last].parts, Part{Cue: i, Lo: c.Lo, Hi: c.Hi, First: k == 0, next: next})
		}
		if hasSound(u.Text[at:]) {
			return nil
		}
	}
	return out
}

// hasSound reports whether a text has a letter or a digit.
func hasSound(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// laid has no two cells of the table cover the same place, and fills the places in
// front of each.
func (t *Table) laid() *Table {
	columns := 1 // in which a cell begins
	for _, rows := range [][]Row{t.Head, t.Rows} {
		for i := range rows {
			if k := len(rows[i].cells); k > 0 {
				columns = max(columns, rows[i].cells[k-1].column+1)
			}
		}
	}
	for i := range t.Head {
		t.Head[i].head = true
	}
	columns = min(columns, maxColumns)
	lay(t.Head, columns)
	lay(t.Rows, columns)
	return t
}

func lay(rows []Row, columns int) {
	var covered [maxColumns + 1]int // by column: for how many rows, this one too
	for i := range rows {
		cells := rows[i].cells
		at := 0
		for k := range cells {
			c := &cells[k]
			for at < min(c.column, maxColumns) {
				if covered[at] == 0 {
					c.empty++
				}
				at++
			}
			for at < maxColumns && covered[at] > 0 {
				at++
			}
			end := columns
			if k+1 < len(cells) {
				end = min(cells[k+1].column, end)
			}
			width := 1
			for width < c.columns && at+width < end && covered[at+width] == 0 {
				width++
			}
			height := 1
			for height < c.rows && i+height < len(rows) && !rows[i+height].begins(at, width) {
				height++
			}
			c.columns, c.rows = width, height
			for column := at; column < min(at+width, maxColumns); column++ {
				covered[column] = height
			}
			at += width
		}
		for column := range covered {
			covered[column] = max(0, covered[column]-1)
		}
	}
}

// begins reports whether a cell of the row begins in one of so many columns.
func (r *Row) begins(column, width int) bool {
	k := sort.Search(len(r.cells), func(k int) bool { return r.cells[k].column >= column })
	return k < len(r.cells) && r.cells[k].column < column+width
}

// Write writes the cells of the row. part writes what is spoken.
func (r *Row) Write(w Writer, attributes string, part func(p *Part)) {
	scope := "row"
	if r.head {
		scope = "col"
	}
	for k := range r.cells {
		c := &r.cells[k]
		w.WriteString(strings.Repeat("<td></td>", c.empty))
		if r.Block == nil && c.parts[0].Lo == c.parts[0].Hi {
			w.WriteString("<td></td>")
			continue
		}
		tag := "td"
		if c.header {
			tag = "th"
		}
		w.WriteString("<" + tag)
		if c.header {
			w.WriteString(` scope="` + scope + `"`)
		}
		for _, span := range []struct {
			name string
			n    int
		}{{"colspan", c.columns}, {"rowspan", c.rows}} {
			if span.n > 1 {
				w.WriteString(" " + span.name + `="` + strconv.Itoa(span.n) + `"`)
			}
		}
		w.WriteString(attributes + ">")
		for i := range c.parts {
			p := &c.parts[i]
			if r.Block == nil {
				Set(w, r.shown.Text, r.shown.Spans, p.Lo, p.Hi, nil)
				continue
			}
			if i > 0 {
				w.WriteString(Gap(r.Block.Cues[c.parts[i-1].Cue].Utterance.Text))
			}
			part(p)
		}
		w.WriteString("</" + tag + ">")
	}
}
