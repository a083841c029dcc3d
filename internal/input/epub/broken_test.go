package epub

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"narrate/internal/input"
)

// bookWith makes a book out of content documents by name; spine and the rest of
// the package document are given as they stand there. {items} is an item for
// each document.
func bookWith(opf string, docs map[string]string) map[string]string {
	files := simple("")
	delete(files, "c.xhtml")
	var items strings.Builder
	for name, text := range docs {
		if strings.HasSuffix(name, "html") {
			fmt.Fprintf(&items, `<item id="%s" href="%s" media-type="application/xhtml+xml"/>`, strings.TrimSuffix(name, ".xhtml"), name)
		}
		files[name] = text
	}
	files["b.opf"] = strings.Replace(opf, "{items}", items.String(), 1)
	return files
}

func page(body string) string {
	return `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>t</title></head><body>` + body + `</body></html>`
}

const plainOPF = `<package version="3.0"><metadata><title>A Book</title></metadata><manifest>{items}</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>`

func two() map[string]string {
	return map[string]string{"a.xhtml": page("<h1>One</h1><p>First text.</p>"), "b.xhtml": page("<h1>Two</h1><p>Second text.</p>")}
}

// with gives the files of m with changes; an empty value takes a file away.
func with(m map[string]string, changes ...string) map[string]string {
	m = maps.Clone(m)
	for i := 0; i < len(changes); i += 2 {
		if m[changes[i]] = changes[i+1]; changes[i+1] == "" {
			delete(m, changes[i])
		}
	}
	return m
}

func TestBroken(t *testing.T) {
	good := bookWith(plainOPF, two())
	encrypted := func(algorithm, more string) string {
		return `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><enc:EncryptedData xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptionMethod Algorithm="` + algorithm + `"/>` + more + `<enc:CipherData><enc:CipherReference URI="a.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>`
	}
	const aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
	ncx := func(points string) string { return "<ncx><navMap>" + points + "</navMap></ncx>" }
	withNCX := func(points string, docs map[string]string) map[string]string {
		return with(bookWith(strings.Replace(plainOPF, "{items}", `<item id="n" href="t.ncx" media-type="application/x-dtbncx+xml"/>{items}`, 1), docs), "t.ncx", ncx(points))
	}
	const entries = `<navPoint><navLabel><text>Eins</text></navLabel><content src="a.xhtml"/></navPoint><navPoint><navLabel><text>Zwei</text></navLabel><content src="b.xhtml"/></navPoint>`
	for _, c := range []struct {
		what  string
		files map[string]string
		has   string // lines of the dump, parted by "|"
		hasNo string
		err   string
	}{
		{"nothing wrong", good, "First text.|Second text.", "warning", ""},
		{"no mimetype", with(good, "mimetype", ""), "First text.", "warning", ""},
		{"no container", with(good, containerFile, ""), "First text.|container.xml does not lead to the package document; b.opf is read", "", ""},
		{"wrong container", with(good, containerFile, `<container><rootfiles><rootfile full-path="x.opf"/></rootfiles></container>`), `First text.|container.xml:1:23: names the package document "x.opf", which is not there`, "", ""},
		{"container in capitals", with(good, containerFile, "", "meta-inf/CONTAINER.XML", good[containerFile]), "First text.", "warning", ""},
		{"no package document", with(good, "b.opf", ""), "", "", "lacks its package document b.opf"},
		{"no package document named", map[string]string{"mimetype": mimetype}, "", "", "no package document (a file named .opf)"},
		{"several rootfiles", with(good, containerFile, strings.Replace(good[containerFile], "<rootfiles>", `<rootfiles><rootfile full-path="b.opf"/><rootfile full-path="c.opf"/>`, 1), "c.opf", "<package/>"), "First text.", "warning", ""},
		{"a package document that is cut", with(good, "b.opf", good["b.opf"][:len(good["b.opf"])-12]), "First text.|b.opf:1:1: not well-formed", "", ""},
		{"a package document cut before the spine", with(good, "b.opf", good["b.opf"][:strings.Index(good["b.opf"], "<spine")]), "First text.|the book has no reading order (spine)", "", ""},
		{"an empty package document", with(good, "b.opf", "<package/>"), "", "", "b.opf: the book's reading order (spine) is empty"},
		{"an ampersand in the metadata", with(good, "b.opf", strings.Replace(good["b.opf"], "A Book", "Salt & Sand &nbsp; Co", 1)), `title "Salt & Sand Co"`, "warning", ""},
		{"XML 1.1 and an encoding that is not true", with(good, "b.opf", `<?xml version="1.1" encoding="utf-16"?>`+good["b.opf"]), "First text.", "warning", ""},
		{"entities in the package document", with(good, "b.opf", `<!DOCTYPE x [<!ENTITY a "aa &lt; &#233;">]>`+strings.Replace(good["b.opf"], "A Book", "&a;", 1)), `title "aa < é"|First text.`, "warning", ""},
		{"entities in a content document", with(good, "a.xhtml", `<!DOCTYPE html [<!ENTITY kim2 'Kim "K" &amp; Ada. They wait'>]>`+page(`<p>Here: &kim2;. &eacute;</p><p title="&kim2;">Now <img alt="a &kim2;" src="b"/></p>`)), `paragraph Here: Kim "K" & Ada. They wait. é|Now a Kim "K" & Ada. They wait`, "warning", ""},
		{"entities that grow", with(good, "a.xhtml", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`+good["a.xhtml"]), "Second text.|a.xhtml is left out: a.xhtml: the entity &b; stands for more than text", "First", ""},
		{"entities of other files", with(bookWith(strings.Replace(plainOPF, `<itemref idref="b"/>`, "", 1), two()), "a.xhtml", `<!DOCTYPE x [<!ENTITY a SYSTEM "b.xhtml">]><p>&a;</p>`), "", "", "holds no text that can be read: a.xhtml: the XML file declares an entity of another file"},
		{"a parameter entity in the package document", with(good, "b.opf", `<!DOCTYPE x [<!ENTITY % a "aaaa">]>`+good["b.opf"]), "", "", "a parameter entity"},
		{"nested too deep", with(bookWith(strings.Replace(plainOPF, `<itemref idref="b"/>`, "", 1), two()), "a.xhtml", strings.Repeat("<div>", 100_000)), "", "", "nested more than 512 deep"},
		{"missing file", with(good, "a.xhtml", ""), "Second text.|b.opf:1:", "First", ""},
		{"missing item", bookWith(strings.Replace(plainOPF, `idref="a"`, `idref="x"`, 1), two()), `Second text.|the reading order names the item "x", which the manifest lacks`, "First", ""},
		{"all files missing", with(good, "a.xhtml", "", "b.xhtml", ""), "", "", "reading order (spine) is empty"},
		{"a file twice", bookWith(strings.Replace(plainOPF, "</spine>", `<itemref idref="a"/></spine>`, 1), two()), "a.xhtml stands in the reading order twice; it is read once", "", ""},
		{"names in the wrong case", with(good, "a.xhtml", "", "A.XHTML", good["a.xhtml"]), "A.XHTML:1:|First text.", "warning", ""},
		{"percent-encoded names", with(bookWith(plainOPF, nil), "b.opf", strings.Replace(plainOPF, "{items}", `<item id="a" href="ein%20bu%CC%88ch.xhtml" media-type="application/xhtml+xml"/><item id="b" href="100%25.xhtml"/>`, 1), "ein büch.xhtml", good["a.xhtml"], "100%.xhtml", good["b.xhtml"]), "First text.|Second text.", "warning", ""},
		{"names that are not encoded", with(bookWith(plainOPF, nil), "b.opf", strings.Replace(plainOPF, "{items}", `<item id="a" href="a 1.xhtml"/><item id="b" href="100%.xhtml"/>`, 1), "a 1.xhtml", good["a.xhtml"], "100%.xhtml", good["b.xhtml"]), "First text.|Second text.", "warning", ""},
		{"names that count from the root, or another folder", with(good, "b.opf", "", "OEBPS/b.opf", strings.NewReplacer(`href="a.xhtml"`, `href="OEBPS/a.xhtml"`, `href="b.xhtml"`, `href="../Text/b.xhtml"`).Replace(good["b.opf"]), "a.xhtml", "", "b.xhtml", "", "OEBPS/a.xhtml", good["a.xhtml"], "OEBPS/b.xhtml", good["b.xhtml"]), "First text.|Second text.", "", ""},
		{"prefixes", with(good, "b.opf", strings.NewReplacer("<package", "<opf:package", "</package", "</opf:package", "<item", "<opf:item", "<spine", "<opf:spine", "</spine", "</opf:spine", "<manifest", "<opf:manifest", "</manifest", "</opf:manifest").Replace(good["b.opf"])), "First text.|Second text.", "warning", ""},
		{"HTML in Latin-1", with(good, "a.xhtml", "<html><head><meta charset=iso-8859-1></head><body><p>Sp\xe4ter &auml;nderte sich<br>alles<p>Ende"), "Später änderte sich alles|Ende", "warning", ""},
		{"a media type that says nothing", with(bookWith(strings.Replace(plainOPF, "{items}", `<item id="a" href="a.xhtml" media-type="text/plain"/><item id="b" href="b.xhtml" media-type=""/>`, 1), nil), "a.xhtml", good["a.xhtml"], "b.xhtml", good["b.xhtml"]), "First text.|Second text.", "warning", ""},
		{"a PDF in the reading order", with(bookWith(strings.Replace(plainOPF, "{items}", `<item id="a" href="a.pdf" media-type="application/pdf"/>{items}`, 1), two()), "a.pdf", "%PDF"), `a.pdf is left out: narrate does not read files of type "application/pdf"`, "First", ""},
		{"a PDF with a fallback", with(bookWith(strings.NewReplacer("{items}", `<item id="x" href="a.pdf" media-type="application/pdf" fallback="a"/>{items}`, `idref="a"`, `idref="x"`).Replace(plainOPF), two()), "a.pdf", "%PDF"), "First text.", "warning", ""},
		{"fallbacks in a circle", bookWith(strings.NewReplacer("{items}", `<item id="x" href="a.xhtml" media-type="a/b" fallback="x"/>{items}`, `idref="a"`, `idref="x"`).Replace(plainOPF), two()), `does not read files of type "a/b"`, "First", ""},
		{"a drawing in the reading order", with(bookWith(strings.Replace(plainOPF, "{items}", `<item id="a" href="a.svg" media-type="image/svg+xml"/>{items}`, 1), map[string]string{"b.xhtml": good["b.xhtml"]}), "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><title>A map</title><text>North</text></svg>`), `image A map|dropped "North": text in a drawing`, "warning", ""},
		{"several bodies", with(good, "a.xhtml", "<html><body><p>First body.</p></body><body><p>Second body.</p></body></html>"), "First body.|Second body.", "warning", ""},
		{"empty elements and CDATA", with(good, "a.xhtml", page(`<a id="x"/><p>Plain <b/>text <![CDATA[A < B]]></p><script src="x"/><p>More.</p>`)), "Plain text A < B|More.", "warning", ""},

		{"XHTML with a prefix", with(good, "a.xhtml", `<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Unheard</h:title></h:head><h:body><h:h1>One</h:h1><h:p>First <h:em>text</h:em>.</h:p><h:script>x</h:script><h:p>More.</h:p></h:body></h:html>`), "heading1 One|paragraph First text.|paragraph More.", "Unheard", ""},

		{"obfuscated fonts", with(good, encryptionFile, encrypted("http://www.idpf.org/2008/embedding", "")), "First text.", "warning", ""},
		{"Adobe", with(good, encryptionFile, encrypted(aes, `<resource xmlns="http://ns.adobe.com/adept">urn:uuid:1</resource>`), rightsFile, "<rights/>"), "", "", "the book is encrypted (DRM: Adobe ADEPT); narrate cannot read it"},
		{"LCP", with(good, encryptionFile, encrypted("http://www.w3.org/2001/04/xmlenc#aes256-cbc", ""), lcpFile, "{}"), "", "", "DRM: Readium LCP"},
		{"Apple", with(good, appleFile, "<fairplay:sinf/>"), "", "", "DRM: Apple FairPlay"},
		{"some other", with(good, encryptionFile, encrypted(aes, "")), "", "", "DRM: " + aes},
		{"rights without encryption", with(good, rightsFile, "<rights/>"), "First text.", "warning", ""},

		{"NCX without the spine's attribute", withNCX(entries, two()), "level 1: Eins|level 1: Zwei", "warning", ""},
		{"NCX that is cut", with(withNCX(entries, two()), "t.ncx", strings.TrimSuffix(ncx(entries), "t></navMap></ncx>")), "level 1: Eins|level 1: Zwei|t.ncx:1:1: not well-formed", "", ""},
		{"entry to a missing file", withNCX(entries+`<navPoint><navLabel><text>Drei</text></navLabel><content src="c.xhtml#x"/></navPoint>`, two()), `level 1: Zwei|t.ncx:1:180: the table of contents leads to "c.xhtml#x", which is not in the book`, "Drei", ""},
		{"entry to a missing place", withNCX(strings.ReplaceAll(entries, `"b.xhtml"`, `"b.xhtml#x"`), two()), `level 1: Zwei|leads to "b.xhtml#x", a place that the file does not have`, "", ""},
		{"entry out of the book", withNCX(entries+`<navPoint><navLabel><text>Drei</text></navLabel><content src="http://example.org/"/></navPoint>`, two()), `leads out of the book, to "http://example.org/"`, "Drei", ""},
		{"entries without names", withNCX(strings.NewReplacer("Eins", "a.xhtml", "Zwei", "").Replace(entries), two()), "level 1: One|level 1: Two", "warning", ""},
		{"one entry", withNCX(`<navPoint><navLabel><text>Start</text></navLabel><content src="a.xhtml"/></navPoint>`, two()), "the table of contents has one entry for 2 files", "==", ""},
		{"no table of contents", good, "heading1 One", "==", ""},
		{"levels that begin deep", withNCX(`<navPoint><navLabel><text>Part</text></navLabel>`+entries+`</navPoint>`, two()), "level 1: Eins|level 1: Zwei", "Part", ""},
		{"text before the first entry", withNCX(strings.ReplaceAll(entries, `"a.xhtml"`, `"a.xhtml#x"`), with(two(), "a.xhtml", page(`<h2>Preface</h2><p>Before.</p><h2 id="x">First</h2><p>After.</p>`))), "level 1: Preface\na.xhtml:1:125 heading2 Preface|level 1: Eins\n", "", ""},
		{"an entry for a picture", withNCX(entries, with(two(), "a.xhtml", page(`<img src="x.png"/>`))), "level 1: Zwei\nb.xhtml", "Eins", ""},
		{"two entries for one place", withNCX(strings.Replace(entries, "</navPoint>", entries+"</navPoint>", 1), two()), "level 1: Eins\n", "level 2: Eins", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			src := input.Source{Name: "x.epub", Data: pack(t, c.files)}
			if (Format{}).Detect(src) < input.Named {
				t.Error("not detected")
			}
			doc, err := Format{}.Read(src)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "\n") {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := dump(doc)
			expect(t, got, c.has, c.hasNo)
		})
	}
}
