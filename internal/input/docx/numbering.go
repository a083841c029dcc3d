package docx

import (
	"fmt"
	"strconv"
	"strings"

	"narrate/internal/input"
)

// levels is how many levels a list has (ECMA-376 part 1, section 17.9.6).
const levels = 9

// listLevel is one level of a list's definition.
type listLevel struct {
	start   int
	restart int    // -1: after each item of any level above; 0: never; n: of a level up to n
	format  string // "decimal", "bullet" …
	text    string // "%1.%2)"
	legal   bool   // all numbers in it are decimal
	style   string // the paragraph style that belongs to the level
}

// list is an abstract list with the numbers reached in it.
type list struct {
	levels [levels]listLevel
	link   string // the style that has the definition instead
	count  [levels]int
	begun  [levels]bool
}

// instance is a list as paragraphs refer to it: an abstract one, and what is
// different in it.
type instance struct {
	abstract string
	starts   map[int]int // numbers that levels start anew with
	levels   map[int]listLevel
	used     [levels]bool
}

type numbering struct {
	lists     map[string]*list
	instances map[string]*instance
}

// loadNumbering reads the definitions of lists. Without them list items have
// no numbers.
func (r *reader) loadNumbering() {
	r.nums = &numbering{lists: make(map[string]*list), instances: make(map[string]*instance)}
	for _, name := range r.parts("numbering") {
		f, err := r.pack.read(name)
		if err == nil {
			err = r.nums.read(f)
		}
		if err != nil {
			r.flow.Warning(err.Error())
		}
	}
	for _, l := range r.nums.lists {
		if l.link == "" {
			continue
		}
		if in := r.nums.instances[r.styles.get(l.link).num.id]; in != nil {
			if of := r.nums.lists[in.abstract]; of != nil {
				l.levels = of.levels
			}
		}
	}
}

func (n *numbering) read(f part) error {
	x := f.reader()
	for t, ok := x.Next(); ok; t, ok = x.Next() {
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:abstractNum":
			id := t.Attr("w:abstractNumId")
			n.lists[id] = readList(x)
		case "w:num":
			id := t.Attr("w:numId")
			n.instances[id] = readInstance(x)
		}
	}
	return x.Err()
}

func readList(x *input.XMLReader) *list {
	l := &list{}
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:numStyleLink":
			l.link = t.Attr("w:val")
		case "w:lvl":
			if i := level(t.Attr("w:ilvl"), levels-1); i >= 0 {
				l.levels[i] = readLevel(x)
			}
		}
	}
	return l
}

func readLevel(x *input.XMLReader) listLevel {
	l := listLevel{start: 0, restart: -1}
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		v := t.Attr("w:val")
		switch t.Name {
		case "w:start":
			l.start = number(v)
		case "w:lvlRestart":
			l.restart = level(v, levels)
		case "w:numFmt":
			l.format = v
		case "w:lvlText":
			l.text = v
		case "w:isLgl":
			l.legal = v != "0" && v != "false"
		case "w:pStyle":
			l.style = v
		case "mc:Fallback":
			x.Skip()
		}
	}
	return l
}

func readInstance(x *input.XMLReader) *instance {
	in := &instance{starts: make(map[int]int), levels: make(map[int]listLevel)}
	at := -1
	for depth := x.Depth(); x.Depth() >= depth; {
		t, ok := x.Next()
		if !ok {
			break
		}
		if t.Kind != input.XMLStart {
			continue
		}
		switch t.Name {
		case "w:abstractNumId":
			in.abstract = t.Attr("w:val")
		case "w:lvlOverride":
			at = level(t.Attr("w:ilvl"), levels-1)
		case "w:startOverride":
			if at >= 0 {
				in.starts[at] = number(t.Attr("w:val"))
			}
		case "w:lvl":
			if l := readLevel(x); at >= 0 {
				in.levels[at] = l
			}
		}
	}
	return in
}

// number reads a number of a list item, between 0 and a million.
func number(v string) int {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0
	}
	return n
}

// next counts a paragraph of a list and gives the number that stands in front
// of it, "" for a bullet, and its level from 0; item is false if there is no
// such list.
func (n *numbering) next(p numPr, style string) (text string, at int, item bool) {
	in := n.instances[p.id]
	if in == nil || n.lists[in.abstract] == nil {
		return "", 0, false
	}
	l := n.lists[in.abstract]
	at = p.level
	for i := 0; i < levels && at < 0; i++ {
		if style != "" && l.levels[i].style == style {
			at = i
		}
	}
	at = max(at, 0)
	get := func(i int) listLevel {
		if over, ok := in.levels[i]; ok {
			return over
		}
		return l.levels[i]
	}
	def := get(at)
	if start, ok := in.starts[at]; ok && !in.used[at] {
		l.count[at], l.begun[at] = start-1, true
	}
	in.used[at] = true
	if !l.begun[at] {
		l.count[at], l.begun[at] = def.start-1, true
	}
	l.count[at]++
	for i := at + 1; i < levels; i++ {
		// Which levels above make this one start anew (section 17.9.10).
		if r := get(i).restart; r < 0 || r > at {
			l.begun[i] = false
		}
	}
	if def.format == "bullet" || def.format == "none" {
		return "", at, true
	}
	var b strings.Builder
	for i := 0; i < len(def.text); i++ {
		if def.text[i] != '%' || i+1 == len(def.text) || def.text[i+1] < '1' || def.text[i+1] > '9' {
			b.WriteByte(def.text[i])
			continue
		}
		i++
		of := int(def.text[i] - '1')
		d := get(of)
		if !l.begun[of] {
			l.count[of], l.begun[of] = d.start, true
		}
		if def.legal {
			d.format = "decimal"
		}
		b.WriteString(numeral(l.count[of], d.format))
	}
	return strings.TrimSpace(b.String()), at, true
}

// numeral writes a number in a format of section 17.18.59; in those that no
// European article has, in decimal.
func numeral(n int, format string) string {
	s := ""
	switch format {
	case "none", "bullet":
		return ""
	case "upperRoman":
		s = input.Roman(n)
	case "lowerRoman":
		s = strings.ToLower(input.Roman(n))
	case "upperLetter":
		s = input.Letters(n, true)
	case "lowerLetter":
		s = strings.ToLower(input.Letters(n, true))
	case "decimalZero":
		return fmt.Sprintf("%02d", n)
	}
	if s == "" {
		s = strconv.Itoa(n)
	}
	return s
}
