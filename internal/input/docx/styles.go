package docx

import (
	"regexp"
	"strconv"
	"strings"

	"narrate/internal/input"
)

// role is what a paragraph style says that a paragraph is.
type role uint8

const (
	plain role = iota
	title
	quote
	code
	caption
	contents // a line of a table of contents
	index    // a line of an index
	noteSign // of characters: the mark of a note
)

// roles are styles by their names in lower case: Word's built-in styles have
// English names in every language (ECMA-376 part 1, section 17.7.4.9); those
// of LibreOffice, pandoc and people are beside them.
var roles = map[string]role{
	"title": title, "subtitle": title, "titel": title, "untertitel": title,
	"quote": quote, "intense quote": quote, "block text": quote, "quotations": quote, "block quotation": quote,
	"block quote": quote, "blockquote": quote, "zitat": quote, "intensives zitat": quote, "citation": quote, "citation intense": quote, "cita": quote, "cita destacada": quote,
	"html preformatted": code, "preformatted text": code, "source code": code, "sourcecode": code, "code": code,
	"code block": code, "verbatim": code, "macro": code, "macro text": code, "listing": code, "quelltext": code, "quellcode": code,
	"caption": caption, "table caption": caption, "image caption": caption, "figure caption": caption, "tablecaption": caption, "imagecaption": caption, "figurecaption": caption, "beschriftung": caption,
	"toc heading": contents, "contents heading": contents, "table of figures": contents, "table of authorities": contents, "toa heading": contents,
	"index heading":      index,
	"footnote reference": noteSign, "endnote reference": noteSign,
}

var (
	// Headings have an outline level of their own, unless a converter forgot it.
	headingName  = regexp.MustCompile(`^(?:heading|überschrift|titre|título|titolo|kop|rubrik|nagłówek|заголовок|标题|見出し) ?([1-9])$`)
	contentsName = regexp.MustCompile(`^(?:toc|contents) ?\d+$`)
	indexName    = regexp.MustCompile(`^index ?\d$`)
)

// toggle is a property that is on, off or not spoken of.
type toggle int8

const (
	unset toggle = iota
	on
	off
)

func (t *toggle) set(v string) {
	switch v {
	case "0", "false", "off", "none":
		*t = off
	default:
		*t = on
	}
}

// runProps are the properties of text that matter here (section 17.3.2).
type runProps struct {
	langs          input.Langs
	vanish, strike toggle
	bold, italic   toggle
	sign           bool // the text is the mark of a note
	raised         input.Raised
}

// over gives p with what q says in place of it.
func (p runProps) over(q runProps) runProps {
	q.langs = p.langs.Over(q.langs)
	if q.vanish == unset {
		q.vanish = p.vanish
	}
	if q.strike == unset {
		q.strike = p.strike
	}
	if q.bold == unset {
		q.bold = p.bold
	}
	if q.italic == unset {
		q.italic = p.italic
	}
	q.sign = q.sign || p.sign
	if q.raised == input.Level {
		q.raised = p.raised
	}
	return q
}

// style is a style with what it is based on taken in.
type style struct {
	basedOn string
	role    role
	outline int // from 0; 9 is body text, -1 none
	num     numPr
	run     runProps
	// Of a table style: whether it sets the first row or column apart.
	firstRow, firstCol bool
	resolved           bool
}

// numPr says which item of which list a paragraph is (section 17.9.18).
type numPr struct {
	id    string // "0" for none
	level int    // -1 if not said
}

// styles holds the styles by id.
type styles struct {
	byID     map[string]*style
	standard string // the paragraph style of paragraphs without one
	base     runProps
	tags     map[string]string // languages as written: as BCP 47 tags
}

// tag gives a language as written as a tag.
func (s *styles) tag(written string) string {
	if written == "" {
		return ""
	}
	t, ok := s.tags[written]
	if !ok {
		t = input.LanguageTag(written)
		s.tags[written] = t
	}
	return t
}

// get gives the style of that id; one that does not exist is plain.
func (s *styles) get(id string) *style {
	if st := s.byID[id]; st != nil {
		return st
	}
	return &style{outline: -1, num: numPr{level: -1}}
}

// loadStyles reads the part of styles. A document without any is read as it
// is; one whose styles are broken too, with a warning.
func (r *reader) loadStyles() {
	r.styles = &styles{byID: make(map[string]*style), tags: make(map[string]string)}
	for _, name := range r.parts("styles") {
		f, err := r.pack.read(name)
		if err == nil {
			err = r.styles.read(f)
		}
		if err != nil {
			r.flow.Warning(err.Error())
		}
	}
	if r.styles.base.langs.Western == "" {
		for _, name := range r.parts("settings") {
			if f, err := r.pack.read(name); err == nil {
				r.styles.base.langs.Western = r.styles.themeLang(f)
			}
		}
	}
	// Programs that know nothing of a text's language leave this default.
	if r.styles.base.langs.Western == "en-US" {
		r.styles.base.langs.Western = ""
	}
	for id := range r.styles.byID {
		r.styles.resolve(id, 0)
	}
}

// themeLang finds the language of the theme's fonts in the settings.
func (s *styles) themeLang(f part) string {
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind == input.XMLStart && t.Name == "w:themeFontLang" {
			return s.tag(t.Attr("w:val"))
		}
	}
	return ""
}

func (s *styles) read(f part) error {
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:docDefaults":
			for depth := x.Depth(); x.Depth() >= depth; {
				t, ok := x.Next()
				if !ok {
					break
				}
				if t.Kind == input.XMLStart && t.Name == "w:rPr" {
					s.base = s.runProps(x)
				}
			}
		case "w:style":
			id, kind, standard := t.Attr("w:styleId"), t.Attr("w:type"), t.Attr("w:default")
			st := s.readStyle(x)
			if s.byID[id] == nil {
				s.byID[id] = st
			}
			if kind == "paragraph" && (standard == "1" || standard == "true" || standard == "on") {
				s.standard = id
			}
		}
	}
	return x.Err()
}

func (s *styles) readStyle(x *input.XMLReader) *style {
	st := &style{outline: -1, num: numPr{level: -1}}
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:name":
			name := strings.ToLower(t.Attr("w:val"))
			st.role = roles[name]
			if m := headingName.FindStringSubmatch(name); m != nil && st.outline < 0 {
				st.outline, _ = strconv.Atoi(m[1]) // one digit
				st.outline--
			}
			if contentsName.MatchString(name) {
				st.role = contents
			}
			if indexName.MatchString(name) {
				st.role = index
			}
		case "w:basedOn":
			st.basedOn = t.Attr("w:val")
		case "w:outlineLvl":
			st.outline = level(t.Attr("w:val"), 9)
		case "w:numPr":
			st.num = readNumPr(x)
		case "w:rPr":
			st.run = s.runProps(x)
		case "w:tblStylePr":
			switch t.Attr("w:type") {
			case "firstRow":
				st.firstRow = true
			case "firstCol":
				st.firstCol = true
			}
			x.Skip()
		}
	}
	st.run.sign = st.role == noteSign
	return st
}

// level reads a level from 0 to most; -1 if it is none.
func level(v string, most int) int {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		return -1
	}
	return n
}

// maxBased bounds how many styles a style is based on.
const maxBased = 50

// resolve takes into a style what it is based on.
func (s *styles) resolve(id string, depth int) *style {
	st := s.byID[id]
	if st == nil || st.resolved || depth > maxBased {
		return st
	}
	st.resolved = true // a circle ends here
	base := s.resolve(st.basedOn, depth+1)
	if base == nil {
		return st
	}
	if st.role == plain {
		st.role = base.role
	}
	if st.outline < 0 {
		st.outline = base.outline
	}
	if st.num.id == "" {
		st.num.id = base.num.id
	}
	if st.num.level < 0 {
		st.num.level = base.num.level
	}
	st.run = base.run.over(st.run)
	st.firstRow = st.firstRow || base.firstRow
	st.firstCol = st.firstCol || base.firstCol
	return st
}

// runProps reads the w:rPr whose start was the last token.
func (s *styles) runProps(x *input.XMLReader) runProps {
	var p runProps
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:rStyle":
			p = s.get(t.Attr("w:val")).run.over(p)
		case "w:lang":
			p.langs.Western, p.langs.Asian, p.langs.Complex = s.tag(t.Attr("w:val")), s.tag(t.Attr("w:eastAsia")), s.tag(t.Attr("w:bidi"))
		case "w:vanish":
			p.vanish.set(t.Attr("w:val"))
		case "w:strike", "w:dstrike":
			if p.strike != on {
				p.strike.set(t.Attr("w:val"))
			}
		case "w:b":
			p.bold.set(t.Attr("w:val"))
		case "w:i":
			p.italic.set(t.Attr("w:val"))
		case "w:vertAlign":
			p.raised = map[string]input.Raised{"superscript": input.Superscript, "subscript": input.Subscript}[t.Attr("w:val")]
		case "w:rtl":
			var rtl toggle
			rtl.set(t.Attr("w:val"))
			p.langs.RTL = rtl == on
		case "w:rPrChange":
			x.Skip() // how it was before a change
		}
	}
	return p
}

func readNumPr(x *input.XMLReader) numPr {
	n := numPr{level: -1}
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind == input.XMLStart {
			switch t.Name {
			case "w:ilvl":
				n.level = level(t.Attr("w:val"), levels-1)
			case "w:numId":
				n.id = t.Attr("w:val")
			}
		}
	}
	return n
}
