package epub

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"narrate/internal/document"
	"narrate/internal/output/prose"
	"narrate/internal/timeline"
)

// chapterID is the id of the element around a whole chapter.
const chapterID = "chapter"

// writer writes a chapter's text and, along with it, its overlay.
type writer struct {
	bytes.Buffer
	book    *book
	chapter *chapter
	overlay *overlay
	ends    []int64 // see ends
	ids     int     // of elements that hold blocks, so far
}

// documents are the chapter's text and its overlay.
func (b *book) documents(c *chapter) (text, overlay []byte) {
	w := &writer{book: b, chapter: c, ends: ends(b.edition.Timeline.Rate, c.span, c.cues)}
	w.overlay = newOverlay("../"+c.text(), "../"+c.sound(), ` epub:type="chapter" epub:textref="../`+c.text()+"#"+chapterID+`"`)
	b.page(&w.Buffer, c.name, "../", ` epub:type="bodymatter"`)
	w.WriteString(`<section epub:type="chapter" role="doc-chapter" id="` + chapterID + "\">\n")
	if p := c.picture; p != nil { // it says nothing that the text does not
		fmt.Fprintf(w, "<p><img src=\"../%s\" width=\"%d\" height=\"%d\" alt=\"\"/></p>\n", c.image(), p.Width, p.Height)
	}
	list := prose.Blocks(c.cues)
	if len(list) == 0 || list[0].Kind != document.Heading && list[0].Kind != document.Title {
		w.title(len(list) == 0)
	}
	w.nodes(prose.Tree(list, math.MaxInt))
	if link := webAddress(c.link); link != "" {
		fmt.Fprintf(w, "<p class=\"link\" dir=\"ltr\"><a href=\"%s\">%s</a></p>\n", escape(link), escape(link))
	}
	w.WriteString("</section>\n" + pageEnd)
	return w.Bytes(), w.overlay.close()
}

// title writes a heading that is not spoken. The sound of a chapter that has no
// text belongs to it.
func (w *writer) title(alone bool) {
	tag := heading(w.chapter.level)
	fmt.Fprintf(w, "<%s dir=\"auto\"><span id=\"title\">%s</span></%s>\n", tag, escape(w.chapter.name), tag)
	if alone {
		w.overlay.par("title", 0, w.ends[0])
	}
}

func heading(level int) string { return "h" + strconv.Itoa(min(level, maxDepth)) }

func (w *writer) nodes(list []prose.Node) {
	for i := range list {
		w.node(&list[i])
	}
}

func (w *writer) node(n *prose.Node) {
	switch n.Kind {
	case prose.List:
		tag := "ul"
		if n.Numbered {
			tag = "ol"
		}
		w.open(tag, "list", "")
		w.nodes(n.Nodes)
		w.close(tag)
	case prose.Item:
		w.open("li", "list-item", "")
		rest := n.Nodes
		if first := rest[0].Block; rest[0].Kind == prose.Leaf && first.Kind == document.ListItem {
			w.element("span", "", first)
			rest = rest[1:]
		}
		w.nodes(rest)
		w.close("li")
	case prose.Quote:
		w.WriteString("<blockquote>\n")
		w.nodes(n.Nodes)
		w.WriteString("</blockquote>\n")
	case prose.Figure:
		w.figure(n.Nodes)
	case prose.Rows:
		if n.Block != nil {
			w.element("p", "", n.Block)
		}
		w.table(n.Table)
	case prose.Lines:
		w.open("div", "table", ` class="table"`)
		for i := range n.Nodes {
			w.open("div", "table-row", "")
			w.node(&n.Nodes[i])
			w.close("div")
		}
		w.close("div")
	case prose.Leaf:
		w.block(n.Block)
	}
}

func (w *writer) block(b *prose.Block) {
	switch b.Kind {
	case document.Footnote:
		// No <aside>: there are reading systems that take one off the page, and
		// would read aloud what is not seen.
		w.open("div", "footnote", ` class="note" epub:type="footnote" role="doc-footnote"`)
		w.element("p", "", b)
		w.close("div")
	case document.Title:
		w.element("h1", "", b)
	case document.Heading:
		level := w.chapter.level
		if b.First > 0 { // inside of the chapter
			level++
		}
		w.element(heading(level), "", b)
	case document.Code:
		if code := b.Cues[0].Utterance.Instead; code != "" {
			w.element("p", "", b)
			w.WriteString(`<pre dir="ltr"><code>` + prose.Escape(code) + "</code></pre>\n")
			break
		}
		w.WriteString("<pre>")
		w.element("code", "", b)
		w.WriteString("</pre>\n")
	case document.Break:
		w.element("p", "break", b)
	default:
		w.element("p", "", b)
	}
}

// figure writes pictures or a table with captions, before or else after them.
func (w *writer) figure(nodes []prose.Node) {
	w.open("figure", "figure", "")
	captions := false
	for i := range nodes {
		n := &nodes[i]
		is := n.Kind == prose.Leaf && n.Block.Kind == document.Caption
		if is && !captions {
			w.WriteString("<figcaption>\n")
		} else if captions && !is {
			w.WriteString("</figcaption>\n")
		}
		captions = is
		w.node(n)
	}
	if captions {
		w.WriteString("</figcaption>\n")
	}
	w.close("figure")
}

// open writes the start of an element that holds blocks and that a listener may
// skip or leave: kind is its epub:type in the overlay.
func (w *writer) open(tag, kind, attributes string) {
	w.ids++
	id := "b" + strconv.Itoa(w.ids)
	fmt.Fprintf(w, "<%s id=\"%s\"%s>\n", tag, id, attributes)
	w.overlay.begin(id, kind)
}

func (w *writer) close(tag string) {
	w.overlay.end()
	w.WriteString("</" + tag + ">\n")
}

// table writes a table. One of which nothing is spoken is nothing that a listener
// could leave.
func (w *writer) table(t *prose.Table) {
	if !t.Spoken() {
		w.WriteString("<table>\n")
		t.Write(w, "", w.row)
		w.WriteString("</table>\n")
		return
	}
	w.open("table", "table", "")
	t.Write(w, "", w.row)
	w.close("table")
}

// row writes a row. Of a sentence that stands in several cells, the words that have
// no times are shown as spoken in the first one.
func (w *writer) row(r *prose.Row) {
	w.open("tr", "table-row", "")
	b := r.Block
	runs := direction(w.book.lang)
	var rest []prose.Word
	r.Write(w, "", func(p *prose.Part) {
		cue := &b.Cues[p.Cue]
		id := ""
		if p.First {
			id = sentenceID(b.First + p.Cue)
			rest = w.timed(cue, b.First+p.Cue)
		}
		var in []prose.Word
		in, rest = p.Take(rest)
		w.begin(cue, id, runs)
		prose.Set(w, cue.Utterance.Text, cue.Utterance.Spans, p.Lo, p.Hi, in)
		w.WriteString("</span>")
	})
	w.close("tr")
}

// element writes a block's sentences in an element of their own.
func (w *writer) element(tag, class string, b *prose.Block) {
	w.WriteString("<" + tag)
	if class != "" {
		w.WriteString(` class="` + class + `"`)
	}
	runs := direction(w.book.lang)
	if lang := language(b.Cues[0].Utterance.Lang); lang != "" && direction(lang) != runs {
		runs = direction(lang)
		w.WriteString(` dir="` + runs + `"`)
	}
	w.WriteByte('>')
	for i := range b.Cues {
		if i > 0 {
			if b.Kind == document.Code {
				w.WriteByte('\n')
			} else {
				w.WriteString(prose.Gap(b.Cues[i-1].Utterance.Text))
			}
		}
		w.sentence(&b.Cues[i], b.First+i, runs)
	}
	w.WriteString("</" + tag + ">\n")
}

// sentence writes the i-th cue of the chapter, inside an element whose lines run
// in that direction.
func (w *writer) sentence(c *timeline.Cue, i int, runs string) {
	words := w.timed(c, i)
	w.begin(c, sentenceID(i), runs)
	prose.Set(w, c.Utterance.Text, c.Utterance.Spans, 0, len(c.Utterance.Text), words)
	w.WriteString("</span>")
}

// begin writes the start of an element for a cue's text.
func (w *writer) begin(c *timeline.Cue, id, runs string) {
	w.WriteString("<span")
	if id != "" {
		w.WriteString(` id="` + id + `"`)
	}
	if lang := language(c.Utterance.Lang); lang != "" && lang != w.book.lang {
		w.WriteString(languageAttributes(lang))
		if d := direction(lang); d != runs {
			w.WriteString(` dir="` + d + `"`)
		}
	}
	w.WriteByte('>')
}

// timed says in the overlay when the i-th cue of the chapter is heard, and gives
// those of its words that have elements there.
func (w *writer) timed(c *timeline.Cue, i int) []prose.Word {
	id := sentenceID(i)
	begin, end := int64(0), w.ends[i]
	if i > 0 {
		begin = w.ends[i-1]
	}
	var list []timeline.Word
	if w.book.words {
		list = words(c)
	}
	if len(list) == 0 {
		w.overlay.par(id, begin, end)
		return nil
	}
	w.overlay.begin(id, "")
	from := begin
	until := endsOfWords(w.book.edition.Timeline.Rate, w.chapter.span, list, begin, end)
	var out []prose.Word
	for k, word := range list {
		wordID := id + "w" + strconv.Itoa(k+1)
		if w.overlay.par(wordID, from, until[k]) {
			out = append(out, prose.Word{Lo: word.Lo, Hi: word.Hi, Tag: `<span id="` + wordID + `">`})
		}
		from = until[k]
	}
	w.overlay.end()
	return out
}
