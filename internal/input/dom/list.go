package dom

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/input"
)

// list is a list that is open.
type list struct {
	style string // of its numbers: "1", "a", "A", "i", "I"; "" for bullets
	next  int
	step  int
}

// list adds an <ol>, <ul> or <menu>.
func (w *walker) list(n *html.Node) {
	l := list{step: 1, next: 1}
	if n.DataAtom == atom.Ol {
		l.style = numbering(n)
		_, reversed := lookup(n, "reversed")
		if reversed {
			l.step, l.next = -1, 0
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.DataAtom == atom.Li {
					l.next++
				}
			}
		}
		if start, err := strconv.Atoi(strings.TrimSpace(Attr(n, "start"))); err == nil {
			l.next = start
		}
	}
	w.lists = append(w.lists, l)
	w.block(n)
	w.lists = w.lists[:len(w.lists)-1]
}

// numbering gives the style of the numbers of an <ol>, as its type attribute
// names it.
func numbering(n *html.Node) string {
	style := Attr(n, "style")
	kind := styled(style, "list-style-type")
	if kind == "" {
		kind, _, _ = strings.Cut(styled(style, "list-style"), " ")
	}
	switch kind {
	case "none", "disc", "circle", "square":
		return ""
	case "decimal":
		return "1"
	case "lower-alpha", "lower-latin":
		return "a"
	case "upper-alpha", "upper-latin":
		return "A"
	case "lower-roman":
		return "i"
	case "upper-roman":
		return "I"
	}
	switch t := Attr(n, "type"); t {
	case "a", "A", "i", "I":
		return t
	}
	return "1"
}

// item adds an <li>, with its number in front of its first text.
func (w *walker) item(n *html.Node) {
	number := ""
	if last := len(w.lists) - 1; last >= 0 {
		l := &w.lists[last]
		if value, err := strconv.Atoi(strings.TrimSpace(Attr(n, "value"))); err == nil {
			l.next = value
		}
		number = l.number()
		l.next += l.step
	}
	w.edge()
	inner := len(w.lists)
	before := w.made
	if number != "" && hasText(n) {
		w.made = append(before[:len(before):len(before)], made{number, w.t.Offset(n)})
	}
	w.enter(n, input.Container{Kind: input.Item})
	w.made = nil
	w.lists = w.lists[:inner]
}

// number is what stands before the next item.
func (l *list) number() string {
	digits := strconv.Itoa(l.next)
	switch {
	case l.style == "":
		return ""
	case l.style == "a" || l.style == "A":
		if s := letters(l.next); s != "" {
			digits = s
		}
	case l.style == "i" || l.style == "I":
		if s := roman(l.next); s != "" {
			digits = s
		}
	}
	if l.style == "A" || l.style == "I" {
		digits = strings.ToUpper(digits)
	}
	if l.style == "1" {
		return digits + ". "
	}
	return digits + ") "
}

// letters writes n as a, b … z, aa …; "" for what has no such form.
func letters(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('a'+(n-1)%26)) + s
	}
	return s
}

// roman writes n as a Roman numeral; "" for what has no such form.
func roman(n int) string {
	if n < 1 || n > 3999 {
		return ""
	}
	s := ""
	for _, d := range []struct {
		value int
		sign  string
	}{{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}} {
		for ; n >= d.value; n -= d.value {
			s += d.sign
		}
	}
	return s
}
