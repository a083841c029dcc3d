package dom

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"narrate/internal/input"
)

// The marks. A place is its byte offset in hexadecimal, each digit one of the
// sixteen noncharacters from markZero on, ended by markEnd (The Unicode
// Standard, section 23.7: noncharacters are for a program's own use, and never
// for the exchange of text). Marked text goes through the HTML parser as the
// letters it is; a mark in front of white space alone would make it text, which
// moves out of a table, so there is none.
const (
	markZero = '\uFDD0'
	markEnd  = '\uFDE0'

	// markAttr is the attribute that holds an element's offset, in decimal.
	markAttr = string(markZero)
)

// maxAttributes is how many attributes an element keeps: the parser compares
// those of open formatting elements each with each.
const maxAttributes = 256

// isMark reports whether r is one of the characters of marks.
func isMark(r rune) bool { return r >= markZero && r <= markEnd }

func writeMark(w *strings.Builder, off int) {
	var digits [16]byte
	var mark [len(digits)*3 + 3]byte
	out := mark[:0]
	for _, d := range strconv.AppendInt(digits[:0], int64(off), 16) {
		if d >= 'a' {
			d -= 'a' - '9' - 1
		}
		out = utf8.AppendRune(out, markZero+rune(d-'0'))
	}
	w.Write(utf8.AppendRune(out, markEnd))
}

// formatting are the elements that the parser opens again where they were not
// closed, unless there are three equal ones already (HTML, section 13.2.4.3): a
// place of its own on each would make them all different.
var formatting = map[string]bool{
	"b": true, "big": true, "code": true, "em": true, "font": true, "i": true, "nobr": true,
	"s": true, "small": true, "strike": true, "strong": true, "tt": true, "u": true,
}

// unseen are the elements whose content is raw text that no browser shows.
var unseen = map[string]bool{"script": true, "style": true, "iframe": true, "noembed": true, "noframes": true}

// void are the elements without an end tag (HTML, section 13.1.2).
var void = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true,
	"link": true, "meta": true, "param": true, "source": true, "track": true, "wbr": true,
}

// breakout are the tags that end an <svg> or a <math> that is still open (HTML,
// section 13.2.6.5), and the end tags that are likely to belong around one.
var breakout = map[string]bool{
	"b": true, "big": true, "blockquote": true, "body": true, "br": true, "center": true, "code": true, "dd": true,
	"div": true, "dl": true, "dt": true, "em": true, "embed": true, "h1": true, "h2": true, "h3": true, "h4": true,
	"h5": true, "h6": true, "head": true, "hr": true, "i": true, "img": true, "li": true, "listing": true, "menu": true,
	"meta": true, "nobr": true, "ol": true, "p": true, "pre": true, "ruby": true, "s": true, "small": true, "span": true,
	"strong": true, "strike": true, "sub": true, "sup": true, "table": true, "tt": true, "u": true, "ul": true, "var": true,
}

var breakoutEnd = map[string]bool{
	"article": true, "body": true, "button": true, "div": true, "figure": true, "footer": true, "header": true, "html": true,
	"li": true, "nav": true, "p": true, "section": true, "span": true, "table": true, "td": true, "ul": true,
}

// Mark writes markup, raw HTML that stands at byte off of the file, with marks
// of its places. Comments are left out, and noncharacters of the range of the
// marks.
func Mark(w *strings.Builder, markup string, off int) {
	if oneTag(markup) {
		end := nameEnd(markup, 1)
		w.WriteString(markup[:end])
		if markup[1] != '/' && !formatting[strings.ToLower(markup[1:end])] {
			w.WriteString(" " + markAttr + `="` + strconv.Itoa(off) + `"`)
		}
		w.WriteString(markup[end:])
		return
	}
	m := marker{w: w, off: off}
	m.markup(markup)
}

// oneTag reports whether markup is nothing but one tag of usual size, for which
// no tokenizer with its buffer is needed.
func oneTag(markup string) bool {
	if len(markup) < len("<b>") || len(markup) > 2*maxAttributes || markup[0] != '<' || strings.IndexByte(markup, '>') != len(markup)-1 || strings.LastIndexByte(markup, '<') != 0 {
		return false
	}
	first := markup[1]
	if first == '/' {
		first = markup[2]
	}
	return first|0x20 >= 'a' && first|0x20 <= 'z'
}

// Text writes s, plain text that stands at byte off of the file byte for byte,
// marked and escaped.
func Text(w *strings.Builder, s string, off int) {
	m := marker{w: w, pre: 1} // it is text where it is given as text: white space has its place
	m.text(s, off, false, true)
}

// marker is the state of one Mark.
type marker struct {
	w     *strings.Builder
	off   int  // of the markup in the file
	xhtml bool // XML's rules for <a/>, CDATA and the document type
	// prefixes are those of XHTML's elements, which the parser knows without.
	prefixes map[string]bool
	entities input.Entities // that the file declares

	raw     string   // the element whose raw text comes next
	pre     int      // open <pre>, in which white space has places
	newline bool     // a <pre> has just begun: the parser drops a line end
	foreign []string // open <svg> and <math>, and the HTML in them
}

func (m *marker) markup(markup string) {
	z := html.NewTokenizer(strings.NewReader(markup))
	z.AllowCDATA(m.xhtml)
	for at := 0; ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return // what is left is a tag without an end, which no browser shows
		}
		// Taken from the markup itself: the parts that Raw gives are adjacent.
		raw := markup[at : at+len(z.Raw())]
		switch kind {
		case html.TextToken:
			m.textToken(raw, at)
		case html.StartTagToken, html.SelfClosingTagToken:
			m.startTag(z, raw, at, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			m.endTag(z, raw)
		case html.DoctypeToken:
			if m.xhtml && strings.Contains(raw, "[") && !strings.Contains(raw, "]") {
				if i := strings.Index(markup[at:], "]>"); i >= 0 {
					// The internal subset: the tokenizer takes the first > for its end.
					rest := marker{w: m.w, off: m.off + at + i + len("]>"), xhtml: true, prefixes: m.prefixes, entities: m.entities}
					rest.markup(markup[at+i+len("]>"):])
					return
				}
			}
			m.w.WriteString(raw)
		}
		at += len(raw)
	}
}

func (m *marker) textToken(raw string, at int) {
	if s, ok := strings.CutPrefix(raw, "<![CDATA["); ok && m.raw == "" {
		m.text(strings.TrimSuffix(s, "]]>"), m.off+at+len("<![CDATA["), false, true)
		return
	}
	switch {
	case unseen[m.raw]:
		m.w.WriteString(raw)
	case m.raw == "xmp" || m.raw == "plaintext":
		m.text(raw, m.off+at, false, false)
	default:
		if m.newline {
			for _, end := range []string{"\r\n", "\n", "\r"} {
				if rest, ok := strings.CutPrefix(raw, end); ok {
					m.w.WriteString(end)
					at += len(end)
					raw = rest
					break
				}
			}
		}
		m.text(raw, m.off+at, true, false)
	}
	m.raw, m.newline = "", false
}

// text writes the text s that stands at byte off. references says that it holds
// character references; escape, that it is plain and is to be escaped.
func (m *marker) text(s string, off int, references, escape bool) {
	const white = " \t\n\f\r"
	i := 0
	if m.pre == 0 {
		i = len(s) - len(strings.TrimLeft(s, white))
	}
	m.w.WriteString(s[:i])
	if i == len(s) {
		return
	}
	writeMark(m.w, off+i)
	start := i
	flush := func(to int) {
		if escape {
			m.w.WriteString(html.EscapeString(s[start:to]))
		} else {
			m.w.WriteString(s[start:to])
		}
		start = to
	}
	for i < len(s) {
		switch c := s[i]; {
		case c == '&' && references:
			if value, n := m.entities.At(s[i:]); n > 0 {
				flush(i)
				for _, r := range value { // all of it stands where the reference begins
					if !isMark(r) {
						writeMark(m.w, off+i)
						m.w.WriteString(html.EscapeString(string(r)))
					}
				}
				if i += n; i < len(s) {
					writeMark(m.w, off+i)
				}
				start = i
				continue
			}
			n := reference(s[i:])
			if n == 0 {
				i++
				continue
			}
			flush(i)
			if r, _ := utf8.DecodeRuneInString(html.UnescapeString(s[i : i+n])); !isMark(r) {
				writeMark(m.w, off+i)
				m.w.WriteString(s[i : i+n])
			}
			i += n
			start = i
			if i < len(s) {
				writeMark(m.w, off+i)
			}
		case c == 0:
			// The parser drops it, or makes it U+FFFD.
			flush(i)
			i++
			start = i
			if i < len(s) {
				writeMark(m.w, off+i)
			}
		case c == '\r':
			i++
			if i < len(s) && s[i] == '\n' {
				// One line end after parsing.
				flush(i - 1)
				start = i
				i++
			}
			flush(i)
			if i < len(s) {
				writeMark(m.w, off+i)
			}
		case c == 0xEF:
			r, n := utf8.DecodeRuneInString(s[i:])
			if !isMark(r) {
				i += n
				continue
			}
			flush(i)
			i += n
			start = i
			if i < len(s) {
				writeMark(m.w, off+i)
			}
		default:
			i++
		}
	}
	flush(len(s))
}

// reference gives the length of the character reference at the start of s,
// which begins with "&", or 0.
func reference(s string) int {
	const longest = 40 // no name is as long, with its semicolon
	n := 1
	if n < len(s) && s[n] == '#' {
		n++
		hex := n < len(s) && (s[n] == 'x' || s[n] == 'X')
		if hex {
			n++
		}
		digits := n
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || hex && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'f')) {
			n++
		}
		if n == digits {
			return 0
		}
		if n < len(s) && s[n] == ';' {
			n++
		}
		return n
	}
	for n < len(s) && n < longest && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || s[n] >= '0' && s[n] <= '9') {
		n++
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	whole := html.UnescapeString(s[:n])
	if whole == s[:n] {
		return 0
	}
	if s[n-1] == ';' && !strings.HasSuffix(whole, ";") {
		return n
	}
	// A name without a semicolon may be a part: "&copyright".
	for k := 3; k < n; k++ {
		if part := html.UnescapeString(s[:k]); part != s[:k] && part+s[k:n] == whole {
			return k
		}
	}
	return n
}

// nameEnd gives where the name of the tag ends, which begins at byte from.
func nameEnd(raw string, from int) int {
	if i := strings.IndexAny(raw[from:], " \n\r\t\f/>"); i >= 0 {
		return from + i
	}
	return len(raw)
}

func (m *marker) startTag(z *html.Tokenizer, raw string, at int, selfClosing bool) {
	end := nameEnd(raw, 1)
	local := m.local(raw[1:end])
	name := strings.ToLower(local)
	inForeign := m.inForeign()
	if inForeign && breakout[name] {
		m.foreign = m.foreign[:0]
		inForeign = false
	}
	switch {
	case name == "svg" || name == "math":
		if !selfClosing {
			m.foreign = append(m.foreign, name)
		}
	case inForeign && (name == "foreignobject" || name == "desc" || name == "annotation-xml") && !selfClosing:
		m.foreign = append(m.foreign, name)
	}
	empty := selfClosing && m.xhtml && !void[name] && !inForeign && name != "svg" && name != "math"
	m.raw = ""
	switch {
	case inForeign || empty || name == "noscript":
		z.NextIsNotRawText()
	case unseen[name] || name == "title" || name == "textarea" || name == "xmp" || name == "plaintext":
		m.raw = name
	}
	z.AllowCDATA(m.xhtml || m.inForeign())
	m.newline = (name == "pre" || name == "textarea" || name == "listing") && !empty
	if (name == "pre" || name == "listing") && !empty {
		m.pre++
	}

	raw = raw[:end] + m.expanded(raw[end:])
	m.w.WriteString("<" + local)
	if !formatting[name] {
		m.w.WriteString(" " + markAttr + `="` + strconv.Itoa(m.off+at) + `"`)
	}
	if len(raw) > 2*maxAttributes && tooMany(z) {
		m.w.WriteString(firstAttributes(raw))
		if selfClosing {
			m.w.WriteString("/")
		}
		m.w.WriteString(">")
	} else if empty {
		m.w.WriteString(strings.TrimSuffix(strings.TrimSuffix(raw[end:], ">"), "/") + ">")
	} else {
		m.w.WriteString(raw[end:])
	}
	if empty {
		m.w.WriteString("</" + local + ">")
	}
}

// expanded is what stands in a tag with the entities that the file declares.
func (m *marker) expanded(s string) string {
	if len(m.entities) == 0 {
		return s
	}
	var b strings.Builder
	for {
		at := strings.IndexByte(s, '&')
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at])
		value, n := m.entities.At(s[at:])
		if n == 0 {
			value, n = "&", 1
		} else {
			value = html.EscapeString(value)
		}
		b.WriteString(value)
		s = s[at+n:]
	}
}

// tooMany reports whether the tag that z has read has more attributes than an
// element keeps.
func tooMany(z *html.Tokenizer) bool {
	for n := 0; ; n++ {
		if n > maxAttributes {
			return true
		}
		if _, _, more := z.TagAttr(); !more {
			return false
		}
	}
}

// firstAttributes writes the attributes of a tag that an element keeps.
func firstAttributes(raw string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(raw))
	z.Next()
	for range maxAttributes {
		key, value, more := z.TagAttr()
		if len(key) > 0 {
			b.WriteString(" " + string(key) + `="` + html.EscapeString(string(value)) + `"`)
		}
		if !more {
			break
		}
	}
	return b.String()
}

func (m *marker) endTag(z *html.Tokenizer, raw string) {
	end := nameEnd(raw, 2)
	local := m.local(raw[2:end])
	name := strings.ToLower(local)
	m.raw, m.newline = "", false
	if m.xhtml && void[name] {
		return // </br> would be a second <br>
	}
	for i := len(m.foreign) - 1; i >= 0; i-- {
		if m.foreign[i] == name {
			m.foreign = m.foreign[:i]
			break
		}
	}
	if m.inForeign() && breakoutEnd[name] {
		m.foreign = m.foreign[:0]
	}
	z.AllowCDATA(m.xhtml || m.inForeign())
	if (name == "pre" || name == "listing") && m.pre > 0 {
		m.pre--
	}
	m.w.WriteString("</" + local + raw[end:])
}

// xhtmlPrefix is a declaration that binds a prefix to XHTML (Namespaces in XML,
// section 3).
var xhtmlPrefix = regexp.MustCompile(`xmlns:([^\s=<>"':]+)\s*=\s*["']http://www\.w3\.org/1999/xhtml["']`)

// xhtmlPrefixes are the prefixes that a page binds to XHTML, on whichever
// element.
func xhtmlPrefixes(text string) map[string]bool {
	prefixes := map[string]bool{}
	for _, m := range xhtmlPrefix.FindAllStringSubmatch(text, -1) {
		prefixes[m[1]] = true
	}
	return prefixes
}

// local is the name of an element without a prefix of XHTML.
func (m *marker) local(name string) string {
	if prefix, local, ok := strings.Cut(name, ":"); ok && local != "" && m.prefixes[prefix] {
		return local
	}
	return name
}

// inForeign reports whether an <svg> or <math> is open that holds no HTML here.
func (m *marker) inForeign() bool {
	if len(m.foreign) == 0 {
		return false
	}
	top := m.foreign[len(m.foreign)-1]
	return top == "svg" || top == "math"
}
