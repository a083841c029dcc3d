package segment

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// class says how an abbreviation behaves at the end of a sentence. An
// abbreviation can be of several classes: the marks around it choose.
type class uint8

const (
	never    class = 1 << iota // never ends a sentence: z. B., vgl., Fig., Dr.
	final                      // may end one, before a likely opener: Inc., U.S., v. Chr.
	tail                       // usually ends one, before any capital: etc., usw.
	clock                      // a.m., p.m.: like tail, but for a day, a month or a time zone
	numbered                   // goes on before a number, else is a word: p. 5, no. 3
	unit                       // of measure, after a number; else it is a word: min., km.
	calendar                   // a month or day beside a number, else it is a word: mar., Sept.
	ordinary class = 0         // not in the table
)

var classNames = map[string]class{
	"never": never, "final": final, "tail": tail, "clock": clock, "numbered": numbered, "unit": unit, "calendar": calendar,
}

// language is what a language adds to the common rules.
type language struct {
	name string
	// nouns: common nouns have capitals, so a capital alone proves nothing.
	nouns bool
	// ordinals: a number with a full stop is an ordinal.
	ordinals bool
	// romans: so is a Roman numeral.
	romans bool
	// smiles: a closing bracket that closes nothing is a smile.
	smiles bool
	// clitics: an apostrophe and a letter can stand before the first word: ’s Avonds.
	clitics bool
	// alwaysCapital is a word whose capital proves nothing: I.
	alwaysCapital string
	// letters lists the letters that are words and can end a sentence.
	letters string
	// says lists the ideographs that are verbs of speech.
	says string
	// ties lists the ideographs that tie a quotation before them to the sentence.
	ties string
	// quotes lists the marks that open a quotation here, of those that close
	// one elsewhere.
	quotes string

	abbrev map[string]class // without the last stop and without spaces: "z.B"
	inner  map[string]bool  // the beginnings of those of several parts: "z"
	opener map[string]bool  // words that usually start a sentence, in small letters
	joint  map[string]bool  // words before which a speaker can breathe: conjunctions, prepositions
	// starter: words that start a sentence even in small letters, if anything
	// does: pronouns and question words.
	starter map[string]bool
	before  map[string]bool // words after which a number is part of the sentence
	zone    map[string]bool // days, months and time zones, which follow the clock
	// cardinal: words after which a number is no ordinal.
	cardinal map[string]bool
	suffix   []string        // ends of compounds that are abbreviations before a number: Goethestr.
	speech   map[string]bool // verbs that follow a quotation: said, asked
}

// opens reports whether r, one of the quotation marks that languages disagree
// about, opens a quotation.
func (l *language) opens(r rune) bool { return strings.ContainsRune(l.quotes, r) }

//go:embed data/*.txt
var tables embed.FS

// languages holds the rules by primary language subtag, built at first use.
var languages = byName(german, english, french, spanish, italian, dutch, polish, russian, chinese, japanese)

func byName(ls ...language) map[string]func() *language {
	m := map[string]func() *language{}
	for _, l := range ls {
		m[l.name] = sync.OnceValue(func() *language { return must(&l) })
	}
	return m
}

// fallback is the language of all others.
var fallback = sync.OnceValue(func() *language {
	return must(&language{quotes: "“‘«‹"})
})

// languageOf returns the rules for a BCP 47 tag.
func languageOf(tag string) *language {
	base := tag
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		base = tag[:i]
	}
	if l, ok := languages[strings.ToLower(base)]; ok {
		return l()
	}
	return fallback()
}

// must loads the tables of l. An embedded table that is wrong is a mistake in
// the program, which the tests catch.
func must(l *language) *language {
	l.abbrev, l.inner = map[string]class{}, map[string]bool{}
	l.cardinal = map[string]bool{}
	l.opener, l.joint, l.starter, l.before, l.zone, l.speech = map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	var err error
	if l.name != "" {
		err = l.load(l.name)
	}
	if err == nil {
		err = l.load("common")
	}
	if err != nil {
		panic(err)
	}
	return l
}

// load reads a table: lines of “class: entries”, the entries separated by white
// space and abbreviations written as in a text, those of several parts without
// spaces; “#” starts a comment. An entry in small letters also stands for the
// same with a first capital.
func (l *language) load(name string) error {
	file := "data/" + name + ".txt"
	data, err := tables.ReadFile(file)
	if err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	var kind string
	for n, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if k, rest, ok := strings.Cut(line, ":"); ok {
			kind, line = strings.TrimSpace(k), rest
		}
		for _, e := range strings.Fields(line) {
			switch c, ok := classNames[kind]; {
			case ok:
				if !strings.HasSuffix(e, ".") {
					return fmt.Errorf("segment: %s:%d: abbreviation %q has no full stop", file, n+1, e)
				}
				l.addAbbreviation(strings.TrimSuffix(e, "."), c, name == l.name)
			case kind == "opener":
				l.opener[e] = true
			case kind == "joint":
				l.joint[e], l.opener[e] = true, true
			case kind == "starter":
				l.starter[e] = true
			case kind == "zone":
				l.zone[e] = true
			case kind == "suffix":
				l.suffix = append(l.suffix, strings.TrimSuffix(e, "."))
			case kind == "before":
				l.before[e] = true
			case kind == "cardinal":
				l.cardinal[e] = true
			case kind == "speech":
				l.speech[e] = true
			default:
				return fmt.Errorf("segment: %s:%d: unknown class %q", file, n+1, kind)
			}
		}
	}
	return nil
}

func (l *language) addAbbreviation(key string, c class, own bool) {
	if _, ok := l.abbrev[key]; ok && !own {
		return
	}
	l.abbrev[key] |= c
	for i := range len(key) {
		if key[i] == '.' {
			l.inner[key[:i]] = true
		}
	}
}

// classOf looks an abbreviation up, as it is written and with its first letter
// small.
func (l *language) classOf(key []byte) class {
	if c, ok := l.abbrev[string(key)]; ok {
		return c
	}
	r, n := utf8.DecodeRune(key)
	if low := unicode.ToLower(r); low != r && n < len(key) {
		var buf [maxWord + utf8.UTFMax]byte
		return l.abbrev[string(append(utf8.AppendRune(buf[:0], low), key[n:]...))]
	}
	return ordinary
}

// classOfCaps looks up an abbreviation in a text that is all in capitals.
func (l *language) classOfCaps(key []byte) class {
	var buf [maxWord * 2]byte
	low := fold(buf[:0], string(key))
	_, n := utf8.DecodeRune(key)
	_, m := utf8.DecodeRune(low)
	if n != m {
		return l.abbrev[string(low)]
	}
	c := l.abbrev[string(low)]
	copy(low, key[:n])
	return c | l.abbrev[string(low)]
}

// known reports that a word in small letters is an abbreviation, perhaps of a
// title that has a capital elsewhere: prof, mr.
func (l *language) known(word string) bool {
	if l.abbrev[word] != ordinary {
		return true
	}
	r, n := utf8.DecodeRuneInString(word)
	var buf [maxWord + utf8.UTFMax]byte
	return l.abbrev[string(append(utf8.AppendRune(buf[:0], unicode.ToUpper(r)), word[n:]...))] != ordinary
}

// fold appends s in small letters.
func fold(dst []byte, s string) []byte {
	for _, r := range s {
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}
