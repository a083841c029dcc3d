package markdown

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/yuin/goldmark/ast"

	"narrate/internal/document"
)

// attrWritten is the attribute of a list whose items have the numbers that are
// written.
const attrWritten = "written"

// attrOrdinal is the attribute of a list that is none.
const attrOrdinal = "ordinal"

// marker gives the digits in front of an item.
func (w *writer) marker(item ast.Node) []byte {
	s := bytes.TrimLeft(w.src.body[item.Pos():min(len(w.src.body), item.Pos()+2*maxIndent)], " \t")
	return s[:len(s)-len(bytes.TrimLeft(s, "0123456789"))]
}

// ordered writes the tag of a list with numbers. Its items have those that are
// written, unless all have the same one, which is how a list is written that
// others are to number.
func (w *writer) ordered(n *ast.List) string {
	first := string(w.marker(n.FirstChild()))
	for c := n.FirstChild().NextSibling(); c != nil; c = c.NextSibling() {
		if string(w.marker(c)) != first {
			n.SetAttributeString(attrWritten, true)
			return w.container("ol", "", n.Pos())
		}
	}
	if n.Start != 1 {
		return w.container("ol", fmt.Sprintf(` start="%d"`, n.Start), n.Pos())
	}
	return w.container("ol", "", n.Pos())
}

// item writes the tag of an item of a list.
func (w *writer) item(n *ast.ListItem) string {
	if _, ok := n.Parent().AttributeString(attrWritten); ok {
		if value, err := strconv.Atoi(string(w.marker(n))); err == nil {
			return w.container("li", fmt.Sprintf(` value="%d"`, value), n.Pos())
		}
	}
	return w.container("li", "", n.Pos())
}

// ordinal reports whether a list is none: the one item with a number right
// behind the sign of another item begins with an ordinal ("- 3. Oktober").
func (w *writer) ordinal(n *ast.List) bool {
	for {
		parent := n.Parent()
		if !n.IsOrdered() || n.ChildCount() != 1 || parent.Kind() != ast.KindListItem || parent.FirstChild() != ast.Node(n) {
			return false
		}
		item := n.FirstChild()
		if bytes.IndexByte(w.src.body[parent.Pos():item.Pos()], '\n') >= 0 {
			return false
		}
		switch first := item.FirstChild().(type) {
		case *ast.Paragraph, *ast.TextBlock:
			// Text that begins on a later line is not what the number belongs to.
			return first.Lines().Len() > 0 && bytes.IndexByte(w.src.body[item.Pos():first.Lines().At(0).Start], '\n') < 0
		case *ast.List:
			n = first
		default:
			return false
		}
	}
}

// delimit gives the numbers of items the sign that is written behind them, which
// is a full stop or a bracket.
func delimit(doc *document.Document, text string) {
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		for _, s := range b.Spans {
			if s.Kind != document.Generated || s.Lo != 0 {
				continue
			}
			at := int(b.PosAt(0).Offset)
			for at < len(text) && text[at] >= '0' && text[at] <= '9' {
				at++
			}
			dot := bytes.IndexByte([]byte(b.Text[:s.Hi]), '.')
			if dot > 0 && at > int(b.PosAt(0).Offset) && at < len(text) && text[at] == ')' {
				b.Text = b.Text[:dot] + ")" + b.Text[dot+1:]
			}
		}
	}
}
