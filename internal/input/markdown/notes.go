package markdown

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// notes are the footnotes of a document, in the order of the source.
type notes struct {
	all   []*note
	first map[string]*note // by label; the first of several
}

type note struct {
	key    string
	node   ast.Node
	queued bool // it was referred to
}

// noteKey names the next note that has no label.
func noteKey(ns *notes) string { return fmt.Sprintf("inline note %d", len(ns.all)) }

// noteBlocks parses footnotes ("[^1]: text").
type noteBlocks struct{ parser.BlockParser }

// Close notes the footnote and leaves it where it is. goldmark's own moves it,
// and makes a circle of a note in a note.
func (noteBlocks) Close(node ast.Node, _ text.Reader, pc parser.Context) {
	ns := stateOf(pc).notes
	label := string(node.(*extast.Footnote).Ref)
	n := &note{key: "footnote " + label, node: node}
	if ns.first[label] == nil {
		ns.first[label] = n
	}
	ns.all = append(ns.all, n)
}

// noteRefs parses references to footnotes.
type noteRefs struct{}

// Trigger gives the characters that begin a reference.
func (noteRefs) Trigger() []byte { return []byte{'['} }

// maxLabel is the length of the longest label, as CommonMark has it for links.
const maxLabel = 999

// Parse reads a reference ("[^1]") to a footnote that there is.
func (noteRefs) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("[^")) {
		return nil
	}
	end := bytes.IndexByte(line[:min(len(line), 2+maxLabel)], ']')
	if end < 0 {
		return nil
	}
	n := stateOf(pc).notes.first[string(line[2:end])]
	if n == nil {
		return nil
	}
	block.Advance(end + 1)
	return &noteRef{note: n, lo: segment.Start, hi: segment.Start + end + 1}
}

// noteRef is a reference to a note, at bytes [lo, hi) of the body.
type noteRef struct {
	ast.BaseInline
	note   *note
	lo, hi int
}

var kindNoteRef = ast.NewNodeKind("NoteRef")

// Kind is the kind of the node.
func (*noteRef) Kind() ast.NodeKind { return kindNoteRef }

// Dump prints the node for debugging.
func (r *noteRef) Dump(source []byte, level int) { ast.DumpHelper(r, source, level, nil, nil) }
