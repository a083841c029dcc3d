package mp3

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3/id3"
	"narrate/internal/timeline"
)

// tag is what the ID3 tag says of e, whose sound is encoded as s.
func tag(e output.Edition, s stream, encoder string) *id3.Tag {
	t, m := e.Timeline, e.Metadata
	rate := fmt.Sprintf("CBR %d kb/s", s.bitRate/1000)
	if s.vbr {
		rate = fmt.Sprintf("VBR %d.%02d", s.v/100, s.v%100)
	}
	out := &id3.Tag{
		Title: t.Title, Album: m.Album, Author: t.Author, Narrator: m.Narrator,
		Publisher: m.Publisher, Genre: m.Genre, Series: m.Series, Part: m.Part, Date: m.Date,
		Copyright: m.Copyright, Link: m.Link, Language: iso639(t.Lang),
		Description: m.Description, Text: text(t), Cover: m.Cover,
		Generator:    e.Generator,
		Encoder:      fmt.Sprintf("%s, %s, quality %d", encoder, rate, e.Encoding.Quality),
		Milliseconds: t.Rate.Milliseconds(t.Frames),
		Number:       t.Number, Of: t.Of,
	}
	if out.Album == "" { // players group files by album
		out.Album = t.Title
	}
	if gain, peak, ok := replayGain(e.Level); ok {
		db, linear := fmt.Sprintf("%+.2f dB", gain), fmt.Sprintf("%.6f", peak)
		if t.Number > 0 { // the level is that of the whole
			out.AlbumGain, out.AlbumPeak = db, linear
		} else {
			out.TrackGain, out.TrackPeak = db, linear
		}
	}
	for i := range t.Chapters {
		c := &t.Chapters[i]
		said := m.Of(c)
		out.Chapters = append(out.Chapters, id3.Chapter{
			Title: c.Title, Start: t.Rate.Milliseconds(c.Span.Start), End: t.Rate.Milliseconds(c.Span.End),
			Link: said.Link, Picture: said.Picture,
		})
	}
	return out
}

// replayGain is by how many decibels players are to change sound of that level,
// and its peak relative to full scale. The reference is ReplayGain 2.0's, −18
// LUFS; the peak is that of the sound before it is encoded. It is not ok where
// nothing was measured, or nothing heard.
func replayGain(l *output.Level) (gain, peak float64, ok bool) {
	if l == nil {
		return 0, 0, false
	}
	gain, peak = -18-l.Loudness, math.Pow(10, l.TruePeak/20)
	// Outside of these bounds, it is no programme.
	return gain, peak, math.Abs(gain) <= 51 && peak > 0 && peak <= 8
}

// text is the whole text, a paragraph a line and an empty line between
// chapters. A paragraph is a block of the article.
func text(t *timeline.Timeline) string {
	var out strings.Builder
	for i := range t.Chapters {
		out.WriteByte('\n')
		first := true
		for j := range t.Chapters[i].Cues {
			u := t.Chapters[i].Cues[j].Utterance
			said := strings.Join(strings.Fields(u.Text), " ")
			if said == "" {
				continue
			}
			switch {
			case first:
			case u.Begins:
				out.WriteByte('\n')
			case spaced(said):
				out.WriteByte(' ')
			}
			out.WriteString(said)
			first = false
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// spaced says whether a space stands before text that follows other text in a
// paragraph: not in scripts without spaces, and not before the punctuation that
// a sentence goes on with after a phrase of another language.
func spaced(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Pe, unicode.Pf) &&
		!strings.ContainsRune(",.;:!?\u2026\u3002\u3001\uff0c", r)
}

// iso639 is the ISO 639-2 code of a BCP 47 tag, or "" where there is none.
func iso639(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	base, confidence := t.Base()
	if confidence != language.Exact { // "und" is guessed to be English
		return ""
	}
	return base.ISO3()
}
