package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/voices"
)

var embedded = func() *voices.Set {
	s, err := voices.Load()
	if err != nil {
		panic(err)
	}
	return s
}()

var espeak = Options{Voices: embedded, Backend: "espeak"}

// article makes a document of blocks written one a line: "# " is a title,
// "= " a heading, "== " one of level 2, "***" a break, anything else a paragraph.
func article(source string, lines ...string) *document.Document {
	doc := &document.Document{Source: source}
	var offset int64
	for i, line := range lines {
		b := document.Block{Text: line}
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			b.Kind, b.Text = document.Title, rest
		}
		for level, mark := range []string{"= ", "== ", "=== "} {
			if rest, ok := strings.CutPrefix(line, mark); ok {
				b.Kind, b.Level, b.Text = document.Heading, level+1, rest
			}
		}
		if line == "***" {
			b.Kind = document.Break
		}
		b.Anchors = []document.Anchor{{Pos: document.Pos{File: source, Offset: offset, Line: i + 1, Col: 1}}}
		offset += int64(len(line)) + 2
		doc.Blocks = append(doc.Blocks, b)
	}
	return doc
}

func build(t testing.TB, doc *document.Document, opts Options) *Script {
	t.Helper()
	s, err := Build(doc, opts)
	if err != nil {
		t.Fatal(err)
	}
	checkScript(t, doc, s)
	return s
}

// checkScript holds what is true of every script.
func checkScript(t testing.TB, doc *document.Document, s *Script) {
	t.Helper()
	said := map[rune]int{}
	count := func(text string, n int) {
		for _, r := range text {
			if unicode.IsLetter(r) || unicode.IsNumber(r) {
				said[r] += n
			}
		}
	}
	for i := range s.Chapters {
		if len(s.Chapters[i].Utterances) == 0 || s.Chapters[i].Title == "" {
			t.Errorf("empty chapter %q", s.Chapters[i].Title)
		}
		for j := range s.Chapters[i].Utterances {
			u := &s.Chapters[i].Utterances[j]
			count(u.Text, 1)
			checkUtterance(t, u)
		}
	}
	for _, skip := range s.Skipped {
		count(skip.Text, 1)
		if skip.Reason == "" {
			t.Errorf("%q is skipped without a reason", skip.Text)
		}
	}
	for _, b := range doc.Blocks {
		count(b.Text, -1)
	}
	for _, d := range doc.Dropped {
		count(d.Text, -1)
	}
	for r, n := range said {
		if n != 0 {
			t.Errorf("%q: %+d", r, n)
		}
	}
}

func checkUtterance(t errorer, u *Utterance) {
	t.Helper()
	if got := applyEdits(t, u.Text, u.Spoken, u.Edits); got != u.Spoken {
		t.Errorf("the edits of %q give %q, not %q", u.Text, got, u.Spoken)
	}
	if !hasSound(u.Spoken) || !utf8.ValidString(u.Spoken) {
		t.Errorf("%q is spoken as %q", u.Text, u.Spoken)
	}
	if u.Voice == nil || u.Lang == "" || u.After < 0 || u.Before < 0 {
		t.Errorf("%+v", u)
	}
	checkSetting(t, u)
	for at := range u.Spoken {
		lo, hi := u.TextRange(at, len(u.Spoken))
		if lo < 0 || lo > hi || hi > len(u.Text) {
			t.Errorf("TextRange(%d, end) of %q as %q is %d, %d", at, u.Text, u.Spoken, lo, hi)
		}
	}
}

// checkSetting: spans nest, none lies in another of its kind, and cells follow
// each other.
func checkSetting(t errorer, u *Utterance) {
	t.Helper()
	var around []Span
	last := 0
	for _, s := range u.Spans {
		for len(around) > 0 && around[len(around)-1].Hi <= s.Lo {
			around = around[:len(around)-1]
		}
		if s.Lo < last || s.Hi <= s.Lo || s.Hi > len(u.Text) || !utf8.ValidString(u.Text[s.Lo:s.Hi]) || s.Kind == document.Link && FollowedAddress(s.Address) != s.Address {
			t.Errorf("span %+v of %q", s, u.Text)
		}
		for _, x := range around {
			if x.Kind == s.Kind || s.Hi > x.Hi {
				t.Errorf("%q: %+v in %+v", u.Text, s, x)
			}
		}
		around, last = append(around, s), s.Lo
	}
	last = 0
	for _, c := range u.Cells {
		if c.Lo < last || c.Hi <= c.Lo || c.Hi > len(u.Text) {
			t.Errorf("cell %+v of %q", c, u.Text)
		}
		last = c.Hi
	}
}

// applyEdits carries the edits out on text, taking what they put in from spoken.
func applyEdits(t errorer, text, spoken string, edits []Edit) string {
	t.Helper()
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.TextLo < at || e.TextHi < e.TextLo || e.TextHi > len(text) || e.SpokenHi < e.SpokenLo || e.SpokenHi > len(spoken) {
			t.Fatalf("%q to %q: bad edits %v", text, spoken, edits)
		}
		b.WriteString(text[at:e.TextLo])
		if b.Len() != e.SpokenLo {
			t.Fatalf("%q to %q: edit %v begins at %d", text, spoken, e, b.Len())
		}
		b.WriteString(spoken[e.SpokenLo:e.SpokenHi])
		at = e.TextHi
	}
	b.WriteString(text[at:])
	return b.String()
}

// outline writes a script as "title/level: text | text".
func outline(s *Script) string {
	var b strings.Builder
	for _, c := range s.Chapters {
		fmt.Fprintf(&b, "%s/%d:", c.Title, c.Level)
		for _, u := range c.Utterances {
			fmt.Fprintf(&b, " %s |", u.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestChapters(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"no heading":                {[]string{"One here.", "Two here."}, "Harbour/0: One here. | Two here. |\n"},
		"text before a heading":     {[]string{"One here.", "= A", "Two here."}, "Harbour/0: One here. |\nA/1: A | Two here. |\n"},
		"title and text":            {[]string{"# The Pier", "One here.", "= A", "Two here."}, "Harbour/0: The Pier | One here. |\nA/1: A | Two here. |\n"},
		"title, then a heading":     {[]string{"# The Pier", "= A", "One here."}, "A/1: The Pier | A | One here. |\n"},
		"title, break, heading":     {[]string{"# The Pier", "***", "= A", "One here."}, "A/1: The Pier | A | One here. |\n"},
		"title alone":               {[]string{"# The Pier"}, "Harbour/0: The Pier |\n"},
		"an empty section":          {[]string{"= A", "= B", "One here."}, "A/1: A |\nB/1: B | One here. |\n"},
		"levels":                    {[]string{"= A", "== B", "One here.", "=== C", "Two here."}, "A/1: A |\nB/2: B | One here. |\nC/3: C | Two here. |\n"},
		"a heading of signs":        {[]string{"One here.", "= * * *", "Two here."}, "Harbour/0: One here. | Two here. |\n"},
		"a heading of two":          {[]string{"= They left.  And ca\u00adme back!", "Two here."}, "They left. And came back!/1: They left. | And ca\u00adme back! | Two here. |\n"},
		"a title in the middle":     {[]string{"One here.", "# The Pier", "Two here."}, "Harbour/0: One here. | The Pier | Two here. |\n"},
		"text between two headings": {[]string{"# The Pier", "= A", "= B"}, "A/1: The Pier | A |\nB/1: B |\n"},
	} {
		if got := outline(build(t, article("harbour.en.txt", test.lines...), espeak)); got != test.want {
			t.Errorf("%s: got\n%swant\n%s", name, got, test.want)
		}
	}
}

func TestPauses(t *testing.T) {
	p := voices.Default().Pauses
	s := build(t, article("a.en.txt",
		"# The Pier", "One is here. Two is here.", "***", "Three is here.", "= A", "Four is here.", "== B", "Five is here. Six is here.", "*", "Seven is here."), espeak)
	want := []struct{ before, after time.Duration }{
		{p.BeforeHeading, p.AfterHeading}, // title
		{0, p.Sentence},                   // one
		{0, p.Paragraph},                  // two
		{p.Break, p.Paragraph},            // three, after a scene break
		{p.Chapter, p.AfterHeading},       // A
		{0, p.Paragraph},                  // four
		{p.BeforeHeading, p.AfterHeading}, // B
		{0, p.Sentence}, {0, p.Paragraph}, // five, six
		{0, p.Paragraph}, // seven
	}
	i := 0
	for _, c := range s.Chapters {
		for _, u := range c.Utterances {
			if u.Before != want[i].before || u.After != want[i].after {
				t.Errorf("%q: before %v, after %v, want %v", u.Text, u.Before, u.After, want[i])
			}
			i++
		}
	}
	if i != len(want) {
		t.Errorf("%d utterances", i)
	}
}

func TestSkipped(t *testing.T) {
	doc := article("a.en.txt", "First. … Second!", "***", "= - - -", "—", "Last.")
	doc.Dropped = []document.Dropped{{Text: "page 7", Reason: "a running header", Pos: document.Pos{File: "a.en.txt", Offset: 20, Line: 2, Col: 3}}}
	s := build(t, doc, espeak)
	var got []string
	for _, k := range s.Skipped {
		got = append(got, fmt.Sprintf("%s %q %s", k.Pos, k.Text, k.Reason))
	}
	want := []string{
		`a.en.txt:2:1 "***" a scene break, spoken as a pause`,
		`a.en.txt:2:3 "page 7" a running header`,
		`a.en.txt:3:1 "- - -" a scene break, spoken as a pause`,
		`a.en.txt:4:1 "—" no letter or digit`,
	}
	if len(got) > 0 && strings.Contains(got[0], `:1:8 "…"`) { // whether it is a sentence of its own is not ours to say
		got = got[1:]
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNothing(t *testing.T) {
	for _, lines := range [][]string{nil, {""}, {"***"}, {"…", "= --"}, {" \u200b "}} {
		_, err := Build(article("dir/a.en.txt", lines...), espeak)
		if !errors.Is(err, ErrNothing) || !strings.HasPrefix(err.Error(), "dir/a.en.txt: ") {
			t.Errorf("%q: %v", lines, err)
		}
	}
}

func TestBuildErrors(t *testing.T) {
	bad := article("a.txt", "x\xffy")
	for _, test := range []struct {
		doc  *document.Document
		opts Options
		want string
	}{
		{bad, espeak, "a.txt:1:1: not valid UTF-8"},
		{article("a.txt", "Hi."), Options{Voices: embedded, Backend: "espeak", Lang: "german!"}, `a.txt: language: "german!" is not a BCP 47`},
		{article("a.txt", "Hi."), Options{Voices: embedded, Backend: "espeak", Lang: "la"}, `a.txt: no such voice: no profile for the language "la"`},
		{article("a.txt", "今日はとても天気が良いです。"), espeak, `no profile for the language "ja" with espeak; name one`},
		{article("a.txt", "ثلاثة صيادين"), espeak, `no profile for the language "ar"`},
		{article("a.txt", "Hi."), Options{Voices: embedded, Backend: "none"}, "with none"},
	} {
		if _, err := Build(test.doc, test.opts); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}

func TestCasting(t *testing.T) {
	doc := article("a.de.txt", "Der Hafen ist leer.", "The harbour is empty.", "Portus vacuus est.", "Ille portus.", "Le port est vide.")
	doc.Blocks[1].Lang, doc.Blocks[2].Lang, doc.Blocks[3].Lang, doc.Blocks[4].Lang = "en-GB", "la", "la", "???"
	s := build(t, doc, espeak)
	var got []string
	for _, u := range s.Chapters[0].Utterances {
		got = append(got, u.Lang+"="+u.Voice.Name)
	}
	if want := "de=de en-GB=en-GB la=de la=de de=de"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(s.Warnings) != 2 || !strings.HasPrefix(s.Warnings[0], `a.de.txt:3:1: no such voice: no profile for the language "la"`) ||
		!strings.HasPrefix(s.Warnings[1], `a.de.txt:5:1: the language "???" is not`) {
		t.Errorf("warnings: %q", s.Warnings)
	}
	opts := espeak
	opts.Lang = "fr"
	for _, u := range build(t, doc, opts).Chapters[0].Utterances {
		if u.Lang != "fr" || u.Voice.Name != "fr" {
			t.Errorf("with --lang: %s, %s", u.Lang, u.Voice.Name)
		}
	}
	opts = espeak
	var err error
	if opts.Voice, err = voices.Direct("other:x"); err != nil {
		t.Fatal(err)
	}
	for i, u := range build(t, doc, opts).Chapters[0].Utterances {
		if u.Voice != opts.Voice || i == 1 && u.Lang != "en-GB" {
			t.Errorf("with --voice: %s, %s", u.Lang, u.Voice.Name)
		}
	}
}

func TestDivided(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("the gulls came back, ", 40)) + " and left."
	voice := *voicesFind(t, "en-US")
	voice.Lexicon = []voices.Entry{{Word: "gulls", Say: "large white birds of the sea"}, {Word: "monster", Say: strings.Repeat("very ", 30) + "long"}}
	for _, limit := range []int{0, 1000, 200, 80, 40} {
		opts := Options{Voices: embedded, Voice: &voice, MaxText: atMost(limit)}
		s := build(t, article("a.txt", long+" Then it was quiet."), opts)
		said := s.Chapters[0].Utterances
		clauses := 0
		for i, u := range said {
			if limit > 0 && utf8.RuneCountInString(u.Spoken) > limit {
				t.Errorf("limit %d: %q", limit, u.Spoken)
			}
			want := time.Duration(0) // where only a word ends, the voice goes on
			if strings.HasSuffix(u.Text, ",") {
				want = voice.Pauses.Clause
			}
			if i < len(said)-2 {
				clauses++
				if u.After != want {
					t.Errorf("limit %d: %v after %q", limit, u.After, u.Text)
				}
			}
		}
		if said[len(said)-2].After != voice.Pauses.Sentence {
			t.Errorf("limit %d: %v after the sentence", limit, said[len(said)-2].After)
		}
		if (clauses > 0) != (limit > 0) {
			t.Errorf("limit %d: %d clauses", limit, clauses)
		}
	}
	// A word whose pronunciation alone is too long is not cut to pieces.
	opts := Options{Voices: embedded, Voice: &voice, MaxText: atMost(50)}
	var tooLong []string
	for _, u := range build(t, article("a.txt", "He saw a monster there and told all the people of the town about it."), opts).Chapters[0].Utterances {
		if utf8.RuneCountInString(u.Spoken) > 50 {
			tooLong = append(tooLong, u.Text)
		}
	}
	if len(tooLong) != 1 || !strings.Contains(tooLong[0], "monster") {
		t.Errorf("too long: %q", tooLong)
	}
}

// TestMaxTextOfTheVoice: a sentence is divided for the engine that speaks it.
func TestMaxTextOfTheVoice(t *testing.T) {
	short, long := *voicesFind(t, "de"), *voicesFind(t, "en-US")
	doc := article("a.txt", "Anna: One, two, three, four and five.", "Ben: One, two, three, four and five.")
	s := build(t, doc, Options{
		Voices: embedded, Voice: &long, Cast: map[string]*voices.Voice{"anna": &short, "ben": &long},
		MaxText: func(v *voices.Voice) int {
			if v == &short {
				return 20
			}
			return 0
		},
	})
	parts := map[*voices.Voice]int{}
	for _, u := range s.Chapters[0].Utterances {
		parts[u.Voice]++
	}
	if parts[&short] < 2 || parts[&long] != 1 {
		t.Errorf("%d and %d parts", parts[&short], parts[&long])
	}
}

// atMost is the MaxText of every voice.
func atMost(n int) func(*voices.Voice) int { return func(*voices.Voice) int { return n } }

func voicesFind(t testing.TB, name string) *voices.Voice {
	t.Helper()
	v, err := embedded.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPositions(t *testing.T) {
	text := "Größe zählt. Über allem: ein Schiff. Ende gut."
	at := func(off int, line, col int) document.Anchor {
		return document.Anchor{Text: off, Pos: document.Pos{File: "a", Offset: int64(off + 100*line), Line: line, Col: col}}
	}
	for _, anchors := range [][]document.Anchor{nil, {at(0, 1, 1)}, {at(0, 1, 1), at(8, 2, 1), at(15, 3, 5), at(40, 9, 2)}} {
		block := &document.Block{Text: text, Anchors: anchors}
		c := cursor{block: block}
		for off := range text {
			if got, want := c.to(off), block.PosAt(off); got != want {
				t.Errorf("%d: %+v, want %+v", off, got, want)
			}
		}
	}
	s := build(t, article("b.de.txt", "Größe zählt. Über allem steht ein Schiff."), espeak)
	for _, u := range s.Chapters[0].Utterances {
		want := strings.Index("Größe zählt. Über allem steht ein Schiff.", u.Text)
		if u.Pos.Offset != int64(want) || u.Pos.Line != 1 {
			t.Errorf("%q at %+v", u.Text, u.Pos)
		}
	}
}

func FuzzBuild(f *testing.F) {
	f.Add("The Pier", "One is here. Two, three; four!", "***", 20)
	f.Add("z. B.", "a\u00ad\u200b b\x00c", "…", 1)
	f.Add("", "北京很大。上海也很大。", "1.", 3)
	f.Add("a\n\nb", strings.Repeat("x", 300), "\u0308\u0308", 7)
	voice := *voicesFind(f, "de")
	voice.Lexicon = []voices.Entry{{Word: "a", Say: "eine lange Aussprache"}, {Word: "z. B.", Say: "zum Beispiel"}, {Word: "北京", Say: "Peking"}, {Word: "x y", Say: "z"}}
	f.Fuzz(func(t *testing.T, title, one, two string, limit int) {
		doc := article("a.txt", "# "+title, one, "= "+two, one+two)
		s, err := Build(doc, Options{Voices: embedded, Voice: &voice, MaxText: atMost(limit % 1000)})
		switch {
		case err == nil:
			checkScript(t, doc, s)
		case !errors.Is(err, ErrNothing) && utf8.ValidString(title+"="+one+"="+two):
			t.Fatal(err)
		}
	})
}
