package inputtest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"narrate/internal/document"
)

var spanNames = [...]string{"foreign", "link", "emphasis", "strong", "code", "raised", "lowered", "instead", "abbr", "say-as", "phonemes", "alt", "generated", "voice", "prosody", "line-break", "sentence-end", "silence", "note-ref", "mark"}

// Dump writes a document for people to read and for golden files: its metadata,
// a line for each block, its spans and cells below it, and what was dropped.
func Dump(doc *document.Document) string {
	var b strings.Builder
	for _, m := range [][2]string{{"title", doc.Title}, {"author", doc.Author}, {"lang", doc.Lang}, {"date", doc.Date}, {"description", doc.Description}} {
		if m[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", m[0], m[1])
		}
	}
	for i := range doc.Blocks {
		dumpBlock(&b, &doc.Blocks[i])
	}
	for _, d := range doc.Dropped {
		fmt.Fprintf(&b, "dropped %s %s: %q\n", place(d.Pos), d.Reason, d.Text)
	}
	for _, w := range doc.Warnings {
		fmt.Fprintf(&b, "warning %s\n", w)
	}
	return b.String()
}

// place is a position without the folders of its file.
func place(p document.Pos) string { return fmt.Sprintf("%s:%d:%d", path.Base(p.File), p.Line, p.Col) }

func dumpBlock(b *strings.Builder, bl *document.Block) {
	fmt.Fprintf(b, "%s %s", place(bl.Pos()), bl.Kind)
	if bl.Level > 0 {
		fmt.Fprint(b, bl.Level)
	}
	for _, f := range []struct {
		is   bool
		name string
	}{{bl.Lang != "", " lang=" + bl.Lang}, {bl.Group > 0, fmt.Sprint(" group=", bl.Group)}, {bl.Note > 0, fmt.Sprint(" note=", bl.Note)}, {bl.Items != nil, fmt.Sprint(" items=", bl.Items)}, {bl.Quoted, " quoted"}, {bl.Aside, " aside"}} {
		if f.is {
			b.WriteString(f.name)
		}
	}
	fmt.Fprintf(b, " %q\n", bl.Text)
	for _, c := range bl.Cells {
		is := ""
		if c.Header {
			is = " header"
		}
		if c.Columns > 0 {
			is += fmt.Sprint(" columns=", c.Columns)
		}
		if c.Rows > 0 {
			is += fmt.Sprint(" rows=", c.Rows)
		}
		fmt.Fprintf(b, "    cell %d%s %q\n", c.Column, is, bl.Text[c.Lo:c.Hi])
	}
	for _, s := range bl.Spans {
		fmt.Fprintf(b, "    %s", spanNames[s.Kind])
		if s.Kind.IsPoint() {
			fmt.Fprintf(b, " at %d", s.Lo)
		} else {
			fmt.Fprintf(b, " %q", bl.Text[s.Lo:s.Hi])
		}
		if s.Value != "" {
			fmt.Fprintf(b, " %s", s.Value)
		}
		if s.Note > 0 {
			fmt.Fprintf(b, " %d", s.Note)
		}
		b.WriteString("\n")
	}
}

// Zip packs a folder, so that the fixtures of formats which are ZIP files can be
// kept as text; a file "mimetype" comes first and unpacked.
func Zip(t testing.TB, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	files := os.DirFS(dir)
	add := func(name string, method uint16) {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fs.Stat(files, "mimetype"); err == nil {
		add("mimetype", zip.Store)
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && name != "mimetype" {
			add(name, zip.Deflate)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
