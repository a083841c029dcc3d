package ogg

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Writer writes one logical bitstream: headers, then packets, then Close.
type Writer struct {
	dst      io.Writer
	serial   uint32
	most     int // packets on a page
	pages    uint32
	segments []byte // of the page at hand
	body     []byte
	packets  int
	granule  int64
	page     []byte // a buffer
}

// NewWriter begins a bitstream of that serial number, with at most so many
// packets on a page.
func NewWriter(dst io.Writer, serial uint32, most int) *Writer {
	return &Writer{dst: dst, serial: serial, most: most}
}

// Header writes a packet on pages of its own, as many as it takes, at position
// 0.
func (w *Writer) Header(packet []byte) error {
	flags := byte(0)
	for {
		segments, n, whole := lace(packet, maxSegments)
		w.segments, w.body, w.granule = append(w.segments[:0], segments...), packet[:n], noGranule
		if whole {
			w.granule = 0
		}
		if err := w.flush(flags); err != nil {
			return err
		}
		if whole {
			w.body = nil // it is the caller's
			return nil
		}
		packet, flags = packet[n:], continued
	}
}

// Packet adds a packet that ends at position granule. It is written with its
// page: when that is full, or by Close.
func (w *Writer) Packet(packet []byte, granule int64) error {
	segments, _, whole := lace(packet, maxSegments)
	if !whole {
		return fmt.Errorf("ogg: a packet of %d bytes does not fit on a page", len(packet))
	}
	if w.packets == w.most || len(w.segments)+len(segments) > maxSegments {
		if err := w.flush(0); err != nil {
			return err
		}
	}
	w.segments = append(w.segments, segments...)
	w.body = append(w.body, packet...)
	w.granule = granule
	w.packets++
	return nil
}

// Close ends the bitstream at position granule: where it lies before the end of
// the last packet, decoders leave out the rest. It does not close dst.
func (w *Writer) Close(granule int64) error {
	w.granule = granule
	return w.flush(ends)
}

// lace gives the sizes of at most limit segments of a packet, and how many bytes
// those are; whole is false where the packet goes on after them.
func lace(packet []byte, limit int) (segments []byte, n int, whole bool) {
	for len(segments) < limit {
		size := min(255, len(packet)-n)
		segments = append(segments, byte(size))
		n += size
		if size < 255 {
			return segments, n, true
		}
	}
	return segments, n, false
}

// flush writes the page at hand.
func (w *Writer) flush(flags byte) error {
	if w.pages == 0 {
		flags |= begins
	}
	le := binary.LittleEndian
	p := append(w.page[:0], capture...)
	p = append(p, 0, flags)
	p = le.AppendUint64(p, uint64(w.granule))
	p = le.AppendUint32(p, w.serial)
	p = le.AppendUint32(p, w.pages)
	p = le.AppendUint32(p, 0)
	p = append(p, byte(len(w.segments)))
	p = append(p, w.segments...)
	p = append(p, w.body...)
	le.PutUint32(p[crcAt:], checksum(0, p))
	w.page, w.pages = p, w.pages+1
	w.segments, w.body, w.packets = w.segments[:0], w.body[:0], 0
	_, err := w.dst.Write(p)
	return err
}
