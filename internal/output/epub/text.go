package epub

import (
	"html"
	"net/url"

	bcp47 "golang.org/x/text/language"

	"narrate/internal/output/plain"
)

// escape is text as XML has it, between tags and in quoted attributes.
func escape(s string) string { return html.EscapeString(s) }

// line is a title or a name, ready for XML.
func line(s string) string { return escape(plain.Line(s)) }

// language is a well-formed language tag; "" for what is none, which readers
// refuse.
func language(tag string) string {
	t, err := bcp47.Parse(tag)
	if err != nil || t == bcp47.Und {
		return ""
	}
	return t.String()
}

// leftward are the scripts that run from right to left.
var leftward = map[string]bool{
	"Adlm": true, "Arab": true, "Hebr": true, "Mand": true, "Nkoo": true, "Rohg": true, "Samr": true, "Syrc": true, "Thaa": true,
}

// direction is where a language's lines run: "ltr" or "rtl".
func direction(tag string) string {
	if t, err := bcp47.Parse(tag); err == nil {
		if script, sure := t.Script(); sure > bcp47.No && leftward[script.String()] {
			return "rtl"
		}
	}
	return "ltr"
}

// languageAttributes say a language twice: XML's readers know the one, HTML's
// the other. It is "" for no language.
func languageAttributes(tag string) string {
	if tag == "" {
		return ""
	}
	return ` lang="` + tag + `"` + xmlLanguage(tag)
}

func xmlLanguage(tag string) string {
	if tag == "" {
		return ""
	}
	return ` xml:lang="` + tag + `"`
}

// webAddress is an address that may stand in a link, as URLs are written; ""
// for any other: what is not of the web could run as a script.
func webAddress(address string) string {
	u, err := url.Parse(plain.Line(address))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return u.String()
}
