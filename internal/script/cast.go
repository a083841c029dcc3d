package script

import (
	"slices"
	"strings"
	"unicode"

	"narrate/internal/document"
	"narrate/voices"
)

// cast is a voice made ready to speak a language.
type cast struct {
	voice  *voices.Voice
	stages []stage
}

// formStages is how many of a cast's stages bring text into shape; those after
// them put other words in.
const formStages = 2

// role is a voice and the language that it is to speak.
type role struct {
	voice *voices.Voice
	lang  string
}

// delivery is a voice and how far its prosody is from its own.
type delivery struct {
	voice               *voices.Voice
	rate, pitch, volume float64
}

// What markup may make of a voice's prosody. Each lies inside of what
// voices.Voice has and what the engines do at their normal, for one that
// refuses would refuse the whole article.
const (
	minRate, maxRate     = 0.5, 2.5
	minPitch, maxPitch   = 0, 1.9
	minVolume, maxVolume = 0.1, 2
)

// ready gives the voice made ready for the language.
func (b *builder) ready(voice *voices.Voice, lang string) *cast {
	key := role{voice, lang}
	if c, ok := b.casts[key]; ok {
		return c
	}
	words := b.lexicon(voice, lang)
	c := &cast{voice: voice, stages: []stage{clean, composed}}
	if b.policy.Emoji == TreatSkip {
		c.stages = append(c.stages, withoutEmoji)
	}
	if words != nil {
		c.stages = append(c.stages, words.find)
	}
	if voice.Normalize {
		// After the lexicon, whose entries are the author's own word.
		c.stages = append(c.stages, normalized(lang))
	}
	b.casts[key] = c
	return c
}

// lexicon gives what a voice that speaks the language is to say differently: by
// the article's lexicons, then by its own.
func (b *builder) lexicon(voice *voices.Voice, lang string) *lexicon {
	if own := b.delivered[voice]; own != nil {
		voice = own
	}
	if voice.Language != "" {
		lang = voice.Language
	}
	key := role{voice, lang}
	if words, ok := b.lexicons[key]; ok {
		return words
	}
	var lists [][]voices.Entry
	for _, l := range b.opts.Lexicons {
		if l.For(lang) {
			lists = append(lists, l.Entries)
			b.warnLexicon(l)
		}
	}
	lists = append(lists, voice.Lexicon)
	for _, l := range voice.Lexicons {
		lists = append(lists, l.Entries)
		b.warnLexicon(l)
	}
	words := compile(func(s sounds, respelled bool) sounds { return b.judge(voice, s, respelled) }, lists...)
	b.lexicons[key] = words
	return words
}

func (b *builder) warnLexicon(l *voices.Lexicon) {
	for _, w := range l.Warnings {
		b.warnOnce("lexicon "+w, "%s", w)
	}
}

// judge says what of the sounds of a lexicon's entry the voice, and everyone who
// may speak in its place, is told: the phonemes of their engines that those have,
// and the IPA. Of an entry with a respelling too, it is nothing where one of them
// can say neither.
func (b *builder) judge(voice *voices.Voice, s sounds, respelled bool) sounds {
	used := sounds{ipa: s.ipa}
	all := true
	for _, v := range append([]*voices.Voice{voice}, voice.Fallback...) {
		if own, ok := voices.NativeTo(v.Backend, s.native); ok && b.spells(v, own) {
			if _, known := voices.NativeTo(v.Backend, used.native); !known {
				used.native = append(used.native, own)
			}
			continue
		}
		all = all && s.ipa != "" && (!respelled || b.opts.Pronounces != nil && b.opts.Pronounces(v, s.ipa))
	}
	if respelled && !all {
		return sounds{}
	}
	return used
}

// spells reports whether the voice can say phonemes of its engine's own, and
// warns where it cannot.
func (b *builder) spells(v *voices.Voice, own voices.Native) bool {
	if b.opts.Spells == nil {
		return false
	}
	err := b.opts.Spells(v, own.Phonemes)
	if err != nil {
		b.warnOnce("native "+own.Place+" "+v.Name, "%s: voice %q is not told these phonemes: %v", own.Place, v.Name, err)
	}
	return err == nil
}

// voiceFor gives who speaks the language where nobody is named.
func (b *builder) voiceFor(lang string) (*voices.Voice, error) {
	if b.opts.Voice != nil {
		return b.opts.Voice, nil
	}
	if v := b.opts.ByLanguage[lang]; v != nil {
		return v, nil
	}
	if v := b.opts.ByLanguage[base(lang)]; v != nil {
		return v, nil
	}
	return b.opts.Voices.For(lang, b.backend)
}

// castFor gives who speaks the language, ready for it: voice, or where that is
// nil the language's own. The article's voice speaks a language that has none.
func (b *builder) castFor(voice *voices.Voice, lang string, pos document.Pos) *cast {
	if voice != nil {
		return b.ready(voice, lang)
	}
	voice, ok := b.speakers[lang]
	if !ok {
		var err error
		if voice, err = b.voiceFor(lang); err != nil {
			b.warn("%s: %v; voice %q speaks it", pos, err, b.main.Name)
			voice = b.main
		}
		b.speakers[lang] = voice // one warning a language
	}
	return b.ready(voice, lang)
}

// deliver gives the voice with its prosody changed by the factors: one copy for
// each that differs.
func (b *builder) deliver(voice *voices.Voice, rate, pitch, volume float64, pos document.Pos) *voices.Voice {
	if rate == 1 && pitch == 1 && volume == 1 {
		return voice
	}
	key := delivery{voice, rate, pitch, volume}
	if v, ok := b.deliveries[key]; ok {
		return v
	}
	v := *voice
	held := func(own *float64, name string, factor, lo, hi float64) {
		lo, hi = min(lo, *own), max(hi, *own)
		wanted := *own * factor
		*own = max(lo, min(hi, wanted))
		if !(wanted >= lo && wanted <= hi) {
			b.warn("%s: the markup asks for a %s of %.3g times the normal; voice %q speaks at %.3g", pos, name, wanted, voice.Name, *own)
		}
	}
	held(&v.Rate, "rate", rate, minRate, maxRate)
	held(&v.Pitch, "pitch", pitch, minPitch, maxPitch)
	held(&v.Volume, "volume", volume, minVolume, maxVolume)
	v.Fallback = slices.Clone(voice.Fallback)
	for i, other := range v.Fallback {
		v.Fallback[i] = b.deliver(other, rate, pitch, volume, pos)
	}
	b.deliveries[key], b.delivered[&v] = &v, voice
	return &v
}

// named gives the voice of that name: of the cast, else a profile. A name is
// never a path.
func (b *builder) named(name string) *voices.Voice {
	if b.opts.Alone {
		return nil
	}
	if v := b.opts.Cast[speakerKey(name)]; v != nil {
		return v
	}
	if v, err := b.opts.Voices.Find(strings.TrimSpace(name)); err == nil {
		return v
	}
	return nil
}

// firstNamed gives the voice of that name, else of the first that is known of
// several names between blanks, as SSML has them.
func (b *builder) firstNamed(names string) *voices.Voice {
	if v := b.named(names); v != nil {
		return v
	}
	for _, name := range strings.Fields(names) {
		if v := b.named(name); v != nil {
			return v
		}
	}
	return nil
}

func (b *builder) inCast(name string) bool { return b.opts.Cast[name] != nil }

// warnOnce adds a warning that stands for all later ones with the same key.
func (b *builder) warnOnce(key, format string, args ...any) {
	if !b.warned[key] {
		b.warned[key] = true
		b.warn(format, args...)
	}
}

// tag brings a language that the markup names to its usual form.
func (b *builder) tag(lang string, pos document.Pos) (string, bool) {
	tag, ok := canonical(lang)
	if !ok {
		b.warnOnce("lang "+lang, "%s: the language %q is not a BCP 47 tag and is ignored", pos, lang)
	}
	return tag, ok
}

// language gives the language of a block: what the markup says, what the text
// itself says if that is asked for, the article's.
func (b *builder) language(block *document.Block) string {
	if b.opts.Lang != "" {
		return b.script.Lang
	}
	marked := block.Lang
	if len(block.Spans) > 0 {
		first, last := words(block)
		for i := range block.Spans {
			if s := &block.Spans[i]; s.Kind == document.Foreign && s.Lo <= first && last < s.Hi {
				marked = s.Value // the inner one, if there are two
			}
		}
	}
	if marked != "" {
		if lang, ok := b.tag(marked, block.Pos()); ok {
			return lang
		}
		return b.script.Lang
	}
	if b.opts.Passages && block.Kind != document.Code && block.Kind != document.Table {
		if lang, ok := passageLanguage(block.Text, b.script.Lang, b.speakable); ok {
			return lang
		}
	}
	return b.script.Lang
}

// words gives the bytes at which a block's first and last letter or digit
// begin, but for the number that the markup puts in front.
func words(block *document.Block) (first, last int) {
	lo := 0
	if s := &block.Spans[0]; s.Kind == document.Generated && s.Lo == 0 {
		lo = s.Hi
	}
	sounds := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
	if first = strings.IndexFunc(block.Text[lo:], sounds); first < 0 {
		return len(block.Text), len(block.Text)
	}
	return lo + first, strings.LastIndexFunc(block.Text, sounds)
}

// scenery is who speaks by tags and labels.
type scenery struct {
	holds *voices.Voice // until the next tag or heading
	next  *voices.Voice // the next block alone, whose label stands by itself
}

// cue reads a block's speaker tags and labels: who speaks it, or nil, what of
// its text is to go (tags) and what of it is shown but not spoken (a label).
func (b *builder) cue(block *document.Block) (who *voices.Voice, cuts []cutting, label int) {
	who = b.scene.holds
	if b.scene.next != nil {
		who, b.scene.next = b.scene.next, nil
	}
	if block.Kind == document.Code || block.Kind == document.Table || block.Kind == document.Image || !strings.ContainsAny(block.Text, ":：]") {
		return who, nil, 0
	}
	text := block.Text
	if name, rest, ok := speakerTag(text); ok {
		switch v := b.named(name); {
		case name == "", b.opts.Alone:
			b.scene.holds, who = nil, nil
			cuts = append(cuts, cutting{0, rest, SkipTag})
		case v == nil:
			b.warnOnce("speaker "+name, "%s: no voice of the cast and no profile is named %q; the tag is read as text", block.Pos(), name)
		default:
			who = v
			cuts = append(cuts, cutting{0, rest, SkipTag})
			if !hasSound(text[rest:]) {
				b.scene.holds = v
			}
		}
	}
	if end := closingTag(text); end >= 0 && (len(cuts) == 0 || end >= cuts[0].hi) && (who != nil || len(cuts) > 0 || b.opts.Alone) {
		cuts = append(cuts, cutting{end, len(text), SkipTag})
		b.scene.holds = nil
	}
	if len(b.opts.Cast) == 0 {
		return who, cuts, 0
	}
	start := 0
	if len(cuts) > 0 && cuts[0].lo == 0 {
		start = cuts[0].hi
	}
	name, rest, ok := speakerLabel(text[start:], b.inCast)
	if !ok {
		return who, cuts, 0
	}
	who = b.opts.Cast[name]
	if !hasSound(text[start+rest:]) {
		b.scene.next = who
		return who, append(cuts, cutting{start, start + rest, SkipLabel}), 0
	}
	return who, cuts, rest
}

// closingTag gives where a "[/voice]" at the end of text begins, or -1.
func closingTag(text string) int {
	open := strings.LastIndexByte(text, '[')
	if open <= 0 {
		return -1
	}
	if name, rest, ok := speakerTag(text[open:]); !ok || name != "" || open+rest < len(text) {
		return -1
	}
	return open
}

// style is who speaks a piece of a block, and how.
type style struct {
	lang    string        // of the words
	outer   string        // of the sentence around a foreign phrase
	asked   bool          // the markup asks for the voice of a foreign phrase
	voice   *voices.Voice // who is named; nil: whoever speaks the language
	factors [3]float64    // of rate, pitch and volume
}

// styled gives the language and the voice of words in that style: those of the
// sentence around them, unless they are a whole sentence, or phrases are to have
// a voice of their own and there is one.
func (b *builder) styled(s style, whole bool, block *document.Block) (string, *cast) {
	pos := block.Pos()
	c := b.castFor(s.voice, s.outer, pos)
	lang := s.outer
	if s.lang != s.outer && (whole || s.asked || b.opts.Phrases) {
		if own := b.castFor(s.voice, s.lang, pos); whole || own.voice != c.voice {
			lang, c = s.lang, own
		}
	}
	if v := b.deliver(c.voice, s.factors[0], s.factors[1], s.factors[2], pos); v != c.voice {
		c = b.ready(v, lang)
	}
	return lang, c
}

// run is bytes [lo, hi) of a block spoken in one style.
type run struct {
	lo, hi int
	style  style
}

// runs gives the styles of a block's text, ascending, without gaps; nil where
// all of it is in the plain one.
func (b *builder) runs(block *document.Block, plain style) []run {
	type open struct {
		hi    int
		style style
	}
	var out []run
	stack := []open{{len(block.Text), plain}}
	at := 0
	upTo := func(end int) {
		top := stack[len(stack)-1].style
		if n := len(out); n > 0 && out[n-1].style == top {
			out[n-1].hi = max(out[n-1].hi, end)
		} else if end > at {
			out = append(out, run{at, end, top})
		}
		at = max(at, end)
	}
	closed := func(lo int) {
		for len(stack) > 1 && stack[len(stack)-1].hi <= lo {
			upTo(stack[len(stack)-1].hi)
			stack = stack[:len(stack)-1]
		}
	}
	for i := range block.Spans {
		s := &block.Spans[i]
		if s.Kind != document.Foreign && s.Kind != document.Voice && s.Kind != document.Prosody {
			continue
		}
		closed(s.Lo)
		upTo(s.Lo)
		next := stack[len(stack)-1].style
		switch s.Kind {
		case document.Foreign:
			if lang, ok := b.tag(s.Value, block.Pos()); ok && b.opts.Lang == "" {
				next.lang, next.asked = lang, s.Format == document.Asked
			}
		case document.Voice:
			if v := b.firstNamed(s.Value); v != nil {
				next.voice = v
			} else if !b.opts.Alone {
				b.warnOnce("voice "+s.Value, "%s: no voice of the cast and no profile is named %q; the voice stays as it is", block.Pos(), s.Value)
			}
		case document.Prosody:
			for k, f := range [...]float64{s.Rate, s.Pitch, s.Volume} {
				if f > 0 {
					next.factors[k] *= f
				}
			}
		}
		stack = append(stack, open{s.Hi, next})
	}
	closed(len(block.Text))
	upTo(len(block.Text))
	if len(out) == 1 && out[0].style == plain {
		return nil
	}
	return out
}
