package dom

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
)

// Options say what of a tree is walked, and how. The zero value is for a page
// that stands alone.
type Options struct {
	// Root is the element whose content is walked; nil is the body.
	Root *html.Node
	// Drop gives the reason for leaving a node (an element or a text) out with
	// all that is in it, "" for reading it. What is left out is listed as
	// dropped.
	Drop func(*html.Node) string
	// Aside reports whether an element that is a block is a box beside the flow
	// as <aside> is; nil: no other is.
	Aside func(*html.Node) bool
	// Visit is called for each element before its content, in document order,
	// also for one that is left out then.
	Visit func(*html.Node)
	// Resolve gives the address that a link's href stands for; nil: as written.
	// "" makes it no link.
	Resolve func(href string) string
	// Self is the address of the page itself: a link to it with a fragment is
	// one inside the page, as is one that is a fragment alone.
	Self string

	// Notes. Inside the tree they are found by roles, types, classes and by
	// what links where; the note at id has the key NotePrefix + "#" + id. A
	// reader of several files gives each file's name as the prefix, and finds
	// notes across files with NoteRef and NoteKey.
	NotePrefix string
	// NoteRef is asked first for each <a href>: the key of the note that it
	// refers to. See NoteMark.
	NoteRef func(a *html.Node) (key string, ok bool)
	// NoteKey is asked for each element: whether it is a note that another file
	// refers to, and its key. See NoteBody.
	NoteKey func(n *html.Node) (key string, ok bool)
}

// Walk adds the blocks of the tree to f, for which the caller has called
// Flow.File.
func (t *Tree) Walk(f *input.Flow, opts Options) {
	root := opts.Root
	if root == nil {
		root = t.Body
	}
	if root == nil {
		return
	}
	w := walker{t: t, f: f, o: opts, lang: t.Lang()}
	w.findNotes()
	lang := w.lang
	for n := root; n != nil && n != t.Body; n = n.Parent {
		if l := Lang(n); l != "" {
			lang = l
			break
		}
	}
	if section := lang != w.lang; section {
		w.lang = lang
		f.Enter(input.Container{Kind: input.Section, Lang: lang})
		defer f.Leave()
	}
	w.children(root)
	w.edge()
}

// walker is the state of one Walk.
type walker struct {
	t *Tree
	f *input.Flow
	o Options
	notes

	lang  string // of the element under way
	flat  int    // > 0: inside a heading, a caption or a cell, which are one block whatever they hold
	pre   int    // > 0: inside <pre>
	lists []list

	at, end int  // where the text emitted last begins and ends
	last    rune // its last character, 0 at a block's start
	run     bool // there is text since the last edge of a block
	cjk     bool // a line ended after an ideograph: whether that is a space is told by what follows

	made    []made      // text that is to be written before the next
	breaks  int         // <br> that are to be written before the next text
	images  []image     // images before any text of their block
	later   []laterNote // notes that stand inside a paragraph
	dropped droppedText
	quotes  int // how many <q> are open
	noting  int // how many notes are open
	trim    int // > 0: inside a token of a formula, whose outer white space is none of it
}

// made is text that the markup stands for.
type made struct {
	text string
	off  int
}

type image struct {
	alt string
	off int
}

type droppedText struct {
	reason string
	words  []string
	off    int
}

func (w *walker) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *walker) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.textNode(n)
	case html.ElementNode:
		w.element(n)
	}
}

// edge is where a block begins or ends.
func (w *walker) edge() {
	w.flushDropped()
	if w.flat > 0 {
		if w.run {
			w.breaks = max(w.breaks, 1)
		}
		w.cjk = false
		return
	}
	w.endBlock()
	if len(w.later) > 0 {
		notes := w.later
		w.later = nil
		for _, n := range notes {
			w.note(n.node, n.key)
		}
	}
}

// endBlock ends the block under way.
func (w *walker) endBlock() {
	images := w.images
	w.images = nil
	w.breaks, w.run, w.last, w.cjk = 0, false, 0, false
	w.f.End()
	for _, img := range images {
		w.made = nil
		w.f.Begin(document.Image, 0)
		w.f.Text(img.alt, img.off)
		w.f.End()
		w.at, w.end = img.off, img.off+1
	}
}

// begin begins a block.
func (w *walker) begin(kind document.Kind, level int) {
	w.edge()
	if w.flat == 0 {
		w.f.Begin(kind, level)
	}
}

// ready writes all that is due before text.
func (w *walker) ready(off int) (ok bool) {
	w.flushDropped()
	if w.f.Open() && off < w.at {
		// The parser moves what stands wrongly in a table in front of it.
		if w.flat > 0 {
			return false
		}
		w.endBlock()
	}
	if w.breaks > 0 {
		switch n := w.breaks; {
		case !w.run:
		case n > 1 && w.flat == 0:
			w.endBlock() // an empty line parts paragraphs
		default:
			w.f.Space()
			w.f.Point(document.Span{Kind: document.LineBreak})
			w.last = 0
		}
		w.breaks = 0
	}
	w.flushMade()
	for _, img := range w.images {
		w.altText(img)
	}
	w.images = nil
	w.run = true
	return true
}

func (w *walker) flushMade() {
	for _, m := range w.made {
		w.f.Generated(m.text, m.off)
		w.run = true
	}
	w.made = nil
}

// altText writes the alternative text of an image inside a block.
func (w *walker) altText(img image) {
	w.f.Span(document.Span{Kind: document.AltText})
	w.f.Text(img.alt, img.off)
	w.f.EndSpan()
	w.at, w.end, w.last = img.off, img.off+1, 0
}

// textNode adds a text node, piece by piece.
func (w *walker) textNode(n *html.Node) {
	s := n.Data
	if w.o.Drop != nil {
		if reason := w.o.Drop(n); reason != "" {
			w.drop(s, reason, w.t.Offset(n))
			return
		}
	}
	lo, hi := w.cutMarks(n)
	where, ok := w.t.texts[n]
	if !ok {
		if strings.TrimSpace(s) == "" {
			w.text(s, w.end)
			return
		}
		// The parser made it up; none is known to do so.
		off := w.t.Offset(n)
		for i, r := range s {
			w.text(s[i:i+utf8.RuneLen(r)], off)
		}
		return
	}
	pieces := w.t.pieces[where.lo:where.hi]
	if first := int(pieces[0].at); first > lo {
		w.text(s[lo:first], int(pieces[0].off))
	}
	for i, p := range pieces {
		from, to := max(int(p.at), lo), hi
		if i+1 < len(pieces) {
			to = min(int(pieces[i+1].at), hi)
		}
		if from < to {
			w.text(s[from:to], int(p.off)+from-int(p.at))
		}
	}
}

// text adds s, which stands at byte off.
func (w *walker) text(s string, off int) {
	if w.pre > 0 && w.flat == 0 {
		w.verbatim(s, off)
		return
	}
	if w.trim > 0 {
		lead := len(s) - len(strings.TrimLeft(s, " \t\r\n"))
		s, off = strings.TrimSpace(s), off+lead
	}
	for s != "" {
		// Up to the white space with a line end in it, which is no space between
		// ideographs.
		i := strings.IndexAny(s, "\n\r")
		lo, hi := len(s), len(s)
		if i >= 0 {
			lo = len(strings.TrimRightFunc(s[:i], unicode.IsSpace))
			hi = len(s) - len(strings.TrimLeftFunc(s[i:], unicode.IsSpace))
		}
		w.line(s[:lo], off)
		if lo < hi {
			if wide(w.last) && w.run && w.breaks == 0 {
				w.cjk = true
			} else {
				w.f.Space()
			}
		}
		s, off = s[hi:], off+hi
	}
}

// line adds text without a line end.
func (w *walker) line(s string, off int) {
	if s == "" {
		return
	}
	if strings.TrimSpace(s) == "" {
		w.f.Text(s, off)
		w.cjk = false
		return
	}
	if !w.ready(off) {
		w.drop(s, "misplaced in a table", off)
		return
	}
	first, _ := utf8.DecodeRuneInString(s)
	if w.cjk {
		if !wide(first) {
			w.f.Space()
		}
		w.cjk = false
	}
	w.f.Text(s, off)
	w.at, w.end = off, off+len(s)
	if s == "\u226b\u20d2" || s == "\u226a\u20d2" {
		w.end = off + 3 // &nGt; and &nLt; are shorter than what they stand for
	}
	w.last, _ = utf8.DecodeLastRuneInString(s)
}

// verbatim adds text of a <pre>.
func (w *walker) verbatim(s string, off int) {
	if !w.run {
		// Lines without text before the first line of code are no part of it.
		first := len(s) - len(strings.TrimLeft(s, " \t\n"))
		cut := strings.LastIndexByte(s[:first], '\n') + 1
		s, off = s[cut:], off+cut
		if s == "" {
			return
		}
	}
	if strings.TrimSpace(s) != "" {
		if !w.ready(off) {
			return
		}
		w.end = off + len(s)
	} else {
		w.flushDropped()
	}
	w.f.Text(s, off)
	w.at = off
}

// wide reports whether r is a character of Chinese or Japanese, which are
// written without spaces (CSS Text Module Level 3, section 4.1.3).
func wide(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case r <= 0x9FFF:
		return r < 0x3130 || r > 0x318F
	}
	return r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE4F || r >= 0xFF00 && r <= 0xFF9F || r >= 0x20000 && r <= 0x3FFFF
}

// drop lists text as dropped; adjacent pieces with one reason are one.
func (w *walker) drop(s, reason string, off int) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if w.dropped.reason != reason {
		w.flushDropped()
		w.dropped = droppedText{reason: reason, off: off}
	}
	w.dropped.words = append(w.dropped.words, strings.Fields(s)...)
}

func (w *walker) flushDropped() {
	if d := w.dropped; d.reason != "" {
		w.dropped = droppedText{}
		w.f.Drop(strings.Join(d.words, " "), d.reason, d.off)
	}
}

// dropNode lists the text of an element, and what stands for the images in it,
// as dropped.
func (w *walker) dropNode(n *html.Node, reason string) {
	text, first := VisibleText(n)
	images := alternatives(n)
	if first == nil && len(images) == 0 {
		return
	}
	block := isBlock(n)
	if block {
		w.flushDropped()
	}
	if first != nil {
		w.drop(text, reason, w.t.Offset(first))
	}
	for _, img := range images {
		w.drop(alternative(img), reason, w.t.Offset(img))
	}
	if block {
		w.flushDropped()
		w.edge()
	}
}

// span walks the content of n inside a span.
func (w *walker) span(n *html.Node, s document.Span) {
	if len(w.made) > 0 && inlineOnly(n) && hasText(n) {
		w.ready(w.t.Offset(n)) // a number does not belong to the span
	}
	w.f.Span(s)
	w.children(n)
	w.f.EndSpan()
}

// styled walks the content of n inside a span that says how it is set. A
// listing says that by itself.
func (w *walker) styled(n *html.Node, kind document.SpanKind) {
	if w.pre > 0 {
		w.children(n)
		return
	}
	w.span(n, document.Span{Kind: kind})
}

// block walks the content of n as blocks of their own.
func (w *walker) block(n *html.Node) {
	w.edge()
	w.children(n)
	w.edge()
}

// enter walks the content of n in a container.
func (w *walker) enter(n *html.Node, c input.Container) {
	w.edge()
	if w.flat > 0 {
		w.children(n)
		w.edge()
		return
	}
	w.f.Enter(c) // an element with a language of its own stands in a Section
	w.children(n)
	w.edge()
	w.f.Leave()
}

// one walks the content of n as one block.
func (w *walker) one(n *html.Node, kind document.Kind, level int) {
	w.begin(kind, level)
	w.flat++
	w.children(n)
	w.flat--
	w.edge()
}

// element adds an element.
func (w *walker) element(n *html.Node) {
	if w.o.Visit != nil {
		w.o.Visit(n)
	}
	if silent[n.DataAtom] {
		return
	}
	if w.o.Drop != nil {
		if reason := w.o.Drop(n); reason != "" {
			w.dropNode(n, reason)
			return
		}
	}
	key, isNote := w.noteOf(n)
	// A note that is hidden is shown where it is asked for.
	if reason := w.leftOut(n); reason != "" && !(isNote && reason == dropHidden) {
		w.dropNode(n, reason)
		return
	}
	if isNote {
		if w.flat > 0 || !isBlock(n) && (w.f.Open() || w.run) {
			if !isBlock(n) && !w.referred[key] {
				w.f.NoteRef(key, "", w.t.Offset(n))
			}
			w.later = append(w.later, laterNote{n, key})
			return
		}
		w.note(n, key)
		return
	}
	lang := Lang(n)
	if lang == "" || strings.EqualFold(lang, w.lang) {
		w.boxed(n)
		return
	}
	outer := w.lang
	w.lang = lang
	switch {
	case !isBlock(n) || w.flat > 0:
		if len(w.made) > 0 && inlineOnly(n) && hasText(n) {
			w.ready(w.t.Offset(n))
		}
		w.f.Span(document.Span{Kind: document.Foreign, Value: lang})
		w.content(n)
		w.f.EndSpan()
	default:
		w.edge()
		w.f.Enter(input.Container{Kind: input.Section, Lang: lang})
		w.boxed(n)
		w.edge()
		w.f.Leave()
	}
	w.lang = outer
}

// boxed adds what an element holds, in a box if it is one.
func (w *walker) boxed(n *html.Node) {
	if w.o.Aside == nil || w.flat > 0 || n.DataAtom == atom.Aside || !isBlock(n) || !w.o.Aside(n) {
		w.content(n)
		return
	}
	w.edge()
	w.f.Enter(input.Container{Kind: input.Aside})
	w.content(n)
	w.edge()
	w.f.Leave()
}

// silent are the elements whose content no reader sees.
var silent = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Head: true, atom.Title: true, atom.Meta: true,
	atom.Link: true, atom.Base: true, atom.Iframe: true, atom.Noembed: true, atom.Noframes: true, atom.Video: true,
	atom.Audio: true, atom.Canvas: true, atom.Datalist: true, atom.Progress: true, atom.Meter: true, atom.Rp: true,
}
