package mp3_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
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
	// The tags are made the same way.
	t.Run("ffmpeg", func(t *testing.T) {
		t.Setenv("NARRATE_NO_LIBS", "1")
		outputtest.Run(t, func() output.Format { return mp3.Format{} }, outputtest.Options{
			Check: checkSound, Shapes: []string{"1 cue", "tiny cues", "cut cues", "section", "stereo", "metadata"},
		})
	})
}

// TestVariable: files of variable bit rate by both ways.
func TestVariable(t *testing.T) {
	hold := func(t *testing.T, specs ...outputtest.Spec) {
		for _, spec := range specs {
			spec.Encoding = output.Encoding{MP3: 48000, VBR: true, Quality: 7}
			e := outputtest.Edition(t, spec)
			checkSound(t, write(t, e), e)
		}
	}
	t.Run("libmp3lame", func(t *testing.T) {
		hold(t, outputtest.Spec{},
			outputtest.Spec{Chapters: 3, Cues: 6, Metadata: outputtest.Metadata(t)},
			outputtest.Spec{Chapters: 30, Cues: 5, Channels: 2},
			outputtest.Spec{Rate: 44100, Chapters: 30, Cues: 5},
			outputtest.Spec{Rate: 48000, Chapters: 2, Channels: 2})
	})
	t.Run("ffmpeg", func(t *testing.T) {
		t.Setenv("NARRATE_NO_LIBS", "1")
		hold(t, outputtest.Spec{}, outputtest.Spec{Chapters: 30, Cues: 5, Channels: 2})
	})
}

// TestReplayGain: what was measured stands in both tags, that of a whole as an
// album's in a part.
func TestReplayGain(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 2, Cues: 3})
	e.Level = &output.Level{Loudness: -16.04, TruePeak: -2}
	c := e.Timeline.Chapters[1]
	for name, e := range map[string]output.Edition{"track": e, "album": e.Cut(c.Span, c.Title, 2, 2)} {
		path := write(t, e)
		checkFile(t, path, e)
		got := mutagen(t, path).Text
		name := "TXXX:REPLAYGAIN_" + strings.ToUpper(name)
		if got[name+"_GAIN"] != "-1.96 dB" || got[name+"_PEAK"] != "0.794328" {
			t.Errorf("%s: %v", name, got)
		}
		const script = `
import json, sys
from mutagen.mp3 import MP3
i = MP3(sys.argv[1]).info
print(json.dumps([i.track_peak, i.track_gain, i.album_gain]))
`
		var info [3]*float64
		if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", script, path), &info); err != nil {
			t.Fatal(err)
		}
		gain := info[1]
		if e.Timeline.Number > 0 {
			if gain = info[2]; gain != nil {
				*gain = -*gain // mutagen 1.46 forgets the sign of this one
			}
		} else if info[0] == nil || math.Abs(*info[0]-0.794328) > 1e-6 {
			t.Errorf("%s: peak %v", name, info[0])
		}
		if gain == nil || math.Abs(*gain+2.0) > 0.01 {
			t.Errorf("%s: gain %v", name, gain)
		}
	}
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
	m := e.Metadata
	album := m.Album
	if album == "" {
		album = e.Timeline.Title
	}
	for id, want := range map[string]string{
		"TIT2": e.Timeline.Title, "TPE1": e.Timeline.Author, "TPE2": e.Timeline.Author, "TCOM": m.Narrator, "TALB": album,
		"TPUB": m.Publisher, "TCON": m.Genre, "TYER": year(m), "TDAT": day(m), "TCOP": strings.TrimPrefix(m.Copyright, "\u00a9 "),
		"TXXX:SERIES": m.Series, "TXXX:SERIES-PART": part(m), "MVNM": m.Series, "MVIN": part(m),
		"WOAS": m.Link, "WXXX:": m.Link,
	} {
		if tag.Text[id] != oneLine(want) {
			t.Errorf("%s is %q, want %q", id, tag.Text[id], want)
		}
	}
	if got := tag.Text["COMM::deu"]; got != m.Description {
		t.Errorf("description %q, want %q", got, m.Description)
	}
	checkText(t, tag.Text["USLT::deu"], e.Timeline)
	if m.Cover != nil && tag.Text["APIC:"] != digest(m.Cover) || m.Cover == nil && tag.Text["APIC:"] != "" {
		t.Errorf("cover %q", tag.Text["APIC:"])
	}
	for i := range e.Timeline.Chapters {
		said := m.Of(&e.Timeline.Chapters[i])
		if got := tag.Details[i]; got.Link != said.Link || got.Picture != digest(said.Picture) {
			t.Errorf("chapter %d: %+v", i+1, got)
		}
	}
	checkProbe(t, path, e)
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

func year(m output.Metadata) string { return m.Date[:min(4, len(m.Date))] }

func day(m output.Metadata) string {
	if len(m.Date) != 10 {
		return ""
	}
	return m.Date[8:] + m.Date[5:7]
}

func part(m output.Metadata) string {
	if m.Part == 0 {
		return ""
	}
	return strconv.Itoa(m.Part)
}

// digest names a picture by its kind and content.
func digest(p *output.Picture) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s 3 %x", p.MediaType, sha256.Sum256(p.Data))
}

// checkText: all cues' texts stand in the lyrics, but for white space and
// control characters.
func checkText(t *testing.T, got string, l *timeline.Timeline) {
	t.Helper()
	var want strings.Builder
	for _, c := range l.Chapters {
		for _, cue := range c.Cues {
			want.WriteString(bare(oneLine(cue.Utterance.Text)))
		}
	}
	if bare(got) != want.String() {
		t.Errorf("text of %d bytes, want %d: %.200q", len(got), want.Len(), got)
	}
}

// bare is text without white space.
func bare(text string) string { return strings.Join(strings.Fields(text), "") }

// checkProbe asks ffprobe for what it knows of tags.
func checkProbe(t *testing.T, path string, e output.Edition) {
	t.Helper()
	var probe struct {
		Format  struct{ Tags map[string]string }
		Streams []struct {
			Type string `json:"codec_name"`
			Tags map[string]string
		}
	}
	if err := json.Unmarshal(outputtest.Tool(t, "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", path), &probe); err != nil {
		t.Fatal(err)
	}
	m := e.Metadata
	for key, want := range map[string]string{
		"title": e.Timeline.Title, "artist": e.Timeline.Author, "album_artist": e.Timeline.Author, "composer": m.Narrator,
		"publisher": m.Publisher, "genre": m.Genre, "date": m.Date, "copyright": strings.TrimPrefix(m.Copyright, "\u00a9 "),
		"SERIES": m.Series, "SERIES-PART": part(m), "comment": m.Description, "language": "deu",
	} {
		if key != "comment" {
			want = oneLine(want)
		}
		if got := probe.Format.Tags[key]; got != want {
			t.Errorf("ffprobe: %s is %q, want %q", key, got, want)
		}
	}
	want := 1
	if m.Cover != nil {
		want++
	}
	if len(probe.Streams) != want {
		t.Errorf("ffprobe sees %d streams", len(probe.Streams))
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
	Details  []struct{ Link, Picture string } // of the chapters
}

// mutagen reads the tag, with the chapters in the order of its one top-level
// table of contents.
func mutagen(t *testing.T, path string) (out tags) {
	t.Helper()
	const script = `
import hashlib, json, sys
from mutagen.id3 import ID3
tag = ID3(sys.argv[1], translate=False)
def picture(f): return "%s %d %s" % (f.mime, f.type, hashlib.sha256(f.data).hexdigest())
def said(f):
    if f.FrameID == "APIC": return picture(f)
    return f.url if f.FrameID[0] == "W" else str(f)
text = {k: said(f) for k, f in tag.items() if k[0] in "TWUMA" or k.startswith("COMM")}
details = []
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
            details.append({"Link": f2.sub_frames["WXXX:"].url if "WXXX:" in f2.sub_frames else "",
                "Picture": picture(f2.sub_frames["APIC:"]) if "APIC:" in f2.sub_frames else ""})
            yield {"Start": f2.start_time, "End": f2.end_time, "Title": str(f2.sub_frames.get("TIT2", ""))}
chapters = list(walk(tops[0])) if tops else []
assert not chap and len(toc) == len(tops), "left over"
print(json.dumps({"Text": text, "Chapters": chapters, "Details": details}))
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
	for i, rate := range []pcm.Hz{16000, 22050, 22050, 24000, 32000, 44100, 44100, 48000} {
		shape(rate, 1+i%2)
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
		for _, n := range []int{0, 1, 47, 576, 577, 1152, 1153} {
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

// TestSuit: a bit rate that the sound's rate does not have becomes the highest
// that it has, and no other.
func TestSuit(t *testing.T) {
	for _, c := range []struct {
		rate          pcm.Hz
		bitRate, want int
	}{{44100, 320000, 320000}, {32000, 192000, 192000}, {24000, 192000, 160000}, {16000, 160000, 160000}, {22050, 64000, 64000}} {
		f := pcm.Format{Rate: c.rate, Channels: 1}
		e := mp3.Format{}.Suit(f, output.Encoding{MP3: c.bitRate, AAC: 1})
		if e != (output.Encoding{MP3: c.want, AAC: 1}) {
			t.Errorf("%d b/s at %d Hz: %+v", c.bitRate, c.rate, e)
		}
		if err := (mp3.Format{}).Fits(f, e); err != nil {
			t.Error(err)
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
