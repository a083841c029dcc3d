package mp3_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/pcm/wav"
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

// speech is some two minutes of speech.
func speech(t testing.TB) music {
	t.Helper()
	cmd := exec.Command("espeak-ng", "-v", "de", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(strings.Repeat(prose, 5))
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	m := music{format: pcm.Format{Rate: 22050, Channels: 1}}
	for at := 44; at+1 < len(raw); at += 2 {
		m.data = append(m.data, int16(binary.LittleEndian.Uint16(raw[at:])))
	}
	if m.Frames() < 65*22050 {
		t.Fatalf("only %d frames of speech: too few for several pieces", m.Frames())
	}
	return m
}

// TestJoints holds the parallel pieces against one serial run of the same
// encoder by ffmpeg: as many frames, each of the same size, and sound as good
// at the joints as everywhere.
func TestJoints(t *testing.T) {
	m := speech(t)
	e := edition(m, output.Encoding{MP3: 64000, Quality: 5}, 2)
	pieces := write(t, e)
	checkFile(t, pieces, e)
	parallel := decode(t, pieces)
	parallelFrames := frames(t, pieces)

	t.Setenv("NARRATE_NO_LIBS", "1")
	whole := write(t, e)
	serial := decode(t, whole)
	serialFrames := frames(t, whole)

	if len(parallelFrames) != len(serialFrames) {
		t.Fatalf("%d frames in pieces, %d as a whole", len(parallelFrames), len(serialFrames))
	}
	same := 0
	for i, f := range parallelFrames {
		if len(f) != len(serialFrames[i]) {
			t.Fatalf("frame %d has %d bytes, as a whole %d", i, len(f), len(serialFrames[i]))
		}
		if bytes.Equal(f, serialFrames[i]) {
			same++
		}
	}
	t.Logf("%d of %d frames are the same bytes as of a serial run", same, len(parallelFrames))

	const spf, piece, window = 576, 1127, 8 * 576
	if !bytes.Equal(bytes.Join(parallelFrames[1:piece], nil), bytes.Join(serialFrames[1:piece], nil)) {
		t.Error("the first piece differs from a serial run")
	}
	joints := 0
	for at := (piece + 8) * spf; at+window < len(m.data); at += piece * spf {
		joints++
		lo, hi := at-window, at+window
		p, s := snr(m.data[lo:hi], parallel[lo:hi]), snr(m.data[lo:hi], serial[lo:hi])
		t.Logf("joint at %d: %.2f dB in pieces, %.2f dB as a whole", at, p, s)
		if p < s-0.3 {
			t.Errorf("joint at %d: %.2f dB in pieces, %.2f dB as a whole", at, p, s)
		}
	}
	if joints < 2 {
		t.Errorf("only %d joints: not tested", joints)
	}
	p, s := snr(m.data, parallel), snr(m.data, serial)
	t.Logf("all: %.2f dB in pieces, %.2f dB as a whole", p, s)
	if p < s-0.05 {
		t.Errorf("all: %.2f dB in pieces, %.2f dB as a whole", p, s)
	}
}

// frames are the MPEG frames of a file of 64 kb/s at 22.05 kHz mono, the Info
// tag's first.
func frames(t *testing.T, path string) (out [][]byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = data[10+int(data[6])<<21+int(data[7])<<14+int(data[8])<<7+int(data[9]):]
	for len(data) > 0 {
		if data[0] != 0xff || data[1] != 0xf3 || data[2]&0xfd != 0x80 {
			t.Fatalf("no frame at %x", data[:4])
		}
		size := 208 + int(data[2]>>1&1)
		out = append(out, data[:size])
		data = data[size:]
	}
	return out
}

// TestJobs: the number of workers changes no byte of a programme of several
// pieces.
func TestJobs(t *testing.T) {
	m := speech(t)
	enc := output.Encoding{MP3: 64000, Quality: 7}
	one := outputtest.Write(t, mp3.Format{}, edition(m, enc, 1))
	for _, jobs := range []int{2, 3, 8} {
		if got := outputtest.Write(t, mp3.Format{}, edition(m, enc, jobs)); !bytes.Equal(one, got) {
			t.Errorf("%d jobs give other bytes than 1", jobs)
		}
	}
}

// TestInfoTag reads the tag's frame as players do and checks its sums, with
// the file of LAME's own command beside.
func TestInfoTag(t *testing.T) {
	m := speech(t)
	ours := write(t, edition(m, output.Encoding{MP3: 64000, Quality: 5}, 2))
	dir := t.TempDir()
	wavFile, lameFile := filepath.Join(dir, "speech.wav"), filepath.Join(dir, "lame.mp3")
	file, err := os.Create(wavFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := wav.NewWriter(file, m.format)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(m.data), w.Close()); err != nil {
		t.Fatal(err)
	}
	outputtest.Tool(t, "lame", "--quiet", "-b", "64", "-q", "5", "--nores", "--id3v2-only", "--add-id3v2", "--tt", "x", wavFile, lameFile)
	var tags [2][]byte
	for i, path := range []string{ours, lameFile} {
		all := frames(t, path)
		tag := all[0]
		if n := binary.BigEndian.Uint32(tag[21:]); int(n) != len(all)-1 {
			t.Errorf("%s: %d frames, the tag says %d", path, len(all)-1, n)
		}
		stream := bytes.Join(all, nil)
		if n := binary.BigEndian.Uint32(tag[25:]); int(n) != len(stream) {
			t.Errorf("%s: %d bytes, the tag says %d", path, len(stream), n)
		}
		if n := binary.BigEndian.Uint32(tag[161:]); int(n) != len(stream) {
			t.Errorf("%s: %d bytes of music, the tag says %d", path, len(stream), n)
		}
		if got, want := binary.BigEndian.Uint16(tag[165:]), crc16(stream[len(tag):]); got != want {
			t.Errorf("%s: music CRC %04x, want %04x", path, got, want)
		}
		if got, want := binary.BigEndian.Uint16(tag[167:]), crc16(tag[:167]); got != want {
			t.Errorf("%s: tag CRC %04x, want %04x", path, got, want)
		}
		tags[i] = tag
	}
	for _, f := range []struct {
		name   string
		lo, hi int
	}{
		{"header to bytes", 0, 29},
		{"quality and encoder", 129, 142},
		{"method and lowpass", 142, 144},
		{"flags and bit rate", 152, 154},
		{"delay and padding", 154, 157},
		{"length", 161, 165},
	} {
		if !bytes.Equal(tags[0][f.lo:f.hi], tags[1][f.lo:f.hi]) {
			t.Errorf("%s: %x, LAME writes %x", f.name, tags[0][f.lo:f.hi], tags[1][f.lo:f.hi])
		}
	}
	for i := 29; i < 129; i++ { // LAME's seek table is read off every n-th frame
		if d := int(tags[0][i]) - int(tags[1][i]); d < -1 || d > 1 {
			t.Errorf("seek table entry %d: %d, LAME writes %d", i-29, tags[0][i], tags[1][i])
		}
	}
}

// crc16 is the tag's checksum bit by bit.
func crc16(data []byte) uint16 {
	var crc uint16
	for _, b := range data {
		crc ^= uint16(b)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa001
			} else {
				crc >>= 1
			}
		}
	}
	return crc
}
