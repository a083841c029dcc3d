package lpf_test

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
	"slices"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/lpf"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/plain"
	"narrate/internal/pcm"
)

var (
	format = lpf.Format{Audio: mp3.Format{}}
	quick  = lpf.Format{Audio: wav.Format{}}
)

// TestConformance packs sound that takes no time to encode.
func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return quick }, outputtest.Options{
		Check: func(t *testing.T, path string, e output.Edition) { check(t, path, e, quick.Audio.Info()) },
	})
}

// TestMP3 packs what players take, the same with any number of jobs.
func TestMP3(t *testing.T) {
	for _, spec := range []outputtest.Spec{
		{Chapters: 14, Cues: 3, Jobs: 2},
		{Chapters: 3, Cues: 2, Channels: 2, Metadata: outputtest.Metadata(t)},
	} {
		e := outputtest.Edition(t, spec)
		path := filepath.Join(t.TempDir(), "a.lpf")
		if err := output.WriteFile(t.Context(), path, format, e); err != nil {
			t.Fatal(err)
		}
		check(t, path, e, format.Audio.Info())
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		e.Jobs = 8
		if !bytes.Equal(outputtest.Write(t, format, e), data) {
			t.Error("8 jobs give other bytes")
		}
	}
}

// packed is what testdata/lpf.py prints.
type packed struct {
	Members []struct {
		Name   string
		Stored bool
		Date   []int
		Size   int64
		Flags  int
		Extra  int
	}
	Manifest string
	Links    [][2]string
	Linked   string
	Deepest  int
}

type manifest struct {
	Name, Author, ReadBy, Duration string
	ReadingOrder, Resources        []struct{ URL, EncodingFormat, Name, Duration, Rel string }
}

// check reads the package with unzip and Python, holds its manifest against
// the schema and the timeline, and some of its sound against its length.
func check(t *testing.T, path string, e output.Edition, sound output.Info) {
	outputtest.Tool(t, "unzip", "-tqq", path)
	folder := t.TempDir()
	var got packed
	if err := json.Unmarshal(outputtest.Tool(t, "python3", "testdata/lpf.py", path, folder), &got); err != nil {
		t.Fatal(err)
	}
	outputtest.Validate(t, "../publication/testdata/audiobook.schema.json", []byte(got.Manifest))
	var m manifest
	if err := json.Unmarshal([]byte(got.Manifest), &m); err != nil {
		t.Fatal(err)
	}

	spans, names := []pcm.Span{{End: e.Timeline.Frames}}, []string{cmp.Or(plain.Line(e.Timeline.Title), "1")}
	if len(e.Timeline.Chapters) > 0 {
		spans, names = nil, nil
		for i, c := range e.Timeline.Chapters {
			spans, names = append(spans, c.Span), append(names, cmp.Or(plain.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1))))
		}
	}
	if len(m.ReadingOrder) != len(spans) || len(got.Links) != len(spans) {
		t.Fatalf("%d chapters of sound and %d links for %d", len(m.ReadingOrder), len(got.Links), len(spans))
	}
	files := []string{"publication.json", "index.html"}
	if e.Metadata.Cover != nil {
		files = append(files, "cover.jpg")
	}
	sum := int64(0)
	for i, r := range m.ReadingOrder {
		files = append(files, r.URL)
		if r.Name != names[i] || got.Links[i] != [2]string{r.URL, names[i]} || r.EncodingFormat != sound.MediaType {
			t.Errorf("chapter %d is %+v and linked as %q, want %q", i, r, got.Links[i], names[i])
		}
		sum += milliseconds(t, r.Duration)
		if info, err := os.Stat(filepath.Join(folder, r.URL)); err == nil && info.Size() > 0 {
			checkSound(t, filepath.Join(folder, r.URL), e.Timeline.Rate, spans[i].Frames())
		}
	}
	if total := milliseconds(t, m.Duration); total != sum || total != e.Timeline.Rate.Milliseconds(e.Timeline.Frames) {
		t.Errorf("%d ms, the chapters are %d ms", total, sum)
	}
	if got.Linked != "publication.json" || m.Author != plain.Line(e.Timeline.Author) || m.ReadBy != e.Metadata.Narrator {
		t.Errorf("the page links to %q; author %q, narrator %q", got.Linked, m.Author, m.ReadBy)
	}
	var inside []string
	for _, x := range got.Members {
		inside = append(inside, x.Name)
		text := x.Name == "publication.json" || x.Name == "index.html"
		if x.Stored == text || x.Flags != 0 || x.Extra != 0 || !slices.Equal(x.Date, []int{1980, 1, 1, 0, 0, 0}) {
			t.Errorf("member %+v", x)
		}
	}
	if !slices.Equal(inside, files) {
		t.Errorf("the package holds %q, want %q", inside, files)
	}
}

// milliseconds reads a duration of seconds.
func milliseconds(t *testing.T, duration string) int64 {
	t.Helper()
	whole, part, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(duration, "PT"), "S"), ".")
	n, err := strconv.ParseInt(whole+(part + "000")[:3], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// checkSound has ffprobe decode a member's header and say how long it is. Of
// MP3 it knows the length from the Info tag to about a frame.
func checkSound(t *testing.T, path string, rate pcm.Hz, frames int64) {
	t.Helper()
	var got struct {
		Streams []struct {
			Codec string `json:"codec_name"`
			Rate  string `json:"sample_rate"`
		}
		Format struct{ Duration string }
	}
	out := outputtest.Tool(t, "ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream=codec_name,sample_rate:format=duration", "-of", "json", path)
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	seconds, err := strconv.ParseFloat(got.Format.Duration, 64)
	if err != nil || len(got.Streams) != 1 || got.Streams[0].Rate != strconv.Itoa(int(rate)) {
		t.Fatalf("%s: ffprobe says %+v", path, got)
	}
	slack := map[string]float64{"mp3": 2 * 1152, "pcm_s16le": 1}[got.Streams[0].Codec]
	if off := math.Abs(seconds*float64(rate) - float64(frames)); off > slack {
		t.Errorf("%s: ffprobe counts %v s of %s, which is %v frames off", path, seconds, got.Streams[0].Codec, off)
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
		path := filepath.Join(t.TempDir(), "a.lpf")
		if err := output.WriteFile(t.Context(), path, quick, e); err != nil {
			t.Fatal(err)
		}
		var got packed
		if err := json.Unmarshal(outputtest.Tool(t, "python3", "testdata/lpf.py", path, t.TempDir()), &got); err != nil {
			t.Fatal(err)
		}
		if got.Deepest != c.deepest {
			t.Errorf("levels %v are nested %d deep, want %d", c.levels, got.Deepest, c.deepest)
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
	for _, f := range []lpf.Format{quick, {Audio: broken{}}} {
		dir := t.TempDir()
		t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
		err := output.WriteFile(t.Context(), filepath.Join(dir, "a.lpf"), f, e)
		if f == quick && err != nil || f != quick && !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%d files are left, %v", len(entries), err)
		}
	}
}
