package opus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/audio/opus/ogg"
	"narrate/internal/output/audio/vorbis"
)

// errStream is wrapped where an encoder's output is not the stream planned.
var errStream = errors.New("the encoder's output is not what was asked for")

const (
	// serial is the bitstream's number: any will do in a file that has one.
	serial = 0x6e617272
	// pagePackets is a second's worth: players seek by pages.
	pagePackets = 50
)

// sink takes the stream's packets in order and writes the file.
type sink struct {
	stream
	pages   *ogg.Writer
	preSkip int64
	count   int64 // packets that are wanted
	packets int64 // packets that came
}

func newSink(dst io.Writer, s stream) *sink {
	return &sink{stream: s, pages: ogg.NewWriter(dst, serial, pagePackets)}
}

// begin writes the headers. preSkip is how many ticks of what decoders give
// come before the sound, vendor names the encoder.
func (k *sink) begin(preSkip int64, vendor string, e output.Edition) error {
	if preSkip < 0 || preSkip > 0xffff {
		return fmt.Errorf("opus: %d ticks before the sound: %w", preSkip, errStream)
	}
	k.preSkip, k.count = preSkip, k.stream.count(preSkip)
	tags, err := k.tags(vendor, e)
	if err != nil {
		return fmt.Errorf("opus: %w", err)
	}
	for _, packet := range [][]byte{k.head(), tags} {
		if err := k.pages.Header(packet); err != nil {
			return fmt.Errorf("opus: %w", err)
		}
	}
	return nil
}

// head is the identification header (RFC 7845, 5.1).
func (k *sink) head() []byte {
	le := binary.LittleEndian
	head := append([]byte("OpusHead"), 1, byte(k.format.Channels))
	head = le.AppendUint16(head, uint16(k.preSkip))
	head = le.AppendUint32(head, uint32(k.format.Rate))
	head = le.AppendUint16(head, 0) // no change of gain
	return append(head, 0)          // mono or stereo
}

// tags is the comment header (RFC 7845, 5.2). The cover comes last: readers of
// text need not pass over it.
func (k *sink) tags(vendor string, e output.Edition) ([]byte, error) {
	fields := vorbis.Fields(e)
	mode := "constrained VBR"
	if k.encoding.VBR {
		mode = "VBR"
	}
	fields = append(fields, vorbis.Field{
		Name:  "ENCODER_OPTIONS",
		Value: fmt.Sprintf("%s %g kb/s, complexity %d", mode, float64(k.encoding.Opus)/1000, k.complexity()),
	})
	fields = append(fields, vorbis.R128(e)...)
	if cover := e.Metadata.Cover; cover != nil {
		fields = append(fields, vorbis.PictureField(cover))
	}
	comments, err := vorbis.Comments(vendor, fields)
	if err != nil {
		return nil, err
	}
	return append([]byte("OpusTags"), comments...), nil
}

// packet takes the next packet. What comes after the last one that is wanted
// holds nothing of the sound.
func (k *sink) packet(p []byte) error {
	if k.packets == k.count {
		return nil
	}
	// Each must be one of 20 ms: a single frame (RFC 6716, 3.1).
	if len(p) == 0 || p[0]&3 != 0 || !twentyMilliseconds(p[0]>>3) {
		return fmt.Errorf("opus: packet %d is not one of 20 ms: %w", k.packets, errStream)
	}
	k.packets++
	if err := k.pages.Packet(p, k.packets*packetTicks); err != nil {
		return fmt.Errorf("opus: %w", err)
	}
	return nil
}

// twentyMilliseconds says whether packets of that configuration have frames of
// 20 ms (RFC 6716, table 2).
func twentyMilliseconds(config byte) bool {
	switch {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		return config%4 == 1
	case config < 16: // hybrid: 10, 20 ms
		return config%2 == 1
	default: // CELT: 2.5, 5, 10, 20 ms
		return config%4 == 3
	}
}

// close ends the file, whose packets must all have come.
func (k *sink) close() error {
	if k.count == 0 || k.packets != k.count {
		return fmt.Errorf("opus: %d packets for sound that takes %d: %w", k.packets, k.count, errStream)
	}
	if err := k.pages.Close(k.end(k.preSkip)); err != nil {
		return fmt.Errorf("opus: %w", err)
	}
	return nil
}
