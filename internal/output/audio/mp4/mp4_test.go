package mp4_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp4"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "ffmpeg" {
		os.Exit(fake(os.Getenv("FAKE"), os.Args[1:]))
	}
	// Or the fakes under the race detector would take a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return mp4.Book }, outputtest.Options{
		Check: func(t *testing.T, path string, e output.Edition) { checkFile(t, mp4.Book, path, e) },
	})
}

// TestAudio: an m4a is the same but for what says that an m4b is a book.
func TestAudio(t *testing.T) {
	book, audio := mp4.Book.Info(), mp4.Audio.Info()
	if book.Name != "m4b" || book.Suffix != "m4b" || audio.Name != "m4a" || audio.Suffix != "m4a" {
		t.Errorf("%+v, %+v", book, audio)
	}
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 4, Metadata: outputtest.Metadata(t)})
	path := filepath.Join(t.TempDir(), "file.m4a")
	data := outputtest.Write(t, mp4.Audio, e)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	checkFile(t, mp4.Audio, path, e)
	const kind = 8 + 16 + 1 // the size of the item that says so
	if n := len(outputtest.Write(t, mp4.Book, e)); n != len(data)+kind {
		t.Errorf("%d bytes as a book, %d as audio", n, len(data))
	}
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

// write writes an audiobook and gives its path.
func write(t *testing.T, e output.Edition) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.m4b")
	if err := os.WriteFile(path, outputtest.Write(t, mp4.Book, e), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// chirp is a tone that rises and falls in each channel, lower on the right.
func chirp(f pcm.Format, frames int) music {
	m := music{f, make([]int16, frames*f.Channels)}
	phase := make([]float64, f.Channels)
	for i := range frames {
		for c := range f.Channels {
			phase[c] += float64(300+i%2000/(c+1)) / float64(f.Rate)
			p := phase[c] - float64(int(phase[c]))
			m.data[i*f.Channels+c] = int16(16000 * p * (1 - p) * 4 * (1 - 2*p)) // a smooth wave
		}
	}
	return m
}

// TestShapes: each rate and channel count gives back exactly its frames, in
// their places.
func TestShapes(t *testing.T) {
	for i, rate := range []pcm.Hz{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000} {
		for channels := 1; channels <= 2; channels++ {
			if often := rate == 22050 || rate == 44100; !often && channels == 1+i%2 {
				continue // one of the two will do
			}
			t.Run(fmt.Sprintf("%d Hz %d channels", rate, channels), func(t *testing.T) {
				m := chirp(pcm.Format{Rate: rate, Channels: channels}, int(rate)+123)
				e := edition(m, output.Encoding{AAC: 7 * int(rate) * channels / 2}, 2)
				path := write(t, e)
				if snr := snr(m.data, checkSound(t, path, e)); snr < 15 {
					t.Errorf("decoded sound is %.1f dB above its error: out of place", snr)
				}
			})
		}
	}
}

// TestLengths: the edit list is right for any length, to the frame.
func TestLengths(t *testing.T) {
	for _, n := range []int{0, 1, 1023, 1024, 1025, 2049} {
		e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, n), output.Encoding{AAC: 64000}, 1)
		checkSound(t, write(t, e), e)
	}
}

// TestBitRates: what ffmpeg makes of the extremes still fits the buffer told, of
// noise as well as of speech.
func TestBitRates(t *testing.T) {
	voice := speech(t, 1)
	for _, rate := range []pcm.Hz{8000, 16000, 22050, 24000, 44100, 48000} {
		for channels := 1; channels <= 2; channels++ {
			f := pcm.Format{Rate: rate, Channels: channels}
			most := mp4.Book.Suit(f, output.Encoding{AAC: 1 << 20})
			if err := mp4.Book.Fits(f, most); err != nil {
				t.Errorf("the most that fits does not: %v", err)
			}
			for name, m := range map[string]music{"speech": {f, voice.data[:len(voice.data)/2*2]}, "noise": noise(f, 200000)} {
				t.Run(fmt.Sprintf("%s, %d Hz %d channels", name, rate, channels), func(t *testing.T) {
					e := edition(m, most, 1)
					checkSound(t, write(t, e), e)
				})
			}
		}
	}
	e := edition(chirp(pcm.Format{Rate: 44100, Channels: 2}, 100000), output.Encoding{AAC: 8000}, 1)
	checkSound(t, write(t, e), e)
	if e := mp4.Book.Suit(voice.format, output.Encoding{AAC: 48000}); e.AAC != 48000 {
		t.Errorf("a bit rate that fits becomes %d", e.AAC)
	}
}

// noise is loud, and swells and fades.
func noise(f pcm.Format, samples int) music {
	m := music{f, make([]int16, samples)}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range m.data {
		m.data[i] = int16(random.IntN(1<<16)-1<<15) >> (i / 20000 % 4)
	}
	return m
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		rate     pcm.Hz
		channels int
		bitRate  int
		want     string
	}{
		{22000, 1, 64000, "8000 11025 12000 16000 22050 24000 32000 44100 48000 64000 88200 96000"},
		{192000, 2, 64000, "cannot hold 192000 Hz"},
		{7350, 1, 32000, "cannot hold 7350 Hz"},
		{22050, 3, 64000, "cannot hold 3 channels"},
		{22050, 1, 0, "0 kb/s"},
		{22050, 1, -64000, "-64 kb/s"},
		{22050, 1, 7999, "7.999 kb/s at 22050 Hz with 1 channels: it takes 8 to 86"},
		{22050, 1, 192000, "8 to 86"},
	} {
		e := edition(music{pcm.Format{Rate: c.rate, Channels: c.channels}, make([]int16, 600)}, output.Encoding{AAC: c.bitRate}, 1)
		err := mp4.Audio.Write(t.Context(), nil, e)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "m4a: ") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, f := range []mp4.Format{mp4.Book, mp4.Audio} {
		err := f.Check(t.Context())
		if !errors.Is(err, output.ErrMissing) {
			t.Fatalf("check: %v", err)
		}
		for _, hint := range []string{"install ffmpeg", "--format wav", f.Info().Name} {
			if !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "\n") {
				t.Errorf("no hint at %q, or several lines, in %v", hint, err)
			}
		}
		e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 100), output.Encoding{AAC: 64000}, 1)
		if err := f.Write(t.Context(), nil, e); !errors.Is(err, output.ErrMissing) {
			t.Errorf("write: %v", err)
		}
	}
}

// TestCancelledLong: a long programme stops at once, in all of its workers.
func TestCancelledLong(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 22050*500), output.Encoding{AAC: 64000}, 4)
	e.Progress = func(int64) { cancel() }
	file, err := os.Create(filepath.Join(t.TempDir(), "file.m4b"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := mp4.Book.Write(ctx, file, e); !errors.Is(err, context.Canceled) {
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
	e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 22050*5), output.Encoding{AAC: 64000}, 2)
	if err := mp4.Book.Write(t.Context(), full, e); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("%v", err)
	}
}
