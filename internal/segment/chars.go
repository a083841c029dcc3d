package segment

import (
	"unicode"
	"unicode/utf8"
)

// hot marks the bytes at which the scanner stops to look: the ASCII marks that
// may end a sentence, the brackets that may be a smile or its opposite, and the lead
// bytes of all other marks that may (Unicode property Sentence_Terminal) and of
// emoji.
var hot = func() (t [256]bool) {
	for _, c := range ".!?()" {
		t[c] = true
	}
	mark := func(lo, hi, stride uint32) {
		for c := lo; c <= hi; c += stride {
			if c >= utf8.RuneSelf {
				t[string(rune(c))[0]] = true
			}
		}
	}
	for _, r := range unicode.Sentence_Terminal.R16 {
		mark(uint32(r.Lo), uint32(r.Hi), uint32(r.Stride))
	}
	for _, r := range unicode.Sentence_Terminal.R32 {
		mark(r.Lo, r.Hi, r.Stride)
	}
	for _, r := range "…☺❤😀" {
		mark(uint32(r), uint32(r), 1)
	}
	return t
}()

// isSpace reports white space (Unicode property White_Space).
func isSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.IsSpace(r)
}

// isTerminal reports a mark that may end a sentence.
func isTerminal(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '。', '！', '？', '｡', '．', '‼', '⁇', '⁈', '⁉':
		return true
	}
	// The full width stop is listed by Unicode; the half width Greek question
	// mark (U+037E) is not, being the same as a semicolon.
	return r >= utf8.RuneSelf && unicode.Is(unicode.Sentence_Terminal, r)
}

// isPeriod reports the marks that also abbreviate and number things.
func isPeriod(r rune) bool { return r == '.' || r == '．' }

// isIdeographicStop reports the marks of Chinese and Japanese, after which no
// space is written.
func isIdeographicStop(r rune) bool {
	switch r {
	case '。', '！', '？', '｡':
		return true
	}
	return false
}

// isPictograph reports emoji and the other pictures that stand for one.
func isPictograph(r rune) bool {
	return r >= 0x1f300 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf && r != '❶' || r >= 0x1f1e6 && r <= 0x1f1ff
}

// quote says on which side of a quoted passage a mark may stand.
type quote uint8

const (
	notQuote quote = iota
	opening        // ( [ „ ¿ 「
	closing        // ) ] 」
	either         // " ' “ ” ‘ » «: by language and by what it touches
)

// sideOf classifies brackets and quotation marks.
func sideOf(r rune) quote {
	switch r {
	case '"', '\'', '“', '”', '‘', '’', '»', '«', '›', '‹', '`', '´', '″', '＂':
		return either
	case ')', ']', '}', '」', '』', '）', '】', '》', '〉', '〕', '］', '｝', '｣', '〟':
		return closing
	case '(', '[', '{', '„', '‚', '‟', '‛', '「', '『', '（', '【', '《', '〈', '〔', '［', '｛', '｢', '〝', '¿', '¡':
		return opening
	}
	return notQuote
}

// isDash reports a dash that stands between words, not a hyphen within one.
func isDash(r rune) bool {
	switch r {
	case '-', '–', '—', '―', '‒', '−':
		return true
	}
	return false
}

// isIdeograph reports letters of the scripts that write no space between
// sentences.
func isIdeograph(r rune) bool {
	if r < 0x2e80 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー' || r == '々'
}

// isWordRune reports letters, digits and the marks combined with them.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	if r >= 0xc0 && r < 0x2c2 && r != '×' && r != '÷' || r >= 0x400 && r < 0x530 {
		return true // Latin and Cyrillic, for speed
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd) || r == '\u00ad' || r == '°'
}

// isVowel reports the vowel letters of the Latin and Cyrillic scripts, with
// diacritics; y counts, because it makes a syllable in most languages here.
func isVowel(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'ä', 'ö', 'ü', 'á', 'à', 'â', 'ã', 'å', 'æ', 'é', 'è', 'ê', 'ë', 'ę', 'ą', 'í', 'ì', 'î', 'ï',
		'ó', 'ò', 'ô', 'õ', 'ø', 'œ', 'ú', 'ù', 'û', 'ů', 'ý', 'ÿ', 'ě', 'ı', 'ő', 'ű', 'ā', 'ē', 'ī', 'ō', 'ū',
		'а', 'е', 'ё', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'ї', 'є':
		return true
	}
	return false
}

// runeAt decodes the rune at byte i, which lies in the text.
func runeAt(s string, i int) (rune, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

// runeBefore decodes the rune that ends at byte i > 0.
func runeBefore(s string, i int) (rune, int) {
	if c := s[i-1]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeLastRuneInString(s[:i])
}

// skipSpace returns the first byte at or after i, before hi, that is not white
// space.
func skipSpace(s string, i, hi int) int {
	for i < hi {
		r, n := runeAt(s, i)
		if !isSpace(r) {
			break
		}
		i += n
	}
	return i
}

// trimSpace returns the end of s[lo:hi] without the white space at its end.
func trimSpace(s string, lo, hi int) int {
	for hi > lo {
		r, n := runeBefore(s, hi)
		if !isSpace(r) {
			break
		}
		hi -= n
	}
	return hi
}
