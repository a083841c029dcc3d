// Package srt writes SubRip captions.
//
// SubRip has no specification and no escape. What every reader agrees on is
// written: a number from 1, "HH:MM:SS,mmm --> HH:MM:SS,mmm", the lines of text
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
		Caption: true, Summary: "SubRip captions",
	}
}

// Check implements output.Format: nothing is needed.
func (Format) Check(context.Context) error { return nil }

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := bufio.NewWriter(dst)
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	for c := range caption.Cues(&e, e.Captions) {
		if err := ctx.Err(); err != nil {
			return err
		}
		start, end := ms.Of(c.Span)
		_, err := fmt.Fprintf(w, "%d\n%s --> %s\n%s\n\n",
			c.Number, caption.Clock(start, ','), caption.Clock(end, ','), text(&c))
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// text is what a cue shows: its lines, the first one after the name of a
// speaker that is new ("Name: ", as the podcast namespace has it).
func text(c *caption.Cue) string {
	var b strings.Builder
	if c.Introduces {
		b.WriteString(harmless(c.Speaker) + ": ")
	}
	for i := range c.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(harmless(c.Lines[i].Text))
	}
	return b.String()
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
