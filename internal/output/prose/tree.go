package prose

import (
	"regexp"

	"narrate/internal/document"
)

// NodeKind says what a Node is.
type NodeKind int

// The kinds of Node.
const (
	Leaf   NodeKind = iota // a block
	List                   // its nodes are Items
	Item                   // of a list
	Quote                  // blocks of a quotation
	Figure                 // a table, or pictures, with their captions, all above it or all below
	Rows                   // a table, which a block may announce
	Lines                  // rows of a table whose cells are not known
)

// Node is a piece of a chapter's text as it is set: an element with others in it.
type Node struct {
	Kind     NodeKind
	Block    *Block // of a Leaf; of Rows, what announces them, or nil
	Nodes    []Node // of a List, an Item, a Quote, a Figure; of Lines, their blocks
	Numbered bool   // items of the List bring their own numbers or signs
	Table    *Table // of Rows
}

// Tree gives the text that blocks are set as. A table is divided where it has more
// than so many rows.
func Tree(list []Block, rows int) []Node { return planter{rows}.tree(list, 0) }

type planter struct{ rows int }

// tree is of blocks that stand in the same items up to that depth.
func (p planter) tree(list []Block, depth int) []Node {
	var out []Node
	for len(list) > 0 {
		n, k := Node{Kind: Leaf, Block: &list[0]}, 1
		switch {
		case len(list[0].Items) > depth:
			n, k = p.list(list, depth)
		case list[0].Kind == document.Quote:
			k = run(list, document.Quote, depth)
			n = Node{Kind: Quote, Nodes: leaves(list[:k])}
		case list[0].Kind == document.Table, list[0].Kind == document.Image, list[0].Kind == document.Caption:
			var nodes []Node
			nodes, k = p.figure(list, depth)
			out, list = append(out, nodes...), list[k:]
			continue
		}
		out, list = append(out, n), list[k:]
	}
	return out
}

// run is how many blocks at the start of the list are of that kind.
func run(list []Block, kind document.Kind, depth int) int {
	k := 0
	for k < len(list) && list[k].Kind == kind && len(list[k].Items) == depth {
		k++
	}
	return k
}

func leaves(list []Block) []Node {
	var out []Node
	for i := range list {
		out = append(out, Node{Kind: Leaf, Block: &list[i]})
	}
	return out
}

// number is that of an item, or a sign, which its text begins with.
var number = regexp.MustCompile(`^\s*([0-9]{1,4}(\.[0-9]{1,4})*|[A-Za-z]|[ivxlc]+|[IVXLC]+)?[.):\x{2022}\x{2013}-]\s`)

// Number gives the number or sign that the text of an item begins with; "" for
// none.
func Number(text string) string { return number.FindString(text) }

// list gives the list that begins with the first block, and of how many blocks it
// is. One of items with numbers and one of others are two.
func (p planter) list(list []Block, depth int) (Node, int) {
	out := Node{Kind: List}
	at := 0
	for at < len(list) && len(list[at].Items) > depth {
		end := at + 1
		for end < len(list) && len(list[end].Items) > depth && list[end].Items[depth] == list[at].Items[depth] {
			end++
		}
		numbered := Number(list[at].Cues[0].Utterance.Text) != ""
		if at > 0 && numbered != out.Numbered {
			break
		}
		out.Numbered = numbered
		out.Nodes = append(out.Nodes, Node{Kind: Item, Nodes: p.tree(list[at:end], depth+1)})
		at = end
	}
	return out, at
}

// figure gives pictures, which are told by their descriptions, or a table, with the
// captions before or else after them, and of how many blocks that is.
func (p planter) figure(list []Block, depth int) ([]Node, int) {
	above := run(list, document.Caption, depth)
	kind := document.Image
	if above < len(list) && list[above].Kind == document.Table {
		kind = document.Table
	}
	things := run(list[above:], kind, depth)
	for i := range things { // one that is announced stands for a whole table
		if list[above+i].Cues[0].Utterance.Rows != nil {
			things = max(1, i)
			break
		}
	}
	below := 0
	if above == 0 {
		below = run(list[things:], document.Caption, depth)
	}
	all := above + things + below
	nodes := leaves(list[above : above+things])
	if kind == document.Table {
		nodes = p.tables(list[above : above+things])
		if above+below == 0 {
			return nodes, all
		}
	}
	nodes = append(leaves(list[:above]), nodes...)
	return []Node{{Kind: Figure, Nodes: append(nodes, leaves(list[above+things:all])...)}}, all
}
