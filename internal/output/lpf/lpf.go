// Package lpf writes audiobooks as one file in the Lightweight Packaging Format
// (W3C Working Group Note of 19 March 2020): a ZIP archive with the manifest of
// the W3C's Audiobooks, its page, the cover, and a file of sound a chapter.
package lpf

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"

	"narrate/internal/archive"
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

// Write implements output.Format.
func (f Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := f.write(ctx, dst, e); err != nil {
		return fmt.Errorf("lpf: %w", err)
	}
	return nil
}

func (f Format) write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := audio.Check(e); err != nil {
		return err
	}
	book, parts := f.book(e)
	manifest, err := book.Manifest()
	if err != nil {
		return err
	}
	z := archive.NewWriter(dst)
	if err := z.Text(publication.ManifestName, manifest); err != nil {
		return err
	}
	if err := z.Text(publication.PageName, book.Page()); err != nil {
		return err
	}
	if book.Cover != "" {
		if err := z.Stored(book.Cover, bytes.NewReader(e.Metadata.Cover.Data)); err != nil {
			return err
		}
	}
	e.Metadata.Cover = nil // the package has it once
	if err := audio.Pack(ctx, z, dst, f.Audio, e, parts); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return z.Close()
}

// book is the edition as the manifest has it, and what stands in its files: the
// chapters, or the whole where there are none.
func (f Format) book(e output.Edition) (*publication.Book, []audio.Member) {
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
	var parts []audio.Member
	for i := range b.Chapters {
		c := &b.Chapters[i]
		name := fmt.Sprintf("audio/%0*d.%s", digits, i+1, info.Suffix)
		c.Files = []publication.File{{Path: name, MediaType: info.MediaType}}
		parts = append(parts, audio.Member{Name: name, Title: c.Title, Span: c.Span})
	}
	return b, parts
}
