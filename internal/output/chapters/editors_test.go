package chapters

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/plain"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestFFMetadata has ffmpeg's reader say what it makes of the file.
func TestFFMetadata(t *testing.T) {
	outputtest.Run(t, func() output.Format { return FFMetadata{} }, outputtest.Options{Check: func(t *testing.T, path string, e output.Edition) {
		var got struct {
			Format   struct{ Tags map[string]string }
			Chapters []struct {
				Base       string `json:"time_base"`
				Start, End int64
				Tags       map[string]string
			}
		}
		out := outputtest.Tool(t, "ffprobe", "-v", "warning", "-f", "ffmetadata", "-i", path, "-of", "json", "-show_chapters", "-show_format")
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]string{
			"title": plain.Line(e.Timeline.Title), "artist": plain.Line(e.Timeline.Author), "album": e.Metadata.Album, "date": e.Metadata.Date,
			"composer": e.Metadata.Narrator, "genre": e.Metadata.Genre, "publisher": e.Metadata.Publisher, "copyright": e.Metadata.Copyright,
			"series": e.Metadata.Series, "url": e.Metadata.Link, "description": e.Metadata.Description, "language": e.Timeline.Lang,
		} {
			if got.Format.Tags[key] != want {
				t.Errorf("ffmpeg reads %s %q, want %q", key, got.Format.Tags[key], want)
			}
		}
		if len(got.Chapters) != len(e.Timeline.Chapters) {
			t.Fatalf("ffmpeg reads %d chapters of %d", len(got.Chapters), len(e.Timeline.Chapters))
		}
		for i, c := range e.Timeline.Chapters {
			g := got.Chapters[i]
			if g.Base != fmt.Sprintf("1/%d", e.Timeline.Rate) || g.Start != c.Span.Start || g.End != c.Span.End ||
				strings.TrimSuffix(g.Tags["title"], " ") != plain.Line(c.Title) || g.Tags["url"] != e.Metadata.Of(&c).Link {
				t.Errorf("ffmpeg reads chapter %d as %+v, want %+v", i, g, c.Span)
			}
		}
	}})
}

// TestMP4Chaps reads the file as mp4chaps does: up to the first space a time,
// then the title.
func TestMP4Chaps(t *testing.T) {
	outputtest.Run(t, func() output.Format { return MP4Chaps{} }, outputtest.Options{Check: func(t *testing.T, path string, e output.Edition) {
		lines := strings.Split(strings.TrimSuffix(read(t, path), "\n"), "\n")
		if len(lines) != len(e.Timeline.Chapters) {
			t.Fatalf("%d lines for %d chapters", len(lines), len(e.Timeline.Chapters))
		}
		for i, c := range e.Timeline.Chapters {
			at, title, _ := strings.Cut(lines[i], " ")
			var h, m, s, ms int64
			if n, err := fmt.Sscanf(at, "%d:%d:%d.%d", &h, &m, &s, &ms); n != 4 || err != nil || len(at) != 12 {
				t.Fatalf("line %q", lines[i])
			}
			if got, want := ((h*60+m)*60+s)*1000+ms, e.Timeline.Rate.Milliseconds(c.Span.Start); got != want {
				t.Errorf("chapter %d at %d ms, want %d", i, got, want)
			}
			if want := cmp.Or(plain.Line(c.Title), strconv.Itoa(i+1)); title != want && e.Timeline.Number == 0 {
				t.Errorf("chapter %d is %q, want %q", i, title, want)
			}
		}
	}})
}

// TestLabels reads the file as Audacity does: three fields a line.
func TestLabels(t *testing.T) {
	outputtest.Run(t, func() output.Format { return Labels{} }, outputtest.Options{Check: func(t *testing.T, path string, e output.Edition) {
		lines := strings.Split(strings.TrimSuffix(read(t, path), "\n"), "\n")
		if len(lines) != len(e.Timeline.Chapters) {
			t.Fatalf("%d lines for %d chapters", len(lines), len(e.Timeline.Chapters))
		}
		for i, c := range e.Timeline.Chapters {
			fields := strings.Split(lines[i], "\t")
			if len(fields) != 3 || fields[0] != e.Timeline.Rate.Seconds(c.Span.Start) || fields[1] != e.Timeline.Rate.Seconds(c.Span.End) {
				t.Errorf("line %q for %v", lines[i], c.Span)
			}
		}
	}})
}

// TestCue has mkvmerge, which reads cue sheets as chapters, say what it makes
// of the file.
func TestCue(t *testing.T) {
	outputtest.Run(t, func() output.Format { return Cue{} }, outputtest.Options{Check: func(t *testing.T, path string, e output.Edition) {
		mux := filepath.Join(t.TempDir(), "a.mka")
		outputtest.Tool(t, "mkvmerge", "-q", "--cue-chapter-name-format", "%t", "--chapters", path, "-o", mux)
		text := string(outputtest.Tool(t, "mkvextract", mux, "chapters", "--simple"))
		want := thin(marks(e.Timeline, func(frame int64) int64 { return frame * 75 / int64(e.Timeline.Rate) }, 1), 99)
		got := strings.Split(strings.TrimSpace(text), "\n")
		if len(got) != 2*len(want) || len(want) > 99 {
			t.Fatalf("mkvmerge reads %d chapters, want %d", len(got)/2, len(want))
		}
		for i, m := range want {
			ms := m.start * 1000 / 75
			at := fmt.Sprintf("CHAPTER%02d=%02d:%02d:%02d.%03d", i+1, ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
			title := fmt.Sprintf("CHAPTER%02dNAME=%s", i+1, strings.ReplaceAll(m.title, `"`, "'"))
			if got[2*i] != at || got[2*i+1] != title {
				t.Errorf("mkvmerge reads %q and %q, want %q and %q", got[2*i], got[2*i+1], at, title)
			}
		}
	}})
}

// TestGolden holds the files for editors as they are. -update writes them anew.
func TestGolden(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 8, Rate: 8000, Pause: -1, Titles: hostile, Metadata: outputtest.Metadata(t),
		Frames: func(i int) int64 { return int64(8000*(5+600*i)) + 7999 },
	})
	e.SoundFile = "a \"b\".mp3"
	for _, f := range []output.Format{FFMetadata{}, MP4Chaps{}, Cue{}, Labels{}} {
		got := outputtest.Write(t, f, e)
		path := filepath.Join("testdata", "golden."+f.Info().Suffix)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want := read(t, path); string(got) != want {
			t.Errorf("%s: got\n%s, want\n%s", path, got, want)
		}
	}
}
