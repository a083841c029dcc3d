package markdown

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxAbbreviation is the length of the longest abbreviation, in bytes.
const maxAbbreviation = 100

// abbreviations are those that a text defines, as PHP Markdown Extra has it
// ("*[HTML]: Hyper Text Markup Language").
type abbreviations struct {
	long map[string]string
	// sizes are the lengths of those that begin with a word, the longest first.
	sizes map[string][]int
}

var abbreviation = regexp.MustCompile(`^\*\[([^\[\]]+)\]:[ \t]*(.*)$`)

// define takes a line that defines an abbreviation; of several for one word the
// first counts.
func (a *abbreviations) define(line string) bool {
	if !strings.HasPrefix(line, "*[") {
		return false
	}
	m := abbreviation.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	short, long := strings.TrimSpace(m[1]), strings.TrimSpace(m[2])
	first := word(short)
	if a.long[short] != "" || long == "" || first == 0 || len(short) > maxAbbreviation {
		return true
	}
	if a.long == nil {
		a.long, a.sizes = map[string]string{}, map[string][]int{}
	}
	a.long[short] = long
	if sizes := a.sizes[short[:first]]; !slices.Contains(sizes, len(short)) {
		sizes = append(sizes, len(short))
		slices.SortFunc(sizes, func(x, y int) int { return y - x })
		a.sizes[short[:first]] = sizes
	}
	return true
}

// word gives the length of the word that s begins with.
func word(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) }); i >= 0 {
		return i
	}
	return len(s)
}

// words writes bytes [lo, hi) of the body, the abbreviations in it with what
// they stand for.
func (w *writer) words(lo, hi int) {
	if len(w.abbrs.long) == 0 {
		w.escaped(lo, hi)
		return
	}
	s := string(w.src.body[lo:hi])
	before, _ := utf8.DecodeLastRune(w.src.body[:lo])
	done := 0
	for i := 0; i < len(s); {
		n := word(s[i:])
		if n == 0 {
			var size int
			before, size = utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		if !isWordRune(before) && before != '&' && before != '#' {
			for _, size := range w.abbrs.sizes[s[i:i+n]] {
				if i+size > len(s) || w.abbrs.long[s[i:i+size]] == "" {
					continue
				}
				if after, _ := utf8.DecodeRune(w.src.body[lo+i+size:]); isWordRune(after) {
					continue
				}
				w.escaped(lo+done, lo+i)
				end := w.tag("abbr", ` title="`+html.EscapeString(w.abbrs.long[s[i:i+size]])+`"`, lo+i)
				w.escaped(lo+i, lo+i+size)
				w.out.WriteString(end)
				done = i + size
				n = size
				break
			}
		}
		i += n
		before, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	w.escaped(lo+done, hi)
}
