package flac_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"narrate/internal/output"
	"narrate/internal/output/audio/flac"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/timeline"
)

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return flac.Format{} }, outputtest.Options{Check: checkFile})
}

// samples is all of the edition's sound.
func samples(t *testing.T, e output.Edition) []int16 {
	t.Helper()
	r, err := e.Sound.Open(pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s, err := pcm.ReadAll(r, e.Timeline.Frames)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checkSound asks decoders whether the sound is whole and the same.
func checkSound(t *testing.T, path string, e output.Edition) {
	t.Helper()
	outputtest.Tool(t, "flac", "-ts", path)
	raw := outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:a", "-f", "s16le", "-")
	want := samples(t, e)
	if len(raw) != 2*len(want) {
		t.Fatalf("%d bytes for %d samples", len(raw), len(want))
	}
	for i, s := range want {
		if got := int16(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8); got != s {
			t.Fatalf("sample %d is %d, want %d", i, got, s)
		}
	}
}

// checkFile asks all independent readers.
func checkFile(t *testing.T, path string, e output.Edition) {
	t.Helper()
	checkSound(t, path, e)
	checkChapters(t, path, e)
	tags := mutagen(t, path)
	for name, want := range map[string]string{
		"title": e.Timeline.Title, "artist": e.Timeline.Author, "language": e.Timeline.Lang,
		"encoder": e.Generator, "narrator": e.Metadata.Narrator, "series": e.Metadata.Series,
	} {
		if got := strings.Join(tags.Text[name], "|"); got != oneLine(want) {
			t.Errorf("%s is %q, want %q", name, got, oneLine(want))
		}
	}
	var cover []byte
	if e.Metadata.Cover != nil {
		cover = e.Metadata.Cover.Data
	}
	if got, err := base64.StdEncoding.DecodeString(tags.Cover); err != nil || !bytes.Equal(got, cover) {
		t.Errorf("a cover of %d bytes, want %d: %v", len(got), len(cover), err)
	}
	if tags.Frames != e.Timeline.Frames {
		t.Errorf("%d frames, want %d", tags.Frames, e.Timeline.Frames)
	}
	var want []int64
	if len(e.Timeline.Chapters) <= 254 {
		for _, c := range e.Timeline.Chapters {
			want = append(want, c.Span.Start)
		}
	}
	if !slices.Equal(tags.Cues, want) {
		t.Errorf("cue sheet %v, want %v", tags.Cues, want)
	}
	list := string(outputtest.Tool(t, "metaflac", "--list", path))
	for _, line := range []string{
		fmt.Sprintf("sample_rate: %d Hz", e.Timeline.Rate), fmt.Sprintf("total samples: %d\n", e.Timeline.Frames),
		"type: 4 (VORBIS_COMMENT)", "type: 1 (PADDING)",
	} {
		if !strings.Contains(list, line) {
			t.Errorf("metaflac: no %q in %s", line, list)
		}
	}
	if strings.Contains(list, "MD5 signature: 00000000000000000000000000000000") {
		t.Error("no MD5")
	}
}

func checkChapters(t *testing.T, path string, e output.Edition) {
	t.Helper()
	var probe struct {
		Chapters []struct {
			TimeBase string `json:"time_base"`
			Start    int64
			Tags     struct{ Title string }
		}
	}
	if err := json.Unmarshal(outputtest.Tool(t, "ffprobe", "-v", "error", "-show_chapters", "-of", "json", path), &probe); err != nil {
		t.Fatal(err)
	}
	if len(probe.Chapters) != len(e.Timeline.Chapters) {
		t.Fatalf("ffprobe sees %d chapters, not %d", len(probe.Chapters), len(e.Timeline.Chapters))
	}
	for i, c := range e.Timeline.Chapters {
		got := probe.Chapters[i]
		if got.TimeBase != "1/1000" || got.Start != e.Timeline.Rate.Milliseconds(c.Span.Start) || got.Tags.Title != oneLine(c.Title) {
			t.Fatalf("ffprobe: chapter %d is %+v, want %+v %q", i+1, got, c.Span, c.Title)
		}
	}
}

// oneLine is a text as tags hold it.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

type tags struct {
	Text   map[string][]string
	Cover  string // base64
	Frames int64
	Cues   []int64 // starts of the cue sheet's tracks
	Seek   [][3]int64
}

func mutagen(t *testing.T, path string) (out tags) {
	t.Helper()
	const script = `
import base64, json, sys
from mutagen.flac import FLAC
f = FLAC(sys.argv[1])
text = {}
for k, v in f.tags: text.setdefault(k.lower(), []).append(v)
cover = b""
if f.pictures:
    p, = f.pictures
    assert p.type == 3 and p.width > 0 and p.mime in ("image/jpeg", "image/png")
    cover = p.data
cues = []
if f.cuesheet:
    s = f.cuesheet
    assert not s.compact_disc and s.lead_in_samples == 0
    assert s.tracks[-1].track_number == 255 and s.tracks[-1].start_offset == f.info.total_samples and not s.tracks[-1].indexes
    for i, k in enumerate(s.tracks[:-1]):
        assert k.track_number == i + 1 and k.type == 0 and [(x.index_number, x.index_offset) for x in k.indexes] == [(1, 0)]
        cues.append(k.start_offset)
seek = [tuple(p) for p in f.seektable.seekpoints] if f.seektable else []
print(json.dumps({"Text": text, "Cover": base64.b64encode(cover).decode(), "Frames": f.info.total_samples, "Cues": cues, "Seek": seek}))
`
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", script, path), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// music is a source of any shape.
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
func edition(m music, quality int) output.Edition {
	n := m.Frames()
	return output.Edition{
		Timeline: &timeline.Timeline{
			Title: "Probe", Lang: "de", Rate: m.format.Rate, Frames: n,
			Chapters: []timeline.Chapter{{Title: "Probe", Span: pcm.Span{End: n}}},
		},
		Sound: m, Encoding: output.Encoding{Quality: quality}, Generator: "narrate 0.0-test", Jobs: 1,
	}
}

func write(t *testing.T, e output.Edition) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.flac")
	if err := os.WriteFile(path, outputtest.Write(t, flac.Format{}, e), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestShapes: any rate and channel count, tones and noise, give back their
// frames.
func TestShapes(t *testing.T) {
	for i, rate := range []pcm.Hz{8000, 22050, 24000, 44100, 96000} {
		f := pcm.Format{Rate: rate, Channels: 1 + i%2}
		m := music{f, slices.Concat(pcmtest.Noise(f, 1, 1, int64(rate)), pcmtest.Tone(f, 440, 0.5, int64(rate)), pcmtest.Silence(f, int64(rate)))}
		e := edition(m, i*9/4)
		checkSound(t, write(t, e), e)
	}
}

func TestLengths(t *testing.T) {
	f := pcm.Format{Rate: 24000, Channels: 1}
	for _, n := range []int64{1, 15, 16, 2304, 2305} {
		e := edition(music{f, pcmtest.Noise(f, 1, 0.5, n)}, 5)
		checkSound(t, write(t, e), e)
	}
}

// TestSeek: the table's points are frames of the stream, ten seconds apart,
// where a decoder that seeks finds the sound; the sizes told are those there.
func TestSeek(t *testing.T) {
	f := pcm.Format{Rate: 8000, Channels: 1}
	m := music{f, slices.Concat(pcmtest.Noise(f, 7, 0.3, 8000*33), pcmtest.Tone(f, 300, 0.5, 8000*30))}
	e := edition(m, 5)
	path := write(t, e)
	checkFile(t, path, e)
	points := mutagen(t, path).Seek
	if len(points) != 7 {
		t.Fatalf("points %v", points)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sound := 4
	for more := true; more; {
		more = data[sound]&0x80 == 0
		sound += 4 + int(data[sound+1])<<16 + int(data[sound+2])<<8 + int(data[sound+3])
	}
	for i, p := range points {
		at := sound + int(p[1])
		if p[0] > int64(i)*80000 || p[0]+p[2] <= int64(i)*80000 || data[at] != 0xff || data[at+1] != 0xf8 {
			t.Errorf("point %d: %v, bytes %x", i, p, data[at:at+4])
		}
	}
	want := m.data[8000*45 : 8000*45+1000]
	raw := outputtest.Tool(t, "flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed", "--skip=360000", "--until=361000", path)
	for i, s := range want {
		if got := int16(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8); got != s {
			t.Fatalf("sample %d after seeking is %d, want %d", i, got, s)
		}
	}
	// The reference encoder tells the same of its own file; ours must agree
	// with what a decoder counts.
	var least, most int
	analysis := filepath.Join(t.TempDir(), "a")
	outputtest.Tool(t, "flac", "-s", "-a", "-o", analysis, path)
	text, err := os.ReadFile(analysis)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		_, after, ok := strings.Cut(line, "bits=")
		if !ok || !strings.HasPrefix(line, "frame=") {
			continue
		}
		n, err := strconv.Atoi(strings.Fields(after)[0])
		if err != nil {
			t.Fatal(err)
		}
		n /= 8
		if most = max(most, n); least == 0 || n < least {
			least = n
		}
	}
	list := string(outputtest.Tool(t, "metaflac", "--list", "--block-type=STREAMINFO", path))
	for _, line := range []string{fmt.Sprintf("minimum framesize: %d bytes", least), fmt.Sprintf("maximum framesize: %d bytes", most)} {
		if !strings.Contains(list, line) {
			t.Errorf("no %q in %s", line, list)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		rate     pcm.Hz
		channels int
		quality  int
		want     string
	}{
		{700000, 1, 5, "cannot hold 700000 Hz"},
		{22050, 3, 5, "cannot hold 3 channels"},
		{22050, 1, 10, "no quality 10"},
		{22050, 1, -1, "no quality -1"},
	} {
		e := edition(music{pcm.Format{Rate: c.rate, Channels: c.channels}, make([]int16, 600)}, c.quality)
		if err := (flac.Format{}).Write(t.Context(), nil, e); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestCoverTooLarge: a block counts to 16 MiB.
func TestCoverTooLarge(t *testing.T) {
	e := edition(music{pcm.Format{Rate: 8000, Channels: 1}, make([]int16, 600)}, 5)
	e.Metadata.Cover = &output.Picture{MediaType: "image/png", Width: 1, Height: 1, Data: make([]byte, output.MaxPictureBytes)}
	if err := (flac.Format{}).Write(t.Context(), nil, e); err == nil || !strings.Contains(err.Error(), "smaller") {
		t.Errorf("%v", err)
	}
}

func TestGain(t *testing.T) {
	e := edition(music{pcm.Format{Rate: 8000, Channels: 1}, make([]int16, 600)}, 5)
	e.Level = &output.Level{Loudness: -16, TruePeak: -6}
	tags := mutagen(t, write(t, e)).Text
	if tags["replaygain_track_gain"][0] != "-2.00 dB" || tags["replaygain_album_peak"][0] != "0.501187" {
		t.Errorf("gains: %v", tags)
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	f := flac.Format{}
	err := f.Check(t.Context())
	if !errors.Is(err, output.ErrMissing) {
		t.Fatalf("check: %v", err)
	}
	for _, hint := range []string{"install ffmpeg", "--format wav"} {
		if !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "\n") {
			t.Errorf("no hint at %q, or several lines, in %v", hint, err)
		}
	}
	e := edition(music{pcm.Format{Rate: 8000, Channels: 1}, make([]int16, 600)}, 5)
	if err := f.Write(t.Context(), nil, e); !errors.Is(err, output.ErrMissing) {
		t.Errorf("write: %v", err)
	}
}

// TestKilled: a program that ends midway, or gives something else than FLAC, is
// an error.
func TestKilled(t *testing.T) {
	ffmpeg := strings.TrimSpace(string(outputtest.Tool(t, "which", "ffmpeg")))
	f := pcm.Format{Rate: 24000, Channels: 1}
	for name, last := range map[string]string{
		"killed":     "kill -9 $$",
		"cut":        ffmpeg + ` "$@" | head -c 50000; cat >/dev/null; exit 0`,
		"noise":      "cat",
		"empty":      "cat >/dev/null",
		"other rate": "cat >/dev/null; " + ffmpeg + " -v error -f lavfi -i anoisesrc=d=2:r=48000 -f flac -",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			script := "#!/bin/sh\ncase \"$*\" in *-version*|*-encoders*) exec " + ffmpeg + " \"$@\";; esac\n" + last + "\n"
			if err := os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":/usr/bin:/bin")
			file, err := os.Create(filepath.Join(dir, "file.flac"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			e := edition(music{f, pcmtest.Noise(f, 3, 0.5, 24000*3)}, 9)
			if err := (flac.Format{}).Write(t.Context(), file, e); err == nil {
				t.Error("the file is written as if it were whole")
			} else {
				t.Log(err)
			}
		})
	}
}
