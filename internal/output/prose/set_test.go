package prose_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/output/prose"
	"narrate/internal/script"
)

func set(u *script.Utterance, lo, hi int, words ...prose.Word) string {
	var b strings.Builder
	prose.Set(&b, u.Text, u.Spans, lo, hi, words)
	return b.String()
}

func TestSet(t *testing.T) {
	text := "An unbelievable <old> lamp."
	at := func(s string, kind document.SpanKind) script.Span {
		i := strings.Index(text, s)
		return script.Span{Kind: kind, Lo: i, Hi: i + len(s), Address: "https://example.org/?a&b"}
	}
	word := func(s string) prose.Word {
		i := strings.Index(text, s)
		return prose.Word{Lo: i, Hi: i + len(s), Tag: "<span>"}
	}
	for want, c := range map[string]struct {
		spans []script.Span
		words []prose.Word
	}{
		"An unbelievable &lt;old&gt; lamp.": {},
		"An <span>un<em>believ</em>able</span> &lt;old&gt; lamp.": {
			[]script.Span{at("believ", document.Emphasis)}, []prose.Word{word("unbelievable")},
		},
		"<strong>An <span>unbelievable</span> <code>&lt;old&gt;</code></strong> lamp.": {
			[]script.Span{at("An unbelievable <old>", document.Strong), at("<old>", document.CodeWords)}, []prose.Word{word("unbelievable")},
		},
		// A link that ends inside of a word is two.
		`An <a href="https://example.org/?a&amp;b" rel="noopener noreferrer">unbelievable &lt;</a><span><a href="https://example.org/?a&amp;b" rel="noopener noreferrer">ol</a>d</span>&gt; lamp.`: {
			[]script.Span{at("unbelievable <ol", document.Link)}, []prose.Word{word("old")},
		},
		"<sup>An</sup> unbelievable &lt;old&gt; <sub>lamp</sub>.": {
			[]script.Span{at("An", document.Raised), at("lamp", document.Lowered)}, nil,
		},
	} {
		if got := set(&script.Utterance{Text: text, Spans: c.spans}, 0, len(text), c.words...); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestHostileLinks: what could run, or leads into the reader's own files, is no
// link, and its text stays.
func TestHostileLinks(t *testing.T) {
	for address, want := range map[string]string{
		"javascript:alert(1)": "", "JaVaScRiPt:alert(1)": "", " javascript:alert(1)": "", "java\nscript:alert(1)": "", "data:text/html,<script>": "",
		"vbscript:x": "", "file:///etc/passwd": "", "../up": "", "/root": "", "page.html": "", "#here": "", "//example.org/x": "", "": "",
		"http:": "", "https:///x": "", "https://user:word@example.org/": "", "blob:https://example.org/x": "", "mailto:": "", "mailto:nobody": "",
		"https://example.org/\x00": "", "https://example.org/" + strings.Repeat("a", 3000): "", "https://exa mple.org": "",
		"https://example.org/\"onclick=\"x": "https://example.org/%22onclick=%22x",
		"HTTP://Example.org":                "http://Example.org",
		"https://example.org/a?b=c&d#e":     "https://example.org/a?b=c&d#e",
		"mailto:a@example.org":              "mailto:a@example.org",
		"mailto:a@example.org?bcc=b@c.org":  "mailto:a@example.org",
	} {
		wanted := "x"
		if want != "" {
			wanted = `<a href="` + html.EscapeString(want) + `" rel="noopener noreferrer">x</a>`
		}
		u := &script.Utterance{Text: "x", Spans: []script.Span{{Kind: document.Link, Hi: 1, Address: address}}}
		if got := set(u, 0, 1); got != wanted {
			t.Errorf("%q: %s", address, got)
		}
	}
}

var tag = regexp.MustCompile(`<(/?)([a-z]+)[^>]*>`)

// TestSetKeepsText: whatever spans and words there are, the text is the
// utterance's, elements nest, and each word is one element with its text.
func TestSetKeepsText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	kinds := []document.SpanKind{document.Link, document.Emphasis, document.Strong, document.CodeWords, document.Raised, document.Lowered}
	for range 3000 {
		text := strings.Repeat("a<\u00E9 \u65E5", 1+random.IntN(5))
		var cuts []int
		for i := range text {
			cuts = append(cuts, i)
		}
		cuts = append(cuts, len(text))
		u := &script.Utterance{Text: text}
		var nest func(lo, hi, deep int)
		nest = func(lo, hi, deep int) { // indices of cuts
			for lo < hi && deep < len(kinds) {
				from := lo + random.IntN(hi-lo)
				to := from + 1 + random.IntN(hi-from)
				u.Spans = append(u.Spans, script.Span{Kind: kinds[deep], Lo: cuts[from], Hi: cuts[to], Address: "https://example.org"})
				nest(from, to, deep+1+random.IntN(3))
				lo = to
			}
		}
		nest(0, len(cuts)-1, random.IntN(4))
		var words []prose.Word
		for at := 0; at < len(cuts)-1; at++ {
			if end := at + 1 + random.IntN(4); end < len(cuts) && random.IntN(3) > 0 {
				words = append(words, prose.Word{Lo: cuts[at], Hi: cuts[end], Tag: fmt.Sprintf(`<span id="%d">`, len(words))})
				at = end - 1
			}
		}
		got := set(u, 0, len(text), words...)
		if plain := html.UnescapeString(tag.ReplaceAllString(got, "")); plain != text {
			t.Fatalf("%s\nhas the text %q, not %q", got, plain, text)
		}
		var open []string
		for _, m := range tag.FindAllStringSubmatch(got, -1) {
			if m[1] == "" {
				for _, name := range open {
					if name == m[2] {
						t.Fatalf("%s\nhas a <%s> in another", got, name)
					}
				}
				open = append(open, m[2])
			} else if len(open) == 0 || open[len(open)-1] != m[2] {
				t.Fatalf("%s\ndoes not nest", got)
			} else {
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 || strings.Count(got, "<span") != len(words) {
			t.Fatalf("%s\nhas not %d words", got, len(words))
		}
		for _, w := range words {
			_, rest, _ := strings.Cut(got, w.Tag)
			inner, _, _ := strings.Cut(rest, "</span>")
			if plain := html.UnescapeString(tag.ReplaceAllString(inner, "")); plain != text[w.Lo:w.Hi] {
				t.Fatalf("%s\n%s is %q, want %q", got, w.Tag, plain, text[w.Lo:w.Hi])
			}
		}
	}
}
