// Package aligntest is speech whose words have known times, to test an aligner
// by: engines that tell where in their own sound each word lies speak sentences
// of several languages. It also measures how far an aligner's times are from the
// truth, and spoils sound in the ways that recordings are spoilt.
package aligntest

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"narrate/internal/pcm"
)

// Word is one word of a sentence and where it truly sounds; or several, where the
// engine has one sound for them ("might have").
type Word struct {
	Lo, Hi     int   // bytes of Sample.Text
	Start, End int64 // frames at Sample.Rate
}

// Sample is a sentence and its sound, to be read only.
type Sample struct {
	Engine, Voice string
	Lang          string // "en"
	Text          string
	Rate          pcm.Hz
	Samples       []int16 // mono
	Words         []Word  // ascending, at least one
}

//go:embed testdata
var testdata embed.FS

// Languages are those that there are sentences of.
var Languages = []string{"en", "de", "fr", "es", "pl", "it", "cs", "fi", "ca"}

// Sentences gives the sentences of a language, each of 2 to 40 words.
func Sentences(lang string) ([]string, error) {
	data, err := testdata.ReadFile("testdata/" + lang + ".txt")
	if err != nil {
		return nil, fmt.Errorf("no sentences in %q; there are %s: %w", lang, strings.Join(Languages, ", "), err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), nil
}

// Some gives n of the texts, spread over all of them.
func Some(texts []string, n int) []string {
	if n >= len(texts) {
		return texts
	}
	some := make([]string, n)
	for i := range some {
		some[i] = texts[i*len(texts)/n]
	}
	return some
}

// spoken keeps what engines said, for as long as the process runs: several tests
// want the same.
var spoken struct {
	sync.Mutex
	sets map[string][]Sample
}

// once speaks a set of texts, unless it has been spoken; voice names who speaks
// it, and how. Samples are shared and not to be changed.
func once(voice string, texts []string, speak func() ([]Sample, error)) ([]Sample, error) {
	spoken.Lock()
	defer spoken.Unlock()
	key := voice + "\n" + strings.Join(texts, "\n")
	if samples, ok := spoken.sets[key]; ok {
		return samples, nil
	}
	samples, err := speak()
	if err != nil {
		return nil, err
	}
	if spoken.sets == nil {
		spoken.sets = map[string][]Sample{}
	}
	spoken.sets[key] = samples
	return samples, nil
}

// span is bytes [lo, hi) of a text.
type span struct{ lo, hi int }

// written finds the words as readers see them: what stands between white space,
// dashes and ellipses and has a letter or digit, without the punctuation around.
func written(text string) []span {
	var words []span
	add := func(lo, hi int) {
		core := strings.TrimFunc(text[lo:hi], func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) })
		if strings.ContainsFunc(core, sounds) {
			lo += strings.Index(text[lo:hi], core)
			words = append(words, span{lo, lo + len(core)})
		}
	}
	from := 0
	for i, r := range text {
		if unicode.IsSpace(r) || strings.ContainsRune("–—…", r) {
			add(from, i)
			from = i
		}
	}
	add(from, len(text))
	return words
}

func sounds(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// letters are the letters and digits of a text, in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if !sounds(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// token is a piece of a text as an engine divided it, and where it sounds.
type token struct {
	name       string
	start, end int64
}

// place finds the words of a text in an engine's tokens by their letters. A word
// may be several tokens; a token of two words would leave their times unknown,
// and is an error.
func place(text string, tokens []token) ([]Word, error) {
	var words []Word
	for _, s := range written(text) {
		want, got := letters(text[s.lo:s.hi]), ""
		word := Word{Lo: s.lo, Hi: s.hi}
		for ; got != want; tokens = tokens[1:] {
			if len(tokens) == 0 {
				return nil, fmt.Errorf("%q: the engine ends before %q", text, text[s.lo:s.hi])
			}
			t := tokens[0]
			part := letters(t.name)
			if part == "" {
				continue // a symbol by itself
			}
			if !strings.HasPrefix(want, got+part) {
				return nil, fmt.Errorf("%q: the engine has %q at %q", text, t.name, text[s.lo:s.hi])
			}
			if got == "" {
				word.Start = t.start
			}
			got += part
			word.End = t.end
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("%q has no word", text)
	}
	return words, nil
}

// ascii writes a sentence with the signs that English engines know. A dash is a
// pause to a reader, but a word to some of them.
func ascii(text string) (string, error) {
	out := typography.Replace(text)
	for _, r := range out {
		if r < ' ' || r > '~' {
			return "", fmt.Errorf("%q: %q is not in ASCII", text, r)
		}
	}
	return out, nil
}

var typography = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "…", "...",
	" — ", ", ", " – ", ", ", "—", ", ", "–", ", ",
)
