package odt

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/archive"
	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	spaces = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:math="http://www.w3.org/1998/Math/MathML"`
	head   = `<office:document-content ` + spaces + `><office:body><office:text>`
	foot   = `</office:text></office:body></office:document-content>`
)

// zipped makes a package of files in the order given, by pairs of name and
// content.
func zipped(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		method := zip.Deflate
		if files[i] == "mimetype" {
			method = zip.Store
		}
		m, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// body makes a document out of what is in its text.
func body(t testing.TB, xml string) []byte {
	return zipped(t, "mimetype", mediaType, "content.xml", head+xml+foot)
}

// flat makes the same in one file.
func flat(xml string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><office:document ` + spaces + ` office:mimetype="` + mediaType + `"><office:body><office:text>` + xml + `</office:text></office:body></office:document>`)
}

func paragraphs(text string) string {
	var b strings.Builder
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	for _, p := range strings.Split(text, "\n\n") {
		b.WriteString("<text:p>" + escape.Replace(p) + "</text:p>")
	}
	return b.String()
}

// texts gives the files of a document that hold text.
func texts(src input.Source) map[string]string {
	all := make(map[string]string)
	if !archive.IsZip(src.Data) {
		all[src.Name], _, _ = input.DecodeXML(src.Data)
		return all
	}
	zip, err := archive.Open(src.Data)
	if err != nil {
		return nil
	}
	for _, name := range []string{"content.xml", "styles.xml"} {
		if data, err := zip.Read(name); err == nil {
			all[src.Name+"/"+name], _, _ = input.DecodeXML(data)
		}
	}
	return all
}

var (
	// What is no text of the document: who commented when, what an index is
	// made of, the second of two equal page headers, the title of an image
	// that is described as well.
	unseen = regexp.MustCompile(`(?s)^.*?<office:(?:body|master-styles)[^>]*>|<dc:creator>.*?</dc:creator>|<dc:date>.*?</dc:date>|<text:table-of-content-source.*?</text:table-of-content-source>|<style:header-left>.*?</style:header-left>|<svg:title>Phare</svg:title>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	known  = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", "\"", "&amp;", "&")
)

// visible finds what a reader of the document sees without looking at its
// structure.
func visible(texts map[string]string) string {
	var b strings.Builder
	for _, text := range texts {
		b.WriteString(known.Replace(tags.ReplaceAllString(unseen.ReplaceAllString(text, ""), "")))
	}
	return b.String()
}

func suite(t testing.TB) inputtest.Suite {
	sample := inputtest.Zip(t, "testdata/sample")
	return inputtest.Suite{
		Format:  Format{},
		Samples: []input.Source{{Name: "phare.odt", Data: sample}, {Name: "a.fodt", Data: flat("<text:h>A &amp; B</text:h><text:p>C</text:p>")}},
		Encode:  func(text string) []byte { return body(t, paragraphs(text)) },
		Texts:   texts,
		Visible: visible,
	}
}

func TestConformance(t *testing.T) { inputtest.Run(t, suite(t)) }

func TestGolden(t *testing.T) {
	doc, err := Format{}.Read(suite(t).Samples[0])
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "sample.golden.txt")
	got := inputtest.Dump(doc)
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
}

// show is a document's blocks and what was dropped, in short.
func show(t *testing.T, data []byte) string {
	t.Helper()
	doc, err := Format{}.Read(input.Source{Name: "a.odt", Data: data})
	if err != nil {
		return "error: " + err.Error()
	}
	var parts []string
	for _, b := range doc.Blocks {
		parts = append(parts, fmt.Sprintf("%s %q", b.Kind, b.Text))
	}
	for _, d := range doc.Dropped {
		parts = append(parts, fmt.Sprintf("%s %q", d.Reason, d.Text))
	}
	return strings.Join(append(parts, doc.Warnings...), "; ")
}

func TestBodies(t *testing.T) {
	const cells = "<table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell><text:p>B</text:p></table:table-cell></table:table-row>"
	for _, c := range []struct{ name, xml, want string }{
		{"nothing", "", ""},
		{"level", `<text:h text:outline-level="99">A</text:h><text:h>B</text:h><text:h text:outline-level="x">C</text:h>`, `heading "A"; heading "B"; heading "C"`},
		{"spaces", `<text:p>A<text:s/>B<text:s text:c="999999999"/>C<text:s text:c="-1"/>D</text:p>`, `paragraph "A B C D"`},
		{"spaces in code", `<text:p text:style-name="Preformatted_20_Text">A
 B<text:s text:c="3"/>C<text:tab/>D</text:p>`, `code "A B   C\tD"`},
		{"numbered paragraphs", `<text:numbered-paragraph text:list-id="a"><text:p>A</text:p></text:numbered-paragraph>`, `list-item "A"`},
		{"heading in a list", `<text:list><text:list-item><text:h>A</text:h></text:list-item></text:list>`, `heading "A"`},
		{"repeated columns", `<table:table><table:table-row><table:table-cell table:number-columns-repeated="1000000000"><text:p>A</text:p></table:table-cell><table:table-cell><text:p>B</text:p></table:table-cell></table:table-row></table:table>`, `table "A · B"`},
		{"nested table lays out", `<table:table><table:table-row><table:table-cell><text:p>C</text:p></table:table-cell><table:table-cell><table:table>` + cells + `</table:table></table:table-cell></table:table-row></table:table>`, `paragraph "C"; table "A · B"`},
		{"headings lay out", `<table:table>` + cells + `<table:table-row><table:table-cell><text:h>C</text:h></table:table-cell></table:table-row></table:table>`, `paragraph "A"; paragraph "B"; heading "C"`},
		{"groups of rows", `<table:table><table:table-row-group><table:table-rows>` + cells + `</table:table-rows></table:table-row-group></table:table>`, `table "A · B"`},
		{"fields", `<text:p><text:author-name>A</text:author-name> <text:hidden-text text:is-hidden="true">B</text:hidden-text> <text:variable-set text:display="none">C</text:variable-set> <text:conditional-text>D</text:conditional-text></text:p>`, `paragraph "A D"; hidden "B"; hidden "C"`},
		{"hidden paragraph", `<text:p><text:hidden-paragraph text:is-hidden="true"/>A</text:p><text:p>B</text:p>`, `paragraph "B"; hidden "A"`},
		{"bibliography", `<text:bibliography><text:bibliography-source/><text:index-body><text:p>A</text:p></text:index-body></text:bibliography>`, `paragraph "A"`},
		{"index", `<text:alphabetical-index><text:index-body><text:p>A</text:p></text:index-body></text:alphabetical-index>`, `index "A"`},
		{"note in hidden text", `<text:section text:display="none"><text:p>A<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>B</text:p></text:note-body></text:note></text:p></text:section>`, `hidden "B"; hidden "A1"`},
		{"frame on the page", `<draw:frame><draw:text-box><text:p>A</text:p></draw:text-box></draw:frame><text:p>B</text:p>`, `paragraph "A"; paragraph "B"`},
		{"formula in place", `<text:p>A <draw:frame><draw:object><math:math><math:msup><math:mi>x</math:mi><math:mn>2</math:mn></math:msup></math:math></draw:object></draw:frame></text:p>`, `paragraph "A x^2"`},
		{"text at no place", "x<text:p>A</text:p>y", `paragraph "A"`},
	} {
		if got := show(t, body(t, c.xml)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
		if got := show(t, flat(c.xml)); got != c.want {
			t.Errorf("%s, flat:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// Each file that cannot be read gives one clear error; none takes long.
func TestRaised(t *testing.T) {
	styles := `<office:automatic-styles><style:style style:name="S" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>` +
		`<style:style style:name="B" style:family="text"><style:text-properties style:text-position="-33% 58%"/></style:style></office:automatic-styles>`
	text := `<text:p>10<text:span text:style-name="S">2</text:span> H<text:span text:style-name="B">2</text:span>O 1<text:span text:style-name="S">st</text:span></text:p>`
	data := strings.Replace(string(flat(text)), "<office:body>", styles+"<office:body>", 1)
	if got, want := show(t, []byte(data)), `paragraph "10² H₂O 1st"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	const manifest = `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`
	sample := inputtest.Zip(t, "testdata/sample")
	boxes := strings.Repeat("<text:p><draw:frame><draw:text-box>", 200) + "<text:p>A</text:p>" + strings.Repeat("</draw:text-box></draw:frame></text:p>", 200)
	notes := strings.Repeat("<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A", 200) + strings.Repeat("</text:p></text:note-body></text:note>", 200)
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"cut", "cut or damaged", sample[:len(sample)/2]},
		{"no content", "it has no content.xml", zipped(t, "mimetype", mediaType)},
		{"encrypted", "the document is encrypted", zipped(t, "mimetype", mediaType, "content.xml", "\x01\x02", "META-INF/manifest.xml", manifest)},
		{"encrypted as a whole", "the document is encrypted", zipped(t, "mimetype", mediaType, "encrypted-package", "\x01\x02")},
		{"a spreadsheet", "holds no text", zipped(t, "mimetype", mediaType, "content.xml", "<a/>")},
		{"broken", "content.xml:1:", zipped(t, "mimetype", mediaType, "content.xml", head+"<text:p>")},
		{"entities", "declares entities", zipped(t, "mimetype", mediaType, "content.xml", `<!DOCTYPE a [<!ENTITY b "c">]>`+head+foot)},
		{"nesting", "nested deeper than 1000", body(t, strings.Repeat("<text:section>", 100_000))},
		{"flat nesting", "nested deeper than 1000", flat(strings.Repeat("<text:list><text:list-item>", 100_000))},
		{"boxes in boxes", `box in many others "A"`, body(t, boxes)},
		{"notes in notes", `footnote "A"`, body(t, "<text:p>B"+notes+"</text:p>")},
		{"broken styles", `paragraph "A"; a.odt/styles.xml:1:1`, zipped(t, "mimetype", mediaType, "content.xml", head+"<text:p>A</text:p>"+foot, "styles.xml", "<a")},
	} {
		if got := show(t, c.data); !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %.300s", c.name, got)
		}
	}
}

func TestDetect(t *testing.T) {
	sample := inputtest.Zip(t, "testdata/sample")
	for _, c := range []struct {
		name string
		data []byte
		want input.Confidence
	}{
		{"a", sample, input.Sure},
		{"a", flat(""), input.Sure},
		{"a", append([]byte("\xef\xbb\xbf"), flat("")...), input.Sure},
		{"a.odt", sample[:100], input.Named},
		{"a.zip", sample[:100], input.None},
		{"a", zipped(t, "mimetype", "application/vnd.oasis.opendocument.text-template"), input.Sure},
		{"a", zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"), input.None},
		{"a", zipped(t, "content.xml", head+foot, "META-INF/manifest.xml", `<a b="`+mediaType+`"/>`), input.Sure},
		{"a.odt", []byte("Bonjour"), input.None},
		{"a.fodt", []byte("see <office:document " + mediaType), input.None},
	} {
		if got := (Format{}).Detect(input.Source{Name: c.name, Data: c.data}); got != c.want {
			t.Errorf("%s %.30q: %d, want %d", c.name, c.data, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`<text:h text:outline-level="2">A &amp; B</text:h><text:p>C<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>D</text:p></text:note-body></text:note></text:p>`)
	f.Add(`<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:covered-table-cell/><table:table-cell table:number-columns-repeated="3"><text:p>B</text:p></table:table-cell></table:table-row></table:table>`)
	f.Add(`<text:list><text:list-item text:start-value="3"><text:p>A</text:p><text:list><text:list-item><text:p>B</text:p></text:list-item></text:list></text:list-item></text:list>`)
	f.Add(`<text:p><draw:frame><draw:image/><svg:desc>A&lt;</svg:desc></draw:frame><text:ruby><text:ruby-base>B</text:ruby-base><text:ruby-text>C</text:ruby-text></text:ruby><text:line-break/></text:p>`)
	f.Add(`<text:p><text:a xlink:href="http://a">A<draw:frame><draw:text-box><text:p>B</text:p></draw:text-box></draw:frame></text:a></text:p><text:p text:style-name="Preformatted_20_Text">C</text:p>`)
	s := suite(f)
	f.Fuzz(func(t *testing.T, xml string) {
		src := input.Source{Name: "a", Data: flat(xml)}
		doc, err := Format{}.Read(src)
		if err != nil {
			return
		}
		if err := sound(s, doc, src); err != nil {
			t.Error(err)
		}
	})
}

// sound checks a document of which nobody knows what it shows: only its
// places, spans and cells.
func sound(s inputtest.Suite, doc *document.Document, src input.Source) error {
	var b strings.Builder
	for _, bl := range doc.Blocks {
		b.WriteString(bl.Text)
	}
	for _, d := range doc.Dropped {
		b.WriteString(d.Text)
	}
	s.Visible = func(map[string]string) string { return b.String() }
	s.Markup = b.String() // Generated text is in no source
	return s.Check(doc, src)
}

// Elements in any order and nesting, as no program writes them, harm nothing.
func TestAnyNesting(t *testing.T) {
	tags := []string{
		`text:p`, `text:p`, `text:p`, `text:p text:style-name="Quotations"`, `text:p text:style-name="Caption"`, `text:p text:style-name="Preformatted_20_Text"`, `text:h`, `text:span`, `text:a xlink:href="http://a"`,
		`text:list`, `text:list-item`, `text:list-item`, `text:section`, `text:section text:display="none"`, `table:table`, `table:table-row`, `table:table-row`, `table:table-cell`, `table:table-cell`, `table:covered-table-cell`, `table:table-header-rows`,
		`draw:frame`, `draw:frame`, `draw:text-box`, `draw:image`, `svg:desc`, `draw:g`, `draw:rect`, `draw:object`, `math:math`, `text:note`, `text:note`, `text:note-citation`, `text:note-body`, `text:ruby`, `text:ruby-base`, `text:ruby-text`,
		`text:s text:c="3"`, `text:tab`, `text:line-break`, `office:annotation`, `text:hidden-paragraph text:is-hidden="true"`, `text:table-of-content`, `text:index-body`, `text:numbered-paragraph`, `text:placeholder`,
	}
	s := suite(t)
	for seed := range uint64(1000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var b strings.Builder
		var grow func(depth int)
		grow = func(depth int) {
			for range rnd.IntN(5) {
				if depth > 8 || rnd.IntN(4) == 0 {
					b.WriteString([]string{"mot ", "x&lt;", " \n", "日本", "é"}[rnd.IntN(5)])
					continue
				}
				tag := tags[rnd.IntN(len(tags))]
				b.WriteString("<" + tag + ">")
				grow(depth + 1)
				name, _, _ := strings.Cut(tag, " ")
				b.WriteString("</" + name + ">")
			}
		}
		grow(0)
		src := input.Source{Name: "a", Data: flat(b.String() + "<text:p>E</text:p>")}
		doc, err := Format{}.Read(src)
		if err == nil {
			err = sound(s, doc, src)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
	}
}

func BenchmarkRead(b *testing.B) {
	sample, err := os.ReadFile("testdata/sample/content.xml")
	if err != nil {
		b.Fatal(err)
	}
	text := string(sample)
	lo, hi := strings.Index(text, "<office:text>")+len("<office:text>"), strings.Index(text, "</office:text>")
	text = text[:lo] + strings.Repeat(text[lo:hi], 10<<20/(hi-lo)) + text[hi:]
	data := zipped(b, "mimetype", mediaType, "content.xml", text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Format{}).Read(input.Source{Name: "a", Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}
