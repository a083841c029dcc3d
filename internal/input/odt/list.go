package odt

import (
	"strconv"
	"strings"

	"narrate/internal/input"
)

// levels is how many levels a list has.
const levels = 10

// listLevel is one level of a list style (sections 16.33, 16.34).
type listLevel struct {
	numbered       bool
	format         string // "1", "a", "A", "i", "I"; "" for no number
	twice          bool   // letters go on AA, BB
	prefix, suffix string
	whole          string // LibreOffice's own form of the three: "%1%.%2%)"
	shown          int    // how many levels the number shows
	start          int
}

type listStyle [levels]listLevel

func readListStyle(x *input.XMLReader) *listStyle {
	l := &listStyle{}
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart || t.Name != "text:list-level-style-number" && t.Name != "text:outline-level-style" {
			continue
		}
		at, err := strconv.Atoi(t.Attr("text:level"))
		if err != nil || at < 1 || at > levels {
			continue
		}
		l[at-1] = listLevel{
			numbered: true,
			format:   t.Attr("style:num-format"),
			twice:    t.Attr("style:num-letter-sync") == "true",
			prefix:   t.Attr("style:num-prefix"),
			suffix:   t.Attr("style:num-suffix"),
			whole:    t.Attr("loext:num-list-format"),
			shown:    number(t.Attr("text:display-levels"), 1, levels),
			start:    number(t.Attr("text:start-value"), 1, 1_000_000),
		}
	}
	return l
}

// number reads a number from 1 to most; standard if it is none.
func number(v string, standard, most int) int {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		return standard
	}
	return n
}

// counts are the numbers reached in a list.
type counts struct {
	of    [levels]int
	begun [levels]bool
}

// next counts an item of a level from 0 and gives its number, "" for a bullet.
// start, if not 0, is the number that it shall have.
func (l *listStyle) next(c *counts, level, start int) string {
	switch {
	case start > 0:
		c.of[level] = start
	case c.begun[level]:
		c.of[level]++
	default:
		c.of[level] = l[level].start
	}
	c.begun[level] = true
	for i := level + 1; i < levels; i++ {
		c.begun[i] = false
	}
	return l.text(c, level)
}

// text writes the number that a level has reached.
func (l *listStyle) text(c *counts, level int) string {
	def := l[level]
	if !def.numbered || def.format == "" && def.whole == "" {
		return ""
	}
	one := func(i int) string {
		if !c.begun[i] {
			c.of[i], c.begun[i] = max(l[i].start, 1), true
		}
		return numeral(c.of[i], l[i].format, l[i].twice)
	}
	if def.whole != "" {
		s := def.whole
		for i := range level + 1 {
			if sign := "%" + strconv.Itoa(i+1) + "%"; strings.Contains(s, sign) {
				s = strings.ReplaceAll(s, sign, one(i))
			}
		}
		return strings.TrimSpace(s)
	}
	var parts []string
	for i := max(0, level+1-def.shown); i <= level; i++ {
		if s := one(i); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.TrimSpace(def.prefix + strings.Join(parts, ".") + def.suffix)
}

// numeral writes a number in a format of section 19.500.
func numeral(n int, format string, twice bool) string {
	s := ""
	switch format {
	case "":
		return ""
	case "I":
		s = input.Roman(n)
	case "i":
		s = strings.ToLower(input.Roman(n))
	case "A":
		s = input.Letters(n, twice)
	case "a":
		s = strings.ToLower(input.Letters(n, twice))
	}
	if s == "" {
		s = strconv.Itoa(n)
	}
	return s
}
