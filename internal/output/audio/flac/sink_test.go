package flac

import (
	"bytes"
	"testing"

	"narrate/internal/ffmpeg"
	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
)

var shape = pcm.Format{Rate: 8000, Channels: 2}

// encoded is a FLAC file of ffmpeg's own, of so many frames.
func encoded(t testing.TB, frames int64) []byte {
	t.Helper()
	p, err := ffmpeg.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	src := pcm.Samples(shape, pcmtest.Noise(shape, 5, 0.2, frames))
	if err := p.Encode(t.Context(), src, &out, "-c:a", "flac", "-f", "flac"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// split gives data to a sink in pieces of that size.
func split(data []byte, size int, frames int64) (*sink, *bytes.Buffer, error) {
	var out bytes.Buffer
	k := newSink(&out, &streamInfo{format: shape, total: frames}, newSeekTable(shape.Rate, frames))
	for at := 0; at < len(data); at += min(size, len(data)-at) {
		if _, err := k.Write(data[at : at+min(size, len(data)-at)]); err != nil {
			return k, &out, err
		}
	}
	return k, &out, k.close()
}

// TestSink: the same frames come out, in whatever pieces the file comes.
func TestSink(t *testing.T) {
	const frames = 20000
	data := encoded(t, frames)
	whole, want, err := split(data, len(data), frames)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(data, want.Bytes()) || whole.frames < 10 {
		t.Fatalf("%d bytes of %d, %d frames", want.Len(), len(data), whole.frames)
	}
	for _, size := range []int{1, 2, 3, 17, 1000} {
		k, out, err := split(data, size, frames)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), want.Bytes()) || *k.info != *whole.info || k.frames != whole.frames {
			t.Errorf("in pieces of %d: %d bytes, %+v", size, out.Len(), k.info)
		}
	}
}

// TestDamage: no damaged or cut stream passes for a whole one.
func TestDamage(t *testing.T) {
	const frames = 6000
	data := encoded(t, frames)
	_, out, err := split(data, len(data), frames)
	if err != nil {
		t.Fatal(err)
	}
	sound := len(data) - out.Len()
	for at := sound; at < len(data); at += 97 {
		bad := bytes.Clone(data)
		bad[at] ^= 0x10
		if _, _, err := split(bad, len(bad), frames); err == nil {
			t.Errorf("byte %d changed: passes", at)
		}
		if _, _, err := split(data[:at], at, frames); err == nil {
			t.Errorf("cut at %d: passes", at)
		}
	}
	if _, _, err := split(data, len(data), frames+1); err == nil {
		t.Error("too few frames pass")
	}
}

// FuzzSink: whatever an encoder hands over, in whatever pieces, the sink takes
// whole frames or fails, and never writes what it did not get.
func FuzzSink(f *testing.F) {
	data := encoded(f, 3000)
	at := bytes.LastIndex(data, []byte{0, 0, 0, 0, 0xff, 0xf8}) + 4
	small := append(append([]byte("fLaC"), appendBlock(nil, last|typeStreamInfo, data[8:8+streamInfoSize])...), data[at:]...)
	f.Add(small, 100)
	f.Add(small[:60], 1)
	f.Add([]byte("fLaC\x84\x00\x00\x00"), 3)
	f.Add([]byte("ID3\x04\x00"), 3)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		k, out, err := split(data, max(1, size), 3000)
		if err == nil && (k.sound != 3000 || !bytes.HasSuffix(data, out.Bytes())) {
			t.Errorf("%d bytes, %d frames", out.Len(), k.sound)
		}
		if int64(out.Len()) != k.written {
			t.Errorf("%d bytes written, %d counted", out.Len(), k.written)
		}
	})
}

// TestNumbers: the numbers of frames, in their code.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		code string
		want uint64
		n    int
	}{
		{"\x00", 0, 1},
		{"\x7f", 127, 1},
		{"\xc2\x80", 128, 2},
		{"\xef\xbf\xbf", 0xffff, 3},
		{"\xfe\xbf\xbf\xbf\xbf\xbf\xbf", 1<<36 - 1, 7},
		{"\x80", 0, 0},
		{"\xff\xbf\xbf\xbf\xbf\xbf\xbf\xbf", 0, 0},
		{"\xc2", 0, 0},
		{"\xc2\x00", 0, 0},
		{"", 0, 0},
	} {
		number, n, ok := codedNumber([]byte(c.code))
		if ok != (c.n > 0) || ok && (number != c.want || n != c.n) {
			t.Errorf("%x: %d of %d bytes, %v", c.code, number, n, ok)
		}
	}
}

// TestLongTable: a seek table never outgrows its block.
func TestLongTable(t *testing.T) {
	if size := newSeekTable(1, maxFrames).size(); size > maxBlock || size < maxBlock/4 {
		t.Errorf("%d bytes", size)
	}
}
