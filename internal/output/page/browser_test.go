package page_test

import (
	"encoding/json"
	"flag"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/page"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

var pictures = flag.String("pictures", "", "the folder in which pictures of the page in the browser are kept")

// view is what the reader sees at a moment; see test/node/browse.mjs.
type view struct {
	Name                   string
	Want, At, Rate, Scroll float64
	Sentence, Word         int
	FocusInText            int
	Focus, Theme, Followed string
	Paused, Follow         bool
	Help, Contents         bool
}

type task struct {
	Browser  string    `json:"browser"`
	Page     string    `json:"page"`
	Single   string    `json:"single"`
	Pictures string    `json:"pictures"`
	Samples  []float64 `json:"samples"` // seconds
	Click    place     `json:"click"`
	Linked   int       `json:"linked"` // the sentence with a link; a row follows
}

type place struct {
	Sentence int `json:"sentence"`
	Word     int `json:"word"`
}

// TestBrowser uses the page in a real browser: it plays and seeks, words are
// highlighted when they are spoken, keys do all that the mouse does, and the
// rules of accessibility hold in both themes at two widths. It needs chromium,
// and "npm ci" in test/node.
func TestBrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 3, Cues: 9, Words: true, Pause: 300 * time.Millisecond, Jobs: 2,
		Titles: []string{"Der Turm", "Ein \"anderer\" Tag & mehr", "Nacht"},
		Texts: []string{
			"Das letzte Licht", "Seit 1897 steht der Turm auf seiner Sandbank, 41 Meter hoch und von weitem so schmal wie ein Bleistift.",
			"Am Abend wird sein Feuer gel\u00F6scht.", "Is 3 < 4 & 5 > 4, asked <b>she</b>?", "\u05E9\u05DC\u05D5\u05DD \u05E2\u05D5\u05DC\u05DD.",
		},
		Frames:   func(i int) int64 { return 22050*2 + int64(i%7)*3000 },
		Metadata: outputtest.Metadata(t),
	})
	// Two sentences: one with a link, and the row of a table.
	last := e.Timeline.Chapters[2].Cues
	linked, row := last[3].Utterance, last[4].Utterance
	w := last[3].Words
	linked.Spans = []script.Span{
		{Kind: document.Link, Lo: w[1].Lo, Hi: w[3].Hi, Address: "https://example.org/"},
		{Kind: document.Strong, Lo: w[2].Lo, Hi: w[2].Hi},
		{Kind: document.CodeWords, Lo: w[4].Lo, Hi: w[4].Hi},
	}
	w = last[4].Words
	row.Kind, row.Begins, row.Headings = document.Table, true, []string{"Eins", "Zwei"}
	row.Cells = []document.Cell{{Lo: w[0].Lo, Hi: w[0].Hi, Header: true}, {Lo: w[1].Lo, Hi: len(row.Text), Column: 1}}
	dir := t.TempDir()
	e.SoundFile = "talk.mp3"
	for name, f := range map[string]output.Format{"talk.mp3": mp3.Format{}, "talk.html": page.Format{}, "single.html": page.Single{Audio: mp3.Format{}}} {
		if err := output.WriteFile(t.Context(), filepath.Join(dir, name), f, e); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()

	var cues []*timeline.Cue
	for i := range e.Timeline.Chapters {
		for j := range e.Timeline.Chapters[i].Cues {
			cues = append(cues, &e.Timeline.Chapters[i].Cues[j])
		}
	}
	seconds := func(frame int64) float64 { return float64(frame) / float64(e.Timeline.Rate) }
	job := task{Browser: browser, Page: server.URL + "/talk.html", Single: "file://" + dir + "/single.html", Pictures: *pictures, Click: place{16, 3}, Linked: 21}
	// Twelve times: the first and last 20 ms of a word, in different sentences.
	for k := range 6 {
		words := cues[k*4+1].Words
		w := words[(k*5)%len(words)]
		job.Samples = append(job.Samples, seconds(w.Span.Start)+0.02, seconds(w.Span.End)-0.02)
	}
	said, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	jobFile := filepath.Join(dir, "task.json")
	if err := os.WriteFile(jobFile, said, 0o600); err != nil {
		t.Fatal(err)
	}
	var seen struct {
		Problems, Requests, Violations []string
		Samples, Played, Keys          []view
		Steps                          map[string]view
		Session                        struct {
			Title, Artist string
			Artwork       int
		}
	}
	if err := json.Unmarshal(outputtest.Tool(t, "node", "../../../test/node/browse.mjs", jobFile), &seen); err != nil {
		t.Fatal(err)
	}
	for _, p := range seen.Problems {
		t.Error(p)
	}
	for _, v := range seen.Violations {
		t.Error(v)
	}
	for _, r := range seen.Requests {
		if !strings.HasPrefix(r, job.Page) && r != server.URL+"/talk.mp3" && r != job.Single {
			t.Errorf("the page asks for %s", r)
		}
	}

	// right says whether what is highlighted is spoken within 50 ms of a time.
	right := func(v view) bool {
		for off := -0.05; off <= 0.0501; off += 0.01 {
			s, w := spoken(cues, e.Timeline.Rate.Frames(time.Duration((v.At+off)*1e9)))
			if s == v.Sentence && w == v.Word {
				return true
			}
		}
		return false
	}
	for i, v := range seen.Samples {
		if math.Abs(v.At-v.Want) > 0.001 || !right(v) {
			t.Errorf("at %v s, which should be %v s: sentence %d, word %d", v.At, v.Want, v.Sentence, v.Word)
		}
		if s, w := spoken(cues, e.Timeline.Rate.Frames(time.Duration(job.Samples[i]*1e9))); s != v.Sentence || w != v.Word {
			t.Errorf("at %v s, standing: sentence %d, word %d, want %d, %d", v.At, v.Sentence, v.Word, s, w)
		}
	}
	for _, v := range seen.Played {
		if !right(v) {
			t.Errorf("playing, at %v s: sentence %d, word %d", v.At, v.Sentence, v.Word)
		}
	}
	if n := len(seen.Played); n < 5 || seen.Played[n-1].At-seen.Played[0].At < 0.7 {
		t.Errorf("it does not play: %d frames", n)
	}

	word := func(s, w int) float64 { return seconds(cues[s].Words[w].Span.Start) }
	start := func(s int) float64 { return seconds(cues[s].Span.Start) }
	expect := func(name string, holds bool) {
		t.Helper()
		if !holds {
			t.Errorf("%s: %+v", name, seen.Steps[name])
		}
	}
	is := func(name string) view {
		v, ok := seen.Steps[name]
		if !ok {
			t.Fatalf("no step %q", name)
		}
		return v
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.002 }
	for _, name := range []string{"click", "single: click"} {
		v := is(name)
		expect(name, v.Sentence == 16 && v.Word == 3 && near(v.At, word(16, 3)) && v.Paused)
	}
	expect("play", !is("play").Paused)
	expect("pause", is("pause").Paused)
	expect("wheel", is("wheel").Follow)
	expect("back to it", !is("back to it").Follow)
	expect("again", near(is("again").At, is("pause").At) && is("again").Sentence == is("pause").Sentence)
	expect("address", near(is("address").At, seconds(e.Timeline.Chapters[1].Span.Start)))
	expect("single: heard", is("single: heard").At > is("single: click").At+0.2)
	if seen.Session.Title != "Ein \"anderer\" Tag & mehr" || seen.Session.Artist != "Ada & <Bob>" || seen.Session.Artwork != 1 {
		t.Errorf("media session: %+v", seen.Session)
	}

	expect("skip", is("skip").Focus == "text")
	expect("tab into the text", is("tab into the text").FocusInText == 0)
	expect("first word", is("first word").Focus == "Das")
	expect("second word", is("second word").Focus == "letzte")
	expect("jump", near(is("jump").At, word(0, 1)) && is("jump").Word == 1)
	expect("next sentence in the text", is("next sentence in the text").FocusInText == 1)
	expect("tab out of the text", is("tab out of the text").FocusInText == -1)
	for _, name := range []string{"click on a link", "Enter on a link"} {
		if v := is(name); v.Followed != "https://example.org/" || !near(v.At, start(21)) {
			t.Errorf("%s: %+v", name, v)
		}
	}
	expect("Enter on a word in a link", is("Enter on a word in a link").Followed == "" && near(is("Enter on a word in a link").At, word(21, 2)))
	expect("click in a row", near(is("click in a row").At, word(22, 1)) && is("click in a row").Sentence == 22 && is("click in a row").Word == 1)
	keys := seen.Keys
	for i, want := range []float64{start(1), start(2), start(1), start(9), start(0)} {
		if !near(keys[i].At, want) {
			t.Errorf("key %s: at %v, want %v", keys[i].Name, keys[i].At, want)
		}
	}
	if keys[5].Rate != 1.1 || keys[6].Rate != 1.25 || keys[7].Rate != 1.1 || keys[8].Theme != "dark" {
		t.Errorf("keys of speed and theme: %+v", keys[5:])
	}
	expect("5 s on", near(is("5 s on").At, 5))
	expect("5 s back", near(is("5 s back").At, 0))
	expect("space", !is("space").Paused)
	expect("k", is("k").Paused)
	expect("help", is("help").Help)
	expect("help closed", !is("help closed").Help)
	expect("contents", is("contents").Contents)
	expect("contents closed", !is("contents closed").Contents)
}

// spoken is the number of the cue and of its word that the timeline has at a
// frame: the last cue that has begun, and -1 in the pause after it.
func spoken(cues []*timeline.Cue, frame int64) (cue, word int) {
	cue, word = -1, -1
	for i, c := range cues {
		if c.Span.Start > frame {
			break
		}
		cue, word = i, -1
		for j, w := range c.Words {
			if w.Span.Start <= frame && frame < w.Span.End {
				word = j
			}
		}
	}
	return cue, word
}
