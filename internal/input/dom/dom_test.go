package dom

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

// page is a format of its own for the tests: all of a page's body.
type page struct{ xhtml bool }

func (page) Info() input.Info {
	return input.Info{Name: "page", Description: "a page", Extensions: []string{".page"}}
}

func (page) Detect(src input.Source) input.Confidence {
	if input.Binary(src.Data) != "" {
		return input.None
	}
	return input.Possible
}

func (p page) Read(src input.Source) (*document.Document, error) {
	d, err := input.Decode(src)
	if err != nil {
		return nil, err
	}
	return walk(src.Name, d.Text, p.xhtml, Options{})
}

func walk(name, text string, xhtml bool, opts Options) (*document.Document, error) {
	tree, err := Parse(text, xhtml, nil)
	if err != nil {
		return nil, err
	}
	f := input.NewFlow(name)
	f.File(name, text)
	tree.Walk(f, opts)
	return f.Document(), nil
}

// scripts has both characters for each that can be raised and lowered, as those
// of formulas can.
var scripts = func() map[rune]string {
	both := maps.Clone(input.Superscripts)
	for r, s := range input.Subscripts {
		both[r] += s
	}
	return both
}()

// shown gives what a reader of the page sees, by the same parser without marks.
// A raised digit is there as itself and as the character that is written for
// it.
func shown(texts map[string]string) string {
	var b strings.Builder
	var add func(n *html.Node, table map[rune]string)
	add = func(n *html.Node, table map[rune]string) {
		switch n.Type {
		case html.TextNode:
			for _, r := range n.Data {
				if !isMark(r) {
					b.WriteString(string(r) + table[r])
				}
			}
			return
		case html.ElementNode:
			if silent[n.DataAtom] && n.Namespace == "" {
				return
			}
			switch {
			case n.Namespace == "svg" && (n.Data == "title" || n.Data == "desc" || n.Data == "metadata" || n.Data == "style" || n.Data == "script"):
				if n.Data != "title" || n.Parent.Data != "svg" {
					return
				}
			case n.Namespace == "svg" && n.Data == "svg":
				b.WriteString(tidy(Attr(n, "aria-label")))
			case n.DataAtom == atom.Img:
				b.WriteString(alternative(n))
			case n.Namespace == "math":
				table = scripts
			case n.DataAtom == atom.Sup:
				table = input.Superscripts
			case n.DataAtom == atom.Sub:
				table = input.Subscripts
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			add(c, table)
		}
	}
	for _, text := range texts {
		root, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(false))
		if err != nil {
			return ""
		}
		tree := &Tree{Root: root}
		walkElements(root, func(n *html.Node) {
			if n.DataAtom == atom.Body && tree.Body == nil {
				tree.Body = n
			}
		})
		if tree.Body != nil {
			add(tree.Body, nil)
		}
	}
	return b.String()
}

func suite() inputtest.Suite {
	raised := ""
	for _, table := range []map[rune]string{input.Superscripts, input.Subscripts} {
		for r, s := range table {
			raised += string(r) + s
		}
	}
	return inputtest.Suite{
		Format:  page{},
		Visible: shown,
		Markup:  raised,
		Encode: func(text string) []byte {
			return []byte("<!DOCTYPE html><body><p>" + strings.Join(strings.Split(html.EscapeString(text), "\n\n"), "</p><p>"))
		},
	}
}

func TestSuite(t *testing.T) {
	s := suite()
	for i, c := range cases {
		s.Samples = append(s.Samples, input.Source{Name: fmt.Sprint("case", i), Data: []byte(c.page)})
	}
	inputtest.Run(t, s)
}

// dump shows a document without its places.
func dump(doc *document.Document) string {
	var b strings.Builder
	for line := range strings.Lines(inputtest.Dump(doc)) {
		if strings.HasPrefix(line, "    ") {
			b.WriteString("\t" + strings.TrimLeft(line, " "))
			continue
		}
		first, rest, _ := strings.Cut(line, " ")
		if first == "dropped" {
			_, rest, _ = strings.Cut(rest, " ")
			rest = "dropped " + rest
		}
		b.WriteString(rest)
	}
	return b.String()
}

func TestWalk(t *testing.T) {
	for _, c := range cases {
		doc, err := walk("page", c.page, false, Options{})
		if err != nil {
			t.Errorf("%s\n%v", c.page, err)
			continue
		}
		if got := strings.TrimSpace(dump(doc)); got != strings.TrimSpace(c.want) {
			t.Errorf("%s\ngave\n%s\nwant\n%s", c.page, got, c.want)
		}
	}
}

func FuzzWalk(f *testing.F) {
	for _, c := range cases {
		f.Add(c.page, false)
	}
	f.Add("<p>a<br/>b<a id='x'/>c<![CDATA[<d>&amp;]]></p><script/>e", true)
	f.Add("<svg><title>a &lt; b</title><style>c</style><p>d<table>e<tr>f<td>g", false)
	f.Add("<svg><![CDATA[x]]><foreignObject><title>y</title></foreignObject></svg><noscript>z&nGt;</noscript><q>&nGt;", false)
	f.Add("\ufdd0&#xfdd0;\ufde0&copyright&notit;\r\n\rx\x00<pre>\n\n a\r b</pre><xmp>&amp;</xmp><plaintext>&lt;", false)
	f.Fuzz(func(t *testing.T, text string, xhtml bool) {
		d, err := input.Decode(input.Source{Name: "page", Data: []byte(text)})
		if err != nil {
			t.Skip()
		}
		doc, err := walk("page", d.Text, xhtml, Options{})
		if err != nil {
			t.Skip()
		}
		s := suite()
		s.Texts = func(input.Source) map[string]string { return map[string]string{"page": d.Text} }
		if xhtml || unclear(d.Text) {
			// What the plain parser sees is something else.
			s.Visible = func(map[string]string) string {
				var b strings.Builder
				for _, bl := range doc.Blocks {
					at := 0
					for _, s := range bl.Spans {
						if s.Kind == document.Generated {
							b.WriteString(bl.Text[at:s.Lo])
							at = s.Hi
						}
					}
					b.WriteString(bl.Text[at:])
				}
				for _, d := range doc.Dropped {
					b.WriteString(d.Text)
				}
				return b.String()
			}
		}
		if err := s.Check(doc, input.Source{Name: "page"}); err != nil {
			t.Error(err)
		}
	})
}

// unclear reports whether a page has what shown cannot tell: pictures with
// titles, comments that Mark leaves out, what is text to one and not to another.
func unclear(text string) bool {
	text = strings.ToLower(text)
	for _, s := range []string{"<svg", "<math", "alt", "aria-label", "title", "<!", "<?", "</", "role", "<ruby", "<plaintext", "<xmp", "<noscript", "<q", "<rt", "<template", "<frameset"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
