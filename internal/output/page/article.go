package page

import (
	"bufio"
	"context"
	"encoding/base64"
	"strconv"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/output/prose"
	"narrate/internal/timeline"
)

// article writes the text of an edition.
type article struct {
	*bufio.Writer // keeps the first error for Flush
	edition       *output.Edition
	labels        labels
	rank          int // of the last heading: 1 for <h1>
	level         int // of the chapter under way
	first         int // the number of the first cue below its heading
	chunk         int // blocks in the chunk that is open
}

// chunkSize is how many blocks a browser lays out together. It skips chunks
// that are out of sight, so that a chapter of any length opens at once.
const chunkSize = 60

// headBlocks is among how many first blocks the article's title is looked for:
// words of introduction may stand before it.
const headBlocks = 4

// write writes the header and a section a chapter.
func (a *article) write(ctx context.Context, l labels, uiLang string) error {
	t := a.edition.Timeline
	var first []prose.Block
	spokenTitle := 0 // how many blocks of the first chapter stand in the header
	if len(t.Chapters) > 0 {
		first = prose.Blocks(t.Chapters[0].Cues)
		for i := range min(len(first), headBlocks) {
			if first[i].Kind == document.Title {
				spokenTitle = i + 1
				break
			}
		}
	}
	a.header(first[:spokenTitle], l, uiLang)
	for i := range t.Chapters {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		rest := prose.Blocks(t.Chapters[i].Cues)
		if i == 0 {
			rest = rest[spokenTitle:]
		}
		a.section(i, rest, i == 0 && spokenTitle > 0)
	}
	return nil
}

// header writes what stands above the text: the spoken blocks up to the title,
// or the title alone, and who made the programme.
func (a *article) header(spoken []prose.Block, l labels, uiLang string) {
	e := a.edition
	said := &e.Metadata
	a.WriteString("<header>\n")
	if said.Cover != nil {
		a.picture(said.Cover, "cover", "cover")
	}
	if name := plain.Line(said.Series); name != "" {
		a.WriteString(`<p class="kicker" dir="auto">` + escape(name))
		if said.Part > 0 {
			a.WriteString(" \u00B7 " + strconv.Itoa(said.Part))
		}
		a.WriteString("</p>\n")
	}
	a.rank = 1
	if len(spoken) == 0 {
		a.WriteString(`<h1 dir="auto">` + escape(title(e)) + "</h1>\n")
	}
	for i := range spoken {
		if spoken[i].Kind == document.Title {
			a.element("h1", "", &spoken[i])
		} else {
			a.element("p", "kicker", &spoken[i])
		}
	}
	if text := plain.Line(said.Description); text != "" {
		a.WriteString(`<p class="lede" dir="auto">` + escape(text) + "</p>\n")
	}
	a.WriteString(`<p class="byline" dir="auto">`)
	if who := plain.Line(e.Timeline.Author); who != "" {
		a.WriteString(`<span class="author">` + escape(who) + "</span> ")
	}
	if who := plain.Line(said.Narrator); who != "" {
		a.WriteString("<span" + lang(uiLang) + ">" + escape(fill(l["readBy"], who)) + "</span> ")
	}
	if said.Date != "" {
		a.WriteString("<time>" + line(said.Date) + "</time> ")
	}
	a.WriteString("<span>" + clock(e.Timeline.Rate.Milliseconds(e.Timeline.Frames)) + "</span></p>\n")
	a.link(said.Link)
	a.WriteString("</header>\n")
}

// section writes a chapter. A title that is not among its blocks is written all
// the same, for the contents to lead to.
func (a *article) section(i int, list []prose.Block, titled bool) {
	c := &a.edition.Timeline.Chapters[i]
	a.WriteString(`<section id="c` + strconv.Itoa(i+1) + "\">\n")
	a.openChunk()
	told := a.edition.Metadata.Of(c)
	if told.Picture != nil {
		a.picture(told.Picture, "", "plate")
	}
	if !titled && (len(list) == 0 || list[0].Kind != document.Heading && list[0].Kind != document.Title) {
		if name := plain.Line(c.Title); name != "" && (i > 0 || name != title(a.edition)) {
			tag := a.heading(c.Level)
			a.WriteString("<" + tag + ` class="chapter" dir="auto">` + escape(name) + "</" + tag + ">\n")
		}
	}
	a.level = c.Level
	if len(list) > 0 {
		a.first = list[0].First
	}
	nodes := prose.Tree(list, chunkSize)
	for k := range nodes {
		a.parts(&nodes[k])
	}
	a.link(told.Link)
	a.closeChunk()
	a.WriteString("</section>\n")
}

// parts writes a node: a list that is longer than a chunk in parts.
func (a *article) parts(n *prose.Node) {
	if a.chunk >= chunkSize {
		a.closeChunk()
		a.openChunk()
	}
	switch {
	case n.Kind == prose.List && len(n.Nodes) > chunkSize:
		rest := *n
		for len(rest.Nodes) > 0 {
			part := rest
			k := min(len(rest.Nodes), chunkSize)
			part.Nodes, rest.Nodes = rest.Nodes[:k], rest.Nodes[k:]
			a.parts(&part)
		}
	case n.Kind == prose.Figure:
		for i := range n.Nodes {
			a.parts(&n.Nodes[i])
		}
	default:
		a.node(n)
	}
}

// openChunk begins what a browser lays out together.
func (a *article) openChunk() { a.WriteString("<div class=\"chunk\">\n"); a.chunk = 0 }

func (a *article) closeChunk() { a.WriteString("</div>\n") }

// heading is the tag of a heading of a chapter of that level: one deeper than
// the last at most, so that no rank is left out.
func (a *article) heading(level int) string {
	a.rank = min(a.rank+1, max(2, level+1), 6)
	return "h" + strconv.Itoa(a.rank)
}

func (a *article) nodes(list []prose.Node) {
	for i := range list {
		a.node(&list[i])
	}
}

func (a *article) node(n *prose.Node) {
	switch n.Kind {
	case prose.List:
		tag := "ul"
		if n.Numbered {
			tag = "ol"
		}
		a.WriteString("<" + tag + ">\n")
		a.nodes(n.Nodes)
		a.WriteString("</" + tag + ">\n")
	case prose.Item:
		a.WriteString(`<li dir="auto">`)
		rest := n.Nodes
		if first := rest[0].Block; rest[0].Kind == prose.Leaf && first.Kind == document.ListItem {
			a.sentences(first)
			a.chunk++
			rest = rest[1:]
		}
		if len(rest) > 0 {
			a.WriteString("\n")
		}
		a.nodes(rest)
		a.WriteString("</li>\n")
	case prose.Quote:
		a.WriteString("<blockquote>\n")
		a.nodes(n.Nodes)
		a.WriteString("</blockquote>\n")
	case prose.Figure: // in an item
		a.nodes(n.Nodes)
	case prose.Lines:
		for i := range n.Nodes {
			a.element("p", "row", n.Nodes[i].Block)
			a.chunk++
		}
	case prose.Rows:
		if n.Block != nil {
			a.element("p", "caption", n.Block)
		}
		a.table(n.Table)
		a.chunk += len(n.Table.Rows)
	case prose.Leaf:
		a.block(n.Block)
		a.chunk++
	}
}

func (a *article) block(b *prose.Block) {
	switch b.Kind {
	case document.Heading, document.Title:
		level := a.level
		if b.First > a.first {
			level++ // a heading inside a chapter
		}
		a.element(a.heading(level), "", b)
	case document.Code:
		if code := b.Cues[0].Utterance.Instead; code != "" {
			a.element("p", "caption", b)
			a.WriteString(`<pre dir="ltr"><code>` + prose.Escape(code) + "</code></pre>\n")
			break
		}
		a.element("pre", "", b)
	case document.Image:
		a.element("p", "image", b)
	case document.Caption:
		a.element("p", "caption", b)
	case document.Footnote:
		a.element("p", "note", b)
	default:
		a.element("p", "", b)
	}
}

// element writes a block's sentences in an element of their own.
func (a *article) element(tag, class string, b *prose.Block) {
	a.WriteString("<" + tag)
	if class != "" {
		a.WriteString(` class="` + class + `"`)
	}
	a.WriteString(` dir="auto">`)
	a.sentences(b)
	a.WriteString("</" + tag + ">\n")
}

func (a *article) sentences(b *prose.Block) {
	for i := range b.Cues {
		if i > 0 {
			if b.Kind == document.Code {
				a.WriteString("\n")
			} else {
				a.WriteString(prose.Gap(b.Cues[i-1].Utterance.Text))
			}
		}
		a.sentence(&b.Cues[i])
	}
}

// table writes a table. A sentence in several cells has an element in each of
// them.
func (a *article) table(t *prose.Table) {
	a.WriteString(`<div class="table" role="group" tabindex="0" aria-label="` + escape(a.labels["table"]) + `"><table>` + "\n")
	t.Write(a, cellAttributes, a.row)
	a.WriteString("</table></div>\n")
}

const cellAttributes = ` dir="auto"`

func (a *article) row(r *prose.Row) {
	var rest []prose.Word
	a.WriteString("<tr>")
	r.Write(a, cellAttributes, func(p *prose.Part) {
		cue := &r.Block.Cues[p.Cue]
		class := "s more"
		if p.First {
			class, rest = "s", wordElements(cue)
		}
		var in []prose.Word
		in, rest = p.Take(rest)
		a.part(cue, class, p.Lo, p.Hi, in)
	})
	a.WriteString("</tr>\n")
}

// sentence writes a cue: an element with one inside for each word that has a
// time.
func (a *article) sentence(c *timeline.Cue) {
	a.part(c, "s", 0, len(c.Utterance.Text), wordElements(c))
}

// part writes bytes [lo, hi) of a cue's text with words in it.
func (a *article) part(c *timeline.Cue, class string, lo, hi int, words []prose.Word) {
	a.WriteString(`<span class="` + class + `"`)
	if c.Utterance.Lang != a.edition.Timeline.Lang {
		a.WriteString(lang(c.Utterance.Lang))
	}
	a.WriteByte('>')
	prose.Set(a, c.Utterance.Text, c.Utterance.Spans, lo, hi, words)
	a.WriteString("</span>")
}

// wordElements are the words of a cue as they are set. No other element in a
// sentence is a <span>.
func wordElements(c *timeline.Cue) []prose.Word {
	var out []prose.Word
	for _, w := range words(c) {
		out = append(out, prose.Word{Lo: w.Lo, Hi: w.Hi, Tag: "<span>"})
	}
	return out
}

// picture writes an image that the page holds. It says nothing that the text
// does not.
func (a *article) picture(p *output.Picture, id, class string) {
	a.WriteString("<img")
	if id != "" {
		a.WriteString(` id="` + id + `"`)
	}
	a.WriteString(` class="` + class + `" alt="" width="` + strconv.Itoa(p.Width) + `" height="` + strconv.Itoa(p.Height) +
		`" decoding="async" src="data:` + p.MediaType + `;base64,`)
	enc := base64.NewEncoder(base64.StdEncoding, a)
	_, err := enc.Write(p.Data)
	if err == nil { // bufio keeps the error
		enc.Close()
	}
	a.WriteString("\">\n")
}

// link writes an address that belongs to the text above.
func (a *article) link(address string) {
	if isWeb(address) {
		a.WriteString(`<p class="link"><a href="` + line(address) + `" rel="noopener">` + line(address) + "</a></p>\n")
	}
}
