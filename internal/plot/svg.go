package plot

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// svg is a canvas that writes Scalable Vector Graphics 1.1, which browsers show
// in light or dark as the reader likes it.
type svg struct{ b strings.Builder }

const families = `system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif`

// newSVG begins a picture; title and description stand for it where it is not
// seen.
func newSVG(width, height int, title, description, lang string) *svg {
	s := &svg{}
	language := ""
	if lang != "" {
		language = ` xml:lang="` + escape(lang) + `"`
	}
	fmt.Fprintf(&s.b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" xml:lang="en" style="max-width:100%%;height:auto">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&s.b, "<title%s>%s</title>\n<desc>%s</desc>\n<style>\n", language, escape(title), escape(description))
	fmt.Fprintf(&s.b, "text{font-family:%s}\n.b{font-weight:bold}\n.m{text-anchor:middle}\n.e{text-anchor:end}\n", families)
	for _, p := range palette {
		c := hex(p.light.R, p.light.G, p.light.B)
		fmt.Fprintf(&s.b, ".%s{fill:%s}.%s-l{fill:none;stroke:%s}\n", p.name, c, p.name, c)
	}
	s.b.WriteString("@media (prefers-color-scheme:dark){\n")
	for _, p := range palette {
		c := hex(p.dark.R, p.dark.G, p.dark.B)
		fmt.Fprintf(&s.b, ".%s{fill:%s}.%s-l{stroke:%s}\n", p.name, c, p.name, c)
	}
	s.b.WriteString("}\n</style>\n")
	return s
}

func (s *svg) end() string { return s.b.String() + "</svg>\n" }

func hex(r, g, b uint8) string { return fmt.Sprintf("#%02x%02x%02x", r, g, b) }

// escape is text as XML has it.
func escape(text string) string {
	var b strings.Builder
	// A Builder takes all.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

func (s *svg) rect(x, y, w, h float64, c tint, hint string) {
	fmt.Fprintf(&s.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"`, palette[c].name, number(x), number(y), number(w), number(h))
	if hint == "" {
		s.b.WriteString("/>\n")
		return
	}
	fmt.Fprintf(&s.b, "><title>%s</title></rect>\n", escape(hint))
}

func (s *svg) area(top, bottom []point, c tint) {
	fmt.Fprintf(&s.b, `<path class="%s" d="`, palette[c].name)
	pen := pen{b: &s.b}
	for _, p := range top {
		pen.to(p)
	}
	for i := len(bottom) - 1; i >= 0; i-- {
		pen.to(bottom[i])
	}
	s.b.WriteString("z\"/>\n")
}

func (s *svg) line(points []point, width float64, c tint) {
	fmt.Fprintf(&s.b, `<path class="%s-l" stroke-width="%s" stroke-linejoin="round" stroke-linecap="round" d="`, palette[c].name, number(width))
	pen := pen{b: &s.b}
	for _, p := range points {
		pen.to(p)
	}
	s.b.WriteString("\"/>\n")
}

func (s *svg) dashed(x, y, w, thick float64, c tint) {
	fmt.Fprintf(&s.b, `<path class="%s-l" stroke-width="%s" stroke-dasharray="%d %d" d="M%s %sh%s"/>`+"\n",
		palette[c].name, number(thick), dash, dash, number(x), number(y), number(w))
}

// dash is how long the dashes of a dashed line are, and the gaps.
const dash = 5

func (s *svg) text(x, y float64, text string, st style) {
	clipped := st.room > 0 && st.anchor == start
	if clipped {
		// A picture in the picture cuts off what is wider here than in our type.
		fmt.Fprintf(&s.b, `<svg x="%s" y="%s" width="%s" height="%s">`, number(x), number(y-1.2*st.size), number(st.room), number(1.6*st.size))
		x, y = 0, 1.2*st.size
	}
	class := palette[st.tint].name
	if st.bold {
		class += " b"
	}
	class += map[anchor]string{middle: " m", end: " e"}[st.anchor]
	fmt.Fprintf(&s.b, `<text class="%s" x="%s" y="%s" font-size="%s"`, class, number(x), number(y), number(st.size))
	if st.lang != "" {
		fmt.Fprintf(&s.b, ` xml:lang="%s"`, escape(st.lang))
	}
	fmt.Fprintf(&s.b, ">%s</text>", escape(text))
	if clipped {
		s.b.WriteString("</svg>")
	}
	s.b.WriteByte('\n')
}

// shown implements canvas: a browser finds a font for every letter.
func (s *svg) shown(text string, _ bool) string { return text }

// pen writes a path in tenths of a pixel, each point from the one before, as that
// is shortest.
type pen struct {
	b     *strings.Builder
	x, y  int64
	begun bool
}

func (p *pen) to(to point) {
	x, y := tenths(to.x), tenths(to.y)
	dx, dy := x-p.x, y-p.y
	switch {
	case !p.begun:
		p.b.WriteString("M" + decimal(x) + " " + decimal(y))
		p.begun = true
	case dx == 0 && dy == 0:
	case dy == 0:
		p.b.WriteString("h" + decimal(dx))
	case dx == 0:
		p.b.WriteString("v" + decimal(dy))
	default:
		p.b.WriteString("l" + decimal(dx) + " " + decimal(dy))
	}
	p.x, p.y = x, y
}

func number(v float64) string { return decimal(tenths(v)) }

func tenths(v float64) int64 { return int64(math.Round(v * 10)) }

// decimal writes tenths as a number without needless digits.
func decimal(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	switch {
	case n%10 == 0:
		return sign + strconv.FormatInt(n/10, 10)
	case n < 10:
		return sign + "." + strconv.FormatInt(n, 10)
	}
	return sign + strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}
