package plot

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/pcm"
)

// Programme is what is known of the sound besides what is heard of it.
type Programme struct {
	Title, Author string
	Lang          string    // of those and of the titles of chapters, BCP 47; "" for unknown
	Chapters      []Chapter // ascending
	Music         []Music
	Target        *float64 // loudness that was wanted, in LUFS; nil for none
	RMS           *float64 // or root mean square, in dBFS
	Least, Most   float64  // what passes as the one that was wanted
	Peak          float64  // true peak in dBTP that nothing should pass: the Survey's limit
}

// Wants sets the levels that are wanted.
func (p *Programme) Wants(m output.Mastering) {
	p.Target, p.RMS, p.Peak = nil, nil, UsualPeak
	p.Least, p.Most = m.Levels()
	switch m.Measure {
	case output.LUFS:
		p.Target, p.Peak = &m.Level, m.Peak
	case output.RMS:
		p.RMS, p.Peak = &m.Level, m.Peak
	}
}

// UsualPeak is what true peaks should not pass where nobody says otherwise, in
// dBTP: what all platforms ask for.
const UsualPeak = -1

// Chapter is a chapter of a Programme. One that ends before the next begins, or
// behind it, is drawn up to there.
type Chapter struct {
	Number int
	Title  string
	Start  int64 // frame
}

// Music is sound besides speech.
type Music struct {
	Name string // "intro"
	Span pcm.Span
}

// Kind is how a picture is stored.
type Kind string

// The kinds of pictures. SVG is light or dark as the reader likes it and has
// the letters of all scripts; PNG is light and has the Latin, Greek and Cyrillic
// ones.
const (
	SVG Kind = "svg"
	PNG Kind = "png"
)

// Options say how large a picture is.
type Options struct {
	Kind Kind
	// Width and Height are in pixels as they are shown; a PNG has twice as many
	// a side, for sharp screens. 0 is 1600, and as high as it takes.
	Width, Height int
}

// The least and the most that a picture may measure.
const (
	LeastWidth, MostWidth   = 320, 4000
	LeastHeight, MostHeight = 320, 2000
	UsualWidth              = 1600
)

// Check says what is wrong with the options.
func (o Options) Check() error {
	switch {
	case o.Kind != SVG && o.Kind != PNG:
		return fmt.Errorf("no kind of picture %q; there are %s, %s", o.Kind, SVG, PNG)
	case o.Width != 0 && (o.Width < LeastWidth || o.Width > MostWidth):
		return fmt.Errorf("a width of %d pixels, where %d to %d can be drawn", o.Width, LeastWidth, MostWidth)
	case o.Height != 0 && (o.Height < LeastHeight || o.Height > MostHeight):
		return fmt.Errorf("a height of %d pixels, where %d to %d can be drawn", o.Height, LeastHeight, MostHeight)
	}
	return nil
}

// Draw draws a programme. s must have seen all of its sound. The same programme
// gives the same bytes.
func Draw(w io.Writer, programme Programme, s *Survey, o Options) (err error) {
	if err := o.Check(); err != nil {
		return err
	}
	pens, err := newPens()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pens.close()) }()
	p := newPicture(&programme, s, pens, o)
	if o.Kind == SVG {
		canvas := newSVG(p.width, p.height, cleanTitle(&programme), p.describe(), programme.Lang)
		p.draw(canvas)
		_, err := io.WriteString(w, canvas.end())
		return err
	}
	canvas := newRaster(p.width, p.height, pens)
	p.draw(canvas)
	return canvas.encode(w)
}

func cleanTitle(p *Programme) string {
	if title := plain.Line(p.Title); title != "" {
		return title
	}
	return "Untitled programme"
}

// longSilence is what silences that are shown are called.
var longSilence = fmt.Sprintf("silence of %g s and more", shownSilence.Seconds())

// none stands for a level of what has none: silence.
const none = "\u2013"

// fact is a number of the programme, in its heading.
type fact struct {
	name, value string
	bad         bool
}

// facts are the numbers of the heading.
func (p *Programme) facts(s *Survey) []fact {
	m := s.meter
	facts := []fact{{name: "length", value: clock(s.format.Rate.Duration(s.frames).Round(time.Second))}}
	misses := func(v float64) bool { return v < p.Least || v > p.Most }
	if v, ok := m.Integrated(); ok {
		facts = append(facts, fact{"loudness", decibels(v, "LUFS"), p.Target != nil && misses(v)})
	} else {
		facts = append(facts, fact{name: "loudness", value: none})
	}
	if v, ok := m.Range(); ok {
		facts = append(facts, fact{name: "loudness range", value: decibels(v, "LU")})
	}
	if v := m.TruePeak(); !math.IsInf(v, 0) {
		facts = append(facts, fact{"true peak", decibels(v, "dBTP"), s.passed > 0})
	} else {
		facts = append(facts, fact{name: "true peak", value: none})
	}
	if v := m.RMS(); p.RMS != nil && !math.IsInf(v, 0) {
		facts = append(facts, fact{"RMS, wanted " + decibels(*p.RMS, "dBFS"), decibels(v, "dBFS"), misses(v)})
	}
	if n := s.passed; n > 0 {
		facts = append(facts, fact{"peaks above " + decibels(p.Peak, "dBTP"), strconv.Itoa(n), true})
	}
	if n := len(s.silences); n > 0 {
		facts = append(facts, fact{name: longSilence, value: strconv.Itoa(n)})
	}
	if n := len(p.Chapters); n > 1 {
		facts = append(facts, fact{name: "chapters", value: strconv.Itoa(n)})
	}
	return facts
}

// mostDescribed is how many chapters are told in words.
const mostDescribed = 40

// describe tells the picture in words.
func (p *picture) describe() string {
	var b strings.Builder
	b.WriteString("Waveform and loudness over time.")
	for _, f := range p.facts {
		b.WriteString(" " + strings.ToUpper(f.name[:1]) + f.name[1:] + ": " + f.value + ".")
	}
	for i := range min(len(p.bands), mostDescribed) {
		c := &p.bands[i]
		fmt.Fprintf(&b, " Chapter %d at %s: %s.", c.number, c.at, strings.TrimRight(c.title, ". "))
	}
	if more := len(p.bands) - mostDescribed; more > 0 {
		fmt.Fprintf(&b, " And %d further chapters.", more)
	}
	return b.String()
}
