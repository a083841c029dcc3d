package epub

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"narrate/internal/input/dom"
)

// entry is a line of the table of contents.
type entry struct {
	title    string
	level    int // from 1
	href     string
	fragment string // of its target; "" for the beginning of the file
	off      int    // byte offset in the file that holds it
}

// maxLevels is how deep a table of contents is followed.
const maxLevels = 20

// readContents reads the book's own table of contents: of EPUB 3 the
// navigation document (section 7), else the NCX (OPF 2.0.1, section 2.4.1).
func (b *book) readContents() {
	b.entries, b.targets = map[string][]entry{}, map[target]bool{}
	b.roles, b.pages = map[string]string{}, map[target]bool{}
	b.readGuide()
	var list []entry
	var from *file
	if b.pkg.nav != nil {
		list, from = b.navEntries(b.pkg.nav.member)
	}
	if len(list) == 0 && b.pkg.ncx != nil {
		list, from = b.ncxEntries(b.pkg.ncx.member)
	}
	b.contents = from
	b.place(list)
}

// target is a place in a content document.
type target struct{ member, fragment string }

// place puts the entries of the table of contents to their targets.
func (b *book) place(list []entry) {
	linear := 0
	for _, s := range b.pkg.spine {
		if !s.auxiliary {
			linear++
		}
	}
	least := maxLevels
	for _, e := range list {
		if e.href == "" {
			continue // the name of a part that has no page of its own
		}
		member, fragment, outside := b.resolve(b.contents.member, e.href)
		switch {
		case outside:
			b.warn(b.contents, e.off, "the table of contents leads out of the book, to %q", e.href)
			continue
		case member == "":
			b.warn(b.contents, e.off, "the table of contents leads to %q, which is not in the book", e.href)
			continue
		case !b.pkg.inSpine[member]:
			b.warn(b.contents, e.off, "the table of contents leads to %q, which is not in the reading order", e.href)
			continue
		}
		e.fragment = fragment
		b.entries[member] = append(b.entries[member], e)
		b.targets[target{member, fragment}] = true
		least = min(least, e.level)
	}
	if len(b.targets) == 1 && linear > 1 {
		// What programs write that know of none ("Start").
		b.warn(b.contents, 0, "the table of contents has one entry for %d files; chapters go by their headings", linear)
		clear(b.entries)
		clear(b.targets)
	}
	for _, entries := range b.entries {
		for i := range entries {
			entries[i].level -= least - 1
		}
	}
}

// fileName reports whether a title is only the name of the file that it leads
// to.
func fileName(title, href string) bool {
	href, _, _ = strings.Cut(href, "#")
	base := path.Base(unescape(href))
	stem := strings.TrimSuffix(base, path.Ext(base))
	return strings.EqualFold(title, base) || strings.EqualFold(title, stem) && strings.ContainsAny(stem, "_0123456789") ||
		strings.EqualFold(title, unescape(href))
}

// readGuide notes what the guide of EPUB 2 says of content documents (OPF
// 2.0.1, section 2.6).
func (b *book) readGuide() {
	for _, e := range b.pkg.root.first("guide").all("reference") {
		b.role(b.pkg.member, e.attr("href"), strings.ToLower(e.attr("type")))
	}
}

// role notes what a whole content document is.
func (b *book) role(from, href, role string) {
	member, fragment, _ := b.resolve(from, href)
	if member != "" && fragment == "" && b.roles[member] == "" {
		b.roles[member] = role
	}
}

// ncxEntries reads an NCX (ANSI/NISO Z39.86-2005, section 8).
func (b *book) ncxEntries(member string) ([]entry, *file) {
	f, err := b.read(member)
	if err != nil {
		b.warn(b.pkg.file, b.pkg.ncx.off, "the table of contents cannot be read: %v", err)
		return nil, nil
	}
	root, broken := parseXML(f)
	if broken != nil {
		b.warn(f, 0, "not well-formed (%v); narrate takes from it what it can", broken)
	}
	for _, e := range root.first("pageList").all("pageTarget") {
		b.page(member, e.first("content").attr("src"))
	}
	var list []entry
	var collect func(e *element, level int)
	collect = func(e *element, level int) {
		for _, point := range e.direct("navPoint") {
			line := entry{level: level, off: point.off}
			for _, label := range point.direct("navLabel") {
				line.title = label.text()
				break
			}
			for _, content := range point.direct("content") {
				line.href = content.attr("src")
				break
			}
			list = append(list, line)
			if level < maxLevels {
				collect(point, level+1)
			}
		}
	}
	collect(root.first("navMap"), 1)
	return list, f
}

// page notes that a page of the printed book begins at href.
func (b *book) page(from, href string) {
	if member, fragment, _ := b.resolve(from, href); member != "" && fragment != "" {
		b.pages[target{member, fragment}] = true
	}
}

// navEntries reads a navigation document.
func (b *book) navEntries(member string) ([]entry, *file) {
	f, err := b.read(member)
	var tree *dom.Tree
	if err == nil {
		tree, err = dom.Parse(f.text, true, f.entities)
	}
	if err != nil {
		b.warn(b.pkg.file, b.pkg.nav.off, "the table of contents cannot be read: %v", err)
		return nil, nil
	}
	var toc *html.Node
	for n := range tree.Root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "nav" {
			continue
		}
		kinds := typesOf(n)
		switch {
		case slices.Contains(kinds, "toc"):
			if toc == nil || !slices.Contains(typesOf(toc), "toc") {
				toc = n
			}
		case slices.Contains(kinds, "landmarks"):
			for link := range links(n) {
				for _, kind := range typesOf(link) {
					b.role(member, dom.Attr(link, "href"), kind)
				}
			}
		case slices.Contains(kinds, "page-list"):
			for link := range links(n) {
				b.page(member, dom.Attr(link, "href"))
			}
		case len(kinds) == 0 && toc == nil:
			toc = n
		}
	}
	if toc == nil {
		return nil, nil
	}
	var list []entry
	var collect func(n *html.Node, level int)
	collect = func(n *html.Node, level int) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type != html.ElementNode:
			case c.Data == "ol" || c.Data == "ul":
				if level < maxLevels {
					collect(c, level+1)
				}
			case c.Data == "a" || c.Data == "span":
				if n.Data == "li" {
					list = append(list, entry{title: label(c), level: level, href: dom.Attr(c, "href"), off: tree.Offset(c)})
					break
				}
				collect(c, level)
			default:
				collect(c, level)
			}
		}
	}
	collect(toc, 0)
	return list, f
}
