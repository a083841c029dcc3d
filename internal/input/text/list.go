package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
)

// mark is the kind of sign that begins a list item.
type mark uint8

const (
	markNone mark = iota
	markBullet
	markDash   // an en dash: an item, or a speaker's turn
	markNumber // 1. 1) (1)
	markLetter // a) (a)
	markHash   // a heading in the manner of Markdown; its number is its level
)

// markOf finds the item sign at the start of a line: its kind, number (of a
// letter its place in the alphabet) and, for a bullet, the bytes before the
// text; a number is part of the text.
func markOf(s string) (m mark, num int32, skip int) {
	r, n := utf8.DecodeRuneInString(s)
	rest := s[n:]
	text := strings.TrimLeftFunc(rest, hidden)
	spaced := len(text) < len(rest)
	if text != "" {
		switch {
		case r == '#':
			level := len(s) - len(strings.TrimLeft(s, "#"))
			title := strings.TrimLeftFunc(s[level:], hidden)
			if level <= 6 && len(title) < len(s)-level && title != "" {
				return markHash, int32(level), len(s) - len(title)
			}
		case strings.ContainsRune("•◦▪▫‣⁃●○∙", r), spaced && strings.ContainsRune("-*+·", r):
			return markBullet, 0, len(s) - len(text)
		case spaced && r == '–':
			return markDash, 0, len(s) - len(text)
		}
	}
	open := r == '('
	if open {
		s = rest
	}
	i := 0
	for i < len(s) && i < 3 && s[i] >= '0' && s[i] <= '9' {
		num = num*10 + int32(s[i]-'0')
		i++
	}
	if i == 0 && s != "" && (s[0] >= 'a' && s[0] <= 'z') {
		m, num, i = markLetter, int32(s[0]-'a')+1, 1
	} else if i > 0 {
		m = markNumber
	}
	if m == markNone || i >= len(s) || s[i] != ')' && (open || m == markLetter || s[i] != '.') {
		return markNone, 0, 0
	}
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	if !unicode.IsSpace(after) || strings.TrimFunc(s[i+1:], hidden) == "" {
		return markNone, 0, 0
	}
	return m, num, 0
}

// markItems takes the marks from lines [lo, hi) that begin no item: a number or
// a dash that a line break put at the start of a line.
func (r *reader) markItems(lo, hi int, c *chunk) {
	items, last := 0, markNone
	var nums [markHash]int32 // the last one of each mark
	for i := lo; i < hi; i++ {
		l := &r.lines[i]
		if l.mark == markNone || l.mark == markHash {
			continue
		}
		var prev *line
		if i > lo {
			prev = &r.lines[i-1]
		}
		open := prev != nil && prev.rule == 0 && !prev.end.sentence() && prev.end != endColon
		runs := open && items == 0 && c.width > 0 && r.full(prev, l, c.width)
		keep := !runs
		switch l.mark {
		case markDash:
			keep = keep && (last == markDash || prev != nil && prev.end == endColon || r.dashes(i, hi) > 1)
		case markNumber, markLetter:
			// In a row of numbers the next is expected, whatever came before, also
			// below a list in an item.
			switch {
			case nums[l.mark] > 0 && l.num == nums[l.mark]+1:
				keep = true
			case items > 0 && last == l.mark:
				keep = !open
			default:
				keep = keep && (prev == nil || l.num <= 1 || prev.end == endColon)
			}
		case markBullet:
			if s := r.text[l.lo]; s == '-' || s == '*' || s == '+' {
				keep = keep || last == markBullet
			} else {
				keep = true
			}
		}
		if !keep {
			l.mark, l.body = markNone, l.lo
			continue
		}
		items++
		last, nums[l.mark] = l.mark, l.num
	}
}

// dashes counts the lines from i on that begin with a dash and do not end as a
// sentence does: short points, not a speaker's turns.
func (r *reader) dashes(i, hi int) int {
	n := 0
	for ; i < hi && n < 2 && r.lines[i].mark == markDash && !r.lines[i].end.sentence(); i++ {
		n++
	}
	return n
}

// leader says whether s is a line of a table of contents: text, four and more
// dots, a page number.
func leader(s string) bool {
	t := strings.TrimRight(s, "0123456789ivxlcIVXLC")
	page := len(s) - len(t)
	if page == 0 || page > 6 {
		return false
	}
	t = strings.TrimRight(t, " \t")
	dots := 0
	for {
		switch {
		case strings.HasSuffix(t, "."):
			dots++
			t = t[:len(t)-1]
		case strings.HasSuffix(t, "…"):
			dots += 3
			t = t[:len(t)-len("…")]
		case dots > 0 && strings.HasSuffix(t, " ."), dots > 0 && strings.HasSuffix(t, ". "):
			t = t[:len(t)-1]
		default:
			return dots >= 4
		}
	}
}

// items are the items that a line may stand in by its indent.
type items struct {
	count int
	open  []int // items, the outermost first
	at    []int // and their indents
}

// next gives the items that a unit with that indent stands in. One column more
// is how numbers of one and of two digits are set below each other.
func (in *items) next(kind document.Kind, indent int) []int {
	if kind != document.ListItem {
		in.open, in.at = nil, nil
		return nil
	}
	k := len(in.open)
	for k > 0 && (in.at[k-1] >= indent-1 || k == document.MaxItems) {
		k--
	}
	in.count++
	in.open = append(in.open[:k:k], in.count)
	in.at = append(in.at[:k:k], indent)
	return in.open
}
