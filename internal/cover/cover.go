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
	"image/draw"
	"image/jpeg"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"narrate/internal/output"
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
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, false, fmt.Errorf("cover: %w", err)
	}
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, false, fmt.Errorf("cover: %w", err)
	}
	title, author = clean(title), clean(author)
	img := image.NewRGBA(image.Rect(0, 0, Side, Side))
	hash := fnv.New32a()
	hash.Write([]byte(title + "\x00" + author))
	ground := colours[hash.Sum32()%uint32(len(colours))]
	fill(img, img.Bounds(), ground)
	fill(img, image.Rect(margin, margin, margin+width, margin+8), lighter(ground))
	bars(img, hash.Sum32(), lighter(ground))

	whole = true
	if drawn, err := has(bold, title); err != nil {
		return nil, false, err
	} else if drawn {
		if err := drawTitle(img, bold, title); err != nil {
			return nil, false, err
		}
	} else {
		whole = false
	}
	if drawn, err := has(regular, author); err != nil {
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

func fill(img *image.RGBA, at image.Rectangle, c color.RGBA) {
	draw.Draw(img, at, image.NewUniform(c), image.Point{}, draw.Src)
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
		fill(img, image.Rect(x, middle-half, x+step-gap, middle+half), c)
	}
}

// has reports whether the type has a picture for each letter.
func has(f *opentype.Font, text string) (bool, error) {
	for _, r := range text {
		i, err := f.GlyphIndex(nil, r)
		if err != nil {
			return false, fmt.Errorf("cover: %w", err)
		}
		if i == 0 {
			return false, nil
		}
	}
	return true, nil
}

func face(f *opentype.Font, size float64) (font.Face, error) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("cover: %w", err)
	}
	return face, nil
}

// drawTitle draws the title in the largest type in which it fits.
func drawTitle(img *image.RGBA, f *opentype.Font, title string) error {
	for size := titleSize; ; size *= 0.92 {
		shape, err := face(f, size)
		if err != nil {
			return err
		}
		lines, fits := wrap(shape, title)
		height := int(size * 1.2)
		if fits && len(lines)*height <= titleDepth || size < leastSize {
			most := max(1, titleDepth/height)
			if len(lines) > most {
				lines = lines[:most]
				lines[most-1] += " \u2026"
			}
			for i, line := range lines {
				write(img, shape, line, margin, titleTop+int(size)+i*height)
			}
			return shape.Close()
		}
		if err := shape.Close(); err != nil {
			return fmt.Errorf("cover: %w", err)
		}
	}
}

func drawAuthor(img *image.RGBA, f *opentype.Font, author string) error {
	shape, err := face(f, authorSize)
	if err != nil {
		return err
	}
	lines, _ := wrap(shape, author)
	if len(lines) > 2 {
		lines = lines[:2]
		lines[1] += " \u2026"
	}
	for i, line := range lines {
		write(img, shape, line, margin, authorBase-(len(lines)-1-i)*int(authorSize*1.3))
	}
	return shape.Close()
}

// wrap breaks text into lines of the width. fits is false where a word alone is
// wider.
func wrap(shape font.Face, text string) (lines []string, fits bool) {
	fits = true
	line := ""
	for _, word := range strings.Fields(text) {
		if font.MeasureString(shape, word).Ceil() > width {
			fits = false
		}
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && font.MeasureString(shape, longer).Ceil() > width {
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

func write(img *image.RGBA, shape font.Face, text string, x, y int) {
	d := font.Drawer{Dst: img, Src: image.White, Face: shape, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
