package segment

import (
	"strings"
	"unicode/utf8"
)

// smiley returns the end of the emoji and emoticons at byte i, or i if there
// are none.
func smiley(text string, i, hi int) int {
	end := i
	for end < hi {
		j := end
		if end > i {
			j = skipSpace(text, end, min(hi, end+4))
			if j >= hi {
				break
			}
		}
		r, n := runeAt(text, j)
		switch {
		case isPictograph(r):
			end = j + n
			// Skin tones, variation selectors and joined pictures.
			for end < hi {
				q, m := runeAt(text, end)
				if q != '\ufe0f' && q != '\u200d' && q != '\u20e3' && (q < 0x1f3fb || q > 0x1f3ff) {
					break
				}
				end += m
			}
			continue
		case r == ':' || r == ';' || r == '=' || r == '8':
			if k := emoticon(text, j, hi); k > j {
				end = k
				continue
			}
		}
		break
	}
	return end
}

// emoticon returns the end of an emoticon of the western kind at byte i, or i:
// :) :-) ;) =) :D :-( :P
func emoticon(text string, i, hi int) int {
	j := i + 1
	if j < hi && (text[j] == '-' || text[j] == '\'' || text[j] == 'o') {
		j++
	}
	if j >= hi || strings.IndexByte(")(DPpO/|]", text[j]) < 0 {
		return i
	}
	if strings.IndexByte("DPpO/|", text[j]) >= 0 && j+1 < hi && !spaceAt(text, j+1) && text[j+1] != '.' {
		return i // :Das, ://
	}
	for j < hi && text[j] == ')' {
		j++
	}
	if text[j-1] != ')' {
		j++
	}
	return min(j, hi)
}

// emoticonAt reports that the bracket at byte i is a mouth: after eyes, or, where
// the language smiles so, doubled or closing nothing. An opening one has white
// space after it.
func (s *splitter) emoticonAt(i int) bool {
	text := s.text
	if i == s.start || text[i] == '(' && i+1 < s.hi && !spaceAt(text, i+1) {
		return false
	}
	switch p := text[i-1]; {
	case p == ':' || p == ';' || p == '=':
		return true
	case p == '-' && i-1 > s.start && (text[i-2] == ':' || text[i-2] == ';'):
		return true
	}
	if !s.lang.smiles || text[i] == '(' {
		return false
	}
	w := wordBefore(text, s.start, i)
	if w.shape == number || w.runes == 1 {
		return false
	}
	const near = 300
	lo := max(s.start, i-near)
	return strings.IndexByte(text[lo:i], '(') < 0
}

// smileAt reads what stands around the emoji or emoticon whose first picture,
// or whose mouth, is at byte i.
func (s *splitter) smileAt(i int) candidate {
	c := candidate{at: i, mark: smile}
	end := i
	for end < s.hi && s.text[end] == s.text[i] && s.text[i] < utf8.RuneSelf {
		end++
	}
	if k := smiley(s.text, end, s.hi); k > end {
		end = k
	}
	c.stop = end
	s.readClosers(&c)
	c.next = skipSpace(s.text, c.stop, s.hi)
	if c.next < s.hi {
		s.readRight(&c)
	}
	return c
}

// decideSmile decides after an emoji or emoticon: it ends a sentence before a
// capital that proves something, for nobody writes a stop after it.
func (s *splitter) decideSmile(c *candidate) (bool, string) {
	switch {
	case c.again:
		return s.decidePlain(c)
	case s.leads(c):
		return false, "smile leads"
	case c.glued():
		if s.smileBetween(c) {
			return true, "smile"
		}
		return false, "no space"
	case c.after == upperCase:
		return true, "smile"
	case c.after == symbol && c.right.lo < s.hi && (s.text[c.right.lo] == '@' || s.text[c.right.lo] == '#'):
		return true, "smile"
	}
	return false, "smile goes on"
}

// leads reports that nothing but pictures and marks stands before what follows:
// they belong to it.
func (s *splitter) leads(c *candidate) bool {
	return strings.IndexFunc(s.text[s.start:c.at], isWordRune) < 0
}

// smileBetween reports that the picture stands between letters of a script
// without spaces and ends a sentence there, as a note or a face does: すごい♪また.
// Hearts and stars are also words and parts of names.
func (s *splitter) smileBetween(c *candidate) bool {
	if c.at <= s.start || strings.ContainsAny(s.text[c.at:c.stop], "❤♥♡☆★") {
		return false
	}
	r, _ := runeBefore(s.text, c.at)
	q, _ := runeAt(s.text, c.next)
	return isIdeograph(r) && isIdeograph(q) && !s.particle(c)
}
