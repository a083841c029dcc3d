package caption_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"narrate/internal/output/caption"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		" \r\n\t ":                   "",
		"\u00A0\u2003":               "",
		"a":                          "a",
		"a\r\n\r\nb":                 "a b",
		"  a \x00\t b\u2028c\u0085":  "a b c",
		"\uFEFFa\uFFFEb":             "ab",
		"z.\u00A0B.":                 "z.\u00A0B.",
		"a\xffb":                     "a\uFFFDb",
		"\U0001F469\u200D\U0001F680": "\U0001F469\u200D\U0001F680",
	} {
		if got := caption.Line(text); got != want {
			t.Errorf("Line(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"a\n\nb", "\uFEFF \x00", "a\xff\u2029b", "1\u00A0000 \u200Fx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := caption.Line(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not valid UTF-8", got)
		}
		if strings.ContainsFunc(got, unicode.IsControl) || strings.ContainsAny(got, "\u2028\u2029\uFEFF") {
			t.Fatalf("%q holds what ends a line", got)
		}
		if got != strings.TrimSpace(got) || strings.Contains(got, "  ") {
			t.Fatalf("%q has white space to spare", got)
		}
		if again := caption.Line(got); again != got {
			t.Fatalf("Line(%q) = %q", got, again)
		}
	})
}

func TestClock(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "00:00:00,000", 999: "00:00:00,999", 61_001: "00:01:01,001",
		3_599_999: "00:59:59,999", 359_999_999: "99:59:59,999", 360_000_000: "100:00:00,000",
	} {
		if got := caption.Clock(ms, ','); got != want {
			t.Errorf("Clock(%d) = %s, want %s", ms, got, want)
		}
	}
}

// TestClockBack reads clocks back.
func TestClockBack(t *testing.T) {
	form := regexp.MustCompile(`^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$`)
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<40).Draw(t, "ms")
		parts := form.FindStringSubmatch(caption.Clock(ms, '.'))
		if parts == nil {
			t.Fatalf("Clock(%d) = %q", ms, caption.Clock(ms, '.'))
		}
		var back int64
		for i, factor := range []int64{3_600_000, 60_000, 1000, 1} {
			var v int64
			for _, digit := range parts[i+1] {
				v = v*10 + int64(digit-'0')
			}
			back += v * factor
		}
		if back != ms {
			t.Fatalf("Clock(%d) reads as %d", ms, back)
		}
	})
}
