package docx

import (
	"strings"

	"narrate/internal/document"
	"narrate/internal/input"
)

// reader is what all stories of a document share.
type reader struct {
	pack    *pack
	flow    *input.Flow
	rels    map[string]rel // of the part under way
	styles  *styles
	nums    *numbering
	margins map[string]bool     // page headers and footers that were dropped
	facts   facts               // of the part under way
	refs    map[string][]string // notes that are referred to, by part and in this order
}

// story reads one flow of text: the document, a note, a text box.
type story struct {
	*reader
	x      *input.XMLReader
	p      *para
	run    runProps
	inRun  bool
	signs  bool // what the run still holds is the mark of a note
	fields []field
	reason string // why all text is dropped; "" if it is not
	prose  input.Prose
	boxes  []*input.XMLReader // text boxes, to be read behind the paragraph or table
	depth  int                // in how many text boxes the story is
	table  *table
}

// maxBoxes is how deep text boxes are read in each other.
const maxBoxes = 4

// para is a paragraph under way.
type para struct {
	off     int
	style   *style
	started bool // its properties are known
	joined  bool // its end is deleted: the next paragraph goes on with it
}

// story reads the element of that name in a part as a story of its own.
func (r *reader) story(f part, name string) error {
	r.flow.File(f.name, f.text)
	s := r.newStory(f.reader())
	for t, ok := s.x.Next(); ok; t, ok = s.x.Next() {
		if t.Kind == input.XMLStart && t.Name == name {
			s.read()
		}
	}
	return s.x.Err()
}

func (r *reader) newStory(x *input.XMLReader) *story {
	return &story{reader: r, x: x, prose: input.Prose{Flow: r.flow}}
}

// read reads the element begun last as a story.
func (s *story) read() {
	s.content()
	for len(s.fields) > 0 {
		s.endField()
	}
	s.endPara()
	s.prose.Stop()
}

// content reads what is in the element begun last, and its end.
func (s *story) content() {
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		if t.Kind == input.XMLStart {
			s.child(t)
		}
	}
}

// dropping reads the element begun last and drops its text.
func (s *story) dropping(reason string) {
	old := s.reason
	if old == "" {
		s.reason = reason
	}
	s.content()
	s.reason = old
}

// child reads an element, whatever it stands in: producers put the same ones
// around blocks and around runs.
func (s *story) child(t input.XMLToken) {
	switch t.Name {
	case "w:p":
		s.paragraph(t)
	case "w:pPr":
		s.paraProps()
	case "w:r", "m:r":
		s.runOf()
	case "w:tbl":
		s.tbl(t)
	case "w:tr":
		s.tr(t)
	case "w:tc":
		s.tc(t)
	case "w:ins", "w:moveTo", "w:customXml", "w:sdtContent", "w:smartTag", "w:bdo", "w:dir", "mc:Choice", "w:body":
		s.content()
	case "w:del":
		s.dropping("deleted text")
	case "w:moveFrom":
		s.dropping("text moved elsewhere")
	case "w:sdt":
		s.sdt()
	case "w:hyperlink":
		s.hyperlink(t)
	case "w:fldSimple":
		s.beginField()
		s.instruction(t.Attr("w:instr"))
		s.startResult(false)
		s.content()
		s.endField()
	case "mc:AlternateContent":
		s.alternate()
	case "w:altChunk":
		s.flow.Warn(t.Offset, "an embedded document is not read")
		s.x.Skip()
	default:
		if !s.inline(t) {
			s.x.Skip()
		}
	}
}

// alternate reads the first choice, else the fallback (part 3, section 9.3).
func (s *story) alternate() {
	chosen := false
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		if t.Kind != input.XMLStart {
			continue
		}
		if !chosen && (t.Name == "mc:Choice" || t.Name == "mc:Fallback") {
			chosen = true
			s.content()
		} else {
			s.x.Skip()
		}
	}
}

// sdt reads a content control (section 17.5.2).
func (s *story) sdt() {
	reason := ""
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch {
		case t.Name == "w:sdtPr":
			reason = s.sdtProps()
		case t.Name == "w:sdtContent" && reason != "":
			s.dropping(reason)
		case t.Name == "w:sdtContent":
			s.content()
		default:
			s.x.Skip()
		}
	}
}

// sdtProps gives the reason for dropping a content control, or "".
func (s *story) sdtProps() (reason string) {
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:docPartGallery":
			switch gallery := t.Attr("w:val"); {
			case gallery == "Table of Contents":
				reason = "table of contents"
			case strings.HasPrefix(gallery, "Page Numbers"):
				reason = "page number"
			}
		case "w:showingPlcHdr":
			reason = "placeholder"
		case "w14:checkbox":
			reason = "check box"
		}
	}
	return reason
}

func (s *story) paragraph(t input.XMLToken) {
	outer := s.p
	if outer != nil {
		outer.joined = false // it goes on
	} else {
		s.p = &para{off: t.Offset, style: s.styles.get(s.styles.standard)}
		s.prose.Begin(input.Para{Off: t.Offset})
	}
	s.content()
	if s.p != nil && !s.p.joined {
		s.endPara()
	}
}

// paraProps reads the paragraph's properties (section 17.3.1.26).
func (s *story) paraProps() {
	p := s.p
	if p == nil {
		s.x.Skip()
		return
	}
	style, border := p.style, false
	outline, num, styleID := -1, numPr{level: -1}, s.styles.standard
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:pStyle":
			styleID = t.Attr("w:val")
			style = s.styles.get(styleID)
		case "w:outlineLvl":
			outline = level(t.Attr("w:val"), 9)
		case "w:numPr":
			num = readNumPr(s.x)
		case "w:pBdr":
			border = true
			s.x.Skip()
		case "w:rPr":
			p.joined = s.markDeleted()
		case "w:pPrChange", "w:sectPr":
			s.x.Skip()
		}
	}
	if p.started {
		return
	}
	p.style, p.started = style, true
	if outline < 0 {
		outline = p.style.outline
	}
	if num.id == "" {
		num.id = p.style.num.id
	}
	if num.level < 0 {
		num.level = p.style.num.level
	}
	s.start(outline, num, styleID)
	if border && s.reason == "" {
		s.prose.Rule(p.off) // if it has no text
	}
}

// markDeleted reports whether the end of the paragraph is deleted, from the
// properties of its mark (section 17.13.5.15).
func (s *story) markDeleted() (deleted bool) {
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:del", "w:moveFrom":
			deleted = true
		case "w:rPrChange":
			s.x.Skip()
		}
	}
	return deleted
}

// start settles what a paragraph is.
func (s *story) start(outline int, num numPr, styleID string) {
	role := s.p.style.role
	is := input.Para{Off: s.p.off}
	switch role {
	case title:
		is.Kind = document.Title
	case caption:
		is.Kind = document.Caption
	case quote:
		is.Box, is.Boxed = input.Container{Kind: input.Quotation}, true
	case code:
		if s.reason == "" {
			is.Kind = document.Code
		}
	}
	level, item := 0, false
	if num.id != "" && num.id != "0" && s.reason == "" {
		is.Number, level, item = s.nums.next(num, styleID)
	}
	switch {
	case outline >= 0 && outline < 9 && role != contents && role != index:
		is.Kind, is.Level, is.Boxed = document.Heading, outline+1, false
	case item && is.Kind == document.Paragraph:
		is.Box, is.Boxed = input.Container{Kind: input.Item, Level: level + 1}, true
	}
	s.prose.Is(is)
}

// endPara ends the paragraph under way. Text boxes in a table wait for its end.
func (s *story) endPara() {
	s.prose.End()
	s.p = nil
	if s.table == nil {
		s.flushBoxes()
	}
}

// flushBoxes reads the text boxes that stand beside what was read last.
func (s *story) flushBoxes() {
	boxes := s.boxes
	s.boxes = nil
	if len(boxes) > 0 {
		s.prose.Stop()
	}
	for _, x := range boxes {
		s.flow.Enter(input.Container{Kind: input.Aside})
		in := s.newStory(x)
		in.depth, in.reason = s.depth+1, s.reason
		if in.depth > maxBoxes && in.reason == "" {
			in.reason = "text box in many others"
		}
		in.read()
		s.flow.Leave()
	}
}
