package script

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/language"

	"narrate/internal/document"
)

const (
	// sampleSize is how many bytes of an article language detection looks at.
	sampleSize = 64 << 10
	// sureLetters is how many letters make detection reliable: on single
	// clauses of 10 words (55 letters) in 29 languages it erred in 4 % of
	// cases, always for a close neighbour, on 2 words in 42 %.
	sureLetters = 100
	// guessLetters is how many it takes for an unsure guess in the scripts that
	// languages share: with less, "Good morning." would be Dutch.
	guessLetters = 25
	// lastResort is the language of an article that gives no hint at all.
	lastResort = "en"
)

// widespread are the languages that a text too short for detection is guessed
// to be in: among all, "Ja." would be Estonian.
var widespread = []string{"de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "zh"}

// articleLanguage decides the language of the article as a whole. First found
// wins: the caller's, the document's metadata, detection on the whole article,
// the file name ("news.de.txt"), the language of the voice that the caller
// chose, an unsure detection with a warning, English with a warning. The file
// name wins over detection on an article too short for it, and where it names a
// language that detection does not know.
func (b *builder) articleLanguage() (string, error) {
	if b.opts.Lang != "" {
		lang, ok := canonical(b.opts.Lang)
		if !ok {
			return "", fmt.Errorf("%q is not a BCP 47 language tag such as \"de\" or \"pt-BR\"", b.opts.Lang)
		}
		return lang, nil
	}
	if b.doc.Lang != "" {
		if lang, ok := canonical(b.doc.Lang); ok {
			return lang, nil
		}
		b.warn("%s: the article's language %q is not a BCP 47 tag and is ignored", b.doc.Source, b.doc.Lang)
	}
	_, named := b.fileName()
	hints := make([]string, 0, 2)
	if named != "" {
		hints = append(hints, named)
	}
	if b.opts.Voice != nil && b.opts.Voice.Language != "" {
		hints = append(hints, b.opts.Voice.Language)
	}
	text, allowed := sample(b.doc.Blocks), b.detectable()
	detected, sure := detect(text, allowed)
	if !sure {
		maps.DeleteFunc(allowed, func(l whatlanggo.Lang, _ bool) bool {
			return !slices.Contains(widespread, l.Iso6391())
		})
		detected, _ = detect(text, allowed)
	}
	detected = b.doubted(text, detected)
	if len(hints) > 0 && (!sure || named != "" && !hasDetector(named)) {
		return hints[0], nil
	}
	for _, hint := range hints {
		if base(hint) == base(detected) {
			return hint, nil // it may name the region, which detection cannot
		}
	}
	switch {
	case detected == "":
		b.warn("%s: nothing tells the language; it is taken as %q (--lang names another)", b.doc.Source, lastResort)
		return lastResort, nil
	case !sure:
		b.warn("%s: too short to be sure of the language; it is taken as %q (--lang names another)", b.doc.Source, detected)
	}
	return detected, nil
}

// canonical brings a language tag to its usual form.
func canonical(lang string) (string, bool) {
	tag, err := language.Parse(lang)
	if err != nil || tag == language.Und {
		return "", false
	}
	return tag.String(), true
}

// base is the language without script and region.
func base(lang string) string {
	b, _ := language.Make(lang).Base()
	return b.String()
}

// manyLanguages is the tag of a voice that speaks whatever it is given.
const manyLanguages = "mul"

// warnForeign warns where the voice that was chosen for all is to speak most of
// the article in a language that is not its own.
func (b *builder) warnForeign() {
	voice := b.opts.Voice
	if voice == nil {
		return
	}
	own := voice.Language
	if own == "" && b.opts.Speaks != nil {
		own = b.opts.Speaks(voice)
	}
	if tag, ok := canonical(own); !ok || tag == manyLanguages {
		return
	}
	all := 0
	foreign := map[string]int{} // bytes, by language
	for i := range b.script.Chapters {
		for j := range b.script.Chapters[i].Utterances {
			u := &b.script.Chapters[i].Utterances[j]
			all += len(u.Text)
			if u.Voice.Name == voice.Name && !sameLanguage(u.Lang, own) {
				foreign[u.Lang] += len(u.Text)
			}
		}
	}
	for lang, n := range foreign {
		if 2*n > all {
			b.warn("%s: the text is in %q, but voice %q, which is to speak it, is for %q (--voice names another voice, --lang another language of the text)",
				b.doc.Source, lang, voice.Name, own)
		}
	}
}

// sameLanguage compares the bases of two tags, of which one may name what the
// other has as a part: Mandarin ("cmn") is Chinese ("zh").
func sameLanguage(a, b string) bool {
	x, _ := language.All.Make(a).Base()
	y, _ := language.All.Make(b).Base()
	return x == y
}

// detectors are the languages that detection knows, by their base.
var detectors = func() map[string]whatlanggo.Lang {
	m := map[string]whatlanggo.Lang{}
	for l := whatlanggo.Afr; l <= whatlanggo.Zul; l++ {
		if code := l.Iso6391(); code != "" {
			m[base(code)] = l
		}
	}
	return m
}()

func hasDetector(lang string) bool {
	_, ok := detectors[base(lang)]
	return ok
}

// detectable are the languages to choose between: those that can be spoken.
func (b *builder) detectable() map[whatlanggo.Lang]bool {
	allowed := map[whatlanggo.Lang]bool{}
	allow := func(lang string) {
		if l, ok := detectors[base(lang)]; ok {
			allowed[l] = true
		}
	}
	for _, v := range b.opts.Voices.List() {
		if v.Backend == b.backend {
			allow(v.Language)
		}
	}
	if b.opts.Voice != nil && b.opts.Voice.Language != "" {
		allow(b.opts.Voice.Language)
	}
	for lang := range b.opts.ByLanguage {
		allow(lang)
	}
	return allowed
}

// detect gives the most likely of the allowed languages, or another one where
// the script excludes them all; "" where the text has no letters. The
// detector's own confidence means little and is ignored.
func detect(text string, allowed map[whatlanggo.Lang]bool) (lang string, sure bool) {
	options := whatlanggo.Options{Whitelist: allowed}
	info := whatlanggo.DetectWithOptions(text, options)
	if info.Lang < 0 && info.Script != nil {
		info = whatlanggo.Detect(text)
	}
	if info.Lang < 0 || info.Lang.Iso6391() == "" {
		return "", false
	}
	letters, kana := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
				kana++
			}
		}
	}
	if info.Script == unicode.Han && kana*10 > letters {
		return "ja", true
	}
	// The other scripts belong to one language, or nearly so.
	shared := info.Script == unicode.Latin || info.Script == unicode.Cyrillic
	if info.Script == unicode.Latin && letters < guessLetters {
		return "", false
	}
	return base(info.Lang.Iso6391()), !shared || letters >= sureLetters
}

// The least that it takes for function words to overrule the detector, which
// takes a text full of names, such as a README, for anything.
const (
	overruleWords = 5   // function words of the other language
	overruleShare = 0.1 // so many of all words
	overruleLead  = 1.5 // as many as the detector's language has
	// overruleUnknown is the share where there is no list for the detector's language.
	overruleUnknown = 0.2
)

// doubted gives the language that a text's function words point to, if they do
// so beyond doubt, else the detector's.
func (b *builder) doubted(text, detected string) string {
	if len(text) == 0 {
		return detected
	}
	words, _ := wordsOf(text)
	counts := make([]int, len(functionLanguages))
	for _, w := range words {
		for _, i := range functionWords[w.text] {
			counts[i]++
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	lang, n := functionLanguages[best], float64(counts[best])
	share := n / float64(max(1, len(words)))
	own := slices.Index(functionLanguages, detected)
	switch {
	case lang == detected, n < overruleWords, !b.speakable(lang):
		return detected
	case own < 0 && share >= overruleUnknown, own >= 0 && share >= overruleShare && n >= overruleLead*float64(counts[own]):
		return lang
	}
	return detected
}

// sample gives text of the article's own language, evenly from all of it, at
// most about sampleSize bytes.
func sample(blocks []document.Block) string {
	usable := func(b *document.Block) bool {
		return b.Lang == "" && b.Kind != document.Code && b.Kind != document.Break
	}
	total := 0
	for i := range blocks {
		if usable(&blocks[i]) {
			total += len(blocks[i].Text)
		}
	}
	// Each block earns its share; pieces shorter than a sentence are saved up
	// for, since broken words are no evidence.
	const worthwhile = 200
	share := min(1, float64(sampleSize)/float64(max(total, 1)))
	var out strings.Builder
	credit := 0.0
	for i := range blocks {
		if !usable(&blocks[i]) {
			continue
		}
		text := blocks[i].Text
		credit += share * float64(len(text))
		n := min(len(text), int(credit+0.5))
		if n < min(len(text), worthwhile) {
			continue
		}
		credit -= float64(n)
		out.WriteString(middle(text, n))
		out.WriteByte('\n')
	}
	return out.String()
}

// middle gives about n bytes from the middle of text, cut between characters.
func middle(text string, n int) string {
	lo := (len(text) - n) / 2
	hi := lo + n
	for lo < hi && !utf8.RuneStart(text[lo]) {
		lo++
	}
	for hi < len(text) && !utf8.RuneStart(text[hi]) {
		hi++
	}
	return text[lo:hi]
}

// languageSuffix is a language tag at the end of a file's name: "news.de",
// "news_pt-BR".
var languageSuffix = regexp.MustCompile(`^(.+)[._]([a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)$`)

// fileName reads a title and a language from the name of the source: its last
// extension goes, then a tag of a language that can be spoken, and "_" and "-"
// become spaces.
func (b *builder) fileName() (title, lang string) {
	if b.doc.Source == "-" {
		return "", ""
	}
	name := filepath.Base(filepath.ToSlash(b.doc.Source))
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if stem == "" { // ".txt"
		stem = name
	}
	if m := languageSuffix.FindStringSubmatch(stem); m != nil {
		if tag, ok := canonical(m[2]); ok && b.speakable(tag) {
			stem, lang = m[1], tag
		}
	}
	title = strings.ToValidUTF8(stem, "\ufffd")
	title = plain(strings.NewReplacer("_", " ", "-", " ").Replace(title))
	if title == "" {
		title = plain(strings.ToValidUTF8(name, "\ufffd"))
	}
	return title, lang
}

// speakable reports whether there is a voice for the language.
func (b *builder) speakable(lang string) bool {
	if b.opts.Voice != nil && b.opts.Voice.Language != "" && base(b.opts.Voice.Language) == base(lang) {
		return true
	}
	if b.opts.ByLanguage[lang] != nil {
		return true
	}
	_, err := b.opts.Voices.For(lang, b.backend)
	return err == nil
}
