package markdown

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"narrate/internal/input"
	"narrate/internal/input/dom"
)

// maxOpen bounds how many containers of the tree are written inside each other;
// the HTML parser takes some 500 elements. What lies deeper is read as part of
// the last of them.
const maxOpen = 60

// writer writes a tree as HTML with marks of places.
type writer struct {
	src  *source
	flow *input.Flow
	out  strings.Builder

	at    int      // of the last tag
	close []string // what ends the nodes around, "" for nothing
	deep  int      // how many containers are open
	cell  bool     // in a cell of a table, where "\|" is "|" even in code

	// open counts how many elements of a name the signs around have begun.
	open map[string]int

	lead  int // where the ordinal in front of the next text begins, or -1
	abbrs *abbreviations

	pairs  map[*parser.Delimiter]pairing
	inline []string // tags of the inline HTML of this block that are open
	queue  []*note  // those that were referred to, in that order
}

// document writes the tree, and the notes after it.
func (w *writer) document(root *ast.Document, st *state) {
	ns := st.notes
	w.abbrs = &st.abbrs
	w.pairs, w.open = map[*parser.Delimiter]pairing{}, map[string]int{}
	w.walk(root)
	for i := 0; i < len(w.queue); i++ {
		w.note(w.queue[i])
	}
	for _, n := range ns.all {
		if !n.queued {
			w.note(n)
		}
	}
}

func (w *writer) note(n *note) {
	w.tag("div", fmt.Sprintf(` %s="%s"`, noteKeyAttr, html.EscapeString(n.key)), n.node.Pos())
	for c := n.node.FirstChild(); c != nil; c = c.NextSibling() {
		w.walk(c)
	}
	w.out.WriteString("</div>")
}

// walk writes a node and what is in it. It is no recursion, as trees can be deep.
func (w *writer) walk(top ast.Node) {
	for n := top; ; {
		end, in := w.enter(n)
		w.close = append(w.close, end)
		if in && n.FirstChild() != nil {
			n = n.FirstChild()
			continue
		}
		for {
			w.leave(n)
			if n == top {
				return
			}
			if next := n.NextSibling(); next != nil {
				n = next
				break
			}
			n = n.Parent()
		}
	}
}

// leave ends a node.
func (w *writer) leave(n ast.Node) {
	if isTextBlock(n) {
		for i := len(w.inline) - 1; i >= 0; i-- {
			w.out.WriteString("</" + w.inline[i] + ">")
		}
		w.inline = w.inline[:0]
		if len(w.pairs) > 0 {
			w.pairs = map[*parser.Delimiter]pairing{} // clearing takes as long as the longest block before
		}
		w.cell = false
	}
	last := len(w.close) - 1
	w.out.WriteString(w.close[last])
	if isContainer(n) {
		w.deep--
	}
	w.close = w.close[:last]
}

// isContainer reports whether blocks lie in n.
func isContainer(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindBlockquote, ast.KindList, ast.KindListItem, extast.KindDefinitionList, extast.KindDefinitionDescription:
		return true
	}
	return false
}

// isTextBlock reports whether n is a block of text.
func isTextBlock(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading, extast.KindTableCell, extast.KindDefinitionTerm:
		return true
	}
	return false
}

// tag writes a tag of ours, which stands for what is at byte at of the body (-1:
// near the one before), and gives its end.
func (w *writer) tag(name, attributes string, at int) string {
	if at >= 0 {
		w.at = min(at, len(w.src.body))
	}
	dom.Tag(&w.out, name, attributes, w.src.off(w.at))
	return "</" + name + ">"
}

// container writes the tag of one, if there are not too many, and gives its end.
func (w *writer) container(name, attributes string, at int) string {
	if w.deep++; w.deep > maxOpen {
		return ""
	}
	return w.tag(name, attributes, at)
}

// enter writes the beginning of a node; it gives what ends it, and whether what
// is in it is to be written.
func (w *writer) enter(n ast.Node) (end string, in bool) {
	if isTextBlock(n) || n.Kind() == ast.KindLink {
		pair(n, w.pairs)
	}
	switch n := n.(type) {
	case *ast.Heading:
		return w.tag(fmt.Sprintf("h%d", n.Level), w.attributes(n), n.Pos()), true
	case *ast.Paragraph, *ast.TextBlock:
		if n.Lines().Len() == 0 {
			return "", false
		}
		at := n.Lines().At(0).Start
		lead := w.lead
		if w.lead = -1; lead < 0 {
			return w.tag("p", "", at), true
		}
		end := w.tag("p", "", lead)
		w.plain(lead, at)
		return end, true
	case *ast.Blockquote:
		if _, ok := n.AttributeString(attrAlert); ok {
			return w.container("aside", "", n.Pos()), true
		}
		return w.container("blockquote", "", n.Pos()), true
	case *ast.List:
		switch {
		case !n.IsOrdered():
			return w.container("ul", "", n.Pos()), true
		case w.ordinal(n):
			n.SetAttributeString(attrOrdinal, true)
			w.deep++
			return "", true
		}
		return w.ordered(n), true
	case *ast.ListItem:
		if _, ok := n.Parent().AttributeString(attrOrdinal); ok {
			w.deep++
			if w.lead < 0 {
				w.lead = n.Pos()
			}
			return "", true
		}
		return w.item(n), true
	case *formulaBlock:
		w.formulaBlock(n)
		return "", false
	case *extast.DefinitionList:
		return w.container("dl", "", n.Pos()), true
	case *extast.DefinitionTerm:
		return w.tag("dt", "", n.Lines().At(0).Start), true
	case *extast.DefinitionDescription:
		return w.container("dd", "", n.Pos()), true
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		w.tag("pre", "", n.Pos())
		w.code(n.Lines())
		return "</pre>", false
	case *ast.HTMLBlock:
		w.htmlBlock(n)
		return "", false
	case *extast.Footnote:
		return "", false // each at the end of the document
	case *ast.Document:
		return "", true
	case *ast.ThematicBreak:
		w.tag("hr", "", n.Pos())
		return "", false
	case *extast.Table:
		return w.tag("table", "", n.Pos()), true
	case *extast.TableHeader:
		return w.tag("tr", "", n.Pos()), true
	case *extast.TableRow:
		w.excess(n)
		return w.tag("tr", "", n.Pos()), true
	case *extast.TableCell:
		w.cell = true
		name := "td"
		if n.Parent().Kind() == extast.KindTableHeader {
			name = "th"
		}
		at := -1 // a cell that the row lacks
		if n.Lines().Len() > 0 {
			// The sign between the cells takes the place of the line that parts them.
			line := w.src.body[:n.Lines().At(0).Start]
			at = max(0, len(bytes.TrimRight(line, " \t"))-1)
		}
		return w.tag(name, "", at), true
	}
	return w.enterInline(n)
}

// attributes gives those of a heading as HTML has them.
func (w *writer) attributes(n *ast.Heading) string {
	var b strings.Builder
	for _, name := range []string{"id", "lang"} {
		if v, ok := n.AttributeString(name); ok {
			fmt.Fprintf(&b, ` %s="%s"`, name, html.EscapeString(string(v.([]byte))))
		}
	}
	return b.String()
}

// excess lists the cells of a row that the table has no columns for.
func (w *writer) excess(n *extast.TableRow) {
	last, ok := n.LastChild().(*extast.TableCell)
	if !ok || n.ChildCount() < len(n.Alignments) || last.Lines().Len() == 0 {
		return
	}
	at := last.Lines().At(0).Stop
	rest, _, _ := bytes.Cut(w.src.body[at:], []byte("\n"))
	trimmed := bytes.TrimLeft(rest, " \t|")
	at += len(rest) - len(trimmed)
	if trimmed = bytes.TrimRight(trimmed, " \t|"); len(trimmed) > 0 {
		w.flow.Drop(string(trimmed), "more cells than the table has columns", w.src.off(at))
	}
}

// code writes the lines of a block of code.
func (w *writer) code(lines *text.Segments) {
	for i := range lines.Len() {
		line := lines.At(i)
		if line.Padding > 0 {
			// A part of a tab, which stands before the line.
			dom.Text(&w.out, strings.Repeat(" ", line.Padding), w.src.off(line.Start-1))
		}
		w.plain(line.Start, line.Stop)
	}
}

// plain writes bytes [lo, hi) of the body as they are.
func (w *writer) plain(lo, hi int) {
	if lo < hi {
		dom.Text(&w.out, string(w.src.body[lo:hi]), w.src.off(lo))
	}
}

// enterInline is enter for what is in a block of text.
func (w *writer) enterInline(n ast.Node) (end string, in bool) {
	switch n := n.(type) {
	case *ast.Text:
		w.textNode(n)
	case *parser.Delimiter:
		w.delimiter(n)
	case *sign:
		w.sign(n)
	case *ast.CodeSpan:
		end := w.tag("code", "", n.Pos())
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			w.codeText(c.(*ast.Text).Segment)
		}
		return end, false
	case *ast.Link:
		return w.tag("a", ` href="`+html.EscapeString(address(n.Destination))+`"`, n.Pos()), true
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Image:
		alt, at := w.alt(n)
		w.tag("img", fmt.Sprintf(` src="%s" alt="%s"`, html.EscapeString(address(n.Destination)), html.EscapeString(alt)), at)
		return "", false
	case *ast.RawHTML:
		w.rawHTML(n)
	case *extast.TaskCheckBox:
		at := n.Pos()
		w.flow.Drop(string(w.src.body[at:at+len("[x]")]), "check box", w.src.off(at))
	case *noteRef:
		if !n.note.queued {
			n.note.queued = true
			w.queue = append(w.queue, n.note)
		}
		end := w.tag("a", fmt.Sprintf(` href="#note" %s="%s"`, noteRefAttr, html.EscapeString(n.note.key)), n.lo)
		w.plain(n.lo, n.hi)
		return end, false
	}
	return "", false
}

func (w *writer) textNode(n *ast.Text) {
	lo, hi := n.Segment.Start, n.Segment.Stop
	if n.IsRaw() {
		w.plain(lo, hi)
	} else {
		if next, ok := n.NextSibling().(*sign); ok && next.reason != "" && endsSentence(w.src.body[next.hi:]) {
			// The space before it belongs to what is dropped.
			w.words(lo, lo+len(bytes.TrimRight(w.src.body[lo:hi], " ")))
			return
		}
		w.words(lo, hi)
	}
	switch {
	case n.HardLineBreak():
		w.tag("br", "", hi)
	case n.SoftLineBreak() && hi < len(w.src.body):
		dom.Text(&w.out, "\n", w.src.off(hi))
	}
}

// endsSentence reports whether a sign that stands right behind a word comes next.
func endsSentence(rest []byte) bool {
	return len(rest) > 0 && bytes.IndexByte([]byte(".,;:!?)"), rest[0]) >= 0
}

// escaped writes bytes [lo, hi) of the body, in which backslashes and character
// references mean something (CommonMark 0.31.2, sections 2.4 and 2.5).
func (w *writer) escaped(lo, hi int) {
	body := w.src.body
	start := lo
	for i := lo; i < hi; i++ {
		switch body[i] {
		case '\\':
			if i+1 < hi && util.IsPunct(body[i+1]) {
				w.plain(start, i)
				i++
				start = i
			}
		case '&':
			if n := reference(body[i:hi]); n > 0 {
				w.plain(start, i)
				dom.Mark(&w.out, string(body[i:i+n]), w.src.off(i))
				i += n - 1
				start = i + 1
			}
		}
	}
	w.plain(start, hi)
}

// reference gives the length of the character reference at the start of s, or
// 0. HTML has some without a semicolon, Markdown has not.
func reference(s []byte) int {
	end := bytes.IndexByte(s[:min(len(s), 40)], ';')
	if end < 2 {
		return 0
	}
	name := s[1:end]
	if name[0] != '#' {
		if _, ok := util.LookUpHTML5EntityByName(string(name)); !ok {
			return 0
		}
		return end + 1
	}
	digits, longest, is := name[1:], 7, util.IsNumeric
	if len(digits) > 0 && digits[0]|0x20 == 'x' {
		digits, longest, is = digits[1:], 6, util.IsHexDecimal
	}
	if len(digits) == 0 || len(digits) > longest || bytes.ContainsFunc(digits, func(r rune) bool { return !is(byte(r)) }) {
		return 0
	}
	return end + 1
}

// codeText writes a line of code inside a paragraph.
func (w *writer) codeText(s text.Segment) {
	lo := s.Start
	for w.cell {
		i := bytes.Index(w.src.body[lo:s.Stop], []byte(`\|`))
		if i < 0 {
			break
		}
		w.plain(lo, lo+i)
		lo += i + 1
	}
	w.plain(lo, s.Stop)
}

// delimiter writes what is text of a run, and the ends and beginnings of what it
// marks. An element in another of its name says no more and is not written.
func (w *writer) delimiter(d *parser.Delimiter) {
	p := w.pairs[d]
	for _, n := range p.ends {
		if name := marked(d.Char, n); name != "" {
			if w.open[name]--; w.open[name] == 0 {
				w.out.WriteString("</" + name + ">")
			}
		}
	}
	w.plain(d.Segment.Start+p.closing, d.Segment.Start+p.closing+d.Length)
	for _, n := range slices.Backward(p.begins) {
		if name := marked(d.Char, n); name != "" {
			if w.open[name]++; w.open[name] == 1 {
				w.tag(name, "", d.Segment.Start)
			}
		}
	}
}

// marked is the element that a sign of n such characters stands for; "" for none.
func marked(char byte, n int) string {
	switch {
	case char == '~':
		return "del"
	case char != '*' && char != '_':
		return ""
	case n == 1:
		return "em"
	}
	return "strong"
}

func (w *writer) autoLink(n *ast.AutoLink) {
	label, url := n.Label(w.src.body), string(n.URL(w.src.body))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
		url = "mailto:" + url
	}
	// The node's place is that of the sign before it, if there is one.
	at := n.Pos()
	if !bytes.HasPrefix(w.src.body[at:], label) {
		at++
	}
	end := w.tag("a", ` href="`+html.EscapeString(url)+`"`, at)
	w.plain(at, at+len(label))
	w.out.WriteString(end)
}

// address is the destination of a link as it is meant.
func address(destination []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(destination))))
}

// alt gives the alternative text of an image, and where it begins.
func (w *writer) alt(n *ast.Image) (string, int) {
	var b strings.Builder
	at := -1
	add := func(lo, hi int) {
		if at < 0 {
			at = lo
		}
		b.Write(w.src.body[lo:hi])
	}
	for c := n.FirstChild(); c != nil; {
		if c.PreviousSibling() == nil {
			pair(c.Parent(), w.pairs)
		}
		switch c := c.(type) {
		case *ast.Text:
			add(c.Segment.Start, c.Segment.Stop)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *sign:
			if c.reason == "" && c.emoji == "" {
				add(c.from, c.to)
			} else if c.emoji != "" {
				b.WriteString(c.emoji)
			}
		case *parser.Delimiter:
			add(c.Segment.Start, c.Segment.Start+c.Length)
		case *ast.AutoLink:
			b.Write(c.Label(w.src.body))
		}
		c = following(c, n)
	}
	if at < 0 {
		at = n.Pos()
	}
	return address([]byte(b.String())), at
}

// following gives the node after n in the order of the source, nil at the end
// of top.
func following(n, top ast.Node) ast.Node {
	if n.FirstChild() != nil {
		return n.FirstChild()
	}
	for n != top && n.NextSibling() == nil {
		n = n.Parent()
	}
	if n == top {
		return nil
	}
	return n.NextSibling()
}
