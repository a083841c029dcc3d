package wav

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Tags is what a file says besides its sound. The zero value says nothing.
type Tags struct {
	Broadcast *Broadcast // nil for none
	Info      []Info     // in the order in which they are written
	Cues      []Cue      // ascending
}

// Info is a text of a LIST chunk of type INFO, in UTF-8 (Multimedia Programming
// Interface and Data Specifications 1.0, chapter 2, "INFO List Chunk").
type Info struct {
	ID   string // of four letters: "INAM"
	Text string // "" is left out
}

// Cue is a named stretch of the sound, in frames. Those that begin beyond what
// 32 bits hold are left out: at 48 kHz after 24 hours.
type Cue struct {
	Start, End int64
	Label      string
}

// Broadcast is a bext chunk, version 2 (EBU Tech 3285). Texts are ASCII and
// cut to their fields.
type Broadcast struct {
	Description string // 256 bytes
	Originator  string // 32 bytes
	Date        string // of origination, "2026-11-29"
	// Reference is where the sound lies in the programme, in frames.
	Reference int64
	// Measured says whether the levels are known: Loudness in LUFS, Range in
	// LU, TruePeak in dBTP.
	Measured                  bool
	Loudness, Range, TruePeak float64
	History                   string // of coding, lines ended by CR LF (EBU R 98)
}

// unknownLevel stands in a level that was not measured.
const unknownLevel = 0x7fff

// append appends the bext chunk to b.
func (x *Broadcast) append(b []byte) []byte {
	le := binary.LittleEndian
	body := fixed(nil, x.Description, 256)
	body = fixed(body, x.Originator, 32)
	body = fixed(body, "", 32) // the originator's reference
	body = fixed(body, x.Date, 10)
	body = fixed(body, "", 8) // the time of day
	body = le.AppendUint64(body, uint64(x.Reference))
	body = le.AppendUint16(body, 2)
	body = append(body, make([]byte, 64)...) // UMID
	levels := [5]uint16{unknownLevel, unknownLevel, unknownLevel, unknownLevel, unknownLevel}
	if x.Measured { // the last two are momentary and short-term loudness
		levels[0], levels[1], levels[2] = hundredths(x.Loudness), hundredths(x.Range), hundredths(x.TruePeak)
	}
	for _, level := range levels {
		body = le.AppendUint16(body, level)
	}
	body = append(body, make([]byte, 180)...)
	body = append(body, x.History...)
	return appendChunk(b, "bext", body)
}

// hundredths is a level as bext has it, a signed number of hundredths.
func hundredths(level float64) uint16 {
	n := math.Round(100 * level)
	if !(n > math.MinInt16 && n < unknownLevel) {
		return unknownLevel
	}
	return uint16(int16(n))
}

// fixed appends a field of n bytes: text, cut or filled with zeros.
func fixed(b []byte, text string, n int) []byte {
	field := make([]byte, n)
	copy(field, text)
	return append(b, field...)
}

// trailer is what follows the sound: cue, LIST adtl and LIST INFO.
func (t *Tags) trailer() []byte {
	le := binary.LittleEndian
	var points, labels []byte
	number := uint32(0)
	for _, c := range t.Cues {
		if c.Start > math.MaxUint32 {
			continue
		}
		number++
		points = le.AppendUint32(points, number)
		points = le.AppendUint32(points, uint32(c.Start))
		points = append(points, "data"...)
		points = append(points, make([]byte, 8)...) // for lists of chunks only
		points = le.AppendUint32(points, uint32(c.Start))

		labels = appendChunk(labels, "labl", append(le.AppendUint32(nil, number), zeroed(c.Label)...))
		region := le.AppendUint32(nil, number)
		region = le.AppendUint32(region, uint32(min(c.End-c.Start, math.MaxUint32)))
		region = append(region, "rgn "...)
		region = append(region, make([]byte, 8)...) // country, language, dialect, code page
		labels = appendChunk(labels, "ltxt", region)
	}
	var out []byte
	if number > 0 {
		out = appendChunk(out, "cue ", append(le.AppendUint32(nil, number), points...))
		out = appendChunk(out, "LIST", append([]byte("adtl"), labels...))
	}
	var info []byte
	for _, i := range t.Info {
		if i.Text != "" {
			info = appendChunk(info, i.ID, zeroed(i.Text))
		}
	}
	if info != nil {
		out = appendChunk(out, "LIST", append([]byte("INFO"), info...))
	}
	return out
}

// check says whether the tags can be written.
func (t *Tags) check() error {
	for _, i := range t.Info {
		if len(i.ID) != 4 {
			return fmt.Errorf("wav: %q is not an identifier of four letters", i.ID)
		}
	}
	for _, c := range t.Cues {
		if c.Start < 0 || c.End < c.Start {
			return fmt.Errorf("wav: a cue from frame %d to %d", c.Start, c.End)
		}
	}
	return nil
}

// zeroed is text that ends in a NUL, and holds none before.
func zeroed(text string) []byte { return append([]byte(strings.ReplaceAll(text, "\x00", "")), 0) }

// appendChunk appends a chunk, padded to an even length.
func appendChunk(b []byte, id string, body []byte) []byte {
	b = append(b, id...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}
