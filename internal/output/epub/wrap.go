package epub

import (
	"cmp"
	"iter"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// phrasing are the elements that may stand in a <span> (HTML, section 3.2.5.2.5).
var phrasing = map[string]bool{
	"a": true, "abbr": true, "audio": true, "b": true, "bdi": true, "bdo": true, "big": true, "br": true, "button": true, "canvas": true,
	"cite": true, "code": true, "data": true, "del": true, "dfn": true, "em": true, "embed": true, "font": true, "i": true, "iframe": true,
	"img": true, "input": true, "ins": true, "kbd": true, "label": true, "map": true, "mark": true, "math": true, "meter": true,
	"object": true, "output": true, "picture": true, "progress": true, "q": true, "rb": true, "rp": true, "rt": true, "rtc": true,
	"ruby": true, "s": true, "samp": true, "script": true, "select": true, "small": true, "span": true, "strike": true, "strong": true,
	"sub": true, "sup": true, "svg": true, "template": true, "textarea": true, "time": true, "tt": true, "u": true, "var": true,
	"video": true, "wbr": true,
}

// sealed are the elements in which no <span> can stand, or whose parts belong
// together.
var sealed = map[string]bool{
	"audio": true, "button": true, "canvas": true, "iframe": true, "math": true, "object": true, "option": true, "picture": true,
	"ruby": true, "script": true, "select": true, "style": true, "svg": true, "textarea": true, "title": true, "video": true,
}

// divisible are the elements that two look like one. A <q>, which has marks
// around it, is none.
var divisible = map[string]bool{
	"a": true, "b": true, "big": true, "cite": true, "code": true, "del": true, "dfn": true, "em": true, "font": true, "i": true, "ins": true,
	"kbd": true, "mark": true, "s": true, "samp": true, "small": true, "span": true, "strike": true, "strong": true, "tt": true, "u": true,
	"var": true,
}

// maxDivided is how many elements are divided at most for one end of a sentence.
const maxDivided = 4

// claim is bytes [from, to) of a document that are the text of a sentence.
type claim struct{ from, to, owner int }

// claims are those of all sentences of a document, ascending.
type claims []claim

// others reports whether a sentence other than owner has text in [from, to).
func (c claims) others(from, to, owner int) bool {
	for i := sort.Search(len(c), func(i int) bool { return c[i].to > from }); i < len(c) && c[i].from < to; i++ {
		if c[i].owner != owner {
			return true
		}
	}
	return false
}

// all reports whether all that is seen of a text belongs to the owner.
func (c claims) all(m *markup, n, owner int) bool {
	at, end := m.nodes[n].start, m.nodes[n].end
	for i := sort.Search(len(c), func(i int) bool { return c[i].to > at }); at < end; i++ {
		next := end
		if i < len(c) {
			next = min(end, max(at, c[i].from))
		}
		if strings.TrimSpace(m.text[at:next]) != "" {
			return false
		}
		if next < end && c[i].owner != owner {
			return false
		}
		if at = end; i < len(c) && next < end {
			at = c[i].to
		}
	}
	return true
}

// place is an element that a sentence is, or is to be.
type place struct {
	owner int
	// node is the element itself, or the one inside of which a new one goes
	// around bytes [start, end).
	node       int
	wrap       bool
	start, end int
	// What is to be divided at either end, from the outside in.
	before, behind []int
}

// choose finds the element for a sentence whose text stands in bytes [from, to):
// one that holds just that and has an id; else a new <span>; else, where none
// can stand, the smallest element around it, which holds more. ok is false
// where there is no such element.
func (c claims) choose(m *markup, from, to, owner int) (p place, ok bool) {
	first, last := m.at(from), m.at(to-1)
	if m.nodes[max(first, 0)].start == from && m.nodes[max(first, 0)].end == to {
		last = first // a picture
	}
	if first < 0 {
		return p, false
	}
	if last < 0 { // inside the tag of a picture
		last = sort.Search(len(m.nodes), func(i int) bool { return m.nodes[i].start >= to }) - 1
	}
	inner := m.common(first, last)
	if inner < 0 {
		return p, false
	}
	p = place{owner: owner, node: inner}
	if found, ok := c.exact(m, inner, owner); ok {
		p.node = found
		return p, true
	}
	if m.nodes[inner].kind == element && inner == first && inner == last {
		return p, m.canBeNamed(inner) // a picture alone
	}
	inner = m.unsealed(inner)
	p.node = inner
	if c.bounds(m, &p, from, to, first, last) && m.flows(&p, m.child(inner, first)) {
		p.wrap = true
		return p, true
	}
	return c.around(m, inner, owner)
}

// word finds where a <span> can stand around the word w, one of c, of the
// sentence in that place: it may hold elements that hold nothing of another word
// or, as all tells, of another sentence.
func (c claims) word(m *markup, w claim, all claims, in *place) (p place, ok bool) {
	first, last := m.at(w.from), m.at(w.to-1)
	if first < 0 || last < 0 || m.nodes[first].kind == element || m.nodes[last].kind == element {
		return p, false
	}
	inner := m.common(first, last)
	if inner < 0 {
		return p, false
	}
	p = place{owner: w.owner, node: m.unsealed(inner)}
	ok = m.within(p.node, in.node) && c.bounds(m, &p, w.from, w.to, first, last) &&
		len(p.before)+len(p.behind) == 0 && m.flows(&p, m.child(p.node, first)) &&
		!all.others(p.start, p.end, in.owner) && (!in.wrap || in.start <= p.start && p.end <= in.end)
	return p, ok
}

// unsealed is n, or what is around all that is sealed around n.
func (m *markup) unsealed(n int) int {
	outside := n
	for ; m.nodes[n].parent >= 0; n = m.nodes[n].parent {
		if sealed[m.nodes[n].name] {
			outside = m.nodes[n].parent
		}
	}
	return outside
}

// around is the place of a sentence that no element can be put around.
func (c claims) around(m *markup, n, owner int) (place, bool) {
	for ; n >= 0; n = m.nodes[n].parent {
		if m.canBeNamed(n) {
			return place{owner: owner, node: n}, true
		}
	}
	return place{}, false
}

// exact finds an element with an id that holds the sentence and nothing else, n
// or one around it up to a block.
func (c claims) exact(m *markup, n, owner int) (int, bool) {
	for ; n >= 0; n = m.nodes[n].parent {
		e := &m.nodes[n]
		if c.others(e.start, e.end, owner) {
			return 0, false
		}
		if _, has := m.idOf(n); has && m.canBeNamed(n) && !sealedAbove(m, n) {
			for i := n; i < e.after; i++ {
				if m.nodes[i].kind != element && !c.all(m, i, owner) {
					return 0, false
				}
			}
			return n, true
		}
		if !phrasing[e.name] {
			return 0, false
		}
	}
	return 0, false
}

func sealedAbove(m *markup, n int) bool {
	for n = m.nodes[n].parent; n >= 0; n = m.nodes[n].parent {
		if sealed[m.nodes[n].name] {
			return true
		}
	}
	return false
}

// bounds finds where a <span> in p.node begins and ends that holds bytes
// [from, to), which begin in the node first and end in last.
func (c claims) bounds(m *markup, p *place, from, to, first, last int) bool {
	n := m.child(p.node, first)
	for p.start = -1; p.start < 0; {
		e := &m.nodes[n]
		switch {
		case e.kind == characters:
			p.start = from
		case !c.others(e.start, from, p.owner):
			p.start = e.start
		case e.kind == section || !divisible[e.name] || len(p.before) == maxDivided:
			return false
		default:
			p.before = append(p.before, n)
			n = m.child(n, first)
		}
	}
	n = m.child(p.node, last)
	for p.end = -1; p.end < 0; {
		e := &m.nodes[n]
		switch {
		case e.kind == characters:
			p.end = to
		case !c.others(to, e.end, p.owner):
			p.end = e.end
		case e.kind == section || !divisible[e.name] || len(p.behind) == maxDivided:
			return false
		default:
			p.behind = append(p.behind, n)
			n = m.child(n, last)
		}
	}
	if len(p.behind) > 0 { // the space before the next sentence is in one of the two
		for p.end < m.nodes[n].end && m.nodes[n].kind == characters && white(m.text[p.end]) {
			p.end++
		}
	}
	return true
}

// flows reports whether all that lies in the place may stand in a <span>, from
// the node first on, in which it begins.
func (m *markup) flows(p *place, first int) bool {
	for i := first; i < m.nodes[p.node].after; i++ {
		e := &m.nodes[i]
		switch {
		case e.start >= p.end:
			return true
		case e.end <= p.start:
			i = e.after - 1
		case e.kind == element && !phrasing[e.name]:
			return false
		case e.kind == element && sealed[e.name]:
			i = e.after - 1
		}
	}
	return true
}

// settle makes places that lie in each other or apart of places that cross:
// those that cross another become the elements around them.
func (c claims) settle(m *markup, places []place) []place {
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	out := places[:0]
	var around []place // those that are open where the next begins
	for _, p := range places {
		if !p.wrap {
			out = append(out, p)
			continue
		}
		for len(around) > 0 && around[len(around)-1].end <= p.start {
			around = around[:len(around)-1]
		}
		if k := len(around) - 1; k >= 0 && (around[k].end < p.end || !m.within(p.node, around[k].node) || divided(m, &p, &around[k])) {
			if p, ok := c.around(m, p.node, p.owner); ok {
				out = append(out, p)
			}
			continue
		}
		around = append(around, p)
		out = append(out, p)
	}
	return out
}

// divided reports whether p lies in or divides what the place around it divides.
func divided(m *markup, p, around *place) bool {
	for _, n := range slices.Concat(around.before, around.behind) {
		if m.within(p.node, n) || slices.Contains(p.before, n) || slices.Contains(p.behind, n) {
			return true
		}
	}
	return false
}

// idPattern is what an id looks like that can stand in an address as it is.
var idPattern = regexp.MustCompile(`^[\pL\pN._-]+$`)

// idOf gives the id of n, and whether it has one.
func (m *markup) idOf(n int) (string, bool) {
	for _, a := range m.nodes[n].attrs {
		if a.Name.Local == "id" {
			return a.Value, true
		}
	}
	return "", false
}

// canBeNamed reports whether an overlay can point to n, by an id that it has or
// gets.
func (m *markup) canBeNamed(n int) bool {
	if m.nodes[n].kind != element {
		return false
	}
	id, has := m.idOf(n)
	return !has || m.nodes[n].attr("", "id") == id && m.ids[id] == 1 && idPattern.MatchString(id)
}

// The order of what is put in at one place.
const (
	wordEnds = iota
	sentenceEnds
	sentenceBegins
	wordBegins
)

// put puts the <span> of a place in, with that id.
func (m *markup) put(p *place, id string) {
	name := m.like(p.node, "span")
	open, shut := m.division(p.before)
	m.add(p.start, sentenceBegins, shut+"<"+name+` id="`+id+`">`+open, m.empty(p.before)...)
	open, shut = m.division(p.behind)
	m.add(p.end, sentenceEnds, shut+"</"+name+">"+open, m.empty(p.behind)...)
}

// putWord puts the <span> of a word in, with that id.
func (m *markup) putWord(p *place, id string) {
	name := m.like(p.node, "span")
	m.add(p.start, wordBegins, "<"+name+` id="`+id+`">`)
	m.add(p.end, wordEnds, "</"+name+">")
}

// division are the tags that open and shut the elements, from the outside in, so
// that each is two. The second one has no id.
func (m *markup) division(elements []int) (open, shut string) {
	for _, n := range elements {
		open += m.again(n)
		shut = "</" + m.written(n) + ">" + shut
	}
	return open, shut
}

func (m *markup) empty(elements []int) []string {
	var out []string
	for _, n := range slices.Backward(elements) {
		out = append(out, m.again(n)+"</"+m.written(n)+">")
	}
	return out
}

// idAttribute is an id in a tag.
var idAttribute = regexp.MustCompile(`\s(?:xml:)?id\s*=\s*(?:"[^"]*"|'[^']*')`)

// again is the tag that opens n without its id.
func (m *markup) again(n int) string {
	return idAttribute.ReplaceAllString(m.text[m.nodes[n].start:m.nodes[n].open], "")
}

// names gives the elements of a document their ids.
type names struct {
	m      *markup
	prefix string
	given  map[int]string // by node
}

// ourPrefix begins all ids and folders that are ours.
const ourPrefix = "narrate"

// newNames finds a prefix that no id of the document begins with.
func newNames(m *markup) *names {
	return &names{m: m, prefix: free(maps.Keys(m.ids)) + "-", given: map[int]string{}}
}

var ours = regexp.MustCompile(`^` + ourPrefix + `[0-9]*`)

// free is a name that none of the names begins with, in any case: "narrate", or
// else "narrate2" …
func free(taken iter.Seq[string]) string {
	known := map[string]bool{}
	for name := range taken {
		known[ours.FindString(strings.ToLower(name))] = true
	}
	name := ourPrefix
	for n := 2; known[name]; n++ {
		name = ourPrefix + strconv.Itoa(n)
	}
	return name
}

// of gives the id of an element: its own, or a new one.
func (s *names) of(n int) string {
	if id, has := s.m.idOf(n); has {
		return id
	}
	id := s.given[n]
	if id == "" {
		id = s.prefix + "e" + strconv.Itoa(len(s.given)+1)
		s.given[n] = id
		s.m.addAttribute(n, "id", id)
	}
	return id
}

// apart sorts the claims and leaves those out of a sentence that claims what
// another one has claimed before it.
func (c claims) apart() claims {
	slices.SortStableFunc(c, func(a, b claim) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	refused := map[int]bool{}
	end, owner := 0, -1
	for _, x := range c {
		if x.from < end && x.owner != owner {
			refused[x.owner] = true
			continue
		}
		if x.to > end {
			end, owner = x.to, x.owner
		}
	}
	return slices.DeleteFunc(c, func(x claim) bool { return refused[x.owner] })
}

// has reports whether the owner's claim to [from, to) stands.
func (c claims) has(from, to, owner int) bool {
	i := sort.Search(len(c), func(i int) bool { return c[i].to > from })
	return i < len(c) && c[i].from < to && c[i].owner == owner
}
