package input

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"narrate/internal/document"
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.txt", "Text.\n")
	large := write("large.txt", "")
	if err := os.Truncate(large, 100<<20); err != nil {
		t.Fatal(err)
	}
	limit := write("limit.txt", "a")
	if err := os.Truncate(limit, MaxBytes); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, stdin, err string }{
		{good, "", ""},
		{limit, "", ""},
		{"-", "Text.\n", ""},
		{"", "", "the name of the file is empty"},
		{filepath.Join(dir, "none.txt"), "", "there is no such file"},
		{filepath.Join(good, "none.txt"), "", "cannot be read: "},
		{dir, "", "is a directory"},
		{large, "", "is 100.0 MiB; the largest source narrate reads is 64 MiB"},
		{write("empty.txt", ""), "", "holds no text"},
		{write("white.txt", " \n\t\r\n\f"), "", "holds no text"},
		{write("bom.txt", "\xef\xbb\xbf\n"), "", "holds no text"},
		{write("utf16.txt", "\xff\xfe \x00\n\x00"), "", "holds no text"},
		{"-", "", "standard input: holds no text"},
	} {
		src, err := Load(t.Context(), c.path, strings.NewReader(c.stdin))
		switch {
		case c.err == "" && (err != nil || src.Name != c.path || len(src.Data) == 0):
			t.Errorf("%s: %q, %v", c.path, src.Name, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: %v, want %s", c.path, err, c.err)
		case c.err != "" && c.path != "-" && c.path != "" && strings.Count(err.Error(), string(filepath.Separator)+filepath.Base(c.path)) != 1:
			t.Errorf("%s: names its file not once: %v", c.path, err)
		}
	}
}

// endless gives "a" for ever and counts what was read.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.n += int64(len(p))
	return len(p), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("line is dead") }

func TestLoadStandardInput(t *testing.T) {
	var e endless
	_, err := Load(t.Context(), "-", &e)
	if err == nil || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("endless input: %v", err)
	}
	if e.n > MaxBytes+1 {
		t.Errorf("read %d bytes of it", e.n)
	}
	_, err = Load(t.Context(), "-", failing{})
	if err == nil || err.Error() != "standard input: cannot be read: line is dead" {
		t.Errorf("failing input: %v", err)
	}
}

// encode gives text in an encoding of the WHATWG Encoding Standard.
func encode(t *testing.T, label, text string) string {
	t.Helper()
	enc, err := htmlindex.Get(label)
	if err != nil {
		t.Fatal(err)
	}
	b, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	german   = "Die Straße über den Fluß ist für größere Fahrzeuge gesperrt, schön wär’s: „Übermorgen“ – vielleicht."
	french   = "L’été dernier, à l’hôtel où naît le français, déjà la forêt brûlait près de la rivière gelée."
	polish   = "Wczoraj późnym wieczorem łódź przypłynęła do brzegu, a rybak, który był już bardzo zmęczony, położył się spać na sieciach. Nad ranem usłyszał, że ktoś chodzi po piasku, i zapytał głośno, kto to jest."
	czech    = "Příliš žluťoučký kůň úpěl ďábelské ódy, a když se potom všichni vrátili domů, řekli si, že už nikdy víc nebudou poslouchat koně, který neumí zpívat ani česky."
	russian  = "Вчера вечером лодка подошла к берегу, и рыбак, который очень устал, лёг спать на сетях. Под утро он услышал, что кто-то ходит по песку, и громко спросил, кто это."
	greek    = "Χθες το βράδυ η βάρκα έφτασε στην ακτή και ο ψαράς, που ήταν πολύ κουρασμένος, ξάπλωσε να κοιμηθεί πάνω στα δίχτυα. Το πρωί άκουσε κάποιον να περπατά στην άμμο."
	japanese = "昨日の夜、船が岸に着いて、とても疲れていた漁師は網の上で眠ってしまった。明け方に誰かが砂の上を歩く音が聞こえたので、大きな声で誰だと尋ねた。しかし返事はなかった。"
	chinese  = "昨天晚上，船到了岸边，那个很累的渔夫就在渔网上睡着了。天快亮的时候，他听见有人在沙滩上走，就大声地问是谁。可是没有人回答，只有海的声音。我们不知道他后来说了什么，也没有人再去问他这个问题。"
	korean   = "어제 저녁에 배가 해안에 도착했고 매우 피곤했던 어부는 그물 위에서 잠이 들었다. 새벽에 누군가 모래 위를 걷는 소리를 듣고 큰 소리로 누구냐고 물었다. 그러나 대답은 없었다."
)

func TestDecode(t *testing.T) {
	wide := func(name, text string) string {
		for _, b := range boms {
			if b.name == name {
				s, err := b.enc.NewEncoder().String(text)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
		}
		t.Fatal(name)
		return ""
	}
	for _, c := range []struct{ name, data, text, encoding, warning string }{
		{"ASCII", "plain", "plain", "UTF-8", ""},
		{"UTF-8", german, german, "UTF-8", ""},
		{"UTF-8 mark", "\xef\xbb\xbf" + german, german, "UTF-8", ""},
		{"UTF-8 cut at its end", "Größe und Maß\xc3", "Größe und Maß\uFFFD", "UTF-8", "a:1:14: not valid UTF-8"},
		{"UTF-8 with bad bytes", "Größe, Maß\nÖl \xff\xfe über", "Größe, Maß\nÖl \uFFFD\uFFFD über", "UTF-8", "a:2:4: not valid UTF-8 here; U+FFFD stands for what could not be read (2 in all)"},
		{"UTF-8 that holds U+FFFD", "a\uFFFD", "a\uFFFD", "UTF-8", ""},
		{"UTF-16LE mark", "\xff\xfe" + wide("UTF-16LE", german+"😀"), german + "😀", "UTF-16LE", ""},
		{"UTF-16BE mark", "\xfe\xff" + wide("UTF-16BE", japanese), japanese, "UTF-16BE", ""},
		{"UTF-16LE", wide("UTF-16LE", german), german, "UTF-16LE", "a: no byte-order mark; read as UTF-16LE"},
		{"UTF-16BE", wide("UTF-16BE", german), german, "UTF-16BE", "a: no byte-order mark; read as UTF-16BE"},
		{"UTF-16 cut in a unit", "\xff\xfea\x00b", "a\uFFFD", "UTF-16LE", "a:1:2: not valid UTF-16LE"},
		{"UTF-16 with half a pair", "\xff\xfea\x00\x3d\xd8b\x00", "a\uFFFDb", "UTF-16LE", "a:1:2: not valid"},
		{"UTF-32LE mark", "\xff\xfe\x00\x00" + wide("UTF-32LE", german), german, "UTF-32LE", ""},
		{"UTF-32BE mark", "\x00\x00\xfe\xff" + wide("UTF-32BE", german), german, "UTF-32BE", ""},
		{"Windows-1252", encode(t, "windows-1252", german), german, "windows-1252", "a: not UTF-8; read as windows-1252"},
		{"Latin-1", "Stra\xdfe", "Straße", "windows-1252", "a: not UTF-8; read as windows-1252"},
		{"Latin-1, one letter", "\xfc", "ü", "windows-1252", "read as windows-1252"},
		{"French", encode(t, "windows-1252", french), french, "windows-1252", "read as windows-1252"},
		{"Polish", encode(t, "windows-1250", polish), polish, "windows-1250", "read as windows-1250"},
		{"Polish, ISO", encode(t, "iso-8859-2", polish), polish, "iso-8859-2", "read as iso-8859-2"},
		{"Czech", encode(t, "windows-1250", czech), czech, "windows-1250", "read as windows-1250"},
		{"Russian", encode(t, "windows-1251", russian), russian, "windows-1251", "read as windows-1251"},
		{"Russian, KOI8", encode(t, "koi8-r", russian), russian, "koi8-r", "read as koi8-r"},
		{"Russian below English", strings.Repeat("An English preface goes before it.\n", 3000) + encode(t, "windows-1251", russian), "", "windows-1251", "read as windows-1251"},
		{"Greek", encode(t, "windows-1253", greek), greek, "windows-1253", "read as windows-1253"},
		{"Japanese", encode(t, "shift_jis", japanese), japanese, "shift_jis", "read as shift_jis"},
		{"Japanese, EUC", encode(t, "euc-jp", japanese), japanese, "euc-jp", "read as euc-jp"},
		{"Chinese", encode(t, "gb18030", chinese), chinese, "gb18030", "read as gb18030"},
		{"Korean", encode(t, "euc-kr", korean), korean, "euc-kr", "read as euc-kr"},
		{"control characters", "a\x00b\n\x07c", "a\x00b\n\x07c", "UTF-8", "a:1:2: control character U+0000 (2 in all)"},
		{"padded with NUL", "text" + strings.Repeat("\x00", 5000), "", "UTF-8", "control character U+0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Decode(Source{Name: "a", Data: []byte(c.data)})
			if err != nil {
				t.Fatal(err)
			}
			if d.Encoding != c.encoding || c.text != "" && d.Text != c.text {
				t.Errorf("%s %.200q, want %s %.200q", d.Encoding, d.Text, c.encoding, c.text)
			}
			if got := strings.Join(d.Warnings, "\n"); !strings.Contains(got, c.warning) || (got == "") != (c.warning == "") {
				t.Errorf("warnings %q, want %q", got, c.warning)
			}
		})
	}
}

func TestBinary(t *testing.T) {
	noise := make([]byte, 4000)
	x := uint32(1)
	for i := range noise {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	bin := string(noise)
	for _, c := range []struct{ name, data, want string }{
		{"text", "Just text.", ""},
		{"text, UTF-16", "\xff\xfea\x00", ""},
		{"text that begins like an image", "BMW baut Autos. GIF89a ist ein Format.", ""},
		{"text that begins like a sound", "ID3-Tags stehen am Anfang.", ""},
		{"text that begins like a font", "OTTO und seine Freunde", ""},
		{"text that begins like a program", "MZ steht für Mark Zbikowski.", ""},
		{"text with a few controls", "a\x00b\x01c", ""},
		{"text of one byte", "\xff", ""},
		{"Japanese, ISO-2022", "\x1b$B$3$l\x1b(B and so on", ""},
		{"PNG", "\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"},
		{"JPEG", "\xff\xd8\xff\xe0\x00\x10JFIF" + bin, "a JPEG image"},
		{"GIF", "GIF89a" + bin, "image/gif"},
		{"BMP", "BM" + bin, "image/bmp"},
		{"PDF", "%PDF-1.7\n1 0 obj\n", "a PDF file: extract its text first (pdftotext)"},
		{"RTF", "{\\rtf1\\ansi Hallo}", "an RTF file"},
		{"gzip", "\x1f\x8b\x08\x00" + bin, "a gzip file: unpack it first"},
		{"EPUB", "PK\x03\x04\x14\x00\x00\x00\x00\x00aaaabbbbccccddddeeee\x08\x00\x00\x00mimetypeapplication/epub+zip" + bin, "an EPUB book"},
		{"encrypted DOCX", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bin + string(encryptedPackage) + bin, "an encrypted Word, Excel or PowerPoint file: save it without its password first"},
		{"DOCX", "PK\x03\x04" + bin + "PK\x01\x02word/document.xml", "a Word document (DOCX)"},
		{"ZIP", "PK\x03\x04" + bin, "a ZIP file: unpack it first"},
		{"ELF", "\x7fELF\x02\x01\x01" + bin, "a program (ELF)"},
		{"MP3 with a tag", "ID3\x03\x00" + bin, "an MP3 file"},
		{"MP3", "\xff\xfb\x90" + bin, "an MP3 file"},
		{"WAV", "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bin, "audio/wave"},
		{"MP4", "\x00\x00\x00\x20ftypisom" + bin, "an MPEG-4 file"},
		{"noise", bin, "binary data, not text"},
		{"text, then noise", strings.Repeat("text ", 1000) + strings.Repeat(bin, 50), "binary data, not text"},
	} {
		if got := Binary([]byte(c.data)); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// sized is a format that is as confident as it is told.
type sized struct {
	name   string
	sure   Confidence
	blocks int
	err    error
}

func (f sized) Info() Info {
	return Info{Name: f.name, Description: f.name, Extensions: []string{"." + f.name}}
}
func (f sized) Detect(Source) Confidence { return f.sure }
func (f sized) Read(Source) (*document.Document, error) {
	return &document.Document{Title: f.name, Blocks: make([]document.Block, f.blocks)}, f.err
}

func TestRead(t *testing.T) {
	formats := func(f ...sized) (list []Format) {
		for _, f := range f {
			list = append(list, f)
		}
		return list
	}
	a, b := sized{"a", Possible, 1, nil}, sized{"b", Possible, 1, nil}
	named, sure := sized{"named", Named, 1, nil}, sized{"sure", Sure, 1, nil}
	none := sized{"none", None, 1, nil}
	for _, c := range []struct {
		data      string
		formats   []Format
		want, err string
	}{
		{"x", formats(a, b), "a", ""},
		{"x", formats(none, b, a), "b", ""},
		{"x", formats(a, sure, named), "sure", ""},
		{"x", formats(a, named, b), "named", ""},
		{"x", formats(none), "", "f: this is not in a known format; narrate reads none"},
		{"\x89PNG\r\n\x1a\n", formats(none, none), "", "f: this is a PNG image, not text; narrate reads none, none"},
		{"x", formats(sized{"empty", Sure, 0, nil}), "", "f: holds no text"},
		{"x", formats(sized{"bad", Sure, 1, errors.New("torn")}), "", "f: read as bad: torn"},
	} {
		doc, err := Read(Source{Name: "f", Data: []byte(c.data)}, c.formats)
		if c.err == "" && (err != nil || doc.Title != c.want) || c.err != "" && fmt.Sprint(err) != c.err {
			t.Errorf("%v: %v, %v", c.formats, doc, err)
		}
	}
}

func TestBuilder(t *testing.T) {
	text := "Ü a \t b\u00a0c\n  d\x00e\u00ad\r\nf"
	b := NewBuilder(NewLocator("x", text))
	b.Add(0, len(text))
	b.Space()
	block, ok := b.Block(document.Paragraph, 0)
	if !ok || block.Text != "Ü a b\u00a0c de f" {
		t.Fatalf("%q", block.Text)
	}
	for want, off := range map[string]int{
		"x:1:1": 0, "x:1:3": strings.Index(block.Text, "a"), "x:1:7": strings.Index(block.Text, "b"), "x:1:9": strings.Index(block.Text, "c"),
		"x:2:3": strings.Index(block.Text, "d"), "x:2:5": strings.Index(block.Text, "e"), "x:3:1": strings.Index(block.Text, "f"),
	} {
		if got := block.PosAt(off).String(); got != want {
			t.Errorf("byte %d is at %s, want %s", off, got, want)
		}
	}
	if _, ok := b.Block(document.Paragraph, 0); ok {
		t.Error("a block of nothing")
	}
}

func TestLocatorInAnyOrder(t *testing.T) {
	text := "ab\ncd\r\nüf\rg\n"
	want := map[int]string{0: "x:1:1", 2: "x:1:3", 3: "x:2:1", 5: "x:2:3", 7: "x:3:1", 9: "x:3:2", 11: "x:4:1", 13: "x:5:1"}
	l := NewLocator("x", text)
	for range 3 {
		for off, w := range want {
			if got := l.At(off); got.String() != w || got.Offset != int64(off) {
				t.Errorf("%d is at %s (%d), want %s", off, got, got.Offset, w)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{german, "\xff\xfea\x00", "Stra\xdfe \x84x\x93", "\x83\x81\x83\x82 \x1b$B", "\x81\x30\x81\x30\xc4\xe3"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		clone := bytes.Clone(data)
		d, err := Decode(Source{Name: "a", Data: data})
		again, err2 := Decode(Source{Name: "a", Data: data})
		if (err == nil) != (err2 == nil) || d.Text != again.Text || d.Encoding != again.Encoding {
			t.Fatalf("%v %s, then %v %s", err, d.Encoding, err2, again.Encoding)
		}
		if !bytes.Equal(data, clone) || strings.ToValidUTF8(d.Text, "") != d.Text {
			t.Fatalf("%q", d.Text)
		}
	})
}
