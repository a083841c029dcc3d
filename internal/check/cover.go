package check

import (
	"bytes"
	"image"
	"image/color"
	_ "image/jpeg" // for DecodeConfig
	_ "image/png"
)

// coverFacts are what the header of an attached picture says.
type coverFacts struct {
	format string // "JPEG", "PNG" or "another format"
	colour string // "RGB", "RGB with alpha", "grey", "CMYK" or "indexed"
	width  int
	height int
	bytes  int
}

// readCover reads the header of a picture; the picture itself is not decoded.
func readCover(picture []byte) *coverFacts {
	c := &coverFacts{format: "another format", bytes: len(picture)}
	config, format, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return c
	}
	c.format = map[string]string{"jpeg": "JPEG", "png": "PNG"}[format]
	c.width, c.height = config.Width, config.Height
	switch config.ColorModel {
	case color.YCbCrModel, color.RGBAModel, color.RGBA64Model: // a JPEG's YCbCr is RGB, coded
		c.colour = "RGB"
	case color.NRGBAModel, color.NRGBA64Model:
		c.colour = "RGB with alpha"
	case color.GrayModel, color.Gray16Model:
		c.colour = "grey"
	case color.CMYKModel:
		c.colour = "CMYK"
	default:
		c.colour = "indexed"
	}
	return c
}
