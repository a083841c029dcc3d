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

// set takes over how the utterance's text is set.
func (o *utterance) set(u *script.Utterance) error {
	o.Headings, o.Instead = u.Headings, u.Instead
	if len(u.Spans)+len(u.Cells) == 0 {
		return nil
	}
	points := make([]int, len(u.Text)+1) // how many code points lie before each byte
	for at := range u.Text {
		points[at+1] = 1
	}
	for i := range points[1:] {
		points[i+1] += points[i]
	}
	within := func(lo, hi int) bool { return 0 <= lo && lo < hi && hi <= len(u.Text) }
	for _, s := range u.Spans {
		name := spanNames[s.Kind]
		if name == "" || !within(s.Lo, s.Hi) {
			return fmt.Errorf("%s: a span of kind %d at bytes %d to %d of a text of %d", u.Pos, s.Kind, s.Lo, s.Hi, len(u.Text))
		}
		o.Spans = append(o.Spans, inline{name, points[s.Lo], points[s.Hi], s.Address})
	}
	for _, c := range u.Cells {
		if !within(c.Lo, c.Hi) {
			return fmt.Errorf("%s: a cell at bytes %d to %d of a text of %d", u.Pos, c.Lo, c.Hi, len(u.Text))
		}
		o.Cells = append(o.Cells, cell{c.Column, c.Header, points[c.Lo], points[c.Hi]})
	}
	return nil
}

// setting reads how the text is set: ranges of code points become ranges of bytes.
func (u *readUtterance) setting(out *script.Utterance) error {
	out.Headings, out.Instead = u.Headings, u.Instead
	if len(u.Spans)+len(u.Cells) == 0 {
		return nil
	}
	bytes := make([]int, 0, len(u.Text)+1) // where each code point begins
	for at := range u.Text {
		bytes = append(bytes, at)
	}
	bytes = append(bytes, len(u.Text))
	within := func(from, to int) bool { return 0 <= from && from < to && to < len(bytes) }
	var around []script.Span
	for i, s := range u.Spans {
		kind, ok := spanKinds[s.Kind]
		if !ok {
			return fmt.Errorf("span %d: there is no kind %q", i+1, s.Kind)
		}
		if !within(s.From, s.To) {
			return fmt.Errorf("span %d: code points %d to %d of a text of %d", i+1, s.From, s.To, len(bytes)-1)
		}
		x := script.Span{Kind: kind, Lo: bytes[s.From], Hi: bytes[s.To], Address: s.Link}
		if k := len(out.Spans); k > 0 && x.Lo < out.Spans[k-1].Lo {
			return fmt.Errorf("span %d begins before the one before it", i+1)
		}
		for len(around) > 0 && around[len(around)-1].Hi <= x.Lo {
			around = around[:len(around)-1]
		}
		for _, y := range around {
			if x.Hi > y.Hi || x.Kind == y.Kind {
				return fmt.Errorf("span %d crosses another one, or lies in one of its kind", i+1)
			}
		}
		around = append(around, x)
		out.Spans = append(out.Spans, x)
	}
	for i, c := range u.Cells {
		if !within(c.From, c.To) || c.Column < 0 || c.Column > maxColumn {
			return fmt.Errorf("cell %d: column %d, code points %d to %d of a text of %d", i+1, c.Column, c.From, c.To, len(bytes)-1)
		}
		x := document.Cell{Lo: bytes[c.From], Hi: bytes[c.To], Column: c.Column, Header: c.Header}
		if i > 0 && (x.Lo < out.Cells[i-1].Hi || x.Column <= out.Cells[i-1].Column) {
			return fmt.Errorf("cell %d begins before the end of the one before it", i+1)
		}
		out.Cells = append(out.Cells, x)
	}
	return nil
}
