package epub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"narrate/internal/archive"
	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/plain"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// keeper adds overlays and sound to a book.
type keeper struct {
	*original
	edition output.Edition
	words   bool
	audio   output.Info
	texts   map[string]*text // that are spoken, by member
	heard   [][]*heard       // by chapter and cue; nil for what is in no text
	sounds  []audio.Member   // by chapter; without a name where nothing is heard
}

// text is a content document that is spoken.
type text struct {
	cues    [][2]int // chapter and cue
	overlay *overlay
}

// heard is what is highlighted while a cue is heard.
type heard struct {
	member string
	id     string
	around []seq
	words  []timeline.Word
	ids    []string // of the words
}

// errOther is for a book that is not the one of the timeline.
var errOther = errors.New("the book is not the one that was narrated, or has changed since: its sentences are not where they were")

// into writes the original with what is heard.
func (f Format) into(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if err := audio.Check(e); err != nil {
		return err
	}
	o, err := openOriginal(e.Original)
	if err != nil {
		return fmt.Errorf("the book itself %w", err)
	}
	k := &keeper{original: o, edition: e, words: byWord(&e), audio: f.Audio.Info(), texts: map[string]*text{}}
	z := archive.NewWriter(dst)
	if err := mimetype(z); err != nil {
		return err
	}
	k.sort()
	if err := k.copy(ctx, z); err != nil {
		return err
	}
	if err := k.overlays(); err != nil {
		return err
	}
	var spoken []string
	for _, name := range k.original.texts {
		t := k.texts[name]
		if t == nil || t.overlay == nil {
			continue
		}
		spoken = append(spoken, name)
		if err := z.Text(k.smil(len(spoken)), t.overlay.close()); err != nil {
			return err
		}
	}
	k.describe(spoken)
	if k.style != nil {
		if err := z.Text(k.added+styleName, k.style); err != nil {
			return err
		}
	}
	if err := z.Text(k.name, k.pkg.bytes()); err != nil {
		return err
	}
	return finish(ctx, z, dst, f.Audio, e, slices.DeleteFunc(k.sounds, func(m audio.Member) bool { return m.Name == "" }))
}

// smil is the member that is the n-th overlay.
func (k *keeper) smil(n int) string { return fmt.Sprintf("%s%03d.smil", k.added, n) }

// sort finds which document each cue is from, and names the sound.
func (k *keeper) sort() {
	t := k.edition.Timeline
	digits := max(3, len(strconv.Itoa(len(t.Chapters))))
	k.heard = make([][]*heard, len(t.Chapters))
	k.sounds = make([]audio.Member, len(t.Chapters))
	for i := range t.Chapters {
		c := &t.Chapters[i]
		k.heard[i] = make([]*heard, len(c.Cues))
		if t.Rate.Milliseconds(c.Span.Frames()) > 0 {
			k.sounds[i] = audio.Member{Name: fmt.Sprintf("%s%0*d.%s", k.added, digits, i+1, k.audio.Suffix), Title: c.Title, Span: c.Span}
		}
		for n := range c.Cues {
			name, ok := strings.CutPrefix(c.Cues[n].Utterance.Pos.File, t.Source+"/")
			if _, is := k.items[name]; !ok || !is {
				continue
			}
			if k.texts[name] == nil {
				k.texts[name] = &text{}
			}
			k.texts[name].cues = append(k.texts[name].cues, [2]int{i, n})
		}
	}
}

// copy writes what the book has: the documents that are spoken with the ids of
// their sentences, all else but the package document as it is.
func (k *keeper) copy(ctx context.Context, z *archive.Writer) error {
	from, found := 0, 0
	for _, name := range k.archive.Names() {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		switch name {
		case mimetypeName, k.name, signaturesName:
			continue
		}
		if t := k.texts[name]; t != nil {
			data, n, err := k.speak(name, t)
			if err != nil {
				return err
			}
			from += len(t.cues)
			found += n
			if n > 0 {
				if err := z.Text(name, data); err != nil {
					return err
				}
				continue
			}
		}
		if err := z.Copy(k.archive, name); err != nil {
			return err
		}
	}
	if found*2 <= from { // a few are announcements, which no book holds
		return errOther
	}
	return nil
}

// speak gives a document with the ids that its overlay points to, and how many
// of its cues were found in it.
func (k *keeper) speak(name string, t *text) (data []byte, found int, err error) {
	m, err := k.markup(name)
	if err != nil {
		return nil, 0, fmt.Errorf("the book itself %w", err)
	}
	pieces := make([][]piece, len(t.cues))
	var all claims
	for i, at := range t.cues {
		pieces[i] = m.find(k.cue(at).Utterance)
		for _, r := range pieces[i] {
			all = append(all, claim{r.from, r.to, i})
		}
	}
	all = all.apart()
	var places []place
	for i := range t.cues {
		if from, to, ok := extent(pieces[i], 0, len(k.cue(t.cues[i]).Utterance.Text)); ok && all.has(from, to, i) {
			if p, ok := all.choose(m, from, to, i); ok {
				places = append(places, p)
			}
		}
	}
	ids := newNames(m)
	for _, p := range all.settle(m, places) {
		at := t.cues[p.owner]
		h := &heard{member: name}
		if p.wrap {
			h.id = ids.prefix + sentenceID(p.owner)
			m.put(&p, h.id)
		} else {
			h.id = ids.of(p.node)
		}
		h.around = ids.around(p.node, k.cue(at).Utterance)
		if k.words {
			k.nameWords(m, h, k.cue(at), pieces[p.owner], all, &p, ids.prefix+sentenceID(p.owner)+"w")
		}
		k.heard[at[0]][at[1]] = h
		found++
	}
	if head := m.first("head"); k.style != nil && found > 0 && head >= 0 && m.hasEndTag(head) {
		m.addInto(head, "<"+m.like(head, "link")+` rel="stylesheet" type="text/css" href="`+escape(relative(name, k.added+styleName))+`"/>`)
	}
	return m.bytes(), found, nil
}

func (k *keeper) cue(at [2]int) *timeline.Cue { return &k.edition.Timeline.Chapters[at[0]].Cues[at[1]] }

// nameWords puts <span>s around the words of a cue, which is heard in that place.
// A word that no single one can go around is heard with the one before it.
func (k *keeper) nameWords(m *markup, h *heard, cue *timeline.Cue, pieces []piece, all claims, in *place, prefix string) {
	said := words(cue)
	var own claims
	for i, w := range said {
		if from, to, ok := extent(pieces, w.Lo, w.Hi); ok {
			own = append(own, claim{from, to, i})
		}
	}
	own = own.apart()
	for _, c := range own {
		p, ok := own.word(m, c, all, in)
		if !ok {
			continue
		}
		id := prefix + strconv.Itoa(len(h.ids)+1)
		m.putWord(&p, id)
		h.words = append(h.words, said[c.owner])
		h.ids = append(h.ids, id)
	}
}

// opsSpace is the namespace of epub:type.
const opsSpace = "http://www.idpf.org/2007/ops"

// kinds are what a listener may skip or leave (EPUB 3.3, sections 9.4 and 9.5),
// by epub:type or role, and by element.
var (
	kindsByType = map[string]string{"footnote": "footnote", "endnote": "endnote", "rearnote": "endnote", "sidebar": "sidebar"}
	kindsByName = map[string]string{
		"table": "table", "tr": "table-row", "ul": "list", "ol": "list", "dl": "list", "li": "list-item", "figure": "figure", "aside": "sidebar",
	}
)

func kindOf(n *node) string {
	for _, is := range strings.Fields(strings.ToLower(n.attr(opsSpace, "type") + " " + n.attr("", "role"))) {
		if kind := kindsByType[strings.TrimPrefix(is, "doc-")]; kind != "" {
			return kind
		}
	}
	return kindsByName[n.name]
}

// around are the parts of the document around n, or n itself, that a listener may
// skip or leave, from the outside in.
func (s *names) around(n int, u *script.Utterance) []seq {
	m := s.m
	var out []seq
	note := u.Kind == document.Footnote
	block := -1 // the innermost
	for at := n; at >= 0; at = m.nodes[at].parent {
		if block < 0 && !phrasing[m.nodes[at].name] {
			block = at
		}
		kind := kindOf(&m.nodes[at])
		note = note && kind != "footnote" && kind != "endnote"
		if kind != "" && m.canBeNamed(at) {
			out = append(out, seq{id: s.of(at), kind: kind})
		}
	}
	slices.Reverse(out)
	if note && block >= 0 && m.canBeNamed(block) {
		id := s.of(block)
		if k := len(out) - 1; k >= 0 && out[k].id == id {
			out[k].kind = "footnote"
		} else {
			out = append(out, seq{id: id, kind: "footnote"})
		}
	}
	return out
}

// stretch is a part of a chapter's sound with what is highlighted meanwhile.
type stretch struct {
	*heard
	chapter    int
	begin, end int64 // ms of the chapter's sound
	words      bool
}

// overlays writes the overlays, in the order of the sound.
func (k *keeper) overlays() error {
	list := k.stretches()
	rate := k.edition.Timeline.Rate
	for i := 0; i < len(list); i++ {
		s := list[i]
		if s.heard == nil {
			return errOther
		}
		// Sentences that share an element are one stretch.
		for next := i + 1; next < len(list) && !s.words; next++ {
			n := &list[next]
			if n.heard == nil || n.member != s.member || n.id != s.id || n.chapter != s.chapter || n.begin != s.end || n.words {
				break
			}
			s.end, i = n.end, next
		}
		if s.end <= s.begin {
			continue
		}
		t := k.texts[s.member]
		if t.overlay == nil {
			t.overlay = newOverlay(relative(k.smil(1), s.member), "", "")
		}
		o := t.overlay
		o.sound = relative(k.smil(1), k.sounds[s.chapter].Name)
		o.enter(s.around)
		if !s.words {
			o.par(s.id, s.begin, s.end)
			continue
		}
		o.begin(s.id, "")
		begin := s.begin
		for w, end := range endsOfWords(rate, k.sounds[s.chapter].Span, s.heard.words, s.begin, s.end) {
			o.par(s.ids[w], begin, end)
			begin = end
		}
		o.end()
	}
	return nil
}

// stretches divides all sound among what is highlighted. What is heard of no
// text, such as an announcement, goes to the sentence after it, or else before.
func (k *keeper) stretches() []stretch {
	t := k.edition.Timeline
	var list []stretch
	for i := range t.Chapters {
		c := &t.Chapters[i]
		if k.sounds[i].Name == "" {
			continue
		}
		until := ends(t.Rate, c.Span, c.Cues)
		first, begin := len(list), int64(0)
		for n := range c.Cues {
			if h := k.heard[i][n]; h != nil {
				list = append(list, stretch{h, i, begin, until[n], len(h.ids) > 0})
				begin = until[n]
			}
		}
		switch last := until[len(until)-1]; {
		case begin == last:
		case len(list) > first:
			list[len(list)-1].end = last
		default:
			list = append(list, stretch{chapter: i, end: last})
		}
	}
	for i := len(list) - 2; i >= 0; i-- {
		if list[i].heard == nil {
			list[i].heard = list[i+1].heard
		}
	}
	for i := 1; i < len(list); i++ {
		if list[i].heard == nil {
			list[i].heard = list[i-1].heard
		}
	}
	return list
}

// describe adds to the package document what was added to the book.
func (k *keeper) describe(spoken []string) {
	p := k.pkg
	metadata, manifest := p.first("metadata"), p.first("manifest")
	meta, item := p.like(metadata, "meta"), p.like(manifest, "item")
	prefix := newNames(p).prefix
	var items, metas strings.Builder
	file := func(id, name, mediaType string) {
		fmt.Fprintf(&items, "\n    <%s id=\"%s%s\" href=\"%s\" media-type=\"%s\"/>", item, prefix, id, escape(relative(k.name, name)), mediaType)
	}
	property := func(refines, name, value string) {
		if refines != "" {
			refines = ` refines="#` + refines + `"`
		}
		fmt.Fprintf(&metas, "\n    <%s%s property=\"%s\">%s</%s>", meta, refines, name, escape(value), meta)
	}
	if k.style != nil {
		file("style", k.added+styleName, "text/css")
	}
	total := int64(0)
	for i, name := range spoken {
		id, o := "overlay-"+strconv.Itoa(i+1), k.texts[name].overlay
		p.addAttribute(k.items[name], "media-overlay", prefix+id)
		file(id, k.smil(i+1), smilType)
		property(prefix+id, "media:duration", clock(o.lasts))
		total += o.lasts
	}
	for i := range k.sounds {
		if name := k.sounds[i].Name; name != "" {
			file("audio-"+strconv.Itoa(i+1), name, k.audio.MediaType)
		}
	}
	property("", "media:duration", clock(total))
	if k.class == "" {
		property("", activeProperty, activeClass)
	}
	if narrator := plain.Line(k.edition.Metadata.Narrator); narrator != "" {
		property("", "media:narrator", narrator)
	}
	k.accessible(metadata, property)
	p.addInto(metadata, metas.String())
	p.addInto(manifest, items.String())
}

// accessible adds what overlays give to those who need them (EPUB Accessibility
// 1.1, section 2.2), as far as the book does not say it yet.
func (k *keeper) accessible(metadata int, property func(refines, name, value string)) {
	said := map[[2]string]bool{}
	for _, n := range k.pkg.all(metadata, "meta") {
		if name := k.pkg.nodes[n].attr("", "property"); k.pkg.nodes[n].attr("", "refines") == "" {
			said[[2]string{name, strings.Join(strings.Fields(k.pkg.inner(n)), "")}] = true
			said[[2]string{name}] = true
		}
	}
	for _, m := range [][2]string{
		{"schema:accessMode", "auditory"},
		{"schema:accessModeSufficient", "textual,auditory"},
		{"schema:accessibilityFeature", "synchronizedAudioText"},
	} {
		if !said[m] {
			property("", m[0], m[1])
		}
	}
	if !said[[2]string{"schema:accessMode"}] {
		property("", "schema:accessMode", "textual")
	}
}
