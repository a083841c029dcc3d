package normal

import "strings"

// measure is what follows a number: a power of ten, a unit, a currency.
type measure struct {
	parts    []part
	next     int    // the token after it
	singular string // all of it after the number 1
	gender   gender
	cents    bool // spoken stands for the amount as well: 3 Euro 50
	spoken   string
}

// part says that tokens lo up to hi become with.
type part struct {
	lo, hi int
	with   string
}

// measure reads what is counted, from token i on. N is the number before it.
func (p *parser) measure(i int, n numeral, ranged bool) measure {
	m := measure{next: i}
	many := ranged || p.lang.plural(n)
	form := func(e *entry, many bool) string {
		if many && len(e.forms) > 1 {
			return e.forms[1]
		}
		return e.forms[0]
	}
	big, size := p.find(p.lang.magnitude, i)
	if size > 0 && p.ends(i+size) && !(len(big.forms) > 2 && big.forms[2] == "$") {
		hi := p.beforeStop(i, i+size)
		m.parts = append(m.parts, part{i, hi, form(big, many)})
		m.singular, m.gender, m.next = big.forms[0], genderOf(big.forms, 2), hi
		many = true
	} else {
		big, size = nil, 0
	}
	at := i + size
	if p.glued(at) && p.is(at, "-") {
		return m
	}
	if e, k := p.find(p.lang.currency, at); k > 0 && m.next == at && p.unitEnds(at+k) {
		name := form(e, many)
		if big == nil && len(n.fraction) == 2 && n.value >= 0 && len(e.forms) >= 6 && !ranged {
			m.cents, m.next = true, at+k
			m.spoken = p.lang.price(n, e)
			p.per(&m, at+k)
			for _, per := range m.parts {
				m.spoken += " " + per.with
			}
			return m
		}
		if big != nil {
			name = p.lang.after(name)
			m.singular += " " + name
		} else {
			m.gender, m.singular = genderOf(e.forms, 2), e.forms[0]
		}
		m.parts = append(m.parts, part{at, at + k, name})
		m.next = at + k
		p.per(&m, at+k)
		return m
	}
	if e, k := p.find(p.lang.unit, at); k > 0 && m.next == at && p.unitEnds(at+k) {
		hi := p.beforeStop(at, at+k)
		if !p.dot(at+k-1) || hi == at+k || p.last(at+k-1) {
			name := form(e, many)
			if big != nil {
				name = p.lang.after(name)
				m.singular += " " + name
			} else {
				m.gender, m.singular = genderOf(e.forms, 2), e.forms[0]
			}
			m.parts = append(m.parts, part{at, hi, name})
			m.next = hi
			p.per(&m, hi)
		}
	}
	return m
}

// per adds “/h” to a measure.
func (p *parser) per(m *measure, i int) {
	if m.next != i || !p.glued(i) || !p.is(i, "/") || !p.glued(i+1) {
		return
	}
	e, k := p.find(p.lang.unit, i+1)
	if k == 0 || !p.unitEnds(i+1+k) {
		return
	}
	with := p.lang.say("per") + " " + e.forms[0]
	m.parts = append(m.parts, part{i, i + 1 + k, with})
	m.singular += " " + with
	m.next = i + 1 + k
}

// unitEnds reports that a unit can end before token i.
func (p *parser) unitEnds(i int) bool {
	if !p.glued(i) {
		return true
	}
	switch {
	case p.kind(i) != sign:
		return false
	case p.is(i, "'"), p.is(i, "’"), p.is(i, "_"), p.is(i, "@"), p.is(i, "²"), p.is(i, "³"), p.is(i, "&"):
		return false
	case p.is(i, "."), p.is(i, ","), p.is(i, ":"):
		return !p.glued(i+1) || p.kind(i+1) == sign
	}
	return true
}

// beforeStop is hi, or the token before if that is a full stop that ends the
// text too.
func (p *parser) beforeStop(lo, hi int) int {
	if hi-lo > 1 && p.is(hi-1, ".") && p.last(hi-1) {
		return hi - 1
	}
	return hi
}

// undo is how many replacements were noted from token i on.
func (m *measure) undo(p *parser, i int) int {
	n := 0
	for n < len(p.out) && p.out[len(p.out)-1-n].Lo >= p.toks[i].lo {
		n++
	}
	return n
}

// price says an amount of money with two decimals; the forms of a currency are
// singular, plural and gender, and the same of its hundredth.
func (l *language) price(n numeral, e *entry) string {
	cents := valueOf(n.fraction)
	count := func(n numeral, forms []string) string {
		switch {
		case n.value == 1 && n.whole():
			return l.one(genderOf(forms, 2)) + " " + forms[0]
		case l.plural(n):
			return l.figures(n) + " " + forms[1]
		}
		return l.figures(n) + " " + forms[0]
	}
	whole := n
	whole.fraction = ""
	small := numeral{digits: trimZeros(n.fraction), value: cents}
	switch {
	case cents == 0:
		return count(whole, e.forms)
	case n.value == 0:
		return count(small, e.forms[3:])
	case l.name == "en":
		return count(whole, e.forms) + " and " + count(small, e.forms[3:])
	}
	joint := " "
	if and := l.say("cents"); and != "" {
		joint = " " + and + " "
	}
	return count(whole, e.forms) + joint + small.digits
}

func trimZeros(digits string) string {
	if s := strings.TrimLeft(digits, "0"); s != "" {
		return s
	}
	return "0"
}

// money is an amount with its sign before it: $1.5 million, £19.99, US$ 5.
func (p *parser) money(i int) int {
	if p.glued(i) && (p.kind(i-1) == word || p.kind(i-1) == number) {
		return 0
	}
	return p.moneyAt(i)
}

// moneyCode is the same with letters before it: CHF 20, US$ 5.
func (p *parser) moneyCode(i int) int {
	if p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	return p.moneyAt(i)
}

func (p *parser) moneyAt(i int) int {
	e, k := p.find(p.lang.currency, i)
	at := i + k
	if k == 0 || p.kind(at) != number {
		return 0
	}
	a, j := p.numeral(at)
	if j == 0 && p.dot(at+1) && p.glued(at+2) && len(p.s(at+2)) == 2 && p.plainAt(at, 9) >= 0 && p.ends(at+3) {
		// $19.99 where decimals have a comma
		a, j = numeral{digits: p.s(at), value: p.plainAt(at, 9), fraction: p.s(at + 2)}, at+3
	}
	if j == 0 || a.value < 0 {
		return 0
	}
	last, end, text := a, j, ""
	if dash := j; (p.is(dash, "–") || p.is(dash, "-")) && p.glued(dash) && p.glued(dash+1) {
		// $5–10, $5–$10
		from := dash + 1
		if e2, k2 := p.find(p.lang.currency, from); e2 == e {
			from += k2
		}
		if b, next := p.numeral(from); next > 0 && (b.value > a.value || b.fraction != "") {
			text = p.lang.figures(a) + " " + p.lang.say("to") + " "
			last, end = b, next
		}
	}
	big, size := p.find(p.lang.magnitude, end)
	if size > 0 && p.ends(end+size) {
		hi := p.beforeStop(end, end+size)
		form := big.forms[0]
		if p.lang.plural(last) {
			form = big.forms[1]
		}
		head := p.lang.figures(last)
		if last.value == 1 && last.whole() && text == "" {
			head = p.lang.one(genderOf(big.forms, 2))
		}
		name := e.forms[1]
		if text == "" && p.priced(i, hi) {
			name = e.forms[0]
		}
		p.put(i, hi, text+head+" "+form+" "+p.lang.after(name))
		return hi - i
	}
	if p.glued(end) && p.is(end, "-") && p.glued(end+1) && text == "" {
		if big, size := p.find(p.lang.magnitude, end+1); size > 0 {
			// a $20-million deal
			p.put(i, end+1+size, p.lang.figures(last)+" "+big.forms[0]+" "+p.lang.after(e.forms[0]))
			return end + 1 + size - i
		}
	}
	m := measure{next: end}
	p.per(&m, end)
	if m.next == end && !p.ends(end) {
		return 0
	}
	switch {
	case text == "" && len(last.fraction) == 2 && len(e.forms) >= 6:
		text = p.lang.price(last, e)
	case text == "" && last.value == 1 && last.whole():
		text = p.lang.one(genderOf(e.forms, 2)) + " " + e.forms[0]
	case text != "" || p.lang.plural(last) && !p.priced(i, m.next):
		text += p.lang.figures(last) + " " + e.forms[1]
	default:
		text = p.lang.figures(last) + " " + e.forms[0]
	}
	for _, per := range m.parts {
		text += " " + per.with
	}
	p.put(i, m.next, text)
	return m.next - i
}

// priced reports that the English amount at tokens i to j describes the noun
// behind it, which an article leads to: a £4.5 million scheme.
func (p *parser) priced(i, j int) bool {
	if p.lang.name != "en" || p.kind(j) != word || p.glued(j) || p.capital(j) || has(p.lang.small, p.s(j)) {
		return false
	}
	return strings.EqualFold(p.prev(i), "a") || strings.EqualFold(p.prev(i), "an")
}
