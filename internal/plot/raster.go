package plot

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/image/font"
	"golang.org/x/image/vector"

	"narrate/internal/typeset"
)

// sharp is how many pixels of a PNG are one as it is shown, a side.
const sharp = 2

// raster is a canvas of pixels, always in light.
type raster struct {
	img  *image.RGBA
	pens *pens
	fill vector.Rasterizer
}

func newRaster(width, height int, p *pens) *raster {
	return &raster{img: image.NewRGBA(image.Rect(0, 0, width*sharp, height*sharp)), pens: p}
}

func (r *raster) encode(w io.Writer) error {
	encoder := png.Encoder{CompressionLevel: png.DefaultCompression}
	return encoder.Encode(w, r.img)
}

// light is a tint as it is in pixels.
func light(c tint) color.Color { return palette[c].light }

// edge is the pixel that begins nearest to a place.
func edge(v float64) int { return int(math.Round(v * sharp)) }

func (r *raster) rect(x, y, w, h float64, c tint, _ string) {
	box := image.Rect(edge(x), edge(y), edge(x+w), edge(y+h))
	if w > 0 && box.Dx() == 0 {
		box.Max.X++
	}
	if h > 0 && box.Dy() == 0 {
		box.Max.Y++
	}
	typeset.Fill(r.img, box, light(c))
}

func (r *raster) area(top, bottom []point, c tint) {
	outline := append([]point(nil), top...)
	for i := len(bottom) - 1; i >= 0; i-- {
		outline = append(outline, bottom[i])
	}
	r.polygons([][]point{outline}, c)
}

// line draws each piece as an area of its width; those overlap, so that there
// are no gaps in the bends.
func (r *raster) line(points []point, width float64, c tint) {
	pieces := make([][]point, 0, len(points))
	for i := range points[1:] {
		a, b := points[i], points[i+1]
		dx, dy := b.x-a.x, b.y-a.y
		length := math.Hypot(dx, dy)
		if length == 0 {
			continue
		}
		dx, dy = dx/length*width/2, dy/length*width/2
		a, b = point{a.x - dx/2, a.y - dy/2}, point{b.x + dx/2, b.y + dy/2}
		pieces = append(pieces, []point{{a.x + dy, a.y - dx}, {b.x + dy, b.y - dx}, {b.x - dy, b.y + dx}, {a.x - dy, a.y + dx}})
	}
	r.polygons(pieces, c)
}

// polygons fills all of them as one.
func (r *raster) polygons(all [][]point, c tint) {
	lo, hi := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, outline := range all {
		for _, p := range outline {
			lo, hi = point{min(lo.x, p.x), min(lo.y, p.y)}, point{max(hi.x, p.x), max(hi.y, p.y)}
		}
	}
	box := image.Rect(int(math.Floor(lo.x*sharp)), int(math.Floor(lo.y*sharp)), int(math.Ceil(hi.x*sharp)), int(math.Ceil(hi.y*sharp)))
	box = box.Intersect(r.img.Bounds())
	if box.Empty() {
		return
	}
	r.fill.Reset(box.Dx(), box.Dy())
	r.fill.DrawOp = draw.Over
	for _, outline := range all {
		for i, p := range outline {
			x, y := float32(p.x*sharp-float64(box.Min.X)), float32(p.y*sharp-float64(box.Min.Y))
			if i == 0 {
				r.fill.MoveTo(x, y)
			} else {
				r.fill.LineTo(x, y)
			}
		}
		r.fill.ClosePath()
	}
	r.fill.Draw(r.img, box, image.NewUniform(light(c)), image.Point{})
}

func (r *raster) dashed(x, y, w, thick float64, c tint) {
	for at := 0.0; at < w; at += 2 * dash {
		r.rect(x+at, y-thick/2, min(dash, w-at), thick, c, "")
	}
}

func (r *raster) text(x, y float64, text string, s style) {
	face := r.pens.face(s.size, s.bold)
	width := float64(font.MeasureString(face, text)) / 64 / sharp
	switch s.anchor {
	case middle:
		x -= width / 2
	case end:
		x -= width
	}
	typeset.Draw(r.img, face, light(s.tint), text, x*sharp, y*sharp)
}

// missing stands for what our type has not.
const missing = "\u25A1"

// shown implements canvas: a box for each sign that our type has not.
func (r *raster) shown(text string, bold bool) string {
	var b strings.Builder
	for signs := graphemes.FromString(text); signs.Next(); {
		sign := signs.Value()
		if strings.ContainsFunc(sign, func(c rune) bool { return !r.pens.has(c, bold) }) {
			sign = missing
		}
		b.WriteString(sign)
	}
	return b.String()
}
