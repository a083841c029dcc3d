// Package ttml writes W3C Timed Text captions of the IMSC 1.1 text profile ("TTML
// Profiles for Internet Media Subtitles and Captions 1.1"), which television and
// streaming services take.
package ttml

import (
	"context"
	"io"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "ttml".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "ttml", Suffix: "ttml", MediaType: "application/ttml+xml;codecs=im2t", Caption: true,
		Summary: "Timed Text captions, IMSC 1.1 text profile",
	}
}

// One region holds all: IMSC allows no more than four at a time, and text
// at the bottom of a high one grows upwards as far as it must.
const head = `  <styling>
   <style xml:id="text" tts:fontFamily="proportionalSansSerif" tts:fontSize="80%" tts:lineHeight="125%" tts:color="white" tts:textAlign="center"/>
   <style xml:id="box" tts:backgroundColor="#000000c0"/>
  </styling>
  <layout>
   <region xml:id="bottom" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" tts:showBackground="whenActive"/>
  </layout>
 </head>
 <body style="text" region="bottom">
  <div>
`

// Write implements output.Format. Times are media times, to the nearest
// millisecond. Who speaks stands before the text where it is another one than
// before. Words have no times here.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	t := e.Timeline
	w.Put(`<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text" ttp:timeBase="media" xml:lang="`,
		cuefile.Language(t.Lang), "\">\n <head>\n")
	if title := caption.Line(t.Title); title != "" {
		w.Put("  <metadata>\n   <ttm:title>", cuefile.Escape(title), "</ttm:title>\n  </metadata>\n")
	}
	w.Put(head)
	ms := caption.Milliseconds{Rate: t.Rate}
	direction, directionOf := "", ""
	for c := range w.Cues(&e, e.Captions) {
		start, end := ms.Of(c.Span)
		w.Put(`   <p xml:id="c`, strconv.Itoa(c.Number), `" begin="`, cuefile.Clock(start, '.'), `" end="`, cuefile.Clock(end, '.'), `"`)
		if lang := cuefile.Other(c, t.Lang); lang != "" {
			w.Put(` xml:lang="`, lang, `"`)
		}
		if c.Lang != directionOf {
			direction, directionOf = cuefile.Direction(c.Lang), c.Lang
		}
		if direction == "rtl" {
			w.Put(` tts:direction="rtl"`)
		}
		w.Put(`><span style="box">`, cuefile.Escape(cuefile.Label(c)))
		for i, line := range c.Lines {
			if i > 0 {
				w.Put("<br/>")
			}
			w.Put(cuefile.Escape(line.Text))
		}
		w.Put("</span></p>\n")
	}
	w.Put("  </div>\n </body>\n</tt>\n")
	return w.End()
}
