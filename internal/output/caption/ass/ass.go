// Package ass writes Advanced SubStation Alpha captions, version 4.00+ ("SSA v4+"),
// for video players and editors.
//
// The format has no specification beside the old "Sub Station Alpha v4.00+ Script
// Format"; what libass and VSFilter agree on is written. It has no escape: see
// harmless.
package ass

import (
	"context"
	"io"
	"strconv"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "ass".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "ass", Suffix: "ass", MediaType: "text/x-ssa", Caption: true,
		Summary: "Advanced SubStation captions, with karaoke where words are asked for",
	}
}

// The style is white on a black outline at the bottom of a picture of 1920 by
// 1080; what was not said yet of a karaoke line is grey.
const head = `ScriptType: v4.00+
PlayResX: 1920
PlayResY: 1080
WrapStyle: 0
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,64,&H00FFFFFF,&H00A0A0A0,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,120,120,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`

// Write implements output.Format. Times are to the nearest hundredth of a second.
// With Captions.Words a "\k" before each word says how long it lasts; a word
// lights up when it begins, to the nearest hundredth of the whole programme's
// time. Who speaks stands in Name and, where it is another one than before, before
// the text. The format cannot hold a cue's language.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := cuefile.New(ctx, dst)
	w.Put("[Script Info]\n")
	tag := func(name, value string) {
		if value = caption.Line(value); value != "" {
			w.Put(name, ": ", value, "\n")
		}
	}
	tag("Title", e.Timeline.Title)
	tag("Original Script", e.Timeline.Author)
	tag("Language", cuefile.Language(e.Timeline.Lang))
	w.Put(head)
	cs := cuefile.Centiseconds{Rate: e.Timeline.Rate}
	for c := range w.Cues(&e, e.Captions) {
		start, end := cs.Of(c.Span)
		w.Put("Dialogue: 0,", cuefile.ShortClock(start), ",", cuefile.ShortClock(end), ",Default,", field.Replace(c.Speaker), ",0,0,0,,")
		k := karaoke{w: w, cs: &cs, at: start, start: start, end: end}
		w.Put(harmless(cuefile.Label(c)))
		for i, line := range c.Lines {
			if i > 0 {
				w.Put(`\N`)
			}
			if e.Captions.Words && line.Words != nil {
				k.line(line)
			} else {
				w.Put(harmless(line.Text))
			}
		}
		w.Put("\n")
	}
	return w.End()
}

// karaoke writes the words of one cue. at is where the syllables so far end.
type karaoke struct {
	w              *cuefile.Writer
	cs             *cuefile.Centiseconds
	at, start, end int64
}

func (k *karaoke) line(line caption.Text) {
	for word, text := range cuefile.Pieces(line) {
		if begin := k.within(word.Span.Start); begin > k.at {
			k.syllable(begin, "")
		}
		k.syllable(k.within(word.Span.End), text)
	}
}

func (k *karaoke) within(frame int64) int64 { return cuefile.Within(k.cs.At(frame), k.at, k.end) }

// syllable is one that lasts until end.
func (k *karaoke) syllable(end int64, text string) {
	k.w.Put(`{\k`, strconv.FormatInt(end-k.at, 10), "}", harmless(text))
	k.at = end
}

// harmless keeps players from reading text as markup. An invisible word joiner
// breaks up the "\N", "\n" and "\h" that they obey. Braces become the full-width
// ones: text between the plain ones is hidden, and only libass knows "\{".
func harmless(text string) string { return guard.Replace(text) }

var (
	guard = strings.NewReplacer(`\`, "\\\u2060", "{", "\uFF5B", "}", "\uFF5D")
	// A field ends at a comma.
	field = strings.NewReplacer(",", "\uFF0C")
)
