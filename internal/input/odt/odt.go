// Package odt reads OpenDocument texts (OASIS OpenDocument 1.3, part 3: schema),
// as LibreOffice, Calligra, Google Docs and pandoc write them: in a package
// (part 2) or flat in one XML file.
//
// Styles and list definitions become small tables (styles.go, list.go); then the
// text is read token by token into the Flow: story.go has its blocks, table.go tables,
// inline.go what is in a paragraph, frame.go pictures, boxes and formulas.
package odt

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"narrate/internal/archive"
	"narrate/internal/document"
	"narrate/internal/input"
)

// Format is the OpenDocument text, its template and its flat form.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{Name: "odt", Description: "an OpenDocument text (ODT)", Extensions: []string{".odt", ".ott", ".odm", ".fodt"}}
}

// mediaType begins the types of texts, templates and master documents.
const mediaType = "application/vnd.oasis.opendocument.text"

// Detect is sure of a package that says what it is, and of a flat file. Of a
// broken ZIP file it goes by the name, so that Read can say what is wrong.
func (f Format) Detect(src input.Source) input.Confidence {
	if !archive.IsZip(src.Data) {
		if isFlat(src.Data) {
			return input.Sure
		}
		return input.None
	}
	if zip, err := archive.Open(src.Data); err == nil && isText(zip) {
		return input.Sure
	}
	if f.Info().Named(src.Name) {
		return input.Named
	}
	return input.None
}

// isText reports whether a package holds a text: by its type, or where a
// program packed it wrongly by its manifest.
func isText(zip *archive.Archive) bool {
	if t := zip.Mimetype(); t != "" {
		return strings.HasPrefix(t, mediaType)
	}
	manifest, err := zip.Read("META-INF/manifest.xml")
	return err == nil && zip.Has("content.xml") && bytes.Contains(manifest, []byte(`"`+mediaType))
}

// isFlat reports whether data is an OpenDocument text in one XML file.
func isFlat(data []byte) bool {
	head := data[:min(len(data), 16<<10)]
	i := bytes.Index(head, []byte("<office:document"))
	return i >= 0 && bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"), []byte("<")) && bytes.Contains(head[i:], []byte(mediaType))
}

// Namespaces of what is read.
var namespaces = map[string]string{
	"urn:oasis:names:tc:opendocument:xmlns:office:1.0":                     "office",
	"urn:oasis:names:tc:opendocument:xmlns:style:1.0":                      "style",
	"urn:oasis:names:tc:opendocument:xmlns:text:1.0":                       "text",
	"urn:oasis:names:tc:opendocument:xmlns:table:1.0":                      "table",
	"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0":                    "draw",
	"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0":          "fo",
	"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0":             "svg",
	"urn:oasis:names:tc:opendocument:xmlns:meta:1.0":                       "meta",
	"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0":                   "manifest",
	"urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
	"http://purl.org/dc/elements/1.1/":                                     "dc",
	"http://www.w3.org/1999/xlink":                                         "xlink",
	"http://www.w3.org/1998/Math/MathML":                                   "math",
}

// pack is a document's files.
type pack struct {
	name string
	zip  *archive.Archive // nil if the document is flat
	flat part
}

// part is the text of a file and its name in positions.
type part struct{ name, text string }

// reader makes an XML reader of the part.
func (p part) reader() *input.XMLReader { return input.NewXMLReader(p.name, p.text, namespaces) }

func open(src input.Source) (*pack, error) {
	p := &pack{name: src.Name}
	if !archive.IsZip(src.Data) {
		text, _, err := input.DecodeXML(src.Data)
		p.flat = part{src.Name, text}
		return p, err
	}
	var err error
	if p.zip, err = archive.Open(src.Data); err != nil {
		return nil, err
	}
	if err := p.encrypted(); err != nil {
		return nil, err
	}
	if !p.zip.Has("content.xml") {
		return nil, errors.New("the ZIP file holds no OpenDocument text: it has no content.xml")
	}
	return p, nil
}

// encrypted gives an error if the manifest says that the text is encrypted
// (part 2, section 4.4).
func (p *pack) encrypted() error {
	secret := p.zip.Has("encrypted-package")
	if !secret && p.zip.Has("META-INF/manifest.xml") {
		f, err := p.read("META-INF/manifest.xml")
		if err != nil {
			return err
		}
		x := f.reader()
		entry := ""
		for t, ok := x.Next(); ok; t, ok = x.Next() {
			switch {
			case t.Kind != input.XMLStart:
			case t.Name == "manifest:file-entry":
				entry = t.Attr("manifest:full-path")
			case t.Name == "manifest:encryption-data" && entry == "content.xml":
				secret = true
			}
		}
		// A manifest that is broken further down says nothing of importance.
	}
	if secret {
		return errors.New("the document is encrypted: open it with its password and save it without one first")
	}
	return nil
}

// read gives the file of that name; of a flat document it is the whole.
func (p *pack) read(name string) (part, error) {
	if p.zip == nil {
		return p.flat, nil
	}
	data, err := p.zip.Read(name)
	if err != nil {
		return part{}, err
	}
	text, _, err := input.DecodeXML(data)
	if err != nil {
		return part{}, fmt.Errorf("%s: %w", name, err)
	}
	return part{p.name + "/" + name, text}, nil
}

// Read reads src. What is not shown in print is dropped with its reason:
// deleted and hidden text, tables of contents, page headers, comments.
func (Format) Read(src input.Source) (*document.Document, error) {
	p, err := open(src)
	if err != nil {
		return nil, err
	}
	body, err := p.read("content.xml")
	if err != nil {
		return nil, err
	}
	r := &reader{pack: p, flow: input.NewFlow(src.Name), body: body}
	if err := r.loadStyles(); err != nil {
		return nil, err
	}
	if r.layout, err = survey(body, r.styles); err != nil {
		return nil, err
	}
	if err := r.text(); err != nil {
		return nil, err
	}
	r.flow.File(body.name, body.text)
	r.notes()
	r.margins()
	doc := r.flow.Document()
	lang := p.metadata(doc)
	for i := range doc.Blocks {
		if doc.Title == "" && doc.Blocks[i].Kind == document.Title {
			doc.Title = doc.Blocks[i].Text
		}
	}
	input.Settle(doc, lang)
	return doc, nil
}

// metadata reads meta.xml (section 4.3) into doc and gives the language that
// it names. What is wrong with it harms nothing: it is a warning.
func (p *pack) metadata(doc *document.Document) (lang string) {
	if p.zip != nil && !p.zip.Has("meta.xml") {
		return ""
	}
	f, err := p.read("meta.xml")
	if err != nil {
		doc.Warnings = append(doc.Warnings, err.Error())
		return ""
	}
	x := f.reader()
	first, changed := "", ""
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind == input.XMLStart && (t.Name == "office:body" || t.Name == "office:styles") {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "dc:title", "dc:creator", "meta:initial-creator", "dc:description", "dc:language", "meta:creation-date", "dc:date":
		default:
			continue
		}
		name, value := t.Name, strings.Join(strings.Fields(x.InnerText()), " ")
		switch name {
		case "dc:title":
			doc.Title = value
		case "dc:creator": // who changed it last
			doc.Author = value
		case "meta:initial-creator":
			first = value
		case "dc:description":
			doc.Description = value
		case "dc:language":
			lang = input.LanguageTag(value)
		case "meta:creation-date":
			doc.Date = input.ISODate(value)
		case "dc:date":
			changed = input.ISODate(value)
		}
	}
	if err := x.Err(); err != nil {
		doc.Warnings = append(doc.Warnings, err.Error())
	}
	if first != "" {
		doc.Author = first
	}
	if doc.Date == "" {
		doc.Date = changed
	}
	return lang
}
