package mp4

import (
	"fmt"
	"math"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// The kinds of a data box (QuickTime File Format, "Type indicator").
const (
	kindBinary = 0
	kindText   = 1
	kindJPEG   = 13
	kindPNG    = 14
	kindNumber = 21
)

// audiobook is the media kind of an audiobook, in the stik item.
const audiobook = 2

// maxDescription is the most bytes of a short description.
const maxDescription = 255

// metadata is the meta box with iTunes' list. Narrator and series have several
// names, one for each of the programs that look for them: the composer for
// Audiobookshelf, Plex and most others, ©nrt for Apple and Audible; series and
// its part as Audiobookshelf and Mp3tag have them, and the movement for Apple.
func metadata(b *boxes, f Format, s stream, e output.Edition) {
	t, d := e.Timeline, &e.Metadata
	album := d.Album
	if audio.Line(album) == "" {
		album = t.Title
	}
	b.full("meta", 0, 0, func() {
		b.full("hdlr", 0, 0, func() {
			b.u32(0)
			b.text("mdirappl")
			b.zero(9)
		})
		b.box("ilst", func() {
			for _, i := range []struct{ name, value string }{
				{"\xa9nam", audio.Line(t.Title)},
				{"\xa9ART", audio.Line(t.Author)},
				{"aART", audio.Line(t.Author)},
				{"\xa9alb", audio.Line(album)},
				{"\xa9wrt", audio.Line(d.Narrator)},
				{"\xa9nrt", audio.Line(d.Narrator)},
				{"\xa9day", audio.Line(d.Date)},
				{"\xa9gen", audio.Line(d.Genre)},
				{"desc", cut(audio.Line(d.Description), maxDescription)},
				{"ldes", audio.Lines(d.Description)},
				{"\xa9cmt", audio.Lines(d.Description)},
				{"cprt", audio.Line(d.Copyright)},
				{"\xa9pub", audio.Line(d.Publisher)},
				{"\xa9mvn", audio.Line(d.Series)},
				{"\xa9too", audio.Line(e.Generator)},
			} {
				if i.value != "" {
					b.item(i.name, kindText, func() { b.text(i.value) })
				}
			}
			if f == Book {
				b.item("stik", kindNumber, func() { b.u8(audiobook) })
			}
			if t.Number > 0 && t.Number <= math.MaxUint16 && t.Of <= math.MaxUint16 {
				b.item("trkn", kindBinary, func() { b.place(t.Number, t.Of, 8) })
				b.item("disk", kindBinary, func() { b.place(1, 1, 6) })
			}
			if audio.Line(d.Series) != "" {
				b.item("shwm", kindNumber, func() { b.u8(1) })
				if d.Part > 0 && d.Part <= math.MaxUint16 {
					b.item("\xa9mvi", kindNumber, func() { b.u16(uint16(d.Part)) })
				}
			}
			if d.Cover != nil {
				kind := uint32(kindJPEG)
				if d.Cover.MediaType == "image/png" {
					kind = kindPNG
				}
				b.item("covr", kind, func() { b.u8(d.Cover.Data...) })
			}
			part := ""
			if d.Part > 0 {
				part = strconv.Itoa(d.Part)
			}
			for _, i := range []struct{ name, value string }{
				{"NARRATOR", audio.Line(d.Narrator)},
				{"PUBLISHER", audio.Line(d.Publisher)},
				{"SERIES", audio.Line(d.Series)},
				{"SERIES-PART", part},
				{"WWWAUDIOFILE", audio.Line(d.Link)},
				{"iTunSMPB", s.gapless()},
			} {
				if i.value != "" {
					b.freeform(i.name, i.value)
				}
			}
		})
	})
}

// item appends an item of the list with one value.
func (b *boxes) item(name string, kind uint32, value func()) {
	b.box(name, func() { b.data(kind, value) })
}

func (b *boxes) data(kind uint32, value func()) {
	b.box("data", func() {
		b.u32(kind)
		b.u32(0) // any country and language
		value()
	})
}

// freeform appends an item of a name that iTunes itself does not have.
func (b *boxes) freeform(name, value string) {
	b.box("----", func() {
		b.full("mean", 0, 0, func() { b.text("com.apple.iTunes") })
		b.full("name", 0, 0, func() { b.text(name) })
		b.data(kindText, func() { b.text(value) })
	})
}

// place appends a number among so many, in that many bytes.
func (b *boxes) place(number, of, size int) {
	b.u16(0)
	b.u16(uint16(number))
	b.u16(uint16(of))
	b.zero(size - 6)
}

// gapless is what iTunes writes for players that know no edit lists: the frames
// to leave out at both ends, and those between.
func (s stream) gapless() string {
	padding := s.packets*packetFrames - priming - s.sound
	text := fmt.Sprintf(" 00000000 %08X %08X %016X", priming, padding, s.sound)
	for range 8 {
		text += " 00000000"
	}
	return text
}
