package docx

import (
	"strings"

	"narrate/internal/input"
)

// side reads a part beside the document: notes in the order in which they are
// referred to; all others only to drop their text.
func (r *reader) side(kind, name string) (err error) {
	f, err := r.pack.read(name)
	if err != nil {
		return err
	}
	if r.facts, err = survey(f, r.styles); err != nil {
		return err
	}
	if r.rels, err = r.pack.rels(name); err != nil {
		return err
	}
	r.flow.File(f.name, f.text)
	switch kind {
	case "footnotes", "endnotes":
		return r.notes(f, kind)
	case "comments":
		return r.dropAll(f, "comment")
	case "header", "footer":
		return r.dropAll(f, "page "+kind)
	}
	return r.dropDrawn(f, kind)
}

// notes reads footnotes.xml or endnotes.xml (section 17.11).
func (r *reader) notes(f part, kind string) error {
	notes := make(map[string]*input.XMLReader)
	var order []string
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart || t.Name != "w:footnote" && t.Name != "w:endnote" {
			continue
		}
		// Those of another type are the lines between text and notes.
		if id := t.Attr("w:id"); (t.Attr("w:type") == "" || t.Attr("w:type") == "normal") && notes[id] == nil {
			notes[id] = x.Fork()
			order = append(order, id)
		}
		x.Skip()
	}
	for _, id := range r.refs[kind] {
		if note := notes[id]; note != nil {
			delete(notes, id)
			r.flow.Enter(input.Container{Kind: input.Note, Key: kind + " " + id})
			r.newStory(note).read()
			r.flow.Leave()
		}
	}
	for _, id := range order {
		if note := notes[id]; note != nil {
			s := r.newStory(note)
			s.reason = "note that nothing refers to"
			s.read()
		}
	}
	return x.Err()
}

// dropAll drops the text of a part; that of a page header or footer once.
func (r *reader) dropAll(f part, reason string) error {
	s := r.newStory(f.reader())
	s.reason = reason
	for t, ok := s.x.Next(); ok; t, ok = s.x.Next() {
		switch {
		case t.Kind != input.XMLStart:
		case t.Name == "w:comment":
			s.read()
		case t.Name == "w:hdr" || t.Name == "w:ftr":
			// Left and right pages mostly have the same.
			if text := reason + s.x.Fork().InnerText(); !r.margins[text] {
				r.margins[text] = true
				s.read()
			}
		}
	}
	return s.x.Err()
}

// dropDrawn drops the text of a diagram or a chart.
func (r *reader) dropDrawn(f part, kind string) error {
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind == input.XMLStart && (t.Name == "a:t" || t.Name == "c:v") {
			off := t.Offset
			if at := strings.IndexByte(f.text[off:], '>'); at >= 0 {
				off += at + 1
			}
			r.flow.Drop(x.InnerText(), kind, off)
		}
	}
	return x.Err()
}
