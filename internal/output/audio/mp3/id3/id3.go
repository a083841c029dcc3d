// Package id3 writes ID3v2.3 tags with chapters. Version 2.3 rather than 2.4
// because every player reads it (id3.org/id3v2.3.0; chapters: "ID3v2 Chapter
// Frame Addendum", version 1.0, id3.org/id3v2-chapters-1.0).
package id3

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Tag is what is said of a whole file. Empty and zero fields are left out.
type Tag struct {
	Title, Artist string
	// Language is an ISO 639-2 code: "deu".
	Language string
	// Generator is the program that made the file, Encoder what encoded it.
	Generator, Encoder string
	Milliseconds       int64 // the length of the sound
	Number, Of         int   // the place in a set, from 1
	Chapters           []Chapter
}

// Chapter is a stretch of the sound, in milliseconds from its start.
type Chapter struct {
	Title      string
	Start, End int64
}

// maxChildren is how many entries a table of contents holds: their count is
// one byte.
const maxChildren = 255

// maxSize is the largest tag: its size has four digits of seven bits.
const maxSize = 1<<28 - 1

// Bytes is the tag as it stands at the start of the file.
func (t *Tag) Bytes() ([]byte, error) {
	var body []byte
	for _, f := range []struct{ id, text string }{
		{"TIT2", t.Title},
		{"TPE1", t.Artist},
		{"TRCK", t.track()},
		{"TLAN", t.Language},
		{"TLEN", number(t.Milliseconds)},
		{"TENC", t.Generator},
		{"TSSE", t.Encoder},
	} {
		if text := clean(f.text); text != "" {
			body = appendText(body, f.id, text)
		}
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
		return nil, fmt.Errorf("id3: the tag takes %d bytes where %d are possible: the titles are too long", n, maxSize)
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
	title := clean(t.Title)
	if title == "" {
		title = "Contents"
	}
	body = appendContents(body, "toc", title, true, 0, len(t.Chapters))
	for i, c := range t.Chapters {
		if c.Start < 0 || c.End < c.Start || c.End >= math.MaxUint32 {
			return nil, fmt.Errorf("id3: chapter %d from %d to %d ms is not within %d ms", i+1, c.Start, c.End, int64(math.MaxUint32)-1)
		}
		data := append([]byte(chapterID(i)), 0)
		data = binary.BigEndian.AppendUint32(data, uint32(c.Start))
		data = binary.BigEndian.AppendUint32(data, uint32(c.End))
		data = append(data, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // times count, not byte offsets
		if title := clean(c.Title); title != "" {
			data = appendText(data, "TIT2", title)
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

// appendFrame appends a frame without flags.
func appendFrame(body []byte, id string, data []byte) []byte {
	body = append(body, id...)
	body = binary.BigEndian.AppendUint32(body, uint32(len(data)))
	body = append(body, 0, 0)
	return append(body, data...)
}

// appendText appends a text frame: ISO 8859-1 where the text is ASCII, else
// UTF-16 with a byte-order mark. The text must be clean.
func appendText(body []byte, id, text string) []byte {
	if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return appendFrame(body, id, append([]byte{0}, text...))
	}
	data := []byte{1, 0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		data = binary.LittleEndian.AppendUint16(data, u)
	}
	return appendFrame(body, id, data)
}

// clean is text as one line, as a tag holds it: runs of white space and of
// control characters are one space, and none stand at the ends. A NUL would
// end the text, a line break is forbidden in it.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}
