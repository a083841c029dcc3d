// Package vtt writes WebVTT captions (W3C, "WebVTT: The Web Video Text Tracks
// Format").
package vtt

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/caption"
)

// Format is the output format "vtt".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "vtt", Suffix: "vtt", MediaType: "text/vtt",
		Caption: true, Summary: "WebVTT captions, one a sentence",
	}
}

// Check implements output.Format: nothing is needed.
func (Format) Check(context.Context) error { return nil }

// Write implements output.Format. Each cue's identifier is its number, the
// same as in the SubRip file. The header is bare: the specification's parser
// refuses lines such as "Language: de" below it, so the programme's language
// is left to whoever embeds the file (the srclang of a track element), and a
// cue in another language says so itself, in a lang span.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := bufio.NewWriter(dst)
	if _, err := w.WriteString("WEBVTT\n"); err != nil {
		return err
	}
	for n, c := range caption.Captions(e.Timeline) {
		if err := ctx.Err(); err != nil {
			return err
		}
		text := escape.Replace(c.Text)
		if c.Lang != e.Timeline.Lang && language.MatchString(c.Lang) {
			text = "<lang " + c.Lang + ">" + text + "</lang>"
		}
		_, err := fmt.Fprintf(w, "\n%d\n%s --> %s\n%s\n",
			n, caption.Clock(c.Start, '.'), caption.Clock(c.End, '.'), text)
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// escape makes cue text of plain text (section 4.2.2); without a ">" there is
// no "-->" either.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// language is the shape of a BCP 47 tag, which a lang span takes unescaped.
var language = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
