package ssml

import (
	"encoding/xml"
	"strings"

	"narrate/internal/input"
)

// metadata is what <meta> and <metadata> say of the document.
type metadata struct {
	title, author, description, date, lang string

	name string // of the element under way in <metadata>
	text strings.Builder
}

// set takes over a property by its name in <meta> or in Dublin Core; of several
// the first counts.
func (m *metadata) set(name, value string) {
	value = strings.Join(strings.Fields(value), " ")
	var to *string
	name = strings.ToLower(name)
	switch name[strings.LastIndexAny(name, ".:")+1:] {
	case "title":
		to = &m.title
	case "author", "creator":
		to = &m.author
	case "description":
		to = &m.description
	case "date":
		to, value = &m.date, input.ISODate(value)
	case "language":
		to, value = &m.lang, input.LanguageTag(value)
	default:
		return
	}
	if *to == "" {
		*to = value
	}
}

// metaStart is an element inside <metadata>: RDF has properties as attributes,
// or as elements with text or with further elements around it (rdf:Seq).
func (r *reader) metaStart(t xml.StartElement) {
	for _, a := range t.Attr {
		if a.Name.Space != "xmlns" && a.Name.Space != "xml" {
			r.meta.set(a.Name.Local, a.Value)
		}
	}
	switch t.Name.Local {
	case "Seq", "Bag", "Alt", "li":
	default:
		r.meta.name = t.Name.Local
	}
	r.meta.text.Reset()
}

func (r *reader) metaText(s string) { r.meta.text.WriteString(s) }

func (r *reader) metaEnd() {
	r.meta.set(r.meta.name, r.meta.text.String())
	r.meta.text.Reset()
}
