package id3

import (
	"net/url"
	"regexp"
	"strings"

	"narrate/internal/output/audio"
)

// maxText is the longest text, in bytes of UTF-8: some five hours of speech.
const maxText = 256 << 10

var dated = regexp.MustCompile(`^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$`)

// date is the year of an ISO 8601 date, and its day as the tag has it: "2911"
// is the 29th of November, "" a day that is not known.
func date(iso string) (year, day string) {
	part := dated.FindStringSubmatch(iso)
	if part == nil {
		return "", ""
	}
	if part[3] != "" {
		day = part[3] + part[2]
	}
	return part[1], day
}

var (
	copyrightSign = regexp.MustCompile(`^(?i:(?:©|℗|\([cp]\)|copyright\b)[\s:]*)+`)
	copyrightYear = regexp.MustCompile(`\b(?:1\d|2\d)\d\d\b`)
)

// copyrighted is a copyright as the tag has it: it must begin with a year and
// a space, and players put "Copyright ©" before it. Where the text has no such
// beginning it gets one: the first year in it, or else the given one. What has
// none at all is given back as other.
func copyrighted(text, year string) (copyright, other string) {
	rest := copyrightSign.ReplaceAllString(text, "")
	if rest == "" {
		return "", text
	}
	if at := copyrightYear.FindString(rest); at != "" {
		if strings.HasPrefix(rest, at+" ") {
			return rest, ""
		}
		year = at
	}
	if year == "" {
		return "", text
	}
	return year + " " + rest, ""
}

// genre is text as a genre that is no reference to ID3v1's list: "(" at the
// start of the text would begin one.
func genre(text string) string {
	if text = audio.Line(text); strings.HasPrefix(text, "(") {
		return "(" + text
	}
	return text
}

// address is an absolute http or https address as a tag holds it: in ASCII,
// without white space. Any other is "".
func address(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	var out strings.Builder
	for _, b := range []byte(link) {
		if b > ' ' && b < 0x7f {
			out.WriteByte(b)
			continue
		}
		const digits = "0123456789ABCDEF"
		out.Write([]byte{'%', digits[b>>4], digits[b&15]})
	}
	return out.String()
}
