package script

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"narrate/internal/document"
)

// TestSetting: each utterance has its part of how a block is set, also where it
// is cut, and a row's utterances name their cells.
func TestSetting(t *testing.T) {
	doc := marked(t, "a.txt", `
title: Notes
paragraph: It {em|was {strong|late. Nobody} came}. The {link https://example.org/x|{code|door} was} {link ../x|open}, {em|so {em|they} say}.
table g1: *Year | *Who | *Note
table g1: 1897 | {em|Jens} | He built. He stayed.
table g1: 1911 | Marta
code: run --fast\nstop
`)
	s, err := Build(doc, espeak) // with an announcement, which the document does not hold
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.Chapters {
		for _, u := range c.Utterances {
			checkSetting(t, &u)
			line := u.Text
			for _, x := range u.Spans {
				line += fmt.Sprintf(" [%d %q%s]", x.Kind-document.Link, u.Text[x.Lo:x.Hi], x.Address)
			}
			for _, x := range u.Cells {
				line += fmt.Sprintf(" <%d %v %q>", x.Column, x.Header, u.Text[x.Lo:x.Hi])
			}
			if u.Headings != nil {
				line += fmt.Sprintf(" %q", u.Headings)
			}
			if u.Instead != "" {
				line += fmt.Sprintf(" for %q", u.Instead)
			}
			got = append(got, line)
		}
	}
	want := []string{
		`Notes`,
		`It was late. [1 "was late."] [2 "late."]`,
		`Nobody came. [1 "Nobody came"] [2 "Nobody"]`,
		`The door was open, so they say. [0 "door was"https://example.org/x] [3 "door"] [1 "so they say"]`,
		`1897 · Jens [1 "Jens"] <0 false "1897"> <1 false "Jens"> ["Year" "Who" "Note"]`,
		`He built. <2 false "He built.">`,
		`He stayed. <2 false "He stayed.">`,
		`1911 · Marta <0 false "1911"> <1 false "Marta">`,
		`Program code, 2 lines. for "run --fast\nstop"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestTables: the rows of column headings are shown above the first row below
// them, a table that is announced with all of its rows, and a heading that covers
// several columns is said with each of them.
func TestTables(t *testing.T) {
	doc := marked(t, "a.txt", `
title: Boats
table g1: *>>All the boats
table g1: *>{em|Boats} and places | *Year
table g1: *Name | *Mast | *From
table g1: Ann | high | 1897
table g1: *>>Rest
table g1: Bea | low | 1911
image g2: A boat
table g3: *Town | *>Boats
table g3:  | *Old | *New
table g3: Ulm | 3 | 4
`)
	show := func(rows []Row) string {
		var cells []string
		for _, r := range rows {
			for _, c := range r.Cells {
				cells = append(cells, fmt.Sprintf("%d+%d %v %s", c.Column, c.Width(), c.Header, r.Text[c.Lo:c.Hi]))
			}
			cells = append(cells, fmt.Sprint(len(r.Spans)))
		}
		return strings.Join(cells, "|")
	}
	read := espeak
	read.Blocks.Tables = TreatRead
	announced := espeak
	announced.Blocks.Tables = TreatAnnounce
	for _, c := range []struct {
		o    Options
		want []string
	}{
		{read, []string{
			"Boats", "All the boats",
			"Boats and places Name: Ann; Boats and places Mast: high; Year From: eighteen ninety-seven < 0+2 true Boats and places|2+1 true Year|1|0+1 true Name|1+1 true Mast|2+1 true From|0",
			"Rest",
			"Boats and places Name: Bea; Boats and places Mast: low; Year From: nineteen eleven",
			"Image: A boat",
			"Town: Ulm; Boats Old: 3; Boats New: 4 < 0+1 true Town|1+2 true Boats|0|1+1 true Old|2+1 true New|0",
		}},
		{announced, []string{
			"Boats",
			"Table, 4 rows, 3 columns. > 0+3 true All the boats|0|0+2 true Boats and places|2+1 true Year|1|0+1 true Name|1+1 true Mast|2+1 true From|0|0+1 false Ann|1+1 false high|2+1 false 1897|0|0+3 true Rest|0|0+1 false Bea|1+1 false low|2+1 false 1911|0",
			"Image: A boat",
			"Table, one row, 3 columns. > 0+1 true Town|1+2 true Boats|0|1+1 true Old|2+1 true New|0|0+1 false Ulm|1+1 false 3|2+1 false 4|0",
		}},
	} {
		s, err := Build(doc, c.o)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range s.Chapters[0].Utterances {
			line := u.Spoken
			if u.Head != nil {
				line += " < " + show(u.Head)
			}
			if u.Rows != nil {
				line += " > " + show(u.Rows)
			}
			got = append(got, line)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestItems: what is said stands in the items of its block, notes and
// announcements where they are said.
func TestItems(t *testing.T) {
	doc := marked(t, "a.txt", `
title: List
list-item i=1: First{ref 1}. More.
list-item i=1.2: Inner.
code i=1.2: a\nb
paragraph i=1 q: Said.
list-item i=3: Last{ref 2}.
footnote n1: A note.
footnote n2: Another note.
paragraph: End.
`)
	for _, c := range []struct {
		notes Treatment
		want  string
	}{
		{TreatInline, "[] List|[1] First.|[1] A note.|[1] More.|[1 2] Inner.|[1 2] Program code, 2 lines.|[1] Quote.|[1] Said.|[1] End of quote.|[3] Last.|[3] Another note.|[] End."},
		{TreatEnd, "[] List|[1] First.|[1] More.|[1 2] Inner.|[1 2] Program code, 2 lines.|[1] Quote.|[1] Said.|[1] End of quote.|[3] Last.|[] End.|[] A note.|[] Another note."},
		{TreatAnnounce, "[] List|[1] First.|[1] Footnote 1.|[1] More.|[1 2] Inner.|[1 2] Program code, 2 lines.|[1] Quote.|[1] Said.|[1] End of quote.|[3] Last.|[3] Footnote 2.|[] End."},
	} {
		o := espeak
		o.Blocks.Footnotes, o.Blocks.Quotes = c.notes, TreatAnnounce
		var got []string
		s, err := Build(doc, o) // with announcements, which the document does not hold
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range s.Chapters[0].Utterances {
			got = append(got, fmt.Sprint(u.Items, " ", u.Text))
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.notes, g, c.want)
		}
	}
}

// TestSettingIsBounded: markup that lies in itself a thousand times is one span
// for each sentence.
func TestSettingIsBounded(t *testing.T) {
	block := document.Block{Text: strings.Repeat("A word. ", 500)}
	for range 1000 {
		block.Spans = append(block.Spans, document.Span{Kind: document.Emphasis, Hi: len(block.Text) - 1})
	}
	block.Anchors = []document.Anchor{{}}
	s := build(t, &document.Document{Source: "a", Title: "A", Blocks: []document.Block{block}}, espeak)
	for _, u := range s.Chapters[0].Utterances {
		if len(u.Spans) != 1 {
			t.Fatalf("%q has %d spans", u.Text, len(u.Spans))
		}
	}
}
