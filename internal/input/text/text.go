// Package text reads plain text as people have it: paragraphs by blank lines,
// by indented first lines or a line each; hard-wrapped or not; with bare
// headings, lists, quotes and scene breaks in the customs of e-mail, of
// Project Gutenberg and of casual Markdown. Nothing of that is marked, so all of
// it is told by evidence; what is not beyond doubt stays a paragraph.
//
// The work goes in four steps, each linear in the size of the source: lines
// (lines.go), units of lines that belong together (wrap.go, list.go), what each
// unit is (heading.go), and their text (join.go).
package text

import (
	"narrate/internal/document"
	"narrate/internal/input"
)

// Format is plain text.
type Format struct{}

// Info describes the format.
func (Format) Info() input.Info {
	return input.Info{Name: "text", Description: "plain text", Extensions: []string{".txt", ".text", ".asc"}}
}

// Detect accepts whatever is text.
func (f Format) Detect(src input.Source) input.Confidence {
	switch {
	case input.Binary(src.Data) != "":
		return input.None
	case f.Info().Named(src.Name):
		return input.Named
	}
	return input.Possible
}

// Read reads src as plain text. Bullets, the signs of quotes and headings, and
// hyphens at line ends that are no part of the word are left out of the blocks
// and not listed as dropped; numbers of list items stay in their text.
func (Format) Read(src input.Source) (*document.Document, error) {
	dec, err := input.Decode(src)
	if err != nil {
		return nil, err
	}
	r := reader{text: dec.Text, loc: input.NewLocator(src.Name, dec.Text)}
	r.scan()
	r.group()
	r.classify()
	doc := r.build()
	doc.Source = src.Name
	doc.Warnings = dec.Warnings
	return doc, nil
}

type reader struct {
	text  string
	loc   *input.Locator
	lines []line
	units []unit
}

// unit is a run of lines that make one block.
type unit struct {
	lo, hi int32 // lines [lo, hi)
	width  int32 // columns of its text
	kind   document.Kind
	rank   uint8 // of a heading: the smaller, the higher; 0 for none
	role   role
	first  bool // nothing stands above it in its chunk
	alone  bool // nor below
}

// role says what a unit is beyond its Kind.
type role uint8

const (
	plain     role = iota
	underline      // the rule under (or over) a heading: left out
	contents       // a line of a table of contents: dropped
)

func (r *reader) firstLine(u *unit) *line { return &r.lines[u.lo] }
func (r *reader) lastLine(u *unit) *line  { return &r.lines[u.hi-1] }

// one gives the text of a unit's first line.
func (r *reader) one(u *unit) string { l := r.firstLine(u); return r.text[l.lo:l.hi] }
