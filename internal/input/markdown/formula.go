package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// formulaBlock is mathematics that stands by itself, between "$$" and "$$".
type formulaBlock struct {
	ast.BaseBlock
	done bool // its end was read
}

var kindFormula = ast.NewNodeKind("Formula")

// Kind is the kind of the node.
func (*formulaBlock) Kind() ast.NodeKind { return kindFormula }

// IsRaw says that no signs are in it.
func (*formulaBlock) IsRaw() bool { return true }

// Dump prints the node for debugging.
func (f *formulaBlock) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

// formulas parses blocks of mathematics.
type formulas struct{}

var dollars = []byte("$$")

// Trigger gives the character that begins a block.
func (formulas) Trigger() []byte { return []byte{'$'} }

// Open reads the first line of a block whose end there is, before an empty line.
func (formulas) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	s, ok := bytes.CutPrefix(bytes.TrimSpace(line), dollars)
	if !ok {
		return nil, parser.NoChildren
	}
	node := &formulaBlock{}
	switch at := bytes.Index(s, dollars); {
	case at >= 0 && at+len(dollars) == len(s) && at > 0:
		node.done = true
	case at >= 0 || !stateOf(pc).formulaEnds(segment.Stop):
		return nil, parser.NoChildren
	}
	node.Lines().Append(segment)
	reader.AdvanceToEOL()
	return node, parser.NoChildren
}

// formulaEnds reports whether a line that ends a block of mathematics comes
// before the next empty line from byte at of the body on.
func (st *state) formulaEnds(at int) bool {
	if at < st.noFormula {
		return false
	}
	for body := st.src.body; at < len(body); {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := bytes.TrimSpace(body[at:end])
		if bytes.HasSuffix(line, dollars) {
			return true
		}
		if len(line) == 0 {
			break
		}
		at = end
	}
	st.noFormula = at
	return false
}

// Continue reads a further line.
func (formulas) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*formulaBlock)
	line, segment := reader.PeekLine()
	if n.done || len(bytes.TrimSpace(line)) == 0 {
		return parser.Close
	}
	n.done = bytes.HasSuffix(bytes.TrimSpace(line), dollars)
	n.Lines().Append(segment)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// Close ends a block.
func (formulas) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph says that no empty line is needed before a block.
func (formulas) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine says that one that is indented is code.
func (formulas) CanAcceptIndentedLine() bool { return false }

// formulaBlock writes one as a paragraph, or drops what is TeX.
func (w *writer) formulaBlock(n *formulaBlock) {
	lines := n.Lines()
	s, off := w.whole(lines.Sliced(0, lines.Len()))
	if bytes.IndexByte([]byte(s), '\\') >= 0 {
		w.flow.Drop(s, dropFormula, off)
		return
	}
	end := w.tag("p", "", lines.At(0).Start)
	for i := range lines.Len() {
		line := lines.At(i)
		lo, hi := line.Start, line.Stop
		body := w.src.body
		if i == 0 {
			lo += bytes.Index(body[lo:hi], dollars) + len(dollars)
		}
		if at := bytes.Index(body[lo:hi], dollars); at >= 0 {
			hi = lo + at
		}
		w.plain(lo, hi)
	}
	w.out.WriteString(end)
}
