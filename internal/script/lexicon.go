package script

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/voices"
)

// lexicon finds the words and phrases of a voice's lexicon. An entry counts
// only where it stands as a whole word: no letter, digit or combining mark
// touches its own letters and digits, except in scripts without spaces.
// Hyphens and apostrophes end a word ("WLAN-Kabel", "l’OTAN"). Of the entries
// that fit in one place the longest wins. An entry without a capital letter
// fits in any case; one with a capital fits as it is written, and wins over one
// of the same length without.
type lexicon struct {
	// heads are the entries by their first token in lower case, the longest
	// first.
	heads map[string][]entry
}

type entry struct {
	word, say string
	anyCase   bool
}

// compile prepares a voice's lexicon; nil is an empty one.
func compile(list []voices.Entry) *lexicon {
	if len(list) == 0 {
		return nil
	}
	l := &lexicon{heads: map[string][]entry{}}
	for _, e := range list {
		word := plain(e.Word)
		if word == "" {
			continue // nothing that a text could hold once it is cleaned
		}
		lower := strings.Map(unicode.ToLower, word)
		head := lower[:token(lower)]
		l.heads[head] = append(l.heads[head], entry{word: word, say: plain(e.Say), anyCase: word == lower})
	}
	for _, entries := range l.heads {
		slices.SortStableFunc(entries, func(a, b entry) int {
			if d := utf8.RuneCountInString(b.word) - utf8.RuneCountInString(a.word); d != 0 || a.anyCase == b.anyCase {
				return d
			}
			if a.anyCase {
				return 1
			}
			return -1
		})
	}
	return l
}

// find is the lexicon's stage.
func (l *lexicon) find(text string) []replacement {
	var rs []replacement
	var lower []byte
	for at := 0; at < len(text); {
		n := token(text[at:])
		lower = lower[:0]
		for _, r := range text[at : at+n] {
			lower = utf8.AppendRune(lower, unicode.ToLower(r))
		}
		for _, e := range l.heads[string(lower)] {
			if length := e.match(text[at:]); length > 0 {
				rs = append(rs, replacement{at, at + length, e.say})
				n = length
				break
			}
		}
		at += n
	}
	return rs
}

// match gives the length of the entry's word at the start of text, 0 where it
// does not stand there as a whole word.
func (e *entry) match(text string) int {
	at := 0
	last := rune(0)
	for _, want := range e.word {
		r, size := utf8.DecodeRuneInString(text[at:])
		if size == 0 || r != want && !(e.anyCase && unicode.ToLower(r) == want) {
			return 0
		}
		at += size
		last = r
	}
	if next, size := utf8.DecodeRuneInString(text[at:]); size > 0 && inWord(next) && (inWord(last) && spaced(last) && spaced(next) || unicode.IsMark(next)) {
		return 0
	}
	return at
}

// token is the length of the first token of text: a run of letters, digits and
// marks, else one character with its marks.
func token(text string) int {
	first, n := utf8.DecodeRuneInString(text)
	word := inWord(first) && spaced(first)
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !unicode.IsMark(r) && !(word && inWord(r) && spaced(r)) {
			break
		}
		n += size
	}
	return n
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// spaced reports whether the script of r puts spaces between words.
func spaced(r rune) bool {
	return r < 0x0e00 || !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
