package docx

import (
	"strconv"
	"strings"

	"narrate/internal/input"
)

// drawing reads a picture or a shape, in DrawingML (sections 20.4, 20.2) or VML
// (part 4, section 19): its alternative text, the text box in it, a horizontal
// rule.
func (s *story) drawing() {
	var alt input.XMLAttr
	boxes := len(s.boxes)
	take := func(t input.XMLToken, name string) {
		for _, a := range t.Attrs {
			if a.Name == name && alt.Name == "" && strings.TrimSpace(a.Value) != "" {
				alt = a
			}
		}
	}
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "wp:docPr":
			take(t, "descr")
		case "v:shape", "v:rect":
			take(t, "alt")
			if hr := t.Attr("o:hr"); (hr == "t" || hr == "true") && s.p != nil && s.why() == "" {
				s.prose.Rule(t.Offset)
			}
		case "adec:decorative":
			if v := t.Attr("val"); v == "1" || v == "true" {
				alt.Name = ""
			}
		case "w:txbxContent":
			s.boxes = append(s.boxes, s.x.Fork())
			s.x.Skip()
		case "mc:Fallback":
			s.x.Skip() // its choice came first
		}
	}
	if alt.Name == "" || len(s.boxes) > boxes || s.instructing() {
		return
	}
	s.prose.Image(alt.Pieces(), s.why())
}

// math reads an element of a formula (section 22.1). Formulas are read as their
// text, with the signs that stand for their structure; false if the element is
// none that is known.
func (s *story) math(t input.XMLToken) bool {
	before, behind := "", ""
	switch t.Name {
	case "m:num", "m:e", "m:lim", "m:fName", "m:sub", "m:acc", "m:bar", "m:box", "m:borderBox", "m:eqArr", "m:f", "m:func",
		"m:groupChr", "m:limLow", "m:limUpp", "m:m", "m:mr", "m:phant", "m:sPre", "m:sSub", "m:sSubSup", "m:sSup":
	case "m:den":
		before = "/"
	case "m:sup":
		before = "^"
	case "m:rad":
		before = "√"
	case "m:deg":
	case "m:d":
		before, behind = "(", ")"
	case "m:nary":
		before = "∫"
	case "m:naryPr", "m:dPr":
		s.x.Skip() // its signs were looked up when the element began
		return true
	default:
		return false
	}
	if t.Name == "m:nary" || t.Name == "m:d" {
		s.operators(&before, &behind)
	}
	if before != "" {
		s.sign(before, t.Offset)
	}
	body := s.x.Depth()
	end := t.Offset
	for s.x.Depth() >= body {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind == input.XMLStart {
			s.child(t)
		}
		end = t.Offset
	}
	if behind != "" {
		s.sign(behind, end)
	}
	return true
}

// operators looks for the signs of an operator or of brackets in its properties,
// which come first in it.
func (s *story) operators(before, behind *string) {
	x := s.x.Fork()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "m:ctrlPr":
			x.Skip()
		case "m:chr", "m:begChr":
			*before = t.Attr("m:val")
		case "m:endChr":
			*behind = t.Attr("m:val")
		case "m:e", "m:sub", "m:sup", "m:d", "m:nary":
			return
		}
	}
}

// sign adds a sign that the file does not hold.
func (s *story) sign(sign string, off int) {
	if s.why() != "" || s.instructing() {
		return
	}
	s.prose.Sign(sign, off)
}

// The Symbol font from 0x20 to 0x7e and from 0xa1 to 0xfe (Unicode's mapping
// table ADOBE/symbol.txt); a space is no character.
const (
	symbolLow  = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
	symbolHigh = "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)

// wingdings has the signs of that font which stand in running text.
var wingdings = map[uint64]rune{
	0x22: '✂', 0x28: '☎', 0x2a: '✉', 0x4a: '☺', 0x4c: '☹', 0x6c: '●', 0x6e: '■', 0x71: '❑', 0x76: '❖', 0x9f: '•',
	0xa7: '▪', 0xa8: '◻', 0xd8: '➢', 0xdf: '←', 0xe0: '→', 0xe1: '↑', 0xe2: '↓', 0xe8: '➔', 0xf0: '⇨', 0xfb: '✗', 0xfc: '✓', 0xfd: '☒', 0xfe: '☑',
}

// symbol gives the character at a place of a symbol font; 0 for a mere sign
// that has none.
func symbol(font, char string) rune {
	code, err := strconv.ParseUint(char, 16, 32)
	if err != nil || code > 0xffff || code >= 0xd800 && code < 0xe000 {
		return 0
	}
	if code < 0xf000 || code > 0xf0ff {
		if code >= 0x100 {
			return rune(code)
		}
	}
	code &= 0xff
	pick := func(table string, from uint64) rune {
		for _, r := range table {
			if from == code {
				if r == ' ' {
					return 0
				}
				return r
			}
			from++
		}
		return 0
	}
	switch f := strings.ToLower(font); {
	case f == "symbol" && code < 0xa1:
		return pick(symbolLow, 0x20)
	case f == "symbol":
		return pick(symbolHigh, 0xa1)
	case strings.HasPrefix(f, "wingdings"):
		if f == "wingdings" {
			return wingdings[code]
		}
		return 0
	case strings.HasPrefix(f, "webdings"):
		return 0
	}
	if code < 0x20 || code >= 0x7f && code < 0xa0 {
		return 0
	}
	return rune(code)
}
