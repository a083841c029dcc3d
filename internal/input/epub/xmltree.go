package epub

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"narrate/internal/input"
)

// Limits of the files that describe a book. The package document of a book of
// a thousand chapters has some 300 kB and 3,000 elements.
const (
	maxElements = 300_000
	maxDepth    = 200
)

// element is an element of an XML file by its local name, as books write
// "item" and "opf:item", with namespaces that are declared or not. One without
// a name is character data.
type element struct {
	name     string
	attrs    []xml.Attr
	children []*element
	data     string
	off      int // byte offset of its tag
}

// parseXML reads an XML file as far as it can be read: what is not well-formed
// is repaired, and where that is impossible the rest is left out and broken
// tells why. root is never nil; it holds the root element, or what there is.
func parseXML(f *file) (root *element, broken error) {
	text := f.text
	start := declaration(text)
	d := xml.NewDecoder(strings.NewReader(text[start:]))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	if f.entities != nil {
		d.Entity = maps.Clone(xml.HTMLEntity)
		maps.Copy(d.Entity, f.entities)
	}
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	root = &element{}
	stack := []*element{root}
	for n := 0; ; {
		off := start + int(d.InputOffset())
		token, err := d.Token()
		if err == io.EOF {
			return root, nil
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				err = errors.New(syntax.Msg)
			}
			return root, err
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			if n++; n > maxElements {
				return root, fmt.Errorf("more than %d elements", maxElements)
			}
			if len(stack) > maxDepth {
				return root, fmt.Errorf("elements nested deeper than %d", maxDepth)
			}
			e := &element{name: token.Name.Local, attrs: token.Attr, off: off}
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			top.children = append(top.children, &element{data: string(token), off: off})
		}
	}
}

// declaration gives the length of the XML declaration and the white space
// before it: the decoder refuses version 1.1 and encodings that text is no
// longer in.
func declaration(text string) int {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	if !strings.HasPrefix(trimmed, "<?xml") {
		return 0
	}
	if end := strings.Index(trimmed, "?>"); end >= 0 {
		return len(text) - len(trimmed) + end + len("?>")
	}
	return 0
}

// attr gives the value of the attribute of that local name, or "".
func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// all gives the elements of that local name in e, at any depth, in the order
// of the file.
func (e *element) all(name string) []*element {
	var found []*element
	for _, c := range e.children {
		if strings.EqualFold(c.name, name) {
			found = append(found, c)
		}
		found = append(found, c.all(name)...)
	}
	return found
}

// first gives the first of all, or an empty element.
func (e *element) first(name string) *element {
	for _, c := range e.children {
		if strings.EqualFold(c.name, name) {
			return c
		}
		if found := c.first(name); found.name != "" {
			return found
		}
	}
	return &element{off: e.off}
}

// direct gives the children of e of that local name.
func (e *element) direct(name string) []*element {
	var found []*element
	for _, c := range e.children {
		if strings.EqualFold(c.name, name) {
			found = append(found, c)
		}
	}
	return found
}

// text gives the character data in e, white space collapsed.
func (e *element) text() string {
	var b strings.Builder
	e.write(&b)
	return collapse(b.String())
}

func (e *element) write(b *strings.Builder) {
	b.WriteString(e.data)
	for _, c := range e.children {
		c.write(b)
	}
}

// collapse trims s, makes runs of white space one space and leaves Invisible
// characters out.
func collapse(s string) string {
	s = strings.Map(func(r rune) rune {
		if input.Invisible(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
