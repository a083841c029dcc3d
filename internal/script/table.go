package script

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/segment"
)

const (
	// maxLabel is the longest column heading, in code points, that is said
	// with each row.
	maxLabel = 80
	// maxRow is how many bytes of a row's short cells are said in one go.
	maxRow = 240
	// maxShown is how many columns have their headings shown.
	maxShown = 200
)

// group is what belongs to one table, picture or listing.
type group struct {
	rows, images, code bool
	size, columns      int            // of the table: rows but for those of headings, and columns
	headings           map[int]bool   // blocks that are said with each row
	captions           []int          // blocks
	table              []int          // blocks of all rows
	labels             map[int]string // by column, for the rows to come
	spanning           map[int]string // by column, of headings that begin in a column before
	labelled           bool           // the row before was one of headings
	above              []string       // labels that no row has told yet, by column
	head               []Row          // the rows that they are from
	announced          bool           // the table is
	picture            bool           // the next caption is said to be an image's
}

// takeGroups finds what belongs together.
func (b *builder) takeGroups() {
	b.groups = map[int]*group{}
	for i := range b.doc.Blocks {
		block := &b.doc.Blocks[i]
		if block.Group == 0 {
			continue
		}
		g := b.groups[block.Group]
		if g == nil {
			g = &group{headings: map[int]bool{}, labels: map[int]string{}}
			b.groups[block.Group] = g
		}
		switch block.Kind {
		case document.Table:
			g.rows = true
			g.table = append(g.table, i)
			for _, c := range block.Cells {
				g.columns = max(g.columns, c.Column+c.Width())
			}
		case document.Image:
			g.images = true
		case document.Code:
			g.code = true
		case document.Caption:
			g.captions = append(g.captions, i)
		}
	}
	for _, g := range b.groups {
		g.takeHeadings(b.doc.Blocks)
		g.size = len(g.table) - len(g.headings)
	}
}

// takeHeadings finds the rows of column headings: those of headings alone, more
// than one, that a row of data follows. One alone may stand above some of them.
// Very long ones are read once, as rows.
func (g *group) takeHeadings(blocks []document.Block) {
	begin := 0
	for k, i := range g.table {
		row := &blocks[i]
		some := len(row.Cells) == 1 && row.Cells[0].Columns > 1 && row.Cells[0].Columns < g.columns
		if g.columns > 1 && headings(row) && (len(row.Cells) > 1 || some && k+1 < len(g.table) && headings(&blocks[g.table[k+1]])) {
			continue
		}
		for _, j := range g.table[begin:k] {
			g.headings[j] = true
		}
		begin = k + 1
	}
}

// headings reports whether a row is one of column headings.
func headings(row *document.Block) bool {
	if !covered(row) {
		return false
	}
	for _, c := range row.Cells {
		if !c.Header || utf8.RuneCountInString(row.Text[c.Lo:c.Hi]) > maxLabel {
			return false
		}
	}
	return true
}

// covered reports whether all words of a row are in its cells.
func covered(row *document.Block) bool {
	at := 0
	for _, c := range row.Cells {
		if c.Lo < at || hasSound(row.Text[at:c.Lo]) {
			return false
		}
		at = c.Hi
	}
	return len(row.Cells) > 0 && !hasSound(row.Text[at:])
}

// row reads a row of a table, skips it or announces the table.
func (b *builder) row(i int, block *document.Block) {
	g := b.groups[block.Group]
	if g == nil {
		g = &group{table: []int{i}}
	}
	if b.policy.Tables != TreatRead && b.policy.Tables != TreatCells {
		b.announceTable(g, block)
		b.skip(block.Text, SkipTable, block.Pos())
		return
	}
	if g.headings[i] {
		g.label(block, b.shown(i))
		reason := SkipHeadings
		if b.policy.Tables == TreatCells {
			reason = SkipColumns
		}
		b.skip(block.Text, reason, block.Pos())
		return
	}
	g.labelled = false
	r := b.read(block, b.lead(), b.notes.number)
	if !covered(r.block) {
		b.utter(r, r.sentences())
		return
	}
	labels := g.labels
	if b.policy.Tables == TreatCells {
		labels = nil
	}
	r.cells(labels)
	r.settle()
	said, notes := b.utterances(r, r.join(r.rowSentences()))
	if len(said) == 0 {
		return
	}
	said[0].Headings, said[0].Head, g.above, g.head = g.above, g.head, nil, nil
	b.notes.number = 0
	b.emit(r.block, said, notes)
}

// announceTable says once that there is a table, if it is to be announced.
func (b *builder) announceTable(g *group, block *document.Block) {
	if b.policy.Tables != TreatAnnounce || g.announced {
		return
	}
	g.announced = true
	if u, ok := b.announcement(phraseTable, max(1, g.size), max(1, g.columns), document.Table, block.Pos()); ok {
		for _, i := range g.table {
			u.Rows = append(u.Rows, b.shown(i))
		}
		b.emit(block, []Utterance{u}, nil)
	}
}

// shown is a row as it is shown.
func (b *builder) shown(i int) Row {
	block := &b.doc.Blocks[i]
	row := without(block, b.undescribed(block))
	set := settings{spans: row.Spans}
	return Row{Text: row.Text, Spans: set.in(0, len(row.Text)), Cells: row.Cells}
}

// label takes the headings of a row for the rows to come. Of rows that follow
// each other the upper comes first, also where it covers several columns of the
// lower.
func (g *group) label(row *document.Block, shown Row) {
	if !g.labelled {
		g.labels, g.spanning, g.head = map[int]string{}, map[int]string{}, nil
	}
	g.labelled = true
	g.head = append(g.head, shown)
	for _, c := range row.Cells {
		text := strings.TrimRight(plain(row.Text[c.Lo:c.Hi]), " :")
		if !hasSound(text) {
			continue
		}
		if upper := cmp.Or(g.labels[c.Column], g.spanning[c.Column]); upper != "" {
			text = upper + " " + text
		}
		g.labels[c.Column] = text
		for column := c.Column + 1; column < min(c.Column+c.Width(), maxShown); column++ {
			g.spanning[column] = text
		}
	}
	g.above = nil
	for column, text := range g.labels {
		if column >= maxShown {
			continue
		}
		for len(g.above) <= column {
			g.above = append(g.above, "")
		}
		g.above[column] = text
	}
}

// cells has each cell of the row said with the heading of its column: "Name:
// Kim; Age: 3", or where the row has a heading itself "Kim: Age 3, Town Ulm".
func (r *reading) cells(labels map[int]string) {
	cells, text := r.block.Cells, r.block.Text
	headed := cells[0].Header && len(cells) > 1
	between := ", "
	if len(labels) > 0 && !headed {
		between = "; "
	}
	for k, c := range cells {
		if k > 0 {
			gap := change{lo: cells[k-1].Hi, hi: c.Lo, with: between}
			last, _ := utf8.DecodeLastRuneInString(text[cells[k-1].Lo:cells[k-1].Hi])
			switch {
			case strings.ContainsRune(".!?…:;,。！？：；，", last):
				gap.with = " "
			case k == 1 && headed:
				gap.with = ": "
			}
			r.changes = append(r.changes, gap)
		}
		label := labels[c.Column]
		if label == "" || c.Columns > 1 || k == 0 && headed { // one over several is of none
			continue
		}
		if headed {
			label += " "
		} else {
			label += ": "
		}
		r.changes = append(r.changes, change{lo: c.Lo, hi: c.Lo, with: label, side: before})
	}
}

// rowSentences gives what of a row is said in one go: short cells together, a
// cell of several sentences by itself.
func (r *reading) rowSentences() []segment.Span {
	var out []segment.Span
	open := false // the last one may be continued
	for _, c := range r.block.Cells {
		cell := r.split(c.Lo, c.Hi)
		if len(cell) == 1 && open && cell[0].Hi-out[len(out)-1].Lo <= maxRow {
			out[len(out)-1].Hi = cell[0].Hi
			continue
		}
		out = append(out, cell...)
		open = len(cell) == 1
	}
	return out
}
