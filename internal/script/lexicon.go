package script

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/voices"
)

// lexicon finds what the lexicons of a voice and of the article say how to
// speak. An entry counts only where it stands as a whole word: no letter, digit
// or combining mark touches its own letters and digits, except in scripts without
// spaces. Hyphens and apostrophes end a word ("WLAN-Kabel", "l’OTAN"). Of the
// entries that fit in one place the longest wins, of equally long ones that of
// the earlier list. Unless it says otherwise, a word without a capital letter
// fits in any case; one with a capital fits as it is written, and wins over one
// of the same list and length without. A pattern fits as it is written.
type lexicon struct {
	// heads are the words by their first token in lower case, the best first.
	heads    map[string][]*entry
	patterns []*entry
	judge    judge
}

type entry struct {
	word    string // in lower case if anyCase; "" for a pattern
	pattern *voices.Pattern
	say     string
	sounds  // as they are given; once judged, those that are used
	anyCase bool
	rank    int // of its list
	judged  bool
}

// judge gives what of the sounds of an entry a voice is told; nothing, where its
// respelling is for that voice, or the entry not at all.
type judge func(s sounds, respelled bool) sounds

// compile prepares lists of entries, of which the earlier go before the later;
// nil is an empty lexicon.
func compile(judge judge, lists ...[]voices.Entry) *lexicon {
	l := &lexicon{heads: map[string][]*entry{}, judge: judge}
	for rank, list := range lists {
		for i := range list {
			l.add(&list[i], rank)
		}
	}
	if len(l.heads) == 0 && len(l.patterns) == 0 {
		return nil
	}
	for _, entries := range l.heads {
		slices.SortStableFunc(entries, func(a, b *entry) int {
			if c := cmp.Or(utf8.RuneCountInString(b.word)-utf8.RuneCountInString(a.word), a.rank-b.rank); c != 0 || a.anyCase == b.anyCase {
				return c
			}
			if a.anyCase {
				return 1
			}
			return -1
		})
	}
	return l
}

func (l *lexicon) add(from *voices.Entry, rank int) {
	e := &entry{pattern: from.Pattern, say: plain(from.Say), sounds: sounds{from.IPA, from.Native}, rank: rank}
	if e.pattern != nil {
		l.patterns = append(l.patterns, e)
		return
	}
	e.word = plain(from.Word)
	if e.word == "" {
		return // nothing that a text could hold once it is cleaned
	}
	lower := strings.Map(unicode.ToLower, e.word)
	if e.anyCase = from.Case == voices.CaseAny || from.Case == voices.CaseSpelling && e.word == lower; e.anyCase {
		e.word = lower
	}
	head := lower[:token(lower)]
	l.heads[head] = append(l.heads[head], e)
}

// find is the lexicon's stage.
func (l *lexicon) find(text string) []replacement {
	var rs []replacement
	var lower []byte
	var patterns []*entry // those that may fit somewhere
	for _, e := range l.patterns {
		if e.pattern.In(text) {
			patterns = append(patterns, e)
		}
	}
	for at := 0; at < len(text); {
		n := token(text[at:])
		lower = lower[:0]
		for _, r := range text[at : at+n] {
			lower = utf8.AppendRune(lower, unicode.ToLower(r))
		}
		if e, groups := l.best(text[at:], l.heads[string(lower)], patterns); e != nil {
			n = len(groups[0])
			rs = append(rs, l.spoken(e, at, groups))
		}
		at += n
	}
	return rs
}

// best gives the entry that wins at the start of text, and what it finds there
// with the groups behind it; nil if none fits.
func (l *lexicon) best(text string, words, patterns []*entry) (best *entry, groups []string) {
	for _, e := range words {
		if n := e.match(text); n > 0 && l.counts(e) {
			best, groups = e, []string{text[:n]}
			break
		}
	}
	for _, e := range patterns {
		found := e.pattern.Prefix(text)
		if found == nil || e.say != "" && e.expand(found) == "" || !l.counts(e) {
			continue
		}
		if best == nil || len(found[0]) > len(groups[0]) || len(found[0]) == len(groups[0]) && e.rank < best.rank {
			best, groups = e, found
		}
	}
	return best, groups
}

// counts reports whether an entry that fits says anything to the voice, for which
// it is judged then.
func (l *lexicon) counts(e *entry) bool {
	if !e.judged {
		e.judged = true
		if e.given() {
			e.sounds = l.judge(e.sounds, e.say != "")
		}
	}
	return e.say != "" || e.given()
}

// spoken says how the piece at a place is spoken: by its pronunciation, unless
// the voice cannot say it and there is a respelling.
func (l *lexicon) spoken(e *entry, at int, groups []string) replacement {
	r := replacement{lo: at, hi: at + len(groups[0]), with: e.say}
	switch {
	case e.given():
		r.with, r.sounds = groups[0], e.sounds
	case e.pattern != nil:
		r.with = e.expand(groups)
	}
	return r
}

// expand gives a pattern's respelling of what it has found.
func (e *entry) expand(groups []string) string {
	return strings.TrimSpace(voices.Expand(e.say, groups))
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
