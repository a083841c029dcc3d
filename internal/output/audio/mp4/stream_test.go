package mp4

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
)

func testStream(t testing.TB, f pcm.Format, sound int64) stream {
	t.Helper()
	s, err := newStream(f, sound, output.Encoding{AAC: 24000})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestConfig holds the configuration against what ffmpeg and others write.
func TestConfig(t *testing.T) {
	for want, f := range map[string]pcm.Format{
		"138856e500": {Rate: 22050, Channels: 1},
		"121056e500": {Rate: 44100, Channels: 2},
		"119056e500": {Rate: 48000, Channels: 2},
		"158856e500": {Rate: 8000, Channels: 1},
	} {
		if got := hex.EncodeToString(testStream(t, f, 0).config()); got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
	}
}

// frame is an ADTS frame around a packet.
func (s stream) frame(packet []byte) []byte {
	n := len(packet) + adtsHeader
	return append([]byte{
		0xff, 0xf1, 1<<6 | byte(s.rateIndex)<<2, byte(s.format.Channels)<<6 | byte(n>>11),
		byte(n >> 3), byte(n)<<5 | 0x1f, 0xfc,
	}, packet...)
}

// parts are the packets that split takes out of data.
func (s stream) parts(data []byte, first, end int64) (packets []string, err error) {
	err = s.split(iotest.HalfReader(bytes.NewReader(data)), first, end, func(p []byte) error {
		packets = append(packets, string(p))
		return nil
	})
	return packets, err
}

func TestSplit(t *testing.T) {
	s := testStream(t, pcm.Format{Rate: 22050, Channels: 1}, 0)
	var data []byte
	packets := []string{"one", "to be", "3", strings.Repeat("x", 768)}
	for _, p := range packets {
		data = append(data, s.frame([]byte(p))...)
	}
	if got, err := s.parts(data, 1, 3); err != nil || !slices.Equal(got, packets[1:3]) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := s.parts(data, 0, 4); err != nil || !slices.Equal(got, packets) {
		t.Errorf("%q, %v", got, err)
	}
	change := func(at int, value byte) []byte {
		c := bytes.Clone(data)
		c[at] = value
		return c
	}
	for name, bad := range map[string][]byte{
		"no sync": change(0, 0xfe), "MPEG-2": change(1, 0xf9), "checksum": change(1, 0xf0), "profile": change(2, 0x1c),
		"rate": change(2, 0x58), "channels": change(3, 0x80), "several blocks": change(6, 0xfd),
		"empty packet": change(4, 0), "cut": data[:len(data)-1], "cut in a header": data[:24], "none": nil,
		"too large": append(s.frame(make([]byte, 769)), data...),
	} {
		if got, err := s.parts(bad, 0, 4); !errors.Is(err, errStream) {
			t.Errorf("%s: gives %d packets, %v", name, len(got), err)
		}
	}
	if err := s.split(iotest.ErrReader(io.ErrClosedPipe), 0, 1, nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	full := errors.New("full")
	if err := s.split(bytes.NewReader(data), 0, 4, func([]byte) error { return full }); !errors.Is(err, full) {
		t.Errorf("no room for a packet: %v", err)
	}
}

// FuzzSplit: whatever comes, whole frames of the stream are taken apart as they
// are, or it is an error.
func FuzzSplit(f *testing.F) {
	s := testStream(f, pcm.Format{Rate: 44100, Channels: 2}, 0)
	two := append(s.frame([]byte("packet")), s.frame([]byte("another"))...)
	f.Add(two, uint8(0), uint8(2))
	f.Add(two, uint8(1), uint8(1))
	f.Add(two[:len(two)-1], uint8(0), uint8(2))
	f.Add([]byte("\xff\xf1"), uint8(0), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, first, end uint8) {
		first = min(first, end)
		got, err := s.parts(data, int64(first), int64(end))
		if err != nil {
			return
		}
		if len(got) != int(end-first) {
			t.Fatalf("%d packets from %d to %d", len(got), first, end)
		}
		at := 0
		for i := range end {
			size := int(data[at+3]&3)<<11 | int(data[at+4])<<3 | int(data[at+5])>>5
			if i >= first && got[i-first] != string(data[at+adtsHeader:at+size]) {
				t.Fatalf("packet %d is another", i)
			}
			at += size
		}
	})
}

// TestPlan: the packets hold the sound and the priming, no packet more.
func TestPlan(t *testing.T) {
	for _, c := range []struct{ sound, packets int64 }{{0, 1}, {1, 2}, {1024, 2}, {1025, 3}, {48000 * 3600 * 100, 16875001}} {
		s := testStream(t, pcm.Format{Rate: 48000, Channels: 1}, c.sound)
		if s.packets != c.packets {
			t.Errorf("%d frames: %d packets, want %d", c.sound, s.packets, c.packets)
		}
	}
	for _, f := range []pcm.Format{{Rate: 8000, Channels: 1}, {Rate: 22050, Channels: 1}, {Rate: 44100, Channels: 2}} {
		for _, sound := range []int64{0, 1, 1 << 20, 3 << 20, 7 << 20, 22050 * 600, 22050*3600 + 1, 22050 * 36000, 1 << 30} {
			s := testStream(t, f, sound)
			n, size := s.pieces(), s.pieceSize()
			if (n-1)*size >= s.packets || n*size < s.packets || size*int64(f.Channels) > maxPiece || n > 1 && (n%2 != 0 || size*int64(f.Channels) < minPiece/2) {
				t.Errorf("%+v, %d frames: %d pieces of %d packets", f, sound, n, size)
			}
		}
	}
	if _, err := newStream(pcm.Format{Rate: 8000, Channels: 1}, 1<<40, output.Encoding{AAC: 8000}); err == nil {
		t.Error("four years are taken")
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		" a\x00\tb\r\nc\u2028d \x7f": "a b c d", "\xff": "\ufffd", "": "", "\n": "",
	} {
		if got := audio.Line(in); got != want {
			t.Errorf("audio.Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got := audio.Lines("\n\n a \r\n\r\n\n b\x00c\nd\n\n"); got != "a\n\nb c\nd" {
		t.Errorf("lines gives %q", got)
	}
	for _, text := range []string{strings.Repeat("\U0001F600", 100), strings.Repeat("\u05d0", 200), strings.Repeat("abc ", 100), strings.Repeat("\U0001F469\u200D\U0001F680", 40)} {
		for limit := 4; limit < 260; limit++ {
			got := cut(text, limit)
			if len(got) > limit || !utf8.ValidString(got) || !strings.HasSuffix(got, "\u2026") || len(got) < limit-10 {
				t.Fatalf("cut to %d bytes: %q", limit, got)
			}
		}
		if cut(text, len(text)) != text {
			t.Error("cut without need")
		}
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string]string{
		"de": "deu", "de-CH": "deu", "en-GB": "eng", "zh-Hant": "zho", "gsw": "gsw", "": "und", "und": "und", "not a tag": "und", "\x00": "und",
	} {
		p := packLanguage(tag)
		if got := string([]byte{byte(p>>10) + 0x60, byte(p>>5&31) + 0x60, byte(p&31) + 0x60}); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}
