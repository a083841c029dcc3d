package html

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"narrate/internal/input"
)

// metaSample is where a declaration of the encoding is looked for. HTML, section
// 4.2.5.4, wants it in the first 1024 bytes; browsers look further, and so do
// pages.
const metaSample = 8 << 10

var declared = regexp.MustCompile(`(?is)<meta\s[^>]*?charset\s*=\s*["']?\s*([a-z0-9_:.\-]+)|^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([a-z0-9_:.\-]+)`)

// declaration gives the label of the encoding that the server or the page names
// (HTML, section 13.2.3.2), and who does; "" if none does.
func declaration(src input.Source) (label, who string) {
	if _, params, err := mime.ParseMediaType(src.MediaType); err == nil && params["charset"] != "" {
		return params["charset"], "the server"
	}
	head := src.Data[:min(len(src.Data), metaSample)]
	if m := declared.FindSubmatch(head); m != nil {
		return string(m[1]) + string(m[2]), "the page"
	}
	return "", ""
}

// decode turns a page into text, by its byte-order mark, by what the server
// names, by what the page names, else by its content. What is declared wrongly
// is noticed by bytes that the encoding does not have, or by letters beyond
// ASCII that are UTF-8 throughout.
func decode(src input.Source) (input.Decoded, error) {
	label, who := declaration(src)
	if label == "" || hasMark(src.Data) {
		return input.Decode(src)
	}
	enc, err := htmlindex.Get(strings.TrimSpace(label))
	if err != nil {
		return despite(src, fmt.Sprintf("%s names an encoding that is not known, %q", who, label))
	}
	name, err := htmlindex.Name(enc)
	if err != nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") || name == "x-user-defined" || name == "replacement" {
		// A page that says UTF-16 in its own bytes is not (section 13.2.3.2, step 15).
		return input.Decode(src)
	}
	if what := input.Binary(src.Data); what != "" {
		return input.Decoded{}, errors.New("this is " + what)
	}
	if ascii(src.Data) && name != "iso-2022-jp" {
		return input.Decode(src)
	}
	if utf8.Valid(src.Data) && name != "iso-2022-jp" {
		d, err := input.Decode(src)
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s: %s says that its encoding is %s, but it is UTF-8", src.Name, who, name))
		return d, err
	}
	b, err := enc.NewDecoder().Bytes(src.Data)
	if err != nil {
		return input.Decoded{}, fmt.Errorf("decode %s: %w", name, err)
	}
	bad := bytes.Count(b, []byte("\uFFFD"))
	if bad*100 > len(src.Data) {
		return despite(src, fmt.Sprintf("%s says that its encoding is %s, but it is not", who, name))
	}
	d := input.Decoded{Text: strings.ToValidUTF8(string(b), "\uFFFD"), Encoding: name}
	if bad > 0 {
		at := input.NewLocator(src.Name, d.Text).At(strings.Index(d.Text, "\uFFFD"))
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s: not valid %s here; U+FFFD stands for what could not be read (%d in all)", at, name, bad))
	}
	return d, nil
}

// despite decodes a page by its content, as what it declares is wrong. One
// warning says both.
func despite(src input.Source, wrong string) (input.Decoded, error) {
	d, err := input.Decode(src)
	d.Warnings = slices.DeleteFunc(d.Warnings, func(w string) bool { return strings.HasSuffix(w, "read as "+d.Encoding) })
	d.Warnings = append(d.Warnings, fmt.Sprintf("%s: %s; read as %s", src.Name, wrong, d.Encoding))
	return d, err
}

func ascii(data []byte) bool {
	return bytes.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// hasMark reports whether data begins with a byte-order mark, which goes before
// every declaration.
func hasMark(data []byte) bool {
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			return true
		}
	}
	return false
}
