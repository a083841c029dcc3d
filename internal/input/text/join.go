package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/input"
)

// build makes the document of the units.
func (r *reader) build() *document.Document {
	doc := &document.Document{Blocks: make([]document.Block, 0, len(r.units))}
	level := r.levels()
	words := r.wordsAtHyphens()
	b := input.NewBuilder(r.loc)
	var in items
	for i := range r.units {
		u := &r.units[i]
		lo, hi := r.firstLine(u).lo, r.lastLine(u).hi
		switch u.role {
		case underline:
			continue
		case contents:
			b.Dropped = append(b.Dropped, document.Dropped{
				Text: r.text[lo:hi], Reason: "table of contents with page numbers", Pos: r.loc.At(int(lo)),
			})
			continue
		}
		r.add(b, u, words)
		lv := 0
		if u.kind == document.Heading {
			lv = level[u.rank]
		}
		block, ok := b.Block(u.kind, lv)
		if !ok {
			continue
		}
		if u.kind == document.Title {
			doc.Title = block.Text
		}
		block.Items = in.next(u.kind, int(r.firstLine(u).indent))
		doc.Blocks = append(doc.Blocks, block)
	}
	doc.Dropped = b.Dropped
	return doc
}

// add gives the lines of u to b, joined as their ends ask for.
func (r *reader) add(b *input.Builder, u *unit, words map[string]bool) {
	for i := u.lo; i < u.hi; i++ {
		l := &r.lines[i]
		lo, hi := int(l.body), int(l.hi)
		if l.mark == markHash {
			// "## Title ##"
			if t := strings.TrimRight(r.text[lo:hi], "#"); strings.HasSuffix(t, " ") {
				hi = lo + len(t)
			}
		}
		if i+1 == u.hi {
			b.Add(lo, hi)
			break
		}
		drop, space := r.seam(l, &r.lines[i+1], words)
		b.Add(lo, hi-drop)
		if space {
			b.Space()
		}
	}
}

// seam says how line l goes on into next: how many bytes of its end fall away,
// and whether a space stands between them.
func (r *reader) seam(l, next *line, words map[string]bool) (drop int, space bool) {
	left, right := r.text[:l.hi], r.text[next.lo:next.hi]
	last, n := utf8.DecodeLastRuneInString(left)
	first, _ := utf8.DecodeRuneInString(right)
	switch {
	case l.soft:
		return 0, false
	case glued(last) && glued(first):
		return 0, false
	case last == '—' || strings.HasSuffix(left, "--"):
		before, _ := utf8.DecodeLastRuneInString(strings.TrimRight(left, "—-"))
		return 0, unicode.IsSpace(before) // a dash set close
	case l.end != endHyphen || last != '-' && last != '\u2010':
		return 0, true
	}
	part, whole := lastWord(left[:len(left)-n]), firstWord(right)
	switch {
	case conjunctions[strings.ToLower(whole)] && next.start == startLower:
		return 0, true // Haupt- und Nebensatz
	case next.start != startLower:
		return 0, false // US-Präsident, 1990-1995
	}
	joined, hyphened, piece := hyphenForms(part, whole)
	switch {
	case words[joined], words[piece]:
		return n, false
	case words[hyphened]:
		return 0, false
	case strings.ContainsAny(part+whole, "-\u2010") || hyphenPrefixes[strings.ToLower(part)] || !letters(part):
		return 0, false // state-of-the-art, well-known, 20-jährig
	}
	return n, false
}

// conjunctions follow a hyphen that stands for a part of the word to come.
var conjunctions = set("und oder bzw sowie bis als noch wie and or to nor y o e u et ou en of och eller og i lub oraz oder/und und/oder and/or и или")

// hyphenPrefixes keep their hyphen in English even where no other line shows it.
var hyphenPrefixes = set("well self ex half twenty thirty forty fifty sixty seventy eighty ninety mother father brother sister son daughter")

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '-' || r == '\u2010'
}

func lastWord(s string) string {
	lo := len(s)
	for lo > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:lo])
		if !wordRune(r) {
			break
		}
		lo -= n
	}
	return s[lo:]
}

func firstWord(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return !wordRune(r) && r != '/' }); i >= 0 {
		s = s[:i]
	}
	return s
}

func letters(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) < 0
}

// hyphenForms gives the word that a line break parted, without and with its
// hyphen, in lower case, and of the first the piece around the break (of
// "for-ty-one": forty-one, for-ty-one, forty).
func hyphenForms(left, right string) (joined, hyphened, piece string) {
	left, right = strings.ToLower(left), strings.ToLower(right)
	piece, _, _ = strings.Cut(right, "-")
	piece = left[strings.LastIndexByte(left, '-')+1:] + piece
	return left + right, left + "-" + right, piece
}

// wordsAtHyphens gives which of the forms that a parted word could have occur
// whole elsewhere in the text: a text is its own best dictionary.
func (r *reader) wordsAtHyphens() map[string]bool {
	var forms map[string]bool
	for i := range r.units {
		u := &r.units[i]
		for j := u.lo; j+1 < u.hi; j++ {
			l, next := &r.lines[j], &r.lines[j+1]
			if l.end != endHyphen || next.start != startLower {
				continue
			}
			if forms == nil {
				forms = make(map[string]bool)
			}
			left := strings.TrimRight(r.text[:l.hi], "-\u2010")
			joined, hyphened, piece := hyphenForms(lastWord(left), firstWord(r.text[next.lo:next.hi]))
			forms[joined], forms[hyphened], forms[piece] = false, false, false
		}
	}
	if forms == nil {
		return nil
	}
	for i := range r.lines {
		for word := range strings.FieldsFuncSeq(r.text[r.lines[i].lo:r.lines[i].hi], func(c rune) bool { return !wordRune(c) }) {
			word = strings.Trim(strings.ToLower(strings.ReplaceAll(word, "\u2010", "-")), "-")
			note(forms, word)
			for strings.Contains(word, "-") {
				var piece string
				piece, word, _ = strings.Cut(word, "-")
				note(forms, piece)
			}
			note(forms, word)
		}
	}
	return forms
}

// note marks word as found if it is one of forms.
func note(forms map[string]bool, word string) {
	if found, ok := forms[word]; ok && !found {
		forms[word] = true
	}
}
