package clipset

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/output/outputtest"
)

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"":                                   "untitled",
		" -- ... / \\ ":                      "untitled",
		"\U0001F600\uFE0F":                   "untitled",
		"Vorwort":                            "vorwort",
		"Über die Brücke, nach Süden!":       "über-die-brücke-nach-süden",
		"Don't / won’t":                      "dont-wont",
		"3. Kapitel: 10² Wege":               "3-kapitel-102-wege",
		"../../etc/passwd":                   "etc-passwd",
		"-rf .hidden. ":                      "rf-hidden",
		"CON":                                "con-file",
		"nul.":                               "nul-file",
		"COM¹":                               "com1-file",
		"COM10":                              "com10",
		"a\x00b\nc\u2028d":                   "a-b-c-d",
		"第一章：开始":                             "第一章-开始",
		"Фраза №5":                           "фраза-no5",
		"\u202Eevil\u202C \u200Fשלום":        "evil-שלום",
		"हिन्दी":                             "हिन्दी",
		"\u0301\u0301abc":                    "abc",
		"\u3164\u115F":                       "untitled",
		"ﬁne ＡＢＣ":                            "fine-abc",
		strings.Repeat("wort ", 30):          strings.Repeat("wort-", 11) + "wort",
		strings.Repeat("x", 100):             strings.Repeat("x", 60),
		strings.Repeat("ж", 40):              strings.Repeat("ж", 30),
		"a" + strings.Repeat("ж", 40):        "a" + strings.Repeat("ж", 29),
		"a " + strings.Repeat("y", 100):      "a-" + strings.Repeat("y", 58),
		strings.Repeat("z", 59) + " " + "zz": strings.Repeat("z", 59),
	} {
		if got := Slug(title); got != want {
			t.Errorf("Slug(%q) = %q, want %q", title, got, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, s := range append(outputtest.Titles, "İstanbul", "ẞ\u0345", "aux", "\u1160a", "e\u0301\u0327") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		got := Slug(title)
		if got == "" || len(got) > maxSlug+len("-file") || !utf8.ValidString(got) {
			t.Fatalf("Slug(%q) = %q", title, got)
		}
		for _, r := range got {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				t.Fatalf("Slug(%q) = %q holds %U", title, got, r)
			}
			if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|.`, r) {
				t.Fatalf("Slug(%q) = %q holds %U", title, got, r)
			}
		}
		if got[0] == '-' || strings.HasSuffix(got, "-") || strings.Contains(got, "--") {
			t.Fatalf("Slug(%q) = %q has dashes to spare", title, got)
		}
		if reserved(got) || !norm.NFKC.IsNormalString(got) {
			t.Fatalf("Slug(%q) = %q", title, got)
		}
		if again := Slug(got); again != got {
			t.Fatalf("Slug(%q) = %q, but of that %q", title, got, again)
		}
	})
}
