package page

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// Single is the output format "singlepage": a page that holds its sound.
type Single struct {
	// Audio is the format of the sound: one that browsers play.
	Audio output.Format
}

// Info implements output.Format.
func (Single) Info() output.Info {
	return output.Info{
		Name: "singlepage", Suffix: "single.html", MediaType: "text/html", Sound: true, Caption: true, Whole: true,
		Summary: "read-along web page in one file, which holds the sound",
	}
}

// Check implements output.Format.
func (f Single) Check(ctx context.Context) error { return f.Audio.Check(ctx) }

// Write implements output.Format. The sound is encoded into a temporary file
// first: its format may write in any order, a data: URL is written from front
// to back.
func (f Single) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) (err error) {
	if err := audio.Check(e); err != nil {
		return fmt.Errorf("singlepage: %w", err)
	}
	dir, err := os.MkdirTemp(audio.Beside(dst), ".narrate-page-")
	if err != nil {
		return fmt.Errorf("singlepage: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "sound")
	sound := e
	sound.SoundFile = ""
	sound.Metadata.Cover, sound.Metadata.Chapters = nil, nil // the page has the pictures, once
	if err := output.WriteFile(ctx, path, f.Audio, sound); err != nil {
		return fmt.Errorf("singlepage: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("singlepage: %w", err)
	}
	err = write(ctx, dst, &e, inside, func(w io.Writer) error {
		return dataURL(w, f.Audio.Info().MediaType, file)
	})
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("singlepage: %w", err)
	}
	return nil
}

// dataURL writes a data: URL (RFC 2397) as an attribute's value.
func dataURL(w io.Writer, mediaType string, data io.Reader) error {
	if _, err := io.WriteString(w, "data:"+escape(mediaType)+";base64,"); err != nil {
		return err
	}
	enc := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.Copy(enc, data); err != nil {
		return err
	}
	return enc.Close()
}
