package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tag is #word, #5 or @name.
func (p *parser) tag(i int) int {
	if !p.is(i, "#") && !p.is(i, "@") || !p.glued(i+1) || p.glued(i) && (p.kind(i-1) == word || p.kind(i-1) == number || p.is(i-1, "/") || p.is(i-1, "&")) {
		return 0
	}
	switch {
	case p.kind(i+1) == word && p.is(i, "#"):
		p.put(i, i+1, p.lang.say("hashtag"))
	case p.kind(i+1) == word:
		p.put(i, i+1, p.lang.say("at"))
	case p.kind(i+1) == number && p.is(i, "#") && !p.glued(i+2):
		p.put(i, i+1, p.lang.say("number"))
		return 2
	default:
		return 0
	}
	return 1
}

// symbol is a sign that has a name in the language's table.
func (p *parser) symbol(i int) int {
	s := p.s(i)
	if len(s) > 3 {
		s = strings.TrimRight(s, "\ufe0e\ufe0f")
	}
	name, ok := p.lang.symbols[s]
	if !ok {
		return 0
	}
	if s == "%" && p.lang.name == "de" && p.percentAdjective(i) {
		p.put(i, i+2, strings.ToLower(name[0])+p.s(i+1))
		return 2
	}
	if s == "*" {
		if born := p.lang.say("born"); born != "" && p.born(i) {
			p.put(i, i+1, born)
			return 1
		}
		if !p.multiplies(i) {
			return 0
		}
	}
	left, right := p.glued(i), p.glued(i+1)
	numbered := p.kind(i-1) == number && p.kind(i+1) == number
	switch s {
	case "+", "<", ">", "~", "*", "/", "^":
		switch {
		case left != right && !(p.kind(i+1) == number && right && s != "*" && s != "/" && s != ">"):
			return 0 // C++, Canal+, *stressed*
		case left && !numbered && !(p.kind(i-1) == word && p.kind(i+1) == word && s == "+"):
			return 0
		case numbered && left && (s == "/" || s == "~"):
			return 0
		case !left && !right && (p.at(i+1).kind == none || p.at(i-1).kind == none || s == "/"):
			return 0
		case !left && !right && (s == "<" || s == ">") && p.kind(i+1) != number && p.kind(i-1) != number && len(p.s(i-1)) > 2:
			return 0
		}
	case "=", "&", "%":
		if left && p.kind(i-1) == sign && !p.is(i-1, ")") && !p.is(i-1, "²") && !p.is(i-1, "³") || right && p.kind(i+1) == sign && (p.is(i+1, "=") || p.is(i+1, "&") || p.is(i+1, ">") || p.is(i+1, "#")) {
			return 0
		}
		if s == "%" && p.kind(i-1) != number {
			return 0
		}
		if s == "&" && p.at(i+1).kind == none {
			return 0
		}
	case "−":
		if !right || p.kind(i+1) != number {
			if !numbered {
				return 0
			}
		}
	case "°":
		if !left || p.kind(i-1) != number || right {
			return 0
		}
	case "†":
		if p.kind(i+1) != number {
			return 0
		}
	}
	with := ""
	if len(name) > 0 {
		with = name[0]
	}
	p.put(i, i+1, with)
	return 1
}

// percentAdjective reports a sign for per cent that German inflects: 5%ige.
func (p *parser) percentAdjective(i int) bool {
	if p.kind(i-1) != number && !(p.is(i-1, "-") && p.kind(i-2) == number) || !p.glued(i+1) || !p.ends(i+2) {
		return false
	}
	switch p.s(i + 1) {
	case "ig", "ige", "igem", "igen", "iger", "iges":
		return true
	}
	return false
}

// multiplies reports that the asterisk at token i stands between two numbers,
// or a number and a variable: 2 * 4, 3x * 2y, 2 * n.
func (p *parser) multiplies(i int) bool {
	variable := func(j int) bool { return p.kind(j) == word && utf8.RuneCountInString(p.s(j)) == 1 }
	left := p.kind(i-1) == number || variable(i-1) && p.glued(i-1) && p.kind(i-2) == number
	right := p.kind(i+1) == number
	return left && (right || variable(i+1)) || right && variable(i-1)
}

// maxLife bounds the tokens between the signs of birth and death.
const maxLife = 32

// born reports that the asterisk at token i, the first in a bracket, stands
// before the day of a birth: a year follows, or the sign of the death does within
// the same bracket.
func (p *parser) born(i int) bool {
	if !p.is(i, "*") || !p.is(i-1, "(") || p.kind(i+1) != number && !has(p.lang.yearBefore, p.s(i+1)) {
		return false
	}
	if n := p.plainAt(i+1, 4); n >= 1000 && n <= 2100 && p.ends(i+2) {
		return true
	}
	for j := i + 2; j < i+maxLife && !p.is(j, ")") && p.kind(j) != none; j++ {
		if p.is(j, "†") {
			return true
		}
	}
	return false
}

// times is an x between numbers.
func (p *parser) times(i int) int {
	if p.s(i) != "x" || p.kind(i-1) != number || p.kind(i+1) != number || p.glued(i) || p.glued(i+1) {
		return 0
	}
	p.put(i, i+1, p.lang.symbols["×"][0])
	return 1
}

// superscripts and subscripts by their digits; raised signs too.
var raised = map[rune]byte{'⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4', '⁵': '5', '⁶': '6', '⁷': '7', '⁸': '8', '⁹': '9', '⁻': '-', '⁺': '+'}

func subscript(r rune) (byte, bool) {
	if r >= '₀' && r <= '₉' {
		return byte('0' + r - '₀'), true
	}
	return 0, false
}

// power is a raised number behind a number, a variable or a bracket; behind a
// word it is the mark of a footnote. The same with “^”.
func (p *parser) power(i int) int {
	if !p.glued(i) {
		return 0
	}
	variable := p.kind(i-1) == number || p.is(i-1, ")") || p.kind(i-1) == word && utf8.RuneCountInString(p.s(i-1)) == 1
	if !variable {
		return 0
	}
	if p.is(i, "^") {
		k := i + 1
		sign := p.is(k, "-") || p.is(k, "−")
		if sign {
			k++
		}
		if !p.glued(k) || p.kind(k) != number || !p.ends(k+1) {
			return 0
		}
		p.put(i, k+1, p.powerText(p.s(k), sign))
		return k + 1 - i + p.powerUnit(i, k+1)
	}
	var digits []byte
	negative := false
	k := i
	for ; k < i+6 && (k == i || p.glued(k)); k++ {
		r, _ := utf8.DecodeRuneInString(p.s(k))
		c, ok := raised[r]
		if !ok {
			break
		}
		switch {
		case c == '-' && k == i:
			negative = true
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		default:
			return 0
		}
	}
	if len(digits) == 0 || p.glued(k) && p.kind(k) == number {
		return 0
	}
	p.put(i, k, p.powerText(string(digits), negative))
	return k - i + p.powerUnit(i, k)
}

// powerUnit notes the unit at token k behind the power that begins at token i,
// if that is one of a number: 10⁴ m².
func (p *parser) powerUnit(i, k int) int {
	e, n := p.find(p.lang.unit, k)
	if n == 0 || p.kind(i-1) != number || !p.at(k).spaced || !p.unitEnds(k+n) {
		return 0
	}
	hi := p.beforeStop(k, k+n)
	p.put(k, hi, e.forms[1])
	return hi - k
}

func (p *parser) powerText(digits string, negative bool) string {
	if !negative {
		if s := p.lang.words["power "+digits]; len(s) > 0 {
			return s[0]
		}
	}
	s := p.lang.say("power") + " "
	if negative {
		s += "minus "
	}
	return s + p.lang.cardinal(max(0, valueOf(digits)))
}

// formula is a chemical formula, known by its subscripts or by a list, or a
// variable with an index.
func (p *parser) formula(i int) int {
	if p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	if !p.glued(i+1) || p.kind(i+1) == sign && p.text[p.toks[i+1].lo] < utf8.RuneSelf {
		return 0
	}
	var b strings.Builder
	k, subs := i, 0
	for ; k < i+24 && (k == i || p.glued(k)); k++ {
		s := p.s(k)
		if p.kind(k) == word {
			for _, r := range s {
				if b.Len() > 0 && unicode.IsUpper(r) {
					b.WriteByte(' ')
				}
				b.WriteRune(r)
			}
			continue
		}
		r, _ := utf8.DecodeRuneInString(s)
		c, ok := subscript(r)
		if !ok {
			break
		}
		if r, _ := utf8.DecodeRuneInString(p.s(k - 1)); k == i || !isSubscript(r) {
			b.WriteByte(' ')
		}
		b.WriteByte(c)
		subs++
	}
	if subs > 0 {
		if p.glued(k) && p.kind(k) == number {
			return 0
		}
		p.put(i, k, b.String())
		return k - i
	}
	// In plain digits.
	k = i + 1
	for k < i+6 && p.glued(k) && (p.kind(k) == number || p.kind(k) == word) {
		k++
	}
	if k == i+1 || !formulas[p.span(i, k)] {
		return 0
	}
	b.Reset()
	for at, r := range p.span(i, k) {
		if at > 0 && (unicode.IsUpper(r) || r <= '9') {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	p.put(i, k, b.String())
	return k - i
}

func isSubscript(r rune) bool {
	_, ok := subscript(r)
	return ok
}

// formulas are written so often that their subscripts are missed.
var formulas = set("CO2 H2O N2O CH4 SO2 NO2 NH3 H2SO4 H2O2 O3 C2H5OH CaCO3 NaHCO3 SF6 UF6 TiO2 SiO2 HNO3 PM10")

// vulgar is a fraction that is one character: ½, 1½.
func (p *parser) vulgar(i int) int {
	name, ok := p.lang.fractions[p.s(i)]
	if !ok || p.glued(i) && p.kind(i-1) == word {
		return 0
	}
	return p.sayFraction(i, i+1, name, p.glued(i) && p.kind(i-1) == number)
}

// fraction is one written with a stroke, where what follows shows it: 3/4 cup.
func (p *parser) fraction(i int) int {
	whole := false
	at := i
	if n := p.plainAt(i, 2); n > 0 && p.kind(i+1) == number && p.is(i+2, "/") && p.at(i+1).spaced {
		at, whole = i+1, true
	}
	if p.kind(at) != number || !p.is(at+1, "/") || !p.glued(at+1) || !p.glued(at+2) || !p.ends(at+3) {
		return 0
	}
	name, ok := p.lang.fractions[p.span(at, at+3)]
	if !ok {
		return 0
	}
	_, unit := p.find(p.lang.unit, at+3)
	if !whole && unit == 0 && !has(p.lang.fractioned, p.s(at+3)) {
		return 0
	}
	n := p.sayFraction(at, at+3, name, whole)
	return at - i + n
}

// sayFraction notes a fraction at tokens i to j, and the unit behind it. Mixed
// is set if a whole number stands before it.
func (p *parser) sayFraction(i, j int, name []string, mixed bool) int {
	e, k := p.find(p.lang.unit, j)
	if k > 0 && !p.unitEnds(j+k) {
		e, k = nil, 0
	}
	text := name[0]
	half := len(name) > 1 // one that German inflects
	switch {
	case mixed && p.lang.name == "de" && half:
		// 1½ is eineinhalb, 2½ zweieinhalb.
		if v := p.plainAt(i-1, 3); v > 0 && !p.glued(i-1) {
			if n := len(p.out); n == 0 || p.out[n-1].Hi <= p.toks[i-1].lo {
				p.put(i-1, j, deJoin(v)+"einhalb")
				break
			}
		}
		p.put(i, j, "einhalb")
	case mixed:
		if len(name) > 2 {
			text = name[2]
		}
		p.put(i, j, text)
	case half && p.lang.name == "de":
		g, known := p.lang.genderOfNoun(p.s(j))
		if e != nil {
			g, known = genderOf(e.forms, 2), true
		}
		if known {
			text = p.deHalf(i, g)
		}
		p.put(i, j, text)
	case half && (p.lang.name == "es" || p.lang.name == "it" || p.lang.name == "fr"):
		if e != nil && genderOf(e.forms, 2) == feminine || e == nil && genderOf(p.lang.nouns[p.s(j)], 0) == feminine {
			text = name[1]
		}
		p.put(i, j, text)
	default:
		p.put(i, j, text)
	}
	if e == nil {
		return j - i
	}
	form := e.forms[0]
	if mixed && len(e.forms) > 1 {
		form = e.forms[1]
	}
	hi := p.beforeStop(j, j+k)
	p.put(j, hi, form)
	return hi - i
}

// emoji is a pictograph with what modifies it. Equal ones in a row are said
// once; one without a name in the table is said to be one.
func (p *parser) emoji(i int) int {
	r, _ := utf8.DecodeRuneInString(p.s(i))
	if !pictograph(r) {
		return 0
	}
	if modifier(r) {
		return 0 // of nothing
	}
	name, end := p.emojiAt(i)
	if name == "" {
		return 0
	}
	for p.glued(end) {
		same, next := p.emojiAt(end)
		if same != name {
			break
		}
		end = next
	}
	p.put(i, end, name)
	return end - i
}

// pictograph reports a character that emoji begin with.
func pictograph(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf || r >= 0x2b00 && r <= 0x2bff || r >= 0x231a && r <= 0x23ff || r == '‼' || r == '⁉'
}

// emojiAt names the emoji at token i; next is the token after it.
func (p *parser) emojiAt(i int) (name string, next int) {
	base := strings.TrimRight(p.s(i), "\ufe0e\ufe0f")
	first, _ := utf8.DecodeRuneInString(base)
	if !pictograph(first) {
		return "", i
	}
	next = i + 1
	if flag(first) {
		if r, _ := utf8.DecodeRuneInString(p.s(next)); flag(r) && p.glued(next) {
			next++
			if name, ok := p.lang.emoji[p.span(i, next)]; ok {
				return name, next
			}
		}
		return p.lang.say("flag"), next
	}
	whole := base
	for p.glued(next) && next < i+16 {
		s := strings.TrimRight(p.s(next), "\ufe0e\ufe0f")
		r, _ := utf8.DecodeRuneInString(s)
		switch {
		case r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f:
			next++
			continue
		case r == '\u200d' && p.glued(next+1):
			whole += s + strings.TrimRight(p.s(next+1), "\ufe0e\ufe0f")
			next += 2
			continue
		}
		break
	}
	if name, ok := p.lang.emoji[whole]; ok {
		return name, next
	}
	if name, ok := p.lang.emoji[base]; ok {
		return name, next
	}
	if first < 0x1f000 {
		return "", i // a dingbat: decoration
	}
	return p.lang.say("emoji"), next
}

// modifier reports a character that gives an emoji before it another look.
func modifier(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0000 }

func flag(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
