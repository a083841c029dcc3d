package docx

import (
	"strings"

	"narrate/internal/document"
	"narrate/internal/input"
)

// runOf reads a run (section 17.3.2.25), or one of a formula.
func (s *story) runOf() {
	outer, nested := s.run, s.inRun
	s.inRun = true
	if s.p != nil {
		s.run = s.styles.base.over(s.p.style.run)
	} else {
		s.run = s.styles.base
	}
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		if t.Name == "w:rPr" {
			s.run = s.run.over(s.styles.runProps(s.x))
		} else {
			s.child(t)
		}
	}
	s.run, s.inRun = outer, nested
	if !nested {
		s.signs = false
	}
}

// inline reads an element that stands in a paragraph; false if it is none that
// has text.
func (s *story) inline(t input.XMLToken) bool {
	switch t.Name {
	case "w:t", "m:t", "w:delText":
		for {
			t, ok := s.x.Next()
			if !ok || t.Kind == input.XMLEnd {
				return true
			}
			if t.Kind == input.XMLText {
				s.text(t.Text, t.Offset)
			} else {
				s.x.Skip()
			}
		}
	case "w:tab", "w:ptab":
		if !s.inRun {
			return false // a tab stop
		}
		if !s.instructing() {
			s.prose.Space("\t", t.Offset, s.why())
		}
	case "w:br", "w:cr":
		s.lineBreak(t)
	case "w:noBreakHyphen":
		s.text("\u2011", t.Offset)
	case "w:sym":
		s.symbol(t)
	case "w:fldChar":
		switch t.Attr("w:fldCharType") {
		case "begin":
			s.beginField()
		case "separate":
			s.startResult(true)
		case "end":
			s.endField()
		}
	case "w:instrText":
		s.instruction(s.x.InnerText())
		return true
	case "w:footnoteReference":
		s.noteRef(t, "footnotes")
	case "w:endnoteReference":
		s.noteRef(t, "endnotes")
	case "w:ruby":
		s.ruby()
		return true
	case "w:drawing", "w:pict", "w:object":
		s.drawing()
		return true
	case "m:oMath", "m:oMathPara":
		s.content()
		return true
	default:
		return s.math(t)
	}
	s.x.Skip()
	return true
}

// why gives the reason for dropping the text that comes next, or "".
func (s *story) why() string {
	switch {
	case s.reason != "":
		return s.reason
	case s.run.vanish == on:
		return "hidden"
	case s.run.strike == on:
		return "struck out"
	case s.run.sign || s.signs:
		return "mark of a note"
	case s.p != nil && s.p.style.role == contents:
		return "table of contents"
	case s.p != nil && s.p.style.role == index:
		return "index"
	}
	return ""
}

// text takes a piece of text as Flow.Text does.
func (s *story) text(str string, off int) {
	if !s.instructing() { // else it is part of what a field is told to do
		around := s.styles.base
		if s.p != nil {
			around = around.over(s.p.style.run)
		}
		s.prose.Text(input.Piece{
			Text: str, Off: off, Raised: s.run.raised,
			Strong: s.run.bold == on && around.bold != on, Emphasis: s.run.italic == on && around.italic != on,
		}, s.run.langs.Of(str, s.prose.Lang()), s.why())
	}
}

func (s *story) lineBreak(t input.XMLToken) {
	kind := t.Attr("w:type")
	switch {
	case s.instructing():
	case kind == "" || kind == "textWrapping":
		s.prose.LineBreak(t.Offset, s.why())
	default: // of a page or a column
		s.prose.Space("\n", t.Offset, s.why())
	}
}

// symbol reads a character of a symbol font (section 17.3.3.30).
func (s *story) symbol(t input.XMLToken) {
	off := t.Offset
	for _, a := range t.Attrs {
		if a.Name == "w:char" {
			off = a.Offset
		}
	}
	if r := symbol(t.Attr("w:font"), t.Attr("w:char")); r != 0 {
		s.text(string(r), off)
	}
}

// noteRef reads the mark of a note (section 17.11.7, 17.11.14).
func (s *story) noteRef(t input.XMLToken, kind string) {
	if why := s.why(); why != "" && why != "mark of a note" || s.instructing() {
		return
	}
	id := t.Attr("w:id")
	if r := s.reader; r.refs == nil {
		r.refs = make(map[string][]string)
	}
	s.refs[kind] = append(s.refs[kind], id)
	s.prose.NoteRef(kind+" "+id, "", t.Offset)
	if v := t.Attr("w:customMarkFollows"); v == "1" || v == "true" || v == "on" {
		s.signs = true // up to the end of the run
	}
}

// ruby reads a base text with its reading above, which comes first (section
// 17.3.3.25).
func (s *story) ruby() {
	reading := ""
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		switch {
		case t.Kind != input.XMLStart:
		case t.Name == "w:rt":
			reading = strings.TrimSpace(s.x.InnerText())
		case t.Name == "w:rubyBase" && reading != "" && s.why() == "":
			s.prose.Open(document.Span{Kind: document.Instead, Value: reading})
			s.content()
			s.prose.Close()
		case t.Name == "w:rubyBase":
			s.content()
		default:
			s.x.Skip()
		}
	}
}

// hyperlink reads a link (section 17.16.22); one to a place in the document is
// none.
func (s *story) hyperlink(t input.XMLToken) {
	to := s.rels[t.Attr("r:id")]
	if to.target == "" || !to.external {
		s.content()
		return
	}
	s.prose.Open(document.Span{Kind: document.Link, Value: to.target})
	s.content()
	s.prose.Close()
}

// field is a field under way (section 17.16.18).
type field struct {
	instr  []byte
	result bool   // what comes is its result, not its instruction
	reason string // why text was dropped around it
	link   bool   // its result is in a Link span
}

const (
	maxFields      = 100 // in each other; those deeper have no instruction
	maxInstruction = 10_000
)

func (s *story) beginField() {
	s.fields = append(s.fields, field{reason: s.reason, result: len(s.fields) >= maxFields})
}

// instructing reports whether the text that comes belongs to a field's
// instruction.
func (s *story) instructing() bool {
	for i := range s.fields[:min(len(s.fields), maxFields)] {
		if !s.fields[i].result {
			return true
		}
	}
	return false
}

func (s *story) instruction(text string) {
	if len(s.fields) == 0 {
		return
	}
	if f := &s.fields[len(s.fields)-1]; !f.result && len(f.instr)+len(text) <= maxInstruction {
		f.instr = append(f.instr, text...)
	}
}

// startResult begins the result of the innermost field. What its instruction
// says decides on it: a table of contents and an index are dropped, a link is
// one.
func (s *story) startResult(complex bool) {
	if len(s.fields) == 0 {
		return
	}
	f := &s.fields[len(s.fields)-1]
	if f.result {
		return
	}
	f.result = true
	words := strings.Fields(string(f.instr))
	if len(words) == 0 {
		return
	}
	reason := ""
	switch strings.ToUpper(words[0]) {
	case "TOC", "TOA":
		reason = "table of contents"
	case "INDEX":
		reason = "index"
	case "PAGE", "NUMPAGES", "SECTIONPAGES":
		reason = "page number"
	case "HYPERLINK":
		if len(words) > 1 && words[1] != `\l` && !s.instructing() {
			f.link = true
			s.prose.Open(document.Span{Kind: document.Link, Value: strings.Trim(words[1], `"`)})
		}
	}
	if reason != "" && s.reason == "" && (!complex || s.facts.balanced) {
		s.reason = reason
	}
}

func (s *story) endField() {
	last := len(s.fields) - 1
	if last < 0 {
		return
	}
	f := &s.fields[last]
	if f.result {
		s.reason = f.reason
	}
	if f.link {
		s.prose.Close()
	}
	s.fields = s.fields[:last]
}
