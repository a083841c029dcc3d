package script

import (
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/segment"
	"narrate/voices"
)

// piece is bytes [lo, hi) of a block, spoken by one voice in one go unless the
// engine cannot take that much.
type piece struct {
	lo, hi   int
	sentence int // counts the sentences of the block
	lang     string
	cast     *cast
	style    style
	parted   bool // a silence stands before it
}

// refers says that an utterance of a block, by its index, is followed by a note.
type refers struct{ utterance, note int }

// utterances gives what a reading says, each with the pause after it that is due
// inside the block, and the notes that it refers to.
func (b *builder) utterances(r *reading, sentences []segment.Span) (said []Utterance, notes []refers) {
	block := r.block
	at := cursor{block: block}
	set := settings{spans: block.Spans}
	said = make([]Utterance, 0, len(sentences))
	spans := make([]piece, 0, len(sentences)) // of said
	add := func(p piece, spoken string, edits []Edit, phonemes []Phonemes) {
		text, pos := block.Text[p.lo:p.hi], at.to(p.lo)
		jumps := at.jumps(p.hi)
		inside := set.in(p.lo, p.hi)
		if !hasSound(spoken) {
			b.skip(text, SkipSilent, pos)
			return
		}
		spans = append(spans, p)
		said = append(said, Utterance{
			Kind: block.Kind, Text: text, Spoken: spoken, Edits: edits, Phonemes: phonemes, Lang: p.lang,
			Voice: p.cast.voice, After: p.cast.voice.Pauses.Sentence, Pos: pos, Jumps: jumps,
			Spans: inside, Cells: cellsIn(block, p.lo, p.hi),
		})
	}
	for i, s := range sentences {
		pieces := b.pieces(r, s, i)
		for k, p := range pieces {
			n := len(said)
			spoken, edits, phonemes := r.speak(p.lo, p.hi, p.cast)
			if most := b.maxText(p.cast.voice); fits(spoken, most) {
				add(p, spoken, edits, phonemes)
			} else {
				b.divide(r, p, most, most, add)
			}
			for j := n; j < len(said)-1; j++ {
				said[j].After = atCut(&said[j])
			}
			if k+1 == len(pieces) || len(said) == n {
				continue
			}
			// A sentence goes on in another voice: in that of a foreign
			// phrase without a pause.
			said[len(said)-1].After = 0
			if p.style.voice != pieces[k+1].style.voice {
				said[len(said)-1].After = p.cast.voice.Pauses.Clause
			}
		}
	}
	if len(said) == 0 { // what stands in it goes on to what is said next
		for _, m := range r.marks {
			b.marks = append(b.marks, Mark{Name: m.Name})
		}
		for _, s := range r.silences {
			b.silence = max(b.silence, s.pause)
		}
		return nil, nil
	}
	last := &said[len(said)-1]
	last.After = trailing(block.Kind, &last.Voice.Pauses)
	for _, s := range r.silences {
		if i := sort.Search(len(spans), func(i int) bool { return spans[i].lo >= s.at }) - 1; i >= 0 {
			said[i].After = max(said[i].After, s.pause)
		} else {
			said[0].Before = max(said[0].Before, s.pause)
		}
	}
	for _, m := range r.marks {
		i := sort.Search(len(spans), func(i int) bool { return spans[i].hi > m.Text })
		if i == len(spans) {
			i--
		}
		m.Text = max(0, min(m.Text, spans[i].hi)-spans[i].lo)
		said[i].Marks = append(said[i].Marks, m)
	}
	for _, ref := range r.notes {
		if n := len(notes); n > 0 && spans[notes[n-1].utterance].hi >= ref.at {
			notes = append(notes, refers{notes[n-1].utterance, ref.note})
			continue
		}
		i := max(0, sort.Search(len(spans), func(i int) bool { return spans[i].lo >= ref.at })-1)
		for i+1 < len(spans) && spans[i+1].sentence == spans[i].sentence {
			i++
		}
		notes = append(notes, refers{i, ref.note})
	}
	return said, notes
}

// sentences gives the sentences of the reading's text.
func (r *reading) sentences() []segment.Span { return r.join(r.split(0, len(r.block.Text))) }

// split gives the sentences of bytes [lo, hi): those that the segmenter finds
// between the stops.
func (r *reading) split(lo, hi int) []segment.Span {
	text, lang := r.block.Text, r.style.lang
	if lo == 0 && hi == len(text) && len(r.stops) == 0 {
		return segment.Split(text, lang)
	}
	var out []segment.Span
	part := func(end int) {
		from := len(out)
		out = segment.Append(out, text[lo:end], lang)
		for i := range out[from:] {
			out[from+i].Lo += lo
			out[from+i].Hi += lo
		}
		lo = end
	}
	for i := sort.SearchInts(r.stops, lo+1); i < len(r.stops) && r.stops[i] < hi; i++ {
		if r.stops[i] > lo && !r.splits(r.stops[i]) {
			part(r.stops[i])
		}
	}
	part(hi)
	return out
}

// lines gives the lines of the reading's text as its sentences.
func (r *reading) lines() []segment.Span {
	var out []segment.Span
	lo := 0
	for line := range strings.Lines(r.block.Text) {
		trimmed := strings.TrimLeft(line, " \t\r\n")
		start := lo + len(line) - len(trimmed)
		trimmed = strings.TrimRight(trimmed, " \t\r\n")
		if trimmed != "" {
			out = append(out, segment.Span{Lo: start, Hi: start + len(trimmed)})
		}
		lo += len(line)
	}
	return out
}

// join puts sentences together whose boundary lies in a piece that is said as a
// whole.
func (r *reading) join(sentences []segment.Span) []segment.Span {
	if len(r.changes) == 0 || len(sentences) < 2 {
		return sentences
	}
	out := sentences[:1]
	for _, s := range sentences[1:] {
		if last := &out[len(out)-1]; r.splits(last.Hi) || r.splits(s.Lo) {
			last.Hi = s.Hi
		} else {
			out = append(out, s)
		}
	}
	return out
}

// pieces cuts a sentence, the n-th of the block, where the voice changes and
// where a silence stands.
func (b *builder) pieces(r *reading, s segment.Span, n int) []piece {
	if len(r.runs) == 0 && len(r.silences) == 0 {
		lang, c := b.styled(r.style, true, r.block)
		return []piece{{lo: s.Lo, hi: s.Hi, sentence: n, lang: lang, cast: c, style: r.style}}
	}
	runs := r.runs[sort.Search(len(r.runs), func(i int) bool { return r.runs[i].hi > s.Lo }):]
	runs = runs[:sort.Search(len(runs), func(i int) bool { return runs[i].lo >= s.Hi })]
	silences := r.silences[sort.Search(len(r.silences), func(i int) bool { return r.silences[i].at > s.Lo }):]
	silences = silences[:sort.Search(len(silences), func(i int) bool { return silences[i].at >= s.Hi })]
	if len(runs) == 0 {
		runs = []run{{s.Lo, s.Hi, r.style}}
	}
	// A sentence that is all in one foreign language is spoken in it.
	whole := !slices.ContainsFunc(runs, func(x run) bool {
		return x.style.lang != runs[0].style.lang && hasSound(r.block.Text[max(x.lo, s.Lo):min(x.hi, s.Hi)])
	})
	var out []piece
	parted := false
	cut := func(lo, hi int, st style) {
		lang, c := b.styled(st, whole, r.block)
		if k := len(out) - 1; k >= 0 && (out[k].cast == c && !parted || r.splits(lo)) {
			out[k].hi = hi
			return
		}
		out = append(out, piece{lo: lo, hi: hi, sentence: n, lang: lang, cast: c, style: st, parted: parted})
		parted = false
	}
	for _, x := range runs {
		lo, hi := max(x.lo, s.Lo), min(x.hi, s.Hi)
		for len(silences) > 0 && silences[0].at < hi {
			if silences[0].at > lo && !r.splits(silences[0].at) {
				cut(lo, silences[0].at, x.style)
				lo, parted = silences[0].at, true
			}
			silences = silences[1:]
		}
		cut(lo, hi, x.style)
	}
	r.gather(out)
	return trimmed(r.block.Text, out)
}

// gather moves the marks that stand at a change of voice to the words that they
// touch: “Le Monde” takes its quotation marks along.
func (r *reading) gather(pieces []piece) {
	text := r.block.Text
	mark := func(c rune) bool {
		return !unicode.IsSpace(c) && !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c)
	}
	for k := 1; k < len(pieces); k++ {
		p, q := &pieces[k-1], &pieces[k]
		if q.parted {
			continue
		}
		at := q.lo
		rest := strings.TrimLeftFunc(text[q.lo:q.hi], mark)
		head := strings.TrimRightFunc(text[p.lo:p.hi], mark)
		if next, _ := utf8.DecodeRuneInString(rest); rest == "" || unicode.IsSpace(next) {
			at = q.hi - len(rest)
		} else if last, _ := utf8.DecodeLastRuneInString(head); head == "" || unicode.IsSpace(last) {
			at = p.lo + len(head)
		}
		if !r.splits(at) {
			p.hi, q.lo = at, at
		}
	}
}

// trimmed takes the white space from the ends of pieces, and gives those without
// a letter or a digit to their neighbours.
func trimmed(text string, pieces []piece) []piece {
	out := pieces[:0]
	lead := -1 // where a silent piece at the beginning lies
	for _, p := range pieces {
		body := text[p.lo:p.hi]
		p.lo += len(body) - len(strings.TrimLeft(body, " \u00a0"))
		p.hi = p.lo + len(strings.TrimRight(text[p.lo:max(p.lo, p.hi)], " \u00a0"))
		switch {
		case p.lo >= p.hi:
			continue
		case hasSound(text[p.lo:p.hi]):
			if lead >= 0 {
				p.lo, lead = lead, -1
			}
			out = append(out, p)
		case len(out) > 0:
			out[len(out)-1].hi = p.hi
		case lead < 0:
			lead = p.lo
		}
		if len(out) == 0 && lead >= 0 && p.hi == pieces[len(pieces)-1].hi {
			p.lo = lead
			return append(out, p)
		}
	}
	return out
}

// speak gives the spoken form of bytes [lo, hi) of a reading.
func (r *reading) speak(lo, hi int, c *cast) (string, []Edit, []Phonemes) {
	text := r.block.Text[lo:hi]
	i := sort.Search(len(r.changes), func(i int) bool { return r.changes[i].hi >= lo })
	var rs []replacement
	var kept []protected
	grown := 0
	for ; i < len(r.changes) && r.changes[i].lo <= hi; i++ {
		x := &r.changes[i]
		if !x.in(lo, hi) {
			continue
		}
		p := protected{lo: x.lo - lo + grown, hi: x.hi - lo + grown, sounds: sounds{ipa: x.ipa}}
		if x.ipa == "" {
			rs = append(rs, replacement{lo: x.lo - lo, hi: x.hi - lo, with: x.with})
			p.hi = p.lo + len(x.with)
			grown += len(x.with) - (x.hi - x.lo)
		}
		if x.fixed {
			kept = append(kept, p)
		}
	}
	if len(rs) == 0 && len(kept) == 0 {
		return say(text, c.stages)
	}
	spoken, edits := replace(text, rs)
	return sayOn(spoken, edits, kept, c.stages)
}

// touches reports whether a replacement would change a protected piece.
func touches(x replacement, kept []protected) bool {
	i := sort.Search(len(kept), func(i int) bool { return kept[i].hi > x.lo })
	return i < len(kept) && kept[i].lo < x.hi
}

// moved gives where byte off of a text lies after the edits: one inside an edit
// goes to its end if end is set, else to its start.
func moved(edits []Edit, off int, end bool) int {
	i := sort.Search(len(edits), func(i int) bool { return edits[i].TextHi > off || end && edits[i].TextHi == off }) - 1
	if next := i + 1; next < len(edits) && edits[next].TextLo < off {
		if end {
			return edits[next].SpokenHi
		}
		return edits[next].SpokenLo
	}
	if i < 0 {
		return off
	}
	return off + edits[i].SpokenHi - edits[i].TextHi
}

// maxText is the most code points that the voice's engine takes at once; 0 is no
// limit.
func (b *builder) maxText(v *voices.Voice) int {
	if b.opts.MaxText == nil {
		return 0
	}
	return b.opts.MaxText(v)
}

// fits reports whether an engine that takes so much takes the spoken text at
// once.
func fits(spoken string, most int) bool {
	return most <= 0 || len(spoken) <= most || utf8.RuneCountInString(spoken) <= most
}

// atCut is the pause after a part of a sentence that was divided for its
// length: that of a clause where a mark ends one, and none where the voice would
// have gone on.
func atCut(u *Utterance) time.Duration {
	if last, _ := utf8.DecodeLastRuneInString(u.Text); unicode.IsPunct(last) {
		return u.Voice.Pauses.Clause
	}
	return 0
}

// divide cuts a piece into parts of at most limit code points, and a part that
// grows longer than the engine takes by being spoken into smaller ones. A word
// whose pronunciation alone is too long stays whole, for the engine to refuse by
// name. What markup has said instead of a piece of text holds only if no cut
// goes through it.
func (b *builder) divide(r *reading, whole piece, limit, most int, add func(piece, string, []Edit, []Phonemes)) {
	text := r.block.Text[whole.lo:whole.hi]
	for _, s := range segment.Divide(text, r.style.lang, limit) {
		p := whole
		p.lo, p.hi = whole.lo+s.Lo, whole.lo+s.Hi
		spoken, edits, phonemes := r.speak(p.lo, p.hi, p.cast)
		single := slices.ContainsFunc(edits, func(e Edit) bool { return !fits(spoken[e.SpokenLo:e.SpokenHi], most) })
		if fits(spoken, most) || single || limit == 1 {
			add(p, spoken, edits, phonemes)
			continue
		}
		// Aim a tenth below the proportional length, so that few rounds do.
		length := utf8.RuneCountInString(text[s.Lo:s.Hi])
		proportional := length * most / utf8.RuneCountInString(spoken)
		b.divide(r, p, max(1, min(limit-1, proportional*9/10)), most, add)
	}
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

// jumps are those of the text from where the cursor is to byte hi.
func (c *cursor) jumps(hi int) []Jump {
	var out []Jump
	for _, a := range c.block.Anchors[c.anchor:] {
		if a.Text >= hi {
			break
		}
		out = append(out, Jump{a.Text - c.off, a.Pos.Offset})
	}
	return out
}
