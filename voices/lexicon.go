package voices

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"narrate/internal/strictyaml"
)

// Entry is a pronunciation: how a word, a phrase or what a pattern finds is
// said. Where it stands, and in which case, script decides by the rules of
// docs/voices.md.
type Entry struct {
	Word    string   // a whole word or phrase; "" where there is a Pattern
	Pattern *Pattern // nil where there is a Word
	// Say is a respelling, plain text for the voice; where there is a Pattern,
	// with references to its groups, see Pattern.Expand. "" is none.
	Say string
	// IPA is for voices that take phonemes; "" is none. With Say beside it, that
	// is for the voices that cannot say the IPA.
	IPA string
	// Native, of which each is for the voices of one backend, go before IPA and
	// Say, which are for all others. An entry has one of the three at least.
	Native []Native
	Case   Case
}

// Native is a pronunciation in the letters of an engine's own.
type Native struct {
	Backend  string
	Phonemes string
	Place    string // file, line and column, for messages
}

// NativeTo gives the one for a backend; ok is false where there is none.
func NativeTo(backend string, list []Native) (n Native, ok bool) {
	i := slices.IndexFunc(list, func(n Native) bool { return n.Backend == backend })
	if i < 0 {
		return Native{}, false
	}
	return list[i], true
}

// Case says in which case an Entry's word is found.
type Case int

const (
	CaseSpelling Case = iota // a word with a capital as it is written, one without in any
	CaseExact                // as it is written
	CaseAny                  // in any
)

// Lexicon is a file of entries.
type Lexicon struct {
	Place    string // the file, for messages
	Language string // BCP 47, of the voices that it is for; "" is all
	Entries  []Entry
	Warnings []string // what of the file was left out
}

// For reports whether the lexicon is for a voice of that language: "de" is for
// de-AT too, "de-AT" is not for de.
func (l *Lexicon) For(lang string) bool {
	if l.Language == "" {
		return true
	}
	own, other := language.Make(l.Language), language.Make(lang)
	if base(own) != base(other) {
		return false
	}
	_, ownScript, ownRegion := own.Raw()
	_, script, region := other.Raw()
	return (ownScript == language.Script{} || ownScript == script) && (ownRegion == language.Region{} || ownRegion == region)
}

// The kinds of lexicon file, by their names' ends.
var (
	yamlLexicon = strictyaml.Kind{Name: "lexicon"}
	plsLexicon  = strictyaml.Kind{Name: "pronunciation lexicon", Max: maxPLS}
)

// LoadLexicon reads a lexicon: narrate's own form from a *.yaml file, or W3C's
// Pronunciation Lexicon from a *.pls file. The name is relative to folder.
func LoadLexicon(folder, file string) (*Lexicon, error) {
	if !filepath.IsAbs(file) {
		file = filepath.Join(folder, file)
	}
	return loadLexicon(os.DirFS(filepath.Dir(file)), filepath.Base(file), file)
}

// loadLexicon reads the lexicon in a file of folder; place is what messages
// call it.
func loadLexicon(folder fs.FS, file, place string) (*Lexicon, error) {
	kind, decode := yamlLexicon, decodeLexicon
	if what := lexiconProblem(file); what != "" {
		return nil, fmt.Errorf("lexicon %s", what)
	}
	if !isFile(file) {
		kind, decode = plsLexicon, decodePLS
	}
	data, err := kind.Load(folder, file, place)
	if err != nil {
		return nil, err
	}
	return decode(place, data)
}

// lexiconProblem says what is wrong with the name of a lexicon's file.
func lexiconProblem(file string) string {
	if !isFile(file) && !strings.EqualFold(path.Ext(file), ".pls") {
		return fmt.Sprintf("%.100q: a lexicon is a .yaml or a .pls file", file)
	}
	return textProblem(file)
}

// decodeLexicon reads a lexicon of narrate's own form.
func decodeLexicon(place string, data []byte) (*Lexicon, error) {
	l := &Lexicon{Place: place}
	err := yamlLexicon.Decode(place, data, func(d *strictyaml.Decoder, root strictyaml.Node) {
		d.Mapping(root, "", map[string]strictyaml.Field{
			"language": d.Text(&l.Language, LanguageProblem),
			"entries":  func(key string, n strictyaml.Node) { entries(d, key, n, &l.Entries) },
		}, "entries")
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Lexicons reads a list of lexicon files, whose names are relative to where the
// list stands; load reads one.
func Lexicons(d *strictyaml.Decoder, dst *[]*Lexicon, load func(name string) (*Lexicon, error)) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		d.List(n, key, "files", func(n strictyaml.Node) {
			var name string
			d.Text(&name, lexiconProblem)(key, n)
			if d.Failed() {
				return
			}
			if len(*dst) == maxLexicons {
				d.Fail(n, key, "more than %d files", maxLexicons)
				return
			}
			l, err := load(name)
			if err != nil {
				d.Fail(n, key, "%w", err)
				return
			}
			*dst = append(*dst, l)
		})
	}
}

// entries reads a list of entries.
func entries(d *strictyaml.Decoder, key string, n strictyaml.Node, dst *[]Entry) {
	seen := map[string]bool{}
	patterns := 0
	d.List(n, key, "entries", func(n strictyaml.Node) {
		var e Entry
		var pattern string
		d.Mapping(n, key, map[string]strictyaml.Field{
			"word":     d.Text(&e.Word, entryProblem),
			"pattern":  d.Text(&pattern, patternProblem),
			"say":      d.Text(&e.Say, entryProblem),
			"ipa":      d.Text(&e.IPA, ipaProblem),
			"phonemes": natives(d, &e.Native),
			"case":     caseOf(d, &e.Case),
		})
		if d.Failed() {
			return
		}
		if what := e.complete(pattern); what != "" {
			d.Fail(n, key, "%s", what)
			return
		}
		name := "word " + e.Word
		if e.Pattern != nil {
			if patterns++; patterns > maxPatterns {
				d.Fail(n, key, "more than %d patterns", maxPatterns)
				return
			}
			name = "pattern " + e.Pattern.String()
		}
		if seen[name] {
			d.Fail(n, key, "the %s stands in the lexicon twice", name)
			return
		}
		seen[name] = true
		*dst = append(*dst, e)
	})
}

// complete makes the entry's pattern, and says what is wrong with the whole.
func (e *Entry) complete(pattern string) string {
	switch {
	case e.Word == "" && pattern == "":
		return "wants a word or a pattern"
	case e.Word != "" && pattern != "":
		return "has a word and a pattern; it wants one of them"
	case e.Say == "" && e.IPA == "" && len(e.Native) == 0:
		return "wants how it is spoken: say, ipa, phonemes or several"
	case pattern == "":
		return ""
	}
	var err error
	if e.Pattern, err = NewPattern(pattern, e.Case == CaseAny); err != nil {
		return err.Error()
	}
	return e.Pattern.templateProblem(e.Say)
}

// caseOf reads in which case a word is found.
func caseOf(d *strictyaml.Decoder, dst *Case) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		switch s, _ := strictyaml.Word(n); s {
		case "exact":
			*dst = CaseExact
		case "any":
			*dst = CaseAny
		default:
			d.Fail(n, key, "%q is neither exact nor any", strictyaml.Written(n))
		}
	}
}

// natives reads phonemes by the backend whose they are.
func natives(d *strictyaml.Decoder, dst *[]Native) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		d.Entries(n, key, backendProblem, func(name, key string, n strictyaml.Node) {
			own := Native{Backend: name, Place: d.Place(n)}
			d.Text(&own.Phonemes, nativeProblem)(key, n)
			*dst = append(*dst, own)
		})
		if len(*dst) == 0 {
			d.Fail(n, key, "is empty")
		}
	}
}

// nativeProblem knows no engine's letters: which there are is for the engine to
// say.
func nativeProblem(s string) string {
	if len(s) > maxIPA {
		return fmt.Sprintf("is longer than %d bytes", maxIPA)
	}
	return entryProblem(s)
}

func ipaProblem(s string) string {
	switch {
	case len(s) > maxIPA:
		return fmt.Sprintf("is longer than %d bytes", maxIPA)
	case strings.ContainsAny(s, "/[]"):
		return "is written without / and [ ] around it"
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return !ipaSign(r) }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return fmt.Sprintf("holds %q, which is no sign of the International Phonetic Alphabet", r)
	}
	return entryProblem(s)
}

// ipaSign reports whether a sign may stand in IPA: the alphabet's letters, which
// are small ones or of the blocks made for it, its marks and tones, and how people
// write them by keyboard (":" for length, "'" for stress). Whether a voice has the
// sound is for its engine to say.
func ipaSign(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', unicode.IsSpace(r), unicode.Is(unicode.Mn, r):
		return true
	case r >= 0x250 && r <= 0x2ff, r >= 0x1d00 && r <= 0x1dbf, r >= 0xa700 && r <= 0xa71f: // letters, modifiers, tones
		return true
	}
	// Letters of other blocks, with those that Unicode has with their marks.
	if strings.ContainsRune("æçðøħŋœƈƙƞƥƫƭǀǁǂǃβθχλʹᵻⁿꟸ", r) || strings.ContainsRune("ãẽĩõũỹáéíóúàèìòùâêîôûäëïöüāēīōūǎěǐǒǔăĕĭŏŭå", r) {
		return true
	}
	return strings.ContainsRune(".:'’|‖‿()-‑–+↗↘↑↓→ꜛꜜ⁰¹²³⁴⁵", r)
}
