package page

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/output/plain"
)

// escape is text as HTML has it, between tags and in quoted attributes.
func escape(s string) string { return html.EscapeString(s) }

// line is a title or a name, ready for HTML.
func line(s string) string { return escape(plain.Line(s)) }

// body is a piece of the article's text, ready for HTML. Line breaks stay (the
// style sheet shows them); other control characters, which HTML forbids, and
// byte-order marks are left out.
func body(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return escape(strings.Map(func(r rune) rune { // an invalid byte comes as U+FFFD
		switch {
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\uFEFF', unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, s))
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// lang is a language as an attribute, " lang=…"; "" for what is no tag.
func lang(tag string) string {
	if !languageTag.MatchString(tag) {
		return ""
	}
	return ` lang="` + tag + `"`
}

// primary is a tag's language without its region: "de" of "de-AT".
func primary(tag string) string {
	tag, _, _ = strings.Cut(tag, "-")
	return strings.ToLower(tag)
}

// leftward are the languages that are written from right to left.
var leftward = map[string]bool{
	"ar": true, "arc": true, "ckb": true, "dv": true, "fa": true, "he": true, "iw": true, "ps": true, "sd": true, "ug": true, "ur": true, "yi": true,
}

// gap is what stands between two sentences of a block: nothing after one that
// ends in a script without spaces.
func gap(before string) string {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(before, unicode.IsSpace))
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF {
		return ""
	}
	return " "
}

// isWeb says whether an address may stand in a link: anything but the web's
// schemes could run as a script.
func isWeb(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}
