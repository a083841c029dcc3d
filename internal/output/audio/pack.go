package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"narrate/internal/archive"
	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Member is a stretch of an edition that is a file of its own in an archive.
type Member struct {
	Name  string // in the archive
	Title string
	Span  pcm.Span
}

// Pack writes the members in that format, as the parts of a set, into the
// archive z that goes to dst. They are encoded at once, into temporary files
// beside dst where that is a file, since a member's length and checksum stand
// before it.
func Pack(ctx context.Context, z *archive.Writer, dst io.WriteSeeker, format output.Format, e output.Edition, members []Member) (err error) {
	dir, err := os.MkdirTemp(Beside(dst), ".narrate-"+format.Info().Name+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	n, jobs := len(members), max(1, e.Jobs)
	return Pieces(ctx, int64(n), min(jobs, n), func(ctx context.Context, i int64, made *packed) error {
		m := &members[i]
		part := e.Cut(m.Span, m.Title, int(i)+1, n)
		part.Jobs, part.SoundFile = max(1, jobs/n), ""
		*made = packed{name: m.Name, path: filepath.Join(dir, strconv.FormatInt(i, 10))}
		if err := output.WriteFile(ctx, made.path, format, part); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		return nil
	}, func(made *packed) error { return made.move(z) })
}

// Beside is the folder in which temporary files go: that of the finished file,
// whose disk has room for it and where it is cleaned up after a crash; "" for
// the system's own where dst is no file.
func Beside(dst io.WriteSeeker) string {
	if f, ok := dst.(*os.File); ok {
		return filepath.Dir(f.Name())
	}
	return ""
}

// packed is a member in a temporary file.
type packed struct{ name, path string }

// move puts it into the archive.
func (m *packed) move(z *archive.Writer) error {
	f, err := os.Open(m.path)
	if err != nil {
		return err
	}
	err = z.Stored(m.name, f)
	return errors.Join(err, f.Close(), os.Remove(m.path))
}
