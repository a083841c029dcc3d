// Package ssml reads SSML (Speech Synthesis Markup Language 1.1, W3C), as people
// write it and as speech services extend it. What the markup asks for becomes
// the Document's spans: voices, prosody, pauses, pronunciations, languages, named
// places. What narrate cannot do is said in a warning, once a kind, and its
// content is read; docs are at each element.
package ssml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"narrate/internal/document"
	"narrate/internal/input"
)

// Format is SSML.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{Name: "ssml", Description: "SSML", Extensions: []string{".ssml"}}
}

const namespace = "http://www.w3.org/2001/10/synthesis"

// detectBytes is how much of a source Detect looks at.
const detectBytes = 64 << 10

// prolog is what may stand before the root element (XML 1.0, section 2.8).
var prolog = regexp.MustCompile(`^(?:\s+|<\?(?s:.*?)\?>|<!--(?s:.*?)-->|<!DOCTYPE(?:[^\[>"']|"[^"]*"|'[^']*'|\[[^\]]*\])*>)+`)

// root is the start tag of a root element, by its prefix.
var root = regexp.MustCompile(`^<(?:([\pL_][^\s:<>/="']*):)?speak(?:\s[^<>]*|/?>|$)`)

// Detect knows a source by its root element, <speak>, whatever its name. With a
// prefix it must be in the namespace of SSML.
func (f Format) Detect(src input.Source) input.Confidence {
	if input.Binary(src.Data) != "" {
		return input.None
	}
	head := src.Data[:min(len(src.Data), detectBytes)]
	text, _, err := input.DecodeXML(head)
	if err != nil {
		text = string(head) // Read says what is wrong with it
	}
	text = text[len(prolog.FindString(text)):]
	if m := root.FindStringSubmatch(text); m != nil && (m[1] == "" || strings.Contains(m[0], namespace)) {
		return input.Sure
	}
	if f.Info().Named(src.Name) {
		return input.Named
	}
	return input.None
}

// maxDepth is how deep elements may nest.
const maxDepth = 500

// Read reads src. Several <speak> elements one after the other are read as one.
func (Format) Read(src input.Source) (*document.Document, error) {
	text, _, err := input.DecodeXML(src.Data)
	if err != nil {
		return nil, err
	}
	r := &reader{text: text, flow: input.NewFlow(src.Name), warned: map[string]bool{}, prosody: []prosody{{1, 1, 1}}}
	r.flow.File(src.Name, text)
	if err := r.read(); err != nil {
		return nil, err
	}
	doc := r.flow.Document()
	r.close(doc)
	m := r.meta
	doc.Title, doc.Author, doc.Description, doc.Date, doc.Lang = m.title, m.author, m.description, m.date, r.lang
	if doc.Lang == "" {
		doc.Lang = m.lang
	}
	return doc, nil
}

type reader struct {
	text    string
	dec     *xml.Decoder
	flow    *input.Flow
	lang    string // of the first <speak>
	meta    metadata
	stack   []*element
	prosody []prosody // what applies, the innermost last; the first is normal
	warned  map[string]bool
	said    bool     // there is text since the last end of a sentence
	marks   []string // names of the places that no text has followed yet
	spoken  bool     // there was a <speak>
}

// element is one that is open.
type element struct {
	name   string // as written, with its prefix
	kind   string // local name, of an SSML element; else ""
	off    int
	attrs  []xml.Attr
	text   int    // of a phoneme: whether text was seen in it
	drop   string // reason for leaving its text out
	silent bool   // nothing in it is for readers
	base   string // xml:base
	leave  []func()
}

// read goes through the tokens.
func (r *reader) read() error {
	r.dec = xml.NewDecoder(strings.NewReader(r.text))
	r.dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is decoded
	r.dec.Entity = xml.HTMLEntity
	for {
		lo := int(r.dec.InputOffset())
		token, err := r.dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.broken(err)
		}
		hi := int(r.dec.InputOffset())
		switch t := token.(type) {
		case xml.StartElement:
			if err := r.start(t, lo); err != nil {
				return err
			}
		case xml.EndElement:
			r.end()
		case xml.CharData:
			if err := r.chars(lo, hi); err != nil {
				return err
			}
		}
	}
	if !r.spoken {
		return errors.New("there is no <speak> element in it")
	}
	return nil
}

// close puts the marks that stand behind all text at its end, but for those that
// are there already, as their block was open.
func (r *reader) close(doc *document.Document) {
	for i := len(doc.Blocks) - 1; i >= 0; i-- {
		block := &doc.Blocks[i]
		if block.Kind == document.Break {
			continue
		}
		end, there := len(block.Text), map[string]bool{}
		for _, s := range block.Spans {
			if s.Kind == document.Mark && s.Lo == end {
				there[s.Value] = true
			}
		}
		for _, name := range r.marks {
			if !there[name] {
				block.Spans = append(block.Spans, document.Span{Kind: document.Mark, Value: name, Lo: end, Hi: end})
			}
		}
		return
	}
}

// broken is the error about XML that is not well-formed, with its place.
func (r *reader) broken(err error) error {
	off := min(int(r.dec.InputOffset()), len(r.text))
	said := err.Error()
	if syntax := (*xml.SyntaxError)(nil); errors.As(err, &syntax) {
		said = syntax.Msg
	}
	return r.errorAt(off, "%s; SSML must be well-formed XML", said)
}

func (r *reader) errorAt(off int, format string, args ...any) error {
	for off > 0 && off < len(r.text) && r.text[off]&0xc0 == 0x80 {
		off--
	}
	p := r.flow.At(off)
	return fmt.Errorf("%d:%d: %s", p.Line, p.Col, fmt.Sprintf(format, args...))
}

func (r *reader) top() *element {
	if len(r.stack) == 0 {
		return nil
	}
	return r.stack[len(r.stack)-1]
}

// once adds a warning of a kind, the first time only.
func (r *reader) once(kind string, off int, format string, args ...any) {
	if !r.warned[kind] {
		r.warned[kind] = true
		r.flow.Warn(off, format, args...)
	}
}

// start opens an element.
func (r *reader) start(t xml.StartElement, off int) error {
	if len(r.stack) == maxDepth {
		return r.errorAt(off, "elements nest more than %d deep", maxDepth)
	}
	e := &element{name: r.written(off), off: off, attrs: t.Attr}
	if parent := r.top(); parent != nil {
		e.drop, e.silent, e.base = parent.drop, parent.silent, parent.base
	}
	if base := e.attr("base"); base != "" {
		e.base = resolve(e.base, base)
	}
	if t.Name.Space == "" || t.Name.Space == namespace {
		e.kind = t.Name.Local
	}
	if len(r.stack) == 0 && e.kind != "speak" {
		return r.errorAt(off, "the root element is <%s>, not <speak>", e.name)
	}
	r.stack = append(r.stack, e)
	if e.silent {
		r.metaStart(t)
		return nil
	}
	r.open(e)
	return nil
}

// written gives the name of the element whose tag begins at off, as it is
// written.
func (r *reader) written(off int) string {
	name := r.text[off+1:]
	if i := strings.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	return name
}

// end closes the element that was opened last.
func (r *reader) end() {
	e := r.top()
	if e.silent {
		r.metaEnd()
	}
	for i := len(e.leave) - 1; i >= 0; i-- {
		e.leave[i]()
	}
	r.stack = r.stack[:len(r.stack)-1]
}

// chars takes the character data or CDATA section at [lo, hi).
func (r *reader) chars(lo, hi int) error {
	raw := r.text[lo:hi]
	e := r.top()
	switch {
	case e == nil:
		if strings.TrimSpace(raw) != "" {
			return r.errorAt(lo, "there is text outside of <speak>")
		}
		return nil
	case e.silent:
		r.metaText(r.plain(raw))
		return nil
	}
	r.pieces(raw, lo, func(s string, off int) {
		if e.drop != "" {
			r.flow.Drop(s, e.drop, off)
			return
		}
		r.flow.Text(s, off)
	})
	if e.drop == "" && strings.TrimSpace(raw) != "" {
		r.said, r.marks = true, nil
		for _, open := range r.stack {
			open.text++
		}
	}
	return nil
}

const cdata = "<![CDATA["

// pieces divides character data that stands at byte off into what is written
// as it is, and references.
func (r *reader) pieces(raw string, off int, add func(s string, off int)) {
	if strings.HasPrefix(raw, cdata) {
		if s := strings.TrimSuffix(raw[len(cdata):], "]]>"); s != "" {
			add(s, off+len(cdata))
		}
		return
	}
	for raw != "" {
		at := strings.IndexByte(raw, '&')
		if at != 0 {
			if at < 0 {
				at = len(raw)
			}
			add(raw[:at], off)
			raw, off = raw[at:], off+at
			continue
		}
		end := strings.IndexByte(raw, ';') + 1 // the decoder has seen that it is there
		add(reference(raw[1:end-1]), off)
		raw, off = raw[end:], off+end
	}
}

// plain is the text of character data.
func (r *reader) plain(raw string) string {
	var b strings.Builder
	r.pieces(raw, 0, func(s string, _ int) { b.WriteString(s) })
	return b.String()
}

// predefined are the entities of XML itself.
var predefined = map[string]string{"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": `"`}

// reference gives what a character or entity reference stands for; the decoder
// has accepted it.
func reference(name string) string {
	if strings.HasPrefix(name, "#") {
		format := "%d"
		if name = name[1:]; strings.HasPrefix(name, "x") {
			name, format = name[1:], "%x"
		}
		var r rune
		// The decoder has read the same digits.
		_, _ = fmt.Sscanf(name, format, &r)
		return string(r)
	}
	if s, ok := predefined[name]; ok {
		return s
	}
	return xml.HTMLEntity[name]
}

// attr gives an attribute by its local name, whatever its prefix.
func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name && a.Name.Space != "xmlns" {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// lang gives the element's xml:lang as a BCP 47 tag, "" for none.
func (e *element) lang() string {
	for _, a := range e.attrs {
		if a.Name.Local == "lang" && (a.Name.Space == "xml" || strings.HasSuffix(a.Name.Space, "/namespace")) {
			return input.LanguageTag(a.Value)
		}
	}
	return ""
}
