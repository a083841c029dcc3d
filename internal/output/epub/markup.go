package epub

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// markup is an XML document whose parts know their bytes, so that it can be
// added to without any other change.
type markup struct {
	mark  string // the byte-order mark, or ""
	text  string // what follows it; places count in this
	nodes []node // in the order of the document
	ids   map[string]int
	added []addition
}

// node is an element, a piece of text or a CDATA section. Comments and the like
// are none.
type node struct {
	kind       nodeKind
	start, end int // bytes of the whole
	open, shut int // of an element: where its content begins and ends
	parent     int // -1 of the root
	after      int // the first node that is not in it
	name       string
	attrs      []xml.Attr
}

type nodeKind byte

const (
	element nodeKind = iota
	characters
	section // CDATA, in which there are no tags
)

// addition is text that is put in before byte at; of several at one place the
// one with the lower rank comes first.
type addition struct {
	at, rank int
	text     string
	// empty are elements without content that come about where two additions
	// meet, from the innermost on: they are left out.
	empty []string
}

// Limits of a content document; what reads books has much the same.
const (
	maxText  = 16 << 20 // bytes
	maxNodes = 2_000_000
)

const byteOrderMark = "\uFEFF"

// encodingName finds the encoding of an XML declaration.
var encodingName = regexp.MustCompile(`^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']`)

// parseMarkup reads a document that is well-formed XML in UTF-8.
func parseMarkup(data []byte) (*markup, error) {
	if len(data) > maxText {
		return nil, fmt.Errorf("is larger than %d MiB", maxText>>20)
	}
	if !utf8.Valid(data) || strings.ContainsRune(string(data), 0) {
		return nil, errors.New("is not UTF-8")
	}
	m := &markup{text: string(data), ids: map[string]int{}}
	if rest, ok := strings.CutPrefix(m.text, byteOrderMark); ok {
		m.mark, m.text = byteOrderMark, rest
	}
	if name := encodingName.FindStringSubmatch(m.text); name != nil && m.mark == "" && !strings.EqualFold(name[1], "utf-8") && !strings.EqualFold(name[1], "utf8") {
		return nil, fmt.Errorf("says that it is %q and not UTF-8", name[1])
	}
	d := xml.NewDecoder(strings.NewReader(m.text))
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	at := -1 // the element around
	for {
		start := int(d.InputOffset())
		token, err := d.Token()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return nil, fmt.Errorf("is not well-formed: %w", err)
		}
		end := int(d.InputOffset())
		n := node{start: start, end: end, parent: at, after: len(m.nodes) + 1}
		switch token := token.(type) {
		case xml.StartElement:
			n.open, n.shut, n.name, n.attrs = end, end, token.Name.Local, token.Copy().Attr
			for _, a := range n.attrs {
				if a.Name.Local == "id" {
					m.ids[a.Value]++
				}
			}
			at = len(m.nodes)
		case xml.EndElement:
			top := &m.nodes[at]
			top.shut, top.end, top.after = start, end, len(m.nodes)
			at = top.parent
			continue
		case xml.CharData:
			n.kind = characters
			if strings.HasPrefix(m.text[start:], "<![CDATA[") {
				n.kind = section
			}
		default:
			continue
		}
		if len(m.nodes) == maxNodes {
			return nil, fmt.Errorf("has more than %d elements and pieces of text", maxNodes)
		}
		m.nodes = append(m.nodes, n)
	}
}

// attr gives an attribute that has no prefix, or one of a namespace.
func (n *node) attr(space, name string) string {
	for _, a := range n.attrs {
		if a.Name.Space == space && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all gives the elements of that local name in n, n included, in their order.
func (m *markup) all(n int, name string) []int {
	var found []int
	for i := n; i < m.nodes[n].after; i++ {
		if m.nodes[i].kind == element && m.nodes[i].name == name {
			found = append(found, i)
		}
	}
	return found
}

// first is the first of all; -1 if there is none.
func (m *markup) first(name string) int {
	return slices.IndexFunc(m.nodes, func(n node) bool { return n.kind == element && n.name == name })
}

// inner is the text in n as it is meant.
func (m *markup) inner(n int) string {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(m.text[m.nodes[n].open:m.nodes[n].shut]))
	d.Strict, d.Entity = false, xml.HTMLEntity
	for {
		token, err := d.RawToken()
		if err != nil { // the end: the document was read before
			return b.String()
		}
		if text, ok := token.(xml.CharData); ok {
			b.Write(text)
		}
	}
}

// at gives the text or the element that begins, if it is one, at byte off; -1
// for none.
func (m *markup) at(off int) int {
	i := sort.Search(len(m.nodes), func(i int) bool { return m.nodes[i].start > off }) - 1
	switch {
	case i < 0 || off >= m.nodes[i].end:
		return -1
	case m.nodes[i].kind == element && off != m.nodes[i].start:
		return -1
	}
	return i
}

// within reports whether n is outer or stands in it.
func (m *markup) within(n, outer int) bool { return outer <= n && n < m.nodes[outer].after }

// common is the innermost element around both a and b, which may be one of
// them; -1 for none.
func (m *markup) common(a, b int) int {
	for a >= 0 && (m.nodes[a].kind != element || !m.within(b, a)) {
		a = m.nodes[a].parent
	}
	return a
}

// child is what of outer's children n is or stands in.
func (m *markup) child(outer, n int) int {
	for m.nodes[n].parent != outer {
		n = m.nodes[n].parent
	}
	return n
}

// written is the name of an element as its tag has it, with its prefix.
func (m *markup) written(n int) string {
	tag := m.text[m.nodes[n].start+1 : m.nodes[n].open]
	if i := strings.IndexAny(tag, " \t\r\n/>"); i >= 0 {
		tag = tag[:i]
	}
	return tag
}

// like is the name of an element as it is written beside n, with n's prefix.
func (m *markup) like(n int, name string) string {
	if prefix, _, ok := strings.Cut(m.written(n), ":"); ok {
		return prefix + ":" + name
	}
	return name
}

// add puts text in before byte at.
func (m *markup) add(at, rank int, text string, empty ...string) {
	m.added = append(m.added, addition{at, rank, text, empty})
}

// addAttribute puts an attribute into the tag of n.
func (m *markup) addAttribute(n int, name, value string) {
	m.add(m.nodes[n].start+1+len(m.written(n)), 0, " "+name+`="`+escape(value)+`"`)
}

// addInto puts text in behind all that n holds. n must have an end tag.
func (m *markup) addInto(n int, text string) {
	e := &m.nodes[n]
	m.add(e.open+len(strings.TrimRight(m.text[e.open:e.shut], " \t\r\n")), 0, text)
}

// hasEndTag reports whether n is not written as <n/>.
func (m *markup) hasEndTag(n int) bool { return m.nodes[n].open < m.nodes[n].end }

// bytes are the document with all that was added.
func (m *markup) bytes() []byte {
	slices.SortStableFunc(m.added, func(a, b addition) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank)) })
	var out strings.Builder
	out.WriteString(m.mark)
	at := 0
	for i := 0; i < len(m.added); {
		place := m.added[i].at
		here := ""
		var empty []string
		for ; i < len(m.added) && m.added[i].at == place; i++ {
			here += m.added[i].text
			empty = append(empty, m.added[i].empty...)
		}
		for range empty {
			for _, e := range empty {
				here = strings.ReplaceAll(here, e, "")
			}
		}
		out.WriteString(m.text[at:place] + here)
		at = place
	}
	out.WriteString(m.text[at:])
	return []byte(out.String())
}
