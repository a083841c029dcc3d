package archive

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
)

// Writer writes a ZIP archive (ISO/IEC 21320-1) whose bytes depend on what is
// put into it alone: the sizes of a new member stand before it, and all new
// members are of the same time. Errors name the member.
type Writer struct {
	zip *zip.Writer
	// They are large, and there are thousands of members.
	packer *flate.Writer
	packed bytes.Buffer
}

// NewWriter begins an archive.
func NewWriter(dst io.Writer) *Writer { return &Writer{zip: zip.NewWriter(dst)} }

// Text adds a member that is worth compressing.
func (w *Writer) Text(name string, data []byte) error {
	if err := w.pack(data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return w.add(zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(data),
		CompressedSize64: uint64(w.packed.Len()), UncompressedSize64: uint64(len(data)),
	}, &w.packed)
}

func (w *Writer) pack(data []byte) (err error) {
	w.packed.Reset()
	if w.packer == nil {
		if w.packer, err = flate.NewWriter(&w.packed, flate.DefaultCompression); err != nil {
			return err
		}
	} else {
		w.packer.Reset(&w.packed)
	}
	if _, err := w.packer.Write(data); err != nil {
		return err
	}
	return w.packer.Close()
}

// Stored adds a member as it is: what is compressed by itself, such as sound.
// It reads data twice.
func (w *Writer) Stored(name string, data io.ReadSeeker) error {
	sum := crc32.NewIEEE()
	size, err := io.Copy(sum, data)
	if err == nil {
		_, err = data.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return w.add(zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: sum.Sum32(), CompressedSize64: uint64(size), UncompressedSize64: uint64(size),
	}, data)
}

// earliest is the first day that the archive's dates can tell, the 1st of
// January 1980.
const earliest = 1<<5 | 1

func (w *Writer) add(h zip.FileHeader, data io.Reader) error {
	//lint:ignore SA1019 CreateRaw writes this field, and not Modified
	h.ModifiedDate = earliest
	to, err := w.zip.CreateRaw(&h)
	if err == nil {
		_, err = io.Copy(to, data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	return nil
}

// Copy adds a member of another archive as it is there, packed and dated as it
// is, without looking into it.
func (w *Writer) Copy(from *Archive, name string) error {
	m := from.find(name)
	if m == nil {
		return fmt.Errorf("the ZIP file has no member %.100q", name)
	}
	if err := w.zip.Copy(m.File); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Close ends the archive; dst stays open.
func (w *Writer) Close() error { return w.zip.Close() }
