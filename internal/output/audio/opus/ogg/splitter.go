package ogg

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrDamaged is wrapped where bytes are not the Ogg stream that they should be.
var ErrDamaged = errors.New("damaged Ogg stream")

// maxPacket is the longest packet that is read, in bytes: more than any packet
// of sound.
const maxPacket = 1 << 20

// Splitter gives the packets of a stream that is written to it, in pieces of
// any size. The stream must hold one logical bitstream and be whole.
type Splitter struct {
	take   func(packet []byte) error
	rest   []byte // the start of a page that is not whole yet
	packet []byte // the start of a packet that is not whole yet
	open   bool   // there is one
	serial uint32
	pages  uint32
	ended  bool
}

// NewSplitter hands each packet to take, which must not keep it.
func NewSplitter(take func(packet []byte) error) *Splitter { return &Splitter{take: take} }

// Write takes the next bytes of the stream.
func (s *Splitter) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	at := 0
	for {
		n, err := s.page(s.rest[at:])
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		at += n
	}
	s.rest = append(s.rest[:0], s.rest[at:]...)
	return len(p), nil
}

// Close says whether the stream was whole.
func (s *Splitter) Close() error {
	if !s.ended || s.open || len(s.rest) > 0 {
		return fmt.Errorf("%w: it ends early, after %d pages", ErrDamaged, s.pages)
	}
	return nil
}

// page reads the page that b begins with and gives its size, 0 where it is not
// whole yet.
func (s *Splitter) page(b []byte) (int, error) {
	if len(b) < headerSize {
		return 0, nil
	}
	if string(b[:4]) != capture || b[4] != 0 {
		return 0, fmt.Errorf("%w: page %d begins with %x", ErrDamaged, s.pages, b[:5])
	}
	at := headerSize + int(b[headerSize-1])
	if len(b) < at {
		return 0, nil
	}
	segments := b[headerSize:at]
	size := at
	for _, n := range segments {
		size += int(n)
	}
	if len(b) < size {
		return 0, nil
	}
	le := binary.LittleEndian
	flags, serial, number := b[5], le.Uint32(b[14:]), le.Uint32(b[18:])
	crc := checksum(0, b[:crcAt])
	crc = checksum(crc, []byte{0, 0, 0, 0})
	crc = checksum(crc, b[crcAt+4:size])
	switch {
	case crc != le.Uint32(b[crcAt:]):
		return 0, fmt.Errorf("%w: the checksum of page %d is wrong", ErrDamaged, s.pages)
	case s.ended, number != s.pages, s.pages > 0 && serial != s.serial, flags&begins != 0 != (s.pages == 0):
		return 0, fmt.Errorf("%w: page %d of stream %08x is out of place", ErrDamaged, number, serial)
	case flags&continued != 0 != s.open:
		return 0, fmt.Errorf("%w: a packet is cut at page %d", ErrDamaged, number)
	}
	s.serial, s.pages, s.ended = serial, s.pages+1, flags&ends != 0
	for _, n := range segments {
		if s.packet = append(s.packet, b[at:at+int(n)]...); len(s.packet) > maxPacket {
			return 0, fmt.Errorf("%w: a packet of more than %d bytes", ErrDamaged, maxPacket)
		}
		at += int(n)
		if s.open = n == 255; s.open {
			continue
		}
		if err := s.take(s.packet); err != nil {
			return 0, err
		}
		s.packet = s.packet[:0]
	}
	return size, nil
}
