// Package inputtest is what every input.Format promises, as tests. A format
// joins with one call of Run.
package inputtest

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/input"
)

// Suite is a format under test.
type Suite struct {
	Format input.Format

	// Samples are sources of the format with its features; Run adds hostile
	// ones.
	Samples []input.Source

	// Encode makes a source of the format out of paragraphs of plain text that
	// blank lines part. nil: that text is such a source.
	Encode func(text string) []byte

	// Texts gives the texts that the places of src's blocks are places in, by
	// the name that the places give them. nil: src's name, and what
	// input.Decode makes of it.
	Texts func(src input.Source) map[string]string

	// Visible gives the characters of those texts which a reader of the
	// article sees, so without markup, but with the alternative text of images
	// and the readings of ruby. nil: all of it.
	Visible func(texts map[string]string) string

	// Markup holds the signs that may be left out of the blocks unlisted, such
	// as bullets.
	Markup string

	// Verbatim says that each character of a block is the one that stands at
	// its place in the source (white space may differ in kind); a format with
	// escapes cannot promise that.
	Verbatim bool

	// MayRefuse says that Read may give an error for the hostile sources, as
	// a format must that has a syntax.
	MayRefuse bool
}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	if s.Encode == nil {
		s.Encode = func(text string) []byte { return []byte(text) }
	}
	if s.Texts == nil {
		s.Texts = decoded
	}
	if s.Visible == nil {
		s.Visible = all
	}
	t.Run("info", s.info)
	t.Run("detect", s.detect)
	for name, text := range map[string]string{
		"nothing":     "",
		"white space": " \t\r\n\v\f\u00a0\u2003\u3000\n\n",
		"invisible":   "\u00ad\u200b\ufeff\u2060",
	} {
		t.Run("nothing to read/"+name, func(t *testing.T) {
			doc, err := s.Format.Read(input.Source{Name: "a", Data: s.Encode(text)})
			if err == nil && len(doc.Blocks) > 0 {
				t.Errorf("%d blocks, the first %+v", len(doc.Blocks), doc.Blocks[0])
			}
		})
	}
	hostile := Hostile()
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		t.Run("hostile/"+name, func(t *testing.T) {
			s.read(t, input.Source{Name: "a", Data: s.Encode(hostile[name])}, s.MayRefuse)
		})
	}
	for _, src := range s.Samples {
		t.Run("sample/"+src.Name, func(t *testing.T) { s.read(t, src, false) })
	}
}

func decoded(src input.Source) map[string]string {
	d, err := input.Decode(src)
	if err != nil {
		return nil
	}
	return map[string]string{src.Name: d.Text}
}

func all(texts map[string]string) string {
	var b strings.Builder
	for _, text := range texts {
		b.WriteString(text)
	}
	return b.String()
}

// Hostile gives texts that a reader must survive, by what they are.
func Hostile() map[string]string {
	return map[string]string{
		"one letter":         "a",
		"one sign":           ".",
		"no line end":        "First line\n\nsecond line",
		"NUL":                "Before\x00after. \x00\n\x00\n\x00Then\x00\n\nmore.",
		"control characters": "Bell\x07, escape \x1b[31mred\x1b[0m, cut \x1b[ and \x1b, delete\x7f, C1 \u0085next \u0090end.",
		"invalid UTF-8":      "Gr\xc3\xbc\xc3\x9fe, \xc3\xa4 \xc3\xb6 \xc3\xbc \xff und \xc3\xa4\xc3",
		"not UTF-8":          "Gr\xfc\xdfe aus K\xf6ln \x84hier\x93.",
		"every line end":     "a\nb\r\nc\rd\u2028e\u2029f\fg\vh\u0085i\r\n\r\nj\n\rk",
		"white space":        "  a \t b\u00a0c\u00a0\u00a0d\u2003e \n\u3000f\u202fg  \n\n\n\n h ",
		"format characters":  "soft\u00adhyphen zero\u200bwidth join\u200der mark\u200e \ufeffinside",
		"beyond the BMP":     "𝔘𝔫𝔦 👩‍👩‍👧 🇩🇪 \U0010ffff end.",
		"combining":          strings.Repeat("a"+strings.Repeat("\u0301", 500)+" ", 5),
		"one line of 1 MB":   strings.Repeat("Ein Wort  und noch eines. ", 1<<20/26),
		"one word of 1 MB":   strings.Repeat("wörter", 1<<20/7),
		"spaces 1 MB":        "a" + strings.Repeat(" ", 1<<20) + "b",
		"20,000 short lines": strings.Repeat("Zeile\n", 20_000),
		"20,000 paragraphs":  strings.Repeat("Absatz.\n\n", 20_000),
		"20,000 blank lines": "a" + strings.Repeat("\n", 20_000) + "b",
		"only signs":         strings.Repeat("*-_~#=>.", 100) + "\n\n---\n===\n***\n> \n#\n- \n1.\n",
		"deep quotes":        strings.Repeat(">", 10_000) + " deep\n" + strings.Repeat("> ", 300) + "deeper",
		"hyphens at ends":    strings.Repeat("wort-\nteil und US-\nAmt -\nda Haupt-\nund ", 50),
	}
}

func (s Suite) info(t *testing.T) {
	i := s.Format.Info()
	if i.Name == "" || i.Description == "" {
		t.Errorf("%+v", i)
	}
	for _, e := range i.Extensions {
		if !strings.HasPrefix(e, ".") || e != strings.ToLower(e) {
			t.Errorf("extension %q", e)
		}
		if !i.Named("ARTICLE" + strings.ToUpper(e)) {
			t.Errorf("extension %q is not known in capitals", e)
		}
	}
}

func (s Suite) detect(t *testing.T) {
	for _, src := range s.Samples {
		if s.Format.Detect(src) == input.None {
			t.Errorf("does not know its own sample %s", src.Name)
		}
	}
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 100)...)
	for _, e := range append(s.Format.Info().Extensions, ".png") {
		if c := s.Format.Detect(input.Source{Name: "a" + e, Data: png}); c != input.None {
			t.Errorf("takes an image that is named a%s with confidence %d", e, c)
		}
	}
}

// read reads src twice at the same time and checks what came out.
func (s Suite) read(t *testing.T, src input.Source, mayRefuse bool) {
	t.Helper()
	data := bytes.Clone(src.Data)
	type result struct {
		doc *document.Document
		err error
	}
	other := make(chan result)
	go func() {
		doc, err := s.Format.Read(src)
		other <- result{doc, err}
	}()
	doc, err := s.Format.Read(src)
	second := <-other
	if err != nil {
		if !mayRefuse || strings.Contains(err.Error(), "\n") {
			t.Fatal(err)
		}
		return
	}
	if !reflect.DeepEqual(doc, second.doc) || second.err != nil {
		t.Error("a second reading gave something else")
	}
	if !bytes.Equal(src.Data, data) {
		t.Error("the source was changed")
	}
	if err := s.Check(doc, src); err != nil {
		t.Error(err)
	}
}

// Check checks a document that the format read from src. It is for fuzz targets
// as well.
func (s Suite) Check(doc *document.Document, src input.Source) error {
	if s.Texts == nil {
		s.Texts = decoded
	}
	if s.Visible == nil {
		s.Visible = all
	}
	texts := s.Texts(src)
	if doc.Source != src.Name {
		return fmt.Errorf("source is named %q, want %q", doc.Source, src.Name)
	}
	p := map[string]*places{}
	for name, text := range texts {
		p[name] = &places{text: text, line: 1}
	}
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		if err := block(b, s.Verbatim, p); err != nil {
			return fmt.Errorf("block %d (%s) %.80q: %w", i, b.Kind, b.Text, err)
		}
	}
	for _, d := range doc.Dropped {
		if d.Text == "" || d.Reason == "" {
			return fmt.Errorf("dropped without text or reason: %+v", d)
		}
		if err := check(p, d.Pos); err != nil {
			return fmt.Errorf("dropped %.80q: %w", d.Text, err)
		}
	}
	for i, c := range doc.Chapters {
		if c.Title == "" || c.Level < 1 || c.Block < 0 || c.Block >= len(doc.Blocks) || i > 0 && c.Block <= doc.Chapters[i-1].Block {
			return fmt.Errorf("chapter %d of %d at block %d, level %d: %q", i+1, len(doc.Chapters), c.Block, c.Level, c.Title)
		}
	}
	return account(doc, s.Visible(texts), s.Markup)
}

func block(b *document.Block, verbatim bool, p map[string]*places) error {
	switch {
	case !utf8.ValidString(b.Text):
		return fmt.Errorf("not valid UTF-8")
	case b.Text == "" && b.Kind != document.Break && b.Kind != document.Image:
		return fmt.Errorf("empty")
	case (b.Level > 0) != (b.Kind == document.Heading):
		return fmt.Errorf("level %d", b.Level)
	case len(b.Anchors) == 0 || b.Anchors[0].Text != 0:
		return fmt.Errorf("no anchor at its start")
	}
	if b.Kind != document.Code {
		if strings.TrimSpace(b.Text) != b.Text {
			return fmt.Errorf("white space at its ends")
		}
		space := false
		for _, r := range b.Text {
			is := unicode.IsSpace(r)
			if is && space || is && r != ' ' && r != '\u00a0' && r != '\u202f' {
				return fmt.Errorf("white space not collapsed")
			}
			if input.Invisible(r) {
				return fmt.Errorf("holds %U", r)
			}
			space = is
		}
	}
	for i, a := range b.Anchors {
		end := len(b.Text)
		if i+1 < len(b.Anchors) {
			end = b.Anchors[i+1].Text
			if next := b.Anchors[i+1]; next.Text <= a.Text || verbatim && next.Pos.Offset <= a.Pos.Offset || next.Pos.File == a.Pos.File && next.Pos.Offset < a.Pos.Offset {
				return fmt.Errorf("anchors not ascending: %+v, %+v", a, next)
			}
		}
		if a.Text > end || end > len(b.Text) || a.Text < len(b.Text) && !utf8.RuneStart(b.Text[a.Text]) {
			return fmt.Errorf("anchor at byte %d of %d", a.Text, len(b.Text))
		}
		if err := check(p, a.Pos); err != nil {
			return err
		}
		if !verbatim {
			continue
		}
		src := p[a.Pos.File].text[a.Pos.Offset:]
		for j, r := range b.Text[a.Text:end] {
			got, _ := utf8.DecodeRuneInString(src[min(j, len(src)):])
			if got != r && !(unicode.IsSpace(r) && (unicode.IsSpace(got) || a.Text+j+utf8.RuneLen(r) == end)) {
				return fmt.Errorf("%q at byte %d is %q in the source", r, a.Text+j, got)
			}
		}
	}
	return structure(b)
}

// structure checks a block's spans and cells.
func structure(b *document.Block) error {
	var within []document.Span
	last := 0
	for _, s := range b.Spans {
		for len(within) > 0 && within[len(within)-1].Hi <= s.Lo {
			within = within[:len(within)-1]
		}
		switch {
		case s.Lo < last || s.Hi < s.Lo || s.Hi > len(b.Text) || s.Kind.IsPoint() != (s.Lo == s.Hi):
			return fmt.Errorf("span %+v", s)
		case !boundary(b.Text, s.Lo) || !boundary(b.Text, s.Hi):
			return fmt.Errorf("span %+v cuts a character", s)
		case len(within) > 0 && s.Hi > within[len(within)-1].Hi:
			return fmt.Errorf("span %+v crosses %+v", s, within[len(within)-1])
		}
		last = s.Lo
		if !s.Kind.IsPoint() {
			within = append(within, s)
		}
	}
	if len(b.Cells) > 0 != (b.Kind == document.Table) {
		return fmt.Errorf("%d cells", len(b.Cells))
	}
	at := 0
	for i, c := range b.Cells {
		if c.Lo < at || c.Hi <= c.Lo || c.Hi > len(b.Text) || i > 0 && c.Column <= b.Cells[i-1].Column || !boundary(b.Text, c.Lo) || !boundary(b.Text, c.Hi) {
			return fmt.Errorf("cell %+v", c)
		}
		for _, n := range []int{c.Columns, c.Rows} {
			if n < 0 || n == 1 || n > document.MaxSpan {
				return fmt.Errorf("cell %+v", c)
			}
		}
		at = c.Hi
	}
	if len(b.Items) > document.MaxItems || len(b.Items) > 0 && b.Note > 0 {
		return fmt.Errorf("items %v", b.Items)
	}
	return nil
}

func boundary(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

func check(p map[string]*places, pos document.Pos) error {
	if in, ok := p[pos.File]; ok {
		return in.check(pos)
	}
	return fmt.Errorf("%s: there is no text of that name", pos)
}

// places checks the line and column of places, in ascending order at linear
// cost.
type places struct {
	text           string
	at, line, runs int // runs: characters since the line began
}

func (p *places) check(pos document.Pos) error {
	if pos.Offset < 0 || pos.Offset > int64(len(p.text)) {
		return fmt.Errorf("%s: offset %d is not in the source of %d bytes", pos, pos.Offset, len(p.text))
	}
	if int(pos.Offset) < p.at {
		p.at, p.line, p.runs = 0, 1, 0
	}
	for p.at < int(pos.Offset) {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		p.at += n
		p.runs++
		if r == '\n' || r == '\r' && !strings.HasPrefix(p.text[p.at:], "\n") {
			p.line, p.runs = p.line+1, 0
		}
	}
	if p.at != int(pos.Offset) {
		return fmt.Errorf("%s: offset %d is inside a character", pos, pos.Offset)
	}
	if pos.Line != p.line || pos.Col != p.runs+1 {
		return fmt.Errorf("offset %d is %d:%d, not %d:%d", pos.Offset, p.line, p.runs+1, pos.Line, pos.Col)
	}
	return nil
}

// account checks that the blocks and what was dropped hold each visible
// character as often as the source does. Generated text is no part of the
// source; what is said instead of a text may be.
func account(doc *document.Document, visible, markup string) error {
	count, instead := make(map[rune]int), make(map[rune]int)
	add := func(count map[rune]int, s string, by int) {
		for _, r := range s {
			if !unicode.IsSpace(r) && !input.Invisible(r) {
				count[r] += by
			}
		}
	}
	add(count, visible, 1)
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		add(count, b.Text, -1)
		for _, s := range b.Spans {
			switch s.Kind {
			case document.Generated:
				add(count, b.Text[s.Lo:s.Hi], 1)
			case document.Instead:
				add(instead, s.Value, 1)
			}
		}
	}
	for _, d := range doc.Dropped {
		add(count, d.Text, -1)
	}
	for _, r := range slices.Sorted(maps.Keys(count)) {
		switch n := count[r]; {
		case n > instead[r] && !strings.ContainsRune(markup, r):
			return fmt.Errorf("%q was lost %d times", r, n-instead[r])
		case n < 0:
			return fmt.Errorf("%q was made up %d times", r, -n)
		}
	}
	return nil
}
