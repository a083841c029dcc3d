package page_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/page"
	"narrate/internal/output/plain"
	"narrate/internal/script"
)

type ctx = context.Context

// named is the format with a sound beside it, as the command has it.
type named struct{ page.Format }

func (f named) Write(ctx ctx, dst io.WriteSeeker, e output.Edition) error {
	e.SoundFile = "ton & \"so\" #1:ü.mp3"
	return f.Format.Write(ctx, dst, e)
}

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return named{} }, outputtest.Options{Check: check})
}

// TestSingleConformance holds sound that takes no time to encode.
func TestSingleConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return page.Single{Audio: wav.Format{}} }, outputtest.Options{})
}

// TestSingle: the page holds the very file that its format of sound writes,
// without the pictures that the page has itself.
func TestSingle(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 3, Words: true, Metadata: outputtest.Metadata(t)})
	path := filepath.Join(t.TempDir(), "a.html")
	if err := output.WriteFile(t.Context(), path, page.Single{Audio: mp3.Format{}}, e); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
	html, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(html), `src="data:audio/mpeg;base64,`)
	coded, _, _ := strings.Cut(rest, `"`)
	got, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		t.Fatal(err)
	}
	e.Metadata.Cover, e.Metadata.Chapters = nil, nil
	if want := outputtest.Write(t, mp3.Format{}, e); !bytes.Equal(got, want) {
		t.Errorf("the page holds %d bytes of sound, want %d", len(got), len(want))
	}
}

// read is what an independent reader finds in a page.
type read struct {
	Faults, Chapters, URLs []string
	Title, Lang, Policy    string
	Sentences              []sentence
	Data                   struct {
		Title    string
		Length   int64
		Chapters []int64
		Times    []int64
	}
}

type sentence struct {
	Block, Text, Lang string
	Words             []string
}

func readPage(t *testing.T, path string) (got read) {
	t.Helper()
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../test/node/page.mjs", path), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// check reads the page with a parser that follows the HTML standard. It needs
// "npm ci" in test/node.
func check(t *testing.T, path string, e output.Edition) {
	got := readPage(t, path)
	for _, fault := range got.Faults {
		t.Error(fault)
	}
	line := e.Timeline
	if want := plain.Line(line.Title); want != "" && got.Title != want {
		t.Errorf("title %q, want %q", got.Title, want)
	}
	if len(got.Chapters) != len(line.Chapters) || len(got.Data.Chapters) != len(line.Chapters) {
		t.Errorf("%d sections and %d starts for %d chapters", len(got.Chapters), len(got.Data.Chapters), len(line.Chapters))
	}
	if got.Lang != line.Lang {
		t.Errorf("language %q", got.Lang)
	}
	if n := line.Rate.Milliseconds(line.Frames); got.Data.Length != n {
		t.Errorf("%d ms, want %d", got.Data.Length, n)
	}
	for _, url := range got.URLs {
		if !strings.HasPrefix(url, "a ") && !strings.HasPrefix(url, "link ") && !strings.Contains(url, " data:") && url != "audio ./ton%20&%20%22so%22%20%231:%C3%BC.mp3" {
			t.Errorf("the page asks for %s", url)
		}
	}
	if n := line.Cues(); len(got.Sentences) != n {
		t.Fatalf("%d sentences, want %d", len(got.Sentences), n)
	}
	times, start, k := got.Data.Times, int64(0), 0
	take := func() int64 {
		if len(times) == 0 {
			t.Fatal("the times end early")
		}
		v := times[0]
		times = times[1:]
		return v
	}
	for i := range line.Chapters {
		for j := range line.Chapters[i].Cues {
			c, s := &line.Chapters[i].Cues[j], got.Sentences[k]
			k++
			if want := set(c.Utterance, c.Utterance.Text); visible(s.Text) != want {
				t.Errorf("sentence %d: %q, want %q", k, visible(s.Text), want)
			}
			if want := c.Utterance.Lang; want != line.Lang && s.Lang != want || want == line.Lang && s.Lang != "" {
				t.Errorf("sentence %d in %q, want %q", k, s.Lang, want)
			}
			if heading := strings.HasPrefix(s.Block, "h"); heading != (c.Utterance.Kind == document.Heading) {
				t.Errorf("sentence %d, a %s, stands in a %s", k, c.Utterance.Kind, s.Block)
			}
			start += take()
			end, n := start+take(), take()
			if start != line.Rate.Milliseconds(c.Span.Start) || end != line.Rate.Milliseconds(c.Span.End) {
				t.Errorf("sentence %d at %d-%d ms", k, start, end)
			}
			if int(n) != len(c.Words) || len(s.Words) != len(c.Words) {
				t.Fatalf("sentence %d: %d words with %d times, want %d", k, len(s.Words), n, len(c.Words))
			}
			at := start
			for w, word := range c.Words {
				at += take()
				if at != line.Rate.Milliseconds(word.Span.Start) {
					t.Errorf("sentence %d, word %d at %d ms", k, w, at)
				}
				if want := set(c.Utterance, c.Utterance.Text[word.Lo:word.Hi]); visible(s.Words[w]) != want {
					t.Errorf("sentence %d, word %d: %q, want %q", k, w, s.Words[w], want)
				}
			}
		}
	}
	if len(times) > 0 {
		t.Errorf("%d times more", len(times))
	}
}

// set is a part of an utterance's text as it is set: without the signs between
// cells.
func set(u *script.Utterance, text string) string {
	if u.Cells != nil {
		text = strings.ReplaceAll(text, "\u00B7", "")
	}
	return visible(text)
}

// visible is text without white space and what HTML forbids.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' || unicode.Is(unicode.Noncharacter_Code_Point, r) {
			return -1
		}
		return r
	}, s)
}

func TestSilent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.html")
	err := output.WriteFile(t.Context(), path, page.Format{}, outputtest.Edition(t, outputtest.Spec{}))
	if err == nil || !strings.Contains(err.Error(), "--format mp3,page") {
		t.Errorf("a page without sound: %v", err)
	}
}

// TestBlocks: each kind of block has its element, items and quotes stand
// together, and no rank of heading is left out.
func TestBlocks(t *testing.T) {
	kinds := []document.Kind{
		document.Paragraph, document.Title, document.Paragraph, document.ListItem, document.ListItem, document.ListItem, document.Quote, document.Quote,
		document.Code, document.Code, document.Table, document.Image, document.Caption, document.Footnote, document.Break,
		document.Heading, document.Kind(99),
	}
	texts := make([]string, len(kinds))
	for i := range texts {
		texts[i] = "Satz."
	}
	texts[4], texts[8], texts[13] = "2. Satz.", "if a {\n\tb\n}", "<i>\u3002"
	e := outputtest.Edition(t, outputtest.Spec{Cues: len(kinds), Texts: texts, Titles: []string{"Eins"}})
	for i := range kinds {
		u := e.Timeline.Chapters[0].Cues[i].Utterance
		u.Kind, u.Begins, u.Lang = kinds[i], i != 9, "de"
	}
	e.Timeline.Chapters[0].Level = 4
	html := string(outputtest.Write(t, named{}, e))
	html = html[strings.Index(html, "<main"):strings.Index(html, "</main>")]
	html = strings.NewReplacer(` dir="auto"`, "", `<span class="s">`, "<s>", "</span>", "</s>").Replace(html)
	for _, want := range []string{
		"<header>\n<p class=\"kicker\"><s>Satz.</s></p>\n<h1><s>Satz.</s></h1>\n",
		"<ul>\n<li><s>Satz.</s></li>\n</ul>\n<ol>\n<li><s>2. Satz.</s></li>\n</ol>\n<ul>\n<li><s>Satz.</s></li>\n</ul>\n" +
			"<blockquote>\n<p><s>Satz.</s></p>\n<p><s>Satz.</s></p>\n</blockquote>\n" +
			"<pre><s>if a {\n\tb\n}</s>\n<s>Satz.</s></pre>\n" +
			"<p class=\"row\"><s>Satz.</s></p>\n<p class=\"image\"><s>Satz.</s></p>\n<p class=\"caption\"><s>Satz.</s></p>\n" +
			"<p class=\"note\"><s>&lt;i&gt;\u3002</s></p>\n<p><s>Satz.</s></p>\n<h2><s>Satz.</s></h2>\n<p><s>Satz.</s></p>\n",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
}

// TestArticle: the article is set as it was written, with all words in their
// places.
func TestArticle(t *testing.T) {
	e := outputtest.Article(t)
	path := filepath.Join(t.TempDir(), "a.html")
	if err := output.WriteFile(t.Context(), path, named{}, e); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	html := string(data)
	html = html[strings.Index(html, "<section id=\"c1\""):strings.Index(html, "</main>")]
	html = strings.NewReplacer(` dir="auto"`, "", "<span>", "", `<span class="s">`, "<s>", `<span class="s more">`, "<more>", "</span>", "").Replace(html)
	const want = `<section id="c1">
<div class="chunk">
<h2><s>Die <em>Lampe</em> am Kai</h2>
<p><s>Jede Nacht <a href="https://example.org/?a&amp;b" rel="noopener noreferrer">um <strong>neun</strong> steigt</a> der <em>Wärter</em> hinauf. <s>Er trinkt <code>H<sub>2</sub>O</code>, un<em>glaub</em>lich.</p>
<p><s>Kein Skript und keine Datei.</p>
<div class="table" role="group" tabindex="0" aria-label="Tabelle"><table>
<thead>
<tr><th scope="col">Jahr &amp; Tag</th><td></td><th scope="col">Wer</th></tr>
</thead>
<tbody>
<tr><th scope="row"><s>1897</th><td></td><td><more><a href="mailto:jens@example.org" rel="noopener noreferrer">Jens</a></td><td><s>Er baute. <s>Und blieb.</td></tr>
<tr><td><s>1911</td><td><more>Marta</td></tr>
</tbody>
</table></div>
<p class="caption"><s>Quelltext, drei Zeilen.</p>
<pre dir="ltr"><code>if a {
	&lt;b&gt;
}</code></pre>
<ol>
<li><s>1. Der Docht.
<ol>
<li><s>a) schneiden</li>
<li><s>b) richten</li>
</ol>
<p><s>Dann ist er gut.</p>
<p class="caption"><s>Quelltext, eine Zeile.</p>
<pre dir="ltr"><code>x</code></pre>
</li>
<li><s>2. Das Glas
<ul>
<li><s>mit Essig
<blockquote>
<p><s>Es ist klar.</p>
</blockquote>
</li>
</ul>
</li>
</ol>
<ul>
<li>
<ul>
<li>
<ul>
<li><s>Ende</li>
</ul>
</li>
</ul>
</li>
</ul>
<p class="caption"><s>Die Lichter</p>
<div class="table" role="group" tabindex="0" aria-label="Tabelle"><table>
<thead>
<tr><th scope="col">Ort</th><th scope="col" colspan="2">Licht</th></tr>
<tr><td></td><th scope="col">weiß</th><th scope="col">rot</th></tr>
</thead>
<tbody>
<tr><th scope="row" rowspan="2"><s>Kai</th><td colspan="2"><more>3</td></tr>
<tr><td><s>4</td><td><more>5</td></tr>
</tbody>
</table></div>
<p class="caption"><s>Tabelle, zwei Zeilen.</p>
<div class="table" role="group" tabindex="0" aria-label="Tabelle"><table>
<thead>
<tr><th scope="col">Jahr</th><th scope="col" colspan="2">Schiff</th></tr>
</thead>
<tbody>
<tr><td>1911</td><td><strong>&lt;Ada&gt;</strong></td><td>Ulm</td></tr>
<tr><td>1912</td><td></td><td>Kai</td></tr>
</tbody>
</table></div>
<blockquote>
<p><s>Eine Lampe, <sup>mehr</sup> nicht.</p>
</blockquote>
</div>
</section>
</article>
`
	if html != want {
		t.Errorf("got\n%s\nwant\n%s", html, want)
	}
}

// TestWords: times of words that do not fit the text are not used.
func TestWords(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Cues: 2, Words: true, Texts: []string{"Ein Satz.", "Noch einer."}})
	cues := e.Timeline.Chapters[0].Cues
	cues[0].Words[1].Hi = 1000
	cues[1].Words = slices.Clone(cues[1].Words)
	cues[1].Words[1].Lo = 0
	path := filepath.Join(t.TempDir(), "a.html")
	if err := output.WriteFile(t.Context(), path, named{}, e); err != nil {
		t.Fatal(err)
	}
	got := readPage(t, path)
	if len(got.Faults) > 0 || len(got.Sentences[0].Words)+len(got.Sentences[1].Words) != 0 || got.Sentences[1].Text != "Noch einer." {
		t.Errorf("%+v", got)
	}
}

// TestRightToLeft: the direction of the page is its language's, that of its
// blocks their text's.
func TestRightToLeft(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Texts: []string{"\u05E9\u05DC\u05D5\u05DD."}})
	e.Timeline.Lang = "he-IL"
	if html := string(outputtest.Write(t, named{}, e)); !strings.Contains(html, `<html lang="he-IL" dir="rtl">`) || !strings.Contains(html, `<main id="text" tabindex="-1">`) {
		t.Error(html[:200])
	}
	e.Timeline.Lang = `de" onload="x`
	if html := string(outputtest.Write(t, named{}, e)); !strings.Contains(html, "<html>") {
		t.Error(html[:200])
	}
}

// TestLinks: only addresses of the web become links.
func TestLinks(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	for link, want := range map[string]bool{"https://example.org/?a&b": true, "javascript:alert(1)": false, "data:text/html,x": false} {
		e.Metadata.Link = link
		if got := strings.Contains(string(outputtest.Write(t, named{}, e)), `rel="noopener"`); got != want {
			t.Errorf("%s: %v", link, got)
		}
	}
}

var errBroken = errors.New("broken")

type broken struct{ wav.Format }

func (broken) Write(ctx, io.WriteSeeker, output.Edition) error { return errBroken }

// TestTemporary: the encoded sound lies beside the finished file and is removed,
// also after an error.
func TestTemporary(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 2})
	for _, f := range []page.Single{{Audio: mp3.Format{}}, {Audio: broken{}}} {
		dir := t.TempDir()
		t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
		err := output.WriteFile(t.Context(), filepath.Join(dir, "a.html"), f, e)
		if _, bad := f.Audio.(broken); bad != errors.Is(err, errBroken) || !bad && err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("%d files are left, %v", len(left), err)
		}
	}
}

// BenchmarkBook writes the page of a book of 20 hours: 18,000 sentences with
// 180,000 words.
func BenchmarkBook(b *testing.B) {
	e := outputtest.Edition(b, outputtest.Spec{
		Chapters: 40, Cues: 450, Words: true, Rate: 8000, Frames: func(i int) int64 { return 31000 + int64(i%9)*250 },
		Texts: []string{"Die Lampe brannte noch, als er am Morgen hinunter ging."},
	})
	for b.Loop() {
		b.SetBytes(int64(len(outputtest.Write(b, named{}, e))))
	}
}
