package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SayAs gives what is said for text of which the author says what it is, as
// SSML's say-as does: as is its interpret-as, format its format, in the terms of
// the W3C's note “SSML 1.0 say-as attribute values” and of what Amazon, Azure and
// Google document, in any case; "number:digits" is "number" with the format
// "digits". ok is false where text is not such a thing, or the language has no
// rules for it: then it is to be read like any other text. Otherwise spoken is
// final: Find is not to be asked about it.
//
//   - characters, spell-out, spell, verbatim, letters: letter by letter, signs
//     by name; digits: digit by digit. Both in every language.
//   - cardinal, number, ordinal: in figures or Roman numerals. A German ordinal
//     has the ending after a definite article in the nominative, “dritte”.
//   - fraction, unit, currency (format: the currency's code), telephone.
//   - date, format any of mdy, dmy, ymd, md, dm, ym, my, d, m, y, each letter
//     once or as often as it has digits (yyyymmdd); without, as the language and
//     region have it. A German day is “dritter”, as at the head of a letter.
//   - time, format hms12 or hms24; duration, format hms, hm or ms.
//   - address, name, net, email, uri, interjection: as the rules for all text
//     have it.
//   - expletive, bleep: a word for the tone that covers it.
//
// SayAs is for what an author marked: texts of more than 1,000 bytes are refused.
func SayAs(text, as, format, lang string) (spoken string, ok bool) {
	text = strings.Join(strings.Fields(text), " ")
	as, format = strings.ToLower(strings.TrimSpace(as)), strings.ToLower(strings.TrimSpace(format))
	as = strings.TrimPrefix(as, "vxml:")
	if kind, sub, cut := strings.Cut(as, ":"); cut {
		as, format = kind, sub
	}
	if text == "" || len(text) > maxSayAs || !utf8.ValidString(text) {
		return "", false
	}
	if spoken, ok = sayAs(text, as, format, lang); !ok || spoken == "" {
		return "", false
	}
	return spoken, true
}

// sayAs is SayAs for a text with its white space collapsed and the rest in small
// letters.
func sayAs(text, as, format, lang string) (string, bool) {
	l, region := languageOf(lang)
	switch as {
	case "characters", "character", "spell-out", "spell", "verbatim", "letters":
		return l.spell(text), true
	case "digits", "number_digit":
		return digitByDigit(text)
	}
	if l == nil {
		return "", false
	}
	s := sayer{language: l, region: region, lang: lang}
	switch as {
	case "number", "cardinal", "integer", "decimal":
		switch format {
		case "ordinal":
			return s.ordinalOf(text)
		case "digits":
			return digitByDigit(text)
		case "telephone":
			return s.telephone(text)
		}
		return s.number(text)
	case "ordinal":
		return s.ordinalOf(text)
	case "fraction":
		return s.fractionOf(text)
	case "unit":
		return s.changed(text)
	case "currency":
		return s.currencyOf(text, format)
	case "telephone", "phone":
		return s.telephone(text)
	case "date":
		return s.dateOf(text, format)
	case "time":
		return s.timeOf(text, format)
	case "duration":
		return s.durationOf(text, format)
	case "address", "name", "net", "uri", "url", "email", "interjection":
		return s.plain(text), true
	case "expletive", "bleep":
		return sayWords[l.name].bleep, true
	}
	return "", false
}

const maxSayAs = 1000

// sayWords are what SayAs needs beside the tables in data/.
var sayWords = map[string]struct {
	and, minus, bleep string
	stop, hyphen      string // signs that are spelled
	comma, slash      string
	// parts names denominators that are no ordinals: one and several.
	parts map[int64][2]string
}{
	"de": {"und", "minus", "Piep", "Punkt", "Bindestrich", "Komma", "Schrägstrich", map[int64][2]string{2: {"halbes", "halbe"}}},
	"en": {"and", "minus", "bleep", "dot", "dash", "comma", "slash", map[int64][2]string{2: {"half", "halves"}, 4: {"quarter", "quarters"}}},
	"fr": {"et", "moins", "bip", "point", "tiret", "virgule", "barre oblique", map[int64][2]string{2: {"demi", "demis"}, 3: {"tiers", "tiers"}, 4: {"quart", "quarts"}}},
	"es": {"y", "menos", "pip", "punto", "guion", "coma", "barra", map[int64][2]string{2: {"medio", "medios"}, 3: {"tercio", "tercios"}}},
	"it": {"e", "meno", "bip", "punto", "trattino", "virgola", "barra", map[int64][2]string{2: {"mezzo", "mezzi"}}},
}

// spell gives text letter by letter. Letters are said in capitals, which no
// engine takes for words, such as the English “a”.
func (l *language) spell(text string) string {
	var parts []string
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		for i+n < len(text) { // what belongs to the letter
			m, k := utf8.DecodeRuneInString(text[i+n:])
			if !unicode.IsMark(m) && m != '\u200d' {
				break
			}
			n += k
		}
		c := text[i : i+n]
		i += n
		switch {
		case unicode.IsSpace(r):
			if last := len(parts) - 1; last >= 0 && !strings.HasSuffix(parts[last], ",") {
				parts[last] += ","
			}
			continue
		case unicode.IsLetter(r) && r != 'ß':
			c = strings.ToUpper(c)
		default:
			c = l.signName(c)
		}
		parts = append(parts, c)
	}
	return strings.TrimSuffix(strings.Join(parts, " "), ",")
}

// signName is the name of a sign, or the sign where it has none.
func (l *language) signName(c string) string {
	if l == nil {
		return c
	}
	w := sayWords[l.name]
	switch c {
	case ".":
		return w.stop
	case "-", "–", "—", "‐", "‑":
		return w.hyphen
	case ",":
		return w.comma
	case "/":
		return w.slash
	case "@":
		return l.say("at")
	case "_":
		return l.say("underscore")
	case "#":
		return l.say("hashtag")
	}
	if name := l.symbols[c]; len(name) > 0 && name[0] != "" {
		return name[0]
	}
	if name := l.emoji[c]; name != "" {
		return name
	}
	return c
}

// digitByDigit gives each digit alone, groups with a pause between them.
func digitByDigit(text string) (string, bool) {
	var b strings.Builder
	pause, seen := false, false
	for _, r := range text {
		if !unicode.IsDigit(r) && !unicode.IsLetter(r) {
			pause = b.Len() > 0
			continue
		}
		seen = seen || unicode.IsDigit(r)
		switch {
		case pause:
			b.WriteString(", ")
		case b.Len() > 0:
			b.WriteByte(' ')
		}
		pause = false
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String(), seen
}

// sayer is a language with the tag that asked for it.
type sayer struct {
	*language
	region, lang string
}

// plain reads text by the rules for all text.
func (s sayer) plain(text string) string {
	var b strings.Builder
	at := 0
	for _, r := range Find(text, s.lang) {
		b.WriteString(text[at:r.Lo])
		b.WriteString(r.With)
		at = r.Hi
	}
	return b.String() + text[at:]
}

// changed is plain for text that the rules have something to say about.
func (s sayer) changed(text string) (string, bool) {
	said := s.plain(text)
	return said, said != text
}

// amountOf reads a whole text as a number, with a sign in front or not.
func (s sayer) amountOf(text string) (n numeral, negative, ok bool) {
	for _, sign := range []string{"-", "−", "–"} {
		if rest, cut := strings.CutPrefix(text, sign); cut && !negative {
			text, negative = strings.TrimSpace(rest), true
		}
	}
	text = strings.TrimPrefix(text, "+")
	if v := romanValue(text); v > 0 {
		return numeral{digits: itoa(v), value: v}, negative, true
	}
	p := parser{text: text, lang: s.language, region: s.region}
	p.read()
	n, next := p.numeral(0)
	return n, negative, next > 0 && next == len(p.toks)
}

// number is a cardinal. Whole ones are spelled, so that none is taken for a
// year; the engine says decimals, and those too long for words.
func (s sayer) number(text string) (string, bool) {
	n, negative, ok := s.amountOf(text)
	if !ok {
		return "", false
	}
	said := ""
	if n.whole() && n.value >= 0 {
		said = s.cardinal(n.value)
	} else {
		n.grouped = n.grouped || len(n.digits) > 4
		said = s.figures(n)
	}
	if negative {
		said = sayWords[s.name].minus + " " + said
	}
	return said, true
}

// ordinalOf is an ordinal in figures, with its mark or without, or in Roman
// numerals.
func (s sayer) ordinalOf(text string) (string, bool) {
	figures := strings.TrimRightFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	mark := strings.ToLower(text[len(figures):])
	if figures == "" {
		figures, mark = strings.TrimRight(text, ".ºªe"), strings.TrimLeft(text, "IVXLCDM")
	}
	n, negative, ok := s.amountOf(figures)
	if !ok || negative || !n.whole() || n.value < 0 || len(mark) > 6 {
		return "", false
	}
	g := masculine
	switch mark {
	case "ª", "a", ".ª", "re", "ère":
		g = feminine
	}
	switch s.name {
	case "de":
		return deOrdinal(n.value, "e"), true
	case "en":
		return enOrdinal(n.value), true
	case "fr":
		return frOrdinal(n.value, g), true
	case "es":
		return esOrdinal(n.value, g, false), true
	default:
		return itOrdinal(n.value, g), true
	}
}

// fractionOf is 3/4, 2 1/2, 2+1/2, ½.
func (s sayer) fractionOf(text string) (string, bool) {
	if name := s.fractions[text]; len(name) > 0 {
		return name[0], true
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "⁄", "/"), " / ", "/")
	whole, part, mixed := strings.Cut(strings.ReplaceAll(text, "+", " "), " ")
	if !mixed {
		whole, part = "", whole
	}
	top, bottom, cut := strings.Cut(strings.TrimSpace(part), "/")
	above, below := figure(top), figure(bottom)
	said := ""
	switch name := s.fractions[strings.TrimSpace(part)]; {
	case len(name) > 0:
		said = name[0]
	case !cut || above < 0 || below < 2:
		return "", false
	default:
		said = s.parts(above, below)
	}
	if !mixed {
		return said, true
	}
	n := figure(whole)
	if n < 0 {
		return "", false
	}
	return s.cardinal(n) + " " + sayWords[s.name].and + " " + said, true
}

// figure is the value of a text that is all digits, -1 for any other.
func figure(s string) int64 {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return -1
	}
	return valueOf(s)
}

// parts says so many of the parts that a denominator names.
func (s sayer) parts(above, below int64) string {
	count := s.cardinal(above)
	if above == 1 {
		count = map[string]string{"de": "ein", "en": "one", "fr": "un", "es": "un", "it": "un"}[s.name]
	}
	many := 0
	if above != 1 {
		many = 1
	}
	if name, ok := sayWords[s.name].parts[below]; ok {
		return count + " " + name[many]
	}
	plural := func(one, many string) string {
		if above == 1 {
			return one
		}
		return many
	}
	switch s.name {
	case "de":
		return count + " " + deOrdinal(below, "el")
	case "en":
		part := enOrdinal(below)
		return count + " " + plural(part, part+"s")
	case "fr":
		part := frOrdinal(below, masculine)
		return count + " " + plural(part, part+"s")
	case "es":
		part := esOrdinal(below, masculine, false)
		if below > 10 {
			part = strings.ReplaceAll(esCardinal(below), " ", "") + "avo"
			part = strings.Replace(part, "aavo", "avo", 1)
		}
		return count + " " + plural(part, part+"s")
	default:
		part := itOrdinal(below, masculine)
		return count + " " + plural(part, strings.TrimSuffix(part, "o")+"i")
	}
}

// currencyOf is an amount of money: with its sign or code in text, or with the
// code that format names.
func (s sayer) currencyOf(text, format string) (string, bool) {
	if n := len(text); n > 3 && strings.ToUpper(text[:3]) == text[:3] && letter(rune(text[0])) && text[3] >= '0' && text[3] <= '9' {
		text = text[3:] + " " + text[:3] // USD51.33
	}
	if _, _, bare := s.amountOf(text); bare && len(format) == 3 {
		text += " " + strings.ToUpper(format)
	}
	return s.changed(text)
}

// telephone gives the digits one by one, with a pause between groups.
func (s sayer) telephone(text string) (string, bool) {
	said, ok := digitByDigit(text)
	if ok && strings.HasPrefix(text, "+") {
		said = s.say("plus") + " " + said
	}
	return said, ok
}
