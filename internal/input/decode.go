package input

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/saintfish/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Decoded is a Source as text. All places (document.Pos) are places in Text.
type Decoded struct {
	Text     string   // valid UTF-8, without a byte-order mark
	Encoding string   // "UTF-8", "UTF-16LE", "windows-1252" …
	Warnings []string // an assumed encoding, unreadable bytes, control characters: each with its place
}

// boms are the byte-order marks (The Unicode Standard, section 23.8); the
// longer first, as UTF-32LE begins like UTF-16LE.
var boms = []struct {
	name string
	mark []byte
	enc  encoding.Encoding // nil for UTF-8
}{
	{"UTF-32LE", []byte("\xff\xfe\x00\x00"), utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"UTF-32BE", []byte("\x00\x00\xfe\xff"), utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"UTF-8", []byte("\xef\xbb\xbf"), nil},
	{"UTF-16LE", []byte("\xff\xfe"), utf16.UTF16(utf16.LittleEndian, utf16.IgnoreBOM)},
	{"UTF-16BE", []byte("\xfe\xff"), utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM)},
}

// Decode turns src into text: by its byte-order mark; as UTF-16 if every other
// byte is NUL; as UTF-8 if it is, or is but for a few bytes, which become
// U+FFFD; in another encoding if its letters say so beyond doubt; else as
// Windows-1252, of which Latin-1 is a part. All that is not certain is in
// Warnings.
func Decode(src Source) (Decoded, error) {
	d, err := decode(src)
	if err != nil {
		return Decoded{}, err
	}
	loc := NewLocator(src.Name, d.Text)
	if d.Encoding == "UTF-8" || strings.HasPrefix(d.Encoding, "UTF-16") || strings.HasPrefix(d.Encoding, "UTF-32") {
		if n, at := unreadable(src.Data, d); n > 0 {
			d.Warnings = append(d.Warnings, fmt.Sprintf("%s: not valid %s here; U+FFFD stands for what could not be read (%d in all)", loc.At(at), d.Encoding, n))
		}
	}
	if n, at := controls(d.Text); n > 0 {
		r, _ := utf8.DecodeRuneInString(d.Text[at:])
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s: control character %U (%d in all)", loc.At(at), r, n))
	}
	return d, nil
}

func decode(src Source) (Decoded, error) {
	if what := Binary(src.Data); what != "" {
		return Decoded{}, errors.New("this is " + what)
	}
	if name, enc := unicodeForm(src.Data); name != "" {
		d := Decoded{Encoding: name}
		data := src.Data
		marked := false
		for _, bom := range boms {
			if bom.name == name && bytes.HasPrefix(data, bom.mark) {
				data, marked = data[len(bom.mark):], true
			}
		}
		if !marked {
			d.Warnings = []string{fmt.Sprintf("%s: no byte-order mark; read as %s", src.Name, name)}
		}
		if enc == nil {
			d.Text = toUTF8(data)
			return d, nil
		}
		b, err := enc.NewDecoder().Bytes(data)
		if err != nil {
			return Decoded{}, fmt.Errorf("decode %s: %w", name, err)
		}
		d.Text = string(b)
		return d, nil
	}
	if mostlyUTF8(src.Data) {
		return Decoded{Text: toUTF8(src.Data), Encoding: "UTF-8"}, nil
	}
	name, enc := guess(src.Data)
	b, err := enc.NewDecoder().Bytes(src.Data)
	if err != nil {
		return Decoded{}, fmt.Errorf("decode %s: %w", name, err)
	}
	return Decoded{
		Text:     string(b),
		Encoding: name,
		Warnings: []string{fmt.Sprintf("%s: not UTF-8; read as %s", src.Name, name)},
	}, nil
}

// unicodeForm names data's encoding form if a byte-order mark or the pattern
// of its NULs tells it. enc is nil for UTF-8.
func unicodeForm(data []byte) (name string, enc encoding.Encoding) {
	for _, bom := range boms {
		if bytes.HasPrefix(data, bom.mark) {
			return bom.name, bom.enc
		}
	}
	// Latin text in UTF-16 has a NUL in nearly every code unit, always on the
	// same side; a text in UTF-8 has none.
	head := data[:min(len(data), 4<<10)&^1]
	var nul [2]int
	for i, c := range head {
		if c == 0 {
			nul[i&1]++
		}
	}
	units := len(head) / 2
	for side, name := range []string{"UTF-16BE", "UTF-16LE"} {
		if units >= 2 && nul[side]*10 >= units*4 && nul[1-side]*50 <= units {
			for _, bom := range boms {
				if bom.name == name {
					return name, bom.enc
				}
			}
		}
	}
	return "", nil
}

// mostlyUTF8 says whether data is UTF-8 but for a few bytes. In other
// encodings a sequence that is valid UTF-8 beyond ASCII is rare, so more
// of these than of invalid bytes decide.
func mostlyUTF8(data []byte) bool {
	if utf8.Valid(data) {
		return true
	}
	valid, invalid := 0, 0
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			invalid++
		} else {
			valid++
		}
		i += n
	}
	return valid > invalid
}

// toUTF8 is data with U+FFFD for each invalid byte.
func toUTF8(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	var b strings.Builder
	b.Grow(len(data) + len(data)/16)
	for _, r := range string(data) {
		b.WriteRune(r)
	}
	return b.String()
}

// unreadable counts the U+FFFD of d that the source does not hold itself and
// gives the place of the first.
func unreadable(data []byte, d Decoded) (n, first int) {
	n = strings.Count(d.Text, "\uFFFD")
	if n == 0 || d.Encoding == "UTF-8" && utf8.Valid(data) {
		return 0, 0
	}
	return n, strings.Index(d.Text, "\uFFFD")
}

// Invisible says whether r is left out of a Block's text: a control character
// that is not white space, or a format character that only guides a line
// break (soft hyphen, zero width space and no-break space, word joiner).
// Joiners and marks of direction stay: they change what is shown.
func Invisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsControl(r) && !unicode.IsSpace(r)
}

// controls counts the control characters of text that are left out and gives
// the place of the first.
func controls(text string) (n, first int) {
	for i, r := range text {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			if n == 0 {
				first = i
			}
			n++
		}
	}
	return n, first
}

// Encodings that are told by their letters, with the least confidence of the
// detector (1 to 100) that is beyond doubt, and the script that must then make
// up the letters beyond ASCII. Windows code pages stand for the ISO ones that
// they extend.
var guessed = map[string]struct {
	label string // as the WHATWG Encoding Standard names it
	least int
	in    []*unicode.RangeTable
}{
	"ISO-8859-5":   {"iso-8859-5", 25, []*unicode.RangeTable{unicode.Cyrillic}},
	"windows-1251": {"windows-1251", 25, []*unicode.RangeTable{unicode.Cyrillic}},
	"KOI8-R":       {"koi8-r", 25, []*unicode.RangeTable{unicode.Cyrillic}},
	"ISO-8859-7":   {"windows-1253", 25, []*unicode.RangeTable{unicode.Greek}},
	"windows-1253": {"windows-1253", 25, []*unicode.RangeTable{unicode.Greek}},
	"ISO-8859-9":   {"windows-1254", 40, []*unicode.RangeTable{unicode.Latin}},
	"windows-1254": {"windows-1254", 40, []*unicode.RangeTable{unicode.Latin}},
	"Shift_JIS":    {"shift_jis", 50, []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}},
	"EUC-JP":       {"euc-jp", 50, []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}},
	"GB-18030":     {"gb18030", 50, []*unicode.RangeTable{unicode.Han}},
	"Big5":         {"big5", 50, []*unicode.RangeTable{unicode.Han}},
	"EUC-KR":       {"euc-kr", 50, []*unicode.RangeTable{unicode.Hangul, unicode.Han}},
}

const guessSample = 64 << 10

// guess names the encoding of data, which is not Unicode.
func guess(data []byte) (string, encoding.Encoding) {
	sample := sampleBeyondASCII(data)
	if label := centralEuropean(sample); label != "" {
		if enc, err := htmlindex.Get(label); err == nil {
			return label, enc
		}
	}
	// The only error is that nothing was detected.
	results, _ := chardet.NewTextDetector().DetectAll(sample)
	// Its recognizers run in parallel: equals come in any order.
	slices.SortFunc(results, func(a, b chardet.Result) int {
		if a.Confidence != b.Confidence {
			return b.Confidence - a.Confidence
		}
		return strings.Compare(a.Charset, b.Charset)
	})
	for _, r := range results {
		if r.Charset == "ISO-8859-1" || r.Charset == "windows-1252" {
			break
		}
		g, ok := guessed[r.Charset]
		if !ok || r.Confidence < g.least {
			continue
		}
		enc, err := htmlindex.Get(g.label)
		if err == nil && fits(sample, enc, g.in) {
			return g.label, enc
		}
	}
	return "windows-1252", charmap.Windows1252
}

// centralEuropean names the encoding of a text in Polish, Czech or a language
// that shares their letters: inside its words stand bytes that are signs
// (superscripts, fractions) or rare letters in Windows-1252. The detector calls
// such a text Western European.
func centralEuropean(sample []byte) string {
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0xc0 }
	beyond, strong, windows := 0, 0, 0
	for i, c := range sample {
		if c < utf8.RuneSelf {
			continue
		}
		beyond++
		before := i > 0 && letter(sample[i-1])
		after := i+1 < len(sample) && letter(sample[i+1])
		switch c {
		case 0x9a, 0x9d, 0x9e, 0x9f: // š ť ž ź
			if before || after {
				strong++
				windows++
			}
		case 0x9c: // ś, or œ
			if before && after {
				windows++
			}
		case 0xb1, 0xb3, 0xb6, 0xb9, 0xbb, 0xbc, 0xbe, 0xbf: // ą ł ś š ť ź ž ż, ISO 8859-2
			if before && after {
				strong++
			}
		}
	}
	switch {
	case strong < 4 || strong*8 < beyond:
		return ""
	case windows > 0:
		return "windows-1250"
	}
	return "iso-8859-2"
}

// sampleBeyondASCII gives the lines of data that hold bytes beyond ASCII, up to
// guessSample bytes, so that an English preface does not hide a Russian book.
func sampleBeyondASCII(data []byte) []byte {
	var sample []byte
	for line := range bytes.Lines(data) {
		if bytes.IndexFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			sample = append(sample, line[:min(len(line), guessSample-len(sample))]...)
			if len(sample) == guessSample {
				break
			}
		}
	}
	return sample
}

// fits says whether sample decodes cleanly in enc and nearly all its letters
// beyond ASCII are in the scripts given. The cut at the sample's end is
// forgiven.
func fits(sample []byte, enc encoding.Encoding, in []*unicode.RangeTable) bool {
	b, err := enc.NewDecoder().Bytes(sample)
	if err != nil {
		return false
	}
	good, bad := 0, 0
	b = b[:max(0, len(b)-8)]
	for _, r := range strings.ToValidUTF8(string(b), "") {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) && !unicode.IsSpace(r):
			bad += 20
		case r < utf8.RuneSelf || !unicode.IsLetter(r):
		case unicode.In(r, in...):
			good++
		default:
			bad++
		}
	}
	return good >= 20*bad
}
