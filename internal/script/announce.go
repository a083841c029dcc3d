package script

import "strconv"

// phraseKind is something about the article's form that is told to the listener
// in words of its own.
type phraseKind int

// The phrases. Those that say "before" end in a colon, with the space that the
// language puts there; the others are sentences.
const (
	phraseCode     phraseKind = iota // a block of n lines of code is left out
	phraseTable                      // a table of n rows and m columns is left out or begins
	phraseImage                      // before an image's description
	phraseNoImage                    // an image without a description
	phraseQuote                      // a quotation begins
	phraseQuoteEnd                   // and ends
	phraseAside                      // a box beside the flow begins
	phraseAsideEnd                   // and ends
	phraseNote                       // here the text refers to note n
	phraseNoteText                   // before the text of note n
	phraseLink                       // a single word without a stop, said of a link's text
	phraseAddress                    // before a link's address
	phraseKinds    = iota
)

// form is the form of a noun beside a numeral.
type form int

const (
	one   form = iota // with the numeral in words: the engine would inflect it wrongly
	two               // as well
	few               // Polish and Russian: 3, 4, 22, 23 …
	many              // everything else
	bare              // "lines: 21": stands where a numeral in digits would take the gender
	forms = iota
)

// noun is what is counted, in its forms. Where one form is "", many stands.
type noun [forms]string

// phrasebook is the phrases of one language. In them, %n and %m are the numbers,
// %N and %M the numbers with what they count.
type phrasebook struct {
	texts         [phraseKinds]string
	lines         noun // of code
	rows, columns noun // of a table
	form          func(n int) form
}

// phrase gives the words for kind in the language of the BCP 47 tag lang, by
// its base language. n and m are what the kind counts; a note without a number
// has 0. It is not ok where narrate has no phrases in that language.
func phrase(lang string, kind phraseKind, n, m int) (text string, ok bool) {
	tag, ok := canonical(lang) // base takes no tag for English
	book := phrasebooks[base(tag)]
	if !ok || book == nil {
		return "", false
	}
	counted := book.lines
	if kind == phraseTable {
		counted = book.rows
	}
	var b []byte
	t := book.texts[kind]
	for i := 0; i < len(t); i++ {
		if t[i] != '%' {
			b = append(b, t[i])
			continue
		}
		i++
		switch t[i] {
		case 'n':
			// The space before it goes with a missing number.
			if n > 0 {
				b = strconv.AppendInt(b, int64(n), 10)
			} else if len(b) > 0 && b[len(b)-1] == ' ' {
				b = b[:len(b)-1]
			}
		case 'N':
			b = book.count(b, counted, n)
		case 'M':
			b = book.count(b, book.columns, m)
		}
	}
	return string(b), true
}

// count appends "12 lines".
func (p *phrasebook) count(b []byte, what noun, n int) []byte {
	t := what[p.form(n)]
	if t == "" {
		t = what[many]
	}
	for i := 0; i < len(t); i++ {
		if t[i] == '%' {
			b = strconv.AppendInt(b, int64(n), 10)
		} else {
			b = append(b, t[i])
		}
	}
	return b
}

// The rules of CLDR's plural categories for whole numbers, and where a numeral
// takes the noun's gender.

func pluralGermanic(n int) form {
	if n == 1 {
		return one
	}
	return many
}

// pluralRomance: French "vingt et une lignes", Spanish "veintiuna líneas". (In
// French 71 and 91 end in eleven.)
func pluralRomance(n int) form {
	switch {
	case n == 1:
		return one
	case n%10 == 1 && n%100 != 11:
		return bare
	}
	return many
}

// pluralPolish: "dwadzieścia dwie kolumny", but "dwadzieścia jeden kolumn".
func pluralPolish(n int) form {
	switch {
	case n == 1:
		return one
	case n == 2:
		return two
	case n%10 == 2 && n%100 != 12:
		return bare
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return few
	}
	return many
}

// pluralRussian: «двадцать одна строка», «двадцать две строки».
func pluralRussian(n int) form {
	switch {
	case n == 1:
		return one
	case n == 2:
		return two
	case n%100 >= 11 && n%100 <= 14:
		return many
	case n%10 == 1 || n%10 == 2:
		return bare
	case n%10 == 3 || n%10 == 4:
		return few
	}
	return many
}

func pluralNone(int) form { return many }
