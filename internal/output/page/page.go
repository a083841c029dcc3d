// Package page writes the read-along page: one HTML document with the article,
// a player, and each word highlighted as it is spoken. It asks the network for
// nothing but the sound beside it, and its Content-Security-Policy sees to that.
package page

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"narrate/internal/output"
)

// Format is the output format "page": a page that plays the file of sound
// beside it.
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "page", Suffix: "html", MediaType: "text/html", Plays: true, Caption: true,
		Summary: "read-along web page: the article with a player for the sound beside it",
	}
}

// Check implements output.Format.
func (Format) Check(context.Context) error { return nil }

// errSilent is the error of a page that has nothing to play.
var errSilent = errors.New("no sound beside the page: write one with it, as with --format mp3,page, or take the format singlepage, which holds it")

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if e.SoundFile == "" {
		return fmt.Errorf("page: %w", errSilent)
	}
	// "./" keeps a name such as "a:b.mp3" from being read as a scheme.
	address := "./" + url.PathEscape(e.SoundFile)
	err := write(ctx, dst, &e, beside, func(w io.Writer) error {
		_, err := io.WriteString(w, escape(address))
		return err
	})
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}
