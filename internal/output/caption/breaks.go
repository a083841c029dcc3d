package caption

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a line's end costs, by its place; docs/captions.md tells it. The end of a
// caption inside a sentence costs its place twice.
const (
	afterStop        = 0
	afterColon       = 50
	afterComma       = 100
	beforeBracket    = 250
	beforeClause     = 250
	beforeJoint      = 350 // a conjunction
	beforePhrase     = 450 // a preposition
	anywhere         = 1300
	afterAdjective   = 2400
	afterPronoun     = 2400
	beforePronoun    = 2400 // where it follows its verb
	afterAuxiliary   = 1800
	afterDegree      = 2800
	afterConjunction = 3600
	afterPreposition = 4200
	afterArticle     = 4500
	insideName       = 4500
	maybeName        = 1600
	beforeNumber     = 2000
	afterNumber      = 3800
	afterYear        = 1600
	afterShort       = 4800 // an abbreviation
	insideWord       = 5500 // at a hyphen
	insideTimed      = 4500 // of characters said as one word
	beforeMark       = 8000
	tornWord         = 40000

	// Of scripts without spaces.
	afterEnding   = 500  // a particle
	beforeOpening = 500  // a conjunction
	scriptChange  = 900  // from kana to a kanji
	ideographs    = 2000 // between two kanji, of which a word may be made
	kanaInside    = 4200 // in a run of hiragana
	inflection    = 4500 // from a kanji to its hiragana
	katakanaWord  = 5500
	scriptDigit   = 3800 // from a number to its counter
)

const (
	openingMarks = "([{„“‘«‹‚»›\"'「『（［【《〈¿¡"
	closingMarks = ")]}”’“‘»›«‹\"'」』）］】》〉"
)

func isClosing(r rune) bool {
	return strings.ContainsRune(closingMarks+".,;:!?…。，、；：！？", r)
}

// judge tells of each atom what a line's end after it costs.
func judge(atoms []atom, text string, l *language) {
	for i := range atoms {
		a := &atoms[i]
		word := text[a.lo:a.hi]
		core := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		a.class, a.shape = classify(word, core, l), shapeOf(word, core)
	}
	for i := range len(atoms) - 1 {
		a := &atoms[i]
		switch a.joint {
		case torn:
			a.cost = tornWord
		case hyphen:
			a.cost = insideWord
			if r, _ := utf8.DecodeLastRuneInString(text[a.lo:a.hi]); r == '—' {
				a.cost = afterComma
			}
		case glyphs:
			a.cost = scriptCost(atoms, i, text, l)
		case spaced:
			a.cost = spacedCost(atoms, i, text, l)
		}
	}
}

func classify(word, core string, l *language) class {
	c := l.of(core)
	if c&abbreviation != 0 && l.words[strings.ToLower(core+".")]&abbreviation == 0 {
		c &^= abbreviation
	}
	if strings.IndexByte(word, '.') >= 0 || core == "" {
		c |= l.of(strings.TrimFunc(word, func(r rune) bool { return strings.ContainsRune("([{„“‘«»\"',;", r) })) & (abbreviation | unit)
	}
	return c
}

func shapeOf(word, core string) (s shape) {
	if core == "" {
		s |= bare
	}
	r, n := utf8.DecodeRuneInString(core)
	switch {
	case unicode.IsUpper(r) && len(core) > n:
		s |= capital
	case unicode.IsDigit(r) && !strings.ContainsFunc(core, unicode.IsLetter):
		s |= number
		if len(core) == 4 && (core[0] == '1' || core[0] == '2') && strings.Trim(core, "0123456789") == "" && strings.HasPrefix(word, core) {
			s |= year
		}
	}
	if r, _ := utf8.DecodeRuneInString(word); strings.ContainsRune(openingMarks, r) {
		s |= opens
	}
	if r, _ := utf8.DecodeLastRuneInString(word); r != '%' && r != '°' && unicode.IsPunct(r) {
		s |= closes
	}
	return s
}

// spacedCost is the cost of a line's end at the white space after atom i.
func spacedCost(atoms []atom, i int, text string, l *language) int32 {
	a, b := &atoms[i], &atoms[i+1]
	word, next := text[a.lo:a.hi], text[b.lo:b.hi]
	switch {
	case b.shape&bare != 0 && !opensOnly(next):
		return beforeMark // a dash, a percent sign or a spaced question mark goes with what it follows
	case a.shape&bare != 0 && opensOnly(word):
		return beforeMark
	case a.shape&bare != 0:
		if i == 0 {
			return beforeMark // the dash of a line of dialogue
		}
		return afterComma
	}
	if a.shape&closes != 0 {
		if c, ok := markCost(a, word, next, l); ok {
			return c
		}
	}
	cost := bound(atoms, i, text, l)
	if cost > anywhere {
		return cost
	}
	switch {
	case b.shape&opens != 0 && b.shape&closes == 0:
		return beforeBracket
	case b.class&clause != 0 && b.class&article == 0:
		return beforeClause
	case b.class&conjunction != 0:
		return beforeJoint
	case b.class&preposition != 0:
		return beforePhrase
	}
	return cost
}

// opensOnly reports a mark that stands alone and belongs to what follows: « mot.
func opensOnly(word string) bool {
	return strings.Trim(word, "«‹([{„“‘¿¡$€£¥#№§") == ""
}

// markCost is the cost of an end after a word with a mark at its end; false for
// a full stop that ends nothing.
func markCost(a *atom, word, next string, l *language) (int32, bool) {
	closed := strings.TrimRight(word, closingMarks)
	r, n := utf8.DecodeLastRuneInString(closed)
	quoted := len(closed) < len(word)
	switch r {
	case '.', '…':
		following, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, openingMarks))
		bare := strings.TrimLeft(closed[:len(closed)-n], openingMarks)
		switch {
		case a.class&abbreviation != 0,
			a.shape&number != 0, // an ordinal
			!quoted && r == '.' && (utf8.RuneCountInString(bare) == 1 || strings.Contains(bare, ".")):
			return 0, false
		case r == '.' && !quoted && unicode.IsLower(following):
			return afterShort, true // an abbreviation that is in no list
		}
		return afterStop, true
	case '!', '?', ';', '。', '！', '？', '；':
		return afterStop, true
	case ':', '：':
		return afterColon, true
	case ',', '，', '、', '–', '—', '،':
		return afterComma, true
	}
	if quoted {
		return beforeBracket, true
	}
	return 0, false
}

// bound is what parting a word from the next costs for what the first one is.
func bound(atoms []atom, i int, text string, l *language) int32 {
	a, b := &atoms[i], &atoms[i+1]
	switch {
	case a.class&abbreviation != 0 || a.shape&(closes|number) == closes && strings.HasSuffix(text[a.lo:a.hi], "."):
		return afterShort
	case a.shape&number != 0:
		return numbered(a, b, l)
	case b.class&unit != 0 && b.class&function == 0 && a.class&article != 0:
		return afterNumber
	case a.shape&capital != 0 && b.shape&capital != 0 && b.class&function == 0 &&
		(i > 0 || a.class&function == 0) && a.class&(article|preposition|conjunction|clause) == 0:
		return insideName
	case a.shape&capital != 0 && b.class&particle != 0 && b.shape&capital == 0 && i+2 < len(atoms) && atoms[i+2].shape&capital != 0:
		if b.class&(preposition|article) != 0 {
			return maybeName // Otto von Bismarck, but also the tower of a town
		}
		return insideName
	}
	cost := int32(anywhere)
	for _, c := range []struct {
		class class
		cost  int32
	}{
		{article, afterArticle},
		{preposition, afterPreposition},
		{conjunction, afterConjunction},
		{clause, afterConjunction},
		{negation, afterDegree},
		{pronoun, afterPronoun},
		{auxiliary, afterAuxiliary},
	} {
		if a.class&c.class != 0 {
			cost = max(cost, c.cost)
		}
	}
	switch {
	case cost > anywhere:
	case l.inverts && b.class&pronoun != 0 && b.class&clause == 0 && a.shape&closes == 0:
		cost = beforePronoun
	case b.shape&number != 0:
		cost = beforeNumber
	case l.nouns && i > 0 && a.shape&capital == 0 && b.shape&capital != 0 && inflected(text[a.lo:a.hi]):
		cost = afterAdjective
	}
	return cost
}

// numbered is the cost of parting a number from what follows.
func numbered(a, b *atom, l *language) int32 {
	switch {
	case b.class&unit != 0, b.shape&number != 0:
		return afterNumber
	case b.class&function != 0:
		return anywhere
	case a.shape&year != 0, l.nouns && b.shape&capital == 0 && a.shape&closes == 0:
		return afterYear
	}
	return afterNumber
}

// inflected reports a German adjective's likely ending.
func inflected(word string) bool {
	for _, end := range []string{"e", "en", "er", "es", "em"} {
		if strings.HasSuffix(word, end) && len(word) > len(end)+2 {
			return true
		}
	}
	return false
}

// scriptCost is the cost of a line's end between two characters without a space.
func scriptCost(atoms []atom, i int, text string, l *language) int32 {
	at := atoms[i+1].lo
	previous, _ := utf8.DecodeLastRuneInString(text[:at])
	next, _ := utf8.DecodeRuneInString(text[at:])
	switch {
	case strings.ContainsRune("。！？；", previous):
		return afterStop
	case strings.ContainsRune("：…—", previous):
		return afterColon
	case strings.ContainsRune("、，,", previous):
		return afterComma
	case strings.ContainsRune(closingMarks, previous), strings.ContainsRune(openingMarks, next):
		return beforeBracket
	case l.straddles(text, at), strings.ContainsRune("一二三四五六七八九十百千万萬億亿〇", previous) && ideographic(next):
		return katakanaWord
	case l.startsAt(text, at):
		return beforeOpening
	}
	kana, kanaNext := kanaOf(previous), kanaOf(next)
	switch {
	case kana == katakana && kanaNext == katakana:
		return katakanaWord
	case unicode.IsDigit(previous) || !ideographic(previous) && unicode.IsDigit(next) && unicode.IsLetter(previous):
		return scriptDigit
	case !ideographic(previous) || !ideographic(next):
		return anywhere
	case l.trails(text, at) && kana != hiragana:
		return inflection // what ends a phrase belongs to it
	case l.endsAt(text, at) && !(kana == hiragana && kanaNext == hiragana):
		return afterEnding
	case l.endsAt(text, at):
		return anywhere
	case kana == hiragana && kanaNext != hiragana:
		return scriptChange
	case kana == hiragana:
		return kanaInside
	case kanaNext == hiragana:
		return inflection
	}
	return ideographs
}

type kana uint8

const (
	noKana kana = iota
	hiragana
	katakana
)

func kanaOf(r rune) kana {
	switch {
	case r >= 0x3041 && r <= 0x309F:
		return hiragana
	case r >= 0x30A0 && r <= 0x30FF, r >= 0xFF66 && r <= 0xFF9F:
		return katakana
	}
	return noKana
}

// kanji is how many bytes a character takes of which the lists of scripts
// without spaces are made.
const kanji = 3

// endsAt reports that what the lists call after ends at byte at of text.
func (l *language) endsAt(text string, at int) bool {
	for lo := at - kanji; lo >= max(0, at-l.longest); lo -= kanji {
		if l.words[text[lo:at]]&after != 0 {
			return true
		}
	}
	return false
}

// trails reports that such begins there.
func (l *language) trails(text string, at int) bool {
	for hi := at + kanji; hi <= min(len(text), at+l.longest); hi += kanji {
		if l.words[text[at:hi]]&after != 0 {
			return true
		}
	}
	return false
}

// startsAt reports that what the lists call before begins there.
func (l *language) startsAt(text string, at int) bool {
	for hi := at + kanji; hi <= min(len(text), at+l.longest); hi += kanji {
		if l.words[text[at:hi]]&before != 0 {
			return true
		}
	}
	return false
}

// straddles reports that a word of the lists lies across it.
func (l *language) straddles(text string, at int) bool {
	for lo := at - kanji; lo >= max(0, at-l.longest+kanji); lo -= kanji {
		for hi := at + kanji; hi <= min(len(text), lo+l.longest); hi += kanji {
			if l.words[text[lo:hi]]&(inside|after) != 0 {
				return true
			}
		}
	}
	return false
}
