// Package normal finds what of a sentence is to be said differently from how it
// is written: dates, units, abbreviations, Roman numerals, signs. It covers
// German, English, French, Spanish and Italian; docs/spoken.md tells what and
// why, and what is left to the speech engine.
//
// A sentence is cut into tokens: words, runs of digits, single signs. At each
// one the rules for its kind are asked in order, and the first that applies
// decides. All look back and ahead by a bounded number of tokens, so that time
// is linear. What a language says lies in data/ and in its own file.
package normal

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// Replacement says that bytes [Lo, Hi) of a text are spoken as With.
type Replacement struct {
	Lo, Hi int
	With   string
}

// Find gives what of text is to be said differently: ascending, not
// overlapping, each as short as the meaning allows. Text is one sentence, valid
// UTF-8 with its white space collapsed; lang is a BCP 47 tag. A language without
// rules gives nil.
func Find(text, lang string) []Replacement {
	l, region := languageOf(lang)
	if l == nil || !suspicious(text) {
		return nil
	}
	p := pool.Get().(*parser)
	p.text, p.lang, p.region = text, l, region
	p.read()
	p.run(nil)
	out := p.out
	p.text, p.out, p.toks, p.groupBuf = "", nil, p.toks[:0], [maxGroups]string{}
	if cap(p.toks) <= maxKept {
		pool.Put(p)
	}
	return out
}

// Emoji gives the emoji of a text in any language, as said as nothing: what Find
// names, or calls an emoji or a flag, but for signs such as that of C♯.
func Emoji(text string) []Replacement {
	if !strings.ContainsFunc(text, pictograph) {
		return nil
	}
	l, _ := languageOf("en")
	p := parser{text: text, lang: l}
	p.read()
	for i := 0; i < len(p.toks); {
		name, next := p.emojiAt(i)
		r, _ := utf8.DecodeRuneInString(p.s(i))
		if prev := p.at(i - 1); name != "" && (r >= 0x1f000 || !p.glued(i) || prev.kind == sign) {
			p.put(i, next, "")
		}
		i = max(i+1, next)
	}
	return p.out
}

// maxKept bounds the tokens that a parser at rest holds on to.
const maxKept = 1 << 14

var pool = sync.Pool{New: func() any { return new(parser) }}

// A rule looks at token i and returns how many tokens it settles, having noted
// their replacements; 0 if it has nothing to say.
type rule struct {
	name string
	find func(p *parser, i int) int
}

// The rules by the kind of the token they begin at, in the order in which they
// are asked.
var (
	chunkRules = []rule{{"web", (*parser).web}, {"as it is", (*parser).opaque}}
	wordRules  = []rule{
		{"clock", (*parser).clockWord},
		{"formula", (*parser).formula},
		{"code before amount", (*parser).moneyCode},
		{"phone", (*parser).phoneWord},
		{"weekdays", (*parser).weekdayRange},
		{"page", (*parser).reference},
		{"abbreviation", (*parser).abbreviation},
		{"day of month", (*parser).monthDay},
		{"Roman numeral", (*parser).romanRule},
		{"times", (*parser).times},
	}
	numberRules = []rule{
		{"phone", (*parser).phone},
		{"date", (*parser).date},
		{"clock", (*parser).clock},
		{"fraction", (*parser).fraction},
		{"ordinal", (*parser).ordinal},
		{"how often", (*parser).howOften},
		{"old money", (*parser).oldMoney},
		{"inches", (*parser).inches},
		{"decade", (*parser).decade},
		{"quantity", (*parser).quantity},
	}
	signRules = []rule{
		{"law", (*parser).law},
		{"money", (*parser).money},
		{"phone", (*parser).phone},
		{"decade", (*parser).shortDecade},
		{"tag", (*parser).tag},
		{"power", (*parser).power},
		{"vulgar fraction", (*parser).vulgar},
		{"emoji", (*parser).emoji},
		{"symbol", (*parser).symbol},
	}
)

// run asks the rules at each token. The name of each rule that settles one is
// given to seen, if that is not nil.
func (p *parser) run(seen func(rule string, at int)) {
	ask := func(rules []rule, i int) int {
		for _, r := range rules {
			if n := r.find(p, i); n > 0 {
				if seen != nil {
					seen(r.name, i)
				}
				return n
			}
		}
		return 0
	}
	for i := 0; i < len(p.toks); {
		n := 0
		if t := p.toks[i]; t.head && p.toks[i].mixed {
			n = ask(chunkRules, i)
		}
		if n == 0 {
			switch p.toks[i].kind {
			case word:
				if p.lang.heads[p.s(i)] || p.glued(i+1) || strings.IndexByte("IVXLCDM", p.text[p.toks[i].lo]) >= 0 {
					n = ask(wordRules, i)
				}
			case number:
				if p.free(i) {
					n = ask(numberRules, i)
				}
				if n == 0 {
					n = p.rest(i)
				}
			case sign:
				if c := p.text[p.toks[i].lo]; c >= utf8.RuneSelf || strings.IndexByte("#@&+=$%<>~^*('", c) >= 0 {
					n = ask(signRules, i)
				}
			}
		}
		i += max(1, n)
	}
}

// suspicious reports that text holds anything that a rule could apply to. It is
// a quick look that spares most sentences the rest.
func suspicious(text string) bool {
	for i := 0; i < len(text); i++ {
		switch marks[text[i]] {
		case 0:
		case 1:
			return true
		case stopMark:
			// The last stop counts only after something short.
			if i+1 < len(text) && strings.Trim(text[i+1:min(len(text), i+8)], "\"')]”“»«’") != "" || i-strings.LastIndexByte(text[:i], ' ') <= 8 {
				return true
			}
		case romanMark:
			if (i == 0 || !letterByte(text[i-1])) && (i+1 == len(text) || text[i+1] < 'a' || text[i+1] > 'z') {
				return true
			}
		case leadMark:
			r, n := utf8.DecodeRuneInString(text[i:])
			if !harmless(r) {
				return true
			}
			i += n - 1
		}
	}
	return false
}

const (
	stopMark = iota + 2
	romanMark
	leadMark
)

// marks classifies bytes for suspicious: 0 nothing, 1 surely something.
var marks = func() (m [256]byte) {
	for _, c := range []byte("0123456789@#&+=$%<>~^*/\\_|") {
		m[c] = 1
	}
	m['.'] = stopMark
	for _, c := range []byte("IVXLCDM") {
		m[c] = romanMark
	}
	for c := 0xc2; c < 256; c++ {
		m[c] = leadMark
	}
	return m
}()

func letterByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }

// harmless reports a character beyond ASCII that no rule is about: letters of
// any script, and the marks of running text.
func harmless(r rune) bool {
	switch {
	case r < 0xc0:
		return r == '«' || r == '»' || r == '¿' || r == '¡' || r == '·' || r == '\u00a0'
	case r < 0x2000:
		return r != '×' && r != '÷'
	case r < 0x2030:
		return true // spaces, dashes, quotation marks
	case r < 0x2c00:
		return r == '‹' || r == '›'
	case r < 0xfe00:
		return true
	}
	return r >= 0xfe10 && r < 0x1f000 || r >= 0x20000
}
