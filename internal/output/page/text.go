package page

import (
	"html"
	"regexp"
	"strings"

	"narrate/internal/output/plain"
)

// escape is text as HTML has it, between tags and in quoted attributes.
func escape(s string) string { return html.EscapeString(s) }

// line is a title or a name, ready for HTML.
func line(s string) string { return escape(plain.Line(s)) }

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

// isWeb says whether an address may stand in a link: anything but the web's
// schemes could run as a script.
func isWeb(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}
