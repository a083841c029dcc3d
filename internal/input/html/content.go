package html

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/input/dom"
)

// notArticle is the reason for which the rest of a page is left out.
const notArticle = "not part of the article"

// A page is more than its article: navigation, teasers, comments. What the
// article is, is told in two steps. First its root, the smallest element that
// holds it: Readability, which runs on a copy of the tree, gives the pieces of
// text that belong to the article, and these lie in the root. Then, what inside
// the root is none of it: what Readability left out, if it looks like it (see
// judge); it leaves out figures, tables, lists and notes of articles too,
// which stay.
//
// Readability's time grows with the square of the nesting and of the number of
// elements, so a page that is large has its root told by its markup alone:
// <article>, <main>, else the body. So has a page in which Readability finds
// hardly anything, such as the index of a manual.

// Limits for Readability.
const (
	maxElements = 20_000
	maxText     = 1 << 20
	maxDepth    = 60
)

// selection says what of a page is left out.
type selection struct {
	reasons map[*html.Node]string
	boxes   map[*html.Node]bool // what is read as a box beside the article's flow
}

func (s selection) drop(n *html.Node) string { return s.reasons[n] }

func (s selection) aside(n *html.Node) bool { return s.boxes[n] }

// choose tells the article of a page; title is what its metadata call it.
func choose(t *dom.Tree, title string) selection {
	s := selector{selection: selection{reasons: map[*html.Node]string{}, boxes: map[*html.Node]bool{}}}
	if t.Body == nil {
		return s.selection
	}
	s.measure(t.Body, 0)
	if s.elements <= maxElements && s.text <= maxText && s.deepest <= maxDepth {
		s.ask(t.Root)
	}
	marked := s.marked(t.Body)
	root := s.root(t.Body)
	switch {
	case root == nil, s.chars < few && s.length(marked) > 2*s.chars:
		root, s.kept = marked, nil // it found nothing to go by
	case 2*s.prose(marked) > 3*s.prose(root), 10*linked(t.Body) < s.all(t.Body):
		// It found a part, such as one table of a manual; or the page has no site
		// around its text that would be full of links.
		root = marked
	}
	s.path = map[*html.Node]bool{}
	s.extras = map[*html.Node]bool{}
	s.include(root, true)
	s.addTitle(t.Body, root, title)
	s.addNotes(t.Body, root)
	s.last = lastProse(root)
	s.decide(t.Body, root, false)
	return s.selection
}

// few is how many characters of text an article has at least.
const few = 500

type selector struct {
	selection
	headed bool       // a heading of the article was met
	last   *html.Node // where the article's prose ends
	ended  bool       // that was met
	box    int        // how many boxes are open

	elements, text, deepest int

	kept  map[*html.Node]bool // what Readability keeps, and all that is around it
	nodes []*html.Node        // the text nodes that it keeps
	chars int                 // in these

	path   map[*html.Node]bool // what is around the article
	extras map[*html.Node]bool // what belongs to it outside of its root

	lengths map[*html.Node]int
}

func (s *selector) measure(n *html.Node, depth int) {
	s.deepest = max(s.deepest, depth)
	switch n.Type {
	case html.TextNode:
		s.text += len(n.Data)
	case html.ElementNode:
		s.elements++
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.measure(c, depth+1)
	}
}

// tag is the attribute, of a text in the copy too, that names its original.
const tag = "narrate"

// ask has Readability choose. Its work on pages of any kind is not ours to
// vouch for: if it fails, the markup decides.
func (s *selector) ask(root *html.Node) {
	defer func() {
		if recover() != nil {
			s.kept, s.nodes, s.chars = nil, nil, 0
		}
	}()
	var originals []*html.Node
	doc := copyTree(root, &originals)
	parser := readability.NewParser()
	parser.DisableJSONLD = true
	article, err := parser.ParseAndMutate(doc, &url.URL{Scheme: "http", Host: "localhost", Path: "/"})
	if err != nil || article.Node == nil {
		return
	}
	s.kept = map[*html.Node]bool{}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for i := range n.Attr {
			if n.Attr[i].Key != tag {
				continue
			}
			if k, err := strconv.Atoi(n.Attr[i].Val); err == nil && k < len(originals) {
				s.keep(originals[k])
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(article.Node)
}

// keep notes that a text or an image is kept.
func (s *selector) keep(n *html.Node) {
	if n.Type == html.TextNode {
		count := utf8.RuneCountInString(strings.TrimSpace(n.Data))
		if count == 0 {
			return
		}
		s.nodes = append(s.nodes, n)
		s.chars += count
	}
	for ; n != nil && !s.kept[n]; n = n.Parent {
		s.kept[n] = true
	}
}

// copyTree copies a tree, with a number on each text and image.
func copyTree(n *html.Node, originals *[]*html.Node) *html.Node {
	c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Namespace: n.Namespace}
	if n.Type != html.TextNode {
		c.Attr = append(c.Attr, n.Attr...)
	}
	if n.Type == html.TextNode || n.DataAtom == atom.Img {
		c.Attr = append(c.Attr, html.Attribute{Key: tag, Val: strconv.Itoa(len(*originals))})
		*originals = append(*originals, n)
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		c.AppendChild(copyTree(child, originals))
	}
	return c
}

// root gives the smallest element around all that is kept, or the <article> that
// is nearly the same; nil if nothing is.
func (s *selector) root(body *html.Node) *html.Node {
	if len(s.nodes) == 0 {
		return nil
	}
	// How many of the kept nodes are in each element.
	count := map[*html.Node]int{}
	for _, n := range s.nodes {
		for up := n.Parent; up != nil; up = up.Parent {
			count[up]++
		}
	}
	root := body
	for next := root; next != nil; {
		root, next = next, nil
		for c := root.FirstChild; c != nil; c = c.NextSibling {
			if count[c] == len(s.nodes) {
				next = c
			}
		}
	}
	// An article in it that holds nearly all of it.
	best := root
	each(root, func(n *html.Node) {
		if isArticle(n) && count[n]*10 >= len(s.nodes)*9 {
			best = n
		}
	})
	if best != root {
		return best
	}
	for up := root; up != nil && up != body; up = up.Parent {
		if (isArticle(up) || isMain(up)) && s.length(up) <= 2*s.chars+1000 {
			return up
		}
	}
	return root
}

func isArticle(n *html.Node) bool {
	return n.DataAtom == atom.Article || dom.HasToken(n, "role", "article") || dom.HasToken(n, "itemprop", "articleBody")
}

func isMain(n *html.Node) bool { return n.DataAtom == atom.Main || dom.HasToken(n, "role", "main") }

// marked gives the element that the markup says is the article or around it.
func (s *selector) marked(body *html.Node) *html.Node {
	var mains, articles []*html.Node
	each(body, func(n *html.Node) {
		switch {
		case dom.Hidden(n):
		case isMain(n):
			mains = append(mains, n)
		case n.DataAtom == atom.Article:
			articles = append(articles, n)
		}
	})
	within := body
	if len(mains) == 1 && s.length(mains[0]) > 0 {
		within = mains[0]
	}
	total, longest := 0, (*html.Node)(nil)
	for _, a := range articles {
		total += s.length(a)
		if longest == nil || s.length(a) > s.length(longest) {
			longest = a
		}
	}
	if longest != nil && s.length(longest)*10 > total*8 && s.length(longest)*2 > s.length(within) {
		return longest
	}
	return within
}

// length is the number of characters of text in n that looks like an article's.
func (s *selector) length(n *html.Node) int {
	if s.lengths == nil {
		s.lengths = map[*html.Node]int{}
	}
	if l, ok := s.lengths[n]; ok {
		return l
	}
	l := 0
	switch n.Type {
	case html.TextNode:
		return utf8.RuneCountInString(strings.TrimSpace(n.Data))
	case html.ElementNode:
		if silent[n.DataAtom] || unlikely(n) || dom.Hidden(n) {
			break
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			l += s.length(c)
		}
	}
	s.lengths[n] = l
	return l
}

var silent = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Nav: true, atom.Button: true,
	atom.Select: true, atom.Textarea: true, atom.Iframe: true, atom.Svg: true, atom.Footer: true,
}

// prose is the number of characters in n that look like an article's and are in
// no link to elsewhere.
func (s *selector) prose(n *html.Node) int { return s.length(n) - s.inLinks(n, false) }

// linked is the number of characters of n in links to elsewhere, wherever they
// stand.
func linked(n *html.Node) int {
	l := 0
	each(n, func(c *html.Node) {
		if href := dom.Attr(c, "href"); c.DataAtom == atom.A && href != "" && href[0] != '#' {
			l += utf8.RuneCountInString(textOf(c))
		}
	})
	return l
}

func (s *selector) inLinks(n *html.Node, link bool) int {
	if n.Type == html.TextNode {
		if link {
			return utf8.RuneCountInString(strings.TrimSpace(n.Data))
		}
		return 0
	}
	if silent[n.DataAtom] || unlikely(n) {
		return 0
	}
	if href := dom.Attr(n, "href"); n.DataAtom == atom.A && href != "" && !strings.HasPrefix(href, "#") {
		link = true
	}
	l := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		l += s.inLinks(c, link)
	}
	return l
}

// include has n walked, and what is around it.
func (s *selector) include(n *html.Node, root bool) {
	if !root {
		s.extras[n] = true
	}
	for up := n.Parent; up != nil; up = up.Parent {
		s.path[up] = true
	}
}

// addTitle includes the heading that is the page's title, where it stands in
// front of the article.
func (s *selector) addTitle(body, root *html.Node, title string) {
	before := true
	var found *html.Node
	headings := 0
	each(body, func(n *html.Node) {
		if n == root {
			before = false
		}
		if n.DataAtom != atom.H1 {
			return
		}
		text, _ := dom.VisibleText(n)
		if text == "" {
			return
		}
		headings++
		same := strings.EqualFold(text, title) || len(text) > 10 && strings.Contains(strings.ToLower(title), strings.ToLower(text))
		if before && !s.path[n] && found == nil && same {
			found = n
		}
	})
	if found != nil {
		s.include(found, false)
	}
}

// addNotes includes the notes that the article refers to and that stand behind
// it.
func (s *selector) addNotes(body, root *html.Node) {
	ids := map[string]*html.Node{}
	var links []*html.Node
	within := func(n *html.Node) bool {
		for ; n != nil; n = n.Parent {
			if n == root {
				return true
			}
		}
		return false
	}
	each(body, func(n *html.Node) {
		if id := dom.Attr(n, "id"); id != "" && ids[id] == nil {
			ids[id] = n
		}
	})
	each(root, func(n *html.Node) {
		if n.DataAtom == atom.A && strings.HasPrefix(dom.Attr(n, "href"), "#") && dom.NoteMark(n) {
			links = append(links, n)
		}
	})
	for _, a := range links {
		id := strings.TrimPrefix(dom.Attr(a, "href"), "#")
		if u, err := url.PathUnescape(id); err == nil {
			id = u
		}
		target := ids[id]
		if target == nil || s.extras[target] || within(target) {
			continue
		}
		if note := dom.NoteBody(target); note != nil && !within(note) {
			s.include(note, false)
		}
	}
}

// decide gives the reasons for all that is left out.
func (s *selector) decide(n, root *html.Node, inside bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case inside && c.Type == html.TextNode:
			s.ended = s.ended || c == s.last
		case c.Type != html.TextNode && c.Type != html.ElementNode:
		case !inside && (c == root || s.extras[c]):
			s.decide(c, root, true)
		case !inside && n == root:
			s.decide(n, root, true)
			return
		case !inside && s.path[c]:
			s.decide(c, root, false)
		case !inside:
			s.reasons[c] = notArticle
		case c.Type == html.ElementNode && !s.headed && emblem(c):
			s.reasons[c] = notArticle
		case c.Type == html.ElementNode && container[c.DataAtom] && contents.MatchString(dom.Attr(c, "class")+" "+dom.Attr(c, "id")) && !weigh(c).prose():
			s.reasons[c] = dropContents
		case isHeading(c) && contentsTitle.MatchString(textOf(c)) && s.linksInside(next(c)):
			s.reasons[c], s.reasons[next(c)] = dropContents, dropContents
		case s.reasons[c] != "":
		case c.Type == html.ElementNode && container[c.DataAtom] && keyed(c):
			s.reasons[c] = notArticle
		case c.Type == html.ElementNode && container[c.DataAtom] && always.MatchString(dom.Attr(c, "class")) && 2*s.inLinks(c, false) > s.all(c):
			s.reasons[c] = notArticle
		case c.Type == html.ElementNode:
			switch s.judge(c, root) {
			case outside:
				s.reasons[c] = notArticle
				continue
			case boxed:
				s.boxes[c] = true
				s.box++
				s.decide(c, root, true)
				s.box--
				continue
			}
			s.headed = s.headed || isHeading(c)
			s.decide(c, root, true)
		}
	}
}

const dropContents = "table of contents"

var contentsTitle = regexp.MustCompile(`(?i)^(?:table of )?contents$|^inhalt(?:sverzeichnis)?$|^sommaire$|^table des matières$|^índice$|^indice$`)

// always matches a class of what leads elsewhere, even if Readability keeps it.
var always = regexp.MustCompile(`(?i)(?:^|\s)(?:navigation|navheader|navfooter|navbar|breadcrumbs?|pagination|sphinxsidebar|catlinks|navbox|related)(?:$|\s)`)

// keyed reports whether n is the line of links to the next and the last page
// that manuals have, which have keys.
func keyed(n *html.Node) bool {
	const longest = 300
	keys, named := 0, 0
	each(n, func(c *html.Node) {
		if c.DataAtom == atom.A && dom.Attr(c, "accesskey") != "" {
			keys++
			if dom.Attr(c, "rel") != "" {
				named++
			}
		}
	})
	if keys < 2 {
		return false
	}
	text := textOf(n)
	return len(text) < longest && (named > 1 || sentences(text) == 0)
}

func isHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// next is the element that follows n, nil if none does.
func next(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && n.Type != html.ElementNode; n = n.NextSibling {
	}
	return n
}

// linksInside reports whether nearly all the text of n is in links, as in a
// table of contents.
func (s *selector) linksInside(n *html.Node) bool {
	if n == nil || isHeading(n) {
		return false
	}
	var linked int
	each(n, func(c *html.Node) {
		if c.DataAtom == atom.A {
			linked += s.all(c)
		}
	})
	return linked > 0 && linked*10 > s.all(n)*7
}

func textOf(n *html.Node) string {
	text, _ := dom.VisibleText(n)
	return text
}

// all is the number of characters of text in n.
func (s *selector) all(n *html.Node) int {
	return utf8.RuneCountInString(textOf(n))
}

// container are the elements that hold parts of a page.
var container = map[atom.Atom]bool{
	atom.Div: true, atom.Section: true, atom.Aside: true, atom.Ul: true, atom.Ol: true, atom.Dl: true, atom.P: true,
	atom.Footer: true, atom.Header: true, atom.Form: true, atom.Nav: true, atom.Article: true, atom.Menu: true, atom.Table: true,
	atom.Address: true,
}

// contents matches a class or an id of a page's table of contents.
var contents = regexp.MustCompile(`(?i)(?:^|\s)(?:toc|table-of-contents|tableofcontents|toc[-_]container|mw-toc|contents topic|contents local)(?:$|\s)`)

// likelyName matches one of what may hold the article in spite of it.
var likelyName = regexp.MustCompile(`(?i)article-?body|entry-content|post-content|(?:^|[\s_-])(?:main|body|content|footnotes?|endnotes|references|reflist)(?:$|[\s_-])`)

// unlikely reports whether an element says by its kind, its role, its class or
// its id that it is beside the article. That is for what is measured: see judge.
func unlikely(n *html.Node) bool {
	if !container[n.DataAtom] {
		return false
	}
	if dom.HasToken(n, "role", "navigation", "banner", "complementary", "contentinfo", "dialog", "alertdialog", "menu", "search") {
		return true
	}
	name := nameOf(n)
	if name == "" {
		return n.DataAtom == atom.Footer && !holdsNotes(n)
	}
	if likelyName.MatchString(name) {
		return false
	}
	return besidePart.MatchString(name) || n.DataAtom == atom.Footer && !holdsNotes(n)
}

func beginsWithHeading(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			switch c.DataAtom {
			case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
				return true
			case atom.Span, atom.A:
				continue // an anchor
			}
			return false
		}
	}
	return false
}

// holdsNotes reports whether the notes of the article are in n.
func holdsNotes(n *html.Node) bool {
	found := false
	each(n, func(c *html.Node) { found = found || isNotes(c) })
	return found
}

func isNotes(n *html.Node) bool {
	return dom.HasToken(n, "role", "doc-endnotes", "doc-footnotes", "doc-footnote") || dom.HasToken(n, "class", "footnotes", "footnote", "endnotes", "reflist", "references")
}
