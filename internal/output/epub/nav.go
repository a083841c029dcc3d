package epub

import (
	"bytes"
	"fmt"
	"strings"
)

// page writes the head of a document up to and with <body>. up leads from its
// folder to the root folder of the book.
func (b *book) page(w *bytes.Buffer, title, up, bodyAttributes string) {
	fmt.Fprintf(w, xmlHead+`<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"%s dir="%s">
<head>
<meta charset="UTF-8"/>
<title>%s</title>
<link rel="stylesheet" type="text/css" href="%s"/>
</head>
<body%s>
`, languageAttributes(b.lang), direction(b.lang), escape(title), up+styleName, bodyAttributes)
}

const pageEnd = "</body>\n</html>\n"

// label is one of the book's own words with its language, for the inside of a
// tag and after it.
func (b *book) label(word string) string {
	return languageAttributes(b.labels.lang) + ` dir="` + direction(b.labels.lang) + `">` + escape(word)
}

// navigation is the book's table of contents and its landmarks (EPUB 3.3,
// section 7). The contents are no landmark: those lie in the reading order.
func (b *book) navigation() []byte {
	var w bytes.Buffer
	b.page(&w, b.title, "", "")
	w.WriteString("<nav epub:type=\"toc\" role=\"doc-toc\">\n<h1" + b.label(b.labels.contents) + "</h1>\n")
	depth := -1
	for i := range b.chapters {
		c := &b.chapters[i]
		if c.depth > depth {
			w.WriteString("<ol>\n")
		} else {
			w.WriteString("</li>\n" + strings.Repeat("</ol>\n</li>\n", depth-c.depth))
		}
		depth = c.depth
		fmt.Fprintf(&w, "<li><a href=\"%s\" dir=\"auto\">%s</a>", c.text(), escape(c.name))
	}
	w.WriteString("</li>\n" + strings.Repeat("</ol>\n</li>\n", depth) + "</ol>\n</nav>\n")

	w.WriteString("<nav epub:type=\"landmarks\" hidden=\"hidden\">\n<ol>\n")
	if b.edition.Metadata.Cover != nil {
		w.WriteString(`<li><a epub:type="cover" href="` + coverPageName + `"` + b.label(b.labels.cover) + "</a></li>\n")
	}
	w.WriteString(`<li><a epub:type="bodymatter" href="` + b.chapters[0].text() + `"` + b.label(b.labels.text) + "</a></li>\n")
	w.WriteString("</ol>\n</nav>\n" + pageEnd)
	return w.Bytes()
}

// ncx is the table of contents for reading systems of EPUB 2 (OPF 2.0.1,
// section 2.4.1).
func (b *book) ncx() []byte {
	var w bytes.Buffer
	deepest := 0
	for i := range b.chapters {
		deepest = max(deepest, b.chapters[i].depth)
	}
	fmt.Fprintf(&w, xmlHead+`<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"%s>
<head>
  <meta name="dtb:uid" content="%s"/>
  <meta name="dtb:depth" content="%d"/>
  <meta name="dtb:totalPageCount" content="0"/>
  <meta name="dtb:maxPageNumber" content="0"/>
</head>
<docTitle><text>%s</text></docTitle>
<navMap>
`, xmlLanguage(b.lang), b.id(), deepest+1, escape(b.title))
	depth := -1
	for i := range b.chapters {
		c := &b.chapters[i]
		if i > 0 && c.depth <= depth {
			w.WriteString(strings.Repeat("</navPoint>\n", depth-c.depth+1))
		}
		depth = c.depth
		fmt.Fprintf(&w, "<navPoint id=\"n%s\" playOrder=\"%d\"><navLabel><text>%s</text></navLabel><content src=\"%s\"/>\n", c.key, i+1, escape(c.name), c.text())
	}
	w.WriteString(strings.Repeat("</navPoint>\n", depth+1) + "</navMap>\n</ncx>\n")
	return w.Bytes()
}

// coverPage shows the cover.
func (b *book) coverPage() []byte {
	var w bytes.Buffer
	cover := b.edition.Metadata.Cover
	b.page(&w, b.title, "", ` class="cover" epub:type="cover"`)
	fmt.Fprintf(&w, "<p><img src=\"%s\" width=\"%d\" height=\"%d\" role=\"doc-cover\" alt=\"%s\"/></p>\n%s",
		coverName(cover), cover.Width, cover.Height, escape(b.labels.cover+": "+b.title), pageEnd)
	return w.Bytes()
}
