package prose

import (
	"html"

	"narrate/internal/document"
	"narrate/internal/output/plain"
	"narrate/internal/script"
)

// Word is bytes [Lo, Hi) of a text that have an element of their
// own.
type Word struct {
	Lo, Hi int
	Tag    string // the one that begins it: of a <span>
}

// Writer is what text is written to. It keeps its errors.
type Writer interface {
	WriteString(s string) (int, error)
}

// Set writes bytes [lo, hi) of a text with its emphasis, code and links, and the
// words that begin there, which are ascending. A word is one element: what begins
// or ends inside of a word lies in it, and is parted from what lies around.
func Set(w Writer, text string, spans []script.Span, lo, hi int, words []Word) {
	s := setter{w: w, text: text, spans: spans}
	at := lo
	for _, word := range words {
		from, to := min(max(word.Lo, at), hi), min(word.Hi, hi)
		s.pieces(0, at, from)
		at = max(from, to)
		s.nest(0, s.around(from, at))
		w.WriteString(word.Tag)
		outside := len(s.open)
		s.pieces(outside, from, at)
		s.nest(outside, nil)
		w.WriteString("</span>")
	}
	s.pieces(0, at, hi)
	s.nest(0, nil)
}

// setter is where Set has come to.
type setter struct {
	w     Writer
	text  string
	spans []script.Span // those that may still begin
	begun []script.Span // those that may still go on
	open  []script.Span // whose elements are open
}

// reach has begun hold the spans that touch [lo, hi); lo never goes down.
func (s *setter) reach(lo, hi int) {
	for len(s.spans) > 0 && (s.spans[0].Lo < hi || s.spans[0].Lo <= lo) {
		s.begun = append(s.begun, s.spans[0])
		s.spans = s.spans[1:]
	}
	kept := s.begun[:0]
	for _, x := range s.begun {
		if x.Hi > lo {
			kept = append(kept, x)
		}
	}
	s.begun = kept
}

// around gives the spans that hold all of [lo, hi), the outer first.
func (s *setter) around(lo, hi int) []script.Span {
	s.reach(lo, hi)
	var out []script.Span
	for _, x := range s.begun {
		if x.Lo <= lo && hi <= x.Hi {
			out = append(out, x)
		}
	}
	return out
}

// pieces writes text up to each place where a span begins or ends. The first
// elements that are open stay open.
func (s *setter) pieces(outside, lo, hi int) {
	for lo < hi {
		s.reach(lo, hi)
		end := hi
		for _, x := range s.begun {
			if x.Lo > lo {
				end = min(end, x.Lo)
			} else {
				end = min(end, x.Hi)
			}
		}
		s.nest(outside, s.around(lo, end)[outside:])
		s.w.WriteString(Escape(s.text[lo:end]))
		lo = end
	}
}

// nest closes and opens elements behind the first ones until those of the spans
// are open.
func (s *setter) nest(outside int, want []script.Span) {
	k := 0
	for k < len(want) && outside+k < len(s.open) && s.open[outside+k] == want[k] {
		k++
	}
	for i := len(s.open) - 1; i >= outside+k; i-- {
		_, end := tags(&s.open[i])
		s.w.WriteString(end)
	}
	s.open = s.open[:outside+k]
	for _, x := range want[k:] {
		start, _ := tags(&x)
		s.w.WriteString(start)
		s.open = append(s.open, x)
	}
}

// tags are those of the element for a span; "" where an address is none that a
// reader may be led to.
func tags(s *script.Span) (start, end string) {
	switch s.Kind {
	case document.Link:
		address := script.FollowedAddress(s.Address)
		if address == "" {
			return "", ""
		}
		return `<a href="` + html.EscapeString(plain.Line(address)) + `" rel="noopener noreferrer">`, "</a>"
	case document.Emphasis:
		return "<em>", "</em>"
	case document.Strong:
		return "<strong>", "</strong>"
	case document.CodeWords:
		return "<code>", "</code>"
	case document.Raised:
		return "<sup>", "</sup>"
	case document.Lowered:
		return "<sub>", "</sub>"
	}
	return "", ""
}
