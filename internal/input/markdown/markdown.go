// Package markdown reads Markdown: CommonMark with GitHub's tables, struck-out
// text, bare links and task lists, with footnotes, definition lists, alerts and
// front matter, with signs that Pandoc, Obsidian and the makers of static pages
// have beyond these, and with HTML inside.
//
// The work goes in four steps, each linear in the size of the source. The front
// matter is taken off (frontmatter.go). The parser, goldmark, makes a tree of
// the rest (parse.go). The tree is written as HTML in which each piece of text
// carries its place (write.go, html.go). The package dom turns that into blocks,
// so that HTML in Markdown and a page of HTML give the same.
package markdown

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/dom"
)

// Format is Markdown.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{
		Name: "markdown", Description: "Markdown",
		Extensions: []string{".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn", ".mdx", ".qmd", ".rmd"},
	}
}

// Read reads src as Markdown. Left out and not listed as dropped are the signs
// of Markdown, front matter, comments, definitions of links, and the names of
// the languages of code.
func (Format) Read(src input.Source) (*document.Document, error) {
	dec, err := input.Decode(src)
	if err != nil {
		return nil, err
	}
	f := input.NewFlow(src.Name)
	f.File(src.Name, dec.Text)
	for _, w := range dec.Warnings {
		f.Warning(w)
	}
	meta, start := readFrontMatter(f, src.Name, dec.Text)
	s := newSource(dec.Text, start)
	for _, d := range s.deep {
		f.Drop(dec.Text[d.lo:d.hi], fmt.Sprintf("nested more than %d deep", maxNesting), d.lo)
	}
	w := writer{src: s, flow: f, lead: -1}
	w.out.Grow(len(dec.Text) + len(dec.Text)/2)
	w.document(parse(s, f, strings.EqualFold(filepath.Ext(src.Name), ".mdx")))
	tree, err := dom.ParseMarked(w.out.String())
	if err != nil {
		return nil, err
	}
	tree.Walk(f, dom.Options{Drop: badge, NoteRef: noteOfLink, NoteKey: noteOfElement})
	doc := f.Document()
	delimit(doc, dec.Text)
	meta.describe(doc)
	slices.SortStableFunc(doc.Dropped, func(a, b document.Dropped) int { return cmp.Compare(a.Pos.Offset, b.Pos.Offset) })
	return doc, nil
}

// The attributes by which the writer tells the walker of notes.
const (
	noteRefAttr = "data-narrate-ref"
	noteKeyAttr = "data-narrate-note"
)

func noteOfLink(a *html.Node) (string, bool) {
	key := dom.Attr(a, noteRefAttr)
	return key, key != ""
}

func noteOfElement(n *html.Node) (string, bool) {
	key := dom.Attr(n, noteKeyAttr)
	return key, key != ""
}

// badge gives a reason to leave out the images of states that stand at the top
// of many projects' descriptions.
func badge(n *html.Node) string {
	if n.Type == html.ElementNode && n.DataAtom == atom.Img && isBadge(dom.Attr(n, "src")) {
		return "badge"
	}
	return ""
}

// badgeHosts serve badges and nothing else, or badges as these files.
var badgeHosts = []string{
	"img.shields.io/", "shields.io/", "badgen.net/", "badge.fury.io/", "flat.badgen.net/", "travis-ci.org/", "travis-ci.com/",
	"api.travis-ci.", "coveralls.io/", "codecov.io/", "circleci.com/", "ci.appveyor.com/", "david-dm.org/", "nodei.co/", "snyk.io/",
	"isitmaintained.com/", "goreportcard.com/", "godoc.org/", "pkg.go.dev/", "deps.rs/", "docs.rs/", "packagephobia.", "saucelabs.com/",
	"bestpractices.coreinfrastructure.org/", "repology.org/", "opencollective.com/", "secure.travis-ci.", "camo.githubusercontent.com/",
}

func isBadge(address string) bool {
	address = strings.ToLower(address)
	_, rest, ok := strings.Cut(address, "//")
	if !ok {
		return false
	}
	for _, host := range badgeHosts {
		if strings.HasPrefix(strings.TrimPrefix(rest, "www."), host) {
			return true
		}
	}
	return strings.Contains(rest, "badge") || strings.HasPrefix(rest, "github.com/") && strings.Contains(rest, "/workflows/")
}
