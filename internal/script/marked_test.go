package script

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"narrate/internal/document"
)

var update = flag.Bool("update", false, "write the golden files anew")

// spanKinds are the words for spans in test documents.
var spanKinds = map[string]document.SpanKind{
	"lang": document.Foreign, "link": document.Link, "em": document.Emphasis, "strong": document.Strong, "code": document.CodeWords, "sup": document.Raised, "sub": document.Instead, "abbr": document.Abbr, "as": document.SayAs,
	"ipa": document.Phonemes, "alt": document.AltText, "gen": document.Generated, "voice": document.Voice, "prosody": document.Prosody,
	"br": document.LineBreak, "end": document.SentenceEnd, "pause": document.Silence, "ref": document.NoteRef, "mark": document.Mark,
}

// marked reads a document written one block a line, "kind flags: text". Flags
// are q (quoted), a (aside), g1 (group), n1 (note), l=fr (language), i=1.2 (items),
// 2 (level).
// In the text, {kind value|words} is a span and {kind value} a point; the cells
// of a row stand between " | ", headings begin with "*", and one
// more column is covered for each ">" behind it. "\n" is a new line.
func marked(t testing.TB, source, text string) *document.Document {
	t.Helper()
	doc := &document.Document{Source: source}
	offset := 0
	for number, line := range strings.Split(text, "\n") {
		start := offset
		offset += len(line) + 1
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "//") {
			continue
		}
		head, body, ok := strings.Cut(line, ": ")
		fields := strings.Fields(strings.TrimSuffix(head, ":"))
		if !ok && !strings.HasSuffix(line, ":") {
			t.Fatalf("line %q", line)
		}
		block := document.Block{Kind: -1}
		for k := document.Paragraph; k <= document.Caption; k++ {
			if k.String() == fields[0] {
				block.Kind = k
			}
		}
		if block.Kind < 0 {
			t.Fatalf("kind %q", fields[0])
		}
		for _, f := range fields[1:] {
			n, err := strconv.Atoi(strings.TrimLeft(f, "gn"))
			switch {
			case f == "q":
				block.Quoted = true
			case f == "a":
				block.Aside = true
			case strings.HasPrefix(f, "l="):
				block.Lang = f[2:]
			case strings.HasPrefix(f, "i="):
				for item := range strings.SplitSeq(f[2:], ".") {
					n, err := strconv.Atoi(item)
					if err != nil {
						t.Fatal(err)
					}
					block.Items = append(block.Items, n)
				}
			case err == nil && f[0] == 'g':
				block.Group = n
			case err == nil && f[0] == 'n':
				block.Note = n
			case err == nil:
				block.Level = n
			default:
				t.Fatalf("flag %q", f)
			}
		}
		p := markup{t: t, block: &block, pos: document.Pos{File: source, Offset: int64(start + len(line) - len(body)), Line: number + 1, Col: 1 + utf8.RuneCountInString(line) - utf8.RuneCountInString(body)}}
		if block.Kind == document.Table {
			column := 0
			for cell := range strings.SplitSeq(body, " | ") {
				if p.buf.Len() > 0 {
					p.add("{gen| · }")
				}
				words, header := strings.CutPrefix(cell, "*")
				text := strings.TrimLeft(words, ">")
				wider := len(words) - len(text)
				lo := p.buf.Len()
				p.add(text)
				if p.buf.Len() > lo {
					c := document.Cell{Lo: lo, Hi: p.buf.Len(), Column: column, Header: header}
					if wider > 0 {
						c.Columns = wider + 1
					}
					block.Cells = append(block.Cells, c)
				}
				column += wider + 1
			}
		} else {
			p.add(strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(body))
		}
		block.Text = p.buf.String()
		doc.Blocks = append(doc.Blocks, block)
	}
	return doc
}

// markup builds the text of one block.
type markup struct {
	t     testing.TB
	block *document.Block
	buf   strings.Builder
	pos   document.Pos
}

// add takes text with spans and returns what follows the span that it is in.
func (p *markup) add(text string) (rest string) {
	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			at = len(text)
		}
		if at > 0 {
			p.block.Anchors = append(p.block.Anchors, document.Anchor{Text: p.buf.Len(), Pos: p.pos})
			p.buf.WriteString(text[:at])
			p.advance(text[:at])
		}
		if at == len(text) {
			return ""
		}
		sign := text[at]
		text = text[at+1:]
		p.advance("{")
		if sign == '}' {
			return text
		}
		end := strings.IndexAny(text, "|}")
		word, value, _ := strings.Cut(text[:end], " ")
		kind, ok := spanKinds[word]
		if !ok {
			p.t.Fatalf("span %q", word)
		}
		s := document.Span{Kind: kind, Lo: p.buf.Len(), Hi: p.buf.Len(), Value: value}
		switch kind {
		case document.NoteRef:
			s.Note, _ = strconv.Atoi(value)
		case document.Silence:
			s.Pause, _ = time.ParseDuration(value)
		case document.SayAs:
			s.Value, s.Format, _ = strings.Cut(value, " ")
		case document.Prosody:
			if _, err := fmt.Sscan(value, &s.Rate, &s.Pitch, &s.Volume); err != nil {
				p.t.Fatal(err)
			}
		}
		i := len(p.block.Spans)
		p.block.Spans = append(p.block.Spans, s)
		p.advance(text[:end+1])
		closed := text[end] == '}'
		text = text[end+1:]
		if !closed {
			text = p.add(text)
			p.block.Spans[i].Hi = p.buf.Len()
		}
	}
	return ""
}

func (p *markup) advance(s string) {
	p.pos.Offset += int64(len(s))
	p.pos.Col += utf8.RuneCountInString(s)
}

// dump writes a script for people to read.
func dump(s *Script) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", s.Title, s.Lang)
	for _, c := range s.Chapters {
		fmt.Fprintf(&b, "\n%d. %s, level %d\n", c.Number, c.Title, c.Level)
		for i := range c.Utterances {
			u := &c.Utterances[i]
			fmt.Fprintf(&b, "%3d:%-3d %s %s/%s", u.Pos.Line, u.Pos.Col, u.Kind, u.Voice.Name, u.Lang)
			if u.Voice.Rate != 1 || u.Voice.Pitch != 1 || u.Voice.Volume != 1 {
				fmt.Fprintf(&b, " x%.3g,%.3g,%.3g", u.Voice.Rate, u.Voice.Pitch, u.Voice.Volume)
			}
			fmt.Fprintf(&b, " %d/%d: %s\n", u.Before.Milliseconds(), u.After.Milliseconds(), u.Text)
			if u.Spoken != u.Text {
				fmt.Fprintf(&b, "        = %s\n", u.Spoken)
			}
			for _, p := range u.Phonemes {
				fmt.Fprintf(&b, "        %q is [%s]\n", u.Spoken[p.Lo:p.Hi], p.IPA)
			}
			for _, m := range u.Marks {
				fmt.Fprintf(&b, "        mark %s at %d\n", m.Name, m.Text)
			}
		}
	}
	if len(s.Skipped) > 0 {
		b.WriteString("\nskipped\n")
	}
	for _, k := range s.Skipped {
		fmt.Fprintf(&b, "%3d:%-3d %s: %s\n", k.Pos.Line, k.Pos.Col, k.Reason, strings.ReplaceAll(k.Text, "\n", `\n`))
	}
	if len(s.Warnings) > 0 {
		b.WriteString("\nwarnings\n" + strings.Join(s.Warnings, "\n") + "\n")
	}
	return b.String()
}

// golden holds got to a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}
