package markdown

import (
	"sort"
	"strings"
)

// maxNesting bounds how many quotations, list items and notes may begin on one
// line: the parser takes quadratic time for them.
const maxNesting = 100

// maxIndent bounds the white space at the start of a line, and so the nesting of
// lists: the parser takes a time for them that grows by its third power.
const maxIndent = 400

// source is the text as the parser gets it: without front matter, each line
// ended by LF, with bounded nesting. It knows where each byte stands in the
// file.
type source struct {
	file string
	body []byte
	cuts []cut
	last int    // the cut that the last question was about
	deep []span // bytes of the file that were cut out as nested too deeply
}

// cut says that the bytes of the body from at on stand add bytes further on in
// the file.
type cut struct{ at, add int }

// span is bytes [lo, hi).
type span struct{ lo, hi int }

// newSource makes the source of the file's text from byte start on.
func newSource(file string, start int) *source {
	s := &source{file: file, body: make([]byte, 0, len(file)-start), cuts: []cut{{0, start}}}
	take := func(lo, hi int) {
		if add := lo - len(s.body); add != s.cuts[len(s.cuts)-1].add {
			s.cuts = append(s.cuts, cut{len(s.body), add})
		}
		s.body = append(s.body, file[lo:hi]...)
	}
	for lo := start; lo < len(file); {
		hi := len(file)
		if i := strings.IndexAny(file[lo:], "\r\n"); i >= 0 {
			hi = lo + i
		}
		if hi-lo > maxNesting {
			if from := lo + len(file[lo:hi]) - len(strings.TrimLeft(file[lo:hi], " \t")); from > lo+maxIndent {
				lo = from - maxIndent
			}
			if from, to := nesting(file[lo:hi]); from < to {
				take(lo, lo+from)
				s.deep = append(s.deep, span{lo + from, lo + to})
				lo += to
			}
		}
		take(lo, hi)
		switch {
		case hi == len(file):
			return s
		case strings.HasPrefix(file[hi:], "\r\n"):
			take(hi+1, hi+2)
			lo = hi + 2
		default:
			take(hi, hi+1)
			s.body[len(s.body)-1] = '\n'
			lo = hi + 1
		}
	}
	return s
}

// off gives the place in the file of byte at of the body.
func (s *source) off(at int) int {
	if c := s.cuts[s.last]; at < c.at || s.last+1 < len(s.cuts) && at >= s.cuts[s.last+1].at {
		s.last = max(0, sort.Search(len(s.cuts), func(i int) bool { return s.cuts[i].at > at })-1)
	}
	return at + s.cuts[s.last].add
}

// nesting gives where, of the signs of containers at the start of a line, the
// one after the last allowed begins, and where all end.
func nesting(line string) (from, to int) {
	at, n := 0, 0
	for {
		if n == maxNesting {
			from = at
		}
		size := container(line[at:])
		if size == 0 {
			break
		}
		at += size
		n++
	}
	if n <= maxNesting {
		return 0, 0
	}
	return from, at
}

// container gives the length of the sign of a quotation, a list item or a note
// that s begins with, with the white space around it, or 0.
func container(s string) int {
	const white = " \t"
	i := len(s) - len(strings.TrimLeft(s, white))
	if i == len(s) {
		return 0
	}
	after := func(end int) int {
		rest := strings.TrimLeft(s[end:], white)
		if len(rest) == len(s)-end && rest != "" {
			return 0
		}
		return len(s) - len(rest)
	}
	switch c := s[i]; {
	case c == '>':
		return len(s) - len(strings.TrimLeft(s[i+1:], white))
	case c == '-' || c == '*' || c == '+':
		return after(i + 1)
	case c >= '0' && c <= '9':
		digits := i
		for i < len(s) && i-digits < 10 && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i < len(s) && (s[i] == '.' || s[i] == ')') {
			return after(i + 1)
		}
	case strings.HasPrefix(s[i:], "[^"):
		if n := strings.IndexByte(s[i:min(len(s), i+1000)], ']'); n > 0 && strings.HasPrefix(s[i+n:], "]:") {
			return len(s) - len(strings.TrimLeft(s[i+n+2:], white))
		}
	}
	return 0
}
