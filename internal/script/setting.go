package script

import (
	"net/url"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
)

// maxAddress bounds, in bytes, the address of a link that is kept.
const maxAddress = 2048

// FollowedAddress is the address of a link as an URL is written, if it is one
// that a reader may be led to: of the web, or for mail. Anything else could run as
// a script, or means something beside the article alone; it is "".
func FollowedAddress(address string) string {
	address = strings.TrimSpace(address)
	if len(address) > maxAddress || !utf8.ValidString(address) || strings.ContainsFunc(address, unicode.IsControl) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Hostname() == "" || u.User != nil {
			return ""
		}
	case "mailto":
		if !strings.Contains(u.Opaque, "@") {
			return ""
		}
		u.RawQuery = "" // what a mail would say and to whom it would go besides
	default:
		return ""
	}
	return u.String()
}

// settings gives how parts of a block are set, for ascending parts of its text.
type settings struct {
	spans []document.Span           // those that are still to come
	open  []Span                    // those that have begun, by bytes of the block
	until map[document.SpanKind]int // where the last one of a kind ends
}

// in gives the settings of bytes [lo, hi), by bytes of these; lo never goes down.
func (s *settings) in(lo, hi int) []Span {
	for len(s.spans) > 0 && s.spans[0].Lo < hi {
		s.begin(&s.spans[0])
		s.spans = s.spans[1:]
	}
	var out []Span
	kept := s.open[:0]
	for _, x := range s.open {
		if x.Hi <= lo {
			continue
		}
		kept = append(kept, x)
		x.Lo, x.Hi = max(x.Lo, lo)-lo, min(x.Hi, hi)-lo
		if x.Lo < x.Hi {
			out = append(out, x)
		}
	}
	s.open = kept
	return out
}

// begin takes a span, unless it is in another of its kind, which bounds how many
// lie in each other.
func (s *settings) begin(x *document.Span) {
	out := Span{Kind: x.Kind, Lo: x.Lo, Hi: x.Hi}
	switch x.Kind {
	case document.Link:
		if out.Address = FollowedAddress(x.Value); out.Address == "" {
			return
		}
	case document.Emphasis, document.Strong, document.CodeWords, document.Raised, document.Lowered:
	default:
		return
	}
	if s.until == nil {
		s.until = map[document.SpanKind]int{}
	}
	if x.Hi > s.until[x.Kind] {
		s.until[x.Kind] = x.Hi
		s.open = append(s.open, out)
	}
}

// cellsIn gives the cells of a row that bytes [lo, hi) of it hold parts of, by
// bytes of these.
func cellsIn(row *document.Block, lo, hi int) []document.Cell {
	if row.Kind != document.Table {
		return nil
	}
	var out []document.Cell
	for _, c := range row.Cells[sort.Search(len(row.Cells), func(i int) bool { return row.Cells[i].Hi > lo }):] {
		if c.Lo >= hi {
			break
		}
		c.Lo, c.Hi = max(c.Lo, lo)-lo, min(c.Hi, hi)-lo
		out = append(out, c)
	}
	return out
}
