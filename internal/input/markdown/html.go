package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"

	"narrate/internal/input/dom"
)

// set makes a set of the words of s.
func set(s string) map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(s) {
		m[word] = true
	}
	return m
}

// elements are those of HTML, of today and before; "<file>" in a line of text is
// none of them.
var elements = set(`a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br
	button canvas caption center cite code col colgroup command content data datalist dd del details dfn dialog dir div dl dt em embed
	fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins
	isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem meta meter multicol nav nextid nobr noembed
	noframes noscript object ol optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby s samp script search
	section select shadow slot small source spacer span strike strong style sub summary sup svg table tbody td template textarea tfoot th
	thead time title tr track tt u ul var video wbr xmp`)

// void are the elements without an end.
var void = set("area base br col embed hr img input link meta param source track wbr")

// rawText are the elements in which the parser takes all for text until their
// end. GitHub shows their tags as text (GFM, "Disallowed Raw HTML"); here that is
// so inside paragraphs and where the end is missing, as all that follows would
// be swallowed.
var rawText = set("title textarea style xmp iframe noembed noframes script plaintext")

// maxInline bounds the tags that are open in one block of text.
const maxInline = 100

// htmlBlock writes a block of HTML.
func (w *writer) htmlBlock(n *ast.HTMLBlock) {
	lines := n.Lines().Sliced(0, n.Lines().Len())
	if n.HasClosure() {
		lines = append(slices.Clone(lines), n.ClosureLine)
	}
	s, off := w.whole(lines)
	if s == "" {
		return
	}
	h := htmlWriter{w: w, s: s, off: off, ends: map[string]int{}}
	h.write()
}

// whole gives the lines as one string that stands byte for byte at byte off of
// the file, but for the signs of quotations and the indents between them, which
// are spaces.
func (w *writer) whole(lines []text.Segment) (s string, off int) {
	if len(lines) == 0 {
		return "", 0
	}
	off = w.src.off(lines[0].Start)
	last := lines[len(lines)-1]
	if last.Stop <= lines[0].Start {
		return "", 0
	}
	end := w.src.off(last.Stop-1) + 1
	var b []byte
	for i, line := range lines {
		if i == 0 || line.Start <= lines[i-1].Stop {
			continue
		}
		if b == nil {
			b = []byte(w.src.file[off:end])
		}
		for j := w.src.off(lines[i-1].Stop-1) + 1; j < w.src.off(line.Start); j++ {
			b[j-off] = ' '
		}
	}
	if b != nil {
		return string(b), off
	}
	return w.src.file[off:end], off
}

// htmlWriter writes the HTML s, which stands at byte off of the file.
type htmlWriter struct {
	w    *writer
	s    string
	off  int
	done int            // what is written
	ends map[string]int // where the last end tag of an element of raw text is
}

// flush writes up to byte at.
func (h *htmlWriter) flush(at int) {
	if h.done < at {
		dom.Mark(&h.w.out, h.s[h.done:at], h.off+h.done)
	}
	h.done = at
}

func (h *htmlWriter) write() {
	at := 0
	for at < len(h.s) {
		next := h.tokens(at)
		if next < 0 {
			return
		}
		at = next
	}
}

// tokens writes from byte at on. Where a tag was taken for text, so that the
// tokenizer is to begin anew, it gives the place; else -1.
func (h *htmlWriter) tokens(at int) int {
	z := html.NewTokenizer(strings.NewReader(h.s[at:]))
	foreign := 0 // in <svg> or <math>, whose elements are not HTML's
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			h.flush(at)
			h.w.flow.Drop(h.s[at:], "a tag without an end", h.off+at)
			return -1
		}
		start := at
		at += len(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken && kind != html.EndTagToken {
			continue
		}
		b, _ := z.TagName()
		name := string(b)
		switch {
		case name == "svg" || name == "math":
			if kind == html.StartTagToken {
				foreign++
			} else if kind == html.EndTagToken {
				foreign = max(0, foreign-1)
			}
		case foreign > 0:
		case !elements[name]:
			h.flush(start)
			h.w.unknownTag(h.s[start:at], h.off+start)
			h.done = at
		case kind == html.EndTagToken:
		case rawText[name] && (name == "plaintext" || h.end(name) < at):
			h.flush(start)
			dom.Text(&h.w.out, h.s[start:at], h.off+start)
			h.done = at
			return at
		case kind == html.SelfClosingTagToken && !void[name] && !rawText[name]:
			h.flush(at)
			h.w.out.WriteString("</" + name + ">")
		}
	}
}

// end gives where the last end tag of an element begins, -1 for none.
func (h *htmlWriter) end(name string) int {
	at, ok := h.ends[name]
	if !ok {
		tag := "</" + name
		for at = len(h.s) - len(tag); at >= 0 && !strings.EqualFold(h.s[at:at+len(tag)], tag); at-- {
		}
		h.ends[name] = at
	}
	return at
}

// unknownTag lists a tag that no reader of the page sees, but whose writer may
// have meant as text: "cp <file>". Those of components ("<Tabs>") are code.
func (w *writer) unknownTag(tag string, off int) {
	if len(tag) < 3 || tag[1] < 'a' || tag[1] > 'z' || strings.ContainsAny(tag, "-:=/\n") {
		return
	}
	w.flow.Drop(tag, "a tag that HTML does not know", off)
}

// rawHTML writes HTML inside a paragraph: one tag or comment. What it opens ends
// with the paragraph.
func (w *writer) rawHTML(n *ast.RawHTML) {
	s, off := w.whole(n.Segments.Sliced(0, n.Segments.Len()))
	name, end := strings.CutPrefix(s[1:], "/")
	if name == "" || name[0]|0x20 < 'a' || name[0]|0x20 > 'z' {
		return // a comment, a declaration or the like
	}
	if i := strings.IndexAny(name, " \t\r\n\f/>"); i >= 0 {
		name = name[:i]
	}
	name = strings.ToLower(name)
	switch {
	case rawText[name]:
		dom.Text(&w.out, s, off)
		return
	case !elements[name]:
		w.unknownTag(s, off)
		return
	case end:
		i := len(w.inline) - 1
		for i >= 0 && w.inline[i] != name {
			i--
		}
		if i >= 0 {
			w.inline = w.inline[:i]
		} else if len(w.inline) > 0 {
			return // it would end what it did not begin
		}
	case void[name]:
	case strings.HasSuffix(s, "/>"):
		dom.Mark(&w.out, s, off)
		w.out.WriteString("</" + name + ">")
		return
	case len(w.inline) == maxInline:
		return
	default:
		w.inline = append(w.inline, name)
	}
	dom.Mark(&w.out, s, off)
}
