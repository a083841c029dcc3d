package caption

import (
	"embed"
	"fmt"
	"strings"
	"sync"
)

// class is what kind of word a word can be; it can be of several.
type class uint16

const (
	article      class = 1 << iota // or what else determines a noun: possessives, numerals
	preposition                    // what leads a phrase in
	conjunction                    // joins equals: and, or
	clause                         // leads a clause in: conjunctions, relative pronouns, question words
	pronoun                        // stands before its verb
	auxiliary                      // a verb that waits for another
	negation                       // or an adverb of degree: belongs to what follows
	particle                       // inside names: van, de
	abbreviation                   // belongs to what follows: Dr., z., No.
	unit                           // follows a number
	after                          // of scripts without spaces: ends a phrase
	before                         // begins one
	inside                         // is not divided
)

var classes = map[string]class{
	"article": article, "preposition": preposition, "conjunction": conjunction, "clause": clause, "pronoun": pronoun,
	"auxiliary": auxiliary, "negation": negation, "particle": particle, "abbreviation": abbreviation, "unit": unit,
	"after": after, "before": before, "inside": inside,
}

// function are the classes that a name or a noun is never of.
const function = article | preposition | conjunction | clause | pronoun | auxiliary | negation

// language is what is known of a language's words: in small letters.
type language struct {
	words map[string]class
	// nouns: common nouns have capitals.
	nouns bool
	// inverts: a subject's pronoun also follows its verb.
	inverts bool
	// longest is the most bytes of an entry of a script without spaces.
	longest int
}

//go:embed data/*.txt
var tables embed.FS

var languages = func() map[string]func() *language {
	m := map[string]func() *language{}
	for _, name := range []string{"common", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "ru", "zh"} {
		m[name] = sync.OnceValue(func() *language {
			l := &language{words: map[string]class{}, nouns: name == "de", inverts: name == "de" || name == "nl"}
			for _, file := range []string{"common", name} {
				if err := l.load(file); err != nil {
					panic(err) // an embedded table that is wrong is a mistake in the program, which the tests catch
				}
			}
			return l
		})
	}
	return m
}()

// languageOf gives what is known of a BCP 47 tag's language.
func languageOf(tag string) *language {
	base, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	if l, ok := languages[strings.ToLower(base)]; ok {
		return l()
	}
	return languages["common"]()
}

// load reads a table: lines of "class: words", also over several lines; "#"
// starts a comment.
func (l *language) load(name string) error {
	data, err := tables.ReadFile("data/" + name + ".txt")
	if err != nil {
		return err
	}
	var kind class
	for n, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if k, rest, ok := strings.Cut(line, ":"); ok {
			if kind, ok = classes[strings.TrimSpace(k)]; !ok {
				return fmt.Errorf("data/%s.txt:%d: unknown class %q", name, n+1, k)
			}
			line = rest
		}
		for _, word := range strings.Fields(line) {
			l.words[strings.ToLower(word)] |= kind
			if kind >= after {
				l.longest = max(l.longest, len(word))
			}
		}
	}
	return nil
}

// of gives the classes of a word in any letters; an elided one before its
// apostrophe counts for the whole: d'abord.
func (l *language) of(word string) class {
	word = strings.ToLower(strings.ReplaceAll(word, "’", "'"))
	if c := l.words[word]; c != 0 {
		return c
	}
	if i := strings.IndexByte(word, '\''); i > 0 {
		// The noun is part of the word: nothing need follow.
		return l.words[word[:i+1]] & (preposition | conjunction | clause)
	}
	return 0
}
