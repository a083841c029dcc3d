package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"narrate/internal/config"
	"narrate/internal/fetch"
	"narrate/internal/input"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/clipset"
	"narrate/internal/preset"
	"narrate/internal/script"
	"narrate/voices"
)

// reading are the options of every command that reads articles.
type reading struct {
	config            string
	lang, from        string
	voice, quoteVoice string
	cast, blocks      map[string]string
	lexicons          []string
	chapters          string
	passages, phrases bool
	allowPrivate      bool
	recorded          bool // nobody speaks the articles, whatever they say of voices

	changed func(flag string) bool // whether a flag was given
}

func (r *reading) flags(c *cobra.Command) {
	f := c.Flags()
	r.changed = f.Changed
	f.StringVar(&r.config, "config", "", "`FILE` with the options of all articles (default: "+config.FileName+" beside each)")
	f.StringVar(&r.lang, "lang", "", "language of the article as a BCP 47 tag, such as de or en-GB (default: detected)")
	f.StringVar(&r.from, "from", "", "format of the article: "+strings.Join(inputNames(), ", ")+" (default: told by content and name)")
	f.StringVar(&r.voice, "voice", "", "voice profile, profile file (*.yaml) or engine voice (espeak:de+f3); of a list a,b the first that can be had speaks (default: by language)")
	f.StringVar(&r.quoteVoice, "quote-voice", "", "voice of quotations, named like --voice (default: that of the text around)")
	f.StringToStringVar(&r.cast, "cast", nil, "voice of a speaker that the article names, as `NAME=VOICE` with a voice as of --voice; can be repeated")
	r.lexiconFlag(c)
	f.StringToStringVar(&r.blocks, "blocks", nil, "what becomes of "+elementNames()+", as `ELEMENT=TREATMENT`: read, skip or announce (tables: also cells; footnotes: skip, inline, end or announce; emoji: read or skip); can be repeated")
	f.StringVar(&r.chapters, "chapters", "", "only these chapters, such as 2-5,7 or 3- (\"narrate script --list\" numbers them)")
	f.BoolVar(&r.passages, "passages", true, "tell the language of a passage by its text where no markup does")
	f.BoolVar(&r.phrases, "phrases", false, "speak marked phrases inside a sentence with the voice of their language")
	f.BoolVar(&r.allowPrivate, "allow-private", false, "fetch addresses of this machine and its network, too")
	for _, flag := range []string{"cast", "blocks"} {
		f.Lookup(flag).DefValue = "" // no "(default [])" in the help
	}
	complete(c, "from", inputNames())
	complete(c, "blocks", treatments())
	must(c.MarkFlagFilename("config", "yaml", "yml"))
}

func (r *reading) lexiconFlag(c *cobra.Command) {
	c.Flags().StringArrayVar(&r.lexicons, "lexicon", nil, "`FILE` of pronunciations (*.yaml, *.pls), before those of the voice; can be repeated")
	c.Flag("lexicon").DefValue = ""
	must(c.MarkFlagFilename("lexicon", "yaml", "yml", "pls"))
}

// treatments lists every value of --blocks.
func treatments() []string {
	var all []string
	elements, treatments := script.Elements()
	for _, element := range elements {
		for _, treatment := range treatments[element] {
			all = append(all, element+"="+string(treatment))
		}
	}
	return all
}

// checkLang says what is wrong with the value of --lang.
func checkLang(lang string) error {
	if lang == "" {
		return nil
	}
	if _, err := language.Parse(lang); err != nil {
		return usageError{fmt.Errorf("--lang: %q is not a language tag such as de or en-GB", lang)}
	}
	return nil
}

// check says what is wrong with the options, as far as they tell by themselves.
func (r *reading) check() error {
	if err := checkLang(r.lang); err != nil {
		return err
	}
	if r.from != "" && !slices.Contains(inputNames(), r.from) {
		return usageError{fmt.Errorf("--from: there is no input format %q; there are %s", r.from, strings.Join(inputNames(), ", "))}
	}
	policy := script.DefaultPolicy()
	for _, element := range slices.Sorted(maps.Keys(r.blocks)) {
		if err := policy.Set(element, r.blocks[element]); err != nil {
			return usageError{fmt.Errorf("--blocks: %w", err)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.cast)) {
		if what := config.CastProblem(name); what != "" {
			return usageError{fmt.Errorf("--cast: %s", what)}
		}
		if r.cast[name] == "" {
			return usageError{fmt.Errorf("--cast: %q has no voice", name)}
		}
	}
	if r.changed("chapters") {
		if _, err := script.ParseRanges(r.chapters); err != nil {
			return usageError{fmt.Errorf("--chapters: %w", err)}
		}
	}
	return nil
}

// given is what the options say, once they are checked.
func (r *reading) given(set *voices.Set) (config.Config, error) {
	c := config.Config{Lang: r.lang}
	var err error
	resolve := func(flag, name string) *voices.Voice {
		if name == "" || err != nil {
			return nil
		}
		var v *voices.Voice
		if v, err = set.ResolveList("", name); err != nil {
			err = fmt.Errorf("%s: %w", flag, err)
		}
		return v
	}
	c.Voice, c.QuoteVoice = resolve("--voice", r.voice), resolve("--quote-voice", r.quoteVoice)
	if len(r.cast) > 0 {
		c.Cast = map[string]*voices.Voice{}
	}
	for _, name := range slices.Sorted(maps.Keys(r.cast)) {
		c.Cast[config.CastKey(name)] = resolve("--cast "+name, r.cast[name])
	}
	if err != nil {
		return config.Config{}, err
	}
	for _, file := range r.lexicons {
		l, err := voices.LoadLexicon("", file)
		if err != nil {
			return config.Config{}, fmt.Errorf("--lexicon: %w", err)
		}
		c.Lexicons = append(c.Lexicons, l)
	}
	if len(r.blocks) > 0 {
		c.Blocks = map[string]script.Treatment{}
	}
	for element, treatment := range r.blocks {
		c.Blocks[element] = script.Treatment(treatment)
	}
	if r.changed("chapters") {
		if c.Chapters, err = script.ParseRanges(r.chapters); err != nil {
			return config.Config{}, err
		}
	}
	if r.changed("passages") {
		c.Passages = &r.passages
	}
	if r.changed("phrases") {
		c.Phrases = &r.phrases
	}
	return c, nil
}

// captionProblem says what is wrong with a number of captions; "" is nothing.
func captionProblem(key, value string) string {
	if err := caption.Set(new(output.Captions), key, value); err != nil {
		return err.Error()
	}
	return ""
}

// configs finds the configuration of each article.
type configs struct {
	known  config.Known
	given  config.Config  // by flags
	common *config.Config // of --config, in place of the files beside the articles
}

func (r *reading) configs(set *voices.Set) (*configs, error) {
	given, err := r.given(set)
	if err != nil {
		return nil, err
	}
	c := &configs{given: given, known: config.Known{
		Voices: set, Formats: formatNames(), Presets: preset.Names(),
		Clips: []string{string(clipset.Section), string(clipset.Sentence)}, Captions: caption.Names(), Caption: captionProblem,
	}}
	if r.config != "" {
		common, err := config.Load(r.config, c.known)
		if err != nil {
			return nil, err
		}
		c.common = &common
	}
	return c, nil
}

// of gives what flags and file say of an article. Beside standard input and
// addresses there is no file.
func (c *configs) of(article string) (config.Config, error) {
	if c.common != nil {
		return c.given.Over(*c.common), nil
	}
	if article == "-" || fetch.IsAddress(article) {
		return c.given, nil
	}
	file := filepath.Join(filepath.Dir(article), config.FileName)
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return c.given, nil
	}
	beside, err := config.Load(file, c.known)
	if err != nil {
		return config.Config{}, fmt.Errorf("%s: not narrated: %w", article, err)
	}
	return c.given.Over(beside), nil
}

// options are those of an article's script.
func options(c config.Config) (script.Options, error) {
	o := script.Options{
		Lang: c.Lang, Voice: c.Voice, Backend: defaultBackend, ByLanguage: c.Voices, Cast: c.Cast, Quotes: c.QuoteVoice,
		BlockVoices: c.BlockVoices, ChapterVoices: c.ChapterVoices,
		Lexicons: c.Lexicons, Blocks: script.DefaultPolicy(), Passages: true, Chapters: c.Chapters,
	}
	for element, treatment := range c.Blocks {
		if err := o.Blocks.Set(element, string(treatment)); err != nil {
			return o, err
		}
	}
	p, err := newPlan(c)
	if err != nil {
		return o, err
	}
	if p.preset.Credits {
		o.Credits = &script.Credits{Title: c.Meta["title"], Author: c.Meta["author"], Narrator: c.Meta["narrator"]}
	}
	if c.Passages != nil {
		o.Passages = *c.Passages
	}
	if c.Phrases != nil {
		o.Phrases = *c.Phrases
	}
	return o, nil
}

// inputs are the formats that an article may have: all, or the one of --from.
func (r *reading) inputs() []input.Format {
	for _, f := range inputFormats {
		if f.Info().Name == r.from {
			return []input.Format{forced{f}}
		}
	}
	return inputFormats
}

// forced is a format that the user has named.
type forced struct{ input.Format }

func (forced) Detect(input.Source) input.Confidence { return input.Sure }

func elementNames() string {
	names, _ := script.Elements()
	return strings.Join(names, ", ")
}

func inputNames() []string {
	names := make([]string, len(inputFormats))
	for i, f := range inputFormats {
		names[i] = f.Info().Name
	}
	return names
}

func formatNames() []string {
	names := make([]string, len(outputFormats))
	for i, f := range outputFormats {
		names[i] = f.Info().Name
	}
	return names
}

// complete has the shell offer the values of a flag, which may be a list.
func complete(c *cobra.Command, flag string, values []string) {
	must(c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		before := begun[:strings.LastIndexByte(begun, ',')+1]
		all := make([]string, len(values))
		for i, v := range values {
			all[i] = before + v
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}))
}

// must is for the calls of cobra that fail only for a flag that does not exist.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
