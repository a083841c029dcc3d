package mp4

import (
	"encoding/binary"
	"fmt"
	"math"

	"golang.org/x/text/language"

	"narrate/internal/output"
)

const (
	audioTrack = 1
	textTrack  = 2
)

// movie is a file without its packets: the index at its head, which has as many
// bytes before the packets are known as after. What they decide is left open,
// and filled in packet by packet.
type movie struct {
	stream
	// head is all before the media data: file type, index and the data's own
	// header.
	head  boxes
	texts []byte // the chapters' titles, the first of the media data

	// Where in head the open fields are.
	sizeTable, chunkTable, rateFields, textChunk, dataSize int
	// large says that places in the file, and its data's size, have 64 bits.
	large bool

	written int64 // packets
	bytes   int64 // of them
	// recent are the sizes of the packets of the last second, by their number
	// modulo the length; recentBytes is their sum, and mostBytes its most.
	recent                 []int
	recentBytes, mostBytes int64
}

// duration is how long the packets last. The last one is said to end with the
// sound, for readers that go by that and not by the edit list.
func (s stream) duration() int64 { return priming + s.sound }

// chunkPackets is how many packets stand together as a chunk: about a second's.
func (s stream) chunkPackets() int64 { return max(1, int64(s.format.Rate)/packetFrames) }

func (s stream) chunks() int64 { return (s.packets + s.chunkPackets() - 1) / s.chunkPackets() }

// newMovie plans the file.
func newMovie(f Format, s stream, e output.Edition) (*movie, error) {
	chapters, err := newChapters(e.Timeline)
	if err != nil {
		return nil, err
	}
	m := &movie{stream: s, texts: chapters.samples, recent: make([]int, (int64(s.format.Rate)+packetFrames-1)/packetFrames)}
	b := &m.head
	b.box("ftyp", func() {
		b.text(f.brand())
		b.u32(0)
		for _, brand := range []string{f.brand(), "mp42", "isom"} {
			b.text(brand)
		}
	})
	m.large = s.packets*int64(s.maxPacket())+int64(len(m.texts)) > math.MaxUint32-maxHead
	b.box("moov", func() {
		m.movieHeader(len(chapters.titles) > 0)
		m.audioTrack(e, len(chapters.titles) > 0)
		if len(chapters.titles) > 0 {
			m.textTrack(e, chapters)
		}
		b.box("udta", func() {
			metadata(b, f, s, e)
			if len(chapters.titles) > 0 {
				chapters.nero(b)
			}
		})
	})
	m.dataSize = len(*b)
	if m.large {
		b.u32(1)
		b.text("mdat")
		b.u64(0)
	} else {
		b.u32(0)
		b.text("mdat")
	}
	if len(*b) > maxHead {
		return nil, fmt.Errorf("an index of %d bytes, where %d are the most: the titles or the sound are too long", len(*b), maxHead)
	}
	if len(chapters.titles) > 0 {
		binary.BigEndian.PutUint32((*b)[m.textChunk:], uint32(len(*b)))
	}
	return m, nil
}

// maxHead is the most bytes before the media data.
const maxHead = 1 << 30

var errPackets = fmt.Errorf("packets beyond or below the number planned: %w", errStream)

// packet notes that the next packet has so many bytes.
func (m *movie) packet(size int) error {
	if m.written >= m.packets || size < 1 || size > m.maxPacket() {
		return errPackets
	}
	if per := m.chunkPackets(); m.written%per == 0 {
		at := uint64(len(m.head)) + uint64(len(m.texts)) + uint64(m.bytes)
		if chunk := int(m.written / per); m.large {
			binary.BigEndian.PutUint64(m.head[m.chunkTable+8*chunk:], at)
		} else {
			binary.BigEndian.PutUint32(m.head[m.chunkTable+4*chunk:], uint32(at))
		}
	}
	binary.BigEndian.PutUint32(m.head[m.sizeTable+4*int(m.written):], uint32(size))
	last := &m.recent[m.written%int64(len(m.recent))]
	m.recentBytes += int64(size - *last)
	*last = size
	m.mostBytes = max(m.mostBytes, m.recentBytes)
	m.written++
	m.bytes += int64(size)
	return nil
}

// finish fills in what is known once all packets are noted.
func (m *movie) finish() error {
	if m.written != m.packets {
		return errPackets
	}
	// Both are of the sound as it is played, a packet lasting packetFrames.
	rate := int64(m.format.Rate)
	most := m.mostBytes * 8 * rate / (packetFrames * int64(len(m.recent)))
	mean := m.bytes * 8 * rate / (packetFrames * m.packets)
	binary.BigEndian.PutUint32(m.head[m.rateFields:], uint32(max(most, mean)))
	binary.BigEndian.PutUint32(m.head[m.rateFields+4:], uint32(mean))
	if data := uint64(len(m.head)-m.dataSize) + uint64(len(m.texts)) + uint64(m.bytes); m.large {
		binary.BigEndian.PutUint64(m.head[m.dataSize+8:], data)
	} else {
		binary.BigEndian.PutUint32(m.head[m.dataSize:], uint32(data))
	}
	return nil
}

// identity is the matrix that changes nothing.
var identity = []int{1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30}

// movieScale is the movie's timescale. The tracks have the sample rate, which
// makes their times exact. It is not the movie's too because some readers of
// Nero's chapters, mutagen among them, take their unit to be a ten thousandth
// of the movie's, which is 100 ns only so.
const movieScale = 1000

// movieDuration is the sound's duration by movieScale. It is rounded up, so that
// the sound ends where its packets are said to: at the exact frame.
func (s stream) movieDuration() int64 {
	rate := int64(s.format.Rate)
	return s.sound/rate*movieScale + (s.sound%rate*movieScale+rate-1)/rate
}

// movieHeader is the mvhd box. There is no clock: all dates are 0.
func (m *movie) movieHeader(chapters bool) {
	b, v := &m.head, version(m.movieDuration())
	b.full("mvhd", v, 0, func() {
		b.wide(v, 0)
		b.wide(v, 0)
		b.words(movieScale)
		b.wide(v, m.movieDuration())
		b.u32(1 << 16) // plays at its speed
		b.u16(1 << 8)  // and volume
		b.zero(10)
		b.words(identity...)
		b.zero(24)
		if chapters {
			b.words(textTrack + 1)
		} else {
			b.words(audioTrack + 1)
		}
	})
}

// Flags of the tkhd box.
const (
	trackEnabled = 1
	trackInMovie = 2
)

// trackHeader is the tkhd box.
func (m *movie) trackHeader(id int, flags uint32, volume uint16) {
	b, v := &m.head, version(m.movieDuration())
	b.full("tkhd", v, flags, func() {
		b.wide(v, 0)
		b.wide(v, 0)
		b.words(id, 0)
		b.wide(v, m.movieDuration())
		b.zero(8)
		b.zero(4) // layer, alternate group
		b.u16(volume)
		b.u16(0)
		b.words(identity...)
		b.words(0, 0)
	})
}

// mediaHeader is the mdhd and hdlr boxes.
func (m *movie) mediaHeader(duration int64, lang, handler, name string) {
	b, v := &m.head, version(duration)
	b.full("mdhd", v, 0, func() {
		b.wide(v, 0)
		b.wide(v, 0)
		b.words(int(m.format.Rate))
		b.wide(v, duration)
		b.u16(packLanguage(lang))
		b.u16(0)
	})
	b.full("hdlr", 0, 0, func() {
		b.u32(0)
		b.text(handler)
		b.zero(12)
		b.text(name + "\x00")
	})
}

// dataInformation is the dinf box: the data is in this file.
func (b *boxes) dataInformation() {
	b.box("dinf", func() {
		b.full("dref", 0, 0, func() {
			b.u32(1)
			b.full("url ", 0, 1, func() {})
		})
	})
}

// audioTrack is the trak box of the sound.
func (m *movie) audioTrack(e output.Edition, chapters bool) {
	b := &m.head
	b.box("trak", func() {
		m.trackHeader(audioTrack, trackEnabled|trackInMovie, 1<<8)
		m.edit()
		if chapters {
			b.box("tref", func() {
				b.box("chap", func() { b.words(textTrack) })
			})
		}
		b.box("mdia", func() {
			m.mediaHeader(m.duration(), e.Timeline.Lang, "soun", "Sound")
			b.box("minf", func() {
				b.full("smhd", 0, 0, func() { b.zero(4) })
				b.dataInformation()
				b.box("stbl", m.audioTables)
			})
		})
	})
}

// edit is the list of the one edit that plays just the sound.
func (m *movie) edit() {
	b, v := &m.head, version(m.movieDuration())
	b.box("edts", func() {
		b.full("elst", v, 0, func() {
			b.u32(1)
			b.wide(v, m.movieDuration())
			b.wide(v, priming)
			b.u32(1 << 16)
		})
	})
}

// audioTables is the content of the sound's stbl box.
func (m *movie) audioTables() {
	b := &m.head
	b.full("stsd", 0, 0, func() {
		b.u32(1)
		b.box("mp4a", func() {
			b.zero(6)
			b.u16(1) // data reference
			b.zero(8)
			b.u16(uint16(m.format.Channels))
			b.u16(16) // bits a sample
			b.zero(4)
			b.u32(m.sampleEntryRate())
			b.full("esds", 0, 0, m.elementaryStream)
		})
	})
	b.full("stts", 0, 0, func() {
		if last := m.duration() - (m.packets-1)*packetFrames; last == packetFrames {
			b.words(1, int(m.packets), packetFrames)
		} else {
			b.words(2, int(m.packets-1), packetFrames, 1, int(last))
		}
	})
	per, last := m.chunkPackets(), m.packets%m.chunkPackets()
	b.full("stsc", 0, 0, func() {
		if last == 0 || m.packets < per { // all chunks have as many
			b.words(1, 1, int(min(per, m.packets)), 1)
		} else {
			b.words(2, 1, int(per), 1, int(m.chunks()), int(last), 1)
		}
	})
	b.full("stsz", 0, 0, func() {
		b.words(0, int(m.packets))
		m.sizeTable = len(*b)
		b.zero(4 * int(m.packets))
	})
	kind, width := "stco", 4
	if m.large {
		kind, width = "co64", 8
	}
	b.full(kind, 0, 0, func() {
		b.words(int(m.chunks()))
		m.chunkTable = len(*b)
		b.zero(width * int(m.chunks()))
	})
	// A packet is right only after the one before it was decoded (ISO/IEC
	// 14496-12, 10.1): to seek, decoders begin one early.
	b.full("sgpd", 1, 0, func() {
		b.text("roll")
		b.words(2, 1) // bytes an entry, entries
		b.u16(0xffff) // -1
	})
	b.full("sbgp", 0, 0, func() {
		b.text("roll")
		b.words(1, int(m.packets), 1)
	})
}

// sampleEntryRate is the sample rate as 16.16 bits, or 0 where it has more; the
// decoder's own configuration counts.
func (m *movie) sampleEntryRate() uint32 {
	if m.format.Rate > math.MaxUint16 {
		return 0
	}
	return uint32(m.format.Rate) << 16
}

// elementaryStream is the content of the esds box (ISO/IEC 14496-14, 6.7.2;
// ISO/IEC 14496-1, 7.2.6.5).
func (m *movie) elementaryStream() {
	const esDescriptor, decoderConfig, decoderSpecific, syncConfig = 3, 4, 5, 6
	const aac, audioStream = 0x40, 5
	b := &m.head
	b.descriptor(esDescriptor, func() {
		b.u16(0) // no id inside a file
		b.u8(0)
		b.descriptor(decoderConfig, func() {
			size := m.maxPacket() // of the decoder's buffer
			b.u8(aac, audioStream<<2|1, byte(size>>16), byte(size>>8), byte(size))
			m.rateFields = len(*b)
			b.words(0, 0)
			b.descriptor(decoderSpecific, func() { b.u8(m.config()...) })
		})
		b.descriptor(syncConfig, func() { b.u8(2) })
	})
}

// packLanguage is the ISO 639-2 code of a BCP 47 tag as three times five bits;
// "und" where there is none.
func packLanguage(tag string) uint16 {
	code := "und"
	if t, err := language.Parse(tag); err == nil {
		if base, confidence := t.Base(); confidence == language.Exact { // "und" is guessed to be English
			code = base.ISO3()
		}
	}
	return uint16(code[0]-0x60)<<10 | uint16(code[1]-0x60)<<5 | uint16(code[2]-0x60)
}
