package timeline

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/script"
)

// Layout says what lies around the clips.
type Layout struct {
	// Head and Tail are the silence at both ends of the programme, or with
	// PerChapter of each chapter.
	Head, Tail time.Duration
	PerChapter bool
	Rules      Rules
	// Intro sounds before the first word, Outro after the last, a Sting
	// between two chapters; nil for none.
	Intro, Outro, Sting *Insert
	Bed                 *Bed
}

// Track is a sound besides speech: which it is and how it sounds.
type Track struct {
	Key             string  // where it lies in the clip store
	Frames          int64   // its length at the timeline's rate
	Gain            float64 // in dB
	FadeIn, FadeOut int64   // frames
	Duck            float64 // dB by which it is lowered while somebody speaks
}

// Insert is a sound between spoken parts.
type Insert struct {
	Track
	Pause time.Duration // the silence between it and speech
	// Under is how long an Intro goes on when speech has begun, or an Outro
	// begins before speech ends; at most the whole of it. It takes the place of
	// the Pause. A Sting lies under no speech.
	Under time.Duration
}

// Bed is a sound under the first chapter.
type Bed struct {
	Track
	Lead time.Duration // how long it is heard alone, before the first word
	Tail time.Duration // and after the chapter's last word, at most until the next chapter's first
}

// Placed is a sound besides speech in its place. It begins with its own first
// frame; where it is shorter than Span it begins again.
type Placed struct {
	Track
	Sound Sounding
	Span  pcm.Span
}

// Sounding names a sound besides speech.
type Sounding string

// The sounds besides speech.
const (
	Intro Sounding = "intro"
	Outro Sounding = "outro"
	Sting Sounding = "sting"
	Under Sounding = "bed"
)

// Build lays the clips out: clips[i] is the sound of the script's i-th
// utterance over all chapters, a nil entry one that could not be spoken and
// is left out. Between two utterances lies one pause, the longest that either
// side asks for; there is none before the first and after the last but what
// the layout says. A chapter begins with the first sound of its first spoken
// utterance (the first one at 0), or with its Head; a chapter with nothing
// spoken is left out.
func Build(s *script.Script, rate pcm.Hz, clips []*Clip, layout Layout) (*Timeline, error) {
	parts, err := spoken(s, clips)
	if err != nil {
		return nil, err
	}
	parts = layout.Rules.apply(parts, rate)
	b := builder{
		Layout: layout, rate: rate,
		line: &Timeline{Source: s.Source, Title: s.Title, Author: s.Author, Lang: s.Lang, Rate: rate},
	}
	for i := range parts {
		if err := b.chapter(&parts[i], i == 0); err != nil {
			return nil, err
		}
	}
	b.finish()
	return b.line, nil
}

// part is what will be a chapter: its heard utterances and their clips.
type part struct {
	title                 string
	number, origin, level int
	cues                  []heard
}

type heard struct {
	utterance *script.Utterance
	clip      *Clip
	index     int // of the clip
}

// spoken lists the chapters of which something is heard.
func spoken(s *script.Script, clips []*Clip) ([]part, error) {
	var parts []part
	n, added := 0, 0
	for i := range s.Chapters {
		c := &s.Chapters[i]
		number := cmp.Or(c.Number, i+1)
		p := part{title: c.Title, number: number, origin: number - added, level: c.Level}
		if c.Credits { // which the article does not count
			p.origin = 0
			added++
		}
		for j := range c.Utterances {
			if n >= len(clips) {
				return nil, fmt.Errorf("timeline: %d clips for more utterances", len(clips))
			}
			if clip := clips[n]; clip != nil {
				p.cues = append(p.cues, heard{&c.Utterances[j], clip, n})
			}
			n++
		}
		if len(p.cues) > 0 {
			parts = append(parts, p)
		}
	}
	if n != len(clips) {
		return nil, fmt.Errorf("timeline: %d clips for %d utterances", len(clips), n)
	}
	if len(parts) == 0 {
		return nil, errors.New("timeline: nothing was spoken")
	}
	return parts, nil
}

// builder lays out one chapter after the other. line.Frames is where it has
// come to.
type builder struct {
	Layout
	rate     pcm.Hz
	line     *Timeline
	previous *script.Utterance
}

// chapter lays out a chapter.
func (b *builder) chapter(p *part, first bool) error {
	t := b.line
	start := t.Frames
	switch {
	case first:
		b.skip(b.Head)
		b.begin()
	default:
		start = b.between(p.cues[0].utterance)
	}
	c := p.empty()
	c.Span.Start = start
	for i, h := range p.cues {
		if i > 0 {
			b.skip(pause(b.previous, h.utterance))
		}
		b.previous = h.utterance
		at := t.Frames
		if h.clip.Frames <= 0 || h.clip.Frames > math.MaxInt64/2-at {
			return fmt.Errorf("%s: timeline: a clip of %d frames", h.utterance.Pos, h.clip.Frames)
		}
		t.Frames += h.clip.Frames
		c.Cues = append(c.Cues, h.cue(pcm.Span{Start: at, End: t.Frames}))
	}
	if k := len(t.Chapters); k > 0 {
		t.Chapters[k-1].Span.End = start
	}
	t.Chapters = append(t.Chapters, c)
	return nil
}

// empty is the part's chapter without cues.
func (p *part) empty() Chapter {
	return Chapter{Title: p.title, Number: p.number, Origin: p.origin, Level: p.level}
}

// cue is the utterance in its place.
func (h *heard) cue(span pcm.Span) Cue {
	cue := Cue{
		Span: span, Utterance: h.utterance, Clip: h.index,
		By: h.clip.By, Gain: h.clip.Gain, Key: h.clip.Key,
	}
	if cue.Words = words(h.utterance, cue.Span, h.clip.Marks); cue.Words != nil {
		cue.Timing, cue.Confidence = cmp.Or(h.clip.Timing, Engine), h.clip.Confidence
	}
	cue.Marks = marks(&cue)
	return cue
}

// pause is the silence between two utterances.
func pause(before, after *script.Utterance) time.Duration { return max(before.After, after.Before) }

func (b *builder) skip(d time.Duration) { b.line.Frames += b.rate.Frames(d) }

func (b *builder) place(s Sounding, t Track, start, end int64) {
	b.line.Music = append(b.line.Music, Placed{t, s, pcm.Span{Start: start, End: end}})
}

// begin lays out what comes before the first word.
func (b *builder) begin() {
	if in := b.Intro; in != nil {
		b.place(Intro, in.Track, b.line.Frames, b.line.Frames+in.Frames)
		b.line.Frames += in.Frames
		if under := min(b.rate.Frames(in.Under), in.Frames); under > 0 {
			b.line.Frames -= under
		} else {
			b.skip(in.Pause)
		}
	}
	if b.Bed != nil {
		start := b.line.Frames
		b.skip(b.Bed.Lead)
		b.place(Under, b.Bed.Track, start, b.line.Frames) // its end is set when the next chapter begins
	}
}

// between lays out what lies between two chapters, and gives where the second
// begins.
func (b *builder) between(next *script.Utterance) int64 {
	t := b.line
	spoken := t.Frames
	if b.Sting != nil {
		b.skip(b.Sting.Pause)
		b.place(Sting, b.Sting.Track, t.Frames, t.Frames+b.Sting.Frames)
		t.Frames += b.Sting.Frames
	}
	start := int64(0)
	switch {
	case b.PerChapter:
		b.skip(b.Tail)
		start = t.Frames
		b.skip(b.Head)
	case b.Sting != nil:
		b.skip(b.Sting.Pause)
		start = t.Frames
	default:
		b.skip(pause(b.previous, next))
		start = t.Frames
	}
	b.endBed(spoken, t.Frames)
	return start
}

// endBed ends the bed after the first chapter, whose last word ends at spoken;
// most is where it must have ended.
func (b *builder) endBed(spoken, most int64) {
	if b.Bed == nil || len(b.line.Chapters) != 1 {
		return
	}
	for i := range b.line.Music {
		if m := &b.line.Music[i]; m.Sound == Under {
			m.Span.End = min(spoken+b.rate.Frames(b.Bed.Tail), most)
		}
	}
}

// finish lays out what comes after the last word.
func (b *builder) finish() {
	t := b.line
	spoken := t.Frames
	if out := b.Outro; out != nil {
		last := &t.Chapters[len(t.Chapters)-1]
		under := min(b.rate.Frames(out.Under), out.Frames, spoken-last.Cues[0].Span.Start)
		if under > 0 {
			t.Frames -= under
		} else {
			b.skip(out.Pause)
		}
		b.place(Outro, out.Track, t.Frames, t.Frames+out.Frames)
		t.Frames += out.Frames
	} else if b.Bed != nil && len(t.Chapters) == 1 {
		b.skip(b.Bed.Tail)
	}
	b.endBed(spoken, t.Frames)
	for _, m := range t.Music { // an intro may go on longer than a short text
		t.Frames = max(t.Frames, m.Span.End)
	}
	b.skip(b.Tail)
	t.Chapters[len(t.Chapters)-1].Span.End = t.Frames
}
