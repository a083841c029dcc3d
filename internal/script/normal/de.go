package normal

import "strings"

// German: ordinals are written with a stop and inflect, and years before 2000
// are counted in hundreds.
var german = language{
	name: "de", group: ".", decimal: ",",
	cardinal: deCardinal,
	year:     deYear, lastYear: 1999,
	one: func(g gender) string {
		if g == feminine {
			return "eine"
		}
		return "ein"
	},
	plural:  func(n numeral) bool { return n.value != 1 || !n.whole() },
	ordinal: deOrdinalAt,
	roman:   deRoman,
	clock:   deClock,
	date: func(p *parser, i int, d day) string {
		ending := p.deEnding(i, "", masculine)
		if p.ended == i-1 && p.chain != "" {
			ending = p.chain // 10.–12.5.2023
		}
		if p.dateEnd != "" && p.dated == i-1 && !has(p.lang.endings, p.prev(i)) {
			ending = p.dateEnd // am 12.3. und 13.3.
		}
		p.dateEnd = ending
		s := deOrdinal(d.day, ending) + " " + p.lang.monthName(d.month)
		if d.year > 0 {
			s += " " + deYearText(d.year)
		}
		return s
	},
	dayFirst: func(string) bool { return true },
}

// deYearText leaves years that are said like other numbers in figures.
func deYearText(n int64) string {
	if n >= 1100 && n < 2000 {
		return deYear(n)
	}
	return itoa(n)
}

// deOrdinalAt is a number with a stop that is no end of a sentence.
func deOrdinalAt(p *parser, i int) int {
	n := p.plainAt(i, 4)
	if n < 0 || !p.dot(i+1) {
		return 0
	}
	if p.glued(i+2) && !p.capital(i+2) && !p.is(i+2, "–") && !p.is(i+2, "-") && !p.is(i+2, "/") {
		return 0
	}
	return p.deOrdinalWith(i, i+1, n)
}

// deOrdinalWith is the ordinal of n, its number ending before the stop at token
// stop.
func (p *parser) deOrdinalWith(i, stop int, n int64) int {
	after := stop + 1
	// What it counts: the noun behind it, past further ordinals and an
	// adjective.
	noun := after
	joined := false
	for k := 0; k < 3; k++ {
		from := noun
		switch {
		case p.is(noun, "–") || p.is(noun, "-") || p.is(noun, "/") || p.is(noun, ","):
			from++
		case p.s(noun) == "und" || p.s(noun) == "oder" || p.s(noun) == "bis" || p.s(noun) == "auf" || p.s(noun) == "bzw" || p.s(noun) == "u":
			from++
			if p.dot(from) {
				from++
			}
			if p.s(from) == "zum" || p.s(from) == "den" || p.s(from) == "der" || p.s(from) == "die" || p.s(from) == "das" {
				from++
			}
		}
		if from == noun || (p.kind(from) != number && romanValue(p.s(from)) == 0) || !p.dot(from+1) {
			break
		}
		joined = true
		noun = from + 2
	}
	small := false
	for k := 0; k < 2 && p.kind(noun) == word && !p.capital(noun) && !has(p.lang.small, p.s(noun)); k++ {
		small = true // der 3. große Sieg
		noun++
	}
	determined := has(p.lang.endings, p.prev(i)) || p.ended == i-1 && p.chain != "" && p.kind(i-1) != none
	chained := p.ended >= i-4 && p.ended > 0 && p.chain != "" && p.ended < i
	_, m := p.find(p.lang.month, noun)
	month := m > 0
	nounWord := ""
	if p.capital(noun) && !has(p.lang.small, p.s(noun)) {
		nounWord = p.s(noun)
		if q := noun + 1; p.glued(q) && p.is(q, "-") && p.capital(q+1) && p.glued(q+1) {
			nounWord = p.s(q + 1) // das 2. LKW-Rennen
		}
		if nounWord == "Jh" || nounWord == "Jhd" || nounWord == "Jhdt" {
			nounWord = "Jahrhundert"
		}
	}
	g, known := p.lang.genderOfNoun(nounWord)
	if month {
		g, known = masculine, true
	}
	switch {
	case month && n > 31 || p.last(after) && !determined:
		return 0
	case p.afterRef(i) && !month:
		return 0
	case determined, chained, month:
		if p.kind(after) == none || p.last(after) {
			// Only after a word that leads to an ordinal: der 3.
			switch strings.ToLower(p.prev(i)) {
			case "der", "die", "das", "dem", "den", "des", "am", "vom", "zum", "zur", "beim":
			default:
				return 0
			}
			if len(p.s(i)) > 2 {
				return 0
			}
		}
	case nounWord == "" || small:
		return 0
	case len(p.s(i)) > 3:
		return 0
	case i == 0 && !known:
		return 0 // a list item
	case i > 0 && p.kind(i-1) == word && p.capital(i-1) && !known && !joined:
		return 0 // Goetheweg 3. Dann …
	}
	ending := ""
	if chained && !has(p.lang.endings, p.prev(i)) {
		ending = p.chain
	} else {
		ending = p.deEnding(i, nounWord, g)
	}
	if p.at(i-1).kind == none && p.kind(noun) == none {
		return 0
	}
	stopEnd := stop + 1
	if p.last(stop) {
		stopEnd = stop
	}
	p.put(i, stopEnd, deOrdinal(n, ending))
	p.chain, p.ended = ending, stop
	next := stop + 1
	// 3.–5. Oktober
	if (p.is(next, "–") || p.is(next, "-")) && p.glued(next) == p.glued(next+1) && p.kind(next+1) == number && p.dot(next+2) {
		p.put(next, next+1, "bis")
		p.ended = next
		return next + 1 - i
	}
	if p.is(next, "/") && p.kind(next+1) == number && p.dot(next+2) {
		p.put(next, next+1, "und")
		p.ended = next
		return next + 1 - i
	}
	return next - i
}

// genderOfNoun looks a noun up, or the longest noun that it ends with, or what
// its suffix tells.
func (l *language) genderOfNoun(s string) (g gender, known bool) {
	if s == "" {
		return masculine, false
	}
	low := strings.ToLower(s)
	for cut := 0; cut < len(low) && cut < 32; cut++ {
		if forms, ok := l.nouns[low[cut:]]; ok {
			return genderOf(forms, 0), true
		}
	}
	return masculine, false
}

// deEnding is the ending of an ordinal at token i before noun, of gender g.
func (p *parser) deEnding(i int, noun string, g gender) string {
	strong := [...]string{masculine: "er", feminine: "e", neuter: "es"}[g]
	j := i - 1
	// Montag, 3. Oktober: what stands before the day of the week counts.
	if p.is(j, ",") && has(p.lang.words, "day "+p.s(j-1)) {
		switch strings.ToLower(p.s(j - 2)) {
		case "am", "vom", "zum", "bis", "ab", "dem", "den", "beim", "von":
			return "en"
		}
		return strong
	}
	w := p.prev(i)
	if w == "" {
		return strong
	}
	forms, ok := p.lang.endings[w]
	if !ok {
		forms, ok = p.lang.endings[strings.ToLower(w)]
	}
	if !ok {
		// des damaligen 45. Präsidenten: an adjective behind a determiner.
		if before := p.prev(i - 1); before != "" && !p.capital(i-1) {
			if f, ok := p.lang.endings[strings.ToLower(before)]; ok {
				for _, e := range []string{"en", "er", "es", "em", "e"} {
					if strings.HasSuffix(w, e) {
						return e
					}
				}
				if len(f[0]) <= 2 {
					return f[0]
				}
			}
		}
		return strong
	}
	switch forms[0] {
	case "der":
		// After a preposition it is the dative of a feminine noun.
		if before := p.lang.endings[strings.ToLower(p.prev(i-1))]; g == masculine && !(len(before) > 0 && before[0] == "dative") {
			return "e"
		}
		return "en"
	case "die":
		if strings.HasSuffix(noun, "en") || strings.HasSuffix(noun, "innen") {
			return "en"
		}
		return "e"
	case "dies":
		if strings.HasSuffix(noun, "s") {
			return "en"
		}
		return "e"
	case "ein":
		if g == neuter {
			return "es"
		}
		return "er"
	case "dative": // a preposition without an article
		if noun == "" {
			return "en" // ab 3. Oktober
		}
		if g == feminine {
			return "er"
		}
		return "em"
	case "accusative":
		if g == feminine {
			return "e"
		}
		if g == neuter {
			return "es"
		}
		return "en"
	}
	return forms[0]
}

// deRoman is a Roman numeral: an ordinal before a stop, after a king's name, a
// cardinal after “Kapitel”.
func deRoman(p *parser, i int, n int64) int {
	if p.dot(i + 1) {
		if forms, ok := p.lang.kings[strings.TrimSuffix(p.prev(i), "s")]; ok || has(p.lang.kings, p.prev(i)) {
			if !ok {
				forms = p.lang.kings[p.prev(i)]
			}
			return p.deKing(i, n, genderOf(forms, 0))
		}
		if (p.capital(i+2) || p.s(i+2) == "und" || p.is(i+2, "–") || p.is(i+2, "/")) && (n > 1 || p.at(i-1).kind != none) || has(p.lang.endings, p.prev(i)) {
			if g := len(p.s(i)); g > 1 || n < 50 {
				if p.prev(i) == "" || has(p.lang.endings, p.prev(i)) || !p.capital(i-1) || i == 0 {
					if _, known := p.lang.genderOfNoun(p.s(i + 2)); known || has(p.lang.endings, p.prev(i)) {
						return p.deOrdinalWith(i, i+1, n)
					}
				}
			}
		}
		if has(p.lang.numbered, p.prev(i)) && p.last(i+1) {
			p.put(i, i+1, deCardinal(n))
			return 1
		}
		return 0
	}
	if forms, ok := p.lang.kings[p.prev(i)]; ok && n < 40 && (n > 1 || p.ends(i+1)) {
		if k := p.romanRow(i, n, func(n int64) string { return "der " + capitalize(deOrdinal(n, "e")) }); k > 0 {
			return k
		}
		return p.deKing(i, n, genderOf(forms, 0))
	}
	return p.numberedRoman(i, n)
}

// deKing is the number of a king: “der Vierzehnte”, in the case that the words
// before the name ask for.
func (p *parser) deKing(i int, n int64, g gender) int {
	name := p.prev(i)
	// The first word before name and titles.
	j := i - 1
	for k := 0; k < 4 && p.capital(j) && (j > 0 || k == 0); k++ {
		j--
	}
	lead := ""
	if j >= 0 && p.kind(j) == word {
		lead = strings.ToLower(p.s(j))
	} else if p.kind(0) == word && j < 0 {
		lead = strings.ToLower(p.s(0))
	}
	art, ending := "der", "e"
	possessive := p.dot(i+1) && p.glued(i+2) && p.s(i+2) == "s" // Heinrich VIII.s Frauen
	_, plain := p.lang.kings[name]
	switch {
	case possessive, !plain && strings.HasSuffix(name, "s"), lead == "des", lead == "eines":
		art, ending = "des", "en"
		if g == feminine {
			art = "der"
		}
	case g == feminine:
		switch p.caseOf(lead) {
		case "dative":
			art, ending = "der", "en"
		default:
			art = "die"
		}
	default:
		switch p.caseOf(lead) {
		case "dative":
			art, ending = "dem", "en"
		case "accusative":
			art, ending = "den", "en"
		}
	}
	text := deOrdinal(n, ending)
	text = art + " " + strings.ToUpper(text[:1]) + text[1:]
	hi := i + 1
	if p.dot(i+1) && !p.last(i+1) {
		hi = i + 2
		if possessive {
			hi = i + 3
		}
	}
	p.put(i, hi, text)
	return hi - i
}

// caseOf is the case that a preposition or article asks for.
func (p *parser) caseOf(w string) string {
	switch w {
	case "von", "mit", "bei", "nach", "zu", "unter", "aus", "seit", "vor", "dem", "vom", "zum", "beim", "im", "am", "neben", "zwischen", "gegenüber", "außer":
		return "dative"
	case "durch", "für", "gegen", "ohne", "den", "um":
		return "accusative"
	}
	return ""
}

// deClock is a time of day before “Uhr”, or a range of two.
func deClock(p *parser, i int) int {
	say := func(h, m int64) string {
		s := itoa(h)
		if h == 1 {
			s = "ein"
		}
		s += " Uhr"
		if m > 0 {
			s += " " + itoa(m)
		}
		return s
	}
	h, m, j := p.timeAt(i, ":.")
	if j == 0 {
		if h := p.plainAt(i, 2); h == 1 && p.s(i+1) == "Uhr" {
			p.put(i, i+1, "ein")
			return 2
		}
		return 0
	}
	if p.s(j) == "Uhr" || p.s(j) == "h" && p.is(i+1, ":") {
		p.put(i, j+1, say(h, m))
		return j + 1 - i
	}
	// 10:30–12 Uhr
	if (p.is(j, "–") || p.is(j, "-") || p.s(j) == "bis" || p.s(j) == "und") && p.kind(j+1) == number && p.glued(j) == p.glued(j+1) {
		_, _, end := p.timeAt(j+1, ":.")
		if end == 0 && p.plainAt(j+1, 2) >= 0 {
			end = j + 2
		}
		if end > 0 && p.s(end) == "Uhr" {
			p.put(i, j, say(h, m))
			if p.kind(j) == sign {
				p.put(j, j+1, "bis")
			}
			return j + 1 - i
		}
	}
	return 0
}

// howOften is a number of times: 1x täglich.
func (p *parser) howOften(i int) int {
	n := p.plainAt(i, 3)
	if p.lang.name != "de" || n < 1 || p.s(i+1) != "x" || !p.ends(i+2) || p.kind(i+2) == number || algebra[p.s(i-1)] || algebra[p.s(i+2)] {
		return 0
	}
	if !p.glued(i + 1) {
		switch p.s(i + 2) {
		case "täglich", "wöchentlich", "monatlich", "jährlich", "pro", "am", "im", "in", "die":
		default:
			return 0
		}
	}
	if n <= 12 {
		p.put(i, i+2, deHead(n)+"mal")
	} else {
		p.put(i+1, i+2, "mal")
	}
	return 2
}

// algebra is what shows the x beside it to be a variable, as written and as said.
var algebra = set("+ - − = × ÷ ± * / ^ < > ≤ ≥ ≠ ≈ √ ² ³ ⁴ ⁵ ⁻ plus minus mal gleich ungleich kleiner größer geteilt durch hoch als aus ungefähr")

// deHalf is half of something of gender g.
func (p *parser) deHalf(i int, g gender) string {
	if forms := p.lang.endings[strings.ToLower(p.prev(i))]; len(forms) > 0 && forms[0] == "dative" {
		return [...]string{masculine: "einem halben", feminine: "einer halben", neuter: "einem halben"}[g]
	}
	if g == masculine && p.kind(i-1) == word {
		return "einen halben"
	}
	return [...]string{masculine: "ein halber", feminine: "eine halbe", neuter: "ein halbes"}[g]
}
