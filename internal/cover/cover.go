// Package cover draws a plain cover for a programme that has none: its title
// and author in type on a colour of its own. The same words give the same
// picture.
package cover

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"unicode"

	"narrate/internal/output"
	"narrate/internal/typeset"
)

// Side is how many pixels a side of the square has: the least that podcast
// directories take, which every file can carry.
const Side = 1400

const (
	margin     = Side / 10
	width      = Side - 2*margin
	titleTop   = Side * 3 / 10 // where the title begins
	titleDepth = Side * 9 / 20 // how far down it may reach
	titleSize  = 150.0         // pixels of the type, made smaller until it fits
	leastSize  = 44.0
	authorSize = 60.0
	authorBase = Side - margin
	maxLetters = 400 // of a title that is drawn
)

// colours of the ground: dark enough for white type (contrast above 7 : 1).
var colours = []color.RGBA{
	{0x1d, 0x35, 0x57, 0xff},
	{0x3d, 0x1f, 0x4d, 0xff},
	{0x0f, 0x4c, 0x3a, 0xff},
	{0x5a, 0x1f, 0x2b, 0xff},
	{0x24, 0x3b, 0x3b, 0xff},
	{0x4a, 0x32, 0x10, 0xff},
	{0x2b, 0x2d, 0x42, 0xff},
	{0x10, 0x3f, 0x5c, 0xff},
}

// Draw draws a cover. whole is false where letters of the title or the author
// had to be left out, as the type has none for their script.
func Draw(title, author string) (p *output.Picture, whole bool, err error) {
	bold, err := typeset.Bold()
	if err != nil {
		return nil, false, fmt.Errorf("cover: %w", err)
	}
	regular, err := typeset.Regular()
	if err != nil {
		return nil, false, fmt.Errorf("cover: %w", err)
	}
	title, author = clean(title), clean(author)
	img := image.NewRGBA(image.Rect(0, 0, Side, Side))
	hash := fnv.New32a()
	hash.Write([]byte(title + "\x00" + author))
	ground := colours[hash.Sum32()%uint32(len(colours))]
	typeset.Fill(img, img.Bounds(), ground)
	typeset.Fill(img, image.Rect(margin, margin, margin+width, margin+8), lighter(ground))
	bars(img, hash.Sum32(), lighter(ground))

	whole = true
	if drawn, err := bold.Has(title); err != nil {
		return nil, false, err
	} else if drawn {
		if err := drawTitle(img, bold, title); err != nil {
			return nil, false, err
		}
	} else {
		whole = false
	}
	if drawn, err := regular.Has(author); err != nil {
		return nil, false, err
	} else if drawn {
		if err := drawAuthor(img, regular, author); err != nil {
			return nil, false, err
		}
	} else {
		whole = false
	}
	var data bytes.Buffer
	if err := jpeg.Encode(&data, img, &jpeg.Options{Quality: 90}); err != nil {
		return nil, false, fmt.Errorf("cover: %w", err)
	}
	return &output.Picture{MediaType: "image/jpeg", Width: Side, Height: Side, Data: data.Bytes()}, whole, nil
}

// clean is text on one line and not without end.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if letters := []rune(s); len(letters) > maxLetters {
		s = string(letters[:maxLetters-1]) + "\u2026"
	}
	return s
}

func lighter(c color.RGBA) color.RGBA {
	up := func(v uint8) uint8 { return v + (255-v)/3 }
	return color.RGBA{up(c.R), up(c.G), up(c.B), 255}
}

// bars draws a row of bars like a sound's picture, between the line at the top
// and the title.
func bars(img *image.RGBA, seed uint32, c color.RGBA) {
	const count, gap = 40, 10
	step, middle := width/count, (margin+8+titleTop)/2
	for i := range count {
		seed = seed*1664525 + 1013904223
		half := 6 + int(seed>>24)*70/255
		x := margin + i*step
		typeset.Fill(img, image.Rect(x, middle-half, x+step-gap, middle+half), c)
	}
}

// drawTitle draws the title in the largest type in which it fits.
func drawTitle(img *image.RGBA, f *typeset.Font, title string) error {
	for size := titleSize; ; size *= 0.92 {
		shape, err := f.Face(size)
		if err != nil {
			return err
		}
		lines, fits := typeset.Wrap(shape, title, width)
		height := int(size * 1.2)
		if fits && len(lines)*height <= titleDepth || size < leastSize {
			most := max(1, titleDepth/height)
			if len(lines) > most {
				lines = lines[:most]
				lines[most-1] += " \u2026"
			}
			for i, line := range lines {
				typeset.Draw(img, shape, color.White, line, margin, float64(titleTop+int(size)+i*height))
			}
			return shape.Close()
		}
		if err := shape.Close(); err != nil {
			return fmt.Errorf("cover: %w", err)
		}
	}
}

func drawAuthor(img *image.RGBA, f *typeset.Font, author string) error {
	shape, err := f.Face(authorSize)
	if err != nil {
		return err
	}
	lines, _ := typeset.Wrap(shape, author, width)
	if len(lines) > 2 {
		lines = lines[:2]
		lines[1] += " \u2026"
	}
	for i, line := range lines {
		typeset.Draw(img, shape, color.White, line, margin, float64(authorBase-(len(lines)-1-i)*int(authorSize*1.3)))
	}
	return shape.Close()
}
