// Package manifest writes timeline.json: everything that narrate knows of a
// programme, for other programs. docs/timeline.md explains the file and
// docs/timeline.schema.json is its schema.
//
// The file is written utterance by utterance, so that it takes no memory that
// grows with the programme.
package manifest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// Version is the version of the file's form. It rises with every change that
// a reader of the form before could stumble over.
const Version = 1

// Format is the output format "timeline".
type Format struct{}

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "timeline", Suffix: "timeline.json", MediaType: "application/json",
		Summary: "every chapter, sentence and word with its exact place, as JSON",
	}
}

// Check implements output.Format: nothing is needed.
func (Format) Check(context.Context) error { return nil }

// The objects of the file. Seconds are json.Number, so that they are written
// digit for digit as integer arithmetic gives them.
type (
	head struct {
		Version    int         `json:"version"`
		Generator  string      `json:"generator"`
		Source     string      `json:"source"`
		SHA256     string      `json:"sourceSHA256,omitempty"`
		Title      string      `json:"title"`
		Author     string      `json:"author,omitempty"`
		Lang       string      `json:"lang"`
		SampleRate pcm.Hz      `json:"sampleRate"`
		Frames     int64       `json:"frames"`
		Duration   json.Number `json:"duration"`
		Number     int         `json:"number,omitempty"`
		Of         int         `json:"of,omitempty"`
		Meta       *meta       `json:"meta,omitempty"`
		Sound      *sound      `json:"sound,omitempty"`
		Music      []music     `json:"music,omitempty"`
	}
	// meta is output.Metadata without pictures and chapters.
	meta struct {
		Album       string `json:"album,omitempty"`
		Narrator    string `json:"narrator,omitempty"`
		Series      string `json:"series,omitempty"`
		Part        int    `json:"part,omitempty"`
		Date        string `json:"date,omitempty"`
		Description string `json:"description,omitempty"`
		Genre       string `json:"genre,omitempty"`
		Publisher   string `json:"publisher,omitempty"`
		Copyright   string `json:"copyright,omitempty"`
		Link        string `json:"link,omitempty"`
	}
	// sound is how the programme was mastered and how its lossy files are
	// stored.
	sound struct {
		Preset     string  `json:"preset,omitempty"`
		PerChapter bool    `json:"perChapter,omitempty"`
		Head       float64 `json:"head,omitempty"` // seconds
		Tail       float64 `json:"tail,omitempty"`

		Channels int            `json:"channels"`
		Measure  output.Measure `json:"measure"`
		Level    float64        `json:"level,omitempty"`
		Peak     float64        `json:"peak,omitempty"`
		Headroom float64        `json:"headroom,omitempty"`
		HighPass float64        `json:"highpass,omitempty"`
		MP3      int            `json:"mp3,omitempty"`
		AAC      int            `json:"aac,omitempty"`
		Opus     int            `json:"opus,omitempty"`
		VBR      bool           `json:"vbr,omitempty"`
		Quality  int            `json:"quality"`
		Loudness *loudness      `json:"measured,omitempty"`
	}
	loudness struct {
		Loudness float64 `json:"loudness"`
		Range    float64 `json:"range"`
		TruePeak float64 `json:"truePeak"`
	}
	music struct {
		Sound timeline.Sounding `json:"sound"`
		span
		Clip    string  `json:"clip"`
		Frames  int64   `json:"frames"` // of the sound itself
		Gain    float64 `json:"gain"`
		FadeIn  int64   `json:"fadeIn"`
		FadeOut int64   `json:"fadeOut"`
		Duck    float64 `json:"duck"`
	}
	voice struct {
		Name     string  `json:"name"`
		Backend  string  `json:"backend"`
		Engine   string  `json:"engine"`
		Language string  `json:"language"`
		Rate     float64 `json:"rate"`
		Pitch    float64 `json:"pitch"`
		Volume   float64 `json:"volume"`
		Gain     float64 `json:"gain,omitempty"`
	}
	span struct {
		StartFrame int64       `json:"startFrame"`
		EndFrame   int64       `json:"endFrame"`
		Start      json.Number `json:"start"`
		End        json.Number `json:"end"`
	}
	chapter struct {
		Title  string `json:"title"`
		Number int    `json:"number,omitempty"` // where it is not the place in the list
		Origin int    `json:"origin,omitempty"` // where it is not the number
		Level  int    `json:"level"`
		Link   string `json:"link,omitempty"`
		// Picture is its number in "pictures", from 1.
		Picture int `json:"picture,omitempty"`
		span
	}
	utterance struct {
		Kind   string `json:"kind"`
		Begins bool   `json:"begins,omitempty"`
		Text   string `json:"text"`
		Spoken string `json:"spoken"`
		Lang   string `json:"lang"`
		Voice  string `json:"voice"`
		span
		Clip   string `json:"clip,omitempty"`
		Source place  `json:"source"`
		Items  []int  `json:"items,omitempty"`
		setting
		Headings   []string        `json:"headings,omitempty"`
		Head       []row           `json:"head,omitempty"`
		Rows       []row           `json:"rows,omitempty"`
		Instead    string          `json:"instead,omitempty"`
		Marks      []mark          `json:"marks,omitempty"`
		Timing     timeline.Timing `json:"timing,omitempty"`
		Confidence float64         `json:"confidence,omitempty"`
	}
	setting struct {
		Spans []inline `json:"spans,omitempty"`
		Cells []cell   `json:"cells,omitempty"`
	}
	row struct {
		Text string `json:"text"`
		setting
	}
	inline struct {
		Kind string `json:"kind"`
		From int    `json:"from"`
		To   int    `json:"to"`
		Link string `json:"link,omitempty"`
	}
	cell struct {
		Column  int  `json:"column"`
		Header  bool `json:"header,omitempty"`
		Columns int  `json:"columns,omitempty"`
		Rows    int  `json:"rows,omitempty"`
		From    int  `json:"from"`
		To      int  `json:"to"`
	}
	mark struct {
		Name  string      `json:"name"`
		Frame int64       `json:"frame"`
		Time  json.Number `json:"time"`
	}
	place struct {
		File   string `json:"file"`
		Offset int64  `json:"offset"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
		Jumps  []jump `json:"jumps,omitempty"`
	}
	jump struct {
		From   int   `json:"from"`
		Offset int64 `json:"offset"`
	}
	word struct {
		Text string `json:"text"`
		From int    `json:"from"`
		To   int    `json:"to"`
		span
	}
)

// Write implements output.Format.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	w := &writer{Writer: bufio.NewWriter(dst), rate: e.Timeline.Rate}
	if err := w.programme(ctx, e); err != nil {
		return err
	}
	return w.Flush()
}

// writer writes the parts of the file. Its errors are sticky, as those of the
// bufio.Writer in it: what follows a failed write does nothing.
type writer struct {
	*bufio.Writer
	rate pcm.Hz
	err  error
}

func (w *writer) text(s string) {
	if _, err := w.WriteString(s); err != nil && w.err == nil {
		w.err = err
	}
}

// object writes v, a JSON object, on the current line.
func (w *writer) object(v any) { w.text(w.encode(v, "")) }

// open writes v without its closing brace; where indent is set, with each
// field on a line of its own.
func (w *writer) open(v any, indent string) {
	w.text(strings.TrimSuffix(strings.TrimSuffix(w.encode(v, indent), "}"), "\n"))
}

func (w *writer) encode(v any, indent string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil && w.err == nil {
		w.err = err
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (w *writer) span(s pcm.Span) span {
	return span{
		StartFrame: s.Start, EndFrame: s.End,
		Start: json.Number(w.rate.Seconds(s.Start)), End: json.Number(w.rate.Seconds(s.End)),
	}
}

// separator ends the line before the i-th element of a list.
func separator(i int) string {
	if i == 0 {
		return "\n"
	}
	return ",\n"
}

func (w *writer) programme(ctx context.Context, e output.Edition) error {
	t := e.Timeline
	w.open(head{
		Version: Version, Generator: e.Generator, Source: output.SourceName(t.Source), SHA256: e.SourceSHA256,
		Title: t.Title, Author: t.Author, Lang: t.Lang,
		SampleRate: t.Rate, Frames: t.Frames, Duration: json.Number(t.Rate.Seconds(t.Frames)),
		Number: t.Number, Of: t.Of, Meta: metaOf(&e.Metadata), Sound: soundOf(&e), Music: w.music(t),
	}, " ")
	w.text(",\n \"voices\": [")
	for i, v := range cast(t) {
		w.text(separator(i) + "  ")
		w.object(v)
	}
	w.text("],\n \"chapters\": [")
	var pictures pictures
	for i := range t.Chapters {
		c := &t.Chapters[i]
		w.text(separator(i) + "  ")
		head := chapter{Title: c.Title, Number: c.Number, Level: c.Level, span: w.span(c.Span)}
		if c.Origin != c.Number {
			head.Origin = c.Origin
		}
		if head.Number == i+1 {
			head.Number = 0
		}
		told := e.Metadata.Of(c)
		head.Link, head.Picture = told.Link, pictures.number(told.Picture)
		w.open(head, "")
		w.text(",\"utterances\":[")
		for j := range c.Cues {
			if err := ctx.Err(); err != nil {
				return err
			}
			w.text(separator(j) + "   ")
			if err := w.cue(t.Source, &c.Cues[j]); err != nil {
				return err
			}
			if w.err != nil {
				return w.err
			}
		}
		w.text("]}")
	}
	w.text("]")
	for i, p := range pictures {
		if i == 0 {
			w.text(",\n \"pictures\": [")
		}
		w.text(separator(i) + "  ")
		w.object(dataURL(p))
	}
	if len(pictures) > 0 {
		w.text("]")
	}
	w.text("}\n")
	if w.err != nil {
		return w.err
	}
	return ctx.Err()
}

// metaOf is nil where nothing is told.
func metaOf(m *output.Metadata) *meta {
	out := meta{
		Album: m.Album, Narrator: m.Narrator, Series: m.Series, Part: m.Part, Date: m.Date, Description: m.Description,
		Genre: m.Genre, Publisher: m.Publisher, Copyright: m.Copyright, Link: m.Link,
	}
	if out == (meta{}) {
		return nil
	}
	return &out
}

// soundOf is nil where the edition has none.
func soundOf(e *output.Edition) *sound {
	if e.Channels == 0 {
		return nil
	}
	m, c := e.Mastering, e.Encoding
	s := &sound{
		Channels: e.Channels, Measure: m.Measure, MP3: c.MP3, AAC: c.AAC, Opus: c.Opus, VBR: c.VBR, Quality: c.Quality,
		HighPass: m.HighPass,
		Preset:   e.Made.Preset, PerChapter: e.Made.PerChapter, Head: e.Made.Head.Seconds(), Tail: e.Made.Tail.Seconds(),
	}
	if m.Measure != output.Unchanged {
		s.Level, s.Peak, s.Headroom = m.Level, m.Peak, m.Headroom
	}
	if e.Level != nil {
		s.Loudness = &loudness{e.Level.Loudness, e.Level.Range, e.Level.TruePeak}
	}
	return s
}

func (w *writer) music(t *timeline.Timeline) []music {
	var all []music
	for _, m := range t.Music {
		all = append(all, music{m.Sound, w.span(m.Span), m.Key, m.Frames, m.Gain, m.FadeIn, m.FadeOut, m.Duck})
	}
	return all
}

// cast lists the voices heard, in the order of their first words.
func cast(t *timeline.Timeline) []voice {
	var out []voice
	seen := map[string]bool{}
	for i := range t.Chapters {
		for _, cue := range t.Chapters[i].Cues {
			if v := cue.Voice(); !seen[v.Name] {
				seen[v.Name] = true
				out = append(out, voice{v.Name, v.Backend, v.Engine, v.Language, v.Rate, v.Pitch, v.Volume, cue.Gain})
			}
		}
	}
	return out
}

func (w *writer) cue(source string, cue *timeline.Cue) error {
	u := cue.Utterance
	o := utterance{
		Kind: u.Kind.String(), Begins: u.Begins, Text: u.Text, Spoken: u.Spoken, Lang: u.Lang, Voice: cue.Voice().Name,
		span: w.span(cue.Span), Clip: cue.Key,
		Source: place{output.PlaceName(source, u.Pos.File), u.Pos.Offset, u.Pos.Line, u.Pos.Col, nil},
	}
	jumped := 0 // the byte of the last jump
	for _, j := range u.Jumps {
		if j.Text < jumped || j.Text > len(u.Text) {
			return fmt.Errorf("%s: a jump at byte %d of a text of %d", u.Pos, j.Text, len(u.Text))
		}
		from := utf8.RuneCountInString(u.Text[jumped:j.Text])
		if k := len(o.Source.Jumps); k > 0 {
			from += o.Source.Jumps[k-1].From
		}
		o.Source.Jumps = append(o.Source.Jumps, jump{from, j.Offset})
		jumped = j.Text
	}
	if err := o.set(u); err != nil {
		return err
	}
	for _, m := range cue.Marks {
		o.Marks = append(o.Marks, mark{m.Name, m.Frame, json.Number(w.rate.Seconds(m.Frame))})
	}
	if len(cue.Words) == 0 {
		w.object(o)
		return nil
	}
	o.Timing = cue.Timing
	if cue.Timing == timeline.Aligned {
		o.Confidence = math.Round(cue.Confidence*100) / 100
	}
	w.open(o, "")
	w.text(",\"words\":[")
	at, points := 0, 0 // a byte of the text, and the code points before it
	for i, word := range cue.Words {
		if word.Lo < at || word.Hi < word.Lo || word.Hi > len(u.Text) {
			return fmt.Errorf("%s: word %d is bytes %d to %d of a text of %d", u.Pos, i+1, word.Lo, word.Hi, len(u.Text))
		}
		points += utf8.RuneCountInString(u.Text[at:word.Lo])
		at = word.Lo
		w.text(separator(i) + "    ")
		w.object(w.word(u.Text[word.Lo:word.Hi], points, word.Span))
	}
	w.text("]}")
	return nil
}

// word is the object of a word that begins after so many code points.
func (w *writer) word(text string, from int, at pcm.Span) word {
	return word{Text: text, From: from, To: from + utf8.RuneCountInString(text), span: w.span(at)}
}
