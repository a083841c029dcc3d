package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// decide tells whether the sentence ends at the candidate, and which rule says
// so. The rules stand in the order of their authority.
func (s *splitter) decide(c *candidate) (bool, string) {
	switch {
	case c.mark == smile:
		return s.decideSmile(c)
	case c.omits && !c.again:
		return s.decideOmission(c)
	case c.mark == ideograph || c.glued() && (c.ideographs(s.text) || c.mark == loud && s.text[c.at] >= utf8.RuneSelf):
		return s.decideIdeograph(c)
	}
	if c.after == goesOn {
		return false, "goes on"
	}
	if c.glued() {
		return s.decideGlued(c)
	}
	if c.left.lo <= s.start && c.left.shape == noWord && !c.apart && c.mark != loud {
		return false, "leading ellipsis"
	}
	switch {
	case c.mark == loud:
		return s.decideLoud(c)
	case c.mark == ellipsis:
		return s.decideEllipsis(c)
	}
	return s.decidePeriod(c)
}

// decidePeriod decides a single full stop before white space.
func (s *splitter) decidePeriod(c *candidate) (bool, string) {
	if c.again || c.noted {
		return s.decidePlain(c)
	}
	if !c.apart && !s.inAddress(c) {
		if c.left.lo == s.first() && (c.left.shape == number && c.left.runes <= 3 || c.left.runes == 1 || isRoman(c.left.in(s.text)) && strings.Trim(c.left.in(s.text), "IVX") == "") && (!c.closed || c.bracket) {
			return false, "number alone"
		}
		if split, rule := s.decideAbbreviation(c); rule != "" {
			return split, rule
		}
		if split, rule := s.decideNumber(c); rule != "" {
			return split, rule
		}
	}
	return s.decidePlain(c)
}

// inAddress reports that the word before the stop is the end of a longer string
// of another kind, in which nothing is an abbreviation: ?q=c, @bob
func (s *splitter) inAddress(c *candidate) bool {
	if c.left.lo <= s.start || c.left.shape == number {
		return false
	}
	switch s.text[c.left.lo-1] {
	case '=', '@', '?', '#', '~', '%', '+':
		return true
	}
	return false
}

// decidePlain decides after a word that a full stop can only end.
func (s *splitter) decidePlain(c *candidate) (bool, string) {
	switch c.after {
	case lowerCase:
		if c.dotted && !c.bracketed {
			return true, "ellipsis opens"
		}
		if c.dashed && !c.closed && !c.quoted && !c.bracketed {
			return true, "dash opens"
		}
		if c.bulleted {
			return true, "bullet"
		}
		return s.decideSmall(c)
	case symbol:
		if s.tag(c) {
			return false, "tag"
		}
		return true, "stop"
	}
	if c.closed && s.reports(c) {
		return false, "reporting clause"
	}
	return true, "stop"
}

// decideSmall decides before a small letter, where only people who use no
// capitals end a sentence: if this sentence started small too, or the next one
// starts with a word that hardly ever follows an abbreviation.
func (s *splitter) decideSmall(c *candidate) (bool, string) {
	w := c.left
	if c.closed || c.dashed || c.quoted || c.mark == loud && w.shape == upper && s.text[c.at:c.stop] == "!" {
		return false, "small letter follows"
	}
	if c.mark == period && w.shape != number && (!w.vowel || w.dotted || w.runes < 3 && !s.lang.opener[w.in(s.text)] || s.lang.known(w.in(s.text))) {
		return false, "small letter follows"
	}
	switch {
	case s.careless():
		return true, "small letters"
	case c.mark == loud && s.lang.nouns:
		return false, "small letter follows" // “Wie? fragte er”
	case w.runes > 3 && s.lang.starter[c.right.in(s.text)]:
		return true, "small starter"
	case c.mark == period && w.shape == lower && (w.whole(s.text) || !s.lang.nouns && w.runes > 9 && w.plain(s.text)):
		return true, "whole word"
	}
	return false, "small letter follows"
}

// whole reports that a word is hardly an abbreviation: it is long and ends in a
// vowel or in a vowel and one of the consonants that inflect words, where
// abbreviations are cut before a vowel.
func (w word) whole(text string) bool {
	if w.runes < 4 || !w.plain(text) {
		return false
	}
	r, n := runeBefore(text, w.hi)
	if isVowel(r) {
		return true
	}
	switch r {
	case 'n', 's', 't', 'r', 'd', 'm', 'й', 'м', 'х', 'т':
		q, _ := runeBefore(text, w.hi-n)
		return isVowel(q)
	case 'ь':
		return true
	}
	return false
}

// careless reports that the sentence so far starts with a small letter, as a
// text without capitals does.
func (s *splitter) careless() bool {
	for i := s.start; i < s.hi && i < s.start+16; {
		r, n := runeAt(s.text, i)
		if isWordRune(r) {
			w := wordAfter(s.text, i, s.hi)
			return w.shape == lower && !w.camel(s.text) && !(s.lang.clitics && w.runes == 1)
		}
		i += n
	}
	return false
}

// decideLoud decides after ! and ?.
func (s *splitter) decideLoud(c *candidate) (bool, string) {
	switch {
	case c.after == lowerCase:
		if c.bulleted {
			return true, "bullet"
		}
		return s.decideSmall(c)
	case c.after == symbol && s.tag(c):
		return false, "tag"
	case c.dashed && s.dashBefore(c):
		return false, "dash closes"
	case c.closed && s.reports(c):
		return false, "reporting clause"
	case s.inBrackets(c) && c.after == upperCase && !s.opener(c):
		return false, "bracket goes on"
	}
	return true, "stop"
}

// decideEllipsis decides after several stops.
func (s *splitter) decideEllipsis(c *candidate) (bool, string) {
	switch c.after {
	case lowerCase:
		if c.bulleted {
			return true, "bullet"
		}
		if s.careless() && !c.closed && !c.dashed && c.left.runes > 2 && !c.apart {
			return true, "small letters"
		}
		return false, "small letter follows"
	case upperCase:
		if s.lang.alwaysCapital != "" && c.right.in(s.text) == s.lang.alwaysCapital {
			return false, "always a capital"
		}
	}
	if c.apart && s.listed(c) {
		return false, "ellipsis in between"
	}
	if c.apart && c.after == upperCase && s.lang.nouns && !s.opener(c) && !c.closed && !c.dashed && !c.quoted {
		return false, "ellipsis in between"
	}
	return true, "ellipsis"
}

// listed reports that the ellipsis stands for the rest of a row: “1, 2, ... 10”
func (s *splitter) listed(c *candidate) bool {
	i := trimSpace(s.text, s.start, c.at)
	return i > s.start && s.text[i-1] == ','
}

// decideOmission decides after [...], which stands for something in the middle
// unless a word leads to it and a new sentence follows.
func (s *splitter) decideOmission(c *candidate) (bool, string) {
	i := trimSpace(s.text, s.start, c.at-1)
	if c.after != upperCase || !s.opener(c) || i <= s.start {
		return false, "omission"
	}
	r, _ := runeBefore(s.text, i)
	return isWordRune(r), "omission"
}

// decideGlued decides a mark without white space after it, where a space may be
// missing: between a word in small letters and one that ends there, not in the
// middle of an address, a file name or a line of a program.
func (s *splitter) decideGlued(c *candidate) (bool, string) {
	w := c.left
	if c.after == upperCase && c.right.lo > c.next {
		if c.closed && c.quoted {
			return true, "missing space" // “Stop.”“Why?”
		}
		if r, _ := runeAt(s.text, c.next); r == '—' {
			return true, "dash opens" // the end.—Then
		}
	}
	if c.right.lo != c.next || w.dotted || w.runes < 2 || c.right.hi < s.hi && !s.endsWord(c.right.hi) {
		return false, "no space"
	}
	switch {
	case c.after == lowerCase:
		if c.mark != period && w.runes > 2 && w.plain(s.text) && s.lang.starter[c.right.in(s.text)] {
			return true, "missing space"
		}
	case c.after == upperCase && c.right.shape != initial && (w.shape == lower || w.shape == upper && s.lang.nouns):
		// Addresses are Latin; a short word before the stop may be an
		// abbreviation.
		r, _ := runeAt(s.text, c.next)
		if c.mark != period || s.lang.abbrev[w.in(s.text)] == ordinary && (s.opener(c) || r >= 0x370 && w.runes > 4) {
			return true, "missing space"
		}
	}
	return false, "no space"
}

// endsWord reports that white space, a comma or a final mark follows a word that
// ends at byte i.
func (s *splitter) endsWord(i int) bool {
	r, n := runeAt(s.text, i)
	if r == ',' || isTerminal(r) {
		return i+n == s.hi || spaceAt(s.text, i+n)
	}
	return isSpace(r)
}

// reports reports that a reporting clause follows, and nothing more: a name or
// two, a verb of speech, then a mark.
func (s *splitter) reports(c *candidate) bool {
	if c.after != upperCase || len(s.lang.speech) == 0 || c.quoted || c.dotted || s.opener(c) {
		return false // “He asked” has a capital because a sentence starts
	}
	w := c.right
	for range 3 {
		i := w.hi
		if i < s.hi && s.text[i] == '.' && s.lang.abbrev[w.in(s.text)]&never != 0 {
			i++ // Mr. Brown asked
		}
		if i = skipSpace(s.text, i, s.hi); i == w.hi || i >= s.hi {
			return false
		}
		w = wordAfter(s.text, i, s.hi)
		switch w.shape {
		case lower:
			if !s.lang.speech[w.in(s.text)] {
				return false
			}
			if w.hi == s.hi {
				return true
			}
			r, _ := runeAt(s.text, w.hi)
			return isTerminal(r) || r == ',' || r == ';'
		case upper:
		default:
			return false
		}
	}
	return false
}

// tag reports that a hashtag follows, which belongs to what it labels.
func (s *splitter) tag(c *candidate) bool {
	i := c.right.lo
	if i+1 >= s.hi || s.text[i] != '#' {
		return false
	}
	r, _ := runeAt(s.text, i+1)
	return unicode.IsLetter(r)
}

// dashBefore reports that a dash like the one after the marks stands open in the
// sentence so far. In a sentence that starts with a dash, which is a turn in a
// dialogue, dashes do not pair.
func (s *splitter) dashBefore(c *candidate) bool {
	if r, _ := runeAt(s.text, s.start); isDash(r) {
		return false
	}
	const far = 200 // bytes
	after := dashes(s.text, c.next, s.hi)
	open := false
	for i := max(s.start, c.at-far); i < c.at; {
		r, n := runeAt(s.text, i)
		if !isDash(r) {
			i += n
			continue
		}
		end := dashes(s.text, i, c.at)
		if s.text[i:end] == s.text[c.next:after] && spaceAt(s.text, end) {
			open = !open
		}
		i = end
	}
	return open
}

// dashes returns the end of the dashes at byte i.
func dashes(text string, i, hi int) int {
	for i < hi {
		r, n := runeAt(text, i)
		if !isDash(r) {
			break
		}
		i += n
	}
	return i
}

// first returns where the first word of the sentence starts, if no more than an
// opening mark or a bullet stands before it.
func (s *splitter) first() int {
	i := s.start
	for range 3 {
		if i >= s.hi {
			break
		}
		r, n := runeAt(s.text, i)
		if !isBullet(r) && !isSpace(r) && sideOf(r) == notQuote && !isDash(r) {
			break
		}
		i += n
	}
	return i
}

// opener reports that the word after the candidate usually starts a sentence.
func (s *splitter) opener(c *candidate) bool {
	if c.after != upperCase {
		return false
	}
	var buf [maxWord * 2]byte
	return s.lang.opener[string(fold(buf[:0], c.right.in(s.text)))]
}

// phrase reports that the sentence so far is no more than a phrase of a
// preposition and two words: “At 5 a.m.”, “В 1812 г.”
func (s *splitter) phrase(c *candidate) bool {
	w := wordAfter(s.text, s.first(), c.at)
	var buf [maxWord * 2]byte
	if !s.lang.joint[string(fold(buf[:0], w.in(s.text)))] {
		return false
	}
	const long = 100 // bytes
	if c.at-w.hi > long {
		return false
	}
	words := 0
	for i := w.hi; i < c.at; i++ {
		if s.text[i] == ' ' {
			if words++; words > 3 {
				return false
			}
		}
	}
	return true
}

// inBrackets reports that the bracket that closes after the marks holds a word
// or two in the middle of the sentence: “the band (Wham!) Ann likes”
func (s *splitter) inBrackets(c *candidate) bool {
	if !c.bracket || c.again {
		return false
	}
	const short = 20 // bytes
	from := max(s.start, c.at-short)
	i := strings.LastIndexByte(s.text[from:c.at], '(')
	return i >= 0 && from+i > s.start
}
