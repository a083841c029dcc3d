package plot

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/image/font"
	"golang.org/x/text/width"

	"narrate/internal/typeset"
)

// Sizes of the type.
const (
	small   = 11.0
	normal  = 12.5
	figure  = 17.0
	heading = 22.0
)

// pens are the type of a picture, at sharp times its sizes.
type pens struct {
	fonts  [2]*typeset.Font // regular and bold
	faces  map[cut]font.Face
	widths map[cut]map[rune]float64 // of letters that were measured
}

type cut struct {
	size float64
	bold bool
}

func newPens() (*pens, error) {
	regular, err := typeset.Regular()
	if err != nil {
		return nil, err
	}
	bold, err := typeset.Bold()
	if err != nil {
		return nil, err
	}
	p := &pens{[2]*typeset.Font{regular, bold}, map[cut]font.Face{}, map[cut]map[rune]float64{}}
	for _, size := range []float64{small, normal, figure, heading} {
		for i, f := range p.fonts {
			face, err := f.Face(size * sharp)
			if err != nil {
				return nil, errors.Join(err, p.close())
			}
			c := cut{size, i == 1}
			p.faces[c], p.widths[c] = face, map[rune]float64{}
		}
	}
	return p, nil
}

func (p *pens) close() error {
	var errs []error
	for _, face := range p.faces {
		errs = append(errs, face.Close())
	}
	return errors.Join(errs...)
}

// face is the type of one of the sizes above.
func (p *pens) face(size float64, bold bool) font.Face { return p.faces[cut{size, bold}] }

// has reports whether the type has a letter.
func (p *pens) has(r rune, bold bool) bool {
	f := p.fonts[0]
	if bold {
		f = p.fonts[1]
	}
	there, err := f.Has(string(r))
	return there && err == nil
}

// width is how many pixels text takes. Letters that our type has not are
// another's, and about as wide as such are.
func (p *pens) width(text string, size float64, bold bool) float64 {
	c := cut{size, bold}
	sum := 0.0
	for _, r := range text {
		w, known := p.widths[c][r]
		if !known {
			w = p.measure(r, c)
			p.widths[c][r] = w
		}
		sum += w
	}
	return sum
}

func (p *pens) measure(r rune, c cut) float64 {
	if p.has(r, c.bold) {
		if advance, ok := p.faces[c].GlyphAdvance(r); ok {
			return float64(advance) / 64 / sharp
		}
	}
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return c.size
	}
	return 0.6 * c.size
}

// least is how many letters of a text that is shortened must be left.
const least = 3

// fit is as much of text as there is room for: whole words and an ellipsis, or,
// where those would leave a quarter of the room, a part of the next one too. It is "" where next to nothing does.
func (p *pens) fit(text string, size float64, bold bool, room float64) string {
	if room <= 0 {
		return ""
	}
	if p.width(text, size, bold) <= room {
		return text
	}
	room -= p.width(ellipsis, size, bold)
	end, word, used, words := 0, 0, 0.0, 0.0
	for signs := graphemes.FromString(text); signs.Next(); {
		sign := signs.Value()
		if sign == " " {
			word, words = end, used
		}
		if used += p.width(sign, size, bold); used > room {
			break
		}
		end += len(sign)
	}
	if words >= 0.75*room {
		end = word
	}
	if utf8.RuneCountInString(text[:end]) < least {
		return ""
	}
	return strings.TrimRight(text[:end], " ,;:.\u2013-") + ellipsis
}

const ellipsis = "\u2026"

// clock writes a time as m:ss or h:mm:ss, cut to whole seconds.
func clock(d time.Duration) string {
	s := int64(d / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// decibels writes a level with one digit and a true minus sign.
func decibels(v float64, unit string) string {
	text := strings.TrimPrefix(fmt.Sprintf("%.1f", v), "-")
	if v < 0 && text != "0.0" {
		text = "\u2212" + text
	}
	return text + " " + unit
}
