package script

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
)

// chapters is an article of four chapters and two notes.
const chapters = `paragraph: Vorweg.
heading 1: Eins
paragraph: Text eins.{ref 1}
heading 2: Zwei
paragraph: Text zwei.
heading q 1: Kein Kapitel
heading 1: Drei
paragraph: {link https://a.example|Text} drei.{ref 2}
footnote n1: Note eins.
footnote n2: Note zwei.
`

func listed(s *Script) string {
	var b strings.Builder
	for _, c := range s.Chapters {
		fmt.Fprintf(&b, "%d %s/%d:", c.Number, c.Title, c.Level)
		for _, u := range c.Utterances {
			fmt.Fprintf(&b, " %s", u.Text)
		}
		b.WriteString("\n")
	}
	for _, k := range s.Skipped {
		fmt.Fprintf(&b, "- %d %s: %s\n", k.Pos.Line, k.Reason, k.Text)
	}
	return b.String()
}

func TestSelection(t *testing.T) {
	for _, test := range []struct {
		name, ranges, want string
		notes              Treatment
		contents           []document.ChapterStart
	}{
		{name: "all", want: "1 A/0: Vorweg.\n2 Eins/1: Eins Text eins.\n3 Zwei/2: Zwei Text zwei. Kein Kapitel\n4 Drei/1: Drei Text drei.\n" +
			"- 8 link's address (links=read speaks it): https://a.example\n- 9 note (footnotes=end speaks it): Note eins.\n- 10 note (footnotes=end speaks it): Note zwei.\n"},
		{name: "some", ranges: "2-3,9-", want: "2 Eins/1: Eins Text eins.\n3 Zwei/2: Zwei Text zwei. Kein Kapitel\n- 1 chapter 1 is not selected: A\n- 7 chapter 4 is not selected: Drei\n"},
		{name: "notes of other chapters", ranges: "2", notes: TreatEnd, want: "2 Eins/1: Eins Text eins. Note eins.\n- 1 chapter 1 is not selected: A\n- 4 chapter 3 is not selected: Zwei\n- 7 chapter 4 is not selected: Drei\n"},
		{name: "notes of chapters that are not there", ranges: "4", notes: TreatInline, want: "4 Drei/1: Drei Text drei. Note zwei.\n- 1 chapter 1 is not selected: A\n- 2 chapter 2 is not selected: Eins\n- 4 chapter 3 is not selected: Zwei\n" +
			"- 8 link's address (links=read speaks it): https://a.example\n- 9 note that nothing spoken refers to: Note eins.\n"},
		{
			name: "the source's own", contents: []document.ChapterStart{{Block: 0, Title: " Vorn\u00ad "}, {Block: 4, Title: "Mitte", Level: 2}, {Block: 4, Title: "zugleich", Level: 3}, {Block: 99, Title: "draußen", Level: 1}},
			notes: TreatEnd, want: "1 Vorn/1: Vorweg. Eins Text eins. Note eins. Zwei\n2 Mitte/2: Text zwei. Kein Kapitel Drei Text drei. Note zwei.\n- 8 link's address (links=read speaks it): https://a.example\n",
		},
		{name: "an empty one", contents: []document.ChapterStart{}, ranges: "1", want: "1 A/0: Vorweg. Eins Text eins. Zwei Text zwei. Kein Kapitel Drei Text drei.\n" +
			"- 8 link's address (links=read speaks it): https://a.example\n- 9 note (footnotes=end speaks it): Note eins.\n- 10 note (footnotes=end speaks it): Note zwei.\n"},
		{name: "one that begins later, without words", contents: []document.ChapterStart{{Block: 2, Level: 1}, {Block: 8, Title: "Noten", Level: 1}}, ranges: "2-3", want: "2 A/1: Text eins. Zwei Text zwei. Kein Kapitel Drei Text drei.\n" +
			"- 1 chapter 1 is not selected: A\n- 8 link's address (links=read speaks it): https://a.example\n- 9 note (footnotes=end speaks it): Note eins.\n- 10 note (footnotes=end speaks it): Note zwei.\n"},
	} {
		doc := marked(t, "a.de.txt", chapters)
		doc.Lang, doc.Chapters = "de", test.contents
		opts := espeak
		opts.Blocks.Footnotes = test.notes
		if test.ranges != "" {
			var err error
			if opts.Chapters, err = ParseRanges(test.ranges); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Build(doc, opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(s); got != test.want {
			t.Errorf("%s: got\n%swant\n%s", test.name, got, test.want)
		}
	}
	opts := espeak
	opts.Chapters = []Range{{7, 9}}
	if _, err := Build(marked(t, "a.de.txt", chapters), opts); err == nil || err.Error() != "a.de.txt: none of its chapters is selected; it has 4, counted from 1" {
		t.Errorf("%v", err)
	}
}

// TestTitled sees that a title alone is no chapter, and how long one waits.
func TestTitled(t *testing.T) {
	doc := marked(t, "a.de.txt", "title: Der Titel\nparagraph: Eins.\nparagraph: Zwei.")
	doc.Chapters = []document.ChapterStart{{Block: 1, Title: "Erstes", Level: 1}, {Block: 2, Title: "Zweites", Level: 2}}
	s := build(t, doc, espeak)
	p := espeak.Voices.List()[0].Pauses
	if got := listed(s); got != "1 Erstes/1: Der Titel Eins.\n2 Zweites/2: Zwei.\n" {
		t.Errorf("got\n%s", got)
	}
	if u := s.Chapters[0].Utterances[1]; u.Before != p.Chapter {
		t.Errorf("%q after %v", u.Text, u.Before)
	}
	if u := s.Chapters[1].Utterances[0]; u.Before != p.BeforeHeading {
		t.Errorf("%q after %v", u.Text, u.Before)
	}
}

// TestFileOrder sees that what is skipped is listed as the source is read.
func TestFileOrder(t *testing.T) {
	at := func(file string, off int64) document.Pos {
		return document.Pos{File: file, Offset: off, Line: 1, Col: int(off) + 1}
	}
	block := func(text, file string) document.Block {
		return document.Block{Text: text, Anchors: []document.Anchor{{Pos: at(file, 10)}}}
	}
	dropped := func(text, file string, off int64) document.Dropped {
		return document.Dropped{Text: text, Reason: "x", Pos: at(file, off)}
	}
	doc := &document.Document{
		Source: "b.epub", Lang: "de",
		Blocks:  []document.Block{block("Wort. —", "b.epub/z.xhtml"), block("—", "b.epub/a.xhtml")},
		Dropped: []document.Dropped{dropped("4", "b.epub/nav.xhtml", 0), dropped("3", "b.epub/a.xhtml", 90), dropped("1", "b.epub/z.xhtml", 3), dropped("2", "b.epub/a.xhtml", 5)},
	}
	var got []string
	for _, k := range build(t, doc, espeak).Skipped {
		got = append(got, k.Text)
	}
	if want := "1 — 2 — 3 4"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
