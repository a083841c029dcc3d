package odt

import (
	"errors"
	"path"
	"strings"

	"narrate/internal/input"
)

var errNoText = errors.New("the document holds no text: it is a spreadsheet, a drawing or a presentation")

// box is a text box, to be read behind the paragraph or table that it stands in.
type box struct {
	x      *input.XMLReader
	figure bool // it holds an image and its caption
}

// flushBoxes reads the boxes that stand beside what was read last.
func (s *story) flushBoxes() {
	boxes := s.boxes
	s.boxes = nil
	if len(boxes) > 0 {
		s.prose.Stop()
	}
	for _, b := range boxes {
		kind := input.Aside
		if b.figure {
			kind = input.Figure
		}
		s.flow.Enter(input.Container{Kind: kind})
		in := s.newStory(b.x)
		in.depth, in.reason = s.depth+1, s.reason
		if in.depth > maxDepth && in.reason == "" {
			in.reason = "box in many others"
		}
		in.read()
		s.flow.Leave()
	}
}

// drawn reads a frame, a shape or a group of them (sections 10.3, 10.4); false
// if the element is none.
func (s *story) drawn(t input.XMLToken) bool {
	switch t.Name {
	case "draw:frame":
		s.frame()
	case "draw:g":
		s.content()
	case "draw:custom-shape", "draw:rect", "draw:ellipse", "draw:circle", "draw:line", "draw:polyline", "draw:polygon",
		"draw:regular-polygon", "draw:path", "draw:connector", "draw:caption", "draw:measure":
		s.boxes = append(s.boxes, box{x: s.x.Fork()})
		s.x.Skip()
	default:
		return false
	}
	if t.Name != "draw:g" && !s.prose.In() && s.table == nil {
		s.flushBoxes() // a page holds it, no paragraph
	}
	return true
}

// frame reads a frame: a text box, or an image with its texts for those who do
// not see it. Of an image in several forms the texts count once.
func (s *story) frame() {
	var titled, described []input.Piece
	image, boxes := false, len(s.boxes)
	formula, at := "", 0
	for {
		t, ok := s.x.Next()
		if !ok || t.Kind == input.XMLEnd {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "svg:title":
			titled = s.pieces()
		case "svg:desc":
			described = s.pieces()
		case "draw:text-box":
			b := box{x: s.x.Fork()}
			for depth := s.x.Depth(); s.x.Depth() >= depth; {
				t, ok := s.x.Next()
				if !ok {
					break
				}
				b.figure = b.figure || t.Kind == input.XMLStart && t.Name == "draw:image"
			}
			s.boxes = append(s.boxes, b)
		case "draw:object":
			at = t.Offset
			formula = s.object(t)
		case "draw:image", "draw:plugin", "draw:object-ole":
			image = true
			s.x.Skip()
		case "table:table":
			s.child(t)
		default:
			s.x.Skip()
		}
	}
	if formula != "" && s.why() == "" {
		s.prose.Sign(formula, at)
		return
	}
	alt := described
	if len(alt) == 0 {
		alt = titled
	}
	if image && len(alt) > 0 && len(s.boxes) == boxes {
		s.prose.Image(alt, s.why())
	}
}

// pieces reads the text of the element begun last.
func (s *story) pieces() (pieces []input.Piece) {
	blank := true
	for depth := s.x.Depth(); s.x.Depth() >= depth; {
		t, ok := s.x.Next()
		if !ok {
			break
		}
		if t.Kind == input.XMLText {
			pieces = append(pieces, input.Piece{Text: t.Text, Off: t.Offset})
			blank = blank && strings.TrimSpace(t.Text) == ""
		}
	}
	if blank {
		return nil
	}
	return pieces
}

// object gives the text of an embedded formula; "" if the object is none. It
// stands in the frame, or in a file of its own.
func (s *story) object(t input.XMLToken) string {
	href := t.Attr("xlink:href")
	x := s.x
	if href != "" && s.pack.zip != nil {
		s.x.Skip()
		name := path.Join(strings.TrimPrefix(href, "./"), "content.xml")
		if !s.pack.zip.Has(name) {
			return ""
		}
		f, err := s.pack.read(name)
		if err != nil {
			return ""
		}
		x = f.reader()
		if t, ok := x.Next(); !ok || t.Name != "math:math" {
			return ""
		}
		return formula(x)
	}
	text := ""
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind == input.XMLStart && t.Name == "math:math" {
			text = formula(x)
		}
	}
	return text
}

// maxFormula bounds the text of a formula.
const maxFormula = 10_000

// formula writes the MathML element begun last as text, with the signs that
// stand for its structure.
func formula(x *input.XMLReader) string {
	var b strings.Builder
	formulaIn(x, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

// signs stand in front of the second and the third part of a MathML element.
var signs = map[string][]string{"math:mfrac": {"/"}, "math:msup": {"^"}, "math:msubsup": {"", "^"}, "math:munderover": {"", "^"}}

func formulaIn(x *input.XMLReader, b *strings.Builder) {
	var names []string // of the elements that are open
	parts := []int{0}  // how many parts each has had
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			return
		}
		switch {
		case b.Len() > maxFormula:
		case t.Kind == input.XMLStart && (t.Name == "math:annotation" || t.Name == "math:annotation-xml"):
			x.Skip()
		case t.Kind == input.XMLStart:
			top := len(parts) - 1
			if before := parts[top] - 1; top > 0 && before >= 0 && before < len(signs[names[top-1]]) {
				b.WriteString(signs[names[top-1]][before])
			}
			parts[top]++
			names, parts = append(names, t.Name), append(parts, 0)
			if t.Name == "math:msqrt" {
				b.WriteString("√")
			}
		case t.Kind == input.XMLEnd && len(names) > 0:
			names, parts = names[:len(names)-1], parts[:len(parts)-1]
		case t.Kind == input.XMLText:
			b.WriteString(strings.TrimSpace(t.Text))
		}
	}
}
