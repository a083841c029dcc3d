package epub

import (
	"bytes"
	"fmt"
	"strconv"

	"narrate/internal/timeline"
)

// overlay writes the overlay of a chapter: which sound belongs to which element
// of the text (EPUB 3.3, section 9.2).
type overlay struct {
	bytes.Buffer
	text, sound string // the files, from the overlay's folder
	pars        int
	inside      []seq // around what comes next
}

// seq is a part of the text that a listener may skip or leave.
type seq struct {
	id, kind string // kind is its epub:type; "" for none
	open     bool   // written: a seq must not be empty
}

func newOverlay(c *chapter) *overlay {
	o := &overlay{text: "../" + c.text(), sound: "../" + c.sound()}
	fmt.Fprintf(o, xmlHead+`<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">
<body epub:type="chapter" epub:textref="%s#%s">
`, o.text, chapterID)
	return o
}

func (o *overlay) begin(id, kind string) { o.inside = append(o.inside, seq{id: id, kind: kind}) }

func (o *overlay) end() {
	k := len(o.inside) - 1
	if o.inside[k].open {
		o.WriteString("</seq>\n")
	}
	o.inside = o.inside[:k]
}

// par says that the element is heard from ms begin to end of the chapter's
// sound. A stretch of less than a millisecond has no times of its own: its sound
// is in its neighbour's. It reports whether it was written.
func (o *overlay) par(id string, begin, end int64) bool {
	if end <= begin {
		return false
	}
	for i := range o.inside {
		s := &o.inside[i]
		if s.open {
			continue
		}
		s.open = true
		o.WriteString("<seq")
		if s.kind != "" {
			o.WriteString(` epub:type="` + s.kind + `"`)
		}
		fmt.Fprintf(o, " epub:textref=\"%s#%s\">\n", o.text, s.id)
	}
	o.pars++
	fmt.Fprintf(o, "<par id=\"p%d\"><text src=\"%s#%s\"/><audio src=\"%s\" clipBegin=\"%s\" clipEnd=\"%s\"/></par>\n",
		o.pars, o.text, id, o.sound, clock(begin), clock(end))
	return true
}

func (o *overlay) close() []byte {
	o.WriteString("</body>\n</smil>\n")
	return o.Bytes()
}

// ends are where the sound of each cue of a chapter ends, in ms of the chapter's
// sound: where the next one's begins, so that pauses are heard and nothing is
// played by leaps.
func (b *book) ends(c *chapter) []int64 {
	rate := b.edition.Timeline.Rate
	out := make([]int64, max(1, len(c.cues)))
	for i := range c.cues[min(1, len(c.cues)):] {
		out[i] = rate.Milliseconds(c.cues[i+1].Span.Start - c.span.Start)
	}
	// An overlay has one stretch at the least, and it lasts.
	out[len(out)-1] = max(1, rate.Milliseconds(c.span.Frames()))
	return out
}

// words are a cue's words as far as they stand in its text, in order.
func words(c *timeline.Cue) []timeline.Word {
	out := make([]timeline.Word, 0, len(c.Words))
	at := 0
	for _, w := range c.Words {
		if w.Lo >= at && w.Lo < w.Hi && w.Hi <= len(c.Utterance.Text) {
			out = append(out, w)
			at = w.Hi
		}
	}
	return out
}

func sentenceID(i int) string { return "s" + strconv.Itoa(i+1) }
