package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
)

// file is an io.WriteSeeker in memory.
type file struct {
	b  []byte
	at int64
}

func (f *file) Write(p []byte) (int, error) {
	if end := f.at + int64(len(p)); end > int64(len(f.b)) {
		f.b = append(f.b, make([]byte, end-int64(len(f.b)))...)
	}
	f.at += int64(copy(f.b[f.at:], p))
	return len(p), nil
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.at = [...]int64{0, f.at, int64(len(f.b))}[whence] + offset
	return f.at, nil
}

// write makes a WAVE file, RF64 where its RIFF size is above limit.
func write(t testing.TB, f pcm.Format, samples []int16, limit int64) []byte {
	t.Helper()
	var out file
	w, err := NewWriter(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	w.limit = limit
	for n := f.Channels; len(samples) > 0; n *= 3 {
		n = min(n, len(samples))
		if err := w.Write(samples[:n]); err != nil {
			t.Fatal(err)
		}
		samples = samples[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if out.at != int64(len(out.b)) {
		t.Fatalf("left at %d of %d", out.at, len(out.b))
	}
	return out.b
}

func read(b []byte) (*Reader, []int16, error) {
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	samples, err := pcm.ReadAll(r, 1<<30)
	return r, samples, err
}

// run gives a program's standard output; what it says on standard error, or
// another exit status than 0, fails the test.
func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	for _, f := range []pcm.Format{{Rate: 22050, Channels: 1}, {Rate: 48000, Channels: 2}, {Rate: 1, Channels: 8}, {Rate: 768000, Channels: 3}} {
		for _, frames := range []int64{0, 1, 9000} {
			for _, limit := range []int64{math.MaxUint32, 0} {
				samples := pcmtest.Noise(f, 7, 1, frames)
				b := write(t, f, samples, limit)
				if id := string(b[:4]); (id == "RF64") != (limit == 0) {
					t.Errorf("%v, %d frames, limit %d: %s", f, frames, limit, id)
				}
				got := pcmtest.CheckReader(t, func() pcm.Reader {
					r, err := NewReader(bytes.NewReader(b))
					if err != nil {
						t.Fatal(err)
					}
					if r.Format() != f {
						t.Fatalf("format %v, want %v", r.Format(), f)
					}
					return r
				}, frames)
				if !slices.Equal(got, samples) {
					t.Errorf("%v, %d frames: other samples", f, frames)
				}
			}
		}
	}
}

func TestWriterLayout(t *testing.T) {
	f := pcm.Format{Rate: 22050, Channels: 2}
	samples := []int16{1, -2, 3, -4}
	plain := write(t, f, samples, math.MaxUint32)
	want := "RIFF\x50\x00\x00\x00WAVEJUNK\x1c\x00\x00\x00" + strings.Repeat("\x00", 28) +
		"fmt \x10\x00\x00\x00\x01\x00\x02\x00\x22\x56\x00\x00\x88\x58\x01\x00\x04\x00\x10\x00" +
		"data\x08\x00\x00\x00\x01\x00\xfe\xff\x03\x00\xfc\xff"
	if string(plain) != want {
		t.Errorf("RIFF is\n%q, want\n%q", plain, want)
	}
	wide := write(t, f, samples, 79)
	want = "RF64\xff\xff\xff\xffWAVEds64\x1c\x00\x00\x00" +
		"\x50\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"fmt \x10\x00\x00\x00\x01\x00\x02\x00\x22\x56\x00\x00\x88\x58\x01\x00\x04\x00\x10\x00" +
		"data\xff\xff\xff\xff\x01\x00\xfe\xff\x03\x00\xfc\xff"
	if string(wide) != want {
		t.Errorf("RF64 is\n%q, want\n%q", wide, want)
	}
}

// The switch to RF64 at the real limit, in a file with a hole: its middle is
// never written.
func TestWriterBeyond4GiB(t *testing.T) {
	f := pcm.Format{Rate: 48000, Channels: 2}
	for _, c := range []struct {
		bytes int64
		id    string
	}{
		{math.MaxUint32 - (headerSize - 8) - 3, "RIFF"}, // whole frames: the last that fit
		{math.MaxUint32 - (headerSize - 8) + 1, "RF64"},
		{5 << 30, "RF64"},
	} {
		path := filepath.Join(t.TempDir(), "long.wav")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := NewWriter(out, f)
		if err != nil {
			t.Fatal(err)
		}
		hole := c.bytes - 8
		if _, err := out.Seek(hole, io.SeekCurrent); err != nil {
			t.Fatal(err)
		}
		w.bytes = hole
		if err := errors.Join(w.Write([]int16{1, 2, 3, 4}), w.Close(), out.Close()); err != nil {
			t.Fatal(err)
		}
		got := run(t, "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_rate,channels,duration_ts", "-of", "csv=p=0", path)
		want := "pcm_s16le,48000,2," + strconv.FormatInt(c.bytes/4, 10)
		if strings.TrimSpace(string(got)) != want {
			t.Errorf("%d bytes: ffprobe says %s, want %s", c.bytes, got, want)
		}
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		if r.frames != c.bytes/4 && c.id == "RF64" {
			t.Errorf("%d bytes: %d frames", c.bytes, r.frames)
		}
		id := make([]byte, 4)
		if _, err := in.ReadAt(id, 0); err != nil || string(id) != c.id {
			t.Errorf("%d bytes: %s, %v, want %s", c.bytes, id, err, c.id)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriterWithFFmpeg(t *testing.T) {
	f := pcm.Format{Rate: 44100, Channels: 2}
	samples := pcmtest.Noise(f, 3, 1, 30001)
	for _, limit := range []int64{math.MaxUint32, 0} {
		path := filepath.Join(t.TempDir(), "a.wav")
		if err := os.WriteFile(path, write(t, f, samples, limit), 0o600); err != nil {
			t.Fatal(err)
		}
		got := run(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "s16le", "-")
		var want []byte
		for _, s := range samples {
			want = binary.LittleEndian.AppendUint16(want, uint16(s))
		}
		if !bytes.Equal(got, want) {
			t.Errorf("limit %d: ffmpeg reads other samples", limit)
		}
	}
}

func TestWriterErrors(t *testing.T) {
	for _, f := range []pcm.Format{{}, {Rate: 22050}, {Channels: 1}, {Rate: 768001, Channels: 1}, {Rate: 22050, Channels: 9}} {
		if _, err := NewWriter(&file{}, f); err == nil {
			t.Errorf("%v is accepted", f)
		}
	}
	w, err := NewWriter(&file{}, pcm.Format{Rate: 22050, Channels: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(make([]int16, 3)); err == nil {
		t.Error("half a frame is accepted")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if w.Write(make([]int16, 2)) == nil || w.Close() == nil {
		t.Error("a closed Writer goes on")
	}
	for room := range 4 {
		full := &full{room: room}
		w, err := NewWriter(full, pcm.Format{Rate: 22050, Channels: 2})
		if err == nil {
			err = errors.Join(w.Write(make([]int16, bufferSize)), w.Close())
		}
		if !errors.Is(err, errFull) {
			t.Errorf("room for %d writes: %v", room, err)
		}
	}
}

var errFull = errors.New("disk is full")

// full takes a few writes.
type full struct {
	file
	room int
}

func (f *full) Write(p []byte) (int, error) {
	if f.room == 0 {
		return 0, errFull
	}
	f.room--
	return f.file.Write(p)
}

// Every sample format, as ffmpeg writes it. ffmpeg's own way back to 16 bits
// may differ by rounding, so the values are checked by themselves.
func TestSampleFormats(t *testing.T) {
	f := pcm.Format{Rate: 24000, Channels: 2}
	samples := pcmtest.Noise(f, 9, 1, 5000)
	samples = append(samples, 32767, -32768, 0, -1)
	raw := write(t, f, samples, math.MaxUint32)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.wav")
	if err := os.WriteFile(in, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		codec string
		args  []string
		lost  int // bits
	}{
		{"pcm_u8", nil, 8},
		{"pcm_s16le", nil, 0},
		{"pcm_s24le", nil, 0},
		{"pcm_s32le", nil, 0},
		{"pcm_f32le", nil, 0},
		{"pcm_f64le", nil, 0},
		{"pcm_s24le", []string{"-rf64", "always"}, 0},
		{"pcm_s16le", []string{"-rf64", "always", "-metadata", "title=odd"}, 0},
	} {
		out := filepath.Join(dir, "out.wav")
		run(t, "ffmpeg", slices.Concat([]string{"-y", "-v", "error", "-i", in, "-c:a", c.codec}, c.args, []string{out})...)
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		r, got, err := read(b)
		if err != nil {
			t.Errorf("%s: %v", c.codec, err)
			continue
		}
		if r.Format() != f || len(got) != len(samples) {
			t.Errorf("%s: %v, %d samples, want %d", c.codec, r.Format(), len(got), len(samples))
			continue
		}
		for i := range got {
			if d := int(got[i]) - int(samples[i]); d >= 1<<c.lost || d <= -1<<c.lost {
				t.Errorf("%s %v: sample %d is %d, want %d", c.codec, c.args, i, got[i], samples[i])
				break
			}
		}
	}
}

// build joins chunks into a RIFF file; sizes are right unless a chunk brings
// its own.
func build(chunks ...string) []byte {
	body := "WAVE" + strings.Join(chunks, "")
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
}

func chunk(id, body string) string {
	c := id + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
	if len(body)%2 != 0 {
		c += "\x00"
	}
	return c
}

func format(tag, channels int, rate uint32, bits int, more string) string {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(tag))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, 0) // bytes a second: not looked at
	b = le.AppendUint16(b, uint16(channels*bits/8))
	b = le.AppendUint16(b, uint16(bits))
	return chunk("fmt ", string(b)+more)
}

func sized(id string, size uint32, body string) string {
	return id + string(binary.LittleEndian.AppendUint32(nil, size)) + body
}

func TestConversion(t *testing.T) {
	f32 := func(x ...float32) (s string) {
		for _, v := range x {
			s += string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
		}
		return s
	}
	f64 := func(x ...float64) (s string) {
		for _, v := range x {
			s += string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
		return s
	}
	extensible := "\x16\x00\x10\x00\x04\x00\x00\x00"
	for _, c := range []struct {
		name, format, data string
		want               []int16
	}{
		{"8", format(1, 1, 8000, 8, ""), "\x00\x7f\x80\x81\xff", []int16{-32768, -256, 0, 256, 32512}},
		{"16", format(1, 1, 8000, 16, ""), "\xff\x7f\x00\x80\xff\xff", []int16{32767, -32768, -1}},
		{
			"24", format(1, 1, 8000, 24, ""),
			"\x7f\x00\x00\x80\x00\x00\x81\x00\x00\x80\x01\x00\x80\xff\xff\x7f\xff\xff\xff\xff\x7f\x00\x00\x80",
			[]int16{0, 0, 1, 2, 0, -1, 32767, -32768},
		},
		{
			"32", format(1, 1, 8000, 32, ""),
			"\x00\x80\x00\x00\x01\x80\x00\x00\xff\xff\xff\x7f\x00\x00\x00\x80\xff\x7f\xff\xff",
			[]int16{0, 1, 32767, -32768, -1},
		},
		{
			"float", format(3, 1, 8000, 32, "\x00\x00"),
			f32(0, 1, -1, 2, -2, 0.5, 1.5/32768, 2.5/32768, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))),
			[]int16{0, 32767, -32768, 32767, -32768, 16384, 2, 2, 0, 32767, -32768},
		},
		{
			"double", format(3, 1, 8000, 64, ""),
			f64(0, 1, -1, 1e300, -1e300, math.NaN(), 0.49999999999999994/32768),
			[]int16{0, 32767, -32768, 32767, -32768, 0, 0},
		},
		{"extensible", format(0xfffe, 1, 8000, 16, extensible+"\x01\x00"+subformat), "\x01\x00\x02\x00", []int16{1, 2}},
		{"extensible float", format(0xfffe, 1, 8000, 32, extensible+"\x03\x00"+subformat), f32(0.25), []int16{8192}},
		{"odd chunks", chunk("LIST", "abc") + chunk("odd!", "") + format(1, 1, 8000, 16, ""), "\x01\x00", []int16{1}},
	} {
		r, got, err := read(build(c.format, chunk("data", c.data), chunk("LIST", "INFO after the sound")))
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
			continue
		}
		if r.Format() != (pcm.Format{Rate: 8000, Channels: 1}) {
			t.Errorf("%s: %v", c.name, r.Format())
		}
	}
}

func TestLengths(t *testing.T) {
	f := format(1, 1, 8000, 16, "")
	four := "\x01\x00\x02\x00\x03\x00\x04\x00"
	riff := func(size uint32, b []byte) []byte {
		binary.LittleEndian.PutUint32(b[4:], size)
		return b
	}
	ds64 := func(riff, data uint64) string {
		b := binary.LittleEndian.AppendUint64(nil, riff)
		b = binary.LittleEndian.AppendUint64(b, data)
		return chunk("ds64", string(append(b, make([]byte, 12)...)))
	}
	wide := func(b []byte) []byte { copy(b, "RF64\xff\xff\xff\xff"); return b }
	for _, c := range []struct {
		name   string
		file   []byte
		frames int
		short  bool
	}{
		{"espeak-ng", riff(0x7ffff024, build(f, sized("data", 0x7ffff000, four))), 4, false},
		{"ffmpeg", riff(0xffffffff, build(f, sized("data", 0xffffffff, four))), 4, false},
		{"less the header", riff(0xffffffff, build(f, sized("data", 0xffffffdb, four))), 4, false},
		{"zeros", riff(0, build(f, sized("data", 0, four))), 4, false},
		{"Python's wave in a pipe", riff(36, build(f, sized("data", 0, four))), 4, false},
		{"nothing in a stream", riff(0x7ffff024, build(f, sized("data", 0x7ffff000, ""))), 0, false},
		{"cut inside a frame", riff(0x7ffff024, build(f, sized("data", 0x7ffff000, four+"\x05"))), 4, true},
		{"truly empty", build(f, chunk("data", "")), 0, false},
		{"empty with something after", build(f, chunk("data", ""), chunk("LIST", "INFO")), 0, false},
		{"whole", build(f, chunk("data", four)), 4, false},
		{"short", build(f, sized("data", 10, four)), 4, true},
		{"short inside a frame", build(f, sized("data", 10, four+"\x05")), 4, true},
		{"nothing there", build(f, sized("data", 10, "")), 0, true},
		{"longer than it says", build(f, sized("data", 4, four)), 2, false},
		{"RF64", wide(build(ds64(84, 8), f, sized("data", 0xffffffff, four+four))), 4, false},
		{"RF64 with a small size", wide(build(ds64(84, 0), f, sized("data", 8, four+four))), 4, false},
		{"RF64 short", wide(build(ds64(1<<40, 1<<40), f, sized("data", 0xffffffff, four))), 4, true},
		{"RF64 in a pipe", wide(build(ds64(0, 0), f, sized("data", 0xffffffff, four))), 4, false},
		{"RF64 in another pipe", wide(build(ds64(1<<64-1, 1<<64-1), f, sized("data", 0xffffffff, four))), 4, false},
	} {
		r, err := NewReader(bytes.NewReader(c.file))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		frames, buf := 0, make([]int16, 3)
		for err == nil {
			var n int
			n, err = r.Read(buf)
			for i := range n {
				if int(buf[i]) != frames+i+1 {
					t.Errorf("%s: sample %d is %d", c.name, frames+i, buf[i])
				}
			}
			frames += n
		}
		if frames != c.frames || errors.Is(err, pcm.ErrShort) != c.short || errors.Is(err, io.EOF) == c.short {
			t.Errorf("%s: %d frames and %v, want %d, short %v", c.name, frames, err, c.frames, c.short)
		}
		if n, again := r.Read(buf); n != 0 || !errors.Is(again, err) {
			t.Errorf("%s: another Read gives %d, %v", c.name, n, again)
		}
	}
}

func TestReaderErrors(t *testing.T) {
	f := format(1, 1, 8000, 16, "")
	data := chunk("data", "\x01\x00")
	good := build(f, data)
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "cut after 0 bytes", nil},
		{"text", "not a WAVE file", []byte("This is not sound at all.")},
		{"another RIFF", "not a WAVE file", []byte("RIFF\x04\x00\x00\x00AVI ")},
		{"big-endian", "not a WAVE file", append([]byte("RIFX"), good[4:]...)},
		{"cut header", "cut after 30 bytes", good[:30]},
		{"no data", "cut", build(f)},
		{"data first", "before its fmt chunk", build(data, f)},
		{"two formats", "two fmt", build(f, f, data)},
		{"short fmt", "fmt chunk of 14", build(chunk("fmt ", "\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00"), data)},
		{"huge fmt", "chunk of 1048576 bytes", build(sized("fmt ", 1<<20, ""), data)},
		{"huge chunk", "bytes before the sound", build(f, sized("LIST", 0xfffffffe, ""), data)},
		{"rate 0", "rate of 0", build(format(1, 1, 0, 16, ""), data)},
		{"rate too high", "rate of 768001", build(format(1, 1, 768001, 16, ""), data)},
		{"no channels", "0 channels", build(format(1, 0, 8000, 16, ""), data)},
		{"9 channels", "9 channels", build(format(1, 9, 8000, 16, ""), data)},
		{"A-law", "tag 0x6 with 8 bits", build(format(6, 1, 8000, 8, ""), data)},
		{"MP3 inside", "tag 0x55", build(format(0x55, 1, 8000, 0, ""), data)},
		{"12 bits", "12 bits", build(format(1, 2, 8000, 12, ""), data)},
		{"half float", "16 bits", build(format(3, 1, 8000, 16, ""), data)},
		{"extensible too short", "unknown kind", build(format(0xfffe, 1, 8000, 16, "\x00\x00"), data)},
		{"extensible of another kind", "unknown kind", build(format(0xfffe, 1, 8000, 16, strings.Repeat("x", 24)), data)},
		{"half frames", "not whole frames", build(format(1, 2, 8000, 16, ""), data)},
		{"RF64 without ds64", "without a ds64", append([]byte("RF64"), build(f, sized("data", 0xffffffff, ""))[4:]...)},
		{"short ds64", "ds64 chunk of 4", append([]byte("RF64"), build(chunk("ds64", "1234"), f, data)[4:]...)},
	} {
		_, err := NewReader(bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for n := range len(good) - 2 {
		if _, err := NewReader(bytes.NewReader(good[:n])); !errors.Is(err, pcm.ErrShort) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	broken := errors.New("broken pipe")
	if _, err := NewReader(io.MultiReader(bytes.NewReader(good[:20]), errReader{broken})); !errors.Is(err, broken) {
		t.Errorf("broken header: %v", err)
	}
	r, err := NewReader(io.MultiReader(bytes.NewReader(good[:len(good)-1]), errReader{broken}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pcm.ReadAll(r, 9); !errors.Is(err, broken) {
		t.Errorf("broken sound: %v", err)
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// espeak-ng's stream has a placeholder in its header, its file a length; both
// are the same sound.
func TestEspeak(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	run(t, "espeak-ng", "-v", "de", "-w", path, "Guten Morgen.")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, want, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	stream := run(t, "espeak-ng", "-v", "de", "--stdout", "Guten Morgen.")
	if size := binary.LittleEndian.Uint32(stream[40:]); size != 0x7ffff000 {
		t.Errorf("the placeholder is %#x", size)
	}
	_, got, err := read(stream)
	if err != nil || !slices.Equal(got, want) || len(got) < 10000 {
		t.Errorf("%d and %d frames, %v", len(got), len(want), err)
	}
}

func FuzzReader(f *testing.F) {
	stereo := pcm.Format{Rate: 22050, Channels: 2}
	f.Add(write(f, stereo, pcmtest.Noise(stereo, 1, 1, 20), math.MaxUint32))
	f.Add(write(f, stereo, pcmtest.Noise(stereo, 1, 1, 20), 0))
	f.Add(build(chunk("LIST", "abc"), format(3, 1, 8000, 32, ""), sized("data", 0xffffffff, "12345678")))
	f.Add(build(format(0xfffe, 1, 8000, 24, "\x16\x00\x10\x00\x04\x00\x00\x00\x01\x00"+subformat), chunk("data", "123456")))
	f.Add(build(format(1, 2, 8000, 8, ""), sized("data", 0, "1234")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		total := 0
		buf := make([]int16, 4099)
		for {
			n, err := r.Read(buf)
			if err != nil {
				if n != 0 || errors.Is(err, io.EOF) && r.known && r.at != r.frames {
					t.Fatalf("%d, %v after frame %d of %d", n, err, r.at, r.frames)
				}
				break
			}
			if n <= 0 || n%r.Format().Channels != 0 {
				t.Fatalf("%d samples of %d channels", n, r.Format().Channels)
			}
			total += n
		}
		if total > len(b) {
			t.Fatalf("%d samples from %d bytes", total, len(b))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	f := pcm.Format{Rate: 22050, Channels: 1}
	raw := write(b, f, pcmtest.Noise(f, 1, 1, 22050*60), math.MaxUint32)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, _, err := read(raw); err != nil {
			b.Fatal(err)
		}
	}
}
