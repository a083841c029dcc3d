package mp3

import (
	"bytes"
	"testing"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// FuzzSink: whatever an encoder hands over, in whatever pieces, the sink takes
// whole frames of the stream or fails, and never writes what it did not get.
func FuzzSink(f *testing.F) {
	s, err := newStream(pcm.Format{Rate: 22050, Channels: 1}, 1000, output.Encoding{MP3: 64000})
	if err != nil {
		f.Fatal(err)
	}
	frame := append(s.header[:], make([]byte, 204)...)
	longer := append(bytes.Clone(frame), 0)
	longer[2] |= 2
	f.Add(frame, 100)
	f.Add(bytes.Join([][]byte{frame, longer, frame}, nil), 7)
	f.Add(bytes.Join([][]byte{frame, frame[:200]}, nil), 1)
	f.Add([]byte("ID3\x04\x00"), 3)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		var out bytes.Buffer
		k := &sink{stream: s, dst: &out}
		size = max(1, size)
		for at := 0; at < len(data); at += min(size, len(data)-at) {
			if _, err := k.Write(data[at : at+min(size, len(data)-at)]); err != nil {
				return
			}
		}
		if !bytes.Equal(append(out.Bytes(), k.rest...), data) || k.bytes != int64(out.Len()) || len(k.rest) > 209 {
			t.Errorf("%d bytes given, %d written, %d counted, %d kept", len(data), out.Len(), k.bytes, len(k.rest))
		}
		if k.crc != crc16(0, out.Bytes()) {
			t.Error("the checksum is not that of the frames")
		}
		if kept, err := s.cut(data, 0, k.frames); err != nil || !bytes.Equal(kept, out.Bytes()) {
			t.Errorf("cut gives %d bytes, %v", len(kept), err)
		}
	})
}

// TestPieces: the pieces of any length of sound lie end to end, whole.
func TestPieces(t *testing.T) {
	for _, rate := range []pcm.Hz{16000, 22050, 24000, 32000, 44100, 48000} {
		for _, n := range []int64{0, 1, 1000, 649152 - 576, 649152, 653760, 653761, 1298304, 1306368, 1307520, 9999999, 79380000} {
			s, err := newStream(pcm.Format{Rate: rate, Channels: 1}, n, output.Encoding{MP3: 64000})
			if err != nil {
				t.Fatal(err)
			}
			var at, sound int64
			for i := range s.pieces() {
				var p piece
				p.set(s, i)
				if p.first != at || p.end <= p.first || p.sound < 0 || p.from%phase != 0 || p.from*s.spf > n || i > 0 && p.first-p.from != preRoll {
					t.Fatalf("%d Hz, %d frames: piece %d of %d is %+v after frame %d", rate, n, i, s.pieces(), p, at)
				}
				at, sound = p.end, sound+p.sound
			}
			if at != s.count() || sound != n {
				t.Errorf("%d Hz: %d of %d MPEG frames, %d of %d frames of sound", rate, at, s.count(), sound, n)
			}
		}
	}
}

// TestTooLong: a file whose tag cannot count its bytes is refused before any
// work.
func TestTooLong(t *testing.T) {
	if _, err := newStream(pcm.Format{Rate: 48000, Channels: 2}, 48000*3600*31, output.Encoding{MP3: 320000}); err == nil {
		t.Error("31 hours at 320 kb/s are taken")
	}
	if _, err := newStream(pcm.Format{Rate: 48000, Channels: 2}, 48000*3600*29, output.Encoding{MP3: 320000}); err != nil {
		t.Error(err)
	}
}

func TestISO639(t *testing.T) {
	for tag, want := range map[string]string{
		"de": "deu", "de-CH": "deu", "en-GB": "eng", "zh-Hant": "zho", "pt_BR": "por", "nb": "nob", "gsw": "gsw",
		"": "", "und": "", "not a tag": "", "\x00": "",
	} {
		if got := iso639(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}
