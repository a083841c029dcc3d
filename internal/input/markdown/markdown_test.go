package markdown

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/input"
)

var update = flag.Bool("update", false, "write the golden files anew")

var spanNames = map[document.SpanKind]string{
	document.Foreign: "foreign", document.Link: "link", document.Instead: "instead", document.Abbr: "abbr", document.AltText: "alt",
	document.Emphasis: "emphasis", document.Strong: "strong", document.CodeWords: "code", document.Raised: "raised", document.Lowered: "lowered",
	document.Generated: "generated", document.LineBreak: "line-break", document.NoteRef: "note-ref",
}

// dump is a document as the golden files hold it.
func dump(doc *document.Document) string {
	var b strings.Builder
	for _, m := range [][2]string{
		{"title", doc.Title},
		{"author", doc.Author},
		{"language", doc.Lang},
		{"date", doc.Date},
		{"description", doc.Description},
		{"voice", doc.Voice},
	} {
		if m[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", m[0], m[1])
		}
	}
	if doc.Cover != nil {
		fmt.Fprintf(&b, "cover: %s\n", doc.Cover.Name)
	}
	for i := range doc.Blocks {
		bl := &doc.Blocks[i]
		fmt.Fprintf(&b, "%d:%d %s", bl.Pos().Line, bl.Pos().Col, bl.Kind)
		if bl.Level > 0 {
			fmt.Fprint(&b, bl.Level)
		}
		if bl.Lang != "" {
			fmt.Fprintf(&b, " lang=%s", bl.Lang)
		}
		if bl.Group > 0 {
			fmt.Fprintf(&b, " group=%d", bl.Group)
		}
		if bl.Note > 0 {
			fmt.Fprintf(&b, " note=%d", bl.Note)
		}
		if bl.Quoted {
			b.WriteString(" quoted")
		}
		if bl.Aside {
			b.WriteString(" aside")
		}
		fmt.Fprintf(&b, " %q\n", bl.Text)
		for _, s := range bl.Spans {
			value := s.Value
			if s.Kind == document.NoteRef {
				value = fmt.Sprint(s.Note)
			}
			fmt.Fprintf(&b, "\t%s %q %s\n", spanNames[s.Kind], bl.Text[s.Lo:s.Hi], value)
		}
		for _, c := range bl.Cells {
			fmt.Fprintf(&b, "\tcell %d %v %q\n", c.Column, c.Header, bl.Text[c.Lo:c.Hi])
		}
	}
	for _, d := range doc.Dropped {
		fmt.Fprintf(&b, "%d:%d dropped %q: %s\n", d.Pos.Line, d.Pos.Col, d.Text, d.Reason)
	}
	for _, w := range doc.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
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

func fixtures(t testing.TB) []input.Source {
	t.Helper()
	files, err := filepath.Glob("testdata/*.md*")
	if err != nil || len(files) < 9 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	var all []input.Source
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, input.Source{Name: file, Data: data})
	}
	return all
}

func TestGolden(t *testing.T) {
	for _, src := range fixtures(t) {
		t.Run(filepath.Base(src.Name), func(t *testing.T) {
			got := dump(read(t, src.Name, string(src.Data)))
			golden := strings.TrimSuffix(src.Name, filepath.Ext(src.Name)) + ".golden.txt"
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
