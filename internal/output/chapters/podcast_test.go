package chapters

import (
	"cmp"
	"encoding/json"
	"math/big"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
)

func TestPodcast(t *testing.T) {
	outputtest.Run(t, func() output.Format { return Format{} }, outputtest.Options{Check: checkPodcast})
}

// checkPodcast holds the file against the schema and its values against the timeline,
// the times as exact decimals.
func checkPodcast(t *testing.T, path string, e output.Edition) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	outputtest.Validate(t, "testdata/chapters.schema.json", data)
	var got file
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Title != e.Timeline.Title || got.Author != e.Timeline.Author || got.Description != e.Metadata.Description ||
		got.PodcastName != cmp.Or(e.Metadata.Series, e.Metadata.Album) || got.FileName != e.SoundFile {
		t.Errorf("title %q, author %q, podcast %q, file %q, description %q", got.Title, got.Author, got.PodcastName, got.FileName, got.Description)
	}
	if len(got.Chapters) != len(e.Timeline.Chapters) {
		t.Fatalf("%d chapters, want %d", len(got.Chapters), len(e.Timeline.Chapters))
	}
	for i, c := range e.Timeline.Chapters {
		g := got.Chapters[i]
		if g.Title != c.Title {
			t.Errorf("chapter %d is %q, want %q", i, g.Title, c.Title)
		}
		if want := e.Metadata.Chapters[i+1].Link; g.URL != want {
			t.Errorf("chapter %d has the address %q, want %q", i, g.URL, want)
		}
		for number, frame := range map[json.Number]int64{g.StartTime: c.Span.Start, g.EndTime: c.Span.End} {
			if want := e.Timeline.Rate.Milliseconds(frame); !exactly(number, want) {
				t.Errorf("chapter %d has %s for %d ms", i, number, want)
			}
		}
	}
}

// exactly says whether a number of seconds is so many milliseconds.
func exactly(n json.Number, ms int64) bool {
	r, ok := new(big.Rat).SetString(n.String())
	return ok && r.Cmp(big.NewRat(ms, 1000)) == 0
}

func TestSeconds(t *testing.T) {
	for ms, want := range map[int64]json.Number{
		0: "0", 1: "0.001", 10: "0.01", 100: "0.1", 999: "0.999", 1000: "1", 1500: "1.5", 10_000: "10", 3_600_010: "3600.01",
	} {
		if got := seconds(ms); got != want {
			t.Errorf("seconds(%d) = %s, want %s", ms, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<40).Draw(t, "ms")
		if got := seconds(ms); !exactly(got, ms) {
			t.Fatalf("seconds(%d) = %s", ms, got)
		}
	})
}

func TestPodcastBytes(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 2, Rate: 8000, Pause: 250 * time.Millisecond, Titles: []string{"Prolog & <b>", ""},
		Frames: func(i int) int64 { return int64(8000 * (i + 1)) },
	})
	e.Timeline.Title, e.Timeline.Author, e.SoundFile = "Ein Buch", "", "buch.mp3"
	e.Metadata.Series = "Reihe"
	e.Metadata.Chapters = map[int]output.ChapterMetadata{2: {Link: "https://example.org/?a=1&b=2"}}
	want := `{
  "version": "1.2.0",
  "title": "Ein Buch",
  "podcastName": "Reihe",
  "fileName": "buch.mp3",
  "chapters": [
    {
      "startTime": 0,
      "title": "Prolog & <b>",
      "endTime": 1.25
    },
    {
      "startTime": 1.25,
      "url": "https://example.org/?a=1&b=2",
      "endTime": 3.25
    }
  ]
}
`
	if got := string(outputtest.Write(t, Format{}, e)); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}
