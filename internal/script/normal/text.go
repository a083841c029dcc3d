package normal

import (
	"strings"
	"unicode/utf8"
)

// abbreviation is one that means the same everywhere, or a title before a name.
func (p *parser) abbreviation(i int) int {
	if p.glued(i) && (p.kind(i-1) != sign || p.is(i-1, ".") || p.is(i-1, "-")) {
		return 0
	}
	if e, k := p.find(p.lang.abbrev, i); k > 0 && (p.is(i+k-1, ".") || p.ends(i+k) && !p.is(i+k, ".")) {
		if p.glued(i+k) && p.is(i+k-1, ".") && p.kind(i+k) == number {
			return 0
		}
		with := e.forms[0]
		if p.capital(i) && with != "" && i == 0 {
			r, n := utf8.DecodeRuneInString(with)
			with = strings.ToUpper(string(r)) + with[n:]
		}
		hi := p.beforeStop(i, i+k)
		p.put(i, hi, with)
		return hi - i
	}
	if w := p.s(i); p.lang.name == "de" && len(w) > 4 && strings.HasSuffix(w, "str") && p.dot(i+1) {
		hi := p.beforeStop(i, i+2) // Hauptstr. 5
		p.put(i, hi, strings.TrimSuffix(w, "tr")+"traße")
		return hi - i
	}
	if e, k := p.find(p.lang.title, i); k > 0 {
		next := p.s(i + k)
		if p.lang.name == "de" && p.s(i) == "u" && p.kind(i+k) == number {
			p.put(i, i+k, e.forms[0]) // die 1. u. 2. Klasse
			return k
		}
		if !p.capital(i+k) && (!has(p.lang.particles, next) || len(e.forms) > 1 && next == "and") {
			return p.street(i, k)
		}
		if len(e.forms) > 1 && p.isStreet(i, k) {
			p.put(i, i+k, e.forms[1])
			return k
		}
		p.put(i, i+k, e.forms[0])
		return k
	}
	return 0
}

// isStreet reports that “St.” at token i stands for a street though a capital
// follows: a house number and a name stand before it.
func (p *parser) isStreet(i, k int) bool {
	j := i - 1
	for n := 0; n < 3 && p.capital(j); n++ {
		j--
	}
	if j == i-1 {
		return false
	}
	if p.kind(j) == number {
		return true
	}
	// 21st St. NW
	return p.kind(j) == word && p.glued(j) && p.kind(j-1) == number && j == i-1
}

// street is “St.” or “Dr.” after the name of a street.
func (p *parser) street(i, k int) int {
	e, _ := p.find(p.lang.title, i)
	if e == nil || len(e.forms) < 2 || !p.capital(i-1) && !(p.kind(i-1) == word && p.glued(i-1) && p.kind(i-2) == number) || has(p.lang.small, p.prev(i)) && i < 3 || strings.ToUpper(p.prev(i)) == p.prev(i) {
		return 0
	}
	hi := p.beforeStop(i, i+k)
	p.put(i, hi, e.forms[1])
	return hi - i
}

// reference is an abbreviation that a number follows: Nr. 5, S. 12–15, No. 5.
func (p *parser) reference(i int) int {
	if p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	e, k := p.find(p.lang.ref, i)
	if k == 0 {
		return 0
	}
	at := i + k
	if p.kind(at) != number {
		v := romanValue(p.s(at))
		if v == 0 || len(p.s(at)) == 1 && p.s(at) != "V" && p.s(at) != "X" && (p.s(at) != "I" || p.lang.name == "en") || p.glued(at) || !p.ends(at+1) || len(p.s(at)) == 1 && p.dot(at+1) && !p.last(at+1) {
			return 0
		}
		p.put(i, i+k, e.forms[0])
		p.put(at, at+1, p.lang.cardinal(v))
		return k + 1
	}
	form := e.forms[0]
	if len(e.forms) > 1 {
		if n, j := p.numeral(at); j > 0 {
			if dash, _, _ := p.rangeAt(at, n, j); dash > 0 {
				form = e.forms[1]
			}
		}
	}
	if len(e.forms) > 2 && p.inLaw(i) {
		form = e.forms[2]
	}
	p.put(i, i+k, form)
	return k
}

// inLaw reports that a paragraph of a law is cited shortly before token i.
func (p *parser) inLaw(i int) bool {
	for j := max(0, i-8); j < i; j++ {
		if w := p.s(j); w == "§" || w == "Abs" || w == "Absatz" || w == "Art" || w == "Artikel" {
			return true
		}
	}
	return false
}

// law is the sign of paragraphs.
func (p *parser) law(i int) int {
	if !p.is(i, "§") {
		return 0
	}
	k := 1
	if p.is(i+1, "§") && p.glued(i+1) {
		k = 2
	}
	form := p.lang.say("paragraph")
	if k == 2 {
		form = p.lang.say("paragraphs")
	}
	p.put(i, i+k, form)
	return k
}

// romanRule is a Roman numeral: a word of its letters that stands for itself.
func (p *parser) romanRule(i int) int {
	s := p.s(i)
	if len(s) > 12 || strings.Trim(s, "IVXLCDM") != "" {
		return p.markedRoman(i)
	}
	n := romanValue(s)
	if n == 0 || p.glued(i) && p.kind(i-1) == sign && (p.is(i-1, "'") || p.is(i-1, "’") || p.is(i-1, "-") && !p.glued(i-1) || p.is(i-1, ".") || p.is(i-1, "/") || p.is(i-1, "_") || p.is(i-1, "#") || p.is(i-1, "@")) || p.glued(i) && p.kind(i-1) == number {
		return 0
	}
	if (p.is(i+1, "'") || p.is(i+1, "’")) && p.s(i+2) == "s" && p.glued(i+2) && n > 1 && p.lang.name == "en" {
		return p.lang.roman(p, i, n) // Louis XIV’s
	}
	if p.glued(i+1) && (p.kind(i+1) != sign || p.is(i+1, "'") || p.is(i+1, "’") || p.is(i+1, "&") || p.is(i+1, "@")) {
		return p.markedRoman(i)
	}
	return p.lang.roman(p, i, n)
}

// chunk gives the tokens of the chunk at token i without the marks around it.
func (p *parser) chunk(i int) (lo, hi, next int) {
	next = i + 1
	for p.glued(next) {
		next++
	}
	lo, hi = i, next
	for lo < hi && p.kind(lo) == sign && strings.Contains("([{<\"'„“”‚‘’«»‹›¿¡*", p.s(lo)) {
		lo++
	}
	for hi > lo && p.kind(hi-1) == sign && strings.Contains(".,;:!?)]}>\"'“”‘’«»‹›…*", p.s(hi-1)) {
		hi--
	}
	return lo, hi, next
}

// web is an address: a page is said by its host, a mailbox in full.
func (p *parser) web(i int) int {
	lo, hi, next := p.chunk(i)
	if lo == hi {
		return 0
	}
	text := p.span(lo, hi)
	host, isURL := "", false
	if k := strings.Index(text, "://"); k > 0 && k <= 8 && p.kind(lo) == word {
		host, isURL = text[k+3:], true
	} else if strings.HasPrefix(strings.ToLower(text), "www.") {
		host, isURL = text, true
	} else if k := strings.IndexByte(text, '@'); k > 0 && strings.Count(text, "@") == 1 && strings.Contains(text[k:], ".") {
		for j := lo; j < hi && !p.is(j, "@"); j++ {
			if p.kind(j) == sign && strings.Contains("\"'<([:;,=>„“”", p.s(j)) {
				lo = j + 1 // Ann<ann@example.com>, mailto:
			}
		}
		text = p.span(lo, hi)
		k = strings.IndexByte(text, '@')
		if strings.Contains(text, "..") {
			return p.rest(i)
		}
		if k > 0 && k+1 < len(text) && strings.ContainsFunc(text, letter) {
			p.put(lo, hi, p.sayAddress(text[:k], true)+" "+p.lang.say("at")+" "+p.sayAddress(text[k+1:], false))
			return next - i
		}
	} else {
		host = text
	}
	if k := strings.IndexAny(host, "/?#"); k >= 0 {
		host = host[:k]
	}
	if k := strings.LastIndexByte(host, '@'); k >= 0 && isURL {
		host = host[k+1:]
	}
	if k := strings.IndexByte(host, ':'); k >= 0 {
		host = host[:k]
	}
	if len(host) > 4 && strings.EqualFold(host[:4], "www.") {
		host = host[4:]
	}
	if k := strings.IndexFunc(host, func(r rune) bool {
		return !letter(r) && !(r >= '0' && r <= '9') && !strings.ContainsRune(".-_~", r)
	}); k >= 0 && isURL {
		host = host[:k]
	}
	host = strings.Trim(host, ".-_~")
	if !isURL {
		// A bare name: only with an ending that is sure, before which stands
		// more than a number.
		k := strings.LastIndexByte(host, '.')
		if k < 2 || !domains[host[k+1:]] || !strings.ContainsFunc(host[:k], letter) || strings.ContainsAny(host, ",;:_()[]'’\"+&=@ ") {
			return 0
		}
	}
	if !strings.ContainsFunc(host, func(r rune) bool { return letter(r) || r >= '0' && r <= '9' }) {
		return p.rest(i)
	}
	p.put(lo, hi, p.sayAddress(host, false))
	return next - i
}

// domains are endings of bare names that are surely addresses.
var domains = set("com org net edu gov info de at ch fr es it eu uk io wiki dev app")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// sayAddress says the parts of a host or, if local is set, of a mailbox.
func (p *parser) sayAddress(s string, local bool) string {
	var b strings.Builder
	pos := 0
	flush := func(end int, tail bool) {
		w := s[pos:end]
		if tail && !local && len(w) == 2 {
			w = strings.ToUpper(w) // de is spelled, com is a word
		}
		b.WriteString(w)
	}
	for k := 0; k < len(s); k++ {
		name := ""
		switch s[k] {
		case '.':
			name = "dot"
		case '_':
			name = "underscore"
		case '+':
			name = "plus"
		case '-':
			name = "dash"
		case '/', '?', '#', '&', '=', '%', '@', '~', '^', '$', '*', '<', '>', '|', '\\', ':':
			flush(k, false)
			b.WriteByte(' ')
			pos = k + 1
			continue
		default:
			continue
		}
		flush(k, false)
		b.WriteString(" " + p.lang.say(name) + " ")
		pos = k + 1
	}
	flush(len(s), pos > 0)
	return strings.Join(strings.Fields(b.String()), " ")
}

// opaque is a file name or a path, which is left as it is.
func (p *parser) opaque(i int) int {
	lo, hi, next := p.chunk(i)
	if lo == hi {
		return 0
	}
	text := p.span(lo, hi)
	if strings.ContainsAny(text, "\\_") && strings.ContainsFunc(text, letter) {
		return next - i
	}
	if strings.ContainsFunc(text, letter) && (text[0] == '/' || text[0] == '~' || strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../") || strings.Count(text, "/") > 2) {
		return next - i
	}
	k := strings.LastIndexByte(text, '.')
	if k < 2 || k+1 == len(text) {
		return 0
	}
	base, ext := text[:k], text[k+1:]
	if len(ext) < 2 || len(ext) > 5 || ext[0] >= '0' && ext[0] <= '9' || strings.Contains(base, "..") || !strings.ContainsFunc(base, letter) {
		return 0
	}
	for _, r := range ext {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			return 0
		}
	}
	for j := lo; j < hi; j++ {
		for _, t := range []table{p.lang.abbrev, p.lang.title, p.lang.ref, p.lang.month} {
			if _, n := p.find(t, j); n > 1 {
				return 0
			}
		}
	}
	if strings.ContainsAny(base, ".") && len(base) < 4 {
		return 0 // a.m.x
	}
	if _, n := p.find(p.lang.unit, hi-1); n > 0 && p.kind(lo) == number {
		return 0
	}
	return next - i
}

// phoneWord is a word that a telephone number follows.
func (p *parser) phoneWord(i int) int {
	if _, ok := p.lang.phones[p.s(i)]; !ok {
		return 0
	}
	j := i + 1
	for k := 0; k < 2 && (p.is(j, ".") || p.is(j, ":") || p.is(j, ".:")); k++ {
		j++
	}
	if p.kind(j) != number && !p.is(j, "+") && !p.is(j, "(") {
		return 0
	}
	n := p.dial(j, 5)
	if n == 0 {
		return 0
	}
	if p.is(i+1, ".") && len(p.lang.phones[p.s(i)]) > 0 {
		// The stop of “Tel.” goes with it.
		at := len(p.out) - 1
		last := p.out[at]
		p.out = p.out[:at]
		p.put(i, i+2, p.lang.phones[p.s(i)][0])
		if last.Lo == p.toks[i+1].hi {
			last.With = " " + last.With
		}
		p.out = append(p.out, last)
	}
	return j - i + n
}

// phone is a telephone number that is known by its form: +49 30 123456,
// (555) 123-4567, 555-123-4567.
func (p *parser) phone(i int) int {
	if p.glued(i) && p.kind(i-1) != sign {
		return 0
	}
	switch {
	case p.is(i, "+") && p.kind(i+1) == number && p.glued(i+1) && p.s(i + 1)[0] != '0':
		return p.dial(i, 8)
	case p.is(i, "("):
		if p.kind(i+1) == number && p.is(i+2, ")") && p.kind(i+3) == number && (p.s(i + 1)[0] == '0' && len(p.s(i+1)) > 2 || len(p.s(i+1)) == 3 && len(p.s(i+3)) == 3 && p.is(i+4, "-")) {
			return p.dial(i, 7)
		}
	case p.kind(i) == number && len(p.s(i)) == 3 && len(p.s(i+2)) == 3 && len(p.s(i+4)) == 4 && p.glued(i+1) && p.is(i+1, "-") && p.is(i+3, "-") && p.glued(i+3) && p.ends(i+5):
		return p.dial(i, 10)
	case p.kind(i) == number && p.s(i)[0] == '0' && len(p.s(i)) >= 3 && len(p.s(i)) <= 6 && p.is(i+1, "/") && p.glued(i+1) && p.glued(i+2) && len(p.s(i+2)) >= 3:
		return p.dial(i, 7)
	}
	return 0
}

// maxDial is the most digits that a telephone number has, with its extension.
const maxDial = 18

// dial reads a telephone number of at least least digits from token i on and
// notes its digits one by one, a comma between groups.
func (p *parser) dial(i, least int) int {
	var b strings.Builder
	digits, end := 0, i
	for j := i; digits < maxDial; j++ {
		switch {
		case p.kind(j) == number && (j == i || p.glued(j) || digits > 0 || j == i+1):
			if len(p.s(j)) > maxDial-digits {
				return 0
			}
			if digits > 0 {
				b.WriteByte(',')
			}
			for _, c := range []byte(p.s(j)) {
				if b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(p.lang.cardinal(int64(c - '0')))
				digits++
			}
			end = j + 1
			continue
		case p.is(j, "+") && j == i:
			b.WriteString(p.lang.say("plus"))
			continue
		case (p.is(j, "(") || p.is(j, ")") || p.is(j, "/") || p.is(j, "-") || p.is(j, "–") || p.is(j, ".") && p.glued(j+1)) && (p.kind(j+1) == number || p.is(j+1, "(") || p.is(j, ")") && p.kind(j+2) == number):
			continue
		}
		break
	}
	if digits < least || p.glued(end) && p.kind(end) != sign {
		return 0
	}
	p.put(i, end, b.String())
	return end - i
}
