package dom

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"narrate/internal/document"
	"narrate/internal/input"
)

// Each word of a block must be found at its place, whatever stands before it.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		page  string
		xhtml bool
		words string
	}{
		{"<p>eins &amp; zwei&nbsp;drei &#x1F600; vier\r\nfünf\rsechs &notit; sieben<!-- nein --> acht</p>", false, "eins zwei drei vier fünf sechs sieben acht"},
		{"<p>eins\x00zwei \ufdd0 drei &#xFDD3; vier<b>fünf</b> <i>sechs</i></p>", false, "eins zwei drei vier fünf sechs"},
		{"<pre>\r\n  eins\r\n\tzwei &lt;drei\r\rvier</pre>", false, "eins zwei drei vier"},
		{"<table> <tr> <td>eins <td> zwei</table>", false, "eins zwei"},
		{"<xmp>eins &lt; zwei</xmp> drei <svg><title>vier</title></svg> fünf", false, "eins zwei drei fünf"},
		{"<svg><style>x</style></svg><p>eins<script>if (a<b) { '</p>' }</script> zwei <svg><p>drei</p><script>1 < 2</script> vier", false, "eins zwei drei vier"},
		{"<p>eins <a id='x'/>zwei<br></br><![CDATA[drei & vier]]><title/> fünf</p>", true, "eins zwei drei vier fünf"},
		{"<!DOCTYPE html [ <!ENTITY x 'y'> ]><html><body><p>eins</p></body></html>", true, "eins"},
		{"<h:html xmlns:h = 'http://www.w3.org/1999/xhtml'><h:head><h:title>nein</h:title><h:style>a { }</h:style></h:head><h:body><h:p>eins<h:br/>zwei <h:a id='x'/><h:b>drei</h:b></h:p><h:pre>\nvier</h:pre></h:body></h:html>", true, "eins zwei drei vier"},
	} {
		doc, err := walk("page", c.page, c.xhtml, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.page, err)
			continue
		}
		var all strings.Builder
		for i := range doc.Blocks {
			b := &doc.Blocks[i]
			all.WriteString(b.Text + " ")
			for word := range strings.FieldsSeq(c.words) {
				if at := strings.Index(b.Text, word); at >= 0 {
					if got, want := b.PosAt(at).Offset, strings.Index(c.page, word); got != int64(want) {
						t.Errorf("%q: %s is at %d, not %d", c.page, word, want, got)
					}
				}
			}
		}
		for word := range strings.FieldsSeq(c.words) {
			if !strings.Contains(all.String(), word) {
				t.Errorf("%q: %s is not in %q", c.page, word, all.String())
			}
		}
	}
}

// A page that is written in parts, as Markdown is, knows the places of each.
func TestMarked(t *testing.T) {
	const source = "* eins <b>zwei</b> & drei"
	var w strings.Builder
	Mark(&w, "<li>", 0)
	Text(&w, "eins ", 2)
	Mark(&w, "<b>", 7)
	Text(&w, "zwei", 10)
	Mark(&w, "</b>", 14)
	Text(&w, " & drei", 18)
	tree, err := ParseMarked(w.String())
	if err != nil {
		t.Fatal(err)
	}
	f := input.NewFlow("m")
	f.File("m", source)
	tree.Walk(f, Options{})
	doc := f.Document()
	if len(doc.Blocks) != 1 || doc.Blocks[0].Text != "eins zwei & drei" || doc.Blocks[0].Kind != document.ListItem {
		t.Fatalf("%+v", doc.Blocks)
	}
	b := &doc.Blocks[0]
	for _, word := range []string{"eins", "zwei", "&", "drei"} {
		if got := b.PosAt(strings.Index(b.Text, word)).Offset; got != int64(strings.Index(source, word)) {
			t.Errorf("%s at %d", word, got)
		}
	}
}

// Notes in another file, as those of an e-book, are told by the caller.
func TestNotesAcrossFiles(t *testing.T) {
	read := func(text, prefix string) string {
		tree, err := Parse(text, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		f := input.NewFlow("b")
		f.File("b", text)
		tree.Walk(f, Options{
			NotePrefix: prefix,
			NoteRef: func(a *html.Node) (string, bool) {
				href := Attr(a, "href")
				return href, NoteMark(a) && strings.Contains(href, ".xhtml#")
			},
			NoteKey: func(n *html.Node) (string, bool) { return prefix + "#" + Attr(n, "id"), Attr(n, "id") == "n1" },
		})
		return dump(f.Document())
	}
	if got, want := read(`<p>Wort<a href="notes.xhtml#n1" epub:type="noteref">1</a></p>`, "ch.xhtml"), "paragraph \"Wort\"\n\tnote-ref at 4 1\ndropped mark of a note: \"1\"\n"; got != want {
		t.Errorf("%s", got)
	}
	if got, want := read(`<p id="n1">Die Note</p><p>Text</p>`, "notes.xhtml"), "footnote note=1 \"Die Note\"\nparagraph \"Text\"\n"; got != want {
		t.Errorf("%s", got)
	}
}

func TestOptions(t *testing.T) {
	const page = `<html lang=de><body><div id=a lang=fr><p>un <a href="x?y">lien</a></p></div><div id=b><p>weg</p>da</div>`
	tree, err := Parse(page, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tree.Lang() != "de" {
		t.Errorf("language %q", tree.Lang())
	}
	f := input.NewFlow("p")
	f.File("p", page)
	var seen []string
	var first *html.Node
	tree.Walk(f, Options{
		Visit: func(n *html.Node) {
			if id := Attr(n, "id"); id != "" {
				seen = append(seen, id)
				if first == nil {
					first = n
				}
			}
		},
		Drop: func(n *html.Node) string {
			if n.Type == html.TextNode && n.Data == "weg" {
				return "unwanted"
			}
			return ""
		},
		Resolve: func(href string) string { return "https://e.example/" + href },
	})
	want := "paragraph lang=fr \"un lien\"\n\tlink \"lien\" https://e.example/x?y\nparagraph \"da\"\ndropped unwanted: \"weg\"\n"
	if got := dump(f.Document()); got != want {
		t.Errorf("%s", got)
	}
	if strings.Join(seen, " ") != "a b" || tree.Offset(first) != strings.Index(page, "<div") {
		t.Errorf("visited %q, the first at %d", seen, tree.Offset(first))
	}
	f = input.NewFlow("p")
	f.File("p", page)
	tree.Walk(f, Options{Root: first})
	if got := dump(f.Document()); got != "paragraph lang=fr \"un lien\"\n\tlink \"lien\" x?y\n" {
		t.Errorf("%s", got)
	}
}

// What would take the parser or the walker long, or deep, is refused in one
// sentence or read.
func TestHostile(t *testing.T) {
	const n = 10_000
	attributes := "<b" + strings.Repeat(" a", n) + ">"
	for name, c := range map[string]struct {
		page, err string
		blocks    int
	}{
		"nested <b>":     {strings.Repeat("<b>", 10*n) + "x", "nested", 0},
		"nested <div>":   {strings.Repeat("<div>", 10*n) + "x", "nested", 0},
		"nested cells":   {strings.Repeat("<table><tr><td>", 10*n) + "x", "nested", 0},
		"nested <table>": {strings.Repeat("<table>", 5*n) + "x", "", 1},
		"misnested":      {strings.Repeat("<a><p>x", n), "", n},
		"never closed":   {strings.Repeat("<p><b>x", n), "", n},
		"many fonts":     {strings.Repeat("<p><font size=1><font size=2><font size=3>x", 30*n), "elements", 0},
		"attributes":     {attributes + attributes + attributes + "<p>x", "", 1},
		"references":     {strings.Repeat("&amp", n), "", 1},
		"images":         {strings.Repeat("<img alt=x>", n), "", n},
		"struck out":     {strings.Repeat("<del>x</del>", n), "", 0},
		"notes":          {strings.Repeat("<p>a<sup><a href=#x>1</a></sup>", n) + "<div id=x>" + strings.Repeat("<p>y", n), "", 2 * n},
		"wide rows":      {"<table><tr><th>a<th>b" + strings.Repeat("<tr><td rowspan=9999 colspan=9999>x<td>y", 1000), "", 1001},
		"hidden":         {strings.Repeat("<span class=sr-only>x</span>", n), "", 0},
	} {
		doc, err := walk("page", c.page, false, Options{})
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case len(doc.Blocks) != c.blocks:
			t.Errorf("%s: %d blocks, not %d", name, len(doc.Blocks), c.blocks)
		}
	}
}

func BenchmarkParseWalk(b *testing.B) {
	const paragraph = "<p>Ein Absatz mit <a href='x.html'>einem Link</a>, <b>fetter</b> Schrift und &uuml;blichen Zeichen.</p>\n"
	page := strings.Repeat(paragraph, 1<<20/len(paragraph))
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := walk("page", page, false, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
