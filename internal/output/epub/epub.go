// Package epub writes books that are read aloud: EPUB 3.3 (W3C Recommendation)
// with Media Overlays (its section 9). Each chapter is a document, an overlay
// that says when each sentence or word of it is heard, and a file of sound.
package epub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// Format is the output format "epub".
type Format struct {
	// Audio is the format of the chapters' sound. Every reading system takes
	// MP3; EPUB also allows AAC in MP4 and Opus in Ogg.
	Audio output.Format
	// Words has each word highlighted by itself where the words have times.
	// Not every reading system keeps up with that; sentences work in all.
	Words bool
}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "epub", Suffix: "epub", MediaType: mediaType, Sound: true, Cover: true, Whole: true,
		Summary: "EPUB 3 book that is read aloud, each sentence highlighted as it is heard",
	}
}

const mediaType = "application/epub+zip"

// Check implements output.Format.
func (f Format) Check(ctx context.Context) error { return f.Audio.Check(ctx) }

// Write implements output.Format. Chapters are encoded at once, into temporary
// files beside dst where that is a file, since a member's length and checksum
// stand before it. The text of one chapter at a time is in memory.
func (f Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) (err error) {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("epub: %w", err)
	}
	b := f.book(e)
	dir, err := os.MkdirTemp(place(dst), ".narrate-epub-")
	if err != nil {
		return fmt.Errorf("epub: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	z := newArchive(dst)
	// First of all, as it is, and without a line break (section 4.3.3).
	if err := z.stored("mimetype", bytes.NewReader([]byte(mediaType))); err != nil {
		return err
	}
	if err := b.write(ctx, z); err != nil {
		return err
	}
	if err := b.encode(ctx, f.Audio, dir, z); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return z.close()
}

// write writes all members but the sound.
func (b *book) write(ctx context.Context, z *archive) error {
	for _, m := range []struct {
		name string
		data []byte
	}{
		{"META-INF/container.xml", []byte(container)},
		{root + packageName, b.packageDocument()},
		{root + navName, b.navigation()},
		{root + ncxName, b.ncx()},
		{root + styleName, style},
	} {
		if err := z.text(m.name, m.data); err != nil {
			return err
		}
	}
	if cover := b.edition.Metadata.Cover; cover != nil {
		if err := z.text(root+coverPageName, b.coverPage()); err != nil {
			return err
		}
		if err := z.stored(root+coverName(cover), bytes.NewReader(cover.Data)); err != nil {
			return err
		}
	}
	for i := range b.chapters {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		c := &b.chapters[i]
		text, overlay := b.documents(c)
		if err := z.text(root+c.text(), text); err != nil {
			return err
		}
		if err := z.text(root+c.overlay(), overlay); err != nil {
			return err
		}
		if c.picture != nil {
			if err := z.stored(root+c.image(), bytes.NewReader(c.picture.Data)); err != nil {
				return err
			}
		}
	}
	return nil
}

// encode writes the sound of all chapters.
func (b *book) encode(ctx context.Context, format output.Format, dir string, z *archive) error {
	n, jobs := len(b.chapters), max(1, b.edition.Jobs)
	return audio.Pieces(ctx, int64(n), min(jobs, n), func(ctx context.Context, i int64, made *member) error {
		c := &b.chapters[i]
		clip := b.edition.Cut(c.span, c.title, int(i)+1, n)
		clip.Jobs, clip.SoundFile = max(1, jobs/n), ""
		clip.Metadata.Cover, clip.Metadata.Chapters = nil, nil // the book has the pictures once
		*made = member{name: root + c.sound(), path: filepath.Join(dir, strconv.FormatInt(i, 10))}
		if err := output.WriteFile(ctx, made.path, format, clip); err != nil {
			return fmt.Errorf("epub: %s: %w", made.name, err)
		}
		return nil
	}, func(made *member) error { return made.move(z) })
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
		return fmt.Errorf("epub: %w", err)
	}
	err = z.stored(m.name, f)
	return errors.Join(err, f.Close(), os.Remove(m.path))
}
