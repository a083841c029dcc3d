// Package typeset draws type into pictures. Its fonts come with the program, so
// that the same text gives the same picture on every machine; they have the
// Latin, Greek and Cyrillic letters.
package typeset

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Font is a font without a size.
type Font struct{ font *opentype.Font }

// The fonts there are.
var (
	Regular = sync.OnceValues(func() (*Font, error) { return parse(goregular.TTF) })
	Bold    = sync.OnceValues(func() (*Font, error) { return parse(gobold.TTF) })
)

func parse(data []byte) (*Font, error) {
	f, err := opentype.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("type: %w", err)
	}
	return &Font{f}, nil
}

// Face is the font at a size in pixels. It is for one goroutine at a time, and
// must be closed.
func (f *Font) Face(size float64) (font.Face, error) {
	face, err := opentype.NewFace(f.font, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("type: %w", err)
	}
	return face, nil
}

// Has reports whether the font has a picture for each letter of text.
func (f *Font) Has(text string) (bool, error) {
	var buffer sfnt.Buffer
	for _, r := range text {
		i, err := f.font.GlyphIndex(&buffer, r)
		if err != nil {
			return false, fmt.Errorf("type: %w", err)
		}
		if i == 0 {
			return false, nil
		}
	}
	return true, nil
}

// Wrap breaks text between words into lines of so many pixels. fits is false
// where a word alone is wider.
func Wrap(face font.Face, text string, width int) (lines []string, fits bool) {
	fits = true
	line := ""
	for _, word := range strings.Fields(text) {
		if font.MeasureString(face, word).Ceil() > width {
			fits = false
		}
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && font.MeasureString(face, longer).Ceil() > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines, fits
}

// Draw draws one line of text that begins at x, with its base at y, in pixels.
func Draw(img draw.Image, face font.Face, c color.Color, text string, x, y float64) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face, Dot: fixed.Point26_6{X: places(x), Y: places(y)}}
	d.DrawString(text)
}

// places are pixels as type has them.
func places(x float64) fixed.Int26_6 { return fixed.Int26_6(x*64 + 0.5) }

// Fill fills a rectangle.
func Fill(img draw.Image, at image.Rectangle, c color.Color) {
	draw.Draw(img, at, image.NewUniform(c), image.Point{}, draw.Over)
}
