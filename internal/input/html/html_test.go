package html

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// notSeen is what of a page no reader sees.
var (
	notSeen = regexp.MustCompile(`(?is)<head>.*?</head>|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>]*>|<(?:script|style)\b.*?</(?:script|style)>|<(?:rp)>.*?</rp>|<svg\b.*?</svg>`)
	altText = regexp.MustCompile(`<img\b[^>]*?\balt="([^"]*)"`)
	markup  = regexp.MustCompile(`<[^>]*>`)
	cdata   = regexp.MustCompile(`<!\[CDATA\[(.*?)\]\]>`)
	raised  = regexp.MustCompile(`<(sup|sub)>([0-9])</`)
)

// visible gives what a reader sees of pages that are written plainly, as those of
// the fixtures are. A raised digit is written as the character that it is.
func visible(texts map[string]string) string {
	var b strings.Builder
	for _, text := range texts {
		for _, m := range altText.FindAllStringSubmatch(text, -1) {
			b.WriteString(html.UnescapeString(m[1]))
		}
		text = cdata.ReplaceAllStringFunc(text, func(s string) string { return html.EscapeString(cdata.FindStringSubmatch(s)[1]) })
		text = raised.ReplaceAllStringFunc(notSeen.ReplaceAllString(text, ""), func(s string) string {
			table := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
			if strings.HasPrefix(s, "<sub") {
				table = []rune("₀₁₂₃₄₅₆₇₈₉")
			}
			return "<x>" + string(table[s[len("<sup>")]-'0']) + "</"
		})
		b.WriteString(html.UnescapeString(markup.ReplaceAllString(text, "")))
	}
	return b.String()
}

func suite() inputtest.Suite {
	return inputtest.Suite{
		Format:    Format{},
		Visible:   visible,
		MayRefuse: true,
		Encode: func(text string) []byte {
			return []byte("<!DOCTYPE html><body><p>" + strings.Join(strings.Split(html.EscapeString(text), "\n\n"), "</p><p>") + "</p></body>")
		},
	}
}

func samples(t testing.TB) []input.Source {
	t.Helper()
	var all []input.Source
	names, err := filepath.Glob("testdata/*html")
	if err != nil || len(names) == 0 {
		t.Fatal(err, "no fixtures")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, input.Source{Name: filepath.Base(name), Data: data})
	}
	return all
}

func TestSuite(t *testing.T) {
	s := suite()
	s.Samples = samples(t)
	inputtest.Run(t, s)
}

func TestGolden(t *testing.T) {
	for _, src := range samples(t) {
		doc, err := Format{}.Read(src)
		if err != nil {
			t.Error(src.Name, err)
			continue
		}
		got := inputtest.Dump(doc)
		golden := filepath.Join("testdata", strings.TrimSuffix(src.Name, filepath.Ext(src.Name))+".golden.txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: not as in %s (-update writes it):\n%s", src.Name, golden, got)
		}
	}
}

// read reads a page that must be readable.
func read(t *testing.T, src input.Source) *document.Document {
	t.Helper()
	if src.Name == "" {
		src.Name = "page.html"
	}
	doc, err := Format{}.Read(src)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		src  input.Source
		want input.Confidence
	}{
		{input.Source{Name: "a", Data: []byte("<!doctype HTML>\n<p>x")}, input.Sure},
		{input.Source{Name: "a.txt", Data: []byte("\ufeff<!-- c -->\n<html lang=de><p>x")}, input.Sure},
		{input.Source{Name: "a", Data: []byte("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\"><html/>")}, input.Sure},
		{input.Source{Name: "a", Data: []byte("plain"), MediaType: "text/html; charset=utf-8"}, input.Sure},
		{input.Source{Name: "a.html", Data: []byte("plain")}, input.Named},
		{input.Source{Name: "a", Data: []byte("<div><p>x</p></div><ul><li>y</li></ul>")}, input.Likely},
		{input.Source{Name: "a", Data: []byte("<p>one tag")}, input.None},
		{input.Source{Name: "a", Data: []byte("A text about <html> and <p>.")}, input.None},
		{input.Source{Name: "a", Data: []byte("<?xml version=\"1.0\"?><package/>")}, input.None},
		{input.Source{Name: "a", Data: []byte("\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00")}, input.Sure},
	} {
		if got := (Format{}).Detect(c.src); got != c.want {
			t.Errorf("%q: %d, want %d", c.src.Data, got, c.want)
		}
	}
}

func TestCharset(t *testing.T) {
	const text = "Grüße aus Köln, für 5 €"
	latin, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	kana, err := japanese.ShiftJIS.NewEncoder().String("<p>春はあけぼの。</p>")
	if err != nil {
		t.Fatal(err)
	}
	page := func(meta, text string) []byte {
		return []byte("<!DOCTYPE html><head>" + meta + "</head><p>" + text + "</p>")
	}
	for _, c := range []struct {
		name     string
		src      input.Source
		want     string
		warnings int
	}{
		{"UTF-8", input.Source{Data: page("", text)}, text, 0},
		{"meta", input.Source{Data: page("<meta charset=iso-8859-1>", latin)}, text, 0},
		{"http-equiv", input.Source{Data: page(`<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">`, latin)}, text, 0},
		{"header", input.Source{Data: page("", latin), MediaType: "text/html; charset=ISO-8859-1"}, text, 0},
		{"header before meta", input.Source{Data: page("<meta charset=koi8-r>", latin), MediaType: "text/html; charset=ISO-8859-1"}, text, 0},
		{"shift_jis", input.Source{Data: []byte("<meta charset=Shift_JIS>" + kana)}, "春はあけぼの。", 0},
		{"declared wrongly", input.Source{Data: page("<meta charset=iso-8859-1>", text)}, text, 1},
		{"UTF-8 that is not", input.Source{Data: page("<meta charset=utf-8>", latin)}, text, 1},
		{"utf-16 in bytes", input.Source{Data: page("<meta charset=utf-16>", text)}, text, 0},
		{"unknown", input.Source{Data: page("<meta charset=klingon>", text)}, text, 1},
		{"mark before meta", input.Source{Data: append([]byte("\ufeff"), page("<meta charset=koi8-r>", text)...)}, text, 0},
		{"XML", input.Source{Data: []byte(`<?xml version="1.0" encoding="ISO-8859-1"?><html><body><p>` + latin + `</p></body></html>`)}, text, 0},
	} {
		doc := read(t, c.src)
		if len(doc.Blocks) != 1 || doc.Blocks[0].Text != c.want || len(doc.Warnings) != c.warnings {
			t.Errorf("%s: %+v, %q", c.name, doc.Blocks, doc.Warnings)
		}
	}
}

func TestMetadata(t *testing.T) {
	for _, c := range []struct{ head, title, author, date, lang string }{
		{`<title>Ein Titel – Das Blatt</title><h1>Ein Titel</h1>`, "Ein Titel", "", "", ""},
		{`<title>Das Blatt: Ein Titel</title><meta property=og:site_name content="Das Blatt"><h1>x</h1>`, "Das Blatt: Ein Titel", "", "", ""},
		{`<title>Ein längerer Titel | Das Blatt</title>`, "Ein längerer Titel", "", "", ""},
		{`<title>6. Practice — the manual 12 documentation</title><h1>6. Practice<a class=headerlink href="#p">¶</a></h1>`, "6. Practice", "", "", ""},
		{`<title>Wasser - Feuer</title>`, "Wasser - Feuer", "", "", ""},
		{`<title>Emscripten and LLVM · V8</title><h1>V8</h1><h1>Emscripten and LLVM</h1>`, "Emscripten and LLVM", "", "", ""},
		{`<meta property="og:title" content="Offen"><meta name=author content="A. B."><meta name=author content="C. D."><meta property="article:published_time" content="2023-02-01T10:00:00Z"><meta property="og:locale" content="de_AT">`, "Offen", "A. B., C. D.", "2023-02-01", "de-AT"},
		{`<meta name=date content="17 May 2021"><meta property="article:author" content="https://example.com/a">`, "", "", "2021-05-17", ""},
		{`<script type="application/ld+json">[{"@type":["NewsArticle"],"headline":"L &amp; D","author":{"name":"X"},"datePublished":"2020-13-01"}]</script>`, "L & D", "X", "", ""},
		{`<script type="application/ld+json">{"@type":"Article","name":"New Zealand","headline":"a country"}</script><title>New Zealand - Wikipedia</title>`, "New Zealand", "", "", ""},
		{`<script type="application/ld+json">{"@graph":[{"@type":"BlogPosting","headline":"Listen","author":[{"@id":"#p"},{"@id":"#q"}]},{"@type":"Person","@id":"#p","name":"Jo Weiß"}]}</script>`, "Listen", "Jo Weiß", "", ""},
		{`<script type="application/ld+json">{"@type":"Article","headline":` + strings.Repeat("[", 100000) + `</script><title>T</title>`, "T", "", "", ""},
		{`<script type="application/ld+json">` + strings.Repeat(`{"@graph":`, 500) + `1` + strings.Repeat("}", 500) + `</script><title>T</title>`, "T", "", "", ""},
	} {
		doc := read(t, input.Source{Data: []byte(c.head + "<p>Text.</p>")})
		if doc.Title != c.title || doc.Author != c.author || doc.Date != c.date || doc.Lang != c.lang {
			t.Errorf("%.200s: %q %q %q %q", c.head, doc.Title, doc.Author, doc.Date, doc.Lang)
		}
	}
	doc := read(t, input.Source{Name: "https://x.example/a/b.html", Data: []byte(`<meta property=og:image content="c.png"><p>Ein <a href="../d">Link</a>, ein <a href="https://x.example/a/b.html#e">Anker</a>.</p>`)})
	if doc.Cover == nil || doc.Cover.Name != "https://x.example/a/c.png" {
		t.Errorf("%+v", doc.Cover)
	}
	if s := doc.Blocks[0].Spans; len(s) != 1 || s[0].Value != "https://x.example/d" {
		t.Errorf("%+v", s)
	}
}

// A page of nothing that looks like an article is read nevertheless.
func TestAllLeftOut(t *testing.T) {
	doc := read(t, input.Source{Data: []byte(`<div class=share>One</div><div class=share>Two</div>`)})
	if len(doc.Blocks) != 2 || len(doc.Warnings) != 1 {
		t.Errorf("%+v", doc)
	}
}

func TestNoText(t *testing.T) {
	for page, want := range map[string]string{
		`<html><frameset><frame src="a.html"><frame src="b.html"></frameset></html>`:                 "a.html, b.html",
		`<html><body><div id=root></div><script src="app.js"></script><noscript>Enable</noscript>`:   "JavaScript",
		"<!DOCTYPE html>" + strings.Repeat("<div>", 100_000) + "x":                                   "nested",
		"<!DOCTYPE html>" + strings.Repeat("<p><font size=1><font size=2><font size=3>x", 1_000_000): "elements",
	} {
		if _, err := (Format{}).Read(input.Source{Name: "a.html", Data: []byte(page)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100s: %v", page, err)
		}
	}
}

// What Readability leaves out although it belongs to the article must stay, and
// what it never sees in a large page must go.
func TestLargePage(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<html lang=en><body><nav><a href=x>Home</a></nav><main><article><h1>Big</h1>`)
	for i := range 30_000 {
		fmt.Fprintf(&b, "<p>Paragraph number %d says something.</p>", i)
	}
	b.WriteString(`</article><div class="related-links"><p>Teaser</p></div></main><footer>Imprint</footer>`)
	doc := read(t, input.Source{Data: []byte(b.String())})
	if len(doc.Blocks) != 30_001 {
		t.Errorf("%d blocks", len(doc.Blocks))
	}
	if len(doc.Dropped) != 3 {
		t.Errorf("%+v", doc.Dropped)
	}
}

func FuzzRead(f *testing.F) {
	for _, src := range samples(f) {
		f.Add(src.Data, "")
	}
	f.Add([]byte("<meta charset=shift_jis>\x82\xa0<p>x"), "text/html; charset=gbk")
	f.Fuzz(func(t *testing.T, data []byte, mediaType string) {
		src := input.Source{Name: "a.html", Data: data, MediaType: mediaType}
		doc, err := Format{}.Read(src)
		if err != nil {
			t.Skip()
		}
		s := suite()
		s.Texts = func(src input.Source) map[string]string {
			d, err := decode(src)
			if err != nil {
				t.Fatal(err)
			}
			return map[string]string{src.Name: d.Text}
		}
		// What is visible is for the fixtures to show: here, that places are right.
		s.Visible = func(map[string]string) string { return written(doc) }
		if err := s.Check(doc, src); err != nil {
			t.Error(err)
		}
	})
}

// written is all that stands in a document's blocks and in what was dropped, but
// for what the reader made.
func written(doc *document.Document) string {
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

func BenchmarkRead10MB(b *testing.B) {
	const paragraph = `<p>Ein Absatz mit <a href="x.html">einem Link</a>, <b>fetter</b> Schrift und &uuml;blichen Zeichen, der so lang ist wie die meisten.</p>` + "\n"
	page := []byte("<html lang=de><body><main><h1>Titel</h1>" + strings.Repeat(paragraph, 10<<20/len(paragraph)))
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Format{}).Read(input.Source{Name: "a.html", Data: page}); err != nil {
			b.Fatal(err)
		}
	}
}
