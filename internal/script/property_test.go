package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"narrate/internal/document"
	"narrate/voices"
)

// errorer is a test, or one try of a property.
type errorer interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

// checkBuilt holds what is true of every script of a document with markup.
func checkBuilt(t errorer, doc *document.Document, s *Script) {
	t.Helper()
	var where strings.Builder // all that is said or listed
	for i := range s.Chapters {
		c := &s.Chapters[i]
		if len(c.Utterances) == 0 || c.Title == "" || c.Number < 1 || i > 0 && c.Number <= s.Chapters[i-1].Number {
			t.Errorf("chapter %d %q with %d utterances", c.Number, c.Title, len(c.Utterances))
		}
		for j := range c.Utterances {
			u := &c.Utterances[j]
			checkUtterance(t, u)
			checkPlaces(t, u)
			where.WriteString(u.Text + "\n")
		}
	}
	for _, k := range s.Skipped {
		if k.Reason == "" || k.Text == "" {
			t.Errorf("skipped %+v", k)
		}
		where.WriteString(k.Text + "\n")
	}
	have := map[rune]int{}
	for _, r := range where.String() {
		have[r]++
	}
	for i := range doc.Blocks {
		for _, r := range doc.Blocks[i].Text {
			have[r]--
		}
	}
	for r, n := range have {
		if n < 0 && (unicode.IsLetter(r) || unicode.IsNumber(r)) {
			t.Errorf("%q is lost %d times", r, -n)
		}
	}
}

// checkPlaces holds what is true of an utterance's phonemes, marks and words.
func checkPlaces(t errorer, u *Utterance) {
	t.Helper()
	at := 0
	for _, p := range u.Phonemes {
		if p.Lo < at || p.Hi <= p.Lo || p.Hi > len(u.Spoken) || p.IPA == "" {
			t.Errorf("%q: phonemes %v", u.Spoken, u.Phonemes)
		}
		at = p.Hi
	}
	at = 0
	for _, m := range u.Marks {
		if m.Text < at || m.Text > len(u.Text) {
			t.Errorf("%q: marks %v", u.Text, u.Marks)
		}
		at = m.Text
	}
	lo, hi := 0, 0
	for i := range u.Spoken {
		a, b := u.TextRange(i, i+1)
		if a < lo || b < hi || a > b {
			t.Errorf("%q as %q: TextRange goes back at %d", u.Text, u.Spoken, i)
		}
		lo, hi = a, b
	}
}

// scribe makes random documents in which each word stands once.
type scribe struct {
	t     *rapid.T
	words int
	spans []document.Span
	text  strings.Builder
}

func (w *scribe) word() string {
	n := w.words
	w.words++
	return "Q" + string(rune('a'+n/676%26)) + string(rune('a'+n/26%26)) + string(rune('a'+n%26)) + "z"
}

func (w *scribe) pick(n int, label string) int { return rapid.IntRange(0, n-1).Draw(w.t, label) }

// phrase writes words, signs, spans and points.
func (w *scribe) phrase(depth int, between string) {
	for range 1 + w.pick(4, "pieces") {
		switch kind := w.pick(14, "piece"); {
		case kind < 6 || depth > 3:
			w.text.WriteString(w.word() + []string{" ", " ", ". ", ", ", "? ", ": „", "“ ", between}[w.pick(8, "sign")])
		case kind < 7:
			w.text.WriteString([]string{"3. Mai ", "5 km ", "— ", "… ", "WLAN "}[w.pick(5, "extra")])
		case kind < 9:
			s := document.Span{Kind: document.LineBreak + document.SpanKind(w.pick(5, "point")), Lo: w.text.Len(), Hi: w.text.Len()}
			s.Pause, s.Note, s.Value = time.Duration(w.pick(3, "pause"))*time.Second, 1+w.pick(4, "ref"), fmt.Sprint("m", w.pick(9, "mark"))
			w.spans = append(w.spans, s)
		default:
			s := document.Span{Kind: document.SpanKind(w.pick(int(document.LineBreak), "span")), Lo: w.text.Len()}
			switch s.Kind {
			case document.Generated:
				continue
			case document.Foreign:
				s.Value = []string{"fr", "en-GB", "la", "??", "de"}[w.pick(5, "lang")]
			case document.Link:
				s.Value = []string{"https://www.ort.example/x", "mailto:wer@ort.example", "#da", ""}[w.pick(4, "link")]
			case document.Voice:
				s.Value = []string{"anna", "en-GB", "niemand"}[w.pick(3, "voice")]
			case document.Prosody:
				s.Rate, s.Pitch, s.Volume = float64(w.pick(4, "rate")), 1, 0
			default:
				s.Value = []string{"statt dessen", "— ", "", "a. B. c"}[w.pick(4, "value")]
			}
			i := len(w.spans)
			w.spans = append(w.spans, s)
			w.phrase(depth+1, between)
			w.spans[i].Hi = w.text.Len()
		}
	}
}

// block makes a block.
func (w *scribe) block(i int) document.Block {
	b := document.Block{
		Kind: document.Kind(w.pick(int(document.Caption)+4, "kind")), Lang: []string{"", "", "", "fr", "la"}[w.pick(5, "block lang")],
		Quoted: w.pick(4, "quoted") == 0, Aside: w.pick(4, "aside") == 0,
	}
	if b.Kind > document.Caption { // several rows make a table
		b.Kind = document.Table
	}
	w.text.Reset()
	w.spans = nil
	switch b.Kind {
	case document.Heading:
		b.Level = 1 + w.pick(3, "level")
	case document.Footnote:
		b.Note = 1 + w.pick(4, "note")
	}
	if b.Kind == document.Table || b.Kind == document.Image || b.Kind == document.Caption || b.Kind == document.Code {
		b.Group = w.pick(2, "group")
	}
	switch {
	case b.Kind == document.Break:
		w.text.WriteString("***")
	case b.Kind == document.Table:
		header := w.pick(3, "header row") == 0
		for column := range 1 + w.pick(4, "cells") {
			if column > 0 {
				lo := w.text.Len()
				w.text.WriteString(" · ")
				w.spans = append(w.spans, document.Span{Kind: document.Generated, Lo: lo + 1, Hi: lo + 3})
			}
			lo := w.text.Len()
			w.phrase(1, "")
			b.Cells = append(b.Cells, document.Cell{Lo: lo, Hi: w.text.Len(), Column: column, Header: header || column == 0 && w.pick(2, "row header") == 0})
		}
	case b.Kind == document.ListItem && w.pick(2, "numbered") == 0:
		w.text.WriteString("7. ")
		w.spans = append(w.spans, document.Span{Kind: document.Generated, Hi: 2})
		w.phrase(0, "")
	default:
		w.text.WriteString([]string{"", "", "", "[voice: anna] ", "[voice: niemand] ", "[/voice]", "Anna: "}[w.pick(7, "tag")])
		w.phrase(0, map[bool]string{true: "\n"}[b.Kind == document.Code])
	}
	b.Text, b.Spans = w.text.String(), w.spans
	b.Anchors = []document.Anchor{{Pos: document.Pos{File: "a.de.md", Offset: int64(1000 * i), Line: i + 1, Col: 1}}}
	return b
}

// TestProperties builds random documents under random policies: each word is
// spoken or listed, once; what is announced is what the policy has announced.
func TestProperties(t *testing.T) {
	anna := *voicesFind(t, "de")
	anna.Name, anna.Lexicon = "anna", []voices.Entry{{Word: "WLAN", Say: "Weh-Lan"}}
	rapid.Check(t, func(t *rapid.T) {
		w := &scribe{t: t}
		doc := &document.Document{Source: "a.de.md", Lang: "de"}
		for i := range 1 + w.pick(12, "blocks") {
			doc.Blocks = append(doc.Blocks, w.block(i))
		}
		opts := Options{Voices: embedded, Backend: "espeak", Cast: map[string]*voices.Voice{"anna": &anna}, Phrases: w.pick(2, "phrases") == 0}
		opts.MaxText = atMost([]int{0, 0, 80, 20}[w.pick(4, "max text")])
		if w.pick(3, "quotes") == 0 {
			opts.Quotes = &anna
		}
		announced := map[string]bool{}
		for _, e := range opts.Blocks.elements() {
			*e.value = e.allowed[w.pick(len(e.allowed), e.name)]
			announced[e.name] = *e.value == TreatAnnounce
		}
		if w.pick(4, "contents") == 0 {
			doc.Chapters = []document.ChapterStart{{Block: w.pick(5, "start"), Title: "X", Level: 1}, {Block: 4 + w.pick(5, "start"), Title: "Y", Level: 2}}
		}
		s, err := Build(doc, opts)
		if errors.Is(err, ErrNothing) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		checkBuilt(t, doc, s)
		var all strings.Builder
		for _, c := range s.Chapters {
			for _, u := range c.Utterances {
				all.WriteString(u.Text)
				for name, starts := range map[string][]string{
					"code": {"Programmcode,"}, "tables": {"Tabelle,"}, "images": {"Bild"}, "footnotes": {"Fußnote"},
					"quotes": {"Zitat.", "Ende des Zitats."}, "asides": {"Kasten.", "Ende des Kastens."},
				} {
					if !announced[name] && slices.ContainsFunc(starts, func(p string) bool { return strings.HasPrefix(u.Text, p) }) {
						t.Errorf("%s: %q is announced", name, u.Text)
					}
				}
				if strings.Contains(u.Spoken, "Link") && !announced["links"] {
					t.Errorf("a link is announced: %q", u.Spoken)
				}
			}
		}
		for _, k := range s.Skipped {
			all.WriteString(k.Text)
		}
		words := (&scribe{})
		for range w.words {
			if word := words.word(); strings.Count(all.String(), word) != 1 {
				t.Errorf("%q is there %d times", word, strings.Count(all.String(), word))
			}
		}
		if t.Failed() {
			t.Logf("%+v\n%s", doc.Blocks, dump(s))
		}
	})
}
