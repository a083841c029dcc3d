package http

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// node is a part of an XML body: an element, or text where it has no name.
type node struct {
	name       string
	attributes []attribute
	inside     []*node
	text       template
}

// attribute is one of an element.
type attribute struct {
	name  string
	value template
}

// parseMarkup reads XML that xmlProblem has nothing against.
func parseMarkup(s string) []*node {
	root := &node{}
	open := []*node{root}
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.RawToken() // which keeps the prefixes of names
		if err == io.EOF || err != nil {
			return root.inside
		}
		within := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{name: prefixed(token.Name)}
			for _, a := range token.Attr {
				n.attributes = append(n.attributes, attribute{prefixed(a.Name), parseTemplate(a.Value)})
			}
			within.inside = append(within.inside, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:max(1, len(open)-1)]
		case xml.CharData:
			within.inside = append(within.inside, &node{text: parseTemplate(string(token))})
		}
	}
}

func prefixed(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// write appends the node to b. An attribute without a value is left out, and an
// element of which no attribute is left, without what is inside it. tag, where
// set, is told the name and the length, in code points, of each tag.
func (n *node) write(b *strings.Builder, v values, tag func(name string, length int)) {
	if n.name == "" {
		b.WriteString(n.text.markup(v))
		return
	}
	var attributes strings.Builder
	for _, a := range n.attributes {
		if slices.ContainsFunc(a.value.names(), func(name string) bool { return !v[name].given }) {
			continue
		}
		attributes.WriteString(" " + a.name + `="` + a.value.markup(v) + `"`)
	}
	bare := len(n.attributes) > 0 && attributes.Len() == 0
	put := func(s string) {
		if bare {
			return
		}
		b.WriteString(s)
		if tag != nil {
			tag(n.name, utf8.RuneCountInString(s))
		}
	}
	if len(n.inside) == 0 {
		put("<" + n.name + attributes.String() + "/>")
		return
	}
	put("<" + n.name + attributes.String() + ">")
	for _, inner := range n.inside {
		inner.write(b, v, tag)
	}
	put("</" + n.name + ">")
}

// markup fills a template for XML.
func (t template) markup(v values) string {
	var s strings.Builder
	for _, p := range t {
		if p.name == "" {
			s.WriteString(xmlEscaper.Replace(p.literal))
		} else {
			s.WriteString(xmlEscaper.Replace(v[p.name].text))
		}
	}
	return s.String()
}

// writeMarkup is the body for the values.
func writeMarkup(nodes []*node, v values, tag func(name string, length int)) string {
	var b strings.Builder
	for _, n := range nodes {
		n.write(&b, v, tag)
	}
	return b.String()
}

// markupNames gives the placeholders in text, where they cannot be left out, and
// in attributes.
func markupNames(nodes []*node) (text, attributes []string) {
	for _, n := range nodes {
		text = append(text, n.text.names()...)
		for _, a := range n.attributes {
			attributes = append(attributes, a.value.names()...)
		}
		t, a := markupNames(n.inside)
		text, attributes = append(text, t...), append(attributes, a...)
	}
	return text, attributes
}
