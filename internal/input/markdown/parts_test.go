package markdown

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"narrate/internal/document"
	"narrate/internal/input"
)

func TestDetect(t *testing.T) {
	article := "Ein Satz, der *betont* ist.\n\n# Überschrift\n\nUnd noch ein Absatz.\n\n- eins\n- zwei\n"
	for _, c := range []struct {
		name, text string
		want       input.Confidence
	}{
		{"a.md", "plain", input.Named},
		{"A.MARKDOWN", "plain", input.Named},
		{"-", "", input.Possible},
		{"-", article, input.Possible},
		{"-", "#!/bin/sh\n# a comment\n## another\necho [a](b)\n", input.Possible},
		{"-", "Siehe [1] und [2].\n\n[1] Ein Buch, 1990.\n", input.Possible},
		{"-", "---\nAnna: Guten Tag.\n---\n", input.Possible},
		{"-", "* * *\n\n**Wichtig** ist das.\n", input.Possible},
		{"-", "---\ntitle: A\n---\n\nSee [b](https://example.org).\n", input.Likely},
		{"-", "# A\n\n## B\n\nText.\n\n## C\n\nText.\n\n### D\n", input.Likely},
		{"README", "# A\n\n```sh\nmake\n```\n\nSee [the rest](docs/rest.md).\n", input.Likely},
		{"-", "## A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", input.Likely},
		{"-", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", input.None},
	} {
		if got := (Format{}).Detect(input.Source{Name: c.name, Data: []byte(c.text)}); got != c.want {
			t.Errorf("%s %.40q: %d, want %d", c.name, c.text, got, c.want)
		}
	}
	if got := (Format{}).Detect(input.Source{Name: "https://a.example/x", Data: []byte("x"), MediaType: "text/markdown; charset=utf-8"}); got != input.Named {
		t.Errorf("by its media type: %d", got)
	}
}

func TestFrontMatter(t *testing.T) {
	none := document.Document{}
	for _, c := range []struct {
		text     string
		want     document.Document
		body     string // the first block's text
		warnings string // in the first warning
	}{
		{"---\ntitle: A\n---\nb", document.Document{Title: "A"}, "b", ""},
		{"---\ntitle: A\n...\nb", document.Document{Title: "A"}, "b", ""},
		{"---  \r\nTitle: \"A: b\"\r\n---\r\nc", document.Document{Title: "A: b"}, "c", ""},
		{"---\n# comment\n---\nb", none, "comment", ""},
		{"---\n---\nb", none, "b", ""},
		{"---\nlayout: post\ntags:\n- a\n---\nb", none, "b", ""},
		{"---\nauthor: [A, B]\n---\nb", document.Document{Author: "A, B"}, "b", ""},
		{"---\nauthors:\n  - name: A\n    affiliation: X\n  - name: B\n---\nb", document.Document{Author: "A, B"}, "b", ""},
		{"---\nauthor: {name: A}\n---\nb", document.Document{Author: "A"}, "b", ""},
		{"---\ntitle: 1984\ndate: 1949\n---\nb", document.Document{Title: "1984", Date: "1949"}, "b", ""},
		{"---\ndate: 2024/5/1\n---\nb", document.Document{Date: "2024-05-01"}, "b", ""},
		{"---\ndate: 2024-05\n---\nb", document.Document{Date: "2024-05"}, "b", ""},
		{"---\ndate: 2024-05-01 10:00:00 +0200\n---\nb", document.Document{Date: "2024-05-01"}, "b", ""},
		{"---\ndate: May 1, 2024\n---\nb", document.Document{Date: "2024-05-01"}, "b", ""},
		{"---\ndate: 1.5.2024\n---\nb", document.Document{Date: "2024-05-01"}, "b", ""},
		{"---\ndate: 2024-13-01\n---\nb", none, "b", "is not a date"},
		{"---\ndate: bald\n---\nb", none, "b", "is not a date"},
		{"---\nlang: de_AT\n---\nb", document.Document{Lang: "de-AT"}, "b", ""},
		{"---\nlang: German\n---\nb", none, "b", "BCP 47"},
		{"---\ndescription: >\n  Two\n  lines.\nsubtitle: x\n---\nb", document.Document{Description: "Two lines."}, "b", ""},
		{"---\nimage: {path: a.png}\nvoice: anna\n---\nb", document.Document{Cover: &document.Cover{Name: "a.png"}, Voice: "anna"}, "b", ""},
		{"---\ntitle: A\ntitle: B\n---\nb", none, "b", "a.md:3:1"},
		{"---\ntitle: 'A\n---\nb", none, "b", "a.md:2:"},
		{"---\ntitle: &x A\n---\nb", none, "b", "a.md:2:"},
		{"---\n\ntitle: A\n---\nb", none, "title: A", ""},
		{"---\nEin Satz: so geht er.\n---\nb", none, "Ein Satz: so geht er.", ""},
		{"---\ntitle: A\n\nb", none, "title: A", ""},
		{"text\n---\ntitle: A\n---\n", none, "text", ""},
		{"+++\ntitle = 'A'\n+++\nb", document.Document{Title: "A"}, "b", ""},
		{"+++\ntitle = \"\"\"\nA\"\"\"\nauthor = { name = \"X\" }\n'date' = 2024-05-01\n+++\nb", document.Document{Title: "A", Date: "2024-05-01"}, "b", ""},
		{"+++\ntitle = A B = C\nlang\n+++\nb", document.Document{Title: "A B = C"}, "b", "a.md:3:1"},
		{"+++\ntitle = \n+++\nb", none, "b", "a.md:2:1"},
	} {
		doc := read(t, "a.md", c.text)
		got := document.Document{Title: doc.Title, Author: doc.Author, Lang: doc.Lang, Date: doc.Date, Description: doc.Description, Voice: doc.Voice, Cover: doc.Cover}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
		}
		first := ""
		for i := range doc.Blocks {
			if doc.Blocks[i].Kind != document.Break {
				first = doc.Blocks[i].Text
				break
			}
		}
		if first != c.body {
			t.Errorf("%q: begins with %q, want %q", c.text, first, c.body)
		}
		if warnings := strings.Join(doc.Warnings, "\n"); (warnings == "") != (c.warnings == "") || !strings.Contains(warnings, c.warnings) {
			t.Errorf("%q: warnings %q, want %q", c.text, warnings, c.warnings)
		}
	}
}

// TestDelimiters holds which asterisks, lines and tildes are signs against
// goldmark's own parser.
func TestDelimiters(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.Strikethrough))
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"*", "**", "***", "_", "__", "a", "b ", " ", ".", "(", "x*", " *"}
	for range 5_000 {
		var b strings.Builder
		b.WriteString("x")
		for range 2 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		b.WriteString("y")
		var out bytes.Buffer
		if err := md.Convert([]byte(b.String()), &out); err != nil {
			t.Fatal(err)
		}
		want := strings.NewReplacer("<p>", "", "</p>", "", "<em>", "", "</em>", "", "<strong>", "", "</strong>", "", "\n", "").Replace(out.String())
		doc := read(t, "a.md", b.String())
		if got := doc.Blocks[0].Text; got != strings.Join(strings.Fields(want), " ") {
			t.Fatalf("%q: %q, want %q", b.String(), got, want)
		}
	}
}

func TestStruckOut(t *testing.T) {
	for text, want := range map[string]string{
		"a ~~b~~ c":           "a c | b",
		"a ~b~ c":             "a ~b~ c |",
		"H~2~O, about ~5":     "H₂O, about ~5 |",
		"a ~~b~ c~~ d":        "a d | b~ c",
		"a ~~~b~~~ c":         "a ~~~b~~~ c |",
		"*a ~~b* c~~":         "a ~~b c~~ |",
		"~~a *b* [c](d) e~~f": "f | a b c e",
		"~5 a, ~10 b":         "~5 a, ~10 b |",
	} {
		doc := read(t, "a.md", text)
		got := doc.Blocks[0].Text + " |"
		for _, d := range doc.Dropped {
			got += " " + d.Text
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestBadge(t *testing.T) {
	for address, want := range map[string]bool{
		"https://img.shields.io/npm/v/a.svg":                          true,
		"https://github.com/a/b/actions/workflows/test.yml/badge.svg": true,
		"https://github.com/a/b/workflows/CI":                         true,
		"http://travis-ci.org/a.svg":                                  true,
		"https://example.org/photo.jpg":                               false,
		"badges/group.jpg":                                            false,
		"":                                                            false,
	} {
		if got := isBadge(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct{ text, word, want string }{
		{"> a\n> *b*\n> word", "word", "3:3"},
		{"- a\n  - b\n\n    word", "word", "4:5"},
		{"a &amp; word", "word", "1:9"},
		{"a \\* word", "word", "1:6"},
		{"| a | b |\r\n|---|---|\r\n| c | word |\r\n", "word", "3:7"},
		{"---\ntitle: x\n---\n\n# word", "word", "5:3"},
		{"> <div>\n> x\n> word</div>", "word", "3:3"},
		{"![the word](a.png)", "word", "1:7"},
		{"-\tx\n\n\t\tword", "word", "3:3"},
		{strings.Repeat("> ", 150) + "word", "word", "1:301"},
		{strings.Repeat(" ", 900) + "\n\n" + strings.Repeat(" ", 2000) + "word", "word", "3:2001"},
		{"see www.example.com and word", "word", "1:25"},
		{"(https://example.org/a) word", "word", "1:25"},
		{"ä `x\ny` word", "word", "2:4"},
		{"a[^1]\n\n[^1]: x\n\n    word", "word", "5:5"},
		{"t\n: word", "word", "2:3"},
		{"> [!NOTE] word", "word", "1:11"},
	} {
		doc := read(t, "a.md", c.text)
		got := "nowhere"
		for i := range doc.Blocks {
			if at := strings.Index(doc.Blocks[i].Text, c.word); at >= 0 {
				pos := doc.Blocks[i].PosAt(at)
				got = fmt.Sprintf("%d:%d", pos.Line, pos.Col)
			}
		}
		if got != c.want {
			t.Errorf("%.60q: %s, want %s", c.text, got, c.want)
		}
	}
}
