package script

import (
	"cmp"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/script/normal"
)

// reading is a block made ready to be spoken: by whom, and what of it is said
// differently.
type reading struct {
	block    *document.Block
	style    style
	changes  []change // ascending, not overlapping
	runs     []run    // nil: all of it in style
	stops    []int    // where a sentence ends whatever the text says
	silences []silence
	notes    []noteRef
	marks    []Mark
}

// change says that bytes [lo, hi) of a block's text are spoken as with, or, if
// it is a pronunciation, in that way.
type change struct {
	lo, hi int
	with   string
	ipa    string
	fixed  bool // lexicon and normalisation leave it alone
	side   side // of an insertion, whose lo is hi
}

// side says which text an insertion goes with.
type side int

const (
	after  side = iota // the text before it
	before             // the text behind it
	inner              // both: it is left out where an utterance ends there
)

// in reports whether the change belongs to an utterance of bytes [lo, hi).
func (c *change) in(lo, hi int) bool {
	switch {
	case c.lo < c.hi:
		return lo <= c.lo && c.hi <= hi
	case c.side == after:
		return lo < c.lo && c.lo <= hi
	case c.side == before:
		return lo <= c.lo && c.lo < hi
	}
	return lo < c.lo && c.lo < hi
}

// silence is a pause that the markup asks for at a place of the text.
type silence struct {
	at    int
	pause time.Duration
}

// noteRef is a place that refers to a note.
type noteRef struct{ at, note int }

// cutting is bytes [lo, hi) of a block that are neither shown nor spoken.
type cutting struct {
	lo, hi int
	reason string
}

// maxSilence bounds a pause that markup asks for.
const maxSilence = time.Minute

// maxExpansion bounds, in bytes, what markup has said instead of a piece of
// text, and the abbreviations and the like that it stands for.
const maxExpansion = 1000

// read makes a block ready: lead, where it is not "", is said before it.
func (b *builder) read(block *document.Block, kind phraseKind, n int) *reading {
	who, cuts, label := b.cue(block)
	if who == nil {
		who = b.ownVoice(block)
	}
	block = b.cut(block, append(cuts, b.undescribed(block)...))
	lang := b.language(block)
	r := &reading{block: block, style: style{lang: lang, outer: lang, voice: who, factors: [3]float64{1, 1, 1}}}
	if block.Text == "" {
		return r
	}
	if kind != noPhrase {
		if text, ok := phrase(lang, kind, n, 0); ok {
			r.changes = append(r.changes, change{with: text, fixed: true, side: before})
		}
	}
	if label > 0 {
		r.changes = append(r.changes, change{hi: label, fixed: true})
	}
	if block.Kind == document.Heading && !(len(block.Spans) > 0 && block.Spans[0].Kind == document.Generated) {
		switch said, hi := b.numbering.of(block.Text, lang); {
		case hi == len(block.Text) && hi > 0:
			r.changes = append(r.changes, change{hi: hi, with: said, fixed: true})
		case hi > 0:
			r.number(said, hi)
		}
	}
	if len(block.Spans) > 0 {
		r.runs = b.runs(block, r.style)
		for i := range block.Spans {
			b.span(r, &block.Spans[i])
		}
	}
	r.settle()
	return r
}

// noPhrase is the phraseKind of a block that nothing is said before.
const noPhrase phraseKind = -1

// span notes what a span means for the reading.
func (b *builder) span(r *reading, s *document.Span) {
	text := r.block.Text[s.Lo:s.Hi]
	instead := func(with string, ok bool) {
		if ok && hasSound(with) && len(with) <= maxExpansion && utf8.ValidString(with) {
			r.changes = append(r.changes, change{lo: s.Lo, hi: s.Hi, with: with, fixed: true})
		}
	}
	switch long := len(text) > maxExpansion; s.Kind {
	case document.Instead:
		instead(s.Value, true)
	case document.Abbr:
		instead(s.Value, !long && expands(text))
	case document.SayAs:
		if long {
			return
		}
		instead(normal.SayAs(text, s.Value, s.Format, r.style.lang))
	case document.Phonemes:
		if !long && hasSound(text) && s.Value != "" && len(s.Value) <= maxExpansion && utf8.ValidString(s.Value) {
			r.changes = append(r.changes, change{lo: s.Lo, hi: s.Hi, ipa: s.Value, fixed: true})
		}
	case document.Generated:
		if s.Lo == 0 && r.block.Kind != document.Table {
			r.number(strings.Trim(text, " .()[]\u00a0"), s.Hi)
		}
	case document.AltText:
		if b.policy.Images == TreatAnnounce {
			if said, ok := phrase(r.style.lang, phraseImage, 0, 0); ok {
				r.changes = append(r.changes, change{lo: s.Lo, hi: s.Lo, with: said, fixed: true, side: before})
			}
		}
	case document.Link:
		b.link(r, s)
	case document.LineBreak:
		r.insert(s.Lo, "", inner)
	case document.SentenceEnd:
		r.stops = append(r.stops, s.Lo)
	case document.Silence:
		pause := s.Pause
		if pause > maxSilence {
			b.warn("%s: a pause of %v is asked for; it is %v long", r.block.PosAt(s.Lo), pause, maxSilence)
			pause = maxSilence
		}
		if pause > 0 {
			r.silences = append(r.silences, silence{s.Lo, pause})
		}
	case document.NoteRef:
		r.notes = append(r.notes, noteRef{s.Lo, s.Note})
	case document.Mark:
		r.marks = append(r.marks, Mark{Name: s.Value, Text: s.Lo})
	}
}

// expands reports whether an abbreviation is said by its expansion: one with a
// small letter or a stop ("bzw.", "z. B."). Initials in capitals are known as
// they are.
func expands(text string) bool {
	return strings.ContainsFunc(text, unicode.IsLower) || strings.Contains(strings.TrimSpace(text), ".")
}

// number has the number in front of a list item or a heading, which reaches to
// byte hi, said as a clause of its own: "1. Boil" as "1, Boil". An engine takes
// the stop for the end of a sentence, or for an ordinal's.
func (r *reading) number(said string, hi int) {
	text := r.block.Text
	for hi < len(text) && text[hi] == ' ' {
		hi++
	}
	if !hasSound(said) || !hasSound(text[hi:]) {
		return
	}
	r.changes = append(r.changes, change{hi: hi, with: said + ", ", fixed: true})
}

// insert has words said behind byte at, as a clause between commas; no words
// are a comma alone. Sentence stops and closing marks before it stay behind it. It
// reports whether there was a place for it.
func (r *reading) insert(at int, words string, s side) bool {
	text := r.block.Text
	for at > 0 {
		last, n := utf8.DecodeLastRuneInString(text[:at])
		if unicode.IsSpace(last) {
			at -= n
			continue
		}
		stop := strings.ContainsRune(".!?…,;:。！？，；：、–—", last)
		if words == "" && stop {
			return false
		}
		if words == "" || !stop && !unicode.In(last, unicode.Pe, unicode.Pf) && last != '"' {
			break
		}
		at -= n
	}
	if at == 0 {
		return false
	}
	next := strings.TrimLeft(text[at:], " \u00a0")
	first, _ := utf8.DecodeRuneInString(next)
	switch {
	case words == "":
		if next == "" || unicode.In(first, unicode.Pd, unicode.Po, unicode.Pe, unicode.Pf) && first != '"' && first != '\'' && first != '¿' && first != '¡' {
			return false
		}
		words = ","
	case unicode.IsLetter(first) || unicode.IsNumber(first):
		words = ", " + words + ","
	default:
		words = ", " + words
	}
	r.changes = append(r.changes, change{lo: at, hi: at, with: words, fixed: true, side: s})
	return true
}

// link says a link or its address, or lists the address.
func (b *builder) link(r *reading, s *document.Span) {
	text, address := r.block.Text[s.Lo:s.Hi], s.Value
	if address == "" || sameAddress(text, address) {
		return // said already
	}
	if b.policy.Links == TreatRead {
		if words := spokenAddress(address, r.style.lang); words != "" {
			if lead, ok := phrase(r.style.lang, phraseAddress, 0, 0); ok {
				words = lead + words
			}
			if r.insert(s.Hi, words, after) {
				return
			}
		}
	}
	if !b.addresses[address] {
		b.addresses[address] = true
		b.skip(plain(address), SkipLink, r.block.PosAt(s.Lo))
	}
	if b.policy.Links == TreatAnnounce {
		if word, ok := phrase(r.style.lang, phraseLink, 0, 0); ok {
			r.insert(s.Hi, word, after)
		}
	}
}

// sameAddress reports whether a link's text is its address.
func sameAddress(text, address string) bool {
	if len(text) > 2*len(address)+100 {
		return false
	}
	bare := func(s string) string {
		s = strings.ToLower(plain(s))
		for _, prefix := range []string{"mailto:", "tel:", "https://", "http://", "www."} {
			s = strings.TrimPrefix(s, prefix)
		}
		return strings.TrimRight(s, "/")
	}
	return bare(text) == bare(address)
}

// spokenAddress gives an address in words, by its host alone; "" for one that
// names no host and no mailbox.
func spokenAddress(address, lang string) string {
	u, err := url.Parse(address)
	short := ""
	switch {
	case err != nil:
		return ""
	case u.Host != "":
		short = strings.TrimPrefix(u.Hostname(), "www.")
	case u.Scheme == "mailto" || u.Scheme == "tel":
		short, _, _ = strings.Cut(u.Opaque, "?")
	}
	words, _, _ := say(short, []stage{clean, composed, normalized(lang)})
	if !hasSound(words) || len(words) > maxExpansion {
		return ""
	}
	return words
}

// settle sorts the changes and resolves those that meet: of two pieces the outer
// is said, and what is inserted into a piece comes behind it. Stops and silences
// in a piece are behind it too.
func (r *reading) settle() {
	slices.SortStableFunc(r.changes, func(x, y change) int {
		if x.lo != y.lo {
			return cmp.Compare(x.lo, y.lo)
		}
		if (x.lo == x.hi) != (y.lo == y.hi) { // insertions first
			return cmp.Compare(x.hi-x.lo, y.hi-y.lo)
		}
		if x.lo == x.hi {
			return cmp.Compare(x.rank(), y.rank())
		}
		return cmp.Compare(y.hi, x.hi)
	})
	kept := r.changes[:0]
	end := 0
	for _, c := range r.changes {
		switch {
		case c.lo < c.hi && c.lo < end:
			continue
		case c.lo < end:
			c.lo, c.hi = end, end
		}
		end = max(end, c.hi)
		kept = append(kept, c)
	}
	r.changes = kept
	slices.Sort(r.stops)
}

// rank orders insertions at one place: those of the text before it first.
func (c *change) rank() int {
	if c.side == before {
		return 1
	}
	return 0
}

// splits reports whether a cut at byte at would go through a change.
func (r *reading) splits(at int) bool {
	i := sort.Search(len(r.changes), func(i int) bool { return r.changes[i].hi > at })
	return i < len(r.changes) && r.changes[i].lo < at
}

// cut gives a block without some pieces of its text, and lists them.
func (b *builder) cut(block *document.Block, cuts []cutting) *document.Block {
	at := 0
	for _, c := range ordered(cuts) {
		if c.lo >= at {
			b.skip(strings.TrimSpace(block.Text[c.lo:c.hi]), c.reason, block.PosAt(c.lo))
			at = c.hi
		}
	}
	return without(block, cuts)
}

func ordered(cuts []cutting) []cutting {
	slices.SortStableFunc(cuts, func(x, y cutting) int { return cmp.Compare(x.lo, y.lo) })
	return cuts
}

// without gives a block without some pieces of its text, of those that overlap
// the first. The blanks that would be left double go too.
func without(block *document.Block, cuts []cutting) *document.Block {
	if len(cuts) == 0 {
		return block
	}
	text := block.Text
	places := cursor{block: block}
	out := *block
	out.Anchors, out.Spans, out.Cells = nil, nil, nil
	var buf strings.Builder
	type moved struct{ from, to, at int } // bytes [from, to) of text begin at byte at of the new one
	var kept []moved
	take := func(from, to int) {
		for from < to && (buf.Len() == 0 || strings.HasSuffix(buf.String()[max(0, buf.Len()-1):], " ")) && text[from] == ' ' {
			from++
		}
		if from >= to {
			return
		}
		out.Anchors = append(out.Anchors, document.Anchor{Text: buf.Len(), Pos: places.to(from)})
		for i := sort.Search(len(block.Anchors), func(i int) bool { return block.Anchors[i].Text > from }); i < len(block.Anchors) && block.Anchors[i].Text < to; i++ {
			a := block.Anchors[i]
			a.Text += buf.Len() - from
			out.Anchors = append(out.Anchors, a)
		}
		kept = append(kept, moved{from, to, buf.Len()})
		buf.WriteString(text[from:to])
	}
	at := 0
	for _, c := range ordered(cuts) {
		if c.lo >= at {
			take(at, c.lo)
			at = c.hi
		}
	}
	take(at, len(text))
	out.Text = strings.TrimRight(buf.String(), " ")
	shift := func(off int) int {
		i := sort.Search(len(kept), func(i int) bool { return kept[i].to >= off })
		if i == len(kept) {
			return len(out.Text)
		}
		return min(len(out.Text), kept[i].at+max(0, off-kept[i].from))
	}
	for _, s := range block.Spans {
		s.Lo, s.Hi = shift(s.Lo), shift(s.Hi)
		if s.Kind.IsPoint() || s.Lo < s.Hi {
			out.Spans = append(out.Spans, s)
		}
	}
	for _, c := range block.Cells {
		if c.Lo, c.Hi = shift(c.Lo), shift(c.Hi); c.Lo < c.Hi {
			out.Cells = append(out.Cells, c)
		}
	}
	return &out
}
