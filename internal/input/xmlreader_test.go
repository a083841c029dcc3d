package input

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

var testNames = map[string]string{"urn:w": "w", "urn:plain": ""}

// tokens writes what an XMLReader gives, a token a line.
func tokens(text string) string {
	x := NewXMLReader("a.xml", text, testNames)
	var b strings.Builder
	for {
		t, ok := x.Next()
		if !ok {
			break
		}
		switch t.Kind {
		case XMLStart:
			fmt.Fprintf(&b, "%d <%s", t.Offset, t.Name)
			for _, a := range t.Attrs {
				fmt.Fprintf(&b, " %s=%q@%d", a.Name, a.Value, a.Offset)
			}
			b.WriteString(">\n")
		case XMLEnd:
			fmt.Fprintf(&b, "%d </%s>\n", t.Offset, t.Name)
		case XMLText:
			fmt.Fprintf(&b, "%d %q\n", t.Offset, t.Text)
		}
	}
	if x.Err() != nil {
		fmt.Fprintf(&b, "error %v\n", x.Err())
	}
	return b.String()
}

func TestXMLReader(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{
			"namespaces", `<x:p xmlns:x="urn:w" xmlns="urn:plain" xmlns:o="urn:o"><b x:i="1" j='2'/><o:c xmlns:x="urn:o" x:d=""/><x:e /></x:p >`,
			"0 <w:p xmlns:x=\"urn:w\"@14 xmlns=\"urn:plain\"@28 xmlns:o=\"urn:o\"@48>\n55 <b w:i=\"1\"@63 j=\"2\"@69>\n73 </b>\n73 <?:c xmlns:x=\"urn:o\"@87 ?:d=\"\"@99>\n102 </?:c>\n102 <w:e>\n109 </w:e>\n109 </w:p>\n",
		},
		{
			"texts", "\n<?xml version='1.1'?><!DOCTYPE a [<!ELEMENT a \">\">]><!-- < --><a>x &amp;y&#x41;&#66;<!--z--><![CDATA[<&]]><![CDATA[]]>\x1f</a>\x00 junk <",
			"63 <a>\n66 \"x \"\n68 \"&\"\n73 \"y\"\n74 \"A\"\n80 \"B\"\n102 \"<&\"\n119 \"\\x1f\"\n120 </a>\n",
		},
		{"attributes", "<a b='x&#10;\n&quot;<' xml:lang=\"de\"/>", "0 <a b=\"x\\n \\\"<\"@6 xml:lang=\"de\"@32>\n37 </a>\n"},
		{"nothing", " ", "error a.xml:1:2: holds no XML element\n"},
		{"text", "a<b/>", "error a.xml:1:1: not XML: there is text in front of the first element\n"},
		{"cut", "<a>\n<b>", "0 <a>\n3 \"\\n\"\n4 <b>\nerror a.xml:2:4: the file is cut: it ends inside the element b\n"},
		{"cut tag", "<a b", "error a.xml:1:1: the tag a is cut or has an attribute without a value\n"},
		{"cut attribute", "<a b='", "error a.xml:1:4: the attribute b does not end\n"},
		{"no quotes", "<a b=c>", "error a.xml:1:4: the attribute b is not in quotation marks\n"},
		{"cut end", "<a></a", "0 <a>\nerror a.xml:1:4: the end tag a is not closed\n"},
		{"mismatch", "<a></b>", "0 <a>\nerror a.xml:1:4: the end tag b closes a\n"},
		{"cut comment", "<!-- <a/>", "error a.xml:1:1: the comment does not end\n"},
		{"cut CDATA", "<a><![CDATA[", "0 <a>\nerror a.xml:1:4: the CDATA section does not end\n"},
		{"cut doctype", "<!DOCTYPE a [<a>", "error a.xml:1:1: the document type declaration does not end\n"},
		{"entity", "<a>&nbsp;</a>", "0 <a>\nerror a.xml:1:4: the entity &nbsp; is not known in XML\n"},
		{"ampersand", "<a>Tom & Jerry</a>", "0 <a>\n3 \"Tom \"\nerror a.xml:1:8: a \"&\" that begins no character reference; it is written &amp;\n"},
		{"no character", "<a b='&#xD800;'/>", "error a.xml:1:7: &#xD800; stands for no character\n"},
		{"NUL", "<a>&#0;</a>", "0 <a>\nerror a.xml:1:4: &#0; stands for no character\n"},
		{"no tag", "<a>1 < 2</a>", "0 <a>\n3 \"1 \"\nerror a.xml:1:6: a \"<\" that begins no tag\n"},
	} {
		if got := tokens(c.text); got != c.want {
			t.Errorf("%s:\n%s want:\n%s", c.name, got, c.want)
		}
	}
}

func TestXMLReaderLimits(t *testing.T) {
	for want, text := range map[string]string{
		"nested deeper than 1000":       strings.Repeat("<a>", 100_000),
		"more than 500 attributes":      "<a" + strings.Repeat(" b=''", 100_000) + "/>",
		"the entity &aaaaaaaaaaaaaaaaa": "<a>&" + strings.Repeat("a", 35) + ";</a>",
	} {
		x := NewXMLReader("a", text, nil)
		for ok := true; ok; {
			_, ok = x.Next()
		}
		if x.Err() == nil || !strings.Contains(x.Err().Error(), want) {
			t.Errorf("%v", x.Err())
		}
	}
}

func TestXMLSkip(t *testing.T) {
	x := NewXMLReader("a", "<a><b>1<c>2</c>&lt;</b><d>3<e/></d><f/>4</a>", nil)
	for range 2 {
		x.Next()
	}
	if got := x.InnerText(); got != "12<" {
		t.Errorf("%q", got)
	}
	x.Next()
	x.Skip()
	x.Next()
	x.Skip()
	if got, _ := x.Next(); got.Text != "4" || x.Depth() != 1 {
		t.Errorf("%+v", got)
	}
}

// A fork knows the prefixes of its place, whatever the reader meets meanwhile.
func TestXMLFork(t *testing.T) {
	x := NewXMLReader("a", `<a xmlns:b="urn:w"><c xmlns:d="urn:w"><b:e/><d:f xmlns:b="urn:x"><b:g/></d:f></c><b:h xmlns:d="urn:y"/><c/></a>`, testNames)
	x.Next()
	x.Next()
	f := x.Fork()
	x.Skip()
	for _, want := range []string{"w:h", "w:h", "c"} {
		if got, _ := x.Next(); got.Name != want {
			t.Errorf("%s, want %s", got.Name, want)
		}
	}
	empty := x.Fork()
	for _, want := range []string{"w:e", "w:e", "w:f", "?:g", "?:g", "w:f", "c", ""} {
		if got, _ := f.Next(); got.Name != want {
			t.Errorf("%s, want %s", got.Name, want)
		}
	}
	if got, ok := empty.Next(); got.Name != "c" || got.Kind != XMLEnd || !ok {
		t.Errorf("%+v", got)
	}
	if _, ok := empty.Next(); ok || empty.Err() != nil || f.Err() != nil {
		t.Error(empty.Err(), f.Err())
	}
}

// flat writes tokens as encoding/xml and XMLReader can both give them.
func flat(kind byte, name string, attrs []string, text string) string {
	if kind == 't' {
		return text
	}
	return fmt.Sprintf("\x01%c%s%q\x02", kind, name, attrs)
}

// FuzzXMLReader compares the reader with encoding/xml: what that accepts, this
// reads as the same.
func FuzzXMLReader(f *testing.F) {
	f.Add("<?xml version='1.0'?><a b='1&lt;'>x &amp; <c/>&#65;<![CDATA[<]]>\r\n</a>")
	f.Add("<w:a xmlns:w='urn:w'><w:b w:c=\"d\"/></w:a>")
	f.Add("<!DOCTYPE a [<!ELEMENT a ANY>]><a></b>")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		x := NewXMLReader("a", text, map[string]string{"urn:w": "w"})
		var got strings.Builder
		for {
			tok, ok := x.Next()
			if !ok {
				break
			}
			if tok.Kind == XMLText && text[tok.Offset] != '&' && !strings.HasPrefix(text[tok.Offset:], tok.Text) {
				t.Errorf("text %q is not at %d", tok.Text, tok.Offset)
			}
			var attrs []string
			for _, a := range tok.Attrs {
				for _, p := range a.Pieces() {
					if text[p.Off] != '&' && !strings.HasPrefix(text[p.Off:], p.Text) {
						t.Errorf("%q is not at %d", p.Text, p.Off)
					}
				}
				if !strings.HasPrefix(a.Name, "xmlns") && !strings.Contains(a.Name, ":") {
					attrs = append(attrs, a.Name+"="+a.Value)
				}
			}
			s := flat("set"[tok.Kind], tok.Name[strings.LastIndexByte(tok.Name, ':')+1:], attrs, tok.Text)
			got.WriteString(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
		}
		want, err := standard(text)
		if err != nil || strings.Contains(text, "&#") { // a reference to CR is one to encoding/xml
			return
		}
		if x.Err() != nil {
			t.Fatalf("%v, but encoding/xml reads %q", x.Err(), text)
		}
		if got.String() != want {
			t.Errorf("%q, encoding/xml %q", got.String(), want)
		}
	})
}

// standard reads the root element with encoding/xml.
func standard(text string) (string, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var b strings.Builder
	for depth, begun := 0, false; depth > 0 || !begun; {
		tok, err := d.Token()
		if err != nil {
			return "", err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			depth, begun = depth+1, true
			if strings.Contains(tok.Name.Local, ":") || depth > maxXMLDepth || len(tok.Attr) > maxXMLAttrs {
				return "", io.EOF
			}
			var attrs []string
			for _, a := range tok.Attr {
				if a.Name.Local == "" || strings.ContainsAny(a.Value, "\t\n\r") { // which it does not normalise
					return "", io.EOF
				}
				if !strings.Contains(a.Name.Local, ":") && a.Name.Space == "" && !strings.HasPrefix(a.Name.Local, "xmlns") {
					attrs = append(attrs, a.Name.Local+"="+a.Value)
				}
			}
			b.WriteString(flat('s', tok.Name.Local, attrs, ""))
		case xml.EndElement:
			depth--
			b.WriteString(flat('e', tok.Name.Local, nil, ""))
		case xml.CharData:
			if depth > 0 {
				b.Write(tok)
			} else if strings.TrimSpace(string(tok)) != "" {
				return "", io.EOF
			}
		}
	}
	return b.String(), nil
}

func BenchmarkXMLReader(b *testing.B) {
	text := "<w:d xmlns:w='urn:w'>" + strings.Repeat("<w:p><w:r><w:rPr><w:lang w:val=\"de-DE\"/></w:rPr><w:t xml:space=\"preserve\">Ein Satz &amp; noch einer.</w:t></w:r></w:p>", 50_000) + "</w:d>"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		x := NewXMLReader("a", text, testNames)
		for ok := true; ok; {
			_, ok = x.Next()
		}
		if x.Err() != nil {
			b.Fatal(x.Err())
		}
	}
}
