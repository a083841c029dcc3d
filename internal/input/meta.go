package input

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

var isoDate = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T|$)`)

// ISODate gives the date that begins an ISO 8601 date and time, "" if s is none.
func ISODate(s string) string {
	s = strings.TrimSpace(s)
	if !isoDate.MatchString(s) {
		return ""
	}
	date, _, _ := strings.Cut(s, "T")
	return date
}

// LanguageTag gives s as a BCP 47 tag in its usual form ("de-DE" for "de_de"),
// "" if it is none or says that there is no language.
func LanguageTag(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	switch strings.ToLower(s) {
	case "", "zxx", "und", "mul", "x-none", "none":
		return ""
	}
	t, err := language.Parse(s)
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}
