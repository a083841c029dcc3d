package command

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// utf8Text is the encoding of a profile that names none.
const utf8Text = "utf-8"

// holds tells which characters an encoding has.
var holds = map[string]func(rune) bool{
	utf8Text:  func(rune) bool { return true },
	"latin-1": func(r rune) bool { return r < 0x80 || r >= 0xA0 && r <= 0xFF },
	"ascii":   func(r rune) bool { return r < 0x80 },
}

func encodings() []string { return slices.Sorted(maps.Keys(holds)) }

// char is a character that the program gets, and the byte of the text that it
// stands for.
type char struct {
	r  rune
	at int
}

// chars are the text as the program gets it: nothing in it is obeyed, and all of
// it is in the encoding. Text is valid UTF-8. A letter or digit that the
// encoding lacks gives an error that wraps tts.ErrText.
func (t *textRule) chars(text string) ([]char, error) {
	var all []char
	for i, r := range text {
		all = append(all, char{harmless(r), i})
	}
	for _, pair := range t.replace {
		all = replace(all, []rune(pair[0]), []rune(pair[1]))
	}
	if t.encoding == utf8Text {
		return all, nil
	}
	has := holds[t.encoding]
	var folded []char
	for _, c := range all {
		if has(c.r) {
			folded = append(folded, c)
			continue
		}
		like, ok := fold(c.r, has)
		if !ok {
			return nil, fmt.Errorf("%w: it takes %s text, which has no %q; another voice can say it", tts.ErrText, t.encoding, c.r)
		}
		for _, r := range like {
			folded = append(folded, char{r, c.at})
		}
	}
	return folded, nil
}

// harmless makes a space of what programs obey or choke on: control characters,
// line ends, characters without a meaning.
func harmless(r rune) rune {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff', r == unicode.ReplacementChar, unicode.Is(unicode.Co, r):
		return ' '
	}
	return r
}

func replace(all []char, old, with []rune) []char {
	var done []char
	for i := 0; i < len(all); {
		if !begins(all[i:], old) {
			done = append(done, all[i])
			i++
			continue
		}
		for _, r := range with {
			done = append(done, char{r, all[i].at})
		}
		i += len(old)
	}
	return done
}

func begins(all []char, with []rune) bool {
	if len(all) < len(with) {
		return false
	}
	for i, r := range with {
		if all[i].r != r {
			return false
		}
	}
	return true
}

// alike are characters that have no decomposition, and what is like them.
var alike = map[rune]string{
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '«': `"`, '»': `"`,
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '‹': "'", '›': "'", 'ʼ': "'",
	'–': " - ", '—': " - ", '―': " - ", '‐': "-", '‑': "-", '−': "-", '…': "...", '•': "-", '·': "-",
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "Ae", 'œ': "oe", 'Œ': "Oe", 'ø': "o", 'Ø': "O",
	'ł': "l", 'Ł': "L", 'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'þ': "th", 'Þ': "Th", 'ħ': "h", 'Ħ': "H", 'ı': "i", 'ŋ': "ng", 'Ŋ': "Ng",
	'€': " euro ", '£': " pound ", '°': " degrees ", '×': "x", '÷': "/",
}

// fold gives what an encoding has in place of a character that it lacks: the
// same without accents, something like it, or a space for what is no word. It
// gives false where that would lose a letter or a digit.
func fold(r rune, has func(rune) bool) (string, bool) {
	if like, ok := alike[r]; ok {
		return like, true
	}
	if unicode.IsMark(r) || unicode.Is(unicode.Cf, r) {
		return "", true
	}
	like := strings.Map(func(r rune) rune {
		if unicode.IsMark(r) || !has(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(string(r)))
	switch {
	case strings.TrimSpace(like) != "":
		return like, true
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return "", false
	}
	return " ", true
}

// written gives characters as text.
func written(all []char) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteRune(c.r)
	}
	return b.String()
}

// wordless reports whether there is no letter and no digit.
func wordless(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// encode gives text, of which all is in the encoding, in it.
func (t *textRule) encode(text string) string {
	if t.encoding == utf8Text {
		return text
	}
	b := make([]byte, 0, len(text))
	for _, r := range text {
		b = append(b, byte(r)) // the other encodings are the first characters of Unicode
	}
	return string(b)
}

// decode is the reverse, for what the program prints.
func (t *textRule) decode(b []byte) (string, error) {
	if t.encoding == "latin-1" {
		out, err := charmap.ISO8859_1.NewDecoder().Bytes(b)
		return string(out), err
	}
	return strings.ToValidUTF8(string(b), "\ufffd"), nil
}

// place finds the words in what the program printed of a text of so many bytes,
// and gives the marks of a clip. A word is the next of its kind in the text; one
// that cannot be found, or that comes too early, is left out.
func (p *Profile) place(printed string, all []char, bytes int, rate pcm.Hz, frames int64) []tts.Mark {
	marks := []tts.Mark{}
	seconds, word := p.marks.SubexpIndex("seconds"), p.marks.SubexpIndex("word")
	at, before := 0, int64(-1)
	for _, m := range p.marks.FindAllStringSubmatch(printed, len(all)) {
		start, err := strconv.ParseFloat(m[seconds], 64)
		if err != nil || !(start >= 0 && start <= 1e6) {
			continue
		}
		frame := int64(math.Round(start * float64(rate)))
		runes := []rune(m[word])
		i := find(all[at:], runes)
		if i < 0 {
			continue
		}
		lo, end := at+i, at+i+len(runes)
		next := bytes
		if end < len(all) {
			next = all[end].at
		}
		if frame <= before || frame >= frames || next <= all[lo].at {
			continue
		}
		marks = append(marks, tts.Mark{Frame: frame, Lo: all[lo].at, Hi: next})
		at, before = end, frame
	}
	return marks
}

// find gives the place of a whole word, -1 where there is none.
func find(all []char, word []rune) int {
	inWord := func(i int) bool {
		return i >= 0 && i < len(all) && (unicode.IsLetter(all[i].r) || unicode.IsNumber(all[i].r))
	}
	for i := range all {
		if len(word) > 0 && begins(all[i:], word) && !inWord(i-1) && !inWord(i+len(word)) {
			return i
		}
	}
	return -1
}
