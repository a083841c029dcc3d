package normal

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// entry is a row of a table: the tokens of what is written, and what is said.
type entry struct {
	parts []string
	loose []bool   // by part: white space may stand before it
	forms []string // what is said; what they are depends on the table
}

// table finds entries by their first token.
type table map[string][]*entry

// language is what a language adds to the common rules: its tables (see data/)
// and what cannot be said by a table.
type language struct {
	name           string
	group, decimal string // separators of a number

	cardinal func(n int64) string
	// year spells the year n; nil leaves years to the engine.
	year     func(n int64) string
	lastYear int64 // later ones are the engine's too
	// one is the number 1 before a noun of gender g.
	one func(g gender) string
	// plural reports that a noun counted by n is in the plural.
	plural func(n numeral) bool
	// ordinal settles a number that is an ordinal, with its mark, at token i.
	ordinal func(p *parser, i int) int
	// roman settles the Roman numeral of value n at token i.
	roman func(p *parser, i int, n int64) int
	// clock settles the time of day at token i.
	clock func(p *parser, i int) int
	// date is what is said for tokens i up to j, a date in figures.
	date func(p *parser, i int, d day) string
	// dayFirst tells 3/10 from 10/3.
	dayFirst func(region string) bool

	abbrev, title, ref, unit, magnitude, currency, month table

	words      map[string][]string // single words and phrases by their name: to, minus, dot …
	symbols    map[string][]string
	fractions  map[string][]string
	fractioned map[string][]string // words after which 3/4 is a fraction
	counted    map[string][]string // words that show a range with a hyphen to be one
	yearBefore map[string][]string // words after which a number is a year
	notYear    map[string][]string // words after which it is none
	notAfter   map[string][]string // words before which it is none
	kings      map[string][]string // names that Roman numerals tell apart; forms: gender
	numbered   map[string][]string // nouns that a Roman numeral follows
	small      map[string][]string // function words
	particles  map[string][]string // small words that a name can begin with
	phones     map[string][]string // words that a telephone number follows
	weekdays   map[string][]string // short names of the days of the week
	nouns      map[string][]string // genders of nouns
	endings    map[string][]string // German: endings of an ordinal after a word
	emoji      map[string]string
	refs       map[string]bool // first tokens of ref
	heads      map[string]bool // words that a rule may begin at, but for their letters
}

//go:embed data/*.txt data/emoji.tsv
var files embed.FS

var languages = byName(german, english, french, spanish, italian)

func byName(ls ...language) map[string]func() *language {
	m := map[string]func() *language{}
	for _, l := range ls {
		m[l.name] = sync.OnceValue(func() *language {
			// An embedded table that is wrong is a mistake in the program,
			// which the tests catch.
			if err := l.load(); err != nil {
				panic(err)
			}
			return &l
		})
	}
	return m
}

// languageOf returns the rules for a BCP 47 tag, nil if there are none, and the
// tag's region in capitals.
func languageOf(tag string) (l *language, region string) {
	base, rest, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	build, ok := languages[strings.ToLower(base)]
	if !ok {
		return nil, ""
	}
	for sub := range strings.SplitSeq(rest, "-") {
		if len(sub) == 2 {
			region = strings.ToUpper(sub)
			break
		}
	}
	return build(), region
}

// load reads the language's table: lines “kind: row; row”, each row either
// “written = said, said …” or words without an equals sign. “#” starts a
// comment.
func (l *language) load() error {
	tables := map[string]*table{
		"abbreviation": &l.abbrev, "title": &l.title, "reference": &l.ref, "unit": &l.unit,
		"magnitude": &l.magnitude, "currency": &l.currency, "month": &l.month,
	}
	lists := map[string]*map[string][]string{
		"word": &l.words, "symbol": &l.symbols, "fraction": &l.fractions, "fraction before": &l.fractioned,
		"counted": &l.counted, "year after": &l.yearBefore, "no year after": &l.notYear, "no year before": &l.notAfter,
		"king": &l.kings, "numbered": &l.numbered, "small": &l.small, "particle": &l.particles, "phone": &l.phones, "weekday": &l.weekdays, "noun": &l.nouns, "ending after": &l.endings,
	}
	for _, t := range tables {
		*t = table{}
	}
	for _, m := range lists {
		*m = map[string][]string{}
	}
	file := "data/" + l.name + ".txt"
	err := rows(file, func(kind, written string, said []string) error {
		if m := lists[kind]; m != nil {
			(*m)[written] = said
			return nil
		}
		t := tables[kind]
		if t == nil {
			return fmt.Errorf("unknown kind %q", kind)
		}
		if len(said) == 0 {
			return fmt.Errorf("nothing is said for %q", written)
		}
		e := newEntry(written, said)
		(*t)[e.parts[0]] = append((*t)[e.parts[0]], e)
		return nil
	})
	if err != nil {
		return err
	}
	// What is written small can stand at the start of a sentence.
	// A single letter is somebody's initial then.
	for _, t := range []table{l.abbrev, l.title, l.ref} {
		for head, es := range maps.Clone(t) {
			r, n := utf8.DecodeRuneInString(head)
			up := string(unicode.ToUpper(r)) + head[n:]
			if up == head {
				continue
			}
			for _, e := range es {
				if n < len(head) || len(e.parts) > 2 {
					t[up] = append(t[up], e)
				}
			}
		}
	}
	l.refs = map[string]bool{}
	for head := range l.ref {
		l.refs[head] = true
	}
	l.heads = map[string]bool{"x": true}
	for _, t := range []table{l.abbrev, l.title, l.ref, l.month, l.currency} {
		for head := range t {
			l.heads[head] = true
		}
	}
	for w := range l.phones {
		l.heads[w] = true
	}
	for w := range l.weekdays {
		l.heads[w] = true
	}
	for _, t := range tables {
		for _, es := range *t {
			slices.SortStableFunc(es, func(a, b *entry) int { return len(b.parts) - len(a.parts) })
		}
	}
	l.emoji = map[string]string{}
	column := slices.Index([]string{"de", "en", "fr", "es", "it"}, l.name)
	data, err := files.ReadFile("data/emoji.tsv")
	if err != nil {
		return fmt.Errorf("normal: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 6 {
			return fmt.Errorf("normal: emoji.tsv: %d fields in %q", len(fields), line)
		}
		l.emoji[fields[0]] = fields[1+column]
	}
	return nil
}

// rows reads a table and gives each row to add.
func rows(file string, add func(kind, written string, said []string) error) error {
	data, err := files.ReadFile(file)
	if err != nil {
		return fmt.Errorf("normal: %w", err)
	}
	kind := ""
	for n, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		if k, rest, ok := strings.Cut(line, ": "); ok && !strings.Contains(k, "=") {
			kind, line = strings.TrimSpace(k), rest
		} else if k, ok := strings.CutSuffix(line, ":"); ok {
			kind, line = k, ""
		}
		for row := range strings.SplitSeq(line, ";") {
			written, said, ok := strings.Cut(strings.TrimSpace(row)+" ", " = ")
			if written = strings.TrimSpace(written); written == "" {
				continue
			}
			if !ok {
				for w := range strings.FieldsSeq(written) {
					if err := add(kind, w, nil); err != nil {
						return fmt.Errorf("normal: %s:%d: %w", file, n+1, err)
					}
				}
				continue
			}
			forms := strings.Split(said, ",")
			for i := range forms {
				forms[i] = strings.TrimSpace(forms[i])
			}
			if err := add(kind, written, forms); err != nil {
				return fmt.Errorf("normal: %s:%d: %w", file, n+1, err)
			}
		}
	}
	return nil
}

func newEntry(written string, said []string) *entry {
	p := parser{text: written}
	p.read()
	e := &entry{forms: said}
	for i, t := range p.toks {
		e.parts = append(e.parts, p.s(i))
		e.loose = append(e.loose, t.spaced)
	}
	return e
}

// find looks for the longest entry at token i and returns it with the number of
// its tokens.
func (p *parser) find(t table, i int) (*entry, int) {
	if p.kind(i) == none {
		return nil, 0
	}
next:
	for _, e := range t[p.s(i)] {
		for k := 1; k < len(e.parts); k++ {
			if p.s(i+k) != e.parts[k] || !e.loose[k] && !p.glued(i+k) {
				continue next
			}
		}
		return e, len(e.parts)
	}
	return nil, 0
}

// has reports that w, as it is or in small letters, is in the list.
func has(list map[string][]string, w string) bool {
	if w == "" {
		return false
	}
	if _, ok := list[w]; ok {
		return true
	}
	if len(w) > 24 {
		return false
	}
	_, ok := list[strings.ToLower(w)]
	return ok
}

// say gives a phrase of the language by its name, empty if it has none.
func (l *language) say(name string) string {
	if w := l.words[name]; len(w) > 0 {
		return w[0]
	}
	return ""
}

// after gives a noun after a number that is one itself: “millions d’euros”.
func (l *language) after(noun string) string {
	of := l.words["of"]
	switch {
	case len(of) == 0:
		return noun
	case len(of) > 1 && strings.ContainsAny(noun[:1], "aeiou"):
		return of[1] + noun
	}
	return of[0] + " " + noun
}

// genderOf reads the gender that a row of a table names.
func genderOf(forms []string, k int) gender {
	if k < len(forms) {
		switch forms[k] {
		case "f":
			return feminine
		case "n":
			return neuter
		}
	}
	return masculine
}
