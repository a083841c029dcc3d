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
	case (c.closed || c.dashed) && s.saying(c):
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

// particle reports that a particle follows, which ties a quotation, a title or an
// exclamation to the sentence: 「…。」と言った, 『…。』は面白い, “…！”的声音
func (s *splitter) particle(c *candidate) bool {
	rest := s.text[c.next:s.hi]
	if c.closed && s.lang.ties != "" {
		r, n := runeAt(rest, 0)
		return strings.ContainsRune(s.lang.ties, r) && !strings.HasPrefix(rest[n:], "确")
	}
	for _, p := range [...]string{"と", "って", "の", "を", "が", "に", "など", "は", "も", "で", "へ", "や"} {
		after, ok := strings.CutPrefix(rest, p)
		if !ok || after == "" {
			continue
		}
		r, _ := runeAt(after, 0)
		// After a bare stop, and before a mark, these are the first syllables
		// of adverbs and conjunctions; before a noun or verb they are not.
		noun := unicode.In(r, unicode.Han, unicode.Katakana)
		switch p {
		case "って":
			return true
		case "など":
			return c.closed
		case "の", "を":
			return noun || c.closed && r != 'ち' && r != 'ど'
		case "は", "も", "で", "へ", "や":
			return c.closed && (noun || r == '「' || r == '『' || p == "は" && r == '、')
		}
		return unicode.Is(unicode.Han, r) || c.closed && !(r == '、' || r == 'こ' || r == 'て' || r == 'に' || r == 'り' || r == 'も')
	}
	return false
}

// saying reports that a short clause with a verb of speech follows a quotation
// in Chinese: “…？”他问。
func (s *splitter) saying(c *candidate) bool {
	i := c.next
	for range 2 { // ——他写道
		if i < s.hi && strings.HasPrefix(s.text[i:s.hi], "—") {
			i += len("—")
		}
	}
	for range 8 {
		if i >= s.hi {
			return false
		}
		if strings.HasPrefix(s.text[i:s.hi], "知道") {
			return false // to know
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
