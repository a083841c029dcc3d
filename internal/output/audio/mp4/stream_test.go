package mp4

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
)

func testStream(t testing.TB, f pcm.Format, sound int64) stream {
	t.Helper()
	s, err := newStream(f, sound, output.Encoding{AAC: 32000})
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

func TestSplit(t *testing.T) {
	s := testStream(t, pcm.Format{Rate: 22050, Channels: 1}, 0)
	var data []byte
	packets := []string{"one", "to be", "3", strings.Repeat("x", 768)}
	for _, p := range packets {
		data = append(data, s.frame([]byte(p))...)
	}
	got, sizes, err := s.split(bytes.Clone(data), 1, 3, nil)
	if err != nil || string(got) != "to be3" || len(sizes) != 2 || sizes[0] != 5 || sizes[1] != 1 {
		t.Errorf("%q, %v, %v", got, sizes, err)
	}
	if got, _, err := s.split(bytes.Clone(data), 0, 4, nil); err != nil || string(got) != strings.Join(packets, "") {
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
		if got, _, err := s.split(bytes.Clone(bad), 0, 4, nil); err == nil {
			t.Errorf("%s: gives %d bytes", name, len(got))
		}
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
		got, sizes, err := s.split(bytes.Clone(data), int64(first), int64(end), nil)
		if err != nil {
			return
		}
		if len(sizes) != int(end-first) {
			t.Fatalf("%d packets from %d to %d", len(sizes), first, end)
		}
		at, all := 0, got
		for i := range end {
			size := int(data[at+3]&3)<<11 | int(data[at+4])<<3 | int(data[at+5])>>5
			if i >= first {
				n := int(sizes[i-first])
				if n != size-adtsHeader || !bytes.Equal(all[:n], data[at+adtsHeader:at+size]) {
					t.Fatalf("packet %d is another", i)
				}
				all = all[n:]
			}
			at += size
		}
		if len(all) != 0 {
			t.Errorf("%d bytes too many", len(all))
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
