package voices

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// The names of the Pronunciation Lexicon Specification (PLS) Version 1.0, W3C
// Recommendation of 14 October 2008, and how deep its elements may nest.
const (
	plsSpace    = "http://www.w3.org/2005/01/pronunciation-lexicon"
	plsVersion  = "1.0"
	xmlSpace    = "http://www.w3.org/XML/1998/namespace"
	maxPLSDepth = 20
	maxPLSNotes = 20 // warnings of one file
)

// plsNative are vendors' alphabets ("x-…", section 4.6.1), by the backends whose
// phonemes they are.
var plsNative = map[string]string{"x-espeak": "espeak", "x-espeak-ng": "espeak"}

// decodePLS reads a Pronunciation Lexicon. Each grapheme of a lexeme becomes an
// entry with what is preferred of its pronunciations: the first phoneme element
// in IPA, the first for each backend and the first alias, of those with
// prefer="true" if there are any (section 4.9). An alias is plain text for the
// voice and is not looked up again. Pronunciations in other alphabets and roles, which tell words of one
// spelling apart, are left out with a warning; meta, metadata and example say
// nothing about a pronunciation, and elements of other namespaces are not the
// lexicon's.
func decodePLS(place string, data []byte) (*Lexicon, error) {
	p := &plsReader{
		place: place, lexicon: &Lexicon{Place: place},
		xml: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF")))),
	}
	if len(data) > maxPLS {
		return nil, fmt.Errorf("%s: a pronunciation lexicon has at most %d bytes", place, maxPLS)
	}
	if err := p.document(); err != nil {
		line, column := p.xml.InputPos()
		return nil, fmt.Errorf("%s:%d:%d: %w", place, line, column, err)
	}
	if p.unnamed > 0 {
		p.lexicon.Warnings = append(p.lexicon.Warnings, fmt.Sprintf("%s: and %d more of the kind", place, p.unnamed))
	}
	return p.lexicon, nil
}

type plsReader struct {
	place    string
	xml      *xml.Decoder
	lexicon  *Lexicon
	alphabet string
	unnamed  int // warnings beyond maxPLSNotes
}

// lexeme is what one element of that name says.
type lexeme struct {
	graphemes []string
	said      []pronunciation
	other     string // an alphabet that nothing here reads
}

// pronunciation is a phoneme element in IPA or in a backend's letters, or an
// alias.
type pronunciation struct {
	ipa, alias string
	native     Native
	preferred  bool
}

// entry is the lexeme without its word: the preferred pronunciations and, for
// voices that cannot say them, the preferred alias.
func (l *lexeme) entry() Entry {
	best := func(among func(pronunciation) bool) (best pronunciation) {
		found := false
		for _, s := range l.said {
			if among(s) && (!found || s.preferred && !best.preferred) {
				best, found = s, true
			}
		}
		return best
	}
	e := Entry{Say: best(func(s pronunciation) bool { return s.alias != "" }).alias}
	if best(func(pronunciation) bool { return true }).alias != "" {
		return e
	}
	e.IPA = best(func(s pronunciation) bool { return s.ipa != "" }).ipa
	for _, backend := range slices.Compact(slices.Sorted(maps.Values(plsNative))) {
		if own := best(func(s pronunciation) bool { return s.native.Backend == backend }); own.native.Backend != "" {
			e.Native = append(e.Native, own.native)
		}
	}
	return e
}

// warn notes what is left out, at the place that the reader has come to.
func (p *plsReader) warn(format string, args ...any) {
	if len(p.lexicon.Warnings) == maxPLSNotes {
		p.unnamed++
		return
	}
	line, column := p.xml.InputPos()
	p.lexicon.Warnings = append(p.lexicon.Warnings, fmt.Sprintf("%s:%d:%d: %s", p.place, line, column, fmt.Sprintf(format, args...)))
}

// next gives the next token that is no comment, instruction or white space; nil
// at the end of the document.
func (p *plsReader) next() (xml.Token, error) {
	for {
		token, err := p.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, plsError(err)
		}
		switch t := token.(type) {
		case xml.Comment, xml.ProcInst:
		case xml.Directive:
			if bytes.ContainsAny(t, "[<") { // an internal subset declares entities
				return nil, errors.New("a pronunciation lexicon declares no entities")
			}
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" {
				return nil, fmt.Errorf("text outside of a pronunciation: %.60q", text)
			}
		default:
			return token, nil
		}
	}
}

// plsError is an error of the XML reader without its line, which stands in
// front already.
func plsError(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not well-formed: %s", syntax.Msg)
	}
	if strings.Contains(err.Error(), "CharsetReader") { // it has no error of its own for that
		return errors.New("a pronunciation lexicon is UTF-8 text")
	}
	return err
}

func (p *plsReader) document() error {
	token, err := p.next()
	if err != nil {
		return err
	}
	root, ok := token.(xml.StartElement)
	if !ok || root.Name.Space != plsSpace || root.Name.Local != "lexicon" {
		return fmt.Errorf("no pronunciation lexicon: it wants <lexicon xmlns=%q> on the outside", plsSpace)
	}
	if version := attribute(root, "", "version"); version != plsVersion {
		return fmt.Errorf("lexicon: version %q, and narrate reads %s", version, plsVersion)
	}
	p.lexicon.Language = attribute(root, xmlSpace, "lang")
	if what := LanguageProblem(p.lexicon.Language); what != "" {
		return fmt.Errorf("lexicon: xml:lang %s", what)
	}
	if p.alphabet = attribute(root, "", "alphabet"); p.alphabet == "" {
		return errors.New("lexicon: alphabet is missing")
	}
	err = p.children(root, map[string]func(xml.StartElement) error{
		"meta": p.skip, "metadata": p.skip, "lexeme": p.lexeme,
	})
	if err != nil {
		return err
	}
	if token, err = p.next(); err != nil {
		return err
	}
	if token != nil {
		return errors.New("something behind the lexicon")
	}
	return nil
}

// children reads the elements inside of one that has begun, by their names, to
// its end.
func (p *plsReader) children(in xml.StartElement, read map[string]func(xml.StartElement) error) error {
	for {
		token, err := p.next()
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			return nil // its end: the XML reader sees to it that they match
		}
		how := read[start.Name.Local]
		switch {
		case start.Name.Space != plsSpace:
			how = p.skip
		case how == nil:
			return fmt.Errorf("there is no <%.60s> in a %s", start.Name.Local, in.Name.Local)
		}
		if err := how(start); err != nil {
			return err
		}
	}
}

// skip reads an element to its end.
func (p *plsReader) skip(xml.StartElement) error {
	for depth := 1; depth > 0; {
		token, err := p.xml.Token()
		if err != nil {
			return plsError(err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxPLSDepth {
			return errors.New("nested too deeply")
		}
	}
	return nil
}

// text reads an element that holds text alone, its white space as one blank.
func (p *plsReader) text(in xml.StartElement, problem func(string) string) (string, error) {
	var b strings.Builder
	for {
		token, err := p.xml.Token()
		if err != nil {
			return "", plsError(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			return "", fmt.Errorf("<%.60s> inside of a %s", t.Name.Local, in.Name.Local)
		case xml.EndElement:
			s := strings.Join(strings.Fields(b.String()), " ")
			if what := problem(s); what != "" {
				return "", fmt.Errorf("%s: %s", in.Name.Local, what)
			}
			return s, nil
		}
	}
}

func (p *plsReader) lexeme(start xml.StartElement) error {
	if role := attribute(start, "", "role"); role != "" {
		p.warn("the role %.60q is ignored: the entry holds wherever the word stands", role)
	}
	var l lexeme
	err := p.children(start, map[string]func(xml.StartElement) error{
		"grapheme": func(in xml.StartElement) error {
			word, err := p.text(in, entryProblem)
			if err == nil && !slices.Contains(l.graphemes, word) {
				l.graphemes = append(l.graphemes, word)
			}
			return err
		},
		"phoneme": func(in xml.StartElement) error { return p.phoneme(in, &l) },
		"alias": func(in xml.StartElement) error {
			say, err := p.text(in, entryProblem)
			l.said = append(l.said, pronunciation{alias: say, preferred: attribute(in, "", "prefer") == "true"})
			return err
		},
		"example": p.skip,
	})
	switch {
	case err != nil:
		return err
	case len(l.graphemes) == 0:
		return errors.New("lexeme: it has no grapheme")
	case len(l.said) == 0 && l.other == "":
		return errors.New("lexeme: it has neither a phoneme nor an alias")
	case len(l.said) == 0:
		p.warn("%.60q is left out: its pronunciation is in the alphabet %.60q, and narrate reads ipa and x-espeak", l.graphemes[0], l.other)
		return nil
	}
	e := l.entry()
	for _, e.Word = range l.graphemes {
		if len(p.lexicon.Entries) == maxLexemes {
			return fmt.Errorf("more than %d entries", maxLexemes)
		}
		p.lexicon.Entries = append(p.lexicon.Entries, e)
	}
	return nil
}

func (p *plsReader) phoneme(in xml.StartElement, l *lexeme) error {
	alphabet := attribute(in, "", "alphabet")
	if alphabet == "" {
		alphabet = p.alphabet
	}
	said := pronunciation{preferred: attribute(in, "", "prefer") == "true"}
	line, column := p.xml.InputPos()
	backend, native := plsNative[alphabet]
	var err error
	switch {
	case alphabet == "ipa":
		said.ipa, err = p.text(in, ipaProblem)
	case native:
		said.native = Native{Backend: backend, Place: fmt.Sprintf("%s:%d:%d", p.place, line, column)}
		said.native.Phonemes, err = p.text(in, nativeProblem)
	default:
		l.other = alphabet
		_, err = p.text(in, textProblem)
		return err
	}
	l.said = append(l.said, said)
	return err
}

// attribute gives an attribute's value, "" where it is missing.
func attribute(in xml.StartElement, space, name string) string {
	for _, a := range in.Attr {
		if a.Name.Space == space && a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}
