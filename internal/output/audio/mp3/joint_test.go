package mp3_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/pcm/resample"
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
func speech(t testing.TB) music { return speechAt(t, 22050) }

// spoken is what speechAt has made, by rate.
var spoken = map[pcm.Hz]music{}

// speechAt is the same at another rate.
func speechAt(t testing.TB, rate pcm.Hz) music {
	t.Helper()
	if m, ok := spoken[rate]; ok {
		return m
	}
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
	r, err := resample.New(pcm.Samples(m.format, m.data), rate)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m.data, m.format.Rate = nil, rate
	for buf := make([]int16, 1<<15); ; {
		n, err := r.Read(buf)
		m.data = append(m.data, buf[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if m.Frames() < 65*int64(rate) {
		t.Fatalf("only %d frames of speech: too few for several pieces", m.Frames())
	}
	spoken[rate] = m
	return m
}

// TestJoints holds the parallel pieces against one serial run of the same
// encoder by ffmpeg: as many frames, most of them the same bytes (ffmpeg hands
// its sound over as floats, or rounds LAME's -V), and sound as good at the
// joints as everywhere.
func TestJoints(t *testing.T) {
	for _, c := range []struct {
		rate pcm.Hz
		enc  output.Encoding
		same float64
	}{
		{22050, output.Encoding{MP3: 64000, Quality: 5}, 0.9},
		{44100, output.Encoding{MP3: 64000, Quality: 7, VBR: true}, 0.9},
	} {
		t.Run(fmt.Sprintf("%d %+v", c.rate, c.enc), func(t *testing.T) {
			m := speechAt(t, c.rate)
			e := edition(m, c.enc, 2)
			pieces := write(t, e)
			checkSound(t, pieces, e)
			t.Setenv("NARRATE_NO_LIBS", "1")
			whole := write(t, e)
			checkSound(t, whole, e)
			compare(t, m, pieces, whole, c.same)
		})
	}
}

// compare compares a file made in pieces with one made as a whole, of which so
// much must be the same frames.
func compare(t *testing.T, m music, pieces, whole string, want float64) {
	t.Helper()
	parallel, serial := decode(t, pieces), decode(t, whole)
	a, b := frames(t, pieces), frames(t, whole)
	if len(a) != len(b) {
		t.Fatalf("%d frames in pieces, %d as a whole", len(a), len(b))
	}
	same := 0
	for i := range a {
		if bytes.Equal(a[i], b[i]) {
			same++
		}
	}
	t.Logf("%d of %d frames are the same bytes as of a serial run", same, len(a))
	if float64(same) < want*float64(len(a)) {
		t.Errorf("only %d of %d frames are the same bytes as of a serial run", same, len(a))
	}
	spf := 1152
	if m.format.Rate < 32000 {
		spf = 576
	}
	piece := 30 * int(m.format.Rate) / spf / 49 * 49 * spf
	joints, window := 0, 8*spf
	for at := piece + 8*spf; at+window < len(m.data); at += piece {
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

// frames are the MPEG frames of a file, mono and without the bit reservoir, the
// tag's first.
func frames(t *testing.T, path string) (out [][]byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = data[10+int(data[6])<<21+int(data[7])<<14+int(data[8])<<7+int(data[9]):]
	for len(data) > 0 {
		version := data[1] >> 3 & 3 // 3 is MPEG-1, 2 is MPEG-2
		if data[0] != 0xff || data[1]&0xe7 != 0xe3 || version < 2 || data[3]>>6 != 3 {
			t.Fatalf("no frame at %x", data[:4])
		}
		kbps := []int{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
		rate, samples := []int{22050, 24000, 16000}[data[2]>>2&3], 576
		reservoir := int(data[4])
		if version == 3 {
			kbps = []int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
			rate, samples = 2*rate, 1152
			reservoir = reservoir<<1 | int(data[5]>>7)
		}
		if reservoir != 0 {
			t.Fatalf("frame %d begins %d bytes before its header", len(out), reservoir)
		}
		size := samples/8*kbps[data[2]>>4-1]*1000/rate + int(data[2]>>1&1)
		out = append(out, data[:size])
		data = data[size:]
	}
	return out
}

// level is by how many decibels got is louder than want, as far as the two are
// alike.
func level(want, got []int16) float64 {
	var both, one float64
	for i := range want {
		both += float64(want[i]) * float64(got[i])
		one += float64(want[i]) * float64(want[i])
	}
	return 20 * math.Log10(both/one)
}

// TestLevel: sound keeps its loudness, which LAME would lower by up to 0.45 dB.
func TestLevel(t *testing.T) {
	hold := func(t *testing.T, encodings ...output.Encoding) {
		m := speechAt(t, 44100)
		m.data = m.data[:44100*20]
		for _, enc := range encodings {
			if db := level(m.data, decode(t, write(t, edition(m, enc, 2)))); math.Abs(db) > 0.06 {
				t.Errorf("%+v: louder by %.3f dB", enc, db)
			}
		}
	}
	t.Run("libmp3lame", func(t *testing.T) {
		for _, kbps := range []int{64, 128, 192, 224, 256} {
			hold(t, output.Encoding{MP3: 1000 * kbps, Quality: 7})
		}
		hold(t, output.Encoding{MP3: 96000, Quality: 7, VBR: true})
	})
	t.Run("ffmpeg", func(t *testing.T) {
		t.Setenv("NARRATE_NO_LIBS", "1")
		hold(t, output.Encoding{MP3: 64000, Quality: 7}, output.Encoding{MP3: 256000, Quality: 7}, output.Encoding{MP3: 96000, Quality: 7, VBR: true})
	})
}

// TestJobs: the number of workers changes no byte of a programme of several
// pieces.
func TestJobs(t *testing.T) {
	m := speech(t)
	for _, vbr := range []bool{false, true} {
		enc := output.Encoding{MP3: 64000, Quality: 7, VBR: vbr}
		one := outputtest.Write(t, mp3.Format{}, edition(m, enc, 1))
		if got := outputtest.Write(t, mp3.Format{}, edition(m, enc, 3)); !bytes.Equal(one, got) {
			t.Errorf("3 jobs give other bytes than 1 (VBR: %v)", vbr)
		}
	}
}

// TestVariableRate: speech takes about the bits that were asked for, and at the
// bounds of what LAME can do, the best and the worst.
func TestVariableRate(t *testing.T) {
	for _, rate := range []pcm.Hz{22050, 44100} {
		m := speechAt(t, rate)
		seconds := float64(m.Frames()) / float64(rate)
		least := 0.0
		for _, kbps := range []int{8, 48, 80, 160} {
			if kbps < 32 && rate == 44100 {
				continue
			}
			e := edition(m, output.Encoding{MP3: kbps * 1000, Quality: 7, VBR: true}, 2)
			stream := bytes.Join(frames(t, write(t, e)), nil)
			got := float64(len(stream)) * 8 / seconds / 1000
			t.Logf("%d Hz: %.1f kb/s for %d", rate, got, kbps)
			if got < least || kbps > 40 && kbps < 100 && (got < 0.8*float64(kbps) || got > 1.2*float64(kbps)) {
				t.Errorf("%d Hz: %.1f kb/s for %d", rate, got, kbps)
			}
			least = got
		}
	}
}

// TestInfoTag reads the tag's frame as players do and checks its sums, with
// the file of LAME's own command beside.
func TestInfoTag(t *testing.T) {
	m := speech(t)
	dir := t.TempDir()
	wavFile := filepath.Join(dir, "speech.wav")
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
	for name, c := range map[string]struct {
		enc  output.Encoding
		lame []string
	}{
		"Info": {output.Encoding{MP3: 64000, Quality: 5}, []string{"-b", "64", "--scale", "1.0526316"}},
		"Xing": {output.Encoding{MP3: 56000, Quality: 5, VBR: true}, []string{"-V", "6.30"}},
	} {
		t.Run(name, func(t *testing.T) {
			ours := write(t, edition(m, c.enc, 2))
			lameFile := filepath.Join(dir, name+".mp3")
			outputtest.Tool(t, "lame", slices.Concat([]string{"--quiet", "-q", "5", "--nores", "--resample", "22.05", "--noreplaygain", "--id3v2-only", "--add-id3v2", "--tt", "x"}, c.lame, []string{wavFile, lameFile})...)
			compareTags(t, name, ours, lameFile)
		})
	}
}

// compareTags holds both files' tags against their files, and ours against
// LAME's.
func compareTags(t *testing.T, name, ours, lameFile string) {
	t.Helper()
	var tags [2][]byte
	for i, path := range []string{ours, lameFile} {
		all := frames(t, path)
		tag := all[0]
		if string(tag[13:17]) != name {
			t.Errorf("%s: the tag is %q", path, tag[13:17])
		}
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
		// Each entry is where the frame at so many percent of the time begins.
		at := len(tag)
		for j, f := range all[1:] {
			for p := range 100 {
				if i == 0 && p*(len(all)-1)/100 == j && int(tag[29+p]) != min(255, 256*at/len(stream)) {
					t.Errorf("seek table entry %d: %d, want %d", p, tag[29+p], 256*at/len(stream))
				}
			}
			at += len(f)
		}
		tags[i] = tag
	}
	for _, f := range []struct {
		name   string
		lo, hi int
	}{
		{"header to frames", 0, 25},
		{"quality and encoder", 129, 142},
		{"method and lowpass", 142, 144},
		{"peak and gains", 144, 152},
		{"flags and bit rate", 152, 154},
		{"delay and padding", 154, 157},
	} {
		if !bytes.Equal(tags[0][f.lo:f.hi], tags[1][f.lo:f.hi]) {
			t.Errorf("%s: %x, LAME writes %x", f.name, tags[0][f.lo:f.hi], tags[1][f.lo:f.hi])
		}
	}
	const shaping = 3 // LAME alone knows how it shapes noise
	if (tags[0][157]^tags[1][157])&^shaping != 0 {
		t.Errorf("stereo mode and source: %x, LAME writes %x", tags[0][157], tags[1][157])
	}
	for i := 29; i < 129; i++ { // LAME's seek table is read off some frames only
		if d := int(tags[0][i]) - int(tags[1][i]); d < -2 || d > 2 {
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
