package mp4

import (
	"encoding/binary"
	"fmt"
	"math"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

const (
	// maxNero is how many chapters a Nero list has: their count is one byte.
	maxNero = 255
	// maxNeroTitle is the most bytes of a title in it, whose length is one too.
	maxNeroTitle = 255
	// maxTitle is the most bytes of a title in the text track that all known
	// readers take (mp4v2's MP4V2_CHAPTER_TITLE_MAX); the format has 65535.
	maxTitle = 1023
)

// chapters are the chapters of a programme as the text track has them.
type chapters struct {
	rate    pcm.Hz
	titles  []string
	starts  []int64 // in frames
	lengths []int64
	samples []byte // of the text track
	sizes   []int  // of each of samples
}

// newChapters takes the chapters that last. One without a frame cannot be
// shown, and a sample of the text track may not have the length 0.
func newChapters(t *timeline.Timeline) (*chapters, error) {
	c := &chapters{rate: t.Rate}
	for _, from := range t.Chapters {
		n := from.Span.Frames()
		if n > math.MaxUint32 {
			return nil, fmt.Errorf("chapter %d of %d frames: %d are the most", from.Number, n, uint32(math.MaxUint32))
		}
		if n <= 0 {
			continue
		}
		title := audio.Line(from.Title)
		c.titles = append(c.titles, title)
		c.starts = append(c.starts, from.Span.Start)
		c.lengths = append(c.lengths, n)
		sample := textSample(title)
		c.samples = append(c.samples, sample...)
		c.sizes = append(c.sizes, len(sample))
	}
	return c, nil
}

// textSample is a sample of the text track: the text behind its length, and an
// atom that says that it is UTF-8 (QuickTime File Format, "Text sample data").
func textSample(title string) []byte {
	title = cut(title, maxTitle)
	var b boxes
	b.u16(uint16(len(title)))
	b.text(title)
	b.box("encd", func() { b.u32(1 << 8) })
	return b
}

// nero is the chpl box. It has no specification; its layout is that of version
// 1 as Nero's own programs and ffmpeg write it, with times in 100 ns.
func (c *chapters) nero(b *boxes) {
	n := min(len(c.titles), maxNero)
	b.full("chpl", 1, 0, func() {
		b.zero(4)
		b.u8(byte(n))
		for i := range n {
			title := cut(c.titles[i], maxNeroTitle)
			b.u64(uint64(hundredNanoseconds(c.rate, c.starts[i])))
			b.u8(byte(len(title)))
			b.text(title)
		}
	})
}

// hundredNanoseconds is the absolute position of a frame, to the nearest 100 ns.
func hundredNanoseconds(rate pcm.Hz, frame int64) int64 {
	const second = 10_000_000
	r := int64(rate)
	return frame/r*second + (frame%r*second+r/2)/r
}

// textTrack is the trak box of the chapters: a QuickTime text track, disabled so
// that it is not shown over the sound.
func (m *movie) textTrack(e output.Edition, c *chapters) {
	b := &m.head
	var duration int64
	for _, n := range c.lengths {
		duration += n
	}
	b.box("trak", func() {
		m.trackHeader(textTrack, trackInMovie, 0)
		b.box("mdia", func() {
			m.mediaHeader(duration, e.Timeline.Lang, "text", "Chapters")
			b.box("minf", func() {
				b.box("gmhd", func() {
					b.full("gmin", 0, 0, func() {
						b.u16(0x40) // graphics mode: dither copy
						b.u16(0x8000)
						b.u16(0x8000)
						b.u16(0x8000)
						b.zero(4) // balance
					})
					b.box("text", func() { b.words(identity...) })
				})
				b.dataInformation()
				b.box("stbl", func() { m.textTables(c) })
			})
		})
	})
}

// textTables is the content of the text track's stbl box.
func (m *movie) textTables(c *chapters) {
	b := &m.head
	b.full("stsd", 0, 0, func() {
		b.u32(1)
		b.box("text", func() { // QuickTime File Format, "Text sample description"
			b.zero(6)
			b.u16(1)      // data reference
			b.words(0, 1) // display flags, centred
			b.zero(6)     // background
			b.zero(8)     // box
			b.zero(8)
			b.zero(2 + 2 + 1 + 2) // font number, face, reserved
			b.zero(6)             // foreground
			b.u8(0)               // font name
		})
	})
	b.full("stts", 0, 0, func() {
		at := len(*b)
		b.u32(0)
		entries := 0
		for i := 0; i < len(c.lengths); entries++ {
			run := 1
			for i+run < len(c.lengths) && c.lengths[i+run] == c.lengths[i] {
				run++
			}
			b.words(run, int(c.lengths[i]))
			i += run
		}
		binary.BigEndian.PutUint32((*b)[at:], uint32(entries))
	})
	b.full("stsc", 0, 0, func() { b.words(1, 1, len(c.sizes), 1) })
	b.full("stsz", 0, 0, func() {
		b.words(0, len(c.sizes))
		b.words(c.sizes...)
	})
	b.full("stco", 0, 0, func() {
		b.u32(1)
		m.textChunk = len(*b)
		b.u32(0)
	})
}
