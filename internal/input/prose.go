package input

import (
	"strings"
	"unicode"

	"narrate/internal/document"
)

// Piece is text as Flow.Text takes it: it stands at byte Off of the file byte
// for byte, or is one character that something else stands for there.
type Piece struct {
	Text string
	Off  int
	// Raised digits and signs are written as the characters that Unicode has
	// for them: "10" and a raised "2" are "10²".
	Raised Raised
	// Strong and Emphasis say how it is set apart from its paragraph.
	Strong, Emphasis bool
}

// Prose writes the paragraphs of an office document into a Flow, whose files
// differ from other markup in the same ways: a paragraph is known to hold
// anything only when text comes, each run names its language, lines of code are
// paragraphs, and text that is not shown stands in the midst of the other.
type Prose struct {
	Flow *Flow
	// Row says that a row of a table is under way: paragraphs are no blocks of
	// their own, but parts of its cell.
	Row bool

	para  Para
	in    bool   // a paragraph is under way
	begun bool   // its block has begun
	lang  string // of the Foreign span that is open; "" for none
	// spans, which are open too, lie in that one, and say how text is set.
	spans []document.SpanKind

	code  bool  // a Code block is open, which the next paragraph may go on with
	lines []int // where lines of it begin whose ends are still to be written

	images [][]Piece // alternative texts of images in front of the paragraph's text
	rule   int       // where a horizontal rule stands; -1 for none

	dropped strings.Builder // text that is dropped, up to the end of the paragraph
	reason  string
	off     int
}

// Para is what is known of a paragraph before its text.
type Para struct {
	Kind   document.Kind
	Level  int
	Boxed  bool // it stands in a Container of its own: Box
	Box    Container
	Number string // what stands in front of its text and not in the file
	Off    int    // where it begins
}

// Begin begins a paragraph. Its block begins with its first text.
func (p *Prose) Begin(para Para) {
	p.End()
	p.para, p.in, p.begun, p.rule = para, true, false, -1
	if para.Kind == document.Code && !p.Row {
		p.ready()
	}
}

// Is changes what is known of the paragraph under way, before its text.
func (p *Prose) Is(para Para) {
	if p.in && !p.begun {
		p.Begin(para)
	}
}

// In reports whether a paragraph is under way.
func (p *Prose) In() bool { return p.in }

// Begun reports whether the paragraph under way has text.
func (p *Prose) Begun() bool { return p.in && p.begun }

// ready begins the paragraph's block.
func (p *Prose) ready() {
	if !p.in || p.begun {
		return
	}
	p.begun = true
	switch {
	case p.Row:
		p.Flow.Space()
	case p.para.Kind == document.Code:
		if p.code {
			p.lines = append(p.lines, p.para.Off)
			return
		}
		p.Flow.Begin(document.Code, 0)
		p.code = true
		return
	default:
		p.EndCode()
		if p.para.Kind == document.Caption { // the image stands in the paragraph of its caption
			p.blocks()
		}
		if p.para.Boxed {
			p.Flow.Enter(p.para.Box)
		}
		p.Flow.Begin(p.para.Kind, p.para.Level)
	}
	if p.para.Number != "" {
		p.Flow.Generated(p.para.Number+" ", p.para.Off)
		p.Flow.Space()
	}
	for _, alt := range p.images {
		p.alt(alt)
	}
	p.images = nil
}

// Text adds a piece in its language; "" is that of the document. One with a
// reason why it is not shown is dropped.
func (p *Prose) Text(piece Piece, lang, why string) {
	if why != "" {
		p.drop(piece.Text, why, piece.Off)
		return
	}
	if p.in && !p.begun && strings.TrimSpace(piece.Text) == "" {
		return
	}
	p.flush()
	p.ready()
	if p.code {
		for _, at := range p.lines {
			p.Flow.Text("\n", at)
		}
		p.lines = nil
	} else {
		if lang != p.lang {
			p.unset()
			p.setLang(lang)
		}
		p.set(piece.settings())
	}
	if raised := piece.Raised.characters(piece.Text); raised != nil {
		i := 0
		for at := range piece.Text {
			p.Flow.Text(raised[i], piece.Off+at)
			i++
		}
		return
	}
	p.Flow.Text(piece.Text, piece.Off)
}

// settings are the spans around the piece, the outermost first.
func (piece *Piece) settings() []document.SpanKind {
	var out []document.SpanKind
	if piece.Strong {
		out = append(out, document.Strong)
	}
	if piece.Emphasis {
		out = append(out, document.Emphasis)
	}
	if piece.Raised.characters(piece.Text) != nil {
		return out
	}
	switch piece.Raised {
	case Superscript:
		out = append(out, document.Raised)
	case Subscript:
		out = append(out, document.Lowered)
	case Level:
	}
	return out
}

// set ends and begins spans until those are open.
func (p *Prose) set(spans []document.SpanKind) {
	k := 0
	for k < len(spans) && k < len(p.spans) && spans[k] == p.spans[k] {
		k++
	}
	if k == len(spans) && k == len(p.spans) {
		return
	}
	for range p.spans[k:] {
		p.Flow.EndSpan()
	}
	for _, kind := range spans[k:] {
		p.Flow.Span(document.Span{Kind: kind})
	}
	p.spans = spans
}

// unset ends all spans that text alone has begun.
func (p *Prose) unset() {
	p.set(nil)
	p.setLang("")
}

// Lang is the language of the text added last.
func (p *Prose) Lang() string { return p.lang }

// setLang begins the span of a language and ends the one before.
func (p *Prose) setLang(lang string) {
	if lang == p.lang {
		return
	}
	if p.lang != "" {
		p.Flow.EndSpan()
	}
	if p.lang = lang; lang != "" {
		p.Flow.Span(document.Span{Kind: document.Foreign, Value: lang})
	}
}

// Space adds white space; in code it is sign.
func (p *Prose) Space(sign string, off int, why string) {
	switch {
	case why != "":
		p.drop(" ", p.reason, off)
	case p.code:
		p.Text(Piece{Text: sign, Off: off}, "", "")
	case p.begun || !p.in:
		p.Flow.Space()
	}
}

// LineBreak ends a line.
func (p *Prose) LineBreak(off int, why string) {
	p.Space("\n", off, why)
	if why == "" && !p.code && p.Begun() {
		p.Flow.Point(document.Span{Kind: document.LineBreak})
	}
}

// Open begins a span, Close ends it.
func (p *Prose) Open(s document.Span) {
	p.unset()
	p.Flow.Span(s)
}

// Close ends the span that was opened last.
func (p *Prose) Close() {
	p.unset()
	p.Flow.EndSpan()
}

// Sign adds text that the file does not hold.
func (p *Prose) Sign(s string, off int) {
	p.flush()
	p.ready()
	p.unset()
	p.Flow.Generated(s, off)
}

// NoteRef marks where a note is referred to; see Flow.NoteRef.
func (p *Prose) NoteRef(key, sign string, off int) {
	p.ready()
	p.Flow.NoteRef(key, sign, off)
}

// Image adds an image with an alternative text: alone in its paragraph it is a
// block, else a part of the text.
func (p *Prose) Image(alt []Piece, why string) {
	switch {
	case why != "":
		for _, piece := range alt {
			p.drop(piece.Text, why, piece.Off)
		}
	case p.in && !p.begun && !p.Row && (p.para.Kind == document.Paragraph || p.para.Kind == document.Caption):
		p.images = append(p.images, alt)
	default:
		p.ready()
		p.alt(alt)
	}
}

func (p *Prose) alt(alt []Piece) {
	p.unset()
	p.Flow.Space()
	p.Flow.Span(document.Span{Kind: document.AltText})
	for _, piece := range alt {
		p.Flow.Text(piece.Text, piece.Off)
	}
	p.Flow.EndSpan()
	p.Flow.Space()
}

// Rule says that the paragraph under way, if it has no text, is a horizontal
// rule.
func (p *Prose) Rule(off int) { p.rule = off }

// End ends the paragraph under way.
func (p *Prose) End() {
	p.unset()
	p.flush()
	if !p.in {
		return
	}
	p.in = false
	switch {
	case p.Row:
	case p.para.Kind == document.Code && p.begun:
	case p.begun:
		p.Flow.End()
		if p.para.Boxed {
			p.Flow.Leave()
		}
	default:
		if len(p.images) > 0 || p.rule >= 0 {
			p.EndCode()
		}
		if p.rule >= 0 && len(p.images) == 0 {
			p.Flow.Break("", p.rule)
		}
		p.blocks()
	}
	p.images = nil
}

// blocks makes blocks of the images in front of the paragraph's text.
func (p *Prose) blocks() {
	for _, alt := range p.images {
		p.Flow.Begin(document.Image, 0)
		for _, piece := range alt {
			p.Flow.Text(piece.Text, piece.Off)
		}
		p.Flow.End()
	}
	p.images = nil
}

// EndCode ends a block of code whose lines are paragraphs: what comes next is
// none.
func (p *Prose) EndCode() {
	if p.code {
		p.code, p.lines = false, nil
		p.Flow.End()
	}
}

// Stop ends the paragraph under way and all that it could go on with.
func (p *Prose) Stop() {
	p.End()
	p.EndCode()
}

// drop collects text that is dropped.
func (p *Prose) drop(s, reason string, off int) {
	if p.dropped.Len() > 0 && p.reason != reason {
		p.flush()
	}
	if p.dropped.Len() == 0 {
		if strings.TrimSpace(s) == "" {
			return
		}
		p.reason, p.off = reason, off
	}
	p.dropped.WriteString(s)
}

func (p *Prose) flush() {
	if p.dropped.Len() > 0 {
		p.Flow.Drop(p.dropped.String(), p.reason, p.off)
		p.dropped.Reset()
	}
}

// Langs are the languages of a run of text, for each kind of script; BCP 47.
type Langs struct {
	Western, Asian, Complex string
	RTL                     bool // it is of a complex script, whatever its letters
}

// Over gives l with what m says in place of it.
func (l Langs) Over(m Langs) Langs {
	if m.Western == "" {
		m.Western = l.Western
	}
	if m.Asian == "" {
		m.Asian = l.Asian
	}
	if m.Complex == "" {
		m.Complex = l.Complex
	}
	m.RTL = m.RTL || l.RTL
	return m
}

// Of gives the language of s by the script of its first letter; text without
// letters is in before. Programs set languages for scripts that a user never
// writes, so one that does not have the script is none.
func (l Langs) Of(s, before string) string {
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r):
			continue
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
			if main, _, _ := strings.Cut(l.Asian, "-"); main == "zh" || main == "ja" || main == "ko" {
				return l.Asian
			}
			return ""
		case l.RTL || unicode.In(r, unicode.Hebrew, unicode.Arabic):
			if main, _, _ := strings.Cut(l.Complex, "-"); main != "en" {
				return l.Complex
			}
			return ""
		}
		return l.Western
	}
	return before
}
