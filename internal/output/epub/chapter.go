package epub

import (
	"bytes"
	"fmt"
	"regexp"
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
	for len(list) > 0 {
		list = w.next(list)
	}
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

// next writes the first blocks of the list that belong together and gives the
// others.
func (w *writer) next(list []prose.Block) (rest []prose.Block) {
	b := &list[0]
	switch b.Kind {
	case document.ListItem:
		return w.items(list)
	case document.Quote:
		k := run(list, document.Quote)
		w.WriteString("<blockquote>\n")
		for i := range list[:k] {
			w.element("p", "", &list[i])
		}
		w.WriteString("</blockquote>\n")
		return list[k:]
	case document.Table, document.Image, document.Caption:
		return w.figure(list)
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
	case document.Paragraph:
		w.element("p", "", b)
	default:
		w.element("p", "", b)
	}
	return list[1:]
}

// run is how many blocks at the start of the list are of that kind.
func run(list []prose.Block, kind document.Kind) int {
	k := 0
	for k < len(list) && list[k].Kind == kind {
		k++
	}
	return k
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

// numbered is an item that brings its own number or sign.
var numbered = regexp.MustCompile(`^\s*([0-9]{1,4}|[A-Za-z]|[ivxlc]+)?[.):\x{2022}\x{2013}-]\s`)

func (w *writer) items(list []prose.Block) (rest []prose.Block) {
	k := run(list, document.ListItem)
	w.open("ul", "list", "")
	for i := range list[:k] {
		attributes := ""
		if numbered.MatchString(list[i].Cues[0].Utterance.Text) {
			attributes = ` class="numbered"`
		}
		w.open("li", "list-item", attributes)
		w.element("span", "", &list[i])
		w.close("li")
	}
	w.close("ul")
	return list[k:]
}

// figure writes pictures, which are told by their descriptions, or a table, with
// the captions before or else after them.
func (w *writer) figure(list []prose.Block) (rest []prose.Block) {
	above := run(list, document.Caption)
	things, below := 0, 0
	kind := document.Image
	if above < len(list) && list[above].Kind == document.Table {
		kind = document.Table
	}
	things = run(list[above:], kind)
	if above == 0 {
		below = run(list[things:], document.Caption)
	}
	if kind == document.Table && above+below == 0 {
		w.table(list[:things])
		return list[things:]
	}
	w.open("figure", "figure", "")
	w.caption(list[:above])
	if kind == document.Table {
		w.table(list[above : above+things])
	} else {
		for i := range list[above : above+things] {
			w.element("p", "", &list[above+i])
		}
	}
	w.caption(list[above+things : above+things+below])
	w.close("figure")
	return list[above+things+below:]
}

// table writes rows: as paragraphs where the cells of one are not known. Headings
// begin a further table.
func (w *writer) table(rows []prose.Block) {
	for len(rows) > 0 {
		k := 1
		for k < len(rows) && rows[k].Cues[0].Utterance.Headings == nil {
			k++
		}
		w.rows(rows[:k])
		rows = rows[k:]
	}
}

func (w *writer) rows(rows []prose.Block) {
	cells := make([][]prose.Cell, len(rows))
	for i := range rows {
		if cells[i] = prose.Cells(&rows[i]); cells[i] == nil {
			w.lines(rows)
			return
		}
	}
	w.open("table", "table", "")
	if headings := rows[0].Cues[0].Utterance.Headings; headings != nil {
		w.WriteString("<thead>\n<tr>")
		for _, text := range headings {
			if text == "" {
				w.WriteString("<td></td>")
			} else {
				w.WriteString(`<th scope="col">` + prose.Escape(text) + "</th>")
			}
		}
		w.WriteString("</tr>\n</thead>\n")
	}
	w.WriteString("<tbody>\n")
	for i := range rows {
		w.open("tr", "table-row", "")
		w.cells(&rows[i], cells[i])
		w.close("tr")
	}
	w.WriteString("</tbody>\n")
	w.close("table")
}

// cells writes those of a row. Of a sentence that stands in several, the words
// that have no times are shown as spoken in the first one.
func (w *writer) cells(b *prose.Block, cells []prose.Cell) {
	column := 0
	var rest []prose.Word
	for _, c := range cells {
		for ; column < min(c.Column, prose.MaxColumns); column++ {
			w.WriteString("<td></td>")
		}
		column++
		tag, attributes := "td", ""
		if c.Header {
			tag, attributes = "th", ` scope="row"`
		}
		runs := direction(w.book.lang)
		w.WriteString("<" + tag + attributes + ">")
		for k := range c.Parts {
			p := &c.Parts[k]
			cue := &b.Cues[p.Cue]
			if k > 0 {
				w.WriteString(prose.Gap(b.Cues[c.Parts[k-1].Cue].Utterance.Text))
			}
			id := ""
			if p.First {
				id = sentenceID(b.First + p.Cue)
				rest = w.timed(cue, b.First+p.Cue)
			}
			var in []prose.Word
			in, rest = p.Take(rest)
			w.begin(cue, id, runs)
			prose.Set(w, cue.Utterance, p.Lo, p.Hi, in)
			w.WriteString("</span>")
		}
		w.WriteString("</" + tag + ">")
	}
}

// lines writes rows as paragraphs.
func (w *writer) lines(rows []prose.Block) {
	w.open("div", "table", ` class="table"`)
	for i := range rows {
		w.open("div", "table-row", "")
		w.element("p", "", &rows[i])
		w.close("div")
	}
	w.close("div")
}

func (w *writer) caption(list []prose.Block) {
	if len(list) == 0 {
		return
	}
	w.WriteString("<figcaption>\n")
	for i := range list {
		w.element("p", "", &list[i])
	}
	w.WriteString("</figcaption>\n")
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
	prose.Set(w, c.Utterance, 0, len(c.Utterance.Text), words)
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
