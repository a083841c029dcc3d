// Package id3 writes ID3v2.3 tags with chapters (id3.org/id3v2.3.0; chapters:
// "ID3v2 Chapter Frame Addendum", version 1.0, id3.org/id3v2-chapters-1.0).
//
// Version 2.3 rather than 2.4 because every player reads it. What 2.4 would
// give here is UTF-8 in place of UTF-16 and a date of a year and a month; what
// it costs is the players that read its sizes as those of 2.3, or not at all.
// Chapters, pictures and texts are the same in both.
//
// The frames are those that players of audiobooks read: the author as artist
// and album artist, the narrator as composer, the whole as album.
package id3

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// Tag is what is said of a whole file. Empty and zero fields are left out.
type Tag struct {
	Title, Album         string
	Author, Narrator     string
	Publisher, Genre     string
	Series               string
	Part                 int    // the place in the series, from 1
	Date                 string // "2026", "2026-11" or "2026-11-29"
	Copyright            string
	Link                 string // absolute http or https address
	Language             string // ISO 639-2: "deu"
	Description, Text    string // of several lines
	Generator, Encoder   string // the program that made the file, and what encoded it
	Milliseconds         int64  // the length of the sound
	Number, Of           int    // the place in a set, from 1
	TrackGain, AlbumGain string // as ReplayGain has them: "-2.00 dB"
	TrackPeak, AlbumPeak string // "0.794328"
	Cover                *output.Picture
	Chapters             []Chapter
}

// Chapter is a stretch of the sound, in milliseconds from its start.
type Chapter struct {
	Title      string
	Start, End int64
	Link       string // absolute http or https address
	Picture    *output.Picture
}

// maxChildren is how many entries a table of contents holds: their count is
// one byte.
const maxChildren = 255

// maxSize is the largest tag: its size has four digits of seven bits.
const maxSize = 1<<28 - 1

// Bytes is the tag as it stands at the start of the file.
func (t *Tag) Bytes() ([]byte, error) {
	year, day := date(t.Date)
	copyright, other := copyrighted(audio.Line(t.Copyright), year)
	var body []byte
	for _, f := range []struct{ id, text string }{
		{"TIT2", t.Title},
		{"TPE1", t.Author},
		{"TPE2", t.Author},
		{"TCOM", t.Narrator},
		{"TALB", t.Album},
		{"TRCK", t.track()},
		{"TCON", genre(t.Genre)},
		{"TYER", year},
		{"TDAT", day},
		{"TPUB", t.Publisher},
		{"TCOP", copyright},
		{"TLAN", t.Language},
		{"TLEN", number(t.Milliseconds)},
		{"TENC", t.Generator},
		{"TSSE", t.Encoder},
		// Not of the specification, but of iTunes; in other hands ignored.
		{"MVNM", t.Series},
		{"MVIN", number(int64(t.Part))},
	} {
		if text := audio.Line(f.text); text != "" {
			body = appendText(body, f.id, text)
		}
	}
	for _, f := range []struct{ name, text string }{
		{"SERIES", t.Series},
		{"SERIES-PART", number(int64(t.Part))},
		{"COPYRIGHT", other},
		{"REPLAYGAIN_TRACK_GAIN", t.TrackGain},
		{"REPLAYGAIN_TRACK_PEAK", t.TrackPeak},
		{"REPLAYGAIN_ALBUM_GAIN", t.AlbumGain},
		{"REPLAYGAIN_ALBUM_PEAK", t.AlbumPeak},
	} {
		if text := audio.Line(f.text); text != "" {
			body = appendNamed(body, f.name, text)
		}
	}
	if link := address(t.Link); link != "" {
		body = appendFrame(body, "WOAS", []byte(link)) // the source of the sound
		body = appendLink(body, link)                  // for readers that know only this
	}
	body = appendProse(body, "COMM", t.Language, audio.Lines(t.Description))
	// Lyrics are shown whole while the sound plays. Players hold them in
	// memory, and half of a text would pass for all of it.
	if text := audio.Lines(t.Text); len(text) <= maxText {
		body = appendProse(body, "USLT", t.Language, text)
	}
	if t.Cover != nil {
		body = appendPicture(body, t.Cover)
	}
	body, err := t.appendChapters(body)
	if err != nil {
		return nil, err
	}
	head, err := header(len(body))
	if err != nil {
		return nil, err
	}
	return append(head, body...), nil
}

// header is the head of a tag with n bytes of frames.
func header(n int) ([]byte, error) {
	if n > maxSize {
		return nil, fmt.Errorf("id3: the tag takes %d bytes where %d are possible: take smaller pictures, or fewer, or shorter titles", n, maxSize)
	}
	return []byte{'I', 'D', '3', 3, 0, 0, byte(n >> 21), byte(n >> 14 & 0x7f), byte(n >> 7 & 0x7f), byte(n & 0x7f)}, nil
}

func (t *Tag) track() string {
	switch {
	case t.Number <= 0:
		return ""
	case t.Of <= 0:
		return strconv.Itoa(t.Number)
	default:
		return fmt.Sprintf("%d/%d", t.Number, t.Of)
	}
}

// number is n in digits, or "" where it is not known.
func number(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// appendChapters appends the table of contents and the chapters.
func (t *Tag) appendChapters(body []byte) ([]byte, error) {
	if len(t.Chapters) == 0 {
		return body, nil
	}
	title := audio.Line(t.Title)
	if title == "" {
		title = "Contents"
	}
	body = appendContents(body, "toc", title, true, 0, len(t.Chapters))
	pictures := t.chapterPictures()
	least := len(body)
	for _, p := range pictures {
		if p != nil {
			least += len(p.Data)
		}
	}
	if _, err := header(least); err != nil { // before they are copied
		return nil, err
	}
	for i, c := range t.Chapters {
		if c.Start < 0 || c.End < c.Start || c.End >= math.MaxUint32 {
			return nil, fmt.Errorf("id3: chapter %d from %d to %d ms is not within %d ms", i+1, c.Start, c.End, int64(math.MaxUint32)-1)
		}
		data := append([]byte(chapterID(i)), 0)
		data = binary.BigEndian.AppendUint32(data, uint32(c.Start))
		data = binary.BigEndian.AppendUint32(data, uint32(c.End))
		data = append(data, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // times count, not byte offsets
		if title := audio.Line(c.Title); title != "" {
			data = appendText(data, "TIT2", title)
		}
		if link := address(c.Link); link != "" {
			data = appendLink(data, link)
		}
		if p := pictures[i]; p != nil {
			data = appendPicture(data, p)
		}
		body = appendFrame(body, "CHAP", data)
	}
	return body, nil
}

// chapterID is the element id of the i-th chapter, from 0.
func chapterID(i int) string { return "chp" + strconv.Itoa(i+1) }

// appendContents appends the table with that element id for the chapters
// [lo, hi): the chapters themselves, or where they are too many, tables of
// equal parts of them, which follow.
func appendContents(body []byte, id, title string, top bool, lo, hi int) []byte {
	width := 1 // chapters an entry
	for (hi-lo+width-1)/width > maxChildren {
		width *= maxChildren
	}
	flags := byte(1) // ordered
	if top {
		flags |= 2
	}
	data := append([]byte(id), 0, flags, byte((hi-lo+width-1)/width))
	var parts []byte
	for at := lo; at < hi; at += width {
		if width == 1 {
			data = append(data, chapterID(at)+"\x00"...)
			continue
		}
		end := min(at+width, hi)
		part := fmt.Sprintf("toc%d-%d", at+1, end)
		data = append(data, part+"\x00"...)
		parts = appendContents(parts, part, fmt.Sprintf("%d-%d", at+1, end), false, at, end)
	}
	body = appendFrame(body, "CTOC", appendText(data, "TIT2", title))
	return append(body, parts...)
}
