package manifest

import (
	"fmt"

	"narrate/internal/document"
	"narrate/internal/script"
)

// spanKinds are the names of the kinds of script.Span.
var spanKinds = map[string]document.SpanKind{
	"link": document.Link, "emphasis": document.Emphasis, "strong": document.Strong,
	"code": document.CodeWords, "superscript": document.Raised, "subscript": document.Lowered,
}

var spanNames = func() map[document.SpanKind]string {
	names := map[document.SpanKind]string{}
	for name, kind := range spanKinds {
		names[kind] = name
	}
	return names
}()

// maxColumn is the last column of a table that is read.
const maxColumn = 1 << 20

// set takes over how the utterance's text is set, and what is shown with it.
func (o *utterance) set(u *script.Utterance) error {
	o.Headings, o.Instead, o.Items = u.Headings, u.Instead, u.Items
	var err error
	if o.setting, err = settingOf(&script.Row{Text: u.Text, Spans: u.Spans, Cells: u.Cells}); err != nil {
		return fmt.Errorf("%s: %w", u.Pos, err)
	}
	if o.Head, err = rowsOf(u.Head); err != nil {
		return fmt.Errorf("%s: head: %w", u.Pos, err)
	}
	if o.Rows, err = rowsOf(u.Rows); err != nil {
		return fmt.Errorf("%s: rows: %w", u.Pos, err)
	}
	return nil
}

func rowsOf(rows []script.Row) ([]row, error) {
	var out []row
	for i := range rows {
		s, err := settingOf(&rows[i])
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		out = append(out, row{rows[i].Text, s})
	}
	return out, nil
}

// settingOf is how a text is set: ranges of bytes become ranges of code points.
func settingOf(r *script.Row) (setting, error) {
	var out setting
	if len(r.Spans)+len(r.Cells) == 0 {
		return out, nil
	}
	points := make([]int, len(r.Text)+1) // how many code points lie before each byte
	for at := range r.Text {
		points[at+1] = 1
	}
	for i := range points[1:] {
		points[i+1] += points[i]
	}
	within := func(lo, hi int) bool { return 0 <= lo && lo < hi && hi <= len(r.Text) }
	for _, s := range r.Spans {
		name := spanNames[s.Kind]
		if name == "" || !within(s.Lo, s.Hi) {
			return out, fmt.Errorf("a span of kind %d at bytes %d to %d of a text of %d", s.Kind, s.Lo, s.Hi, len(r.Text))
		}
		out.Spans = append(out.Spans, inline{name, points[s.Lo], points[s.Hi], s.Address})
	}
	for _, c := range r.Cells {
		if !within(c.Lo, c.Hi) {
			return out, fmt.Errorf("a cell at bytes %d to %d of a text of %d", c.Lo, c.Hi, len(r.Text))
		}
		out.Cells = append(out.Cells, cell{c.Column, c.Header, c.Columns, c.Rows, points[c.Lo], points[c.Hi]})
	}
	return out, nil
}

// takeSetting reads how the text is set, and what is shown with it.
func (u *readUtterance) takeSetting(out *script.Utterance) error {
	out.Headings, out.Instead, out.Items = u.Headings, u.Instead, u.Items
	if len(u.Items) > document.MaxItems {
		return fmt.Errorf("it stands in %d items, more than %d", len(u.Items), document.MaxItems)
	}
	r, err := u.setting.of(u.Text)
	if err != nil {
		return err
	}
	out.Spans, out.Cells = r.Spans, r.Cells
	if out.Head, err = readRows(u.Head); err != nil {
		return fmt.Errorf("head: %w", err)
	}
	if out.Rows, err = readRows(u.Rows); err != nil {
		return fmt.Errorf("rows: %w", err)
	}
	return nil
}

func readRows(rows []row) ([]script.Row, error) {
	var out []script.Row
	for i := range rows {
		r, err := rows[i].setting.of(rows[i].Text)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// of is the setting of a text: ranges of code points become ranges of bytes.
func (s *setting) of(text string) (script.Row, error) {
	out := script.Row{Text: text}
	if len(s.Spans)+len(s.Cells) == 0 {
		return out, nil
	}
	bytes := make([]int, 0, len(text)+1) // where each code point begins
	for at := range text {
		bytes = append(bytes, at)
	}
	bytes = append(bytes, len(text))
	within := func(from, to int) bool { return 0 <= from && from < to && to < len(bytes) }
	var around []script.Span
	for i, span := range s.Spans {
		kind, ok := spanKinds[span.Kind]
		if !ok {
			return out, fmt.Errorf("span %d: there is no kind %q", i+1, span.Kind)
		}
		if !within(span.From, span.To) {
			return out, fmt.Errorf("span %d: code points %d to %d of a text of %d", i+1, span.From, span.To, len(bytes)-1)
		}
		x := script.Span{Kind: kind, Lo: bytes[span.From], Hi: bytes[span.To], Address: span.Link}
		if k := len(out.Spans); k > 0 && x.Lo < out.Spans[k-1].Lo {
			return out, fmt.Errorf("span %d begins before the one before it", i+1)
		}
		for len(around) > 0 && around[len(around)-1].Hi <= x.Lo {
			around = around[:len(around)-1]
		}
		for _, y := range around {
			if x.Hi > y.Hi || x.Kind == y.Kind {
				return out, fmt.Errorf("span %d crosses another one, or lies in one of its kind", i+1)
			}
		}
		around = append(around, x)
		out.Spans = append(out.Spans, x)
	}
	for i, c := range s.Cells {
		if !within(c.From, c.To) || c.Column < 0 || c.Column > maxColumn {
			return out, fmt.Errorf("cell %d: column %d, code points %d to %d of a text of %d", i+1, c.Column, c.From, c.To, len(bytes)-1)
		}
		if c.Columns < 0 || c.Columns > document.MaxSpan || c.Rows < 0 || c.Rows > document.MaxSpan {
			return out, fmt.Errorf("cell %d: it covers %d columns and %d rows, at most %d are possible", i+1, c.Columns, c.Rows, document.MaxSpan)
		}
		x := document.Cell{Lo: bytes[c.From], Hi: bytes[c.To], Column: c.Column, Header: c.Header, Columns: c.Columns, Rows: c.Rows}
		if i > 0 && (x.Lo < out.Cells[i-1].Hi || x.Column <= out.Cells[i-1].Column) {
			return out, fmt.Errorf("cell %d begins before the end of the one before it", i+1)
		}
		out.Cells = append(out.Cells, x)
	}
	return out, nil
}
