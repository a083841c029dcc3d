package clipstore

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// An entry is, all integers little-endian:
//
//	magic       8 bytes
//	length      uint32, of the header
//	header      JSON
//	samples     int16 × channels × frames
//	checksum    uint32, CRC-32C of all before
//
// The checksum finds damage, not malice: whoever can write the store can write
// the audio as well.

const (
	magic     = "narrclip"
	maxHeader = 16 << 20
	sumBytes  = 4
	block     = 8192 // samples written at once
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type header struct {
	Rate     int        `json:"rate"`
	Channels int        `json:"channels"`
	Frames   int64      `json:"frames"`
	Marks    [][3]int64 `json:"marks,omitempty"` // frame, lo, hi
	// Words are an entry without sound.
	Words *words `json:"words,omitempty"`
}

func newHeader(format pcm.Format, frames int64, marks []tts.Mark) header {
	h := header{Rate: int(format.Rate), Channels: format.Channels, Frames: frames}
	for _, m := range marks {
		h.Marks = append(h.Marks, [3]int64{m.Frame, int64(m.Lo), int64(m.Hi)})
	}
	return h
}

func (h *header) tts() []tts.Mark {
	var marks []tts.Mark
	for _, m := range h.Marks {
		marks = append(marks, tts.Mark{Frame: m[0], Lo: int(m[1]), Hi: int(m[2])})
	}
	return marks
}

// size is the whole entry's, for a header of n bytes.
func (h *header) size(n int64) int64 {
	return h.samplesAt(n) + h.Frames*int64(h.Channels)*2 + sumBytes
}

func (h *header) samplesAt(n int64) int64 { return int64(len(magic)) + 4 + n }

// write writes the entry of a clip whose samples r gives: as many as h says.
func write(w io.Writer, h header, r pcm.Reader) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	sum := crc32.New(castagnoli)
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	buf := append([]byte(magic), binary.LittleEndian.AppendUint32(nil, uint32(len(raw)))...)
	buf = append(buf, raw...)
	// bufio keeps the first error for Flush.
	out.Write(buf)
	left := h.Frames * int64(h.Channels)
	samples := make([]int16, min(left, block/int64(h.Channels)*int64(h.Channels)))
	for {
		n, err := r.Read(samples)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if left -= int64(n); left < 0 {
			return fmt.Errorf("sound is longer than %d frames", h.Frames)
		}
		buf = buf[:0]
		for _, v := range samples[:n] {
			buf = binary.LittleEndian.AppendUint16(buf, uint16(v))
		}
		out.Write(buf)
	}
	if left > 0 {
		return fmt.Errorf("%w: %d samples are missing", pcm.ErrShort, left)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

// readHeader reads an entry's beginning and gives its header's length, too.
func readHeader(r io.Reader) (h header, length int64, err error) {
	var start [len(magic) + 4]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return h, 0, err
	}
	n := binary.LittleEndian.Uint32(start[len(magic):])
	if string(start[:len(magic)]) != magic || n > maxHeader {
		return h, 0, errors.New("not a clip")
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return h, 0, err
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return h, 0, err
	}
	if h.Rate <= 0 || h.Channels <= 0 || h.Channels > 64 || h.Frames < 0 || h.Frames == 0 && h.Words == nil || h.Frames > 1<<40 {
		return h, 0, errors.New("impossible header")
	}
	return h, int64(n), nil
}

// verify reads the whole entry. Its error wraps ErrDamaged unless the file
// could not be opened at all.
func verify(path string) (header, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return header{}, fmt.Errorf("clip store: %w: %s: not a file", ErrDamaged, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return header{}, fmt.Errorf("clip store: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return header{}, fmt.Errorf("clip store: %w", err)
	}
	sum := crc32.New(castagnoli)
	body := io.TeeReader(io.LimitReader(f, info.Size()-sumBytes), sum)
	h, n, err := readHeader(body)
	if err != nil {
		return h, fmt.Errorf("clip store: %w: %s: %w", ErrDamaged, path, err)
	}
	if info.Size() != h.size(n) {
		return h, fmt.Errorf("clip store: %w: %s: %d bytes instead of %d", ErrDamaged, path, info.Size(), h.size(n))
	}
	if _, err := io.CopyBuffer(io.Discard, body, make([]byte, 256<<10)); err != nil {
		return h, fmt.Errorf("clip store: %w: %s: %w", ErrDamaged, path, err)
	}
	var want uint32
	if err := binary.Read(f, binary.LittleEndian, &want); err != nil {
		return h, fmt.Errorf("clip store: %w: %s: %w", ErrDamaged, path, err)
	}
	if want != sum.Sum32() {
		return h, fmt.Errorf("clip store: %w: %s: wrong checksum", ErrDamaged, path)
	}
	return h, nil
}

func openPart(path string, span pcm.Span) (pcm.Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("clip store: %w", err)
	}
	h, n, err := readHeader(f)
	if err == nil && (span.Start < 0 || span.Start > span.End || span.End > h.Frames) {
		err = fmt.Errorf("frames %d to %d of %d", span.Start, span.End, h.Frames)
	}
	frame := int64(h.Channels) * 2
	if err == nil {
		_, err = f.Seek(h.samplesAt(n)+span.Start*frame, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("clip store: %s: %w", path, err)
	}
	return &reader{
		file:   f,
		format: pcm.Format{Rate: pcm.Hz(h.Rate), Channels: h.Channels},
		left:   span.Frames() * frame,
	}, nil
}

type reader struct {
	file   *os.File
	format pcm.Format
	left   int64 // bytes
	buf    []byte
}

func (r *reader) Format() pcm.Format { return r.format }

func (r *reader) Read(dst []int16) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	frame := int64(r.format.Channels) * 2
	n := min(int64(len(dst))*2/frame*frame, r.left)
	if int64(cap(r.buf)) < n {
		r.buf = make([]byte, n)
	}
	buf := r.buf[:n]
	if _, err := io.ReadFull(r.file, buf); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = pcm.ErrShort
		}
		return 0, fmt.Errorf("clip store: %s: %w", r.file.Name(), err)
	}
	for i := range dst[:n/2] {
		dst[i] = int16(binary.LittleEndian.Uint16(buf[2*i:]))
	}
	r.left -= n
	return int(n / 2), nil
}

func (r *reader) Close() error { return r.file.Close() }
