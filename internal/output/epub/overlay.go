package epub

import (
	"bytes"
	"fmt"
	"strconv"

	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// overlay writes the overlay of a content document: which sound belongs to which
// element of the text (EPUB 3.3, section 9.2).
type overlay struct {
	bytes.Buffer
	text, sound string // the files, from the overlay's folder
	pars        int
	lasts       int64 // ms
	inside      []seq // around what comes next
}

// seq is a part of the text that a listener may skip or leave.
type seq struct {
	id, kind string // kind is its epub:type; "" for none
	open     bool   // written: a seq must not be empty
}

// newOverlay begins the overlay of a text; body are the attributes of its <body>.
func newOverlay(text, sound, body string) *overlay {
	o := &overlay{text: text, sound: sound}
	o.WriteString(xmlHead + `<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">` + "\n<body" + body + ">\n")
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

// enter leaves what is not around the next element, and begins what is.
func (o *overlay) enter(around []seq) {
	k := 0
	for k < len(o.inside) && k < len(around) && o.inside[k].id == around[k].id {
		k++
	}
	for len(o.inside) > k {
		o.end()
	}
	for _, s := range around[k:] {
		o.begin(s.id, s.kind)
	}
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
	o.lasts += end - begin
	fmt.Fprintf(o, "<par id=\"p%d\"><text src=\"%s#%s\"/><audio src=\"%s\" clipBegin=\"%s\" clipEnd=\"%s\"/></par>\n",
		o.pars, o.text, id, o.sound, clock(begin), clock(end))
	return true
}

func (o *overlay) close() []byte {
	o.enter(nil)
	o.WriteString("</body>\n</smil>\n")
	return o.Bytes()
}

// ends are where the sound of each cue of a chapter ends, in ms of the chapter's
// sound: where the next one's begins, so that pauses are heard and nothing is
// played by leaps.
func ends(rate pcm.Hz, chapter pcm.Span, cues []timeline.Cue) []int64 {
	out := make([]int64, max(1, len(cues)))
	for i := range cues[min(1, len(cues)):] {
		out[i] = rate.Milliseconds(cues[i+1].Span.Start - chapter.Start)
	}
	// An overlay has one stretch at the least, and it lasts.
	out[len(out)-1] = max(1, rate.Milliseconds(chapter.Frames()))
	return out
}

// endsOfWords are the same for some words of a sentence that is heard until end.
func endsOfWords(rate pcm.Hz, chapter pcm.Span, words []timeline.Word, begin, end int64) []int64 {
	out := make([]int64, len(words))
	for i := range words {
		out[i] = end
		if i+1 < len(words) {
			out[i] = rate.Milliseconds(words[i+1].Span.Start - chapter.Start)
		}
		out[i] = min(max(out[i], begin), end)
		begin = out[i]
	}
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
