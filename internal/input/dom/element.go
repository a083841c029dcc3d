package dom

import (
	"path"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
)

// The reasons for what the walker itself leaves out.
const (
	dropHidden     = "hidden"
	dropStruck     = "struck out"
	dropNavigation = "navigation"
	dropPage       = "page number"
	dropControl    = "form control"
	dropScriptless = "for browsers without scripts"
	dropAnnotation = "annotation of a formula"
	dropDrawing    = "text in a drawing"
	dropPermalink  = "link to its own place"
	dropMark       = "mark of a note"
	dropBack       = "back link"
	dropReading    = "second ruby reading"
	dropEditors    = "remark for editors"
	dropRoot       = "degree of a root"
)

// blocks are the elements that are displayed as blocks.
var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Body: true, atom.Caption: true,
	atom.Center: true, atom.Dd: true, atom.Details: true, atom.Dialog: true, atom.Dir: true, atom.Div: true, atom.Dl: true,
	atom.Dt: true, atom.Fieldset: true, atom.Figcaption: true, atom.Figure: true, atom.Footer: true, atom.Form: true,
	atom.Frameset: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Header: true, atom.Hgroup: true, atom.Hr: true, atom.Html: true, atom.Legend: true, atom.Li: true,
	atom.Listing: true, atom.Main: true, atom.Menu: true, atom.Nav: true, atom.Ol: true, atom.Optgroup: true, atom.P: true,
	atom.Plaintext: true, atom.Pre: true, atom.Search: true, atom.Section: true, atom.Summary: true, atom.Table: true,
	atom.Tbody: true, atom.Td: true, atom.Tfoot: true, atom.Th: true, atom.Thead: true, atom.Tr: true, atom.Ul: true,
	atom.Xmp: true,
}

// isBlock reports whether an element is displayed as a block. An inline block
// is one too: its text is apart from what is around it.
func isBlock(n *html.Node) bool {
	if n.Type != html.ElementNode || n.Namespace != "" {
		return false
	}
	if style, ok := lookup(n, "style"); ok {
		switch display := styled(style, "display"); display {
		case "inline":
			return false
		case "block", "flex", "grid", "table", "list-item", "flow-root", "table-row", "table-cell":
			return true
		}
	}
	return blocks[n.DataAtom]
}

// styled gives the value of a property in an inline style, in lower case.
func styled(style, property string) string {
	for part := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(part, ":")
		if ok && strings.EqualFold(strings.TrimSpace(name), property) {
			value, _, _ = strings.Cut(strings.ToLower(value), "!")
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Hidden reports whether a page does not show an element: by the hidden
// attribute, by aria-hidden, by its inline style, or by one of the classes that
// show it to screen readers alone, unless what it stands for is hidden from
// these.
func Hidden(n *html.Node) bool {
	if n.Type != html.ElementNode || len(n.Attr) == 0 {
		return false
	}
	if HasToken(n, "class", "mwe-math-mathml-inline", "mwe-math-mathml-display") {
		return false // the formula itself; what is shown is a picture of it
	}
	if v, ok := lookup(n, "hidden"); ok && !strings.EqualFold(v, "until-found") {
		return true
	}
	if strings.EqualFold(Attr(n, "aria-hidden"), "true") {
		return true
	}
	if style := Attr(n, "style"); style != "" {
		if styled(style, "display") == "none" || styled(style, "visibility") == "hidden" {
			return true
		}
	}
	if HasToken(n, "class", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only") {
		return !hiddenFromReaders(n.PrevSibling) && !hiddenFromReaders(n.NextSibling)
	}
	return false
}

func hiddenFromReaders(n *html.Node) bool {
	return n != nil && n.Type == html.ElementNode && strings.EqualFold(Attr(n, "aria-hidden"), "true")
}

// leftOut gives the reason for which an element is not read, "" if it is.
func (w *walker) leftOut(n *html.Node) string {
	if Hidden(n) {
		return dropHidden
	}
	switch n.DataAtom {
	case atom.Del, atom.S, atom.Strike:
		return dropStruck
	case atom.Nav:
		return dropNavigation
	case atom.Noscript:
		return dropScriptless
	case atom.Button, atom.Select, atom.Textarea, atom.Label, atom.Option:
		return dropControl
	case atom.Dialog:
		if _, open := lookup(n, "open"); !open {
			return dropHidden
		}
	case atom.A:
		href, ok := lookup(n, "href")
		if ok && w.local(href) != "" && strings.IndexFunc(textOf(n), isWord) < 0 && !w.isMark(n) {
			if w.isBack(n) {
				return dropBack
			}
			if textOf(n) != "" {
				return dropPermalink
			}
		}
		if w.isBack(n) {
			return dropBack
		}
	}
	if w.labels[n] {
		return dropMark
	}
	if len(n.Attr) == 0 {
		return ""
	}
	switch {
	case HasToken(n, "role", "navigation", "search", "doc-toc", "menu", "menubar", "toolbar") || HasToken(n, "epub:type", "toc", "landmarks", "page-list"):
		return dropNavigation
	case HasToken(n, "role", "doc-pagebreak") || HasToken(n, "epub:type", "pagebreak") || HasToken(n, "class", "pagenum", "pageno", "page-number", "pagebreak"):
		return dropPage
	case HasToken(n, "class", "mw-editsection"):
		return dropNavigation
	case HasToken(n, "class", "mw-cite-backlink"):
		return dropBack
	case HasToken(n, "class", "inline-template") && HasToken(n, "class", "noprint"):
		return dropEditors
	}
	return ""
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// headingLevel gives the level of a heading, 0 for another element.
func headingLevel(n *html.Node) int {
	if level := Attr(n, "aria-level"); level != "" && HasToken(n, "role", "heading") {
		if l, err := strconv.Atoi(level); err == nil && l >= 1 && l <= 9 {
			return l
		}
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0')
	}
	if HasToken(n, "role", "heading") {
		return 2 // WAI-ARIA 1.2, section 5.4, heading
	}
	return 0
}

// content adds what an element that is read holds.
func (w *walker) content(n *html.Node) {
	if n.Namespace == "svg" {
		w.drawing(n)
		return
	}
	if n.Namespace == "math" {
		w.formula(n)
		return
	}
	if level := headingLevel(n); level > 0 {
		w.one(n, document.Heading, level)
		return
	}
	switch n.DataAtom {
	case atom.P:
		w.begin(document.Paragraph, 0)
		w.children(n)
		w.edge()
	case atom.Blockquote:
		w.enter(n, input.Container{Kind: input.Quotation})
	case atom.Aside:
		w.enter(n, input.Container{Kind: input.Aside})
	case atom.Figure:
		w.enter(n, input.Container{Kind: input.Figure})
	case atom.Figcaption:
		w.one(n, document.Caption, 0)
	case atom.Ol, atom.Ul, atom.Menu, atom.Dir:
		w.list(n)
	case atom.Li:
		w.item(n)
	case atom.Dt, atom.Dd:
		w.enter(n, input.Container{Kind: input.Item})
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
		w.code(n)
	case atom.Table:
		w.table(n)
	case atom.Hr:
		w.edge()
		if w.flat == 0 && !w.inNotes(n) {
			off := w.t.Offset(n)
			w.f.Break("", off)
			w.at, w.end = off, off+1
		}
	case atom.Br:
		if w.pre > 0 && w.flat == 0 {
			w.verbatim("\n", w.t.Offset(n))
			return
		}
		w.breaks++
		w.cjk = false
	case atom.A:
		w.link(n)
	case atom.Abbr, atom.Acronym:
		if title := tidy(Attr(n, "title")); title != "" && title != textOf(n) {
			w.span(n, document.Span{Kind: document.Abbr, Value: title})
			return
		}
		w.children(n)
	case atom.Em, atom.I, atom.Cite, atom.Dfn, atom.Var:
		w.styled(n, document.Emphasis)
	case atom.Strong, atom.B:
		w.styled(n, document.Strong)
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		w.styled(n, document.CodeWords)
	case atom.Q:
		w.quote(n)
	case atom.Ruby:
		w.ruby(n)
	case atom.Rt, atom.Rtc:
		w.children(n) // outside of a <ruby> it is text like any other
	case atom.Sup, atom.Sub:
		w.raised(n)
	case atom.Img, atom.Image:
		w.image(n, alternative(n))
	default:
		if HasToken(n, "role", "img") {
			if label := tidy(Attr(n, "aria-label")); label != "" {
				w.image(n, label)
				w.dropNode(n, dropDrawing)
				return
			}
		}
		if isBlock(n) {
			w.block(n)
			return
		}
		w.children(n)
	}
}

// tidy is the value of an attribute that is text.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if input.Invisible(r) || isMark(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// alternative gives an image's alternative text. The name of a file is none.
func alternative(n *html.Node) string {
	alt := Attr(n, "alt")
	if _, ok := lookup(n, "alt"); !ok {
		if alt = Attr(n, "aria-label"); alt == "" {
			alt = Attr(n, "title")
		}
	}
	alt = tidy(alt)
	switch strings.ToLower(path.Ext(alt)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".avif":
		if !strings.Contains(alt, " ") {
			return ""
		}
	}
	return alt
}

// alternatives gives the images in and below n that have an alternative text.
func alternatives(n *html.Node) (images []*html.Node) {
	walkElements(n, func(c *html.Node) {
		if (c.DataAtom == atom.Img || c.DataAtom == atom.Image) && c.Namespace == "" && alternative(c) != "" {
			images = append(images, c)
		}
	})
	return images
}

// image adds an image. One without text beside it in its block is a block.
func (w *walker) image(n *html.Node, alt string) {
	if alt == "" {
		return
	}
	img := image{alt, w.t.Offset(n)}
	if w.flat > 0 || w.run || w.pre > 0 {
		if w.ready(img.off) {
			w.altText(img)
		}
		return
	}
	w.flushDropped()
	w.images = append(w.images, img)
}

// drawing adds an <svg>, which is an image with a title.
func (w *walker) drawing(n *html.Node) {
	alt := tidy(Attr(n, "aria-label"))
	for c := n.FirstChild; c != nil && alt == ""; c = c.NextSibling {
		if c.Type == html.ElementNode && c.Data == "title" {
			alt = textOf(c)
		}
	}
	w.image(n, alt)
	w.dropDrawn(n)
}

// dropDrawn lists the text in a drawing, but not the titles, which are not
// shown.
func (w *walker) dropDrawn(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			w.drop(c.Data, dropDrawing, w.t.Offset(c))
		case c.Type != html.ElementNode || c.Data == "title" || c.Data == "desc" || c.Data == "metadata" || c.Data == "style" || c.Data == "script":
		default:
			w.dropDrawn(c)
		}
	}
}

// code adds a <pre>. Verse or a letter in one is text in lines.
func (w *walker) code(n *html.Node) {
	if HasToken(n, "class", "verse", "wp-block-verse", "poem", "poetry", "lyrics") || isProse(n) {
		w.begin(document.Paragraph, 0)
		w.verse(n)
		w.edge()
		return
	}
	if w.flat > 0 {
		w.block(n)
		return
	}
	w.made = nil
	w.begin(document.Code, 0)
	w.pre++
	w.children(n)
	w.pre--
	w.made = nil
	w.edge()
}

// verse adds the text of n with its line ends as line breaks.
func (w *walker) verse(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.TextNode {
			w.node(c)
			continue
		}
		where := w.t.texts[c]
		pieces := w.t.pieces[where.lo:where.hi]
		for i, p := range pieces {
			to := len(c.Data)
			if i+1 < len(pieces) {
				to = int(pieces[i+1].at)
			}
			at, off := int(p.at), int(p.off)
			for at < to {
				end := to
				if i := strings.IndexByte(c.Data[at:to], '\n'); i >= 0 {
					end = at + i + 1
				}
				line := c.Data[at:end]
				w.line(strings.TrimSuffix(line, "\n"), off)
				if strings.HasSuffix(line, "\n") {
					w.breaks++
				}
				off += len(line)
				at = end
			}
		}
	}
}

// link adds an <a>: the mark of a note, a link, or an anchor.
func (w *walker) link(n *html.Node) {
	if key, ok := w.refs[n]; ok {
		w.noteRef(n, key)
		return
	}
	href := strings.TrimSpace(Attr(n, "href"))
	if href != "" && w.local(href) == "" && !strings.HasPrefix(href, "#") && !hasScheme(href, "javascript") {
		if w.o.Resolve != nil {
			href = w.o.Resolve(href)
		}
		if href != "" {
			w.span(n, document.Span{Kind: document.Link, Value: href})
			return
		}
	}
	w.children(n)
}

func hasScheme(href, scheme string) bool {
	return len(href) > len(scheme) && strings.EqualFold(href[:len(scheme)], scheme) && href[len(scheme)] == ':'
}

// local gives the fragment of a link inside the page, "" for any other.
func (w *walker) local(href string) string {
	href = strings.TrimSpace(href)
	if w.o.Self != "" {
		href = strings.TrimPrefix(href, w.o.Self)
	}
	if id, ok := strings.CutPrefix(href, "#"); ok {
		return unescaped(id)
	}
	return ""
}
