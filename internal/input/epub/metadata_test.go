package epub

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
)

func TestMetadata(t *testing.T) {
	describe := func(doc *document.Document) string {
		cover := ""
		if doc.Cover != nil {
			cover = doc.Cover.Name
		}
		return fmt.Sprintf("%s|%s|%s|%s|%s|%s", doc.Title, doc.Author, doc.Lang, doc.Date, doc.Description, cover)
	}
	for _, c := range []struct{ what, metadata, more, want string }{
		{"nothing", "", "", "|||||"},
		{"placeholders", `<title>Unknown</title><creator>unknown</creator><language>und</language><date>0101-01-01T00:00:00+00:00</date><description>unknown</description>`, "", "|||||"},
		{"plain", `<title> A
			Title </title><creator>B. Cee</creator><language>en_US</language><date>2001-02-03T04:05:06Z</date><description>Of it.</description>`, "", "A Title|B. Cee|en-US|2001-02-03|Of it.|"},
		{"titles by sequence", `<title id="b">Second</title><title id="a">First</title><meta refines="#a" property="display-seq">1</meta><meta refines="#b" property="display-seq">2</meta>`, "", "First|||||"},
		{"the main title", `<title id="a">A series</title><title id="b">The title</title><meta refines="#b" property="title-type">main</meta>`, "", "The title|||||"},
		{"creators with roles", `<creator role="ill">I</creator><creator role="aut">A</creator><creator role="aut">B</creator><creator role="aut">A</creator>`, "", "|A, B||||"},
		{"refined by nothing", `<title>A</title><meta property="title-type">main</meta>`, "", "A|||||"},
		{"creators without roles", `<creator>A</creator><creator role="trl">T</creator>`, "", "|A, T||||"},
		{"dates by event", `<date event="modification">2020-01-01</date><date event="creation">2019</date><date event="publication">1999-12</date><date event="original-publication">1850</date>`, "", "|||1850||"},
		{"a modification alone", `<date event="modification">2020-01-01</date>`, "", "|||||"},
		{"a date with dots", `<date>5.10.1999</date>`, "", "|||1999-10-05||"},
		{"no date", `<date>Spring 1999</date>`, "", "|||||"},
		{"description in HTML", `<description>&lt;p>One &amp;amp; two&lt;/p>&lt;p>&lt;b>thr&lt;/b>ee&lt;/p></description>`, "", "||||One & two three|"},
		{"within dc-metadata", `<dc-metadata><dc:Title>T</dc:Title></dc-metadata>`, "", "T|||||"},
		{"cover by property", "", `<item id="p" href="p.png" media-type="image/png" properties="cover-image"/>`, "|||||p.png"},
		{"cover by meta", `<meta name="cover" content="p"/>`, `<item id="p" href="p.png" media-type="image/png"/>`, "|||||p.png"},
		{"cover by meta with the address", `<meta name="cover" content="p.png"/>`, `<item id="q" href="p.png" media-type="image/png"/>`, "|||||p.png"},
		{"cover that is a drawing", "", `<item id="p" href="p.svg" media-type="image/svg+xml" properties="cover-image"/>`, "|||||"},
		{"cover that is not there", "", `<item id="p" href="q.png" media-type="image/png" properties="cover-image"/>`, "|||||"},
		{"cover that is none", "", `<item id="p" href="a.xhtml" media-type="image/png" properties="cover-image"/>`, "|||||"},
		{"cover by the guide", "", `<item id="p" href="p.png" media-type="image/png"/><item id="c" href="c.html" media-type="application/xhtml+xml"/>@<guide><reference type="cover" href="c.html"/></guide>`, "|||||p.png"},
	} {
		items, guide, _ := strings.Cut(c.more, "@")
		opf := strings.NewReplacer("<title>A Book</title>", c.metadata, "{items}", items+"{items}", "</package>", guide+"</package>").Replace(plainOPF)
		files := bookWith(opf, two())
		files["p.png"], files["p.svg"] = picture(t), "<svg/>"
		files["c.html"] = page(`<svg xmlns="http://www.w3.org/2000/svg"><image xlink:href="p.png"/></svg>`)
		if strings.Contains(c.what, "not there") {
			delete(files, "q.png")
		}
		if got := describe(read(t, "x.epub", pack(t, files))); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

func TestCoverTooLarge(t *testing.T) {
	opf := strings.Replace(plainOPF, "{items}", `<item id="p" href="p.png" media-type="image/png" properties="cover-image"/>{items}`, 1)
	files := bookWith(opf, two())
	noise := make([]byte, maxCover)
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	files["p.png"] = picture(t) + string(noise)
	doc := read(t, "x.epub", pack(t, files))
	if doc.Cover != nil || len(doc.Warnings) != 1 || !strings.Contains(doc.Warnings[0], "the cover picture is left out") {
		t.Errorf("cover %v, %v", doc.Cover != nil, doc.Warnings)
	}
}
