package opus_test

import (
	"bytes"
	"context"
	"encoding/base64"
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
	"narrate/internal/output/audio/opus"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

func TestConformance(t *testing.T) {
	t.Run("libopus", func(t *testing.T) {
		outputtest.Run(t, func() output.Format { return opus.Format{} }, outputtest.Options{Rate: 24000, Check: checkFile})
	})
	t.Run("ffmpeg", func(t *testing.T) {
		t.Setenv("NARRATE_NO_LIBS", "1")
		outputtest.Run(t, func() output.Format { return opus.Format{} }, outputtest.Options{ // the tags are made the same way
			Rate: 24000, Check: checkSound, Shapes: []string{"1 cue", "tiny cues", "cut cues", "section", "stereo", "metadata"},
		})
	})
}

// checkSound asks readers whether the sound is whole.
func checkSound(t *testing.T, path string, e output.Edition) {
	t.Helper()
	raw := outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:a", "-f", "s16le", "-")
	f := e.Sound.Format()
	if got, want := int64(len(raw)), e.Timeline.Frames*48000/int64(f.Rate)*2*int64(f.Channels); got != want {
		t.Errorf("ffmpeg decodes %d bytes, want %d", got, want)
	}
	info := string(outputtest.Tool(t, "opusinfo", path))
	if strings.Contains(strings.ToLower(info), "warning") || strings.Contains(strings.ToLower(info), "error") {
		t.Errorf("opusinfo: %s", info)
	}
	if want := fmt.Sprintf("Original sample rate: %d Hz", f.Rate); !strings.Contains(info, want) {
		t.Errorf("opusinfo: no %q in %s", want, info)
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
		"encoder": e.Generator, "performer": e.Metadata.Narrator, "series": e.Metadata.Series,
		"url": e.Metadata.Link, "description": e.Metadata.Description,
	} {
		if got := strings.Join(tags.Text[name], "|"); got != oneLine(want) {
			t.Errorf("%s is %q, want %q", name, got, oneLine(want))
		}
	}
	number := ""
	if e.Timeline.Number > 0 {
		number = strconv.Itoa(e.Timeline.Number)
	}
	if got := strings.Join(tags.Text["tracknumber"], "|"); got != number {
		t.Errorf("track %q, want %q", got, number)
	}
	var cover []byte
	if e.Metadata.Cover != nil {
		cover = e.Metadata.Cover.Data
	}
	if got, err := base64.StdEncoding.DecodeString(tags.Cover); err != nil || !bytes.Equal(got, cover) {
		t.Errorf("a cover of %d bytes, want %d: %v", len(got), len(cover), err)
	}
	for i := range e.Timeline.Chapters {
		name := fmt.Sprintf("chapter%03durl", i+1)
		if want := e.Metadata.Of(&e.Timeline.Chapters[i]).Link; strings.Join(tags.Text[name], "|") != want {
			t.Errorf("%s is %q, want %q", name, tags.Text[name], want)
		}
	}
}

func checkChapters(t *testing.T, path string, e output.Edition) {
	t.Helper()
	var probe struct {
		Chapters []struct {
			ID    int
			Start int64
			Tags  struct{ Title string }
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
		if got.Start != e.Timeline.Rate.Milliseconds(c.Span.Start) || got.Tags.Title != oneLine(c.Title) {
			t.Fatalf("ffprobe: chapter %d is %+v, want %+v %q", i+1, got, c.Span, c.Title)
		}
	}
}

// oneLine is a text as tags hold it.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

type tags struct {
	Text  map[string][]string
	Cover string // base64
}

func mutagen(t *testing.T, path string) (out tags) {
	t.Helper()
	const script = `
import base64, json, sys
from mutagen.oggopus import OggOpus
from mutagen.flac import Picture
f = OggOpus(sys.argv[1])
text, cover = {}, b""
for k, v in f.tags:
    if k == "METADATA_BLOCK_PICTURE":
        p = Picture(base64.b64decode(v))
        assert p.type == 3 and p.width > 0 and p.mime in ("image/jpeg", "image/png")
        cover = p.data
    else: text.setdefault(k.lower(), []).append(v)
print(json.dumps({"Text": text, "Cover": base64.b64encode(cover).decode()}))
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

// edition is a programme of one chapter without cues.
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

func write(t *testing.T, e output.Edition) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.opus")
	if err := os.WriteFile(path, outputtest.Write(t, opus.Format{}, e), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestShapes: each rate and channel count gives back exactly its frames, in
// their places.
func TestShapes(t *testing.T) {
	shape := func(t *testing.T, rate pcm.Hz, channels int) {
		t.Helper()
		m := speechAt(t, rate, channels, 2)
		e := edition(m, output.Encoding{Opus: 64000 * channels, Quality: 5}, 2)
		path := write(t, e)
		checkSound(t, path, e)
		// Opus itself is exact to some 40 µs.
		if lag := lag(m.data, decode(t, path), channels, int(rate)/250); max(lag, -lag) > int(rate)/24000 {
			t.Errorf("%d Hz, %d channels: decoded sound lags by %d samples", rate, channels, lag)
		}
	}
	for i, rate := range []pcm.Hz{8000, 12000, 16000, 24000, 24000, 48000, 48000} {
		shape(t, rate, 1+i%2)
	}
	t.Setenv("NARRATE_NO_LIBS", "1")
	shape(t, 24000, 1)
	shape(t, 48000, 2)
}

// lag is the shift within ± most at which got correlates best with want.
func lag(want, got []int16, channels, most int) int {
	best, at := -1.0, 0
	for shift := -most; shift <= most; shift++ {
		var sum float64
		for i := most; i+most < len(want)/channels; i++ {
			sum += float64(want[i*channels]) * float64(got[(i+shift)*channels])
		}
		if sum > best {
			best, at = sum, shift
		}
	}
	return at
}

// TestCues: each cue's tone begins where its cue says, after decoding.
func TestCues(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Rate: 24000, Chapters: 3, Cues: 8, Encoding: output.Encoding{Opus: 64000, Quality: 5}})
	got := decode(t, write(t, e))
	r, err := e.Sound.Open(pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want, err := pcm.ReadAll(r, e.Timeline.Frames)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range e.Timeline.Chapters {
		for _, cue := range c.Cues {
			lo, hi := max(0, cue.Span.Start-240), min(e.Timeline.Frames, cue.Span.End+240)
			// 16 is less than half of a turn of the highest tone.
			if lag := lag(want[lo:hi], got[lo:hi], 1, 16); lag < -1 || lag > 1 {
				t.Errorf("cue at %v sounds %d frames later", cue.Span, lag)
			}
		}
	}
}

// TestLengths: the trimming is right for any length, to the frame.
func TestLengths(t *testing.T) {
	exact := func(t *testing.T, lengths ...int) {
		for _, n := range lengths {
			m := music{pcm.Format{Rate: 24000, Channels: 1}, make([]int16, n)}
			e := edition(m, output.Encoding{Opus: 32000, Quality: 9}, 1)
			path := write(t, e)
			if raw := outputtest.Tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "s16le", "-"); len(raw) != 4*n {
				t.Errorf("%d frames decode to %d ticks, want %d", n, len(raw)/2, 2*n)
			}
			if got := len(decode(t, path)); got != n {
				t.Errorf("%d frames decode to %d", n, got)
			}
		}
	}
	exact(t, 1, 324, 325, 804, 805, 24001)
	if got := decode(t, write(t, edition(music{pcm.Format{Rate: 24000, Channels: 1}, nil}, output.Encoding{Opus: 32000}, 1))); len(got) != 0 {
		t.Errorf("nothing decodes to %d frames", len(got))
	}
	t.Setenv("NARRATE_NO_LIBS", "1")
	exact(t, 1, 325, 804)
}

func TestRefused(t *testing.T) {
	ok := output.Encoding{Opus: 32000, Quality: 5}
	for _, c := range []struct {
		rate     pcm.Hz
		channels int
		enc      output.Encoding
		want     string
	}{
		{22050, 1, ok, "cannot hold 22050 Hz exactly: it takes 8000, 12000, 16000, 24000 and 48000"},
		{44100, 2, ok, "cannot hold 44100 Hz"},
		{24000, 3, ok, "cannot hold 3 channels"},
		{24000, 1, output.Encoding{}, "0 kb/s"},
		{24000, 1, output.Encoding{Opus: -1}, "it takes 6 to 256"},
		{24000, 2, output.Encoding{Opus: 512001}, "it takes 6 to 512"},
		{24000, 1, output.Encoding{Opus: 32000, Quality: 10}, "no quality 10"},
		{24000, 1, output.Encoding{Opus: 32000, Quality: -1}, "no quality -1"},
	} {
		e := edition(music{pcm.Format{Rate: c.rate, Channels: c.channels}, make([]int16, 600)}, c.enc, 1)
		err := (opus.Format{}).Write(t.Context(), nil, e)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestLimits: the least and the greatest bit rates are encoded.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		channels, bitRate int
		vbr               bool
	}{{1, 6000, true}, {2, 6000, false}, {2, 6000, true}, {1, 256000, false}, {2, 512000, true}, {2, 512000, false}} {
		e := edition(speechAt(t, 48000, c.channels, 2), output.Encoding{Opus: c.bitRate, VBR: c.vbr, Quality: 9}, 1)
		checkSound(t, write(t, e), e)
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("NARRATE_NO_LIBS", "1")
	t.Setenv("PATH", t.TempDir())
	f := opus.Format{}
	err := f.Check(t.Context())
	if !errors.Is(err, output.ErrMissing) {
		t.Fatalf("check: %v", err)
	}
	for _, hint := range []string{"install ffmpeg", "--format wav"} {
		if !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "\n") {
			t.Errorf("no hint at %q, or several lines, in %v", hint, err)
		}
	}
	e := edition(music{pcm.Format{Rate: 24000, Channels: 1}, make([]int16, 100)}, output.Encoding{Opus: 32000}, 1)
	if err := f.Write(t.Context(), nil, e); !errors.Is(err, output.ErrMissing) {
		t.Errorf("write: %v", err)
	}
	t.Setenv("NARRATE_NO_LIBS", "")
	if err := f.Check(t.Context()); err != nil {
		t.Errorf("with the library: %v", err)
	}
}

// TestKilled: a program that ends midway, or gives something else than Opus, is
// an error.
func TestKilled(t *testing.T) {
	ffmpeg := strings.TrimSpace(string(outputtest.Tool(t, "which", "ffmpeg")))
	t.Setenv("NARRATE_NO_LIBS", "1")
	for name, last := range map[string]string{
		"killed": "kill -9 $$",
		"cut":    ffmpeg + ` "$@" | head -c 5000; exit 0`,
		"noise":  "cat",
		"empty":  "cat >/dev/null",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			script := "#!/bin/sh\ncase \"$*\" in *-version*|*-encoders*) exec " + ffmpeg + " \"$@\";; esac\n" + last + "\n"
			if err := os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":/usr/bin:/bin")
			file, err := os.Create(filepath.Join(dir, "file.opus"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			e := edition(speechAt(t, 24000, 1, 3), output.Encoding{Opus: 32000, Quality: 9}, 1)
			if err := (opus.Format{}).Write(t.Context(), file, e); err == nil {
				t.Error("the file is written as if it were whole")
			} else {
				t.Log(err)
			}
		})
	}
}

// TestGain: the level becomes R128 gains.
func TestGain(t *testing.T) {
	m := music{pcm.Format{Rate: 24000, Channels: 1}, make([]int16, 1000)}
	e := edition(m, output.Encoding{Opus: 32000, Quality: 9}, 1)
	e.Level = &output.Level{Loudness: -16, TruePeak: -1}
	tags := mutagen(t, write(t, e)).Text
	if tags["r128_track_gain"][0] != "-1792" || tags["r128_album_gain"][0] != "-1792" {
		t.Errorf("gains: %v", tags)
	}
	e.Timeline.Number, e.Timeline.Of = 1, 2
	tags = mutagen(t, write(t, e)).Text
	if tags["r128_track_gain"] != nil || tags["r128_album_gain"][0] != "-1792" {
		t.Errorf("gains of a part: %v", tags)
	}
}

// TestCancelledLong: a long programme stops at once, in all of its workers.
func TestCancelledLong(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := music{pcm.Format{Rate: 24000, Channels: 1}, make([]int16, 24000*300)}
	e := edition(m, output.Encoding{Opus: 32000, Quality: 7}, 4)
	e.Progress = func(int64) { cancel() }
	file, err := os.Create(filepath.Join(t.TempDir(), "file.opus"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := (opus.Format{}).Write(ctx, file, e); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
