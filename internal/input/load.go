package input

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// MaxBytes is the size of the largest source that is read: a book of 64 MiB is
// some 1,000 hours of speech, and what is larger is a mistake.
const MaxBytes = 64 << 20

// Load reads the file at path, or stdin if path is "-", up to MaxBytes. A
// source without anything but white space is an error. Errors begin with the
// source's name and are one line. A cancelled context ends the waiting for a
// terminal or a pipe, with the context's error.
func Load(ctx context.Context, path string, stdin io.Reader) (Source, error) {
	type result struct {
		data []byte
		err  error
	}
	// A read that waits for its other end cannot be broken off: it is left
	// behind, for the end of the program.
	read := make(chan result, 1)
	go func() {
		var r result
		if path == "-" {
			r.data, r.err = readLimited(stdin, 0)
		} else {
			r.data, r.err = readFile(path)
		}
		read <- r
	}()
	src := Source{Name: path}
	var err error
	select {
	case r := <-read:
		src.Data, err = r.data, r.err
	case <-ctx.Done():
		return Source{}, ctx.Err()
	}
	if err == nil && blank(src.Data) {
		err = errEmpty
	}
	if err != nil {
		return Source{}, fmt.Errorf("%s: %w", display(path), err)
	}
	return src, nil
}

func readFile(path string) (data []byte, err error) {
	if path == "" {
		return nil, errors.New("the name of the file is empty")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close() // only read from: nothing is lost if closing fails
	st, err := f.Stat()
	if err != nil {
		return nil, reason(err)
	}
	if st.IsDir() {
		return nil, errors.New("is a directory; name the files in it")
	}
	// The size of a pipe or device is 0: those are limited as they are read.
	if st.Size() > MaxBytes {
		return nil, tooLarge(fmt.Sprintf("is %.1f MiB", float64(st.Size())/(1<<20)))
	}
	return readLimited(f, st.Size())
}

// readLimited reads r to its end and fails as soon as it passes MaxBytes; size
// is what r is expected to hold.
func readLimited(r io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, MaxBytes+1)); err != nil {
		return nil, reason(err)
	}
	if b.Len() > MaxBytes {
		return nil, tooLarge("goes on past the limit")
	}
	return b.Bytes(), nil
}

func tooLarge(is string) error {
	return fmt.Errorf("%s; the largest source narrate reads is %d MiB: split it", is, MaxBytes>>20)
}

// reason takes the operation and path, which the caller names, out of err, and
// says the common ones in plain words.
func reason(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be read: permission denied")
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("cannot be read: %w", pe.Err)
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// blank says whether data is only white space after a byte-order mark, in
// UTF-8, UTF-16 or UTF-32.
func blank(data []byte) bool {
	for _, bom := range boms {
		if rest, ok := bytes.CutPrefix(data, bom.mark); ok {
			data = rest
			break
		}
	}
	return len(bytes.TrimLeft(data, " \t\r\n\v\f\x00")) == 0
}
