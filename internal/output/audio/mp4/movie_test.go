package mp4

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

// parents are the boxes that hold boxes, and how many bytes stand before those.
var parents = map[string]int{
	"moov": 0, "trak": 0, "edts": 0, "tref": 0, "mdia": 0, "minf": 0, "dinf": 0, "stbl": 0, "gmhd": 0, "udta": 0, "ilst": 0,
	"meta": 4, "dref": 8, "stsd": 8, "mp4a": 28, "----": 0,
}

// dump writes what boxes data holds.
func dump(t *testing.T, out *strings.Builder, data []byte, indent, parent string) {
	t.Helper()
	for len(data) > 0 {
		size := int(binary.BigEndian.Uint32(data))
		if size < 8 || size > len(data) {
			t.Fatalf("a box of %d bytes in %d of %s", size, len(data), parent)
		}
		kind, body := string(data[4:8]), data[8:size]
		fmt.Fprintf(out, "%s%s %d", indent, strings.ReplaceAll(kind, "\xa9", "\u00a9"), size)
		skip, holds := parents[kind]
		if parent == "ilst" || parent == "gmhd" && kind == "gmin" {
			skip, holds = 0, parent == "ilst"
		}
		own := body
		if holds {
			own = body[:skip]
		}
		switch {
		case len(own) > 120:
			fmt.Fprintf(out, " %x ...", own[:40])
		case kind == "data" || kind == "name" || kind == "mean" || kind == "chpl" || kind == "hdlr" || kind == "ftyp":
			fmt.Fprintf(out, " %q", own)
		case len(own) > 0:
			fmt.Fprintf(out, " %x", own)
		}
		out.WriteByte('\n')
		if holds {
			dump(t, out, body[skip:], indent+"  ", kind)
		}
		data = data[size:]
	}
}

// plan is the movie of an edition of silence.
func plan(t *testing.T, f Format, e output.Edition, channels int) *movie {
	t.Helper()
	s := testStream(t, pcm.Format{Rate: e.Timeline.Rate, Channels: channels}, e.Timeline.Frames)
	m, err := newMovie(f, s, e)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestStructure shows all boxes of a small book.
func TestStructure(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 4, Cues: 4, Metadata: outputtest.Metadata(t)})
	e.Metadata.Cover = &output.Picture{MediaType: "image/png", Data: []byte("picture")}
	e.Timeline.Number, e.Timeline.Of = 2, 3
	m := plan(t, Book, e, 1)
	before := len(m.head)
	for i := range m.packets {
		if err := m.packet(100 + int(i)%7); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.finish(); err != nil {
		t.Fatal(err)
	}
	if len(m.head) != before {
		t.Errorf("the head has %d bytes at first, then %d", before, len(m.head))
	}
	var out strings.Builder
	dump(t, &out, m.head[:m.dataSize], "", "file")
	fmt.Fprintf(&out, "mdat %d\n%q\n", binary.BigEndian.Uint32(m.head[m.dataSize:]), m.texts)
	const golden = "testdata/book.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the structure is not that of %s (see it with -update):\n%s", golden, out.String())
	}
}

// long is an edition without sound of so many hours and chapters.
func long(rate pcm.Hz, hours int64, chapters int) output.Edition {
	line := &timeline.Timeline{Rate: rate, Frames: int64(rate)*3600*hours + 123, Lang: "de"}
	for i := range chapters {
		n := int64(chapters)
		line.Chapters = append(line.Chapters, timeline.Chapter{
			Title: fmt.Sprint(i + 1), Number: i + 1,
			Span: pcm.Span{Start: line.Frames * int64(i) / n, End: line.Frames * int64(i+1) / n},
		})
	}
	return output.Edition{Timeline: line}
}

// TestLarge: beyond 4 GiB all places are right, with 64 bits, and so are the
// durations beyond 32.
func TestLarge(t *testing.T) {
	m := plan(t, Audio, long(48000, 30, 1000), 2)
	var at []int64 // of each packet
	place := int64(len(m.head) + len(m.texts))
	for i := range m.packets {
		size := 1000 + int(i*7919%200)
		at = append(at, place)
		place += int64(size)
		if err := m.packet(size); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.finish(); err != nil {
		t.Fatal(err)
	}
	if place < 5<<30 || !m.large {
		t.Fatalf("only %d bytes, large is %v", place, m.large)
	}
	be := binary.BigEndian
	if data := m.head[m.dataSize:]; be.Uint32(data) != 1 || string(data[4:8]) != "mdat" || int64(be.Uint64(data[8:])) != place-int64(m.dataSize) || len(data) != 16 {
		t.Errorf("the data's header is %x", data)
	}
	if kind := string(m.head[m.chunkTable-12 : m.chunkTable-8]); kind != "co64" {
		t.Errorf("the places stand in %s", kind)
	}
	for chunk := range m.chunks() {
		if got, want := int64(be.Uint64(m.head[m.chunkTable+8*int(chunk):])), at[chunk*m.chunkPackets()]; got != want {
			t.Fatalf("chunk %d is at %d, want %d", chunk, got, want)
		}
	}
	var tree strings.Builder
	dump(t, &tree, m.head[:m.dataSize], "", "file")
	if !strings.Contains(tree.String(), fmt.Sprintf("%016x", 48000*3600*30+123+1024)) { // mdhd
		t.Error("the media's duration of 64 bits is missing")
	}
}

// TestSmall: where no packet can lie beyond 4 GiB, the tables have 32 bits.
func TestSmall(t *testing.T) {
	if m := plan(t, Book, long(22050, 20, 300), 1); m.large || len(m.head) > 7<<20 {
		t.Errorf("large %v, head of %d bytes for 20 hours", m.large, len(m.head))
	}
}

// TestRates: the bit rates told are those of the packets.
func TestRates(t *testing.T) {
	m := plan(t, Audio, long(48000, 1, 0), 1)
	for i := range m.packets {
		size := 100
		if i >= 1000 && i < 1000+int64(len(m.recent)) { // a second with more
			size = 200
		}
		if err := m.packet(size); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.finish(); err != nil {
		t.Fatal(err)
	}
	most, mean := binary.BigEndian.Uint32(m.head[m.rateFields:]), binary.BigEndian.Uint32(m.head[m.rateFields+4:])
	if most != 200*8*48000/1024 || mean < 37500 || mean > 37520 {
		t.Errorf("at most %d, on average %d", most, mean)
	}
}

// TestPackets: a number of packets other than planned, or one too large, is
// noticed.
func TestPackets(t *testing.T) {
	e := output.Edition{Timeline: &timeline.Timeline{Rate: 22050, Frames: 3000}}
	m := plan(t, Book, e, 1)
	for name, size := range map[string]int{"empty": 0, "too large": 769} {
		if m.packet(size) == nil {
			t.Errorf("%s: is taken", name)
		}
	}
	for range m.packets {
		if m.finish() == nil {
			t.Error("finished too early")
		}
		if err := m.packet(768); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.finish(); err != nil {
		t.Error(err)
	}
	if m.packet(1) == nil {
		t.Error("one too many is taken")
	}
}

// TestChapters: chapters that do not last are left out, and one too long for its
// field is refused.
func TestChapters(t *testing.T) {
	line := &timeline.Timeline{Rate: 22050, Frames: 100, Chapters: []timeline.Chapter{
		{Title: "nothing", Span: pcm.Span{}}, {Title: "all", Span: pcm.Span{End: 100}}, {Title: "nothing", Span: pcm.Span{Start: 100, End: 100}},
	}}
	c, err := newChapters(line)
	if err != nil || len(c.titles) != 1 || c.titles[0] != "all" || c.lengths[0] != 100 {
		t.Errorf("%+v, %v", c, err)
	}
	line.Chapters[1].Span.End = math.MaxUint32 + 1
	if _, err := newChapters(line); err == nil {
		t.Error("a chapter of a day is taken")
	}
	for frame, want := range map[int64]int64{0: 0, 1: 454, 22050: 10_000_000, 22051: 10_000_454, 22050 * 3600 * 1000: 36_000_000_000_000} {
		if got := hundredNanoseconds(22050, frame); got != want {
			t.Errorf("frame %d is at %d, want %d", frame, got, want)
		}
	}
}
