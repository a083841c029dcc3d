package script

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// The least evidence for a passage's language in a script that the article's
// language is not written in: its voice cannot read that at all, so a word is
// enough.
const (
	scriptRun     = 4   // letters in a row: fewer are signs of a formula
	scriptShare   = 0.6 // of all letters
	chineseAlone  = 8   // ideographs of Chinese, without kana and with a function word
	chineseAmong  = 15  // the same in a Japanese or Korean article,
	chineseShare  = 0.1 // of which this part are function words of Chinese
	japaneseKana  = 3   // kana of a Japanese passage in a Chinese article,
	japaneseShare = 0.15
)

// A letterScript is an index in scripts.
type letterScript int

// The scripts that more than one language with a voice is written in, before
// the others.
const (
	latin letterScript = iota
	cyrillic
	arabic
	han // with kana
	hangul
)

// alphabet is a script of letters.
type alphabet struct {
	table  *unicode.RangeTable
	names  []string // ISO 15924, as x/text gives them for languages
	lang   string   // the language that it stands for, if it is one
	weight int      // how many letters of the Latin alphabet one of its is worth
}

var scripts = []alphabet{
	latin:    {unicode.Latin, []string{"Latn"}, "", 1},
	cyrillic: {unicode.Cyrillic, []string{"Cyrl"}, "", 1},
	arabic:   {unicode.Arabic, []string{"Arab"}, "", 1},
	han:      {unicode.Han, []string{"Hani", "Hans", "Hant", "Jpan", "Kore"}, "", 3},
	hangul:   {unicode.Hangul, []string{"Hang", "Kore"}, "ko", 3},
	5:        {unicode.Greek, []string{"Grek"}, "el", 1},
	6:        {unicode.Hebrew, []string{"Hebr"}, "he", 1},
	7:        {unicode.Devanagari, []string{"Deva"}, "hi", 1},
	8:        {unicode.Bengali, []string{"Beng"}, "bn", 1},
	9:        {unicode.Tamil, []string{"Taml"}, "ta", 1},
	10:       {unicode.Telugu, []string{"Telu"}, "te", 1},
	11:       {unicode.Thai, []string{"Thai"}, "th", 1},
	12:       {unicode.Georgian, []string{"Geor"}, "ka", 1},
	13:       {unicode.Armenian, []string{"Armn"}, "hy", 1},
}

// writtenIn gives the scripts that the language of a BCP 47 tag is written in.
func writtenIn(lang string) []letterScript {
	name, _ := language.Make(lang).Script()
	var in []letterScript
	for i := range scripts {
		if slices.Contains(scripts[i].names, name.String()) {
			in = append(in, letterScript(i))
		}
	}
	return in
}

// letterCount is how many letters a text has.
type letterCount struct {
	all  int   // weighed
	in   []int // by letterScript, weighed
	runs []int // the longest row of letters, by letterScript
	han  int   // without kana
	kana int
}

// countLetters counts the letters of text.
func countLetters(text string) letterCount {
	c := letterCount{in: make([]int, len(scripts)), runs: make([]int, len(scripts))}
	run, last := 0, -1
	for _, r := range text {
		if !unicode.IsLetter(r) {
			if !unicode.IsMark(r) {
				last = -1
			}
			continue
		}
		s, weight := -1, 1
		if unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー' {
			c.kana++
			s, weight = int(han), scripts[han].weight
		} else if s = slices.IndexFunc(scripts, func(a alphabet) bool { return unicode.Is(a.table, r) }); s >= 0 {
			weight = scripts[s].weight
			if s == int(han) {
				c.han++
			}
		}
		c.all += weight
		if s < 0 {
			last = s
			continue
		}
		c.in[s] += weight
		if s != last {
			run, last = 0, s
		}
		run += weight
		c.runs[s] = max(c.runs[s], run)
	}
	return c
}

// main gives the script that most of the letters are in.
func (c letterCount) main() (s letterScript, enough bool) {
	for i := range c.in {
		if c.in[i] > c.in[s] {
			s = letterScript(i)
		}
	}
	return s, c.runs[s] >= scriptRun && float64(c.in[s]) >= scriptShare*float64(c.all)
}

// ideographic tells Chinese from Japanese; own is whether the article's language
// is written in Han.
func (c letterCount) ideographic(text string, own bool) string {
	all := float64(c.han + c.kana)
	switch {
	case c.kana > 0 && !own, c.kana >= japaneseKana && float64(c.kana) >= japaneseShare*all:
		return "ja"
	case c.kana > 0 || c.han < chineseAlone || own && c.han < chineseAmong:
		return ""
	}
	n := 0
	for _, r := range text {
		if strings.ContainsRune("的是了这這们們他你没沒个個么麼吗嗎在着就也为說说过過", r) {
			n++
		}
	}
	if n == 0 || own && float64(n) < chineseShare*all {
		return ""
	}
	return "zh"
}

// cyrillicLanguage tells the languages of Europe in Cyrillic by the letters that
// only some of them have, and Bulgarian from Russian by its function words.
func cyrillicLanguage(text string) string {
	has := func(letters string) bool { return strings.ContainsAny(text, letters) }
	switch {
	case has("ўЎ"):
		return "be"
	case has("ҐґЄєЇї"):
		return "uk"
	case has("ЃѓЌќЅѕ"):
		return "mk"
	case has("ЂђЋћЈјЉљЊњЏџ"):
		return "sr"
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) && r > 'џ' && r != 'ґ' && r != 'Ґ' }):
		return "" // one of Asia
	case has("Іі"):
		return "uk"
	case has("ЫыЭэЁё"):
		return "ru"
	}
	if bulgarian.MatchString(strings.ToLower(text)) {
		return "bg"
	}
	return "ru"
}

// bulgarian is what sets Bulgarian apart where there is no letter that only
// Russian has: a hard sign that is a vowel, two function words.
var bulgarian = regexp.MustCompile(`ъ[^еёюя]|(?:^|\P{L})(?:` + bulgarianWords + `)\P{L}(?:.*\P{L})?(?:` + bulgarianWords + `)(?:\P{L}|$)`)

const bulgarianWords = `е|че|ще|се|са|да|със|във|има|беше|който|която|което|които|всеки|това|този`

// arabicLanguage tells Persian and Urdu from Arabic by the letters that they
// added.
func arabicLanguage(text string) string {
	switch {
	case strings.ContainsAny(text, "ٹڈڑےں"):
		return "ur"
	case strings.ContainsAny(text, "پچژگکی"):
		return "fa"
	}
	return "ar"
}
