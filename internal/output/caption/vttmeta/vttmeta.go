// Package vttmeta writes a WebVTT metadata track (W3C, "WebVTT: The Web Video Text
// Tracks Format", section 4.6), for scripts that follow what is said: <track
// kind="metadata">.
package vttmeta

import (
	"context"
	"io"
	"strconv"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "metadatavtt".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "metadatavtt", Suffix: "metadata.vtt", MediaType: "text/vtt", Caption: true,
		Summary: "a WebVTT track of JSON for scripts: lines, words with times, chapter",
	}
}

// Write implements output.Format. The cues are those of the captions. The text
// of each is a JSON object on one line:
//
//	sentence    number of the sentence in this file, from 1
//	chapter     the chapter: its number and title
//	lang        BCP 47
//	speaker     where the captions name it
//	lines       of the caption
//	timing      where the words' times are from: "engine", "aligned", "estimated"
//	confidence  of aligned times, 0 to 1
//	words       each with its line, from 0, its text and its start and end in
//	            seconds, within the cue's; left out where they have no times
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	w.Put("WEBVTT\n")
	t := e.Timeline
	ms := caption.Milliseconds{Rate: t.Rate}
	sentence := 0
	var b []byte
	for c := range w.Cues(&e, e.Captions) {
		if c.First {
			sentence++
		}
		start, end := ms.Of(c.Span)
		w.Put("\n", strconv.Itoa(c.Number), "\n", cuefile.Clock(start, '.'), " --> ", cuefile.Clock(end, '.'), "\n")
		chapter := &t.Chapters[c.Chapter]
		b = append(b[:0], `{"sentence":`...)
		b = strconv.AppendInt(b, int64(sentence), 10)
		b = append(b, `,"chapter":{"number":`...)
		b = strconv.AppendInt(b, int64(chapter.Number), 10)
		b = append(b, `,"title":`...)
		b = quote(b, caption.Line(chapter.Title))
		b = append(b, `},"lang":`...)
		b = quote(b, c.Lang)
		if c.Speaker != "" {
			b = append(b, `,"speaker":`...)
			b = quote(b, c.Speaker)
		}
		b = append(b, `,"lines":[`...)
		for i, line := range c.Lines {
			if i > 0 {
				b = append(b, ',')
			}
			b = quote(b, line.Text)
		}
		b = words(append(b, ']'), c, ms, start, end)
		b = append(b, "}\n"...)
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return w.End()
}

// words appends what is known of the words' times.
func words(b []byte, c *caption.Cue, ms caption.Milliseconds, start, end int64) []byte {
	n := 0
	for i, line := range c.Lines {
		for _, word := range line.Words {
			if n == 0 {
				b = append(b, `,"timing":`...)
				b = quote(b, string(c.Sentence.Timing))
				if c.Sentence.Confidence > 0 {
					b = append(b, `,"confidence":`...)
					b = strconv.AppendFloat(b, c.Sentence.Confidence, 'f', 3, 64)
				}
				b = append(b, `,"words":[`...)
			} else {
				b = append(b, ',')
			}
			n++
			b = append(b, `{"line":`...)
			b = strconv.AppendInt(b, int64(i), 10)
			b = append(b, `,"start":`...)
			b = append(b, cuefile.Seconds(cuefile.Within(ms.Rate.Milliseconds(word.Span.Start), start, end))...)
			b = append(b, `,"end":`...)
			b = append(b, cuefile.Seconds(cuefile.Within(ms.Rate.Milliseconds(word.Span.End), start, end))...)
			b = append(b, `,"text":`...)
			b = quote(b, line.Text[word.Lo:word.Hi])
			b = append(b, '}')
		}
	}
	if n > 0 {
		b = append(b, ']')
	}
	return b
}

// quote appends a JSON string without ">", of which "-->" would end the cue.
func quote(b []byte, s string) []byte {
	if !strings.Contains(s, ">") {
		return cuefile.AppendJSON(b, s)
	}
	return append(b, strings.ReplaceAll(cuefile.JSON(s), ">", `\u003e`)...)
}
