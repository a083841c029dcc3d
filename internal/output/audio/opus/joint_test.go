package opus_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"narrate/internal/dylib"
	"narrate/internal/output"
	"narrate/internal/output/audio/opus"
	"narrate/internal/output/audio/opus/libopus"
	"narrate/internal/output/audio/opus/ogg"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/pcm/resample"
	"narrate/internal/timeline"
)

const prose = `Der Morgen begann mit einem leisen Regen über den Feldern. Am Bahnhof warteten nur
wenige Menschen auf den ersten Zug nach Westen, und niemand wusste, warum die alte Brücke über Nacht
gesperrt worden war. Die Forscherin zeigte uns drei Karten, auf denen der Fluss noch anders verlief.
Später erzählte der Wirt, dass es früher in jedem Dorf eine Mühle gab.
`

// speech is some 98 seconds of speech at 22.05 kHz, made once.
var speech = sync.OnceValues(func() ([]int16, error) {
	cmd := exec.Command("espeak-ng", "-v", "de", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(strings.Repeat(prose, 5))
	raw, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var data []int16
	for at := 44; at+1 < len(raw); at += 2 {
		data = append(data, int16(binary.LittleEndian.Uint16(raw[at:])))
	}
	return data, nil
})

// speechAt is speech of that shape, at most so many seconds of it.
func speechAt(t testing.TB, rate pcm.Hz, channels, seconds int) music {
	t.Helper()
	data, err := speech()
	if err != nil {
		t.Fatal(err)
	}
	data = data[:min(len(data), seconds*22050)]
	r, err := resample.New(pcm.Samples(pcm.Format{Rate: 22050, Channels: 1}, data), rate)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := music{format: pcm.Format{Rate: rate, Channels: channels}}
	buf := make([]int16, 1<<15)
	for {
		n, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return m
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range buf[:n] {
			for c := range channels {
				m.data = append(m.data, s/int16(1+c))
			}
		}
	}
}

// packets are a file's packets, headers first, and the position of its end.
func packets(t *testing.T, data []byte) (out [][]byte, end int64) {
	t.Helper()
	s := ogg.NewSplitter(func(p []byte) error {
		out = append(out, bytes.Clone(p))
		return nil
	})
	if _, err := s.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return out, int64(binary.LittleEndian.Uint64(data[bytes.LastIndex(data, []byte("OggS"))+6:]))
}

// decode is the file's sound at its own rate, by libopus's decoder, which
// converts no rate.
func decode(t *testing.T, path string) []int16 {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return decodeFile(t, file)
}

func decodeFile(t *testing.T, file []byte) []int16 {
	t.Helper()
	all, end := packets(t, file)
	head := all[0]
	channels, rate := int(head[9]), int32(binary.LittleEndian.Uint32(head[12:]))
	ticks := int64(48000 / rate)
	out := decodePackets(t, all[2:], rate, channels)
	preSkip := int64(binary.LittleEndian.Uint16(head[10:]))
	return out[preSkip/ticks*int64(channels) : end/ticks*int64(channels)]
}

func decodePackets(t *testing.T, all [][]byte, rate int32, channels int) []int16 {
	t.Helper()
	lib, err := dylib.Open("libopus.so.0", "libopus.0.dylib", "/opt/homebrew/lib/libopus.dylib")
	if errors.Is(err, dylib.ErrUnavailable) && dylib.Disabled() {
		t.Setenv("NARRATE_NO_LIBS", "")
		defer t.Setenv("NARRATE_NO_LIBS", "1")
		lib, err = dylib.Open("libopus.so.0")
	}
	if err != nil {
		t.Fatal(err)
	}
	var create func(rate, channels int32, code *int32) uintptr
	var decode func(st uintptr, data *byte, size int32, out *int16, frames, fec int32) int32
	var destroy func(st uintptr)
	if err := errors.Join(
		lib.Func(&create, "opus_decoder_create"), lib.Func(&decode, "opus_decode"), lib.Func(&destroy, "opus_decoder_destroy"),
	); err != nil {
		t.Fatal(err)
	}
	var code int32
	st := create(rate, int32(channels), &code)
	if code != 0 {
		t.Fatalf("no decoder: %d", code)
	}
	defer destroy(st)
	var out []int16
	buf := make([]int16, int(rate)/50*channels)
	for i, p := range all {
		if n := decode(st, &p[0], int32(len(p)), &buf[0], rate/50, 0); n != rate/50 {
			t.Fatalf("packet %d decodes to %d", i, n)
		}
		out = append(out, buf...)
	}
	return out
}

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

// serial is the sound encoded by one encoder and decoded.
func serial(t *testing.T, m music, c libopus.Config) []int16 {
	t.Helper()
	lib, err := libopus.Load()
	if err != nil {
		t.Fatal(err)
	}
	enc, err := lib.New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	size := int(m.format.Rate) / 50
	padded := append(slices.Clone(m.data), make([]int16, 2*size)...)
	var all [][]byte
	for at := 0; at+size <= len(padded); at += size {
		p, err := enc.Encode(padded[at : at+size])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(p))
	}
	return decodePackets(t, all, int32(m.format.Rate), 1)[enc.Lookahead:][:len(m.data)]
}

// spoken is speech with the cues that its pauses show: stretches between runs
// of silence of at least 80 ms.
func spoken(m music, enc output.Encoding, jobs int) output.Edition {
	e := edition(m, enc, jobs)
	least := int(m.format.Rate) / 12
	var cues []timeline.Cue
	start, quiet := -1, 0
	for i, s := range m.data {
		if s > 30 || s < -30 {
			if start < 0 {
				start = i
			}
			quiet = 0
			continue
		}
		if quiet++; quiet == least && start >= 0 {
			cues = append(cues, timeline.Cue{Span: pcm.Span{Start: int64(start), End: int64(i - quiet + 1)}})
			start = -1
		}
	}
	e.Timeline.Chapters[0].Cues = cues
	return e
}

// TestJoints holds the parallel pieces against one serial run of the same
// encoder: sound as good behind each of many joints as everywhere. Once the
// joints lie in pauses, and once, without cues, in the middle of words.
func TestJoints(t *testing.T) {
	m := speechAt(t, 24000, 1, 60)
	for _, kbps := range []int{16, 32} {
		enc := output.Encoding{Opus: 1000 * kbps, Quality: 7}
		whole := serial(t, m, libopus.Config{Format: m.format, BitRate: enc.Opus, Complexity: 3})
		for name, e := range map[string]output.Edition{"pauses": spoken(m, enc, 2), "anywhere": edition(m, enc, 2)} {
			var file bytes.Buffer
			joints, err := opus.WriteInPieces(t.Context(), &file, e, 150)
			if err != nil {
				t.Fatal(err)
			}
			pieces := decodeFile(t, file.Bytes())
			if len(pieces) != len(m.data) {
				t.Fatalf("%d frames, want %d", len(pieces), len(m.data))
			}
			if len(joints) < 15 {
				t.Fatalf("only %d joints", len(joints))
			}
			worst, mean := 0.0, 0.0
			for _, at := range joints {
				// A joint in a pause is heard when the next sentence begins.
				lo, hi := at-480, min(int64(len(m.data)), at+12000)
				lost := snr(m.data[lo:hi], whole[lo:hi]) - snr(m.data[lo:hi], pieces[lo:hi])
				worst, mean = max(worst, lost), mean+lost/float64(len(joints))
				t.Logf("%d kb/s, %s: joint at %d loses %.2f dB", kbps, name, at, lost)
			}
			all := snr(m.data, whole) - snr(m.data, pieces)
			t.Logf("%d kb/s, %s: %d joints lose %.2f dB at worst, %.2f dB on the average, all of the sound %.2f dB", kbps, name, len(joints), worst, mean, all)
			if worst > 1 || mean > 0.15 || all > 0.1 {
				t.Errorf("%d kb/s, %s: %d joints lose %.2f dB at worst, %.2f dB on the average, all of the sound %.2f dB", kbps, name, len(joints), worst, mean, all)
			}
		}
	}
}

// TestJobs: the number of workers changes no byte of a programme of several
// pieces.
func TestJobs(t *testing.T) {
	m := speechAt(t, 16000, 1, 200)
	enc := output.Encoding{Opus: 24000, Quality: 9}
	one := outputtest.Write(t, opus.Format{}, spoken(m, enc, 1))
	if got := outputtest.Write(t, opus.Format{}, spoken(m, enc, 3)); !bytes.Equal(one, got) {
		t.Error("3 jobs give other bytes than 1")
	}
}

// TestSameAsFFmpeg: a piece that has none before it is, packet for packet, what
// ffmpeg makes with the same settings; so its speed and quality can be compared.
func TestSameAsFFmpeg(t *testing.T) {
	for _, quality := range []int{0, 7} {
		e := edition(speechAt(t, 24000, 1, 5), output.Encoding{Opus: 32000, Quality: quality}, 1)
		ours, _ := packets(t, outputtest.Write(t, opus.Format{}, e))
		t.Setenv("NARRATE_NO_LIBS", "1")
		theirs, _ := packets(t, outputtest.Write(t, opus.Format{}, e))
		t.Setenv("NARRATE_NO_LIBS", "")
		if !slices.EqualFunc(ours[2:], theirs[2:], bytes.Equal) {
			t.Errorf("quality %d: other packets than ffmpeg's", quality)
		}
	}
}
