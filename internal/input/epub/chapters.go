package epub

import (
	"strings"

	"golang.org/x/net/html"

	"narrate/internal/document"
)

// findChapters ties the entries of the table of contents that lead into the
// file to elements before which their chapters begin.
func (p *plan) findChapters() {
	entries := p.b.entries[p.item.member]
	if len(entries) == 0 {
		return
	}
	c := chapterFinder{wanted: map[string]*html.Node{}}
	for _, e := range entries {
		if e.fragment != "" {
			c.wanted[e.fragment] = nil
		}
	}
	c.node(p.body)
	c.flush(c.last)
	for _, e := range entries {
		at := c.wanted[e.fragment]
		if at == nil {
			at = p.body
			if e.fragment != "" {
				p.b.warn(p.b.contents, e.off, "the table of contents leads to %q, a place that the file does not have; the chapter begins with the file", e.href)
			}
		}
		if e.title == "" || fileName(e.title, e.href) {
			switch {
			case isHeading(at):
				e.title = label(at)
			case at == p.body:
				e.title = p.b.surveyed[p.item.member].heading
			default:
				e.title = ""
			}
		}
		if e.title != "" {
			p.chapters[at] = append(p.chapters[at], e)
		}
	}
}

// begin is to be called before n is walked.
func (p *plan) begin(n *html.Node) {
	for _, e := range p.chapters[n] {
		p.b.flow.Chapter(e.title, e.level)
	}
}

// chapterFinder finds the elements before which chapters begin: a target
// within a block stands for the block, one at its end for the next.
type chapterFinder struct {
	wanted map[string]*html.Node // by the target's id
	block  *html.Node            // the block under way; nil between blocks
	text   bool                  // it has text already
	whole  int                   // > 0: within what is one block whatever it holds
	held   []string              // targets that stand behind text of the block
	last   *html.Node            // the block that the held ones stand in
}

// unbroken are the elements that no chapter can begin in.
var unbroken = map[string]bool{"table": true, "pre": true, "figure": true, "caption": true, "figcaption": true, "svg": true, "math": true}

func (c *chapterFinder) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		if strings.TrimSpace(n.Data) != "" {
			for _, id := range c.held {
				c.wanted[id] = c.block
			}
			c.held, c.text = nil, true
		}
		return
	case n.Type != html.ElementNode:
		return
	}
	whole := unbroken[n.Data] || isHeading(n)
	starts := c.whole == 0 && !inline[n.Data]
	if starts {
		c.flush(n)
		c.block, c.text = n, false
	}
	if whole {
		c.whole++
	}
	for _, id := range idsOf(n) {
		at, wanted := c.wanted[id]
		switch {
		case !wanted || at != nil:
		case c.block == nil:
			c.wanted[id] = n // text without a block around it
		case c.text && c.whole == 0:
			c.held, c.last = append(c.held, id), c.block
		default:
			c.wanted[id] = c.block
		}
	}
	for d := n.FirstChild; d != nil; d = d.NextSibling {
		c.node(d)
	}
	if whole {
		c.whole--
	}
	if starts {
		c.block, c.text = nil, false
	}
}

// flush gives what is held to the block n that follows.
func (c *chapterFinder) flush(n *html.Node) {
	for _, id := range c.held {
		c.wanted[id] = n
	}
	c.held = nil
}

// headings makes headings of the paragraphs that a chapter begins with and that
// are its title, as of books that set their headings by style alone.
func headings(doc *document.Document) {
	for _, c := range doc.Chapters {
		if b := &doc.Blocks[c.Block]; b.Kind == document.Paragraph && strings.EqualFold(b.Text, c.Title) {
			b.Kind, b.Level = document.Heading, min(c.Level, 6)
		}
	}
}

// front puts chapters over what stands before the first one of the table of
// contents: a title page, a dedication. They are named by their headings; the
// first also by the title of its file or of the book.
func (b *book) front(doc *document.Document) {
	if len(doc.Chapters) == 0 {
		return
	}
	var starts []document.ChapterStart
	last := ""
	for i := range doc.Chapters[0].Block {
		name := doc.Blocks[i].Pos().File
		if name == last {
			continue
		}
		last = name
		s := b.surveyed[strings.TrimPrefix(name, b.source+"/")]
		title := s.heading
		if title == "" && len(starts) == 0 {
			if title = s.title; placeholder(title) || strings.Contains(title, ".") && !strings.Contains(title, " ") {
				title = doc.Title
			}
		}
		if title != "" {
			starts = append(starts, document.ChapterStart{Block: i, Title: title, Level: 1})
		}
	}
	doc.Chapters = append(starts, doc.Chapters...)
}
