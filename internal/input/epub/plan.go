package epub

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"narrate/internal/input/dom"
)

// plan is what is known of a content document before it is walked.
type plan struct {
	b        *book
	item     *spineItem
	file     *file
	body     *html.Node
	all      string                 // the reason for leaving out all of it, or ""
	drop     map[*html.Node]string  // reasons for leaving elements out
	keep     map[*html.Node]bool    // of an auxiliary file: notes, with what is in and around them
	chapters map[*html.Node][]entry // that begin before an element
	refs     map[*html.Node]string  // links that refer to notes, with their keys
	notes    map[*html.Node]string  // notes, with their keys
}

func (b *book) newPlan(s *spineItem, f *file, tree *dom.Tree) *plan {
	p := &plan{
		b: b, item: s, file: f, body: tree.Body,
		drop: map[*html.Node]string{}, chapters: map[*html.Node][]entry{},
		refs: map[*html.Node]string{}, notes: map[*html.Node]string{},
	}
	if p.body == nil {
		return p
	}
	p.findNotes()
	p.findLists()
	p.findChapters()
	if s.auxiliary {
		p.keepNotes()
	}
	return p
}

// reason is dom.Options.Drop.
func (p *plan) reason(n *html.Node) string {
	if n.Type == html.ElementNode {
		if reason := leftOut(n); reason != "" {
			return reason
		}
	}
	switch {
	case p.all != "":
		return p.all
	case p.keep != nil && !p.keep[n]:
		return `auxiliary (linear="no")`
	case n.Type != html.ElementNode:
		return ""
	case p.drop[n] != "":
		return p.drop[n]
	case p.pageNumber(n):
		return "page number"
	case n.Data == "img" && p.b.coverName != "":
		if member, _, _ := p.b.resolve(p.file.member, dom.Attr(n, "src")); member == p.b.coverName {
			return "cover picture"
		}
	}
	return ""
}

// left are the parts of a book that are no text to read, by their type (EPUB
// Structural Semantics Vocabulary 1.1) or role (DPUB-ARIA 1.1).
var left = map[string]string{
	"toc":       "table of contents",
	"toc-brief": "table of contents",
	"landmarks": "list of landmarks",
	"page-list": "list of page numbers",
	"pagelist":  "list of page numbers",
	"index":     "index",
	"loi":       "list of illustrations",
	"lot":       "list of tables",
	"loa":       "list of audio clips",
	"lov":       "list of videos",
	"pagebreak": "page number",

	"contentinfo": "page footer", // WAI-ARIA 1.2: what each page repeats
}

func leftOut(n *html.Node) string {
	for _, kind := range typesOf(n) {
		if reason := left[kind]; reason != "" {
			return reason
		}
	}
	return ""
}

// The text of a page number, and the classes that mark one.
var (
	pageText    = regexp.MustCompile(`(?i)^[\[({]?\s*(?:(?:p|pg|page|s|seite)\.?\s*)?(?:\d{1,5}|[ivxlcdm]{1,8})\s*[\])}]?$`)
	pageClasses = []string{"pagenum", "pageno", "page-number", "pagenumber", "pagebreak", "page-break"}
)

// pageNumber reports whether an element is the number of a page of the printed
// book: the list of pages leads to it, or its class says so, and it holds
// nothing else.
func (p *plan) pageNumber(n *html.Node) bool {
	id := dom.Attr(n, "id")
	return (id != "" && p.b.pages[target{p.file.member, id}] || dom.HasToken(n, "class", pageClasses...)) &&
		pageText.MatchString(strings.TrimSpace(content(n)))
}

// keepNotes marks what of an auxiliary file is read: the notes that the text
// refers to.
func (p *plan) keepNotes() {
	p.keep = map[*html.Node]bool{}
	for n := range p.notes {
		for at := n; at != nil && !p.keep[at]; at = at.Parent {
			p.keep[at] = true
		}
		for d := range n.Descendants() {
			p.keep[d] = true
		}
	}
}

// findNotes finds the links to notes in other files, the notes that other files
// refer to, and the links that lead back.
func (p *plan) findNotes() {
	s := p.b.surveyed[p.item.member]
	i := 0
	for a := range links(p.body) {
		if key, ok := s.refs[i]; ok {
			p.refs[a] = key
		}
		if s.backs[i] {
			p.drop[a] = "back link"
		}
		i++
	}
	type note struct {
		node *html.Node
		key  string
	}
	var found []note
	for n := range p.body.Descendants() {
		for _, id := range idsOf(n) {
			at := target{p.file.member, id}
			if !p.b.notes[at] {
				continue
			}
			if body := dom.NoteBody(n); body != nil {
				found = append(found, note{body, at.key()})
			}
		}
	}
	// A note is more than the paragraph that is led to, if its box holds no other.
	boxes := map[*html.Node]int{}
	for _, n := range found {
		for at := n.node.Parent; at != nil && at != p.body; at = at.Parent {
			boxes[at]++
		}
	}
	for _, n := range found {
		body := n.node
		for up := body.Parent; up != nil && boxes[up] == 1 && box[up.Data] && begins(up, body); up = up.Parent {
			body = up
		}
		if _, taken := p.notes[body]; !taken {
			p.notes[body] = n.key
		}
	}
}

// box are the elements that can hold a note of several paragraphs.
var box = map[string]bool{"div": true, "aside": true, "li": true}

// begins reports whether nothing that is seen stands in n before its child.
func begins(n, child *html.Node) bool {
	for c := n.FirstChild; c != child; c = c.NextSibling {
		if strings.TrimSpace(content(c)) != "" || c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			return false
		}
	}
	return true
}

// findLists finds tables of contents and lists of that kind: what is marked as
// such for the whole file, and elements that hold little but links to chapters.
func (p *plan) findLists() {
	p.all = leftOut(p.body)
	if p.all == "" {
		p.all = leftOut(p.body.Parent)
	}
	letters, linked, links, others := p.weigh(p.body)
	role := p.b.roles[p.item.member]
	switch {
	case p.all != "":
	case p.item.item == p.b.pkg.nav && others == 0, little(letters, linked, links):
		p.all = left["toc"]
	case role == "index" && links >= leastIndex, slices.Contains(guided, role) && links >= leastChapters && linked*4 >= letters*3:
		p.all = left[role]
	}
}

// guided are the types of whole files that are left out, as the guide of EPUB 2
// and the landmarks of EPUB 3 name them.
var guided = []string{"toc", "loi", "lot", "loa", "lov"}

// A list of links is a table of contents if it has so many that lead to
// chapters, or so many that lead elsewhere in the book.
const (
	leastChapters = 3
	leastLinks    = 6
	leastIndex    = 20 // of a file that is said to be the index
)

// weigh counts the letters of n, those in links to other places of the book,
// and these links (one to a chapter of the table of contents weighs more); and
// the letters outside of headings and of what is left out. It marks elements
// that are tables of contents.
func (p *plan) weigh(n *html.Node) (letters, linked, links, others int) {
	switch n.Type {
	case html.TextNode:
		for _, r := range n.Data {
			if unicode.IsLetter(r) {
				letters++
			}
		}
		return letters, 0, 0, letters
	case html.ElementNode:
	default:
		return 0, 0, 0, 0
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		l, k, m, o := p.weigh(c)
		letters, linked, links, others = letters+l, linked+k, links+m, others+o
	}
	switch heading := isHeading(n); {
	case heading && links == 0 && contentsTitle.MatchString(label(n)):
		return 0, 0, 0, 0
	case heading || leftOut(n) != "":
		others = 0
	}
	if isLink(n) && letters > 0 {
		member, fragment, outside := p.b.resolve(p.file.member, dom.Attr(n, "href"))
		switch {
		case outside || member == "" || p.b.surveyed[member] == nil:
		case p.b.targets[target{member, fragment}]:
			return letters, letters, leastLinks / leastChapters, others
		case member != p.file.member:
			return letters, letters, 1, others
		}
	}
	if !inline[n.Data] && n != p.body && little(letters, linked, links) {
		p.drop[n] = left["toc"]
		for at := n.PrevSibling; at != nil; at = at.PrevSibling {
			if at.Type == html.ElementNode {
				if contentsTitle.MatchString(label(at)) {
					p.drop[at] = left["toc"]
				}
				break
			}
		}
	}
	return letters, linked, links, others
}

// little reports whether there is little but links; among many links there may
// be more, the names of parts.
func little(letters, linked, links int) bool {
	return links >= leastLinks && linked*10 >= letters*9 || links >= 5*leastLinks && linked*4 >= letters*3
}

// contentsTitle is the title of a table of contents, in the languages that
// narrate knows best.
var contentsTitle = regexp.MustCompile(`(?i)^(?:(?:table of )?contents|inhalt|inhaltsverzeichnis|table des matières|sommaire|índice|contenido|tabla de contenidos?|indice|sommario|inhoud(?:sopgave)?|sumário|spis treści|содержание|оглавление|目次|目录|目錄)[.:]?$`)
