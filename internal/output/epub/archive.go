package epub

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
)

// archive writes the ZIP container of a book (EPUB 3.3, section 4.3): members
// whose sizes stand before them, all of the same time.
type archive struct {
	zip *zip.Writer
	// They are large, and there are thousands of members.
	packer *flate.Writer
	packed bytes.Buffer
}

func newArchive(dst io.Writer) *archive { return &archive{zip: zip.NewWriter(dst)} }

// text adds a member that is worth compressing.
func (a *archive) text(name string, data []byte) error {
	if err := a.pack(data); err != nil {
		return fmt.Errorf("epub: %s: %w", name, err)
	}
	return a.add(zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(data),
		CompressedSize64: uint64(a.packed.Len()), UncompressedSize64: uint64(len(data)),
	}, &a.packed)
}

func (a *archive) pack(data []byte) (err error) {
	a.packed.Reset()
	if a.packer == nil {
		if a.packer, err = flate.NewWriter(&a.packed, flate.DefaultCompression); err != nil {
			return err
		}
	} else {
		a.packer.Reset(&a.packed)
	}
	if _, err := a.packer.Write(data); err != nil {
		return err
	}
	return a.packer.Close()
}

// stored adds a member as it is: what is compressed by itself, such as sound.
// It reads data twice.
func (a *archive) stored(name string, data io.ReadSeeker) error {
	sum := crc32.NewIEEE()
	size, err := io.Copy(sum, data)
	if err == nil {
		_, err = data.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("epub: %s: %w", name, err)
	}
	return a.add(zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: sum.Sum32(), CompressedSize64: uint64(size), UncompressedSize64: uint64(size),
	}, data)
}

// earliest is the first day that the archive's dates can tell, the 1st of
// January 1980.
const earliest = 1<<5 | 1

func (a *archive) add(h zip.FileHeader, data io.Reader) error {
	//lint:ignore SA1019 CreateRaw writes this field, and not Modified
	h.ModifiedDate = earliest
	w, err := a.zip.CreateRaw(&h)
	if err == nil {
		_, err = io.Copy(w, data)
	}
	if err != nil {
		return fmt.Errorf("epub: %s: %w", h.Name, err)
	}
	return nil
}

func (a *archive) close() error {
	if err := a.zip.Close(); err != nil {
		return fmt.Errorf("epub: %w", err)
	}
	return nil
}
