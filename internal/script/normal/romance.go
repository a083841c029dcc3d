package normal

import "strings"

var french = language{
	name: "fr", group: " ", decimal: ",",
	cardinal: frCardinal,
	one: func(g gender) string {
		if g == feminine {
			return "une"
		}
		return "un"
	},
	plural:   func(n numeral) bool { return n.value < 0 || n.value >= 2 },
	ordinal:  frOrdinalAt,
	roman:    frRoman,
	clock:    frClock,
	date:     func(p *parser, i int, d day) string { return romanceDate(p, d, "premier", " ") },
	dayFirst: func(string) bool { return true },
}

var spanish = language{
	name: "es", group: ".", decimal: ",",
	cardinal: esCardinal,
	one: func(g gender) string {
		if g == feminine {
			return "una"
		}
		return "un"
	},
	plural:   func(n numeral) bool { return n.value != 1 || !n.whole() },
	ordinal:  esOrdinalMark,
	roman:    esRoman,
	clock:    esClock,
	date:     func(p *parser, i int, d day) string { return romanceDate(p, d, "", " de ") },
	dayFirst: func(string) bool { return true },
}

var italian = language{
	name: "it", group: ".", decimal: ",",
	cardinal: itCardinal,
	one: func(g gender) string {
		if g == feminine {
			return "una"
		}
		return "un"
	},
	plural:   func(n numeral) bool { return n.value != 1 || !n.whole() },
	ordinal:  itOrdinalMark,
	roman:    itRoman,
	clock:    itClock,
	date:     func(p *parser, i int, d day) string { return romanceDate(p, d, "primo", " ") },
	dayFirst: func(string) bool { return true },
}

// romanceDate says a date whose first day may have a name of its own.
func romanceDate(p *parser, d day, first, joint string) string {
	s := itoa(d.day)
	if d.day == 1 && first != "" {
		s = first
	}
	s += joint + p.lang.monthName(d.month)
	if d.year > 0 {
		s += joint + itoa(d.year)
	}
	return s
}

// frMark is the gender that the end of an ordinal tells: 1er, 1re, 2e, 3ème.
func frMark(s string) (g gender, plural, ok bool) {
	switch s {
	case "er", "e", "ème", "eme", "nd", "ième":
	case "ers", "es", "èmes", "emes", "nds", "ièmes":
		plural = true
	case "re", "ère", "nde":
		g = feminine
	case "res", "ères", "ndes":
		g, plural = feminine, true
	default:
		return 0, false, false
	}
	return g, plural, true
}

func frOrdinalAt(p *parser, i int) int {
	n := p.plainAt(i, 4)
	g, plural, ok := frMark(p.s(i + 1))
	if n < 1 || !ok || !p.glued(i+1) || !p.ends(i+2) {
		return 0
	}
	p.put(i, i+2, frSaid(n, g, plural, p.s(i+1)))
	return 2
}

func frSaid(n int64, g gender, plural bool, mark string) string {
	s := frOrdinal(n, g)
	if strings.HasPrefix(mark, "nd") && n == 2 {
		s = "second"
		if g == feminine {
			s = "seconde"
		}
	}
	if plural {
		s += "s"
	}
	return s
}

// frRoman is the number of a king or a chapter; ordinals have their end within
// the same word, see markedRoman.
func frRoman(p *parser, i int, n int64) int {
	if p.lang.kings[p.prev(i)] != nil || has(p.lang.kings, p.prev(i)) {
		if n < 40 && (n > 1 || p.ends(i+1)) {
			if k := p.romanRow(i, n, frCardinal); k > 0 {
				return k
			}
			p.put(i, i+1, frCardinal(n))
			return 1
		}
		return 0
	}
	return p.numberedRoman(i, n)
}

// markedRoman is a Roman numeral with the end of an ordinal: XXe siècle, Ier.
func (p *parser) markedRoman(i int) int {
	if p.lang.name != "fr" || p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	s := p.s(i)
	k := 0
	for k < len(s) && strings.IndexByte("IVXLCDM", s[k]) >= 0 {
		k++
	}
	if k == 0 || k > 12 {
		return 0
	}
	g, plural, ok := frMark(s[k:])
	n := romanValue(s[:k])
	if !ok || n == 0 || n > 100 || p.glued(i+1) && !p.ends(i+1) && !p.is(i+1, "-") && !p.is(i+1, "–") {
		return 0
	}
	if strings.Contains(s[k:], "r") != (n == 1) || k == 1 && n >= 50 {
		return 0 // Vers, Mer; Ce, De, Le, Des, Les
	}
	p.put(i, i+1, frSaid(n, g, plural, s[k:]))
	if (p.is(i+1, "-") || p.is(i+1, "–")) && p.kind(i+2) == word && romanValue(strings.TrimRight(p.s(i+2), "eèrms")) > 0 {
		p.put(i+1, i+2, p.lang.say("to"))
		return 2
	}
	return 1
}

func frClock(p *parser, i int) int {
	h := p.plainAt(i, 2)
	if h < 0 || h > 24 || p.s(i+1) != "h" || p.glued(i+2) && p.kind(i+2) != number && !p.ends(i+2) {
		return 0
	}
	name := " heures"
	hour := itoa(h)
	if h <= 1 {
		name = " heure"
	}
	if h == 1 {
		hour = "une"
	}
	if m := p.plainAt(i+2, 2); m >= 0 && m < 60 && len(p.s(i+2)) == 2 && p.glued(i+1) == p.glued(i+2) && p.ends(i+3) {
		text := hour + name
		if m > 0 {
			text += " " + itoa(m)
		}
		end := i + 3
		if w := p.s(end); (w == "min" || w == "mn") && p.ends(end+1) {
			text += " minutes"
			end++
		}
		p.put(i, end, text)
		return end - i
	}
	if p.glued(i+2) && p.kind(i+2) == number {
		return 0
	}
	p.put(i, i+2, hour+name)
	return 2
}

// esOrdinalMark is 1.º, 2ª, 3.er.
func esOrdinalMark(p *parser, i int) int {
	n := p.plainAt(i, 2)
	k := i + 1
	if p.dot(k) && p.glued(k+1) {
		k++
	}
	if n < 1 || !p.glued(k) || !p.ends(k+1) {
		return 0
	}
	g, cut := masculine, false
	switch p.s(k) {
	case "º", "°", "o":
		if p.s(k) == "o" && k == i+1 {
			return 0
		}
		// A degree sign stands for it only before a noun.
		if p.s(k) == "°" && !(p.kind(k+1) == word && !p.capital(k+1)) {
			return 0
		}
	case "ª", "a":
		if p.s(k) == "a" && k == i+1 {
			return 0
		}
		g = feminine
	case "er":
		cut = true
	default:
		return 0
	}
	p.put(i, k+1, esOrdinal(n, g, cut || g == masculine && p.kind(k+1) == word && !has(p.lang.small, p.s(k+1)) && !p.capital(k+1)))
	return k + 1 - i
}

// esRoman is an ordinal up to ten after a king or a century, else a cardinal.
func esRoman(p *parser, i int, n int64) int {
	prev := p.prev(i)
	_, king := p.lang.kings[prev]
	switch {
	case king && n < 40 && (n > 1 || p.ends(i+1)):
		say := func(n int64) string {
			if n > 10 {
				return esCardinal(n)
			}
			return esOrdinal(n, genderOf(p.lang.kings[prev], 0), false)
		}
		if k := p.romanRow(i, n, say); k > 0 {
			return k
		}
		p.put(i, i+1, say(n))
		return 1
	case prev == "siglo" || prev == "Siglo" || prev == "siglos" || p.prev(i) == "y" && strings.HasPrefix(p.s(i-3), "siglo") || p.is(i-1, "-") && strings.HasPrefix(p.s(i-3), "siglo"):
		p.put(i, i+1, esCentury(n))
		if (p.is(i+1, "-") || p.is(i+1, "–")) && romanValue(p.s(i+2)) > n && p.glued(i+1) {
			p.put(i+1, i+2, p.lang.say("to"))
			p.put(i+2, i+3, esCentury(romanValue(p.s(i+2))))
			return 3
		}
		return 1
	}
	// II Guerra Mundial, III República
	if g, known := p.lang.genderOfNoun(p.s(i + 1)); known && n <= 99 && (n > 1 || !p.glued(i)) && p.at(i+1).spaced && p.capital(i+1) {
		p.put(i, i+1, esOrdinal(n, g, true))
		return 1
	}
	return p.numberedRoman(i, n)
}

// esCentury is the number of a century: ordinals up to ten.
func esCentury(n int64) string {
	if n <= 10 {
		return esOrdinal(n, masculine, false)
	}
	return esCardinal(n)
}

func esClock(p *parser, i int) int {
	h, m, j := p.timeAt(i, ":.")
	if j == 0 {
		return 0
	}
	unit := p.s(j)
	hours := unit == "h" || unit == "horas" || unit == "hrs"
	prev := strings.ToLower(p.prev(i))
	if !hours && prev != "las" && prev != "la" {
		return 0
	}
	if hours && !p.ends(j+1) {
		hours = false
	}
	text := itoa(h)
	switch {
	case h == 1:
		text = "una"
	}
	end := j
	if hours {
		if m == 0 {
			text += " horas"
			if h == 1 {
				text = "una hora"
			}
		}
		end = j + 1
		if p.dot(end) && !p.last(end) {
			end++
		}
	}
	if m > 0 {
		text += " y " + itoa(m)
	} else if !hours && h > 12 {
		text += " horas"
	}
	p.put(i, end, text)
	return end - i
}

// itOrdinalMark is 1º, 2ª, 1°, and the first of a month.
func itOrdinalMark(p *parser, i int) int {
	n := p.plainAt(i, 3)
	if n < 1 {
		return 0
	}
	if _, k := p.find(p.lang.month, i+1); k > 0 && n == 1 && p.at(i+1).spaced {
		p.put(i, i+1, "primo")
		return 1
	}
	if !p.glued(i+1) || !p.ends(i+2) {
		return 0
	}
	switch p.s(i + 1) {
	case "º":
	case "°":
		// A degree sign stands for it only before a noun.
		if p.kind(i+2) != word {
			return 0
		}
	case "ª":
		p.put(i, i+2, itOrdinal(n, feminine))
		return 2
	default:
		return 0
	}
	p.put(i, i+2, itOrdinal(n, masculine))
	return 2
}

// itRoman is an ordinal with kings and centuries and before nouns that are
// counted so, else a cardinal.
func itRoman(p *parser, i int, n int64) int {
	prev, next := p.prev(i), p.s(i+1)
	forms, king := p.lang.kings[prev]
	switch {
	case king && n < 40 && (n > 1 || p.ends(i+1)):
		say := func(n int64) string { return itOrdinal(n, genderOf(forms, 0)) }
		if k := p.romanRow(i, n, say); k > 0 {
			return k
		}
		p.put(i, i+1, say(n))
		return 1
	case next == "secolo" || next == "sec" || next == "secoli" || prev == "secolo" || prev == "sec" || p.dot(i-1) && p.s(i-2) == "sec" || p.s(i+2) == "secolo" || p.s(i+3) == "secolo" || p.s(i+2) == "secoli":
		p.put(i, i+1, itOrdinal(n, masculine))
		return 1
	}
	if g, known := p.lang.genderOfNoun(next); known && (n > 1 || p.kind(i-1) != none) && p.at(i+1).spaced {
		p.put(i, i+1, itOrdinal(n, g))
		return 1
	}
	return p.numberedRoman(i, n)
}

func itClock(p *parser, i int) int {
	h, m, j := p.timeAt(i, ":.")
	if j == 0 || !p.ends(j) {
		return 0
	}
	switch strings.ToLower(p.prev(i)) {
	case "ore", "alle", "dalle", "le", "ora", "all", "verso":
	default:
		return 0
	}
	text := itoa(h)
	if m > 0 {
		text += " e " + itoa(m)
	}
	p.put(i, j, text)
	return j - i
}
