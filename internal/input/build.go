package input

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
)

// Locator finds places in a decoded text. Lines end at LF, CR LF or CR, as
// editors count them. It takes four bytes a line; a place that lies behind the
// last one asked for on the same line is found from there, so that ascending
// questions cost linear time in all.
type Locator struct {
	file  string
	text  string
	lines []int32 // where each line starts
	last  document.Pos
}

// NewLocator makes the Locator of a text; file is the source's name. text is
// not larger than MaxBytes in any encoding, so less than 2 GiB.
func NewLocator(file, text string) *Locator {
	l := &Locator{file: file, text: text, lines: make([]int32, 1, 1+strings.Count(text, "\n"))}
	for i := 0; i < len(text); i++ {
		if c := text[i]; c == '\n' || c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			l.lines = append(l.lines, int32(i+1))
		}
	}
	l.last = document.Pos{File: file, Line: 1, Col: 1}
	return l
}

// At gives the place of the byte at offset off.
func (l *Locator) At(off int) document.Pos {
	p := l.last
	start := int(p.Offset)
	end := len(l.text) + 1
	if p.Line < len(l.lines) {
		end = int(l.lines[p.Line])
	}
	if off < start || off >= end {
		p.Line = sort.Search(len(l.lines), func(i int) bool { return int(l.lines[i]) > off })
		start, p.Col = int(l.lines[p.Line-1]), 1
	}
	p.Col += utf8.RuneCountInString(l.text[start:off])
	p.Offset = int64(off)
	l.last = p
	return p
}

// Builder puts a Block's text together from ranges of the source in ascending
// order: runs of white space become one space (a lone no-break space stays what
// it is), Invisible characters and the control sequences of terminals go.
type Builder struct {
	loc     *Locator
	buf     []byte
	anchors []document.Anchor
	next    int    // the source byte that follows the last one taken
	cut     bool   // whether a line ended, or text was left out, since then
	space   string // white space that is still to be written if text follows

	// Dropped collects the control sequences of terminals.
	Dropped []document.Dropped
}

// NewBuilder makes a Builder over the Locator's text.
func NewBuilder(loc *Locator) *Builder { return &Builder{loc: loc} }

// Add takes the bytes [lo, hi) of the source, which begin and end at whole
// characters.
func (b *Builder) Add(lo, hi int) {
	text := b.loc.text
	for i := lo; i < hi; {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:hi])
		}
		switch {
		case unicode.IsSpace(r):
			b.white(r)
		case r == '\x1b' && controlSequence(text[i:hi]) > 0:
			n = controlSequence(text[i:hi])
			b.Dropped = append(b.Dropped, document.Dropped{Text: text[i : i+n], Reason: "control sequence of a terminal", Pos: b.loc.At(i)})
		case Invisible(r):
		default:
			b.take(i, n)
		}
		i += n
	}
}

// Space asks for a space before what is added next.
func (b *Builder) Space() { b.white('\n') }

func (b *Builder) white(r rune) {
	if r == '\n' || r == '\r' {
		b.cut = true
	}
	switch {
	case b.space == "" && (r == '\u00a0' || r == '\u202f'):
		b.space = string(r)
	case b.space != string(r):
		b.space = " "
	}
}

func (b *Builder) take(i, n int) {
	if len(b.buf) == 0 {
		b.space = ""
	}
	b.buf = append(b.buf, b.space...)
	if len(b.buf) == 0 || b.cut || i != b.next+len(b.space) {
		b.anchors = append(b.anchors, document.Anchor{Text: len(b.buf), Pos: b.loc.At(i)})
		b.cut = false
	}
	b.space = ""
	b.buf = append(b.buf, b.loc.text[i:i+n]...)
	b.next = i + n
}

// Block gives what was added as a Block and makes the Builder ready for the
// next. ok is false if nothing visible was added.
func (b *Builder) Block(kind document.Kind, level int) (block document.Block, ok bool) {
	defer func() {
		b.buf = b.buf[:0]
		b.anchors = nil
		b.cut, b.space = false, ""
	}()
	if len(b.buf) == 0 {
		return document.Block{}, false
	}
	return document.Block{Kind: kind, Level: level, Text: string(b.buf), Anchors: b.anchors}, true
}

// controlSequence gives the length of the control sequence (ECMA-48, section
// 5.4: CSI, parameters, intermediates, a final byte) at the start of s, or 0.
func controlSequence(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	i := 2
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x3f {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
		return i + 1
	}
	return 0
}
