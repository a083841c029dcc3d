package mp4_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp4"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

// box is the content of the first box at that path of kinds.
func box(t *testing.T, data []byte, path ...string) []byte {
	t.Helper()
	for _, kind := range path {
		found := false
		for len(data) >= 8 && !found {
			size := int(binary.BigEndian.Uint32(data))
			if size < 8 || size > len(data) {
				t.Fatalf("a box of %d bytes in %d", size, len(data))
			}
			if found = string(data[4:8]) == kind; found {
				data = data[8:size]
			} else {
				data = data[size:]
			}
		}
		if !found {
			t.Fatalf("no %s of %v", kind, path)
		}
	}
	return data
}

// checkEdit reads how long the sound is as a player does that knows edit lists:
// the one edit starts behind the priming packet and ends where the packets are
// said to end, inside the last one. Its own length is in milliseconds.
func checkEdit(t *testing.T, path string, rate pcm.Hz, frames int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edit := box(t, data, "moov", "trak", "edts", "elst")
	be := binary.BigEndian
	n, ms, start := be.Uint32(edit[4:]), int64(be.Uint32(edit[8:])), int64(be.Uint32(edit[12:]))
	if scale := be.Uint32(box(t, data, "moov", "mvhd")[12:]); n != 1 || scale != 1000 {
		t.Fatalf("%d edits in a timescale of %d", n, scale)
	}
	times := box(t, data, "moov", "trak", "mdia", "minf", "stbl", "stts")
	var count, sum int64
	for at := 8; at < len(times); at += 8 {
		count += int64(be.Uint32(times[at:]))
		sum += int64(be.Uint32(times[at:])) * int64(be.Uint32(times[at+4:]))
	}
	if played := min(ms*int64(rate)/1000, sum-start); played != frames || start != 1024 {
		t.Errorf("the edit plays %d frames from %d on, not %d", played, start, frames)
	}
	if sum != 1024+frames || count != (frames+1023)/1024+1 {
		t.Errorf("%d packets last %d frames, the sound %d", count, sum, frames)
	}
	if media := box(t, data, "moov", "trak", "mdia", "mdhd"); int64(be.Uint32(media[16:])) != sum {
		t.Error("the media's duration is not that of its packets")
	}
}

// decode is the file's sound as ffmpeg gives it, which obeys the edit list at
// the start, but at the end gives all of the last packet: what is over is cut.
func decode(t *testing.T, path string, e output.Edition) []int16 {
	t.Helper()
	raw := outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:a", "-f", "s16le", "-")
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	n, c := int(e.Timeline.Frames), e.Sound.Format().Channels
	if over := len(samples)/c - n; over < 0 || over >= 1024 {
		t.Fatalf("decodes to %d frames, not %d", len(samples)/c, n)
	}
	return samples[:n*c]
}

// checkSound asks whether the sound is whole and its length exact.
func checkSound(t *testing.T, path string, e output.Edition) []int16 {
	t.Helper()
	checkEdit(t, path, e.Timeline.Rate, e.Timeline.Frames)
	if e.Timeline.Frames == 0 {
		outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-")
		return nil
	}
	return decode(t, path, e)
}

// checkFile asks all independent readers.
func checkFile(t *testing.T, f mp4.Format, path string, e output.Edition) {
	t.Helper()
	checkSound(t, path, e)
	checkProbe(t, f, path, e)
	checkMutagen(t, f, path, e)
	tree := string(outputtest.Tool(t, "AtomicParsley", path, "-T", "1"))
	if strings.Index(tree, "Atom moov") > strings.Index(tree, "Atom mdat") {
		t.Error("the index stands behind the sound")
	}
	kind := strings.Contains(string(outputtest.Tool(t, "AtomicParsley", path, "--textdata")), `Atom "stik" contains: Audiobook`)
	if kind != (f == mp4.Book) {
		t.Errorf("AtomicParsley says that an audiobook is %v", kind)
	}
	id := string(outputtest.Tool(t, "mkvmerge", "--identify", path))
	if n := min(255, len(e.Timeline.Chapters)); n > 0 && !strings.Contains(id, fmt.Sprintf("Chapters: %d entr", n)) || !strings.Contains(id, "audio (AAC)") {
		t.Errorf("mkvmerge sees %s", id)
	}
}

type probed struct {
	Streams []struct {
		Duration int64  `json:"duration_ts"`
		TimeBase string `json:"time_base"`
		Rate     string `json:"sample_rate"`
		Profile  string
		Tags     struct{ Language string }
	}
	Format   struct{ Tags map[string]string }
	Chapters []struct {
		TimeBase   string `json:"time_base"`
		Start, End int64
		Tags       struct{ Title string }
	}
}

func probe(t *testing.T, path string) (out probed) {
	t.Helper()
	if err := json.Unmarshal(outputtest.Tool(t, "ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json", path), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// oneLine is a title as tags hold it.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)), " ")
}

// checkProbe: ffprobe sees the chapters of the text track, to the frame, and
// the tags as Audiobookshelf does, which asks it.
func checkProbe(t *testing.T, f mp4.Format, path string, e output.Edition) {
	t.Helper()
	p, line, d := probe(t, path), e.Timeline, e.Metadata
	if len(p.Chapters) != len(line.Chapters) {
		t.Fatalf("ffprobe sees %d chapters, not %d", len(p.Chapters), len(line.Chapters))
	}
	for i, got := range p.Chapters {
		want := line.Chapters[i]
		if got.TimeBase != fmt.Sprintf("1/%d", line.Rate) || got.Start != want.Span.Start || got.End != want.Span.End || got.Tags.Title != oneLine(want.Title) {
			t.Fatalf("ffprobe: chapter %d is %+v, want %+v %q", i+1, got, want.Span, want.Title)
		}
	}
	// The edit's milliseconds are rounded up.
	if s := p.Streams[0]; s.Duration < line.Frames || s.Duration > line.Frames+int64(line.Rate)/1000+1 || s.TimeBase != fmt.Sprintf("1/%d", line.Rate) || s.Profile != "LC" || s.Rate != fmt.Sprint(int(line.Rate)) {
		t.Errorf("ffprobe sees %+v for %d frames", s, line.Frames)
	}
	for i, s := range p.Streams[:min(2, len(p.Streams))] {
		if (i == 0 || len(line.Chapters) > 0) && s.Tags.Language != "deu" {
			t.Errorf("language of track %d: %q", i+1, s.Tags.Language)
		}
	}
	album, part, track := d.Album, "", ""
	if album == "" {
		album = line.Title
	}
	if d.Part > 0 {
		part = fmt.Sprint(d.Part)
	}
	if line.Number > 0 {
		track = fmt.Sprintf("%d/%d", line.Number, line.Of)
	}
	for key, want := range map[string]string{
		"major_brand": map[mp4.Format]string{mp4.Book: "M4B ", mp4.Audio: "M4A "}[f],
		"title":       oneLine(line.Title), "artist": oneLine(line.Author), "album_artist": oneLine(line.Author), "album": oneLine(album),
		"composer": d.Narrator, "NARRATOR": d.Narrator, "date": d.Date, "genre": d.Genre, "description": oneLine(d.Description),
		"synopsis": d.Description, "comment": d.Description, "copyright": d.Copyright, "PUBLISHER": d.Publisher,
		"SERIES": d.Series, "SERIES-PART": part, "WWWAUDIOFILE": d.Link, "encoder": e.Generator, "track": track,
	} {
		if got := p.Format.Tags[key]; got != want {
			t.Errorf("ffprobe: %s is %q, want %q", key, got, want)
		}
	}
}

// checkMutagen: mutagen sees the Nero chapters, to 100 ns, and the tags that
// ffprobe does not know.
func checkMutagen(t *testing.T, f mp4.Format, path string, e output.Edition) {
	t.Helper()
	const script = `
import json, sys
from mutagen.mp4 import MP4
m = MP4(sys.argv[1])
print(json.dumps({
  "Length": m.info.length, "Codec": m.info.codec, "Channels": m.info.channels,
  "Chapters": [{"Start": c.start, "Title": c.title} for c in m.chapters or []],
  "Text": {k: v[0] for k, v in m.tags.items() if k[0] != "-" and isinstance(v[0], str)},
  "Numbers": {k: v[0] for k, v in m.tags.items() if isinstance(v[0], int)},
  "Track": m.tags.get("trkn", [None])[0], "Disk": m.tags.get("disk", [None])[0],
  "Cover": [len(c) * 100 + c.imageformat for c in m.tags.get("covr", [])],
}))
`
	var got struct {
		Length   float64
		Codec    string
		Channels int
		Chapters []struct {
			Start float64
			Title string
		}
		Text        map[string]string
		Numbers     map[string]int
		Track, Disk []int
		Cover       []int
	}
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", script, path), &got); err != nil {
		t.Fatal(err)
	}
	line, d, rate := e.Timeline, e.Metadata, float64(e.Timeline.Rate)
	if math.Abs(got.Length*rate-float64(line.Frames+1024)) > 0.001 || got.Codec != "mp4a.40.2" || got.Channels != e.Sound.Format().Channels {
		t.Errorf("mutagen sees %g s of %s with %d channels for %d frames", got.Length, got.Codec, got.Channels, line.Frames)
	}
	if len(got.Chapters) != min(255, len(line.Chapters)) {
		t.Fatalf("mutagen sees %d chapters of %d", len(got.Chapters), len(line.Chapters))
	}
	for i, c := range got.Chapters {
		want, title := line.Chapters[i], oneLine(line.Chapters[i].Title)
		short, isCut := strings.CutSuffix(c.Title, "\u2026")
		if math.Abs(c.Start-float64(want.Span.Start)/rate) > 51e-9 || c.Title != title && !(isCut && len(title) > 255 && len(c.Title) > 250 && strings.HasPrefix(title, short)) {
			t.Fatalf("mutagen: chapter %d is %+v, want %d %q", i+1, c, want.Span.Start, title)
		}
	}
	if got.Text["\u00a9nrt"] != d.Narrator || got.Text["\u00a9pub"] != d.Publisher || got.Text["\u00a9mvn"] != d.Series || got.Numbers["\u00a9mvi"] != d.Part {
		t.Errorf("mutagen: %v %v", got.Text, got.Numbers)
	}
	if (got.Numbers["stik"] == 2) != (f == mp4.Book) {
		t.Errorf("mutagen: media kind %d", got.Numbers["stik"])
	}
	if want := []int{line.Number, line.Of}; line.Number > 0 && (fmt.Sprint(got.Track) != fmt.Sprint(want) || fmt.Sprint(got.Disk) != "[1 1]") {
		t.Errorf("mutagen: track %v, disk %v, want %v", got.Track, got.Disk, want)
	}
	if d.Cover != nil && (len(got.Cover) != 1 || got.Cover[0] != len(d.Cover.Data)*100+13) {
		t.Errorf("mutagen: cover %v", got.Cover)
	}
}

// TestCues: after decoding each cue's tone is found in its place, to the frame,
// over the joints of pieces too.
func TestCues(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 40, Cues: 10, Jobs: 2, Frames: func(i int) int64 { return 12000 + int64(i%7)*1111 }})
	got := decode(t, write(t, e), e)
	r, err := e.Sound.Open(pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want, err := pcm.ReadAll(r, e.Timeline.Frames)
	if err != nil {
		t.Fatal(err)
	}
	if e.Timeline.Frames < 250*22050 {
		t.Fatalf("only %d frames: no joints", e.Timeline.Frames)
	}
	cues := 0
	for _, c := range e.Timeline.Chapters {
		for _, cue := range c.Cues {
			cues++
			// The start, with the silence before it: a tone alone could slip
			// by a period.
			lo, hi := max(64, int(cue.Span.Start)-400), int(cue.Span.Start)+4000
			best, at := int64(math.MaxInt64), 0 // the least energy of the difference
			for n := range 129 {
				lag := (n + 1) / 2 * (1 - n%2*2) // 0, -1, 1, -2 to 64
				var sum int64
				for i := lo; i < hi && sum < best; i++ {
					d := int64(want[i]) - int64(got[i+lag])
					sum += d * d
				}
				if sum < best {
					best, at = sum, lag
				}
			}
			if at != 0 {
				t.Errorf("cue %d at frame %d is heard %d frames off", cues, cue.Span.Start, at)
			}
		}
	}
	if cues != 400 {
		t.Errorf("%d cues", cues)
	}
}
