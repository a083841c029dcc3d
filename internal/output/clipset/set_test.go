package clipset

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/publication"
)

// second is raw by another name.
type second struct{ raw }

func (second) Info() output.Info {
	return output.Info{Name: "other", Suffix: "oth", MediaType: "audio/x-other", Sound: true, Summary: "another"}
}

// packed is sound in a package, which is no file of sound.
type packed struct{ raw }

func (packed) Info() output.Info {
	return output.Info{Name: "packed", Suffix: "pkd", MediaType: "application/x-packed", Sound: true, Summary: "a package"}
}

func small(t *testing.T, chapters int) output.Edition {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: chapters, Rate: 8000, Pause: 250 * time.Millisecond, Titles: []string{"Am \"Hafen\"\n1", "", "Im Caf\u00E9, #2 <b>"},
		Frames: func(i int) int64 { return int64(8001 + 3000*(i%3)) }, Metadata: outputtest.Metadata(t),
	})
	e.Timeline.Title, e.Timeline.Author, e.Generator = "Ein Morgen", "Ada", "narrate 1.0"
	return e
}

// TestSet: the files of the set, byte for byte where they are text.
func TestSet(t *testing.T) {
	e := small(t, 3)
	dir := filepath.Join(t.TempDir(), "clips")
	if err := Write(t.Context(), dir, e, Section, []output.Format{srt.Format{}, packed{newRaw()}, newRaw(), second{newRaw()}}); err != nil {
		t.Fatal(err)
	}
	files := tree(t, dir)
	outputtest.Validate(t, schema, []byte(files[IndexName]))
	for name, want := range map[string]string{
		"playlist.m3u8": "#EXTM3U\n#EXTENC:UTF-8\n#PLAYLIST:Ein Morgen\n#EXTART:Ada\n" +
			"#EXTINF:1,Am \"Hafen\" 1\n01-am-hafen-1.raw\n#EXTINF:2,2\n02-untitled.raw\n#EXTINF:2,Im Caf\u00E9, #2 <b>\n03-im-caf\u00E9-2-b.raw\n",
		"book.oth.cue": `REM GENRE "Audiobook"
REM DATE 2026
REM COMMENT "narrate 1.0"
PERFORMER "Ada"
TITLE "Ein Morgen"
FILE "01-am-hafen-1.oth" WAVE
  TRACK 01 AUDIO
    TITLE "Am 'Hafen' 1"
    PERFORMER "Ada"
    INDEX 01 00:00:00
FILE "02-untitled.oth" WAVE
  TRACK 02 AUDIO
    TITLE "2"
    PERFORMER "Ada"
    INDEX 01 00:00:00
FILE "03-im-café-2-b.oth" WAVE
  TRACK 03 AUDIO
    TITLE "Im Café, #2 <b>"
    PERFORMER "Ada"
    INDEX 01 00:00:00
`,
		"cover.jpg": string(e.Metadata.Cover.Data),
	} {
		if files[name] != want {
			t.Errorf("%s is\n%.2000s, want\n%.2000s", name, files[name], want)
		}
	}
	want := "book.cue book.oth.cue cover.jpg index.html index.json playlist.m3u8 playlist.oth.m3u8 publication.json"
	var names []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(name, "0") {
			names = append(names, name)
		}
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the files are %s, want %s", got, want)
	}
	var idx struct {
		Publication, Page, Cover string
		Playlists                map[string]string
		CueSheets                map[string][]string
	}
	if err := json.Unmarshal([]byte(files[IndexName]), &idx); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(idx), "{publication.json index.html cover.jpg map[other:playlist.oth.m3u8 raw:playlist.m3u8] map[other:[book.oth.cue] raw:[book.cue]]}"; got != want {
		t.Errorf("the index lists %s, want %s", got, want)
	}
	outputtest.Validate(t, "../publication/testdata/audiobook.schema.json", []byte(files[publication.ManifestName]))
	var m struct {
		ReadingOrder []struct {
			URL       string
			Alternate []struct{ URL string }
		}
	}
	if err := json.Unmarshal([]byte(files[publication.ManifestName]), &m); err != nil {
		t.Fatal(err)
	}
	if last := m.ReadingOrder[2]; last.URL != "03-im-caf%C3%A9-2-b.raw" || last.Alternate[0].URL != "03-im-caf%C3%A9-2-b.oth" {
		t.Errorf("the last chapter is %+v", last)
	}
	for _, jobs := range []int{1, 8} {
		e.Jobs = jobs
		again := filepath.Join(t.TempDir(), "clips")
		if err := Write(t.Context(), again, e, Section, []output.Format{srt.Format{}, packed{newRaw()}, newRaw(), second{newRaw()}}); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(tree(t, again), files) {
			t.Errorf("other files with %d jobs", jobs)
		}
	}
}

// TestNoSet: sentences are no audiobook, nor is what has no sound.
func TestNoSet(t *testing.T) {
	for by, formats := range map[Unit][]output.Format{Sentence: {newRaw()}, Section: {srt.Format{}, packed{newRaw()}}} {
		dir := filepath.Join(t.TempDir(), "clips")
		if err := Write(t.Context(), dir, small(t, 2), by, formats); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, publication.ManifestName)); err == nil {
			t.Errorf("%s: a manifest", by)
		}
	}
}

// TestManyCueSheets: a sheet has at most 99 tracks.
func TestManyCueSheets(t *testing.T) {
	e := small(t, 200)
	e.Metadata = output.Metadata{}
	dir, _ := write(t, e, Section, newRaw())
	files := tree(t, dir)
	for name, tracks := range map[string]int{"book.1.cue": 99, "book.2.cue": 99, "book.3.cue": 2, "book.cue": 0} {
		if got := strings.Count(files[name], "  TRACK "); got != tracks {
			t.Errorf("%s has %d tracks, want %d", name, got, tracks)
		}
	}
	if !strings.Contains(files["book.3.cue"], "REM DISCNUMBER 3\nREM TOTALDISCS 3\n") || !strings.Contains(files["book.3.cue"], "TRACK 01 AUDIO") {
		t.Errorf("the third sheet is\n%s", files["book.3.cue"])
	}
}
