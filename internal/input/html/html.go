// Package html reads web pages, HTML and XHTML: the article of a page, not what
// stands around it. See content.go for how it is told, package dom for what
// becomes of its elements.
package html

import (
	"errors"
	"fmt"
	"mime"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/dom"
)

// Format reads web pages.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{Name: "html", Description: "a web page (HTML)", Extensions: []string{".html", ".htm", ".xhtml", ".xht"}}
}

// detectSample is how much of a source Detect looks at.
const detectSample = 64 << 10

var (
	// opening is how a page begins (HTML, section 13.1): after comments and an
	// XML declaration comes a document type or <html>.
	opening = regexp.MustCompile(`(?is)^(?:\s+|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html)[\s>]`)
	blocks  = regexp.MustCompile(`(?i)</?(?:head|body|title|meta|link|div|p|h[1-6]|table|tr|td|ul|ol|li|article|section|main|nav|header|footer|figure|blockquote|pre)(?:\s[^<>]*)?/?>`)
)

// Detect knows a page by its document type or its <html>, by what the server
// said, by its name, or by many tags at its beginning.
func (f Format) Detect(src input.Source) input.Confidence {
	if input.Binary(src.Data) != "" {
		return input.None
	}
	head := src
	head.Data = src.Data[:min(len(src.Data), detectSample)]
	text := string(head.Data)
	if d, err := decode(head); err == nil {
		text = d.Text
	}
	kind, _, err := mime.ParseMediaType(src.MediaType)
	switch {
	case opening.MatchString(text), err == nil && (kind == "text/html" || kind == xhtmlType):
		return input.Sure
	case f.Info().Named(src.Name):
		return input.Named
	case strings.HasPrefix(strings.TrimSpace(text), "<") && len(blocks.FindAllStringIndex(text, 6)) == 6:
		return input.Likely
	}
	return input.None
}

const xhtmlType = "application/xhtml+xml"

// isXHTML reports whether a page is to be read by XML's rules: the server or its
// name says so, or an XML declaration.
func isXHTML(src input.Source, text string) bool {
	kind, _, err := mime.ParseMediaType(src.MediaType)
	if err == nil && kind == xhtmlType {
		return true
	}
	ext := strings.ToLower(filepath.Ext(src.Name))
	return ext == ".xhtml" || ext == ".xht" || strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "<?xml")
}

// Read reads a page.
func (Format) Read(src input.Source) (*document.Document, error) {
	d, err := decode(src)
	if err != nil {
		return nil, err
	}
	xhtml := isXHTML(src, d.Text)
	if xhtml {
		if err := input.CheckDoctype(d.Text); err != nil {
			return nil, err
		}
	}
	tree, err := dom.Parse(d.Text, xhtml, nil)
	if err != nil {
		return nil, err
	}
	page := newAddress(src.Name, tree)
	meta := metadata(tree, page)
	walk := func(opts dom.Options) *document.Document {
		f := input.NewFlow(src.Name)
		f.File(src.Name, d.Text)
		for _, w := range d.Warnings {
			f.Warning(w)
		}
		opts.Resolve, opts.Self = page.resolve, page.self
		tree.Walk(f, opts)
		return f.Document()
	}
	article := choose(tree, meta.title)
	doc := walk(dom.Options{Drop: article.drop, Aside: article.aside})
	if len(doc.Blocks) == 0 && len(doc.Dropped) > 0 {
		if all := walk(dom.Options{}); len(all.Blocks) > 0 {
			doc = all
			doc.Warnings = append(doc.Warnings, src.Name+": no article was found on the page; all that it shows is read")
		}
	}
	meta.set(doc)
	if len(doc.Blocks) == 0 {
		if err := empty(tree); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// empty says why there is no text where a reader of the page would see one.
func empty(t *dom.Tree) error {
	var frames []string
	scripts := 0
	each(t.Root, func(n *html.Node) {
		switch n.DataAtom {
		case atom.Frame, atom.Iframe:
			if src := dom.Attr(n, "src"); src != "" && len(frames) < 5 {
				frames = append(frames, src)
			}
		case atom.Script:
			if kind := dom.Attr(n, "type"); kind == "" || kind == "module" || strings.HasSuffix(kind, "javascript") {
				scripts++
			}
		}
	})
	switch {
	case len(frames) > 0:
		return fmt.Errorf("the page holds no text itself, only frames with other pages: read these (%s)", strings.Join(frames, ", "))
	case scripts > 0:
		return errors.New("the page holds no text: its scripts (JavaScript) would fetch it, and narrate runs none; save the page from a browser and read that file")
	}
	return nil
}

// each calls f for each element in and below n in document order.
func each(n *html.Node, f func(*html.Node)) {
	if n.Type == html.ElementNode {
		f(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, f)
	}
}
