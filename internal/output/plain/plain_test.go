package plain

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " \t ": "", "a": "a", " a\r\n\tb ": "a b", "a\u2028b\u2029c\u0085d": "a b c d", "a\x00b\x1b[0m": "a b [0m",
		"\uFEFFa\uFFFEb": "ab", "a\xffb": "a\uFFFDb", "\u05D0 \u202Eb": "\u05D0 \u202Eb", "a\u00A0b": "a b",
	} {
		if got := Line(text); got != want {
			t.Errorf("Line(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		line string
		most int
		want string
	}{
		{"", 5, ""},
		{"abcde", 5, "abcde"},
		{"abcdef", 5, "abcd\u2026"},
		{"abc def", 5, "abc\u2026"},
		{"abcd efg", 5, "abcd\u2026"},
		{"abc d efg", 6, "abc d\u2026"},
		{"\u7B2C\u4E00\u7AE0\u5F00\u59CB", 4, "\u7B2C\u4E00\u7AE0\u2026"},
		{"ae\u0301e\u0301", 4, "ae\u0301\u2026"},
		{"a\U0001F469\u200D\U0001F680b", 4, "a\u2026"},
	} {
		if got := Shorten(c.line, c.most); got != c.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.line, c.most, got, c.want)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\x00 \u200D\u0301 b", 5)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most = 2 + most&63
		line := Line(text)
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || Line(line) != line {
			t.Fatalf("%q is no line", line)
		}
		short := Shorten(line, most)
		if n := utf8.RuneCountInString(short); n > most || !utf8.ValidString(short) {
			t.Fatalf("%q has %d code points of %d", short, n, most)
		}
	})
}
