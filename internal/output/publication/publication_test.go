package publication

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

var update = flag.Bool("update", false, "write the golden files anew")

const schema = "testdata/audiobook.schema.json"

// book is an audiobook of hostile titles.
func book(t *testing.T) *Book {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 4, Rate: 22050, Titles: []string{"Vorwort", "<script>\"&\n1", "", "\u05E4\u05E8\u05E7 \u05D0"},
		Frames: func(i int) int64 { return int64(22050*(i+1)) + 7 }, Pause: -1, Metadata: outputtest.Metadata(t),
	})
	b := &Book{Edition: e, Cover: CoverName(e.Metadata.Cover)}
	for i, c := range e.Timeline.Chapters {
		b.Chapters = append(b.Chapters, Chapter{
			Title: c.Title, Number: i + 1, Level: c.Level, Span: c.Span,
			Files: []File{{"audio/" + string(rune('a'+i)) + " \u00FC#.mp3", "audio/mpeg"}, {"b.opus", "audio/ogg"}},
		})
	}
	return b
}

func TestGolden(t *testing.T) {
	b := book(t)
	manifest, err := b.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	outputtest.Validate(t, schema, manifest)
	for name, got := range map[string][]byte{ManifestName: manifest, PageName: b.Page()} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s: got\n%s, want\n%s", name, got, want)
		}
	}
}

// TestBare: a book of which nothing is known has a manifest that is valid.
func TestBare(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	e.Timeline.Title, e.Timeline.Author, e.Timeline.Lang, e.Timeline.Source = "", "", "", ""
	b := &Book{Edition: e, Chapters: []Chapter{{Number: 1, Span: pcm.Span{End: e.Timeline.Frames}, Files: []File{{"1.wav", "audio/wav"}}}}}
	manifest, err := b.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	outputtest.Validate(t, schema, manifest)
	for _, change := range [][2]string{ // and the schema can say no
		{`"duration": "PT`, `"duration": "`}, {`"1.wav"`, `"/1.wav"`}, {`"audio/wav"`, `"text/html"`}, {`"Audiobook"`, `"Book"`},
	} {
		bad := strings.Replace(string(manifest), change[0], change[1], 1)
		if bad == string(manifest) {
			t.Errorf("the manifest lacks %s", change[0])
		}
		outputtest.Refuse(t, schema, []byte(bad))
	}
	b.Chapters[0].Files = nil
	if _, err := b.Manifest(); err == nil {
		t.Error("a chapter without a file is written")
	}
	b.Chapters = nil
	if _, err := b.Manifest(); err == nil {
		t.Error("a book without chapters is written")
	}
}

// TestID: the identifier is the same for the same book, and another for
// another.
func TestID(t *testing.T) {
	b := book(t)
	id := b.id()
	if again := book(t).id(); again != id {
		t.Errorf("%s, then %s", id, again)
	}
	b.Edition.Timeline.Title += "2"
	if b.id() == id {
		t.Error("another title gives the same identifier")
	}
}

func TestCoverName(t *testing.T) {
	for mediaType, want := range map[string]string{"image/jpeg": "cover.jpg", "image/png": "cover.png"} {
		if got := CoverName(&output.Picture{MediaType: mediaType}); got != want {
			t.Errorf("%s is %s", mediaType, got)
		}
	}
}

func TestDuration(t *testing.T) {
	for ms, want := range map[int64]string{0: "PT0S", 1: "PT0.001S", 1500: "PT1.5S", 60_000: "PT60S", 3_600_010: "PT3600.01S"} {
		if got := duration(1000, pcm.Span{Start: 5, End: 5 + ms}); got != want {
			t.Errorf("%d ms is %s, want %s", ms, got, want)
		}
	}
}
