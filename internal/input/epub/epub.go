// Package epub reads e-books: EPUB 2.0.1 and EPUB 3.3, and books that come near
// enough to these to be read.
//
// The work goes in steps: the container and what encrypts it (container.go),
// the package document with metadata, manifest and spine (opf.go), the table of
// contents (contents.go), a look through all content documents for their notes
// and titles (survey.go), and their text (content.go), which the walker of
// package dom turns into blocks. Only one content document is held as a tree at
// a time.
package epub

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/archive"
	"narrate/internal/document"
	"narrate/internal/input"
)

// Format is EPUB.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{Name: "epub", Description: "an EPUB book", Extensions: []string{".epub"}}
}

// mimetype is what the member "mimetype" of a book holds (OCF 3.3, section
// 4.2.6.2).
const mimetype = "application/epub+zip"

// Detect knows a book by its member "mimetype" or its container.xml, also one
// that is cut.
func (f Format) Detect(src input.Source) input.Confidence {
	if !archive.IsZip(src.Data) {
		return input.None
	}
	if bytes.Contains(src.Data[:min(len(src.Data), 200)], []byte("mimetype"+mimetype)) {
		return input.Sure
	}
	a, err := archive.Open(src.Data)
	switch {
	case err == nil && (a.Mimetype() == mimetype || a.Has(containerFile)):
		return input.Sure
	case f.Info().Named(src.Name):
		return input.Named
	case err == nil && slices.ContainsFunc(a.Names(), isPackage):
		return input.Likely
	}
	return input.None
}

// Read reads src. Tables of contents, indexes, page numbers and the like, and
// what stands outside of the reading order, are dropped by name; what a broken
// book lacks is in the warnings.
func (Format) Read(src input.Source) (*document.Document, error) {
	a, err := archive.Open(src.Data)
	if err != nil {
		return nil, err
	}
	b := &book{source: src.Name, archive: a, flow: input.NewFlow(src.Name)}
	b.index()
	if err := b.refuseEncrypted(); err != nil {
		return nil, err
	}
	if err := b.readPackage(); err != nil {
		return nil, err
	}
	b.readContents()
	if err := b.survey(); err != nil {
		return nil, err
	}
	b.lang = b.language()
	if err := b.readText(); err != nil {
		return nil, err
	}
	doc := b.flow.Document()
	b.describe(doc)
	headings(doc)
	b.front(doc)
	if more := b.warned - maxWarnings; more > 0 {
		b.flow.Warning(fmt.Sprintf("%s: %d more warnings", b.source, more))
	}
	return doc, nil
}

// book is an EPUB that is being read.
type book struct {
	source  string
	archive *archive.Archive
	flow    *input.Flow
	warned  int               // warnings so far
	names   map[string]string // members by their folded name
	bases   map[string]string // members by the folded last part of their name; "" where several share it

	pkg       packageDocument
	coverName string // the member that is the cover picture, or ""
	lang      string
	contents  *file              // that holds the table of contents
	entries   map[string][]entry // of it, by member, in its order
	targets   map[target]bool    // where they lead
	roles     map[string]string  // what whole files are, as the guide or the landmarks say
	pages     map[target]bool    // where pages of the printed book begin
	surveyed  map[string]*survey // content documents that can be read, by member
	notes     map[target]bool    // that other files refer to
}

// file is a member that was read as text.
type file struct {
	member string // its name in the archive
	name   string // its name in places
	text   string
	// entities are those that it declares.
	entities input.Entities
	loc      *input.Locator
}

// warn adds a warning about byte off of the file.
func (b *book) warn(f *file, off int, format string, args ...any) {
	if f.loc == nil {
		f.loc = input.NewLocator(f.name, f.text)
	}
	b.warning(fmt.Sprintf("%s: %s", f.loc.At(off), fmt.Sprintf(format, args...)))
}

// maxWarnings is how many warnings there are before they are only counted.
const maxWarnings = 50

// warning adds a warning that names its place itself.
func (b *book) warning(text string) {
	if b.warned++; b.warned <= maxWarnings {
		b.flow.Warning(text)
	}
}

// index notes the members' names.
func (b *book) index() {
	b.names, b.bases = map[string]string{}, map[string]string{}
	for _, name := range b.archive.Names() {
		b.names[name] = name
		if folded := fold(name); b.names[folded] == "" {
			b.names[folded] = name
		}
		base := fold(path.Base(name))
		if _, taken := b.bases[base]; taken {
			name = ""
		}
		b.bases[base] = name
	}
}

// fold makes names equal that differ in case or in how their accents are
// composed, as files do that went over macOS or Windows.
func fold(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// member gives the name of the member that the archive knows as name, or under
// nearly that name, or "".
func (b *book) member(name string) string {
	if found := b.names[name]; found != "" {
		return found
	}
	return b.names[fold(name)]
}

// resolve gives the member that href in the member from leads to, and its
// fragment. member is "" if it leads out of the book or to what is not there;
// outside tells which.
func (b *book) resolve(from, href string) (member, fragment string, outside bool) {
	href = strings.TrimSpace(strings.ReplaceAll(href, `\`, "/"))
	href, fragment, _ = strings.Cut(href, "#")
	fragment = unescape(fragment)
	if href == "" {
		return from, fragment, false
	}
	if scheme.MatchString(href) || strings.HasPrefix(href, "//") {
		return "", "", true
	}
	// A name with a "%" or a "?" in it may be written as it is.
	plain, _, _ := strings.Cut(href, "?")
	for _, try := range []string{unescape(plain), href} {
		for _, dir := range []string{path.Dir(from), "."} {
			if found := b.member(within(dir, try)); found != "" {
				return found, fragment, false
			}
		}
	}
	return b.bases[fold(path.Base(unescape(plain)))], fragment, false
}

// within joins dir and an address that is relative to it or, with a slash at
// its front, to the root. No address leads above the root.
func within(dir, name string) string {
	if strings.HasPrefix(name, "/") {
		dir = "."
	}
	return strings.TrimPrefix(path.Join("/", dir, name), "/")
}

// read reads a member as XML text.
func (b *book) read(member string) (*file, error) {
	data, err := b.archive.Read(member)
	if err != nil {
		return nil, err
	}
	if len(data) > maxText {
		return nil, tooLarge(member, len(data))
	}
	text, _, entities, err := input.DecodeXMLWith(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	return &file{member: member, name: b.source + "/" + member, text: text, entities: entities}, nil
}

// maxText is the size of the largest file that is read as text: a Bible in one
// file has 6 MiB.
const maxText = 16 << 20

func tooLarge(member string, size int) error {
	return fmt.Errorf("%s: is %.1f MiB; the largest text in a book that narrate reads is %d MiB", member, float64(size)/(1<<20), maxText>>20)
}
