package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
)

// find gives the real ffmpeg.
func find(t testing.TB) *Program {
	t.Helper()
	p, err := Find(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// encode has ffmpeg write a file in dir from a tone of three seconds, with the
// options given.
func encode(t testing.TB, path string, args ...string) string {
	t.Helper()
	all := append([]string{"-v", "error", "-y", "-f", "lavfi", "-i", "aevalsrc=0.3*sin(2200*t):s=44100:d=3"}, args...)
	if out, err := exec.Command("ffmpeg", append(all, "file:"+path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// marks is ffmpeg's own form of tags and chapters.
const marks = `;FFMETADATA1
title=A Talk
artist=A. Speaker
album=Talks
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=One
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=3000
title=Two\; and more
`

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProbe(t *testing.T) {
	p, dir := find(t), t.TempDir()
	meta := write(t, filepath.Join(dir, "meta.txt"), marks)
	cover := filepath.Join(dir, "cover.png")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=60x40", "-frames:v", "1", cover).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	covered := []string{"-i", meta, "-i", cover, "-map", "0", "-map", "2", "-map_metadata", "1", "-map_chapters", "1", "-c:v", "copy", "-disposition:v", "attached_pic"}
	for name, test := range map[string]struct {
		args             []string
		container, codec string
		rate             pcm.Hz
		channels         int
		picture          bool
	}{
		"a.mp3":         {append(covered, "-b:a", "96k", "-ac", "2"), "mp3", "mp3", 44100, 2, true},
		"b.m4a":         {covered, "mov,mp4,m4a,3gp,3g2,mj2", "aac", 44100, 1, true},
		"c.flac":        {covered, "flac", "flac", 44100, 1, true},
		"d.opus":        {[]string{"-i", meta, "-map", "0", "-map_metadata", "1"}, "ogg", "opus", 48000, 1, false},
		"e.wav":         {[]string{"-i", meta, "-map", "0", "-map_metadata", "1"}, "wav", "pcm_s16le", 44100, 1, false},
		"-v":            {[]string{"-f", "wav"}, "wav", "pcm_s16le", 44100, 1, false},
		"concat:a|b%d":  {[]string{"-f", "flac"}, "flac", "flac", 44100, 1, false},
		"https:öß\n'\"": {[]string{"-ar", "8000", "-f", "mp3"}, "mp3", "mp3", 8000, 1, false},
	} {
		path := encode(t, filepath.Join(dir, name), test.args...)
		t.Chdir(dir) // so that names stand alone
		got, err := p.Probe(t.Context(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.Container != test.container || got.Codec != test.codec || got.Format != (pcm.Format{Rate: test.rate, Channels: test.channels}) ||
			got.Bytes != info.Size() || got.Sounds != 1 || got.Videos != 0 || got.Length < 2900*time.Millisecond || got.Length > 3200*time.Millisecond {
			t.Errorf("%s: %+v", name, got)
		}
		if test.picture {
			if !slices.Equal(got.Pictures, []Size{{60, 40}}) {
				t.Errorf("%s: pictures %v", name, got.Pictures)
			}
			want, err := os.ReadFile(cover)
			if err != nil {
				t.Fatal(err)
			}
			if picture, err := p.Picture(t.Context(), name); err != nil || !bytes.Equal(picture, want) {
				t.Errorf("%s: %d bytes of a cover of %d, %v", name, len(picture), len(want), err)
			}
		} else if len(got.Pictures) > 0 {
			t.Errorf("%s: pictures %v", name, got.Pictures)
		}
		if slices.Contains(test.args, meta) && got.Tags["title"] != "A Talk" {
			t.Errorf("%s: tags %v", name, got.Tags)
		}
		if name == "a.mp3" || name == "b.m4a" {
			want := []Chapter{{0, time.Second, "One"}, {time.Second, 3 * time.Second, "Two; and more"}}
			if !slices.Equal(got.Chapters, want) {
				t.Errorf("%s: %+v", name, got.Chapters)
			}
			if got.BitRate < 30000 || got.BitRate > 130000 {
				t.Errorf("%s: %d b/s", name, got.BitRate)
			}
		}
	}
}

// notSound are paths that hold no sound that may be read, and what is said.
func notSound(t *testing.T) map[string]error {
	dir := t.TempDir()
	in := func(name, text string) string { return write(t, filepath.Join(dir, name), text) }
	encode(t, filepath.Join(dir, "sound.wav"))
	return map[string]error{
		filepath.Join(dir, "missing.mp3"): fs.ErrNotExist,
		dir:                               ErrNoFile,
		os.DevNull:                        ErrNoFile,
		in("empty.mp3", ""):               ErrEmpty,
		in("text.mp3", "This is a text.\n"+strings.Repeat("It has words. ", 3000)): ErrNoSound,
		// Formats that would have ffmpeg open other files.
		in("a.ffconcat", "ffconcat version 1.0\nfile sound.wav\n"):                              ErrNoSound,
		in("a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nsound.wav\n#EXT-X-ENDLIST"): ErrNoSound,
	}
}

func TestProbeNoSound(t *testing.T) {
	p := find(t)
	for path, want := range notSound(t) {
		if got, err := p.Probe(t.Context(), path); !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
		if _, err := p.Picture(t.Context(), path); err == nil {
			t.Errorf("%s has a picture", path)
		}
	}
	path := encode(t, filepath.Join(t.TempDir(), "a.voc"))
	_, probed := p.Probe(t.Context(), path)
	_, opened := p.Open(t.Context(), path, OpenOptions{})
	for _, err := range []error{probed, opened} {
		if !errors.Is(err, ErrNoSound) || !strings.Contains(err.Error(), "not read; those that are: MP3, ") || strings.Contains(err.Error(), "whitelist") {
			t.Errorf("another kind of file: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Probe(ctx, encode(t, filepath.Join(t.TempDir(), "a.wav"))); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestProbeProgram(t *testing.T) {
	real := find(t)
	dir := t.TempDir()
	p := &Program{Path: filepath.Join(dir, "ffmpeg")}
	if path, err := p.probeProgram(); err != nil || filepath.Dir(path) == dir {
		t.Errorf("%q, %v, want the one on the search path", path, err)
	}
	beside, err := exec.LookPath("ffprobe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(beside, filepath.Join(dir, "ffprobe")); err != nil {
		t.Fatal(err)
	}
	if path, err := p.probeProgram(); err != nil || filepath.Dir(path) != dir {
		t.Errorf("%q, %v, want the one beside it", path, err)
	}
	t.Setenv("PATH", "")
	lone := &Program{Path: filepath.Join(t.TempDir(), "ffmpeg")}
	if _, err := lone.Probe(t.Context(), real.Path); !errors.Is(err, ErrMissing) {
		t.Errorf("without ffprobe: %v", err)
	}
}

func FuzzParseProbe(f *testing.F) {
	f.Add([]byte(`{"streams":[{"codec_type":"audio","codec_name":"mp3","sample_rate":"44100","channels":1}],"chapters":[{"start_time":"0.5","end_time":"1e99","tags":{"title":"x"}}],"format":{"duration":"NaN","tags":{"TITLE":"a"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseProbe(data)
		if err == nil && (p.Format.Rate <= 0 || p.Format.Channels <= 0 || p.Sounds < 1) {
			t.Errorf("%+v", p)
		}
	})
}
