package mp3

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/pcm/wav"
)

// run runs a program, which must succeed.
func run(t testing.TB, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stdin), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// signal changes all the time and is different in every channel, so that a
// shift by one frame is plain to see.
func signal(f pcm.Format, frames int) []int16 {
	noise := pcmtest.Noise(f, 5, 0.02, int64(frames))
	for i := range frames {
		x := float64(i) / float64(f.Rate)
		loud := 0.55 + 0.45*math.Sin(2*math.Pi*4*x)
		for c := range f.Channels {
			s := 0.25*math.Sin(2*math.Pi*float64(220+110*c)*x) + 0.2*math.Sin(2*math.Pi*(900+3000*x)*x) +
				0.1*math.Sin(2*math.Pi*(0.13+0.02*float64(c))*float64(i))
			noise[i*f.Channels+c] += int16(32767 * 0.7 * loud * s)
			if i%4000 > 3995 { // a click, which encoders give short blocks
				noise[i*f.Channels+c] = 9000
			}
		}
	}
	return noise
}

// encode writes the samples as WAVE into a new folder and has a program turn
// in.wav into out.mp3 there.
func encode(t testing.TB, f pcm.Format, samples []int16, command ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "in.wav"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := wav.NewWriter(file, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(samples), w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	for i, a := range command {
		command[i] = strings.ReplaceAll(a, "DIR", dir)
	}
	run(t, nil, command[0], command[1:]...)
	b, err := os.ReadFile(filepath.Join(dir, "out.mp3"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func lame(t testing.TB, f pcm.Format, samples []int16, args ...string) []byte {
	t.Helper()
	return encode(t, f, samples, slices.Concat([]string{"lame", "--quiet", "--resample", fmt.Sprint(float64(f.Rate) / 1000)}, args, []string{"DIR/in.wav", "DIR/out.mp3"})...)
}

func ffmpeg(t testing.TB, f pcm.Format, samples []int16, args ...string) []byte {
	t.Helper()
	return encode(t, f, samples, slices.Concat([]string{"ffmpeg", "-v", "error", "-i", "DIR/in.wav", "-c:a", "libmp3lame"}, args, []string{"DIR/out.mp3"})...)
}

// oracle decodes with mpg123.
func oracle(t testing.TB, b []byte) (pcm.Format, []int16) {
	t.Helper()
	r, err := wav.NewReader(bytes.NewReader(run(t, b, "mpg123", "-q", "-w", "-", "-")))
	if err != nil {
		t.Fatal(err)
	}
	samples, err := pcm.ReadAll(r, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	return r.Format(), samples
}

func read(b []byte) (*Reader, []int16, error) {
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	samples, err := pcm.ReadAll(r, 1<<24)
	return r, samples, err
}

// compare fails the test unless ours is what mpg123 gives, to two units.
func compare(t *testing.T, ours, theirs []int16) {
	t.Helper()
	if len(ours) != len(theirs) {
		t.Fatalf("%d samples, mpg123 gives %d", len(ours), len(theirs))
	}
	for i := range ours {
		if d := int(ours[i]) - int(theirs[i]); d > 2 || d < -2 {
			t.Fatalf("sample %d is %d, mpg123 gives %d", i, ours[i], theirs[i])
		}
	}
}

// lag is the shift, within a few frames, at which b is most like a.
func lag(a, b []int16, channels int) int {
	best, at := math.Inf(1), 0
	for shift := -3; shift <= 3; shift++ {
		sum := 0.0
		for i := 2000 * channels; i < len(a)-2000*channels; i++ {
			d := float64(a[i]) - float64(b[i+shift*channels])
			sum += d * d
		}
		if sum < best {
			best, at = sum, shift
		}
	}
	return at
}

// Every rate, channels and kind of bit rate, of two encoders: what comes out
// has the length that went in, lies where it lay, and is what mpg123 gives.
func TestGapless(t *testing.T) {
	for _, rate := range []pcm.Hz{16000, 22050, 24000, 32000, 44100, 48000} {
		for channels := 1; channels <= 2; channels++ {
			f := pcm.Format{Rate: rate, Channels: channels}
			for i, c := range []struct {
				name   string
				encode func() (int, []byte)
			}{
				{"lame cbr", func() (int, []byte) {
					s := signal(f, 14000)
					return 14000, lame(t, f, s, "-b", "64")
				}},
				{"lame vbr", func() (int, []byte) {
					s := signal(f, 9001)
					return 9001, lame(t, f, s, "-V", "3")
				}},
				{"lame plain stereo with checksums", func() (int, []byte) {
					s := signal(f, 9502)
					return 9502, lame(t, f, s, "-b", "128", "-m", [...]string{1: "m", 2: "s"}[channels], "-p")
				}},
				{"ffmpeg cbr", func() (int, []byte) {
					s := signal(f, 10000)
					return 10000, ffmpeg(t, f, s, "-b:a", "64k")
				}},
				{"ffmpeg vbr without reservoir", func() (int, []byte) {
					s := signal(f, 11500)
					return 11500, ffmpeg(t, f, s, "-q:a", "5", "-reservoir", "0")
				}},
			} {
				if i > 1 && (i+channels)%2 == 0 {
					continue // either mono or stereo is enough
				}
				t.Run(fmt.Sprintf("%d/%d/%s", rate, channels, c.name), func(t *testing.T) {
					t.Parallel()
					frames, b := c.encode()
					r, ours, err := read(b)
					if err != nil {
						t.Fatal(err)
					}
					if r.Format() != f || r.Frames() != int64(frames) || len(ours) != frames*channels {
						t.Fatalf("%v, Frames() %d, %d samples, want %v, %d", r.Format(), r.Frames(), len(ours), f, frames)
					}
					got, theirs := oracle(t, b)
					if got != f {
						t.Fatalf("mpg123 gives %v", got)
					}
					compare(t, ours, theirs)
					if d := lag(signal(f, frames), ours, channels); d != 0 {
						t.Errorf("the sound is %d frames late", d)
					}
					if i == 0 {
						pcmtest.CheckReader(t, func() pcm.Reader {
							r, err := NewReader(bytes.NewReader(b))
							if err != nil {
								t.Fatal(err)
							}
							return r
						}, int64(frames))
					}
				})
			}
		}
	}
}
