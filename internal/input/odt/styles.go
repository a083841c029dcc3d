package odt

import (
	"regexp"
	"strings"

	"narrate/internal/input"
)

// role is what a style says that a paragraph is.
type role uint8

const (
	plain role = iota
	title
	quote
	code
	caption
	contents  // a line of a table of contents
	rule      // a horizontal line, if the paragraph is empty
	tableHead // a paragraph in a cell that names its column
)

// roles are styles by name, in lower case, with "_20_" as a space: LibreOffice
// has English names in its files whatever its language; those of pandoc and of
// people are beside them.
var roles = map[string]role{
	"title": title, "subtitle": title, "titel": title, "untertitel": title, "titre": title, "título": title,
	"quotations": quote, "quote": quote, "block quotation": quote, "blockquote": quote, "block text": quote, "intense quote": quote,
	"zitat": quote, "citation": quote, "citations": quote, "cita": quote, "citas": quote,
	"preformatted text": code, "source code": code, "code": code, "code block": code, "html preformatted": code, "listing": code, "verbatim": code,
	"caption": caption, "tablecaption": caption, "figurecaption": caption, "table caption": caption, "figure caption": caption, "beschriftung": caption,
	"contents heading": contents, "toc heading": contents,
	"horizontal line": rule,
	"table heading":   tableHead,
}

var contentsName = regexp.MustCompile(`^(?:contents|toc) \d+$`)

func roleOf(name string) role {
	name = strings.ToLower(strings.ReplaceAll(name, "_20_", " "))
	if contentsName.MatchString(name) {
		return contents
	}
	return roles[name]
}

// toggle is a property that is on, off or not spoken of.
type toggle int8

const (
	unset toggle = iota
	on
	off
)

func toggled(is bool) toggle {
	if is {
		return on
	}
	return off
}

// textProps are the properties of text that matter here (section 16.29.29).
type textProps struct {
	langs          input.Langs
	hidden, struck toggle
	bold, italic   toggle
	raised         input.Raised
}

// over gives p with what q says in place of it.
func (p textProps) over(q textProps) textProps {
	q.langs = p.langs.Over(q.langs)
	if q.hidden == unset {
		q.hidden = p.hidden
	}
	if q.bold == unset {
		q.bold = p.bold
	}
	if q.italic == unset {
		q.italic = p.italic
	}
	if q.raised == input.Level {
		q.raised = p.raised
	}
	if q.struck == unset {
		q.struck = p.struck
	}
	return q
}

// style is a style with what its parents say taken in.
type style struct {
	parent   string
	role     role
	list     string // the list style of its paragraphs
	text     textProps
	resolved bool
}

// styles holds the styles by family and name.
type styles struct {
	byName  map[string]*style
	base    textProps // of paragraphs
	lists   map[string]*listStyle
	outline *listStyle // the numbers of headings
	tags    map[string]string
}

// get gives the style of that family and name; one that does not exist is
// plain.
func (s *styles) get(family, name string) *style {
	if st := s.byName[family+"/"+name]; st != nil {
		return st
	}
	return &style{}
}

// tag gives a language and a country as a BCP 47 tag.
func (s *styles) tag(language, country string) string {
	if language == "" || language == "none" || language == "zxx" {
		return ""
	}
	written := language
	if country != "" && country != "none" {
		written += "-" + country
	}
	t, ok := s.tags[written]
	if !ok {
		t = input.LanguageTag(written)
		s.tags[written] = t
	}
	return t
}

// loadStyles reads styles.xml, where it is, and the automatic styles of the
// content, which go before. A broken styles.xml is a warning.
func (r *reader) loadStyles() error {
	r.styles = &styles{byName: make(map[string]*style), lists: make(map[string]*listStyle), tags: make(map[string]string)}
	if r.pack.zip != nil && r.pack.zip.Has("styles.xml") {
		f, err := r.pack.read("styles.xml")
		if err == nil {
			err = r.styles.read(f, false)
		}
		if err != nil {
			r.flow.Warning(err.Error())
		}
	}
	if err := r.styles.read(r.body, r.pack.zip == nil); err != nil {
		return err
	}
	// Programs that know nothing of a text's language leave this default.
	if r.styles.base.langs.Western == "en-US" {
		r.styles.base.langs.Western = ""
	}
	for name := range r.styles.byName {
		r.styles.resolve(name, 0)
	}
	return nil
}

// read reads the styles of a file. Those of page headers in styles.xml may have
// the names of others in content.xml: the latter replace them; in a flat file
// the first counts.
func (s *styles) read(f part, flat bool) error {
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "office:body", "office:master-styles":
			if t.Name == "office:body" {
				return nil
			}
			x.Skip()
		case "style:default-style":
			if t.Attr("style:family") == "paragraph" {
				s.base = s.readStyle(x, &style{}).text
			}
		case "style:style":
			key := t.Attr("style:family") + "/" + t.Attr("style:name")
			st := &style{parent: t.Attr("style:family") + "/" + t.Attr("style:parent-style-name"), list: t.Attr("style:list-style-name")}
			if st.role = roleOf(t.Attr("style:name")); st.role == plain {
				st.role = roleOf(t.Attr("style:display-name"))
			}
			s.readStyle(x, st)
			if s.byName[key] == nil || !flat {
				s.byName[key] = st
			}
		case "text:list-style":
			name := t.Attr("style:name")
			s.lists[name] = readListStyle(x)
		case "text:outline-style":
			s.outline = readListStyle(x)
		}
	}
	return x.Err()
}

// readStyle reads what is in a style.
func (s *styles) readStyle(x *input.XMLReader, st *style) *style {
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart || t.Name != "style:text-properties" {
			continue
		}
		st.text.langs = input.Langs{
			Western: s.tag(t.Attr("fo:language"), t.Attr("fo:country")),
			Asian:   s.tag(t.Attr("style:language-asian"), t.Attr("style:country-asian")),
			Complex: s.tag(t.Attr("style:language-complex"), t.Attr("style:country-complex")),
		}
		// "super 58%", "sub" or the height in percent (section 20.392).
		switch v := t.Attr("style:text-position"); {
		case strings.HasPrefix(v, "sub"), strings.HasPrefix(v, "-"):
			st.text.raised = input.Subscript
		case strings.HasPrefix(v, "super"), v != "" && !strings.HasPrefix(v, "0"):
			st.text.raised = input.Superscript
		}
		if v := t.Attr("fo:font-weight"); v != "" {
			st.text.bold = toggled(v == "bold" || v >= "600" && v <= "900")
		}
		if v := t.Attr("fo:font-style"); v != "" {
			st.text.italic = toggled(v != "normal")
		}
		if v := t.Attr("text:display"); v != "" {
			st.text.hidden = toggled(v == "none")
		}
		if v := t.Attr("style:text-line-through-style"); v != "" {
			st.text.struck = toggled(v != "none")
		}
		if v := t.Attr("style:text-line-through-type"); v != "" && st.text.struck != off {
			st.text.struck = toggled(v != "none")
		}
	}
	return st
}

// maxParents bounds how many parents a style has.
const maxParents = 50

// resolve takes into a style what its parents say.
func (s *styles) resolve(name string, depth int) *style {
	st := s.byName[name]
	if st == nil || st.resolved || depth > maxParents {
		return st
	}
	st.resolved = true // a circle ends here
	parent := s.resolve(st.parent, depth+1)
	if parent == nil {
		// A parent that the file does not define is known by its name.
		if _, name, _ := strings.Cut(st.parent, "/"); st.role == plain {
			st.role = roleOf(name)
		}
		return st
	}
	if st.role == plain {
		st.role = parent.role
	}
	if st.list == "" {
		st.list = parent.list
	}
	st.text = parent.text.over(st.text)
	return st
}
