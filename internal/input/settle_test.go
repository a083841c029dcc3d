package input

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
)

// spoken builds a document whose runs name their languages: "de:Wort fr:mot".
func spoken(paragraphs ...string) *document.Document {
	f := NewFlow("a")
	f.File("a", strings.Join(paragraphs, "\n"))
	for off, i := 0, 0; i < len(paragraphs); i++ {
		f.Begin(document.Paragraph, 0)
		at := off
		for _, run := range strings.SplitAfter(paragraphs[i], " ") {
			lang, text, ok := strings.Cut(run, ":")
			if !ok {
				lang, text = "", run
			}
			if lang != "" {
				f.Span(document.Span{Kind: document.Foreign, Value: lang})
			}
			f.Text(text, at+len(run)-len(text))
			if lang != "" {
				f.EndSpan()
			}
			at += len(run)
		}
		f.End()
		off += len(paragraphs[i]) + 1
	}
	return f.Document()
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name, given, want string
		paragraphs        []string
	}{
		{"one language", "", `de-DE | Ein Wort`, []string{"de-DE:Ein de-DE:Wort"}},
		{"more exactly given", "de-AT", `de-AT | Ein Wort`, []string{"de-DE:Ein de-DE:Wort"}},
		{"given but not true", "en", `de-DE | Ein Wort`, []string{"de-DE:Ein de-DE:Wort"}},
		{"none", "", ` | Ein Wort`, []string{"Ein Wort"}},
		{"given alone", "sv", `sv | Ett ord`, []string{"Ett ord"}},
		{"few in another", "", ` | Ein langer Satz mit bon(bon=fr)`, []string{"Ein langer Satz mit fr:bon"}},
		{"a passage", "", `de | Ein Wort ist bon(bon=fr) und | gut`, []string{"de:Ein de:Wort de:ist fr:bon de:und", "de:gut"}},
		{"a paragraph", "", `de | Ein langer Satz | [fr]Une phrase | gut`, []string{"de:Ein de:langer de:Satz", "fr:Une fr:phrase", "de:gut"}},
		{"a paragraph of the same", "", `de-DE | Ein langer Satz | Ein Satz`, []string{"de-DE:Ein de-DE:langer de-DE:Satz", "de-AT:Ein de-AT:Satz"}},
		{"signs have none", "", `de | Ein Wort 12`, []string{"de:Ein de:Wort en:12"}},
		{"a break", "", `de | Ein Wort | break * * *`, []string{"de:Ein de:Wort", "de:* de:* de:*"}},
	} {
		doc := spoken(c.paragraphs...)
		Settle(doc, c.given)
		parts := []string{doc.Lang}
		for _, b := range doc.Blocks {
			s := b.Text
			if b.Kind == document.Break {
				s = "break " + s
			}
			for _, span := range b.Spans {
				s = s[:span.Hi] + fmt.Sprintf("(%s=%s)", strings.TrimSpace(b.Text[span.Lo:span.Hi]), span.Value) + s[span.Hi:]
			}
			if b.Lang != "" {
				s = "[" + b.Lang + "]" + s
			}
			parts = append(parts, s)
		}
		if got := strings.Join(parts, " | "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSceneBreak(t *testing.T) {
	for s, want := range map[string]bool{"* * *": true, "***": true, "⁂": true, "*": true, "—": false, "–––": true, "* * * Ende": false, "": false, "1": false, "· · ·": true, "--": false} {
		if sceneBreak(s) != want {
			t.Errorf("%q", s)
		}
	}
}

func TestGroupCaptions(t *testing.T) {
	const i, c, r, p = document.Image, document.Caption, document.Table, document.Paragraph
	for _, k := range []struct {
		kinds []document.Kind
		in    []int // groups before
		want  string
	}{
		{[]document.Kind{i, c, p}, nil, "[1 1 0]"},
		{[]document.Kind{c, i}, nil, "[1 1]"},
		{[]document.Kind{c, r, r, p}, []int{0, 4, 4, 0}, "[4 4 4 0]"},
		{[]document.Kind{r, c, p, c}, []int{4, 0, 0, 0}, "[4 4 0 0]"},
		{[]document.Kind{i, c, r}, []int{0, 0, 4}, "[5 5 4]"},
		{[]document.Kind{r, r, c, i}, []int{1, 1, 2, 2}, "[1 1 2 2]"},
	} {
		doc := &document.Document{}
		for n, kind := range k.kinds {
			b := document.Block{Kind: kind}
			if k.in != nil {
				b.Group = k.in[n]
			}
			doc.Blocks = append(doc.Blocks, b)
		}
		groupCaptions(doc)
		var got []int
		for _, b := range doc.Blocks {
			got = append(got, b.Group)
		}
		if fmt.Sprint(got) != k.want {
			t.Errorf("%v: %v, want %s", k.kinds, got, k.want)
		}
	}
}

func TestNumerals(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "I", 4: "IV", 9: "IX", 14: "XIV", 1999: "MCMXCIX", 3999: "MMMCMXCIX", 4000: "", -1: ""} {
		if got := Roman(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	for n, want := range map[int][2]string{0: {"", ""}, 1: {"A", "A"}, 26: {"Z", "Z"}, 27: {"AA", "AA"}, 28: {"AB", "BB"}, 53: {"BA", "AAA"}, 676: {"YZ", strings.Repeat("Z", 26)}, 677: {"", ""}} {
		if got := [2]string{Letters(n, false), Letters(n, true)}; got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestMeta(t *testing.T) {
	for s, want := range map[string]string{"2024": "2024", "2024-05": "2024-05", " 2024-05-01T10:00:00Z": "2024-05-01", "2024-05-01": "2024-05-01", "May 2024": "", "2024-5-1": "", "": "", "2024-05-01x": ""} {
		if got := ISODate(s); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
	for s, want := range map[string]string{"de_de": "de-DE", "pt-BR": "pt-BR", "zxx": "", "x-none": "", "": "", "no language": "", "EN-us": "en-US", "zh-Hant-TW": "zh-Hant-TW"} {
		if got := LanguageTag(s); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestLangs(t *testing.T) {
	l := Langs{Western: "de", Asian: "ja-JP", Complex: "ar-SA"}
	for s, want := range map[string]string{"Wort": "de", "12 水車": "ja-JP", "كتاب": "ar-SA", "12.": "before", "Ж": "de"} {
		if got := l.Of(s, "before"); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
	if got := (Langs{Western: "de", Asian: "en-US", Complex: "en-US"}); got.Of("水", "") != "" || got.Of("ك", "") != "" {
		t.Error("a language without the script counts")
	}
	rtl := l.Over(Langs{RTL: true, Complex: "he-IL"})
	if rtl.Of("abc", "") != "he-IL" || rtl.Western != "de" {
		t.Errorf("%+v", rtl)
	}
}
