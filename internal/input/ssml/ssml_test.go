package ssml

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// encode makes SSML of plain text, without the characters that XML does not
// allow.
func encode(text string) []byte {
	var b strings.Builder
	b.WriteString("<speak>")
	for _, paragraph := range strings.Split(text, "\n\n") {
		b.WriteString("<p>")
		for i := 0; i < len(paragraph); i++ {
			switch c := paragraph[i]; {
			case c == '&':
				b.WriteString("&amp;")
			case c == '<':
				b.WriteString("&lt;")
			case c == '>':
				b.WriteString("&gt;")
			case c < ' ' && c != '\t' && c != '\n' && c != '\r':
			default:
				b.WriteByte(c)
			}
		}
		b.WriteString("</p>")
	}
	b.WriteString("</speak>")
	return []byte(b.String())
}

func texts(src input.Source) map[string]string {
	text, _, err := input.DecodeXML(src.Data)
	if err != nil {
		return nil
	}
	return map[string]string{src.Name: text}
}

// visible gives all character data but that of <metadata>, and the addresses of
// sound files.
func visible(texts map[string]string) string {
	var b strings.Builder
	for _, text := range texts {
		d := xml.NewDecoder(strings.NewReader(text))
		d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
		d.Entity = xml.HTMLEntity
		hidden := 0
		for {
			token, err := d.Token()
			if err != nil {
				break
			}
			switch t := token.(type) {
			case xml.StartElement:
				if hidden > 0 || t.Name.Local == "metadata" {
					hidden++
				}
				for _, a := range t.Attr {
					if t.Name.Local == "audio" && a.Name.Local == "src" && hidden == 0 {
						base := ""
						if strings.Contains(text, "https://example.org/walk/") {
							base = "https://example.org/walk/"
						}
						b.WriteString(base + strings.TrimSpace(a.Value))
					}
				}
			case xml.EndElement:
				hidden = max(0, hidden-1)
			case xml.CharData:
				if hidden == 0 {
					b.Write(t)
				}
			}
		}
	}
	return b.String()
}

func sources(t testing.TB) []input.Source {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.ssml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no samples", err)
	}
	var all []input.Source
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, input.Source{Name: filepath.Base(path), Data: data})
	}
	return all
}

var suite = inputtest.Suite{Format: Format{}, Encode: encode, Texts: texts, Visible: visible, MayRefuse: true}

func TestSuite(t *testing.T) {
	s := suite
	s.Samples = sources(t)
	inputtest.Run(t, s)
}

var pointNames = map[document.SpanKind]string{document.SentenceEnd: "sentence end", document.Silence: "silence", document.Mark: "mark"}

func TestGolden(t *testing.T) {
	for _, src := range sources(t) {
		doc, err := Format{}.Read(src)
		if err != nil {
			t.Errorf("%s: %v", src.Name, err)
			continue
		}
		got := inputtest.Dump(doc)
		golden := filepath.Join("testdata", strings.TrimSuffix(src.Name, ".ssml")+".golden.txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
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

func TestDetect(t *testing.T) {
	utf16 := []byte("\xff\xfe")
	for _, c := range "<speak>hello</speak>" {
		utf16 = append(utf16, byte(c), 0)
	}
	for _, test := range []struct {
		name, data string
		want       input.Confidence
	}{
		{"a", "<speak>Hi</speak>", input.Sure},
		{"a.xml", "\ufeff<?xml version='1.0'?>\n<!-- <x> -->\n<!DOCTYPE speak PUBLIC \"-//W3C//DTD SYNTHESIS 1.0//EN\" \"synthesis.dtd\">\n<speak\n version='1.0'>", input.Sure},
		{"a.txt", "  <speak/>", input.Sure},
		{"a", "<speak", input.Sure},
		{"a", string(utf16), input.Sure},
		{"a", "<x:speak xmlns:x='" + namespace + "'>", input.Sure},
		{"a", "<!DOCTYPE speak [<!ENTITY a 'b'>]><speak>&a;</speak>", input.Sure},
		{"a", "<x:speak xmlns:x='urn:other'>", input.None},
		{"a", "<speaker>Hi</speaker>", input.None},
		{"a.xml", "<html/>", input.None},
		{"a", "Text <speak>", input.None},
		{"a", "", input.None},
		{"a.ssml", "Text", input.Named},
		{"A.SSML", "<p>Text</p>", input.Named},
	} {
		if got := (Format{}).Detect(input.Source{Name: test.name, Data: []byte(test.data)}); got != test.want {
			t.Errorf("%s %.60q: %d, want %d", test.name, test.data, got, test.want)
		}
	}
}

func read(t *testing.T, ssml string) *document.Document {
	t.Helper()
	doc, err := Format{}.Read(input.Source{Name: "a", Data: []byte(ssml)})
	if err != nil {
		t.Fatalf("%s: %v", ssml, err)
	}
	return doc
}

func TestErrors(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{"", "no <speak>"},
		{"just text", "1:1: there is text outside of <speak>"},
		{"<p>a</p>", "1:1: the root element is <p>"},
		{"<speak>a</speak>b", "1:17: there is text outside"},
		{"<speak>\n<p>ä</q>", "2:9: element <p> closed by </q>"},
		{"<speak>\n<p>a & b</p></speak>", "2:7: "},
		{"<speak>\n<p>a &unknown; b</p></speak>", "2:"},
		{"<speak>a", "1:9: unexpected EOF"},
		{"<speak a=b>a</speak>", "1:"},
		{"<speak>a\x00b</speak>", "1:"},
		{"<!DOCTYPE speak [<!ENTITY a 'aaaa'>]><speak>&a;</speak>", "entities"},
		{"<speak>" + strings.Repeat("<p>", 100_000), "nest more than 500 deep"},
	} {
		_, err := Format{}.Read(input.Source{Name: "a", Data: []byte(test.data)})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, want %q", test.data, err, test.want)
		}
	}
}

func TestProsody(t *testing.T) {
	for _, test := range []struct {
		attrs               string
		rate, pitch, volume float64
	}{
		{`rate="x-slow" pitch="x-high" volume="loud"`, 0.5, 1.5, 1.4},
		{`rate="200%"`, 2, 1, 1},
		{`rate="+20%" pitch="-10%" volume="+6dB"`, 1.2, 0.9, 1.9953},
		{`rate="0.8" volume="50"`, 0.8, 1, 0.5},
		{`pitch="+12st" volume="-50"`, 1, 2, 0.5},
		{`rate="-95.5%"`, 0.05, 1, 1},
		{`rate="900000%" pitch="+200Hz" volume="150"`, 1, 1, 1},
		{`rate="fastest" pitch="" volume="NaN"`, 1, 1, 1},
		{`rate="-5" pitch="Inf%" volume="-dB"`, 1, 1, 1},
	} {
		doc := read(t, "<speak>a <prosody "+test.attrs+">b</prosody></speak>")
		got := document.Span{Rate: 1, Pitch: 1, Volume: 1}
		if spans := doc.Blocks[0].Spans; len(spans) > 0 {
			got = spans[0]
		}
		near := func(a, b float64) bool { return math.Abs(a-b) < 0.001 }
		if !near(got.Rate, test.rate) || !near(got.Pitch, test.pitch) || !near(got.Volume, test.volume) {
			t.Errorf("%s: %+v %q", test.attrs, got, doc.Warnings)
		}
	}
	// A label is of the voice's own value, not of what is around.
	doc := read(t, `<speak><prosody rate="slow">a <prosody rate="medium">b</prosody></prosody> c</speak>`)
	if s := doc.Blocks[0].Spans; len(s) != 2 || math.Abs(s[0].Rate*s[1].Rate-1) > 1e-9 {
		t.Errorf("%+v", s)
	}
	// Nothing grows without bounds.
	doc = read(t, "<speak>"+strings.Repeat(`<prosody rate="+900%" volume="+60dB">`, 100)+"a"+strings.Repeat("</prosody>", 100)+"</speak>")
	rate := 1.0
	for _, s := range doc.Blocks[0].Spans {
		rate *= s.Rate
	}
	if math.Abs(rate-mostFactor) > 1e-9 {
		t.Errorf("rate %g", rate)
	}
}

func TestPoints(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{`a<break/>b`, "silence@1 750ms"},
		{`a<break strength="none"/>b`, ""},
		{`a<break strength="x-strong" time="+200ms"/>b`, "silence@1 200ms"},
		{`a<break time="1h"/>b`, "silence@1 750ms"},
		{`a<break time="9999999s"/>b`, "silence@1 1m0s"},
		{`a<break time="-1s"/>b`, "silence@1 750ms"},
		{`<p>a</p><break time="2s"/><p>b</p>`, "|silence@0 2s"},
		{`a <mark name="x"/>b<bookmark mark="y"/>`, "mark@1 x;mark@3 y"},
		{`<p>a <s>b</s><s>c</s> d</p>`, "sentence end@1;sentence end@3;sentence end@5"},
		{`<p>a</p><mark name="end"/>`, "mark@1 end"},
		{`<p>a <mark name="in"/></p><mark name="behind"/><p> </p>`, "mark@1 in;mark@1 behind"},
		{`<mark name="before"/><p>a</p>`, "mark@0 before"},
	} {
		var all []string
		for _, b := range read(t, "<speak>"+test.data+"</speak>").Blocks {
			var one []string
			for _, s := range b.Spans {
				x := fmt.Sprintf("%s@%d", pointNames[s.Kind], s.Lo)
				if s.Value != "" {
					x += " " + s.Value
				}
				if s.Pause > 0 {
					x += " " + s.Pause.String()
				}
				one = append(one, x)
			}
			all = append(all, strings.Join(one, ";"))
		}
		if got := strings.Join(all, "|"); got != test.want {
			t.Errorf("%s: %q, want %q", test.data, got, test.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		data string
		want int
	}{
		{`<emphasis>a</emphasis> <emphasis>b</emphasis>`, 1},
		{`<amazon:effect name="whispered">a</amazon:effect><amazon:effect>b</amazon:effect><par>c</par>`, 2},
		{`<voice gender="female">a</voice><voice gender="male">b</voice>`, 1},
		{`<voice xml:lang="fr">a</voice>`, 0},
		{`<phoneme alphabet="x-amazon-pinyin" ph="bao2">a</phoneme>`, 1},
		{`<phoneme alphabet="x-sampa" ph="§">a</phoneme>`, 1},
		{`<phoneme ph="">a</phoneme>`, 1},
		{`a <phoneme ph="a"></phoneme>`, 1},
		{`<sub>a</sub>`, 1},
		{`<prosody contour="(0%,+20Hz)" range="high" duration="2s">a</prosody>`, 3},
		{`<lexicon uri="a"/><lexicon uri="b"/><lookup ref="a">x</lookup>`, 2},
		{`a <mark name="x"/>`, 0},
	} {
		doc := read(t, `<speak xmlns:xml="http://www.w3.org/XML/1998/namespace">`+test.data+"</speak>")
		if len(doc.Warnings) != test.want {
			t.Errorf("%s: warnings %q, want %d", test.data, doc.Warnings, test.want)
		}
	}
	if doc := read(t, "<speak><desc>d</desc><audio src='x.ogg'/>a</speak>"); len(doc.Dropped) != 2 || len(doc.Blocks) != 1 {
		t.Errorf("%+v", doc)
	}
	// Metadata by <meta>, and several documents in one.
	doc := read(t, `<speak xml:lang="de"><meta name="DC.title" content=" A  B "/><meta name="author" content="C"/><p>x</p></speak> <!-- --> <speak xml:lang="fr">y</speak>`)
	if doc.Title != "A B" || doc.Author != "C" || doc.Lang != "de" || len(doc.Blocks) != 2 || doc.Blocks[1].Lang != "fr" {
		t.Errorf("%+v", doc)
	}
}

func TestXSAMPA(t *testing.T) {
	for _, test := range [][2]string{
		{`"SpRa:x@`, "ˈʃpʁaːxə"}, {`pI"kA:n`, "pɪˈkɑːn"}, {`bO~`, "bɔ\u0303"}, {`t_S`, "t͡ʃ"}, {`r\EZ`, "ɹɛʒ"}, {`d`, "d"}, {`t_h`, "tʰ"}, {`n=`, "n\u0329"}, {`§`, ""}, {`q!`, ""},
	} {
		got, ok := fromXSAMPA(test[0])
		if got != test[1] || ok != (test[1] != "") {
			t.Errorf("%s: %q, want %q", test[0], got, test[1])
		}
	}
	for sign := range xsampa {
		if len(sign) > longestXSAMPA {
			t.Errorf("%q is longer than %d", sign, longestXSAMPA)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, src := range sources(f) {
		f.Add(string(src.Data))
	}
	for _, s := range []string{
		"<speak>a&#0;b</speak>", "<speak><s>a<p>b</s></p></speak>", "<speak><![CDATA[]]>x<![CDATA[a]]b]]></speak>", "<speak>&#x1F600;&nbsp;&#38;\r\n\r</speak>",
		"<speak><prosody volume='silent'>a<break/><mark name='x'/></prosody></speak>", "<speak><metadata>a</metadata><p/><p>x</p></speak>", "<speak><speak>a</speak></speak>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		src := input.Source{Name: "a", Data: []byte(data)}
		Format{}.Detect(src)
		doc, err := Format{}.Read(src)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(data, "\n") {
				t.Error(err)
			}
			return
		}
		if !strings.Contains(data, "base") { // visible does not resolve addresses
			if err := suite.Check(doc, src); err != nil {
				t.Error(err)
			}
		}
		for i := range doc.Blocks {
			b := &doc.Blocks[i]
			if strings.TrimSpace(b.Text) != b.Text || b.Text == "" {
				t.Errorf("block %q", b.Text)
			}
			if !slices.IsSortedFunc(b.Spans, func(x, y document.Span) int { return x.Lo - y.Lo }) {
				t.Errorf("spans %+v", b.Spans)
			}
			for _, s := range b.Spans {
				if s.Lo < 0 || s.Hi < s.Lo || s.Hi > len(b.Text) || s.Pause > maxPause {
					t.Errorf("span %+v of %q", s, b.Text)
				}
				if s.Kind == document.Prosody && !(s.Rate > 0 && s.Pitch > 0 && s.Volume > 0 && s.Rate < 1e4 && s.Volume < 1e4) {
					t.Errorf("prosody %+v", s)
				}
			}
		}
	})
}

func TestParseTime(t *testing.T) {
	for s, want := range map[string]time.Duration{"500ms": 500 * time.Millisecond, "1.5s": 1500 * time.Millisecond, ".25s": 250 * time.Millisecond, "0s": 0} {
		if got, ok := parseTime(s); got != want || !ok {
			t.Errorf("%s: %v", s, got)
		}
	}
	for _, s := range []string{"", "s", "ms", "5", "1e9s", "0x1s", "nans", "1.2.3s", "999999999999s"} {
		if got, ok := parseTime(s); ok {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	data := []byte("<speak>" + strings.Repeat("<p><s>Seven geese <prosody rate='slow'>went</prosody> over &amp; back.</s> <break/></p>\n", 100_000) + "</speak>")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := (Format{}).Read(input.Source{Name: "a", Data: data}); err != nil && !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

// Places are exact behind references, CDATA sections and line ends of any kind.
func TestPlaces(t *testing.T) {
	const data = "<speak>\r\n<p>É &amp; b&#x20AC;c\r\n  <s>d</s>\r<![CDATA[e]]>f</p></speak>"
	doc := read(t, data)
	b := &doc.Blocks[0]
	for i, r := range b.Text {
		if r == ' ' || r == '&' || r == '€' {
			continue
		}
		if p := b.PosAt(i); !strings.HasPrefix(data[p.Offset:], string(r)) {
			t.Errorf("%q at byte %d of %q is put at %s, where %.5q stands", r, i, b.Text, p, data[p.Offset:])
		}
	}
	if p := b.PosAt(strings.IndexByte(b.Text, 'f')); p.Line != 4 || p.Col != 14 {
		t.Errorf("f is at %s", p)
	}
}
