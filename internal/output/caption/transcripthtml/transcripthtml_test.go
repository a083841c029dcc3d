package transcripthtml

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/captiontest"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/outputtest"
)

func TestConformance(t *testing.T) { captiontest.Run(t, Format{}, check) }

func TestGolden(t *testing.T) { captiontest.Golden(t, Format{}, captiontest.Karaoke) }

// reader prints what Python's html.parser makes of a page: its language and
// direction, its sentences with those that hold for them, its links, headings and
// names.
const reader = `
import html.parser, json, sys
VOID = {"meta"}
class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.sentences, self.links, self.texts, self.tags, self.ids = [], [], [], {}, [], []
    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        assert tag in VOID, tag
    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if "id" in attrs: self.ids.append(attrs["id"])
        self.open.append((tag, attrs))
        if tag == "a": self.links.append(attrs["href"])
        if tag == "span":
            langs = [a["lang"] for _, a in self.open if "lang" in a]
            dirs = [a["dir"] for _, a in self.open if "dir" in a]
            self.sentences.append({"text": "", "start": attrs["data-start"], "end": attrs["data-end"],
                "lang": (langs or [""])[-1], "dir": (dirs or ["ltr"])[-1], "within": [t for t, _ in self.open]})
    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, (opened, tag)
    def handle_data(self, data):
        tag = self.open[-1][0] if self.open else ""
        if tag == "span": self.sentences[-1]["text"] += data
        else: self.texts.setdefault(tag, []).append(data)
reader = Reader()
with open(sys.argv[1], encoding="utf-8", newline="") as f:
    reader.feed(f.read())
reader.close()
assert not reader.open, reader.open
print(json.dumps({"sentences": reader.sentences, "links": reader.links, "texts": reader.texts, "tags": reader.tags, "ids": reader.ids}))
`

type read struct {
	Sentences []struct {
		Text, Start, End, Lang, Dir string
		Within                      []string
	}
	Links, Tags, IDs []string
	Texts            map[string][]string
}

func parse(t *testing.T, path string) read {
	t.Helper()
	outputtest.Tool(t, "xmllint", "--noout", "--nonet", path)
	var page read
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", reader, path), &page); err != nil {
		t.Fatal(err)
	}
	return page
}

func check(t *testing.T, path string, e output.Edition) {
	page := parse(t, path)
	want := captiontest.Cues(e, cuefile.Sentences(e.Captions))
	if len(page.Sentences) != len(want) {
		t.Fatalf("%d sentences, want %d", len(page.Sentences), len(want))
	}
	var names []string
	for i, w := range want {
		got := page.Sentences[i]
		if got.Text != w.Text || got.Start != cuefile.Seconds(w.Start) || got.End != cuefile.Seconds(w.End) ||
			got.Lang != cuefile.Language(w.Lang) || got.Dir != cuefile.Direction(w.Lang) {
			t.Errorf("sentence %+v, want %q at %d to %d in %s", got, w.Text, w.Start, w.End, w.Lang)
		}
		if w.Label != "" {
			names = append(names, w.Speaker+":")
		}
	}
	if got := page.Texts["cite"]; strings.Join(got, "|") != strings.Join(names, "|") {
		t.Errorf("names %q, want %q", got, names)
	}
	seen := map[string]bool{}
	for _, id := range page.IDs {
		if seen[id] {
			t.Errorf("two elements have the id %q", id)
		}
		seen[id] = true
	}
	for _, link := range page.Links {
		u, err := url.Parse(link)
		switch {
		case err != nil:
			t.Error(err)
		case e.SoundFile != "" && (strings.TrimPrefix(u.Path, "./") != e.SoundFile || !strings.HasPrefix(u.Fragment, "t=") || u.IsAbs()),
			e.SoundFile == "" && !seen[strings.TrimPrefix(link, "#")]:
			t.Errorf("link %q", link)
		}
	}
	for _, tag := range page.Tags {
		if tag == "script" || tag == "link" || tag == "img" {
			t.Errorf("the page has a %s", tag)
		}
	}
	if got := strings.Join(page.Texts["title"], ""); e.Timeline.Title != "" && got != caption.Line(e.Timeline.Title) {
		t.Errorf("title %q", got)
	}
}

// TestBlocks: lists, quotations, code and headings are what they were.
func TestBlocks(t *testing.T) {
	texts := []string{"Buch", "Satz eins.", "Satz zwei.", "Punkt.", "Punkt.", "Zitat.", "Code.", "Zwischen", "Ende."}
	e := outputtest.Edition(t, outputtest.Spec{Cues: len(texts), Texts: texts, Titles: []string{"Buch"}})
	e.Timeline.Title = "Buch"
	kinds := []document.Kind{
		document.Heading, document.Paragraph, document.Paragraph, document.ListItem, document.ListItem,
		document.Quote, document.Code, document.Heading, document.Paragraph,
	}
	within := []string{"h1", "p", "p", "ul li p", "ul li p", "blockquote p", "pre", "h2", "p"}
	for i := range e.Timeline.Chapters[0].Cues {
		u := e.Timeline.Chapters[0].Cues[i].Utterance
		u.Kind, u.Begins, u.Lang = kinds[i], i != 2, "de"
	}
	path := t.TempDir() + "/file.html"
	if err := output.WriteFile(t.Context(), path, Format{}, e); err != nil {
		t.Fatal(err)
	}
	check(t, path, e)
	for i, s := range parse(t, path).Sentences {
		if got := strings.Join(s.Within, " "); got != "html body article section "+within[i]+" span" {
			t.Errorf("%q stands within %s, want %s", s.Text, got, within[i])
		}
	}
}

// TestArticle: lists lie in each other, and a table that is announced is shown.
func TestArticle(t *testing.T) {
	e := outputtest.Article(t)
	path := t.TempDir() + "/file.html"
	if err := output.WriteFile(t.Context(), path, Format{}, e); err != nil {
		t.Fatal(err)
	}
	parse(t, path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	html := regexp.MustCompile(`<a href="#.*</a>\n|</?span[^>]*>`).ReplaceAllString(string(data), "")
	for _, want := range []string{
		"<ol>\n<li>\n<p>1. Der Docht.</p>\n<ol>\n<li>\n<p>a) schneiden</p>\n</li>\n<li>\n<p>b) richten</p>\n</li>\n</ol>\n<p>Dann ist er gut.</p>\n<pre>Quelltext, eine Zeile.</pre>\n</li>\n" +
			"<li>\n<p>2. Das Glas</p>\n<ul>\n<li>\n<p>mit Essig</p>\n<blockquote>\n<p>Es ist klar.</p>\n</blockquote>\n</li>\n</ul>\n</li>\n</ol>\n" +
			"<ul>\n<li>\n<ul>\n<li>\n<ul>\n<li>\n<p>Ende</p>\n</li>\n</ul>\n</li>\n</ul>\n</li>\n</ul>\n<p>Die Lichter</p>\n",
		"<p>Tabelle, zwei Zeilen.</p>\n<table>\n<thead>\n<tr><th scope=\"col\">Jahr</th><th scope=\"col\" colspan=\"2\">Schiff</th></tr>\n</thead>\n<tbody>\n" +
			"<tr><td>1911</td><td><strong>&lt;Ada&gt;</strong></td><td>Ulm</td></tr>\n<tr><td>1912</td><td></td><td>Kai</td></tr>\n</tbody>\n</table>\n<blockquote>\n",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
}
