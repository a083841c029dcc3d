package markdown

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
)

// brief gives what is read of a text, a block after the other, and what is
// dropped.
func brief(doc *document.Document) string {
	var all []string
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		s := b.Text
		if b.Kind == document.Footnote {
			s = "note: " + s
		}
		for _, span := range b.Spans {
			if span.Kind == document.Abbr || span.Kind == document.Link {
				s += fmt.Sprintf(" {%s=%s}", b.Text[span.Lo:span.Hi], span.Value)
			}
		}
		all = append(all, s)
	}
	for _, d := range doc.Dropped {
		all = append(all, fmt.Sprintf("-%s (%s)", d.Text, d.Reason))
	}
	return strings.Join(all, " | ")
}

func TestDialects(t *testing.T) {
	for _, c := range [][2]string{
		{"H~2~O, Ca^2+^ und x^2^.", "H₂O, Ca²⁺ und x²."},
		{"~5 oder ~6~ und ^ab^", "~5 oder ~6~ und ^ab^"},
		{"a ==b *c*== d", "a b c d"},
		{"if a==b && c==d", "if a==b && c==d"},
		{"x $E = mc$ y", "x E = mc y"},
		{"$5 and $6, US$7-US$8, $5-$6", "$5 and $6, US$7-US$8, $5-$6"},
		{`where \$a\$ is $a$`, "where $a$ is a"},
		{`that $\alpha$, too`, `that, too | -$\alpha$ (formula)`},
		{`and $$\int_0^1 x$$ so`, `and so | -$$\int_0^1 x$$ (formula)`},
		{"$$\n\\frac{1}{2}\n= x\n$$\nthen", "then | -$$\n\\frac{1}{2}\n= x\n$$ (formula)"},
		{"a\n\n$$\na\n- b\n$$\n\nc", "a | a - b | c"},
		{"$$\nunfinished\n\nb", "$$ unfinished | b"},
		{"a^[b *c* [d](http://e.de)] f", "a f | note: b c d {d=http://e.de} | -^ (mark of a note)"},
		{"a^[b\nc] d", "a d | note: b c | -^ (mark of a note)"},
		{"So [@key2020, S. 3]. Und [see @a1; @b2]", "So. Und | -[@key2020, S. 3] (citation) | -[see @a1; @b2] (citation)"},
		{"Zeile\n[@anna], mehr", "Zeile, mehr | -[@anna] (citation)"},
		{"[@anna](http://a.de) [write to @anna]", "@anna [write to @anna] {@anna=http://a.de}"},
		{"[@anna]\n\n[@anna]: http://a.de", "@anna {@anna=http://a.de}"},
		{"Gut :smile: :+1: um 10:30:45", "Gut 😄 👍 um 10:30:45"},
		{"Gut :parrot_party:, ja", "Gut, ja | -:parrot_party: (emoji code)"},
		{"[[Wiki]] und [[Seite|Text]], [[1]](http://a.de)", "Wiki und Text, [1] {[1]=http://a.de}"},
		{"a {{< b >}} c {{ d }}, {% e %}.", "a c,. | -{{< b >}} (template code) | -{{ d }} (template code) | -{% e %} (template code)"},
		{"HTML, XHTML\n\n*[HTML]: Hyper Text", "HTML, XHTML {HTML=Hyper Text} | -*[HTML]: Hyper Text (abbreviation's definition)"},
		{"z. B. *HTML 5*\n*[z. B.]: zum Beispiel\n*[HTML 5]: A", "z. B. HTML 5 {z. B.=zum Beispiel} {HTML 5=A} | " +
			"-*[z. B.]: zum Beispiel (abbreviation's definition) | -*[HTML 5]: A (abbreviation's definition)"},
		{"import X from \"y\"\n\n<X>b</X>", "b | -import X from \"y\" (code of MDX)"},
		{"import X from \"y\"\n\nis how.", "import X from \"y\" | is how."},
		{"<www.a.org> <a.com/b> <c.txt>", "www.a.org a.com/b <c.txt> {www.a.org=http://www.a.org} {a.com/b=http://a.com/b}"},
		{"`$a$ ==b== H~2~O :smile:`", "$a$ ==b== H~2~O :smile:"},
	} {
		if got := brief(read(t, "a.md", c[0])); got != c[1] {
			t.Errorf("%q:\n got %q\nwant %q", c[0], got, c[1])
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range [][2]string{
		{"- 3. Oktober 1990\n- 1. FC Köln", "3. Oktober 1990 | 1. FC Köln"},
		{"- 1. a\n  2. b", "1. a | 2. b"},
		{"- 3. # a", "3. a"},
		{"1. 2. a", "1. 2. a"},
		{"1. a\n2. b\n\n2. Weltkrieg", "1. a | 2. b | 2. Weltkrieg"},
		{"1. a\n1. b\n1. c", "1. a | 2. b | 3. c"},
		{"3. a\n3. b", "3. a | 4. b"},
		{"1) a\n2) b", "1) a | 2) b"},
		{"> 4) a\n> 7) b", "4) a | 7) b"},
		{"- 7. Tag\n\n  mehr", "7. Tag | mehr"},
		{"- x\n  3. y", "x 3. y"},
		{"- x\n\n  3. y", "x | 3. y"},
	} {
		if got := brief(read(t, "a.md", c[0])); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
	doc := read(t, "a.md", "> - 3. Oktober")
	if pos := doc.Blocks[0].PosAt(0); pos.Col != 5 {
		t.Errorf("an ordinal stands at %s", pos)
	}
}

// TestEmoji holds that no emoji reaches beyond its name in the source.
func TestEmoji(t *testing.T) {
	for name, e := range emoji {
		if len(e) > len(name)+2 {
			t.Errorf(":%s: is longer", name)
		}
		if got := read(t, "a.md", "a :"+name+":").Blocks[0].Text; got != "a "+e {
			t.Errorf(":%s: gives %q", name, got)
		}
	}
}
