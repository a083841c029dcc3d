package script

import (
	"fmt"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/document"
	"narrate/voices"
)

// ChapterVoice gives chapters a voice of their own: those whose number is in
// Chapters or, where that is nil, those of that Title.
type ChapterVoice struct {
	Chapters []Range
	Title    string // upper and lower case do not matter
	Voice    *voices.Voice
}

// String names the chapters, for messages.
func (c *ChapterVoice) String() string {
	if c.Chapters == nil {
		return fmt.Sprintf("title %q", c.Title)
	}
	return "chapters " + rangesText(c.Chapters)
}

func (c *ChapterVoice) holds(s *section) bool {
	if c.Chapters == nil {
		return titleKey(c.Title) == titleKey(s.title)
	}
	return InRanges(c.Chapters, s.number)
}

// titleKey is the form in which titles of chapters are compared.
func titleKey(title string) string { return norm.NFC.String(speakerKey(title)) }

// The kinds of block that may have a voice of their own. Quotations are no such
// kind: Options.Quotes speaks them.
const (
	voicedHeadings      = "headings" // the article's title, too
	voicedLists         = "lists"
	voicedTables        = "tables"
	voicedCode          = "code"
	voicedImages        = "images"
	voicedCaptions      = "captions"
	voicedFootnotes     = "footnotes" // whatever stands in them
	voicedAsides        = "asides"    // whatever stands in them
	voicedAnnouncements = "announcements"
)

// VoicedBlocks names the kinds of block that Options.BlockVoices may have, in
// the order of documents.
func VoicedBlocks() []string {
	return []string{
		voicedHeadings, voicedLists, voicedTables, voicedCode, voicedImages, voicedCaptions,
		voicedFootnotes, voicedAsides, voicedAnnouncements,
	}
}

// voicedAs is the kind of block that decides about a block's voice: what it
// stands in before what it is, for a list in a note is the note's. "" is plain
// text.
func voicedAs(block *document.Block) string {
	switch {
	case block.Note > 0:
		return voicedFootnotes
	case block.Aside:
		return voicedAsides
	}
	switch block.Kind {
	case document.Title, document.Heading:
		return voicedHeadings
	case document.ListItem:
		return voicedLists
	case document.Table:
		return voicedTables
	case document.Code:
		return voicedCode
	case document.Image:
		return voicedImages
	case document.Caption:
		return voicedCaptions
	}
	return ""
}

// ownVoice gives who speaks a block in which nobody is named: the voice of
// quotations, of its kind, of the chapter; nil is whoever speaks the language.
func (b *builder) ownVoice(block *document.Block) *voices.Voice {
	if quoted(block) && b.opts.Quotes != nil {
		return b.opts.Quotes
	}
	if v := b.opts.BlockVoices[voicedAs(block)]; v != nil {
		return v
	}
	return b.section.voice
}

// announcer gives who speaks narrate's own words; nil is whoever speaks the
// language.
func (b *builder) announcer() *voices.Voice {
	if v := b.opts.BlockVoices[voicedAnnouncements]; v != nil {
		return v
	}
	return b.section.voice
}

// takeChapterVoices gives sections their voices, and warns of entries that are
// for none.
func (b *builder) takeChapterVoices(all []section) {
	for i := range b.opts.ChapterVoices {
		c := &b.opts.ChapterVoices[i]
		found := false
		for j := range all {
			if s := &all[j]; c.holds(s) {
				found = true
				if s.voice == nil { // else an earlier entry has it
					s.voice = c.Voice
				}
			}
		}
		if !found {
			b.warn("%s: chapter-voices: %s is no chapter of it, so that voice %q has nothing to say there; \"narrate script --list\" names the chapters",
				b.doc.Source, c, c.Voice.Name)
		}
	}
}
