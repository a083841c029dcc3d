package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds of token.
const (
	none   = iota // beyond either end of the text
	word          // letters and marks
	number        // ASCII digits
	sign          // one other character, with the marks and joiners that belong to it
)

// token is bytes [lo, hi) of the text.
type token struct {
	lo, hi int
	kind   uint8
	spaced bool // white space stands before it
	head   bool // it is the first of a chunk: what white space surrounds
	mixed  bool // of a head: the chunk holds a mark of addresses, paths and file names
}

// parser works on one sentence.
type parser struct {
	text     string
	toks     []token
	out      []Replacement
	lang     *language
	region   string            // the tag's region in capitals, if it has one
	groupBuf [maxGroups]string // see numeral
	chain    string            // the ending of the German ordinal noted last
	ended    int               // the token after it
	dateEnd  string            // the same of a German day and month in figures
	dated    int               // the token after these
}

// read cuts the text into tokens.
func (p *parser) read() {
	p.toks, p.out, p.chain, p.ended = p.toks[:0], nil, "", -1
	p.dateEnd, p.dated = "", -1
	text := p.text
	spaced, head := false, 0
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if r == ' ' || r >= utf8.RuneSelf && unicode.IsSpace(r) || r < ' ' {
			spaced = true
			i += n
			continue
		}
		t := token{lo: i, kind: sign, spaced: spaced, head: spaced || i == 0}
		if t.head {
			head = len(p.toks)
		}
		switch {
		case r >= '0' && r <= '9':
			t.kind = number
			for i < len(text) && text[i] >= '0' && text[i] <= '9' {
				i++
			}
		case letter(r):
			t.kind = word
			for i < len(text) {
				r, n := rune(text[i]), 1
				if r >= utf8.RuneSelf {
					r, n = utf8.DecodeRuneInString(text[i:])
				}
				if !letter(r) && !unicode.IsMark(r) {
					break
				}
				i += n
			}
		default:
			i += n
			for i < len(text) && text[i] >= utf8.RuneSelf {
				r, n := utf8.DecodeRuneInString(text[i:])
				if !unicode.IsMark(r) {
					break
				}
				i += n
			}
		}
		t.hi = i
		p.toks = append(p.toks, t)
		if t.kind == sign {
			switch r {
			case '.', '/', '@', '_', '\\':
				p.toks[head].mixed = true
			}
		}
		spaced = false
	}
}

// letter reports a letter that words consist of; ª and º are signs here.
func letter(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r != 'ª' && r != 'º' && unicode.IsLetter(r)
}

// at gives token i; beyond the ends it is of kind none.
func (p *parser) at(i int) token {
	if i < 0 || i >= len(p.toks) {
		return token{}
	}
	return p.toks[i]
}

// s is the text of token i.
func (p *parser) s(i int) string {
	if i < 0 || i >= len(p.toks) {
		return ""
	}
	return p.text[p.toks[i].lo:p.toks[i].hi]
}

// span is the text from token i up to token j.
func (p *parser) span(i, j int) string { return p.text[p.toks[i].lo:p.toks[j-1].hi] }

func (p *parser) kind(i int) uint8 { return p.at(i).kind }

// glued reports that token i exists and touches the one before.
func (p *parser) glued(i int) bool {
	t := p.at(i)
	return t.kind != none && !t.spaced && i > 0
}

// is reports that token i is the sign s.
func (p *parser) is(i int, s string) bool { return p.kind(i) == sign && p.s(i) == s }

// dot reports a full stop that touches the token before it.
func (p *parser) dot(i int) bool { return p.glued(i) && p.is(i, ".") }

// capital reports that token i is a word with a capital first letter.
func (p *parser) capital(i int) bool {
	if p.kind(i) != word {
		return false
	}
	r, _ := utf8.DecodeRuneInString(p.s(i))
	return unicode.IsUpper(r)
}

// last reports that nothing but closing marks follows from token i on.
func (p *parser) last(i int) bool {
	for j := i; j < i+4; j++ {
		t := p.at(j)
		if t.kind == none {
			return true
		}
		if t.kind != sign {
			return false
		}
		switch p.s(j) {
		case ".", "!", "?", ")", "]", "\"", "'", "”", "“", "’", "»", "«", "…", ":":
		default:
			return false
		}
	}
	return false
}

// put notes that the tokens from i up to j are spoken as with. Blanks are added
// where it would otherwise touch a word or a digit beside it.
func (p *parser) put(i, j int, with string) {
	lo, hi := p.toks[i].lo, p.toks[j-1].hi
	if with != "" {
		if prev := p.at(i - 1); p.glued(i) && (prev.kind == word || prev.kind == number || joins(p.s(i-1))) {
			with = " " + with
		}
		if next := p.at(j); p.glued(j) && (next.kind == word || next.kind == number || joins(p.s(j))) {
			with += " "
		}
	}
	if n := len(p.out); n > 0 && p.out[n-1].Hi == lo && with != "" {
		// One blank is enough between neighbours that are both replaced.
		prev := p.out[n-1].With
		with = strings.TrimPrefix(with, " ")
		if prev != "" && !strings.HasSuffix(prev, " ") && wordly(prev[len(prev)-1]) && wordly(with[0]) {
			with = " " + with
		}
	}
	if p.text[lo:hi] != with {
		p.out = append(p.out, Replacement{lo, hi, with})
	}
}

// wordly reports a byte of a letter or a digit.
func wordly(c byte) bool { return letterByte(c) || c >= '0' && c <= '9' }

// joins reports a sign that is itself spoken as a word, so that words beside it
// stand apart.
func joins(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && r >= 0xa0 && (unicode.IsSymbol(r) || unicode.IsNumber(r))
}

// free reports that the number token i begins something: no letter, digit or
// mark of a longer code touches it.
func (p *parser) free(i int) bool {
	if !p.glued(i) {
		return true
	}
	if p.kind(i-1) != sign {
		return false
	}
	if p.ended == i-1 && p.chain != "" {
		return true // 3./4. Oktober
	}
	switch p.s(i - 1) {
	case "+":
		return !p.glued(i - 1) // 90.+3. Minute
	case ".":
		return p.kind(i-2) == word && p.glued(i-1) && p.lang.refs[p.s(i-2)] // Abs.3
	case "-":
		// A negative number, or mid-1960s.
		return p.at(i-1).head || p.kind(i-2) == word && has(p.lang.words, "prefix "+p.s(i-2)) && p.at(i-2).head
	case "*":
		return p.born(i - 1)
	case ",", ":", ";", "_", "/", "\\", "@", "#", "'", "’", "^", "&", "%", "|":
		return false
	}
	return true
}

// rest is the number of tokens up to the end of the chunk, or to a bracket or
// sign that belongs to no code.
func (p *parser) rest(i int) int {
	n := 1
	for p.glued(i + n) {
		if p.kind(i+n) == sign {
			switch p.s(i + n) {
			case ".", ",", ":", ";", "-", "_", "/", "\\", "@", "'", "’", "#", "*":
			default:
				return n
			}
		}
		n++
	}
	return n
}

// prev is the word right before token i, empty if something else stands there.
func (p *parser) prev(i int) string {
	if p.kind(i-1) == word {
		return p.s(i - 1)
	}
	return ""
}
