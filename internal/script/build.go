package script

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/segment"
	"narrate/voices"
)

// Options say how an article is to be spoken.
type Options struct {
	// Lang is the language of everything, BCP 47; "" lets markup and the
	// text itself decide.
	Lang string
	// Voice speaks everything, if set; else each language is spoken by its
	// voice from Voices.
	Voice *voices.Voice
	// Voices must be set. Even with a Voice it says which languages there are.
	Voices *voices.Set
	// Backend is the engine whose profiles in Voices count; with a Voice set
	// it is the Voice's.
	Backend string
	// ByLanguage, by BCP 47 tag, goes before Voices.
	ByLanguage map[string]*voices.Voice
	// Cast is who speaks by name, in lower case: what a speaker tag or a line
	// of dialogue ("Anna: …") names.
	Cast map[string]*voices.Voice
	// Quotes speaks the quotations, if set.
	Quotes *voices.Voice
	// Blocks says what becomes of code, tables, images and the like.
	Blocks Policy
	// Passages has the language of a block told by its text where no markup
	// names it and there is enough of it to be sure.
	Passages bool
	// Phrases has marked phrases of another language inside a sentence spoken
	// by that language's voice.
	Phrases bool
	// Chapters are those that are spoken; nil is all.
	Chapters []Range
	// MaxText is the most code points that the engine takes at once; 0 is no
	// limit. Longer sentences are divided at clauses.
	MaxText int
}

// ErrNothing is wrapped by Build's error where an article has no letter or
// digit outside of what is skipped.
var ErrNothing = errors.New("the article has nothing to say")

// The reasons for which a piece of a Block is skipped.
const (
	SkipSilent = "no letter or digit"
	SkipBreak  = "a scene break, spoken as a pause"
)

// Build turns an article into its script. Every letter and digit of the
// document's blocks is in an utterance or a Skip.
//
// A heading opens a chapter. What stands before the first heading is a chapter
// of level 0, named after the article; if that is the title alone, it is spoken
// at the start of the first heading's chapter instead.
func Build(doc *document.Document, opts Options) (*Script, error) {
	b := &builder{
		doc: doc, opts: opts, backend: opts.Backend,
		casts: map[string]*cast{}, lexicons: map[*voices.Voice]*lexicon{},
		script: &Script{Source: doc.Source, Author: plain(doc.Author), Warnings: slices.Clone(doc.Warnings)},
	}
	if opts.Voice != nil {
		b.backend = opts.Voice.Backend
	}
	for i := range doc.Blocks {
		if block := &doc.Blocks[i]; !utf8.ValidString(block.Text) {
			return nil, fmt.Errorf("%s: not valid UTF-8", block.Pos())
		}
	}
	var err error
	if b.script.Lang, err = b.articleLanguage(); err != nil {
		return nil, fmt.Errorf("%s: language: %w", doc.Source, err)
	}
	if b.main, err = b.castFor(b.script.Lang); err != nil {
		return nil, fmt.Errorf("%s: %w", doc.Source, err)
	}
	b.script.Title = b.title()
	b.top = topLevel(doc.Blocks)
	for i := range doc.Blocks {
		b.block(&doc.Blocks[i])
	}
	for _, d := range doc.Dropped {
		b.script.Skipped = append(b.script.Skipped, Skip(d))
	}
	slices.SortStableFunc(b.script.Skipped, func(x, y Skip) int { return cmp.Compare(x.Pos.Offset, y.Pos.Offset) })
	if len(b.script.Chapters) == 0 {
		return nil, fmt.Errorf("%s: %w", doc.Source, ErrNothing)
	}
	return b.script, nil
}

// builder is the state of one Build.
type builder struct {
	doc      *document.Document
	opts     Options
	backend  string
	script   *Script
	main     *cast            // of the article's language
	casts    map[string]*cast // by language, as they are met
	lexicons map[*voices.Voice]*lexicon
	top      int  // the level of heading that opens a chapter with the longest pause
	parted   bool // a scene break stands before the next utterance
}

// cast is a voice made ready to speak.
type cast struct {
	voice  *voices.Voice
	stages []stage
}

func (b *builder) warn(format string, args ...any) {
	b.script.Warnings = append(b.script.Warnings, fmt.Sprintf(format, args...))
}

// castFor gives who speaks the language.
func (b *builder) castFor(lang string) (*cast, error) {
	if c, ok := b.casts[lang]; ok {
		return c, nil
	}
	voice := b.opts.Voice
	if voice == nil {
		var err error
		if voice, err = b.opts.Voices.For(lang, b.backend); err != nil {
			return nil, err
		}
	}
	words, ok := b.lexicons[voice]
	if !ok {
		words = compile(voice.Lexicon)
		b.lexicons[voice] = words
	}
	c := &cast{voice: voice, stages: []stage{clean, composed}}
	if words != nil {
		c.stages = append(c.stages, words.find)
	}
	if voice.Normalize {
		// After the lexicon, whose entries are the author's own word.
		c.stages = append(c.stages, normalized(lang))
	}
	b.casts[lang] = c
	return c, nil
}

// language gives the language of a block and who speaks it. Markup that names
// no language, or one without a voice, leaves the block to the article's voice.
func (b *builder) language(block *document.Block) (string, *cast) {
	if block.Lang == "" || b.opts.Lang != "" {
		return b.script.Lang, b.main
	}
	lang, ok := canonical(block.Lang)
	if !ok {
		b.warn("%s: the language %q is not a BCP 47 tag and is ignored", block.Pos(), block.Lang)
		return b.script.Lang, b.main
	}
	c, err := b.castFor(lang)
	if err != nil {
		b.warn("%s: %v; voice %q speaks it", block.Pos(), err, b.main.voice.Name)
		c = b.main
		b.casts[lang] = c // one warning a language
	}
	return lang, c
}

// title is the article's: its own, else the one in its file's name, else its
// first heading.
func (b *builder) title() string {
	if t := plain(b.doc.Title); t != "" {
		return t
	}
	if t, _ := b.fileName(); t != "" {
		first, n := utf8.DecodeRuneInString(t)
		return string(unicode.ToTitle(first)) + t[n:]
	}
	for i := range b.doc.Blocks {
		if block := &b.doc.Blocks[i]; block.Kind == document.Title || isHeading(block) {
			return plain(block.Text)
		}
	}
	return "Untitled"
}

// isHeading reports whether a block opens a chapter. A heading of signs alone
// ("* * *") does not.
func isHeading(block *document.Block) bool {
	return block.Kind == document.Heading && hasSound(block.Text)
}

// topLevel is the level of the highest headings.
func topLevel(blocks []document.Block) int {
	top := 0
	for i := range blocks {
		if isHeading(&blocks[i]) && (top == 0 || blocks[i].Level < top) {
			top = blocks[i].Level
		}
	}
	return top
}

// block adds a block's utterances to the script.
func (b *builder) block(block *document.Block) {
	if block.Kind == document.Break || block.Kind == document.Heading && !isHeading(block) {
		b.parted = true
		b.skip(block.Text, SkipBreak, block.Pos())
		return
	}
	lang, c := b.language(block)
	pauses := &c.voice.Pauses
	said := b.utterances(block, lang, c)
	if len(said) == 0 {
		return
	}
	first, last := &said[0], &said[len(said)-1]
	last.After = pauses.Paragraph
	switch block.Kind {
	case document.Title:
		first.Before, last.After = pauses.BeforeHeading, pauses.AfterHeading
	case document.Heading:
		first.Before, last.After = pauses.BeforeHeading, pauses.AfterHeading
		if block.Level <= b.top {
			first.Before = max(first.Before, pauses.Chapter)
		}
	}
	if b.parted {
		first.Before = max(first.Before, pauses.BeforeHeading)
		b.parted = false
	}
	chapter := b.chapter(block)
	chapter.Utterances = append(chapter.Utterances, said...)
}

// chapter gives the chapter that a block's utterances belong to.
func (b *builder) chapter(block *document.Block) *Chapter {
	list := &b.script.Chapters
	if block.Kind == document.Heading {
		title := plain(block.Text)
		if n := len(*list); n == 1 && (*list)[0].Level == 0 && onlyTitle((*list)[0].Utterances) {
			(*list)[0].Title, (*list)[0].Level = title, block.Level
		} else {
			*list = append(*list, Chapter{Title: title, Level: block.Level})
		}
	} else if len(*list) == 0 {
		*list = append(*list, Chapter{Title: b.script.Title})
	}
	return &(*list)[len(*list)-1]
}

func onlyTitle(said []Utterance) bool {
	return !slices.ContainsFunc(said, func(u Utterance) bool { return u.Kind != document.Title })
}

// utterances gives the sentences of a block, each with the pause after it that
// is due inside the block.
func (b *builder) utterances(block *document.Block, lang string, c *cast) []Utterance {
	var said []Utterance
	at := cursor{block: block}
	add := func(lo, hi int, spoken string, edits []Edit) {
		text, pos := block.Text[lo:hi], at.to(lo)
		if !hasSound(spoken) {
			b.skip(text, SkipSilent, pos)
			return
		}
		said = append(said, Utterance{
			Kind: block.Kind, Text: text, Spoken: spoken, Edits: edits, Lang: lang,
			Voice: c.voice, After: c.voice.Pauses.Sentence, Pos: pos,
		})
	}
	for _, s := range segment.Split(block.Text, lang) {
		sentence := block.Text[s.Lo:s.Hi]
		spoken, edits := say(sentence, c.stages)
		if b.fits(spoken) {
			add(s.Lo, s.Hi, spoken, edits)
			continue
		}
		n := len(said)
		b.divide(sentence, lang, c, b.opts.MaxText, func(lo, hi int, spoken string, edits []Edit) {
			add(s.Lo+lo, s.Lo+hi, spoken, edits)
		})
		for i := n; i < len(said)-1; i++ {
			said[i].After = c.voice.Pauses.Clause
		}
	}
	return said
}

// fits reports whether the engine takes the spoken text at once.
func (b *builder) fits(spoken string) bool {
	return b.opts.MaxText <= 0 || len(spoken) <= b.opts.MaxText || utf8.RuneCountInString(spoken) <= b.opts.MaxText
}

// divide cuts text into parts of at most limit code points, and a part that
// grows too long by being spoken into smaller ones. A word whose pronunciation
// alone is too long stays whole, for the engine to refuse by name.
func (b *builder) divide(text, lang string, c *cast, limit int, add func(lo, hi int, spoken string, edits []Edit)) {
	for _, p := range segment.Divide(text, lang, limit) {
		part := text[p.Lo:p.Hi]
		spoken, edits := say(part, c.stages)
		whole := slices.ContainsFunc(edits, func(e Edit) bool { return !b.fits(spoken[e.SpokenLo:e.SpokenHi]) })
		if b.fits(spoken) || whole || limit == 1 {
			add(p.Lo, p.Hi, spoken, edits)
			continue
		}
		// Aim a tenth below the proportional length, so that few rounds do.
		proportional := utf8.RuneCountInString(part) * b.opts.MaxText / utf8.RuneCountInString(spoken)
		smaller := max(1, min(limit-1, proportional*9/10))
		b.divide(part, lang, c, smaller, func(lo, hi int, spoken string, edits []Edit) {
			add(p.Lo+lo, p.Lo+hi, spoken, edits)
		})
	}
}

func (b *builder) skip(text, reason string, pos document.Pos) {
	b.script.Skipped = append(b.script.Skipped, Skip{Text: text, Reason: reason, Pos: pos})
}

// cursor finds the source places of ascending offsets of a block in one pass;
// Block.PosAt would count from the last anchor each time.
type cursor struct {
	block  *document.Block
	anchor int // how many anchors lie behind
	off    int
	pos    document.Pos
}

// to gives the place of the byte at off, which never goes down.
func (c *cursor) to(off int) document.Pos {
	for c.anchor < len(c.block.Anchors) && c.block.Anchors[c.anchor].Text <= off {
		c.off, c.pos = c.block.Anchors[c.anchor].Text, c.block.Anchors[c.anchor].Pos
		c.anchor++
	}
	if c.anchor == 0 {
		return document.Pos{}
	}
	between := c.block.Text[c.off:off]
	c.pos.Offset += int64(len(between))
	c.pos.Col += utf8.RuneCountInString(between)
	c.off = off
	return c.pos
}
