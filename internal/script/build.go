package script

import (
	"errors"
	"fmt"
	"slices"
	"time"
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
	// Alone has nobody but the voices of the languages speak, whomever the article
	// names.
	Alone bool
	// BlockVoices, by a name of VoicedBlocks, speak what is of that kind. They go
	// before ChapterVoices.
	BlockVoices map[string]*voices.Voice
	// ChapterVoices speak chapters, whatever their language; of two for one
	// chapter the first. They go before Voice and ByLanguage.
	ChapterVoices []ChapterVoice
	// Blocks says what becomes of code, tables, images and the like; an empty
	// field is as in DefaultPolicy.
	Blocks Policy
	// Passages has the language of a block told by its text where no markup
	// names it and there is enough of it to be sure.
	Passages bool
	// Phrases has marked phrases of another language inside a sentence spoken
	// by that language's voice.
	Phrases bool
	// Lexicons are the article's own, for the voices of their languages. They go
	// before those of the voices, the earlier before the later.
	Lexicons []*voices.Lexicon
	// Pronounces tells whether a voice can say IPA; nil is that none can. Of an
	// entry with both, the respelling is for those that cannot.
	Pronounces func(v *voices.Voice, ipa string) bool
	// Spells says why a voice cannot say phonemes in its engine's own letters; nil
	// is that it can. Without it, none can.
	Spells func(v *voices.Voice, phonemes string) error
	// Speaks tells the language, BCP 47, of a voice whose Language is "": one of
	// an engine's own. It is "" where nobody knows, and so is nil.
	Speaks func(v *voices.Voice) string
	// Chapters are those that are spoken; nil is all.
	Chapters []Range
	// Credits are spoken before and after; nil for none.
	Credits *Credits
	// MaxText tells the most code points that a voice's engine takes at once; 0
	// is no limit, and so is nil. Longer sentences are divided at clauses.
	MaxText func(*voices.Voice) int
}

// ErrNothing is wrapped by Build's error where an article has no letter or
// digit outside of what is skipped.
var ErrNothing = errors.New("the article has nothing to say")

// The reasons for which a piece of a Block is skipped; those that a Policy gives
// say how it is spoken after all.
var (
	SkipSilent     = "no letter or digit"
	SkipBreak      = "a scene break, spoken as a pause"
	SkipHeadings   = "column headings, said with each row"
	SkipTag        = "speaker tag"
	SkipLabel      = "speaker's name"
	SkipFileName   = "image description that describes nothing"
	SkipRepeated   = "image description that the caption repeats"
	SkipUnreferred = "note that nothing spoken refers to"
	SkipNotesTitle = "heading of the notes"
	SkipColumns    = reasonFor("column headings", "tables", TreatRead)
	SkipCode       = reasonFor("code", "code", TreatRead)
	SkipTable      = reasonFor("table", "tables", TreatRead)
	SkipImage      = reasonFor("image", "images", TreatRead)
	SkipNote       = reasonFor("note", "footnotes", TreatEnd)
	SkipLink       = reasonFor("link's address", "links", TreatRead)
	SkipQuote      = reasonFor("quotation", "quotes", TreatRead)
	SkipAside      = reasonFor("aside", "asides", TreatRead)
)

// reasonFor says which choice of the policy speaks what is left out.
func reasonFor(what, name string, t Treatment) string {
	return fmt.Sprintf("%s (%s=%s speaks it)", what, name, t)
}

// Build turns an article into its script. Every letter and digit of the
// document's blocks is in an utterance or a Skip.
//
// The source's table of contents divides the article into chapters, else its
// headings do, but for those in quotations, asides and notes. What stands before
// the first is a chapter of level 0, named after the article; if that is the
// title alone, it is spoken at the start of the next chapter instead.
func Build(doc *document.Document, opts Options) (*Script, error) {
	b := &builder{
		doc: doc, opts: opts, policy: opts.Blocks.filled(), backend: opts.Backend,
		casts: map[role]*cast{}, lexicons: map[role]*lexicon{}, deliveries: map[delivery]*voices.Voice{}, delivered: map[*voices.Voice]*voices.Voice{},
		speakers: map[string]*voices.Voice{}, addresses: map[string]bool{}, warned: map[string]bool{},
		script: &Script{
			Source: doc.Source, Author: plain(doc.Author), Date: plain(doc.Date), Description: plain(doc.Description),
			Cover: doc.Cover, Warnings: slices.Clone(doc.Warnings),
		},
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
	if b.main, err = b.voiceFor(b.script.Lang); err != nil {
		return nil, fmt.Errorf("%s: %w", doc.Source, err)
	}
	b.speakers[b.script.Lang] = b.main
	b.script.Title = b.title()
	sections := b.sections()
	b.top, b.numbering = topLevel(sections), numbered(doc.Blocks)
	b.takeChapterVoices(sections)
	if sections, err = b.selected(sections); err != nil {
		return nil, fmt.Errorf("%s: %w", doc.Source, err)
	}
	b.takeNotes()
	b.takeGroups()
	for i := range sections {
		b.speak(&sections[i])
	}
	b.finish()
	if len(b.script.Chapters) == 0 {
		return nil, fmt.Errorf("%s: %w", doc.Source, ErrNothing)
	}
	b.credit(opts.Credits)
	b.warnForeign()
	return b.script, nil
}

// builder is the state of one Build.
type builder struct {
	doc     *document.Document
	opts    Options
	policy  Policy
	backend string
	script  *Script

	main       *voices.Voice // of the article's language
	speakers   map[string]*voices.Voice
	casts      map[role]*cast
	lexicons   map[role]*lexicon
	deliveries map[delivery]*voices.Voice
	delivered  map[*voices.Voice]*voices.Voice // whose delivery a voice is
	addresses  map[string]bool                 // those that are listed
	warned     map[string]bool
	groups     map[int]*group
	notes      notebook

	top        int // the level of chapter that begins after the longest pause
	numbering  numbering
	section    *section
	containers []container // that the blocks under way stand in, the outermost first
	scene      scenery

	// What the next utterance begins with.
	opened  bool            // the section has its chapter
	fresh   bool            // the chapter's heading is still to come
	parted  bool            // a scene break stands before it
	apart   bool            // a quotation or an aside begins or ends before it
	list    *document.Block // the item or row before it
	silence time.Duration   // that the markup asks for
	marks   []Mark
	items   []int // of lists, that it stands in
}

func (b *builder) warn(format string, args ...any) {
	b.script.Warnings = append(b.script.Warnings, fmt.Sprintf(format, args...))
}

// skip lists a piece of the article that is not spoken.
func (b *builder) skip(text, reason string, pos document.Pos) {
	if text != "" {
		b.script.Skipped = append(b.script.Skipped, Skip{Text: text, Reason: reason, Pos: pos})
	}
}

// title is the article's: its own, else a heading that stands above all of it,
// else the one in its file's name, else its first heading.
func (b *builder) title() string {
	if t := plain(b.doc.Title); t != "" {
		return t
	}
	head := headline(b.doc.Blocks)
	if head != nil {
		return plain(head.Text)
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

// headline gives the first heading, if nothing but images stands before it and
// all others are of a lower level; else nil.
func headline(blocks []document.Block) *document.Block {
	var head *document.Block
	for i := range blocks {
		block := &blocks[i]
		switch {
		case !isHeading(block):
			if head == nil && block.Kind != document.Image && block.Kind != document.Break && hasSound(block.Text) {
				return nil
			}
		case head == nil:
			head = block
		case block.Level <= head.Level:
			return nil
		}
	}
	return head
}

// speak adds what is said of a section to the script.
func (b *builder) speak(s *section) {
	b.section, b.opened, b.fresh = s, false, s.level > 0
	b.scene = scenery{}
	for i := s.first; i < s.last; i++ {
		if b.doc.Blocks[i].Note > 0 {
			b.noteBlock(i)
		} else {
			b.element(i)
		}
	}
	b.endSection()
}

// element speaks a block as the policy has it.
func (b *builder) element(i int) {
	block := &b.doc.Blocks[i]
	if opens(block) {
		b.endSection()
		b.scene = scenery{}
		if headsNotes(b.doc.Blocks[i:]) {
			b.skip(block.Text, SkipNotesTitle, block.Pos())
			return
		}
	}
	if reason, skipped := b.enter(i); skipped {
		b.skip(block.Text, reason, block.Pos())
		return
	}
	switch {
	case block.Kind == document.Break, block.Kind == document.Heading && !isHeading(block):
		b.parted = true
		b.skip(block.Text, SkipBreak, block.Pos())
	case block.Kind == document.Code:
		b.code(block)
	case block.Kind == document.Table:
		b.row(i, block)
	case block.Kind == document.Image:
		b.image(i, block)
	case block.Kind == document.Caption:
		b.caption(block)
	default:
		b.passage(block, b.lead())
	}
}

// passage reads a block of text; lead is said before it.
func (b *builder) passage(block *document.Block, lead phraseKind) {
	r := b.read(block, lead, b.notes.number)
	b.utter(r, r.sentences())
}

// utter adds the sentences of a reading to the script.
func (b *builder) utter(r *reading, sentences []segment.Span) {
	if said, notes := b.utterances(r, sentences); len(said) > 0 {
		b.notes.number = 0
		b.emit(r.block, said, notes)
	}
}

// trailing is the pause after a block of that kind.
func trailing(kind document.Kind, p *voices.Pauses) time.Duration {
	switch kind {
	case document.Title, document.Heading:
		return p.AfterHeading
	case document.ListItem, document.Table:
		return p.Item
	}
	return p.Paragraph
}

// emit adds what is said of a block, and after each utterance the notes that it
// refers to.
func (b *builder) emit(block *document.Block, said []Utterance, notes []refers) {
	first, last := &said[0], &said[len(said)-1]
	first.Begins = true
	if !b.notes.inside {
		b.items = block.Items
	}
	for k := range b.containers {
		c := &b.containers[k]
		if !c.begun {
			c.begun, b.apart = true, true
			if u, ok := b.announcement(c.begin, 0, 0, c.kind, first.Pos); ok && c.treatment == TreatAnnounce {
				b.add(u)
			}
		}
		c.pos = last.Pos
	}
	switch block.Kind {
	case document.Title, document.Heading:
		first.Before = max(first.Before, first.Voice.Pauses.BeforeHeading)
	default: // a list or a table ends
		if b.list != nil && (b.list.Kind != block.Kind || b.list.Group != block.Group) {
			first.Before = max(first.Before, first.Voice.Pauses.Paragraph)
		}
	}
	if b.policy.Footnotes == TreatAnnounce {
		said, notes = b.mention(said, notes), nil
	}
	at := 0
	for _, ref := range notes {
		b.add(said[at : ref.utterance+1]...)
		at = ref.utterance + 1
		b.refer(ref.note)
	}
	b.add(said[at:]...)
	b.list = nil
	if block.Kind == document.ListItem || block.Kind == document.Table {
		b.list = block
	}
}

// add adds utterances to the chapter under way.
func (b *builder) add(said ...Utterance) {
	if len(said) == 0 {
		return
	}
	first := &said[0]
	p := &first.Voice.Pauses
	if b.parted {
		first.Before = max(first.Before, p.Break)
	}
	if b.apart {
		first.Before = max(first.Before, p.Quote)
	}
	if b.fresh && first.Kind != document.Title {
		first.Before = max(first.Before, p.BeforeHeading)
		if b.section.level <= b.top {
			first.Before = max(first.Before, p.Chapter)
		}
		b.fresh = false
	}
	first.Before = max(first.Before, b.silence)
	first.Marks = append(b.marks, first.Marks...)
	b.parted, b.apart, b.silence, b.marks = false, false, 0, nil
	for i := range said {
		said[i].Items = b.items
	}
	list := &b.script.Chapters
	if !b.opened {
		b.opened = true
		*list = append(*list, Chapter{Title: b.section.title, Number: b.section.number, Level: b.section.level})
	}
	chapter := &(*list)[len(*list)-1]
	chapter.Utterances = append(chapter.Utterances, said...)
}

// finish adds what is known only at the end, and puts what is skipped in order.
func (b *builder) finish() {
	b.restOfNotes()
	if n := len(b.script.Chapters); n > 0 && len(b.marks) > 0 {
		list := b.script.Chapters[n-1].Utterances
		last := &list[len(list)-1]
		for _, m := range b.marks {
			last.Marks = append(last.Marks, Mark{Name: m.Name, Text: len(last.Text)})
		}
	}
	for _, d := range b.doc.Dropped {
		b.script.Skipped = append(b.script.Skipped, Skip(d))
	}
	slices.SortStableFunc(b.script.Skipped, b.fileOrder())
}
