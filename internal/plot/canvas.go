package plot

import "image/color"

// canvas is what a picture is drawn on; all measures are pixels as they are
// shown.
type canvas interface {
	// rect fills a rectangle; hint says in words what it is, "" for nothing.
	rect(x, y, w, h float64, c tint, hint string)
	// area fills what lies between two lines of points, from left to right.
	area(top, bottom []point, c tint)
	// line draws a line through points, from left to right.
	line(points []point, width float64, c tint)
	// dashed draws a dashed horizontal line.
	dashed(x, y, w, thick float64, c tint)
	// text writes a line that begins, has its middle or ends at x, with its base
	// at y.
	text(x, y float64, text string, s style)
	// shown is the text as the canvas can write it.
	shown(text string, bold bool) string
}

type point struct{ x, y float64 }

// style is how text looks.
type style struct {
	size   float64
	bold   bool
	anchor anchor
	tint   tint
	lang   string  // BCP 47; "" for English
	room   float64 // pixels beyond which nothing is to be seen; 0 for no limit
}

type anchor int

const (
	start anchor = iota
	middle
	end
)

// tint names a colour, of which each is another one in light and in dark.
type tint int

const (
	ground tint = iota
	panel
	ink
	muted
	grid
	oddChapter
	evenChapter
	border // of chapters
	waveform
	body // of the waveform: its root mean square
	spread
	loud
	target
	whole // loudness
	peak
	pause
	music
	tints
)

// palette has each tint's name in a picture's style sheet, and its colour in
// light and in dark.
var palette = [tints]struct {
	name        string
	light, dark color.NRGBA
}{
	ground:      {"ground", rgb(0xffffff), rgb(0x11151b)},
	panel:       {"panel", rgb(0xf4f6f8), rgb(0x191f28)},
	ink:         {"ink", rgb(0x1a222d), rgb(0xe9eef4)},
	muted:       {"muted", rgb(0x566170), rgb(0x9dabba)},
	grid:        {"grid", rgb(0xdde2e8), rgb(0x2c3541)},
	oddChapter:  {"odd", rgb(0xd5e2f1), rgb(0x25394f)},
	evenChapter: {"even", rgb(0xe6edf5), rgb(0x1c2a3a)},
	border:      {"border", rgb(0xa9bacd), rgb(0x4a6079)},
	waveform:    {"wave", rgb(0x8db3dd), rgb(0x35608f)},
	body:        {"body", rgb(0x2f6cb0), rgb(0x79b0ec)},
	spread:      {"spread", rgb(0xb9ddd7), rgb(0x1d4843)},
	loud:        {"loud", rgb(0x0b6b60), rgb(0x3cd0bd)},
	target:      {"target", rgb(0xb25c00), rgb(0xf7b84b)},
	whole:       {"whole", rgb(0x1a222d), rgb(0xe9eef4)},
	peak:        {"peak", rgb(0xc9182b), rgb(0xff6b74)},
	pause:       {"pause", rgb(0xddd0f2), rgb(0x3d3159)},
	music:       {"music", rgb(0xf5e6b8), rgb(0x4b3f17)},
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}
