package input

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"narrate/internal/document"
)

// Settle finishes a Document whose source names a language for every run of
// text, as office files do, in Foreign spans: the language that most letters
// are in becomes that of the document; given, what its metadata say, counts
// where most letters are in none, and where it only says it more exactly. A
// block that is wholly in another has it as its Lang; spans remain
// only where a passage differs from its block. It also turns lone signs such as
// "* * *" into breaks, and joins captions with the table or image beside them,
// both of which such files do not mark.
func Settle(doc *document.Document, given string) {
	letters := make(map[string]int)
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		letters[""] += countLetters(b.Text)
		for _, s := range b.Spans {
			if s.Kind == document.Foreign {
				n := countLetters(b.Text[s.Lo:s.Hi])
				letters[s.Value] += n
				letters[""] -= n
			}
		}
	}
	most := ""
	for _, lang := range slices.Sorted(maps.Keys(letters)) {
		if letters[lang] > letters[most] {
			most = lang
		}
	}
	doc.Lang = cmp.Or(most, given)
	if given != "" && sameLanguage(given, doc.Lang) {
		doc.Lang = given
	}
	for i := range doc.Blocks {
		settleBlock(&doc.Blocks[i], doc.Lang)
	}
	groupCaptions(doc)
}

func countLetters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// sameLanguage reports whether two tags have the same primary language: no
// voice changes from de-DE to de-AT within an article.
func sameLanguage(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	return strings.EqualFold(a, b)
}

// settleBlock leaves of b's Foreign spans those that differ from the language
// of the block around.
func settleBlock(b *document.Block, lang string) {
	if b.Lang != "" {
		lang = b.Lang
	}
	// One language for all letters, but for those that the source does not hold.
	only, in := "", 0
	for _, s := range b.Spans {
		n := countLetters(b.Text[s.Lo:s.Hi])
		switch {
		case s.Kind == document.Generated:
			in += n
		case s.Kind != document.Foreign || n == 0:
		case only != "" && only != s.Value:
			only, in = "", -len(b.Text)
		default:
			only = s.Value
			in += n
		}
	}
	if only != "" && in == countLetters(b.Text) {
		if !sameLanguage(only, lang) {
			b.Lang = only
		}
		lang = only
	}
	b.Spans = slices.DeleteFunc(b.Spans, func(s document.Span) bool {
		return s.Kind == document.Foreign && (sameLanguage(s.Value, lang) || countLetters(b.Text[s.Lo:s.Hi]) == 0)
	})
}

// groupCaptions gives a caption that stands in no figure the Group of the image
// in front of it, or of the table or image beside it.
func groupCaptions(doc *document.Document) {
	groups := 0
	for i := range doc.Blocks {
		groups = max(groups, doc.Blocks[i].Group)
	}
	at := func(i int, kind document.Kind) *document.Block {
		if i < 0 || i >= len(doc.Blocks) || doc.Blocks[i].Kind != kind {
			return nil
		}
		return &doc.Blocks[i]
	}
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		if b.Kind != document.Caption || b.Group != 0 {
			continue
		}
		for _, of := range []*document.Block{at(i-1, document.Image), at(i+1, document.Table), at(i-1, document.Table), at(i+1, document.Image)} {
			if of == nil {
				continue
			}
			if of.Group == 0 {
				groups++
				of.Group = groups
			}
			b.Group = of.Group
			break
		}
	}
}
