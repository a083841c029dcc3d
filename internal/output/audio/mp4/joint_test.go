package mp4_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp4"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

// snr is how far want stands above its difference to got, in dB.
func snr(want, got []int16) float64 {
	var signal, noise float64
	for i := range want {
		d := float64(want[i]) - float64(got[i])
		signal += float64(want[i]) * float64(want[i])
		noise += d * d
	}
	return 10 * math.Log10((signal+1)/(noise+1))
}

const prose = `Der Morgen begann mit einem leisen Regen über den Feldern. Am Bahnhof warteten nur
wenige Menschen auf den ersten Zug nach Westen, und niemand wusste, warum die alte Brücke über Nacht
gesperrt worden war. Die Forscherin zeigte uns drei Karten, auf denen der Fluss noch anders verlief.
Später erzählte der Wirt, dass es früher in jedem Dorf eine Mühle gab.
`

// speech is so many times some twenty seconds of speech.
func speech(t testing.TB, times int) music {
	t.Helper()
	cmd := exec.Command("espeak-ng", "-v", "de", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(strings.Repeat(prose, times))
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	m := music{format: pcm.Format{Rate: 22050, Channels: 1}}
	for at := 44; at+1 < len(raw); at += 2 {
		m.data = append(m.data, int16(binary.LittleEndian.Uint16(raw[at:])))
	}
	return m
}

// stereo is m at twice its rate, each channel at its own volume and delay.
func stereo(m music) music {
	out := music{format: pcm.Format{Rate: 44100, Channels: 2}}
	for i := range m.data {
		next, late := m.data[min(i+1, len(m.data)-1)], m.data[max(0, i-10)]
		left := (int32(m.data[i]) + int32(next)) / 2
		out.data = append(out.data, m.data[i], late/2, int16(left), late/2)
	}
	return out
}

// serial has one ffmpeg encode all of m, with the settings of the pieces, into
// an ADTS file.
func serial(t testing.TB, m music, bitRate int) string {
	t.Helper()
	raw := make([]byte, 0, 2*len(m.data))
	for _, s := range m.data {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(s))
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pcm"), filepath.Join(dir, "out.aac")
	if err := os.WriteFile(in, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	runSerial(t, m.format, in, out, bitRate)
	return out
}

func runSerial(t testing.TB, f pcm.Format, in, out string, bitRate int) {
	t.Helper()
	outputtest.Tool(t, "ffmpeg", "-nostdin", "-y", "-v", "error",
		"-f", "s16le", "-ar", fmt.Sprint(int(f.Rate)), "-ac", fmt.Sprint(f.Channels), "-i", in,
		"-fflags", "+bitexact", "-flags:a", "+bitexact",
		"-c:a", "aac", "-aac_coder", "fast", "-threads", "1", "-b:a", fmt.Sprint(bitRate), "-f", "adts", out)
}

// TestJoints holds the parallel pieces against one serial run of ffmpeg: as
// good at the joints, and as good and as large as a whole. The number of workers
// changes no byte of them.
func TestJoints(t *testing.T) {
	mono := speech(t, 13)
	for name, c := range map[string]struct {
		sound   music
		bitRate int
	}{
		"mono 64":    {mono, 64000},
		"stereo 128": {stereo(music{mono.format, mono.data[:len(mono.data)/2]}), 128000},
	} {
		t.Run(name, func(t *testing.T) {
			m := c.sound
			e := edition(m, output.Encoding{AAC: c.bitRate}, 2)
			path := write(t, e)
			parallel := decode(t, path, e)
			if c.sound.format.Channels == 1 {
				one, err := os.ReadFile(write(t, edition(m, e.Encoding, 1)))
				two, err2 := os.ReadFile(path)
				if err != nil || err2 != nil || !bytes.Equal(one, two) {
					t.Errorf("1 job gives other bytes than 2: %v, %v", err, err2)
				}
			}

			adts := serial(t, m, c.bitRate)
			raw := outputtest.Tool(t, "ffmpeg", "-v", "error", "-i", adts, "-f", "s16le", "-")
			channels := m.format.Channels
			raw = raw[2*1024*channels:] // the priming
			whole := make([]int16, len(m.data))
			for i := range whole {
				whole[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
			}

			piece, window := mp4.PieceFrames(m.format, m.Frames())*channels, 8*1024*channels
			joints := 0
			for at := piece; at+window < len(m.data); at += piece {
				joints++
				lo, hi := at-window, at+window
				p, s := snr(m.data[lo:hi], parallel[lo:hi]), snr(m.data[lo:hi], whole[lo:hi])
				t.Logf("joint at %d: %.2f dB in pieces, %.2f dB as a whole", at, p, s)
				if p < s-1 {
					t.Errorf("joint at %d: %.2f dB in pieces, %.2f dB as a whole", at, p, s)
				}
			}
			if joints < 2 {
				t.Errorf("only %d joints: not tested", joints)
			}
			p, s := snr(m.data, parallel), snr(m.data, whole)
			t.Logf("all: %.2f dB in pieces, %.2f dB as a whole", p, s)
			if p < s-0.1 {
				t.Errorf("all: %.2f dB in pieces, %.2f dB as a whole", p, s)
			}
			ours, theirs := fileSize(t, path), fileSize(t, adts)
			if ours > theirs+theirs/100 {
				t.Errorf("%d bytes in pieces, %d as a whole", ours, theirs)
			}
		})
	}
}

func fileSize(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// BenchmarkEncode encodes some forty minutes of speech at 64 kb/s, by one
// ffmpeg from a file and by us, and reports how many times faster than real
// time that is.
func BenchmarkEncode(b *testing.B) {
	m := speech(b, 30)
	whole := music{m.format, slices.Repeat(m.data, 4)}
	seconds := whole.format.Rate.Duration(whole.Frames()).Seconds()
	report := func(b *testing.B) { b.ReportMetric(seconds*float64(b.N)/b.Elapsed().Seconds(), "x") }
	b.Run("serial", func(b *testing.B) {
		raw := make([]byte, 0, 2*len(whole.data))
		for _, s := range whole.data {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(s))
		}
		dir := b.TempDir()
		in := filepath.Join(dir, "in.pcm")
		if err := os.WriteFile(in, raw, 0o600); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			runSerial(b, whole.format, in, filepath.Join(dir, "out.aac"), 64000)
		}
		report(b)
	})
	for _, jobs := range []int{1, 2} {
		b.Run(fmt.Sprintf("jobs %d", jobs), func(b *testing.B) {
			file, err := os.Create(filepath.Join(b.TempDir(), "file.m4b"))
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			e := edition(whole, output.Encoding{AAC: 64000}, jobs)
			for b.Loop() {
				if err := file.Truncate(0); err != nil {
					b.Fatal(err)
				}
				if _, err := file.Seek(0, 0); err != nil {
					b.Fatal(err)
				}
				if err := mp4.Book.Write(b.Context(), file, e); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
	}
}
