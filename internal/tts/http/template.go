package http

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// placeholder is a word in braces; other braces are the service's own.
var placeholder = regexp.MustCompile(`\{[a-z]+(-[a-z]+)*\}`)

// template is a text of a profile with placeholders.
type template []piece

// piece is text as it stands there, or the name of a placeholder.
type piece struct{ literal, name string }

func parseTemplate(s string) template {
	var t template
	at := 0
	for _, m := range placeholder.FindAllStringIndex(s, -1) {
		if m[0] > at {
			t = append(t, piece{literal: s[at:m[0]]})
		}
		t = append(t, piece{name: s[m[0]+1 : m[1]-1]})
		at = m[1]
	}
	if at < len(s) {
		t = append(t, piece{literal: s[at:]})
	}
	return t
}

// names gives the placeholders.
func (t template) names() (all []string) {
	for _, p := range t {
		if p.name != "" {
			all = append(all, p.name)
		}
	}
	return all
}

// value is what stands in the place of a placeholder.
type value struct {
	text   string
	number bool // it may stand in JSON as a number
	// given is false for a setting that the voice does not have, and for rate,
	// pitch and volume that are normal: what holds one of those is left out
	// where that is possible.
	given bool
}

// values are those of all placeholders, by name.
type values map[string]value

// fill puts the values in, each escaped. What it puts in is not looked through
// again. It gives false where one of them is not given.
func (t template) fill(v values, escape func(name, text string) string) (string, bool) {
	var s strings.Builder
	given := true
	for _, p := range t {
		if p.name == "" {
			s.WriteString(p.literal)
			continue
		}
		given = given && v[p.name].given
		s.WriteString(escape(p.name, v[p.name].text))
	}
	return s.String(), given
}

// plain is for places whose values are escaped as a whole.
func plain(_, text string) string { return text }

// xmlEscaper makes text harmless in XML's text and in its attributes, in
// quotation marks of both kinds (XML 1.0, section 2.4). What XML cannot hold was
// taken out before (prepare).
var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// xmlProblem says what is wrong with XML in a profile; "" is nothing. Its
// placeholders stand in text and in the values of attributes alone.
func xmlProblem(s string) string {
	if strings.Contains(s, "<!") || strings.Contains(s, "<?") {
		return "comments, CDATA, declarations and instructions have no place in it"
	}
	const sentinel = "\ue000"
	want := len(placeholder.FindAllString(s, -1))
	d := xml.NewDecoder(strings.NewReader(placeholder.ReplaceAllString(s, sentinel)))
	elements, got := 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Sprintf("is not well-formed XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements++
			for _, a := range token.Attr {
				got += strings.Count(a.Value, sentinel)
			}
		case xml.CharData:
			got += strings.Count(string(token), sentinel)
		}
	}
	switch {
	case elements == 0:
		return "is no XML: it has no element"
	case got != want:
		return "a placeholder stands elsewhere than in text or in the value of an attribute"
	}
	return ""
}

// tree is a JSON value with placeholders in its strings.
type tree interface {
	// write appends it to b; false, with b as it was, where a value in it is not
	// given.
	write(b *bytes.Buffer, v values) bool
	// look gives each template in it.
	look(func(template))
}

type (
	object []member
	member struct {
		name string
		tree tree
	}
	array   []tree
	literal string // number, true, false, null
)

// write leaves out members without a value, and the object itself where it has
// members and none is left.
func (o object) write(b *bytes.Buffer, v values) bool {
	start := b.Len()
	b.WriteByte('{')
	kept := 0
	for _, m := range o {
		before := b.Len()
		if kept > 0 {
			b.WriteByte(',')
		}
		writeString(b, m.name)
		b.WriteByte(':')
		if !m.tree.write(b, v) {
			b.Truncate(before)
			continue
		}
		kept++
	}
	b.WriteByte('}')
	if kept == 0 && len(o) > 0 {
		b.Truncate(start)
		return false
	}
	return true
}

func (o object) look(f func(template)) {
	for _, m := range o {
		m.tree.look(f)
	}
}

func (a array) write(b *bytes.Buffer, v values) bool {
	start := b.Len()
	b.WriteByte('[')
	kept := 0
	for _, t := range a {
		before := b.Len()
		if kept > 0 {
			b.WriteByte(',')
		}
		if !t.write(b, v) {
			b.Truncate(before)
			continue
		}
		kept++
	}
	b.WriteByte(']')
	if kept == 0 && len(a) > 0 {
		b.Truncate(start)
		return false
	}
	return true
}

func (a array) look(f func(template)) {
	for _, t := range a {
		t.look(f)
	}
}

func (l literal) write(b *bytes.Buffer, _ values) bool {
	b.WriteString(string(l))
	return true
}

func (l literal) look(func(template)) {}

// write makes a number of a placeholder that stands alone and is one.
func (t template) write(b *bytes.Buffer, v values) bool {
	s, given := t.fill(v, plain)
	switch {
	case !given:
		return false
	case len(t) == 1 && v[t[0].name].number:
		b.WriteString(s)
	default:
		writeString(b, s)
	}
	return true
}

func (t template) look(f func(template)) { f(t) }

// writeString appends a JSON string.
func writeString(b *bytes.Buffer, s string) {
	quoted, err := json.Marshal(s)
	if err != nil { // a string has none
		panic(err)
	}
	b.Write(quoted)
}
