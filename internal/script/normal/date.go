package normal

import (
	"strconv"
	"strings"
)

// day is a date; year 0 is none.
type day struct{ year, month, day int64 }

func (d day) valid() bool {
	return d.day >= 1 && d.day <= 31 && d.month >= 1 && d.month <= 12 && (d.year == 0 || d.year >= 1000 && d.year <= 2999)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// monthName is the name of month m, from 1.
func (l *language) monthName(m int64) string {
	if names := l.words["months"]; m >= 1 && int(m) <= len(names) {
		return names[m-1]
	}
	return itoa(m)
}

// date is a date in figures: 2024-10-03, 03.10.2024, 3/10/2024.
func (p *parser) date(i int) int {
	a := p.plainAt(i, 4)
	sep := p.s(i + 1)
	if a < 0 || p.kind(i+1) != sign || !p.glued(i+1) {
		return 0
	}
	var d day
	end := i + 5
	b, c := p.plainAt(i+2, 2), p.plainAt(i+4, 4)
	switch {
	case b < 0:
		return 0
	case len(p.s(i)) == 4 && sep == "-":
		if !p.is(i+3, "-") || len(p.s(i+2)) != 2 || len(p.s(i+4)) != 2 || !p.glued(i+4) || !p.glued(i+2) {
			return 0
		}
		d = day{a, b, c}
	case len(p.s(i)) > 2 || c >= 0 && p.s(i+3) != sep && !p.is(i+3, "."):
		return 0
	case sep == ".":
		if !p.dot(i + 3) {
			return 0
		}
		if p.lang.group == "," { // English versions look like that, dates seldom
			if len(p.s(i+4)) != 4 {
				return 0
			}
		}
		if p.kind(i+4) == number && (p.glued(i+2) || p.lang.name == "de") && (len(p.s(i+4)) == 4 || len(p.s(i+4)) == 2 && p.glued(i+4) && len(p.s(i+2)) == 2) && p.ends(end) {
			d = day{p.fullYear(i + 4), b, a}
			break
		}
		// am 3.10.
		forms := p.lang.endings[strings.ToLower(p.prev(i))]
		weekday := p.is(i-1, ",") && has(p.lang.words, "day "+p.s(i-2))
		joined := p.dated == i-1 && (p.is(i-1, ",") || p.is(i-1, "–") || p.lang.joint(p.s(i-1)))
		if p.lang.name != "de" || !weekday && !joined && (len(forms) == 0 || forms[0] == "e") || p.glued(i+4) && p.kind(i+4) != sign {
			return 0
		}
		d, end = day{0, b, a}, i+4
		if p.last(i + 3) {
			end = i + 3
		}
	case sep == "/":
		if !p.is(i+3, "/") || !p.glued(i+2) || !p.glued(i+4) || len(p.s(i+4)) != 4 {
			return 0
		}
		d = day{c, b, a}
		if b > 12 || a <= 12 && !p.lang.dayFirst(p.region) {
			d.month, d.day = a, b
		}
	default:
		return 0
	}
	if !d.valid() || !p.ends(end) || p.glued(end) && p.is(end, "-") && p.kind(end+1) == number {
		return 0
	}
	if p.is(i-1, "–") && p.dated == i-1 {
		p.put(i-1, i, p.lang.say("to"))
	}
	p.put(i, end, p.lang.date(p, i, d))
	if d.year == 0 {
		p.dated = end
	}
	return end - i
}

// fullYear is the year at token i, which may have two digits only.
func (p *parser) fullYear(i int) int64 {
	y := p.plainAt(i, 4)
	if len(p.s(i)) == 2 {
		if y < 50 {
			return 2000 + y
		}
		return 1900 + y
	}
	return y
}

// monthDay is a month before its day or year: “October 3, 2024”, “Oct. 2024”; a
// month that is cut short is said in full beside a number.
func (p *parser) monthDay(i int) int {
	e, k := p.find(p.lang.month, i)
	if k == 0 || p.glued(i) && p.kind(i-1) != sign || p.glued(i+k) && p.kind(i+k) != sign {
		return 0
	}
	after := i + k
	beside := p.kind(after) == number && !p.glued(after)
	before := p.kind(i-1) == number || p.dot(i-1) && p.kind(i-2) == number || p.kind(i-1) == word && p.kind(i-2) == number && p.glued(i-1) || p.prev(i) == "de"
	if !before && !beside {
		return 0
	}
	p.put(i, p.beforeStop(i, i+k), e.forms[0])
	if p.lang.name != "en" || !beside || before {
		return k
	}
	n := p.plainAt(after, 2)
	if n < 1 || n > 31 {
		return k
	}
	end := after + 1
	if w := p.s(end); p.glued(end) && (w == "st" || w == "nd" || w == "rd" || w == "th") {
		end++
	}
	if p.glued(end) && !p.ends(end) && !p.is(end, "–") && !p.is(end, "-") {
		return k
	}
	if h, _, _ := p.timeAt(after, ":"); h >= 0 && p.is(after+1, ":") {
		return k
	}
	if has(p.lang.counted, p.s(end)) {
		return k // March 5 miles
	}
	p.put(after, end, enOrdinal(n))
	if m := p.plainAt(end+1, 2); (p.is(end, "–") || p.is(end, "-")) && m > n && m <= 31 && p.ends(end+2) {
		p.put(end, end+1, "to")
		p.put(end+1, end+2, enOrdinal(m))
		end += 2
	}
	// October 3, 2024
	if y := p.plainAt(end+1, 4); p.is(end, ",") && y >= 1100 && y <= 2099 && len(p.s(end+1)) == 4 && p.ends(end+2) {
		p.put(end+1, end+2, enYear(y))
		end += 2
	}
	return end - i
}

// timeAt reads a time of day at token i: hours, one of the separators, two
// digits of minutes; next is the token after it, 0 if there is none.
func (p *parser) timeAt(i int, seps string) (h, m int64, next int) {
	h, m = p.plainAt(i, 2), p.plainAt(i+2, 2)
	if h < 0 || h > 24 || m < 0 || m > 59 || len(p.s(i+2)) != 2 || p.kind(i+1) != sign || !strings.Contains(seps, p.s(i+1)) || !p.glued(i+1) || !p.glued(i+2) {
		return -1, -1, 0
	}
	if p.glued(i+3) && p.kind(i+3) == sign && strings.Contains(":.", p.s(i+3)) && p.glued(i+4) && p.kind(i+4) == number {
		return -1, -1, 0
	}
	return h, m, i + 3
}

func (p *parser) clock(i int) int { return p.lang.clock(p, i) }

func (p *parser) ordinal(i int) int { return p.lang.ordinal(p, i) }

// clockWord is “p.m.” after a number.
func (p *parser) clockWord(i int) int {
	w := p.s(i)
	if p.lang.name != "en" || p.kind(i-1) != number || !p.stoppedHalf(i) {
		return 0
	}
	hi := p.beforeStop(i, i+4)
	p.put(i, hi, strings.ToUpper(w)+"M")
	return hi - i + p.untilClock(hi)
}

// weekdayRange is two days of the week that are cut short: Mo.–Fr.
func (p *parser) weekdayRange(i int) int {
	from := p.lang.weekdays[p.s(i)]
	if from == nil || p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	dash := i + 1
	if p.dot(dash) {
		dash++
	}
	to := p.lang.weekdays[p.s(dash+1)]
	if !p.is(dash, "–") && !p.is(dash, "-") || to == nil || p.glued(dash) != p.glued(dash+1) || p.s(i) == p.s(dash+1) {
		return 0
	}
	end := dash + 2
	if p.dot(end) {
		end++
	}
	if !p.ends(end) || p.glued(end) && (p.is(end, "-") || p.is(end, "–")) {
		return 0
	}
	p.put(i, dash, from[0])
	p.put(dash, dash+1, p.lang.say("to"))
	hi := p.beforeStop(dash+1, end)
	p.put(dash+1, hi, to[0])
	return hi - i
}

// decade is a number that names ten years: 1990s, 1990er.
func (p *parser) decade(i int) int {
	n := p.plainAt(i, 4)
	if n < 0 || len(p.s(i)) == 3 || n%10 != 0 && p.lang.name == "en" {
		return 0
	}
	switch p.lang.name {
	case "de":
		if p.s(i+1) != "er" || !p.glued(i+1) || n%10 != 0 && len(p.s(i)) == 4 || n == 0 || n > 2999 || len(p.s(i)) == 1 {
			return 0
		}
		p.put(i, i+2, deYear(n)+"er")
		return 2
	case "en":
		end := i + 1
		if p.glued(end) && (p.is(end, "'") || p.is(end, "’")) {
			end++
		}
		if p.s(end) != "s" || !p.glued(end) || p.glued(end+1) && p.kind(end+1) != sign || len(p.s(i)) != 4 && len(p.s(i)) != 2 || n < 10 || n > 2999 {
			return 0
		}
		text := enPlural(enYear(n))
		if n == 2000 {
			text = "two thousands"
		}
		p.put(i, end+1, text)
		if end++; (p.is(end, "–") || p.is(end, "-")) && p.glued(end) && p.glued(end+1) && p.kind(end+1) == number {
			p.put(end, end+1, "to")
			end++
			p.ended, p.chain = end-1, "s"
		}
		return end - i
	}
	return 0
}

// shortDecade is one without its century: the '90s, gli anni '90.
func (p *parser) shortDecade(i int) int {
	if !p.is(i, "'") && !p.is(i, "’") && !p.is(i, "‘") || p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	n := p.plainAt(i+1, 2)
	if !p.glued(i+1) || n < 10 {
		return 0
	}
	switch p.lang.name {
	case "en":
		if p.s(i+2) == "s" && p.glued(i+2) && n%10 == 0 {
			p.put(i, i+3, enPlural(enCardinal(n)))
			return 3
		}
	case "it":
		if has(p.lang.yearBefore, p.prev(i)) && p.ends(i+2) {
			p.put(i, i+2, itCardinal(n))
			return 2
		}
	}
	return 0
}
