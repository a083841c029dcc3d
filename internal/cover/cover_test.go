package cover

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"

	"narrate/internal/output"
)

func TestDraw(t *testing.T) {
	for _, c := range []struct {
		title, author string
		whole         bool
	}{
		{"Das letzte Licht von Norderhagen", "Mara Lind", true},
		{"Ночной поезд", "Άννα", true},
		{"第一章", "Mara", false},
		{"", "", true},
		{strings.Repeat("Donaudampfschifffahrtsgesellschaft", 20), strings.Repeat("Ada Bob ", 100), true},
		{strings.Repeat("ein langer Titel ", 40), "A", true},
		{"a\x00b\xff\n c", "d", true},
	} {
		p, whole, err := Draw(c.title, c.author)
		if err != nil {
			t.Fatal(err)
		}
		if whole != c.whole {
			t.Errorf("%.40q by %.20q: whole is %t", c.title, c.author, whole)
		}
		again, _, err := Draw(c.title, c.author)
		if err != nil || !bytes.Equal(p.Data, again.Data) {
			t.Errorf("%.40q: another picture (%v)", c.title, err)
		}
		read, err := output.ReadPicture(p.Data)
		if err != nil || read.MediaType != p.MediaType || read.Width != Side || read.Height != Side || len(p.Data) > 400_000 {
			t.Errorf("%.40q: %v, %+v of %d bytes", c.title, err, read, len(p.Data))
		}
	}
}

// TestInside: nothing is drawn in the margins.
func TestInside(t *testing.T) {
	p, _, err := Draw(strings.Repeat("Wort ", 60), strings.Repeat("Name ", 40))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	r0, g0, b0, _ := img.At(2, 2).RGBA()
	light := 0
	for y := range Side {
		for x := range Side {
			r, g, b, _ := img.At(x, y).RGBA()
			if r > r0+0x4000 && g > g0+0x4000 && b > b0+0x4000 {
				light++
				if x < margin/2 || x > Side-margin/2 || y < margin/2 || y > Side-margin/2 {
					t.Fatalf("there is type at %d, %d", x, y)
				}
			}
		}
	}
	if light < 10000 {
		t.Errorf("only %d pixels of type", light)
	}
}
