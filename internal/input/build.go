package input

import (
	"cmp"
	"slices"
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

// Builder puts a Block's text together from pieces of the source: runs of white
// space become one space (a lone no-break space stays what it is), Invisible
// characters and the control sequences of terminals go.
type Builder struct {
	loc     *Locator
	buf     []byte
	anchors []document.Anchor
	next    int    // the source byte that follows the last one taken
	cut     bool   // whether a line ended, or text was left out, since then
	space   string // white space that is still to be written if text follows
	hole    bool   // that stands in front of what is in no text: it goes where punctuation follows

	spans []document.Span
	open  []int // spans that are not closed yet, by their index; -1-i for one whose text has not begun

	verbatim bool // white space and lines are kept

	// Dropped collects the control sequences of terminals.
	Dropped []document.Dropped
}

// NewBuilder makes a Builder over the Locator's text.
func NewBuilder(loc *Locator) *Builder { return &Builder{loc: loc} }

// Add takes the bytes [lo, hi) of the source, which begin and end at whole
// characters.
func (b *Builder) Add(lo, hi int) { b.Text(b.loc.text[lo:hi], lo) }

// Text takes s, which stands at byte off of the source. Where s is longer than
// what stands for it there (a character reference) it is to be given alone.
func (b *Builder) Text(s string, off int) {
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case b.verbatim && (r == '\n' || r == '\t'):
			b.take(s[i:i+n], off+i)
		case b.verbatim && r == '\r':
			if i+1 == len(s) || s[i+1] != '\n' {
				b.take("\n", off+i)
			}
		case b.verbatim && unicode.IsSpace(r):
			b.take(s[i:i+n], off+i)
		case unicode.IsSpace(r):
			b.white(r)
		case r == '\x1b' && controlSequence(s[i:]) > 0:
			n = controlSequence(s[i:])
			b.Dropped = append(b.Dropped, document.Dropped{Text: s[i : i+n], Reason: "control sequence of a terminal", Pos: b.loc.At(off + i)})
		case Invisible(r):
		default:
			b.take(s[i:i+n], off+i)
		}
		i += n
	}
}

// Space asks for a space before what is added next.
func (b *Builder) Space() {
	if !b.verbatim {
		b.white('\n')
	}
}

func (b *Builder) white(r rune) {
	if r == '\n' || r == '\r' {
		b.cut = true
	}
	b.hole = false
	switch {
	case b.space == "" && (r == '\u00a0' || r == '\u202f'):
		b.space = string(r)
	case b.space != string(r):
		b.space = " "
	}
}

// take writes the character s that stands at byte off of the source.
func (b *Builder) take(s string, off int) {
	if len(b.buf) == 0 {
		b.space = ""
	}
	if b.hole && b.space == " " && strings.Contains(",.;:!?)]", s) {
		b.space, b.cut = "", true
	}
	b.hole = false
	b.buf = append(b.buf, b.space...)
	if len(b.buf) == 0 || b.cut || off != b.next+len(b.space) {
		b.anchors = append(b.anchors, document.Anchor{Text: len(b.buf), Pos: b.loc.At(off)})
		b.cut = false
	}
	b.space = ""
	for i := len(b.open) - 1; i >= 0 && b.open[i] < 0; i-- {
		b.open[i] = -1 - b.open[i]
		b.spans[b.open[i]].Lo = len(b.buf)
	}
	b.buf = append(b.buf, s...)
	b.next = off + len(s)
}

// Open begins a span, whose Lo and Hi the Builder sets; what was opened last is
// closed first.
func (b *Builder) Open(s document.Span) {
	s.Lo = -1
	b.open = append(b.open, -1-len(b.spans))
	b.spans = append(b.spans, s)
}

// Close ends the span that was opened last and is not closed; one without text
// vanishes.
func (b *Builder) Close() {
	last := len(b.open) - 1
	if last < 0 {
		return
	}
	if i := b.open[last]; i >= 0 {
		b.spans[i].Hi = len(b.buf)
	}
	b.open = b.open[:last]
}

// Point marks the place behind the last character.
func (b *Builder) Point(s document.Span) {
	s.Lo, s.Hi = len(b.buf), len(b.buf)
	b.spans = append(b.spans, s)
}

// Block gives what was added as a Block and makes the Builder ready for the
// next; spans that are open go on there. ok is false if nothing visible was
// added; points that were set since go on to the next block too.
func (b *Builder) Block(kind document.Kind, level int) (block document.Block, ok bool) {
	b.cut, b.space, b.hole = false, "", false
	if len(b.buf) == 0 {
		return document.Block{}, false
	}
	block = document.Block{Kind: kind, Level: level, Text: string(b.buf), Anchors: b.anchors}
	var next []document.Span
	reopened := b.open[:0]
	for i, s := range b.spans {
		// The open spans stand in b.open in the order of their beginnings.
		open := len(reopened) < len(b.open) && (b.open[len(reopened)] == i || b.open[len(reopened)] == -1-i)
		switch {
		case open && s.Lo >= 0:
			s.Hi = len(b.buf)
			block.Spans = append(block.Spans, s)
		case !open && s.Lo >= 0:
			block.Spans = append(block.Spans, s)
		}
		if open {
			s.Lo, s.Hi = -1, 0
			reopened = append(reopened, -1-len(next))
			next = append(next, s)
		}
	}
	// Spans were noted in the order of their beginnings but for points, which
	// come before the text that follows them.
	slices.SortStableFunc(block.Spans, func(x, y document.Span) int { return cmp.Compare(x.Lo, y.Lo) })
	b.open, b.spans = reopened, next
	b.buf, b.anchors = b.buf[:0], nil
	return block, true
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
