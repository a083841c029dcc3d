package epub

import (
	"strings"
	"testing"

	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

// FuzzRead changes what the files of a book say: its package document, its two
// tables of contents and two content documents.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"sample", "epub2"} {
		files := folder(f, name)
		if name == "sample" {
			f.Add(files["EPUB/package.opf"], files["EPUB/nav.xhtml"], files["EPUB/toc.ncx"], files["EPUB/text/kapitel1.xhtml"], files["EPUB/text/anmerkungen.xhtml"])
		} else {
			f.Add(files["OEBPS/content.opf"], files["OEBPS/contents.html"], files["OEBPS/toc.ncx"], files["OEBPS/ch1.html"], files["OEBPS/notes.html"])
		}
	}
	opf := bookWith(plainOPF, two())["b.opf"]
	f.Add(opf, page(`<nav epub:type="toc"><ol><li><a href="a.xhtml#x">A</a><ol><li><span>B</span></li></ol></li></ol></nav>`),
		`<navMap><navPoint><content src="b.xhtml"/></navPoint></navMap>`,
		page(`<p id="x">T<a id="r" href="b.xhtml#n">1</a></p>`), page(`<p id="n"><a href="a.xhtml#r">1</a> N</p>`))
	f.Fuzz(func(t *testing.T, opf, nav, ncx, a, b string) {
		files := simple("")
		delete(files, "c.xhtml")
		for name, text := range map[string]string{
			"b.opf": opf, "nav.xhtml": nav, "contents.html": nav, "toc.ncx": ncx, "t.ncx": ncx,
			"a.xhtml": a, "text/kapitel1.xhtml": a, "ch1.html": a, "b.xhtml": b, "text/anmerkungen.xhtml": b, "notes.html": b,
		} {
			files[name] = text
		}
		src := input.Source{Name: "x.epub", Data: pack(t, files)}
		doc, err := Format{}.Read(src)
		if err != nil {
			return
		}
		// What is seen is what was read: places, spans, cells and chapters are
		// what is looked at here.
		var all strings.Builder
		for i := range doc.Blocks {
			all.WriteString(doc.Blocks[i].Text)
		}
		for _, d := range doc.Dropped {
			all.WriteString(d.Text)
		}
		s := inputtest.Suite{Format: Format{}, Texts: texts, Visible: func(map[string]string) string { return all.String() }, Markup: all.String()}
		if err := s.Check(doc, src); err != nil {
			t.Error(err)
		}
	})
}
