// Package lpf writes audiobooks as one file in the Lightweight Packaging Format
// (W3C Working Group Note of 19 March 2020): a ZIP archive with the manifest of
// the W3C's Audiobooks, its page, the cover, and a file of sound a chapter.
package lpf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/publication"
	"narrate/internal/pcm"
)

// Format is the output format "lpf".
type Format struct {
	// Audio is the format of the chapters. Players of audiobooks take MP3.
	Audio output.Format
}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "lpf", Suffix: "lpf", MediaType: "application/lpf+zip", Sound: true, Cover: true, Whole: true,
		Summary: "W3C audiobook: a package with a file for each chapter",
	}
}

// Check implements output.Format.
func (f Format) Check(ctx context.Context) error { return f.Audio.Check(ctx) }

// part is a chapter of the package.
type part struct {
	span pcm.Span
	name string // in the package
}

// Write implements output.Format. Chapters are encoded at once, into temporary
// files beside dst where that is a file, since a member's length and checksum
// stand before it.
func (f Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) (err error) {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("lpf: %w", err)
	}
	book, parts := f.book(e)
	manifest, err := book.Manifest()
	if err != nil {
		return fmt.Errorf("lpf: %w", err)
	}
	dir, err := os.MkdirTemp(place(dst), ".narrate-lpf-")
	if err != nil {
		return fmt.Errorf("lpf: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	z := newArchive(dst)
	if err := z.text(publication.ManifestName, manifest); err != nil {
		return err
	}
	if err := z.text(publication.PageName, book.Page()); err != nil {
		return err
	}
	if book.Cover != "" {
		if err := z.stored(book.Cover, bytes.NewReader(e.Metadata.Cover.Data)); err != nil {
			return err
		}
	}
	jobs := max(1, e.Jobs)
	atOnce := min(jobs, len(parts))
	err = audio.Pieces(ctx, int64(len(parts)), atOnce, func(ctx context.Context, i int64, made *member) error {
		p := parts[i]
		clip := e.Cut(p.span, book.Chapters[i].Title, int(i)+1, len(parts))
		clip.Jobs, clip.SoundFile = max(1, jobs/len(parts)), ""
		clip.Metadata.Cover = nil // the package has it once
		*made = member{name: p.name, path: filepath.Join(dir, strconv.FormatInt(i, 10))}
		if err := output.WriteFile(ctx, made.path, f.Audio, clip); err != nil {
			return fmt.Errorf("lpf: %s: %w", p.name, err)
		}
		return nil
	}, func(made *member) error { return made.move(z) })
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return z.close()
}

// book is the edition as the manifest has it, and what stands in its files: the
// chapters, or the whole where there are none.
func (f Format) book(e output.Edition) (*publication.Book, []part) {
	t, info := e.Timeline, f.Audio.Info()
	b := &publication.Book{Edition: e}
	if e.Metadata.Cover != nil {
		b.Cover = publication.CoverName(e.Metadata.Cover)
	}
	for i := range t.Chapters {
		c := &t.Chapters[i]
		b.Chapters = append(b.Chapters, publication.Chapter{Title: c.Title, Number: cmp.Or(c.Number, i+1), Level: c.Level, Span: c.Span})
	}
	if len(b.Chapters) == 0 {
		b.Chapters = []publication.Chapter{{Title: t.Title, Number: 1, Span: pcm.Span{End: t.Frames}}}
	}
	// Plain names: the archive's readers disagree on any others.
	digits := max(2, len(strconv.Itoa(len(b.Chapters))))
	var parts []part
	for i := range b.Chapters {
		c := &b.Chapters[i]
		name := fmt.Sprintf("audio/%0*d.%s", digits, i+1, info.Suffix)
		c.Files = []publication.File{{Path: name, MediaType: info.MediaType}}
		parts = append(parts, part{c.Span, name})
	}
	return b, parts
}

// place is the folder in which temporary files go: that of the finished file,
// whose disk has room for it and where it is cleaned up after a crash; "" for
// the system's own where dst is no file.
func place(dst io.WriteSeeker) string {
	if f, ok := dst.(*os.File); ok {
		return filepath.Dir(f.Name())
	}
	return ""
}

// member is an encoded chapter in a temporary file.
type member struct{ name, path string }

// move puts the chapter into the archive.
func (m *member) move(z *archive) error {
	f, err := os.Open(m.path)
	if err != nil {
		return fmt.Errorf("lpf: %w", err)
	}
	err = z.stored(m.name, f)
	return errors.Join(err, f.Close(), os.Remove(m.path))
}
