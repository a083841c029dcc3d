package odt

import (
	"strconv"
	"strings"

	"narrate/internal/document"
	"narrate/internal/input"
)

// reader is what all stories of a document share.
type reader struct {
	pack     *pack
	flow     *input.Flow
	body     part
	styles   *styles
	layout   map[int]bool // the tables, by place, that only lay text out
	pending  []*note      // notes in the order of their marks
	noteKeys int
	headings counts
	lists    map[string]*counts // lists by their identifier
	last     map[string]*counts // the last list of a style
}

// note is a note that stands where it is referred to and is read last.
type note struct {
	key   string
	x     *input.XMLReader
	depth int
}

// story reads one flow of text: the document, a note, a text box.
type story struct {
	*reader
	x      *input.XMLReader
	prose  input.Prose
	props  textProps // of the text under way
	around textProps // of the paragraph under way
	reason string    // why all text is dropped; "" if it is not
	lists  []*list   // that are open
	item   *item     // the innermost that is open
	table  *table
	boxes  []box
	depth  int // in how many boxes and notes the story is
	code   bool
	toc    bool // the paragraph is a line of a table of contents
	ruby   bool
}

// maxDepth is how deep boxes and notes are read in each other.
const maxDepth = 4

// list is a list under way (section 5.3.1).
type list struct {
	name  string
	style *listStyle
	level int
	c     *counts
}

// item is an item of a list under way.
type item struct {
	start    int
	numbered bool // it has or needs no number any more
	key      string
}

func (r *reader) newStory(x *input.XMLReader) *story {
	return &story{reader: r, x: x, prose: input.Prose{Flow: r.flow}}
}

// text reads the document's text.
func (r *reader) text() error {
	r.flow.File(r.body.name, r.body.text)
	r.reset()
	s := r.newStory(r.body.reader())
	found := false
	for t, ok := s.x.Next(); ok; t, ok = s.x.Next() {
		if t.Kind == input.XMLStart && t.Name == "office:text" {
			found = true
			s.read()
		}
	}
	if err := s.x.Err(); err != nil {
		return err
	}
	if !found {
		return errNoText
	}
	return nil
}

// reset forgets the lists, at the beginning of a story.
func (r *reader) reset() {
	r.lists, r.last = make(map[string]*counts), make(map[string]*counts)
}

// notes reads the notes that were referred to, and those that these refer to.
func (r *reader) notes() {
	for len(r.pending) > 0 {
		n := r.pending[0]
		r.pending = r.pending[1:]
		r.flow.Enter(input.Container{Kind: input.Note, Key: n.key})
		s := r.newStory(n.x)
		s.depth = n.depth
		s.read()
		r.flow.Leave()
	}
}

// read reads the element begun last as a story.
func (s *story) read() {
	s.content()
	s.prose.Stop()
	s.flushBoxes()
}

// content reads what is in the element begun last, and its end.
func (s *story) content() {
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			return
		}
		if t.Kind == input.XMLText {
			s.words(t)
		} else {
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

// child reads an element that stands among blocks or in a paragraph.
func (s *story) child(t input.XMLToken) {
	switch t.Name {
	case "text:p":
		s.paragraph(t, 0)
	case "text:h":
		s.paragraph(t, max(1, number(t.Attr("text:outline-level"), 1, 100)))
	case "text:list":
		s.list(t)
	case "text:numbered-paragraph":
		s.numbered(t)
	case "text:section":
		if d := t.Attr("text:display"); d == "none" {
			s.dropping("hidden")
		} else {
			s.content()
		}
	case "text:table-of-content", "text:illustration-index", "text:table-index", "text:object-index", "text:user-index":
		s.dropping("table of contents")
	case "text:alphabetical-index":
		s.dropping("index")
	case "text:bibliography", "text:index-body", "text:index-title", "text:soft-page-break":
		s.content()
	case "text:tracked-changes":
		s.dropping("deleted text")
	case "text:changed-region", "text:deletion":
		s.content()
	case "table:table":
		s.tableOf(t)
	case "table:table-header-rows", "table:table-rows", "table:table-row-group":
		s.rows(t)
	case "table:table-row":
		s.row()
	case "table:table-cell", "table:covered-table-cell":
		s.cell(t)
	case "table:table-header-columns":
		s.headerColumns()
	default:
		if !s.inline(t) && !s.drawn(t) {
			s.x.Skip()
		}
	}
}

// paragraph reads a paragraph, or a heading if level is not 0 (sections 5.1.2,
// 5.1.3).
func (s *story) paragraph(t input.XMLToken, level int) {
	if s.prose.In() { // of a table in a cell, or an invalid one in another
		s.prose.End()
	}
	st := s.styles.get("paragraph", t.Attr("text:style-name"))
	if st.role == plain {
		st = s.styleOf(t.Attr("text:style-name"), st)
	}
	is := input.Para{Off: t.Offset}
	switch st.role {
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
	if s.reason == "" {
		is.Number = s.number(t, level)
	}
	switch {
	case level > 0:
		is.Kind, is.Level, is.Boxed = document.Heading, level, false
	case s.item != nil && is.Kind == document.Paragraph:
		is.Boxed = true
		is.Box = input.Container{Kind: input.Item, Level: s.lists[len(s.lists)-1].level + 1, Key: s.item.key}
	}
	old, around, code := s.props, s.around, s.code
	s.props = s.styles.base.over(st.text)
	s.around = s.props
	s.code = is.Kind == document.Code && !s.prose.Row
	s.toc = st.role == contents
	s.prose.Begin(is)
	if st.role == rule && s.reason == "" {
		s.prose.Rule(t.Offset)
	}
	s.content()
	s.prose.End()
	s.props, s.around, s.code, s.toc = old, around, code, false
	if s.table == nil {
		s.flushBoxes()
	}
}

// styleOf gives a style that no file defines what its name says.
func (s *story) styleOf(name string, st *style) *style {
	if role := roleOf(name); role != plain {
		st = &style{role: role, text: st.text, list: st.list}
	}
	return st
}

// number counts a heading or the first paragraph of an item and gives its
// number.
func (s *story) number(t input.XMLToken, level int) string {
	switch {
	case s.item != nil && !s.item.numbered:
		s.item.numbered = true
		l := s.lists[len(s.lists)-1]
		if l.style == nil {
			return ""
		}
		return l.style.next(l.c, l.level, s.item.start)
	case level > 0 && s.item == nil && s.styles.outline != nil && t.Attr("text:is-list-header") != "true":
		start := 0
		if t.Attr("text:restart-numbering") == "true" {
			start = number(t.Attr("text:start-value"), 1, 1_000_000)
		}
		return s.styles.outline.next(&s.headings, min(level, levels)-1, start)
	}
	return ""
}

// list reads a list (section 5.3.1).
func (s *story) list(t input.XMLToken) {
	l := &list{name: t.Attr("text:style-name")}
	id := t.Attr("xml:id")
	if n := len(s.lists); n > 0 {
		outer := s.lists[n-1]
		l.level = min(outer.level+1, levels-1)
		if l.c = outer.c; l.name == "" {
			l.name = outer.name
		}
		// A list in an item goes on only where it says so.
		if t.Attr("text:continue-numbering") != "true" {
			l.c.begun[l.level] = false
		}
	} else {
		switch {
		case s.reader.lists[t.Attr("text:continue-list")] != nil:
			l.c = s.reader.lists[t.Attr("text:continue-list")]
		case t.Attr("text:continue-numbering") == "true" && s.last[l.name] != nil:
			l.c = s.last[l.name]
		default:
			l.c = &counts{}
		}
		s.last[l.name] = l.c
	}
	if id != "" {
		s.reader.lists[id] = l.c
	}
	l.style = s.styles.lists[l.name]
	s.lists = append(s.lists, l)
	outer := s.item
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		switch {
		case t.Kind != input.XMLStart:
		case t.Name == "text:list-item":
			s.item = &item{start: number(t.Attr("text:start-value"), 0, 1_000_000), key: keyOf(t)}
			s.content()
		case t.Name == "text:list-header":
			s.item = &item{numbered: true, key: keyOf(t)}
			s.content()
		default:
			s.x.Skip()
		}
	}
	s.item = outer
	s.lists = s.lists[:len(s.lists)-1]
}

// keyOf tells the items of a file apart.
func keyOf(t input.XMLToken) string { return strconv.Itoa(t.Offset) }

// numbered reads a paragraph that belongs to a list without standing in one
// (section 5.3.6).
func (s *story) numbered(t input.XMLToken) {
	id := "numbered " + t.Attr("text:list-id")
	c := s.reader.lists[id]
	if c == nil {
		c = &counts{}
		s.reader.lists[id] = c
	}
	name := t.Attr("text:style-name")
	outer, item0 := s.lists, s.item
	s.lists = []*list{{name: name, style: s.styles.lists[name], level: max(1, number(t.Attr("text:level"), 1, levels)) - 1, c: c}}
	s.item = &item{start: number(t.Attr("text:start-value"), 0, 1_000_000)}
	s.content()
	s.lists, s.item = outer, item0
}

// margins drops the headers and footers of pages (section 16.10), each text
// once.
func (r *reader) margins() {
	if r.pack.zip != nil && !r.pack.zip.Has("styles.xml") {
		return
	}
	f, err := r.pack.read("styles.xml")
	if err != nil {
		return // loadStyles has warned of it
	}
	if r.pack.zip != nil {
		r.flow.File(f.name, f.text)
	}
	seen := make(map[string]bool)
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart {
			continue
		}
		reason := ""
		switch {
		case t.Name == "office:body":
			return
		case strings.HasPrefix(t.Name, "style:header") && !strings.HasSuffix(t.Name, "-style"):
			reason = "page header"
		case strings.HasPrefix(t.Name, "style:footer") && !strings.HasSuffix(t.Name, "-style"):
			reason = "page footer"
		default:
			continue
		}
		if text := x.Fork().InnerText(); !seen[text] {
			seen[text] = true
			s := r.newStory(x)
			s.reason = reason
			s.read()
		} else {
			x.Skip()
		}
	}
}
