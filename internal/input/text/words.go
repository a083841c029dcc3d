package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// The words of headings, in the languages that narrate has voices for.
var (
	partWords    = set("part book volume teil buch band partie livre tome parte libro deel boek część księga tom часть книга том")
	chapterWords = set("chapter kapitel chapitre capítulo capitulo capitolo hoofdstuk rozdział глава")
	actWords     = set("act akt aufzug acte acto ato atto akte bedrijf действие")
	sectionWords = set("section scene abschnitt szene auftritt scène escena cena scena сцена")
	loneWords    = set("prologue epilogue preface foreword afterword introduction conclusion appendix acknowledgements " +
		"vorwort nachwort prolog epilog einleitung anhang danksagung préface prologue épilogue introduction prólogo epílogo " +
		"introducción introdução prologo epilogo introduzione prefazione voorwoord nawoord inleiding wstęp пролог эпилог предисловие введение 序章 終章 前言 后记")
	numberWords = set("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty " +
		"eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf premier première deux trois quatre cinq six sept huit neuf dix " +
		"primero primera uno dos tres cuatro cinco seis siete ocho nueve diez primo due tre quattro cinque sei sette otto nove dieci " +
		"первая вторая третья the first second third last")
	ordinalStems = strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth erste zweite dritte vierte fünfte sechste " +
		"siebte siebente achte neunte zehnte elfte zwölfte letzte premier première deuxième troisième primera segunda tercera первая вторая третья")
	contentsTitles = []string{
		"contents", "table of contents", "inhalt", "inhaltsverzeichnis", "sommaire", "table des matières", "índice", "indice",
		"sumário", "inhoud", "inhoudsopgave", "spis treści", "содержание", "оглавление", "目录", "目次",
	}
)

// Lines of letters and talk that look like headings.
var (
	greetings = set("hallo hello hi hey dear sehr moin servus bonjour hola ciao")
	answers   = set("ja nein yes no nope ok okay oui non sí si да нет danke thanks bitte please genau eben doch nun")
	closings  = []string{
		"mit freundlichen grüßen", "mit freundlichen gruessen", "freundliche grüße", "beste grüße", "liebe grüße", "viele grüße",
		"herzliche grüße", "hochachtungsvoll", "mfg", "lg", "sincerely", "yours sincerely", "yours faithfully", "yours truly", "best regards",
		"kind regards", "warm regards", "regards", "best wishes", "cheers", "love", "cordialement", "saludos", "un saludo", "cordiali saluti",
	}
	bywords   = set("von by text: autor: author: par por di door autor автор")
	particles = set("von van de der den del della di da la le und and et y e i & zu of ter ten und")
)

// keyword gives the rank of a heading that its first words make one: "Chapter
// 3", "Part One: Home", "Erstes Kapitel", "Epilogue", "第三章"; else 0.
func keyword(s string) uint8 {
	if r, _ := utf8.DecodeRuneInString(s); r == '第' {
		return ideographic(s)
	}
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > headingWords {
		return 0
	}
	first := strings.ToLower(strings.Trim(words[0], ".:"))
	if len(words) == 1 {
		if loneWords[first] && startOf(s) != startLower {
			return rankLone
		}
		return 0
	}
	rank := func(w string) uint8 {
		switch {
		case partWords[w]:
			return rankPart
		case actWords[w]:
			return rankAct
		case chapterWords[w]:
			return rankChapter
		case sectionWords[w]:
			return rankSection
		}
		return 0
	}
	second := strings.ToLower(strings.Trim(words[1], ".:,-–—"))
	if rk := rank(first); rk != 0 && startOf(s) == startUpper {
		if !isDigits(second) && !isRoman(strings.ToUpper(second)) && !numberWords[second] {
			return 0
		}
		// A title that follows begins like one; a sentence goes on small.
		if len(words) > 2 && startOf(words[2]) == startLower && strings.TrimRight(words[1], ".:,-–—") == words[1] {
			return 0
		}
		return rk
	}
	if rk := rank(second); rk != 0 && startOf(s) == startUpper {
		for _, stem := range ordinalStems {
			if rest, ok := strings.CutPrefix(first, stem); ok && len(rest) <= 1 {
				return rk
			}
		}
		if isDigits(first) && strings.HasSuffix(words[0], ".") {
			return rk // 3. Kapitel
		}
	}
	return 0
}

// ideographic gives the rank of 第一章 and its like.
func ideographic(s string) uint8 {
	for i, r := range s {
		switch {
		case i == 0 || unicode.IsSpace(r) || unicode.IsDigit(r) || strings.ContainsRune("零〇一二三四五六七八九十百千", r):
		case r == '章' || r == '回' || r == '話' || r == '话':
			return rankChapter
		case r == '部' || r == '卷' || r == '巻' || r == '編':
			return rankPart
		case r == '节' || r == '節':
			return rankSection
		default:
			return 0
		}
	}
	return 0
}

func isDigits(s string) bool {
	return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == ""
}

// isRoman says whether s is written as a Roman numeral below 200 is.
func isRoman(s string) bool {
	if s == "" || len(s) > 10 || strings.Trim(s, "IVXLC") != "" {
		return false
	}
	for _, part := range []struct{ one, five, ten string }{{"C", "", ""}, {"X", "L", "C"}, {"I", "V", "X"}} {
		switch {
		case part.five == "":
			s = strings.TrimPrefix(s, part.one)
		case strings.HasPrefix(s, part.one+part.ten), strings.HasPrefix(s, part.one+part.five):
			s = s[2:]
		default:
			s = strings.TrimPrefix(s, part.five)
			for n := 0; n < 4 && strings.HasPrefix(s, part.one); n++ {
				s = s[1:]
			}
		}
	}
	return s == ""
}

// dotted gives how many dots stand inside a number such as 1.2.3 (or 1.2.), 0
// if word is none.
func dotted(word string) int {
	word = strings.TrimSuffix(word, ".")
	n := 0
	for part := range strings.SplitSeq(word, ".") {
		if !isDigits(part) || len(part) > 2 {
			return 0
		}
		n++
	}
	return n - 1
}

// bareNumber gives the number that s is, 0 if it is more than that.
func bareNumber(s string) int {
	s = strings.TrimSuffix(s, ".")
	if !isDigits(s) || len(s) > 3 {
		return 0
	}
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// initial says whether s begins with the initial of a name.
func initial(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	return strings.HasPrefix(s[n:], ".")
}

// caps says whether s is written in capitals.
func caps(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n >= 3
}

// quoted says whether all of s stands in quotation marks.
func quoted(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune("\"'„“‚‘«»‹›「『", first) && strings.ContainsRune("\"'”“’‘»«›‹」』", last)
}

// smallTalk says whether s is a greeting, an answer or the close of a letter.
func smallTalk(s string) bool {
	s = strings.ToLower(strings.TrimRight(strings.TrimLeft(s, openers+" "), closers+" !?.,"))
	first, _, more := strings.Cut(s, " ")
	if greetings[first] || !more && answers[first] {
		return true
	}
	for _, c := range closings {
		if s == c {
			return true
		}
	}
	return strings.HasPrefix(s, "ps ") || strings.HasPrefix(s, "p.s.")
}

// byline says whether s names an author: "Von Anna Schmidt".
func byline(s string) bool {
	words := strings.Fields(s)
	if len(words) < 2 || len(words) > 8 || len(s) > headingWidth || !bywords[strings.ToLower(words[0])] {
		return false
	}
	names := 0
	for _, w := range words[1:] {
		switch {
		case startOf(w) == startUpper:
			names++
		case !particles[strings.ToLower(w)]:
			return false
		}
	}
	return names > 0
}

// dateline says whether s is a date, with a place before it or without: few
// words, a year or month number at the end, nothing but names and numbers.
func dateline(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 6 {
		return false
	}
	last := strings.Trim(words[len(words)-1], ".,()")
	if strings.Trim(last, "0123456789-./") != "" || len(last) < 4 {
		return false
	}
	if strings.ContainsAny(last, "-./") {
		return true // 2024-05-03, 3.5.2024
	}
	numbers := 0
	for _, w := range words[:len(words)-1] {
		if d := strings.Trim(w, ".,thndrs"); isDigits(d) && len(d) <= 2 {
			numbers++
		}
	}
	return len(last) == 4 && numbers == 1 && startOf(words[0]) != startLower && len(words) <= 5 && !strings.HasPrefix(words[0], "Der")
}

// innerSentence says whether a sentence ends inside s: a stop after a word that
// is too long for an abbreviation, and a capital after it.
func innerSentence(s string) bool {
	words := strings.Fields(s)
	for i := 0; i+1 < len(words); i++ {
		w := strings.TrimRight(words[i], closers)
		if len(w) > 4 && endOf(w).sentence() && startOf(words[i+1]) == startUpper && keyword(s) == 0 {
			return true
		}
	}
	return false
}

func contentsWord(s string) bool {
	s = strings.ToLower(strings.Trim(s, " :.#"))
	for _, t := range contentsTitles {
		if s == t {
			return true
		}
	}
	return false
}
