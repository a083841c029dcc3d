package publication

import (
	"fmt"
	"html"
	"strings"

	"narrate/internal/output/plain"
)

// Page is the primary entry page: an HTML document that links to the manifest
// and holds the table of contents, nested by the chapters' levels (Audiobooks,
// sections 3.1 and 3.2). It works in a browser without the manifest, too.
func (b *Book) Page() []byte {
	t, said := b.Edition.Timeline, &b.Edition.Metadata
	var w strings.Builder
	w.WriteString("<!DOCTYPE html>\n<html")
	if t.Lang != "" {
		fmt.Fprintf(&w, " lang=\"%s\"", html.EscapeString(plain.Line(t.Lang)))
	}
	title := text(b.title())
	fmt.Fprintf(&w, `>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%s</title>
<link rel="publication" href="%s">
</head>
<body>
<h1 dir="auto">%s</h1>
`, title, ManifestName, title)
	for _, who := range []string{t.Author, said.Narrator} {
		if who = plain.Line(who); who != "" {
			fmt.Fprintf(&w, "<p dir=\"auto\">%s</p>\n", text(who))
		}
	}
	if b.Cover != "" {
		fmt.Fprintf(&w, "<p><img src=\"%s\" width=\"300\" alt=\"\"></p>\n", text(address(b.Cover)))
	}
	w.WriteString("<nav role=\"doc-toc\">\n")
	b.contents(&w)
	w.WriteString("</nav>\n</body>\n</html>\n")
	return []byte(w.String())
}

// maxDepth is how deep the table of contents is nested at most: as deep as
// HTML has headings.
const maxDepth = 6

// contents writes the list of chapters. A chapter stands inside the one before
// where its level is deeper.
func (b *Book) contents(w *strings.Builder) {
	var open []int // the levels of the lists that are open
	for i := range b.Chapters {
		c := &b.Chapters[i]
		level := max(1, c.Level)
		switch {
		case len(open) == 0 || level > open[len(open)-1] && len(open) < maxDepth:
			if len(open) > 0 {
				w.WriteByte('\n')
			}
			w.WriteString("<ol>\n")
			open = append(open, level)
		default:
			w.WriteString("</li>\n")
			for len(open) > 1 && level < open[len(open)-1] && level <= open[len(open)-2] {
				w.WriteString("</ol>\n</li>\n")
				open = open[:len(open)-1]
			}
			open[len(open)-1] = min(level, open[len(open)-1])
		}
		fmt.Fprintf(w, "<li dir=\"auto\"><a href=\"%s\">%s</a>", text(address(c.Files[0].Path)), text(c.name()))
	}
	for range open {
		w.WriteString("</li>\n</ol>\n")
	}
}

// text is s as HTML has it.
func text(s string) string { return html.EscapeString(s) }
