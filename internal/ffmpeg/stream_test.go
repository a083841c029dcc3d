package ffmpeg

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
)

// all reads a Stream to its end, in uneven pieces.
func all(s *Stream) ([]float32, error) {
	var samples []float32
	buffer := make([]float32, 5001*s.Format().Channels+1)
	for size := s.Format().Channels; ; size = size*3%len(buffer) + s.Format().Channels {
		n, err := s.Read(buffer[:min(size, len(buffer))])
		samples = append(samples, buffer[:n]...)
		if err != nil || n == 0 || n%s.Format().Channels != 0 {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return samples, errors.Join(err, s.Close())
		}
	}
}

func decode(t *testing.T, path string, opts OpenOptions) ([]float32, pcm.Format, error) {
	t.Helper()
	s, err := find(t).Open(t.Context(), path, opts)
	if err != nil {
		return nil, pcm.Format{}, err
	}
	samples, err := all(s)
	return samples, s.Format(), err
}

// TestOpen holds what is read against ffmpeg's own raw samples.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	asked := OpenOptions{Rate: 32000, Channels: 2}
	for name, test := range map[string]struct {
		encode []string
		opts   OpenOptions
		want   pcm.Format
	}{
		"a.mp3":  {[]string{"-ac", "2"}, OpenOptions{}, pcm.Format{Rate: 44100, Channels: 2}},
		"b.m4a":  {nil, asked, pcm.Format{Rate: 32000, Channels: 2}},
		"c.flac": {[]string{"-ac", "2"}, OpenOptions{Channels: 1}, pcm.Format{Rate: 44100, Channels: 1}},
		"d.opus": {nil, OpenOptions{}, pcm.Format{Rate: 48000, Channels: 1}},
		"e.wav":  {[]string{"-ar", "22050"}, OpenOptions{}, pcm.Format{Rate: 22050, Channels: 1}},
		"f.wma":  {nil, OpenOptions{}, pcm.Format{Rate: 44100, Channels: 1}},
		"g.ac3":  {nil, OpenOptions{}, pcm.Format{Rate: 44100, Channels: 1}},
		"h.au":   {[]string{"-ac", "2"}, OpenOptions{}, pcm.Format{Rate: 44100, Channels: 2}},
		"i.wv":   {nil, OpenOptions{}, pcm.Format{Rate: 44100, Channels: 1}},
		"k.tta":  {nil, OpenOptions{}, pcm.Format{Rate: 44100, Channels: 1}},
		"-i.mp3": {[]string{"-ar", "24000"}, OpenOptions{Rate: 48000}, pcm.Format{Rate: 48000, Channels: 1}},
	} {
		path := encode(t, filepath.Join(dir, name), test.encode...)
		got, format, err := decode(t, path, test.opts)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		raw, err := exec.Command("ffmpeg", "-v", "error", "-i", "file:"+path, "-map", "0:a:0",
			"-ar", strconv.Itoa(int(test.want.Rate)), "-ac", strconv.Itoa(test.want.Channels), "-f", "f32le", "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		if format != test.want || len(got)*4 != len(raw) {
			t.Errorf("%s: %+v, %d bytes, want %d", name, format, 4*len(got), len(raw))
			continue
		}
		for i, v := range got {
			if w := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])); v != w {
				t.Errorf("%s: sample %d is %v, want %v", name, i, v, w)
				break
			}
		}
	}
}

// TestOpenCut: no file that was cut is read to a good end.
func TestOpenCut(t *testing.T) {
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"a.mp3": nil, "b.m4a": nil, "c.m4a": {"-movflags", "faststart"}, "d.flac": nil, "e.opus": nil, "f.ogg": {"-c:a", "libvorbis"}, "g.wav": nil, "h.aac": nil,
	} {
		whole, err := os.ReadFile(encode(t, filepath.Join(dir, name), args...))
		if err != nil {
			t.Fatal(err)
		}
		at := len(whole) * 3 / 5
		if name == "a.mp3" { // not between two frames
			at = len(whole) - 100
		}
		path := write(t, filepath.Join(dir, "cut-"+name), string(whole[:at]))
		if _, _, err := decode(t, path, OpenOptions{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		damaged := append([]byte(nil), whole...)
		for i := len(damaged) / 2; i < len(damaged)/2+400; i++ {
			damaged[i] ^= 0xa5
		}
		if name == "g.wav" { // where every sample is a good one
			continue
		}
		path = write(t, filepath.Join(dir, "damaged-"+name), string(damaged))
		if _, _, err := decode(t, path, OpenOptions{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("damaged %s: %v", name, err)
		}
	}
}

// TestOpenEndless: a WAV file that was written to a pipe does not say its
// length, and is whole all the same.
func TestOpenEndless(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile(encode(t, filepath.Join(dir, "a.wav"), "-bitexact"))
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(whole), "data") + 4
	for _, length := range []uint32{0, 0x7ffff000, math.MaxUint32, uint32(len(whole) - at - 4)} {
		binary.LittleEndian.PutUint32(whole[at:], length)
		got, _, err := decode(t, write(t, filepath.Join(dir, "b.wav"), string(whole)), OpenOptions{})
		if err != nil || len(got) != 3*44100 {
			t.Errorf("%#x: %d samples, %v", length, len(got), err)
		}
	}
	binary.LittleEndian.PutUint32(whole[at:], uint32(len(whole)))
	if _, _, err := decode(t, write(t, filepath.Join(dir, "b.wav"), string(whole)), OpenOptions{}); !errors.Is(err, pcm.ErrShort) {
		t.Errorf("cut: %v", err)
	}
}

// TestOpenRest: a file that was cut off is decoded as far as it goes where that is
// asked for, and says so.
func TestOpenRest(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.wav", "a.mp3", "a.ogg"} {
		path := encode(t, filepath.Join(dir, name))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rest := func() (samples []float32, cut string) {
			t.Helper()
			s, err := find(t).Open(t.Context(), path, OpenOptions{Cut: true})
			if err != nil {
				t.Fatal(err)
			}
			if samples, err = all(s); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return samples, s.Cut()
		}
		full, cut := rest()
		if cut != "" {
			t.Errorf("%s: %s", name, cut)
		}
		for _, less := range []int{13, len(whole) / 3} {
			write(t, path, string(whole[:len(whole)-less]))
			if _, _, err := decode(t, path, OpenOptions{}); !errors.Is(err, pcm.ErrShort) {
				t.Errorf("%s, %d bytes less: %v", name, less, err)
			}
			if got, cut := rest(); cut == "" || len(got) < len(full)/4 || len(got) > len(full) {
				t.Errorf("%s, %d bytes less: %d of %d samples, %q", name, less, len(got), len(full), cut)
			}
		}
	}
}

func TestOpenNoSound(t *testing.T) {
	for path, want := range notSound(t) {
		if _, _, err := decode(t, path, OpenOptions{}); err == nil || !strings.Contains(err.Error(), path) || !errors.Is(err, want) && !errors.Is(want, ErrNoSound) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestOpenStops: closing or cancelling in the middle ends ffmpeg.
func TestOpenStops(t *testing.T) {
	p := find(t)
	path := filepath.Join(t.TempDir(), "long.flac")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=r=48000:d=600", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, way := range []string{"close", "cancel"} {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := p.Open(ctx, path, OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		buffer := make([]float32, 1000)
		if n, err := s.Read(buffer); n == 0 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := s.Read(nil); n != 0 || err == nil {
			t.Errorf("no room: %d, %v", n, err)
		}
		if way == "cancel" {
			cancel()
			var err error
			for err == nil {
				_, err = s.Read(buffer)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		}
		pid := s.cmd.Process.Pid
		for range 2 {
			if err := s.Close(); err != nil {
				t.Errorf("%s: %v", way, err)
			}
		}
		if n, err := s.Read(buffer); n != 0 || err == nil || errors.Is(err, io.EOF) {
			t.Errorf("after %s: %d, %v", way, n, err)
		}
		if _, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid))); runtime.GOOS == "linux" && err == nil {
			t.Errorf("%s: ffmpeg lives on", way)
		}
		cancel()
	}
}

// TestOpenMisbehaving: an ffmpeg that fails, in each way, is an error.
func TestOpenMisbehaving(t *testing.T) {
	path := encode(t, filepath.Join(t.TempDir(), "a.wav"))
	for way, want := range map[string]string{
		"dies":          "cannot go on",
		"stops early":   ErrNoSound.Error(),
		"is killed":     "signal: killed",
		"half a header": ErrNoSound.Error(),
		"other header":  "cannot be read",
		"half a sample": pcm.ErrShort.Error(),
		"sound, dies":   "exit status 4",
	} {
		p := pretend(t, way)
		s, err := p.Open(t.Context(), path, OpenOptions{})
		if err == nil {
			_, err = all(s)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %.300v", way, err)
		}
	}
}

func TestOpenHangs(t *testing.T) {
	path := encode(t, filepath.Join(t.TempDir(), "a.wav"))
	p := pretend(t, "is silent")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := p.Open(ctx, path, OpenOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func FuzzEnding(f *testing.F) {
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00abcddata\xff\x00\x00\x00xx"))
	f.Add([]byte("OggS\x00\x04" + strings.Repeat("\x00", 20) + "\x01\x05hello"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readEnding(write(t, filepath.Join(t.TempDir(), "x"), string(data))); err != nil {
			t.Error(err)
		}
	})
}
