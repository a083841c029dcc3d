// Package docx reads Word documents: WordprocessingML (ECMA-376 part 1, section
// 17, transitional and strict) in its package (part 2), as Word, LibreOffice,
// Google Docs and pandoc write it.
//
// The files of the package are read token by token: styles and list definitions
// into small tables (styles.go, numbering.go), then each story (the document,
// notes, text boxes) into the Flow: story.go has its blocks, table.go tables, run.go
// what is in a paragraph, draw.go pictures and formulas.
package docx

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"narrate/internal/archive"
	"narrate/internal/document"
	"narrate/internal/input"
)

// Format is Word's DOCX, with and without macros, and its templates.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{Name: "docx", Description: "a Word document (DOCX)", Extensions: []string{".docx", ".docm", ".dotx", ".dotm"}}
}

// Detect is sure of a package whose main part is a Word document. Of a broken
// ZIP file it goes by the name, so that Read can say what is wrong.
func (f Format) Detect(src input.Source) input.Confidence {
	if !archive.IsZip(src.Data) {
		return input.None
	}
	if p, err := open(src); err == nil && p.main != "" {
		return input.Sure
	}
	if f.Info().Named(src.Name) {
		return input.Named
	}
	return input.None
}

// Namespaces of what is read: transitional and strict ones alike.
var namespaces = map[string]string{
	"http://schemas.openxmlformats.org/wordprocessingml/2006/main":            "w",
	"http://purl.oclc.org/ooxml/wordprocessingml/main":                        "w",
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships":     "r",
	"http://purl.oclc.org/ooxml/officeDocument/relationships":                 "r",
	"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing":  "wp",
	"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing":              "wp",
	"http://schemas.openxmlformats.org/officeDocument/2006/math":              "m",
	"http://purl.oclc.org/ooxml/officeDocument/math":                          "m",
	"http://schemas.openxmlformats.org/drawingml/2006/main":                   "a",
	"http://purl.oclc.org/ooxml/drawingml/main":                               "a",
	"http://schemas.openxmlformats.org/drawingml/2006/chart":                  "c",
	"http://purl.oclc.org/ooxml/drawingml/chart":                              "c",
	"http://schemas.openxmlformats.org/markup-compatibility/2006":             "mc",
	"http://schemas.microsoft.com/office/word/2010/wordml":                    "w14",
	"urn:schemas-microsoft-com:vml":                                           "v",
	"urn:schemas-microsoft-com:office:office":                                 "o",
	"http://schemas.microsoft.com/office/drawing/2017/decorative":             "adec",
	"http://schemas.openxmlformats.org/package/2006/relationships":            "",
	"http://schemas.openxmlformats.org/package/2006/content-types":            "",
	"http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
	"http://purl.oclc.org/ooxml/package/metadata/core-properties":             "cp",
	"http://purl.org/dc/elements/1.1/":                                        "dc",
	"http://purl.org/dc/terms/":                                               "dcterms",
}

// pack is an open package.
type pack struct {
	src   input.Source
	zip   *archive.Archive
	main  string         // the part that holds the document; "" if there is none
	roots map[string]rel // relations of the package, by their kind
}

// rel is a relation of a part to another part or to an address.
type rel struct {
	kind     string // the last step of its type: "hyperlink", "styles"
	target   string // the part's name in the archive, or the address
	external bool
}

func open(src input.Source) (*pack, error) {
	zip, err := archive.Open(src.Data)
	if err != nil {
		return nil, err
	}
	p := &pack{src: src, zip: zip, roots: make(map[string]rel)}
	rels, err := p.rels("")
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(rels))) {
		p.roots[rels[id].kind] = rels[id] // of two of a kind the first counts
	}
	if doc := p.roots["officeDocument"].target; doc != "" && zip.Has(doc) {
		types, err := p.read("[Content_Types].xml")
		// Excel and PowerPoint have the same package: the type tells, and where
		// it is missing the custom of names.
		if err == nil && !strings.Contains(types.text, "wordprocessingml.") && !strings.Contains(types.text, "ms-word.") || err != nil && path.Dir(doc) != "word" {
			return p, nil
		}
		p.main = doc
	}
	return p, nil
}

// part is the text of a part and its name in positions.
type part struct{ name, text string }

func (p *pack) read(name string) (part, error) {
	data, err := p.zip.Read(name)
	if err != nil {
		return part{}, err
	}
	text, _, err := input.DecodeXML(data)
	if err != nil {
		return part{}, fmt.Errorf("%s: %w", name, err)
	}
	return part{p.src.Name + "/" + name, text}, nil
}

// reader makes an XML reader of the part.
func (p part) reader() *input.XMLReader { return input.NewXMLReader(p.name, p.text, namespaces) }

// rels reads the relations of a part, "" for those of the package (part 2,
// section 6.5). A part without any has no such file.
func (p *pack) rels(of string) (map[string]rel, error) {
	dir, base := path.Split(of)
	file := dir + "_rels/" + base + ".rels"
	if !p.zip.Has(file) {
		return nil, nil
	}
	f, err := p.read(file)
	if err != nil {
		return nil, err
	}
	rels := make(map[string]rel)
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart || t.Name != "Relationship" {
			continue
		}
		r := rel{kind: path.Base(t.Attr("Type")), target: t.Attr("Target"), external: t.Attr("TargetMode") == "External"}
		if !r.external {
			target, _, _ := strings.Cut(r.target, "#")
			if strings.HasPrefix(target, "/") {
				r.target = path.Clean(target)[1:]
			} else {
				r.target = strings.TrimPrefix(path.Join("/", dir, target), "/")
			}
		}
		rels[t.Attr("Id")] = r
	}
	return rels, x.Err()
}

// Read reads src. What Word does not show in print is dropped with its reason:
// deleted and hidden text, the table of contents, page headers, comments.
func (Format) Read(src input.Source) (*document.Document, error) {
	p, err := open(src)
	if err != nil {
		return nil, err
	}
	if p.main == "" {
		return nil, fmt.Errorf("the ZIP file holds no Word document: its package names none")
	}
	r := &reader{pack: p, flow: input.NewFlow(src.Name), margins: make(map[string]bool)}
	if r.rels, err = p.rels(p.main); err != nil {
		return nil, err
	}
	body, err := p.read(p.main)
	if err != nil {
		return nil, err
	}
	r.loadStyles()
	r.loadNumbering()
	if r.facts, err = survey(body, r.styles); err != nil {
		return nil, err
	}
	if err := r.story(body, "w:body"); err != nil {
		return nil, err
	}
	rels := r.rels
	for _, kind := range []string{"footnotes", "endnotes", "comments", "header", "footer", "diagramData", "chart"} {
		r.rels = rels
		for _, name := range r.parts(kind) {
			if err := r.side(kind, name); err != nil {
				r.flow.Warning(err.Error())
			}
		}
	}
	doc := r.flow.Document()
	m := p.metadata(doc)
	if doc.Title == "" {
		doc.Title = r.title(doc)
	}
	input.Settle(doc, m)
	return doc, nil
}

// parts gives the parts of that kind, which the document refers to, sorted.
func (r *reader) parts(kind string) []string {
	var names []string
	for _, rel := range r.rels {
		if rel.kind == kind && !rel.external && r.pack.zip.Has(rel.target) {
			names = append(names, rel.target)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// title gives the first block in the style of titles.
func (r *reader) title(doc *document.Document) string {
	for i := range doc.Blocks {
		if doc.Blocks[i].Kind == document.Title {
			return doc.Blocks[i].Text
		}
	}
	return ""
}

// nobody lists authors that programs enter by themselves.
var nobody = []string{"python-docx", "un-named", "microsoft office user", "windows user", "apache poi", "user", "administrator"}

// metadata reads the core properties (part 2, section 8) into doc and gives the
// language that they name. What is wrong with them harms nothing: it is a
// warning.
func (p *pack) metadata(doc *document.Document) (lang string) {
	core := p.roots["core-properties"].target
	if core == "" || !p.zip.Has(core) {
		return ""
	}
	f, err := p.read(core)
	if err != nil {
		doc.Warnings = append(doc.Warnings, err.Error())
		return ""
	}
	x := f.reader()
	modified := ""
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart || x.Depth() != 2 {
			continue
		}
		name, value := t.Name, strings.Join(strings.Fields(x.InnerText()), " ")
		switch name {
		case "dc:title":
			doc.Title = value
		case "dc:creator":
			if !slices.Contains(nobody, strings.ToLower(value)) {
				doc.Author = strings.ReplaceAll(value, ";", ", ")
				doc.Author = strings.Join(strings.Fields(doc.Author), " ")
			}
		case "dc:description":
			if value != "generated by python-docx" {
				doc.Description = value
			}
		case "dc:language":
			lang = input.LanguageTag(value)
		case "dcterms:created":
			doc.Date = input.ISODate(value)
		case "dcterms:modified":
			modified = input.ISODate(value)
		}
	}
	if err := x.Err(); err != nil {
		doc.Warnings = append(doc.Warnings, err.Error())
	}
	if doc.Date == "" {
		doc.Date = modified
	}
	return lang
}
