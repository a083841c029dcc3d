package epub

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// TestAnyMarkup puts sentences and their words at any places of any markup: what
// comes out is well-formed, has the text that it had, and no id twice.
func TestAnyMarkup(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tags := []string{"p", "em", "b", "a", "q", "ruby", "svg", "div", "span", "td"}
	words := 0
	for range 3000 {
		var b strings.Builder
		b.WriteString("<html><body>")
		var open []string
		for range 4 + random.IntN(30) {
			switch n := random.IntN(10); {
			case n < 4:
				b.WriteString([]string{"one. ", "Two", " three ", "&amp;", "<![CDATA[x. Y]]>", "<!-- c -->", "\u201Cfour\u201D", "<img alt=\"i\"/>"}[random.IntN(8)])
			case n < 7 || len(open) == 0:
				tag := tags[random.IntN(len(tags))]
				open = append(open, tag)
				b.WriteString("<" + tag)
				if random.IntN(3) == 0 {
					b.WriteString(` class="a" id="x` + strconv.Itoa(random.IntN(20)) + `"`)
				}
				b.WriteString(">")
			default:
				b.WriteString("</" + open[len(open)-1] + ">")
				open = open[:len(open)-1]
			}
		}
		for len(open) > 0 {
			b.WriteString("</" + open[len(open)-1] + ">")
			open = open[:len(open)-1]
		}
		b.WriteString("</body></html>")
		m, err := parseMarkup([]byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		// Each of some neighbouring texts and pictures belongs to a sentence, some
		// to one that has begun before.
		var all claims
		ends := map[int][2]int{}
		owner := 0
		claim1 := func(from, to, owner int) {
			all = append(all, claim{from, to, owner})
			if at, ok := ends[owner]; ok {
				from = at[0]
			}
			ends[owner] = [2]int{from, to}
		}
		for i, n := range m.nodes {
			switch {
			case n.kind == element && n.name != "img" || random.IntN(6) == 0:
				continue
			case random.IntN(2) == 0:
				owner = len(ends)
			case random.IntN(8) == 0 && owner > 0:
				owner = random.IntN(owner)
			}
			if half := n.start + 3; n.kind == characters && m.text[n.start] == 'o' && random.IntN(2) == 0 {
				claim1(n.start, half, owner)
				owner = len(ends)
				claim1(half, n.end, owner)
				continue
			}
			claim1(m.nodes[i].start, n.end, owner)
		}
		all = all.apart()
		var places []place
		for owner := range len(ends) {
			at := ends[owner]
			if p, ok := all.choose(m, at[0], at[1], owner); ok {
				places = append(places, p)
			}
		}
		ids := newNames(m)
		for _, p := range all.settle(m, places) {
			if p.wrap {
				m.put(&p, ids.prefix+sentenceID(p.owner))
			} else {
				ids.of(p.node)
			}
			var own claims // a word is one of its texts, or two
			for _, c := range all {
				if k := len(own) - 1; c.owner != p.owner {
					continue
				} else if k >= 0 && random.IntN(2) == 0 {
					own[k].to = c.to
				} else {
					own = append(own, claim{c.from, c.to, len(own)})
				}
			}
			for _, w := range own {
				if in, ok := own.word(m, w, all, &p); ok {
					m.putWord(&in, ids.prefix+sentenceID(p.owner)+"w"+strconv.Itoa(w.owner))
					words++
				}
			}
		}
		text := m.inner(0)
		before := len(m.ids)
		got, err := parseMarkup(m.bytes())
		if err != nil {
			t.Fatalf("%s\nbecomes\n%s\n%v", b.String(), m.bytes(), err)
		}
		if now := got.inner(0); now != text {
			t.Fatalf("%s\nbecomes\n%s", b.String(), m.bytes())
		}
		if len(got.ids) < before {
			t.Fatalf("%s\nlost an id:\n%s", b.String(), m.bytes())
		}
		for id, n := range got.ids {
			if n > max(1, m.ids[id]) {
				t.Fatalf("%s\nhas %s %d times:\n%s", b.String(), id, n, m.bytes())
			}
		}
	}
	if words < 1000 {
		t.Errorf("%d words prove nothing", words)
	}
}

func TestRelative(t *testing.T) {
	for _, c := range [][3]string{
		{"OEBPS/book.opf", "OEBPS/a b.xhtml", "a%20b.xhtml"},
		{"book.opf", "narrate/001.smil", "narrate/001.smil"},
		{"OEBPS/narrate/001.smil", "OEBPS/text/one&two#.xhtml", "../text/one&two%23.xhtml"},
		{"a/b/c.smil", "d.xhtml", "../../d.xhtml"},
		{"book.opf", "a:b.xhtml", "./a:b.xhtml"},
		{"book.opf", "\u00E9.xhtml", "%C3%A9.xhtml"},
	} {
		if got := relative(c[0], c[1]); got != c[2] {
			t.Errorf("from %s to %s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
