// Package script turns a Document into what is to be said: chapters of
// utterances with their spoken form, language, voice and pauses. It accounts
// for every block of the document: spoken, or skipped by a named rule.
package script

import (
	"time"

	"narrate/internal/document"
	"narrate/voices"
)

// Utterance is one sentence, or a part of one that is too long to be spoken at
// once.
type Utterance struct {
	Kind   document.Kind // of the block it stands in
	Begins bool          // it is the first of its block: a paragraph, an item, a row
	Text   string        // as written, and as captions show it
	Spoken string        // as the voice says it
	Edits  []Edit        // how Spoken differs from Text
	// Phonemes, ascending, are parts of Spoken whose pronunciation is given.
	Phonemes []Phonemes
	// Marks are named places, ascending.
	Marks []Mark
	Lang  string // BCP 47
	Voice *voices.Voice
	// Before and After are the least silence wanted on either side; between
	// two utterances stands the longer of the two wishes.
	Before, After time.Duration
	// Pos is where Text begins in the article; for what the article does not
	// hold, as an announcement, a place near by.
	Pos document.Pos
	// Spans are how parts of Text are set, and links, ascending by Lo; they nest
	// and do not cross, and none lies in another of its kind.
	Spans []Span
	// Cells, ascending, are those of a table's row that Text holds parts of. A
	// cell of several utterances is named by each of them.
	Cells []document.Cell
	// Headings, by column, are those of the table's columns, which are said with
	// each row; of the first row below them alone. Head is the rows that they
	// are made of.
	Headings []string
	Head     []Row
	// Rows are those of a table of the article that is announced here, not read.
	Rows []Row
	// Instead is code of the article that is announced here, not read.
	Instead string
	// Items are those of lists that it stands in, as document.Block has them; a
	// note or an announcement stands where it is said.
	Items []int
	// Jumps are where Text stops following the article byte for byte, ascending:
	// at a line's end, a tag, a character reference.
	Jumps []Jump
}

// Span says that bytes [Lo, Hi) of an Utterance's Text are a Link, Emphasis,
// Strong, CodeWords, Raised or Lowered.
type Span struct {
	Kind    document.SpanKind
	Lo, Hi  int
	Address string // of a Link: of the web, or for mail
}

// Row is a row of a table as it is shown: its text, how that is set, and its
// cells.
type Row struct {
	Text  string
	Spans []Span
	Cells []document.Cell
}

// Jump says that byte Text of an Utterance's Text stands at byte Offset of the
// file that its Pos names.
type Jump struct {
	Text   int
	Offset int64
}

// Phonemes says that bytes [Lo, Hi) of an Utterance's Spoken are pronounced as
// IPA says; or, by a voice of a backend that has one there, as Native does. One
// of the two may be missing.
type Phonemes struct {
	Lo, Hi int
	IPA    string
	Native []voices.Native
}

// Mark names the place before byte Text of an Utterance's Text.
type Mark struct {
	Name string
	Text int
}

// Edit says that bytes [TextLo, TextHi) of Text are spoken as bytes
// [SpokenLo, SpokenHi) of Spoken. Edits are ascending and do not overlap;
// between them Text and Spoken are the same.
type Edit struct{ TextLo, TextHi, SpokenLo, SpokenHi int }

// TextRange maps the bytes [lo, hi) of Spoken to the bytes of Text that they
// are the sound of.
func (u *Utterance) TextRange(lo, hi int) (textLo, textHi int) {
	return u.textOffset(lo, false), u.textOffset(hi, true)
}

// textOffset maps a byte of Spoken to Text; one inside an edit goes to the
// edit's end if end is set, else to its start.
func (u *Utterance) textOffset(off int, end bool) int {
	shift := 0 // Text minus Spoken, after the edits passed so far
	for _, e := range u.Edits {
		if off < e.SpokenLo || end && off == e.SpokenLo {
			break
		}
		if off < e.SpokenHi || end && off == e.SpokenHi {
			if end {
				return e.TextHi
			}
			return e.TextLo
		}
		shift = e.TextHi - e.SpokenHi
	}
	return off + shift
}

// Chapter is a part of the article under one heading.
type Chapter struct {
	Title      string
	Number     int  // among all chapters of the article, spoken or not, from 1
	Level      int  // of its heading, from 1; 0 for text before the first heading
	Credits    bool // spoken credits, which the article does not hold
	Utterances []Utterance
}

// Skip is a piece of the article that is not spoken.
type Skip struct {
	Text, Reason string
	Pos          document.Pos
}

// Script is the whole article, ready to be spoken.
type Script struct {
	Source, Title, Author string
	Date, Description     string // as document.Document has them
	Cover                 *document.Cover
	Lang                  string // BCP 47, of the article as a whole
	Chapters              []Chapter
	Skipped               []Skip
	Warnings              []string // decisions taken with doubt, such as a guessed language
}

// Utterances counts the utterances of all chapters.
func (s *Script) Utterances() int {
	n := 0
	for i := range s.Chapters {
		n += len(s.Chapters[i].Utterances)
	}
	return n
}
