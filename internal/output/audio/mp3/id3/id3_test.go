package id3

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/outputtest"
)

// script is the tag as mutagen, an independent reader, sees it.
const script = `
import json, sys
from mutagen.id3 import ID3
tag = ID3(sys.argv[1], translate=False)
sub = lambda f: str(f.sub_frames["TIT2"]) if "TIT2" in f.sub_frames else None
print(json.dumps({
    "Version": list(tag.version), "Size": tag.size,
    "Text": {k: f.text[0] for k, f in tag.items() if k[0] == "T"},
    "Others": {k: f.url if k[0] == "W" else str(f) for k, f in tag.items() if k[0] in "WUM" or k.startswith("COMM")},
    "CHAP": [[f.element_id, f.start_time, f.end_time, f.start_offset, f.end_offset, sub(f)] for f in tag.getall("CHAP")],
    "CTOC": {f.element_id: [int(f.flags), f.child_element_ids, sub(f)] for f in tag.getall("CTOC")},
}))
`

type seen struct {
	Version []int
	Size    int
	Text    map[string]string
	Others  map[string]string
	CHAP    [][]any
	CTOC    map[string][]any
}

func read(t *testing.T, tag []byte) (out seen) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tag.mp3")
	if err := os.WriteFile(path, tag, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(outputtest.Tool(t, "/usr/bin/python3", "-c", script, path), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestText(t *testing.T) {
	cases := []struct{ in, want string }{
		{"plain", "plain"},
		{"Über Wölfe", "Über Wölfe"},
		{"\U0001F469\u200D\U0001F680 и 章", "\U0001F469\u200D\U0001F680 и 章"},
		{"a\x00b\x01\x1b[0m\r\n\tc ", "a b [0m c"},
		{" \u2028lead", "lead"},
		{"cut \xff\xfe", "cut \ufffd"},
		{strings.Repeat("lang ", 50000) + "ö", strings.Repeat("lang ", 50000) + "ö"},
		{"\ufeffmark ö", "\ufeffmark ö"},
	}
	tag := Tag{Title: cases[3].in}
	for i, c := range cases {
		tag.Chapters = append(tag.Chapters, Chapter{Title: c.in, Start: int64(i), End: int64(i + 1)})
	}
	raw, err := tag.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, raw)
	for i, c := range cases {
		if title := got.CHAP[i][5]; title != c.want {
			t.Errorf("%.60q is read as %.60q", c.in, title)
		}
	}
	if want := cases[3].want; got.Text["TIT2"] != want || got.CTOC["toc"][2] != want {
		t.Errorf("%q is read as %q and %q", tag.Title, got.Text["TIT2"], got.CTOC["toc"][2])
	}
}

func TestFields(t *testing.T) {
	tag := Tag{
		Title: "T", Album: "A\nlbum", Author: "Ä", Narrator: "N", Publisher: "P & Co", Genre: "(17) Rock", Series: "S \u05d0", Part: 2,
		Date: "2026-11-29", Copyright: "© 2025 Ada", Link: "https://example.org/ä b", Language: "deu",
		Description: " one\r\n\n\n two\x00 ", Text: "Zeile\n\nzwei ö\n", Generator: "narrate 1", Encoder: "LAME3.100",
		Milliseconds: 1234, Number: 3, Of: 12, TrackGain: "-2.00 dB", AlbumPeak: "0.5",
	}
	raw, err := tag.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, raw)
	want := map[string]string{
		"TIT2": "T", "TALB": "A lbum", "TPE1": "Ä", "TPE2": "Ä", "TCOM": "N", "TPUB": "P & Co", "TCON": "((17) Rock",
		"TYER": "2026", "TDAT": "2911", "TCOP": "2025 Ada", "TLAN": "deu",
		"TENC": "narrate 1", "TSSE": "LAME3.100", "TLEN": "1234", "TRCK": "3/12",
		"TXXX:SERIES": "S \u05d0", "TXXX:SERIES-PART": "2",
		"TXXX:REPLAYGAIN_TRACK_GAIN": "-2.00 dB", "TXXX:REPLAYGAIN_ALBUM_PEAK": "0.5",
	}
	if !reflect.DeepEqual(got.Text, want) {
		t.Errorf("%v", got.Text)
	}
	others := map[string]string{
		"MVNM": "S \u05d0", "MVIN": "2", "WOAS": "https://example.org/%C3%A4%20b", "WXXX:": "https://example.org/%C3%A4%20b",
		"COMM::deu": "one\n\ntwo", "USLT::deu": "Zeile\n\nzwei ö",
	}
	if !reflect.DeepEqual(got.Others, others) {
		t.Errorf("%v", got.Others)
	}
	if !reflect.DeepEqual(got.Version, []int{2, 3, 0}) || got.Size != len(raw) || len(got.CHAP) > 0 || len(got.CTOC) > 0 {
		t.Errorf("%+v for %d bytes", got, len(raw))
	}
	empty, err := (&Tag{}).Bytes()
	if err != nil || len(empty) != 10 {
		t.Errorf("an empty tag has %d bytes: %v", len(empty), err)
	}
}

func TestCopyright(t *testing.T) {
	for _, c := range []struct{ text, year, want, other string }{
		{"", "2026", "", ""},
		{"2026 Ada", "", "2026 Ada", ""},
		{"© 2026 Ada", "", "2026 Ada", ""},
		{"Copyright (c) 2026 Ada", "", "2026 Ada", ""},
		{"Copyright: © Ada, 2024", "2026", "2024 Ada, 2024", ""},
		{"2019–2026 Ada", "", "2019 2019–2026 Ada", ""},
		{"Ada", "2026", "2026 Ada", ""},
		{"Ada", "", "", "Ada"},
		{"Copyrighted by Ada", "1999", "1999 Copyrighted by Ada", ""},
		{"©", "2026", "", "©"},
		{"CC BY 4.0", "2026", "2026 CC BY 4.0", ""},
	} {
		if got, other := copyrighted(c.text, c.year); got != c.want || other != c.other {
			t.Errorf("%q in %q: %q, %q", c.text, c.year, got, other)
		}
	}
}

func TestDate(t *testing.T) {
	for iso, want := range map[string][2]string{
		"2026": {"2026", ""}, "2026-11": {"2026", ""}, "2026-11-29": {"2026", "2911"},
		"": {}, "26": {}, "2026-11-29T10:00": {}, "29.11.2026": {}, "2026-": {},
	} {
		if year, day := date(iso); year != want[0] || day != want[1] {
			t.Errorf("%q: %q, %q", iso, year, day)
		}
	}
}

func TestAddress(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.org/a?b=1&c=%22d%22#e": "https://example.org/a?b=1&c=%22d%22#e",
		"HTTP://example.org/\"é\"":              "HTTP://example.org/\"%C3%A9\"",
		"javascript:alert(1)":                   "", "//example.org": "", "ftp://example.org/": "", "http://": "", "": "",
		"https://example.org/\x00": "", "https://example.org/\n": "",
	} {
		if got := address(link); got != want {
			t.Errorf("%q: %q, want %q", link, got, want)
		}
	}
}

// TestLongText: a text too long for a tag is left out whole.
func TestLongText(t *testing.T) {
	for n, want := range map[int]bool{maxText: true, maxText + 1: false} {
		raw, err := (&Tag{Text: strings.Repeat("a", n)}).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(raw, []byte("USLT")); got != want {
			t.Errorf("text of %d bytes: %v", n, got)
		}
	}
}

// TestPictures: the cover stands once, a small picture in each chapter that has
// it, a large one that many have in the first.
func TestPictures(t *testing.T) {
	cover, small := outputtest.Picture(t, "image/jpeg", 1400), outputtest.Picture(t, "image/png", 64)
	sameCover := *cover
	large := &output.Picture{MediaType: "image/jpeg", Data: make([]byte, maxRepeated/2+1)}
	tag := Tag{Cover: cover}
	for i := range 1000 {
		tag.Chapters = append(tag.Chapters, Chapter{
			Start: int64(i), End: int64(i + 1), Link: "https://example.org/",
			Picture: []*output.Picture{&sameCover, small, large, nil}[i%4],
		})
	}
	pictures := tag.chapterPictures()
	for i, want := range []*output.Picture{nil, small, large, nil, nil, small, nil, nil} {
		if pictures[i] != want {
			t.Errorf("chapter %d has another picture", i+1)
		}
	}
	raw, err := tag.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if most := len(cover.Data) + 250*len(small.Data) + len(large.Data) + 200000; len(raw) > most {
		t.Errorf("the tag takes %d bytes", len(raw))
	}
	data := make([]byte, maxSize/16+17)
	for i := range 17 { // each of its own
		data[i] = byte(i)
		tag.Chapters[i].Picture = &output.Picture{MediaType: "image/jpeg", Data: data[i : i+maxSize/16]}
	}
	if _, err := tag.Bytes(); err == nil || !strings.Contains(err.Error(), "smaller pictures") {
		t.Errorf("too many pictures: %v", err)
	}
}

// parse is the chapters and tables as the specification lays them out, for
// tags that mutagen takes long to read.
func parse(t *testing.T, raw []byte) seen {
	t.Helper()
	out := seen{CTOC: map[string][]any{}}
	id := func(b []byte) (string, []byte) {
		name, rest, ok := bytes.Cut(b, []byte{0})
		if !ok {
			t.Fatalf("no end to an element id in %q", b)
		}
		return string(name), rest
	}
	title := func(b []byte) string { return string(b[11:]) } // ASCII
	for body := raw[10:]; len(body) > 0; {
		size := binary.BigEndian.Uint32(body[4:])
		data := body[10 : 10+size]
		switch string(body[:4]) {
		case "CHAP":
			name, data := id(data)
			chapter := []any{name}
			for i := range 4 {
				chapter = append(chapter, float64(binary.BigEndian.Uint32(data[4*i:])))
			}
			out.CHAP = append(out.CHAP, append(chapter, title(data[16:])))
		case "CTOC":
			name, data := id(data)
			flags, n := data[0], data[1]
			data = data[2:]
			var children []any
			for range n {
				var child string
				child, data = id(data)
				children = append(children, child)
			}
			out.CTOC[name] = []any{float64(flags), children, title(data)}
		}
		body = body[10+size:]
	}
	return out
}

// TestChapters: every chapter is in the tables exactly once and in order,
// whatever their number.
func TestChapters(t *testing.T) {
	for _, n := range []int{1, 3, 254, 255, 256, 1000, 65026} {
		tag := Tag{Title: "Buch"}
		for i := range n {
			tag.Chapters = append(tag.Chapters, Chapter{Title: fmt.Sprint("Kapitel ", i+1), Start: int64(i) * 1000, End: int64(i+1) * 1000})
		}
		raw, err := tag.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		got := parse(t, raw)
		if n == 3 || n == 256 {
			other := read(t, raw)
			if !reflect.DeepEqual(got.CTOC, other.CTOC) || len(other.CHAP) != n {
				t.Errorf("mutagen sees %d chapters and %v", len(other.CHAP), other.CTOC)
			}
			got.CHAP = other.CHAP
		}
		byID := map[string][]any{}
		for _, c := range got.CHAP {
			byID[c[0].(string)] = c
		}
		if len(byID) != n {
			t.Fatalf("%d different chapters of %d", len(byID), n)
		}
		next, tables := 0, 0
		var walk func(id string, top bool)
		walk = func(id string, top bool) {
			tables++
			c := got.CTOC[id]
			children := c[1].([]any)
			if flags := c[0].(float64); top && flags != 3 || !top && flags != 1 {
				t.Errorf("%d chapters: table %s has flags %v", n, id, flags)
			}
			if len(children) == 0 || len(children) > 255 || c[2] == nil || top && c[2] != "Buch" {
				t.Errorf("%d chapters: table %s, %v, with %d children", n, id, c[2], len(children))
			}
			for _, child := range children {
				id := child.(string)
				if _, ok := got.CTOC[id]; ok {
					walk(id, false)
					continue
				}
				want := []any{id, float64(next * 1000), float64((next + 1) * 1000), float64(math.MaxUint32), float64(math.MaxUint32), fmt.Sprint("Kapitel ", next+1)}
				if !reflect.DeepEqual(byID[id], want) {
					t.Fatalf("%d chapters: %v, want %v", n, byID[id], want)
				}
				next++
			}
		}
		walk("toc", true)
		if next != n || tables != len(got.CTOC) {
			t.Errorf("%d chapters: the tables hold %d; %d of %d tables reached", n, next, tables, len(got.CTOC))
		}
	}
}

func TestUntitled(t *testing.T) {
	tag := Tag{Chapters: []Chapter{{Title: "\x00 ", End: 5}}}
	raw, err := tag.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, raw)
	if got.CTOC["toc"][2] != "Contents" || got.CHAP[0][5] != nil || len(got.Text) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []Chapter{{Start: -1, End: 5}, {Start: 5, End: 4}, {Start: 0, End: math.MaxUint32}} {
		if _, err := (&Tag{Chapters: []Chapter{c}}).Bytes(); err == nil {
			t.Errorf("%+v is written", c)
		}
	}
	if _, err := header(maxSize + 1); err == nil {
		t.Error("a tag of 256 MiB is written")
	}
	if h, err := header(maxSize); err != nil || !bytes.Equal(h[6:], []byte{0x7f, 0x7f, 0x7f, 0x7f}) {
		t.Errorf("the largest tag: %x, %v", h, err)
	}
}

// FuzzTag: the frames of any tag fill it exactly, and text holds no NUL.
func FuzzTag(f *testing.F) {
	f.Add("Titel", "Kapitel", 3)
	f.Add("\x00", "ö\r\n", 300)
	f.Add("\xff", "\U0001F600", 0)
	f.Fuzz(func(t *testing.T, title, chapter string, n int) {
		tag := Tag{
			Title: title, Number: n, Album: chapter, Copyright: chapter, Date: title, Genre: chapter, Description: chapter,
			Text: title, Link: title, Series: chapter, Part: n, Language: title,
		}
		for i := range min(max(0, n), 600) {
			tag.Chapters = append(tag.Chapters, Chapter{Title: chapter, Link: title, Start: int64(i), End: int64(i + 1)})
		}
		raw, err := tag.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if size := int(raw[6])<<21 + int(raw[7])<<14 + int(raw[8])<<7 + int(raw[9]); size != len(raw)-10 {
			t.Fatalf("the size is %d of %d", size, len(raw))
		}
		chapters := 0
		for body := raw[10:]; len(body) > 0; {
			size := int(binary.BigEndian.Uint32(body[4:]))
			if string(body[:4]) == "CHAP" {
				chapters++
			}
			body = body[10+size:]
		}
		if chapters != len(tag.Chapters) {
			t.Errorf("%d chapters of %d", chapters, len(tag.Chapters))
		}
		if c := audio.Line(title); strings.ContainsAny(c, "\x00\n\r") || !utf8.ValidString(c) {
			t.Errorf("%q is cleaned to %q", title, c)
		}
	})
}
