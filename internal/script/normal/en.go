package normal

import "strings"

// English: years are said in pairs, ordinals end in st, nd, rd, th.
var english = language{
	name: "en", group: ",", decimal: ".",
	cardinal: enCardinal,
	year:     enYear, lastYear: 2099,
	one:     func(gender) string { return "one" },
	plural:  func(n numeral) bool { return n.value != 1 || !n.whole() },
	ordinal: enOrdinalAt,
	roman:   enRoman,
	clock:   enClock,
	date: func(p *parser, i int, d day) string {
		s := p.lang.monthName(d.month) + " " + enOrdinal(d.day)
		if p.lang.dayFirst(p.region) && p.is(i+1, "/") || p.is(i+1, ".") {
			s = p.theDay(i, d.day) + " of " + p.lang.monthName(d.month)
		}
		return s + ", " + enYear(d.year)
	},
	dayFirst: func(region string) bool { return region != "" && region != "US" && region != "PH" && region != "CA" },
}

// theDay is the ordinal of n with its article, unless that stands before token i.
func (p *parser) theDay(i int, n int64) string {
	if strings.EqualFold(p.prev(i), "the") {
		return enOrdinal(n)
	}
	return "the " + enOrdinal(n)
}

// enOrdinalAt is 3rd, or a day before its month.
func enOrdinalAt(p *parser, i int) int {
	n := p.plainAt(i, 4)
	if n < 0 {
		return 0
	}
	suffix := p.s(i + 1)
	marked := p.glued(i+1) && len(suffix) == 2 && suffix == enSuffix(n)
	end := i + 1
	if marked {
		end++
	}
	from := end
	if marked && p.s(end) == "of" {
		from++
	}
	_, month := p.find(p.lang.month, from)
	isDate := month > 0 && n >= 1 && n <= 31 && p.ends(end) && (len(p.s(from)) > 3 || p.capital(from))
	switch {
	case isDate && from == end:
		p.put(i, end, p.theDay(i, n)+" of")
		return end - i
	case !marked:
		// 3–5 October
		if m := p.plainAt(i+2, 2); p.is(i+1, "–") && p.glued(i+1) && m > n && m <= 31 {
			if _, k := p.find(p.lang.month, i+3); k > 0 {
				p.put(i, i+1, p.theDay(i, n))
				p.put(i+1, i+2, "to")
				p.put(i+2, i+3, "the "+enOrdinal(m)+" of")
				return 3
			}
		}
		return 0
	case !p.ends(end) && !p.is(end, "-") && !p.is(end, "–") && !p.is(end, "’") && !p.is(end, "'"):
		return 0
	}
	p.put(i, end, enOrdinal(n))
	if (p.is(end, "–") || p.is(end, "-")) && p.glued(end) && p.glued(end+1) && p.kind(end+1) == number && p.kind(end+2) == word {
		p.put(end, end+1, "to")
		return end + 1 - i
	}
	return end - i
}

func enSuffix(n int64) string {
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			return "st"
		case 2:
			return "nd"
		case 3:
			return "rd"
		}
	}
	return "th"
}

// enRoman is a king's number, or that of a war, a chapter, a sequel.
func enRoman(p *parser, i int, n int64) int {
	prev := p.prev(i)
	if _, king := p.lang.kings[prev]; king && n < 40 && prev != "" {
		if k := p.romanRow(i, n, func(n int64) string { return "the " + capitalize(enOrdinal(n)) }); k > 0 {
			return k
		}
		next := p.s(i + 1)
		// “Henry I know”: the pronoun leads on to a verb in small letters.
		if n > 1 || p.kind(i+1) == none || p.kind(i+1) == sign && !p.is(i+1, "'") && !p.is(i+1, "’") || next == "of" || next == "and" || next == "was" {
			p.put(i, i+1, "the "+capitalize(enOrdinal(n)))
			return 1
		}
		return 0
	}
	if _, king := p.lang.kings[p.prev(i-1)]; king && prev == "the" && n > 1 && n < 40 {
		p.put(i, i+1, capitalize(enOrdinal(n))) // Louis the XIV
		return 1
	}
	return p.numberedRoman(i, n)
}

func capitalize(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// mine are verbs before which “I” is the pronoun even after “Part” or “Book”.
var mine = set("am have had know knew read wrote write saw see think thought want wanted need like liked love loved would can could will did do got bought own made found")

// numberedRoman is the Roman numeral of value n at token i after a noun that
// takes a number.
func (p *parser) numberedRoman(i int, n int64) int {
	prev := p.prev(i)
	if k := p.romanRow(i, n, p.lang.cardinal); k > 0 {
		return k
	}
	if prev == "" || !p.at(i).spaced {
		return 0
	}
	switch _, listed := p.lang.numbered[prev]; {
	case listed && (n > 1 || p.lang.name != "en" || p.capital(i-1) && !mine[p.s(i+1)]):
	case !p.capital(i-1) || has(p.lang.small, prev) || len(p.s(i)) < 2 || strings.Trim(p.s(i), "IVX") != "":
		return 0
	case strings.ToUpper(prev) == prev && len(prev) > 1 && p.capital(i+1):
		return 0 // a line in capitals
	}
	p.put(i, i+1, p.lang.cardinal(n))
	return 1
}

// maxRow bounds the numerals in a row.
const maxRow = 12

// romanRow is a row of rising Roman numerals with commas or “and” between them,
// which are numbers beyond doubt: I, II and III. The last may stand behind a dash
// if a noun that takes a number leads to them: Bände I–III. Say is how each is
// said.
func (p *parser) romanRow(i int, n int64, say func(n int64) string) int {
	if strings.Trim(p.s(i), "IVX") != "" || p.is(i-1, ",") || p.lang.joint(p.prev(i)) {
		return 0 // the rest of another row
	}
	long, count, end, dash := len(p.s(i)) > 1, 1, i+1, 0
	for count < maxRow {
		next := end
		if p.is(next, ",") && p.glued(next) {
			next++
		}
		if p.lang.joint(p.s(next)) {
			next++
		} else if next == end && p.is(end, "–") && p.glued(end) && p.glued(end+1) && has(p.lang.numbered, p.prev(i)) {
			dash = end
			next++
		}
		v := romanValue(p.s(next))
		if next == end || v <= n || strings.Trim(p.s(next), "IVX") != "" || p.glued(next) != (dash > 0) {
			break
		}
		long = long || len(p.s(next)) > 1
		n, end = v, next+1
		count++
		if dash > 0 {
			break
		}
	}
	if !long || count < 2 || !p.ends(end) || p.dot(end) && !p.last(end) || p.is(end, "-") || p.is(end, "–") && dash > 0 {
		return 0
	}
	if p.kind(end) == word {
		// The first and second World War are none of these.
		if _, known := p.lang.genderOfNoun(p.s(end)); known && len(p.lang.nouns) > 0 || p.capital(end) {
			return 0
		}
	}
	for j := i; j < end; j++ {
		if v := romanValue(p.s(j)); v > 0 {
			p.put(j, j+1, say(v))
		} else if j == dash {
			p.put(j, j+1, p.lang.say("to"))
		}
	}
	return end - i
}

// joint reports the word between the last two of a row.
func (l *language) joint(s string) bool {
	return s != "" && (s == l.symbols["&"][0] || s == l.say("or") || s == l.say("to"))
}

// enClock is a time of day with a.m. or p.m., or after “at”.
func enClock(p *parser, i int) int {
	h, m, j := p.timeAt(i, ":.")
	if j == 0 {
		// 3pm
		if h := p.plainAt(i, 2); h >= 1 && h <= 12 && halfDay(p.s(i+1)) && p.glued(i+1) && (p.ends(i+2) || p.clockAfter(i+2)) {
			p.put(i+1, i+2, strings.ToUpper(p.s(i+1)))
			return 2 + p.untilClock(i+2)
		}
		return 0
	}
	half := halfDay(p.s(j)) && (p.ends(j+1) || p.clockAfter(j+1)) || p.stoppedHalf(j)
	clock := has(p.lang.words, "clock "+strings.ToLower(p.prev(i)))
	if p.is(i+1, ".") && !half || !half && (!clock || !p.ends(j)) {
		return 0
	}
	switch {
	case half && m == 0:
		p.put(i, j, itoa(h))
	case m == 0 && h >= 1 && h <= 12:
		p.put(i, j, itoa(h)+" o'clock")
	case m == 0:
		p.put(i, j, itoa(h)+" hundred")
	case m < 10:
		p.put(i, j, itoa(h)+" oh "+itoa(m))
	case half || p.s(i)[0] == '0':
		p.put(i, j, itoa(h)+" "+itoa(m))
	}
	if halfDay(p.s(j)) && half {
		if p.glued(j) || p.s(j) != strings.ToUpper(p.s(j)) {
			p.put(j, j+1, strings.ToUpper(p.s(j)))
		}
		return j + 1 - i + p.untilClock(j+1)
	}
	if half {
		hi := p.beforeStop(j, j+4)
		p.put(j, hi, strings.ToUpper(p.s(j))+"M")
		return hi - i + p.untilClock(hi)
	}
	return j - i
}

// clockAfter reports that a dash at token i leads on to another time of day:
// 10 a.m.-5:30 p.m.
func (p *parser) clockAfter(i int) bool {
	if !p.is(i, "-") && !p.is(i, "–") || p.glued(i) != p.glued(i+1) {
		return false
	}
	h, j := p.plainAt(i+1, 2), i+2
	if _, _, end := p.timeAt(i+1, ":."); end > 0 {
		j = end
	}
	return h >= 1 && h <= 12 && (halfDay(p.s(j)) && p.ends(j+1) || p.stoppedHalf(j))
}

// untilClock says the dash at token i between two times of day and gives the
// tokens that this settles.
func (p *parser) untilClock(i int) int {
	if !p.clockAfter(i) {
		return 0
	}
	p.put(i, i+1, p.lang.say("to"))
	p.chain, p.ended = "m", i // what follows is free to be read
	return 1
}

// inches is the second part of a height: 6 ft 2 in. “In” is mostly a preposition,
// so that what stands behind it must be the end, a mark or the dimension.
func (p *parser) inches(i int) int {
	foot := i - 1
	if p.dot(foot) {
		foot--
	}
	n := p.plainAt(i, 2)
	if p.lang.name != "en" || n < 0 || n > 11 || p.s(foot) != "ft" || p.kind(foot-1) != number || p.s(i+1) != "in" {
		return 0
	}
	switch p.s(i + 2) {
	case "tall", "long", "high", "wide", "deep", "thick", "by", "and", "or", "x":
	default:
		if p.kind(i+2) == word || p.kind(i+2) == number || !p.ends(i+2) {
			return 0
		}
		if p.is(i+2, ".") && !p.last(i+2) {
			return 0
		}
	}
	if n == 1 {
		p.put(i, i+2, "one inch")
	} else {
		p.put(i+1, i+2, "inches")
	}
	return 2
}

// stoppedHalf reports “a.m.” or “p.m.” at token i.
func (p *parser) stoppedHalf(i int) bool {
	w := p.s(i)
	return len(w) == 1 && strings.Contains("apAP", w) && p.dot(i+1) && strings.EqualFold(p.s(i+2), "m") && p.dot(i+3)
}

func halfDay(s string) bool { return s == "am" || s == "pm" || s == "AM" || s == "PM" }

// oldMoney is shillings, and pence, behind English pounds: £3 12s. 6d.
func (p *parser) oldMoney(i int) int {
	if p.lang.name != "en" || !p.glued(i-1) || p.kind(i-1) != number || !p.is(i-2, "£") {
		return 0
	}
	part := func(i int, letter string, most int64, one, many string) int {
		value := p.plainAt(i, 2)
		if p.glued(i) || value < 0 || value > most || !p.glued(i+1) || p.s(i+1) != letter {
			return i
		}
		end := i + 2
		if p.dot(end) {
			end++
		} else if !p.ends(end) {
			return i
		}
		said := many
		if value == 1 {
			said = one
		}
		p.put(i+1, p.beforeStop(i+1, end), said)
		return end
	}
	end := part(i, "s", 19, "shilling", "shillings")
	if end > i {
		end = part(end, "d", 11, "penny", "pence")
	}
	return end - i
}
