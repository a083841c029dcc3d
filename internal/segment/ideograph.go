package segment

import (
	"strings"
	"unicode"
)

// decideIdeograph decides after the marks of Chinese and Japanese and of other
// scripts without spaces after them.
func (s *splitter) decideIdeograph(c *candidate) (bool, string) {
	switch {
	case c.after == goesOn || c.after == nothing:
		return false, "goes on"
	case c.mark == ellipsis && !c.closed && c.glued():
		return false, "ellipsis in between" // 他……他走了
	case c.mark == period && c.after == digit:
		return false, "no space" // 第3.2节
	case c.glued() && s.inTitle(c):
		return false, "title"
	case c.glued() && s.particle(c):
		return false, "particle"
	case c.closed && s.saying(c):
		return false, "reporting clause"
	}
	return true, "ideographic stop"
}

// inTitle reports that the marks stand in the title of a work, or close it:
// 《…！…》, 《…？》
func (s *splitter) inTitle(c *candidate) bool {
	if r, _ := runeBefore(s.text, c.stop); c.closed && (r == '》' || r == '〉') {
		return true
	}
	const near = 96 // bytes: 32 ideographs
	before := s.text[max(s.start, c.at-near):c.at]
	open := max(strings.LastIndex(before, "《"), strings.LastIndex(before, "〈"))
	if open < 0 || open < max(strings.LastIndex(before, "》"), strings.LastIndex(before, "〉")) {
		return false
	}
	after := s.text[c.stop:min(s.hi, c.stop+near)]
	k := strings.IndexAny(after, "《〈》〉")
	if k < 0 {
		return false
	}
	r, _ := runeAt(after, k)
	return r == '》' || r == '〉'
}

// particle reports that a Japanese particle follows, which ties a quotation or
// an exclamation to the sentence: 「…。」と言った
func (s *splitter) particle(c *candidate) bool {
	rest := s.text[c.next:s.hi]
	for _, p := range [...]string{"と", "って", "の", "を", "が", "に", "など"} {
		after, ok := strings.CutPrefix(rest, p)
		if !ok || after == "" {
			continue
		}
		r, _ := runeAt(after, 0)
		if p == "って" || p == "など" {
			return c.closed || p == "って"
		}
		// After a bare stop, and before a mark, these are the first syllables
		// of adverbs and conjunctions; before a noun or verb they are not.
		return unicode.Is(unicode.Han, r) || c.closed && !(r == '、' || r == 'こ' || r == 'て' || r == 'に' || r == 'り' || r == 'も')
	}
	return false
}

// saying reports that a short clause with a verb of speech follows a quotation
// in Chinese: “…？”他问。
func (s *splitter) saying(c *candidate) bool {
	i := c.next
	for range 8 {
		if i >= s.hi {
			return false
		}
		r, n := runeAt(s.text, i)
		i += n
		if strings.ContainsRune(s.lang.says, r) {
			if i >= s.hi {
				return true
			}
			q, _ := runeAt(s.text, i)
			return isTerminal(q) || q != '：' && isIdeographicMark(q) || strings.ContainsRune(s.lang.says, q)
		}
		if !isIdeograph(r) {
			return false
		}
	}
	return false
}

// ideographs reports that the marks stand glued between letters of a script that
// writes no spaces.
func (c *candidate) ideographs(text string) bool {
	if c.left.hi == 0 || c.left.lo == c.left.hi {
		return false
	}
	r, _ := runeBefore(text, c.left.hi)
	return isIdeograph(r)
}
