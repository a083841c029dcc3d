package input

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestDeclaredEntities(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<!ENTITY e%d "x">`, i)
		}
		return b.String()
	}
	for _, c := range []struct {
		subset, body string
		want         Entities
		err          string
	}{
		{"", "", nil, ""},
		{`<!ATTLIST a b CDATA "5%">`, "", nil, ""},
		{`<!ENTITY lamp "Lamp of Kim">`, "&lamp;", Entities{"lamp": "Lamp of Kim"}, ""},
		{"<!ELEMENT a ANY><!-- <!ENTITY c 'd'> --><?p <!ENTITY ?>\n<!ENTITY\n nbsp\t'&#160;' >", "", Entities{"nbsp": "\u00a0"}, ""},
		{`<!ENTITY a "x"><!ENTITY a "y"><!ENTITY lt "&#38;#60;"><!ENTITY b "1 &lt; 2 &amp; &#x33;">`, "", Entities{"a": "x", "b": "1 < 2 & 3"}, ""},
		{`<!ENTITY é.b-c "é">`, "", Entities{"é.b-c": "é"}, ""},
		{`<!ENTITY a "]><b>">`, "", nil, "more than text"},
		{`<!ENTITY a "&#60;b>">`, "", nil, "more than text"},
		{`<!ENTITY a "&#38;b;">`, "", nil, "more than text"},
		{`<!ENTITY a "50 %">`, "", nil, "more than text"},
		{`<!ENTITY a "x"><!ENTITY b "&a;&a;">`, "", nil, "more than text"},
		{`<!ENTITY a "x & y">`, "", nil, "more than text"},
		{`<!ENTITY a "&#0;">`, "", Entities{"a": "\uFFFD"}, ""},
		{`<!ENTITY a SYSTEM "file:///etc/passwd">`, "", nil, "an entity of another file"},
		{`<!ENTITY a PUBLIC "x" "http://example.org/">`, "", nil, "an entity of another file"},
		{`<!ENTITY a SYSTEM "a.gif" NDATA gif>`, "", nil, "an entity of another file"},
		{`<!ENTITY % a "b">`, "", nil, "an entity of another file, a parameter entity"},
		{`<!ENTITY a "b">%a;`, "", nil, "takes in parameter entities"},
		{`<!entity a "b">`, "", nil, "cannot read"},
		{`<!ENTITY a "b`, "", nil, "cannot read"},
		{`<!ENTITY ` + strings.Repeat("a", 31) + ` "b">`, "", nil, "is longer than"},
		{`<!ENTITY a "` + strings.Repeat("b", 1001) + `">`, "", nil, "is longer than"},
		{many(1001), "", nil, "more than 1000 entities"},
		{`<!ENTITY a "` + strings.Repeat("b", 1000) + `">`, strings.Repeat("&a;", 1049), nil, "more than 1048576 bytes"},
	} {
		text := "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC \"x]\" \"y\" [" + c.subset + "]>\n<html>" + c.body + "</html>"
		got, err := declaredEntities(text)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%.80s: %v, want %q", c.subset, err, c.err)
			}
			continue
		}
		if err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%.80s: %q, %v", c.subset, got, err)
		}
	}
}

func FuzzDeclaredEntities(f *testing.F) {
	f.Add(`<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d "&#38;">]><a>&b;&d;</a>`)
	f.Add(`<!DOCTYPE a [%`)
	f.Fuzz(func(t *testing.T, text string) {
		entities, err := declaredEntities(text)
		if err != nil {
			return
		}
		for name, value := range entities {
			if got, n := entities.At("&" + name + ";"); got != value || n != len(name)+2 || len(value) > 2*maxEntity {
				t.Errorf("%q is %q and %d long, want %q", name, got, n, value)
			}
		}
	})
}
