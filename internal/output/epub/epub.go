// Package epub writes books that are read aloud: EPUB 3.3 (W3C Recommendation)
// with Media Overlays (its section 9). Each chapter is a document, an overlay
// that says when each sentence or word of it is heard, and a file of sound. A
// book that came as EPUB 3 is kept as it is, and gets overlays and sound
// (keep.go).
//
// Each word is highlighted by itself where Captions ask for words and these have
// times. Not every reading system keeps up with that; sentences work in all.
package epub

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"narrate/internal/archive"
	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// Format is the output format "epub".
type Format struct {
	// Audio is the format of the chapters' sound. Every reading system takes
	// MP3; EPUB also allows AAC in MP4 and Opus in Ogg.
	Audio output.Format
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

// Write implements output.Format. The text of one content document at a time is
// in memory, besides the original.
func (f Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	write := f.anew
	if e.Original != nil {
		write = f.into
	}
	if err := write(ctx, dst, e); err != nil {
		return fmt.Errorf("epub: %w", err)
	}
	return nil
}

// anew writes a new book.
func (f Format) anew(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := audio.Check(e); err != nil {
		return err
	}
	b := f.book(e)
	z := archive.NewWriter(dst)
	if err := mimetype(z); err != nil {
		return err
	}
	if err := b.write(ctx, z); err != nil {
		return err
	}
	members := make([]audio.Member, len(b.chapters))
	for i := range b.chapters {
		c := &b.chapters[i]
		members[i] = audio.Member{Name: root + c.sound(), Title: c.title, Span: c.span}
	}
	return finish(ctx, z, dst, f.Audio, e, members)
}

// mimetype is the first of all members, as it is, and without a line break
// (EPUB 3.3, section 4.3.3).
func mimetype(z *archive.Writer) error {
	return z.Stored(mimetypeName, strings.NewReader(mediaType))
}

// finish adds the sound and ends the book.
func finish(ctx context.Context, z *archive.Writer, dst io.WriteSeeker, format output.Format, e output.Edition, sound []audio.Member) error {
	e.Metadata.Cover, e.Metadata.Chapters = nil, nil // the book has the pictures once
	if err := audio.Pack(ctx, z, dst, format, e, sound); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return z.Close()
}

// write writes all members but the sound.
func (b *book) write(ctx context.Context, z *archive.Writer) error {
	for _, m := range []struct {
		name string
		data []byte
	}{
		{containerName, []byte(container)},
		{root + packageName, b.packageDocument()},
		{root + navName, b.navigation()},
		{root + ncxName, b.ncx()},
		{root + styleName, style},
	} {
		if err := z.Text(m.name, m.data); err != nil {
			return err
		}
	}
	if cover := b.edition.Metadata.Cover; cover != nil {
		if err := z.Text(root+coverPageName, b.coverPage()); err != nil {
			return err
		}
		if err := z.Stored(root+coverName(cover), bytes.NewReader(cover.Data)); err != nil {
			return err
		}
	}
	for i := range b.chapters {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		c := &b.chapters[i]
		text, overlay := b.documents(c)
		if err := z.Text(root+c.text(), text); err != nil {
			return err
		}
		if err := z.Text(root+c.overlay(), overlay); err != nil {
			return err
		}
		if c.picture != nil {
			if err := z.Stored(root+c.image(), bytes.NewReader(c.picture.Data)); err != nil {
				return err
			}
		}
	}
	return nil
}
