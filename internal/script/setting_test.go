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
