// Package document is the vocabulary for what was written: a Document is a
// list of Blocks in reading order, and every byte of a Block's text knows its
// place in the source. It holds no behaviour beyond looking a place up.
package document

import (
	"fmt"
	"slices"
	"sort"
	"time"
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
	Quote    // a paragraph of a quotation
	Code     // Text keeps its lines
	Table    // a row of a table
	Image    // Text is the image's alternative text
	Footnote // a paragraph of a note
	Break    // a scene break such as "***"
	Caption  // of a figure or a table
)

var kindNames = [...]string{"paragraph", "title", "heading", "list-item", "quote", "code", "table", "image", "footnote", "break", "caption"}

// String gives the kind's name as it stands in reports and JSON.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return kindNames[k]
}

// ParseKind reads what String gives.
func ParseKind(name string) (Kind, bool) {
	i := slices.Index(kindNames[:], name)
	return Kind(max(i, 0)), i >= 0
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

	// Spans is the inline markup: ascending by Lo, of two with the same Lo the
	// outer first; those with an extent nest and do not cross.
	Spans []Span
	// Cells of a Table block, ascending; what stands between them in Text is
	// in Generated spans.
	Cells []Cell
	// Group is the same for the rows and the captions of one table, for an
	// image and its captions; 0 for none.
	Group int
	// Note is the number of the note that the block belongs to, which a
	// NoteRef names; 0 for none.
	Note int
	// Items are the items of lists that the block stands in, the outermost
	// first, by numbers that are the same for all blocks of one item; nil for
	// none.
	Items  []int
	Quoted bool // the block stands in a quotation, whatever its Kind
	Aside  bool // the block stands in an aside: a box beside the article's flow
}

// SpanKind says what a Span marks.
type SpanKind int

// The kinds of Span. Those from LineBreak on are points: Lo == Hi.
const (
	Foreign     SpanKind = iota // Value: BCP 47 tag of the passage's language; Format: Asked where that language's voice is asked for
	Link                        // Value: the address
	Emphasis                    // as a stress would be heard, or a title is set
	Strong                      // what matters most
	CodeWords                   // code inside of a text
	Raised                      // what is written high and small
	Lowered                     // what is written low and small
	Instead                     // Value: what is said instead (a ruby reading, SSML's sub)
	Abbr                        // Value: the abbreviation's expansion
	SayAs                       // Value, Format: SSML's interpret-as and format
	Phonemes                    // Value: how it is pronounced, in IPA
	AltText                     // alternative text of an image inside a block
	Generated                   // text that the markup stands for but the source does not hold: a list item's number
	Voice                       // Value: the name of who speaks
	Prosody                     // Rate, Pitch, Volume: factors, 1 = as before
	LineBreak                   // a line of verse or of an address ends
	SentenceEnd                 // a sentence ends, whatever the text says
	Silence                     // Pause: a pause
	NoteRef                     // Note: the note's number
	Mark                        // Value: a named place
)

// Span marks bytes [Lo, Hi) of a Block's Text.
type Span struct {
	Kind                SpanKind
	Lo, Hi              int
	Value, Format       string
	Rate, Pitch, Volume float64
	Pause               time.Duration
	Note                int
}

// Asked is the Format of a Foreign span in a markup that says how to speak.
const Asked = "asked"

// IsPoint reports whether the kind marks a place between two characters.
func (k SpanKind) IsPoint() bool { return k >= LineBreak }

// Cell is bytes [Lo, Hi) of a table row's Text.
type Cell struct {
	Lo, Hi int
	Column int  // from 0
	Header bool // it names its columns, or its rows
	// Columns and Rows are how many it covers; 0 is 1.
	Columns, Rows int
}

// Width is how many columns the cell covers.
func (c *Cell) Width() int { return max(1, c.Columns) }

// MaxSpan is how many columns or rows a cell covers at most (HTML, section
// 4.9.11, for columns; a number of rows beyond it is a mistake as well).
const MaxSpan = 1000

// MaxItems is in how many items, one in another, a block is known to stand; one
// deeper in lists stands beside the innermost of them.
const MaxItems = 12

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

// Cover is a picture of the article.
type Cover struct {
	Name string // its file or address, as the source names it
	Data []byte // nil where the source only names it
}

// ChapterStart says that a chapter begins.
type ChapterStart struct {
	Block int // index of its first Block
	Title string
	Level int // from 1
}

// Document is an article as it was written.
type Document struct {
	Source string // the file or address as the user named it; "-" is standard input
	// From the source's text or metadata; "" where it has none.
	Title, Author string
	Lang          string // BCP 47
	Date          string // as ISO 8601 has it, as far as it is known: "2024", "2024-05-01"
	Description   string
	Voice         string // who shall speak, by the name of a profile
	Cover         *Cover
	Blocks        []Block
	// Chapters, ascending by Block, is the source's own table of contents;
	// nil where the headings are all there is.
	Chapters []ChapterStart
	// Dropped lists what no Block holds; Warnings what was read with doubt
	// ("book.txt:12:3: …").
	Dropped  []Dropped
	Warnings []string
}
