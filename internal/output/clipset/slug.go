package clipset

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxSlug is the longest slug in bytes; with number and suffix it is well
// below the 255 that file systems allow.
const maxSlug = 60

// Slug makes a file name of a title: lower-case letters and digits of every
// script (in normal form KC; transliteration would be a matter of language, and
// file systems today take them all), single dashes between, at most 60 bytes,
// cut between words where that keeps half of it. It holds nothing that a path,
// a shell or Windows gives a meaning to, never begins or ends in a dash or a
// dot, is never one of the names Windows reserves, and is "untitled" where
// nothing is left.
func Slug(title string) string {
	title = norm.NFKC.String(strings.ToLower(norm.NFKC.String(title)))
	var b strings.Builder
	gap, letter := false, false
	for _, r := range title {
		switch {
		case ignorable(r) || r == '\'' || r == '\u2019': // "don't" is one word
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
		case letter && unicode.IsMark(r):
		default:
			gap, letter = true, false
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap, letter = false, true
		b.WriteRune(r)
	}
	slug := shorten(norm.NFKC.String(b.String()))
	switch {
	case slug == "":
		return "untitled"
	case reserved(slug):
		return slug + "-file"
	}
	return slug
}

// ignorable says that a character is not seen: a filler, a joiner, a variation
// selector, or no character at all.
func ignorable(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func shorten(slug string) string {
	if len(slug) <= maxSlug {
		return slug
	}
	end := maxSlug
	for !utf8.RuneStart(slug[end]) {
		end--
	}
	if word := strings.LastIndexByte(slug[:end+1], '-'); word >= maxSlug/2 {
		end = word
	}
	return strings.TrimRight(slug[:end], "-")
}

// reserved says whether Windows keeps the name for a device.
func reserved(name string) bool {
	if slices.Contains([]string{"con", "prn", "aux", "nul", "conin", "conout"}, name) {
		return true
	}
	return len(name) == 4 && (name[:3] == "com" || name[:3] == "lpt") && name[3] >= '0' && name[3] <= '9'
}
