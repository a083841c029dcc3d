package epub

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/output/prose"
	"narrate/internal/script"
)

// piece is bytes [lo, hi) of an utterance's text and where they stand in a
// document: bytes [from, to).
type piece struct {
	lo, hi   int
	from, to int
	// whole says that they are one thing there: a character reference, or a
	// picture that is told by its description.
	whole bool
}

// find gives where the text of an utterance stands in the document, ascending.
// What the document does not hold, such as the number of a list's item, is in
// none of the pieces. An utterance that is not from there, such as an
// announcement, has none, though a few of its letters may stand where it points.
func (m *markup) find(u *script.Utterance) []piece {
	var out []piece
	lo, off := 0, u.Pos.Offset
	for _, j := range u.Jumps {
		out = m.match(out, u.Text, lo, j.Text, off)
		lo, off = j.Text, j.Offset
	}
	out = m.match(out, u.Text, lo, len(u.Text), off)
	found := 0
	for _, p := range out {
		found += sounds(u.Text[p.lo:p.hi])
	}
	text := u.Text
	if u.Kind == document.ListItem {
		text = text[len(prose.Number(text)):]
	}
	if found*2 < sounds(text) {
		return nil
	}
	return out
}

// sounds counts what is said of a text.
func sounds(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			n++
		}
	}
	return n
}

// match adds the pieces of bytes [lo, hi) of a text that begin at byte off: as
// they are, as references, or as a picture in whose tag they stand.
func (m *markup) match(out []piece, text string, lo, hi int, off int64) []piece {
	last := 0
	if len(out) > 0 {
		last = out[len(out)-1].to
	}
	if lo < 0 || hi > len(text) || off < int64(last) || off >= int64(len(m.text)) {
		return out
	}
	at := int(off)
	n := m.at(at)
	if n < 0 {
		return out
	}
	e := &m.nodes[n]
	if e.kind == element {
		empty := !slices.ContainsFunc(m.nodes[n:e.after], func(inner node) bool {
			return inner.kind != element && strings.TrimSpace(m.text[inner.start:inner.end]) != ""
		})
		if empty && lo < hi {
			out = append(out, piece{lo, hi, at, e.end, true})
		}
		return out
	}
	from, start := lo, at
	for lo < hi && at < e.end {
		if e.kind == characters && m.text[at] == '&' {
			end := strings.IndexByte(m.text[at:e.end], ';') + 1
			meant := html.UnescapeString(m.text[at : at+end])
			if end == 0 || !strings.HasPrefix(text[lo:hi], meant) {
				break
			}
			if from < lo {
				out = append(out, piece{from, lo, start, at, false})
			}
			out = append(out, piece{lo, lo + len(meant), at, at + end, true})
			lo, at = lo+len(meant), at+end
			from, start = lo, at
			continue
		}
		if text[lo] != m.text[at] && !(white(text[lo]) && white(m.text[at])) {
			break
		}
		lo++
		at++
	}
	for lo > from && lo < hi && !utf8.RuneStart(text[lo]) { // two characters may begin alike
		lo, at = lo-1, at-1
	}
	if strings.TrimSpace(text[from:lo]) == "" {
		return out
	}
	return append(out, piece{from, lo, start, at, false}.trimmed(text))
}

// trimmed is a piece without the white space at its end.
func (p piece) trimmed(text string) piece {
	more := len(text[p.lo:p.hi]) - len(strings.TrimRightFunc(text[p.lo:p.hi], unicode.IsSpace))
	p.hi, p.to = p.hi-more, p.to-more
	return p
}

func white(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// extent is where bytes [lo, hi) of a text stand that the pieces are of.
func extent(pieces []piece, lo, hi int) (from, to int, ok bool) {
	for _, r := range pieces {
		if r.hi <= lo || hi <= r.lo {
			continue
		}
		start, end := r.from, r.to
		if !r.whole {
			start, end = r.from+max(lo, r.lo)-r.lo, r.from+min(hi, r.hi)-r.lo
		}
		if !ok {
			from = start
		}
		to, ok = end, true
	}
	return from, to, ok
}
