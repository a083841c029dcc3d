package outputtest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"narrate/internal/output"
)

// Metadata says everything that there is to say, and some of it in a way that
// breaks careless writers. Chapters 1 and 3 have links, 1 and 2 pictures.
func Metadata(t testing.TB) output.Metadata {
	t.Helper()
	return output.Metadata{
		Narrator: "Zo\u00EB & \"Max\" <voice>", Album: "Das Ganze = \u201Ealles\u201C; #1",
		Series: "Reihe: \u05E1\u05D3\u05E8\u05D4", Part: 3, Date: "2026-11-29",
		Description: "Zeile eins.\n\nZeile zwei mit <b>Markup</b> & \"Zitat\" \U0001F600.",
		Genre:       "Audiobook", Publisher: "Verlag & S\u00F6hne", Copyright: "\u00A9 2026 Ada",
		Link:  "https://example.org/a?b=1&c=%22d%22",
		Cover: Picture(t, "image/jpeg", 1400),
		Chapters: map[int]output.ChapterMetadata{
			1: {Link: "https://example.org/one", Picture: Picture(t, "image/png", 64)},
			2: {Picture: Picture(t, "image/jpeg", 64)},
			3: {Link: "https://example.org/three?x=1&y=2"},
		},
	}
}

// Picture is a square picture of that media type with so many pixels a side.
func Picture(t testing.TB, mediaType string, side int) *output.Picture {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.SetRGBA(x, y, color.RGBA{byte(x), byte(y), byte(x / 8 * 8), 255})
		}
	}
	var data bytes.Buffer
	var err error
	if mediaType == "image/png" {
		err = png.Encode(&data, img)
	} else {
		err = jpeg.Encode(&data, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := output.ReadPicture(data.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return p
}
