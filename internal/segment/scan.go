package segment

import "strings"

// splitter walks one text. It looks back and ahead a bounded number of bytes
// from each candidate, so its time is linear in the text.
type splitter struct {
	text  string
	lang  *language
	trace func(Decision)

	lo, hi int      // the paragraph, without white space at its ends
	start  int      // first byte of the sentence that is being read
	items  []marker // the paragraph's list items that start a sentence, ascending
}

// run yields the sentences of the text until yield says no.
func (s *splitter) run(yield func(Span) bool) {
	text := s.text
	for lo := 0; lo < len(text); {
		hi, next := paragraphEnd(text, lo)
		if !s.paragraph(lo, hi, yield) {
			return
		}
		lo = next
	}
}

// paragraphEnd returns where the paragraph that starts at lo ends and where the
// search for the next one goes on. A paragraph ends at a blank line, a form
// feed or U+2029.
func paragraphEnd(text string, lo int) (hi, next int) {
	for i := lo; i < len(text); {
		k := strings.IndexByte(text[i:], '\n')
		end := len(text)
		if k >= 0 {
			end = i + k
		}
		line := text[i:end]
		if f := strings.IndexByte(line, '\f'); f >= 0 {
			return i + f, i + f + 1
		}
		if f := strings.Index(line, "\u2029"); f >= 0 {
			return i + f, i + f + len("\u2029")
		}
		if k < 0 {
			break
		}
		for j := end + 1; ; j++ {
			if j == len(text) {
				return end, j
			}
			if c := text[j]; c == '\n' {
				return end, j + 1
			} else if c != ' ' && c != '\t' && c != '\r' {
				// Not blank by its ASCII; other white space is rare enough to
				// be looked at on its own.
				if n := skipSpace(text, j, len(text)); n > j && strings.IndexByte(text[j:n], '\n') >= 0 {
					return end, n
				}
				break
			}
		}
		i = end + 1
	}
	return len(text), len(text)
}

// invisible are the characters that alone make no sentence: white space and the
// marks without width (zero width space and joiners, word joiner, byte-order mark).
const invisible = " \t\n\v\f\r\u0085\u00a0\u200b\u200c\u200d\u2060\ufeff"

// paragraph yields the sentences of text[lo:hi].
func (s *splitter) paragraph(lo, hi int, yield func(Span) bool) bool {
	text := s.text
	lo, hi = trim(text, lo, hi)
	if lo == hi || strings.Trim(text[lo:hi], invisible) == "" {
		return true
	}
	s.lo, s.hi, s.start = lo, hi, lo
	s.findItems()
	next := 0 // of s.items
	for i := lo; ; {
		for i < hi && !hot[text[i]] {
			i++
		}
		for next < len(s.items) && s.items[next].lo <= i {
			m := s.items[next]
			next++
			if end := trimSpace(text, s.start, m.lo); end > s.start && breakable(text, end) && breakable(text, m.lo) {
				s.tell(end, true, "list item")
				if !yield(Span{s.start, end}) {
					return false
				}
				s.start = m.lo
			}
			i = max(i, m.hi)
		}
		if i >= hi {
			break
		}
		r, n := runeAt(text, i)
		var c candidate
		switch {
		case isTerminal(r):
			c = s.candidate(i)
		case isPictograph(r) || (r == ')' || r == '(') && s.emoticonAt(i):
			c = s.smileAt(i)
		default:
			i += n
			continue
		}
		if c.next >= hi {
			break // what ends the paragraph needs no decision
		}
		split, rule := s.decide(&c)
		if next < len(s.items) && s.items[next].lo == c.next {
			split, rule = true, "list item"
		}
		if split && (!breakable(text, c.stop) || !breakable(text, c.next)) {
			split, rule = false, "grapheme"
		}
		s.tell(c.stop, split, rule)
		i = c.stop
		if split {
			if !yield(Span{s.start, c.stop}) {
				return false
			}
			s.start = c.next
		}
	}
	return yield(Span{s.start, hi})
}

func (s *splitter) tell(at int, split bool, rule string) {
	if s.trace != nil {
		s.trace(Decision{at, split, rule})
	}
}
