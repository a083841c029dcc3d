package script

import (
	"regexp"
	"strings"

	"narrate/internal/document"
)

// container is a quotation or an aside that the blocks under way stand in.
type container struct {
	holds     func(*document.Block) bool
	treatment Treatment
	begin     phraseKind
	end       phraseKind
	begun     bool          // something of it is spoken
	kind      document.Kind // of the announcements
	pos       document.Pos  // of the last words spoken
}

// enter leaves the containers that block is not in and enters those that it is
// in. It reports whether the block is skipped with one of them, and why.
func (b *builder) enter(i int) (reason string, skipped bool) {
	block := &b.doc.Blocks[i]
	quote := container{holds: quoted, treatment: b.policy.Quotes, begin: phraseQuote, end: phraseQuoteEnd, kind: document.Quote}
	aside := container{holds: inAside, treatment: b.policy.Asides, begin: phraseAside, end: phraseAsideEnd}
	for k := len(b.containers) - 1; k >= 0; k-- {
		if !b.containers[k].holds(block) {
			b.leave(k)
		}
	}
	within := func(c *container) bool {
		for k := range b.containers {
			if b.containers[k].begin == c.begin {
				return true
			}
		}
		return false
	}
	inner, outer := &quote, &aside
	last := b.section.last
	if quoted(block) && inAside(block) && !within(&quote) && !within(&aside) {
		// Both begin here: the one that goes on longer is around the other.
		j := i + 1
		for j < last && quoted(&b.doc.Blocks[j]) && inAside(&b.doc.Blocks[j]) {
			j++
		}
		if j < last && quoted(&b.doc.Blocks[j]) {
			inner, outer = outer, inner
		}
	}
	for _, c := range []*container{outer, inner} {
		if c.holds(block) && !within(c) {
			b.containers = append(b.containers, *c)
		}
	}
	switch {
	case quoted(block) && quote.treatment == TreatSkip:
		return SkipQuote, true
	case inAside(block) && aside.treatment == TreatSkip:
		return SkipAside, true
	}
	return "", false
}

func inAside(block *document.Block) bool { return block.Aside }

// leave closes the container at index k.
func (b *builder) leave(k int) {
	c := b.containers[k]
	b.containers = append(b.containers[:k:k], b.containers[k+1:]...)
	if !c.begun {
		return
	}
	if c.treatment == TreatAnnounce {
		if u, ok := b.announcement(c.end, 0, 0, c.kind, c.pos); ok {
			b.add(u)
		}
	}
	b.apart = true
}

// leaveAll closes all containers, the innermost first.
func (b *builder) leaveAll() {
	for k := len(b.containers) - 1; k >= 0; k-- {
		b.leave(k)
	}
}

// announcement is a phrase of narrate's own, spoken by the announcer in
// the article's language, if there are phrases in it.
func (b *builder) announcement(kind phraseKind, n, m int, as document.Kind, pos document.Pos) (Utterance, bool) {
	text, ok := phrase(b.script.Lang, kind, n, m)
	if !ok {
		return Utterance{}, false
	}
	c := b.castFor(b.announcer(), b.script.Lang, pos)
	text = strings.TrimSpace(text)
	spoken, edits, phonemes := say(text, c.stages)
	return Utterance{
		Kind: as, Begins: true, Text: text, Spoken: spoken, Edits: edits, Phonemes: phonemes, Lang: b.script.Lang,
		Voice: c.voice, After: c.voice.Pauses.Sentence, Pos: pos,
	}, true
}

// code reads a block of code line by line, skips it or says how long it is.
func (b *builder) code(block *document.Block) {
	if b.policy.Code == TreatRead {
		r := b.read(block, b.lead(), b.notes.number)
		lines := r.join(r.lines())
		spoken := lines[:0]
		var silent []string
		var first int
		for _, s := range lines {
			text := r.block.Text[s.Lo:s.Hi]
			if hasSound(text) {
				spoken = append(spoken, s)
				continue
			}
			if silent == nil {
				first = s.Lo
			}
			silent = append(silent, text)
		}
		if silent != nil { // brackets by the dozen are one entry
			b.skip(strings.Join(silent, "\n"), SkipSilent, r.block.PosAt(first))
		}
		b.utter(r, spoken)
		return
	}
	if b.policy.Code == TreatAnnounce && hasSound(block.Text) {
		if u, ok := b.announcement(phraseCode, strings.Count(block.Text, "\n")+1, 0, block.Kind, block.Pos()); ok {
			u.After, u.Instead = u.Voice.Pauses.Paragraph, block.Text
			b.emit(block, []Utterance{u}, nil)
		}
	}
	b.skip(block.Text, SkipCode, block.Pos())
}

// image says an image's description, or skips it.
func (b *builder) image(i int, block *document.Block) {
	g := b.groups[block.Group]
	if b.policy.Images == TreatSkip {
		b.skip(block.Text, SkipImage, block.Pos())
		return
	}
	var captions []int
	if g != nil {
		captions = g.captions
	}
	reason := ""
	switch {
	case namesFile(block.Text):
		reason = SkipFileName
	case b.repeated(block.Text, captions):
		reason = SkipRepeated
	}
	if reason == "" {
		lead := b.lead()
		if lead == noPhrase && b.policy.Images == TreatAnnounce {
			lead = phraseImage
		}
		b.passage(block, lead)
		return
	}
	b.skip(block.Text, reason, block.Pos())
	switch {
	case b.policy.Images != TreatAnnounce:
	case len(captions) == 0:
		if u, ok := b.announcement(phraseNoImage, 0, 0, block.Kind, block.Pos()); ok {
			u.After = u.Voice.Pauses.Paragraph
			b.emit(block, []Utterance{u}, nil)
		}
	case captions[len(captions)-1] > i:
		g.picture = true
	}
}

// repeated reports whether one of the captions says what text says.
func (b *builder) repeated(text string, captions []int) bool {
	bare := func(s string) string { return strings.ToLower(strings.Trim(plain(s), " .")) }
	for _, i := range captions {
		if bare(b.doc.Blocks[i].Text) == bare(text) {
			return true
		}
	}
	return false
}

// fileName is what stands for a description where nobody wrote one: a file's
// name, or that of a camera.
var fileName = regexp.MustCompile(`(?i)^(\S+|\S+(\s\S+){1,3})\.(jpe?g|png|gif|svg|webp|avif|bmp|tiff?|heic|eps|emf|wmf)$|^(img|dsc[nf]?|pxl|image|photo|picture|bild|foto|grafik|screenshot|screen shot)[-_ ]?[\d_-]+$`)

// maxFileName is the most bytes that a file's name has.
const maxFileName = 256

func namesFile(text string) bool {
	text = strings.TrimSpace(text)
	return !hasSound(text) || len(text) < maxFileName && fileName.MatchString(text)
}

// undescribed gives the descriptions of a block's images that are not to be
// shown.
func (b *builder) undescribed(block *document.Block) []cutting {
	var cuts []cutting
	for i := range block.Spans {
		s := &block.Spans[i]
		if s.Kind != document.AltText || s.Lo >= s.Hi {
			continue
		}
		switch {
		case b.policy.Images == TreatSkip:
			cuts = append(cuts, cutting{s.Lo, s.Hi, SkipImage})
		case namesFile(block.Text[s.Lo:s.Hi]):
			cuts = append(cuts, cutting{s.Lo, s.Hi, SkipFileName})
		}
	}
	return cuts
}

// caption reads a caption, or skips it with what it belongs to.
func (b *builder) caption(block *document.Block) {
	g := b.groups[block.Group]
	if g == nil {
		g = &group{}
	}
	lead := b.lead()
	switch {
	case g.rows:
		if b.policy.Tables == TreatSkip {
			b.skip(block.Text, SkipTable, block.Pos())
			return
		}
		b.announceTable(g, block)
	case g.images:
		if b.policy.Images == TreatSkip {
			b.skip(block.Text, SkipImage, block.Pos())
			return
		}
		if g.picture && lead == noPhrase {
			lead, g.picture = phraseImage, false
		}
	case g.code && b.policy.Code == TreatSkip:
		b.skip(block.Text, SkipCode, block.Pos())
		return
	}
	b.passage(block, lead)
}

// lead is what is said before the next words: the number of the note that they
// begin.
func (b *builder) lead() phraseKind {
	if b.notes.number > 0 {
		return phraseNoteText
	}
	return noPhrase
}
