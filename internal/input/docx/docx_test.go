package docx

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

// zipped makes a document of parts; those that every document needs are added.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels":         `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml", "word/numbering.xml", "word/footnotes.xml", "docProps/core.xml"} {
		text, ok := all[name]
		if !ok || text == "" {
			continue
		}
		m, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method(len(text))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// method packs only what is large: packing takes longer than reading.
func method(size int) uint16 {
	if size < 1<<20 {
		return zip.Store
	}
	return zip.Deflate
}

const (
	head = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>`
	foot = `</w:body></w:document>`
)

// body makes a document out of what is in its body.
func body(t testing.TB, xml string) []byte {
	return zipped(t, map[string]string{"word/document.xml": head + xml + foot})
}

// encode makes a document of the paragraphs of a text.
func encode(t testing.TB, text string) []byte {
	var b strings.Builder
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	for _, p := range strings.Split(text, "\n\n") {
		b.WriteString(`<w:p><w:r><w:t xml:space="preserve">` + escape.Replace(p) + `</w:t></w:r></w:p>`)
	}
	return body(t, b.String())
}

// texts gives the parts of a document that hold text.
func texts(src input.Source) map[string]string {
	zip, err := archive.Open(src.Data)
	if err != nil {
		return nil
	}
	all := make(map[string]string)
	for _, name := range zip.Names() {
		if !strings.HasPrefix(name, "word/") || strings.HasSuffix(name, ".rels") {
			continue
		}
		if data, err := zip.Read(name); err == nil {
			all[src.Name+"/"+name], _, _ = input.DecodeXML(data)
		}
	}
	return all
}

var (
	fallback = regexp.MustCompile(`(?s)<mc:Fallback>.*?</mc:Fallback>`)
	seen     = regexp.MustCompile(`<(?:w:t|m:t|w:delText)(?: [^>]*)?>([^<]*)<|descr="([^"]*)"`)
	known    = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", "\"", "&amp;", "&")
)

// visible finds what a reader of the document sees without looking at its
// structure; what elements stand for that is no text is put there first.
func visible(texts map[string]string) string {
	signs := strings.NewReplacer("<w:noBreakHyphen/>", "<w:t>\u2011</w:t>", `<w:sym w:font="Wingdings" w:char="F0E0"/>`, "<w:t>→</w:t>", `<w:sym w:font="Symbol" w:char="F0B3"/>`, "<w:t>≥</w:t>")
	var b strings.Builder
	for _, text := range texts {
		for _, m := range seen.FindAllStringSubmatch(signs.Replace(fallback.ReplaceAllString(text, "")), -1) {
			b.WriteString(known.Replace(m[1]) + known.Replace(m[2]))
		}
	}
	return b.String()
}

func suite(t testing.TB) inputtest.Suite {
	return inputtest.Suite{
		Format:  Format{},
		Samples: []input.Source{{Name: "muehle.docx", Data: inputtest.Zip(t, "testdata/sample")}},
		Encode:  func(text string) []byte { return encode(t, text) },
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
	doc, err := Format{}.Read(input.Source{Name: "a.docx", Data: data})
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

func p(text string) string { return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" }

func fieldChar(kind, instr string) string {
	s := `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>`
	if instr != "" {
		s += "<w:r><w:instrText>" + instr + "</w:instrText></w:r>"
	}
	return s
}

func TestBodies(t *testing.T) {
	for _, c := range []struct{ name, xml, want string }{
		{"nothing", "", ""},
		{"direct outline level", `<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>A</w:t></w:r></w:p>`, `heading "A"`},
		{"body text level", `<w:p><w:pPr><w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>A</w:t></w:r></w:p>`, `paragraph "A"`},
		{"toggles off", `<w:p><w:r><w:rPr><w:vanish w:val="0"/><w:strike w:val="false"/></w:rPr><w:t>A</w:t></w:r></w:p>`, `paragraph "A"`},
		{"raised and lowered", `<w:p><w:r><w:t>10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>-2</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>7</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>st</w:t></w:r></w:p>`, `paragraph "10⁻²₇st"`},
		{"double strike", `<w:p><w:r><w:rPr><w:dstrike/></w:rPr><w:t>A</w:t></w:r></w:p>`, `struck out "A"`},
		{"run in a form", `<w:p><w:smartTag><w:r><w:t>A</w:t></w:r></w:smartTag><w:customXml><w:r><w:t>B</w:t></w:r></w:customXml><w:bdo w:val="rtl"><w:r><w:t>C</w:t></w:r></w:bdo></w:p>`, `paragraph "ABC"`},
		{"nested fields", "<w:p>" + fieldChar("begin", "IF") + fieldChar("begin", "PAGE") + fieldChar("separate", "") + "<w:r><w:t>7</w:t></w:r>" + fieldChar("end", "") + fieldChar("separate", "") + "<w:r><w:t>A</w:t></w:r>" + fieldChar("end", "") + "</w:p>", `paragraph "A"`},
		{"field without a result", "<w:p>" + fieldChar("begin", "TC x") + fieldChar("end", "") + "<w:r><w:t>A</w:t></w:r></w:p>", `paragraph "A"`},
		{"contents by field", "<w:p>" + fieldChar("begin", "TOC \\o") + fieldChar("separate", "") + "<w:r><w:t>A</w:t></w:r></w:p>" + p("B") + "<w:p>" + fieldChar("end", "") + "</w:p>" + p("C"), `paragraph "C"; table of contents "A"; table of contents "B"`},
		{"contents that do not end", "<w:p>" + fieldChar("begin", "TOC") + fieldChar("separate", "") + "<w:r><w:t>A</w:t></w:r></w:p>" + p("B"), `paragraph "A"; paragraph "B"`},
		{"index", `<w:p><w:fldSimple w:instr="INDEX \c 2"><w:r><w:t>A</w:t></w:r></w:fldSimple></w:p>`, `index "A"`},
		{"field ends only", "<w:p>" + fieldChar("end", "") + fieldChar("separate", "") + "<w:r><w:t>A</w:t></w:r></w:p>", `paragraph "A"`},
		{"nested table lays out", `<w:tbl><w:tr><w:tc>` + p("A") + `</w:tc><w:tc><w:tbl><w:tr><w:tc>` + p("B") + `</w:tc><w:tc>` + p("C") + `</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>`, `paragraph "A"; table "B · C"`},
		{"box in a cell", `<w:tbl><w:tr><w:tc>` + p("A") + `</w:tc><w:tc>` + p("B") + `<w:tbl><w:tr><w:tc>` + p("C") + p("D") + `</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>`, `table "A · B C D"`},
		{"headings lay out", `<w:tbl><w:tr><w:tc><w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:p>` + p("A") + `</w:tc><w:tc>` + p("B") + `</w:tc></w:tr></w:tbl>`, `table "A · B"`},
		{"deleted row", `<w:tbl><w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc>` + p("A") + `</w:tc><w:tc>` + p("B") + `</w:tc></w:tr><w:tr><w:tc>` + p("C") + `</w:tc><w:tc>` + p("D") + `</w:tc></w:tr></w:tbl>`, `table "C · D"; deleted text "A"; deleted text "B"`},
		{"covered cell", `<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>` + p("A") + `</w:tc><w:tc>` + p("B") + `</w:tc></w:tr></w:tbl>`, `table "B"; hidden "A"`},
		{"box in a table", `<w:tbl><w:tr><w:tc>` + p("A") + `</w:tc><w:tc><w:p><w:r><w:drawing><w:txbxContent>` + p("C") + `</w:txbxContent></w:drawing></w:r></w:p>` + p("B") + `</w:tc></w:tr></w:tbl>`, `table "A · B"; paragraph "C"`},
		{"picture first", `<w:p><w:r><w:drawing><wp:docPr descr="A"/></w:drawing></w:r><w:r><w:t>B</w:t></w:r></w:p>`, `paragraph "A B"`},
		{"two pictures", `<w:p><w:r><w:drawing><wp:docPr descr="A"/></w:drawing></w:r><w:r><w:drawing><wp:docPr descr="B"/></w:drawing></w:r></w:p>`, `image "A"; image "B"`},
		{"hidden picture", `<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:drawing><wp:docPr descr="A"/></w:drawing></w:r></w:p>`, `hidden "A"`},
		{"line in a border", `<w:p><w:pPr><w:pBdr><w:bottom w:val="single"/></w:pBdr></w:pPr></w:p>`, `break ""`},
		{"embedded", p("A") + "<w:altChunk/>", `paragraph "A"; a.docx/word/document.xml:1:277: an embedded document is not read`},
		{"text at no place", `<w:p>x<w:r>y<w:t>A</w:t></w:r></w:p>z`, `paragraph "A"`},
		{"root", `<w:p><m:oMath><m:rad><m:deg/><m:e><m:r><m:t>2</m:t></m:r></m:e></m:rad><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i</m:t></m:r></m:sub><m:sup/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:nary><m:d><m:e><m:r><m:t>y</m:t></m:r></m:e></m:d></m:oMath></w:p>`, `paragraph "√2∑i^x(y)"`},
	} {
		if got := show(t, body(t, c.xml)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// Each file that cannot be read gives one clear error; none takes long.
func TestErrors(t *testing.T) {
	deep := strings.Repeat("<w:sdt><w:sdtContent>", 100_000)
	boxes := strings.Repeat("<w:p><w:r><w:pict><w:txbxContent>", 200) + p("A") + strings.Repeat("</w:txbxContent></w:pict></w:r></w:p>", 200)
	sample := inputtest.Zip(t, "testdata/sample")
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"cut", "cut or damaged", sample[:len(sample)/2]},
		{"no ZIP file", "not a ZIP file", []byte("Hallo")},
		{"nothing in it", "holds no Word document", zipped(t, map[string]string{"_rels/.rels": ""})},
		{"a workbook", "holds no Word document", zipped(t, map[string]string{"[Content_Types].xml": `<Types/>`, "word/document.xml": "<a/>"})},
		{"no document", "holds no Word document", zipped(t, nil)},
		{"broken document", "document.xml:1:248: the file is cut: it ends inside the element w:p", zipped(t, map[string]string{"word/document.xml": head + "<w:p>"})},
		{"entities", "declares entities", zipped(t, map[string]string{"word/document.xml": `<!DOCTYPE a [<!ENTITY b "c">]>` + head + foot})},
		{"nesting", "nested deeper than 1000", body(t, deep)},
		{"boxes in boxes", `text box in many others "A"`, body(t, boxes)},
		{"broken styles", `paragraph "A"; styles.xml:1:1`, zipped(t, map[string]string{
			"word/document.xml":            head + p("A") + foot,
			"word/_rels/document.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="x/styles" Target="styles.xml"/></Relationships>`, "word/styles.xml": "<a",
		})},
	} {
		if got := strings.ReplaceAll(show(t, c.data), "a.docx/word/", ""); !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
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
		{"a.docm", sample[:100], input.Named},
		{"a.zip", sample[:100], input.None},
		{"a.docx", zipped(t, nil), input.Named},
		{"a.docx", []byte("Hallo"), input.None},
		{"a.docx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 encrypted"), input.None},
	} {
		if got := (Format{}).Detect(input.Source{Name: c.name, Data: c.data}); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestNumbering(t *testing.T) {
	for _, c := range []struct {
		n            int
		format, want string
	}{
		{4, "decimal", "4"},
		{4, "lowerRoman", "iv"},
		{1990, "upperRoman", "MCMXC"},
		{4000, "upperRoman", "4000"},
		{0, "lowerLetter", "0"},
		{26, "lowerLetter", "z"},
		{27, "lowerLetter", "aa"},
		{28, "upperLetter", "BB"},
		{7, "decimalZero", "07"},
		{7, "chicago", "7"},
		{7, "none", ""},
	} {
		if got := numeral(c.n, c.format); got != c.want {
			t.Errorf("%d as %s: %q", c.n, c.format, got)
		}
	}
}

func TestSymbols(t *testing.T) {
	for _, c := range []struct {
		font, char string
		want       rune
	}{
		{"Symbol", "F061", 'α'},
		{"Symbol", "F0AE", '→'},
		{"Symbol", "F0E5", '∑'},
		{"Symbol", "F0B7", '•'},
		{"Symbol", "F0F2", '∫'},
		{"Symbol", "F057", 'Ω'},
		{"Symbol", "F0FE", '⎭'},
		{"Wingdings", "F0FC", '✓'},
		{"Wingdings", "F001", 0},
		{"Wingdings 2", "F050", 0},
		{"Arial", "00E9", 'é'},
		{"Arial", "20AC", '€'},
		{"Arial", "zz", 0},
		{"Arial", "D800", 0},
		{"Arial", "F041", 'A'},
	} {
		if got := symbol(c.font, c.char); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.font, c.char, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>A &amp; B</w:t></w:r></w:p>` + p("C"))
	f.Add(`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:gridSpan w:val="9"/><w:vMerge/></w:tcPr><w:p><w:r><w:t>B</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`)
	f.Add("<w:p>" + fieldChar("begin", "TOC") + fieldChar("separate", "") + "<w:r><w:t>A</w:t></w:r>" + fieldChar("end", "") + "</w:p>")
	f.Add(`<w:p><w:r><w:drawing><wp:docPr descr="&lt;A"/><w:txbxContent><w:p><w:r><w:t>B</w:t></w:r></w:p></w:txbxContent></w:drawing><w:tab/><w:br/></w:r></w:p>`)
	f.Add(`<w:p><w:ins><w:r><w:ruby><w:rt><w:r><w:t>A</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>B</w:t></w:r></w:rubyBase></w:ruby></w:r></w:ins><w:del><w:r><w:delText>C</w:delText></w:r></w:del></w:p>`)
	s := suite(f)
	f.Fuzz(func(t *testing.T, xml string) {
		src := input.Source{Name: "a", Data: body(t, xml)}
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
		`w:p`, `w:p`, `w:r`, `w:r`, `w:t`, `w:t`, `w:t`, `w:tbl`, `w:tr`, `w:tc`, `w:sdt`, `w:sdtContent`, `w:ins`, `w:del`, `w:moveFrom`, `w:txbxContent`, `w:drawing`, `w:hyperlink`,
		`w:ruby`, `w:rt`, `w:rubyBase`, `w:pict`, `w:br`, `w:tab`, `w:noBreakHyphen`, `m:oMath`, `m:f`, `m:num`, `m:den`, `m:d`, `m:e`, `w:footnoteReference w:id="1"`, `w:footnoteReference w:customMarkFollows="1"`,
		`wp:docPr descr="alt &amp; text"`, `w:fldChar w:fldCharType="begin"`, `w:fldChar w:fldCharType="separate"`, `w:fldChar w:fldCharType="end"`, `w:fldSimple w:instr="HYPERLINK http://a"`, `w:instrText`,
		`w:sym w:font="Symbol" w:char="F061"`, `w:pPr`, `w:pStyle w:val="code"`, `w:pStyle w:val="quote"`, `w:pStyle w:val="caption"`, `w:outlineLvl w:val="1"`, `w:rPr`, `w:vanish`, `w:strike`, `w:lang w:val="fr"`, `w:tcPr`, `w:vMerge`, `w:gridSpan w:val="2"`, `w:trPr`, `w:tblHeader`,
	}
	s := suite(t)
	for seed := range uint64(500) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var b strings.Builder
		var grow func(depth int)
		grow = func(depth int) {
			for range rnd.IntN(5) {
				if depth > 8 || rnd.IntN(4) == 0 {
					b.WriteString([]string{"Wort ", "x&lt;", " \n", "日本", "é"}[rnd.IntN(5)])
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
		src := input.Source{Name: "a", Data: zipped(t, map[string]string{
			"word/document.xml":            head + b.String() + p("E") + foot,
			"word/_rels/document.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="x/styles" Target="styles.xml"/></Relationships>`,
			"word/styles.xml":              `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="code"><w:name w:val="Code"/></w:style><w:style w:type="paragraph" w:styleId="quote"><w:name w:val="Quote"/></w:style><w:style w:type="paragraph" w:styleId="caption"><w:name w:val="caption"/></w:style></w:styles>`,
		})}
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
	sample, err := os.ReadFile("testdata/sample/word/document.xml")
	if err != nil {
		b.Fatal(err)
	}
	text := string(sample)
	lo, hi := strings.Index(text, "<w:body>")+len("<w:body>"), strings.Index(text, "</w:body>")
	text = text[:lo] + strings.Repeat(text[lo:hi], 10<<20/(hi-lo)) + text[hi:]
	data := zipped(b, map[string]string{"word/document.xml": text})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Format{}).Read(input.Source{Name: "a", Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}
