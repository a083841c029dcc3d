package markdown

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

// markup are the signs of Markdown; they may be left out or stay.
const markup = "*_~`#>-+=|:[](){}!\\<./^@$\"'&;%?,"

// visible is a simple account of what a reader of a Markdown text sees, by
// regular expressions: it shares nothing with the package. Signs it leaves.
func visible(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for _, r := range []struct{ form, by string }{
		{`(?s)\A---\n[a-z].*?\n---\n`, ""},
		{`(?s)\A\+\+\+\n.*?\n\+\+\+\n`, ""},
		{"(?m)^([ \t>]*(?:```|~~~)).*$", "$1"},
		{`(?s)<!--.*?-->`, ""},
		{`<((?:https?://|\S+@)[^<>\s]*)>`, "$1"},
		{`\[\^[^\]\n]+\]:`, ""},
		{`(?m)^ {0,3}\[[^\]^\n]+\]:.*$`, ""},
		{`\]\([^()\n]*\)`, ""},
		{`<abbr[^>]*>|<rt>.*?</rt>|</?(?:div|p|a|b|h1|br|span|ruby|table|tr|th|td|kbd|sub|details|summary|code|abbr|Chart)\b[^<>]*>`, ""},
		{`<img[^>]*alt="([^"]*)"[^>]*>`, "$1"},
		{`(?m)^(#.*)\{[#.][^}]*\}$`, "$1"},
		{`(?m)^([ \t>]*)\d{1,9}[.)](?:\s|$)`, "$1"},
		{`\[\[?[^\]]*\]\[([^\]]*)\]`, "$0"},
		{`(\[[^\]\n]*\])\[[^\]\n]*\]`, "$1"},
	} {
		text = regexp.MustCompile(r.form).ReplaceAllString(text, r.by)
	}
	return html.UnescapeString(text)
}

func suite(t testing.TB) inputtest.Suite {
	return inputtest.Suite{
		Format: Format{}, Samples: fixtures(t), Markup: markup,
		Visible: func(texts map[string]string) string {
			for name, text := range texts {
				switch {
				case strings.Contains(name, "broken"):
					return text
				case strings.Contains(name, "cjk"):
					return visible(text) + "にわ"
				case strings.Contains(name, "readme"):
					text = strings.NewReplacer("H<sub>2</sub>O", "H₂O", ":tada:", "🎉").Replace(text)
				}
				return visible(text)
			}
			return ""
		},
	}
}

func TestConformance(t *testing.T) { inputtest.Run(t, suite(t)) }

// TestVerbatim holds each character of the fixtures' blocks against the one that
// stands at its place, but for what stands for something else there.
func TestVerbatim(t *testing.T) {
	for _, src := range fixtures(t) {
		dec, err := input.Decode(src)
		if err != nil {
			t.Fatal(err)
		}
		doc := read(t, src.Name, string(src.Data))
		if n, err := verbatim(doc, dec.Text); err != nil || n == 0 {
			t.Errorf("%s: %d characters, %v", src.Name, n, err)
		}
	}
}

func verbatim(doc *document.Document, text string) (n int, err error) {
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		in := func(kind document.SpanKind, at int) bool {
			for _, s := range b.Spans {
				if s.Kind == kind && s.Lo <= at && at < s.Hi {
					return true
				}
			}
			return false
		}
		for at, r := range b.Text {
			if unicode.IsSpace(r) || in(document.Generated, at) {
				continue
			}
			if in(document.AltText, at) || b.Kind == document.Image {
				continue // of HTML's images only the place of the tag is known; TestPlaces has Markdown's
			}
			pos := b.PosAt(at)
			if pos.Offset >= int64(len(text)) {
				return n, fmt.Errorf("%s: %q of %.60q is behind the end", pos, r, b.Text)
			}
			got, _ := utf8.DecodeRuneInString(text[pos.Offset:])
			if got != r && got != '&' && !strings.ContainsRune("²₂🎉", r) {
				return n, fmt.Errorf("%s: %q of %.60q is %q there", pos, r, b.Text, got)
			}
			n++
		}
	}
	return n, nil
}

func FuzzRead(f *testing.F) {
	for _, src := range fixtures(f) {
		f.Add(src.Data)
	}
	for _, text := range inputtest.Hostile() {
		if len(text) < 10_000 {
			f.Add([]byte(text))
		}
	}
	for _, text := range strange {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := input.Source{Name: "a.mdx", Data: data}
		if _, err := input.Decode(src); err != nil {
			return
		}
		doc, err := Format{}.Read(src)
		if err != nil {
			return // HTML that is nested too deeply
		}
		dec, _ := input.Decode(src)
		for i := range doc.Blocks {
			b := &doc.Blocks[i]
			if !utf8.ValidString(b.Text) {
				t.Fatalf("not UTF-8: %q", b.Text)
			}
			for j, a := range b.Anchors {
				made := len(b.Spans) > 0 // generated text stands about where it belongs
				if a.Pos.Offset > int64(len(dec.Text)) || j > 0 && !made && a.Pos.Offset <= b.Anchors[j-1].Pos.Offset {
					t.Fatalf("anchors of %q: %+v", b.Text, b.Anchors)
				}
			}
		}
	})
}

// strange are texts that broke something, here or in the parser.
var strange = []string{
	"[^1]: [^2]: a\n\nb[^1] c[^2]",
	"[^a]: x[^a]\n",
	"- [^1]: note\n\n  > [^1]: again\n\ntext[^1]",
	"|a|b|\n|-|-|\n|`\\|`|\\||c|d|\n||\n",
	"a\n: b\n\n: c\n",
	"> ```\n> code\n> \n\ttab\n",
	"-\t\tindented\n\n\t\ttwice\n",
	"<div\n> <p\nclass='x'>\n",
	"> <pre>\n> a\n>  b\n",
	"# {#x}\n## ## {#y}\n### a {b}\n#### {-}\nset {.x}\n===\n",
	"![a ![b](c) *d* ~~e~~ `f` <b>](g \"h\")",
	"***a** b* __c_d__ ~~e~f~~ ~g~",
	"<script>\nalert(1)\n",
	"<textarea>\n\nstill text\n",
	"<!-- never closed\n\ntext",
	"> [!NOTE]\n\n> [!TIP] Title\n> > [!X]\n",
	"[a]: b 'c\n[d]: e\n\n[a] [d]",
	"+++\na = [\"x\n+++\n",
	"---\n- a\n---\n",
	"---\na: &x [*x]\n---\n",
	"a\\\r\nb  \r\nc\rd",
	"&#0; &#xFFFFFF; &nope; &amp &copy; \\&amp;",
	"<svg/><math><mi>x</svg> <table><b/>text",
	"^[a ^[b *c] d*] ^[] x^[y](z) ~2~ ^2^^ a~2~~3~",
	"$$\n> $$\n\n> $$ a\nb $$\n\n- $$\n$$\n$$$ $a$1 $ a$ $$",
	"- 1. 2. a\n- 1.\n  2. b\n- 1.\n\n  c\n- 3. # d\n1) e\n00001) f",
	"[[a|]] [[|b]] ![[c]] [@] [@d](e) [-@f] {{}} {%%} :a:b: ::c::",
	"*[a\u00e4]: x\n*[&]: y\n*[&amp;]: z\n*[b]:\n\na\u00e4 &amp; b",
	"import A from 'a'\n\n<A>==b==</A> <www.a.com/<b>>",
	"\ufdd0\ufde0 text \ufdd0",
}

func TestStrange(t *testing.T) {
	for _, text := range strange {
		for _, name := range []string{"a.md", "a.mdx"} {
			doc, err := Format{}.Read(input.Source{Name: name, Data: []byte(text)})
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			for i := range doc.Blocks {
				if doc.Blocks[i].Text == "" && doc.Blocks[i].Kind != document.Break {
					t.Errorf("%q: an empty block", text)
				}
			}
		}
	}
}

// TestEndless reads what makes naive parsers take quadratic time or deep stacks:
// at this size the test would not end in minutes.
func TestEndless(t *testing.T) {
	const n = 100_000
	for name, text := range map[string]string{
		"quotations":        strings.Repeat(">", n) + " a",
		"lists":             strings.Repeat("- ", n) + "a",
		"notes":             strings.Repeat("[^a]: ", n) + "a",
		"mixed":             strings.Repeat("> 1. ", n) + "a",
		"indented":          strings.Repeat(strings.Repeat("  ", 500)+"- a\n", 500),
		"brackets":          strings.Repeat("[", n),
		"both brackets":     strings.Repeat("[", n) + strings.Repeat("]", n),
		"images in images":  strings.Repeat("![", n) + strings.Repeat("](a)", n),
		"links without end": strings.Repeat("[a](", n),
		"angles":            strings.Repeat("[a](<b", n),
		"titles":            strings.Repeat("[a](b \"\n", n),
		"definitions":       strings.Repeat("[a]: b '\n", n),
		"emphasis":          strings.Repeat("*a_ ", n),
		"emphasis in words": strings.Repeat("a_b*c__ ", n),
		"struck out":        strings.Repeat("~a ~~b ", n) + strings.Repeat("b~ b~~ ", n),
		"low and high":      strings.Repeat("a~2 b^2 ", n),
		"formulas":          strings.Repeat("$a$b ", n) + strings.Repeat("$$a $", n),
		"open formulas":     strings.Repeat("$$a\n", n),
		"marked":            strings.Repeat("==a b== c ", n) + strings.Repeat("==a ", n),
		"open notes":        strings.Repeat("^[", n) + strings.Repeat("a^[\n", n),
		"inline notes":      strings.Repeat("a^[b] ", n/4) + strings.Repeat("^[", 500) + strings.Repeat("]", 500),
		"citations":         strings.Repeat("[@a ", n) + strings.Repeat("[a @ ", n) + strings.Repeat("[@a] ", n),
		"emoji":             strings.Repeat(":a", n) + strings.Repeat(" :smile:", n),
		"wiki links":        strings.Repeat("[[a", n) + strings.Repeat("[[a]", n),
		"templates":         strings.Repeat("{{", n) + strings.Repeat("{% ", n),
		"abbreviations":     strings.Repeat("a b c ", n) + "\n" + strings.Repeat("*[a b]: c\n*[a c]: b\n", n/2),
		"imports":           strings.Repeat("import A from 'a'\n\n", n) + "<B",
		"ordinals":          strings.Repeat(strings.Repeat("1. ", 100)+"a\n", 500),
		"angle brackets":    strings.Repeat("<www.a.", n),
		"attributes":        "# a " + strings.Repeat("{a=[", n),
		"wide table":        strings.Repeat("|a", n) + "\n" + strings.Repeat("|-", n) + "\n" + strings.Repeat("|\n", n),
		"escaped cells":     "|a|b|\n|-|-|\n" + strings.Repeat("|`a\\|`|b|\n", n/4),
		"tags in a line":    "x" + strings.Repeat("<b>", n),
		"titles in HTML":    "<div>" + strings.Repeat("<title>", n),
		"arrays":            "+++\na = " + strings.Repeat("[", n) + "\n+++\n",
		"flow sequences":    "---\na: " + strings.Repeat("[", n) + "\n---\n",
	} {
		t.Run(name, func(t *testing.T) { read(t, "a.md", text) })
	}
	_, err := Format{}.Read(input.Source{Name: "a.md", Data: bytes.Repeat([]byte("<div>"), n)})
	if err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("100,000 nested <div>: %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	one, err := os.ReadFile("testdata/sample.md")
	if err != nil {
		b.Fatal(err)
	}
	_, _, end := frontMatter(string(one))
	data := bytes.Repeat(append(one[end:], '\n', '\n'), 10<<20/len(one[end:]))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Format{}).Read(input.Source{Name: "a.md", Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDetect(b *testing.B) {
	one, err := os.ReadFile("testdata/sample.md")
	if err != nil {
		b.Fatal(err)
	}
	data := bytes.Repeat(one, 1<<20/len(one))
	for b.Loop() {
		Format{}.Detect(input.Source{Name: "-", Data: data})
	}
}
