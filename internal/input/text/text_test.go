package text

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// dump is a document as the golden files hold it.
func dump(doc *document.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title %q\n", doc.Title)
	for _, bl := range doc.Blocks {
		kind := bl.Kind.String()
		if bl.Level > 0 {
			kind += fmt.Sprint(bl.Level)
		}
		if len(bl.Items) > 1 { // of one that lies in another
			kind += fmt.Sprint(bl.Items)
		}
		fmt.Fprintf(&b, "%d:%d %s %s\n", bl.Pos().Line, bl.Pos().Col, kind, bl.Text)
	}
	for _, d := range doc.Dropped {
		fmt.Fprintf(&b, "%d:%d dropped %q: %s\n", d.Pos.Line, d.Pos.Col, d.Text, d.Reason)
	}
	for _, w := range doc.Warnings {
		fmt.Fprintf(&b, "warning %s\n", w)
	}
	return b.String()
}

func read(t testing.TB, name, text string) *document.Document {
	t.Helper()
	doc, err := Format{}.Read(input.Source{Name: name, Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := dump(read(t, filepath.Base(file), string(data)))
			golden := strings.TrimSuffix(file, ".txt") + ".golden"
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

// markup are the signs that Read leaves out without listing them.
const markup = "-*+•◦▪▫‣⁃●○∙·–#>=─═━~_\u2010"

func TestConformance(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := inputtest.Suite{Format: Format{}, Markup: markup, Verbatim: true}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s.Samples = append(s.Samples, input.Source{Name: file, Data: data})
	}
	inputtest.Run(t, s)
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range inputtest.Hostile() {
		if len(text) < 10_000 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := input.Source{Name: "a", Data: data}
		if _, err := input.Decode(src); err != nil {
			return
		}
		doc, err := Format{}.Read(src)
		if err != nil {
			t.Fatal(err)
		}
		suite := inputtest.Suite{Markup: markup, Verbatim: true}
		if err := suite.Check(doc, src); err != nil {
			t.Fatal(err)
		}
	})
}

// book is a hard-wrapped book of about so many bytes.
func book(size int) []byte {
	one, err := os.ReadFile("testdata/book-wrapped-en.txt")
	if err != nil {
		panic(err)
	}
	return bytes.Repeat(append(one, '\n', '\n'), size/len(one))
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{2 << 20, 20 << 20} {
		b.Run(fmt.Sprintf("%dMB", size>>20), func(b *testing.B) {
			src := input.Source{Name: "book.txt", Data: book(size)}
			b.SetBytes(int64(len(src.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (Format{}).Read(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestHyphens(t *testing.T) {
	for in, want := range map[string]string{
		"der Donau-\ndampfer":                     "der Donaudampfer",
		"das Nord-\nSüd-Gefälle":                  "das Nord-Süd-Gefälle",
		"der US-\nPräsident":                      "der US-Präsident",
		"von 1990-\n1995":                         "von 1990-1995",
		"ein- und aus-\nsteigen":                  "ein- und aussteigen",
		"Haupt-\nund Nebensatz":                   "Haupt- und Nebensatz",
		"short-\nand long-term":                   "short- and long-term",
		"Donau\u00ad\ndampfer":                    "Donaudampfer",
		"a state-of-\nthe-art device":             "a state-of-the-art device",
		"his mother-\nin-law":                     "his mother-in-law",
		"a well-\nknown man":                      "a well-known man",
		"a sea-\ngreen hat, a sea-green bag":      "a sea-green hat, a sea-green bag",
		"a some-\nthing in the middle of the day": "a something in the middle of the day",
		"this is the line that ends with a dash –\nand goes on after it": "this is the line that ends with a dash – and goes on after it",
	} {
		doc := read(t, "a", in)
		if len(doc.Blocks) != 1 || doc.Blocks[0].Text != want {
			t.Errorf("%q: %q", in, dump(doc))
		}
	}
}

func TestDetect(t *testing.T) {
	for name, want := range map[string]input.Confidence{"a.TXT": input.Named, "a": input.Possible, "-": input.Possible, "a.md": input.Possible} {
		if got := (Format{}).Detect(input.Source{Name: name, Data: []byte("Text.")}); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}
