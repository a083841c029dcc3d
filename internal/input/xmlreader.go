package input

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of an XML file: no document that a program made comes near them.
const (
	maxXMLDepth = 1000 // elements in each other
	maxXMLAttrs = 500  // of one element
)

// XMLKind says what an XMLToken is.
type XMLKind uint8

// The kinds of XMLToken. An empty element gives a start and an end.
const (
	XMLStart XMLKind = iota
	XMLEnd
	XMLText
)

// XMLToken is a piece of an XML file. Comments, processing instructions and the
// document type declaration give none.
type XMLToken struct {
	Kind   XMLKind
	Name   string    // of a start or end: "w:p", with the reader's own prefix for its namespace
	Text   string    // of a text: either as it stands byte for byte at Offset, or one character reference
	Offset int       // where the tag or the text begins
	Attrs  []XMLAttr // of a start; they are overwritten by the next call of Next
}

// XMLAttr is an attribute.
type XMLAttr struct {
	Name   string // with prefix only if it was written with one
	Value  string
	Offset int // where the value begins, behind its quotation mark
	raw    string
}

// Attr gives the value of the attribute of that name, or "".
func (t *XMLToken) Attr(name string) string {
	for i := range t.Attrs {
		if t.Attrs[i].Name == name {
			return t.Attrs[i].Value
		}
	}
	return ""
}

// Pieces gives an attribute's value as text with its places.
func (a XMLAttr) Pieces() (pieces []Piece) {
	for at := 0; at < len(a.raw); {
		s, n, _ := piece(a.raw[at:]) // it was checked when it was read
		pieces = append(pieces, Piece{Text: s, Off: a.Offset + at})
		at += n
	}
	return pieces
}

// XMLReader reads an XML file (XML 1.0 and Namespaces in XML 1.0), as DecodeXML
// gives it, token by token. It stands here in place of encoding/xml because
// that tells neither where an attribute's value stands nor where in a text the
// character references are, and anchors need both; it also refuses XML 1.1 and
// the control characters that converters leave in office files. It is as strict
// as that about everything else: tags must match, references must be known.
type XMLReader struct {
	file, text string
	names      map[string]string // namespaces by their address: the prefixes that tokens have
	at         int
	open       []string            // elements that are open, as written
	bound      map[string][]string // what prefixes stand for, the innermost last
	shared     bool                // another reader has that map as well
	scopes     []binding
	joined     map[[2]string]string
	attrs      []XMLAttr
	end        bool // the element begun last is empty: its end comes next
	cdata      int  // where the CDATA section under way ends, or 0
	rooted     bool
	err        error
}

// binding is a prefix bound by the open element of that depth.
type binding struct {
	prefix string
	depth  int
}

// OtherNamespace is the prefix of names in a namespace that the reader was not
// told of.
const OtherNamespace = "?"

// NewXMLReader makes a reader of text; file names it in errors. names gives the
// prefix for each namespace that the caller knows, whatever prefixes the file
// uses.
func NewXMLReader(file, text string, names map[string]string) *XMLReader {
	return &XMLReader{
		file: file, text: text, names: names,
		bound:  map[string][]string{"xml": {"xml"}, "xmlns": {"xmlns"}},
		joined: make(map[[2]string]string),
	}
}

// Err gives the error that ended the reading; nil at the end of the file. It
// begins with the place.
func (x *XMLReader) Err() error { return x.err }

// Depth is the number of elements that are open.
func (x *XMLReader) Depth() int { return len(x.open) }

func (x *XMLReader) fail(off int, format string, args ...any) (XMLToken, bool) {
	if x.err == nil {
		x.err = fmt.Errorf("%s: %s", NewLocator(x.file, x.text).At(off), fmt.Sprintf(format, args...))
	}
	return XMLToken{}, false
}

// Next gives the next token; ok is false at the end of the root element or of
// what can be read.
func (x *XMLReader) Next() (t XMLToken, ok bool) {
	if x.end {
		x.end = false
		return x.pop(x.at), true
	}
	for x.err == nil && !(x.rooted && len(x.open) == 0) {
		if x.cdata > 0 {
			if x.at < x.cdata {
				t = XMLToken{Kind: XMLText, Text: x.text[x.at:x.cdata], Offset: x.at}
				x.at = x.cdata
				return t, true
			}
			x.at, x.cdata = x.at+len("]]>"), 0
		}
		rest := x.text[x.at:]
		switch {
		case rest == "" && len(x.open) > 0:
			return x.fail(x.at, "the file is cut: it ends inside the element %.40s", x.open[len(x.open)-1])
		case rest == "":
			return x.fail(x.at, "holds no XML element")
		case rest[0] != '<' && len(x.open) > 0:
			s, n, err := piece(rest)
			if err != "" {
				return x.fail(x.at, "%s", err)
			}
			t = XMLToken{Kind: XMLText, Text: s, Offset: x.at}
			x.at += n
			return t, true
		case rest[0] != '<':
			blank := len(rest) - len(strings.TrimLeft(rest, " \t\r\n\x00"))
			if blank == 0 {
				return x.fail(x.at, "not XML: there is text in front of the first element")
			}
			x.at += blank
		case strings.HasPrefix(rest, "<!--"):
			x.skip("<!--", "-->", "comment")
		case strings.HasPrefix(rest, "<?"):
			x.skip("<?", "?>", "processing instruction")
		case strings.HasPrefix(rest, "<![CDATA[") && len(x.open) > 0:
			start := x.at
			if x.skip("<![CDATA[", "]]>", "CDATA section"); x.err == nil {
				x.cdata = x.at - len("]]>")
				x.at = start + len("<![CDATA[")
			}
		case strings.HasPrefix(rest, "<!") && len(x.open) == 0:
			n := doctypeEnd(rest)
			if n == 0 {
				return x.fail(x.at, "the document type declaration does not end")
			}
			x.at += n
		case strings.HasPrefix(rest, "</"):
			return x.endTag()
		default:
			return x.startTag()
		}
	}
	return XMLToken{}, false
}

// skip goes behind the next closing sign.
func (x *XMLReader) skip(open, shut, what string) {
	n := strings.Index(x.text[x.at+len(open):], shut)
	if n < 0 {
		x.fail(x.at, "the %s does not end", what)
		return
	}
	x.at += len(open) + n + len(shut)
}

// doctypeEnd gives the length of the document type declaration at the start of
// s, or 0 if it does not end.
func doctypeEnd(s string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			depth++
		case c == '>':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// nameEnd gives the length of the name at the start of s: whatever is no white
// space and no sign of markup.
func nameEnd(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\r', '\n', '/', '>', '=', '<', '"', '\'', '&', 0:
			return i
		}
	}
	return len(s)
}

func blankEnd(s string) int {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t') {
		i++
	}
	return i
}

func (x *XMLReader) endTag() (XMLToken, bool) {
	start := x.at
	rest := x.text[start+2:]
	n := nameEnd(rest)
	name := rest[:n]
	n += blankEnd(rest[n:])
	switch {
	case n >= len(rest) || rest[n] != '>':
		return x.fail(start, "the end tag %.40s is not closed", name)
	case len(x.open) == 0 || x.open[len(x.open)-1] != name:
		inside := "nothing"
		if len(x.open) > 0 {
			inside = x.open[len(x.open)-1]
		}
		return x.fail(start, "the end tag %.40s closes %.40s", name, inside)
	}
	x.at = start + 2 + n + 1
	return x.pop(start), true
}

// pop ends the element that was begun last.
func (x *XMLReader) pop(off int) XMLToken {
	depth := len(x.open)
	t := XMLToken{Kind: XMLEnd, Name: x.name(x.open[depth-1], true), Offset: off}
	x.open = x.open[:depth-1]
	for len(x.scopes) > 0 && x.scopes[len(x.scopes)-1].depth == depth {
		x.own()
		p := x.scopes[len(x.scopes)-1].prefix
		x.bound[p] = x.bound[p][:len(x.bound[p])-1]
		x.scopes = x.scopes[:len(x.scopes)-1]
	}
	return t
}

func (x *XMLReader) startTag() (XMLToken, bool) {
	start := x.at
	at := start + 1
	n := nameEnd(x.text[at:])
	name := x.text[at : at+n]
	at += n
	if n == 0 {
		return x.fail(start, "a \"<\" that begins no tag")
	}
	if len(x.open) == maxXMLDepth {
		return x.fail(start, "elements are nested deeper than %d; narrate does not read such files", maxXMLDepth)
	}
	x.open = append(x.open, name)
	x.rooted = true
	x.attrs = x.attrs[:0]
	for {
		at += blankEnd(x.text[at:])
		rest := x.text[at:]
		if strings.HasPrefix(rest, ">") {
			at++
			break
		}
		if strings.HasPrefix(rest, "/>") {
			at += 2
			x.end = true
			break
		}
		n := nameEnd(rest)
		key := rest[:n]
		n += blankEnd(rest[n:])
		if key == "" || n >= len(rest) || rest[n] != '=' {
			return x.fail(start, "the tag %.40s is cut or has an attribute without a value", name)
		}
		n++
		n += blankEnd(rest[n:])
		if n >= len(rest) || rest[n] != '"' && rest[n] != '\'' {
			return x.fail(at, "the attribute %.40s is not in quotation marks", key)
		}
		end := strings.IndexByte(rest[n+1:], rest[n])
		if end < 0 {
			return x.fail(at, "the attribute %.40s does not end", key)
		}
		a := XMLAttr{Name: key, raw: rest[n+1 : n+1+end], Offset: at + n + 1}
		if err := a.decode(); err != "" {
			return x.fail(a.Offset, "%s", err)
		}
		if len(x.attrs) == maxXMLAttrs {
			return x.fail(start, "the tag %.40s has more than %d attributes", name, maxXMLAttrs)
		}
		x.attrs = append(x.attrs, a)
		at += n + 1 + end + 1
	}
	x.at = at
	for _, a := range x.attrs {
		if prefix, ok := strings.CutPrefix(a.Name, "xmlns"); ok && (prefix == "" || prefix[0] == ':') {
			prefix = strings.TrimPrefix(prefix, ":")
			short, known := x.names[a.Value]
			if !known {
				short = OtherNamespace
			}
			x.own()
			x.bound[prefix] = append(x.bound[prefix], short)
			x.scopes = append(x.scopes, binding{prefix, len(x.open)})
		}
	}
	for i := range x.attrs {
		x.attrs[i].Name = x.name(x.attrs[i].Name, false)
	}
	return XMLToken{Kind: XMLStart, Name: x.name(name, true), Offset: start, Attrs: x.attrs}, true
}

// name gives a name with the caller's prefix for its namespace.
func (x *XMLReader) name(raw string, element bool) string {
	prefix, local, ok := strings.Cut(raw, ":")
	if !ok {
		prefix, local = "", raw
		if !element {
			return raw // a bare attribute is in no namespace
		}
	}
	short := OtherNamespace
	if b := x.bound[prefix]; len(b) > 0 {
		short = b[len(b)-1]
	} else if !ok {
		return raw
	}
	if short == prefix {
		return raw
	}
	if short == "" {
		return local
	}
	key := [2]string{short, local}
	s, known := x.joined[key]
	if !known {
		s = short + ":" + local
		x.joined[key] = s
	}
	return s
}

// decode sets Value: references stand for their characters, white space is a
// space (XML 1.0, section 3.3.3).
func (a *XMLAttr) decode() (err string) {
	if strings.IndexByte(a.raw, '&') < 0 && !strings.ContainsAny(a.raw, "\t\n\r") {
		a.Value = a.raw
		return ""
	}
	var b strings.Builder
	for at := 0; at < len(a.raw); {
		s, n, err := piece(a.raw[at:])
		if err != "" {
			return err
		}
		if a.raw[at] != '&' {
			s = spaces.Replace(s)
		}
		b.WriteString(s)
		at += n
	}
	a.Value = b.String()
	return ""
}

var spaces = strings.NewReplacer("\r\n", " ", "\t", " ", "\n", " ", "\r", " ")

// piece gives the text at the start of s, which does not begin a tag, up to the
// next tag or reference, or the character that the reference there stands for;
// n is its length in s.
func piece(s string) (text string, n int, err string) {
	if s[0] != '&' {
		n = len(s)
		if i := strings.IndexByte(s, '<'); i >= 0 {
			n = i
		}
		if i := strings.IndexByte(s[:n], '&'); i >= 0 {
			n = i
		}
		if n == 0 {
			n = 1 // a "<" in an attribute
		}
		return s[:n], n, ""
	}
	end := strings.IndexByte(s[:min(len(s), 40)], ';')
	if end < 0 {
		return "", 0, "a \"&\" that begins no character reference; it is written &amp;"
	}
	name := s[1:end]
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if strings.HasPrefix(digits, "x") {
			base, digits = 16, digits[1:]
		}
		r, bad := strconv.ParseUint(digits, base, 32)
		if bad != nil || r == 0 || !utf8.ValidRune(rune(r)) {
			return "", 0, fmt.Sprintf("&%s; stands for no character", name)
		}
		return string(rune(r)), end + 1, ""
	}
	switch name {
	case "amp":
		text = "&"
	case "lt":
		text = "<"
	case "gt":
		text = ">"
	case "quot":
		text = "\""
	case "apos":
		text = "'"
	default:
		return "", 0, fmt.Sprintf("the entity &%.30s; is not known in XML", name)
	}
	return text, end + 1, ""
}

// Skip goes behind the end of the element whose start was the last token.
func (x *XMLReader) Skip() {
	for depth := x.Depth(); x.Depth() >= depth; {
		if _, ok := x.Next(); !ok {
			return
		}
	}
}

// InnerText gives the text of the element whose start was the last token, with
// that of the elements in it, and goes behind its end.
func (x *XMLReader) InnerText() string {
	var b strings.Builder
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

// Fork makes a reader of the element whose start was the last token, for text
// that comes later in reading order than in the file: it reads what is in the
// element and its end. Go behind it in x with Skip.
func (x *XMLReader) Fork() *XMLReader {
	x.shared = true
	return &XMLReader{
		file: x.file, text: x.text, names: x.names, bound: x.bound, shared: true, joined: x.joined,
		open: []string{x.open[len(x.open)-1]}, at: x.at, end: x.end, rooted: true,
	}
}

// own makes sure that no other reader has what prefixes stand for.
func (x *XMLReader) own() {
	if !x.shared {
		return
	}
	x.shared = false
	bound := make(map[string][]string, len(x.bound))
	for prefix, stack := range x.bound {
		bound[prefix] = slices.Clone(stack)
	}
	x.bound = bound
}
