package mp3

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
)

var (
	mono   = pcm.Format{Rate: 22050, Channels: 1}
	stereo = pcm.Format{Rate: 44100, Channels: 2}
)

// frames gives the frames of a file with nothing but frames.
func frames(t testing.TB, b []byte) (all [][]byte) {
	t.Helper()
	for len(b) > 0 {
		h := header(binary.BigEndian.Uint32(b))
		if err := h.check(); err != nil {
			t.Fatal(err)
		}
		all = append(all, b[:h.size()])
		b = b[h.size():]
	}
	return all
}

// Without a tag all is sound, and with the encoder's and the decoder's delay
// before it. The low bit rates have frames that go-mp3 by itself cuts short.
func TestNoTag(t *testing.T) {
	for _, c := range []struct {
		f      pcm.Format
		length int
		args   []string
	}{
		{mono, 9000, []string{"-t", "-b", "32"}},
		{mono, 9001, []string{"-t", "-b", "64"}},
		{mono, 9002, []string{"-t", "-b", "40"}},
		{mono, 9003, []string{"-t", "-b", "8"}},
		{pcm.Format{Rate: 22050, Channels: 2}, 9004, []string{"-t", "-b", "160"}},
		{pcm.Format{Rate: 16000, Channels: 2}, 9005, []string{"-t", "-V", "2"}},
		{pcm.Format{Rate: 24000, Channels: 2}, 9006, []string{"-t", "-b", "48"}},
		{pcm.Format{Rate: 32000, Channels: 2}, 9007, []string{"-t", "-b", "320"}},
		{stereo, 9008, []string{"-t", "-b", "320"}},
		{stereo, 9009, []string{"-t", "-b", "112"}},
	} {
		samples := signal(c.f, c.length)
		b := lame(t, c.f, samples, c.args...)
		r, ours, err := read(b)
		if err != nil {
			t.Errorf("%v %v: %v", c.f, c.args, err)
			continue
		}
		all := frames(t, b)
		if want := int64(len(all)) * r.stream.first.samples(); r.Frames() != want || int64(len(ours)) != want*int64(c.f.Channels) {
			t.Errorf("%v %v: %d frames, want %d", c.f, c.args, r.Frames(), want)
		}
		_, theirs := oracle(t, b)
		compare(t, ours, theirs)
		if c.args[2] != "8" { // too little is left to be recognized
			end := min(len(ours), (1105+c.length)*c.f.Channels)
			if d := lag(samples[:end-1105*c.f.Channels], ours[1105*c.f.Channels:end], c.f.Channels); d != 0 {
				t.Errorf("%v %v: the sound begins %d frames from 1105", c.f, c.args, d)
			}
		}
	}
}

// A stream that was cut in two: the frames that lack their data are silent,
// all others sound as in the whole.
func TestCutStart(t *testing.T) {
	whole := lame(t, mono, signal(mono, 12000), "-t", "-b", "64")
	_, want, err := read(whole)
	if err != nil {
		t.Fatal(err)
	}
	all := frames(t, whole)
	for _, first := range []int{4, 7, 11} {
		cut := slices.Concat(all[first:]...)
		if bits(cut, 32, 8) == 0 {
			t.Errorf("frame %d needs no earlier data", first)
		}
		_, got, err := read(cut)
		if err != nil {
			t.Fatal(err)
		}
		_, theirs := oracle(t, cut)
		// Three frames until all is there, and one of overlap.
		const settled = 4 * 576
		if !slices.Equal(got[settled:], want[first*576+settled:]) {
			t.Errorf("cut before frame %d: the sound stays different", first)
		}
		compare(t, got[settled:], theirs[len(theirs)-len(got)+settled:])
		if peak, limit := pcm.Peak(got[:settled]), pcm.Peak(want); peak > limit {
			t.Errorf("cut before frame %d: a peak of %d where %d is the highest", first, peak, limit)
		}
	}
}

func TestTags(t *testing.T) {
	plain := lame(t, mono, signal(mono, 6000), "-b", "64")
	_, want, err := read(plain)
	if err != nil {
		t.Fatal(err)
	}
	id3 := "ID3\x04\x00\x00\x00\x00\x01\x05" + strings.Repeat("\xff\xfb\x90\x00x", 26) + "abc"
	footed := "ID3\x04\x00\x10\x00\x00\x00\x02xy3DI\x04\x00\x10\x00\x00\x00\x02"
	id3v1 := "TAG" + strings.Repeat("x", 125)
	item := "\x01\x00\x00\x00\x00\x00\x00\x00Key\x00v"
	ape := func(flags, size byte) string {
		return "APETAGEX\xd0\x07\x00\x00" + string([]byte{size}) + "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" + string([]byte{flags}) + "\x00\x00\x00\x00\x00\x00\x00\x00"
	}
	size := byte(32 + len(item))
	lyrics := "LYRICSBEGININD0000210000021LYRICS200"
	for name, b := range map[string]string{
		"ID3v2":               id3 + string(plain),
		"two ID3v2":           id3 + footed + string(plain),
		"ID3v2 and zeros":     id3 + strings.Repeat("\x00", 777) + string(plain),
		"ID3v1":               string(plain) + id3v1,
		"APE":                 string(plain) + item + ape(0, size),
		"APE with a header":   string(plain) + ape(0xa0, size) + item + ape(0x80, size),
		"Lyrics3, APE, ID3v1": string(plain) + item + ape(0, size) + lyrics + id3v1,
		"all":                 id3 + string(plain) + item + ape(0, size) + id3v1,
		"zeros at the end":    string(plain) + strings.Repeat("\x00", 5000),
	} {
		if _, got, err := read([]byte(b)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d frames, %v, want %d", name, len(got), err, len(want))
		}
	}
}

// The tag's own numbers, changed by hand.
func TestInfo(t *testing.T) {
	plain := lame(t, mono, signal(mono, 6000), "-b", "64")
	at := bytes.Index(plain, []byte("LAME3"))
	edit := func(change func(b []byte)) []byte {
		b := slices.Clone(plain)
		change(b)
		return b
	}
	total := int64(13 * 576)
	for name, c := range map[string]struct {
		file   []byte
		frames int64
	}{
		"as it is":                  {plain, 6000},
		"less padding than delay":   {edit(func(b []byte) { copy(b[at+21:], "\x24\x00\x10") }), total - 576 - 16},
		"no delay, no padding":      {edit(func(b []byte) { copy(b[at+21:], "\x00\x00\x00") }), total},
		"more delay than there is":  {edit(func(b []byte) { copy(b[at+21:], "\xff\xff\xff") }), 0},
		"more padding than remains": {edit(func(b []byte) { copy(b[at+21:], "\xff\x0f\xff") }), 0},
		"no LAME tag":               {edit(func(b []byte) { clear(b[at : at+36]) }), total},
		"joined":                    {slices.Concat(plain, plain), 2*total + 576 - 576 - 529},
	} {
		r, got, err := read(c.file)
		if err != nil || r.Frames() != c.frames || int64(len(got)) != c.frames {
			t.Errorf("%s: %d frames, %v, want %d", name, len(got), err, c.frames)
		}
	}
	// The extra frame that brings out the end: with the same start, as much of
	// the sound as there is must be the same.
	_, all, err := read(edit(func(b []byte) { copy(b[at+21:], "\x24\x00\x10") }))
	if err != nil {
		t.Fatal(err)
	}
	_, want, err := read(plain)
	if err != nil || !slices.Equal(all[:6000], want) {
		t.Errorf("the start changes with the padding: %v", err)
	}
	// VBRI: the frame is no sound, and nothing is cut.
	vbri := edit(func(b []byte) {
		clear(b[4:200])
		copy(b[36:], "VBRI\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0d")
	})
	if r, got, err := read(vbri); err != nil || r.Frames() != total || int64(len(got)) != total {
		t.Errorf("VBRI: %d frames, %v, want %d", len(got), err, total)
	}
}

func TestRefused(t *testing.T) {
	plain := lame(t, mono, signal(mono, 6000), "-b", "64")
	other := lame(t, pcm.Format{Rate: 24000, Channels: 1}, signal(pcm.Format{Rate: 24000, Channels: 1}, 6000), "-b", "64")
	both := lame(t, pcm.Format{Rate: 22050, Channels: 2}, signal(pcm.Format{Rate: 22050, Channels: 2}, 6000), "-b", "64")
	low := pcm.Format{Rate: 8000, Channels: 1}
	all := frames(t, plain)
	tagless := slices.Concat(all[1:]...)
	intensity := slices.Clone(slices.Concat(frames(t, both)[1:]...))
	intensity[3] = intensity[3]&0x0f | 0x50
	for _, c := range []struct {
		name, want string
		short      bool
		file       []byte
	}{
		{"empty", "no sound", false, nil},
		{"text", "not an MP3", false, []byte("It was a dark and stormy night.")},
		{"WAVE", "not an MP3", false, []byte("RIFF\x00\x00\x00\x00WAVEfmt ")},
		{"AAC", "not an MP3", false, []byte("\xff\xf1\x50\x80\x2f\x7f\xfc\x21\x00")},
		{"tag only", "no sound", false, []byte("ID3\x04\x00\x00\x00\x00\x00\x04abcd")},
		{"tag longer than the file", "no sound", false, append([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), plain...)},
		{"zeros", "no sound", false, make([]byte, 999)},
		{"Info only", "tag counts 13", true, all[0]},
		{"Layer II", "Layer II:", false, encode(t, stereo, signal(stereo, 5000), "ffmpeg", "-v", "error", "-i", "DIR/in.wav", "-c:a", "mp2", "-f", "mp2", "DIR/out.mp3")},
		{"MPEG-2.5", "MPEG-2.5", false, lame(t, low, signal(low, 5000), "-b", "16")},
		{"free format", "free-format", false, lame(t, stereo, signal(stereo, 5000), "--freeformat", "-b", "200")},
		{"intensity stereo", "intensity", false, intensity},
		{"another rate", "24000 Hz and 1 channels, before it had 22050", false, slices.Concat(plain, other)},
		{"another number of channels", "22050 Hz and 2 channels, before it had 22050 Hz and 1", false, slices.Concat(plain, both)},
		{"cut", "of 13 frames has", true, plain[:len(plain)-1]},
		{"cut in a header", "damaged file", false, slices.Concat(tagless, plain[:3])},
		{"a frame is missing", "11 frames, where the tag counts 13", true, slices.Concat(all[:12]...)},
		{"junk between", "after 4 frames", false, slices.Concat(slices.Concat(all[1:5]...), []byte("junk"), slices.Concat(all[5:]...))},
		{"junk at the end", "after 13 frames", false, slices.Concat(tagless, []byte("something else"))},
		{"zeros between", "after 4 frames", false, slices.Concat(slices.Concat(all[1:5]...), make([]byte, 100), slices.Concat(all[5:]...))},
	} {
		_, err := NewReader(bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, pcm.ErrShort) != c.short {
			t.Errorf("%s: %v, want %q, short: %v", c.name, err, c.want, c.short)
		}
	}
}

// Damage inside the frames: an error or sound of the promised length, never a
// panic.
func TestDamage(t *testing.T) {
	files := [][]byte{
		lame(t, mono, signal(mono, 6000), "-b", "64"),
		lame(t, stereo, signal(stereo, 6000), "-b", "128"),
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		b := slices.Clone(files[random.IntN(2)])
		for range 1 + random.IntN(20) {
			b[300+random.IntN(len(b)-300)] = byte(random.Uint32())
		}
		if err := decodes(b); err != nil {
			t.Fatal(err)
		}
	}
	// go-mp3 panics on mixed blocks in MPEG-2: window switching, block type 2,
	// mixed, in the first part of a frame's side information.
	mixed := slices.Concat(frames(t, files[0])[1:]...)
	for i, bit := range []byte{1, 1, 0, 1} {
		setBit(mixed, 8*4+8+1+29+9+i, bit)
	}
	if _, _, err := read(mixed); err == nil || !strings.Contains(err.Error(), "frame 0 is damaged") {
		t.Errorf("mixed blocks: %v", err)
	}
}

// decodes reads a file and says what is wrong with the reading, not the file.
func decodes(b []byte) error {
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	channels := r.Format().Channels
	if r.Frames() < 0 || r.Frames() > int64(len(b))*1152/24 {
		return fmt.Errorf("%d frames from %d bytes", r.Frames(), len(b))
	}
	total := int64(0)
	buf := make([]int16, 5000)
	for {
		n, err := r.Read(buf)
		if err != nil {
			if n != 0 || errors.Is(err, io.EOF) && total != r.Frames() {
				return fmt.Errorf("%d and %w after %d of %d frames", n, err, total, r.Frames())
			}
			return nil
		}
		if n <= 0 || n%channels != 0 {
			return fmt.Errorf("%d samples of %d channels", n, channels)
		}
		total += int64(n / channels)
	}
}

// A file that changes between the look through and the reading, and a source
// that fails.
func TestSource(t *testing.T) {
	plain := lame(t, mono, signal(mono, 6000), "-b", "64")
	src := &source{Reader: bytes.NewReader(plain)}
	r, err := NewReader(src)
	if err != nil {
		t.Fatal(err)
	}
	src.Reader = bytes.NewReader(plain[:900])
	if _, err := src.Seek(r.stream.start, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	_, err = pcm.ReadAll(r, 1<<20)
	if !errors.Is(err, pcm.ErrShort) {
		t.Errorf("a file that shrinks: %v", err)
	}
	if n, again := r.Read(make([]int16, 9)); n != 0 || !errors.Is(again, err) {
		t.Errorf("after the error: %d, %v", n, again)
	}
	if err := r.Close(); err != nil || !src.closed {
		t.Errorf("Close: %v, closed: %v", err, src.closed)
	}
	src = &source{Reader: bytes.NewReader(plain)}
	if r, err = NewReader(src); err != nil {
		t.Fatal(err)
	}
	src.err = errors.New("broken disk")
	if _, err := pcm.ReadAll(r, 1<<20); !errors.Is(err, src.err) {
		t.Errorf("a broken source: %v", err)
	}
	if _, err := NewReader(src); !errors.Is(err, src.err) {
		t.Errorf("a broken source from the start: %v", err)
	}
}

type source struct {
	*bytes.Reader
	err    error
	closed bool
}

func (s *source) Read(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	return s.Reader.Read(b)
}

func (s *source) Close() error { s.closed = true; return nil }

func FuzzReader(f *testing.F) {
	f.Add(lame(f, mono, signal(mono, 3000), "-b", "32"))
	f.Add(lame(f, stereo, signal(stereo, 3000), "-V", "5"))
	f.Add(slices.Concat([]byte("ID3\x04\x00\x00\x00\x00\x00\x01x"), lame(f, mono, signal(mono, 1000), "-t", "-b", "8"), []byte("TAG"), make([]byte, 125)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := decodes(b); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	file := lame(b, mono, signal(mono, 22050*20), "-b", "64")
	for b.Loop() {
		if _, _, err := read(file); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(20*float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
}
