package ssml

import (
	"net/url"
	"strings"
	"time"

	"narrate/internal/document"
	"narrate/internal/input"
)

// span opens a span that ends with the element.
func (r *reader) span(e *element, s document.Span) {
	r.flow.Span(s)
	e.leave = append(e.leave, r.flow.EndSpan)
}

// foreign marks the language of an element inside a block or around several.
func (r *reader) foreign(e *element) {
	if lang := e.lang(); lang != "" {
		r.span(e, document.Span{Kind: document.Foreign, Value: lang, Format: document.Asked})
	}
}

// open does what an element asks for (SSML 1.1, section 3). An element that
// another has left out is only listed.
func (r *reader) open(e *element) {
	switch e.kind {
	case "speak":
		r.speak(e)
	case "p", "paragraph":
		r.paragraph(e)
	case "s", "sentence":
		r.sentence(e)
	case "voice":
		r.voice(e)
	case "prosody":
		r.openProsody(e)
	case "break":
		r.pause(e)
	case "say-as":
		// Whether it can be done is for the language's rules to say.
		r.span(e, document.Span{Kind: document.SayAs, Value: strings.ToLower(e.attr("interpret-as")), Format: e.attr("format")})
	case "phoneme":
		r.phoneme(e)
	case "sub":
		if alias := e.attr("alias"); alias != "" {
			r.span(e, document.Span{Kind: document.Instead, Value: alias})
		} else {
			r.flow.Warn(e.off, "<sub> has no alias; its content is read")
		}
	case "lang", "token", "w":
		r.foreign(e)
	case "mark":
		r.mark(e, e.attr("name"))
	case "bookmark": // Azure's name for it
		r.mark(e, e.attr("mark"))
	case "emphasis":
		r.once("emphasis", e.off, "<emphasis> is not followed: no voice of narrate's can stress a passage; its content is read")
		r.foreign(e)
	case "audio":
		r.audio(e)
	case "desc":
		e.drop = "description of a sound"
	case "meta":
		r.meta.set(e.attr("name"), e.attr("content"))
	case "metadata":
		e.silent = true
	case "lexicon":
		r.once("lexicon", e.off, "the lexicon %s is not read; a voice profile can hold one (docs/voices.md)", resolve(e.base, e.attr("uri")+e.attr("src")))
	case "lookup":
		r.once("lookup", e.off, "<lookup> is not followed: lexicons that SSML names are not read; its content is read")
	default:
		r.once("element "+e.name, e.off, "<%s> is not of SSML 1.1 and is not followed; its content is read", e.name)
		r.foreign(e)
	}
}

// speak opens a root element. One inside another, as some tools write them, is a
// paragraph's end and nothing more.
func (r *reader) speak(e *element) {
	lang := e.lang()
	if !r.spoken {
		r.lang = lang
	}
	r.spoken = true
	if e.attr("startmark") != "" || e.attr("endmark") != "" {
		r.once("startmark", e.off, "startmark and endmark are not followed: all of the document is read")
	}
	if lang == r.lang {
		lang = ""
	}
	r.flow.Enter(input.Container{Kind: input.Section, Lang: lang})
	e.leave = append(e.leave, r.leaveBlock)
}

func (r *reader) leaveBlock() {
	r.flow.Leave()
	r.said = false
}

func (r *reader) paragraph(e *element) {
	r.flow.Enter(input.Container{Kind: input.Section, Lang: e.lang()})
	r.flow.Begin(document.Paragraph, 0)
	r.said = false
	e.leave = append(e.leave, r.leaveBlock)
}

// sentence marks both its ends, as text may stand before it.
func (r *reader) sentence(e *element) {
	end := func() {
		if r.said {
			r.flow.Point(document.Span{Kind: document.SentenceEnd})
			r.flow.Space()
		}
		r.said = false
	}
	end()
	e.leave = append(e.leave, end)
	r.foreign(e)
}

// voice chooses who speaks. SSML 1.1 allows several names, of which the first
// that there is speaks; narrate chooses by name alone.
func (r *reader) voice(e *element) {
	if name := strings.Join(strings.Fields(e.attr("name")), " "); name != "" {
		r.span(e, document.Span{Kind: document.Voice, Value: name})
	} else if e.attr("gender")+e.attr("age")+e.attr("variant")+e.attr("languages")+e.attr("required") != "" {
		r.once("voice", e.off, "<voice> without a name is not followed: voices are chosen by their names; its content is read")
	}
	r.foreign(e)
}

// Strengths of a break in milliseconds, as Azure documents them; SSML leaves
// them open. "none" only forbids a pause that the engine would make.
var strengths = map[string]time.Duration{
	"none": 0, "x-weak": 250 * time.Millisecond, "weak": 500 * time.Millisecond, "medium": 750 * time.Millisecond,
	"strong": time.Second, "x-strong": 1250 * time.Millisecond,
}

// maxPause is the longest pause that is made.
const maxPause = time.Minute

// pause is a <break>; its time goes before its strength.
func (r *reader) pause(e *element) {
	r.flow.Space()
	d := strengths["medium"]
	if s := e.attr("strength"); s != "" {
		known := false
		if d, known = strengths[s]; !known {
			d = strengths["medium"]
			r.flow.Warn(e.off, "%q is no strength of a break; taken as medium", s)
		}
	}
	if t := e.attr("time"); t != "" {
		parsed, ok := parseTime(t)
		switch {
		case !ok:
			r.flow.Warn(e.off, "%q is no length of a break, such as 500ms or 1.5s", t)
		case parsed > maxPause:
			r.flow.Warn(e.off, "a break of %s is cut to %v", t, maxPause)
			d = maxPause
		default:
			d = parsed
		}
	}
	if d > 0 && e.drop == "" {
		r.flow.Point(document.Span{Kind: document.Silence, Pause: d})
	}
}

// phoneme gives a pronunciation in IPA, which X-SAMPA is turned into.
func (r *reader) phoneme(e *element) {
	ipa := e.attr("ph")
	switch alphabet := strings.ToLower(e.attr("alphabet")); alphabet {
	case "", "ipa":
	case "x-sampa", "xsampa", "sampa":
		converted, ok := fromXSAMPA(ipa)
		if !ok {
			r.flow.Warn(e.off, "%q is not X-SAMPA that narrate can read; the word is said as it is written", ipa)
			return
		}
		ipa = converted
	default:
		r.once("alphabet "+alphabet, e.off, "the phonetic alphabet %q is not known, only ipa and x-sampa; its words are said as they are written", alphabet)
		return
	}
	if ipa == "" {
		r.flow.Warn(e.off, "<phoneme> has no ph; the word is said as it is written")
		return
	}
	r.span(e, document.Span{Kind: document.Phonemes, Value: ipa})
	e.leave = append(e.leave, func() {
		if e.text == 0 {
			r.flow.Warn(e.off, "<phoneme> has no text, so there is no place for its pronunciation; it is left out")
		}
	})
}

func (r *reader) mark(e *element, name string) {
	if name == "" || e.drop != "" {
		return
	}
	r.flow.Space()
	r.flow.Point(document.Span{Kind: document.Mark, Value: name})
	r.marks = append(r.marks, name)
}

// audio lists the sound file, which is not played, and has its content read,
// which is there for that case.
func (r *reader) audio(e *element) {
	if src := e.attr("src"); src != "" {
		r.flow.Space()
		r.flow.Drop(resolve(e.base, src), "sound file", e.off)
	}
}

// resolve gives an address relative to xml:base.
func resolve(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil || base == "" {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}
