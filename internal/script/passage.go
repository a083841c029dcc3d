package script

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The least evidence for a passage's language in an alphabet that the article's
// language is written in too. docs/voices.md has what it was measured to give.
const (
	passageLetters     = 40   // letters
	passageWords       = 8    // words
	passageShare       = 0.3  // of the words are function words of the language
	passageLower       = 0.55 // of the words begin in lower case: what has less is a list of names or titles
	passageLowerGerman = 0.45 // the same in German, with its capital nouns
	passageLead        = 2    // different function words that another language does not have, and as many more for each of the other kind
	passageOwn         = 4    // the same against the article's language,
	passageAgainst     = 6    // and so many more for each of the other kind
	passagePart        = 12   // words of a part; in none the article's language is ahead
	// passageReference is the letters from which on initials and years do not
	// make a text an entry of a bibliography.
	passageReference = 300
)

// passageLanguage tells the language of a passage, one block of text, where it
// is beyond doubt that it is not the article's. It gives the language without a
// region. article is a BCP 47 tag; speakable says which languages have a voice.
//
// A passage in a script that the article's language is not written in is told
// by its letters; one in the Latin alphabet by its function words. Lists of names, titles and
// commands have few function words and stay with the article; so do close
// neighbours of its language, which only markup can tell apart. Code and tables
// are not for this function.
func passageLanguage(text, article string, speakable func(lang string) bool) (lang string, ok bool) {
	text = norm.NFC.String(text)
	own := writtenIn(article)
	article = base(article)
	letters := countLetters(text)
	s, enough := letters.main()
	switch {
	case !enough:
	case s == latin:
		lang = byFunctionWords(text, article, slices.Contains(own, latin))
	case s == han:
		lang = letters.ideographic(text, slices.Contains(own, han))
	case slices.Contains(own, s):
	case s == cyrillic:
		lang = cyrillicLanguage(text)
	case s == arabic:
		lang = arabicLanguage(text)
	default:
		lang = scripts[s].lang
	}
	if lang == "" || neighbours(lang, article) || !speakable(lang) {
		return "", false
	}
	return lang, true
}

// near are the groups of languages so near each other that a passage is never
// taken for one in an article in another.
var near = [][]string{
	{"af", "nl"},
	{"da", "nb", "nn", "no", "sv"},
	{"ast", "ca", "es", "gl", "pt"},
	{"cs", "sk"},
	{"bs", "hr", "sl", "sr"},
	{"be", "bg", "mk", "ru", "sr", "uk"},
	{"id", "ms"},
}

// neighbours reports whether two languages are one or near each other.
func neighbours(a, b string) bool {
	return a == b || slices.ContainsFunc(near, func(group []string) bool {
		return slices.Contains(group, a) && slices.Contains(group, b)
	})
}

// byFunctionWords gives the language of a text in the Latin alphabet that is
// surely not the article's; else "". mixed is whether that is written in it too.
func byFunctionWords(text, article string, mixed bool) string {
	home := slices.Index(functionLanguages, article)
	words, letters := wordsOf(text)
	if home < 0 && mixed || letters < passageLetters || len(words) < passageWords {
		return "" // of the first, nothing tells that the text is not in it
	}
	lower := 0
	counts := make([]int, len(functionLanguages))
	found := map[string]int{} // the function words
	for _, w := range words {
		if w.lower {
			lower++
		}
		in := functionWords[w.text]
		for _, i := range in {
			counts[i]++
		}
		if len(in) > 0 {
			found[w.text]++
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	lang := functionLanguages[best]
	least := passageLower
	if lang == "de" {
		least = passageLowerGerman
	}
	switch n := float64(len(words)); {
	case best == home, float64(counts[best]) < passageShare*n, float64(lower) < least*n:
		return ""
	case letters < passageReference && isReference(text):
		return ""
	}
	for other := range functionLanguages {
		more, less := compare(found, best, other)
		switch {
		case other == best:
		case other == home && more < passageOwn+less*passageAgainst, more < passageLead+less*passageLead:
			return ""
		}
	}
	if home >= 0 {
		for part := range slices.Chunk(words, passagePart) {
			ahead := 0
			for _, w := range part {
				in := functionWords[w.text]
				if slices.Contains(in, best) {
					ahead++
				}
				if slices.Contains(in, home) {
					ahead--
				}
			}
			if ahead < 0 {
				return ""
			}
		}
	}
	return lang
}

// compare counts the different words of found that are function words in one
// language and not in the other, and how often those of the other kind stand.
func compare(found map[string]int, one, other int) (more, less int) {
	for w, n := range found {
		in := functionWords[w]
		switch a, b := slices.Contains(in, one), slices.Contains(in, other); {
		case a && !b:
			more++
		case b && !a:
			less += n
		}
	}
	return more, less
}

// The signs of a reference to a book or an article, one of which proves nothing.
var referenceSigns = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|[\s(,.])\p{Lu}\.(?:[\s,;:-]|\p{Lu}\.)`),
	regexp.MustCompile(`\b(?:1[5-9]|20)\d\d\b`),
	regexp.MustCompile(`\b(?:pp?|S|s|str|pág|págs|Vol|vol|Bd|Nr|No|no|t)\.\s?\d`),
	regexp.MustCompile(`\b(?:ISBN|ISSN|DOI|doi|arXiv|https?)\b`),
	regexp.MustCompile(`\bet al\b|\b(?:[Ee]ds?|[Hh]rsg|[Hh]g|éd|Aufl)\.`),
}

// isReference reports whether a text looks like an entry of a bibliography.
func isReference(text string) bool {
	n := 0
	for _, sign := range referenceSigns {
		if sign.MatchString(text) {
			n++
		}
	}
	return n >= 2
}

// word is a word in lower case, and whether it is written so.
type word struct {
	text  string
	lower bool
}

// wordsOf gives the words of text, letters and their marks in a row, and counts
// the letters.
func wordsOf(text string) (words []word, letters int) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M) }) {
		first, _ := utf8.DecodeRuneInString(w)
		words = append(words, word{strings.ToLower(w), unicode.IsLower(first)})
		letters += utf8.RuneCountInString(w)
	}
	return words, letters
}
