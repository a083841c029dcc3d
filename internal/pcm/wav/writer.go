package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"narrate/internal/pcm"
)

// headerSize is RIFF and WAVE (12), JUNK or ds64 (8+28), fmt (8+16) and the
// head of data (8); a bext chunk comes on top.
const headerSize = 12 + 8 + ds64Size + 8 + 16 + 8

// ds64Size is the body of a ds64 chunk: three 64-bit sizes and the length of
// an empty table (EBU Tech 3306, section 3).
const ds64Size = 28

// Writer writes 16-bit PCM. A file that outgrows the 32-bit sizes of RIFF
// becomes RF64 at its end, in the place that a JUNK chunk reserves for ds64
// (EBU Tech 3306, section 4).
type Writer struct {
	dst    io.WriteSeeker
	format pcm.Format
	bytes  int64 // of sound
	limit  int64 // the largest RIFF size
	bext   []byte
	after  []byte // the chunks that follow the sound
	buf    []byte
	err    error
}

// NewWriter starts a WAVE file at the start of dst, which is empty. Until
// Close its header says that the length is unknown.
func NewWriter(dst io.WriteSeeker, f pcm.Format) (*Writer, error) {
	return NewTaggedWriter(dst, f, Tags{})
}

// NewTaggedWriter is NewWriter for a file with tags. The bext chunk stands
// before the sound, as its standard asks for, all else after it.
func NewTaggedWriter(dst io.WriteSeeker, f pcm.Format, tags Tags) (*Writer, error) {
	if f.Rate < 1 || f.Rate > maxRate {
		return nil, fmt.Errorf("wav: sample rate of %d Hz, where 1 to %d can be written", f.Rate, maxRate)
	}
	if f.Channels < 1 || f.Channels > maxChannels {
		return nil, fmt.Errorf("wav: %d channels, where 1 to %d can be written", f.Channels, maxChannels)
	}
	if err := tags.check(); err != nil {
		return nil, err
	}
	w := &Writer{dst: dst, format: f, limit: math.MaxUint32, after: tags.trailer(), buf: make([]byte, 0, bufferSize)}
	if tags.Broadcast != nil {
		w.bext = tags.Broadcast.append(nil)
	}
	if _, err := dst.Write(w.header("RIFF", math.MaxUint32, math.MaxUint32, nil)); err != nil {
		return nil, fmt.Errorf("wav: writing the header: %w", err)
	}
	return w, nil
}

// Write appends interleaved samples, whole frames.
func (w *Writer) Write(samples []int16) error {
	if w.err != nil {
		return w.err
	}
	if len(samples)%w.format.Channels != 0 {
		return fmt.Errorf("wav: %d samples are not whole frames of %d channels", len(samples), w.format.Channels)
	}
	for len(samples) > 0 {
		n := min(len(samples), (cap(w.buf)-len(w.buf))/2)
		for _, s := range samples[:n] {
			w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
		}
		samples = samples[n:]
		if len(w.buf) == cap(w.buf) {
			if w.err = w.flush(); w.err != nil {
				return w.err
			}
		}
	}
	return nil
}

func (w *Writer) flush() error {
	n, err := w.dst.Write(w.buf)
	w.bytes += int64(n)
	w.buf = w.buf[:0]
	if err != nil {
		return fmt.Errorf("wav: writing the sound: %w", err)
	}
	return nil
}

// Close finishes the header and leaves dst at the end of the file; it does not
// close dst.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = w.finish()
	if w.err != nil {
		return w.err
	}
	w.err = errors.New("wav: the writer is closed")
	return nil
}

func (w *Writer) finish() error {
	if err := w.flush(); err != nil {
		return err
	}
	// The sound has an even length: samples are of two bytes.
	if _, err := w.dst.Write(w.after); err != nil {
		return fmt.Errorf("wav: writing the tags: %w", err)
	}
	var h []byte
	if riff := headerSize - 8 + int64(len(w.bext)) + w.bytes + int64(len(w.after)); riff <= w.limit {
		h = w.header("RIFF", uint32(riff), uint32(w.bytes), nil)
	} else {
		ds64 := binary.LittleEndian.AppendUint64(nil, uint64(riff))
		ds64 = binary.LittleEndian.AppendUint64(ds64, uint64(w.bytes))
		ds64 = binary.LittleEndian.AppendUint64(ds64, uint64(w.bytes/int64(2*w.format.Channels)))
		ds64 = binary.LittleEndian.AppendUint32(ds64, 0)
		h = w.header("RF64", math.MaxUint32, math.MaxUint32, ds64)
	}
	if _, err := w.dst.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("wav: returning to the header: %w", err)
	}
	if _, err := w.dst.Write(h); err != nil {
		return fmt.Errorf("wav: writing the header: %w", err)
	}
	if _, err := w.dst.Seek(0, io.SeekEnd); err != nil {
		return fmt.Errorf("wav: returning to the end: %w", err)
	}
	return nil
}

// header is the header with the sizes given, with a ds64 chunk or, where that
// is nil, the JUNK chunk in its place.
func (w *Writer) header(id string, riffSize, dataSize uint32, ds64 []byte) []byte {
	le := binary.LittleEndian
	reserved := "ds64"
	if ds64 == nil {
		reserved, ds64 = "JUNK", make([]byte, ds64Size)
	}
	align := 2 * w.format.Channels
	b := append(make([]byte, 0, headerSize+len(w.bext)), id...)
	b = le.AppendUint32(b, riffSize)
	b = append(b, "WAVE"...)
	b = append(b, reserved...)
	b = le.AppendUint32(b, ds64Size)
	b = append(b, ds64...)
	b = append(b, w.bext...)
	b = append(b, "fmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, tagPCM)
	b = le.AppendUint16(b, uint16(w.format.Channels))
	b = le.AppendUint32(b, uint32(w.format.Rate))
	b = le.AppendUint32(b, uint32(int(w.format.Rate)*align))
	b = le.AppendUint16(b, uint16(align))
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	return le.AppendUint32(b, dataSize)
}
