package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/voices"
)

// MaxBytes is the largest file that is read: that of a book of some 200 hours.
const MaxBytes = 512 << 20

// ErrOther is wrapped by Read's error where a file is not of this form, or cut
// off.
var ErrOther = errors.New("no timeline.json of narrate's (give the one that it wrote)")

// The objects of the file as they are read; unknown fields are left alone, as a
// later program may write more.
type (
	readHead struct {
		head
		Voices   []voice       `json:"voices"`
		Chapters []readChapter `json:"chapters"`
		Pictures []string      `json:"pictures"`
	}
	readChapter struct {
		chapter
		Utterances []readUtterance `json:"utterances"`
	}
	readUtterance struct {
		utterance
		Words []word `json:"words"`
	}
)

// Read reads what Format writes: an edition without its sound. What is in the
// file counts as frames; its seconds are left alone. A file that contradicts
// itself is an error.
func Read(r io.Reader) (output.Edition, error) {
	var e output.Edition
	limited := &io.LimitedReader{R: r, N: MaxBytes + 1}
	decoder := json.NewDecoder(limited)
	var f readHead
	if err := decoder.Decode(&f); err != nil {
		if limited.N <= 0 {
			return e, fmt.Errorf("timeline: more than %d bytes", MaxBytes)
		}
		return e, fmt.Errorf("%w: %w", ErrOther, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return e, fmt.Errorf("%w: something follows it", ErrOther)
	}
	if f.Version == 0 {
		return e, fmt.Errorf("%w: it tells no version of its form", ErrOther)
	}
	if f.Version != Version {
		return e, fmt.Errorf("timeline: version %d of the form; this program reads %d", f.Version, Version)
	}
	if f.SampleRate < 1000 || f.SampleRate > 1_000_000 || f.Frames < 0 {
		return e, fmt.Errorf("timeline: %d frames at %d Hz", f.Frames, f.SampleRate)
	}
	t := &timeline.Timeline{
		Source: f.Source, Title: f.Title, Author: f.Author, Lang: f.Lang,
		Rate: f.SampleRate, Frames: f.Frames, Number: f.Number, Of: f.Of,
	}
	e.Timeline, e.Generator, e.SourceSHA256 = t, f.Generator, f.SHA256
	e.Metadata = f.metadata()
	if err := f.Sound.into(&e); err != nil {
		return e, err
	}
	pictures := make([]*output.Picture, len(f.Pictures))
	for i, url := range f.Pictures {
		var err error
		if pictures[i], err = readDataURL(url); err != nil {
			return e, fmt.Errorf("timeline: picture %d: %w", i+1, err)
		}
	}
	cast := map[string]*voices.Voice{}
	gains := map[string]float64{}
	for _, v := range f.Voices {
		cast[v.Name] = &voices.Voice{
			Name: v.Name, Backend: v.Backend, Engine: v.Engine, Language: v.Language, Rate: v.Rate, Pitch: v.Pitch, Volume: v.Volume,
		}
		gains[v.Name] = v.Gain
	}
	for i, m := range f.Music {
		span, err := m.span.within(pcm.Span{End: t.Frames})
		if err != nil || m.Frames < 0 || m.FadeIn < 0 || m.FadeOut < 0 {
			return e, fmt.Errorf("timeline: music %d: %w", i+1, cmp.Or(err, errors.New("negative lengths")))
		}
		t.Music = append(t.Music, timeline.Placed{
			Sound: m.Sound, Span: span,
			Track: timeline.Track{Key: m.Clip, Frames: m.Frames, Gain: m.Gain, FadeIn: m.FadeIn, FadeOut: m.FadeOut, Duck: m.Duck},
		})
	}
	free := pcm.Span{End: t.Frames}
	for i, c := range f.Chapters {
		chapter, err := c.read(free, cast, gains, t.Cues())
		if err != nil {
			return e, fmt.Errorf("timeline: chapter %d: %w", i+1, err)
		}
		chapter.Number = cmp.Or(c.Number, i+1)
		chapter.Origin = cmp.Or(c.Origin, chapter.Number)
		if c.Picture < 0 || c.Picture > len(pictures) {
			return e, fmt.Errorf("timeline: chapter %d: there is no picture %d", i+1, c.Picture)
		}
		if c.Link != "" || c.Picture > 0 {
			if e.Metadata.Chapters == nil {
				e.Metadata.Chapters = map[int]output.ChapterMetadata{}
			}
			told := output.ChapterMetadata{Link: c.Link}
			if c.Picture > 0 {
				told.Picture = pictures[c.Picture-1]
			}
			e.Metadata.Chapters[chapter.Number] = told
		}
		if chapter.Span.Start != free.Start {
			return e, fmt.Errorf("timeline: chapter %d begins at frame %d, the one before it ends at %d", i+1, chapter.Span.Start, free.Start)
		}
		free.Start = chapter.Span.End
		t.Chapters = append(t.Chapters, chapter)
	}
	if len(t.Chapters) > 0 && free.Start != t.Frames {
		return e, fmt.Errorf("timeline: its chapters end at frame %d of %d", free.Start, t.Frames)
	}
	return e, nil
}

func (f *readHead) metadata() output.Metadata {
	if f.Meta == nil {
		return output.Metadata{}
	}
	m := f.Meta
	return output.Metadata{
		Album: m.Album, Narrator: m.Narrator, Series: m.Series, Part: m.Part, Date: m.Date, Description: m.Description,
		Genre: m.Genre, Publisher: m.Publisher, Copyright: m.Copyright, Link: m.Link,
	}
}

// mostSilence is the most that is read as the silence at an end of a file, in
// seconds.
const mostSilence = 60

func (s *sound) into(e *output.Edition) error {
	if s == nil {
		return nil
	}
	for _, seconds := range []float64{s.Head, s.Tail} {
		if seconds < 0 || seconds > mostSilence {
			return fmt.Errorf("timeline: silence of %g s at an end", seconds)
		}
	}
	silence := func(seconds float64) time.Duration { return time.Duration(math.Round(seconds * float64(time.Second))) }
	e.Made = output.Made{Preset: s.Preset, PerChapter: s.PerChapter, Head: silence(s.Head), Tail: silence(s.Tail)}
	e.Channels = s.Channels
	e.Encoding = output.Encoding{MP3: s.MP3, AAC: s.AAC, Opus: s.Opus, VBR: s.VBR, Quality: s.Quality}
	e.Mastering = output.Mastering{Measure: s.Measure, Level: s.Level, Peak: s.Peak, Headroom: s.Headroom, HighPass: s.HighPass}
	if s.Loudness != nil {
		e.Level = &output.Level{Loudness: s.Loudness.Loudness, Range: s.Loudness.Range, TruePeak: s.Loudness.TruePeak}
	}
	return nil
}

// within gives the span if it lies inside of another.
func (s span) within(free pcm.Span) (pcm.Span, error) {
	if s.StartFrame < free.Start || s.EndFrame < s.StartFrame || s.EndFrame > free.End {
		return pcm.Span{}, fmt.Errorf("frames %d to %d are not within %d to %d", s.StartFrame, s.EndFrame, free.Start, free.End)
	}
	return pcm.Span{Start: s.StartFrame, End: s.EndFrame}, nil
}

// read gives the chapter, whose first cue has the given number among all.
func (c *readChapter) read(free pcm.Span, cast map[string]*voices.Voice, gains map[string]float64, first int) (timeline.Chapter, error) {
	out := timeline.Chapter{Title: c.Title, Level: c.Level}
	var err error
	if out.Span, err = c.span.within(free); err != nil {
		return out, err
	}
	free = out.Span
	for i := range c.Utterances {
		u := &c.Utterances[i]
		cue, err := u.read(free, cast, gains)
		if err != nil {
			return out, fmt.Errorf("utterance %d: %w", i+1, err)
		}
		cue.Clip = first + i
		free.Start = cue.Span.End
		out.Cues = append(out.Cues, cue)
	}
	return out, nil
}

func (u *readUtterance) read(free pcm.Span, cast map[string]*voices.Voice, gains map[string]float64) (timeline.Cue, error) {
	cue := timeline.Cue{Key: u.Clip, Timing: u.Timing, Confidence: u.Confidence}
	if !utf8.ValidString(u.Text) || !utf8.ValidString(u.Spoken) { // which encoding/json sees to
		return cue, errors.New("its text is not UTF-8")
	}
	v := cast[u.Voice]
	if v == nil {
		return cue, fmt.Errorf("its voice %q is not among the voices", u.Voice)
	}
	cue.Gain = gains[u.Voice]
	kind, ok := document.ParseKind(u.Kind)
	if !ok {
		return cue, fmt.Errorf("there is no kind %q", u.Kind)
	}
	cue.Utterance = &script.Utterance{
		Kind: kind, Begins: u.Begins, Text: u.Text, Spoken: u.Spoken, Lang: u.Lang, Voice: v,
		Pos: document.Pos{File: u.Source.File, Offset: u.Source.Offset, Line: u.Source.Line, Col: u.Source.Column},
	}
	var err error
	if cue.Utterance.Jumps, err = u.jumps(); err != nil {
		return cue, err
	}
	if err = u.takeSetting(cue.Utterance); err != nil {
		return cue, err
	}
	if cue.Span, err = u.span.within(free); err != nil {
		return cue, err
	}
	for _, m := range u.Marks {
		if m.Frame < cue.Span.Start || m.Frame > cue.Span.End {
			return cue, fmt.Errorf("mark %q at frame %d is outside", m.Name, m.Frame)
		}
		cue.Marks = append(cue.Marks, timeline.Mark{Name: m.Name, Frame: m.Frame})
	}
	if len(u.Words) == 0 {
		cue.Timing = ""
		return cue, nil
	}
	switch cue.Timing {
	case timeline.Engine, timeline.Aligned, timeline.Estimated:
	default:
		return cue, fmt.Errorf("there is no timing %q", cue.Timing)
	}
	return cue, u.words(&cue)
}

// counter gives which byte of a text a code point is at, for ascending questions.
type counter struct {
	text       string
	at, points int // a byte of the text, and the code points before it
}

func (b *counter) of(point int) (int, error) {
	for b.points < point {
		if b.at >= len(b.text) {
			return 0, fmt.Errorf("code point %d of a text of %d", point, b.points)
		}
		_, size := utf8.DecodeRuneInString(b.text[b.at:])
		b.at += size
		b.points++
	}
	return b.at, nil
}

// jumps reads where the text leaves the source.
func (u *readUtterance) jumps() ([]script.Jump, error) {
	var out []script.Jump
	text := counter{text: u.Text}
	for i, j := range u.Source.Jumps {
		if j.From < text.points || j.Offset < 0 {
			return nil, fmt.Errorf("jump %d: code point %d at byte %d, after %d", i+1, j.From, j.Offset, text.points)
		}
		at, err := text.of(j.From)
		if err != nil {
			return nil, fmt.Errorf("jump %d: %w", i+1, err)
		}
		out = append(out, script.Jump{Text: at, Offset: j.Offset})
	}
	return out, nil
}

// words reads the words: ranges of code points become ranges of bytes.
func (u *readUtterance) words(cue *timeline.Cue) error {
	text := counter{text: u.Text}
	free := cue.Span
	words := make([]timeline.Word, 0, len(u.Words))
	for i, w := range u.Words {
		span, err := w.span.within(free)
		if err == nil && (w.From < text.points || w.To < w.From) {
			err = fmt.Errorf("code points %d to %d after %d", w.From, w.To, text.points)
		}
		var lo, hi int
		if err == nil {
			lo, err = text.of(w.From)
		}
		if err == nil {
			hi, err = text.of(w.To)
		}
		if err != nil {
			return fmt.Errorf("word %d: %w", i+1, err)
		}
		free.Start = span.Start
		words = append(words, timeline.Word{Span: span, Lo: lo, Hi: hi})
	}
	cue.Words = slices.Clip(words)
	return nil
}
