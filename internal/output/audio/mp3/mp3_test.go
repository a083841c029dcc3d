package mp3_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

func TestConformance(t *testing.T) {
	t.Run("libmp3lame", func(t *testing.T) {
		outputtest.Run(t, func() output.Format { return mp3.Format{} }, outputtest.Options{Check: checkFile})
	})
	t.Run("ffmpeg", func(t *testing.T) {
		t.Setenv("NARRATE_NO_LIBS", "1")
		outputtest.Run(t, func() output.Format { return mp3.Format{} }, outputtest.Options{Check: checkSound}) // the tags are made the same way
	})
}

// decode is the file's sound as a gapless decoder gives it.
func decode(t *testing.T, path string) []int16 {
	t.Helper()
	raw := outputtest.Tool(t, "mpg123", "-q", "-s", "-e", "s16", "--gapless", path)
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8)
	}
	return samples
}

// checkSound asks decoders whether the sound is whole.
func checkSound(t *testing.T, path string, e output.Edition) {
	t.Helper()
	outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-")
	for line := range strings.Lines(string(outputtest.Tool(t, "mp3val", path))) {
		short := e.Timeline.Frames < 10000 && strings.Contains(line, "Too few MPEG frames")
		if strings.Contains(line, "WARNING") && !short {
			t.Errorf("mp3val: %s", line)
		}
	}
	if got := int64(len(decode(t, path))); got != e.Timeline.Frames*int64(e.Sound.Format().Channels) {
		t.Errorf("decodes to %d samples, not %d", got, e.Timeline.Frames)
	}
}

// checkFile asks all independent readers.
func checkFile(t *testing.T, path string, e output.Edition) {
	t.Helper()
	checkSound(t, path, e)
	want := wantChapters(e.Timeline)
	sameChapters(t, "ffprobe", ffprobeChapters(t, path), want)
	tag := mutagen(t, path)
	sameChapters(t, "mutagen", tag.Chapters, want)
	if tag.Text["TIT2"] != oneLine(e.Timeline.Title) || tag.Text["TPE1"] != oneLine(e.Timeline.Author) {
		t.Errorf("title %q, artist %q", tag.Text["TIT2"], tag.Text["TPE1"])
	}
	if tag.Text["TLAN"] != "deu" || tag.Text["TENC"] != e.Generator || !strings.HasPrefix(tag.Text["TSSE"], "LAME") {
		t.Errorf("language, generator or encoder: %v", tag.Text)
	}
	if ms := e.Timeline.Rate.Milliseconds(e.Timeline.Frames); ms > 0 && tag.Text["TLEN"] != strconv.FormatInt(ms, 10) {
		t.Errorf("length %s for %d frames", tag.Text["TLEN"], e.Timeline.Frames)
	}
	track := ""
	if e.Timeline.Number > 0 {
		track = fmt.Sprintf("%d/%d", e.Timeline.Number, e.Timeline.Of)
	}
	if tag.Text["TRCK"] != track {
		t.Errorf("track %q, want %q", tag.Text["TRCK"], track)
	}
}

type chapter struct {
	Start, End int64 // ms
	Title      string
}

func wantChapters(l *timeline.Timeline) (out []chapter) {
	for _, c := range l.Chapters {
		out = append(out, chapter{l.Rate.Milliseconds(c.Span.Start), l.Rate.Milliseconds(c.Span.End), oneLine(c.Title)})
	}
	return out
}

func sameChapters(t *testing.T, reader string, got, want []chapter) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s sees %d chapters, not %d", reader, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: chapter %d is %+v, want %+v", reader, i+1, got[i], want[i])
		}
	}
}

// oneLine is a title as tags hold it.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

func ffprobeChapters(t *testing.T, path string) (out []chapter) {
	t.Helper()
	var probe struct {
		Chapters []struct {
			TimeBase   string `json:"time_base"`
			Start, End int64
			Tags       struct{ Title string }
		}
	}
	if err := json.Unmarshal(outputtest.Tool(t, "ffprobe", "-v", "error", "-show_chapters", "-of", "json", path), &probe); err != nil {
		t.Fatal(err)
	}
	for i, c := range probe.Chapters {
		if c.Tags.Title == fmt.Sprintf("chp%d", i+1) { // it has no title, and shows the element's id
			c.Tags.Title = ""
		}
		if c.TimeBase != "1/1000" {
			t.Fatalf("ffprobe counts in %s", c.TimeBase)
		}
		out = append(out, chapter{c.Start, c.End, c.Tags.Title})
	}
	return out
}

type tags struct {
	Text     map[string]string
	Chapters []chapter
}

// mutagen reads the tag, with the chapters in the order of its one top-level
// table of contents.
func mutagen(t *testing.T, path string) (out tags) {
	t.Helper()
	const script = `
import json, sys
from mutagen.id3 import ID3
tag = ID3(sys.argv[1], translate=False)
text = {k: str(f) for k, f in tag.items() if k[0] == "T"}
chap = {f.element_id: f for f in tag.getall("CHAP")}
toc = {f.element_id: f for f in tag.getall("CTOC")}
tops = [f for f in toc.values() if f.flags & 2]
assert len(tops) <= 1 and all(f.flags & 1 for f in toc.values()), "flags"
assert all(0 < len(f.child_element_ids) <= 255 for f in toc.values()), "children"
assert all("TIT2" in f.sub_frames for f in toc.values()), "titles"
def walk(f):
    for c in f.child_element_ids:
        if c in toc: yield from walk(toc.pop(c))
        else:
            f2 = chap.pop(c)
            yield {"Start": f2.start_time, "End": f2.end_time, "Title": str(f2.sub_frames.get("TIT2", ""))}
chapters = list(walk(tops[0])) if tops else []
assert not chap and len(toc) == len(tops), "left over"
print(json.dumps({"Text": text, "Chapters": chapters}))
`
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", script, path), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// music is a source of any shape, the same at every position on every read.
type music struct {
	format pcm.Format
	data   []int16
}

func (m music) Format() pcm.Format { return m.format }
func (m music) Frames() int64      { return int64(len(m.data) / m.format.Channels) }
func (m music) Open(s pcm.Span) (pcm.Reader, error) {
	c := int64(m.format.Channels)
	return pcm.Samples(m.format, m.data[s.Start*c:s.End*c]), nil
}

// edition is a programme of one chapter.
func edition(m music, enc output.Encoding, jobs int) output.Edition {
	n := m.Frames()
	return output.Edition{
		Timeline: &timeline.Timeline{
			Title: "Probe", Lang: "de", Rate: m.format.Rate, Frames: n,
			Chapters: []timeline.Chapter{{Title: "Probe", Span: pcm.Span{End: n}}},
		},
		Sound: m, Encoding: enc, Generator: "narrate 0.0-test", Jobs: jobs,
	}
}

// write writes a file and gives its path.
func write(t *testing.T, e output.Edition) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.mp3")
	if err := os.WriteFile(path, outputtest.Write(t, mp3.Format{}, e), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// chirp is a tone that rises without end in each channel, lower on the right.
func chirp(f pcm.Format, frames int) music {
	m := music{f, make([]int16, frames*f.Channels)}
	phase := make([]float64, f.Channels)
	for i := range frames {
		for c := range f.Channels {
			phase[c] += float64(300+i%4000/(c+1)) / float64(f.Rate)
			p := phase[c] - float64(int(phase[c]))
			m.data[i*f.Channels+c] = int16(16000 * p * (1 - p) * 4 * (1 - 2*p)) // a smooth wave
		}
	}
	return m
}

// TestShapes: each rate and channel count gives back exactly its frames, in
// their places.
func TestShapes(t *testing.T) {
	shape := func(rate pcm.Hz, channels int) {
		t.Run(fmt.Sprintf("%d Hz %d channels", rate, channels), func(t *testing.T) {
			m := chirp(pcm.Format{Rate: rate, Channels: channels}, int(rate)+123)
			e := edition(m, output.Encoding{MP3: 128000, Quality: 5}, 2)
			path := write(t, e)
			checkSound(t, path, e)
			if snr := snr(m.data, decode(t, path)); snr < 12 {
				t.Errorf("decoded sound is %.1f dB above its error: out of place", snr)
			}
		})
	}
	for _, rate := range []pcm.Hz{16000, 22050, 24000, 32000, 44100, 48000} {
		shape(rate, 1)
		shape(rate, 2)
	}
	t.Setenv("NARRATE_NO_LIBS", "1")
	shape(22050, 1)
	shape(24000, 2)
	shape(44100, 2)
}

// TestLowBitRates: the Info tag needs more room than one frame of 8 kb/s has.
func TestLowBitRates(t *testing.T) {
	for _, kbps := range []int{8, 16, 24, 32, 160} {
		e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 30000), output.Encoding{MP3: kbps * 1000, Quality: 7}, 1)
		checkSound(t, write(t, e), e)
	}
}

// TestLengths: the padding is right for any length, to the frame.
func TestLengths(t *testing.T) {
	for _, rate := range []pcm.Hz{22050, 44100} {
		for _, n := range []int{0, 1, 2, 47, 575, 576, 577, 1151, 1152, 1153, 5000} {
			e := edition(chirp(pcm.Format{Rate: rate, Channels: 1}, n), output.Encoding{MP3: 64000, Quality: 7}, 1)
			if got := len(decode(t, write(t, e))); got != n {
				t.Errorf("%d frames at %d Hz decode to %d", n, rate, got)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	ok := output.Encoding{MP3: 64000, Quality: 5}
	for _, c := range []struct {
		rate     pcm.Hz
		channels int
		enc      output.Encoding
		want     string
	}{
		{11025, 1, ok, "cannot hold 11025 Hz"},
		{8000, 1, ok, "16000, 22050, 24000, 32000, 44100 and 48000"},
		{96000, 2, ok, "cannot hold 96000 Hz"},
		{22050, 3, ok, "cannot hold 3 channels"},
		{22050, 1, output.Encoding{MP3: 192000}, "8 16 24 32 40 48 56 64 80 96 112 128 144 160"},
		{44100, 1, output.Encoding{MP3: 8000}, "32 40 48 56 64 80 96 112 128 160 192 224 256 320"},
		{22050, 1, output.Encoding{MP3: 64001}, "64.001 kb/s"},
		{22050, 1, output.Encoding{}, "0 kb/s"},
		{22050, 1, output.Encoding{MP3: -64000}, "-64 kb/s"},
		{22050, 1, output.Encoding{MP3: 64000, Quality: 10}, "no quality 10"},
		{22050, 1, output.Encoding{MP3: 64000, Quality: -1}, "no quality -1"},
	} {
		e := edition(music{pcm.Format{Rate: c.rate, Channels: c.channels}, make([]int16, 600)}, c.enc, 1)
		err := (mp3.Format{}).Write(t.Context(), nil, e)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("NARRATE_NO_LIBS", "1")
	t.Setenv("PATH", t.TempDir())
	f := mp3.Format{}
	err := f.Check(t.Context())
	if !errors.Is(err, output.ErrMissing) {
		t.Fatalf("check: %v", err)
	}
	for _, hint := range []string{"install ffmpeg", "--format wav"} {
		if !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "\n") {
			t.Errorf("no hint at %q, or several lines, in %v", hint, err)
		}
	}
	e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 100), output.Encoding{MP3: 64000}, 1)
	if err := f.Write(t.Context(), nil, e); !errors.Is(err, output.ErrMissing) {
		t.Errorf("write: %v", err)
	}
	t.Setenv("NARRATE_NO_LIBS", "")
	if err := f.Check(t.Context()); err != nil {
		t.Errorf("with the library: %v", err)
	}
}

// TestCancelledLong: a long programme stops at once, in all of its workers.
func TestCancelledLong(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 22050*300), output.Encoding{MP3: 64000, Quality: 7}, 4)
	e.Progress = func(int64) { cancel() }
	file, err := os.Create(filepath.Join(t.TempDir(), "file.mp3"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := (mp3.Format{}).Write(ctx, file, e); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestFullDisk writes to a device that has no room.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 22050*70), output.Encoding{MP3: 64000, Quality: 7}, 2)
	if err := (mp3.Format{}).Write(t.Context(), full, e); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("%v", err)
	}
}
