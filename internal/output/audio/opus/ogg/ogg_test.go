package ogg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// stream is an Ogg stream of those packets, the first two as headers.
func stream(t testing.TB, packets [][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, 7, 50)
	for i, p := range packets {
		var err error
		if i < 2 {
			err = w.Header(p)
		} else {
			err = w.Packet(p, int64(i-1)*960)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(int64(len(packets)-2)*960 - 5); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func split(data []byte, size int) (out [][]byte, err error) {
	s := NewSplitter(func(p []byte) error {
		out = append(out, bytes.Clone(p))
		return nil
	})
	for at := 0; at < len(data); at += min(size, len(data)-at) {
		if _, err := s.Write(data[at : at+min(size, len(data)-at)]); err != nil {
			return out, err
		}
	}
	return out, s.Close()
}

// packets are packets of all sizes that lacing treats in a way of its own.
func packets() [][]byte {
	out := [][]byte{[]byte("head"), bytes.Repeat([]byte("comment"), 40000)}
	for i := range 300 {
		for _, n := range []int{1, 254, 255, 256, 509, 510, 511, 1275} {
			if i%8 == n%8 {
				out = append(out, bytes.Repeat([]byte{byte(i)}, n))
			}
		}
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	for _, header := range []int{0, 1, 254, 255, 65024, 65025, 65026, 130050, 130051, 500000} {
		want := packets()
		want[1] = make([]byte, header)
		data := stream(t, want)
		for _, size := range []int{1000, len(data)} {
			got, err := split(data, size)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("%d packets, want %d", len(got), len(want))
			}
			for i := range want {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("packet %d of %d bytes, want %d", i, len(got[i]), len(want[i]))
				}
			}
		}
	}
}

// TestPages: flags, numbers and positions.
func TestPages(t *testing.T) {
	data := stream(t, packets())
	var positions []int64
	for at, page := 0, 0; at < len(data); page++ {
		p := data[at:]
		size := 27 + int(p[26])
		for _, n := range p[27:size] {
			size += int(n)
		}
		flags, position := p[5], int64(binary.LittleEndian.Uint64(p[6:]))
		if (flags&begins != 0) != (page == 0) || (flags&ends != 0) != (at+size == len(data)) || binary.LittleEndian.Uint32(p[18:]) != uint32(page) {
			t.Errorf("page %d: flags %d", page, flags)
		}
		positions = append(positions, position)
		at += size
	}
	// The comments take five pages, and their packet ends on the last one.
	for i, want := range []int64{0, -1, -1, -1, -1, 0} {
		if positions[i] != want {
			t.Errorf("page %d is at %d, want %d", i, positions[i], want)
		}
	}
	last := int64(len(packets())-2)*960 - 5
	for i := 6; i < len(positions); i++ {
		if positions[i] <= positions[i-1] || positions[i]%960 != 0 && positions[i] != last {
			t.Errorf("page %d is at %d after %d", i, positions[i], positions[i-1])
		}
	}
	if positions[len(positions)-1] != last {
		t.Errorf("it ends at %d, want %d", positions[len(positions)-1], last)
	}
}

func TestTooLong(t *testing.T) {
	w := NewWriter(&bytes.Buffer{}, 1, 50)
	if err := w.Packet(make([]byte, 255*255), 1); err == nil {
		t.Error("a packet that fits on no page is taken")
	}
}

// TestDamage: no changed byte and no cut goes unnoticed.
func TestDamage(t *testing.T) {
	data := stream(t, packets()[:12])
	for at := 0; at < len(data); at += 1 + at/40 {
		bad := bytes.Clone(data)
		bad[at] ^= 4
		if _, err := split(bad, len(bad)); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", at, err)
		}
		if _, err := split(data[:at], len(data)); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", at, err)
		}
	}
}

// FuzzSplitter: anything is taken apart or refused, and in pieces as at once.
func FuzzSplitter(f *testing.F) {
	data := stream(f, [][]byte{[]byte("head"), []byte("tags"), make([]byte, 300), {1}})
	f.Add(data, 10)
	f.Add(data[:60], 1)
	f.Add([]byte("OggS\x00"), 2)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		whole, err := split(data, len(data)+1)
		parts, partErr := split(data, max(1, size))
		if len(whole) != len(parts) || (err == nil) != (partErr == nil) {
			t.Errorf("%d packets at once (%v), %d in pieces (%v)", len(whole), err, len(parts), partErr)
		}
	})
}
