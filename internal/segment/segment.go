// Package segment splits running text into sentences.
//
// Sentences are spans of the input: text is never altered, the spans are in
// order, and only white space lies between them. Blank lines are hard
// boundaries. Everything else is decided candidate by candidate, from evidence
// on both sides of it: what kind of word stands before the stop (an ordinary
// word, an abbreviation of a known class, an initial, a number, a Roman
// numeral), which closing marks follow it, and what comes next. No decision
// depends on quotation marks or brackets being balanced.
//
// A language is a file of rules (de.go, en.go, …) and a table of words
// (data/de.txt, data/en.txt, …). Any other language is split by the default,
// which follows the spirit of Unicode Standard Annex #29, chapter 5, with the
// same evidence but without word lists. docs/segmentation.md tells the whole.
package segment

import "iter"

// Span is a piece of a text: bytes [Lo, Hi) of it.
type Span struct{ Lo, Hi int }

// Decision is the fate of one candidate, for people who want to know why.
type Decision struct {
	At    int    // where the sentence would end: a byte of the text
	Split bool   // whether it ends there
	Rule  string // the rule that decided, by its name in docs/segmentation.md
}

// Split returns the sentences of text. lang is a BCP 47 tag (de, de-AT,
// en-GB); for a language without rules of its own the default applies.
func Split(text, lang string) []Span {
	return Append(make([]Span, 0, 4+len(text)/100), text, lang)
}

// Append appends the sentences of text to dst and returns it, for callers who
// split many texts and keep one slice.
func Append(dst []Span, text, lang string) []Span {
	s := splitter{text: text, lang: languageOf(lang)}
	s.run(func(sp Span) bool {
		dst = append(dst, sp)
		return true
	})
	return dst
}

// Sentences yields the sentences of text one by one, reading no further ahead
// than the paragraph.
func Sentences(text, lang string) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		s := splitter{text: text, lang: languageOf(lang)}
		s.run(yield)
	}
}

// Explain returns every candidate of text with the rule that decided it, in
// the order of the text.
func Explain(text, lang string) []Decision {
	var ds []Decision
	s := splitter{text: text, lang: languageOf(lang), trace: func(d Decision) { ds = append(ds, d) }}
	s.run(func(Span) bool { return true })
	return ds
}
