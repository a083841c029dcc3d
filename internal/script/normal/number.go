package normal

import "strings"

// numeral is a number as it is written.
type numeral struct {
	digits   string // before the decimal separator, without grouping
	fraction string // after it
	value    int64  // of digits; huge ones are -1
	foreign  bool   // it is not grouped or divided as the language does it
	grouped  bool
}

func (n numeral) whole() bool { return n.fraction == "" }

// numeral reads the number that begins at token i and returns the token after
// it; 0 if it is no number but a version, an address or the like.
func (p *parser) numeral(i int) (n numeral, next int) {
	if p.kind(i) != number {
		return n, 0
	}
	first := p.s(i)
	groups := append(p.groupBuf[:0], first)
	var seps [maxGroups]string
	j := i + 1
	gap := false // groups are set apart by blanks
	for len(groups) < maxGroups {
		switch {
		case p.kind(j) == number && p.at(j).spaced && len(p.s(j)) == 3 && len(first) <= 3 && first[0] != '0' && (gap || len(groups) == 1):
			gap = true
			seps[len(groups)-1] = " "
			groups = append(groups, p.s(j))
			j++
			continue
		case p.glued(j) && p.kind(j) == sign && p.kind(j+1) == number && p.glued(j+1):
			s := p.s(j)
			if s != "." && s != "," && s != "'" && s != "’" {
				break
			}
			if s == "’" {
				s = "'"
			}
			seps[len(groups)-1] = s
			groups = append(groups, p.s(j+1))
			j += 2
			continue
		}
		break
	}
	if len(groups) == maxGroups {
		return n, 0
	}
	return p.interpret(groups, seps[:len(groups)-1], j)
}

// maxGroups bounds the groups of digits of one number.
const maxGroups = 8

// interpret decides what the groups of digits and the separators between them
// mean.
func (p *parser) interpret(groups, seps []string, next int) (n numeral, _ int) {
	l := p.lang
	whole := len(groups)
	if k := len(seps); k > 0 {
		lastSep := seps[k-1]
		switch {
		case k > 1 && lastSep != seps[k-2] && (lastSep == "." || lastSep == ","):
			whole-- // 1.234,5
		case k == 1 && lastSep == l.decimal:
			whole-- // 3,5
		case k == 1 && lastSep != l.group && (lastSep == "." || lastSep == ",") && !(l.group == " " && len(groups[1]) == 3):
			return n, 0 // 14.30, 1.2
		}
	}
	if whole > 1 {
		if len(groups[0]) > 3 || groups[0][0] == '0' {
			return n, 0
		}
		for k := 1; k < whole; k++ {
			if len(groups[k]) != 3 || seps[k-1] != seps[0] {
				return n, 0
			}
		}
		n.grouped = true
		n.foreign = seps[0] != l.group
		if seps[0] == " " && l.group != " " {
			// Two numbers may stand side by side.
			if l.name == "en" && whole == 2 && groups[1] != "000" {
				return n, 0
			}
		}
	}
	if whole < len(groups) {
		n.fraction = groups[whole]
		if whole > 1 && seps[whole-1] != l.decimal {
			n.foreign = true
		}
	}
	n.digits = strings.Join(groups[:whole], "")
	n.value = valueOf(n.digits)
	return n, next
}

// valueOf is the value of digits, -1 if it is too large to be spelled.
func valueOf(digits string) int64 {
	var v int64
	for i := 0; i < len(digits); i++ {
		if v = v*10 + int64(digits[i]-'0'); v > maxSpelled {
			return -1
		}
	}
	return v
}

// figures writes n as the language does.
func (l *language) figures(n numeral) string {
	var b strings.Builder
	for i := range len(n.digits) {
		if i > 0 && n.grouped && (len(n.digits)-i)%3 == 0 {
			b.WriteString(l.group)
		}
		b.WriteByte(n.digits[i])
	}
	if n.fraction != "" {
		b.WriteString(l.decimal)
		b.WriteString(n.fraction)
	}
	return b.String()
}

// plainAt gives the value of token i if it is a number of at most max digits
// without anything that touches it on the right, else -1.
func (p *parser) plainAt(i, max int) int64 {
	if p.kind(i) != number || len(p.s(i)) > max {
		return -1
	}
	return valueOf(p.s(i))
}

// ends reports that what ends before token i is not touched by a letter, a
// digit or a mark with a digit behind it.
func (p *parser) ends(i int) bool {
	if !p.glued(i) {
		return true
	}
	t := p.at(i)
	if t.kind != sign {
		return false
	}
	switch p.s(i) {
	case ".", ",", ":", "/", "-", "'", "’", "_", "@", "\\", "#", "*", "^":
		// A hyphen leads on to a word at most.
		return !p.glued(i+1) || p.kind(i+1) == sign || p.is(i, "-") && p.kind(i+1) == word
	}
	return true
}

// quantity is a number or a range of numbers with what is counted.
func (p *parser) quantity(i int) int {
	a, j := p.numeral(i)
	if j == 0 {
		return 0
	}
	if bare := p.round(j); bare > j {
		p.amount(i, j, a, false, false)
		p.put(j, bare, "")
		return bare - i
	}
	// The range.
	dash, b, k := p.rangeAt(i, a, j)
	if dash < 0 {
		return 0 // a score or a code
	}
	lastNumber, end := a, j
	if dash > 0 {
		lastNumber, end = b, k
	}
	m := p.measure(end, lastNumber, dash > 0)
	if m.next == end && !p.ends(end) {
		return 0
	}
	if m.next > end && dash == 0 && a.value == 1 && a.whole() && p.lang.one(m.gender) != "" {
		p.put(i, m.next, p.lang.one(m.gender)+" "+m.singular)
		return m.next - i
	}
	bare := m.next == end
	p.amount(i, j, a, bare, dash > 0)
	if dash > 0 {
		p.put(dash, dash+1, p.lang.say("to"))
		p.second(dash+1, k, a, b, bare)
	}
	if m.cents {
		// 3,50 €: the amount and its sign are one.
		p.out = p.out[:len(p.out)-m.undo(p, i)]
		p.put(i, m.next, m.spoken)
		return m.next - i
	}
	for _, part := range m.parts {
		p.put(part.lo, part.hi, part.with)
	}
	return m.next - i
}

// round gives the token after the mark of a round price that begins at token j:
// 5,– €. It is j if there is none.
func (p *parser) round(j int) int {
	if !p.glued(j) || !p.is(j, ",") && !p.is(j, ".") {
		return j
	}
	end := j + 1
	for end < j+3 && (p.is(end, "-") || p.is(end, "–") || p.is(end, "—")) {
		end++
	}
	if _, k := p.find(p.lang.currency, end); k > 0 && end > j+1 {
		return end
	}
	return j
}

// amount notes how the number at tokens i to j is said.
func (p *parser) amount(i, j int, n numeral, bare, ranged bool) {
	switch {
	case n.foreign:
		p.put(i, j, p.lang.figures(n))
	case bare && p.isYear(i, j, n, ranged):
		p.put(i, j, p.lang.year(n.value))
	}
}

// second is amount for the end of a range, which can be a year cut short.
func (p *parser) second(i, j int, a, b numeral, bare bool) {
	if len(a.digits) == 4 && len(b.digits) == 2 && b.digits[0] == '0' && b.value > 0 {
		p.put(i, j, strings.TrimSpace(p.lang.say("oh")+" "+p.lang.cardinal(b.value)))
		return
	}
	p.amount(i, j, b, bare, true)
}

// rangeAt looks for the rest of a range whose first number ends before token j.
// It returns the token of the dash, the second number and the token after it;
// dash is 0 if there is no range, and -1 if the two numbers are something else,
// a score or a code.
func (p *parser) rangeAt(i int, a numeral, j int) (dash int, b numeral, next int) {
	hyphen := p.is(j, "-")
	if !hyphen && !p.is(j, "–") || p.kind(j+1) != number {
		return 0, b, 0
	}
	if p.glued(j) != p.glued(j+1) {
		return 0, b, 0 // a dash between clauses
	}
	b, next = p.numeral(j + 1)
	apart := !p.glued(j)
	reject := -1
	if apart {
		reject = 0
	}
	if next == 0 || a.value < 0 || b.value < 0 || p.glued(next) && (p.is(next, "-") || p.is(next, "–")) && p.kind(next+1) == number {
		return reject, b, 0
	}
	years := len(a.digits) == 4 && !a.grouped && a.value >= 1000 && a.value <= 2100 && a.whole() && b.whole() &&
		(len(b.digits) == 4 && b.value > a.value && b.value <= 2200 || len(b.digits) == 2 && b.value > a.value%100)
	rising := b.value > a.value || b.value == a.value && b.fraction > a.fraction
	switch {
	case years:
		return j, b, next
	case !rising || len(a.digits) == 3 && len(b.digits) == 4 && !b.grouped:
		return reject, b, 0
	case !apart && !hyphen:
		return j, b, next
	}
	// A hyphen, or blanks around the dash: what stands around it must tell.
	if _, n := p.find(p.lang.unit, next); n > 0 && p.ends(next+n) {
		return j, b, next
	}
	if _, n := p.find(p.lang.currency, next); n > 0 {
		return j, b, next
	}
	if has(p.lang.counted, p.s(next)) || p.afterRef(i) || len(a.digits) < 4 && len(b.digits) < 4 && p.countedAt(i, next) {
		return j, b, next
	}
	return reject, b, 0
}

// countedAt reports that the numbers from token i up to token next stand between
// a word in small letters and something that looks like a noun in the plural.
func (p *parser) countedAt(i, next int) bool {
	if i > 0 && p.prev(i) == "" || i > 0 && p.capital(i-1) || p.kind(next) != word || p.glued(next) {
		return false
	}
	if p.lang.name == "de" {
		return p.capital(next)
	}
	return !p.capital(next) && strings.HasSuffix(p.s(next), "s") && !has(p.lang.small, p.s(next))
}

// afterRef reports that the number at token i follows “page”, “§” or the like.
func (p *parser) afterRef(i int) bool {
	if p.is(i-1, "§") || has(p.lang.numbered, p.prev(i)) {
		return true
	}
	return p.dot(i-1) && p.lang.refs[p.s(i-2)]
}

// isYear reports that the bare number at tokens i to j is a year that the engine
// would read as an amount.
func (p *parser) isYear(i, j int, n numeral, ranged bool) bool {
	if p.lang.year == nil || len(n.digits) != 4 || j != i+1 || n.value < 1100 || n.value > p.lang.lastYear {
		return false
	}
	prev, after := p.prev(i), p.s(j)
	if has(p.lang.notYear, prev) || p.dot(i-1) && p.lang.refs[p.s(i-2)] || !ranged && p.kind(i-1) == sign && strings.Contains("$€£¥#§+−±=×", p.s(i-1)) {
		return false
	}
	if p.kind(j) == sign && !ranged && (p.glued(j) && strings.Contains("%‰²³°½-", after) || strings.Contains("+−±=×€", after)) {
		return false
	}
	said := has(p.lang.yearBefore, prev) || ranged
	if p.dot(i - 1) {
		if _, k := p.find(p.lang.month, i-2); k == 2 {
			said = true // Sept. 2012
		}
	}
	if n.value >= 2000 && !said && !p.is(i-1, "(") {
		return false
	}
	if p.kind(j) != word {
		return true
	}
	switch p.lang.name {
	case "de":
		if p.capital(j) {
			return said
		}
	case "en":
		if has(p.lang.notAfter, after) || strings.HasSuffix(after, "s") && !p.capital(j) && !has(p.lang.small, after) {
			return false
		}
	}
	return true
}
