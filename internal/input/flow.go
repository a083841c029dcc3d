package input

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"narrate/internal/document"
)

// ContainerKind says what a Container is.
type ContainerKind int

// The kinds of Container.
const (
	Section   ContainerKind = iota // anything with a language of its own
	Quotation                      // paragraphs in it are of Kind Quote
	Aside                          // a box beside the article's flow
	Item                           // of a list: paragraphs in it are of Kind ListItem
	Note                           // Key names it; paragraphs in it are of Kind Footnote
	Figure                         // its images, tables and captions are one Group
	TableRows                      // the rows of one table, and its captions
)

// Container is a piece of structure that holds blocks.
type Container struct {
	Kind ContainerKind
	Lang string // BCP 47; "" is that of the container around it
	// Key of a Note is what Flow.NoteRef calls it; of an Item with a Level, what
	// parts of it have in common that other blocks part.
	Key string
	// Level, from 1, places an Item in a file that has no lists around items,
	// among the items before it: in the last one of a lower level. 0 is for one
	// that stands where it is entered.
	Level int
}

// Flow builds a Document from what a reader of markup meets in reading order:
// containers that hold blocks, blocks that hold text, spans and points in the
// text. Text outside of any block begins one of Kind Paragraph. It is what all
// formats with markup have in common, so that a quotation in an e-book and one
// in an office file become the same blocks.
type Flow struct {
	doc    document.Document
	b      *Builder
	file   *Locator
	block  document.Block // Kind and Level of the block under way, Cells of its row
	open   bool           // a block is under way
	stack  []frame
	groups int
	notes  map[string]int
	cell   int // where the cell under way begins, or -1
	items  int // so far
	levels []leveled
	start  *document.ChapterStart
}

type frame struct {
	Container
	group, note int
	items       []int
}

// leveled is an item that an item with a Level may stand in.
type leveled struct {
	level, item int
	key         string
}

// NewFlow makes a Flow for the source of that name.
func NewFlow(source string) *Flow {
	return &Flow{doc: document.Document{Source: source}, notes: map[string]int{}, cell: -1}
}

// File says that what follows has its places in text, the content of a source
// or, in an archive, of the member that name tells ("book.epub/ch1.xhtml").
// A chapter that was to begin in the file before, but got no block, is none.
func (f *Flow) File(name, text string) {
	f.End()
	f.start = nil
	f.takeDropped()
	f.file = NewLocator(name, text)
	if f.b == nil {
		f.b = NewBuilder(f.file)
	}
	f.b.loc = f.file
}

// At gives the place of a byte of the file.
func (f *Flow) At(off int) document.Pos { return f.file.At(off) }

// Enter opens a container and ends the block under way.
func (f *Flow) Enter(c Container) {
	f.End()
	in := frame{Container: c}
	if top := f.top(); top != nil {
		in.group, in.note, in.items = top.group, top.note, top.items
		if in.Lang == "" {
			in.Lang = top.Lang
		}
	}
	switch c.Kind {
	case Figure, TableRows:
		if c.Kind == Figure || in.group == 0 || !f.inFigure() {
			f.groups++
			in.group = f.groups
		}
	case Note: // what it says is no part of the item that holds it
		in.note, in.items = f.note(c.Key), nil
	case Item:
		in.items = f.item(c, in.items)
	}
	f.stack = append(f.stack, in)
}

// item gives the items that what is in a new one stands in.
func (f *Flow) item(c Container, around []int) []int {
	if c.Level == 0 {
		f.items++
		return inItem(around, f.items)
	}
	last := leveled{level: c.Level}
	for k := len(f.levels); k > 0 && f.levels[k-1].level >= c.Level; k-- {
		last, f.levels = f.levels[k-1], f.levels[:k-1]
	}
	if c.Key == "" || last.key != c.Key {
		f.items++
		last = leveled{c.Level, f.items, c.Key}
	}
	f.levels = append(f.levels, last)
	for _, l := range f.levels {
		around = inItem(around, l.item)
	}
	return around
}

// inItem gives the items around with one in them.
func inItem(around []int, item int) []int {
	k := min(len(around), document.MaxItems-1)
	return append(around[:k:k], item)
}

// Leave closes the container that was entered last, and ends its block.
func (f *Flow) Leave() {
	f.End()
	f.stack = f.stack[:len(f.stack)-1]
}

func (f *Flow) top() *frame {
	if len(f.stack) == 0 {
		return nil
	}
	return &f.stack[len(f.stack)-1]
}

// inFigure reports whether the container around is a figure, so that a table in
// it shares its captions.
func (f *Flow) inFigure() bool {
	for i := len(f.stack) - 1; i >= 0; i-- {
		switch f.stack[i].Kind {
		case Figure:
			return true
		case TableRows:
			return false
		}
	}
	return false
}

func (f *Flow) inside(kind ContainerKind) bool {
	return slices.ContainsFunc(f.stack, func(in frame) bool { return in.Kind == kind })
}

// Begin ends the block under way and begins the next; level is that of a
// Heading. A Paragraph becomes a Quote, a ListItem or a Footnote where its
// container says so.
func (f *Flow) Begin(kind document.Kind, level int) {
	f.End()
	if top := f.top(); top != nil && kind == document.Paragraph {
		switch {
		case top.note > 0:
			kind = document.Footnote
		case top.Kind == Item:
			kind = document.ListItem
		case top.Kind == Quotation:
			kind = document.Quote
		case top.Kind == Section || top.Kind == Aside:
			// A plain <div> around the paragraphs of a quotation changes nothing.
			for i := len(f.stack) - 1; i >= 0 && kind == document.Paragraph; i-- {
				switch f.stack[i].Kind {
				case Item:
					kind = document.ListItem
				case Quotation:
					kind = document.Quote
				}
			}
		}
	}
	f.block = document.Block{Kind: kind, Level: level}
	f.open = true
	f.b.verbatim = kind == document.Code
}

// Open reports whether a block is under way.
func (f *Flow) Open() bool { return f.open }

// End ends the block under way, if there is one.
func (f *Flow) End() {
	if !f.open {
		return
	}
	f.endCell()
	f.open = false
	kind, cells := f.block.Kind, f.block.Cells
	block, ok := f.b.Block(kind, f.block.Level)
	f.b.verbatim = false
	if !ok {
		return
	}
	if kind == document.Code {
		if block.Text = strings.TrimRight(block.Text, " \t\n"); block.Text == "" {
			return
		}
		block.Anchors = slices.DeleteFunc(block.Anchors, func(a document.Anchor) bool { return a.Text >= len(block.Text) })
		for i := range block.Spans {
			s := &block.Spans[i]
			s.Lo, s.Hi = min(s.Lo, len(block.Text)), min(s.Hi, len(block.Text))
		}
		block.Spans = slices.DeleteFunc(block.Spans, func(s document.Span) bool { return s.Lo == s.Hi && !s.Kind.IsPoint() })
	}
	block.Cells = cells
	if kind == document.Paragraph && sceneBreak(block.Text) {
		block.Kind, block.Spans = document.Break, nil
	}
	f.add(block)
}

// sceneBreak reports whether a paragraph is nothing but a sign that parts
// scenes.
func sceneBreak(s string) bool {
	signs := 0
	for _, r := range s {
		switch {
		case r == '⁂' || r == '❧' || r == '☙' || r == '❦':
			signs += 3
		case strings.ContainsRune("*#~·•–—-_=+×∗", r):
			signs++
		case !unicode.IsSpace(r):
			return false
		}
	}
	return signs >= 3 || strings.TrimSpace(s) == "*"
}

// add puts a block into the document.
func (f *Flow) add(block document.Block) {
	if top := f.top(); top != nil {
		block.Lang, block.Note = top.Lang, top.note
		if block.Kind == document.Table || block.Kind == document.Image || block.Kind == document.Caption || block.Kind == document.Code {
			block.Group = top.group
		}
		if block.Note == 0 && block.Kind != document.Heading && block.Kind != document.Title {
			block.Items = top.items
		}
		block.Quoted, block.Aside = f.inside(Quotation), f.inside(Aside)
	}
	if block.Items == nil && block.Note == 0 {
		f.levels = nil // the list is over
	}
	if f.start != nil {
		f.start.Block = len(f.doc.Blocks)
		f.doc.Chapters = append(f.doc.Chapters, *f.start)
		f.start = nil
	}
	f.doc.Blocks = append(f.doc.Blocks, block)
}

// Break adds a scene break; s is what stands for it at byte off of the file.
func (f *Flow) Break(s string, off int) {
	f.End()
	f.add(document.Block{Kind: document.Break, Text: s, Anchors: []document.Anchor{{Pos: f.file.At(off)}}})
}

func (f *Flow) ready() {
	if !f.open {
		f.Begin(document.Paragraph, 0)
	}
}

// Text takes s, which stands at byte off of the file byte for byte. What
// differs from the source (a character reference) is to be given alone.
func (f *Flow) Text(s string, off int) {
	if !f.open && strings.TrimSpace(s) == "" {
		return
	}
	f.ready()
	f.b.Text(s, off)
}

// Space asks for a space before what is added next.
func (f *Flow) Space() {
	if f.open {
		f.b.Space()
	}
}

// Generated adds text that the source does not hold, at byte off.
func (f *Flow) Generated(s string, off int) {
	f.ready()
	f.b.Open(document.Span{Kind: document.Generated})
	f.b.Text(s, off)
	f.b.cut = true // the source does not go on byte for byte from here
	f.b.Close()
}

// Span begins a span, EndSpan ends the one that was begun last. A span may
// reach over the ends of blocks: each has its part.
func (f *Flow) Span(s document.Span) { f.b.Open(s) }

// EndSpan ends the span that was begun last.
func (f *Flow) EndSpan() { f.b.Close() }

// Point marks the place between what was added last and what is added next.
func (f *Flow) Point(s document.Span) { f.b.Point(s) }

// Row begins a row of the table under way.
func (f *Flow) Row() { f.Begin(document.Table, 0) }

// cellSign stands between the cells of a row.
const cellSign = " · "

// Cell begins a cell of the row under way: cell without its text, whose first
// character stands about byte off.
func (f *Flow) Cell(cell document.Cell, off int) {
	f.endCell()
	f.cell = len(f.b.buf)
	for _, n := range []*int{&cell.Columns, &cell.Rows} {
		if *n = min(*n, document.MaxSpan); *n <= 1 {
			*n = 0
		}
	}
	f.block.Cells = append(f.block.Cells, cell)
	if len(f.b.buf) > 0 {
		f.Generated(cellSign, off)
		f.b.Space()
		f.cell = len(f.b.buf)
	}
}

// endCell notes where the cell under way lies; one without text vanishes, and
// so does the sign before it at the end of a row.
func (f *Flow) endCell() {
	if f.cell < 0 {
		return
	}
	last := len(f.block.Cells) - 1
	c := &f.block.Cells[last]
	if len(f.b.buf) == f.cell {
		f.block.Cells = f.block.Cells[:last]
		f.b.unwrite()
	} else {
		c.Lo, c.Hi = f.cell, len(f.b.buf)
		for c.Lo < c.Hi && f.b.buf[c.Lo] == ' ' {
			c.Lo++
		}
	}
	f.cell = -1
}

// unwrite takes back the Generated text that was written last, if nothing was
// written since.
func (b *Builder) unwrite() {
	last := len(b.spans) - 1
	if last < 0 || b.spans[last].Kind != document.Generated || b.spans[last].Hi != len(b.buf) || b.spans[last].Lo < 0 {
		return
	}
	lo := len(strings.TrimRight(string(b.buf[:b.spans[last].Lo]), " "))
	b.buf, b.spans = b.buf[:lo], b.spans[:last]
	for len(b.anchors) > 0 && b.anchors[len(b.anchors)-1].Text >= lo {
		b.anchors = b.anchors[:len(b.anchors)-1]
	}
	b.cut = true
}

// note gives the number of the note of that key.
func (f *Flow) note(key string) int {
	n, ok := f.notes[key]
	if !ok {
		n = len(f.notes) + 1
		f.notes[key] = n
	}
	return n
}

// NoteRef marks where the note of that key is referred to. The sign that stands
// for it at byte off is dropped by its reason; a space in front of it goes too
// where punctuation follows.
func (f *Flow) NoteRef(key, sign string, off int) {
	f.ready()
	f.b.hole = f.b.space != ""
	f.Point(document.Span{Kind: document.NoteRef, Note: f.note(key)})
	f.Drop(sign, "mark of a note", off)
}

// Drop lists a piece of the source that is in no block; blank text needs none.
func (f *Flow) Drop(s, reason string, off int) {
	trimmed := strings.TrimLeftFunc(s, unicode.IsSpace)
	off += len(s) - len(trimmed)
	if s = strings.TrimRightFunc(trimmed, unicode.IsSpace); s == "" {
		return
	}
	f.takeDropped()
	f.doc.Dropped = append(f.doc.Dropped, document.Dropped{Text: s, Reason: reason, Pos: f.file.At(off)})
}

// takeDropped takes over what the Builder dropped.
func (f *Flow) takeDropped() {
	if f.b != nil {
		f.doc.Dropped = append(f.doc.Dropped, f.b.Dropped...)
		f.b.Dropped = nil
	}
}

// Warn adds a warning about byte off of the file.
func (f *Flow) Warn(off int, format string, args ...any) {
	f.Warning(fmt.Sprintf("%s: %s", f.file.At(off), fmt.Sprintf(format, args...)))
}

// Warning adds a warning that names its place itself.
func (f *Flow) Warning(text string) { f.doc.Warnings = append(f.doc.Warnings, text) }

// Chapter says that the next block begins a chapter of the source's own table
// of contents.
func (f *Flow) Chapter(title string, level int) {
	f.End()
	if f.start == nil { // of two at one place the first is the outer one
		f.start = &document.ChapterStart{Title: title, Level: level}
	}
}

// Document ends the last block and gives what was built. Its metadata is for
// the caller to set.
func (f *Flow) Document() *document.Document {
	f.End()
	f.takeDropped()
	return &f.doc
}
