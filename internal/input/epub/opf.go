package epub

import (
	"fmt"
	"mime"
	"path"
	"slices"
	"strings"
)

// packageDocument is what an OPF file says (EPUB 3.3, section 5; OPF 2.0.1).
type packageDocument struct {
	*file
	root  *element
	items map[string]*item // the manifest, by id
	files map[string]*item // the same by member
	list  []*item          // in the order of the manifest
	spine []spineItem
	nav   *item
	ncx   *item

	inSpine map[string]bool // members
}

// item is a file of the book.
type item struct {
	id, href   string
	member     string // "" if it is not there
	mediaType  string
	properties []string
	fallback   string // id of an item that may stand for it
	off        int
}

// spineItem is a content document in the reading order.
type spineItem struct {
	*item
	auxiliary bool // linear="no"
}

// Media types of content documents, beside those of EPUB the ones of its
// predecessors.
var contentTypes = map[string]bool{
	"application/xhtml+xml":    true,
	"text/html":                true,
	"text/x-oeb1-document":     true,
	"application/x-dtbook+xml": true,
	"image/svg+xml":            true,
}

const (
	ncxType = "application/x-dtbncx+xml"
	svgType = "image/svg+xml"
)

// byExtension are the types of files whose own type says nothing.
var byExtension = map[string]string{
	".xhtml": "application/xhtml+xml", ".html": "application/xhtml+xml", ".htm": "application/xhtml+xml",
	".xht": "application/xhtml+xml", ".xml": "application/xhtml+xml", ".svg": svgType, ".ncx": ncxType,
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
}

func (i *item) has(property string) bool { return slices.Contains(i.properties, property) }

func (i *item) isContent() bool { return contentTypes[i.mediaType] }

func (i *item) isImage() bool { return strings.HasPrefix(i.mediaType, "image/") }

// readPackage reads the package document.
func (b *book) readPackage() error {
	member, err := b.findPackage()
	if err != nil {
		return err
	}
	f, err := b.read(member)
	if err != nil {
		return err
	}
	root, broken := parseXML(f)
	if broken != nil {
		b.warn(f, 0, "not well-formed (%v); narrate takes from it what it can", broken)
	}
	b.pkg = packageDocument{file: f, root: root, items: map[string]*item{}, files: map[string]*item{}, inSpine: map[string]bool{}}
	b.readManifest()
	b.findCover()
	b.readSpine()
	if len(b.pkg.spine) == 0 {
		return fmt.Errorf("%s: the book's reading order (spine) is empty, and its manifest names no content document", member)
	}
	return nil
}

func (b *book) readManifest() {
	p := &b.pkg
	for _, e := range p.root.first("manifest").all("item") {
		href := e.attr("href")
		i := &item{
			id: e.attr("id"), href: href, fallback: e.attr("fallback"), off: e.off,
			properties: strings.Fields(e.attr("properties")),
		}
		i.member, _, _ = b.resolve(p.member, href)
		i.mediaType = mediaType(e.attr("media-type"), href)
		p.list = append(p.list, i)
		if p.items[i.id] == nil {
			p.items[i.id] = i
		}
		if i.member == "" {
			continue
		}
		if p.files[i.member] == nil {
			p.files[i.member] = i
		}
		if i.has("nav") && p.nav == nil {
			p.nav = i
		}
	}
	if i := p.items[p.root.first("spine").attr("toc")]; i != nil && i.member != "" {
		p.ncx = i
	} else if n := slices.IndexFunc(p.list, func(i *item) bool { return i.mediaType == ncxType && i.member != "" }); n >= 0 {
		p.ncx = p.list[n]
	}
}

// mediaType gives the type of a file that is declared as declared.
func mediaType(declared, href string) string {
	plain, _, err := mime.ParseMediaType(declared)
	if err != nil {
		plain = ""
	}
	switch plain {
	case "", "text/xml", "application/xml", "text/plain", "application/octet-stream", "text/xhtml", "application/xhtml":
		href, _, _ = strings.Cut(href, "#")
		if known := byExtension[strings.ToLower(path.Ext(href))]; known != "" {
			return known
		}
	}
	return plain
}

// readSpine puts the reading order together.
func (b *book) readSpine() {
	p := &b.pkg
	for _, e := range p.root.first("spine").all("itemref") {
		id := e.attr("idref")
		named := p.items[id]
		if named == nil {
			b.warn(p.file, e.off, "the reading order names the item %q, which the manifest lacks", id)
			continue
		}
		i := p.readable(named)
		switch {
		case i == nil && named.isImage():
			// A picture alone has no text.
		case i == nil:
			b.warn(p.file, named.off, "%s is left out: narrate does not read files of type %q", named.href, named.mediaType)
		case i.member == "":
			b.warn(p.file, i.off, "%s is missing from the book; its text is not read", i.href)
		case p.inSpine[i.member]:
			if !strings.Contains(i.href, "#") { // else it is a place in a file, as some programs name them
				b.warn(p.file, e.off, "%s stands in the reading order twice; it is read once", i.href)
			}
		default:
			p.inSpine[i.member] = true
			p.spine = append(p.spine, spineItem{i, strings.EqualFold(e.attr("linear"), "no")})
		}
	}
	if len(p.spine) > 0 {
		return
	}
	for _, i := range p.list {
		if i.isContent() && i.mediaType != svgType && i.member != "" && i != p.nav && !p.inSpine[i.member] {
			p.inSpine[i.member] = true
			p.spine = append(p.spine, spineItem{item: i})
		}
	}
	if len(p.spine) > 0 {
		b.warn(p.file, p.root.first("spine").off, "the book has no reading order (spine); its files are read in the order of the manifest")
	}
}

// readable follows the fallbacks of i (EPUB 3.3, section 3.5) to the first
// content document; nil if there is none.
func (p *packageDocument) readable(i *item) *item {
	for range p.list {
		if i.isContent() {
			return i
		}
		next := p.items[i.fallback]
		if next == nil {
			return nil
		}
		i = next
	}
	return nil
}
