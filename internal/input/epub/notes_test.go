package epub

import (
	"strings"
	"testing"
)

// TestNotes reads books whose notes stand in another file than their marks.
func TestNotes(t *testing.T) {
	for _, c := range []struct {
		what, text, notes string
		has               string // lines of the dump, parted by "|"
		hasNo             string
	}{
		{
			"by type",
			`<p>Word<a epub:type="noteref" href="b.xhtml#n">1</a> more.</p>`,
			`<aside epub:type="footnote" id="n"><p>The note.</p></aside><p>End.</p>`,
			`paragraph Word more.|note 1 after "Word"|footnote note 1 The note.|paragraph End.`, "warning",
		},
		{
			"by role",
			`<p>Word<a role="doc-noteref" href="b.xhtml#n">1</a></p>`,
			`<section role="doc-endnotes"><ol><li id="n" role="doc-endnote">The note. <a role="doc-backlink" href="a.xhtml">↩</a></li></ol></section>`,
			`note 1 after "Word"|footnote note 1 The note.|dropped "↩": back link`, "warning",
		},
		{
			"raised, without a way back",
			`<p>Word<sup><a href="b.xhtml#n">12</a></sup>.</p>`,
			`<p id="n">12. The note.</p>`,
			`paragraph Word.|note 1 after "Word"|footnote note 1`, "warning",
		},
		{
			"plain, with a way back",
			`<p>Word <a id="r" href="b.xhtml#n">[a]</a></p>`,
			`<p><a id="n" href="a.xhtml#r">[a]</a> The note.</p>`,
			`paragraph Word|note 1 after "Word"|footnote note 1 The note.|dropped "[a]": mark of a note|dropped "[a]": back link`, "warning",
		},
		{
			"an id inside the link, and an arrow back",
			`<p>Word<a href="b.xhtml#n"><sup id="r">*</sup></a></p>`,
			`<div id="n"><p>The note.</p><p>More of it. <a href="a.xhtml#r">↑</a></p></div>`,
			`note 1 after "Word"|footnote note 1 The note.|footnote note 1 More of it.|dropped "↑": back link`, "warning",
		},
		{
			"a list of definitions",
			`<p>Word<a epub:type="noteref" href="b.xhtml#n">1</a></p>`,
			`<dl><dt id="n">1</dt><dd>The note.</dd></dl>`,
			`note 1 after "Word"|footnote note 1 The note.`, "warning",
		},
		{
			"hidden until it is asked for",
			`<p>Word<a epub:type="noteref" href="b.xhtml#n">1</a></p>`,
			`<p>Text.</p><aside epub:type="footnote" id="n" hidden="hidden"><p>The note.</p></aside>`,
			`note 1 after "Word"|footnote note 1 The note.`, "warning",
		},
		{
			"several marks for one note",
			`<p>Word<a epub:type="noteref" href="b.xhtml#n">1</a> and word<a epub:type="noteref" href="b.xhtml#n">1</a></p>`,
			`<aside epub:type="footnote" id="n"><p>The note.</p></aside>`,
			`note 1 after "Word"|note 1 after "word"|footnote note 1 The note.`, "note 2",
		},
		{
			"a missing note",
			`<p>Word<a epub:type="noteref" href="b.xhtml#x">1</a></p>`,
			`<p>Text.</p>`,
			`a.xhtml: a note is referred to that is not in the book: b.xhtml#x`, "",
		},
		{
			"the number of a chapter is no mark",
			`<p id="t1"><a href="b.xhtml#c1">1</a></p><p>See chapter <a href="b.xhtml#c1">one</a>.</p>`,
			`<h2 id="c1"><a href="a.xhtml#t1">1</a></h2><p>Text.</p>`,
			`heading2 1`, "note 1",
		},
		{
			"references to books",
			`<p>As shown <a role="doc-biblioref" href="b.xhtml#s">[3]</a> and in <a role="doc-biblioref" href="b.xhtml#s">Smith (1999)</a>.</p>`,
			`<ul><li role="doc-biblioentry" id="s">Smith: A Book.</li></ul>`,
			`As shown and in Smith (1999).|note 1 after "shown"|footnote note 1 Smith: A Book.`, "",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := dump(read(t, "x.epub", pack(t, bookWith(plainOPF, map[string]string{"a.xhtml": page(c.text), "b.xhtml": page(c.notes)}))))
			expect(t, got, c.has, c.hasNo)
		})
	}
}

// TestNotesOutside reads notes from a file that the reading order lacks.
func TestNotesOutside(t *testing.T) {
	opf := strings.Replace(plainOPF, `<itemref idref="b"/>`, "", 1)
	got := dump(read(t, "x.epub", pack(t, bookWith(opf, map[string]string{
		"a.xhtml": page(`<p>Word<a epub:type="noteref" href="b.xhtml#n">1</a></p>`),
		"b.xhtml": page(`<h1>Notes</h1><aside epub:type="footnote" id="n"><p>The note.</p></aside>`),
	}))))
	expect(t, got, "footnote note 1 The note.|"+`dropped "Notes": auxiliary (linear="no")`, "")
}

// TestLists reads books whose tables of contents are marked by nothing but
// what they hold.
func TestLists(t *testing.T) {
	opf := strings.Replace(plainOPF, "</package>", `<guide><reference type="toc" href="a.xhtml"/></guide></package>`, 1)
	const long = `<p>A text that is longer than all that stands in the links of the list above.</p>`
	lines := strings.Repeat(`<p><a href="b.xhtml#x">A chapter</a> 12</p>`, 7)
	for _, c := range []struct{ what, opf, text, has, hasNo string }{
		{"a whole file", plainOPF, "<h1>Contents</h1>" + lines, `dropped "Contents": table of contents`, "heading1 Contents"},
		{"a list within text", plainOPF, "<h2>Contents</h2><div>" + lines + "</div>" + long, "paragraph A text that|dropped \"Contents\": table of contents", "paragraph A chapter"},
		{"few links", plainOPF, "<div>" + `<p><a href="b.xhtml">See there</a></p>` + "</div>", "paragraph See there", "dropped"},
		{"the guide's", opf, "<h2>What is in it</h2><p>In short</p>" + strings.Repeat(`<p><a href="b.xhtml#x">The chapter of that name</a></p>`, 5), "dropped \"In short\": table of contents", "paragraph"},
		{"the guide's, with text", opf, long + long + strings.Repeat(`<p><a href="b.xhtml#x">A chapter</a></p>`, 5), "paragraph A text that", ""},
		{"an index by its role", plainOPF, `<section role="doc-index"><p>Lamp 7</p></section>`, `dropped "Lamp 7": index`, "paragraph Lamp"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := dump(read(t, "x.epub", pack(t, bookWith(c.opf, map[string]string{"a.xhtml": page(c.text), "b.xhtml": page("")}))))
			expect(t, got, c.has, c.hasNo)
		})
	}
}

// TestPages leaves out page numbers that only the list of pages tells.
func TestPages(t *testing.T) {
	files := bookWith(strings.Replace(plainOPF, "{items}", `<item id="n" href="t.ncx" media-type="application/x-dtbncx+xml"/>{items}`, 1), two())
	files["a.xhtml"] = page(`<p>One <span id="p7">7</span> two. <span id="p8">Eight words that are no number.</span></p>`)
	files["t.ncx"] = `<ncx><pageList><pageTarget><content src="a.xhtml#p7"/></pageTarget><pageTarget><content src="a.xhtml#p8"/></pageTarget></pageList></ncx>`
	got := dump(read(t, "x.epub", pack(t, files)))
	expect(t, got, "One two. Eight words that are no number.|"+`dropped "7": page number`, "")
}
