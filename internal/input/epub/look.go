package epub

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"narrate/internal/input/dom"
)

// looker goes through a content document for its survey.
type looker struct {
	b       *book
	file    *file
	survey  *survey
	links   []link
	number  int      // of links so far
	raised  int      // open <sup>
	first   bool     // the block under way has no letter or figure yet
	ids     []string // that were met since the last text
	linkAt  int      // the index of the link under way, or -1
	heading bool     // one was found
}

// look surveys a content document.
func look(b *book, f *file, tree *dom.Tree) *looker {
	l := &looker{b: b, file: f, survey: &survey{lang: tree.Lang(), refs: map[int]string{}, backs: map[int]bool{}}, first: true, linkAt: -1}
	for n := range tree.Root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "title" && n.Namespace == "" {
			l.survey.title = label(n)
			break
		}
	}
	if tree.Body != nil {
		l.node(tree.Body)
	}
	slices.Sort(l.survey.ids)
	return l
}

// sign is the text of a link that is the mark of a note.
var sign = regexp.MustCompile(`(?i)^[\[({]?(?:(?:note|fn|anm\.?)?\d{1,4}|[*†‡§¶‖#]{1,4}|[a-z]|[ivxl]{1,6}|[¹²³⁰⁴-⁹]{1,4})[.:]?[\])}]?$`)

// arrow is the text of a link that leads back from a note.
var arrow = regexp.MustCompile(`^[\[(]?[^\pL\pN]{1,4}[\])]?$`)

func (l *looker) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		l.text(n.Data)
		return
	case html.ElementNode:
	default:
		return
	}
	if n.Data == "script" || n.Data == "style" || n.Data == "template" {
		return
	}
	block := !inline[n.Data]
	if block {
		l.first = true
	}
	for _, id := range idsOf(n) {
		l.survey.ids = append(l.survey.ids, id)
		l.ids = append(l.ids, id)
		if l.linkAt >= 0 {
			l.links[l.linkAt].ids = append(l.links[l.linkAt].ids, id)
		}
	}
	if !l.heading && isHeading(n) {
		if text := label(n); text != "" {
			l.survey.heading, l.heading = text, true
		}
	}
	if n.Data == "sup" {
		l.raised++
	}
	if isLink(n) {
		l.link(n)
	} else {
		l.children(n)
	}
	if n.Data == "sup" {
		l.raised--
	}
	if block {
		l.first = true
	}
}

func (l *looker) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		l.node(c)
	}
}

func (l *looker) text(s string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	l.ids = l.ids[:0]
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) >= 0 {
		l.first = false
	}
}

// link notes a link to another file that may have to do with a note.
func (l *looker) link(n *html.Node) {
	at := link{member: l.file.member, number: l.number, first: l.first, ids: slices.Clone(l.ids)}
	l.number++
	var outside bool
	at.target.member, at.target.fragment, outside = l.b.resolve(l.file.member, dom.Attr(n, "href"))
	if !outside && at.target.member != "" && at.target.member != l.file.member && at.target.fragment != "" {
		text := strings.Join(strings.Fields(content(n)), "")
		kinds := typesOf(n)
		at.sign = sign.MatchString(text)
		at.marked = slices.Contains(kinds, "noteref") || slices.Contains(kinds, "biblioref") && at.sign
		at.likely = dom.NoteMark(n)
		if at.sign || at.marked || slices.Contains(kinds, "backlink") || arrow.MatchString(text) {
			l.linkAt = len(l.links)
			l.links = append(l.links, at)
		}
	}
	l.children(n)
	l.linkAt = -1
}

// typesOf gives what epub:type (whatever its prefix) and the DPUB-ARIA role
// say of an element, in lower case and without the "doc-" of roles.
func typesOf(n *html.Node) []string {
	var kinds []string
	for i := range n.Attr {
		a := &n.Attr[i]
		if a.Namespace != "" || a.Key != "role" && !strings.HasSuffix(a.Key, ":type") {
			continue
		}
		for word := range strings.FieldsSeq(strings.ToLower(a.Val)) {
			kinds = append(kinds, strings.TrimPrefix(word, "doc-"))
		}
	}
	return kinds
}

// idsOf gives the ids of an element: that of the attribute, and the name of an
// anchor.
func idsOf(n *html.Node) []string {
	if n.Type != html.ElementNode || len(n.Attr) == 0 {
		return nil
	}
	var ids []string
	if id := dom.Attr(n, "id"); id != "" {
		ids = append(ids, id)
	}
	if n.Data == "a" {
		if name := dom.Attr(n, "name"); name != "" && !slices.Contains(ids, name) {
			ids = append(ids, name)
		}
	}
	return ids
}

// inline are the elements that stand in a line of text; all others begin and
// end blocks.
var inline = map[string]bool{
	"a": true, "abbr": true, "acronym": true, "b": true, "bdi": true, "bdo": true, "big": true, "br": true, "cite": true,
	"code": true, "data": true, "del": true, "dfn": true, "em": true, "font": true, "i": true, "img": true, "ins": true,
	"kbd": true, "label": true, "mark": true, "q": true, "rb": true, "rp": true, "rt": true, "ruby": true, "s": true,
	"samp": true, "small": true, "span": true, "strike": true, "strong": true, "sub": true, "sup": true, "time": true,
	"tt": true, "u": true, "var": true, "wbr": true,
}

func isHeading(n *html.Node) bool {
	return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
}

func isLink(n *html.Node) bool {
	return n.Type == html.ElementNode && n.Data == "a" && n.Namespace == "" && dom.Attr(n, "href") != ""
}

// links gives the links in n in the order of the document.
func links(n *html.Node) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if isLink(d) && !yield(d) {
				return
			}
		}
	}
}

// content gives the text in n as it stands.
func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// label gives the text of an element that is a title: its text and that of its
// pictures, without references to notes and page numbers, or its title
// attribute.
func label(n *html.Node) string {
	var b strings.Builder
	var write func(n *html.Node)
	write = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
			case c.Type != html.ElementNode || c.Data == "rt" || c.Data == "rp":
			case c.Data == "img":
				b.WriteString(dom.Attr(c, "alt"))
			case c.Data == "br":
				b.WriteByte(' ')
			case slices.ContainsFunc(typesOf(c), func(kind string) bool { return kind == "noteref" || kind == "pagebreak" }):
			default:
				if !inline[c.Data] {
					b.WriteByte(' ')
				}
				write(c)
			}
		}
	}
	write(n)
	if text := collapse(b.String()); text != "" {
		return text
	}
	return collapse(dom.Attr(n, "title"))
}
