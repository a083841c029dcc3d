// Package document is the vocabulary for what was written: a Document is a
// list of Blocks in reading order, and every byte of a Block's text knows its
// place in the source. It holds no behaviour beyond looking a place up.
package document

import (
	"fmt"
	"sort"
	"unicode/utf8"
)

// Pos is a place in a source file.
type Pos struct {
	File   string // as the user named it; "-" is standard input
	Offset int64  // bytes from the start of the source as UTF-8 text, a byte-order mark not counted
	Line   int    // from 1
	Col    int    // in code points, from 1
}

// String gives "file:line:col", the form of all messages.
func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Kind says what a Block is in the article.
type Kind int

// The kinds of block.
const (
	Paragraph Kind = iota
	Title          // the title of the whole article, as it stands in its text
	Heading
	ListItem
	Quote
	Code
	Table
	Image
	Footnote
	Break // a scene break such as "***"
)

var kindNames = [...]string{"paragraph", "title", "heading", "list-item", "quote", "code", "table", "image", "footnote", "break"}

// String gives the kind's name as it stands in reports and JSON.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return kindNames[k]
}

// Anchor ties a byte of a Block's text to its place in the source.
type Anchor struct {
	Text int // byte offset in Block.Text
	Pos  Pos
}

// Block is one piece of the article.
type Block struct {
	Kind  Kind
	Level int    // of a heading, from 1; 0 for other kinds
	Lang  string // BCP 47, where the markup names one; else ""
	Text  string // valid UTF-8, hard-wrapped lines rejoined
	// Anchors, ascending by Text and starting at 0, one at each point where
	// the text stops following the source byte for byte (a rejoined line, a
	// dropped hyphen).
	Anchors []Anchor
}

// Pos is where the block begins.
func (b *Block) Pos() Pos { return b.PosAt(0) }

// PosAt gives the source place of the byte at offset off of Text.
func (b *Block) PosAt(off int) Pos {
	i := sort.Search(len(b.Anchors), func(i int) bool { return b.Anchors[i].Text > off }) - 1
	if i < 0 {
		return Pos{}
	}
	a := b.Anchors[i]
	between := b.Text[a.Text:min(off, len(b.Text))]
	a.Pos.Offset += int64(len(between))
	a.Pos.Col += utf8.RuneCountInString(between)
	return a.Pos
}

// Dropped is a piece of the source that the reader of its format left out of
// every Block, with the reason, so that nothing is silently lost.
type Dropped struct {
	Text, Reason string
	Pos          Pos
}

// Document is an article as it was written.
type Document struct {
	Source string // the file as the user named it; "-" is standard input
	Title  string // from the text or its metadata; "" where the source names none
	Author string // from metadata; "" where the source names none
	Lang   string // BCP 47, from metadata; "" where the source names none
	Blocks []Block
	// Dropped lists what no Block holds; Warnings what was read with doubt
	// ("book.txt:12:3: …").
	Dropped  []Dropped
	Warnings []string
}
