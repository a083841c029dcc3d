// Package input turns bytes into a document.Document: it loads a source, tells
// what it is, decodes it to text and hands it to the reader of its format.
//
// Each format is a folder of its own that implements Format; cmd/narrate holds
// the list of all. What the readers share is here: Decode for the encoding,
// Locator for places in the source, Builder for the text of a Block with exact
// anchors. The suite in inputtest holds what every reader promises.
package input

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"narrate/internal/document"
)

// Source is an article's bytes.
type Source struct {
	Name string // as the user gave it, a file or an address; "-" is standard input
	Data []byte // as stored, not decoded
	// MediaType is what the server said of it ("text/html; charset=utf-8"); ""
	// for a file.
	MediaType string
}

// Info describes a Format.
type Info struct {
	Name        string   // "text", as a user names it
	Description string   // "plain text", for lists and messages
	Extensions  []string // ".txt"; lower case, with the dot
}

// Named says whether name ends in one of the format's extensions, in any case.
func (i Info) Named(name string) bool {
	return slices.Contains(i.Extensions, strings.ToLower(filepath.Ext(name)))
}

// Confidence is how sure a Format is that a Source is its own.
type Confidence int

// From none to sure: content that cannot be anything else goes before the
// name, and the name goes before content that only looks like it.
const (
	None     Confidence = iota // it cannot be read as this format
	Possible                   // it can, as can any text
	Likely                     // the content looks like this format
	Named                      // it can be read, and the name has the format's extension
	Sure                       // the content carries the format's signature
)

// Format reads one kind of source. Its methods are safe for concurrent use.
type Format interface {
	Info() Info

	// Detect says how sure the format is that src is its own. It looks at
	// little of a large source, and gives None for what Binary names, unless
	// that is the format's own signature.
	Detect(src Source) Confidence

	// Read reads src. Every visible character of the source stands in a Block
	// or in Document.Dropped; a Block's text is valid UTF-8, not empty unless
	// the Block is a Break or an Image, with runs of white space collapsed to
	// one space (except in Code); Anchors are exact. The result depends on src
	// alone. A source that holds nothing to read gives a Document without
	// Blocks; one that the format cannot read gives an error without the
	// source's name, which the caller adds.
	Read(src Source) (*document.Document, error)
}

// Read reads src with the one of formats that is most sure of it; among equals
// the first. Errors begin with the source's name.
func Read(src Source, formats []Format) (*document.Document, error) {
	var best Format
	sure := None
	for _, f := range formats {
		if c := f.Detect(src); c > sure {
			best, sure = f, c
		}
	}
	if best == nil {
		names := make([]string, len(formats))
		for i, f := range formats {
			names[i] = f.Info().Description
		}
		what := Binary(src.Data)
		if what == "" {
			what = "not in a known format"
		}
		return nil, fmt.Errorf("%s: this is %s; narrate reads %s", display(src.Name), what, strings.Join(names, ", "))
	}
	doc, err := best.Read(src)
	if err != nil {
		return nil, fmt.Errorf("%s: read as %s: %w", display(src.Name), best.Info().Description, err)
	}
	if len(doc.Blocks) == 0 {
		return nil, fmt.Errorf("%s: %w", display(src.Name), errEmpty)
	}
	return doc, nil
}

var errEmpty = errors.New("holds no text")

// display is a source's name in messages.
func display(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
