package epub

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"narrate/internal/archive"
	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pack makes a book of files by name; "mimetype" comes first and is stored.
func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, method uint16) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := files["mimetype"]; ok {
		add("mimetype", zip.Store)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != "mimetype" {
			add(name, zip.Deflate)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// picture makes a small PNG.
func picture(t testing.TB) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 8, 12))
	for y := range 12 {
		img.SetGray(4, y, color.Gray{Y: uint8(20 * y)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// folder reads the files of testdata/name, with a cover picture for the sample,
// which has it from here.
func folder(t testing.TB, name string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := filepath.Join("testdata", name)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if name == "sample" {
		files["EPUB/images/deckel.png"] = picture(t)
	}
	return files
}

func read(t testing.TB, name string, data []byte) *document.Document {
	t.Helper()
	doc, err := Format{}.Read(input.Source{Name: name, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// texts gives the texts of a book's members by the names of places.
func texts(src input.Source) map[string]string {
	a, err := archive.Open(src.Data)
	if err != nil {
		return nil
	}
	b := book{source: src.Name, archive: a}
	found := map[string]string{}
	for _, name := range a.Names() {
		if f, err := b.readContent(name); err == nil {
			found[f.name] = f.text
		}
	}
	return found
}

// notSeen is what of a content document no reader sees.
var (
	notSeen = regexp.MustCompile(`(?s)<head>.*?</head>|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>]*>|<(?:script|style)\b.*?</(?:script|style)>|<(?:rp)>.*?</rp>|<svg\b.*?</svg>`)
	altText = regexp.MustCompile(`(?:<img\b[^>]*?\balt|<svg\b[^>]*?\baria-label)="([^"]*)"`)
	tag     = regexp.MustCompile(`<[^>]*>`)
)

// visible gives what a reader sees of content documents that are written
// plainly, as those of the fixtures are.
func visible(texts map[string]string) string {
	var b strings.Builder
	for name, text := range texts {
		switch filepath.Ext(name) {
		case ".html", ".xhtml":
		default:
			continue
		}
		for _, m := range altText.FindAllStringSubmatch(text, -1) {
			b.WriteString(html.UnescapeString(m[1]))
		}
		b.WriteString(html.UnescapeString(tag.ReplaceAllString(notSeen.ReplaceAllString(text, ""), "")))
	}
	return b.String()
}

// encode makes a book out of paragraphs of plain text.
func encode(t testing.TB) func(string) []byte {
	return func(text string) []byte {
		var b strings.Builder
		b.WriteString(`<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>`)
		for part := range strings.SplitSeq(text, "\n\n") {
			b.WriteString("<p>")
			b.WriteString(nethtml.EscapeString(part))
			b.WriteString("</p>")
		}
		b.WriteString("</body></html>")
		return pack(t, simple(b.String()))
	}
}

// simple is a book with one content document.
func simple(text string) map[string]string {
	return map[string]string{
		"mimetype":               mimetype,
		"META-INF/container.xml": `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
		"b.opf": `<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Book</dc:title><dc:language>en</dc:language></metadata>
<manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>`,
		"c.xhtml": text,
	}
}

func suite(t testing.TB) inputtest.Suite {
	s := inputtest.Suite{Format: Format{}, Encode: encode(t), Texts: texts, Visible: visible, MayRefuse: true}
	for _, name := range []string{"sample", "epub2"} {
		s.Samples = append(s.Samples, input.Source{Name: name + ".epub", Data: pack(t, folder(t, name))})
	}
	return s
}

func TestSuite(t *testing.T) { inputtest.Run(t, suite(t)) }

func TestGolden(t *testing.T) {
	for _, name := range []string{"sample", "epub2"} {
		t.Run(name, func(t *testing.T) {
			got := dump(read(t, name+".epub", pack(t, folder(t, name))))
			golden := filepath.Join("testdata", name+".golden.txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestUTF16 reads the sample with its package document in UTF-16.
func TestUTF16(t *testing.T) {
	files := folder(t, "sample")
	want := read(t, "a.epub", pack(t, files))
	utf16 := []byte("\xff\xfe")
	for _, r := range strings.Replace(files["EPUB/package.opf"], `encoding="UTF-8"`, `encoding="UTF-16"`, 1) {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	files["EPUB/package.opf"] = string(utf16)
	got := read(t, "a.epub", pack(t, files))
	if dump(got) != dump(want) {
		t.Errorf("got\n%s\nwant\n%s", dump(got), dump(want))
	}
}

func TestDetect(t *testing.T) {
	book := pack(t, simple("<p>x</p>"))
	noMimetype := simple("<p>x</p>")
	delete(noMimetype, "mimetype")
	opfOnly := map[string]string{"b.opf": "<package/>"}
	for _, c := range []struct {
		what, name string
		data       []byte
		want       input.Confidence
	}{
		{"a book", "x", book, input.Sure},
		{"cut", "x", book[:len(book)/2], input.Sure},
		{"without mimetype", "x.zip", pack(t, noMimetype), input.Sure},
		{"a package document alone", "x.zip", pack(t, opfOnly), input.Likely},
		{"a package document alone, named", "x.EPUB", pack(t, opfOnly), input.Named},
		{"some zip", "x.zip", pack(t, map[string]string{"a.txt": "a"}), input.None},
		{"some zip, named", "x.epub", pack(t, map[string]string{"a.txt": "a"}), input.Named},
		{"text, named", "x.epub", []byte("Some text."), input.None},
		{"nothing", "x.epub", nil, input.None},
	} {
		if got := (Format{}).Detect(input.Source{Name: c.name, Data: c.data}); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}

// book makes a book of chapters for the benchmarks and the tests of size.
func bookOf(chapters, bytes int) map[string]string {
	files := simple("")
	delete(files, "c.xhtml")
	var manifest, spine, ncx strings.Builder
	sentence := "The ferry crossed at noon, and nobody on it spoke of the lamp that had burned all night. "
	for i := range chapters {
		fmt.Fprintf(&manifest, `<item id="c%d" href="c%d.xhtml" media-type="application/xhtml+xml"/>`, i, i)
		fmt.Fprintf(&spine, `<itemref idref="c%d"/>`, i)
		fmt.Fprintf(&ncx, `<navPoint><navLabel><text>Chapter %d</text></navLabel><content src="c%d.xhtml#h"/></navPoint>`, i+1, i)
		var b strings.Builder
		fmt.Fprintf(&b, `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>%d</title></head><body><h1 id="h">Chapter %d</h1>`, i, i+1)
		for b.Len() < bytes {
			fmt.Fprintf(&b, "<p>%s<em>%s</em></p>\n", strings.Repeat(sentence, 3), sentence)
		}
		b.WriteString("</body></html>")
		files[fmt.Sprintf("c%d.xhtml", i)] = b.String()
	}
	files["t.ncx"] = `<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>` + ncx.String() + `</navMap></ncx>`
	files["b.opf"] = `<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata/><manifest><item id="n" href="t.ncx" media-type="application/x-dtbncx+xml"/>` +
		manifest.String() + `</manifest><spine toc="n">` + spine.String() + `</spine></package>`
	return files
}

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct{ chapters, bytes int }{{1000, 10_000}, {10, 1_000_000}} {
		b.Run(fmt.Sprintf("%dx%d", c.chapters, c.bytes), func(b *testing.B) {
			data := pack(b, bookOf(c.chapters, c.bytes))
			b.SetBytes(int64(c.chapters * c.bytes))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := Format{}.Read(input.Source{Name: "b.epub", Data: data})
				if err != nil || len(doc.Chapters) != c.chapters {
					b.Fatal(err)
				}
			}
		})
	}
}
