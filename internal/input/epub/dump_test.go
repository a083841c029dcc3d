package epub

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
)

// dump is a document as the golden files hold it: metadata, then each block
// with what is known of it, its spans by their text, and what was dropped.
func dump(doc *document.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title %q\nauthor %q\nlang %q\ndate %q\ndescription %q\n", doc.Title, doc.Author, doc.Lang, doc.Date, doc.Description)
	if doc.Cover != nil {
		fmt.Fprintf(&b, "cover %s (%d bytes)\n", doc.Cover.Name, len(doc.Cover.Data))
	}
	place := func(p document.Pos) string {
		return strings.TrimPrefix(p.String(), doc.Source+"/")
	}
	next := 0
	for i := range doc.Blocks {
		for ; next < len(doc.Chapters) && doc.Chapters[next].Block == i; next++ {
			fmt.Fprintf(&b, "\n== chapter, level %d: %s\n", doc.Chapters[next].Level, doc.Chapters[next].Title)
		}
		bl := &doc.Blocks[i]
		fmt.Fprintf(&b, "%s %s", place(bl.Pos()), bl.Kind)
		if bl.Level > 0 {
			fmt.Fprint(&b, bl.Level)
		}
		for _, f := range []struct {
			on   bool
			text string
		}{
			{bl.Lang != "", " [" + bl.Lang + "]"},
			{bl.Group > 0, fmt.Sprintf(" group %d", bl.Group)},
			{bl.Note > 0, fmt.Sprintf(" note %d", bl.Note)},
			{bl.Quoted, " quoted"},
			{bl.Aside, " aside"},
		} {
			if f.on {
				b.WriteString(f.text)
			}
		}
		fmt.Fprintf(&b, " %s\n", bl.Text)
		for _, s := range bl.Spans {
			fmt.Fprintf(&b, "    span %d", s.Kind)
			switch {
			case s.Kind == document.NoteRef:
				fmt.Fprintf(&b, " note %d after %q", s.Note, tail(bl.Text[:s.Lo]))
			case s.Kind.IsPoint():
				fmt.Fprintf(&b, " after %q", tail(bl.Text[:s.Lo]))
			default:
				fmt.Fprintf(&b, " %q", bl.Text[s.Lo:s.Hi])
			}
			if s.Value != "" {
				fmt.Fprintf(&b, " = %s", s.Value)
			}
			b.WriteByte('\n')
		}
		for _, c := range bl.Cells {
			fmt.Fprintf(&b, "    cell %d %q header %v\n", c.Column, bl.Text[c.Lo:c.Hi], c.Header)
		}
	}
	b.WriteByte('\n')
	for _, d := range doc.Dropped {
		fmt.Fprintf(&b, "%s dropped %q: %s\n", place(d.Pos), d.Text, d.Reason)
	}
	for _, w := range doc.Warnings {
		fmt.Fprintf(&b, "warning %s\n", w)
	}
	return b.String()
}

// tail gives the last word of s.
func tail(s string) string { return s[strings.LastIndexByte(strings.TrimSuffix(s, " "), ' ')+1:] }

// expect checks that a dump has each of the lines that "|" parts in has, and
// not what hasNo is.
func expect(t *testing.T, got, has, hasNo string) {
	t.Helper()
	for want := range strings.SplitSeq(has, "|") {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if hasNo != "" && strings.Contains(got, hasNo) {
		t.Errorf("has %q:\n%s", hasNo, got)
	}
}
