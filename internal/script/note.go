package script

import "narrate/internal/document"

// notebook is the notes of the article, and what became of them.
type notebook struct {
	blocks  map[int][]int // a note's blocks
	known   map[int]bool  // notes that something refers to
	told    map[int]bool  // notes that are spoken
	waiting []int         // notes to be spoken at the end of the section
	passed  []int         // blocks of notes that were met where they stand
	inside  bool          // a note is being spoken
	number  int           // of the note that is announced before the next words; 0 for none
}

// takeNotes finds the notes and what refers to them.
func (b *builder) takeNotes() {
	n := &b.notes
	n.blocks, n.known, n.told = map[int][]int{}, map[int]bool{}, map[int]bool{}
	for i := range b.doc.Blocks {
		block := &b.doc.Blocks[i]
		if block.Note > 0 {
			n.blocks[block.Note] = append(n.blocks[block.Note], i)
		}
		for j := range block.Spans {
			if s := &block.Spans[j]; s.Kind == document.NoteRef && s.Note != block.Note {
				n.known[s.Note] = true
			}
		}
	}
}

// spokenNotes reports whether the policy has notes spoken.
func (b *builder) spokenNotes() bool {
	return b.policy.Footnotes == TreatInline || b.policy.Footnotes == TreatEnd
}

// noteBlock is a note's block where the document has it.
func (b *builder) noteBlock(i int) {
	block := &b.doc.Blocks[i]
	if !b.spokenNotes() {
		b.skip(block.Text, SkipNote, block.Pos())
		return
	}
	b.notes.passed = append(b.notes.passed, i)
	if !b.notes.known[block.Note] {
		b.wait(block.Note)
	}
}

// mention puts between utterances that they refer to a note.
func (b *builder) mention(said []Utterance, notes []refers) []Utterance {
	var out []Utterance
	at := 0
	for _, ref := range notes {
		out = append(out, said[at:ref.utterance+1]...)
		at = ref.utterance + 1
		last := &out[len(out)-1]
		if u, ok := b.announcement(phraseNote, ref.note, 0, document.Footnote, last.Pos); ok {
			u.After, last.After = last.After, last.Voice.Pauses.Sentence
			out = append(out, u)
		}
	}
	return append(out, said[at:]...)
}

// refer has a note spoken that an utterance refers to, if the policy wants it.
func (b *builder) refer(note int) {
	switch b.policy.Footnotes {
	case TreatInline:
		b.sayNote(note)
	case TreatEnd:
		b.wait(note)
	}
}

// wait has a note spoken at the end of the section.
func (b *builder) wait(note int) {
	n := &b.notes
	if len(n.blocks[note]) > 0 && !n.told[note] {
		n.told[note] = true
		n.waiting = append(n.waiting, note)
	}
}

// endSection speaks the notes that wait.
func (b *builder) endSection() {
	b.leaveAll()
	if len(b.notes.waiting) == 0 {
		return
	}
	b.items = nil
	parted := b.parted // a scene break before what comes after the notes
	b.parted, b.apart = false, true
	for len(b.notes.waiting) > 0 { // a note may refer to another one
		note := b.notes.waiting[0]
		b.notes.waiting = b.notes.waiting[1:]
		b.notes.told[note] = false
		b.sayNote(note)
	}
	b.parted = parted
}

// sayNote speaks a note, unless that has been done.
func (b *builder) sayNote(note int) {
	n := &b.notes
	if len(n.blocks[note]) == 0 || n.told[note] {
		return
	}
	n.told[note] = true
	inside, containers, scene, number := n.inside, b.containers, b.scene, n.number
	n.inside, b.containers, b.scene, n.number = true, nil, scenery{}, note
	for _, i := range n.blocks[note] {
		b.element(i)
	}
	b.leaveAll()
	n.inside, b.containers, b.scene, n.number = inside, containers, scene, number
}

// restOfNotes lists the notes that nothing spoken refers to.
func (b *builder) restOfNotes() {
	for _, i := range b.notes.passed {
		if block := &b.doc.Blocks[i]; !b.notes.told[block.Note] {
			b.skip(block.Text, SkipUnreferred, block.Pos())
		}
	}
}
