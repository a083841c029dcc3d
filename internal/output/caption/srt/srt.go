// Package srt writes SubRip captions.
//
// SubRip has no specification and no escape. What every reader agrees on is
// written: a number from 1, "HH:MM:SS,mmm --> HH:MM:SS,mmm", one line of text
// and an empty line, in UTF-8 without a byte-order mark. Lines end in LF, as
// those of ffmpeg and of most programs today do: every reader takes it, and
// simple ones that split at "\n\n" take nothing else.
package srt

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/caption"
)

// Format is the output format "srt".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "srt", Suffix: "srt", MediaType: "application/x-subrip",
		Caption: true, Summary: "SubRip captions, one a sentence",
	}
}

// Check implements output.Format: nothing is needed.
func (Format) Check(context.Context) error { return nil }

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := bufio.NewWriter(dst)
	for n, c := range caption.Captions(e.Timeline) {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "%d\n%s --> %s\n%s\n\n",
			n, caption.Clock(c.Start, ','), caption.Clock(c.End, ','), harmless(c.Text))
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// joiner is the word joiner: it has no width, and no line breaks at it.
const joiner = "\u2060"

// harmless keeps players from reading text as markup, since SubRip has no way
// to write a "<" that is one. An invisible word joiner breaks up tags ("<i>",
// and ffmpeg takes even "< i>"), the "\N" and "\h" that libass obeys, and the
// arrow of a timing line; an entity such as "&lt;" would be shown as it stands
// by most players. Braces become the full-width ones: libass hides all that
// stands between the plain ones, "{\an8}" or not, and words must not get lost.
func harmless(text string) string { return guard.Replace(text) }

var guard = strings.NewReplacer(
	"-->", "--"+joiner+">", "<", "<"+joiner, `\`, `\`+joiner, "{", "\uFF5B", "}", "\uFF5D")
